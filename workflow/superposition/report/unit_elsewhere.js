// The same unit after other rounds, and the units of other arms that are most like it.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const { make, number, count, percent, address, strip } = superposition;
  const IMAGES = 4;
  const IMAGE_PX = 40;
  const PICTURE_PX = 64;

  function table(label, caption, heads, rows) {
    const head = make('tr', {}, ...heads.map((text) => make('th', { scope: 'col' }, text)));
    const body = rows.map(([first, ...cells]) =>
      make('tr', {}, make('th', { scope: 'row' }, first), ...cells.map((cell) => make('td', {}, cell))),
    );
    return make(
      'div',
      { class: 'wide', role: 'region', 'aria-label': label, tabindex: '0' },
      make(
        'table',
        {},
        make('caption', {}, make('span', {}, caption)),
        make('thead', {}, head),
        make('tbody', {}, ...body),
      ),
    );
  }

  // Of each setting, the picture that excites the unit most.
  function best(units, unit, round = units.round) {
    const made = superposition.picturesOf(units, unit, round);
    return made.map((some) => superposition.pictureOf(some, some.best, PICTURE_PX, `unit ${unit}`));
  }

  superposition.overRounds = (units, unit) => {
    if (!units.rounds.length) return [make('p', {}, 'The features of one round alone are kept.')];
    const last = { ...units, correlation: { [unit]: 1 } };
    const drawn = units.pictures.some((pictures) => pictures.unit === unit);
    const rows = [...units.rounds, last].map((round) => [
      `${round.round}`,
      ...(drawn ? [make('span', { class: 'images' }, ...best(units, unit, round.round))] : []),
      strip(units.dataset, round.top[unit].slice(0, IMAGES), IMAGE_PX),
      number(round.selectivity[unit]),
      number(round.polysemanticity[unit]),
      percent(round.top_class_share[unit]),
      number(round.correlation[unit]),
    ]);
    const scores = ['selectivity', 'polysemanticity', 'commonest class', 'r'];
    const heads = ['round', ...(drawn ? ['picture'] : []), 'top images', ...scores];
    const caption = `The unit of the same number after each round; r: its rank correlation over the \
${count(units.samples)} test images with this unit after round ${units.round}. Arms that start each round anew have no \
unit to keep.`;
    return [table('Over rounds', caption, heads, rows)];
  };

  function relation(found, unit, other) {
    const mutual = found.mutual[unit]
      ? 'each is the other’s best match'
      : `unit ${other} has a better match than this one`;
    return `r = ${number(found.correlation[unit])}; ${mutual}.`;
  }

  async function match(units, unit, arm, found) {
    const heading = make('h3', {}, arm);
    const other = found.unit[unit];
    if (other === null) return [heading, make('p', {}, 'No match: a unit that answers all images alike has none.')];
    const href = address(units.dataset, arm, units.layer, other);
    const theirs = await superposition.unitsOf(units.dataset, arm, units.layer);
    return [
      heading,
      make('p', {}, make('a', { href }, `Unit ${other} of ${arm}`), `; ${relation(found, unit, other)}`),
      make('div', { class: 'match' }, ...best(theirs, other), strip(units.dataset, theirs.top[other], PICTURE_PX)),
    ];
  }

  superposition.inOtherArms = (units, unit) => {
    const text = `Units have no counterpart across networks: unit ${unit} of another arm is another unit. So units are \
matched by how alike they rank the ${count(units.samples)} test images (r: Spearman’s rank correlation).`;
    const arms = Object.entries(units.matches);
    const none = arms.length ? [] : [make('p', {}, 'There are no matches: they take the features of another arm.')];
    const matches = arms.map(([arm, found]) => {
      const place = make('div', {}, make('h3', {}, arm));
      match(units, unit, arm, found).then(
        (content) => place.replaceChildren(...content),
        (error) => place.append(make('p', {}, error.message)),
      );
      return place;
    });
    return [make('p', {}, text), ...none, ...matches];
  };
})();
