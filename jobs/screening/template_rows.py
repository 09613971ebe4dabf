"""A reporting template as a company's list: each mine and country that a smelter row names is an origin.

A smelter's own place is no origin and is not screened. Recycled and scrap material has no mine: it is answered as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from geo.records.place_names import plain
from layers.formats import Table
from layers.sources.rmi_template import MINES, RECYCLED, SMELTERS, ReportingTemplate

RECYCLED_REASON = "recycled_or_scrap"
_SPLIT = re.compile(
    r"[;\n|/]|,(?!\s*(?:the\s+)?(?:democratic|dem|republic|rep|united|plurinational|islamic)\b)", re.IGNORECASE
)
_NOTHING = frozenset({"", "n a", "na", "none", "unknown", "not available", "not applicable", "inconnu", "confidential"})


def template_table(template: ReportingTemplate) -> tuple[Table, np.ndarray]:
    """The list of origins of a template, and which rows are of recycled or scrap material.

    Columns: `supplier_id, site_name, country, admin1, mineral, smelter, smelter_country, listed_on, sheet_row`.

    Parameters
    ----------
    template
        The reporting template (RMI or the like), as it was read.

    Raises
    ------
    geo.errors.InputError
        The template names neither a smelter nor a mine.
    """
    records: list[tuple[str, ...]] = []
    recycled: list[bool] = []
    for smelter in template.smelters.to_dict("records"):
        own = str(smelter["smelter_id"]) or str(smelter["standard_name"]) or f"smelter-{smelter['row']}"
        origin = (str(smelter["standard_name"]), str(smelter["country"]), SMELTERS, str(smelter["row"]))
        if smelter["recycled"]:
            records.append((own, "", "", "", str(smelter["metal"]), *origin))
            recycled.append(True)
            continue
        for mine, country in origins(str(smelter["mines"]), str(smelter["mine_countries"])):
            records.append((own, mine, country, "", str(smelter["metal"]), *origin))
            recycled.append(False)
    for row in template.mines.to_dict("records"):
        own = str(row["mine_id"]) or str(row["name"]) or f"mine-{row['row']}"
        origin = (str(row["smelter"]), "", MINES, str(row["row"]))
        records.append((own, str(row["name"]), str(row["country"]), str(row["state"]), str(row["metal"]), *origin))
        recycled.append(False)
    if not records:
        raise InputError(
            "The template names no smelter and no mine.",
            where=template.name,
            expected=Note("rows on the sheets {names}", names=f"{SMELTERS}, {MINES}"),
        )
    names = (
        "supplier_id",
        "site_name",
        "country",
        "admin1",
        "mineral",
        "smelter",
        "smelter_country",
        "listed_on",
        "sheet_row",
    )
    columns = list(zip(*records, strict=True))
    frame = pd.DataFrame({name: pd.array(list(cells), dtype="str") for name, cells in zip(names, columns, strict=True)})
    from geo.schema import REJECTED, empty

    table = Table(
        frame=frame,
        row=np.arange(1, len(frame) + 1, dtype=np.int64),
        geometry=None,
        name=template.name,
        sha256=template.sha256,
        format="xlsx",
        meta={"sheet": SMELTERS},
        rejected=empty(REJECTED),
        notes=list(template.notes),
        read=len(frame),
        header=names,
    )
    return table, np.asarray(recycled, dtype=bool)


def origins(mines: str, countries: str) -> list[tuple[str, str]]:
    """Pairs of a mine and a country that one smelter row names; blank where it names none.

    One country holds for all mines; as many countries as mines go with them in order; else each stands alone.

    Parameters
    ----------
    mines
        Mines of one smelter row, separated by `;`, `|`, `/`, commas or line breaks.
    countries
        Countries of one smelter row in words, separated likewise; a comma within a name splits nothing.

    Examples
    --------
    >>> origins("Pit A; Pit B", "Rwanda"), origins("Pit A; Pit B", "Rwanda; Burundi")
    ([('Pit A', 'Rwanda'), ('Pit B', 'Rwanda')], [('Pit A', 'Rwanda'), ('Pit B', 'Burundi')])
    >>> origins("Pit A", "Rwanda, Burundi"), origins("", "Congo, Democratic Republic of"), origins("n/a", "")
    ([('Pit A', ''), ('', 'Rwanda'), ('', 'Burundi')], [('', 'Congo, Democratic Republic of')], [('', '')])
    """
    named, abroad = _parts(mines), _parts(countries)
    if not named and not abroad:
        return [("", "")]
    if len(abroad) == 1 and named:
        return [(mine, abroad[0]) for mine in named]
    if len(named) == len(abroad):
        return list(zip(named, abroad, strict=True))
    return [*((mine, "") for mine in named), *(("", country) for country in abroad)]


def _parts(text: str) -> Sequence[str]:
    known = {plain(word) for word in RECYCLED}
    if plain(text).replace("/", " ") in {word.replace("/", " ") for word in _NOTHING}:  # n/a is one word, not two
        return []
    parts = (part.strip(" .") for part in _SPLIT.split(text))
    return [part for part in parts if plain(part) not in _NOTHING and plain(part) not in known]
