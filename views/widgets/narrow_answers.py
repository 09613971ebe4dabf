"""The rules of a site for a narrow screen: question, answer and what was looked at, one under the other."""

from __future__ import annotations

from collections.abc import Sequence

from layers.formats.writers.escape import html

STYLE = """<style>
.cahra-answers { display: none; list-style: none; margin: 0; padding: 0 !important; }
.cahra-answers li { border-bottom: 1px solid #b9b4aa; margin: 0 !important; padding: 0.5rem 0; }
.cahra-answers strong, .cahra-answers span { display: block; margin-top: 0.2rem; }
.cahra-answers span { color: #444; font-size: 0.875rem; }
@media (max-width: 640px) {
  .cahra-answers { display: block; }
  .st-key-rules_wide { display: none; }
}
</style>"""
"""Fixed text; above 640 pixels the table stands alone."""


def narrow_answers(rules: Sequence[str], asked: Sequence[str], answers: Sequence[str], looked: Sequence[str]) -> str:
    """The rules as HTML, all text escaped; it fits any width.

    Parameters
    ----------
    rules
        Ids of the rules.
    asked
        Their questions.
    answers
        Yes, no or not known.
    looked
        What each answer rests on.

    Examples
    --------
    >>> narrow_answers(["C1"], ["Is it <20 km?"], ["no"], [""]).split("</style>")[1]
    "<ul class='cahra-answers'><li>C1 Is it &lt;20 km?<strong>no</strong><span></span></li></ul>"
    """
    items = [
        f"<li>{html(f'{rule} {question}')}<strong>{html(answer)}</strong><span>{html(seen)}</span></li>"
        for rule, question, answer, seen in zip(rules, asked, answers, looked, strict=True)
    ]
    return f"{STYLE}<ul class='cahra-answers'>{''.join(items)}</ul>"
