"""The zone register and its dated findings: tables that the project ships and a user may replace or add to.

The register is append-only. Whether two statuses of one unit are in force at once is asked at the date of a run
(:mod:`geo.rules.zone_status`), not here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from geo.records.place_names import fold, plain
from geo.schema import FINDINGS, ZONES, Table, conform
from layers.formats import LOCAL, Gateway, parse_dates, read
from layers.formats.header_words import HeaderWords
from layers.reference.files import ZONE_FINDINGS, ZONE_REGISTER
from layers.reference.tables import country_codes
from layers.sources.layer import Faults, Fields, Layer, version_of
from layers.sources.read_options import NOTHING, ReadOptions
from layers.sources.reader_in_child import in_child


@in_child
def read_register(
    source: bytes | Path | None = None,
    name: str | None = None,
    *,
    gateway: Gateway = LOCAL,
    options: ReadOptions = NOTHING,
) -> Layer:
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
    if source is None:
        return _copy(_shipped(ZONE_REGISTER))
    return _read(source, name, gateway, options, ZONES, "zone register", ("valid_from",))


@in_child
def read_findings(
    source: bytes | Path | None = None,
    name: str | None = None,
    *,
    gateway: Gateway = LOCAL,
    options: ReadOptions = NOTHING,
) -> Layer:
    """Dated findings on zone units, such as field missions: :data:`geo.schema.FINDINGS`.

    A file of the user's needs `unit, criterion, finding, date, source`. The country is that of the unit in the register
    that ships where no column says it; a date may be a month (2016-03) or a year: its first day, and `date_precision`
    says so.

    Examples
    --------
    >>> sorted(set(read_findings().frame["unit"]))
    ['Berbérati', 'Boda', 'Carnot', 'Gadzi', 'Nola']
    """
    if source is None:
        return _copy(_shipped(ZONE_FINDINGS))
    return _read(source, name, gateway, options, FINDINGS, "zone findings", ("date",))


@lru_cache(maxsize=2)
def _shipped(path: Path) -> Layer:
    """What ships with the project, read once in a process: every run asks for it."""
    if path == ZONE_REGISTER:
        return _read(path, None, LOCAL, NOTHING, ZONES, "zone register", ("valid_from",))
    return _read(path, None, LOCAL, NOTHING, FINDINGS, "zone findings", ("date",))


def _copy(layer: Layer) -> Layer:
    """A layer whose rows the caller may change."""
    return replace(layer, frame=layer.frame.copy(), rejected=layer.rejected.copy(), accounting=dict(layer.accounting))


@lru_cache(maxsize=1)
def _country_of() -> dict[str, str]:
    """Country of each unit of the register that ships, by folded name."""
    frame = read_register().frame
    return dict(zip(frame["unit"].map(fold), frame["country"], strict=True))


def _whole_days(text: pd.Series[str], precision: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[str]]:
    """Months and years as their first day, and the precision that this is where none is stated."""
    month, year = text.str.fullmatch(r"\d{4}-\d{2}"), text.str.fullmatch(r"\d{4}")
    day = text.where(~month, text + "-01").where(~year, text + "-01-01")
    shown = pd.Series("day", index=text.index, dtype="str").mask(month, "month").mask(year, "year")
    return day, precision.where(precision != "", shown)


def _read(
    source: bytes | Path,
    name: str | None,
    gateway: Gateway,
    options: ReadOptions,
    schema: Table,
    kind: str,
    dated: tuple[str, ...],
) -> Layer:
    header = HeaderWords({column.name: (plain(column.name),) for column in schema}, (), (("unit", *dated),))
    table = read(source, name, purpose="table", gateway=gateway, choice=options.choice(header))
    fields, faults = Fields(table, options=options), Faults(table)
    own = ("country", "status") if schema is ZONES else ("criterion", "finding")
    fields.require("unit", "source", *dated, *own)
    frame = pd.DataFrame({column.name: fields.text(column.name).str.strip() for column in schema})
    faults.add("missing_value", frame["unit"] == "", expected="a unit")
    codes = country_codes(frame["country"])
    if schema is FINDINGS:
        blank = frame["country"] == ""
        if blank.any():
            codes = codes.where(~blank, frame["unit"].map(fold).map(_country_of()).fillna("")).astype("str")
    faults.add("unknown_code", codes == "", expected="country: ISO 3166 alpha-3", got=frame["country"])
    frame["country"] = codes
    if schema is FINDINGS:
        frame["date"], frame["date_precision"] = _whole_days(frame["date"], frame["date_precision"])
    for column in schema:
        if column.type == "date":
            text = frame[column.name]
            frame[column.name], why = parse_dates(text)
            faults.add(why, expected=f"{column.name}: YYYY-MM-DD", got=text)
            if column.name in dated:
                faults.add("date_missing", frame[column.name].isna(), expected=f"{column.name}: YYYY-MM-DD")
        elif column.name == "date_precision":
            frame[column.name] = frame[column.name].where(frame[column.name] != "", "day")
        if column.allowed:
            strange = ~frame[column.name].isin(column.allowed)
            expected = f"{column.name}: {', '.join(column.allowed)}"
            faults.add("unknown_code", strange, expected=expected, got=frame[column.name])
    if schema is ZONES:
        alone = (frame["level"] == "admin3") & (frame["parent"] == "")
        faults.add("missing_value", alone, expected="parent: the second-order unit that the commune lies in")
        ended = frame["valid_to"].le(frame["valid_from"])
        faults.add("end_before_start", ended, expected="valid_to after valid_from", got=fields.text("valid_to"))
    faults.usable(kind)
    accepted = conform(frame[faults.ok], schema)
    rejected = faults.rejected(frame["unit"])
    return Layer(
        name=table.name,
        sha256=table.sha256,
        size=table.size,
        layout=kind.replace(" ", "_"),
        dataset=kind,
        dataset_version=version_of(table),
        frame=accepted,
        accounting={"read": len(accepted) + len(rejected), "accepted": len(accepted), "rejected": len(rejected)},
        rejected=rejected,
        notes=list(table.notes),
        columns_used=fields.used,
        columns_ignored=fields.ignored,
    )
