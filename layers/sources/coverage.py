"""What an incident dataset covers: a table of recognised complete editions, and the user's own declaration.

Coverage is declared, never inferred from events. A file that nothing declares, such as a sample, covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from geo.records.place_names import plain
from geo.schema import COVERAGE, conform, empty
from layers.formats import LOCAL, Door, read
from layers.formats.table import Table
from layers.formats.values.dates import parse_dates
from layers.reference.tables import country_codes, gleditsch_ward, rows
from layers.sources.layer import Faults, Fields, Layer, version_of

EFFECTS = ("lethal", "all")
EVERY = "*"
"""In data/editions.csv: every country of data/countries_gleditsch_ward.csv."""


def recognise(table: Table, layout: str, country_numbers: Iterable[str] = ()) -> tuple[str, str] | None:
    """Dataset and version of a file that is a whole, known edition; None for any other.

    Parameters
    ----------
    table
        The file as read.
    layout
        The recognised layout (``ucdp``).
    country_numbers
        Gleditsch-Ward numbers of all its rows.
    """
    read_rows = len(table.frame) + len(table.rejected)
    numbers = {number for number in country_numbers if number}
    for row in rows("editions.csv"):
        if (
            row["layout"] == layout
            and (not row["collection_name"] or row["collection_name"] == table.meta.get("collection_name", ""))
            and (not row["file_name"] or row["file_name"].casefold() == table.name.casefold())
            and (row["collection_name"] or row["file_name"])
            and (not row["only_gw"] or numbers == {row["only_gw"]})
            and (not row["min_rows"] or read_rows >= int(row["min_rows"]))
        ):
            return row["dataset"], row["version"]
    return None


def recognised_coverage(layers: Iterable[Layer]) -> pd.DataFrame:
    """What the recognised editions among incident `layers` cover: :data:`geo.schema.COVERAGE`."""
    said = []
    for layer in layers:
        for row in rows("editions.csv"):
            if (layer.layout, layer.dataset, layer.dataset_version) == (row["layout"], row["dataset"], row["version"]):
                every = sorted(set(gleditsch_ward().values()))
                said += [
                    (row["dataset"], country, row["from"], row["to"], "lethal")
                    for country in (every if row["country_iso3"] == EVERY else [row["country_iso3"]])
                ]
    if not said:
        return empty(COVERAGE)
    frame = pd.DataFrame(said, columns=[column.name for column in COVERAGE]).drop_duplicates()
    frame["from"], frame["to"] = pd.to_datetime(frame["from"]), pd.to_datetime(frame["to"])
    return conform(frame, COVERAGE)


def read_coverage(source: bytes | Path, name: str | None = None, *, door: Door = LOCAL) -> Layer:
    """The user's declaration of coverage, `dataset, country_iso3, from, to` (both days inclusive), `effects`.

    `dataset` names a loaded incident dataset by its source, name, version or file name; the country is a code or a
    name. `effects` says whether events without deaths are covered too (``all``) or deadly ones only (``lethal``, also
    where it is blank). A row that cannot be read covers nothing and is told.

    Returns
    -------
    Layer
        Frame of :data:`geo.schema.COVERAGE`.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or no row is usable.
    """
    table = read(source, name, purpose="table", door=door)
    fields, faults = Fields(table, "coverage"), Faults(table)
    fields.require("dataset", "country_iso3", "from", "to")
    dataset = fields.text("dataset").str.strip()
    country = country_codes(fields.text("country_iso3"))
    start, start_why = parse_dates(fields.text("from"))
    end, end_why = parse_dates(fields.text("to"))
    effects = fields.text("effects").map(plain)
    effects = effects.where(effects != "", "lethal")
    faults.add("missing_value", dataset == "", expected="a dataset")
    faults.add("unknown_code", country == "", expected="ISO 3166 alpha-3", got=fields.text("country_iso3"))
    for column, why, dates in (("from", start_why, start), ("to", end_why, end)):
        text = fields.text(column)
        faults.add(why, expected="YYYY-MM-DD", got=text)
        faults.add("date_missing", dates.isna(), expected="YYYY-MM-DD")
    faults.add("end_before_start", end.lt(start), expected="to on or after from", got=fields.text("to"))
    known = effects.isin(EFFECTS)
    faults.add("unknown_code", ~known, expected=f"effects: {', '.join(EFFECTS)}", got=fields.text("effects"))
    faults.usable("coverage")
    said = {"dataset": dataset, "country_iso3": country, "from": start, "to": end, "effects": effects}
    frame = pd.DataFrame(said)[faults.ok]
    rejected = faults.rejected(dataset)
    return Layer(
        name=table.name,
        sha256=table.sha256,
        layout="coverage",
        dataset="coverage",
        dataset_version=version_of(table),
        frame=conform(frame, COVERAGE),
        accounting={
            "read": len(frame) + len(rejected),
            "accepted": int(np.count_nonzero(faults.ok)),
            "rejected": len(rejected),
        },
        rejected=rejected,
        notes=list(table.notes),
    )
