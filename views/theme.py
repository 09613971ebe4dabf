"""How the app looks where Streamlit's own theme has no setting for it: fixed texts of CSS."""

from __future__ import annotations

STYLE = """<style>
.block-container { padding-top: 3.6rem; padding-bottom: 2rem; }
h1 { font-size: 1.7rem !important; padding: 0.2rem 0 !important; }
h2, h3 { font-size: 1.15rem !important; padding: 0.4rem 0 0 !important; }
[data-testid="stMetric"] { padding: 0.3rem 0.8rem; }
[data-testid="stMetric"] > div { padding: 0.2rem 0; }
[data-testid="stMetricLabel"] p { white-space: normal; }
[data-testid="stMetricValue"] { font-size: 1.7rem; }
[data-testid="stDownloadButton"] button * { white-space: normal !important; overflow: visible !important;
  overflow-wrap: anywhere; line-height: 1.25; }
[data-testid="stCaptionContainer"] { color: #444; opacity: 1; }
.cahra-synthetic { display: inline-block; margin: 0; background: #8a3a00; color: #fff; border-radius: 4px;
  padding: 2px 10px; font-size: 0.85rem; font-weight: 600; }
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > script) { display: none; }
[data-testid="stFileChip"][aria-invalid="true"] { flex-wrap: wrap; height: auto; }
[data-testid="stFileChip"] [role="alert"] { position: static !important; width: 100% !important;
  height: auto !important; clip: auto !important; clip-path: none !important; margin: 0 !important;
  white-space: normal !important; font-size: 0.8rem; }
[class*="st-key-taken_"] [data-testid="stFileChips"] > div:first-child > div { display: contents; }
[class*="st-key-taken_"] [data-testid="stFileChip"]:not([aria-invalid], :has([data-testid="stFileChipIconSpinner"])) {
  display: none; }
@media (max-width: 640px) {
  [data-testid="stHorizontalBlock"]:has([data-testid="stDownloadButton"]) { gap: 0.5rem; }
  [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]:has([data-testid="stDownloadButton"]),
  [data-testid="stHorizontalBlock"] > [data-testid="stColumn"]:has(> div > div > [data-testid="stMetric"]) {
    flex: 1 1 46%; min-width: 0; }
  .block-container { padding-left: 0.8rem; padding-right: 0.8rem; }
  [data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) { gap: 0.4rem; }
  [data-testid="stElementContainer"]:has(> [data-testid="stMetric"]) { flex: 1 1 46%; min-width: 0; }
  [data-testid="stMetric"] { padding: 0.2rem 0.4rem; }
  [data-testid="stMetricLabel"] p { font-size: 0.75rem; }
  [data-testid="stMetricValue"] { font-size: 1.3rem; }
}
@media print { [data-testid="stSidebar"], [data-testid="stHeader"] { display: none; } }
</style>"""
"""Fixed text: less white above, captions dark enough to read (AA)."""
WORDS = """<style>
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "%s"; font-size: 0.875rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "%s"; font-size: 0.875rem; }
[data-testid="stFileChips"] [data-testid="stBaseButton-borderlessIcon"] {
  width: auto; gap: 0.4rem; white-space: nowrap; }
[data-testid="stFileChips"] [data-testid="stBaseButton-borderlessIcon"]::after { content: "%s"; font-size: 0.875rem; }
</style>"""
"""Streamlit has no language of its own: what its field for files says is written over by our own translation."""
