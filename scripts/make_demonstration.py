"""Make the synthetic demonstration data of ``data/``: invented sites, visits, incidents, programmes and suppliers.

Run from the project's root: ``python scripts/make_demonstration.py``. Only ``random.Random.random`` is used, whose
sequence Python keeps for a seed, so the same bytes come out each time. Places are real towns of ``geonames_towns.csv``;
everything else is invented, and every file name, name and row says so. No real event, group or mine is described.

The shape is made to exercise the rules, not to resemble a year: western CAR is violent in 2013 and 2014 and calm later,
eastern CAR is violent to 2018 and from 2020 to 2021, Ituri from 2018 and the Kivus throughout; around Nola, Abba and
Baoro and in the south-east of the DR Congo it is calm. About one incident in three is not exact, one in twelve has no
best estimate of deaths (of those some are violent without deaths, or a group takes ground, as ACLED has them), and
deaths have a heavy tail. Two sites in three were visited once a year or less. Some sites
lack coordinates, precision, minerals or their unit. On 2016-09-19, the day on which the app opens, all four classes and
compliant and monitored zones are there.
"""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pyproj import Geod

from layers.reference.files import DATA

WGS84 = Geod(ellps="WGS84")
SEED = 20261121
FIRST, LAST = date(2012, 1, 1), date(2025, 12, 31)
GADZI = (16.7, 4.7833)
"""The seat of Gadzi is not among the GeoNames places at hand: typed by hand, to the minute."""


def words(joined: str) -> list[str]:
    """The names between the commas."""
    return joined.split(",")


YEARS = range(FIRST.year, LAST.year + 1)
WEST = {2013: 8, 2014: 9, 2015: 3, 2016: 1, 2017: 1, 2018: 1, 2021: 1}
EAST = {**dict.fromkeys(range(2013, 2019), 10), 2019: 4, 2020: 8, 2021: 9, 2022: 5, 2023: 4, 2024: 3, 2025: 3}
ITURI = {**dict.fromkeys(range(2012, 2018), 2), **dict.fromkeys(range(2018, 2026), 14)}
KIVU = dict.fromkeys(YEARS, 7)
QUIET = {2012: 3, 2017: 3, 2018: 2, 2021: 1}
CALM = {2012: 2, 2014: 1, 2021: 1}


@dataclass(frozen=True)
class Hub:
    """A real town around which things are invented."""

    town: str
    country: str
    admin1: str
    admin2: str
    sites: int
    minerals: tuple[str, ...]
    violence: dict[int, int]


HUBS = (
    Hub("Berbérati", "CAF", "Mambéré-Kadéï", "Berbérati", 10, ("diamond", "diamond;gold"), WEST),
    Hub("Boda", "CAF", "Lobaye", "Boda", 8, ("diamond", "gold"), WEST),
    Hub("Carnot", "CAF", "Mambéré-Kadéï", "Carnot", 8, ("diamond",), WEST),
    Hub("Nola", "CAF", "Sangha-Mbaéré", "Nola", 7, ("diamond", "gold"), CALM),
    Hub("Gadzi", "CAF", "Mambéré-Kadéï", "Gadzi", 5, ("diamond",), WEST),
    Hub("Abba", "CAF", "Nana-Mambéré", "Abba", 6, ("gold", "diamond"), CALM),
    Hub("Baoro", "CAF", "Nana-Mambéré", "Baoro", 4, ("gold",), CALM),
    Hub("Bria", "CAF", "Haute-Kotto", "Bria", 10, ("diamond", "diamond;gold"), EAST),
    Hub("Bambari", "CAF", "Ouaka", "Bambari", 6, ("gold",), EAST),
    Hub("Ndélé", "CAF", "Bamingui-Bangoran", "Ndélé", 5, ("diamond", "gold"), EAST),
    Hub("Bangassou", "CAF", "Mbomou", "Bangassou", 5, ("diamond", "gold"), EAST),
    Hub("Mangbwalu", "COD", "Ituri", "Djugu", 12, ("gold",), ITURI),
    Hub("Watsa", "COD", "Haut-Uele", "Watsa", 6, ("gold",), QUIET),
    Hub("Beni", "COD", "Nord-Kivu", "Beni", 6, ("gold", "wolframite"), KIVU),
    Hub("Sake", "COD", "Nord-Kivu", "Masisi", 10, ("coltan", "cassiterite", "coltan;cassiterite"), KIVU),
    Hub("Lubero", "COD", "Nord-Kivu", "Lubero", 5, ("gold", "coltan"), KIVU),
    Hub("Kabare", "COD", "Sud-Kivu", "Kabare", 8, ("gold", "cassiterite"), KIVU),
    Hub("Kampene", "COD", "Maniema", "Pangi", 7, ("cassiterite", "wolframite", "coltan"), QUIET),
    Hub("Nyunzu", "COD", "Tanganyika", "Nyunzu", 6, ("gold", "coltan"), QUIET),
    Hub("Manono", "COD", "Tanganyika", "Manono", 6, ("cassiterite", "coltan"), QUIET),
)

SITE_COLUMNS = words(
    "site_id,name,lat,lon,minerals,country,admin1,admin2,coord_precision_km,workers,source,demonstration"
)
VISIT_COLUMNS = words(
    "source,site_id,visit_id,visit_date,date_imprecise,visit_basis,visited_by,informative,non_state_armed,state_harm,"
    "roadblock,armed_roadblock,armed_presence,actors,children_under_15,mercury,traceability,state_services,name,lon,lat,"
    "coord_precision_km,admin1,admin2,minerals,workers,demonstration"
)
INCIDENT_COLUMNS = words(
    "source,dataset,dataset_version,record_id,date_start,date_end,date_prec,precision,country,lon,lat,admin1,admin2,"
    "deaths_best,deaths_low,deaths_high,deaths_civilians,effect,violence,place,kind,actor_a,actor_b,provisional,candidate,"
    "restricted,demonstration"
)
PROGRAMME_COLUMNS = words(
    "programme_id,iati_identifier,title,donor,implementer,coordination_body,type,start,end,country,lat,lon,radius_km,"
    "admin_code,location_precision,budget,currency,source,demonstration"
)
SUPPLIER_COLUMNS = words(
    "supplier_id,site_name,lat,lon,coord_precision_km,country,admin1,admin2,mineral,route_countries,as_of,demonstration"
)
NEIGHBOURS = ("AGO", "BDI", "CMR", "COG", "GAB", "KEN", "RWA", "SDN", "SSD", "TCD", "TZA", "UGA", "ZMB")
Row = dict[str, object]


class Dice(Random):
    """Draws made of ``random()`` alone."""

    def pick(self, *things: object) -> object:
        """One of the things, each as likely."""
        return things[int(self.random() * len(things))]

    def normal(self) -> float:
        """A standard normal draw (Box and Muller)."""
        return math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())

    def place_near(self, lon: float, lat: float, km: float) -> tuple[float, float]:
        """A place about `km` kilometres from the given one, to four decimals."""
        metres = abs(self.normal()) * km * 1000
        east, north, _ = WGS84.fwd(lon, lat, self.random() * 360, metres)
        return round(east, 4), round(north, 4)


def towns() -> dict[tuple[str, str], tuple[float, float]]:
    """Longitude and latitude by name and country."""
    with (DATA / "geonames_towns.csv").open(encoding="utf-8", newline="") as file:
        found = {(r["name"], r["iso3"]): (float(r["lon"]), float(r["lat"])) for r in csv.DictReader(file)}
    return {("Gadzi", "CAF"): GADZI, **found}


def sites(at: dict[tuple[str, str], tuple[float, float]]) -> list[Row]:
    """The invented sites, hub by hub; every 23rd, 29th, 31st and 17th lacks something."""
    dice, rows = Dice(SEED), []
    for hub in HUBS:
        for _ in range(hub.sites):
            number = len(rows) + 1
            lon, lat = dice.place_near(*at[hub.town, hub.country], 22)
            placed = number % 23 != 0
            rows.append(
                {
                    "site_id": f"DEMO-{number:03d}",
                    "name": f"Demonstration site {number:03d} (near {hub.town})",
                    "lat": lat if placed else "",
                    "lon": lon if placed else "",
                    "minerals": dice.pick(*hub.minerals) if number % 31 else "",
                    "country": hub.country,
                    "admin1": hub.admin1,
                    "admin2": hub.admin2 if number % 29 else "",
                    "coord_precision_km": dice.pick(0.1, 0.1, 2, 5) if placed and number % 17 else "",
                    "workers": int(5 + 60 * dice.random() ** -0.7) if dice.random() < 0.8 else "",
                    "source": "demonstration",
                    "demonstration": "true",
                }
            )
    return rows


def visits(of: list[Row]) -> list[Row]:
    """Yearly visits to two sites in three; where it was violent that year, an armed actor is likelier."""
    dice, rows = Dice(SEED + 1), []
    hub_of = [hub for hub in HUBS for _ in range(hub.sites)]
    for site, hub in zip(of, hub_of, strict=True):
        if dice.random() < 0.35:
            continue
        for year in YEARS:
            if dice.random() > 0.7:
                continue
            risk = min(0.5, hub.violence.get(year, 0) * 0.03)
            non_state, state = dice.random() < risk, dice.random() < risk * 0.6
            roadblock = dice.random() < 0.15
            armed = roadblock and dice.random() < 0.5
            presence = {(0, 0): "none", (1, 0): "non_state", (0, 1): "state", (1, 1): "both"}[non_state, state]
            actors = [a for a, there in (("group A", non_state), ("force B", state)) if there]
            rows.append(
                {
                    **{k: site[k] for k in VISIT_COLUMNS if k in site},
                    "visit_id": f"{site['site_id']}-{year}",
                    "visit_date": day(dice, date(year, 1, 1), date(year, 12, 31)),
                    "date_imprecise": "false",
                    "visit_basis": dice.pick("on_site", "on_site", "reported"),
                    "visited_by": "Demonstration team",
                    "informative": "true",
                    "non_state_armed": str(non_state).lower(),
                    "state_harm": str(state).lower() if dice.random() < 0.9 else "",
                    "roadblock": str(roadblock).lower(),
                    "armed_roadblock": str(armed).lower(),
                    "armed_presence": presence,
                    "actors": ";".join(f"Demonstration armed {actor}" for actor in actors),
                }
            )
    return [{**row, **facts(more, row)} for more in [Dice(SEED + 4)] for row in rows]


def facts(dice: Dice, visit: Row) -> Row:
    """What a visit also saw; a blank is not known. Drawn apart, so that the visits stay what they were."""
    minerals = str(visit["minerals"]).split(";")
    child, mercury, scheme, service = (dice.random() for _ in range(4))
    tags = "Demonstration scheme" if {"cassiterite", "coltan", "wolframite"} & set(minerals) and scheme < 0.4 else ""
    return {
        "children_under_15": "" if child < 0.4 else str(child > 0.85).lower(),
        "mercury": "" if "gold" not in minerals or mercury < 0.3 else str(mercury > 0.75).lower(),
        "traceability": tags,
        "state_services": "Demonstration mining service" if service < 0.45 else "",
    }


def day(dice: Dice, first: date, last: date) -> date:
    """A day from `first` to `last`."""
    return first + timedelta(days=int(dice.random() * ((last - first).days + 1)))


def incidents(at: dict[tuple[str, str], tuple[float, float]]) -> list[Row]:
    """The invented incidents, in the order of their first day; labels are spelled as UCDP spells them."""
    dice, rows = Dice(SEED + 2), []
    for hub in HUBS:
        for year in YEARS:
            often = int(hub.violence.get(year, 0) * (0.95 + dice.random()) + 0.5)
            rows += [incident(dice, hub, year, at[hub.town, hub.country]) for _ in range(often)]
    rows.sort(key=lambda r: (str(r["date_start"]), str(r["country"]), str(r["lon"]), str(r["lat"])))
    more = Dice(SEED + 5)
    return [{**row, **victims(more, row), "record_id": f"DEMO-E{number:04d}"} for number, row in enumerate(rows, 1)]


def victims(dice: Dice, row: Row) -> Row:
    """Civilians among the deaths, and what an incident does beside them; drawn apart, so that the rest stays.

    Of those without a best estimate a third is violent (an abduction, a looting) and a sixth takes ground; they have no
    deaths at all.
    """
    best, share, draw = int(str(row["deaths_best"])), dice.random(), dice.random()
    civilians = best if row["kind"] == "one-sided" else int(best * share / 2)
    effect = "lethal" if best or draw > 0.5 else "violent" if draw > 1 / 6 else "control"
    none = {} if effect == "lethal" else {"deaths_low": 0, "deaths_high": 0}
    return {"deaths_civilians": civilians, "effect": effect, "violence": row["kind"], **none}


def incident(dice: Dice, hub: Hub, year: int, place: tuple[float, float]) -> Row:
    """One incident near a hub; the less exact, the fewer labels and the coarser the place."""
    draw = dice.random()
    precision = next(
        p for p, upto in zip((1, 2, 3, 4, 5, 6), (0.64, 0.84, 0.92, 0.96, 0.98, 1), strict=True) if draw < upto
    )
    capital = {"CAF": (18.5550, 4.3612), "COD": (15.3136, -4.3276)}[hub.country]
    lon, lat = dice.place_near(*place, 15) if precision == 1 else capital if precision == 6 else place
    start = day(dice, date(year, 1, 1), date(year, 12, 31))
    long = dice.random() < 0.2
    end = min(start + timedelta(days=int(dice.random() * 25) + 1 if long else 0), LAST)
    best = 0 if dice.random() < 0.08 else int(min(150, dice.random() ** -0.9))
    kind = int(dice.random() * 3)
    return {
        "source": "demonstration",
        "dataset": "Demonstration incidents",
        "dataset_version": "demonstration-2",
        "date_start": start,
        "date_end": end,
        "date_prec": 1 if start == end else 2 if (end - start).days < 6 else 4,
        "precision": precision,
        "country": hub.country,
        "lon": round(lon, 4),
        "lat": round(lat, 4),
        "admin1": f"{hub.admin1} province" if precision <= 5 else "",
        "admin2": f"{hub.admin2} {'region' if hub.country == 'CAF' else 'territory'}" if precision <= 3 else "",
        "deaths_best": best,
        "deaths_low": best // 2,
        "deaths_high": best + int(dice.random() * 6) + (1 if best == 0 else 0),
        "kind": ("state-based", "non-state", "one-sided")[kind],
        "actor_a": f"Demonstration armed {('force B', 'group A', 'group C')[kind]}",
        "actor_b": f"Demonstration {('armed group A', 'armed group D', 'civilians')[kind]}",
        "place": f"Demonstration place near {hub.town}" if precision <= 2 else "",
        "provisional": str(dice.random() < 0.05).lower(),
        "candidate": "false",
        "restricted": "false",
        "demonstration": "true",
    }


def coverage() -> list[Row]:
    """What the demonstration incidents declare to cover, events without deaths too: both countries and all around."""
    return [
        {"dataset": "Demonstration incidents", "country_iso3": iso3, "from": "2010-01-01", "to": LAST, "effects": "all"}
        for iso3 in sorted(("CAF", "COD", *NEIGHBOURS))
    ]


def programmes(at: dict[tuple[str, str], tuple[float, float]]) -> list[Row]:
    """Ten invented programmes: circles, admin units, two nationals, one without an end, one without a place."""

    def circle(town: str, country: str, km: float) -> Row:
        lon, lat = at[town, country]
        return {"country": country, "lat": lat, "lon": lon, "radius_km": km, "location_precision": "exact"}

    def unit(name: str, country: str) -> Row:
        return {"country": country, "admin_code": name, "location_precision": "admin2"}

    national: Row = {"country": "CAF", "location_precision": "country"}
    wanted = (
        ("traceability", "A", "2015-01-01", "2027-12-31", circle("Berbérati", "CAF", 60), 1_200_000, "EUR"),
        ("traceability", "B", "2015-07-01", "2026-06-30", circle("Carnot", "CAF", 80), 900_000, "USD"),
        ("kp_compliance", "A", "2016-03-01", "", unit("Boda", "CAF"), 400_000, "EUR"),
        ("kp_compliance", "C", "2013-06-01", "2026-12-31", national, 2_000_000, "USD"),
        ("mapping", "C", "2014-01-01", "2025-12-31", circle("Bria", "CAF", 100), 650_000, "USD"),
        ("formalisation", "B", "2014-01-01", "2017-03-31", unit("Nola", "CAF"), 300_000, "EUR"),
        ("certification", "D", "2012-01-01", "2026-12-31", circle("Sake", "COD", 90), 3_100_000, "USD"),
        ("training_security_forces", "D", "2013-01-01", "2025-06-30", circle("Mangbwalu", "COD", 70), 800_000, "USD"),
        ("infrastructure", "A", "2022-01-01", "2028-12-31", unit("Kabare", "COD"), 5_400_000, "EUR"),
        ("training_customs", "B", "2018-01-01", "", national, 250_000, "XAF"),
    )
    return [
        {
            "programme_id": f"DEMO-P{number:02d}",
            "title": f"Demonstration programme {number:02d}",
            "donor": f"Demonstration donor {donor}",
            "implementer": f"Demonstration implementer {number % 4 + 1}",
            "coordination_body": "Demonstration working group" if number % 3 == 0 else "",
            "type": kind,
            "start": start,
            "end": end,
            **where,
            "budget": budget,
            "currency": currency,
            "source": "demonstration",
            "demonstration": "true",
        }
        for number, (kind, donor, start, end, where, budget, currency) in enumerate(wanted, 1)
    ]


def suppliers(of: list[Row]) -> list[Row]:
    """Twenty declared origins: every seventh site, with dates of their own, routes, and one row without a place."""
    dice, rows = Dice(SEED + 3), []
    for number, site in enumerate(of[::7][:20], 1):
        routes = {"CAF": ("CMR", "CMR", "COG", ""), "COD": ("RWA", "UGA;KEN", "BDI;TZA", "")}[str(site["country"])]
        rows.append(
            {
                "supplier_id": f"DEMO-S{number:02d}",
                "site_name": f"Demonstration origin {number:02d}",
                **{k: site[k] for k in ("lat", "lon", "coord_precision_km", "country", "admin1", "admin2")},
                "mineral": str(site["minerals"]).split(";")[0],
                "route_countries": dice.pick(*routes),
                "as_of": dice.pick("2025-06-30", "2024-06-30", "2018-12-31", "2016-09-19", ""),
                "demonstration": "true",
            }
        )
    return rows


def indicative_zones(at: dict[tuple[str, str], tuple[float, float]]) -> bytes:
    """A circle of 30 km around the seat of each named unit: a place on the map, not its area."""
    lines = []
    for name in ("Berbérati", "Boda", "Carnot", "Gadzi", "Nola"):
        lon, lat = at[name, "CAF"]
        ring = [WGS84.fwd(lon, lat, azimuth, 30_000)[:2] for azimuth in range(360, -1, -10)]
        shape = {"type": "Polygon", "coordinates": [[[round(x, 4), round(y, 4)] for x, y in ring]]}
        note = "indicative only, never used for a verdict: 30 km around the seat"
        properties = {"unit": name, "country": "CAF", "level": "admin2", "indicative": True, "note": note}
        feature = {"type": "Feature", "properties": properties, "geometry": shape}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    text = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","name":"indicative_zones","features":[\n{text}\n]}}\n'.encode()


def table(columns: list[str], rows: list[Row]) -> bytes:
    """CSV with line feeds; what a row lacks is blank."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def make() -> dict[str, bytes]:
    """Every file by its name."""
    at = towns()
    made = sites(at)
    return {
        "demonstration_sites.csv": table(SITE_COLUMNS, made),
        "demonstration_visits.csv": table(VISIT_COLUMNS, visits(made)),
        "demonstration_incidents.csv": table(INCIDENT_COLUMNS, incidents(at)),
        "demonstration_coverage.csv": table(["dataset", "country_iso3", "from", "to", "effects"], coverage()),
        "demonstration_programmes.csv": table(PROGRAMME_COLUMNS, programmes(at)),
        "demonstration_suppliers.csv": table(SUPPLIER_COLUMNS, suppliers(made)),
        "indicative_zones.geojson": indicative_zones(at),
    }


if __name__ == "__main__":
    for name, content in make().items():
        (DATA / name).write_bytes(content)
        print(name, content.count(b"\n") - 1)
