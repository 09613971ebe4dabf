"""What the largest files that the app takes cost its own process: `python -m benchmarks.uploads [name ...]`.

Each is taken as the app takes an upload (recognised, shown and read by the reader of its role, kept for the job to
come), in a fresh process. What children do is not counted for the app, but shown beside it.
"""

from __future__ import annotations

import io
import json
import math
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST = 20_000_000
MEASURE = """
import json, resource, sys, time
from tests.hostile import roles
from geo.errors import CahraError
from jobs.inspection import inspect
from jobs.kept_layers import KeptLayers
from layers.formats import UPLOAD
role, name = sys.argv[1:3]
data = sys.stdin.buffer.read()
seed_name, seed = roles.SEEDS[role]
kept, known = KeptLayers(), {"visits": "sites", "eu-list": "eu_list"}.get(role, role)
def take(data, name):
    if role == "sectors":
        roles.read_alone(role, data, name)
    else:
        report = inspect(data, name, role=known, gateway=UPLOAD, kept=kept)
        if report.fault is not None:
            raise report.fault
take(seed.encode(), seed_name)  # libraries and tables are loaded once for all
def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
before, cpu, wall = peak(), time.process_time(), time.monotonic()
try:
    take(data, name)
    said = "read"
except CahraError as fault:
    said = str(fault)
child = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"said": said[:200], "own": peak() - before, "cpu": time.process_time() - cpu,
                  "wall": time.monotonic() - wall, "child": child.ru_maxrss * 1024,
                  "child_cpu": child.ru_utime + child.ru_stime}))
"""


def rows(head: str, line: Callable[[int], str], most: int) -> bytes:
    """A CSV of at most so many rows and MOST bytes."""
    parts, size = [head + "\n"], len(head) + 1
    for number in range(most):
        part = line(number) + "\n"
        size += len(part.encode())
        if size > MOST:
            break
        parts.append(part)
    return "".join(parts).encode()


def _points(count: int) -> Iterator[tuple[float, float]]:
    chance = random.Random(1)
    for _ in range(count):
        yield round(chance.uniform(14.5, 27), 5), round(chance.uniform(2.3, 10.9), 5)


POINTS = list(_points(500_000))


def sites(number: int) -> str:
    """One site, all of whose cells differ from those of the others."""
    lon, lat = POINTS[number]
    return f"S{number},Mine Number {number},{lat},{lon},CAF,gold;diamond,{number % 400},2019-03-{number % 28 + 1:02d}"


def odd_sites(number: int) -> str:
    """One site with words of its own wherever there can be some."""
    lon, lat = POINTS[number]
    return (
        f"S{number},Mine {number},{lat}°N,{lon}°E,Land {number},metal {number};stone {number},{number} men,day {number}"
    )


def day(number: int) -> str:
    """A day that is another one for each of some hundred numbers."""
    return f"{2010 + number % 10}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"


def incident(number: int) -> str:
    """One incident."""
    lon, lat = POINTS[number]
    return f"s,d,1,E{number},{day(number)},2020-12-31,1,CAF,{lon},{lat},{number % 9}"


def odd_incident(number: int) -> str:
    """One incident with words of its own wherever there can be some."""
    lon, lat = POINTS[number]
    return f"s,d,1,E{number},{day(number).replace('-', '.')},x{number},p{number},L{number},{lon},{lat},d{number}"


def again(number: int) -> str:
    lon, lat = POINTS[number]
    return f"s,d,1,E{number // 2},2015-01-01,2015-01-0{1 + number % 2},1,CAF,{lon},{lat},{number % 9}"


def ring(corners: int, lon: float, lat: float, size: float = 0.4) -> list[list[float]]:
    """A round with many corners."""
    made = [
        [
            round(lon + size * math.cos(2 * math.pi * i / corners), 4),
            round(lat + size * math.sin(2 * math.pi * i / corners), 4),
        ]
        for i in range(corners)
    ]
    return [*made, made[0]]


def features(shapes: Iterator[tuple[dict[str, object], dict[str, object]]]) -> bytes:
    parts, size = [], 60
    for shape, kind in shapes:
        part = json.dumps({"type": "Feature", "properties": kind, "geometry": shape}, separators=(",", ":"))
        size += len(part) + 1
        if size > MOST:
            break
        parts.append(part)
    return ('{"type":"FeatureCollection","features":[' + ",".join(parts) + "]}").encode()


def areas(corners: int, count: int) -> bytes:
    """Units of so many corners."""
    properties = (
        {"shapeName": f"U{i}", "shapeID": f"U{i}", "shapeGroup": "CAF", "shapeType": "ADM2"} for i in range(count)
    )
    return features(
        ({"type": "Polygon", "coordinates": [ring(corners, *POINTS[i])]}, word) for i, word in enumerate(properties)
    )


def bows(count: int) -> bytes:
    """Units that cross themselves, small ones: each is mended and told."""

    def one(i: int) -> tuple[dict[str, object], dict[str, object]]:
        lon, lat = POINTS[i]
        return {
            "type": "Polygon",
            "coordinates": [[[lon, lat], [lon + 1, lat + 1], [lon + 1, lat], [lon, lat + 1], [lon, lat]]],
        }, {"shapeName": f"U{i}", "shapeType": "ADM2"}

    return features(map(one, range(count)))


def roads_file(corners: int, count: int) -> bytes:
    """Roads of so many corners."""
    return features(
        ({"type": "LineString", "coordinates": ring(corners, *POINTS[i])[:-1]}, {"highway": "primary"})
        for i in range(count)
    )


ACTIVITY = (
    "<iati-activity><iati-identifier>X-{i}</iati-identifier><title><narrative>Programme {i}</narrative></title>"
    "<activity-date type='1' iso-date='2015-01-01'/><recipient-country code='CF'/>"
    "<location><point><pos>{lat} {lon}</pos></point></location>"
    "<sector vocabulary='1' code='15210'/></iati-activity>"
)


def activities(count: int) -> bytes:
    parts, size = [], 100
    for i in range(count):
        lon, lat = POINTS[i]
        part = ACTIVITY.format(i=i, lat=lat, lon=lon)
        size += len(part)
        if size > MOST:
            break
        parts.append(part)
    return ("<iati-activities version='2.03'>" + "".join(parts) + "</iati-activities>").encode()


def as_points(line: Callable[[int], str], head: str, count: int) -> bytes:
    names = head.split(",")
    return features(
        ({"type": "Point", "coordinates": list(POINTS[i])}, dict(zip(names, line(i).split(","), strict=True)))
        for i in range(count)
    )


SITES = "site_id,name,lat,lon,country,minerals,workers,first_seen"
INCIDENTS = "source,dataset,dataset_version,record_id,date_start,date_end,precision,country,lon,lat,deaths_best"
VISITS = "source,site_id,visit_date,informative,non_state_armed,name,lon,lat,minerals,workers"
COVERAGE = "dataset,country_iso3,from,to,effects"
ZONES = "unit,country,level,parent,scheme,status,valid_from,valid_to,date_precision,decided_by,source"
FINDINGS = "unit,country,criterion,finding,date,date_precision,source"
EU_LIST = "area,country,code,kind,valid_from,valid_to"
SUPPLIERS = "supplier_id,site_name,country,mineral,lat,lon,route_countries"
PROGRAMMES = "programme_id,title,type,start,end,country,lat,lon,radius_km,location_precision"
SECTORS = "vocabulary,code,name,programme_type,when,source"


def visit(number: int) -> str:
    """One visit."""
    lon, lat = POINTS[number]
    return f"s,S{number},{day(number)},true,false,N{number},{lon},{lat},gold,{number}"


def supplier(number: int) -> str:
    """One row of a list of suppliers."""
    lon, lat = POINTS[number]
    return f"S{number},Mine {number},CAF,gold,{lat},{lon},CAF;CMR"


def odd_supplier(number: int) -> str:
    """One with words of its own, and the id of all others."""
    return f"S,Mine {number},Land {number},metal {number},x{number},y{number},L{number};M{number}"


def programme(number: int) -> str:
    """One programme at a place."""
    lon, lat = POINTS[number]
    return f"P{number},T{number},traceability,2015-01-01,2020-01-01,CAF,{lat},{lon},60,exact"


WIDE = "".join(f",c{i}" for i in range(192))


def wide_sites(number: int) -> str:
    """One site and as many other cells as there may be."""
    return sites(number) + f",{number % 10}" * 192


def wordy(number: int) -> str:
    """One incident and a text that packs well."""
    return incident(number) + "," + f"text {number % 7} " * 20


def zipped(head: str, line: Callable[[int], str], most: int) -> bytes:
    """A zip of a CSV of at most so many rows and 100 MB."""
    out, size, parts = io.BytesIO(), len(head) + 1, [head]
    for number in range(most):
        size += len(part := line(number)) + 1
        if size > 100_000_000:
            break
        parts.append(part)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "\n".join(parts) + "\n")
    return out.getvalue()


def csv(head: str, line: Callable[[int], str], most: int = 500_000) -> tuple[str, Callable[[], bytes]]:
    """A case of a CSV."""
    return "a.csv", lambda: rows(head, line, most)


CASES: dict[str, tuple[str, tuple[str, Callable[[], bytes]]]] = {
    "sites": ("sites", csv(SITES, sites, 50_000)),
    "sites, odd words": ("sites", csv(SITES, odd_sites, 50_000)),
    "sites, GeoJSON": ("sites", ("a.geojson", lambda: as_points(sites, SITES, 50_000))),
    "sites of 200 columns": ("sites", csv(SITES + WIDE, wide_sites, 24_900)),
    "visits": ("visits", csv(VISITS, visit, 50_000)),
    "incidents": ("incidents", csv(INCIDENTS, incident)),
    "incidents, odd words": ("incidents", csv(INCIDENTS, odd_incident)),
    "incidents, each twice": ("incidents", csv(INCIDENTS, again)),
    "incidents in a zip": ("incidents", ("a.zip", lambda: zipped(INCIDENTS + ",text", wordy, 416_000))),
    "boundaries of 5 corners": ("boundaries", ("a.geojson", lambda: areas(4, 500_000))),
    "boundaries of 1,000 corners": ("boundaries", ("a.geojson", lambda: areas(1000, 2_000))),
    "boundaries, one": ("boundaries", ("a.geojson", lambda: areas(1_100_000, 1))),
    "boundaries that cross themselves": ("boundaries", ("a.geojson", lambda: bows(500_000))),
    "coverage": ("coverage", csv(COVERAGE, lambda i: f"D{i},CAF,2010-01-01,2020-01-01,all")),
    "zones": ("zones", csv(ZONES, lambda i: f"U{i},CAF,adm2,,KP,suspended,2013-05-23,2015-07-17,day,KP,source {i}")),
    "findings": ("findings", csv(FINDINGS, lambda i: f"U{i},CAF,field_mission,visited {i},2016-03-01,year,s{i}")),
    "EU list": ("eu-list", csv(EU_LIST, lambda i: f"A{i},COD,CD{i},region,2020-12-18,")),
    "suppliers": ("suppliers", csv(SUPPLIERS, supplier, 50_000)),
    "suppliers, odd words": ("suppliers", csv(SUPPLIERS, odd_supplier, 50_000)),
    "programmes": ("programmes", csv(PROGRAMMES, programme)),
    "programmes, IATI": ("programmes", ("a.xml", lambda: activities(500_000))),
    "sectors": ("sectors", csv(SECTORS, lambda i: f"1,{i},N{i},infrastructure,no words,s")),
    "roads of 2 corners": ("roads", ("a.geojson", lambda: roads_file(2, 500_000))),
    "roads of 1,000 corners": ("roads", ("a.geojson", lambda: roads_file(1000, 2_000))),
}


def cost(role: str, name: str, data: bytes) -> dict[str, object]:
    """What reading the bytes as this role costs a fresh process and its children."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, role, name], input=data, cwd=ROOT, capture_output=True, check=False
    )
    return json.loads(done.stdout) if done.returncode == 0 else {"said": done.stderr.decode()[-600:]}


def main(chosen: list[str]) -> None:
    """Prints the table."""
    print("| file | bytes | app [s] | app [MB] | child [s] | child [MB] | ends |\n|---|--:|--:|--:|--:|--:|---|")
    for case, (role, (name, make)) in CASES.items():
        if chosen and not any(word in case for word in chosen):
            continue
        data = make()
        found = cost(role, name, data)
        if "own" not in found:
            print(case, found["said"])
            continue
        own, child = found["own"] / 1e6, found["child"] / 1e6
        figures = f"{found['cpu']:.1f} | {own:.0f} | {found['child_cpu']:.1f} | {child:.0f}"
        print(f"| {case} | {len(data):,} | {figures} | {found['said']} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
