// Maps of samples: look at them by pointer or keyboard, recolour, zoom, and open a sample's record.
'use strict';

(() => {
  const superposition = window.superposition;
  const REACH_PX = 12;
  const STEP = 1.5;
  const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const ZOOMS = { '+': 1 / STEP, '=': 1 / STEP, '-': STEP };
  const INKS = { others: '--map-others', faint: '--map-faint', '#000000': '--text' };

  class SampleMap {
    constructor(root, plot) {
      const parts = ['plot', 'label', 'legend', 'record', 'controls', 'search', 'pointed', 'opened'];
      this.parts = Object.fromEntries(parts.map((name) => [name, root.querySelector(`.map-${name}`)]));
      this.map = new superposition.MapData(root.dataset.map);
      this.view = new superposition.MapView(plot);
      this.only = this.current = this.opened = null;
      this.listenToPlot(plot);
      this.listenToForms();
      this.startDragging();
      this.redraw();
    }

    listenToPlot(plot) {
      plot.on_event('mousemove', ({ x, y }) => this.point(this.under(x, y)));
      plot.on_event('mouseleave', () => this.point(null));
      plot.on_event('tap', ({ x, y }) => this.open(this.under(x, y)));
      for (const range of [plot.x_range, plot.y_range]) range.change.connect(() => this.moved());
      new ResizeObserver(() => this.moved()).observe(this.parts.plot);
      this.parts.plot.addEventListener('keydown', (event) => this.press(event));
      this.parts.plot.addEventListener('blur', () => this.point(null));
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
    }

    listenToForms() {
      const { controls, search } = this.parts;
      const { arm, colour, drag, closer, farther, whole } = controls.elements;
      arm.addEventListener('change', () => this.redraw());
      colour.addEventListener('change', () => this.highlight(null));
      drag.addEventListener('change', () => this.view.drag(drag.value));
      closer.addEventListener('click', () => this.zoom(1 / STEP));
      farther.addEventListener('click', () => this.zoom(STEP));
      whole.addEventListener('click', () => this.view.reset());
      controls.addEventListener('submit', (event) => event.preventDefault());
      search.addEventListener('submit', (event) => {
        event.preventDefault();
        this.go(search.elements.split.value, search.elements.number.valueAsNumber);
      });
    }

    // A finger that meets the map on its way down the page goes on scrolling.
    startDragging() {
      const { drag } = this.parts.controls.elements;
      if (window.matchMedia('(pointer: coarse)').matches) drag.value = '';
      this.view.drag(drag.value);
    }

    get arm() {
      return this.map.arms[Number(this.parts.controls.elements.arm.value)];
    }

    at(i) {
      return [this.arm.x[i], this.arm.y[i]];
    }

    highlight(group) {
      this.only = group;
      this.redraw();
    }

    shows(i) {
      const group = this.groups.of[i];
      return group >= 0 && (this.only === null || this.only === group);
    }

    redraw() {
      const { controls, legend, plot } = this.parts;
      const style = getComputedStyle(plot);
      const paint = (colour) => (INKS[colour] ? style.getPropertyValue(INKS[colour]).trim() : colour);
      this.groups = superposition.mapGroups[controls.elements.colour.value](this);
      if (this.only >= this.groups.list.length) this.only = null;
      this.view.draw(this.columns(paint));
      superposition.mapPanels.legend(legend, this.groups, this.only, paint, (group) => this.highlight(group));
      this.place();
    }

    // What is drawn, from the lowest up.
    columns(paint) {
      const { list, of } = this.groups;
      const depth = (i) => (!this.shows(i) ? 0 : list[of[i]].below ? 1 : 2);
      const order = [...this.map.ids.keys()].sort((a, b) => depth(a) - depth(b));
      const looks = list.map(({ colour, marker }) => [paint(colour), marker]);
      const others = [paint('others'), 'circle'];
      const drawn = order.map((i) => (this.shows(i) ? looks[of[i]] : others));
      return {
        x: order.map((i) => this.arm.x[i]),
        y: order.map((i) => this.arm.y[i]),
        colour: drawn.map(([colour]) => colour),
        marker: drawn.map(([, marker]) => marker),
      };
    }

    under(x, y) {
      const reach = (REACH_PX * 2 * this.view.half) / this.parts.plot.clientWidth;
      return this.map.nearest(this.arm, x, y, (_, right, up) => Math.hypot(right, up) < reach);
    }

    point(i) {
      if (i === this.current) return;
      this.current = i;
      this.parts.label.replaceChildren(...(i === null ? [] : superposition.mapPanels.label(this, i)));
      this.place();
    }

    moved() {
      this.view.fit(this.parts.plot.clientWidth);
      this.place();
    }

    // Put rings about the samples that are pointed at and opened, and the label beside the first.
    place() {
      const { label, pointed, opened } = this.parts;
      for (const [part, i] of [[pointed, this.current], [opened, this.opened], [label, this.current]]) {
        part.hidden = i === null || Number.isNaN(this.arm.x[i]);
        if (!part.hidden) this.placeAt(part, ...this.view.shares(...this.at(i)));
      }
    }

    // The part's own style says which of its corners comes to lie there.
    placeAt(part, left, bottom) {
      part.style.left = `${100 * left}%`;
      part.style.bottom = `${100 * bottom}%`;
      part.classList.toggle('map-leftwards', left > 0.5);
      part.classList.toggle('map-downwards', bottom > 0.5);
    }

    open(i) {
      if (i === null) return;
      this.opened = i;
      this.parts.record.replaceChildren(...superposition.mapPanels.record(this, i));
      this.place();
    }

    go(split, id) {
      const i = this.map.find(split, id);
      if (i < 0) {
        this.parts.record.textContent = `${split} image ${id} is not on this map.`;
        return;
      }
      this.view.reveal(...this.at(i));
      this.open(i);
    }

    zoom(factor) {
      const centre = this.current === null ? this.view.centre : this.at(this.current);
      this.view.look(...centre, this.view.half * factor);
    }

    step(right, up) {
      const from = this.current ?? this.opened;
      const ahead = (i, x, y) => {
        const along = x * right + y * up;
        return this.shows(i) && along > 0 && Math.abs(x * up + y * right) <= along;
      };
      const [start, allowed] = from === null ? [this.view.centre, (i) => this.shows(i)] : [this.at(from), ahead];
      const next = this.map.nearest(this.arm, ...start, allowed);
      if (next === null) return;
      this.view.reveal(...this.at(next));
      this.point(next);
    }

    press(event) {
      const { key } = event;
      if (ARROWS[key]) this.step(...ARROWS[key]);
      else if (ZOOMS[key]) this.zoom(ZOOMS[key]);
      else if (key === 'Enter') this.open(this.current);
      else if (key === 'Escape') this.parts.plot.blur();
      else return;
      event.preventDefault();
    }
  }

  async function start(root) {
    root.querySelector('.map-unscripted').hidden = true;
    root.querySelector('.map-tool').hidden = false;
    const { plot } = superposition.maps[root.dataset.map];
    const views = await Bokeh.embed.embed_item(plot, root.querySelector('.map-canvas'));
    const view = views.get_by_id(plot.root_id);
    view.canvas_view.events_el.removeAttribute('tabindex'); // the plot's frame takes the focus, and has a name
    new SampleMap(root, view.model);
  }

  document.querySelectorAll('.map').forEach(start);
})();
