"""A look at a saved list: load, classify, hold against the look before, and say what is new: `cahra watch`.

The folder is a result like any other, written as a whole: the alerts, the memory and what it was before stand in it, so
that a look that is killed is made again, and `cahra verify` can hold what was said against both memories.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import platform
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from geo.rules.rule_set import Rules
from i18n.labels import CLASSES
from i18n.translator import N_, Translator, translator
from jobs.assessment import job as assessment
from jobs.assessment.export import LIBRARIES
from jobs.data_cards import citations
from jobs.demonstration import layers, marks
from jobs.inputs import Loaded, load
from jobs.installed import version
from jobs.result import Result, ResultFiles
from jobs.result_folder import ResultFolder
from jobs.run_options import recorded
from jobs.run_record import TOOL
from jobs.watch.alerts import BETTER, DATA, GRAVE, NEW, WORSE, Alert, Between, Key, LastAlert, Look, alert, looks, quiet
from jobs.watch.feed import feed
from jobs.watch.memory import (
    ALERTS,
    BEFORE,
    FEED,
    STATE,
    State,
    alert_row,
    alerts_bytes,
    alerts_frame,
    alerts_of,
    past_alerts,
    read_state,
    state_bytes,
    state_of,
)
from jobs.watch.saved_list import SavedList
from layers.reference.files import DATA as TABLES
from layers.reference.rule_files import read_rules

WORDS = {
    WORSE: N_("{site}: worse, {before} → {after}"),
    NEW: N_("{site}: new incidents, {after}"),
    BETTER: N_("{site}: better, {before} → {after}"),
    DATA: N_("{site}: only the data changed, {before} → {after}"),
}


@dataclass(frozen=True)
class Looked(Result):
    """The outcome of a look.

    Attributes
    ----------
    rows
        What is said, as rows of alerts.csv; `past`: what earlier looks said.
    unsaid
        Changes that were not said, because something was said of the site a short while ago.
    first
        There was no look before: nothing can be new.
    before, after
        The memory before this look and after it.
    """

    day: dt.date
    rows: list[dict[str, Any]]
    unsaid: int
    first: bool
    sites: int
    past: list[dict[str, str]]
    before: State
    after: State
    record: Mapping[str, Any]

    def made_files(self, language: str = "en") -> ResultFiles:
        """alerts.csv, feed.xml, both memories, and run.json.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        record = {**self.record, "language": language}
        every = [*self.past, *self.rows]
        others = {
            STATE: functools.partial(state_bytes, self.after),
            BEFORE: functools.partial(state_bytes, self.before),
            FEED: functools.partial(feed_of, record, every),
        }
        return ResultFiles({ALERTS: (alerts_frame(every), ())}, others, record)

    def summary(self, language: str = "en") -> list[Note]:
        """What to print.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return [*([Note(SYNTHETIC)] if self.record["demonstration"] else []), *self._own_lines()]

    def _own_lines(self) -> list[Note]:
        day = str(self.day)
        if self.first:
            return [
                Note("First look at {n} site{n?|s}, as of {day}: from now on changes are told.", n=self.sites, day=day)
            ]
        values = {"n": self.sites, "day": day, "m": len(self.rows), "k": self.unsaid}
        lines = [Note("{n} site{n?|s} as of {day}: {m} alert{m?|s}, {k} not said again.", **values)]
        return [*lines, *(sentence(row) for row in self.rows)]


def feed_of(record: Mapping[str, Any], rows: list[dict[str, Any]]) -> bytes:
    """The feed of a look by its record and all alerts.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    rows
        Rows of alerts.csv of all looks, the oldest first.
    """
    _ = translator(str(record["language"]))
    cited = citations(record["inputs"], _)
    looked_at = str(record["run_at"]).partition("[")[0]
    mark = _(SYNTHETIC) if record["demonstration"] else ""
    return feed(str(record["settings"]["name"]), rows, looked_at, lambda r: sentence(r).sentence(_), cited, mark)


SYNTHETIC = N_("Demonstration data: synthetic. It says nothing about any place.")


def sentence(row: Mapping[str, Any]) -> Note:
    """An alert in words, with the incident responsible, and whether synthetic data had a part in it.

    Parameters
    ----------
    row
        One row of alerts.csv.
    """
    note = _alert_note(row)
    return Note("{what} {note}", what=note, note=Note(SYNTHETIC)) if row.get("demonstration") == "true" else note


def _alert_note(row: Mapping[str, Any]) -> Note:
    classes = {n: Note(CLASSES.get(str(row[f"class_{n}"]), str(row[f"class_{n}"]))) for n in ("before", "after")}
    what = Note(WORDS[str(row["kind"])], site=str(row["name"] or row["site_id"]), **classes)
    if not row["record_id"]:
        return Note("{what}.", what=what)
    if row["incident_date"] == "":
        return Note("{what}: incident {id}, {km} km.", what=what, id=row["record_id"],
                    km=f"{float(row['incident_m']) / 1000:.0f}")  # fmt: skip
    return Note(
        "{what}: incident {id} of {day}, {deaths} death{deaths?|s}, {km} km.", what=what, id=row["record_id"],
        day=row["incident_date"], deaths=f"{float(row['incident_deaths']):.0f}",
        km=f"{float(row['incident_m']) / 1000:.1f}",
    )  # fmt: skip


def last_day(loaded: Loaded, today: dt.date) -> dt.date:
    """The day up to which the incidents speak: the end of what is covered, else their last day; never after today.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    today
        The day of the look.

    Raises
    ------
    geo.errors.InputError
        There is no incident and nothing covered.
    """
    days: list[pd.Timestamp] = list(loaded.coverage["to"].dropna())
    if not days and loaded.incidents is not None and len(loaded.incidents):
        days = [loaded.incidents["date_end"].max()]
    if not days:
        raise InputError("There is no incident.", where="watch", expected="incidents, or what they cover")
    last: dt.date = max(days).date()
    return min(last, today)


def folder_of(saved: SavedList, folder: Path) -> ResultFolder:
    """The folder of a watch, looked at before any work is done for it.

    A folder of an earlier version, which has no run record, is put aside under another name once it was read.

    Parameters
    ----------
    saved
        The list: none of its files may lie in the folder.
    folder
        The folder that the user named.

    Raises
    ------
    geo.errors.InputError
        It cannot be written, or holds a file of the list or something else.
    """
    old = {p.name for p in folder.iterdir()} if folder.is_dir() else set()
    earlier = STATE in old and old <= {STATE, ALERTS, FEED}
    return ResultFolder.of(folder, [*saved.reads, TABLES], force=earlier)


def look(
    saved: SavedList, folder: Path, as_of: dt.date | None = None, now: dt.datetime | None = None,
    language: Translator | None = None,
) -> Looked:  # fmt: skip
    """Looks at a list and writes what is new into its folder.

    Parameters
    ----------
    saved
        Sites, sources and rules that are watched.
    folder
        The folder that takes the result; an earlier look in it is what this one is held against.
    as_of
        The day that is asked about: time of events, not of knowledge.
    now
        When the run is made; None: now.
    language
        Speaks the language of the feed; None: English.

    Raises
    ------
    geo.errors.InputError
        Something cannot be read, or the folder not be written.
    """
    target = folder_of(saved, folder)
    made = run(saved, read_state(folder), past_alerts(folder), as_of, now, where=str(folder))
    target.write(made.files(language.language if language else "en"))
    return made


def run(
    saved: SavedList, state: State, past: list[dict[str, str]], as_of: dt.date | None = None,
    now: dt.datetime | None = None, *, where: str = "watch",
) -> Looked:  # fmt: skip
    """A look, held against what the one before left.

    Parameters
    ----------
    saved
        Sites, sources and rules that are watched.
    state
        What the earlier look left; empty at the first.
    past
        Rows of alerts.csv of earlier looks, the oldest first.
    as_of
        The day that is asked about: time of events, not of knowledge.
    now
        When the run is made; None: now.
    where
        What the folder is called in notes.
    """
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    loaded = load(saved.inputs)
    day = as_of or last_day(loaded, clock.date())
    rules = read_rules(saved.rules)
    if state.day and day.isoformat() < state.day:
        raise InputError("The day lies before the last look.", where=where, expected=state.day, got=str(day))
    made = assessment.run(loaded, day, rules, clock)
    current, present, back = looks(made.assessment, rules), present_in(loaded), shortest(rules)
    looked_at = clock.strftime("%Y-%m-%dT%H:%M:%SZ")
    before = state.copy()
    alerts, unsaid = new_alerts(state, current, day, saved.quiet_months, present, back)
    synthetic = layers(loaded)
    rows = [alert_row(a, current.get((a.source, a.site_id)), looked_at, synthetic=bool(synthetic)) for a in alerts]
    counted = {i for site in before.sites.values() for i in site.counted}
    settings = {"name": saved.name, "quiet_months": saved.quiet_months, "shortest_months": back}
    record: dict[str, Any] = {
        "run_at": looked_at,
        "tool": TOOL,
        "job": "watch",
        "tool_version": version(TOOL),
        "settings": {**recorded(loaded, day), **settings},
        "rules": {"version": rules.version, "hash": rules.hash, "table": rules.source},
        "inputs": [saved.as_record, *(dict(i) for i in loaded.inputs), *([dict(rules.file)] if rules.file else [])],
        "sites": len(current),
        "first": not before.day,
        "alerts": len(rows),
        "unsaid": unsaid,
        "past": {"rows": len(past), "sha256": hashlib.sha256(alerts_bytes(past)).hexdigest()},
        "gone": sorted(i for i in counted if i not in present),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        **marks(*synthetic),
    }
    after = State(day.isoformat(), current, state.last_alerts, bool(synthetic))
    return Looked(day, rows, unsaid, not before.day, len(current), past, before, after, record)


def run_again(
    saved: SavedList, files: Mapping[str, bytes], count: int, as_of: dt.date, now: dt.datetime
) -> Looked:  # fmt: skip
    """The look that left a folder and said so many alerts, made once more from the memory in it; for `cahra verify`.

    Parameters
    ----------
    saved
        Sites, sources and rules that are watched.
    files
        Files of a result by name.
    count
        Number of alerts of the look, by its record.
    as_of
        The day that is asked about: time of events, not of knowledge.
    now
        When the first look was made.
    """
    past = alerts_of(files[ALERTS])
    return run(saved, state_of(files[BEFORE], BEFORE), past[: len(past) - count], as_of, now)


def present_in(loaded: Loaded) -> frozenset[str]:
    """Ids of the incidents that are loaded.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    return frozenset() if loaded.incidents is None else frozenset(loaded.incidents["record_id"])


def shortest(rules: Rules) -> int:
    """The shortest time that a site rule of incidents looks back [months].

    Parameters
    ----------
    rules
        The rule set with its settings.
    """
    return min((r.longest_months for r in rules.of_kind("near")), default=12)


def new_alerts(
    state: State, current: Mapping[Key, Look], day: dt.date, months: int, present: Container[str], back: int
) -> tuple[list[Alert], int]:
    """The alerts of a look, and how many changes are not said; `state.last_alerts` is brought up to date.

    Parameters
    ----------
    state
        What the earlier look left; `last_alerts` of it is changed in place.
    current
        Every site at this look, by source and id.
    day
        The day that is asked about.
    months
        Calendar months in which a site is not spoken of again, unless it is worse.
    present
        Ids of all incidents that are loaded now.
    back
        The shortest time that a rule looks back [calendar months].
    """
    if not state.day:
        return [], 0
    between, alerts, unsaid = Between(dt.date.fromisoformat(state.day), day, present, back), [], 0
    for key, after in current.items():
        before = state.sites.get(key)
        found = alert(key, before, after, between) if before is not None else None
        if found is None:
            continue
        if quiet(found, state.last_alerts.get(key), months):
            unsaid += 1
            continue
        state.last_alerts[key] = LastAlert(found.day, GRAVE.get(found.after, 0))
        alerts.append(found)
    order = {WORSE: 0, NEW: 1, DATA: 2, BETTER: 3}
    return sorted(alerts, key=lambda a: (order[a.kind], a.source, len(a.site_id), a.site_id)), unsaid
