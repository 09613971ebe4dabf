"""Figures that stand beside the classes: counts, the nearest and latest incident, intensity, and disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.incidents import VIOLENCE, Incidents
from geo.rules.evidence import Evidence
from geo.rules.incident_pairs import CONTROL, VIOLENT, Pairs
from geo.rules.pair_sums import most, newest, per_site, starts
from geo.rules.questions import Question
from geo.rules.rule import Rule
from geo.rules.site_sums import Sums
from geo.spatial.decay import Fading
from geo.spatial.nearest_incident import nearest
from geo.time_window import NO_DAY, Days, months_before, to_dates

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FIGURE_KM, FIGURE_MONTHS = 20.0, 12
"""What the columns whose names end in ``_20km_12m`` count."""
NEAREST_MONTHS = 36
LATEST_KM = 50.0
INTENSITY_KM, INTENSITY_DAYS = 30.0, 365.0
INTENSITY_REACH_KM, INTENSITY_MONTHS = 200.0, 120
INTENSITY_DIGITS = 6
KEPT_CELLS = 400_000
"""Sites times sources whose sums are kept for other dates: 120 numbers each."""


def names_all(rules: Sequence[Rule]) -> bool:
    """Whether the evidence of some rule names every incident that the counts count.

    Parameters
    ----------
    rules
        The rules, in their order.
    """
    return any(
        1 in r.precision
        and r.within_km >= FIGURE_KM
        and r.lethal
        and not r.violence
        and not r.minerals
        and r.deaths == "all"
        and any(t.months >= FIGURE_MONTHS and (t.effect or r.effect) != "control" for t in r.tests)
        for r in rules
    )


@dataclass(frozen=True)
class Counts:
    """What the counts of the figures are made of, shape (sources, sites) each."""

    events: Floats
    deaths: Floats
    silent: Floats
    civilians: Floats
    one_sided: Floats
    nonlethal: Floats

    def columns(self, known: Bools, covered: Bools, covered_all: Bools) -> dict[str, Floats]:
        """The columns: of the source with most events, blank where there is no position or nothing was looked at.

        Parameters
        ----------
        known
            Whether the position of a site is.
        covered, covered_all
            Whether deadly events, and events without deaths, of the site's country are covered over 12 months.
        """
        best, count, total = most(self.events, self.deaths)
        rows = np.arange(len(known))
        blank = known & (covered | (count > 0))

        def where_looked(values: Floats, looked: Bools) -> Floats:
            return np.where(known & (looked | (values > 0)), values, np.nan)

        return {
            "incidents_20km_12m": where_looked(count, covered),
            "deaths_20km_12m": np.where(blank, total, np.nan),
            "deaths_civilians_20km_12m": np.where(
                blank & (self.silent[best, rows] == 0), self.civilians[best, rows], np.nan
            ),
            "events_one_sided_20km_12m": np.where(blank, self.one_sided[best, rows], np.nan),
            "events_nonlethal_20km_12m": where_looked(self.nonlethal.max(axis=0), covered_all),
        }


def figures(
    pairs: Pairs,
    lon: Floats,
    lat: Floats,
    incidents: Incidents,
    covered: Bools,
    covered_all: Bools,
    named: bool,
    evidence: Evidence,
) -> pd.DataFrame:
    """Counts, nearest and latest incident of every site, and their evidence.

    Parameters
    ----------
    covered, covered_all
        See :meth:`Counts.columns`.
    named
        Whether some rule names every counted incident as evidence (:func:`names_all`); else they are named here.
    pairs
        The incidents around the sites.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    incidents
        The incidents, ready to be asked.
    evidence
        Gathers rows of evidence.
    """
    n = len(lon)
    known = np.isfinite(lon) & np.isfinite(lat)
    near = pairs.meeting(["lethal", "nonlethal"])
    which = np.flatnonzero(near.meet("lethal"))
    site, incident = near.site[which], near.incident[which]
    if not named:
        evidence.incidents("near_miss", "", site, incident, near.distance[which], "in_count")
    events, deaths = per_site(site, incident, incidents.best, incidents, n)
    stated = ~np.isnan(incidents.civilians)
    silent, _ = per_site(site[~stated[incident]], incident[~stated[incident]], incidents.best, incidents, n)
    _, civil = per_site(site, incident, np.nan_to_num(incidents.civilians), incidents, n)
    one_sided = (incidents.violence == VIOLENCE.index("one-sided"))[incident]
    single, _ = per_site(site[one_sided], incident[one_sided], incidents.best, incidents, n)
    also = np.flatnonzero(near.meet("nonlethal"))
    other, _ = per_site(near.site[also], near.incident[also], incidents.best, incidents, n)
    near_m, latest = _nearest(pairs, lon, lat, incidents, known, evidence)
    counts = Counts(events, deaths, silent, civil, single, other).columns(known, covered, covered_all)
    return pd.DataFrame({**counts, "nearest_incident_m": near_m, "latest_incident_date": to_dates(latest)})


def figure_questions(incidents: Incidents) -> dict[str, Question]:
    """The sums that :func:`figures_of_sums` is made of.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    """
    exact, lethal = incidents.precision == 1, incidents.best >= 1
    limit_m = FIGURE_KM * 1000

    def question(counted: Bools, deaths: Floats | None = None) -> Question:
        return Question(exact & counted, deaths, limit_m, FIGURE_MONTHS, "shown")

    return {
        "lethal": question(lethal, incidents.best),
        "silent": question(lethal & np.isnan(incidents.civilians)),
        "civilians": question(lethal, np.nan_to_num(incidents.civilians)),
        "one_sided": question(lethal & (incidents.violence == VIOLENCE.index("one-sided"))),
        "nonlethal": question(_nonlethal(incidents)),
    }


def nearest_questions(incidents: Incidents, widest_m: float) -> tuple[Question, Question]:
    """Of which incidents the nearest and the latest are told.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    widest_m
        How far is looked [m].
    """
    lethal = (incidents.best >= 1) & (incidents.precision <= 2)
    return (
        Question(lethal, None, widest_m, NEAREST_MONTHS, "best"),
        Question(lethal, None, LATEST_KM * 1000, NEAREST_MONTHS, "best"),
    )


NEAREST_ASKS = ("nearest", "latest")
"""The names of :func:`nearest_questions` among the questions of pairs."""


def figures_of_sums(
    sums: Sums, lon: Floats, lat: Floats, days: Days, incidents: Incidents, covered: Bools, covered_all: Bools
) -> pd.DataFrame:
    """The same figures without the pairs.

    Parameters
    ----------
    sums
        Sums of the questions of :func:`figure_questions`, nearest and latest incident.
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    days
        The date of each site [days since 1970-01-01].
    incidents
        The incidents, ready to be asked.
    covered
        Deadly events of the site's country are covered over 12 months, one flag a site.
    covered_all
        The same of events without deaths.
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    at = {name: sums.events[name] for name in ("silent", "one_sided", "nonlethal")}
    counts = Counts(
        sums.events["lethal"],
        sums.deaths["lethal"],
        at["silent"],
        sums.deaths["civilians"],
        at["one_sided"],
        at["nonlethal"],
    ).columns(known, covered, covered_all)
    near_m = np.full(len(lon), np.nan)
    secret = incidents.restricted
    has = np.flatnonzero(np.isfinite(sums.near_m))
    near_m[has] = _away(sums.near[has], sums.near_m[has], secret)
    site, incident, away = _farther(np.flatnonzero(known & ~np.isfinite(sums.near_m)), lon, lat, days, incidents)
    near_m[site] = _away(incident, away, secret)
    latest = sums.latest_day.copy()
    # The day of a row that may not leave is part of that row.
    dated = np.flatnonzero(latest != NO_DAY)
    latest[dated[secret[sums.latest[dated]]]] = NO_DAY
    return pd.DataFrame({**counts, "nearest_incident_m": near_m, "latest_incident_date": to_dates(latest)})


def _nonlethal(incidents: Incidents) -> Bools:
    return np.asarray((incidents.best < 1) & ((incidents.effect == VIOLENT) | (incidents.effect == CONTROL)))


def _nearest(
    pairs: Pairs, lon: Floats, lat: Floats, incidents: Incidents, known: Bools, evidence: Evidence
) -> tuple[Floats, Days]:
    """Nearest incident of precision 1 or 2 in 36 months at any distance, and the latest within 50 km."""
    n, days = len(lon), pairs.days
    near_m = np.full(n, np.nan)
    latest = np.full(n, NO_DAY, np.int64)
    near = pairs.meeting(NEAREST_ASKS)
    secret = incidents.restricted
    # Pairs of precision 1 and 2 reach unlike far: the first is the nearest only within what was searched for both.
    close = np.flatnonzero(near.meet(NEAREST_ASKS[0]))
    first = close[starts(near.site[close])]
    _near_rows(near_m, near.site[first], near.incident[first], near.distance[first], secret, evidence)
    found = _farther(np.setdiff1d(np.flatnonzero(known), near.site[first]), lon, lat, days, incidents)
    _near_rows(near_m, *found, secret, evidence)
    around = np.flatnonzero(near.meet(NEAREST_ASKS[1]))
    # Of several on that day the nearest, then the one of the lowest position: the first in the order of the near.
    last = around[newest(near.site[around], near.incident[around], days, incidents)]
    site, incident = near.site[last], near.incident[last]
    latest[site] = np.minimum(incidents.end[incident], days[site])
    # The day of a row that may not leave is part of that row.
    latest[site[secret[incident]]] = NO_DAY
    evidence.incidents("near_miss", "", site, incident, near.distance[last], "latest")
    return near_m, latest


def _farther(at: Ints, lon: Floats, lat: Floats, days: Days, incidents: Incidents) -> tuple[Ints, Ints, Floats]:
    """For sites with nothing within what was searched: those with an incident at any distance, it, and how far."""
    if not len(at):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    as_of, after = days[at], months_before(days[at], NEAREST_MONTHS)
    asked = (incidents.start <= as_of.max()) & (incidents.end > after.min())  # what no window reaches is not taken
    asked &= (incidents.best >= 1) & (incidents.precision <= 2)
    rows = np.flatnonzero(asked & np.isfinite(incidents.lon) & np.isfinite(incidents.lat))
    found, distance = nearest(
        lon[at],
        lat[at],
        incidents.lon[rows],
        incidents.lat[rows],
        incidents.start[rows],
        as_of_day=as_of,
        window_days=as_of - after,
        incident_end_day=incidents.end[rows],
        first_m=2 * LATEST_KM * 1000,  # so far, and no less, was searched by all
    )
    has = found >= 0
    return at[has], rows[found[has]], distance[has]


def _away(incident: Ints, metres: Floats, secret: Bools) -> Floats:
    return np.where(secret[incident], np.round(metres / 1000) * 1000, np.round(metres, 3))


def _near_rows(near_m: Floats, site: Ints, incident: Ints, away: Floats, secret: Bools, evidence: Evidence) -> None:
    near_m[site] = _away(incident, away, secret)
    evidence.incidents("near_miss", "", site, incident, away, "nearest")


def fading(lon: Floats, lat: Floats, incidents: Incidents) -> Fading:
    """Sums of exp(-d / 30 km) exp(-age / 365 days) over lethal incidents of precision 1 and 2, by source.

    Distances to 200 km. Age counts from the first day: an event is as old as its beginning, whatever its end.

    Parameters
    ----------
    lon
        Longitudes [degrees, WGS 84]; missing where there is no position.
    lat
        Latitudes [degrees, WGS 84]; missing where there is no position.
    incidents
        The incidents, ready to be asked.
    """
    rows = np.flatnonzero((incidents.best >= 1) & (incidents.precision <= 2))
    return Fading(
        lon,
        lat,
        incidents.lon.take(rows),
        incidents.lat.take(rows),
        incidents.start.take(rows),
        incidents.source.take(rows),
        max(len(incidents.sources), 1),
        radius_m=INTENSITY_REACH_KM * 1000,
        scale_m=INTENSITY_KM * 1000,
        scale_days=INTENSITY_DAYS,
    )


def intensity(around: Fading, as_of: Days, looked: Bools, *, again: bool = False) -> Floats:
    """The sum of the source with most at the date of each site, over ages from 0 days to ten years.

    It orders lists; it is no class and no probability. NaN without a position, and where nothing is covered (`looked`
    false) and nothing was seen.

    Parameters
    ----------
    again
        Other dates will be asked of these sums: one that holds for all sites leaves behind what they need.
    around
        Sums around the sites, as :func:`fading` makes them.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    looked
        Deadly events of the site's country are covered, one flag a site.
    """
    window = as_of - months_before(as_of, INTENSITY_MONTHS) + 1
    small = around.groups * len(as_of) <= KEPT_CELLS
    if again and small and len(as_of) and (as_of == as_of[0]).all():
        out = around.at(int(as_of[0]), int(window[0])).max(axis=0)
    else:
        out = around.most(as_of, window, INTENSITY_DIGITS)
    known = np.isfinite(around.site_lon) & np.isfinite(around.site_lat)
    return np.where(known & (looked | (out > 0)), np.round(out, INTENSITY_DIGITS), np.nan)


def disagreement_question(incidents: Incidents, months: int) -> Question:
    """Of which incidents :func:`disagreement` asks whether there are any.

    Parameters
    ----------
    incidents
        The incidents, ready to be asked.
    months
        Length of the window [calendar months].
    """
    return Question((incidents.precision == 1) & (incidents.best >= 1), None, FIGURE_KM * 1000, months, "best")


def disagreement(events: Bools, newest: pd.DataFrame, recent: Bools, looked: Bools) -> npt.NDArray[np.object_]:
    """Where a visit of the window and the incidents within 20 km say different things; blank where they agree.

    Parameters
    ----------
    events
        One flag a site: an incident within 20 km lies in the window.
    newest
        As :func:`geo.records.visits.newest_informative` gives it.
    recent
        One flag a site: its newest informative visit lies in the window.
    looked
        One flag a site: deadly events of its country are covered over the window.
    """
    armed = newest["non_state_armed"]
    yes = armed.fillna(False).to_numpy(np.bool_) & recent
    no = (~armed.fillna(True)).to_numpy(np.bool_) & recent
    out = np.full(len(events), "", dtype=object)
    out[yes & looked & ~events] = "armed_group_without_incidents"
    out[no & events] = "incidents_without_armed_group"
    return out
