"""A list of areas that someone has declared to be conflict-affected or high-risk: the user's file (rule L1)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from geo.records.place_names import fold, plain
from geo.schema import LISTED_AREAS, conform
from layers.formats import LOCAL, Gateway, parse_dates, read
from layers.reference.tables import country_codes
from layers.sources.column_words import header_words
from layers.sources.layer import Faults, Fields, Layer, version_of
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child

KINDS = {
    "country": ("country", "pays", "0", "adm0", "admin0", "national", "whole country", "pays entier"),
    "admin1": ("1", "adm1", "admin1", "province", "region", "prefecture", "state", "department", "departement"),
    "admin2": ("2", "adm2", "admin2", "territory", "territoire", "district", "sub prefecture", "sous prefecture"),
}
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}


@in_child
def read_eu_list(
    source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL, options: ReadOptions = NOTHING
) -> Layer:
    """An edition (or several, by their dates) of the indicative list under Regulation (EU) 2017/821, Art. 14.

    Columns: `country` (code or name), `area` (blank: the whole country), `kind` (country, admin1, admin2; by default
    country where the area is blank, else admin1), `valid_from`, `valid_to` (the first day on which the edition no
    longer holds; blank: none), `code`.

    Returns
    -------
    Layer
        Frame of :data:`geo.schema.LISTED_AREAS`.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or no row is usable.
    """
    choice = options.choice(header_words("listed_areas", ("country", "from")))
    table = read(source, name, purpose="table", gateway=gateway, choice=choice)
    fields, faults = Fields(table, "listed_areas", options), Faults(table)
    fields.require("country", "from")
    country = country_codes(fields.text("country"))
    faults.add("unknown_code", country == "", expected="country: code or name", got=fields.text("country"))
    area = fields.text("area").str.strip()
    # "The whole country" written out, or the country's own name, is the same as a blank.
    whole = area.map(plain).isin(_whole_words(fields.text("country"))) | (country_codes(area) == country)
    area = area.where(~whole, "")
    stated = fields.text("kind").map(plain)
    kind = stated.map(_KIND_OF).fillna("")
    faults.add("unknown_code", (stated != "") & (kind == ""), got=fields.text("kind"),
               expected="kind: country, admin1, admin2")  # fmt: skip
    kind = kind.where(kind != "", pd.Series(np.where(area == "", "country", "admin1"), dtype="str"))
    faults.add("missing_value", (kind != "country") & (area.map(fold) == ""), expected="area: a name")
    start, why = parse_dates(fields.text("from"))
    faults.add(why, expected="YYYY-MM-DD", got=fields.text("from"))
    faults.add("date_missing", start.isna(), expected="first day of the edition")
    end, why = parse_dates(fields.text("to"))
    faults.add(why, expected="YYYY-MM-DD", got=fields.text("to"))
    faults.add("end_before_start", end.le(start), expected="valid_to after valid_from", got=fields.text("to"))
    faults.usable("listed areas")
    frame = pd.DataFrame({"area": area.where(kind != "country", ""), "country": country, "kind": kind})
    frame = frame.assign(code=fields.text("code").str.strip(), valid_from=start, valid_to=end)
    accepted, rejected = conform(frame[faults.ok], LISTED_AREAS), faults.rejected(fields.text("area"))
    return Layer(
        name=table.name,
        sha256=table.sha256,
        size=table.size,
        layout="listed_areas",
        dataset=re.sub(r"\.[^.]*$", "", table.name),
        dataset_version=version_of(table),
        frame=accepted,
        accounting={"read": len(accepted) + len(rejected), "accepted": len(accepted), "rejected": len(rejected)},
        rejected=rejected,
        notes=list(table.notes),
        columns_used=fields.used,
        columns_ignored=fields.ignored,
    )


def _whole_words(countries: pd.Series[str]) -> set[str]:
    return {"whole country", "entire country", "pays entier", "national", "all", *countries.map(plain)} - {""}
