"""The track record once more, by plain loops: every pair through pyproj.Geod, no code of the engine or of the job.

It holds the site rules that random points can meet (C1, H1, H2, H4), the order `incident_intensity`, the outcome, and
the figures made of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
from pyproj import Geod

GEOD = Geod(ellps="WGS84")


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def events_of(frame: pd.DataFrame) -> list[tuple[float, float, date, date, int, float]]:
    """(lon, lat, first day, last day, precision, deaths) of the lethal incidents of precision 1 and 2, each id once."""
    out, seen = [], set()
    for row in frame.itertuples(index=False):
        if row.deaths_best >= 1 and row.precision in (1, 2) and row.effect != "none" and row.record_id not in seen:
            seen.add(row.record_id)
            last = row.date_start if pd.isna(row.date_end) else row.date_end
            out.append((row.lon, row.lat, row.date_start.date(), last.date(), int(row.precision), row.deaths_best))
    return out


def near(lon: float, lat: float, events: Sequence[tuple]) -> list[tuple[float, date, date, int, float]]:
    """(metres, first day, last day, precision, deaths) of the events within 200 km of a point."""
    n = len(events)
    metres = GEOD.inv([lon] * n, [lat] * n, [e[0] for e in events], [e[1] for e in events])[2] if n else []
    return [(d, *e[2:]) for d, e in zip(metres, events, strict=True) if d <= 200_000]


def counted(around, at: date, metres: float, months: int, precisions: Sequence[int]) -> tuple[int, float]:
    """Events and deaths within a distance in the window up to a date."""
    after = months_later(at, -months)
    events, deaths = 0, 0.0
    for d, first, last, precision, best in around:
        if d <= metres and precision in precisions and first <= at and last > after:
            events, deaths = events + 1, deaths + best
    return events, deaths


def rules(around, at: date) -> set[str]:
    """Which of the four rules fire."""
    c1, h4 = counted(around, at, 20_000, 12, (1,)), counted(around, at, 50_000, 12, (1, 2))
    fired = {
        "C1": c1[0] >= 2 or c1[1] >= 5,
        "H1": counted(around, at, 20_000, 36, (1,))[0] >= 1,
        "H2": counted(around, at, 25_000, 12, (2,))[0] >= 1,
        "H4": h4[0] >= 3 or h4[1] >= 10,
    }
    return {rule for rule, yes in fired.items() if yes}


def level(fired: set[str]) -> int:
    """2 conflict-affected, 1 high-risk, 0 nothing found."""
    return 2 if "C1" in fired else 1 if fired else 0


def intensity(around, at: date) -> float:
    """Sum of exp(-d / 30 km) exp(-age / 365 days), not more than ten years back."""
    after = months_later(at, -120)
    return sum(
        math.exp(-d / 30_000) * math.exp(-(at - first).days / 365)
        for d, first, _, _, _ in around
        if after <= first <= at
    )


def hit(around, at: date, months: int = 12) -> bool:
    """A precision 1 event within 20 km that begins in the months after the date."""
    until = months_later(at, months)
    return any(d <= 20_000 and precision == 1 and at < first <= until for d, first, _, precision, _ in around)


def auc(values: Sequence[float], hits: Sequence[bool]) -> float:
    """Share of pairs of one hit and one not in which the hit stands higher; a tie is half."""
    yes = [v for v, h in zip(values, hits, strict=True) if h]
    no = [v for v, h in zip(values, hits, strict=True) if not h]
    won = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no)
    return won / (len(yes) * len(no))


def figures(points: pd.DataFrame, incidents: pd.DataFrame, dates: Sequence[date]) -> dict[str, float]:
    """Base rate, hit rate of each level, and the mean AUC of the level and of the intensity."""
    events = events_of(incidents)
    around = [near(p.lon, p.lat, events) for p in points.itertuples(index=False)]
    n, hits = [0, 0, 0], [0, 0, 0]
    by_class, by_intensity = [], []
    for at in dates:
        levels = [level(rules(a, at)) for a in around]
        came = [hit(a, at) for a in around]
        for lv, yes in zip(levels, came, strict=True):
            n[lv], hits[lv] = n[lv] + 1, hits[lv] + yes
        if any(came) and not all(came):
            by_class.append(auc(levels, came))
            by_intensity.append(auc([intensity(a, at) for a in around], came))
    return {
        "base": sum(hits) / sum(n),
        **{f"hit_rate_{i}": hits[i] / n[i] for i in range(3) if n[i]},
        **{f"n_{i}": float(n[i]) for i in range(3)},
        "auc_class": sum(by_class) / len(by_class),
        "auc_intensity": sum(by_intensity) / len(by_intensity),
        "dates": float(len(by_class)),
    }
