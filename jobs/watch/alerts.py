"""The alert on a site between two looks at it: new, worse, better, data only, or none.

A difference is the data's doing where every incident behind it lies in days that the earlier look already held: it
came, went or was estimated anew with an edition, not with an event. What is worse is always said; anything else is not
said of one site twice within some months.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.assessment import Assessment
from geo.rules.rule_set import Rules

NEW, WORSE, BETTER, DATA = "new", "worse", "better", "data_only"
KINDS = (WORSE, NEW, DATA, BETTER)
GRAVE = {"conflict-affected": 2, "high-risk": 1}
"""Rank of a class; what is not here is no class of risk, whether nothing was found or nothing was looked at."""
LOOKED_AT = {*GRAVE, "no indicators found"}
"""Classes that say what was found: to know nothing any more is not better than a risk that was known."""
Key = tuple[str, str]


@dataclass(frozen=True)
class Counted:
    """An incident that a rule counts at a site: days (blank where they are withheld), deaths, distance [m], rules."""

    record_id: str
    first: str = ""
    last: str = ""
    deaths: float = 0.0
    distance_m: float = 0.0
    rules: str = ""
    restricted: bool = False


@dataclass(frozen=True)
class Look:
    """One site at one look: its class and the incidents that count."""

    site_class: str
    counted: Mapping[str, Counted] = field(default_factory=dict)
    name: str = ""
    lon: float = float("nan")
    lat: float = float("nan")

    @property
    def rank(self) -> int:
        """How grave."""
        return GRAVE.get(self.site_class, 0)


@dataclass(frozen=True)
class Alert:
    """What is said of a site, and the incident responsible (blank: none, time or another source did it)."""

    source: str
    site_id: str
    kind: str
    before: str
    after: str
    incident: Counted | None
    incidents: int
    day: str


@dataclass(frozen=True)
class LastAlert:
    """The last that was said of a site: when, and at which class."""

    day: str
    rank: int


def looks(found: Assessment, rules: Rules) -> dict[Key, Look]:
    """Every site of an assessment with the incidents that its site rules count.

    Parameters
    ----------
    found
        The assessment of the day, with its evidence.
    rules
        The rule set with its settings.
    """
    evidence = found.evidence
    site_rules = {r.id for r in rules.answering("site")}
    rows = evidence[
        (evidence["kind"] == "incident") & (evidence["record_id"] != "") & evidence["rule"].isin(site_rules)
    ]
    counted: dict[Key, dict[str, Counted]] = {}
    columns = ["source", "site_id", "record_id", "date_start", "date_end", "deaths_best", "distance_m", "rule"]
    columns.append("restricted")
    for row in rows[columns].itertuples(index=False):
        r: Any = row
        mine = counted.setdefault((str(r.source), str(r.site_id)), {})
        had = mine.get(str(r.record_id))
        named = sorted({*(had.rules.split(";") if had else ()), str(r.rule)})
        first, last = (f"{d:%Y-%m-%d}" if pd.notna(d) else "" for d in (r.date_start, r.date_end))
        deaths = float(r.deaths_best) if pd.notna(r.deaths_best) else 0.0
        mine[str(r.record_id)] = Counted(
            str(r.record_id), first, last, deaths, float(r.distance_m), ";".join(named), bool(r.restricted)
        )
    out = {}
    for r in found.sites[["source", "site_id", "site_class", "name", "lon", "lat"]].to_dict("records"):
        key = (str(r["source"]), str(r["site_id"]))
        out[key] = Look(str(r["site_class"]), counted.get(key, {}), str(r["name"]), r["lon"], r["lat"])
    return out


@dataclass(frozen=True)
class Between:
    """What is known of the time between two looks.

    Attributes
    ----------
    held_until, day
        Days of the earlier and of this look: what is dated after the first is an event since.
    present
        Ids of all incidents that are loaded now: what is not among them was taken away.
    months
        The shortest time that a rule looks back: what is younger cannot have aged out.
    """

    held_until: dt.date
    day: dt.date
    present: Container[str]
    months: int

    def taken_away(self, one: Counted) -> bool:
        """Whether an incident that no longer counts was taken away or moved, and did not just age out.

        Parameters
        ----------
        one
            An incident that counted at the earlier look and counts no more.
        """
        since = (pd.Timestamp(self.day) - pd.DateOffset(months=self.months)).strftime("%Y-%m-%d")
        return one.record_id not in self.present or bool(one.last and one.last > since)


def alert(key: Key, before: Look, after: Look, between: Between) -> Alert | None:
    """What is to be said of a site; None: nothing changed that is worth a word.

    Parameters
    ----------
    key
        Source and id of the site.
    before
        The site at the earlier look.
    after
        The site at this look.
    between
        What is known of the time between the two.
    """
    came = [c for i, c in after.counted.items() if i not in before.counted]
    went = [c for i, c in before.counted.items() if i not in after.counted]
    again = [c for i, c in after.counted.items() if i in before.counted and _estimated_anew(before.counted[i], c)]
    fresh = [c for c in came if c.first == "" or c.first > between.held_until.isoformat()]
    late = [c for c in came if c not in fresh]
    gone = [c for c in went if between.taken_away(c)]
    kind, behind = "", fresh or late or again or gone or went
    if after.rank > before.rank:
        kind = WORSE if fresh or not (late or again) else DATA
    elif after.rank < before.rank:
        by_data = (gone or again) and len(gone) == len(went)
        kind = DATA if by_data or after.site_class not in LOOKED_AT else BETTER
    elif fresh and after.rank:
        kind = NEW
    elif ((late or again or gone) and after.rank) or before.site_class != after.site_class:
        kind = DATA
    if not kind:
        return None
    chosen = max(behind, key=lambda c: (c.deaths, -c.distance_m, c.record_id), default=None)
    return Alert(*key, kind, before.site_class, after.site_class, chosen, len(behind), between.day.isoformat())


def _estimated_anew(before: Counted, after: Counted) -> bool:
    return not before.restricted and before.deaths != after.deaths


def quiet(found: Alert, last: LastAlert | None, months: int) -> bool:
    """Whether nothing is said, because something was within some months and it has not become worse since then.

    Parameters
    ----------
    found
        What would be said now.
    last
        What was last said of this site; None: nothing yet.
    months
        Calendar months in which a site is not spoken of again.
    """
    if last is None or GRAVE.get(found.after, 0) > last.rank:
        return False
    until = pd.Timestamp(last.day) + pd.DateOffset(months=months)
    return bool(pd.Timestamp(found.day) < until)
