// What a map's data file says of its samples: test samples first, then training samples.
'use strict';

(() => {
  const superposition = (window.superposition ??= {});

  function floats(base64) {
    return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
  }

  class MapData {
    constructor(dataset) {
      Object.assign(this, superposition.maps[dataset], { dataset });
      this.arms = this.arms.map((arm) => ({ ...arm, x: floats(arm.x), y: floats(arm.y) }));
    }

    className(label) {
      return superposition.samples[this.dataset].classes[label];
    }

    split(i) {
      return i < this.tests ? 'test' : 'train';
    }

    // A sample's position, or -1.
    find(split, id) {
      return this.ids.findIndex((known, i) => known === id && this.split(i) === split);
    }

    // The sample that lies nearest to a point of an arm's map, among those that `allowed` lets through, or null.
    nearest(arm, x, y, allowed) {
      let [found, least] = [null, Infinity];
      this.ids.forEach((_, i) => {
        const [right, up] = [arm.x[i] - x, arm.y[i] - y];
        const distance = Math.hypot(right, up);
        if (distance < least && allowed(i, right, up)) [found, least] = [i, distance];
      });
      return found;
    }
  }

  superposition.MapData = MapData;
})();
