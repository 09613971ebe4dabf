"""Incidents made ready for the rules: each id once per source, days as whole numbers, sources numbered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.equal_texts import codes_of, one_text, rows_of
from geo.once import Once, once
from geo.text_order import text_order
from geo.time_window import NO_DAY, Days

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


EFFECTS = ("", "lethal", "violent", "control")
DAY_S = 86_400
VIOLENCE = ("", "state-based", "non-state", "one-sided")
SLACK_DAYS = {2.0: 5, 3.0: 6, 4.0: 30, 5.0: 365}
"""Days by which an event of one stated day may lie elsewhere, by `date_prec`; an event with a span states its own."""


@dataclass(frozen=True)
class Incidents:
    """Arrays of one incident each, in a canonical order that does not depend on the order of the input.

    `table` has the records as given and `order` the rows of it that count, one an incident; `start`, `end` are days
    since 1970-01-01; `source` numbers the names in `sources`. Records that no rule may count (`effect` none) are not
    among them, nor are repeats of an id within a source: a final record goes before a candidate one. `civilians` is NaN
    where the source does not say; `effect` and `violence` are positions in :data:`EFFECTS` and :data:`VIOLENCE` (0: not
    stated); `slack` are days by which a date of one day may be wrong either way.
    """

    table: pd.DataFrame
    order: Ints
    start: Days
    end: Days
    lon: Floats
    lat: Floats
    precision: Ints
    best: Floats
    low: Floats
    high: Floats
    civilians: Floats
    effect: Ints
    violence: Ints
    slack: Ints
    source: Ints
    sources: tuple[str, ...]
    repeated: int
    _coded: dict[str, tuple[Ints, list[str]]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.start)

    def known_to(self, precision: Iterable[int]) -> Bools:
        """Which of them have one of these precisions.

        Parameters
        ----------
        precision
            Precisions, 1 to 7.
        """
        out = np.zeros(len(self), np.bool_)
        for one in precision:
            out |= self.precision == one
        return out

    def coded(self, name: str) -> tuple[Ints, list[str]]:
        """Which of some texts a column of text has in each row, and the texts of all records; found once.

        Parameters
        ----------
        name
            Name of a column of text.
        """

        def found() -> tuple[Ints, list[str]]:
            codes, texts = codes_of(self.table[name])
            return codes.take(self.order), texts

        return once(self._coded, name, found)

    @Once
    def frame(self) -> pd.DataFrame:
        """Their records (`geo.schema.INCIDENTS`), a row each; made when it is first asked for."""
        return rows_of(self.table, self.order)

    def placed(self) -> tuple[Ints, Floats, Floats]:
        """Positions of those whose place is known to a part of a district, and their longitudes and latitudes."""
        rows = np.flatnonzero((self.precision <= 2) & np.isfinite(self.lon) & np.isfinite(self.lat))
        return rows, self.lon.take(rows), self.lat.take(rows)

    @Once
    def restricted(self) -> Bools:
        """Which of them must never leave in an export."""
        return self.table["restricted"].to_numpy(np.bool_).take(self.order)

    def take(self, rows: Ints) -> Incidents:
        """The incidents of these positions, in this order.

        Parameters
        ----------
        rows
            Positions of the incidents, from 0.
        """
        return Incidents(
            self.table,
            self.order[rows],
            self.start[rows],
            self.end[rows],
            self.lon[rows],
            self.lat[rows],
            self.precision[rows],
            self.best[rows],
            self.low[rows],
            self.high[rows],
            self.civilians[rows],
            self.effect[rows],
            self.violence[rows],
            self.slack[rows],
            self.source[rows],
            self.sources,
            self.repeated,
        )


def prepare(frame: pd.DataFrame | None) -> Incidents:
    """Incidents of a :data:`geo.schema.INCIDENTS` frame (None means no incident dataset at all).

    A blank estimate of deaths counts as no death in `low` and `best`, and as no more than that in `high`.

    Parameters
    ----------
    frame
        Incidents (`geo.schema.INCIDENTS`), a row a record; None: no dataset was loaded.
    """
    table = schema.conform(schema.empty(schema.INCIDENTS) if frame is None else plain(frame), schema.INCIDENTS)
    counts = ~np.isnat(table["date_start"].to_numpy())
    if one_text(table["effect"]) in (None, "none"):
        counts &= (table["effect"] != "none").to_numpy(np.bool_)
    if not counts.all():
        table = table[counts].reset_index(drop=True)
    source, sources = _sorted_codes(table["source"])
    order, repeats = _ordered(table, source, len(sources))

    # Of one large array the system makes a few large pages instead of hundreds of small ones for each column.
    room = np.empty((12, len(order)), np.int64)

    def column(name: str, out: npt.NDArray[Any]) -> npt.NDArray[Any]:
        given = table[name].to_numpy()
        return (given.view(np.int64) if given.dtype.kind == "M" else given).take(order, out=out, mode="clip")

    def deaths(name: str, out: Floats) -> Floats:
        given = column(name, out)
        given[np.isnan(given)] = 0.0
        return given

    lon, lat, best, low, high, civilians = room[:6].view(np.float64)
    start, end, precision, slack, effect, violence = room[6:]
    column("date_start", start), column("date_end", end)
    _slack(column("date_prec", lon), end > start, slack)
    np.floor_divide(start, DAY_S, out=start)
    np.maximum(np.floor_divide(end, DAY_S, out=end), start, out=end)  # no day is before any other
    column("lon", lon), column("lat", lat), column("precision", precision)
    deaths("deaths_best", best), deaths("deaths_low", low), deaths("deaths_high", high)
    np.minimum(low, best, out=low)
    np.maximum(high, best, out=high)
    column("deaths_civilians", civilians)
    _code(table["effect"], EFFECTS, order, effect)
    _code(table["violence"], VIOLENCE, order, violence)
    codes = source.take(order) if len(sources) > 1 else np.zeros(len(order), np.int64)
    return Incidents(
        table, order, start, end, lon, lat, precision, best, low, high, civilians, effect, violence, slack, codes,
        tuple(sources), repeats,
    )  # fmt: skip


def _ordered(table: pd.DataFrame, source: Ints, sources: int) -> tuple[Ints, int]:
    """The rows to keep, by source and id, and how many are repeats of an id; each row has one of so many sources."""
    # By the id, then by the source: sorting by several texts at once takes ten times as long.
    order, same = text_order(table["record_id"])
    if sources > 1:
        record = np.empty(len(order), np.int64)
        record[order] = np.cumsum(~same)
        order = order[np.argsort(source[order].astype(np.int16), kind="stable")]
        same[1:] = (record[order][1:] == record[order][:-1]) & (source[order][1:] == source[order][:-1])
    if not same.any():
        return order, 0
    several = same.copy()
    several[:-1] |= same[1:]
    # Everything that can differ between two records of one id takes part in the order, so that the choice between
    # them is the same whatever the order of the input.
    keys = ["source", "record_id", "candidate", "deaths_best", "precision", "dataset_version", "date_start", "date_end"]
    keys += ["lon", "lat", "deaths_low", "deaths_high", "row"]
    # Of two records of one id the graver counts: more deaths, then the finer place.
    rows = table.take(order[several]).assign(_at=order[several])
    rows = rows.sort_values(keys, ascending=[k != "deaths_best" for k in keys], kind="stable")
    order[several] = rows["_at"].to_numpy(np.int64)
    return order[~same], int(same.sum())


def _sorted_codes(values: pd.Series[str]) -> tuple[Ints, list[str]]:
    """The different texts of some rows in their order, and which of them each has."""
    text = one_text(values)
    if text is not None:
        return np.zeros(len(values), np.int64), [text]
    codes, different = pd.factorize(values, sort=True)
    return codes.astype(np.int64), [str(v) for v in different]


def _code(values: pd.Series[str], names: tuple[str, ...], rows: Ints, out: Ints) -> None:
    """Writes the position in `names` of the text of some rows, 0 for another text."""
    codes, different = codes_of(values)
    numbers = [*(names.index(str(v)) if str(v) in names else 0 for v in different), 0]
    if len(different) == 1:  # none is missing in a table of the schema
        out[:] = numbers[0]
    else:
        np.array(numbers, np.int64).take(codes.take(rows), out=out, mode="wrap")


def _slack(precision: Floats, lasts: Bools, out: Ints) -> None:
    """Writes the days by which each date may be wrong; none where an event lasts for more than a day."""
    out[:] = 0
    for stated, slack in SLACK_DAYS.items():
        rows = precision == stated
        if rows.any():
            out[rows] = slack
    out[lasts] = 0


def in_window(incidents: Incidents, rows: Ints | slice, as_of: Days | int, after: Days | int) -> Bools:
    """True where an incident of `rows` starts on or before `as_of` and ends after the day `after`.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    rows
        Positions in `incidents`, or a slice of them.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    after
        The first day that no longer counts, or from which is counted [days since 1970-01-01].
    """
    return np.asarray((incidents.start[rows] <= as_of) & (incidents.end[rows] > after))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame without geometry: a GeoDataFrame of points gives `lon` and `lat` on WGS 84, whatever its CRS.

    Parameters
    ----------
    frame
        A table with `lon` and `lat`, or points with a CRS.

    Raises
    ------
    InputError
        The frame has a geometry but no CRS.
    """
    if not hasattr(frame, "crs") or not hasattr(frame, "to_crs"):
        return frame
    from geo.errors import InputError

    if frame.crs is None:
        raise InputError("The layer has no coordinate reference system.", remedy="Set it, for example EPSG:4326.")
    layer: Any = frame
    points = layer.to_crs(4326)
    out = pd.DataFrame(points.drop(columns=points.geometry.name))
    return out.assign(lon=points.geometry.x.to_numpy(), lat=points.geometry.y.to_numpy())


__all__ = ["NO_DAY", "Incidents", "in_window", "plain", "prepare"]
