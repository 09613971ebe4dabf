"""Listed areas (H8): the edition of the EU indicative list in force at a date, and the sites it names."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.records.admin_units import Aliases, SiteUnits, keys_of
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.rule_set import Rules
from geo.time_window import NO_DAY, Days, to_days


def ask(
    rules: Rules,
    sites: pd.DataFrame,
    as_of: Days,
    units: dict[int, SiteUnits],
    listed: pd.DataFrame | None,
    aliases: Aliases,
    evidence: Evidence,
) -> list[Finding]:
    """Asks H8 of every site.

    Unknown without a list, before its first edition, and where an entry of the site's country names a unit of a level
    at which the site's own unit is not known.
    """
    n = len(sites)
    out = []
    for rule in rules.of_kind("list"):
        fired, maybe = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        known = np.zeros(n, np.bool_)
        if listed is not None and len(listed):
            table = schema.conform(listed, schema.LISTED_AREAS)
            start, end = to_days(table["valid_from"]), to_days(table["valid_to"])
            end = np.where(end == NO_DAY, np.iinfo(np.int64).max, end)
            known = as_of >= start.min()
            known &= (sites["country"] != "").to_numpy()
            for i, area in enumerate(table.itertuples(index=False)):
                now = (start[i] <= as_of) & (as_of < end[i]) & (sites["country"] == area.country).to_numpy()
                if area.kind == "country":
                    hit = now
                else:
                    level = 1 if area.kind == "admin1" else 2
                    key = keys_of(
                        pd.Series([area.area], dtype="str"), pd.Series([area.country], dtype="str"), level, aliases
                    )[0]
                    hit = now & (units[level].key == key)
                    maybe |= now & (units[level].key == "")
                fired |= hit
                _tell(evidence, rule.id, np.flatnonzero(hit), area, i)
        evidence.facts("near_miss", rule.id, np.flatnonzero(known & ~fired & ~maybe), value="not on the list in force")
        out.append(Finding.of(rule.id, fired, fired, fired | maybe, ~known | maybe))
    return out


def _tell(evidence: Evidence, rule: str, rows: npt.NDArray[np.int64], area: object, number: int) -> None:
    start, end = getattr(area, "valid_from", None), getattr(area, "valid_to", None)
    name = getattr(area, "area", "") or getattr(area, "country", "")
    evidence.facts(
        "list",
        rule,
        rows,
        record_id=getattr(area, "code", "") or f"entry {number + 1}",
        dataset="EU indicative list",
        date_start=start,
        date_end=end,
        value=f"{getattr(area, 'kind', '')}: {name}",
    )
