/* CAHRA Atlas: the legend, which is also the list of layers: a switch a row, beside the map, folded where it is small. */
(function () {
  "use strict";
  const CAHRA = window.CAHRA;
  const BESIDE = 240; // width of the legend beside the map [pixels]
  const SCALE = 110; // width of the scale in the other corner [pixels]
  const WIDE = 700; // from this width on it stands beside the map and open

  function make(tag, className, parent, text) {
    const node = L.DomUtil.create(tag, className, parent);
    if (text !== undefined) node.textContent = text;
    return node;
  }
  CAHRA.make = make;

  function swatch(parent, style, kind) {
    const canvas = make("canvas", "", parent);
    canvas.width = 44;
    canvas.height = 36;
    canvas.setAttribute("aria-hidden", "true");
    const ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    if (kind === "zone") {
      ctx.rect(2, 3, 18, 12);
      if (style.pattern) {
        ctx.globalAlpha = 0.13;
        ctx.fillStyle = style.colour;
        ctx.fill();
        ctx.globalAlpha = 1;
        ctx.fillStyle = CAHRA.pattern(ctx, style);
        ctx.fill();
      }
      ctx.setLineDash(style.dash || []);
      ctx.strokeStyle = style.colour;
      ctx.lineWidth = 1.6;
      ctx.stroke();
    } else if (kind === "line") {
      ctx.beginPath();
      ctx.moveTo(1, 9);
      ctx.lineTo(21, 9);
      ctx.setLineDash(style.dash || []);
      ctx.strokeStyle = style.colour;
      ctx.lineWidth = 2;
      ctx.stroke();
    } else {
      ctx.translate(11, 9);
      CAHRA.glyph(ctx, style, style.ring ? 3.2 : 5);
    }
  }

  /* Room for the legend beside the map, or a small folded box over its corner. */
  CAHRA.frame = function (map, options) {
    const host = map.getContainer().parentNode;
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    const box = make("details", "cahra-legend", host);
    map._cahraTitle = make("summary", "", box, options.words.legend);
    map._cahraLegend = make("div", "cahra-legend-rows", box);
    const wide = () => host.clientWidth >= WIDE;
    const credits = map.attributionControl.getContainer();
    const lay = () => {
      const beside = wide() && box.open;
      // Over the corner it leaves the line of credits and the bar of months free.
      const below = (map._cahraClockHigh || 0) + credits.offsetHeight + 6;
      box.style.bottom = beside ? "" : below + "px";
      // Where the credits take the whole width, scale and coordinates stand above them.
      const room = credits.offsetWidth + SCALE > map.getContainer().clientWidth ? credits.offsetHeight + "px" : "";
      credits.parentNode.parentNode.querySelector(".leaflet-bottom.leaflet-left").style.bottom = room;
      box.classList.toggle("beside", beside);
      const width = beside ? host.clientWidth - BESIDE + "px" : "100%";
      box.style.height = beside ? map.getContainer().clientHeight + "px" : "";
      if (map.getContainer().style.width !== width) {
        map.getContainer().style.width = width;
        map.invalidateSize({ pan: true, animate: false });
      }
    };
    const fold = () => {
      box.open = CAHRA.store.folded === undefined ? wide() : !CAHRA.store.folded && wide();
      lay();
    };
    box.addEventListener("toggle", lay);
    map._cahraTitle.addEventListener("click", () => {
      if (wide()) CAHRA.store.folded = box.open; // what the click turns it to comes after it
    });
    let last = 0;
    new ResizeObserver(() => {
      if (host.clientWidth === last) return;
      const crossed = last && wide() !== last >= WIDE;
      last = host.clientWidth;
      if (crossed) fold();
      else lay();
    }).observe(host);
    new ResizeObserver(lay).observe(credits);
    fold();
  };

  function redraw(map) {
    if (map._cahraBase) map._cahraBase._update();
    const data = map._cahraData;
    if (!data || !data._map) return;
    for (const layer of [data, data.partner]) {
      if (!layer || !layer._map) continue;
      layer.regroup();
      layer._update();
    }
  }

  /* A switch of a class, mineral, actor … is the page's filter, where the page has one: the last of them stays on. */
  function switched(map, data, rows, row, box) {
    const own = (key) => key.startsWith("sites/");
    if (data.blob.filter && (own(row.key) || data.choices.some((c) => c.on === "sites" && row.key.startsWith(c.key + "/")))) {
      if (box.checked) data.without.delete(row.key);
      else data.without.add(row.key);
      if (rows.every((r) => data.without.has(r.key))) {
        data.without.delete(row.key);
        box.checked = true;
        return;
      }
      const keys = Array.from(data.without);
      const off = keys.filter(own).map((key) => key.slice("sites/".length));
      CAHRA.tell(map, { kind: "classes", off: off, hidden: keys.filter((key) => !own(key)), run: data.blob.run });
    } else CAHRA.store.off[row.key] = !box.checked;
    redraw(map);
  }

  /* What sites or lines are coloured by: the map follows at once, and the page is told. */
  function chooser(map, data, on, parent) {
    const offered = data.choices.filter((c) => c.on === on);
    if (!offered.length) return;
    const label = make("label", "cahra-by", parent, data.blob.words.colourBy + " ");
    const select = make("select", "", label);
    select.dataset.key = "by/" + on;
    make("option", "", select, data.blob.words.colours[on]).value = "";
    for (const c of offered) make("option", "", select, c.text).value = c.key;
    select.value = data.choice(on) ? data.choice(on).key : "";
    select.disabled = Boolean(data.moved);
    select.addEventListener("change", () => {
      data.by[on] = offered.find((c) => c.key === select.value);
      redraw(map);
      CAHRA.fill(map, data);
      CAHRA.tell(map, { kind: "colour", on: on, by: select.value, run: data.blob.run });
    });
  }

  function rows(map, data, group, parent) {
    make("div", "cahra-legend-head", parent, group.title);
    const by = data.choice(group.key);
    if (by) group = by.group;
    chooser(map, data, group.key, parent);
    const list = make("ul", "", parent);
    for (const row of group.rows) {
      const item = make("li", "", list);
      const label = make(row.key ? "label" : "span", "cahra-row", item);
      if (row.key) {
        const box = make("input", "", label);
        box.type = "checkbox";
        box.setAttribute("role", "switch");
        box.dataset.key = row.key;
        box.checked = !data.hidden(row.key);
        box.addEventListener("change", () => switched(map, data, group.rows, row, box));
      }
      swatch(label, row.style, group.kind);
      make("span", "cahra-row-text", label, row.text);
      const counted = (by || data.face.gone) && row.key in data.face.all;
      const n = counted ? data.number(data.face.count[row.key] || 0) : row.n;
      if (n !== undefined) make("span", "cahra-row-n", label, n).dataset.n = row.key;
    }
  }

  function notice(text, across) {
    const control = L.control({ position: "topright" });
    control.onAdd = function (map) {
      control.across = make("div", "cahra-watermark", map.getContainer());
      control.across.style.backgroundImage = across || "";
      return make("div", "cahra-notice", undefined, text);
    };
    control.onRemove = () => control.across.remove();
    return control;
  }

  /* The rows of the legend; what had the keyboard keeps it. */
  CAHRA.fill = function (map, layer) {
    const blob = layer.blob;
    if (!map._cahraLegend || !blob.legend) return;
    const held = document.activeElement && document.activeElement.dataset && document.activeElement.dataset.key;
    const parent = map._cahraLegend;
    const above = parent.parentNode.scrollTop;
    parent.textContent = "";
    map._cahraTitle.textContent = blob.legend.title;
    const extra = map._cahraBase && map._cahraBase.options.legend;
    for (const group of blob.legend.groups.concat(extra || [])) if (group.rows.length) rows(map, layer, group, parent);
    for (const note of blob.legend.notes || []) make("p", "", parent, note);
    if (held) parent.querySelectorAll("input, select").forEach((b) => b.dataset.key === held && b.focus({ preventScroll: true }));
    parent.parentNode.scrollTop = above;
  };

  // Legend and notices belong to the data: they change with its layer.
  CAHRA.furniture = function (map, layer) {
    const blob = layer.blob;
    layer._furniture = [];
    if (blob.notice) layer._furniture.push(notice(blob.notice, blob.watermark));
    layer._furniture.forEach((c) => c.addTo(map));
    CAHRA.fill(map, layer);
    if (map._cahraSketch) map._cahraSketch.remove();
    if (map._cahraRemember && CAHRA.moved) setTimeout(map._cahraRemember, 800);
  };
  CAHRA.unfurnish = function (map, layer) {
    (layer._furniture || []).forEach((c) => c.remove());
  };
})();
