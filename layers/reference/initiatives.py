"""What a country takes part in: the Kimberley Process, the ICGLR and the EITI, on a day, in words."""

from __future__ import annotations

import pandas as pd

from i18n.translator import Translator
from layers.reference.legal_schemes import icglr_members, kimberley_countries
from layers.reference.tables import rows


def participation(country: str, day: pd.Timestamp, translate: Translator) -> list[str]:
    """A sentence per initiative; what the table cannot say is said to be unknown.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> participation("CAF", pd.Timestamp("2016-01-01"), translator("en"))[0]
    'Kimberley Process: participant, its exports under restriction on that day.'
    """
    _ = translate
    kimberley = kimberley_countries()
    mine = kimberley[kimberley["country"] == country]
    taking_part = _holds(mine, "participant_from", "participant_to", day)
    restricted = _holds(mine[mine["restricted_from"].notna()], "restricted_from", "restricted_to", day)
    if restricted:
        first = _("Kimberley Process: participant, its exports under restriction on that day.")
    elif taking_part:
        first = _("Kimberley Process: participant.")
    else:
        first = _("Kimberley Process: not a participant on that day.")
    members = icglr_members()
    in_icglr = _holds(members[members["country"] == country], "valid_from", "valid_to", day)
    entries = [row for row in rows("eiti_countries.csv") if row["country"] == country]
    joined = [
        row
        for row in entries
        if int(row["joined_year"]) <= day.year and (not row["left_year"] or day.year < int(row["left_year"]))
    ]
    last = (
        _("EITI: on the list of implementing countries since {year} (suspensions are not in the table).",
          year=joined[0]["joined_year"])
        if joined
        else _("EITI: not in the table of implementing countries on that day.")
    )  # fmt: skip
    return [first, _("ICGLR: member.") if in_icglr else _("ICGLR: not a member."), last]


def _holds(frame: pd.DataFrame, begin: str, end: str, day: pd.Timestamp) -> bool:
    return bool(((frame[begin] <= day) & (frame[end].isna() | (frame[end] > day))).any())
