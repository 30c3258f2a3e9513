// What the pages of units are made of: elements, numbers in words, addresses, and data that is loaded when asked for.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const loading = new Map();

  superposition.make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // Three significant digits, with a true minus; a dash for what is missing.
  superposition.number = (value) =>
    value === null || value === undefined
      ? '–'
      : value.toLocaleString('en', { maximumSignificantDigits: 3 }).replace('-', '−');

  superposition.count = (value) => value.toLocaleString('en');

  superposition.percent = (share) => `${Math.round(100 * share)} %`;

  superposition.address = (...parts) => `#${parts.map((part) => encodeURIComponent(part)).join('/')}`;

  // Runs a script of the assets, once.
  function load(file) {
    if (!loading.has(file)) {
      const done = new Promise((resolve, reject) => {
        const script = superposition.make('script', { src: `assets/${encodeURIComponent(file)}` });
        script.addEventListener('load', resolve);
        script.addEventListener('error', () => reject(new Error(`assets/${file} is missing; run the report again.`)));
        document.head.append(script);
      });
      loading.set(file, done);
    }
    return loading.get(file);
  }

  superposition.unitsOf = async (dataset, arm, layer) => {
    await Promise.all([load(`${dataset}.samples.js`), load(`${dataset}.${arm}.${layer}.units.js`)]);
    return superposition.units[`${dataset}/${arm}/${layer}`];
  };

  // Test images as tiles in a row, with a line of words below each where `words` gives one for a position.
  superposition.strip = (dataset, ids, size_px, words) =>
    superposition.make(
      'ul',
      { class: 'strip' },
      ...ids.map((id, position) => {
        const item = superposition.make('li', {}, superposition.tile(dataset, 'test', id, size_px));
        if (words) item.append(superposition.make('small', {}, ...words(id, position)));
        return item;
      }),
    );

  // The pictures that were made for a unit after a round, one a setting.
  superposition.picturesOf = (units, unit, round = units.round) =>
    units.pictures.filter((pictures) => pictures.unit === unit && pictures.round === round);

  // One of these pictures, from the start with this number.
  superposition.pictureOf = (pictures, start, size_px, of) =>
    superposition.picture(
      superposition.cut(pictures.sheet, pictures.first + start),
      size_px,
      `${pictures.setting} picture made for ${of}, start ${start + 1}`,
    );
})();
