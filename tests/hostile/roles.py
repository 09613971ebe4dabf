"""Small sound files of every role, faulty ones made of them, and the commands that take each through to its result."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import cli
from layers.formats import UPLOAD
from layers.formats.child_worker import _tasks
from layers.formats.sandbox import process

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
SITES = "site_id,name,lat,lon,country,minerals\nA,Boda,4.317,17.467,CAF,gold\nB,Nola,3.52,16.05,CAF,diamond\n"
LIST = "supplier_id,site_name,country,mineral,lat,lon,route_countries\nA,Boda,CAF,gold,4.317,17.467,CAF;CMR\n"
SQUARE = {"type": "Polygon", "coordinates": [[[16, 3], [18, 3], [18, 5], [16, 5], [16, 3]]]}
LINE = {"type": "LineString", "coordinates": [[17.4, 4.3], [17.0, 4.0], [16.0, 3.5]]}


def _first(name: str, rows: int = 4) -> str:
    return "".join((DATA / name).read_text("utf-8").splitlines(keepends=True)[: rows + 1])


def _feature(shape: dict[str, Any], **properties: Any) -> str:
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": shape}]}
    )


SEEDS: dict[str, tuple[str, str]] = {
    "sites": ("a.csv", SITES),
    "visits": ("a.csv", _first("demonstration_visits.csv")),
    "incidents": ("a.csv", _first("demonstration_incidents.csv")),
    "boundaries": ("a.geojson", _feature(SQUARE, shapeName="Boda", shapeID="CAF-1", shapeGroup="CAF", shapeType="ADM2")),
    "coverage": ("a.csv", _first("demonstration_coverage.csv")),
    "zones": ("a.csv", _first("zone_register.csv")),
    "findings": ("a.csv", _first("zone_findings.csv")),
    "eu-list": ("a.csv", "area,country,code,kind,valid_from,valid_to\nNord-Kivu,COD,CD61,region,2020-12-18,\n"),
    "suppliers": ("a.csv", LIST),
    "programmes": ("a.csv", _first("demonstration_programmes.csv")),
    "sectors": ("a.csv", _first("dac_sector_types.csv")),
    "rules": ("a.toml", (DATA / "rules.toml").read_text("utf-8")),
    "roads": ("a.geojson", _feature(LINE, highway="primary", maxspeed="60")),
}  # fmt: skip
"""A sound file of each role: name and text."""

OPTIONS = (
    "words", "radii", "rates", "places", "reviews", "sign", "compare", "actors", "governance", "population",
    "travel-time", "edition", "watched", "watch", "result", "earlier",
)  # fmt: skip
"""What commands are given beside the files of :data:`SEEDS`."""
RASTERS = ("population", "travel-time")
"""Of these a child says what is wrong, in its own words; other files than rasters never get to it."""
COMMANDS = ("inspect", "backtest", "meeting", "sensitivity", "programmes", "screen", "density", "exposure", "watch")
"""Commands that take a list of sites beside `assess`."""

TABLES = tuple(role for role, (name, _) in SEEDS.items() if name == "a.csv")
CELLS = (
    "", " ", "NA", "nan", "inf", "-1", "0", "1e400", "1e5", "0x10", "1,5", "1.050,3", "99999999999999999999", "-0.0",
    "\u0663", "\u00bd", "true", "yes", "31/02/2020", "2020-13-01", "03/04/2016", "0000-00-00", "9999-12-31",
    "10000-01-01", "1677-01-01", "43831", "2020", "2020-01-01T00:00:00Z", "180", "181", "-90.0001", "4\u00b019'N",
    "=1+1", "@x", "\u202eA", "\u200b", "\ufeff", "caf\u00e9", "cafe\u0301", "a;b;;c", ";", "CAF", "XXX", "Congo", "\n",
    "'", '"', "\\", "%s", "{0}", "<b>", "x" * 9_000, "A", "POINT(1 2)", "POLYGON((0 0,1 1,1 0,0 1,0 0))",
    "GEOMETRYCOLLECTION EMPTY", "None", "null", "[]", "{}",
)  # fmt: skip


def argv(role: str, path: str, folder: Path) -> list[str]:
    """The command line that takes a file of this role through to a result in `folder`."""
    sites, rows = folder / "good_sites.csv", folder / "good_list.csv"
    sites.write_text(SITES, "utf-8")
    rows.write_text(LIST, "utf-8")
    with_sites = ["assess", "--sites", str(sites)]
    command = {
        "sites": ["assess", "--sites", path],
        "visits": ["assess", "--sites", path],
        "suppliers": ["screen", "--list", path],
        "roads": ["screen", "--list", str(rows), "--roads", path],
        "programmes": ["programmes", "--sites", str(sites), "--programmes", path],
        "sectors": ["programmes", "--sites", str(sites), "--programmes", str(DATA / "demonstration_programmes.csv"),
                    "--sectors", path],
    }.get(role, [*with_sites, f"--{'incident-coverage' if role == 'coverage' else role}", path])  # fmt: skip
    programmes = str(DATA / "demonstration_programmes.csv")
    if role in ("words", "radii", "rates"):
        command = ["programmes", "--sites", str(sites), "--programmes", programmes, f"--{role}", path]
    if role in ("places", "reviews", "actors", "governance"):
        command = ["screen", "--list", str(rows), f"--{role}", path]
    if role in RASTERS:
        command = ["exposure", "--sites", str(sites), f"--{role}", path]
    if role == "edition":
        command = ["edition-changes", str(DATA / "demonstration_incidents.csv"), path]
    if role in ("watch", "watched"):  # a saved list, or the incidents that one names
        return watching(path if role == "watch" else "", str(sites), path, folder)
    if role in ("result", "earlier"):  # a folder that holds it as a result of assess, to be verified or compared
        found = folder / "found"
        found.mkdir(exist_ok=True)
        for name in ("run.json", "sites.csv", "evidence.csv"):
            (found / name).write_bytes(Path(path).read_bytes())
        if role == "result":
            return ["verify", str(found)]
        return ["compare", str(found), str(found), "--out", str(folder / "out"), "--force"]
    if role == "compare":  # a folder that holds it as an earlier result
        earlier = folder / "earlier"
        earlier.mkdir(exist_ok=True)
        for name in ("run.json", "screening.csv"):
            (earlier / name).write_bytes(Path(path).read_bytes())
        command = ["screen", "--list", str(rows), "--compare", str(earlier)]
    return [*command, "--as-of", "2021-12-31", "--out", str(folder / "out"), "--force"]


def watching(saved: str, sites: str, incidents: str, folder: Path) -> list[str]:
    """The command line of a look at a saved list, or at one of these files."""
    if not saved:
        named = json.dumps([incidents])
        told = f"[watch]\nsites = [{json.dumps(sites)}]\nincidents = {named}\n"
        (folder / "list.toml").write_text(told, "utf-8")
        saved = str(folder / "list.toml")
    shutil.rmtree(folder / "watch", ignore_errors=True)
    return ["watch", saved, "--as-of", "2021-12-31", "--out", str(folder / "watch")]


def argv_of(command: str, path: str, folder: Path) -> list[str]:
    """The command line by which another command than `assess` takes a list of sites."""
    if command == "inspect":
        return ["inspect", path]
    if command == "watch":
        return watching("", path, str(DATA / "demonstration_incidents.csv"), folder)
    if command == "exposure" and not (folder / "people.tif").is_file():
        from tests.jobs.edited_results import people

        people(folder)
    rows = folder / "good_list.csv"
    rows.write_text(LIST, "utf-8")
    demonstration = [str(DATA / f"demonstration_{name}.csv") for name in ("incidents", "coverage", "programmes")]
    more = {
        "programmes": ["--programmes", demonstration[2]],
        "screen": ["--list", str(rows)],
        "sensitivity": ["--draws", "3", "--from", "2021-06-30", "--to", "2021-12-31"],
        "backtest": ["--from", "2019-12-31", "--to", "2019-12-31"],
        "density": ["--from", "2021-01-01", "--to", "2021-12-31", "--cell-km", "50", "--bandwidth-km", "100"],
        "exposure": ["--population", str(folder / "people.tif")],
    }.get(command, [])
    day = [] if command in ("backtest", "density") else ["--as-of", "2021-12-31"]
    given = ["--sites", path, "--incidents", demonstration[0], "--incident-coverage", demonstration[1]]
    return [command, *given, *more, *day, "--out", str(folder / "out"), "--force"]


def through(role: str, path: str, folder: Path) -> tuple[int, str]:
    """Exit status and what was said on standard error, with the file taken through its command in this process.

    What the bar of a slow machine drew is left out.
    """
    return outcome_of(argv(role, path, folder))


def outcome_of(line: list[str]) -> tuple[int, str]:
    """Exit status of a command line and what was said on standard error."""
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = cli.main(line)
    return code, re.sub(r"\r[^\r\n]*\n?", "", said.getvalue()).lstrip("\n")


def read_alone(role: str, data: bytes, name: str) -> None:
    """The file read by the reader of its role, at the gateway of uploads."""
    READERS[role](data, name)


def reader_of(role: str) -> Callable[..., Any]:
    """The reader of a role, to be told its gateway."""
    return _by_role()[role]


def _by_role() -> dict[str, Callable[..., Any]]:
    from jobs.programmes.programme_files import read_programmes
    from jobs.programmes.types import read_type_map
    from jobs.screening.supplier_list import read_suppliers
    from layers.sources.boundaries import read_boundary_sets
    from layers.sources.coverage import read_coverage
    from layers.sources.eu_list import read_eu_list
    from layers.sources.incidents import read_incidents
    from layers.sources.roads import read_roads
    from layers.sources.sites import read_sites
    from layers.sources.zone_register import read_findings, read_register

    return {
        "sites": read_sites, "visits": read_sites, "incidents": read_incidents, "boundaries": read_boundary_sets,
        "coverage": read_coverage, "zones": read_register, "findings": read_findings, "eu-list": read_eu_list,
        "suppliers": read_suppliers, "programmes": read_programmes, "sectors": read_type_map, "roads": read_roads,
    }  # fmt: skip


def _readers() -> dict[str, Callable[[bytes, str], object]]:
    from layers.reference.rule_files import parse_rules

    found: dict[str, Callable[[bytes, str], object]] = {
        role: (lambda data, name, reader=reader: reader(data, name, gateway=UPLOAD))
        for role, reader in _by_role().items()
    }
    found["rules"] = lambda data, name: parse_rules(data.decode("utf-8-sig", "replace"), name)
    return found


READERS = _readers()


@contextlib.contextmanager
def without_children() -> Iterator[None]:
    """What a child would do is done in this process: thirty times as fast, and its faults are seen."""
    process.TASKS_HERE.update(_tasks())
    try:
        yield
    finally:
        process.TASKS_HERE.clear()


Mutate = Callable[[bytes, random.Random], bytes]


def mutant(role: str, chance: random.Random, mutate: Mutate, inside: Mutate) -> tuple[bytes, str]:
    """A faulty file of the role: cells, columns and rows changed, or bytes, or values inside of them."""
    name, text = SEEDS[role]
    way = chance.random()
    if role not in TABLES or way < 0.25:
        return (inside if name.endswith("json") and way < 0.8 else mutate)(text.encode(), chance), name
    frame = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    for _ in range(chance.choice((1, 1, 2, 5))):
        frame = _changed(frame, chance)
    if way < 0.8:
        return frame.to_csv(index=False, sep=chance.choice(",,,;\t")).encode(), name
    kind = chance.choice(("xlsx", "geojson", "parquet"))
    return _written(frame, kind), f"a.{kind}"


def _changed(frame: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    act = chance.randrange(9)
    at = chance.randrange(frame.shape[1]) if frame.shape[1] else 0
    if not frame.shape[1] or (act < 6 and not len(frame)):
        return frame
    frame = frame.copy()
    if act < 4:
        frame.iloc[chance.randrange(len(frame)), at] = chance.choice(CELLS)
    elif act == 4:
        frame.iloc[:, at] = chance.choice(CELLS)
    elif act == 5:
        frame = pd.concat([frame, frame.iloc[[chance.randrange(len(frame))]]], ignore_index=True)
    elif act == 6:
        frame = frame.drop(columns=frame.columns[at])
    elif act == 7:
        column = str(frame.columns[at])
        frame = frame.rename(
            columns={column: chance.choice((column.upper(), f"{column}\u200b", "x", "id", "geometry"))}
        )
    else:
        frame = frame.iloc[: chance.randrange(len(frame) + 1)]
    return frame


def _written(frame: pd.DataFrame, kind: str) -> bytes:
    if kind == "parquet":
        out = io.BytesIO()
        frame.loc[:, ~frame.columns.duplicated()].to_parquet(out)
        return out.getvalue()
    if kind == "geojson":
        rows = frame.loc[:, ~frame.columns.duplicated()].to_dict("records")
        point = {"type": "Point", "coordinates": [17.467, 4.317]}
        made = [{"type": "Feature", "properties": row, "geometry": point} for row in rows]
        return json.dumps({"type": "FeatureCollection", "features": made}).encode()
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([c if c.isprintable() else "?" for c in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
