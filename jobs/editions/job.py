"""Two editions in; what the later one changes, of the incidents and of one's own sites, out, before it is used."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from geo.messages import Note
from geo.rules.rule_set import Rules
from geo.schema import INCIDENTS
from i18n.labels import CLASSES
from jobs.assessment import job as assessment
from jobs.compare import job as comparing
from jobs.demonstration import layers, marks
from jobs.editions.incident_changes import CHANGED, by_year, counts, incident_changes, late
from jobs.inputs import Inputs, Loaded, Source, load, together
from jobs.installed import version
from jobs.result import Result, ResultFiles
from jobs.run_record import TOOL

NAMES = ("before", "after")
MOST_NAMED = 5
"""Sites that the summary names."""


@dataclass(frozen=True)
class EditionChanges(Result):
    """What differs between two editions.

    Parameters
    ----------
    incidents
        Rows of :data:`jobs.editions.incident_changes.CHANGED`.
    years
        As :func:`jobs.editions.incident_changes.by_year` gives them.
    moves
        Sites whose class or zone status differs, with the incidents that came or went among those counted
        (:class:`jobs.compare.job.Comparison`); None: no sites were given.
    late
        Incidents that were added to days which the earlier edition held.
    """

    incidents: pd.DataFrame
    years: pd.DataFrame
    moves: pd.DataFrame | None
    record: Mapping[str, object]
    late: int = 0

    def made_files(self, language: str = "en") -> ResultFiles:
        """incident_changes.csv, years.csv, moves.csv where sites were given, run.json.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        moves = {"moves.csv": (self.moves, ())} if self.moves is not None else {}
        tables = {"incident_changes.csv": (self.incidents, CHANGED), "years.csv": (self.years, ()), **moves}
        return ResultFiles(tables, {}, self.record)

    def summary(self, language: str = "en") -> list[Note]:
        """How many incidents changed in which way, and which sites would be of another class.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        n = counts(self.incidents)
        lines = [
            Note(
                "Incidents: {added} added ({late} of them of days that the earlier edition held), {removed} removed, "
                "{moved} moved, {estimated} estimated anew, {dated} dated anew, {precision} of another precision.",
                added=n["added"], late=self.late, removed=n["removed"], moved=n["moved"], estimated=n["re-estimated"],
                dated=n["re-dated"], precision=n["precision"],
            )
        ]  # fmt: skip
        shared = self.years[(self.years["incidents_before"] > 0) & (self.years["incidents_after"] > 0)]
        worst = shared[shared["deaths_change"].abs() >= 0.05]
        if len(worst):
            lines.append(
                Note(
                    "Deaths of a year differ by 5% or more in {n} of {m} year{m?|s} that both hold: years.csv.",
                    n=len(worst), m=len(shared),
                )
            )  # fmt: skip
        if self.moves is None:
            return [*lines, Note("No sites were given: what it does to yours is not known (--sites, --as-of).")]
        lines.append(Note("{n} site{n?|s} would have another class or zone status.", n=len(self.moves)))
        return lines + [_move(row) for row in self.moves.head(MOST_NAMED).to_dict("records")]


def _move(row: Mapping[Any, Any]) -> Note:
    before, after = (
        Note(CLASSES.get(str(row[f"class_{when}"]), str(row[f"class_{when}"]))) for when in ("before", "after")
    )
    site, records = str(row["site_id"]), _short(str(row["records"]))
    return Note("{site}: {before} → {after} ({records}).", site=site, before=before, after=after, records=records)


def _short(records: str, most: int = 6) -> str:
    parts = [p for p in records.split(";") if p]
    return ", ".join(parts[:most]) + (" …" if len(parts) > most else "") if parts else "–"


def run(
    before: Sequence[Source], after: Sequence[Source], inputs: Inputs, as_of: dt.date | None,
    rules: Rules | None = None, now: dt.datetime | None = None,
) -> EditionChanges:  # fmt: skip
    """Compares the incidents of two editions, and with sites and a date what each makes of them.

    Parameters
    ----------
    inputs
        Sites, boundaries and the rest; its incidents are those that both runs have beside the editions.
    before
        Files of the earlier edition.
    after
        Files of the later edition.
    as_of
        The day that both runs over the sites are of; None where no sites were given.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    """
    loaded = [load(replace(inputs, incidents=[*inputs.incidents, *s]), sites_needed=False) for s in (before, after)]
    frames = [_own(one, s) for one, s in zip(loaded, (before, after), strict=True)]
    moves: pd.DataFrame | None = None
    causes: object = {}
    if inputs.sites and as_of is not None:
        made = _compared(loaded, as_of, rules, now)
        moves, causes = made.moves, made.record["causes"]
    changes = incident_changes(*frames)
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    record: dict[str, object] = {
        "run_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": TOOL,
        "job": "editions",
        "tool_version": version(TOOL),
        "settings": {"as_of": as_of.isoformat() if as_of else "", **loaded[1].settings},
        "inputs": [{**i, "side": n} for n, one in zip(NAMES, loaded, strict=True) for i in one.inputs],
        "changes": counts(changes),
        "sites_moved": None if moves is None else len(moves),
        "causes": causes,
        "last_day": _last_day(frames),
        **marks(*(name for one in loaded for name in layers(one))),
    }
    return EditionChanges(changes, by_year(*frames), moves, record, late(*frames))


def _last_day(frames: Sequence[pd.DataFrame]) -> str:
    """The last day that the editions speak of; blank where they have no incident."""
    last = pd.concat([frame["date_end"] for frame in frames]).max()
    return "" if pd.isna(last) else f"{last:%Y-%m-%d}"


def _own(loaded: Loaded, given: Sequence[Source]) -> pd.DataFrame:
    """Incidents of the editions alone."""
    names = {s.name for s in given}
    return together([layer.frame for layer in loaded.incident_layers if layer.name in names], INCIDENTS)


def _compared(
    loaded: Sequence[Loaded], as_of: dt.date, rules: Rules | None, now: dt.datetime | None
) -> comparing.Comparison:
    """The two assessments by way of their files, as `cahra compare` reads them."""
    with tempfile.TemporaryDirectory(prefix="cahra-editions-") as folder:
        places = []
        for name, one in zip(NAMES, loaded, strict=True):
            place = Path(folder) / name
            place.mkdir()
            for file, data in assessment.run(one, as_of, rules, now, evidence="csv").files().items():
                (place / file).write_bytes(data)
            places.append(place)
        return comparing.run(comparing.load(*places), now)
