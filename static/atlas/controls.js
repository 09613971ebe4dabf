/* CAHRA Atlas: what surrounds the data on a map: legend, notices, drawing tools, the view in the link, linked maps. */
(function () {
  "use strict";
  const CAHRA = (window.CAHRA = window.CAHRA || {});

  function make(tag, className, parent, text) {
    const node = L.DomUtil.create(tag, className, parent);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function swatch(parent, style, kind) {
    const canvas = make("canvas", "", parent);
    canvas.width = 44;
    canvas.height = 36;
    canvas.setAttribute("aria-hidden", "true");
    const ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    if (kind === "zone") {
      ctx.rect(2, 3, 18, 12);
      ctx.globalAlpha = 0.13;
      ctx.fillStyle = style.colour;
      ctx.fill();
      ctx.globalAlpha = 1;
      if (style.pattern) {
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
    return canvas;
  }

  function legend(blob) {
    const control = L.control({ position: "bottomright" });
    control.onAdd = function (map) {
      const box = make("details", "cahra-legend leaflet-control");
      box.open = map.getSize().x > 620 && map.getSize().y > 500;
      make("summary", "", box, blob.legend.title);
      for (const group of blob.legend.groups) {
        if (!group.rows.length) continue;
        make("div", "cahra-legend-head", box, group.title);
        const list = make("ul", "", box);
        for (const row of group.rows) {
          const item = make("li", "", list);
          swatch(item, row.style, group.kind);
          make("span", "", item, row.text);
        }
      }
      for (const note of blob.legend.notes || []) make("p", "", box, note);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return control;
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

  // Legend and notices belong to the data: they come and go with its layer.
  CAHRA.furniture = function (map, layer) {
    const blob = layer.blob;
    layer._furniture = [];
    if (blob.notice) layer._furniture.push(notice(blob.notice, blob.watermark));
    if (blob.legend) layer._furniture.push(legend(blob));
    layer._furniture.forEach((c) => c.addTo(map));
    if (map._cahraSketch) map._cahraSketch.remove();
    if (map._cahraRemember && CAHRA.moved) setTimeout(map._cahraRemember, 800);
  };
  CAHRA.unfurnish = function (map, layer) {
    (layer._furniture || []).forEach((c) => c.remove());
  };

  /* Box and polygon: the drawn ring goes out as "draw:created", which streamlit-folium hands to Python. */
  CAHRA.tools = function (map, words) {
    const control = L.control({ position: "topleft" });
    let mode = "";
    let corners = [];
    let sketch = null;
    function stop() {
      mode = "";
      corners = [];
      map._cahraDrawing = false;
      map.dragging.enable();
      map.doubleClickZoom.enable();
      map.getContainer().style.cursor = "";
      control.buttons.forEach((b) => b.setAttribute("aria-pressed", "false"));
      hint.textContent = "";
    }
    function start(kind, button) {
      const again = mode === kind;
      stop();
      if (sketch) sketch.remove();
      if (again) return;
      mode = kind;
      map._cahraDrawing = true;
      button.setAttribute("aria-pressed", "true");
      hint.textContent = kind === "box" ? words.boxHint : words.polygonHint;
      map.getContainer().style.cursor = "crosshair";
      map.doubleClickZoom.disable();
      if (kind === "box") map.dragging.disable();
    }
    function show(ring) {
      if (sketch) sketch.remove();
      sketch = map._cahraSketch = L.polygon(ring, { color: "#000", weight: 2, dashArray: "4 4", fillOpacity: 0.06, interactive: false });
      sketch.addTo(map);
    }
    function finish(ring) {
      stop();
      const distinct = new Set(ring.map((p) => p.lat.toFixed(5) + p.lng.toFixed(5)));
      if (distinct.size < 3) return sketch && sketch.remove();
      show(ring);
      const turn = Date.now();
      const line = ring.concat([ring[0]]).map((p) => [+p.lng.toFixed(5), +p.lat.toFixed(5)]);
      const feature = { type: "Feature", properties: { kind: "draw", turn: turn }, geometry: { type: "Polygon", coordinates: [line] } };
      map.fire("draw:created", { layerType: "polygon", layer: { toGeoJSON: () => feature } });
    }
    function corner(from, to) {
      return [L.latLng(from.lat, from.lng), L.latLng(from.lat, to.lng), L.latLng(to.lat, to.lng), L.latLng(to.lat, from.lng)];
    }
    let hint = null;
    control.onAdd = function () {
      const bar = make("div", "leaflet-bar cahra-tools");
      control.buttons = [];
      for (const [kind, sign, title] of [["box", "▭", words.box], ["polygon", "⬠", words.polygon]]) {
        const button = make("button", "", bar, sign);
        button.type = "button";
        button.title = title;
        button.setAttribute("aria-label", title);
        button.setAttribute("aria-pressed", "false");
        L.DomEvent.on(button, "click", () => start(kind, button));
        control.buttons.push(button);
      }
      hint = make("span", "cahra-hint", bar);
      hint.setAttribute("role", "status");
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    control.addTo(map);
    map.on("mousedown", (e) => {
      if (mode === "box") corners = [e.latlng];
    });
    map.on("mousemove", (e) => {
      if (mode === "box" && corners.length) show(corner(corners[0], e.latlng));
      if (mode === "polygon" && corners.length) show(corners.concat([e.latlng]));
    });
    map.on("mouseup", (e) => {
      if (mode === "box" && corners.length) finish(corner(corners[0], e.latlng));
    });
    map.on("click", (e) => {
      if (mode === "polygon") corners.push(e.latlng);
    });
    map.on("dblclick", (e) => {
      if (mode === "polygon") finish(corners);
    });
    L.DomEvent.on(map.getContainer(), "keydown", (e) => {
      if (e.key === "Escape" && mode) {
        stop();
        if (sketch) sketch.remove();
      }
    });
  };

  /* The map's position in the page's own address, so that a pasted link opens the same view; no rerun is needed. A frame
     that is made anew for the same data (another language, other tiles, back from another page) opens where it was left. */
  CAHRA.remember = function (map) {
    const place = () => [map.getCenter().lat, map.getCenter().lng, map.getZoom()];
    const opening = place().join();
    try {
      const left = window.parent.cahraLeft;
      if (left && left.opening === opening) {
        map.setView([left.at[0], left.at[1]], left.at[2], { animate: false });
        CAHRA.moved = true;
      }
    } catch (e) {
      /* shown inside a page of another host */
    }
    const write = () => {
      CAHRA.moved = true;
      try {
        window.parent.cahraLeft = { opening, at: place() };
        const address = new URL(window.parent.location.href);
        const c = map.getCenter();
        address.searchParams.set("view", [c.lat.toFixed(3), c.lng.toFixed(3), map.getZoom()].join(","));
        window.parent.history.replaceState(window.parent.history.state, "", address);
      } catch (e) {
        /* shown inside a page of another host: the address is not ours */
      }
    };
    map.on("moveend", write);
    map._cahraRemember = write; // the app writes its own part of the address anew after a filter
  };

  /* Maps that share a channel move together. */
  CAHRA.link = function (map, channel) {
    const wire = new BroadcastChannel("cahra-" + channel);
    let following = false;
    map.on("moveend", () => {
      if (following) return;
      const c = map.getCenter();
      wire.postMessage([c.lat, c.lng, map.getZoom()]);
    });
    wire.onmessage = (e) => {
      following = true;
      map.setView([e.data[0], e.data[1]], e.data[2], { animate: false });
      following = false;
    };
  };
})();
