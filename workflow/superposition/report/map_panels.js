// What stands beside a map: its legend, the label of the sample that is pointed at, and the record of one.
'use strict';

(() => {
  const superposition = (window.superposition ??= {});
  const MOST_IN_LEGEND = 20;
  const LABEL_PX = 64;
  const RECORD_PX = 160;
  const SHAPES = {
    circle: 'M6 1.5a4.5 4.5 0 1 0 .01 0z',
    triangle: 'M6 1l5 9.5H1z',
    diamond: 'M6 .5L10.5 6L6 11.5L1.5 6z',
    x: 'M2 2l8 8M10 2l-8 8',
  };

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function key(marker, colour) {
    const [svg, path] = ['svg', 'path'].map((name) => document.createElementNS('http://www.w3.org/2000/svg', name));
    svg.setAttribute('viewBox', '0 0 12 12');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', SHAPES[marker]);
    path.setAttribute('fill', marker === 'x' ? 'none' : colour);
    path.setAttribute('stroke', colour);
    path.setAttribute('stroke-width', '1.5');
    svg.append(path);
    return svg;
  }

  function buttons({ list, of, others }, only, paint, choose) {
    const counts = list.map(() => 0);
    of.forEach((group) => group >= 0 && (counts[group] += 1));
    const items = list.map(({ name, colour, marker }, i) => {
      const attributes = { type: 'button', 'aria-pressed': only === i };
      const count = element('span', { class: 'map-count' }, counts[i].toLocaleString('en'));
      const button = element('button', attributes, key(marker, paint(colour)), element('span', {}, name), count);
      button.addEventListener('click', () => choose(only === i ? null : i));
      return element('li', {}, button);
    });
    if (others) items.push(element('li', { class: 'map-others' }, key('circle', paint('others')), others));
    return element('ul', { 'aria-label': 'Legend' }, ...items);
  }

  function choice({ list }, only, choose) {
    const options = list.map(({ name }, i) => new Option(name, i, false, only === i));
    const select = element('select', {}, new Option(`all ${list.length.toLocaleString('en')}`, ''), ...options);
    select.addEventListener('change', () => choose(select.value === '' ? null : Number(select.value)));
    const why = element('small', {}, 'Too many for a legend, they share a few looks. Choose one to see it alone.');
    return element('div', {}, element('label', {}, 'Highlight class ', select), why);
  }

  // Groups as buttons that show one alone, or as a list to choose from where there are many.
  function legend(panel, groups, only, paint, choose) {
    const focused = [...panel.querySelectorAll('button, select')].indexOf(document.activeElement);
    const many = groups.list.length > MOST_IN_LEGEND;
    panel.replaceChildren(many ? choice(groups, only, choose) : buttons(groups, only, paint, choose));
    panel.querySelectorAll('button, select')[focused]?.focus();
  }

  function seen(map, label, predicted) {
    if (predicted < 0) return '–';
    return `${map.className(predicted)}${predicted === label ? '' : ' (wrong)'}`;
  }

  function label({ map, arm }, i) {
    const [split, id] = [map.split(i), map.ids[i]];
    const round = i < map.tests ? null : arm.picks?.round[i - map.tests];
    const lines = [
      element('strong', {}, map.className(map.labels[i])),
      `predicted ${seen(map, map.labels[i], arm.predicted[i])}`,
      `${split} image ${id}`,
      ...(round ? [`picked in round ${round}`] : []),
    ];
    return [superposition.tile(map.dataset, split, id, LABEL_PX), ...lines.map((line) => element('span', {}, line))];
  }

  function row({ map }, arm, i) {
    const cell = (text) => element('td', {}, String(text ?? '–'));
    const known = [cell(seen(map, map.labels[i], arm.predicted[i]))];
    if (i >= map.tests) {
      known.push(...['round', 'rank', 'score'].map((column) => cell(arm.picks?.[column][i - map.tests])));
    }
    return element('tr', {}, element('th', { scope: 'row' }, arm.name), ...known);
  }

  function record(shown, i) {
    const { map } = shown;
    const [split, id] = [map.split(i), map.ids[i]];
    const columns = ['arm', 'predicts', ...(i < map.tests ? [] : ['round', 'rank', 'score'])];
    const head = element('tr', {}, ...columns.map((column) => element('th', { scope: 'col' }, column)));
    const rows = map.arms.map((arm) => row(shown, arm, i));
    const picked = i < map.tests ? '' : ', and in which round, at which rank and with which score it was picked';
    const said = `What each arm’s last network predicts${picked}`;
    const scrolled = { class: 'wide', role: 'region', 'aria-label': said, tabindex: '0' };
    const parts = [element('caption', {}, said), element('thead', {}, head), element('tbody', {}, ...rows)];
    return [
      element('p', {}, element('strong', {}, `${split} image ${id}: ${map.className(map.labels[i])}`)),
      superposition.tile(map.dataset, split, id, RECORD_PX),
      element('div', scrolled, element('table', {}, ...parts)),
    ];
  }

  superposition.mapPanels = { legend, label, record };
})();
