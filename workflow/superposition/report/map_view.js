// The part of a map that its plot shows: a square of the plane, moved and zoomed.
'use strict';

(() => {
  const superposition = (window.superposition ??= {});
  const FULL_WIDTH = 600;

  class View {
    constructor(plot) {
      this.plot = plot;
      this.whole = this.half;
      this.dot = this.named('dots').glyph.size.value;
    }

    get half() {
      const { start, end } = this.plot.x_range;
      return (end - start) / 2;
    }

    get centre() {
      const { x_range, y_range } = this.plot;
      return [x_range, y_range].map(({ start, end }) => (start + end) / 2);
    }

    // Shares of the plot's width and height at which a point lies, from its lower left corner.
    shares(x, y) {
      const { x_range, y_range } = this.plot;
      return [[x, x_range], [y, y_range]].map(([at, { start, end }]) => (at - start) / (end - start));
    }

    look(x, y, half = this.half) {
      this.plot.x_range.setv({ start: x - half, end: x + half });
      this.plot.y_range.setv({ start: y - half, end: y + half });
    }

    reveal(x, y) {
      if (this.shares(x, y).some((share) => share < 0 || share > 1)) this.look(x, y);
    }

    reset() {
      this.look(0, 0, this.whole);
    }

    // Dots grow when the map does, and are smaller on a smaller plot.
    fit(width) {
      const value = this.dot * Math.min(1, width / FULL_WIDTH) * Math.sqrt(this.whole / this.half);
      const { glyph } = this.named('dots');
      if (glyph.size.value !== value) glyph.size = { value };
    }

    named(name) {
      return this.plot.document.get_model_by_name(name);
    }

    draw(columns) {
      this.named('samples').data = columns;
    }

    // What dragging does: a tool's name, or nothing, so that a finger scrolls the page.
    drag(chosen) {
      for (const name of ['pan', 'box']) this.named(name).active = name === chosen;
    }
  }

  superposition.MapView = View;
})();
