// All units of a layer, with the images that excite each most, in the order of any score.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const { make, number, percent, address } = superposition;
  const TILES = 4;
  const TILE_PX = 40;
  const FIRST = { score: 'number', descending: false };
  let chosen = FIRST;

  // Each score: its name, a value a unit (null where there is none), and how it reads where cards do not say it anyway.
  function scores(units) {
    const matched = Object.entries(units.matches).map(([arm, found]) => ({
      name: `correlation with the best match in ${arm}`,
      values: found.correlation,
      read: (unit) => `r = ${number(found.correlation[unit])} in ${arm}`,
    }));
    const read = (word, values) => (unit) => `${word} ${number(values[unit])}`;
    return [
      { name: 'number', values: units.top.map((_, unit) => unit) },
      { name: 'selectivity', values: units.selectivity, read: read('selectivity', units.selectivity) },
      { name: 'polysemanticity', values: units.polysemanticity, read: read('polysemanticity', units.polysemanticity) },
      { name: 'share of the commonest class', values: units.top_class_share },
      ...matched,
    ];
  }

  // Units without the score stay last, whichever way the rest is sorted; equal ones keep the order of their numbers.
  function order(values, descending) {
    const known = (unit) => Number(values[unit] === null);
    const direction = descending ? -1 : 1;
    return values.map((_, unit) => unit).sort((a, b) => known(a) - known(b) || direction * (values[a] - values[b]));
  }

  // Tiles are made when the card comes near the window.
  function card(units, unit) {
    const images = make('span', { class: 'images' });
    const common = `${percent(units.top_class_share[unit])} ${units.classes[units.top_class[unit]]}`;
    const words = make('span', { class: 'score' });
    const href = address(units.dataset, units.arm, units.layer, unit);
    const link = make('a', { class: 'card', href }, make('strong', {}, `Unit ${unit}`), images, common, words);
    return { link, images, words };
  }

  function fill(units, unit, images) {
    const ids = units.top[unit].slice(0, TILES);
    images.append(...ids.map((id) => superposition.tile(units.dataset, 'test', id, TILE_PX)));
  }

  function filler(units, cards) {
    const numbers = new Map(cards.map(({ link }, unit) => [link, unit]));
    const watch = (entries, observer) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        const unit = numbers.get(target);
        fill(units, unit, cards[unit].images);
        observer.unobserve(target);
      }
    };
    const observer = new IntersectionObserver(watch, { rootMargin: '400px' });
    cards.forEach(({ link }) => observer.observe(link));
  }

  function controls(all, sort) {
    const select = make('select', { id: 'sort' }, ...all.map(({ name }) => make('option', { value: name }, name)));
    select.value = chosen.score;
    const button = make('button', { type: 'button' });
    const say = () => (button.textContent = chosen.descending ? 'highest first' : 'lowest first');
    select.addEventListener('change', () => {
      chosen = { score: select.value, descending: select.value !== FIRST.score };
      say();
      sort();
    });
    button.addEventListener('click', () => {
      chosen = { ...chosen, descending: !chosen.descending };
      say();
      sort();
    });
    say();
    return make('p', { class: 'sorting' }, make('label', { for: 'sort' }, 'Sort by '), select, ' ', button);
  }

  superposition.unitGrid = (units) => {
    const all = scores(units);
    if (!all.some(({ name }) => name === chosen.score)) chosen = FIRST;
    const cards = units.top.map((_, unit) => card(units, unit));
    const grid = make('div', { class: 'grid' });
    const status = make('p', { class: 'soft', role: 'status' });
    const sort = () => {
      const score = all.find(({ name }) => name === chosen.score);
      cards.forEach(({ words }, unit) => (words.textContent = score.read?.(unit) ?? ''));
      grid.append(...order(score.values, chosen.descending).map((unit) => cards[unit].link));
      const without = score.values.filter((value) => value === null).length;
      const end = without ? `; ${without} without one at the end` : '';
      const first = chosen.descending ? 'highest' : 'lowest';
      status.textContent = `${cards.length} units by ${score.name}, ${first} first${end}.`;
    };
    sort();
    filler(units, cards);
    return [controls(all, sort), status, grid];
  };
})();
