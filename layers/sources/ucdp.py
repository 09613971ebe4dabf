"""UCDP GED in the forms in which it is published: native CSV, GeoJSON, the explorer's export, HDX's edition."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.table import Table
from layers.formats.values.numbers import parse_numbers
from layers.reference.tables import country_codes, gleditsch_ward
from layers.sources.editions import names_a_candidate, recognise
from layers.sources.incident_fields import IncidentSource, Normalised, counted, days, exactness, positions
from layers.sources.layer import Faults, Fields, version_of

VIOLENCE = {"1": "state-based", "2": "non-state", "3": "one-sided"}
PRECISION = {float(code): code for code in range(1, 8)}
_DEATHS = ("best", "low", "high", "deaths_civilians")

_FORMS = {"id": "[0-9]+", "year": "[0-9]{4}", "type_of_violence": "[123]", "where_prec": "[1-7]",
          "date_start": "[0-9]{4}-.*"}  # fmt: skip
_ORDER = """
id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name dyad_dset_id
dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b number_of_sources
source_article source_office source_date source_headline source_original where_prec where_coordinates where_description
adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id region event_clarity date_prec date_start
date_end deaths_a deaths_b deaths_civilians deaths_unknown best high low gwnoa gwnob"""
UNNAMED = tuple((name, _FORMS.get(name, "")) for name in _ORDER.split())
"""Columns in their order: at least one candidate edition (24.0.1) was published without a header."""


def is_ucdp(fields: Fields) -> bool:
    """Whether the columns are those of UCDP GED."""
    return fields.has("type_of_violence", "where_prec", "date_start", "date_end")


def normalise_ucdp(table: Table, fields: Fields, faults: Faults) -> Normalised:
    """Rows of UCDP GED in the columns of :data:`geo.schema.INCIDENTS`, one per row of `table`.

    The native order of days in slashed dates is month first (the explorer), unless the columns show the other. Deaths
    that are not given low or high take the best estimate; a best estimate outside them widens them. What is imprecise
    (3 and above) needs no coordinates.
    """
    fields.require("id", "precision", "start", "end", "best")
    notes: list[str] = []
    frame = pd.DataFrame({"record_id": fields.text("id").str.strip()})
    faults.add("missing_id", frame["record_id"] == "", expected="id")
    both = ("start", "end")
    for column, name in (("date_start", "start"), ("date_end", "end")):
        frame[column] = days(fields, faults, name, beside=both, day_first=False)
    faults.add("end_before_start", frame["date_end"].lt(frame["date_start"]), got=fields.text("end"),
               expected="date_end on or after date_start")  # fmt: skip
    exactness(fields, frame, PRECISION, notes)
    frame["date_prec"], _ = parse_numbers(fields.text("date_prec"), decimal=".")
    best = counted(fields, faults, "best", beside=_DEATHS, required=True)
    frame["deaths_best"] = best
    frame["deaths_civilians"] = counted(fields, faults, "deaths_civilians", beside=_DEATHS)
    low, high = (counted(fields, faults, name, beside=_DEATHS) for name in ("low", "high"))
    frame["deaths_low"], frame["deaths_high"] = np.fmin(low, best), np.fmax(high, best)
    widened = int(np.count_nonzero(((low > best) | (high < best)) & faults.ok))
    if widened:
        notes.append(
            Note(
                "{n} row{n?|s} {n?has|have} a best estimate outside {n?its|their} low and high: the wider of "
                "them brackets it.",
                n=widened,
            )
        )
    frame["lon"], frame["lat"] = positions(table, fields, faults, frame["precision"].to_numpy() <= 2)
    numbers = fields.text("country_id").str.strip().str.removesuffix(".0")
    frame["country"] = _countries(fields, numbers)
    unknown = sorted(set(fields.text("country")[(frame["country"] == "") & faults.ok]))
    if unknown:
        words = ", ".join(unknown[:10]) or Note("(blank)")
        notes.append(Note("Countries that could not be recognised: {names}.", names=words))
    for column in ("admin1", "admin2", "actor_a", "actor_b"):
        frame[column] = fields.text(column)
    place = fields.text("place").str.strip()
    frame["place"] = place.where(place != "", fields.text("where"))
    kind = fields.text("type").str.strip().str.removesuffix(".0")
    frame["kind"] = kind.map(lambda text: VIOLENCE.get(text, text)).astype("str")
    frame["effect"] = "lethal"
    frame["violence"] = frame["kind"].where(frame["kind"].isin(list(VIOLENCE.values())), "").astype("str")
    frame["candidate"] = names_a_candidate(table)
    frame["provisional"] = frame["candidate"] | _unclear(fields)
    frame["source"] = "ucdp"
    edition = recognise(table, "ucdp", frame, set(numbers))
    if edition is None:
        return Normalised(frame, "UCDP GED", version_of(table), notes)
    if frame["candidate"].any():
        notes.append(
            Note(
                "Taken as the whole of candidate edition {version} by its name and days: {n} event{n?|s} of {m} "
                "countr{m?y|ies}.",
                version=edition.version,
                n=len(frame),
                m=frame["country"].nunique(),
            )
        )
    return Normalised(frame, edition.dataset, edition.version, notes, edition.covers)


def _countries(fields: Fields, numbers: pd.Series[str]) -> pd.Series[str]:
    """ISO 3166 alpha-3 by the number, else by the code, else by the name; blank where none is known."""
    found = numbers.map(gleditsch_ward()).fillna("").astype("str")
    for column in ("iso3", "country"):
        blank = found == ""
        if blank.any():
            found = found.where(~blank, country_codes(fields.text(column)))
    return found


def _unclear(fields: Fields) -> pd.Series[bool] | bool:
    """Rows whose `code_status` is stated and not clear."""
    if fields.column("code_status") is None:
        return False
    status = fields.text("code_status")
    clear = [text for text in pd.unique(status) if plain(str(text)) == "clear"]
    return ~status.isin(clear)


SOURCE = IncidentSource(
    layout="ucdp",
    recognises=is_ucdp,
    normalise=normalise_ucdp,
    described=Note("UCDP GED (id, type_of_violence, where_prec, date_start, date_end, best or best_est)"),
    columns="ucdp",
)
