"""A small result of every job with every file that it may write, and how each is made again for `cahra verify`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import cli
from cli.verify_command import made_again
from geo.screening.schema import SCREENED
from jobs.read_back import typed
from jobs.screening.reviews import Reviews
from jobs.watch.verify import follows
from layers.reference import files as embedded
from tests.rasters.making import saved

JOBS = (
    "assess", "screen", "coverage", "backtest", "sensitivity", "compare", "density", "exposure", "edition-changes",
    "meeting",
)  # fmt: skip
"""Every command that leaves a result of one run."""
FOLDERS = (*JOBS, "watch")
"""Every command that leaves a folder: that of a watch goes from look to look."""
RECORDED = {"edition-changes": "editions"}
"""The names of jobs in run records that are not those of their commands."""
BOX = ((15.2, 3.4), (16.6, 3.4), (16.6, 5.2), (15.2, 5.2), (15.2, 3.4))
"""Around the first sites of the demonstration."""
FAULTY_SITES = (
    "site_id,name,lat,lon,country,minerals,icglr_id,rcm_status,rcm_status_date\n"
    "OWN-1,Own mine,4.20,15.90,CAF,gold,CAF-0001,blue,2018-02-01\n"
    "OWN-2,Other mine,4.30,15.80,CAF,cassiterite,CAF-0002,green,2017-05-01\n"
    "OWN-3,No place,999,15.90,CAF,gold,,,\n"
)
ACTORS = "name,aliases,list,from,to,source\nDemonstration armed group A,Group A,List 1,2012-01-01,,Own\n,x,,,,\n"
AREAS = "area,indicator,value,edition,source\nCAF,Rule of law,-1.7,2018,Own\nMambéré-Kadéï,Courts,2,2018,Own\n,x,1,,\n"


@dataclass
class Made:
    """A result, and how it is made again; runs are kept, for an edit seldom asks for another one."""

    files: dict[str, bytes]
    make: Callable[[Mapping[str, Any]], Mapping[str, bytes]]
    known: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def again(self, record: Mapping[str, Any], _files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
        """The files of a new run; `_files`: those that are verified."""
        settings = record["settings"]
        asked = [record["run_at"][:20], *(settings.get(k) for k in ("as_of", "from", "to")), record.get("language")]
        key = json.dumps([*asked, record["job"]])
        if key not in self.known:
            self.known[key] = dict(self.make(record))
        return self.known[key]


@dataclass
class Looked(Made):
    """The third look of a watch: it begins with what the second left in the folder, which is an input like the list."""

    earlier: dict[str, bytes] = field(default_factory=dict)

    def again(self, record: Mapping[str, Any], _files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
        """As by `cahra verify --watch-list --earlier`; an honest start is the same for every edit."""
        follows(_files or self.files, record, self.earlier)
        return super().again(record)


def some(path: Path, column: str, number: int, folder: Path, *, synthetic: bool = True) -> str:
    """The rows of the first ids of a table, as a file of the same name in a folder; `synthetic`: as it says they are."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame = frame if synthetic else frame.drop(columns="demonstration")
    kept = frame[frame[column].isin(sorted(set(frame[column]))[:number])]
    (folder / path.name).write_bytes(kept.to_csv(index=False).encode())
    return str(folder / path.name)


def incidents(folder: Path, *, synthetic: bool = True) -> str:
    """Incidents of three years around the first sites of the demonstration, one of them twice, two that are unreadable."""
    rows = list(csv.DictReader(io.StringIO(embedded.DEMONSTRATION_INCIDENTS.read_text("utf-8"))))
    kept = [r for r in rows if r["country"] == "CAF" and "2016" <= r["date_start"] < "2019"]
    near = next(r for r in kept if r["admin2"].startswith("Berb"))
    kept += [near | {"deaths_best": "77"}, near | {"record_id": "X1", "date_start": "99/99/9999"},
             near | {"record_id": "X2", "deaths_best": "fifty"}]  # fmt: skip
    path = folder / "incidents.csv"
    frame = pd.DataFrame(kept)
    (frame if synthetic else frame.drop(columns="demonstration")).to_csv(path, index=False)
    return str(path)


def boundaries(folder: Path) -> list[str]:
    """One region and one district around the first sites."""
    out = []
    for level, name in (("ADM1", "Mambéré-Kadéï"), ("ADM2", "Berbérati")):
        shape = {"type": "Polygon", "coordinates": [BOX]}
        told = {"shapeName": name, "shapeID": f"CAF-{level}", "shapeGroup": "CAF", "shapeType": level}
        feature = {"type": "Feature", "properties": told, "geometry": shape}
        path = folder / f"{level.lower()}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
        out.append(str(path))
    return out


def options(folder: Path, *, synthetic: bool = True) -> dict[str, list[str]]:
    """What each job is given: small parts of the demonstration data, and faulty rows of each role.

    `synthetic`: the rows say of themselves that they are; else they are taken for real ones.
    """
    sites = [
        some(p, "site_id", 6, folder, synthetic=synthetic)
        for p in (embedded.DEMONSTRATION_SITES, embedded.DEMONSTRATION_VISITS)
    ]
    for name, text in (("own.csv", FAULTY_SITES), ("actors.csv", ACTORS), ("areas.csv", AREAS)):
        (folder / name).write_text(text, "utf-8")
    data = [text for path in (*sites, str(folder / "own.csv")) for text in ("--sites", path)]
    known = [*data, "--incident-coverage", str(embedded.DEMONSTRATION_COVERAGE)]
    data = [*known, "--incidents", incidents(folder, synthetic=synthetic)]
    units = [text for path in boundaries(folder) for text in ("--boundaries", path)] + ["--boundaries-version", "2015"]
    suppliers = some(embedded.DEMONSTRATION_SUPPLIERS, "supplier_id", 7, folder, synthetic=synthetic)
    with Path(suppliers).open("a", encoding="utf-8") as file:
        file.write("BAD,No place,999,15.9,0.1,CAF,,,gold,,2018-12-31" + (",true\n" if synthetic else "\n"))
    programmes = some(embedded.DEMONSTRATION_PROGRAMMES, "programme_id", 20, folder, synthetic=synthetic)
    day = ["--as-of", "2018-12-31"]
    for name, on in (("before", "2016-12-31"), ("after", "2018-12-31")):
        assert cli.main(["assess", *data, "--as-of", on, "--out", str(folder / name)]) == 0
    screening = ["--list", suppliers, *data]
    assert cli.main(["screen", *screening, "--as-of", "2016-12-31", "--out", str(folder / "screened")]) == 0
    beside = ["--actors", str(folder / "actors.csv"), "--governance", str(folder / "areas.csv")]
    reviews = ["--reviews", decide(folder / "screened", folder / "reviews.sqlite")]
    return {
        "watch": [watched(folder, sites, units)],
        "assess": [*data, *units, *day],
        "screen": [*screening, *day, *beside, *reviews, "--compare", str(folder / "screened")],
        "coverage": ["--programmes", programmes, *data, *units, *day],
        "backtest": [*data, "--from", "2015-12-31", "--to", "2016-12-31"],
        "sensitivity": [*data, *day, "--from", "2018-11-30", "--draws", "5"],
        "density": [
            *data,
            "--from",
            "2017-01-01",
            "--to",
            "2017-12-31",
            "--before-from",
            "2016-01-01",
            "--before-to",
            "2016-12-31",
            "--cell-km",
            "20",
            "--bandwidth-km",
            "40",
        ],
        "exposure": [*data, "--population", people(folder), *day],
        "compare": [str(folder / "before"), str(folder / "after")],
        "edition-changes": [earlier(folder), str(folder / "incidents.csv"), *known, *day],
        "meeting": [*data, *day],
    }


def watched(folder: Path, sites: list[str], units: list[str]) -> str:
    """A saved list, and the incidents of its first two looks beside those of its third."""
    paths = {
        "sites": [*sites, str(folder / "own.csv")], "incidents": ["watched.csv"],
        "boundaries": units[1:-2:2], "coverage": [str(embedded.DEMONSTRATION_COVERAGE)],
    }  # fmt: skip
    lines = [f"{name} = {json.dumps(found, ensure_ascii=False)}" for name, found in paths.items()]
    (folder / "list.toml").write_text(
        '[watch]\nname = "Mine"\n' + "\n".join(lines) + '\nboundaries_version = "2015"\nquiet_months = 0\n', "utf-8"
    )
    return str(folder / "list.toml")


def looked(given: str) -> Looked:
    """Three looks at a list, a year apart: something is said at the second and at the third."""
    folder, out = Path(given).parent, Path(given).parent / "watch"
    begun = {}
    for day in ("2016-06-30", "2017-06-30", "2018-06-30"):
        begun = {p.name: p.read_bytes() for p in out.iterdir()} if out.exists() else {}
        shutil.copy(folder / ("earlier.csv" if day < "2018" else "incidents.csv"), folder / "watched.csv")
        assert cli.main(["watch", given, "--as-of", day, "--out", str(out)]) in (0, 1)
    asked = cli.parser().parse_args(["verify", str(out), "--watch-list", given])
    files = {p.name: p.read_bytes() for p in out.iterdir()}
    members = json.loads(files["run.json"])
    assert members["alerts"] > 0 < members["past"]["rows"]
    return Looked(files, made_again(asked), earlier=begun)


def earlier(folder: Path) -> str:
    """An edition before that of :func:`incidents`: without two of its incidents, one estimated otherwise, one moved."""
    frame = pd.read_csv(folder / "incidents.csv", dtype=str, keep_default_na=False).iloc[2:-3]
    frame.iloc[0, frame.columns.get_loc("deaths_best")] = "90"
    frame.iloc[1, frame.columns.get_loc("lon")] = "15.5"
    frame.to_csv(folder / "earlier.csv", index=False)
    return str(folder / "earlier.csv")


def people(folder: Path) -> str:
    """Ten people in each pixel around the first sites."""
    return str(saved(folder, "people.tif", np.full((80, 80), 10, np.float32), (0.05, 0, 14, 0, -0.05, 6)))


def decide(result: Path, path: Path) -> str:
    """Decisions on two rows of a screening, in a reviewers' file."""
    rows = typed((result / "screening.csv").read_bytes(), "screening.csv", SCREENED, carried=True)
    record = json.loads((result / "run.json").read_bytes())
    when = dt.datetime(2019, 1, 15, tzinfo=dt.UTC)
    for i, decision in enumerate(("accept", "note")):
        Reviews(path).decide(rows.iloc[[i]], decision, "papers seen", "A. Reader", record=record, now=when)
    return str(path)


def made(job: str, given: Mapping[str, list[str]]) -> Made:
    """The result of a job, and how it is made again."""
    if job == "watch":
        return looked(given[job][0])
    args = cli.parser().parse_args([job, *given[job], "--out", "x"])
    two = job in ("compare", "edition-changes")
    again = ["--before", given[job][0], "--after", given[job][1], *given[job][2:]] if two else given[job]
    return Made(args.make(args).files("en"), made_again(cli.parser().parse_args(["verify", "x", *again])))
