"""The decision tree for a narrow screen: one question under the other as text, where the drawing is too wide."""

from __future__ import annotations

from collections.abc import Sequence

from i18n import labels
from i18n.translator import Translator
from jobs.assessment.decision_tree import CALM, Branch
from layers.formats.writers.escape import html
from layers.maps import styles

STYLE = """<style>
.cahra-tree { display: none; list-style: none; margin: 0; padding: 0 !important; }
.cahra-tree li { border: 1px solid #b9b4aa; border-radius: 6px; margin: 0 0 0.5rem !important;
  padding: 0.5rem 0.7rem; }
.cahra-tree strong { display: block; border-left: 6px solid; padding-left: 0.5rem; margin-top: 0.3rem; }
.cahra-tree span { display: block; color: #444; font-size: 0.875rem; margin-top: 0.3rem; }
@media (max-width: 640px) {
  .cahra-tree { display: block; }
  .st-key-tree_drawing { display: none; }
}
</style>"""
"""Fixed text; above 640 pixels the drawing stands alone."""


def narrow_tree(branches: Sequence[Branch], translate: Translator) -> str:
    """The branches as HTML, all text escaped; it fits any width."""
    _ = translate
    items = []
    for branch in branches:
        style = styles.site_style(branch.cls)
        words = _.pair(f"{style.sign} {_(labels.CLASSES[branch.cls])}", _.number(branch.leave))
        question = f"{branch.key} {branch.question}" if branch.ground else branch.question
        no = html(_.pair(_("no"), _.number(branch.asked - branch.leave)))
        stay = "" if branch.key == CALM else f"<span>↓ {no}</span>"
        answer = f"<strong style='border-color:{style.colour}'>{html(words)}</strong>"
        items.append(f"<li>{html(question)}{answer}{stay}</li>")
    return f"{STYLE}<ol class='cahra-tree'>{''.join(items)}</ol>"
