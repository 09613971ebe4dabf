/* CAHRA Atlas: what all layers of a map are drawn with: a canvas that follows the map, unpacked columns, shapes.
 *
 * One layer instead of thousands of Leaflet objects: the cost of Folium and Leaflet is per object, not per point. Text
 * from data only ever becomes a text node (textContent) or a drawn label, never HTML.
 */
(function () {
  "use strict";
  const CAHRA = (window.CAHRA = window.CAHRA || {});
  const DEGREE = 1e-5; // points come as whole hundred-thousandths of a degree

  function bytes(text) {
    const raw = atob(text || "");
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }
  const ints = (text) => new Int32Array(bytes(text).buffer);
  const shorts = (text) => new Uint16Array(bytes(text).buffer);

  // Web Mercator as a fraction of the world's width, so that a zoom level is one multiplication.
  const worldX = (lon) => (lon + 180) / 360;
  function worldY(lat) {
    const s = Math.sin((Math.max(-85.06, Math.min(85.06, lat)) * Math.PI) / 180);
    return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
  }
  function points(text) {
    const lonlat = ints(text);
    const out = new Float64Array(lonlat.length);
    for (let i = 0; i < lonlat.length; i += 2) {
      out[i] = worldX(lonlat[i] * DEGREE);
      out[i + 1] = worldY(lonlat[i + 1] * DEGREE);
    }
    return out;
  }
  function ring(deltas) {
    const out = new Float64Array(deltas.length);
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < deltas.length; i += 2) {
      lon += deltas[i];
      lat += deltas[i + 1];
      out[i] = worldX(lon * 1e-4);
      out[i + 1] = worldY(lat * 1e-4);
    }
    return out;
  }

  /* Whether a point of the world lies in rings (even-odd, so that holes are outside). */
  function inside(x, y, rings) {
    let odd = false;
    for (const r of rings) {
      for (let i = 0, j = r.length - 2; i < r.length; j = i, i += 2) {
        if (r[i + 1] > y !== r[j + 1] > y && x < ((r[j] - r[i]) * (y - r[i + 1])) / (r[j + 1] - r[i + 1]) + r[i]) odd = !odd;
      }
    }
    return odd;
  }
  CAHRA.unpack = { bytes, ints, shorts, points, ring, worldX, worldY, inside };

  /* What a reader switched off on any map of this page, kept while the page is open. */
  CAHRA.store = (function () {
    try {
      window.parent.cahraStore = window.parent.cahraStore || { off: {} };
      return window.parent.cahraStore;
    } catch (e) {
      return { off: {} }; // shown inside a page of another host
    }
  })();

  /* An answer to the app: streamlit-folium hands what is "drawn" to Python. */
  CAHRA.tell = function (map, properties, geometry) {
    const c = map.getCenter();
    const feature = {
      type: "Feature",
      properties: Object.assign({ turn: Date.now() }, properties), // the same answer twice is two answers
      geometry: geometry || { type: "Point", coordinates: [c.lng, c.lat] },
    };
    map.fire("draw:created", { layerType: properties.kind, layer: { toGeoJSON: () => feature } });
  };

  // The first click on a map gives it the keyboard. Leaflet's own way scrolls the page to do so, and the click is lost.
  L.Map.Keyboard.include({
    _onMouseDown: function () {
      if (!this._focused) this._map.getContainer().focus({ preventScroll: true });
    },
  });

  /* A canvas that follows the map, with Leaflet's own panning and zoom animation. */
  CAHRA.Canvas = L.Renderer.extend({
    options: { padding: 0.3, pane: "overlayPane" },
    initialize: function (options) {
      L.setOptions(this, options);
      L.stamp(this);
      this._layers = {};
    },
    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._container.style.pointerEvents = "none";
      this._ctx = this._container.getContext("2d");
    },
    _destroyContainer: function () {
      this._container.remove();
      delete this._container;
    },
    _updatePaths: function () {},
    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = window.devicePixelRatio > 1 ? 2 : 1;
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = ratio * size.x;
      canvas.height = ratio * size.y;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this._ctx.setTransform(ratio, 0, 0, ratio, -ratio * this._bounds.min.x, -ratio * this._bounds.min.y);
      const origin = this._map.getPixelOrigin();
      const scale = this._map.options.crs.scale(this._map.getZoom());
      this.view = { scale: scale, ox: origin.x, oy: origin.y, bounds: this._bounds, zoom: this._map.getZoom() };
      this.draw(this._ctx, this.view);
      this.fire("drawn");
    },
    trace: function (ctx, line, close) {
      const v = this.view;
      for (let i = 0; i < line.length; i += 2) {
        const x = line[i] * v.scale - v.ox;
        const y = line[i + 1] * v.scale - v.oy;
        if (i) ctx.lineTo(x, y);
        else ctx.moveTo(x, y);
      }
      if (close) ctx.closePath();
    },
    label: function (ctx, text, x, y, colour) {
      ctx.lineJoin = "round";
      ctx.lineWidth = 3;
      ctx.strokeStyle = "rgba(255,255,255,0.9)";
      ctx.strokeText(text, x, y);
      ctx.fillStyle = colour;
      ctx.fillText(text, x, y);
    },
  });

  /* One stamp per shape, colour and size; drawing 50,000 points is 50,000 copies of a few stamps. */
  const stamps = new Map();
  function outline(ctx, shape, r) {
    ctx.beginPath();
    if (shape === "square") ctx.rect(-r * 0.88, -r * 0.88, r * 1.76, r * 1.76);
    else if (shape === "triangle") {
      ctx.moveTo(0, -r * 1.2);
      ctx.lineTo(r * 1.12, r * 0.85);
      ctx.lineTo(-r * 1.12, r * 0.85);
      ctx.closePath();
    } else if (shape === "diamond") {
      ctx.moveTo(0, -r * 1.3);
      ctx.lineTo(r * 1.15, 0);
      ctx.lineTo(0, r * 1.3);
      ctx.lineTo(-r * 1.15, 0);
      ctx.closePath();
    } else if (shape === "plus") {
      ctx.moveTo(-r, 0);
      ctx.lineTo(r, 0);
      ctx.moveTo(0, -r);
      ctx.lineTo(0, r);
    } else if (shape === "cross") {
      ctx.moveTo(-r * 0.8, -r * 0.8);
      ctx.lineTo(r * 0.8, r * 0.8);
      ctx.moveTo(r * 0.8, -r * 0.8);
      ctx.lineTo(-r * 0.8, r * 0.8);
    } else if (shape === "star") {
      for (const a of [0, 1, 2]) {
        const x = r * Math.cos((a * Math.PI) / 3 + Math.PI / 2);
        const y = r * Math.sin((a * Math.PI) / 3 + Math.PI / 2);
        ctx.moveTo(x, y);
        ctx.lineTo(-x, -y);
      }
    } else ctx.arc(0, 0, r, 0, 2 * Math.PI);
  }
  CAHRA.glyph = function (ctx, s, r) {
    const stroke = s.shape === "plus" || s.shape === "cross" || s.shape === "star";
    outline(ctx, s.shape, r);
    ctx.globalAlpha = s.alpha || 1;
    if (stroke || s.hollow) {
      ctx.strokeStyle = s.colour;
      ctx.lineWidth = stroke ? Math.max(1.4, Math.min(4, r * 0.42)) : 1.3;
      ctx.stroke();
    } else {
      ctx.fillStyle = s.colour;
      ctx.fill();
      ctx.strokeStyle = s.edge || "#ffffff";
      ctx.lineWidth = r > 3 ? 1 : 0.5;
      ctx.stroke();
    }
    if (s.ring) {
      ctx.beginPath();
      ctx.setLineDash([2, 2]);
      ctx.arc(0, 0, r * 2, 0, 2 * Math.PI);
      ctx.strokeStyle = s.colour;
      ctx.lineWidth = 0.9;
      ctx.stroke();
      ctx.setLineDash([]);
    }
    ctx.globalAlpha = 1;
  };
  CAHRA.stamp = function (s, r) {
    const key = [s.shape, s.colour, s.edge, s.hollow, s.ring, s.alpha, r].join("|");
    if (!stamps.has(key)) {
      const half = Math.ceil(r * (s.ring ? 2.2 : 1.5)) + 2;
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = half * 4;
      const ctx = canvas.getContext("2d");
      ctx.setTransform(2, 0, 0, 2, half * 2, half * 2);
      CAHRA.glyph(ctx, s, r);
      stamps.set(key, { canvas: canvas, half: half });
    }
    return stamps.get(key);
  };

  CAHRA.pattern = function (ctx, s) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 10;
    const c = tile.getContext("2d");
    c.strokeStyle = c.fillStyle = s.colour;
    c.globalAlpha = 0.55;
    c.lineWidth = 1.1;
    const line = (x1, y1, x2, y2) => {
      c.beginPath();
      c.moveTo(x1, y1);
      c.lineTo(x2, y2);
      c.stroke();
    };
    if (s.pattern === "rising" || s.pattern === "crossed") [-10, 0, 10].forEach((d) => line(d - 1, 11, d + 11, -1));
    if (s.pattern === "falling" || s.pattern === "crossed") [-10, 0, 10].forEach((d) => line(d - 1, -1, d + 11, 11));
    if (s.pattern === "level") line(0, 5, 10, 5);
    if (s.pattern === "upright") line(5, 0, 5, 10);
    if (s.pattern === "dotted") {
      c.beginPath();
      c.arc(5, 5, 1.4, 0, 2 * Math.PI);
      c.fill();
    }
    return ctx.createPattern(tile, "repeat");
  };
})();
