// How the samples of a map fall into groups that share a colour and a marker.
'use strict';

(() => {
  const superposition = (window.superposition ??= {});
  const CLASS_MARKERS = ['circle', 'triangle'];
  const RIGHT = '#0072b2';
  const WRONG = '#d55e00';
  const SEVERAL = '#cc79a7';

  function byClass({ map }) {
    const labels = [...new Set(map.labels)].sort((a, b) => a - b);
    const place = new Map(labels.map((label, position) => [label, position]));
    const colours = map.class_colours;
    const list = labels.map((label) => ({
      name: map.className(label),
      colour: colours[label % colours.length],
      marker: CLASS_MARKERS[Math.floor(label / colours.length) % CLASS_MARKERS.length],
    }));
    return { list, of: map.labels.map((label) => place.get(label)) };
  }

  function byPrediction({ map, arm }) {
    const list = [
      { name: 'predicted right', colour: RIGHT, marker: 'circle', below: true },
      { name: 'predicted wrong', colour: WRONG, marker: 'x' },
    ];
    return { list, of: map.labels.map((label, i) => Number(arm.predicted[i] !== label)) };
  }

  const without = (name) => ({ name, colour: 'faint', marker: 'x', below: true });

  function ofTraining(map, list, group) {
    const of = map.ids.map((_, i) => (i < map.tests ? -1 : group(i - map.tests)));
    return { list, of, others: 'test samples' };
  }

  function byRound({ map, arm }) {
    const picked = arm.picks?.round ?? [];
    const last = Math.max(0, ...picked);
    const rounds = map.round_colours.slice(0, last);
    const list = rounds.map((colour, i) => ({ name: `round ${i + 1}`, colour, marker: 'circle' }));
    const never = arm.picks ? 'not picked' : `training samples (${arm.name} picks none)`;
    return ofTraining(map, [without(never), ...list], (i) => picked[i] ?? 0);
  }

  function byArms({ map }) {
    const picking = map.arms.filter((arm) => arm.picks);
    const list = picking.map(({ name, colour }) => ({ name: `${name} only`, colour, marker: 'circle' }));
    if (picking.length > 1) {
      const name = picking.length > 2 ? 'several arms' : picking.map((arm) => arm.name).join(' and ');
      list.push({ name, colour: SEVERAL, marker: 'diamond' });
    }
    return ofTraining(map, [without('no arm'), ...list], (i) => {
      const by = [...picking.keys()].filter((place) => picking[place].picks.round[i] !== null);
      return by.length > 1 ? list.length : (by[0] ?? -1) + 1;
    });
  }

  // Each gives the groups, each sample's place among them (-1: in none), and what samples in none are called.
  superposition.mapGroups = { class: byClass, prediction: byPrediction, round: byRound, arms: byArms };
})();
