// How a unit's activations spread over the classes.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const { make, number, percent } = superposition;
  const BINS = 24;
  const COLOURS = 10;
  const WIDTH = 640;
  const LEFT = 52;
  const COUNTS = { top: 26, height: 150, title: 'test images' };
  const SHARES = { top: 218, height: 110, title: 'share of each class' };
  const HEIGHT = 366;
  const TICKS = [[0, 'start', ' and less'], [BINS / 2, 'middle', ''], [BINS, 'end', ' and more']];

  function draw(name, attributes, text) {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  }

  // Counts are stored with nothing for 0, and without zeros at the end.
  function counted(text) {
    const counts = text.split(',').map(Number);
    return Array.from({ length: BINS }, (_, bin) => counts[bin] ?? 0);
  }

  // One entry a class that is shown, and one for all others: its name, its colour, and its counts by bin.
  function groups(units, unit) {
    const few = units.classes.length <= COLOURS;
    const shown = units.shown_classes[unit].map((label, place) => ({
      name: units.classes[label],
      look: `class-${few ? label : place}`,
      counts: counted(units.counts[unit][place]),
    }));
    const rest = counted(units.counts[unit].at(-1));
    const others = `${units.classes.length - shown.length} other classes`;
    return rest.some(Boolean) ? [...shown, { name: others, look: 'class-others', counts: rest }] : shown;
  }

  function axis(svg, panel, ticks) {
    svg.append(draw('text', { x: 0, y: panel.top - 14, class: 'title' }, panel.title));
    for (const [share, text] of ticks) {
      const y = panel.top + panel.height * (1 - share);
      svg.append(draw('line', { x1: LEFT, x2: WIDTH, y1: y, y2: y, class: 'rule' }));
      svg.append(draw('text', { x: LEFT - 6, y: y + 4, 'text-anchor': 'end' }, text));
    }
  }

  function bars(svg, panel, parts, whole, range) {
    const width = (WIDTH - LEFT) / BINS;
    for (let bin = 0; bin < BINS; bin += 1) {
      let below = 0;
      for (const { name, look, counts } of parts) {
        if (!counts[bin]) continue;
        const height = (panel.height * counts[bin]) / whole(bin);
        const y = panel.top + panel.height - below - height;
        const bar = draw('rect', { x: LEFT + bin * width, y, width: width - 1, height, class: look });
        bar.append(draw('title', {}, `${name}: ${counts[bin]} test images ${range(bin)}`));
        svg.append(bar);
        below += height;
      }
    }
  }

  function legend(parts) {
    const entry = ({ name, look }) => make('li', {}, make('span', { class: `swatch ${look}` }), name);
    return make('ul', { class: 'legend' }, ...parts.map(entry));
  }

  superposition.histogram = (units, unit) => {
    const parts = groups(units, unit);
    const [low, high] = [units.low[unit], units.high[unit]];
    if (low === high) return make('p', {}, `All test images excite it alike, with ${number(low)}.`);
    const at = (bin) => number(low + ((high - low) * bin) / BINS);
    const range = (bin) => (bin ? `from ${at(bin)} ${bin < BINS - 1 ? `to ${at(bin + 1)}` : 'up'}` : `up to ${at(1)}`);
    const totals = Array.from({ length: BINS }, (_, bin) => parts.reduce((sum, { counts }) => sum + counts[bin], 0));
    const most = Math.max(...totals);
    const label = `Activations of the test images by class, from ${number(low)} to ${number(high)}`;
    const svg = draw('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label });
    axis(svg, COUNTS, [0, 0.5, 1].map((share) => [share, Math.round(share * most).toLocaleString('en')]));
    axis(svg, SHARES, [0, 0.5, 1].map((share) => [share, percent(share)]));
    bars(svg, COUNTS, parts, () => most, range);
    bars(svg, SHARES, parts, (bin) => totals[bin], range);
    for (const [bin, anchor, beyond] of TICKS) {
      const x = LEFT + ((WIDTH - LEFT) * bin) / BINS;
      svg.append(draw('text', { x, y: SHARES.top + SHARES.height + 16, 'text-anchor': anchor }, at(bin) + beyond));
    }
    svg.append(draw('text', { x: LEFT + (WIDTH - LEFT) / 2, y: HEIGHT - 4, 'text-anchor': 'middle' }, 'activation'));
    const region = { class: 'wide histogram', role: 'region', 'aria-label': 'Histogram', tabindex: '0' };
    return make('div', {}, make('div', region, svg), legend(parts));
  };
})();
