"""Site class down, zone status across: counts, never one score; on a narrow screen one class under the other."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from i18n import labels
from i18n.translator import Translator
from jobs.assessment.export import quadrants
from layers.formats.writers.escape import html
from layers.maps import styles
from views import grid_cells
from views.widgets import tables

_STYLE = """<style>
.cahra-quadrants { display: none; list-style: none; margin: 0; padding: 0 !important; }
.cahra-quadrants > li { border-left: 6px solid; margin: 0 0 0.6rem !important; padding: 0 0 0 0.6rem; }
.cahra-quadrants ul { list-style: none; margin: 0; padding: 0 !important; }
.cahra-quadrants ul li { display: flex; justify-content: space-between; gap: 1rem; margin: 0.15rem 0 !important; }
.cahra-quadrants b { font-variant-numeric: tabular-nums; }
@media (max-width: 640px) {
  .cahra-quadrants { display: block; }
  .st-key-%s { display: none; }
}
</style>"""
"""Fixed text but for the key of the table; above 640 pixels the table stands alone."""


def show(translate: Translator, sites: pd.DataFrame, title: str, key: str, on_select: Callable[[], None]) -> None:
    """Draws the counts of `sites`; a chosen cell of the table calls `on_select`.

    Parameters
    ----------
    translate
        The reader's language.
    sites
        Rows with `site_class` and `zone_status`.
    title
        What is counted, as the heading of the rows.
    key
        Of the table in the session's state.
    on_select
        What a chosen cell does.
    """
    _, counts = translate, quadrants(sites)
    table = counts.copy()
    table.index = [f"{styles.site_style(c).sign} {_(labels.CLASSES[c])}" for c in counts.index]
    table.index.name = title
    heads = {str(z): _(labels.ZONE_STATUSES[str(z)]) for z in counts}
    st.html(narrow(translate, counts, title, f"{key}_wide"))
    st.html(grid_cells.SCRIPT, unsafe_allow_javascript=True)
    with st.container(key=f"{key}_wide"):
        tables.show(
            _,
            table,
            column_config={
                z: st.column_config.NumberColumn(heading, format="localized") for z, heading in heads.items()
            },
            key=key,
            on_select=on_select,
            selection_mode="single-cell",
            height="content",
            alt=title,
        )
        st.caption(_("Choose a cell to see only its sites; choose it again to see all."))


def narrow(translate: Translator, counts: pd.DataFrame, title: str, key: str) -> str:
    """The counts above zero as HTML, all text escaped; it fits any width.

    Parameters
    ----------
    translate
        The reader's language.
    counts
        Class down, zone status across.
    title
        What is counted.
    key
        Of the container that is hidden where this is shown.
    """
    _, items = translate, []
    for cls, row in counts.iterrows():
        style = styles.site_style(str(cls))
        head = _.pair(f"{style.sign} {_(labels.CLASSES[str(cls)])}", _.number(int(row.sum())))
        cells = "".join(
            f"<li><span>{html(_(labels.ZONE_STATUSES[str(z)]))}</span><b>{html(_.number(int(n)))}</b></li>"
            for z, n in row.items()
            if n
        )
        items.append(f"<li style='border-color:{style.colour}'><strong>{html(head)}</strong><ul>{cells}</ul></li>")
    return f"{_STYLE % key}<ul class='cahra-quadrants' aria-label='{html(title)}'>{''.join(items)}</ul>"
