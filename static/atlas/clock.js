/* CAHRA Atlas: the bar of months under the map: play, pace, slider; every month from what came in one go.
 *
 * While it plays, the page rests: what the map shows is drawn here, and the day where it stops becomes the page's.
 */
(function () {
  "use strict";
  const CAHRA = window.CAHRA;
  const make = CAHRA.make;
  const { bytes, ints } = CAHRA.unpack;
  const PACES = [2, 5, 10, 20]; // months a second
  const HIGH = 46; // height of the bar [pixels]

  /* The months of a blob: days, windows, and the style of every site at each of them. */
  CAHRA.unpackMonths = function (data) {
    const clock = data.blob.clock;
    if (!clock) return;
    data.days = ints(clock.months);
    if (!clock.first) return;
    const after = ints(clock.after);
    const first = bytes(clock.first);
    const many = ints(clock.many);
    const which = ints(clock.which);
    const to = bytes(clock.to);
    const n = first.length;
    const codes = new Uint8Array(n * data.days.length);
    codes.set(first);
    let at = 0;
    for (let k = 1; k < data.days.length; k++) {
      codes.copyWithin(k * n, (k - 1) * n, k * n);
      for (let i = 0; i < many[k - 1]; i++, at++) codes[k * n + which[at]] = to[at];
    }
    data.rest = { at: clock.now[0], after: clock.now[1], style: data.sites.style };
    data.month = (k) => ({ at: data.days[k], after: after[k], style: codes.subarray(k * n, (k + 1) * n) });
    data.time = data.rest;
  };

  CAHRA.Data.include({
    /* Draws a month, or the page's own day again (-1). */
    show: function (k) {
      if (!this.month) return;
      this.time = k < 0 ? this.rest : this.month(k);
      const turned = this.moved !== k >= 0 && Object.values(this.by).some(Boolean);
      this.moved = k >= 0;
      this.sites.style = this.time.style;
      this.regroup();
      if (turned) CAHRA.fill(this._map, this);
      this._at = "";
      this._tip.remove();
      if (this._density) this._shade();
      this._update();
      CAHRA.drawn = (CAHRA.drawn || 0) + 1; // for those who measure
      this._count();
    },
    /* The numbers of the legend follow the month. */
    _count: function () {
      const legend = this._map._cahraLegend;
      if (!legend) return;
      const found = {};
      const styles = this.blob.style.sites;
      if (this.choice("sites")) Object.assign(found, this.face.count);
      else for (const s of this.sites.style) if (s < styles.length) found["sites/" + styles[s].key] = (found["sites/" + styles[s].key] || 0) + 1;
      const inc = this.incidents;
      for (let i = 0; i < inc.row.length; i++) {
        if (this.holds(i)) found["incidents/" + (inc.style[i] >> 1)] = (found["incidents/" + (inc.style[i] >> 1)] || 0) + 1;
      }
      legend.querySelectorAll("[data-n]").forEach((box) => (box.textContent = this.number(found[box.dataset.n] || 0)));
      legend.classList.toggle("moved", Boolean(this.moved)); // the notes are of the page's own day
      this._map._cahraTitle.textContent = this.say(this.blob.clock.title, { day: this.date(this.time.at) });
    },
  });

  /* The bar; it stays while data comes and goes. */
  CAHRA.clock = function (map, options) {
    const words = options.words;
    const box = map.getContainer();
    box.style.height = box.clientHeight - HIGH + "px";
    map.invalidateSize({ pan: false });
    const bar = make("div", "cahra-clock", box.parentNode);
    const play = make("button", "", bar);
    play.type = "button";
    const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    sign.setAttribute("viewBox", "0 0 24 24");
    sign.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    sign.appendChild(path);
    play.appendChild(sign);
    const said = make("span", "", play);
    const pace = make("select", "", bar);
    pace.title = words.pace;
    for (const n of PACES) make("option", "", pace).value = n;
    const narrow = window.matchMedia("(max-width: 480px)"); // a phone has no room for the whole words
    const write = () => {
      const say = (form, n) => form.replace("{n}", n);
      for (const o of pace.options) o.textContent = say(narrow.matches ? words.pacesShort : words.paces, o.value);
      pace.setAttribute("aria-label", narrow.matches ? `${words.pace}: ${say(words.paces, pace.value)}` : words.pace);
    };
    pace.value = CAHRA.store.pace || 5;
    write();
    narrow.addEventListener("change", write);
    pace.addEventListener("change", () => {
      CAHRA.store.pace = +pace.value;
      write();
      if (running) begin(now);
    });
    const range = make("input", "", bar);
    range.type = "range";
    range.min = 0;
    range.setAttribute("aria-label", words.month);
    const day = make("output", "", bar);
    let data = null;
    let now = 0; // the month that is shown or pointed at
    let running = 0; // which run of the clock goes on
    let waits = 0;

    function tell(k, at) {
      now = k;
      range.value = k;
      const text = data.date(at);
      day.textContent = text;
      range.setAttribute("aria-valuetext", text);
    }
    function face() {
      const going = running || CAHRA.store.turn;
      path.setAttribute("d", going ? "M7 5v14M17 5v14" : "M7 4l13 8-13 8z");
      said.textContent = going ? words.pause : words.play;
      bar.classList.toggle("going", Boolean(going));
    }
    /* Which month a day lies in: the first that does not end before it. */
    const monthOf = (at) => {
      const k = data.days.findIndex((d) => d >= at);
      return k < 0 ? data.days.length - 1 : k;
    };
    function settle(k) {
      CAHRA.tell(map, { kind: "day", day: data.days[k] });
    }
    function begin(from) {
      const run = (running = Date.now() + Math.random());
      let start = performance.now();
      let before = start;
      let base = from;
      const step = (t) => {
        if (run !== running || !data) return;
        if (t - before > 1000) [base, start] = [now, t]; // the page was out of sight
        before = t;
        const k = Math.min(data.days.length - 1, base + Math.floor(((t - start) / 1000) * +pace.value));
        if (k !== now) go(k);
        if (k >= data.days.length - 1) return stop();
        requestAnimationFrame(step);
      };
      face();
      requestAnimationFrame(step);
    }
    function go(k) {
      tell(k, data.days[k]);
      data.show(k);
    }
    function stop() {
      running = 0;
      CAHRA.store.turn = 0;
      face();
      settle(now);
    }
    play.addEventListener("click", () => {
      if (!data) return;
      if (running || CAHRA.store.turn) return stop();
      if (now >= data.days.length - 1) tell(0, data.days[0]);
      CAHRA.store.turn = Date.now();
      CAHRA.store.from = now;
      face();
      CAHRA.tell(map, { kind: "play", turn: CAHRA.store.turn });
      if (data.month) {
        go(now);
        begin(now);
      }
    });
    range.addEventListener("input", () => {
      if (running) begin(+range.value);
      if (data.month) go(+range.value);
      else tell(+range.value, data.days[+range.value]);
    });
    range.addEventListener("change", () => {
      if (running) return;
      clearTimeout(waits);
      const k = +range.value;
      waits = setTimeout(() => settle(k), 250); // keys come one after the other
    });
    range.addEventListener("pointerdown", () => {
      if (data && !data.month) CAHRA.tell(map, { kind: "months" });
    });
    /* New data: another day, other filters, or the months that were asked for. */
    map._cahraClock = function (layer) {
      const clock = layer.blob.clock;
      bar.hidden = !clock || layer.days.length < 2;
      data = bar.hidden ? null : layer;
      if (!data) return;
      range.max = data.days.length - 1;
      const turn = Number(clock.playing) || 0;
      if (CAHRA.store.turn === undefined) CAHRA.store.turn = turn; // another page lay between
      const held = document.activeElement === range && range.matches(":active");
      if (turn && turn === CAHRA.store.turn && data.month) {
        const from = running ? now : CAHRA.store.from === undefined ? monthOf(clock.now[0]) : CAHRA.store.from;
        go(from);
        begin(from);
      } else if (held && data.month) go(+range.value);
      else if (!held && !running && !CAHRA.store.turn) tell(monthOf(clock.now[0]), clock.now[0]);
      face();
    };
    map._cahraClockHigh = HIGH;
  };
  CAHRA.clockOf = function (map, layer) {
    if (map._cahraClock) map._cahraClock(layer);
  };
})();
