"""What followed at a place: lethal incidents at exactly known places near it, in the months after a date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from geo.records.incidents import Incidents
from geo.spatial.proximity import within
from geo.time_window import Days, months_before

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EXACT = (1,)
NEAR = (1, 2)


@dataclass(frozen=True)
class Outcome:
    """What counts as a hit.

    Parameters
    ----------
    events
        At least so many lethal incidents of precision 1, of one source.
    radius_km
        Within this geodesic distance [km], inclusive.
    months
        That begin in (T, T + months].
    """

    events: int = 1
    radius_km: float = 20.0
    months: int = 12

    def text(self) -> str:
        """As it is written on the command line.

        >>> Outcome().text()
        'events=1,radius_km=20,months=12'
        """
        return f"events={self.events},radius_km={self.radius_km:g},months={self.months}"


_LIMITS = {"events": (1, 1000), "radius_km": (0.1, 500), "months": (1, 120)}


def outcome_of(text: str) -> Outcome:
    """The outcome written as ``events=1,radius_km=20,months=12``; what is left out keeps these values.

    >>> outcome_of("radius_km=10.5").radius_km
    10.5

    Parameters
    ----------
    text
        Parts `name=number`, joined by commas; blank: the usual outcome.
    """
    given: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = (t.strip() for t in part.partition("="))
        if not part.strip():
            continue
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        low, high = _LIMITS.get(name, (0, 0))
        whole = name == "radius_km" or number.is_integer()
        if name not in _LIMITS or name in given or not equals or not (low <= number <= high and whole):
            raise InputError(
                "The outcome cannot be read.",
                where="--outcome",
                expected="events=1 to 1000, radius_km=0.1 to 500, months=1 to 120, each once",
                got=part.strip(),
                remedy='--outcome "events=1,radius_km=20,months=12"',
            )
        given[name] = number
    return Outcome(int(given.get("events", 1)), given.get("radius_km", 20.0), int(given.get("months", 12)))


def dates_between(first: Days, last: Days, step: int) -> Days:
    """`first` and every `step` calendar months after it up to `last`; a month's end stays one where it can.

    >>> from geo.time_window import to_dates, to_days
    >>> days = dates_between(to_days("2019-10-31"), to_days("2020-04-01"), 2)
    >>> to_dates(days).astype("datetime64[D]").astype(str).tolist()
    ['2019-10-31', '2019-12-31', '2020-02-29']

    Parameters
    ----------
    first
        The first date [days since 1970-01-01], one value.
    last
        No date after this one [days since 1970-01-01], one value.
    step
        Calendar months from one date to the next.
    """
    out: list[int] = []
    while len(out) < 100_000:
        day = int(months_before(first, -step * len(out))[0])
        if day > int(last[0]):
            break
        out.append(day)
    return np.array(out, dtype=np.int64)


def events_in_windows(
    lon: Floats,
    lat: Floats,
    incidents: Incidents,
    precision: tuple[int, ...],
    *,
    radius_m: float,
    after: Days,
    until: Days,
    by_start: bool = False,
) -> Ints:
    """Lethal incidents around each point in each of many windows, of the source that has most.

    One search gives all windows: each pair adds one from the first window it lies in, and takes it off after the last.

    Parameters
    ----------
    lon, lat
        Points, degrees on WGS 84, shape (points,).
    precision
        Precisions of place that count.
    radius_m
        Inclusive geodesic limit [m].
    after, until
        Window ``(after, until]`` of each date, days since 1970-01-01, both ascending, shape (dates,).
    by_start
        An incident lies in the window by its first day alone; else when it begins by `until` and ends after `after`.
    incidents
        The incidents, ready to be asked.

    Returns
    -------
    ndarray
        Number of incidents, shape (points, dates).
    """
    points, dates = len(lon), len(until)
    rows = np.flatnonzero((incidents.best >= 1) & np.isin(incidents.precision, precision))
    out = np.zeros((points, dates), np.int64)
    if not len(rows) or not points or not dates:
        return out
    start, last_day = incidents.start[rows], incidents.end[rows]
    first = np.searchsorted(until, start, side="left")
    stop = np.searchsorted(after, start if by_start else last_day, side="left")
    late, early = int(until[-1]), int(after[0])
    pairs = within(
        lon,
        lat,
        incidents.lon[rows],
        incidents.lat[rows],
        start,
        radius_m=radius_m,
        as_of_day=late,
        window_days=late - early,
        incident_end_day=last_day,
    )
    source = incidents.source[rows][pairs.incident]
    begins, ends = first[pairs.incident], stop[pairs.incident]
    for number in range(len(incidents.sources)):
        mine = np.flatnonzero((source == number) & (begins < ends))
        change = np.zeros((points, dates + 1), np.int64)
        np.add.at(change, (pairs.site[mine], begins[mine]), 1)
        np.add.at(change, (pairs.site[mine], ends[mine]), -1)
        np.maximum(out, np.cumsum(change[:, :dates], axis=1), out=out)
    return out


def outcomes(lon: Floats, lat: Floats, incidents: Incidents, days: Days, outcome: Outcome) -> tuple[Bools, Bools]:
    """Whether each point was hit in (T, T + months], and in (T - months, T], for each day T; shape (points, days).

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    incidents
        The incidents, ready to be asked.
    days
        The past dates T [days since 1970-01-01], ascending, shape (days,).
    outcome
        What counts as a hit.
    """
    metres = outcome.radius_km * 1000
    windows = (
        (days, months_before(days, -outcome.months)),
        (months_before(days, outcome.months), days),
    )
    then, before = (
        events_in_windows(lon, lat, incidents, EXACT, radius_m=metres, after=after, until=until, by_start=True)
        >= outcome.events
        for after, until in windows
    )
    return then, before
