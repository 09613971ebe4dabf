"""What Streamlit itself says, in the reader's language: it has none of its own but English.

A small script in the page says its few words again (menus, fields, tools of tables, the calendar), tells the browser's
parts which language numbers and dates are written in, and sets the page's own language for screen readers. Texts of
data are never touched: markdown, plain text and cells of tables are left out.
"""

from __future__ import annotations

import json

from i18n.languages import SOURCE
from i18n.translator import N_, Translator

WORDS = (
    N_("Skip to main content"), N_("Upload"), N_("Sidebar"), N_("Collapse sidebar"), N_("Expand sidebar"),
    N_("Close sidebar"), N_("Choose date"), N_("Calendar"), N_("Selected Date"), N_("file upload"),
    N_("Choose an option"), N_("Choose options"), N_("Select..."), N_("No results"), N_("No options"), N_("Open"),
    N_("Close"), N_("Clear value"), N_("Clear all"), N_("Select all"), N_("App pages"), N_("Link to heading"),
    N_("Show/hide columns"), N_("Search"), N_("Type to search"), N_("Fullscreen"), N_("Exit fullscreen"),
    N_("Close fullscreen"), N_("Download as CSV"), N_("Decrement"), N_("Increment"), N_("Main menu"), N_("Rerun"),
    N_("Settings"), N_("Print"), N_("Stop"), N_("Running..."), N_("Connecting"), N_("Press Enter to apply"),
    N_("Press Enter to submit form"), N_("Press Enter to add"), N_("Remove file"), N_("Drag and drop file here"),
    N_("Drag and drop files here"), N_("Browse files"), N_("Sort ascending"), N_("Sort descending"), N_("Autosize"),
    N_("Format"), N_("Pin column"), N_("Unpin column"), N_("Hide column"), N_("Statistics"), N_("Copy column name"),
    N_("Automatic"), N_("Localized"), N_("Plain"), N_("Empty"), N_("Loading..."), N_("View less"), N_("Retry"),
    N_("Copy to clipboard"), N_("Connection error"), N_("Page not found"),
    N_("The page that you have requested does not seem to exist. Running the app's main page."),
    N_("Add files"), N_("add icon"), N_("Only one file is allowed."), N_("File size is too small."),
    N_("Network error"), N_("Unknown error"), N_("Connection timed out"), N_("Download failed"),
    N_("Connection lost. Please wait for the app to reconnect, then try again."), N_("Please wait..."),
    N_("Connecting to Streamlit server"), N_("Unable to connect to Streamlit server"),
    N_("Streamlit server is not responding. Are you connected to the internet?"),
    N_("Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:"),
    N_("Reload the page, then try again."), N_("No data"), N_("Show data"), N_("Show chart"), N_("Download as PNG"),
    N_("Clear selection"), N_("Clear entry"), N_("Selectbox options"), N_("Multiselect options"),
    N_("Selected values"), N_("Dataframe column menu"), N_("Previous Result"), N_("Next Result"),
    N_("Close Search"), N_("Scrollable table"), N_("Invalid input."), N_("Number is above the allowed range."),
    N_("Number is below the allowed range."),
)  # fmt: skip
"""Whole texts and labels."""
LOCALE = N_("en-GB")
"""The language and country in whose manner the browser writes numbers and dates."""
FORMS = {
    r"^(\d+) more$": N_("{a} more"),
    r"^View (\d+) more$": N_("View {a} more"),
    r"^Help for (.+)$": N_("Help for {a}"),
    r"^Show/hide columns: (.+)$": N_("Show/hide columns: {a}"),
    r"^Search: (.+)$": N_("Search: {a}"),
    r"^Fullscreen: (.+)$": N_("Fullscreen: {a}"),
    r"^(\d+)MB per file$": N_("{a} MB a file"),
    r"^Limit (\d+)MB per file.*$": N_("At most {a} MB a file"),
    r"^(?:Error: )?File must be (\d+)(?:\.0)?MB or smaller\.$": N_("The file must be {a} MB at most."),
    r"^(?:Error: )?(\S+) files are not allowed\.$": N_("Files of the kind {a} are not taken."),
    r"^(?:Error: )?Request failed with status (\d+)$": N_("The server refused it (status {a})."),
    r"^(\d+(?:\.\d+)?)MB$": N_("{a} MB"),
    r"^(\d+(?:\.\d+)?)KB$": N_("{a} kB"),
    r"^Remove (.+)$": N_("Remove {a}"),
    r"^day, (.+)$": N_("day, {a}"),
    r"^month, (.+)$": N_("month, {a}"),
    r"^year, (.+)$": N_("year, {a}"),
}
"""Texts with one varying part, and how they are said."""

_SCRIPT = """<script>(() => {
const told = %s;
const same = window.cahraSaid && window.cahraSaid.lang === told.lang;
told.forms = told.forms.map(([form, said]) => [new RegExp(form), said]);
window.cahraSaid = told;
document.documentElement.lang = told.lang;
if (!window.cahraAsked) {
  window.cahraAsked = navigator.languages;
  const now = () => {
    const lang = window.cahraSaid.lang;
    const own = window.cahraAsked.filter((l) => l.split("-")[0] === lang);
    return own.length ? own : [window.cahraSaid.locale];
  };
  Object.defineProperty(navigator, "languages", {get: now, configurable: true});
  Object.defineProperty(navigator, "language", {get: () => now()[0], configurable: true});
}
// Parts that are loaded later begin with the browser's language and hear of ours only once they listen.
if (!same) for (const after of [0, 300, 1000, 2500, 5000]) {
  setTimeout(() => window.dispatchEvent(new Event("languagechange")), after);
}
const written = (a) => /^\\d+\\.\\d+$/.test(a) ? Number(a).toLocaleString(window.cahraSaid.locale) : a;
const say = (text) => {
  const bare = text.trim();
  const said = window.cahraSaid;
  if (said.words[bare]) return text.replace(bare, () => said.words[bare]);
  for (const [form, words] of said.forms) {
    const found = form.exec(bare);
    if (found) return text.replace(bare, () => words.replace("{a}", () => written(found[1])));
  }
  return text;
};
const DATA = "[data-testid=stMarkdownContainer],[data-testid=stText],[data-testid=stIconMaterial],[role=grid],table,"
  + "svg,script,style";
const NAMES = ["aria-label", "title", "placeholder"];
const node = (n) => {
  const above = n.parentElement;
  if (!above || (above.closest(DATA) && !above.closest("[data-testid^=stTopNav]"))) return;
  const was = n.cahra && n.cahra[1] === n.nodeValue ? n.cahra[0] : n.nodeValue;
  const said = say(was);
  if (said !== n.nodeValue) n.nodeValue = said;
  n.cahra = [was, said];
};
const labels = (e) => {
  for (const name of NAMES) {
    const value = e.getAttribute(name);
    if (!value) continue;
    e.cahra = e.cahra || {};
    const kept = e.cahra[name];
    const was = kept && kept[1] === value ? kept[0] : value;
    const said = say(was);
    if (said !== value) e.setAttribute(name, said);
    e.cahra[name] = [was, said];
  }
};
const sweep = (root) => {
  if (root.nodeType === 3) return node(root);
  if (root.nodeType !== 1) return;
  labels(root);
  for (const e of root.querySelectorAll("[aria-label],[title],[placeholder]")) labels(e);
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) node(walk.currentNode);
};
window.cahraSweep = sweep;
if (!window.cahraWatch) {
  window.cahraWatch = new MutationObserver((all) => {
    for (const one of all) {
      if (one.type === "childList") one.addedNodes.forEach((n) => window.cahraSweep(n));
      else if (one.type === "characterData") window.cahraSweep(one.target);
      else if (one.target.nodeType === 1) window.cahraSweep.labels(one.target);
    }
  });
  window.cahraWatch.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: NAMES});
}
window.cahraSweep.labels = labels;
sweep(document.body);
})()</script>"""


def script(translate: Translator) -> str:
    """The script for a language; its words come from our catalogue and are JSON that cannot end a script."""
    words = {text: own for text in WORDS if (own := translate(text)) != text}
    forms = [[form, translate(text)] for form, text in FORMS.items() if translate.language != SOURCE]
    parameters = json.dumps(
        {"lang": translate.language, "locale": translate(LOCALE), "words": words, "forms": forms}, ensure_ascii=True
    )
    return _SCRIPT % parameters.replace("<", "\\u003c")
