"""Indicators of governance and rights that a user brings, by area: shown beside the rows, never weighed."""

from __future__ import annotations

import pandas as pd

from geo import schema
from geo.records.place_names import fold
from geo.schema import conform
from geo.screening.own_table_schema import GOVERNANCE
from jobs.screening.own_tables import OwnTable


def governance_rows(rows: pd.DataFrame, given: OwnTable) -> pd.DataFrame:
    """Lines of the table on areas of screened rows (:data:`geo.screening.own_table_schema.GOVERNANCE`), in its order.

    Parameters
    ----------
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).
    given
        The user's table as read.
    """
    good = rows[rows["answer"] == "accepted"]
    units = pd.Series([fold(a) for a in good["admin1"]], index=good.index, dtype="str")
    lands = good["country"].value_counts()
    pairs = pd.DataFrame({"country": good["country"], "unit": units}).value_counts()
    anywhere = units.value_counts()
    counts = []
    for line in given.frame[["level", "country", "unit"]].itertuples(index=False):
        if line.level == "country":
            counts.append(int(lands.get(line.country, 0)))
        elif line.country:
            counts.append(int(pairs.get((line.country, line.unit), 0)))
        else:
            counts.append(int(anywhere.get(line.unit, 0)))
    lines = given.frame.assign(rows=counts)
    lines = lines[lines["rows"] > 0]
    return conform(lines, GOVERNANCE) if len(lines) else schema.empty(GOVERNANCE)


def of_row(table: pd.DataFrame, country: str, admin1: str) -> pd.DataFrame:
    """The lines on one place: its country and its admin1 unit.

    Parameters
    ----------
    table
        As :func:`governance_rows` gives it.
    country
        ISO 3166 alpha-3.
    admin1
        The region as the row states it; blank: none.
    """
    unit = fold(admin1)
    here = (table["country"] == country) & (country != "")
    units = pd.Series([fold(a) for a in table["area"]], index=table.index, dtype="str")
    own = (table["level"] == "admin1") & (units == unit) & (unit != "") & (here | (table["country"] == ""))
    return table[(here & (table["level"] == "country")) | own]
