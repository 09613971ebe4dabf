"""Two result folders in; every site that moved, with its one cause, out: the steps of ``cahra compare``."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from i18n.translator import N_
from jobs.compare.causes import CAUSES, Causes, Key
from jobs.compare.folder import Folder, read_folder
from jobs.demonstration import marks
from jobs.result import Result, ResultFiles
from jobs.run_record import TOOL

WATCHED = ("site_class", "zone_status")
MOVES = ("source", "class_before", "class_after", "zone_before", "zone_after", "cause", "records")
WORDS = {
    "date": N_("the date"),
    "rules": N_("the rules"),
    "incidents": N_("the incidents"),
    "boundaries": N_("the boundaries"),
    "register": N_("the zone register"),
    "coverage": N_("the coverage declared"),
    "visits_and_statuses": N_("visits and statuses"),
    "sites": N_("the list of sites"),
    "several": N_("several of these together"),
}


@dataclass(frozen=True)
class Comparison(Result):
    """The moves (`supplier_id` or `site_id`, then :data:`MOVES`), and the record of the run."""

    moves: pd.DataFrame
    record: dict[str, object]

    def made_files(self, language: str = "en") -> ResultFiles:
        """moves.csv, and run.json with the counts by cause."""
        return ResultFiles({"moves.csv": (self.moves, ())}, {}, self.record)

    def summary(self, language: str = "en") -> list[Note]:
        """How many moved, and through what."""
        lines = [Note("{n} sites have another class or zone status.", n=len(self.moves))]
        counts = self.moves["cause"].value_counts()
        return lines + [
            Note("{n} through {cause}.", n=int(counts[c]), cause=Note(WORDS[c])) for c in CAUSES if c in counts
        ]


def load(before: Path, after: Path) -> tuple[Folder, Folder]:
    """Reads two results of one job.

    Raises
    ------
    InputError
        One of them is no result with site classes, is of version 0.1, or they are of two jobs.
    """
    a, b = read_folder(before), read_folder(after)
    if a.job != b.job:
        raise InputError("The two results are of different jobs.", where=b.name, expected=a.job, got=b.job)
    return a, b


def run(loaded: tuple[Folder, Folder], now: dt.datetime | None = None) -> Comparison:
    """Every site whose class or zone status differs; one that only one of the results has moved from or to blank."""
    a, b = loaded
    said = [_said(f) for f in (a, b)]
    nothing = ("", "")
    keys = sorted({*said[0], *said[1]})
    moved = [k for k in keys if said[0].get(k, nothing) != said[1].get(k, nothing)]
    causes = Causes(a, b, moved)
    rows = []
    for key in moved:
        old, new = (side.get(key, nothing) for side in said)
        rows.append((key[1], key[0], old[0], new[0], old[1], new[1], causes.of(key), causes.records(key)))
    identity = "supplier_id" if a.job == "screen" else "site_id"
    moves = pd.DataFrame(rows, columns=[identity, *MOVES]).astype("str")
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    counts = moves["cause"].value_counts()
    record: dict[str, object] = {
        "run_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": TOOL,
        "job": "compare",
        "tool_version": importlib.metadata.version(TOOL),
        "settings": {"job": a.job, "before": a.as_of, "after": b.as_of},
        "rules": {"before": a.rules.hash, "after": b.rules.hash},
        "inputs": [_told(role, f) for role, f in (("before", a), ("after", b))],
        "differing": causes.found,
        "sites": {"before": len(said[0]), "after": len(said[1]), "moved": len(moved)},
        "causes": {c: int(counts.get(c, 0)) for c in CAUSES},
        **marks(*(name for f in (a, b) for name in f.record.get("demonstration_layers", []))),
    }
    return Comparison(moves, record)


def _said(folder: Folder) -> dict[Key, tuple[str, str]]:
    rows = folder.rows
    keys = zip(rows["source"].astype(str), rows["site_id"].astype(str), strict=True)
    return dict(zip(keys, zip(*(rows[c].astype(str) for c in WATCHED), strict=True), strict=True))


def _told(role: str, folder: Folder) -> dict[str, object]:
    """A result by the hash of what its record says, the time aside."""
    said = {k: v for k, v in folder.record.items() if k != "run_at"}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
    return {"role": role, "file": folder.name, "sha256": digest}
