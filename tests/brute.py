"""An independent brute force of the rules: every pair through pyproj.Geod, dates through pandas. Short, to be read.

It reads the rule set: a rule of kind near, area or visit that a file adds is covered without a new line here. It shares
no code with the engine beside the table of rules. Record ids are taken to be unique within a source.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer

GEOD = Geod(ellps="WGS84")
SLACK = {2.0: 5, 3.0: 6, 4.0: 30, 5.0: 365}
KINDS_OF_UNIT = ("region", "province", "prefecture", "zone", "territory", "state", "district")


class Count(NamedTuple):
    """Of a rule that fired: events and deaths of the source with most, and the ids of all that counted."""

    events: int
    deaths: int
    ids: set[str]


def fold(name: str) -> str:
    """A unit's name without accents, case, punctuation and the word for its kind at its end."""
    base = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else "" if c in "'\u2019" else " " for c in base).split()
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in KINDS_OF_UNIT else words)


class Brute:
    """Sites and incidents of one run, all distances measured at once.

    Parameters
    ----------
    boundaries
        Sets of :class:`geo.spatial.polygons.Boundaries` that may be used, at most one a level.
    aliases
        Rows (level, alias, unit) of other names.
    """

    def __init__(self, sites, incidents, rules, boundaries=(), aliases: Sequence[tuple[int, str, str]] = ()):
        self.sites, self.rules = sites.reset_index(drop=True), rules
        self.inc = inc = incidents[incidents["effect"] != "none"].reset_index(drop=True)
        n, m = len(self.sites), len(inc)
        grid = [np.repeat(self.sites[c].to_numpy(float), m) for c in ("lon", "lat")]
        flat = [np.tile(inc[c].to_numpy(float), n) for c in ("lon", "lat")]
        known = np.isfinite(grid[0]) & np.isfinite(flat[0])
        metres = np.full(n * m, np.inf)
        metres[known] = GEOD.inv(grid[0][known], grid[1][known], flat[0][known], flat[1][known])[2]
        self.metres = metres.reshape(n, m)
        self.start = inc["date_start"].to_numpy().astype("datetime64[D]")
        self.end = inc["date_end"].fillna(inc["date_start"]).to_numpy().astype("datetime64[D]")
        days = inc["date_prec"].map(SLACK).fillna(0).to_numpy(int)
        self.slack = np.where(self.end <= self.start, days, 0).astype("timedelta64[D]")
        best = inc["deaths_best"].fillna(0).to_numpy()
        self.deaths = {
            "best": best,
            "low": np.minimum(inc["deaths_low"].fillna(0).to_numpy(), best),
            "high": np.maximum(inc["deaths_high"].fillna(0).to_numpy(), best),
        }
        self.sets = {b.level: b for b in boundaries}
        self.names = {level: {fold(a): fold(u) for of, a, u in aliases if of == level} for level in (1, 2)}
        self.units = {level: self._units(level) for level in (1, 2)}
        self.of = {str(s): (inc["source"] == s).to_numpy() for s in inc["source"].unique()}
        self.precision = inc["precision"].to_numpy(int)
        self.effect = inc["effect"].to_numpy(object)
        self.record_id = inc["record_id"].to_numpy(object)
        self.kept: dict[tuple, object] = {}

    def once(self, key: tuple, make):
        """What does not depend on the site is made once."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def _units(self, level: int) -> tuple[list[str], list[str], list[object]]:
        """Unit of each site and each incident by name, and the polygon of each site's; "" where not known.

        A place of precision 1 or 2 that lies in a polygon has the polygon's unit, everything else its own label's.
        """
        labels = [self._named(frame, level, f"admin{level}") for frame in (self.sites, self.inc)]
        polygons: list[object] = [None] * len(self.sites)
        if level not in self.sets:
            return labels[0], labels[1], polygons
        b = self.sets[level]
        named = self._named(b.frame, level, "unit")
        held = set(named)
        labels[1] = [label if label in held else "" for label in labels[1]]
        tree = shapely.STRtree(b.geometry)
        for which, frame in enumerate((self.sites, self.inc)):
            for i, (x, y) in enumerate(zip(frame["lon"], frame["lat"], strict=True)):
                if math.isnan(x) or (which == 1 and self.inc["precision"][i] > 2):
                    continue
                hits = sorted(tree.query(shapely.Point(x, y), predicate="intersects"), key=lambda r: named[r])
                if hits:
                    labels[which][i] = named[hits[0]]
                    if which == 0:
                        polygons[i] = b.geometry[hits[0]]
        return labels[0], labels[1], polygons

    def _named(self, frame, level: int, column: str) -> list[str]:
        folded = [self.names[level].get(fold(str(v)), fold(str(v))) for v in frame[column]]
        return [f"{c}|{name}" if name else "" for c, name in zip(frame["country"], folded, strict=True)]

    def counts(self, rule, test, bracket: str = "best") -> tuple[np.ndarray, np.ndarray]:
        """Which incidents a test may count by type and deaths, and the deaths of each."""
        return self.once((rule, test, bracket), lambda: self._counts(rule, test, bracket))

    def _counts(self, rule, test, bracket: str) -> tuple[np.ndarray, np.ndarray]:
        inc, dead = self.inc, self.deaths[bracket]
        if rule.deaths == "civilian":
            stated = inc["deaths_civilians"].to_numpy(float)
            least = np.minimum(np.nan_to_num(stated), dead)
            dead = np.where(np.isnan(stated), dead, stated) if bracket == "high" else least
        effect, kind = test.effect or rule.effect, self.effect
        counted = kind == "control" if effect == "control" else dead >= 1
        if effect == "violent":
            counted = counted | (kind == "violent")
        if not rule.lethal:
            counted = counted & (self.deaths["best"] < 1)
        if rule.violence:
            counted = counted & inc["violence"].isin(rule.violence).to_numpy()
        return counted, dead

    def window(self, as_of: str, months: int, bracket: str = "best") -> np.ndarray:
        """Incidents of the window: begun by the day and not ended by its first edge; wholly in it; or on any day."""
        return self.once((as_of, months, bracket), lambda: self._window(as_of, months, bracket))

    def _window(self, as_of: str, months: int, bracket: str) -> np.ndarray:
        t = np.datetime64(as_of)
        after = np.datetime64((pd.Timestamp(as_of) - pd.DateOffset(months=months)).date())
        first, last = self.start - self.slack, self.end + self.slack
        if bracket == "low":
            return (first > after) & (last <= t)
        if bracket == "high":
            return (first <= t) & (last > after)
        return (self.start <= t) & (self.end > after)

    def asks(self, rule, i: int) -> bool:
        """Whether the rule is asked of the site, by its minerals."""
        own = {m.casefold() for m in self.sites["minerals"][i].split(";")}
        return not rule.minerals or bool(own & {m.casefold() for m in rule.minerals})

    def fired(self, rule, i: int, as_of: str, bracket: str = "best") -> Count | None:
        """What a rule of kind near or area counts for one site; None where it does not fire."""
        if not self.asks(rule, i):
            return None
        here = self._near(rule, i, bracket) if rule.kind == "near" else self._area(rule, i)
        fired, kept, dead = False, np.zeros(len(here), bool), self.deaths["best"]
        for test in rule.tests:
            counted, dead = self.counts(rule, test, bracket)
            inside = here & counted & self.window(as_of, test.months, bracket)
            kept |= inside
            more = self._expected(rule, test, i, as_of) if rule.kind == "near" and bracket == "high" else {}
            half = 0.5 if more else 0.0
            for source, own in self.of.items():
                mine = inside & own
                events, deaths = (a + b for a, b in zip((mine.sum(), dead[mine].sum()), more.get(source, (0, 0)),
                                                        strict=True))  # fmt: skip
                fired |= bool(test.min_events and events >= test.min_events - (half if source in more else 0))
                fired |= bool(test.min_deaths and deaths >= test.min_deaths)
        if not fired:
            return None
        sums = [(int(g.sum()), int(dead[g].sum())) for own in self.of.values() if (g := kept & own).any()]
        return Count(*max(sums, default=(0, 0)), set(self.record_id[kept]))

    def _near(self, rule, i: int, bracket: str) -> np.ndarray:
        precision, settings = self.precision, self.rules.settings
        asked = list(rule.precision)
        if bracket == "best":
            return np.isin(precision, asked) & (self.metres[i] <= rule.within_km * 1000)
        stated = self.sites["coord_precision_km"][i]
        error = 1000 * (settings.position_error_km if math.isnan(stated) else stated)
        reach = error + np.where(precision == 2, 1000 * settings.imprecise_radius_km, 0.0)
        away = np.round(self.metres[i], 3)
        if bracket == "low":
            return self._near(rule, i, "best") & (away + reach <= rule.within_km * 1000)
        asked += [2] if 1 in asked else []
        return np.isin(precision, asked) & (away - reach <= rule.within_km * 1000)

    def _expected(self, rule, test, i: int, as_of: str) -> dict[str, tuple[float, float]]:
        """Per source the expected events and deaths of incidents known only by the site's district or region."""
        out: dict[str, tuple[float, float]] = {}
        if 1 not in rule.precision or math.isnan(self.sites["lon"][i]):
            return out
        counted, dead = self.counts(rule, test, "high")
        inside = counted & self.window(as_of, test.months, "high")
        for precision, level in ((3, 2), (4, 1)):
            polygon = self.units[level][2][i]
            if polygon is None:
                continue
            name = self.units[level][0][i]
            known = inside & self.in_unit(level, name) & (self.precision == precision)
            if not known.any():
                continue
            metres = rule.within_km * 1000
            share = self.once((level, name, i, metres), lambda p=polygon, m=metres: self._share(p, i, m))
            for source, own in self.of.items():
                mine = known & own
                if mine.any() and share > 0:
                    events, deaths = out.get(source, (0.0, 0.0))
                    out[source] = (events + mine.sum() * share, deaths + dead[mine].sum() * share)
        return out

    def _share(self, polygon, i: int, radius_m: float) -> float:
        """Share of a polygon's area that lies in the circle, in an equal-area projection centred on the site."""
        lon, lat = self.sites["lon"][i], self.sites["lat"][i]
        to = Transformer.from_crs(4326, f"+proj=laea +lon_0={lon} +lat_0={lat} +datum=WGS84", always_xy=True)
        flat = shapely.transform(shapely.segmentize(polygon, 0.05), lambda xy: np.column_stack(to.transform(*xy.T)))
        return shapely.intersection(flat, shapely.Point(0, 0).buffer(radius_m, quad_segs=90)).area / flat.area

    def _area(self, rule, i: int) -> np.ndarray:
        return self.in_unit(rule.level, self.units[rule.level][0][i]) & np.isin(self.precision, rule.precision)

    def in_unit(self, level: int, name: str) -> np.ndarray:
        """Incidents of the unit of that name; none of a blank."""
        return self.once((level, name), lambda: np.array([u == name != "" for u in self.units[level][1]], bool))

    def by_rule(self, i: int, as_of: str, kind: str, bracket: str = "best") -> dict[str, Count]:
        """Every rule of a kind that fires for a site."""
        found = {r.id: self.fired(r, i, as_of, bracket) for r in self.rules.of_kind(kind)}
        return {rule: count for rule, count in found.items() if count is not None}

    def intensity(self, i: int, as_of: str) -> float:
        """Sum of exp(-d / 30 km) exp(-age / 365 days), of the source with most."""
        t, first = np.datetime64(as_of), np.datetime64((pd.Timestamp(as_of) - pd.DateOffset(months=120)).date())
        use = (self.deaths["best"] >= 1) & (self.precision <= 2) & (self.metres[i] <= 200_000)
        use &= (self.start <= t) & (self.start >= first)
        weight = np.exp(-self.metres[i] / 30_000) * np.exp(-(t - self.start).astype(int) / 365)
        return max((float(weight[use & own].sum()) for own in self.of.values()), default=0.0)


def visit_rules(site, visits: pd.DataFrame, as_of: str, rules) -> dict[str, bool | None]:
    """Rules of kind visit for one site, by loops over its informative days; None: not to be known."""
    t, out = pd.Timestamp(as_of), {}
    known = visits[visits["informative"] & visits["visit_date"].notna() & (visits["visit_date"] <= t)]
    own = known[(known["source"] == site.source) & (known["site_id"] == site.site_id)]
    for rule in rules.of_kind("visit"):
        after = t - pd.DateOffset(months=rule.months)
        wanted = {m.casefold() for m in rule.minerals}
        if wanted and not wanted & {m.casefold() for m in site.minerals.split(";")}:
            out[rule.id] = False if site.minerals else None
            continue
        said = {day: [_day(rows, fact) for fact in rule.facts] for day, rows in own.groupby("visit_date")}
        recent = {day: facts for day, facts in said.items() if day > after}
        yes = [day for day, facts in recent.items() if "yes" in facts]
        if rule.until_clean:
            clean = [d for d, facts in recent.items() if yes and d > max(yes) and set(facts) == {"no"}]
            fired = bool(yes) and len(clean) < rule.until_clean
            unclear = any("unknown" in facts and "yes" not in facts for facts in recent.values())
        else:
            newest = recent.get(max(said)) if said else None
            fired = newest is not None and "yes" in newest
            unclear = newest is not None and "unknown" in newest
            if "armed_roadblock" in rule.facts and not math.isnan(site.lon):
                fired |= _roadblock_near(site, known, after, rule.within_km * 1000)
        out[rule.id] = True if fired else None if not recent or unclear else False
    return out


def _day(rows: pd.DataFrame, fact: str) -> str:
    """What all rows of a day say together: yes if any does, else unknown if any is, else no."""
    return "yes" if rows[fact].eq(True).any() else "unknown" if rows[fact].isna().any() else "no"


def _roadblock_near(site, known: pd.DataFrame, after: pd.Timestamp, metres: float) -> bool:
    """An armed roadblock at another site, at the newest informative visit there, in the window and in reach."""
    for key, rows in known.groupby(["source", "site_id"]):
        newest = rows[rows["visit_date"] == rows["visit_date"].max()]
        if key == (site.source, site.site_id) or newest["visit_date"].iloc[0] <= after:
            continue
        for row in newest[newest["armed_roadblock"].eq(True) & newest["lon"].notna()].itertuples():
            if GEOD.inv(site.lon, site.lat, row.lon, row.lat)[2] <= metres:
                return True
    return False
