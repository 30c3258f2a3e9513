// The page of one unit: what excites it, and how clearly it stands for one thing.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const { make, number, percent, address, strip } = superposition;
  const PICTURE_PX = 128;
  const IMAGE_PX = 80;
  const GROUP_PX = 64;

  function section(title, ...content) {
    return make('section', {}, make('h2', {}, title), ...content);
  }

  function pictures(units, unit) {
    const made = superposition.picturesOf(units, unit);
    if (made.length) return made.map((some) => inSetting(units, unit, some));
    const ask = `units: {${units.layer}: [${unit}]}`;
    const text = 'No picture was made for this unit. For a trained arm, the study’s config asks for one by ';
    return [make('p', {}, text, make('code', {}, ask), '.')];
  }

  function inSetting(units, unit, made) {
    const starts = made.achieved.map((achieved, start) =>
      make(
        'li',
        {},
        superposition.pictureOf(made, start, PICTURE_PX, `unit ${unit}`),
        make('small', {}, `activation ${number(achieved)}: ${made.verdicts[start]}`),
      ),
    );
    const title = `Setting ${made.setting}, ${starts.length} start${starts.length > 1 ? 's' : ''}`;
    return make('div', {}, make('h3', {}, title), make('ul', { class: 'strip pictures' }, ...starts));
  }

  function images(units, unit) {
    const kinds = [
      ['Those that excite it most', units.top[unit], units.top_values[unit]],
      ['Those that excite it least', units.bottom[unit], units.bottom_values[unit]],
      ['At random, the same for all units', units.random, units.random_values[unit]],
    ];
    return kinds.flatMap(([title, ids, values]) => [
      make('h3', {}, title),
      strip(units.dataset, ids, IMAGE_PX, (id, position) => [
        superposition.sample(units.dataset, 'test', id)?.name ?? '',
        make('br'),
        number(values[position]),
      ]),
    ]);
  }

  function scores(units, unit) {
    const entry = (name, value, meaning) => [
      make('dt', {}, `${name}: ${value === null ? 'undefined' : number(value)}`),
      make('dd', {}, value === null ? meaning.without : meaning.with),
    ];
    const selectivity = {
      with: 'How far it prefers one class: 0 is the same mean for all classes, 1 is active for one class alone.',
      without: 'It compares mean activations, which must not be negative nor all zero.',
    };
    const polysemanticity = {
      with: `How clearly its ${units.judged_by} top images fall into two groups, seen by the layer’s other units.`,
      without: 'It takes four images or more, half as many as a class has, that excite the unit more than the rest.',
    };
    const name = units.classes[units.top_class[unit]];
    return make(
      'dl',
      {},
      ...entry('Selectivity', units.selectivity[unit], selectivity),
      ...entry('Polysemanticity', units.polysemanticity[unit], polysemanticity),
      make('dt', {}, `Commonest class: ${name}`),
      make('dd', {}, `${percent(units.top_class_share[unit])} of its ${units.judged_by} top images.`),
    );
  }

  function groups(units, unit) {
    if (!units.clusters[unit].some((ids) => ids.length)) return [];
    const sizes = units.cluster_sizes[unit];
    return [
      make('h3', {}, 'The two groups of its top images'),
      make('p', {}, 'k-means always splits in two; only a high polysemanticity says that there are two kinds.'),
      ...units.clusters[unit].map((ids, group) =>
        make(
          'div',
          {},
          make('h4', {}, `Group ${group + 1}: ${sizes[group]} images, those nearest its centre`),
          strip(units.dataset, ids, GROUP_PX, (id) => [superposition.sample(units.dataset, 'test', id)?.name ?? '']),
        ),
      ),
    ];
  }

  function neighbours(units, unit) {
    const { dataset, arm, layer } = units;
    const link = (to, rel, text) =>
      units.top[to] ? [make('a', { rel, href: address(dataset, arm, layer, to) }, text)] : [];
    const links = [
      ...link(unit - 1, 'prev', `← Unit ${unit - 1}`),
      make('a', { href: address(dataset, arm, layer) }, 'All units'),
      ...link(unit + 1, 'next', `Unit ${unit + 1} →`),
    ];
    const items = links.map((anchor) => make('li', {}, anchor));
    return make('nav', { 'aria-label': 'Units beside this one' }, make('ul', {}, ...items));
  }

  superposition.unitPage = (units, unit) => [
    neighbours(units, unit),
    section('Pictures made to excite it', ...pictures(units, unit)),
    section('Test images', ...images(units, unit)),
    section('How it answers to classes', superposition.histogram(units, unit)),
    section('One thing or two', scores(units, unit), ...groups(units, unit)),
    section('Over rounds', ...superposition.overRounds(units, unit)),
    section('In other arms', ...superposition.inOtherArms(units, unit)),
  ];
})();
