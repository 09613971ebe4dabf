"""Dated findings on a zone unit (field missions, traceability, vigilance, movement), shown with the zone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.admin_units import Aliases, keys_of
from geo.rules.evidence import Evidence
from geo.time_window import Days, to_days

Bools = npt.NDArray[np.bool_]


def add_findings(
    findings: pd.DataFrame | None,
    diamond: Bools,
    as_of: Days,
    key: npt.NDArray[np.object_],
    aliases: Aliases,
    evidence: Evidence,
) -> None:
    """Names every finding that is not later than the date, for each site of its unit that mines diamonds (`diamond`).

    They inform and decide nothing: no rule reads them.

    Parameters
    ----------
    findings
        :data:`geo.schema.FINDINGS`; None: none are loaded.
    diamond
        One flag a site: it mines diamonds.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    key
        ``COUNTRY|folded name`` of the unit of each site; blank where not known.
    aliases
        Other spellings of names of units.
    evidence
        Gathers rows of evidence.
    """
    if findings is None or not len(findings) or not evidence.wanted:
        return
    table = schema.conform(findings, schema.FINDINGS)
    units = keys_of(table["unit"], table["country"], 2, aliases)
    days = to_days(table["date"])
    for i in range(len(table)):
        evidence.facts(
            "zone",
            "",
            np.flatnonzero(diamond & (key == units[i]) & (days[i] <= as_of)),
            fact="finding",
            record_id=table["criterion"].iloc[i],
            dataset=table["source"].iloc[i],
            date_start=table["date"].iloc[i],
            date_end=table["date"].iloc[i],
            date_prec={"day": 1.0, "month": 4.0}.get(str(table["date_precision"].iloc[i]), 5.0),
            status=table["finding"].iloc[i],
            place=table["unit"].iloc[i],
        )
