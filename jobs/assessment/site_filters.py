"""Which sites a reader looks at: the filters of the app, as data, with their form in a page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.records.place_names import fold
from geo.rules.classify import INSUFFICIENT
from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from geo.rules.rule_set import Rules
from geo.schema import CLASSES, ZONE_STATUSES
from i18n.labels import AGES, ARMED
from i18n.translator import N_
from jobs.assessment.decision_tree import first_of
from jobs.assessment.why_insufficient import GAP_COLUMN
from layers.maps import colour_by

MAX_TEXT = 200
"""Characters of one value that an address may bring; longer ones are cut."""
MAX_CORNERS = 200

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Filters:
    """Empty means no filter. Within one filter values are alternatives; filters add up.

    Attributes
    ----------
    minerals, classes, zones, countries, admin1, admin2, armed, sources
        Codes of :mod:`geo.schema`; for `minerals` and `armed` a blank text stands for not known.
    areas
        Area classes (:data:`geo.schema.CLASSES`).
    gaps, area_gaps
        Codes of :data:`geo.rules.coverage_gaps.GAPS` and ``AREA_GAPS``: the site class, or the area class, is
        insufficient because of any of them.
    facts
        Keys of :data:`FACTS`: each of them must hold.
    rules, first
        Rule ids: any that fired, of the site or of its area; the one at which the site leaves the decision tree (or
        ``gap``, ``none``).
    hidden
        Rows of the legend that are switched off where sites are coloured by anything but their class, as
        ``mineral/gold`` (:data:`layers.maps.colour_by.ROWS`).
    age
        A key of :data:`i18n.labels.AGES`.
    text
        Part of a name or id, folded.
    area
        Ring of (lon, lat) [degrees]; a site on its edge is inside.
    """

    minerals: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    admin1: tuple[str, ...] = ()
    admin2: tuple[str, ...] = ()
    armed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    area_gaps: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    age: str = ""
    text: str = ""
    area: Ring = ()

    def apply(self, sites: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
        """One flag a row of :data:`geo.schema.ASSESSED`: shown or not; `rules` are those of the run.

        Parameters
        ----------
        sites
            The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
        rules
            The rule set of the run, by which a site leaves the decision tree.
        """
        keep = np.ones(len(sites), dtype=np.bool_)
        for column, wanted in (
            ("site_class", self.classes),
            ("area_class", self.areas),
            ("zone_status", self.zones),
            ("country", self.countries),
            ("admin1", self.admin1),
            ("admin2", self.admin2),
            ("armed_presence", self.armed),
            ("source", self.sources),
        ):
            if wanted:
                keep &= sites[column].isin(wanted).to_numpy()
        for fact in self.facts:
            keep &= _has(sites[fact])
        for answer, wanted in (("site_class", self.gaps), ("area_class", self.area_gaps)):
            if wanted:
                keep &= (sites[answer] == INSUFFICIENT).to_numpy() & _any_of(sites[GAP_COLUMN[answer]], wanted)
        if self.minerals:
            keep &= _any_of(sites["minerals"], self.minerals)
        if self.rules:
            keep &= _any_of(sites["rules_fired"], self.rules) | _any_of(sites["area_rules_fired"], self.rules)
        if self.first:
            keep &= first_of(sites, rules).isin(self.first).to_numpy()
        if self.hidden:
            keep &= ~colour_by.in_rows(sites, self.hidden)
        if self.age:
            keep &= _of_age(sites["visit_age_days"].to_numpy(np.float64), self.age)
        if self.text:
            wanted_text = fold(self.text)
            searched_text = sites["name"] + " " + sites["site_id"] + " " + sites["admin2"]
            known = {text: wanted_text in fold(text) for text in pd.unique(searched_text)}
            keep &= searched_text.map(known).to_numpy(np.bool_)
        if self.area:
            polygon = shapely.Polygon(self.area)
            shapely.prepare(polygon)
            points = shapely.points(sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64))
            keep &= shapely.intersects(polygon, points)
        return keep

    def without_axes(self) -> Filters:
        """The same without class and zone status: what the table of both counts."""
        return replace(self, classes=(), zones=())

    def without_classes(self) -> Filters:
        """The same without class: what a map draws, where its legend switches classes."""
        return replace(self, classes=())

    def without_switches(self) -> Filters:
        """The same without what the legend's switches say: what a map is given, which hides their sites itself."""
        return replace(self, classes=(), hidden=())

    def without_causes(self) -> Filters:
        """The same without class and the causes of insufficient data: what the causes are counted of."""
        return replace(self, classes=(), gaps=(), area_gaps=())

    def address(self) -> dict[str, str]:
        """The filters as parameters of an address; those that filter nothing are left out."""
        out = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if not value:
                continue
            if field.name == "area":
                out["area"] = "_".join(f"{lon:.4f},{lat:.4f}" for lon, lat in value)
            elif isinstance(value, str):
                out[field.name] = value
            else:
                out[field.name] = "~".join(v or "-" for v in value)
        return out

    @classmethod
    def of(cls, address: Mapping[str, str]) -> Filters:
        """The filters of an address; what is not understood is passed over.

        Parameters
        ----------
        address
            Parameters of a page's address by name, as :meth:`address` gives them.

        Examples
        --------
        >>> f = Filters(classes=("high-risk",), minerals=("gold", ""), area=((15.0, 4.0), (16.0, 4.0), (16.0, 5.0)))
        >>> Filters.of(f.address()) == f
        True
        >>> Filters.of({"classes": "<script>", "age": "7", "area": "x"}) == Filters()
        True
        """
        allowed = {"classes": CLASSES, "zones": ZONE_STATUSES, "armed": tuple(ARMED)}
        allowed |= {"areas": CLASSES, "facts": tuple(FACTS), "gaps": GAPS, "area_gaps": AREA_GAPS}
        allowed |= {"hidden": tuple(colour_by.ROWS)}
        given: dict[str, object] = {}
        for field in fields(cls):
            raw = address.get(field.name, "")
            if not raw:
                continue
            if field.name == "area":
                given["area"] = _ring(raw)
            elif field.name == "age":
                given["age"] = raw if raw in AGES else ""
            elif field.name == "text":
                given["text"] = raw[:MAX_TEXT]
            else:
                values = ("" if v == "-" else v[:MAX_TEXT] for v in raw.split("~")[:100])
                given[field.name] = tuple(v for v in values if v in allowed.get(field.name, (v,)))
        return cls(**given)  # type: ignore[arg-type]


FACTS = {
    "eu_listed": N_("on the EU list"),
    "kp_restricted": N_("under Kimberley restriction"),
    "sources_disagree": N_("sources disagree"),
    "children_under_15": N_("children under 15 seen"),
    "mercury": N_("mercury seen"),
    "traceability": N_("a traceability scheme"),
}
"""Listings and facts of visits that a site may have beside its classes, by column."""


def gravest_first(sites: pd.DataFrame) -> pd.DataFrame:
    """Rows of :data:`geo.schema.ASSESSED` by class, within a class by intensity of incidents; equal ones as given.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    rank = sites["site_class"].map({c: i for i, c in enumerate(CLASSES)})
    order = pd.DataFrame({"rank": rank, "quiet": -sites["incident_intensity"].fillna(-1.0)})
    return sites.loc[order.sort_values(["rank", "quiet"], kind="stable").index]


def _has(column: pd.Series) -> npt.NDArray[np.bool_]:
    """True where a fact holds; blank and not known do not."""
    if pd.api.types.is_bool_dtype(column):
        return column.fillna(False).to_numpy(np.bool_)
    return (column != "").to_numpy(np.bool_)


def _any_of(column: pd.Series, wanted: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    choice = set(wanted)
    known = {text: bool(choice & set(text.split(";"))) for text in pd.unique(column)}
    return column.map(known).to_numpy(np.bool_)


def _of_age(days: npt.NDArray[np.float64], age: str) -> npt.NDArray[np.bool_]:
    if age == "none":
        return np.isnan(days)
    if age == "old":
        return days > 5 * 365.25
    return days <= int(age) / 12 * 365.25


def _ring(raw: str) -> Ring:
    try:
        ring = tuple(
            (float(lon), float(lat)) for lon, lat in (corner.split(",") for corner in raw.split("_")[:MAX_CORNERS])
        )
    except ValueError:
        return ()
    inside = all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in ring)
    return ring if len(ring) >= 3 and inside and shapely.Polygon(ring).is_valid else ()
