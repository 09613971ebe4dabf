"""Activities of IATI 2.x XML, one after another, as programmes.

Own code, on a stream of elements: of the libraries alive today `okfn-iati` 0.4.3 (2026, beta) writes IATI and reads it
only by building the whole document with the plain parser, one recipient country and no exactness of locations; and
`iatikit` 3.6.1 (2025) wraps XPath around a whole lxml document per file. Neither streams nor refuses entities, and both
leave sectors, dates and places to the caller; so what they would save is less than what they would cost.

What is read: identifier, titles and descriptions by language, participating organisations by role, dates planned and
actual, status, recipient countries and regions with shares, locations (point ``lat lon``, exactness, reach, class,
administrative codes with vocabulary), sectors by vocabulary (of the activity, else of its transactions), tags, budgets
with currency, the activities that it is a part of. A country is one only by its ISO code in ``recipient-country``: an
organisation called CAF is a bank.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from jobs.programmes.iati_money import Money, money_of
from layers.formats.values.dates import parse_date
from layers.formats.values.numbers import parse_number
from layers.reference.tables import Box, country_boxes, rows

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SKIP = frozenset(
    {
        *("result", "contact-info", "document-link", "legacy-data", "conditions", "fss"),
        *("crs-add", "policy-marker", "country-budget-items", "humanitarian-scope"),
        *("provider-org", "receiver-org", "disbursement-channel", "flow-type"),
        *("finance-type", "aid-type", "tied-status", "other-identifier", "capital-spend", "collaboration-type"),
    }
)
"""Parts of an activity that say nothing of what is asked here; they are not built."""

STATUS = {
    "1": "pipeline",
    "2": "implementation",
    "3": "finalisation",
    "4": "closed",
    "5": "cancelled",
    "6": "suspended",
}
EXACTNESS = {"1": "exact", "2": "approximate"}
REACH = {"1": "activity", "2": "beneficiaries"}
DESCRIPTION_CHARACTERS = 300
TEXT_CHARACTERS = 6_000
"""So much of titles, descriptions and tags is kept while an activity is read, to be searched for words."""
BOX_MARGIN = 0.5

Remark = tuple[str, str, str]
"""Reason, what was expected, what was got."""


@dataclass
class Location:
    """One place of an activity, in the columns of ``geo.programmes.schema.FOOTPRINTS``."""

    kind: str
    lon: float = float("nan")
    lat: float = float("nan")
    admin_code: str = ""
    admin_name: str = ""
    admin_level: float = float("nan")
    vocabulary: str = ""
    country: str = ""
    exactness: str = ""
    place_class: str = ""
    feature: str = ""
    reach: str = ""


@dataclass
class Activity:
    """What one activity says, blank where it says nothing."""

    number: int
    identifier: str = ""
    title: str = ""
    title_fr: str = ""
    description: str = ""
    reporter: str = ""
    donor: str = ""
    donor_ids: str = ""
    implementer: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    date_basis: str = ""
    end_basis: str = ""
    status: str = ""
    countries: str = ""
    words: str = ""
    sectors: list[tuple[str, str, float]] = field(default_factory=list)
    tags: list[tuple[str, str, float]] = field(default_factory=list)
    wholes: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    places: list[Location] = field(default_factory=list)
    budgets: list[tuple[float, str]] = field(default_factory=list)
    money: list[Money] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


@lru_cache(maxsize=1)
def iso_codes() -> Mapping[str, str]:
    """From ISO 3166 alpha-2 (as IATI writes countries) to alpha-3; names and other codes are not in it.

    Examples
    --------
    >>> iso_codes()["CF"], "CAF" in iso_codes()
    ('CAF', False)
    """
    return {row["iso2"]: row["iso3"] for row in rows("countries.csv") if row["iso2"]}


def activity(element: Element, number: int) -> Activity:
    """One ``iati-activity`` element.

    Parameters
    ----------
    element
        An `iati-activity` of version 2.
    number
        Position of the activity in its file, from 1.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> one = activity(fromstring('<iati-activity><iati-identifier> X-1 </iati-identifier>'
    ...     '<activity-date type="2" iso-date="2020-01-01"/><recipient-country code="CF" percentage="60"/>'
    ...     '<sector code="32210"/></iati-activity>'), 1)
    >>> one.identifier, one.start.year, one.countries, one.sectors, one.places[0].kind
    ('X-1', 2020, 'CAF:60', [('1', '32210', nan)], 'country')
    """
    out = Activity(number)
    language = element.get(LANG, "").lower()[:2]
    out.identifier = (element.findtext("iati-identifier") or "").strip()
    titles = _narratives(element.find("title"), language)
    out.title, out.title_fr = _preferred(titles), dict(reversed(titles)).get("fr", "")
    descriptions = sorted(element.findall("description"), key=lambda d: d.get("type", "1"))
    words = next((text for d in descriptions if (text := _preferred(_narratives(d, language)))), "")
    out.description = words if len(words) <= DESCRIPTION_CHARACTERS else words[: DESCRIPTION_CHARACTERS - 1] + "…"
    texts = [titles, *(_narratives(e, language) for e in (*descriptions, *element.findall("tag")))]
    out.words = " . ".join(text for narratives in texts for _, text in narratives)[:TEXT_CHARACTERS]
    related = [(r.get("type", "").strip(), r.get("ref", "").strip()) for r in element.findall("related-activity")]
    out.wholes = [ref for kind, ref in related if kind == "1" and ref]
    out.parts = [ref for kind, ref in related if kind == "2" and ref]
    out.reporter = _organisation(element.find("reporting-org"), language)
    roles = [(o.get("role", ""), _organisation(o, language)) for o in element.findall("participating-org")]
    paying = [o for o in element.findall("participating-org") if o.get("role", "") in ("1", "Funding")]
    named = {name: o.get("ref", "") for o in paying if (name := _organisation(o, language))}
    reporting = element.find("reporting-org")
    if not named and out.reporter and reporting is not None:
        named = {out.reporter: reporting.get("ref", "")}
    out.donor = ";".join(named)
    out.donor_ids = ";".join(ref.replace(";", ",").strip() for ref in named.values()).strip(";")
    out.implementer = ";".join(dict.fromkeys(name for role, name in roles if role in ("4", "Implementing") and name))
    status = element.find("activity-status")
    out.status = STATUS.get(status.get("code", ""), "") if status is not None else ""
    _dates(element, out)
    shares = _countries(element, out)
    _sectors(element, out)
    out.money, unread = money_of(element)
    out.remarks += unread
    out.budgets = [(amount, currency) for kind, _, currency, amount in out.money if kind == "budget"]
    _places(element, out, list(shares), language)
    return out


def _narratives(element: Element | None, language: str) -> list[tuple[str, str]]:
    """(language, text) of an element's narratives; without its own language a narrative has the activity's."""
    if element is None:
        return []
    own = element.get(LANG, language).lower()[:2]
    found = [(n.get(LANG, own).lower()[:2], " ".join((n.text or "").split())) for n in element.findall("narrative")]
    if not found and element.text and element.text.strip():
        found = [(own, " ".join(element.text.split()))]
    return [(lang, text) for lang, text in found if text]


def _preferred(narratives: list[tuple[str, str]]) -> str:
    """The English text, else the first."""
    return next((text for lang, text in narratives if lang == "en"), narratives[0][1] if narratives else "")


def _organisation(element: Element | None, language: str) -> str:
    if element is None:
        return ""
    return (_preferred(_narratives(element, language)) or element.get("ref", "").strip()).replace(";", ",")


def _dates(element: Element, out: Activity) -> None:
    """Actual dates before planned ones; the basis is that of the start, else of the end."""
    found: dict[str, dt.date] = {}
    for date in element.findall("activity-date"):
        text = (date.get("iso-date") or date.text or "").strip()
        day, why = parse_date(text)
        if why:
            out.remarks.append((why, "YYYY-MM-DD", text))
        elif day is not None:
            found.setdefault(date.get("type", ""), day)
    out.start, out.end = found.get("2", found.get("1")), found.get("4", found.get("3"))
    out.end_basis = "actual" if "4" in found else "planned" if "3" in found else ""
    for actual, planned in (("4", "3"), ("2", "1")):
        if actual in found or planned in found:
            out.date_basis = "actual" if actual in found else "planned"


def _countries(element: Element, out: Activity) -> dict[str, str]:
    """Shares by ISO alpha-3, of the activity, else of its transactions."""
    shares: dict[str, str] = {}
    given = element.findall("recipient-country") or element.findall("transaction/recipient-country")
    for country in given:
        code = country.get("code", "").strip()
        iso3 = iso_codes().get(code.upper(), "")
        if not iso3:
            out.remarks.append(("unknown_code", "ISO 3166 alpha-2 in recipient-country", code))
            continue
        shares.setdefault(iso3, _share(country))
    total = sum(float(s) for s in shares.values() if s)
    if total > 100.5:
        out.remarks.append(("number_out_of_range", "shares of countries of 100% at most", f"{total:g} %"))
    out.countries = ";".join(f"{iso3}:{share}" if share else iso3 for iso3, share in sorted(shares.items()))
    return shares


def _share(element: Element) -> str:
    number, why = parse_number(element.get("percentage", ""))
    return "" if why or number != number else f"{number:g}"


_SDG = {"2": "7", "3": "8"}
"""Tags that name a goal or target of the SDG, by the vocabulary that sectors use for the same."""


def _sectors(element: Element, out: Activity) -> None:
    given = element.findall("sector") or element.findall("transaction/sector")
    found: dict[tuple[str, str], float] = {}
    for sector in given:
        code, share = sector.get("code", "").strip(), parse_number(sector.get("percentage", ""))[0]
        if code:
            found.setdefault((sector.get("vocabulary") or "1", code), share)
    out.sectors = [(vocabulary, code, share) for (vocabulary, code), share in found.items()]
    tags = {(_SDG.get(t.get("vocabulary", ""), ""), t.get("code", "").strip()): None for t in element.findall("tag")}
    out.tags = [(vocabulary, code, float("nan")) for vocabulary, code in tags if vocabulary and code]


def _places(element: Element, out: Activity, countries: list[str], language: str) -> None:
    for location in element.findall("location"):
        place = _location_of(location, out, countries, language)
        if place is not None:
            out.places.append(place)
    if out.places:
        return
    out.places += [Location("country", country=iso3) for iso3 in countries]
    if not countries:
        regions = element.findall("recipient-region") or element.findall("transaction/recipient-region")
        codes = dict.fromkeys(r.get("code", "") for r in regions)
        out.places += [Location("region", admin_code=code) for code in codes if code]


def _location_of(location: Element, out: Activity, countries: list[str], language: str) -> Location | None:
    """An administrative unit where a code or the class says so, else a point; None where it is neither.

    A code names the unit that the place lies in. Where the place itself is an exact one that is no region (class 2 to
    4), it is the point, and the unit is what it falls back from.
    """
    name = _preferred(_narratives(location.find("name"), language))
    exact = EXACTNESS.get(_code(location, "exactness"), "")
    place = Location("point", admin_name=name, exactness=exact, country=countries[0] if len(countries) == 1 else "")
    place.reach = REACH.get(_code(location, "location-reach"), "")
    place.place_class, place.feature = _code(location, "location-class"), _code(location, "feature-designation")
    position = _position((location.findtext("point/pos") or ""), out, countries)
    identifiers = [(i.get("vocabulary", ""), i.get("code", "").strip()) for i in location.findall("location-id")]
    if position is None:
        known = [town_positions().get(code) for vocabulary, code in identifiers if vocabulary == "G1"]
        position = next((town for town in known if town is not None), None)
    if position is not None:
        place.lat, place.lon = position
    units = [u for u in location.findall("administrative") if not _is_country(u, place)]
    if units:
        finest = max(units, key=lambda u: u.get("level", ""))
        place.kind, place.admin_code = "admin", finest.get("code", "").strip()
        place.vocabulary = finest.get("vocabulary", "")
        place.admin_level = {"1": 1.0, "2": 2.0}.get(finest.get("level", ""), float("nan"))
    elif place.place_class == "1":
        place.kind = "admin"
        if identifiers:
            place.vocabulary, place.admin_code = identifiers[0]
    if place.kind == "admin" and position is not None and exact == "exact" and place.place_class in ("2", "3", "4"):
        place.kind = "point"
    if place.feature.startswith("PCL"):
        place.kind = "country"  # GeoNames' political entity: the whole country, whatever point stands for it
    return place if place.kind != "point" or position is not None else None


def _is_country(unit: Element, place: Location) -> bool:
    """Whether a unit is a country by its ISO code (vocabulary A4); then it says where the place is."""
    iso3 = iso_codes().get(unit.get("code", "").strip().upper(), "") if unit.get("vocabulary", "") == "A4" else ""
    place.country = place.country or iso3
    return bool(iso3)


@lru_cache(maxsize=1)
def town_positions() -> Mapping[str, tuple[float, float]]:
    """Latitude and longitude by GeoNames id, of the towns that come with the project."""
    return {row["geonameid"]: (float(row["lat"]), float(row["lon"])) for row in rows("geonames_towns.csv")}


def _code(element: Element, tag: str) -> str:
    found = element.find(tag)
    return found.get("code", "") if found is not None else ""


def _position(text: str, out: Activity, countries: list[str]) -> tuple[float, float] | None:
    """Latitude and longitude of ``pos``; what is swapped, out of range or (0, 0) is remarked and not used."""
    parts = text.replace(",", " ").split()
    if not parts:
        return None
    numbers = [parse_number(p, ".")[0] for p in parts]
    if len(numbers) < 2 or any(n != n for n in numbers[:2]):
        out.remarks.append(("coordinates_unreadable", "latitude longitude", text.strip()[:60]))
        return None
    lat, lon = numbers[0], numbers[1]
    reason = ""
    if lat == 0 and lon == 0:
        reason = "coordinates_zero"
    elif abs(lat) > 90 or abs(lon) > 180:
        reason = "coordinates_swapped" if abs(lat) <= 180 and abs(lon) <= 90 else "coordinates_out_of_range"
    else:
        boxes = [country_boxes()[c] for c in countries if c in country_boxes()]
        known = len(boxes) == len(countries) > 0
        if known and not _within(boxes, lon, lat) and _within(boxes, lat, lon):
            reason = "coordinates_swapped"
    if reason:
        out.remarks.append((reason, "latitude longitude", text.strip()[:60]))
        return None
    return lat, lon


def _within(boxes: list[Box], lon: float, lat: float) -> bool:
    m = BOX_MARGIN
    return any(w - m <= lon <= e + m and s - m <= lat <= n + m for w, s, e, n in boxes)


def activities(elements: Iterator[Element]) -> Iterator[Activity]:
    """Each element as an activity, numbered from 1.

    Parameters
    ----------
    elements
        `iati-activity` elements of version 2, in the order of the file.
    """
    for number, element in enumerate(elements, 1):
        yield activity(element, number)
