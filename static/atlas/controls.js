/* CAHRA Atlas: what a reader does on a map: draw, measure, go to the sites, fill the screen; the view in the link. */
(function () {
  "use strict";
  const CAHRA = window.CAHRA;
  const make = CAHRA.make;

  /* Metres between two places on the WGS 84 ellipsoid (Vincenty's inverse); NaN for nearly opposite ones. */
  CAHRA.metres = function (p, q) {
    const a = 6378137;
    const f = 1 / 298.257223563;
    const b = a * (1 - f);
    const rad = Math.PI / 180;
    const U1 = Math.atan((1 - f) * Math.tan(p.lat * rad));
    const U2 = Math.atan((1 - f) * Math.tan(q.lat * rad));
    const span = (q.lng - p.lng) * rad;
    let lambda = span;
    for (let i = 0; i < 100; i++) {
      const sinS = Math.hypot(
        Math.cos(U2) * Math.sin(lambda),
        Math.cos(U1) * Math.sin(U2) - Math.sin(U1) * Math.cos(U2) * Math.cos(lambda)
      );
      if (sinS === 0) return 0;
      const cosS = Math.sin(U1) * Math.sin(U2) + Math.cos(U1) * Math.cos(U2) * Math.cos(lambda);
      const sigma = Math.atan2(sinS, cosS);
      const sinA = (Math.cos(U1) * Math.cos(U2) * Math.sin(lambda)) / sinS;
      const cos2 = 1 - sinA * sinA;
      const mid = cos2 ? cosS - (2 * Math.sin(U1) * Math.sin(U2)) / cos2 : 0;
      const C = (f / 16) * cos2 * (4 + f * (4 - 3 * cos2));
      const before = lambda;
      lambda = span + (1 - C) * f * sinA * (sigma + C * sinS * (mid + C * cosS * (2 * mid * mid - 1)));
      if (Math.abs(lambda - before) > 1e-12) continue;
      const u = (cos2 * (a * a - b * b)) / (b * b);
      const A = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
      const B = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
      const d = B * sinS * (mid + (B / 4) * (cosS * (2 * mid * mid - 1) - (B / 6) * mid * (4 * sinS * sinS - 3) * (4 * mid * mid - 3)));
      return b * A * (sigma - d);
    }
    return NaN;
  };

  const ICONS = {
    box: "M4 6h16v12H4z",
    polygon: "M12 4l8 6-3 9H7L4 10z",
    measure: "M4 17L17 4l3 3L7 20zM8 13l2 2M11 10l2 2M14 7l2 2",
    results: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M12 9.5a2.5 2.5 0 1 0 .01 0",
    full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  };
  function button(bar, icon, title, act) {
    const made = make("button", "", bar);
    made.type = "button";
    made.title = title;
    made.setAttribute("aria-label", title);
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[icon]);
    svg.appendChild(path);
    made.appendChild(svg);
    L.DomEvent.on(made, "click", () => act(made));
    return made;
  }

  /* Box and polygon: the ring goes to Python. Measure: lengths on the ellipsoid. One of them at a time. */
  CAHRA.tools = function (map, options) {
    const words = options.words;
    const control = L.control({ position: "topleft" });
    const hint = document.createElement("span");
    const buttons = [];
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
      buttons.forEach((b) => b.setAttribute("aria-pressed", "false"));
      hint.textContent = "";
    }
    function start(kind, pressed) {
      const again = mode === kind;
      stop();
      if (sketch) sketch.remove();
      if (again) return;
      mode = kind;
      map._cahraDrawing = true;
      pressed.setAttribute("aria-pressed", "true");
      hint.textContent = words[kind + "Hint"];
      map.getContainer().style.cursor = "crosshair";
      map.doubleClickZoom.disable();
      if (kind === "box") map.dragging.disable();
    }
    function show(ring) {
      if (sketch) sketch.remove();
      const style = { color: "#000", weight: 2, dashArray: "4 4", fillOpacity: 0.06, interactive: false };
      sketch = map._cahraSketch = mode === "measure" ? L.polyline(ring, style) : L.polygon(ring, style);
      sketch.addTo(map);
    }
    function length(ring) {
      let metres = 0;
      for (let i = 1; i < ring.length; i++) metres += CAHRA.metres(ring[i - 1], ring[i]);
      const digits = { minimumFractionDigits: metres < 1e5 ? 2 : 1, maximumFractionDigits: metres < 1e5 ? 2 : 1 };
      hint.textContent = (metres / 1000).toLocaleString(options.lang, digits) + " km";
    }
    function finish(ring) {
      stop();
      const distinct = new Set(ring.map((p) => p.lat.toFixed(5) + p.lng.toFixed(5)));
      if (distinct.size < 3) return sketch && sketch.remove();
      show(ring);
      const line = ring.concat([ring[0]]).map((p) => [+p.lng.toFixed(5), +p.lat.toFixed(5)]);
      CAHRA.tell(map, { kind: "draw" }, { type: "Polygon", coordinates: [line] });
    }
    function corner(from, to) {
      return [L.latLng(from.lat, from.lng), L.latLng(from.lat, to.lng), L.latLng(to.lat, to.lng), L.latLng(to.lat, from.lng)];
    }
    function results() {
      const data = map._cahraData;
      const set = data && data.sites;
      const box = L.latLngBounds([]);
      for (let i = 0; set && i < set.row.length; i++) {
        if (data.face.codes[i] === 255) continue;
        const y = Math.PI * (1 - 2 * set.at[2 * i + 1]);
        box.extend([(Math.atan(Math.sinh(y)) * 180) / Math.PI, set.at[2 * i] * 360 - 180]);
      }
      if (box.isValid()) map.fitBounds(box, { padding: [24, 24], maxZoom: 12 });
    }
    control.onAdd = function () {
      const bar = make("div", "leaflet-bar cahra-tools");
      for (const kind of options.tools ? ["box", "polygon", "measure"] : ["measure"]) {
        const made = button(bar, kind, words[kind], (b) => start(kind, b));
        made.setAttribute("aria-pressed", "false");
        buttons.push(made);
      }
      button(bar, "results", words.results, results);
      if (document.fullscreenEnabled) {
        button(bar, "full", words.full, () => {
          if (document.fullscreenElement) document.exitFullscreen();
          else document.documentElement.requestFullscreen();
        });
      }
      hint.className = "cahra-hint";
      hint.setAttribute("role", "status");
      bar.appendChild(hint);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    control.addTo(map);
    map.on("mousedown", (e) => {
      if (mode === "box") corners = [e.latlng];
    });
    map.on("mousemove", (e) => {
      if (mode === "box" && corners.length) show(corner(corners[0], e.latlng));
      if ((mode === "polygon" || mode === "measure") && corners.length) show(corners.concat([e.latlng]));
      if (mode === "measure" && corners.length) length(corners.concat([e.latlng]));
    });
    map.on("mouseup", (e) => {
      if (mode === "box" && corners.length) finish(corner(corners[0], e.latlng));
    });
    map.on("click", (e) => {
      if (mode === "polygon" || mode === "measure") corners.push(e.latlng);
      if (mode === "measure") length(corners);
    });
    map.on("dblclick", () => {
      if (mode === "polygon") finish(corners);
    });
    L.DomEvent.on(map.getContainer(), "keydown", (e) => {
      if (e.key === "Escape" && mode) {
        stop();
        if (sketch) sketch.remove();
      }
    });
    const whole = map.getContainer().style.height;
    document.addEventListener("fullscreenchange", () => {
      const high = window.innerHeight - (map._cahraClockHigh || 0) + "px";
      if (whole) map.getContainer().style.height = document.fullscreenElement ? high : whole;
      map.invalidateSize();
    });
  };

  /* Latitude and longitude under the pointer. */
  CAHRA.coordinates = function (map) {
    const control = L.control({ position: "bottomleft" });
    const box = make("div", "cahra-coordinates");
    control.onAdd = () => box;
    control.addTo(map);
    const say = (e) => (box.textContent = e.latlng.lat.toFixed(4) + ", " + e.latlng.wrap().lng.toFixed(4));
    map.on("mousemove click", say);
    map.on("mouseout", () => (box.textContent = ""));
  };

  /* All that surrounds the data. */
  CAHRA.furnish = function (map, outlines, options) {
    if (options.clock) CAHRA.clock(map, options);
    CAHRA.frame(map, options);
    map._cahraBase = new CAHRA.Base(outlines || {}, options);
    map.addLayer(map._cahraBase);
    L.control.zoom({ zoomInTitle: options.words.zoomIn, zoomOutTitle: options.words.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.attributionControl.setPrefix(false).addAttribution(options.attribution);
    CAHRA.tools(map, options);
    CAHRA.coordinates(map);
    if (options.remember) CAHRA.remember(map, options.fit);
    else if (options.fit) CAHRA.fit(map, options.fit);
    if (options.channel) CAHRA.link(map, options.channel);
  };
  CAHRA.fit = function (map, bounds) {
    map.fitBounds(bounds, { padding: [24, 24], maxZoom: 12, animate: false });
  };

  /* The map's position in the page's own address, so that a pasted link opens the same view; no rerun is needed. A frame
     that is made anew for the same data (another language, other tiles, back from another page) opens where it was left. */
  CAHRA.remember = function (map, fit) {
    const place = () => [map.getCenter().lat, map.getCenter().lng, map.getZoom()];
    const opening = place().join() + JSON.stringify(fit || "");
    map._cahraRestored = !fit; // a view from the address
    try {
      const left = window.parent.cahraLeft;
      if (left && left.opening === opening) {
        map.setView([left.at[0], left.at[1]], left.at[2], { animate: false });
        CAHRA.moved = map._cahraRestored = true;
      }
    } catch (e) {
      /* shown inside a page of another host */
    }
    if (!map._cahraRestored) CAHRA.fit(map, fit);
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
