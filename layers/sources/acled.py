"""ACLED's export: 31 columns, or the 25 upper-case columns of before. Its rows must never leave the machine.

No text of a row goes into a rejection, note or error: only its row number, its id and the reason.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.table import Table
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import country_codes, rows
from layers.sources.incident_fields import DOUBT, IncidentSource, Normalised, counted, days, exactness, positions
from layers.sources.layer import Faults, Fields, version_of

Bools = npt.NDArray[np.bool_]
PRECISION = {1.0: 1, 2.0: 2, 3.0: 4}
"""ACLED's geo_precision (place, near a place, region) on UCDP's scale."""
DATE_PRECISION = {1.0: 1.0, 2.0: 3.0, 3.0: 4.0}
"""ACLED's time_precision (day, week, month) on UCDP's scale."""
NON_STATE = frozenset(
    {"2", "3", "4", "rebel group", "rebel groups", "rebel forces", "political militia", "political militias",
     "identity militia", "identity militias", "ethnic militia", "communal militia", "communal militias"}
)  # fmt: skip
"""`inter` of rebels, political and identity militias, as numbers and in words (plain)."""
OTHERS = frozenset(
    {"1", "5", "6", "7", "8", "state forces", "state force", "government", "rioters", "protesters", "protestors",
     "civilians", "external other forces", "external forces", "other forces", "other"}
)  # fmt: skip
"""`inter` of everybody else."""


def is_acled(fields: Fields) -> bool:
    """Whether the columns are those of ACLED, of today or of before 2019."""
    return fields.has("event_id_cnty", "event_date", "event_type", "fatalities")


def normalise_acled(table: Table, fields: Fields, faults: Faults) -> Normalised:
    """Rows of ACLED in the columns of :data:`geo.schema.INCIDENTS`, one per row of `table`, all `restricted`."""
    fields.require("id", "date", "precision", "deaths", "type")
    notes: list[str] = []
    frame = pd.DataFrame({"record_id": fields.text("id").str.strip()})
    faults.add("missing_id", frame["record_id"] == "")
    frame["date_start"] = days(fields, faults, "date")
    frame["date_end"] = frame["date_start"]
    frame["date_prec"] = pd.Series(parse_numbers(fields.text("time_precision"), decimal=".")[0]).map(DATE_PRECISION)
    exactness(fields, frame, PRECISION, notes)
    deaths = counted(fields, faults, "deaths", required=True)
    frame["deaths_best"] = frame["deaths_low"] = frame["deaths_high"] = deaths
    targeted = fields.text("civilian_targeting").map(plain)
    frame["deaths_civilians"] = np.where(targeted.isin(["", "false", "0", "no"]), np.nan, deaths)
    frame["lon"], frame["lat"] = positions(table, fields, faults, frame["precision"].to_numpy() <= 2)
    frame["country"] = country_codes(fields.text("country"))
    blank = frame["country"] == ""
    if blank.any():
        frame.loc[blank, "country"] = country_codes(fields.text("iso")[blank])
    for column in ("admin1", "admin2", "actor_a", "actor_b", "place"):
        frame[column] = fields.text(column)
    frame["kind"] = fields.text("type")
    frame["effect"] = _effects(fields, frame, notes)
    idle = int(np.count_nonzero((frame["effect"] == "none") & faults.ok))
    if idle:
        notes.append(
            Note(
                "{n} "
                "{n?protest, riot or strategic development is|protests, riots and strategic developments are} "
                "read but {n?counts|count} for no rule.",
                n=idle,
            )
        )
    return Normalised(frame.assign(source="acled", restricted=True), "ACLED", version_of(table), notes)


@lru_cache(maxsize=1)
def event_types() -> dict[tuple[str, str], tuple[str, str]]:
    """Effect and the side that must be non-state, by plain event type and sub-type; a blank sub-type: any other.

    The table is data/acled_event_types.csv.

    Examples
    --------
    >>> event_types()["strategic developments", "looting property destruction"]
    ('violent', '')
    >>> event_types()["battles", "non state actor overtakes territory"]
    ('control', 'any')
    """
    return {
        (plain(row["event_type"]), plain(row["sub_event_type"])): (row["effect"], row["non_state_side"])
        for row in rows("acled_event_types.csv")
    }


def _effects(fields: Fields, frame: pd.DataFrame, notes: list[str]) -> npt.NDArray[np.object_]:
    """What each row may do beside its deaths, and the rows whose type leaves it open (`doubt` of `frame`).

    The sub-type decides, whatever type stands beside it, then the type. A type that is not known is violent: nothing
    calmer is known of it. A strategic development without a known sub-type, in a file that has them, is doubted: it may
    be one that counts. Of any other event that counts for nothing nothing is doubted.
    """
    known = event_types()
    of_sub = {sub: answer for (_, sub), answer in known.items() if sub}
    kinds, subs = fields.text("type").map(plain), fields.text("sub_type").map(plain)
    pairs = pd.Series(list(zip(kinds, subs, strict=True)), index=frame.index)
    answers = {pair: of_sub.get(pair[1]) or known.get((pair[0], ""), ("violent", "")) for pair in set(pairs)}
    effect = pairs.map({pair: answer[0] for pair, answer in answers.items()}).to_numpy(dtype=object)
    side = pairs.map({pair: answer[1] for pair, answer in answers.items()}).to_numpy(dtype=object)
    strange = ~kinds.isin({kind for kind, _ in known}).to_numpy() & ~subs.isin(of_sub).to_numpy()
    if strange.any():
        notes.append(
            Note(
                "{n} event{n?|s} {n?is|are} of a type that is not known and {n?is|are} taken as violent.",
                n=int(strange.sum()),
            )
        )
    mixed = {kind for (kind, sub), (answer, _) in known.items() if sub and answer != "none"}
    open_sub = kinds.isin(mixed).to_numpy() & ~subs.isin(of_sub).to_numpy() & (fields.column("sub_type") is not None)
    frame[DOUBT] = np.where(effect != "none", frame[DOUBT], np.where(open_sub, "unknown_code", ""))
    first, second = (_non_state(fields.text(name)) for name in ("inter_a", "inter_b"))
    mine = np.where(side == "any", _either(first, second), first)
    # Ground taken by somebody who is known to be no non-state group is no control; by force it is still a battle.
    lost = (effect == "control") & (mine == "no")
    return np.where(lost, np.where(side == "any", "violent", "none"), effect)


def _non_state(inter: pd.Series[str]) -> npt.NDArray[np.object_]:
    """``yes`` or ``no`` for each `inter`; what is blank or not known says nothing and is blank."""
    words = {text: plain(str(text)).removesuffix(" 0") for text in pd.unique(inter)}
    answers = {t: "yes" if word in NON_STATE else "no" if word in OTHERS else "" for t, word in words.items()}
    return inter.map(answers).to_numpy(dtype=object)


def _either(first: npt.NDArray[np.object_], second: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    yes = (first == "yes") | (second == "yes")
    return np.where(yes, "yes", np.where((first == "") | ((second == "") & (first != "no")), "", "no"))


SOURCE = IncidentSource(
    layout="acled",
    recognises=is_acled,
    normalise=normalise_acled,
    described=Note("ACLED (event_id_cnty, event_date, event_type, geo_precision, fatalities)"),
    columns="acled",
    restricted=lambda _fields: True,
)
