/* CAHRA Atlas: the data of one run on one canvas, and what pointing at it and clicking it tells.
 *
 * Order: zones, circles and lines, incidents, marks, sites; what is graver is drawn later. The blob is made by
 * layers/maps/blob.py, which describes its fields.
 */
(function () {
  "use strict";
  const CAHRA = window.CAHRA;
  const { bytes, ints, shorts, points, ring, worldX, worldY, inside } = CAHRA.unpack;
  const FONT = "system-ui, 'DejaVu Sans', sans-serif";
  const MOST_NAMED = 400; // incidents of one point that its list writes out

  CAHRA.Data = CAHRA.Canvas.extend({
    initialize: function (blob, options) {
      CAHRA.Canvas.prototype.initialize.call(this, options);
      this.blob = blob;
      this.without = new Set(blob.off || []); // Leaflet keeps the name "off" for itself
      this.zones = (blob.zones || []).map((z) => Object.assign({}, z, { rings: z.r.map(ring) }));
      this.shapes = (blob.shapes || []).map((s) => Object.assign({}, s, { rings: s.r.map(ring) }));
      const inc = blob.incidents || {};
      this.incidents = {
        raw: ints(inc.p), at: points(inc.p), style: bytes(inc.s), day: ints(inc.d), span: shorts(inc.f), deaths: shorts(inc.m),
        row: ints(inc.i), low: shorts(inc.l), high: shorts(inc.h), words: inc.w || [], of: inc.wide ? ints(inc.k) : shorts(inc.k),
        ids: inc.x || [],
      };
      const sites = blob.sites || {};
      this.sites = { at: points(sites.p), style: bytes(sites.s), row: ints(sites.i), names: sites.n || [] };
      this.choices = (blob.colours || []).map((c) => Object.assign({}, c, { codes: bytes(c.codes) }));
      this.by = {}; // what sites and lines are coloured by, where it is not their class or kind
      const chosen = this.choices.find((c) => c.key === blob.colour);
      if (chosen) this.by[chosen.on] = chosen;
      this.marks = (blob.marks || []).map((m) => ({ x: worldX(m[0]), y: worldY(m[1]), style: m[2], text: m[3], from: m[4], until: m[5] }));
      if (CAHRA.unpackMonths) CAHRA.unpackMonths(this);
      this.regroup();
    },
    onAdd: function (map) {
      CAHRA.Canvas.prototype.onAdd.call(this, map);
      this._tip = L.tooltip({ direction: "top", offset: [0, -8], opacity: 0.96, className: "cahra-tip" });
      map.on("mousemove", this._hover, this);
      map.on("mouseout", this._leave, this);
      map.on("click", this._click, this);
      map._cahraData = this;
      if (map._cahraBase) map._cahraBase.leave(this.zones.map((z) => z.n));
      if (CAHRA.furniture) CAHRA.furniture(map, this);
      if (this.blob.density) {
        const d = this.blob.density;
        this._density = L.imageOverlay(d.u, d.b, { opacity: d.always ? 1 : 0.8, alt: d.t || "" });
        this._shade();
        map.on("zoomend", this._shade, this);
      }
      if (CAHRA.clockOf) CAHRA.clockOf(map, this);
      this._middle();
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
    /* Whether a row of the legend is switched off: by the page's filter, or on the map. */
    hidden: function (key) {
      return this.without.has(key) || Boolean(CAHRA.store.off[key]);
    },
    /* A site that was chosen stands in the middle, also when a card beside the map makes it narrower just then. */
    _middle: function () {
      const map = this._map;
      const focus = this.blob.focus;
      const key = focus ? focus.join() : "";
      const before = map._cahraFocus;
      map._cahraFocus = key;
      if (!focus || key === before) return;
      const at = L.latLng(focus[1], focus[0]);
      if (before === undefined && map._cahraRestored && map.getBounds().contains(at)) return;
      const move = () => {
        if (map._cahraFocus !== key || !map._container) return;
        map.invalidateSize({ pan: false });
        map.panTo(at, { animate: false });
      };
      move();
      [120, 400, 900, 1600].forEach((ms) => setTimeout(() => {
        const size = map.getContainer().clientWidth;
        if (size !== map._cahraWide) move();
        map._cahraWide = size;
      }, ms));
      map._cahraWide = map.getContainer().clientWidth;
    },
    _shade: function () {
      if (this._far()) {
        this._density.addTo(this._map);
        this._density.bringToBack();
      } else this._density.remove();
    },
    _far: function () {
      const d = this.blob.density;
      return Boolean(d) && !this.moved && (Boolean(d.always) || this._map.getZoom() < 8);
    },
    /* Whether an incident lies in the window of the day that is shown; without other days, all that came do. */
    holds: function (i) {
      const inc = this.incidents;
      return !this.time || (inc.day[i] - inc.span[i] <= this.time.at && inc.day[i] > this.time.after);
    },
    /* Whether a zone is in force on the day that is shown, and is not switched off. */
    zoneShown: function (z) {
      if (this.hidden("zones/" + this.blob.style.zones[z.s].key)) return false;
      return !this.time || !z.d || !z.d.length || z.d.some((span) => span[0] <= this.time.at && this.time.at <= span[1]);
    },
    /* What sites or lines are coloured by; months that go by are always of the class. */
    choice: function (on) {
      return this.moved ? undefined : this.by[on];
    },
    /* Styles of the sites, and which of them each one is drawn with: 255 for a site that is switched off. */
    _restyle: function () {
      const set = this.sites;
      const own = this.blob.style.sites;
      const by = this.choice("sites");
      const off = own.map((s) => this.hidden("sites/" + s.key));
      const count = {};
      const all = {}; // rows of the legend that count sites: those of what they are coloured by
      for (const style of by ? by.styles : own) all[(by ? by.key : "sites") + "/" + style.key] = true;
      const gone = by && by.styles.map((s) => this.hidden(by.key + "/" + s.key));
      // What another choice's switches left out is the page's filter still, and counted nowhere.
      const away = this.choices
        .filter((c) => c.on === "sites" && c !== by)
        .map((c) => ({ codes: c.codes, off: c.styles.map((s) => this.without.has(c.key + "/" + s.key)) }))
        .filter((c) => c.off.some(Boolean));
      const codes = new Uint8Array(set.row.length).fill(255);
      for (let i = 0; i < codes.length; i++) {
        const k = set.style[i];
        if (k >= own.length || (by && this.without.has("sites/" + own[k].key)) || away.some((c) => c.off[c.codes[i]])) continue;
        const at = by ? by.codes[i] : k;
        const key = (by ? by.key : "sites") + "/" + (by ? by.styles : own)[at].key;
        count[key] = (count[key] || 0) + 1;
        if (!(by ? gone : off)[at]) codes[i] = at;
      }
      this.face = { styles: by ? by.styles : own, codes: codes, count: count, all: all, gone: away.length > 0 };
    },
    /* Incidents at one point are one symbol: how many, and the sum of their deaths. */
    regroup: function () {
      this._restyle();
      const inc = this.incidents;
      const found = new Map();
      const shown = this.blob.style.incidents.map((_, i) => !this.hidden("incidents/" + (i >> 1)));
      for (let i = 0; i < inc.row.length; i++) {
        if (!shown[inc.style[i]] || !this.holds(i)) continue;
        const key = (inc.raw[2 * i] + 18e6) * 2e7 + inc.raw[2 * i + 1] + 9e6;
        const group = found.get(key);
        if (group) {
          group.list.push(i);
          group.deaths += inc.deaths[i];
          if (group.kind !== inc.style[i] >> 1) group.kind = -1;
          group.vague = group.vague && inc.style[i] & 1;
        } else {
          const kind = inc.style[i] >> 1;
          found.set(key, { x: inc.at[2 * i], y: inc.at[2 * i + 1], list: [i], deaths: inc.deaths[i], kind: kind, vague: inc.style[i] & 1 });
        }
      }
      this.groups = Array.from(found.values()).sort((a, b) => b.deaths - a.deaths);
    },
    radius: function (zoom) {
      const many = this.sites.row.length > 3000 ? 0.8 : 1;
      return Math.round(Math.max(2.5, Math.min(8, 2 + (zoom - 4) * 0.8)) * many * 2) / 2;
    },
    draw: function (ctx, v) {
      const style = this.blob.style;
      this._pixels = {};
      for (const z of this.zones) if (this.zoneShown(z)) this._zone(ctx, z, style.zones[z.s]);
      this._zoneNames(ctx, v);
      const by = this.choice("lines");
      this.shapes.forEach((s, i) => {
        const own = by && by.styles[by.codes[i]];
        if (this.hidden(own ? by.key + "/" + own.key : s.key)) return;
        this._shape(ctx, own ? Object.assign({}, s, { colour: own.colour, dash: own.dash, width: 2 }) : s);
      });
      if (!this._far()) this._groups(ctx, v);
      for (const m of this.marks) {
        if (this.hidden("marks/" + style.marks[m.style].key)) continue;
        if (this.time && m.from !== undefined && (this.time.at < m.from || this.time.at > m.until)) continue;
        const stamped = CAHRA.stamp(style.marks[m.style], this.radius(v.zoom) * 0.8);
        const x = m.x * v.scale - v.ox - stamped.half;
        const y = m.y * v.scale - v.oy - stamped.half;
        ctx.drawImage(stamped.canvas, x, y, stamped.half * 2, stamped.half * 2);
      }
      this._sites(ctx, v);
      this._numbers(ctx, v);
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
      ctx.setLineDash(z.i ? [3, 5] : s.dash || []);
      ctx.stroke();
      ctx.setLineDash([]);
    },
    _zoneNames: function (ctx, v) {
      if (v.zoom < 6) return;
      ctx.font = "600 12px " + FONT;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      const taken = [];
      this.named = [];
      for (const z of this.zones) {
        if (!z.n || !this.zoneShown(z)) continue;
        const half = ctx.measureText(z.n).width / 2;
        const [x, y] = this._roomFor(z, v, half);
        if (taken.some((t) => Math.abs(t[0] - x) < t[2] + half && Math.abs(t[1] - y) < 13)) continue;
        taken.push([x, y, half]);
        this.named.push({ name: z.n, at: [(x + v.ox) / v.scale, (y + v.oy) / v.scale] });
        this.label(ctx, z.n, x, y, "#1d3b33");
      }
    },
    /* Where a zone's name covers fewest sites: its middle, or a place near it that is inside too. */
    _roomFor: function (z, v, half) {
      const x = worldX(z.c[0]) * v.scale - v.ox;
      const y = worldY(z.c[1]) * v.scale - v.oy;
      const set = this.sites;
      let best = [x, y];
      let least = Infinity;
      for (const [dx, dy] of [[0, 0], [0, 18], [0, -18], [0, 36], [0, -36], [half, 0], [-half, 0], [half, 24], [-half, 24], [half, -24], [-half, -24]]) {
        const at = [x + dx, y + dy];
        if (!inside((at[0] + v.ox) / v.scale, (at[1] + v.oy) / v.scale, z.rings)) continue;
        let over = 0;
        for (let i = 0; i < set.row.length; i++) {
          if (this.face.codes[i] === 255) continue;
          const px = set.at[2 * i] * v.scale - v.ox;
          const py = set.at[2 * i + 1] * v.scale - v.oy;
          if (Math.abs(px - at[0]) < half + 5 && Math.abs(py - at[1]) < 12) over++;
        }
        if (over >= least) continue;
        least = over;
        best = at;
        if (!over) break;
      }
      return best;
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
      ctx.globalAlpha = s.close || this.shapes.length < 40 ? 1 : 0.4; // many lines are a backdrop for points
      ctx.stroke();
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
      if (s.t) {
        const r = s.rings[0];
        let top = 0;
        let low = 0;
        for (let i = 2; i < r.length; i += 2) if (r[i + 1] > r[low + 1]) low = i;
        for (let i = 2; i < r.length; i += 2) if (s.below ? r[i + 1] > r[top + 1] : r[i + 1] < r[top + 1]) top = i;
        const tall = Math.abs(r[low + 1] - Math.min(...r.filter((_, i) => i % 2))) * this.view.scale;
        ctx.font = "600 12px " + FONT;
        ctx.textAlign = "center";
        if (tall > 44) this.label(ctx, s.t, r[top] * this.view.scale - this.view.ox, r[top + 1] * this.view.scale - this.view.oy + (s.below ? 9 : -9), s.colour);
      }
    },
    _groups: function (ctx, v) {
      const b = v.bounds;
      const style = this.blob.style;
      const base = this.radius(v.zoom);
      const taken = [];
      const counts = [];
      for (const g of this.groups) {
        g.px = g.x * v.scale - v.ox;
        g.py = g.y * v.scale - v.oy;
        g.r = this._size(g.deaths, base);
        if (g.px < b.min.x - 30 || g.px > b.max.x + 30 || g.py < b.min.y - 30 || g.py > b.max.y + 30) continue;
        const own = g.kind < 0 ? style.mixed : style.incidents[g.kind * 2 + (g.vague ? 1 : 0)];
        const s = CAHRA.stamp(own, g.r);
        ctx.drawImage(s.canvas, g.px - s.half, g.py - s.half, s.half * 2, s.half * 2);
        if (g.list.length > 1) counts.push(g);
      }
      ctx.font = "600 10.5px " + FONT;
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      for (const g of counts) {
        const text = String(g.list.length);
        const at = [g.px + g.r + 2, g.py - 6, g.px + g.r + 4 + text.length * 6.5, g.py + 6];
        if (taken.some((t) => at[0] < t[2] && at[2] > t[0] && at[1] < t[3] && at[3] > t[1])) continue;
        taken.push(at);
        this.label(ctx, text, at[0], g.py, "#1a1a1a");
      }
    },
    /* Numbers of incidents, as the rows of the table beside the map have them. */
    _numbers: function (ctx, v) {
      ctx.font = "600 10.5px " + FONT;
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      const taken = [];
      for (const [lon, lat, text] of this.blob.numbers || []) {
        const x = worldX(lon) * v.scale - v.ox;
        let y = worldY(lat) * v.scale - v.oy;
        const wide = ctx.measureText(text).width + 8;
        const over = (t) => x - wide - 6 < t[0] && x - 6 > t[0] - t[2] && Math.abs(t[1] - y) < 15;
        for (let k = 0; k < 8 && taken.some(over); k++) y += 15;
        taken.push([x - 6, y, wide]);
        ctx.fillStyle = "#1c1c1c";
        ctx.fillRect(x - wide - 6, y - 7, wide, 14);
        ctx.fillStyle = "#ffffff";
        ctx.fillText(text, x - wide - 2, y + 0.5);
      }
    },
    _size: function (deaths, base) {
      const grown = base * 0.45 * (1 + 0.5 * Math.pow(Math.max(0, deaths), 0.4));
      return Math.max(1.5, Math.min(base * 5, Math.round(grown * 2) / 2));
    },
    _sites: function (ctx, v) {
      const set = this.sites;
      const { styles, codes } = this.face;
      const b = v.bounds;
      const r = this.radius(v.zoom);
      const px = new Float32Array(set.row.length * 2);
      for (let i = 0; i < set.row.length; i++) {
        px[2 * i] = set.at[2 * i] * v.scale - v.ox;
        px[2 * i + 1] = set.at[2 * i + 1] * v.scale - v.oy;
      }
      this._pixels.sites = px;
      for (let k = styles.length - 1; k >= 0; k--) {
        const s = CAHRA.stamp(styles[k], r); // the gravest is first in the table, and drawn last
        for (let i = 0; i < set.row.length; i++) {
          if (codes[i] !== k) continue;
          const x = px[2 * i];
          const y = px[2 * i + 1];
          if (x < b.min.x - 20 || x > b.max.x + 20 || y < b.min.y - 20 || y > b.max.y + 20) continue;
          ctx.drawImage(s.canvas, x - s.half, y - s.half, s.half * 2, s.half * 2);
        }
      }
    },
    hit: function (point) {
      const px = this._pixels && this._pixels.sites;
      if (!px) return null;
      const set = this.sites;
      const codes = this.face.codes;
      let best = -1;
      let near = Math.pow(this.radius(this._map.getZoom()) + 4, 2);
      for (let i = 0; i < set.row.length; i++) {
        if (codes[i] === 255) continue;
        const d = (px[2 * i] - point.x) ** 2 + (px[2 * i + 1] - point.y) ** 2;
        if (d < near || (d === near && best >= 0 && set.style[i] < set.style[best])) {
          near = d;
          best = i;
        }
      }
      if (best >= 0) return { kind: "site", index: best, row: set.row[best] };
      if (this._far()) return null;
      let group = -1;
      near = Infinity;
      this.groups.forEach((g, k) => {
        const d = Math.hypot(g.px - point.x, g.py - point.y);
        if (d <= Math.max(g.r, 3) + 3 && d < near) {
          near = d;
          group = k;
        }
      });
      return group < 0 ? null : { kind: "incident", index: group, row: this.incidents.row[this.groups[group].list[0]] };
    },
    /* A day as the pages write it: 19 Sep 2016, 19 sept. 2016. */
    date: function (day) {
      const form = { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" };
      const at = new Date(day * 864e5);
      if (!this.blob.lang.startsWith("en")) return at.toLocaleDateString(this.blob.lang, form);
      const month = at.toLocaleDateString("en-US", { timeZone: "UTC", month: "short" });
      return at.getUTCDate() + " " + month + " " + at.getUTCFullYear();
    },
    number: function (n) {
      return n.toLocaleString(this.blob.lang);
    },
    say: function (words, values) {
      return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    },
    /* One incident in lines: day, deaths with low and high, place, actors, kind, source and id. */
    incident: function (i) {
      const inc = this.incidents;
      const words = this.blob.words;
      const first = inc.day[i] - inc.span[i];
      const day = first === inc.day[i] ? this.date(first) : this.say(words.until, { first: this.date(first), last: this.date(inc.day[i]) });
      const kind = this.blob.style.incidents[inc.style[i]].text;
      if (!inc.ids.length) return [day, words.deaths + ": " + this.number(inc.deaths[i]), kind];
      const text = (k) => inc.words[inc.of[4 * i + k]] || "";
      const said = { best: this.number(inc.deaths[i]), low: this.number(inc.low[i]), high: this.number(inc.high[i]) };
      const actors = text(1) && text(2) ? this.say(words.between, { a: text(1), b: text(2) }) : text(1) || text(2);
      const source = this.say(words.source, { source: text(3), id: inc.ids[i] });
      return [day, this.say(words.estimate, said), text(0), actors, kind, source].filter(Boolean);
    },
    /* The first line of several incidents at one point, and when they were. */
    sum: function (g) {
      const days = g.list.map((i) => this.incidents.day[i]);
      const said = this.say(this.blob.words.incidents, { n: this.number(g.list.length), deaths: this.number(g.deaths) });
      const span = { first: this.date(Math.min(...days)), last: this.date(Math.max(...days)) };
      return [said, this.say(this.blob.words.until, span)];
    },
    lines: function (found) {
      if (found.kind === "site") {
        const style = this.blob.style.sites[this.sites.style[found.index]];
        const by = this.choice("sites");
        const lines = [this.sites.names[found.index] || this.blob.words.unnamed, style.text];
        return by ? lines.concat(by.styles[by.codes[found.index]].text) : lines;
      }
      const g = this.groups[found.index];
      return g.list.length > 1 ? this.sum(g) : this.incident(g.list[0]);
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
    /* All incidents of a point, newest first. */
    list: function (g) {
      const box = this.element(this.sum(g));
      const list = document.createElement("ol");
      list.className = "cahra-list";
      list.tabIndex = 0;
      const rows = g.list.slice().sort((a, b) => this.incidents.day[b] - this.incidents.day[a]);
      for (const i of rows.slice(0, MOST_NAMED)) {
        const item = document.createElement("li");
        item.appendChild(this.element(this.incident(i)));
        list.appendChild(item);
      }
      box.appendChild(list);
      return box;
    },
    /* What lies under a place: zone, district. */
    under: function (latlng) {
      const x = worldX(latlng.lng);
      const y = worldY(latlng.lat);
      const zone = this.zones.find((z) => this.zoneShown(z) && inside(x, y, z.rings));
      const base = this._map._cahraBase;
      const district = base && this._map.getZoom() >= 6 && base.districtAt(x, y);
      const lines = zone ? [zone.n, zone.t] : [];
      if (district && (!zone || district.name !== zone.n)) lines.push(district.name);
      return lines;
    },
    /* Whether a place of the map is this layer's: of two runs beside a divider, each has its side. */
    _mine: function (point) {
      return !this.half || this.half < 0 === point.x < this._map._cahraSwipe;
    },
    _hover: function (e) {
      if (this._map._cahraDrawing) return;
      if (!this._mine(e.containerPoint)) return this._leave();
      const found = this.hit(e.layerPoint);
      this._map.getContainer().style.cursor = found ? "pointer" : "";
      const lines = found ? this.lines(found) : this.under(e.latlng);
      const key = found ? found.kind + found.index : lines.join("|");
      if (!lines.length) {
        this._at = "";
        return this._tip.remove();
      }
      if (key !== this._at) this._tip.setContent(this.element(lines));
      if (key !== this._at || !found) this._tip.setLatLng(found ? this._where(found) : e.latlng);
      this._at = key;
      this._tip.addTo(this._map);
    },
    _where: function (found) {
      if (found.kind === "site") {
        const at = this._pixels.sites;
        return this._map.layerPointToLatLng([at[2 * found.index], at[2 * found.index + 1]]);
      }
      const g = this.groups[found.index];
      return this._map.layerPointToLatLng([g.px, g.py]);
    },
    _leave: function () {
      this._at = "";
      this._tip.remove();
    },
    _click: function (e) {
      if (this._map._cahraDrawing || !this._mine(e.containerPoint)) return;
      const found = this.hit(e.layerPoint) || (this.options.ask ? { kind: "place", row: -1 } : null);
      if (!found) return;
      if (found.kind === "incident") {
        const g = this.groups[found.index];
        const content = g.list.length > 1 ? this.list(g) : this.element(this.incident(g.list[0]));
        L.popup({ maxWidth: 340, minWidth: 220 }).setLatLng(this._where(found)).setContent(content).openOn(this._map);
      } else if (this.options.popups && found.kind === "site") {
        const extra = (this.blob.details || {})[found.row] || [];
        const content = this.element(this.lines(found).concat(extra));
        L.popup({ maxWidth: 320 }).setLatLng(e.latlng).setContent(content).openOn(this._map);
      }
      const geometry = { type: "Point", coordinates: [e.latlng.lng, e.latlng.lat] };
      if (found.kind !== "incident") CAHRA.tell(this._map, { kind: found.kind, id: found.row, run: this.blob.run }, geometry);
    },
  });
  CAHRA.data = (blob, options) => new CAHRA.Data(blob, options);
})();
