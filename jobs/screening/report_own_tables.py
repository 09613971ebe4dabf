"""What stands beside the rows in a report and weighs nothing: actors of the user's table, and indicators of areas."""

from __future__ import annotations

from typing import Any

import pandas as pd

from i18n.translator import Translator
from jobs.screening import labels as sw
from jobs.screening.model import Screening
from layers.formats.writers.escape import html
from layers.reference.country_names import country_name

MOST = 100
"""Lines of each table in the report; the files have all."""
NAMED = (
    "supplier_id", "part", "actor", "listed_name", "score", "listed_then", "record_id", "record_start", "distance_m",
)  # fmt: skip
"""What fits on a sheet, under the names with their lists; named_actors.csv has the rest."""
GOVERNANCE = ("level", "area", "country", "indicator", "value", "edition", "source", "rows")


def own_table_sections(_: Translator, screening: Screening) -> str:
    """The sections, where their tables were given.

    Parameters
    ----------
    _
        Speaks the reader's language.
    screening
        The screening of a list.
    """
    out = []
    if screening.named is not None:
        note = _(
            "Names that are like those of the records near an origin or on a route. Each is a question to ask, not a "
            "finding: a like name need not be the same. They change no class. Rows of restricted datasets (ACLED) are "
            "not compared."
        )
        none = _("No name of your table is like one in the records that were compared. That is not to say that none is there.")  # fmt: skip  # noqa: E501
        ordered = screening.named.sort_values(["score", "distance_m"], ascending=[False, True], kind="stable")
        out.append(_section(_, _("Named actors"), note, ordered, NAMED, "named_actors.csv", none, _names(_, ordered)))
    if screening.governance is not None:
        note = _("Indicators of your own table, as it gives them: they stand beside the classes and are never weighed.")
        none = _("Your table has no line on an area of the rows.")
        out.append(
            _section(_, _("Indicators of areas"), note, screening.governance, GOVERNANCE, "governance.csv", none)
        )
    return "".join(out)


def _section(
    _: Translator,
    title: str,
    note: str,
    frame: pd.DataFrame,
    columns: tuple[str, ...],
    file: str,
    none: str,
    above: str = "",
) -> str:
    head = f'<section><h2>{html(title)}</h2><p class="soft">{html(note)}</p>'
    if frame.empty:
        return f"{head}<p>{html(none)}</p></section>"
    cells = "".join(f"<th>{html(sw.heading(c, _))}</th>" for c in columns)
    shown = [cell_texts(frame.head(MOST)[c], c, _) for c in columns]
    body = "".join("<tr>" + "".join(f"<td>{html(t)}</td>" for t in line) + "</tr>" for line in zip(*shown, strict=True))
    left = len(frame) - MOST
    more = (
        f"<p>{html(_('{n} more line{n?|s} {n?is|are} in {file}.', n=_.number(left), file=file))}</p>"
        if left > 0
        else ""
    )
    return f"{head}{above}<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{more}</section>"


def _names(_: Translator, named: pd.DataFrame) -> str:
    """Each listed name once: at how many origins and on how many routes it is asked, and how near."""
    if named.empty:
        return ""
    counts = (
        named.assign(o=named["row"].where(named["part"] == "origin"), w=named["row"].where(named["part"] == "transit"))
        .groupby(["listed_name", "listed_in", "list_source"], sort=False)
        .agg(origins=("o", "nunique"), routes=("w", "nunique"), nearest=("distance_m", "min"))
        .reset_index()
    )
    heads = [sw.heading(c, _) for c in ("listed_name", "listed_in", "list_source")]
    heads += [_("Rows, near the origin"), _("Rows, on the route"), _("Nearest record")]
    cells = "".join(f'<th class="{"n" * (i > 2)}">{html(h)}</th>' for i, h in enumerate(heads))
    body = ""
    for r in counts.to_dict("records"):
        words = "".join(f"<td>{html(r[c])}</td>" for c in ("listed_name", "listed_in", "list_source"))
        far = _.distance(float(r["nearest"])) if pd.notna(r["nearest"]) else "–"
        numbers = (_.number(r["origins"]), _.number(r["routes"]), far)
        number_cells = "".join(f'<td class="n">{html(n)}</td>' for n in numbers)
        body += f"<tr>{words}{number_cells}</tr>"
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def cell_texts(column: pd.Series[Any], name: str, _: Translator) -> list[str]:
    """A column as text in the reader's language.

    Parameters
    ----------
    column
        A column of the user's table.
    name
        Name of the column.
    _
        Speaks the reader's language.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return ["" if pd.isna(d) else _.date(d) for d in column]
    if pd.api.types.is_numeric_dtype(column):
        return ["" if pd.isna(v) else _.number(v) for v in column]
    if name == "country":
        return [country_name(str(v), _) if v else "" for v in column]
    return [sw.value(name, v, _) if sw.is_coded(name) else str(v) for v in column]
