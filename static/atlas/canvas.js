/* CAHRA Atlas: everything that a map shows, drawn on one canvas from one compact JSON blob.
 *
 * One layer instead of thousands of Leaflet objects: the cost of Folium and Leaflet is per object, not per point.
 * Order: zones, circles and lines, incidents, sites; what is graver is drawn later. Text from data only ever becomes
 * a text node (textContent), never HTML. The blob is made by layers/map.py, which describes its fields.
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

  /* Base map: outlines and towns that come with the program. Nothing is fetched. */
  CAHRA.Base = CAHRA.Canvas.extend({
    options: { pane: "tilePane", padding: 0.3 },
    initialize: function (outlines, options) {
      CAHRA.Canvas.prototype.initialize.call(this, options);
      const read = (list) => (list || []).map((f) => ({ name: f.n, rings: f.r.map(ring) }));
      this.countries = read(outlines.countries);
      this.admin1 = read(outlines.admin1);
      this.places = (outlines.places || []).map((p) => ({ x: worldX(p[0]), y: worldY(p[1]), name: p[2], size: p[3] }));
    },
    draw: function (ctx, v) {
      const b = v.bounds;
      if (!this.options.overTiles) {
        ctx.fillStyle = "#dfe8ee";
        ctx.fillRect(b.min.x, b.min.y, b.getSize().x, b.getSize().y);
        ctx.beginPath();
        for (const c of this.countries) for (const r of c.rings) this.trace(ctx, r, true);
        ctx.fillStyle = "#f7f5f0";
        ctx.fill("evenodd");
      }
      if (v.zoom >= 5) {
        ctx.beginPath();
        for (const c of this.admin1) for (const r of c.rings) this.trace(ctx, r, true);
        ctx.setLineDash([2, 3]);
        ctx.strokeStyle = "#a9a394";
        ctx.lineWidth = 0.8;
        ctx.stroke();
        ctx.setLineDash([]);
      }
      ctx.beginPath();
      for (const c of this.countries) for (const r of c.rings) this.trace(ctx, r, true);
      ctx.strokeStyle = "#77716a";
      ctx.lineWidth = 1.3;
      ctx.stroke();
      this.drawPlaces(ctx, v);
    },
    drawPlaces: function (ctx, v) {
      const b = v.bounds;
      const least = v.zoom >= 9 ? 0 : v.zoom >= 8 ? 5000 : v.zoom >= 7 ? 20000 : v.zoom >= 6 ? 40000 : 200000;
      const taken = [];
      ctx.font = "11px system-ui, 'DejaVu Sans', sans-serif";
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      for (const p of this.places) {
        if (p.size < least) continue;
        const x = p.x * v.scale - v.ox;
        const y = p.y * v.scale - v.oy;
        if (x < b.min.x || x > b.max.x || y < b.min.y || y > b.max.y) continue;
        const box = [x - 4, y - 8, x + 8 + ctx.measureText(p.name).width, y + 8];
        if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) continue;
        taken.push(box);
        ctx.fillStyle = "#6b665e";
        ctx.fillRect(x - 1.5, y - 1.5, 3, 3);
        this.label(ctx, p.name, x + 5, y, "#5a554d");
      }
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
    } else ctx.arc(0, 0, r, 0, 2 * Math.PI);
  }
  CAHRA.glyph = function (ctx, s, r) {
    const stroke = s.shape === "plus" || s.shape === "cross";
    outline(ctx, s.shape, r);
    ctx.globalAlpha = s.alpha || 1;
    if (stroke || s.hollow) {
      ctx.strokeStyle = s.colour;
      ctx.lineWidth = stroke ? Math.max(1.4, r * 0.45) : 1.3;
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
  function stamp(s, r) {
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
  }

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

  /* The data of one run, after filters. */
  CAHRA.Data = CAHRA.Canvas.extend({
    initialize: function (blob, options) {
      CAHRA.Canvas.prototype.initialize.call(this, options);
      this.blob = blob;
      this.zones = (blob.zones || []).map((z) => ({ name: z.n, style: z.s, indicative: z.i, rings: z.r.map(ring) }));
      this.shapes = (blob.shapes || []).map((s) => Object.assign({}, s, { rings: s.r.map(ring) }));
      const inc = blob.incidents || {};
      this.incidents = { at: points(inc.p), style: bytes(inc.s), day: ints(inc.d), deaths: ints(inc.m), row: ints(inc.i) };
      const sites = blob.sites || {};
      this.sites = { at: points(sites.p), style: bytes(sites.s), row: ints(sites.i), names: sites.n || [] };
      this.marks = (blob.marks || []).map((m) => ({ x: worldX(m[0]), y: worldY(m[1]), style: m[2], text: m[3] }));
    },
    onAdd: function (map) {
      CAHRA.Canvas.prototype.onAdd.call(this, map);
      this._tip = L.tooltip({ direction: "top", offset: [0, -8], opacity: 0.96, className: "cahra-tip" });
      map.on("mousemove", this._hover, this);
      map.on("mouseout", this._leave, this);
      map.on("click", this._click, this);
      if (CAHRA.furniture) CAHRA.furniture(map, this);
      if (this.blob.density) {
        const d = this.blob.density;
        this._density = L.imageOverlay(d.u, d.b, { opacity: 0.8, alt: d.t || "" });
        this._shade();
        map.on("zoomend", this._shade, this);
      }
    },
    onRemove: function (map) {
      map.off("mousemove", this._hover, this);
      map.off("mouseout", this._leave, this);
      map.off("click", this._click, this);
      map.off("zoomend", this._shade, this);
      map.getContainer().style.cursor = "";
      this._tip.remove();
      if (this._density) this._density.remove();
      if (CAHRA.unfurnish) CAHRA.unfurnish(map, this);
      CAHRA.Canvas.prototype.onRemove.call(this, map);
    },
    _shade: function () {
      if (this._far()) {
        this._density.addTo(this._map);
        this._density.bringToBack();
      } else this._density.remove();
    },
    _far: function () {
      return Boolean(this.blob.density) && this._map.getZoom() < 8;
    },
    radius: function (zoom) {
      const many = this.sites.row.length > 3000 ? 0.8 : 1;
      return Math.round(Math.max(2.5, Math.min(8, 2 + (zoom - 4) * 0.8)) * many * 2) / 2;
    },
    draw: function (ctx, v) {
      const style = this.blob.style;
      this._pixels = {};
      for (const z of this.zones) this._zone(ctx, z, style.zones[z.style]);
      for (const s of this.shapes) this._shape(ctx, s);
      if (!this._far()) this._points(ctx, v, this.incidents, style.incidents, "incidents");
      for (const m of this.marks) {
        const stamped = stamp(style.marks[m.style], this.radius(v.zoom) * 0.8);
        const x = m.x * v.scale - v.ox - stamped.half;
        const y = m.y * v.scale - v.oy - stamped.half;
        ctx.drawImage(stamped.canvas, x, y, stamped.half * 2, stamped.half * 2);
      }
      this._points(ctx, v, this.sites, style.sites, "sites");
      if (this.blob.focus) {
        const x = worldX(this.blob.focus[0]) * v.scale - v.ox;
        const y = worldY(this.blob.focus[1]) * v.scale - v.oy;
        for (const [colour, width] of [["#ffffff", 5], ["#000000", 2]]) {
          ctx.beginPath();
          ctx.arc(x, y, this.radius(v.zoom) + 5, 0, 2 * Math.PI);
          ctx.strokeStyle = colour;
          ctx.lineWidth = width;
          ctx.stroke();
        }
      }
    },
    _zone: function (ctx, z, s) {
      ctx.beginPath();
      for (const r of z.rings) this.trace(ctx, r, true);
      ctx.fillStyle = s.colour;
      ctx.globalAlpha = 0.13;
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
      if (s.pattern) {
        ctx.fillStyle = CAHRA.pattern(ctx, s);
        ctx.fill("evenodd");
      }
      ctx.strokeStyle = s.colour;
      ctx.lineWidth = 2;
      ctx.setLineDash(z.indicative ? [3, 5] : s.dash || []);
      ctx.stroke();
      ctx.setLineDash([]);
      if (z.name && this.view.zoom >= 7) {
        const r = z.rings[0];
        let left = 1;
        let right = 0;
        let top = 1;
        for (let i = 0; i < r.length; i += 2) {
          left = Math.min(left, r[i]);
          right = Math.max(right, r[i]);
          top = Math.min(top, r[i + 1]);
        }
        ctx.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
        ctx.textAlign = "center";
        const v = this.view;
        this.label(ctx, z.name, ((left + right) / 2) * v.scale - v.ox, top * v.scale - v.oy - 9, "#1d3b33");
      }
    },
    _shape: function (ctx, s) {
      ctx.beginPath();
      for (const r of s.rings) this.trace(ctx, r, s.close);
      ctx.setLineDash(s.dash || []);
      if (s.fill) {
        ctx.fillStyle = s.fill;
        ctx.fill("evenodd");
      }
      ctx.strokeStyle = s.colour;
      ctx.lineWidth = s.width || 1.5;
      ctx.stroke();
      ctx.setLineDash([]);
      if (s.t) {
        const r = s.rings[0];
        let top = 0;
        let low = 0;
        for (let i = 2; i < r.length; i += 2) if (r[i + 1] > r[low + 1]) low = i;
        for (let i = 2; i < r.length; i += 2) if (s.below ? r[i + 1] > r[top + 1] : r[i + 1] < r[top + 1]) top = i;
        const tall = Math.abs(r[low + 1] - Math.min(...r.filter((_, i) => i % 2))) * this.view.scale;
        ctx.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
        ctx.textAlign = "center";
        if (tall > 44) this.label(ctx, s.t, r[top] * this.view.scale - this.view.ox, r[top + 1] * this.view.scale - this.view.oy + (s.below ? 9 : -9), s.colour);
      }
    },
    _points: function (ctx, v, set, styles, kind) {
      const n = set.row.length;
      const b = v.bounds;
      const order = styles.map((_, i) => i).reverse(); // the gravest is first in the table, and drawn last
      const px = new Float32Array(n * 2);
      const base = this.radius(v.zoom);
      for (let i = 0; i < n; i++) {
        px[2 * i] = set.at[2 * i] * v.scale - v.ox;
        px[2 * i + 1] = set.at[2 * i + 1] * v.scale - v.oy;
      }
      this._pixels[kind] = px;
      for (const k of order) {
        for (let i = 0; i < n; i++) {
          if (set.style[i] !== k) continue;
          const x = px[2 * i];
          const y = px[2 * i + 1];
          if (x < b.min.x - 20 || x > b.max.x + 20 || y < b.min.y - 20 || y > b.max.y + 20) continue;
          const r = kind === "sites" ? base : this._size(set.deaths[i], base);
          const s = stamp(styles[k], r);
          ctx.drawImage(s.canvas, x - s.half, y - s.half, s.half * 2, s.half * 2);
        }
      }
    },
    _size: function (deaths, base) {
      const grown = base * 0.45 * (1 + 0.35 * Math.log10(1 + Math.max(0, deaths)));
      return Math.max(1.5, Math.round(grown * 2) / 2);
    },
    hit: function (point) {
      for (const kind of ["sites", "incidents"]) {
        const px = this._pixels && this._pixels[kind];
        if (!px) continue;
        const set = this[kind];
        let best = -1;
        let near = Math.pow(this.radius(this._map.getZoom()) + 4, 2);
        for (let i = 0; i < set.row.length; i++) {
          const d = (px[2 * i] - point.x) ** 2 + (px[2 * i + 1] - point.y) ** 2;
          if (d < near || (d === near && set.style[i] < set.style[best])) {
            near = d;
            best = i;
          }
        }
        if (best >= 0) return { kind: kind === "sites" ? "site" : "incident", index: best, row: set.row[best] };
      }
      return null;
    },
    lines: function (found) {
      const words = this.blob.words;
      const style = this.blob.style;
      if (found.kind === "site") {
        return [this.sites.names[found.index] || words.unnamed, style.sites[this.sites.style[found.index]].text];
      }
      const i = found.index;
      const day = new Date(this.incidents.day[i] * 864e5);
      const said = day.toLocaleDateString(this.blob.lang, { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" });
      const deaths = this.incidents.deaths[i].toLocaleString(this.blob.lang);
      return [said, words.deaths + ": " + deaths, style.incidents[this.incidents.style[i]].text];
    },
    element: function (lines) {
      const box = document.createElement("div");
      lines.forEach((text, i) => {
        const line = document.createElement(i ? "div" : "strong");
        line.textContent = text;
        box.appendChild(line);
      });
      return box;
    },
    _hover: function (e) {
      if (this._map._cahraDrawing) return;
      const found = this.hit(e.layerPoint);
      const key = found ? found.kind + found.index : "";
      if (key === this._at) return;
      this._at = key;
      this._map.getContainer().style.cursor = found ? "pointer" : "";
      if (!found) return this._tip.remove();
      const set = found.kind === "site" ? this.sites : this.incidents;
      const at = this._pixels[found.kind + "s"];
      const where = this._map.layerPointToLatLng([at[2 * found.index], at[2 * found.index + 1]]);
      this._tip.setLatLng(where).setContent(this.element(this.lines(found)));
      if (set) this._tip.addTo(this._map);
    },
    _leave: function () {
      this._at = "";
      this._tip.remove();
    },
    _click: function (e) {
      if (this._map._cahraDrawing) return;
      const found = this.hit(e.layerPoint) || (this.options.ask ? { kind: "place", row: -1 } : null);
      if (!found) return;
      if (this.options.popups || found.kind === "incident") {
        const extra = (found.kind === "site" && (this.blob.details || {})[found.row]) || [];
        L.popup({ maxWidth: 320 }).setLatLng(e.latlng).setContent(this.element(this.lines(found).concat(extra))).openOn(this._map);
      }
      const turn = Date.now(); // the same site twice is two questions
      const feature = {
        type: "Feature",
        properties: { kind: found.kind, id: found.row, run: this.blob.run, turn: turn },
        geometry: { type: "Point", coordinates: [e.latlng.lng, e.latlng.lat] },
      };
      this.fire("click", { latlng: e.latlng, layer: { toGeoJSON: () => feature } });
    },
  });
  CAHRA.data = (blob, options) => new CAHRA.Data(blob, options);
})();
