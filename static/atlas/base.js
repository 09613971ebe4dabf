/* CAHRA Atlas: the base map: countries, units, lakes and towns that come with the program, and districts as loaded. */
(function () {
  "use strict";
  const CAHRA = window.CAHRA;
  const { ring, worldX, worldY, inside } = CAHRA.unpack;
  const FONT = "system-ui, 'DejaVu Sans', sans-serif";

  function box(rings) {
    const b = [Infinity, Infinity, -Infinity, -Infinity];
    for (const r of rings) {
      for (let i = 0; i < r.length; i += 2) {
        b[0] = Math.min(b[0], r[i]);
        b[1] = Math.min(b[1], r[i + 1]);
        b[2] = Math.max(b[2], r[i]);
        b[3] = Math.max(b[3], r[i + 1]);
      }
    }
    return b;
  }

  CAHRA.Base = CAHRA.Canvas.extend({
    options: { pane: "tilePane", padding: 0.3 },
    initialize: function (outlines, options) {
      CAHRA.Canvas.prototype.initialize.call(this, options);
      const read = (list) => (list || []).map((f) => ({ name: f.n, at: f.c, rings: f.r.map(ring) }));
      this.countries = read(outlines.countries);
      this.admin1 = read(outlines.admin1);
      this.lakes = read(outlines.lakes);
      this.rivers = read(outlines.rivers);
      this.places = (outlines.places || []).map((p) => ({ x: worldX(p[0]), y: worldY(p[1]), name: p[2], size: p[3] }));
      this.districts = (options.districts || []).map((d) => {
        const rings = d.r.map(ring);
        return { name: d.n, file: d.f, rings: rings, box: box(rings) };
      });
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
        ctx.beginPath();
        for (const w of this.rivers) for (const r of w.rings) this.trace(ctx, r, false);
        ctx.strokeStyle = "#a9c3d6";
        ctx.lineWidth = v.zoom >= 7 ? 1.4 : 0.9;
        ctx.stroke();
        ctx.beginPath();
        for (const w of this.lakes) for (const r of w.rings) this.trace(ctx, r, true);
        ctx.fillStyle = "#cddce7";
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
      this.drawDistricts(ctx);
      if (!this.options.overTiles) this.drawNames(ctx, v);
      this.drawPlaces(ctx, v);
    },
    /* Towns whose name a zone carries already. */
    leave: function (names) {
      const key = names.join("|");
      if (key === this._left) return;
      this._left = key;
      this.left = new Set(names);
      if (this._map) this._update();
    },
    drawDistricts: function (ctx) {
      const s = this.options.districtStyle;
      ctx.beginPath();
      for (const d of this.districts) {
        if (!CAHRA.store.off["districts/" + d.file]) for (const r of d.rings) this.trace(ctx, r, true);
      }
      ctx.setLineDash(s.dash || []);
      ctx.strokeStyle = s.colour;
      ctx.lineWidth = 1;
      ctx.stroke();
      ctx.setLineDash([]);
    },
    /* The district under a point of the world, of a file that is drawn. */
    districtAt: function (x, y) {
      return this.districts.find(
        (d) =>
          !CAHRA.store.off["districts/" + d.file] &&
          x >= d.box[0] && x <= d.box[2] && y >= d.box[1] && y <= d.box[3] && inside(x, y, d.rings)
      );
    },
    drawNames: function (ctx, v) {
      if (v.zoom > 8) return;
      const lang = this.options.lang;
      ctx.font = "600 " + (v.zoom <= 5 ? 10 : 12) + "px " + FONT;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      for (const c of this.countries) {
        if (!c.at || !c.name) continue;
        const name = (c.name[lang] || c.name.en || "").toUpperCase();
        const spread = (c.at[2] / 360) * v.scale; // the width of the country at its middle
        if (ctx.measureText(name).width > spread * 1.1) continue;
        this.label(ctx, name, worldX(c.at[0]) * v.scale - v.ox, worldY(c.at[1]) * v.scale - v.oy, "#8a8478");
      }
    },
    drawPlaces: function (ctx, v) {
      const b = v.bounds;
      const least = v.zoom >= 9 ? 0 : v.zoom >= 8 ? 5000 : v.zoom >= 7 ? 20000 : v.zoom >= 6 ? 40000 : 200000;
      const taken = [];
      ctx.font = "11px " + FONT;
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      for (const p of this.places) {
        if (p.size < least || (this.left && v.zoom >= 6 && this.left.has(p.name))) continue;
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
})();
