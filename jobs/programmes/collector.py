"""Programmes collected one by one into frames, in bounded memory, with the remarks that all sources share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from geo.programmes.schema import FOOTPRINTS, MONEY, PROGRAMMES, Programmes, rows_of
from geo.records.place_names import plain
from geo.schema import REJECTED, empty

FLUSH = 5_000
"""Programmes kept as Python objects at a time; then they become a frame, which is several times smaller."""

PLACE_ORDER = ("polygon", "admin", "point", "country", "region")
Row = tuple[object, ...]
_COLUMNS = [c.name for c in PROGRAMMES]
_PLACE_COLUMNS = [c.name for c in FOOTPRINTS]


@dataclass
class Collector:
    """Takes programmes with their places and gives frames.

    Parameters
    ----------
    file
        File name, for the remarks.
    """

    file: str
    count: int = 0
    _rows: list[Row] = field(default_factory=list)
    _places: list[Row] = field(default_factory=list)
    _shapes: list[Any] = field(default_factory=list)
    _remarks: list[Row] = field(default_factory=list)
    _money: list[Row] = field(default_factory=list)
    _frames: list[pd.DataFrame] = field(default_factory=list)
    _place_frames: list[pd.DataFrame] = field(default_factory=list)
    _remark_frames: list[pd.DataFrame] = field(default_factory=list)
    _money_frames: list[pd.DataFrame] = field(default_factory=list)

    def add(self, values: dict[str, object]) -> int:
        """One programme; what `values` lacks is blank. Gives its position.

        Parameters
        ----------
        values
            Columns of a programme by name; what is not there is blank.
        """
        self._rows.append(tuple(values.get(c) for c in _COLUMNS))
        self.count += 1
        if len(self._rows) >= FLUSH:
            self._flush()
        return self.count - 1

    def add_place(self, programme: int, kind: str, shape: Any = None, **values: object) -> None:
        """One place of the programme at a position.

        Parameters
        ----------
        programme
            Position of the programme, as :meth:`add` gave it.
        kind
            `polygon`, `admin`, `point`, `country` or `region`.
        shape
            Geometry [degrees, WGS 84]; None where the place has none.
        **values
            Further columns of the place.
        """
        full: dict[str, object] = {"programme": programme, "kind": kind, **values}
        self._places.append(tuple(full.get(c) for c in _PLACE_COLUMNS))
        self._shapes.append(shape)

    def money(self, programme: int, kind: str, year: int | None, currency: str, amount: float) -> None:
        """Money of the programme at a position (``geo.programmes.schema.MONEY``).

        Parameters
        ----------
        programme
            Position of the programme, as :meth:`add` gave it.
        kind
            `budget`, `commitment`, `disbursement`, `expenditure` or `planned`.
        year
            Calendar year; None where the source states none.
        currency
            ISO 4217, as the source states it.
        amount
            In units of the currency; corrections are negative.
        """
        self._money.append((programme, kind, year, currency, amount))

    def remark(self, row: int, identifier: str, reason: str, expected: str = "", got: str = "") -> None:
        """Something that is wrong with a programme that is kept.

        Parameters
        ----------
        row
            Row of the programme in the file, from 1.
        identifier
            Identifier of the programme, as the source states it.
        reason
            Code of what is wrong (:data:`layers.formats.reasons.REASONS`).
        expected
            What the field should hold.
        got
            What it holds.
        """
        self._remarks.append((self.file, row, identifier, reason, expected, got))

    def _flush(self) -> None:
        self._frames.append(_frame(self._rows, PROGRAMMES))
        self._place_frames.append(_frame(self._places, FOOTPRINTS))
        self._remark_frames.append(rows_of(REJECTED, self._remarks))
        self._money_frames.append(_frame(self._money, MONEY))
        self._rows, self._places, self._remarks, self._money = [], [], [], []

    def result(self, mend: Callable[[pd.DataFrame], pd.DataFrame] | None = None) -> Programmes:
        """All programmes, with `place` set to the best kind of place each has, and the shared remarks.

        Parameters
        ----------
        mend
            Applied to the frame before remarks are made of it, such as other names of donors; None: nothing.
        """
        self._flush()
        frame = pd.concat(self._frames, ignore_index=True)
        if mend is not None:
            frame = mend(frame)
        places = pd.concat(self._place_frames, ignore_index=True)
        shapes = np.empty(len(self._shapes), dtype=object)
        shapes[:] = self._shapes
        best = places["kind"].map({k: n for n, k in enumerate(PLACE_ORDER)}).groupby(places["programme"]).min()
        frame["place"] = best.map(dict(enumerate(PLACE_ORDER))).reindex(frame.index).fillna("").astype("str")
        frame["ongoing"] = frame["end"].isna()
        remarks = pd.concat([*self._remark_frames, shared_remarks(frame, places)], ignore_index=True)
        order = remarks["row"].to_numpy().argsort(kind="stable")
        money = pd.concat(self._money_frames, ignore_index=True)
        return Programmes(frame, places, shapes, remarks.iloc[order].reset_index(drop=True), money)


def _frame(rows: Sequence[Row], table: Any) -> pd.DataFrame:
    if not rows:
        return empty(table)
    made = rows_of(table, list(rows))
    for column in ("start", "end"):
        if column in made:
            made[column] = pd.to_datetime(made[column]).astype("datetime64[s]")
    return made


def shared_remarks(frame: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """What is missing or easily misread in any source: dates, places, types, currencies, organisations called CAF.

    Parameters
    ----------
    frame
        Programmes (`geo.programmes.schema.PROGRAMMES`).
    places
        Their places (`geo.programmes.schema.FOOTPRINTS`).
    """
    pointless = places[(places["kind"] == "point") & ~(places["radius_km"] > 0)]["programme"].unique()
    without_radius = np.zeros(len(frame), dtype=bool)
    without_radius[pointless] = True
    strange = {c: unknown_currencies(str(c)) for c in frame["currency"].unique()}
    people = (frame["donor"] + ";" + frame["implementer"]).map(lambda t: "caf" in map(plain, t.split(";")))
    none = pd.Series("", index=frame.index)
    kinds: tuple[tuple[str, Any, pd.Series], ...] = (
        ("start_missing", frame["start"].isna(), none),
        ("end_missing", frame["ongoing"] & frame["start"].notna(), none),
        ("place_missing", frame["place"] == "", none),
        ("radius_missing", pd.Series(without_radius, index=frame.index), none),
        ("type_unmapped", frame["types"] == "", frame["unmapped"]),
        ("currency_unknown", frame["currency"].map(strange) != "", frame["currency"].map(strange)),
        ("organisation_caf", people.astype(bool), none),
    )
    parts = [
        frame.loc[mask, ["source_file", "row"]].assign(
            id=frame.loc[mask, "programme_id"], reason=reason, expected="", got=got[mask].str.slice(0, 200)
        )
        for reason, mask, got in kinds
        if mask.any()
    ]
    joined = pd.concat(parts, ignore_index=True) if parts else empty(REJECTED)
    return joined.astype({c.name: "int64" if c.type == "integer" else "str" for c in REJECTED})


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def unknown_currencies(joined: str) -> str:
    """Those of the currencies joined by ``;`` that ISO 4217 does not know.

    Parameters
    ----------
    joined
        Codes joined by `;`.

    Examples
    --------
    >>> unknown_currencies("EUR;XAF"), unknown_currencies("FCFA;USD")
    ('', 'FCFA')
    """
    return ";".join(c for c in joined.split(";") if c and c not in _currencies())


def money(budgets: Iterable[tuple[float, str]]) -> dict[str, object]:
    """Budgets as columns: a sum only where all are in one currency; each currency's sum as text.

    Parameters
    ----------
    budgets
        Amount and currency of each budget.

    Examples
    --------
    >>> money([(1000.0, "EUR"), (500.0, "EUR")])
    {'budget': 1500.0, 'currency': 'EUR', 'budget_text': '1500 EUR'}
    >>> money([(1000.5, "EUR"), (1.0, "USD")])
    {'budget': nan, 'currency': 'EUR;USD', 'budget_text': '1000.5 EUR; 1 USD'}
    """
    sums: dict[str, float] = {}
    for amount, currency in budgets:
        sums[currency] = sums.get(currency, 0.0) + amount
    text = "; ".join(f"{amount:.2f}".rstrip("0").rstrip(".") + f" {c}".rstrip() for c, amount in sums.items())
    total = next(iter(sums.values())) if len(sums) == 1 else float("nan")
    return {"budget": total, "currency": ";".join(c for c in sums if c), "budget_text": text}
