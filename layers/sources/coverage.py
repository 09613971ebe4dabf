"""What an incident dataset covers: a table of recognised complete editions, and the user's own declaration.

Coverage is declared, never inferred from events. A file that nothing declares, such as a sample, covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from geo.schema import COVERAGE, conform, empty
from layers.formats import LOCAL, Gateway, read
from layers.formats.values.dates import parse_dates
from layers.reference.tables import country_codes, rows
from layers.sources.column_words import header_words
from layers.sources.layer import Faults, Fields, Layer, version_of
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child

EFFECTS = ("lethal", "all")


def recognised_coverage(layers: Iterable[Layer]) -> pd.DataFrame:
    """What the recognised editions among incident `layers` cover: :data:`geo.schema.COVERAGE`."""
    covers = [layer.covers for layer in layers if len(layer.covers)]
    if not covers:
        return empty(COVERAGE)
    return on_its_ground(pd.concat(covers, ignore_index=True).drop_duplicates())[0]


def on_its_ground(coverage: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Coverage in which a country speaks for its ground from its independence on, and the countries it was cut for.

    Before that day events on a new state's ground stand under the state it was part of: a row of the new state covers
    nothing before it, and what a dataset covers of the old state it covers of the new one until then
    (data/successor_states.csv).

    Returns
    -------
    coverage : pandas.DataFrame
        :data:`geo.schema.COVERAGE`.
    cut : list of str
        ISO 3166 alpha-3 of the new states whose rows began too early, sorted.
    """
    parts, cut = [coverage], set()
    named = set(coverage["country_iso3"])
    for number, row in enumerate(rows("successor_states.csv")):
        if number and named.isdisjoint((row["successor"], row["predecessor"])):
            continue
        named.add(row["successor"])
        day = pd.Timestamp(row["independence"])
        frame = pd.concat(parts, ignore_index=True)
        new = frame["country_iso3"] == row["successor"]
        old = frame[(frame["country_iso3"] == row["predecessor"]) & (frame["from"] < day)]
        early = new & (frame["from"] < day)
        if early.any():
            cut.add(row["successor"])
        frame.loc[early, "from"] = day
        held = old.assign(
            country_iso3=row["successor"], to=old["to"].where(old["to"] < day, day - pd.Timedelta(days=1))
        )
        parts = [frame[frame["from"] <= frame["to"]], held]
    return conform(pd.concat(parts, ignore_index=True), COVERAGE), sorted(cut)


@in_child
def read_coverage(
    source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL, options: ReadOptions = NOTHING
) -> Layer:
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
    choice = options.choice(header_words("coverage", ("dataset", "country_iso3")))
    table = read(source, name, purpose="table", gateway=gateway, choice=choice)
    fields, faults = Fields(table, "coverage", options), Faults(table)
    fields.require("dataset", "country_iso3", "from", "to")
    dataset = fields.text("dataset").str.strip()
    country = country_codes(fields.text("country_iso3"))
    start, start_why = parse_dates(fields.text("from"), day_first=options.day_first)
    end, end_why = parse_dates(fields.text("to"), day_first=options.day_first)
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
    columns = {"dataset": dataset, "country_iso3": country, "from": start, "to": end, "effects": effects}
    accepted = conform(pd.DataFrame(columns)[faults.ok], COVERAGE)
    frame, cut = on_its_ground(accepted)
    rejected = faults.rejected(dataset)
    notes = [
        Note("Coverage of {country} begins with its independence on {day}, unless {other} is covered too.",
             country=row["successor"], day=row["independence"], other=row["predecessor"])
        for row in rows("successor_states.csv") if row["successor"] in cut
    ]  # fmt: skip
    return Layer(
        name=table.name,
        sha256=table.sha256,
        size=table.size,
        layout="coverage",
        dataset="coverage",
        dataset_version=version_of(table),
        frame=frame,
        accounting={
            "read": len(accepted) + len(rejected),
            "accepted": int(np.count_nonzero(faults.ok)),
            "rejected": len(rejected),
        },
        rejected=rejected,
        notes=[*table.notes, *notes],
    )
