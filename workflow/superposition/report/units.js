// The page of units: follows the address, and lets the reader choose dataset, arm, layer and unit.
(() => {
  'use strict';

  const superposition = (window.superposition ??= {});
  const { make, address } = superposition;
  const known = JSON.parse(document.getElementById('known').textContent);
  const [dataset, arm, layer] = ['dataset', 'arm', 'layer'].map((id) => document.getElementById(id));
  const heading = document.getElementById('heading');
  const place = document.getElementById('place');
  const view = document.getElementById('view');
  const scrolled = new Map();

  function options(select, names, chosen) {
    select.replaceChildren(...names.map((name) => make('option', { value: name }, name)));
    select.value = names.includes(chosen) ? chosen : names[0];
  }

  // Offers what there is, keeping what is chosen where it is there.
  function choose(of, inArm, inLayer) {
    options(dataset, known.map(({ name }) => name), of);
    const { arms } = known.find(({ name }) => name === dataset.value);
    options(arm, arms.map(({ name }) => name), inArm);
    options(layer, arms.find(({ name }) => name === arm.value).layers, inLayer);
  }

  function show(title, words, ...content) {
    document.title = `${title} · units`;
    heading.textContent = title;
    place.textContent = words;
    view.replaceChildren(...content);
  }

  function unknown(route) {
    const text = `There is no ${route}. Choose a dataset, an arm and a layer above.`;
    show('Nothing there', '', make('p', { role: 'alert' }, text));
  }

  // What the address names: [dataset, arm, layer, unit], as far as it does.
  function route() {
    try {
      return location.hash.slice(1).split('/').filter(Boolean).map(decodeURIComponent);
    } catch {
      return [location.hash];
    }
  }

  async function follow() {
    const parts = route();
    const [ofDataset, ofArm, ofLayer, number] = parts;
    choose(ofDataset, ofArm, ofLayer);
    const chosen = [dataset.value, arm.value, layer.value];
    const strange = parts.slice(0, 3).some((name, position) => name !== chosen[position]);
    if (strange || parts.length > 4) return unknown(parts.join(', '));
    const hash = location.hash;
    try {
      const units = await superposition.unitsOf(...chosen);
      if (location.hash === hash) showUnits(units, number);
    } catch (error) {
      show('Nothing there', '', make('p', { role: 'alert' }, error.message));
    }
  }

  function showUnits(units, number) {
    const where = `${units.dataset}, arm ${units.arm}, seed ${units.seed}, round ${units.round}`;
    if (number === undefined) return show(`Units of ${units.layer}`, where, ...superposition.unitGrid(units));
    const unit = Number(number);
    if (!units.top[unit]) return unknown(`unit ${number} in ${units.layer}, only 0 to ${units.top.length - 1}`);
    show(`Unit ${unit} of ${units.layer}`, where, ...superposition.unitPage(units, unit));
  }

  function press(event) {
    const busy = event.altKey || event.ctrlKey || event.metaKey || event.target.closest('select, input, .wide');
    const relation = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
    if (relation && !busy) view.querySelector(`a[rel="${relation}"]`)?.click();
  }

  for (const select of [dataset, arm, layer]) {
    select.addEventListener('change', () => {
      choose(dataset.value, arm.value, layer.value);
      location.hash = address(dataset.value, arm.value, layer.value);
    });
  }
  document.addEventListener('keydown', press);
  window.addEventListener('hashchange', async ({ oldURL, newURL }) => {
    scrolled.set(oldURL, window.scrollY);
    await follow();
    heading.focus({ preventScroll: true });
    window.scrollTo(0, view.querySelector('.grid') ? (scrolled.get(newURL) ?? 0) : 0);
  });
  history.scrollRestoration = 'manual';
  follow();
})();
