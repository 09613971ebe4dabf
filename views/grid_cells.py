"""Every click and key of a table whose cells are chosen counts, also the one that comes with the pointer.

Streamlit's table takes a chosen cell only where it has drawn itself since the pointer moved into it. A click that comes
within the same picture as the pointer, on a busy page also a person's, was lost; and after the pointer had moved
anywhere else no key chose a cell any more.
"""

from __future__ import annotations

SCRIPT = """<script>(() => {
if (window.cahraCells) return;
window.cahraCells = true;
const gridOf = (e) => e.target instanceof Element ? e.target.closest("[data-testid=stDataFrame]") : null;
const drawn = (then) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then, 0)));
let over = null, ready = null, held = null;
const arrive = (grid) => {
  over = grid;
  ready = null;
  if (grid) drawn(() => { if (over === grid) ready = grid; });
};
const again = (e, type = e.type) => e.target.dispatchEvent(new PointerEvent(type, e));
addEventListener("pointermove", (e) => { if (gridOf(e) !== over) arrive(gridOf(e)); }, true);
addEventListener("pointerdown", (e) => {
  if (!e.isTrusted || e.button || e.pointerType !== "mouse" || !gridOf(e) || gridOf(e) === ready) return;
  e.stopImmediatePropagation();
  const press = held = {down: e, up: null};
  again(e, "pointermove");
  drawn(() => {
    held = null;
    again(press.down);
    if (press.up) again(press.up);
  });
}, true);
addEventListener("pointerup", (e) => {
  if (!held || !e.isTrusted) return;
  e.stopImmediatePropagation();
  held.up = e;
}, true);
const come = (e) => {
  const grid = gridOf(e);
  if (!grid || grid === ready || !(e.target instanceof HTMLCanvasElement)) return;
  const box = e.target.getBoundingClientRect();
  const at = {clientX: box.left + 8, clientY: box.top + 8, bubbles: true, pointerType: "mouse"};
  e.target.dispatchEvent(new PointerEvent("pointermove", at));
  // It takes its first cell as it gets the keys.
  if (e.type === "focusin" && !held) drawn(() => {
    if (document.activeElement !== e.target) return;
    e.target.blur();
    e.target.focus();
  });
};
addEventListener("focusin", come, true);
addEventListener("keydown", come, true);
})()</script>"""
"""Fixed text; a page takes it once."""
