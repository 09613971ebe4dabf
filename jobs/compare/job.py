"""Two result folders in; every site that moved, with its one cause, out: the steps of ``cahra compare``."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from i18n.translator import N_
from jobs.compare.backtest_causes import BacktestCauses
from jobs.compare.causes import CAUSES, Causes
from jobs.compare.folder import IDENTITY, WATCHED, Folder, Key, read_folder
from jobs.compare.programme_causes import ProgrammeCauses
from jobs.data_cards import ROLES
from jobs.data_page import inputs_of
from jobs.demonstration import marks
from jobs.installed import version
from jobs.result import Result, ResultFiles
from jobs.run_record import TOOL

MOVED = {
    "assess": N_("{n} site{n?|s} {n?has|have} another class or zone status."),
    "coverage": N_("{n} site{n?|s} {n?lacks|lack} or {n?has|have} other types of programmes."),
    "backtest": N_("{n} figure{n?|s} {n?differs|differ}."),
}
WORDS = {
    "date": N_("the date"),
    "rules": N_("the rules"),
    "incidents": N_("the incidents"),
    "boundaries": N_("the boundaries"),
    "register": N_("the zone register"),
    "coverage": N_("the coverage declared"),
    "visits_and_statuses": N_("visits and statuses"),
    "sites": N_("the list of sites"),
    "programmes": N_("the programmes"),
    "settings": N_("other settings"),
    "program": N_("the version of the program"),
    "several": N_("several of these together"),
}


@dataclass(frozen=True)
class Comparison(Result):
    """The moves and the record of the run.

    Parameters
    ----------
    moves
        The key of a row (:data:`jobs.compare.folder.IDENTITY`), what it moved from and to
        (:data:`jobs.compare.folder.WATCHED`), its `cause` and the `records` that came or went.
    """

    moves: pd.DataFrame
    record: dict[str, object]
    of_job: str = "assess"

    def made_files(self, language: str = "en") -> ResultFiles:
        """moves.csv, and run.json with the counts by cause.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return ResultFiles({"moves.csv": (self.moves, ())}, {}, self.record)

    def summary(self, language: str = "en") -> list[Note]:
        """How many moved, and through what.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        lines = [Note(MOVED.get(self.of_job, MOVED["assess"]), n=len(self.moves))]
        counts = self.moves["cause"].value_counts()
        return lines + [
            Note("{n} through {cause}.", n=int(counts[c]), cause=Note(WORDS[c])) for c in CAUSES if c in counts
        ]


def load(before: Path, after: Path) -> tuple[Folder, Folder]:
    """Reads two results of one job.

    Parameters
    ----------
    before
        Folder of the earlier result.
    after
        Folder of the later result.

    Raises
    ------
    InputError
        One of them is no result that can be compared, is of version 0.1, or they are of two jobs.
    """
    a, b = read_folder(before), read_folder(after)
    if a.job != b.job:
        raise InputError("The two results are of different jobs.", where=b.name, expected=a.job, got=b.job)
    return a, b


def run(loaded: tuple[Folder, Folder], now: dt.datetime | None = None) -> Comparison:
    """Every site or figure that differs; one that only one of the results has moved from or to blank.

    Parameters
    ----------
    loaded
        The earlier and the later result.
    now
        When the run is made; None: now.
    """
    a, b = loaded
    watched = [_watched_values(f) for f in (a, b)]
    nothing = ("",) * len(WATCHED[a.job])
    keys = sorted({*watched[0], *watched[1]})
    moved = [k for k in keys if watched[0].get(k, nothing) != watched[1].get(k, nothing)]
    causes: Causes | ProgrammeCauses | BacktestCauses
    if a.job == "coverage":
        causes = ProgrammeCauses(a, b, moved)
    else:
        causes = BacktestCauses(a, b) if a.job == "backtest" else Causes(a, b, moved)
    rows = []
    for key in moved:
        pairs = zip(*(side.get(key, nothing) for side in watched), strict=True)
        rows.append((key[1], key[0], *(v for pair in pairs for v in pair), causes.of(key), causes.records(key)))
    names = [f"{name}_{when}" for name in WATCHED[a.job] for when in ("before", "after")]
    columns = [*IDENTITY.get(a.job, ("site_id", "source")), *names, "cause", "records"]
    moves = pd.DataFrame(rows, columns=columns).astype("str")
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    counts = moves["cause"].value_counts()
    record: dict[str, object] = {
        "run_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": TOOL,
        "job": "compare",
        "tool_version": version(TOOL),
        "settings": {"job": a.job, "before": a.as_of, "after": b.as_of},
        "rules": {"before": a.rules.hash, "after": b.rules.hash},
        "inputs": [_input_entry(role, f) for role, f in (("before", a), ("after", b))],
        "data_of_both": _data(a, b),
        "differing": causes.found,
        "sites": {"before": len(watched[0]), "after": len(watched[1]), "moved": len(moved)},
        "causes": {c: int(counts.get(c, 0)) for c in CAUSES},
        **marks(*(name for f in (a, b) for name in f.record.get("demonstration_layers", []))),
    }
    return Comparison(moves, record, a.job)


def _watched_values(folder: Folder) -> dict[Key, tuple[str, ...]]:
    rows = folder.rows
    keys = zip(rows["source"].astype(str), rows["site_id"].astype(str), strict=True)
    return dict(zip(keys, zip(*(rows[c].astype(str) for c in WATCHED[folder.job].values()), strict=True), strict=True))


DATA_MEMBERS = (
    "role", "file", "sha256", "dataset", "dataset_version", "boundary_version", "edition", "licence", "cite",
    "retrieved_at", "rows", "units", "holds",
)  # fmt: skip
"""What of an input stands in the record of a comparison: enough for its card."""


def _data(*folders: Folder) -> list[dict[str, object]]:
    """The data that the results read, each file once."""
    found: dict[tuple[object, object], dict[str, object]] = {}
    for folder in folders:
        for entry in inputs_of(folder.record):
            if entry.get("role") in ROLES:
                kept = {n: entry[n] for n in DATA_MEMBERS if n in entry}
                found.setdefault((entry.get("role"), entry.get("sha256")), kept)
    return list(found.values())


def _input_entry(role: str, folder: Folder) -> dict[str, object]:
    """A result by the hash of what its record says, the time aside."""
    members = {k: v for k, v in folder.record.items() if k != "run_at"}
    digest = hashlib.sha256(json.dumps(members, sort_keys=True, default=str).encode()).hexdigest()
    return {"role": role, "file": folder.name, "sha256": digest}
