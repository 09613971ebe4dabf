/* CAHRA Atlas: two runs on one map, with a divider between them that a reader moves by pointer or arrow keys. */
(function () {
  "use strict";
  const CAHRA = window.CAHRA;
  const make = CAHRA.make;
  const THUMB = 34; // width of what is dragged [pixels], as in atlas.css

  CAHRA.Swipe = L.Layer.extend({
    initialize: function (blob, options) {
      this.sides = [new CAHRA.Data(blob.right, options), new CAHRA.Data(blob, options)]; // the left one comes last: the legend is its
      this.sides[0].half = 1;
      this.sides[1].half = -1;
      this.sides[1].partner = this.sides[0];
      this.words = blob.swipe;
    },
    onAdd: function (map) {
      this._map = map;
      const box = map.getContainer();
      const range = (this._range = make("input", "cahra-swipe", box));
      range.type = "range";
      range.min = 0;
      range.max = 1000;
      range.value = CAHRA.store.swipe === undefined ? 500 : CAHRA.store.swipe;
      range.setAttribute("aria-label", this.words.label);
      this._line = make("div", "cahra-swipe-line", box);
      this._names = [make("div", "cahra-swipe-name left", box, this.words.left), make("div", "cahra-swipe-name right", box, this.words.right)];
      L.DomEvent.disableClickPropagation(range);
      L.DomEvent.on(range, "keydown", L.DomEvent.stopPropagation); // else the arrows move the map too
      range.addEventListener("input", () => {
        CAHRA.store.swipe = +range.value;
        this._clip();
      });
      for (const side of this.sides) {
        side.on("drawn", this._clip, this);
        map.addLayer(side);
      }
      map.on("move resize zoomend", this._clip, this);
      this._clip();
    },
    onRemove: function (map) {
      map.off("move resize zoomend", this._clip, this);
      for (const side of this.sides) {
        side.off("drawn", this._clip, this);
        map.removeLayer(side);
      }
      for (const node of [this._range, this._line, ...this._names]) node.remove();
      delete map._cahraSwipe;
    },
    /* What lies left of the divider is of one side, what lies right of it of the other. */
    _clip: function () {
      const map = this._map;
      if (!map || !this._range.isConnected) return;
      const x = THUMB / 2 + (this._range.value / 1000) * (map.getSize().x - THUMB);
      map._cahraSwipe = x;
      this._line.style.left = x + "px";
      const at = map.containerPointToLayerPoint([x, 0]).x;
      for (const side of this.sides) {
        if (!side._container || !side._bounds) continue;
        const local = Math.round(at - side._bounds.min.x);
        const wide = side._bounds.getSize().x;
        side._container.style.clipPath = side.half < 0 ? "inset(0 " + (wide - local) + "px 0 0)" : "inset(0 0 0 " + local + "px)";
      }
    },
  });
  const alone = CAHRA.data;
  CAHRA.data = (blob, options) => (blob.right ? new CAHRA.Swipe(blob, options) : alone(blob, options));
})();
