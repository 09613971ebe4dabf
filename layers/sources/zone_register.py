"""The zone register and its dated findings: tables that the project ships and a user may replace.

The register is append-only. Whether two statuses of one unit are in force at once is asked at the date of a run
(:mod:`geo.rules.zone_status`), not here.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo.schema import FINDINGS, ZONES, Table, conform
from layers.formats import LOCAL, Door, parse_dates, read
from layers.reference.files import ZONE_FINDINGS, ZONE_REGISTER
from layers.reference.tables import country_codes
from layers.sources.layer import Faults, Fields, Layer, version_of


def read_register(source: bytes | Path | None = None, name: str | None = None, *, door: Door = LOCAL) -> Layer:
    """The register of zones: the one that ships with the project, or a file of the same columns.

    Returns
    -------
    Layer
        Frame of :data:`geo.schema.ZONES`.

    Raises
    ------
    geo.errors.InputError
        A column is missing, or no row is usable.

    Examples
    --------
    >>> register = read_register().frame
    >>> register.loc[register["status"] == "lifted", ["unit", "valid_from"]].astype(str).to_numpy().tolist()
    [['CAF', '2024-11-15']]
    """
    return _read(ZONE_REGISTER if source is None else source, name, door, ZONES, "zone register", ("valid_from",))


def read_findings(source: bytes | Path | None = None, name: str | None = None, *, door: Door = LOCAL) -> Layer:
    """Dated findings on zone units, such as field missions: :data:`geo.schema.FINDINGS`.

    Examples
    --------
    >>> sorted(set(read_findings().frame["unit"]))
    ['Berbérati', 'Boda', 'Carnot', 'Gadzi', 'Nola']
    """
    return _read(ZONE_FINDINGS if source is None else source, name, door, FINDINGS, "zone findings", ("date",))


def _read(
    source: bytes | Path, name: str | None, door: Door, schema: Table, kind: str, dated: tuple[str, ...]
) -> Layer:
    table = read(source, name, purpose="table", door=door)
    fields, faults = Fields(table), Faults(table)
    fields.require("unit", "country", "source", *dated, *(c.name for c in schema if c.name in ("status", "criterion")))
    frame = pd.DataFrame({column.name: fields.text(column.name).str.strip() for column in schema})
    faults.add("missing_value", frame["unit"] == "", expected="a unit")
    codes = country_codes(frame["country"])
    faults.add("unknown_code", codes == "", expected="country: ISO 3166 alpha-3", got=frame["country"])
    frame["country"] = codes
    for column in schema:
        if column.type == "date":
            text = fields.text(column.name)
            frame[column.name], why = parse_dates(text)
            faults.add(why, expected=f"{column.name}: YYYY-MM-DD", got=text)
            if column.name in dated:
                faults.add("date_missing", frame[column.name].isna(), expected=f"{column.name}: YYYY-MM-DD")
        elif column.name == "date_precision":
            frame[column.name] = frame[column.name].where(frame[column.name] != "", "day")
        if column.allowed:
            strange = ~frame[column.name].isin(column.allowed)
            told = f"{column.name}: {', '.join(column.allowed)}"
            faults.add("unknown_code", strange, expected=told, got=frame[column.name])
    if "valid_to" in frame:
        ended = frame["valid_to"].le(frame["valid_from"])
        faults.add("end_before_start", ended, expected="valid_to after valid_from", got=fields.text("valid_to"))
    faults.usable(kind)
    accepted = conform(frame[faults.ok], schema)
    rejected = faults.rejected(frame["unit"])
    return Layer(
        name=table.name,
        sha256=table.sha256,
        layout=kind.replace(" ", "_"),
        dataset=kind,
        dataset_version=version_of(table),
        frame=accepted,
        accounting={"read": len(accepted) + len(rejected), "accepted": len(accepted), "rejected": len(rejected)},
        rejected=rejected,
        notes=list(table.notes),
    )
