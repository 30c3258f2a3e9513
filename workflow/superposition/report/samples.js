// Samples as tiles that are cut from sheets.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const ASSETS = 'assets/';
  const places = new Map();

  // The number of the tile of each id of a split; tiles of the train split follow those of the test split.
  function numbers(dataset, split) {
    const key = `${dataset}/${split}`;
    if (!places.has(key)) {
      const sheets = superposition.samples[dataset];
      const first = split === 'train' ? sheets.test.ids.length : 0;
      places.set(key, new Map(sheets[split].ids.map((id, position) => [id, first + position])));
    }
    return places.get(key);
  }

  // Where tile `number` lies on the sheet of a file: {url, x, y, size, width, height}, in px of the sheet.
  superposition.cut = (sheet, number) => ({
    url: ASSETS + encodeURIComponent(sheet.file),
    x: (number % sheet.columns) * sheet.size,
    y: Math.floor(number / sheet.columns) * sheet.size,
    size: sheet.size,
    width: sheet.width,
    height: sheet.height,
  });

  // Where an image is, with its label and the name of its class; undefined where no sheet has it.
  superposition.sample = (dataset, split, id) => {
    const sheets = superposition.samples[dataset];
    const number = numbers(dataset, split).get(id);
    if (number === undefined) return undefined;
    const { size, columns, per_sheet } = sheets;
    const at = Math.floor(number / per_sheet);
    const sheet = { file: sheets.sheets[at], size, columns, width: sheets.width[at], height: sheets.height[at] };
    const label = sheets[split].labels[split === 'train' ? number - sheets.test.ids.length : number];
    return { ...superposition.cut(sheet, number % per_sheet), label, name: sheets.classes[label] };
  };

  // What `cut` gives, as a picture of size_px CSS px.
  superposition.picture = (place, size_px, description) => {
    const scale = size_px / place.size;
    const tile = document.createElement('span');
    tile.className = 'tile';
    tile.setAttribute('role', 'img');
    tile.setAttribute('aria-label', description);
    tile.setAttribute('title', description);
    Object.assign(tile.style, {
      display: 'inline-block',
      width: `${size_px}px`,
      height: `${size_px}px`,
      backgroundImage: `url("${place.url}")`,
      backgroundPosition: `${-place.x * scale}px ${-place.y * scale}px`,
      backgroundSize: `${place.width * scale}px ${place.height * scale}px`,
      imageRendering: 'pixelated',
      printColorAdjust: 'exact',
    });
    return tile;
  };

  // An image of a dataset, size_px CSS px wide and high; its name in words where no sheet has it.
  superposition.tile = (dataset, split, id, size_px) => {
    const place = superposition.sample(dataset, split, id);
    if (place) return superposition.picture(place, size_px, `${split} image ${id}, ${place.name}`);
    const words = document.createElement('span');
    words.textContent = `${split} image ${id}`;
    return words;
  };

  // Tiles in place of elements like <span data-dataset="cifar10" data-split="test" data-sample="17" data-px="32">.
  document.addEventListener('DOMContentLoaded', () => {
    for (const element of document.querySelectorAll('[data-sample]')) {
      const { dataset, split, sample, px } = element.dataset;
      element.replaceWith(superposition.tile(dataset, split, Number(sample), Number(px)));
    }
  });
})();
