"""A look at a saved list: load, classify, hold against the look before, and say what is new: `cahra watch`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import secrets
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from geo.messages import Note
from geo.rules.rule_set import Rules
from i18n.labels import CLASSES
from i18n.translator import N_, Translator
from jobs.assessment import job as assessment
from jobs.inputs import Loaded, load
from jobs.watch.alerts import (
    BETTER,
    DATA,
    GRAVE,
    NEW,
    WORSE,
    Alert,
    Between,
    Counted,
    Key,
    Look,
    Said,
    alert,
    looks,
    quiet,
)
from jobs.watch.feed import feed
from jobs.watch.saved_list import SavedList
from layers.disk import keep, locked, write_file
from layers.formats.writers.spreadsheet_guard import neutralise
from layers.reference.rule_files import read_rules

STATE, ALERTS, FEED = "watch.json", "alerts.csv", "feed.xml"
COLUMNS = (
    "said_at", "day", "kind", "source", "site_id", "name", "class_before", "class_after", "record_id", "incident_date",
    "incident_deaths", "incident_m", "rules", "incidents", "lon", "lat",
)  # fmt: skip
"""Columns of alerts.csv; of an incident that must not leave (ACLED) its id and whole kilometres alone."""
WORDS = {
    WORSE: N_("{site}: worse, {before} → {after}"),
    NEW: N_("{site}: new incidents, {after}"),
    BETTER: N_("{site}: better, {before} → {after}"),
    DATA: N_("{site}: only the data changed, {before} → {after}"),
}


@dataclass
class State:
    """What the last look left: its day, every site's class and incidents, and what was last said of each."""

    day: str = ""
    sites: dict[Key, Look] = field(default_factory=dict)
    said: dict[Key, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Looked:
    """The outcome of a look.

    Attributes
    ----------
    rows
        What is said, as rows of alerts.csv.
    unsaid
        Changes that were not said, because something was said of the site a short while ago.
    first
        There was no look before: nothing can be new.
    """

    day: dt.date
    rows: list[dict[str, Any]]
    unsaid: int
    first: bool
    sites: int
    cites: tuple[str, ...] = ()

    def summary(self) -> list[Note]:
        """What to print."""
        day = str(self.day)
        if self.first:
            return [Note("First look at {n} sites, as of {day}: from now on changes are told.", n=self.sites, day=day)]
        told = {"n": self.sites, "day": day, "m": len(self.rows), "k": self.unsaid}
        lines = [Note("{n} sites as of {day}: {m} alerts, {k} not said again.", **told)]
        return [*lines, *(sentence(row) for row in self.rows)]


def sentence(row: Mapping[str, Any]) -> Note:
    """An alert in words, with the incident responsible."""
    classes = {n: Note(CLASSES.get(str(row[f"class_{n}"]), str(row[f"class_{n}"]))) for n in ("before", "after")}
    what = Note(WORDS[str(row["kind"])], site=str(row["name"] or row["site_id"]), **classes)
    if not row["record_id"]:
        return Note("{what}.", what=what)
    if row["incident_date"] == "":
        return Note("{what}: incident {id}, {km} km.", what=what, id=row["record_id"],
                    km=f"{float(row['incident_m']) / 1000:.0f}")  # fmt: skip
    return Note(
        "{what}: incident {id} of {day}, {deaths} deaths, {km} km.", what=what, id=row["record_id"],
        day=row["incident_date"], deaths=f"{float(row['incident_deaths']):.0f}",
        km=f"{float(row['incident_m']) / 1000:.1f}",
    )  # fmt: skip


def last_day(loaded: Loaded, today: dt.date) -> dt.date:
    """The day up to which the incidents speak: the end of what is covered, else their last day; never after today.

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


def look(
    saved: SavedList, folder: Path, as_of: dt.date | None = None, now: dt.datetime | None = None,
    language: Translator | None = None,
) -> Looked:  # fmt: skip
    """Looks at a list and writes what is new into its folder: alerts.csv, feed.xml and watch.json, its memory.

    Raises
    ------
    geo.errors.InputError
        Something cannot be read, or the folder not be written.
    """
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    loaded = load(saved.inputs)
    day = as_of or last_day(loaded, clock.date())
    rules = read_rules(saved.rules)
    state = read_state(folder)
    if state.day and day.isoformat() < state.day:
        raise InputError("The day lies before the last look.", where=str(folder), expected=state.day, got=str(day))
    made = assessment.run(loaded, day, rules, clock)
    current = looks(made.assessment, rules)
    said_at = clock.strftime("%Y-%m-%dT%H:%M:%SZ")
    told, unsaid = told_of(state, current, day, saved.quiet_months, present_in(loaded), shortest(rules))
    rows = [_row(a, current.get((a.source, a.site_id)), said_at) for a in told]
    cites = tuple(dict.fromkeys(str(i["cite"]) for i in loaded.inputs if i.get("cite")))
    found = Looked(day, rows, unsaid, not state.day, len(current), cites)
    past = _past(folder)
    write_all(folder, {
        STATE: _state_bytes(State(day.isoformat(), current, state.said)),
        ALERTS: _csv([*past, *rows]),
        FEED: feed(saved.name, [*past, *rows], said_at, lambda r: sentence(r).sentence(language)),
    })  # fmt: skip
    return found


def present_in(loaded: Loaded) -> frozenset[str]:
    """Ids of the incidents that are loaded."""
    return frozenset() if loaded.incidents is None else frozenset(loaded.incidents["record_id"])


def shortest(rules: Rules) -> int:
    """The shortest time that a site rule of incidents looks back [months]."""
    return min((r.longest_months for r in rules.of_kind("near")), default=12)


def told_of(
    state: State, current: Mapping[Key, Look], day: dt.date, months: int, present: Container[str], back: int
) -> tuple[list[Alert], int]:
    """The alerts of a look, and how many changes are not said; `state.said` is brought up to date."""
    if not state.day:
        return [], 0
    between, told, unsaid = Between(dt.date.fromisoformat(state.day), day, present, back), [], 0
    for key, after in current.items():
        before = state.sites.get(key)
        found = alert(key, before, after, between) if before is not None else None
        if found is None:
            continue
        if quiet(found, state.said.get(key), months):
            unsaid += 1
            continue
        state.said[key] = Said(found.day, GRAVE.get(found.after, 0))
        told.append(found)
    order = {WORSE: 0, NEW: 1, DATA: 2, BETTER: 3}
    return sorted(told, key=lambda a: (order[a.kind], a.source, len(a.site_id), a.site_id)), unsaid


def _row(found: Alert, site: Look | None, said_at: str) -> dict[str, Any]:
    one = found.incident
    secret = one is not None and one.restricted
    metres = "" if one is None else round(one.distance_m / 1000) * 1000 if secret else round(one.distance_m)
    return {
        "said_at": said_at, "day": found.day, "kind": found.kind, "source": found.source, "site_id": found.site_id,
        "name": site.name if site else "", "class_before": found.before, "class_after": found.after,
        "record_id": one.record_id if one else "", "incident_date": "" if one is None or secret else one.first,
        "incident_deaths": "" if one is None or secret else f"{one.deaths:.0f}", "incident_m": metres,
        "rules": one.rules if one else "", "incidents": found.incidents,
        "lon": "" if site is None or pd.isna(site.lon) else f"{site.lon:.5f}",
        "lat": "" if site is None or pd.isna(site.lat) else f"{site.lat:.5f}",
    }  # fmt: skip


def read_state(folder: Path) -> State:
    """What the last look left; an empty one where there was none.

    Raises
    ------
    geo.errors.InputError
        It is damaged.
    """
    path = folder / STATE
    if not path.is_file():
        return State()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        sites = {(s["source"], s["site_id"]): _look(s) for s in told["sites"]}
        return State(told["day"], sites, {(s["source"], s["site_id"]): Said(s["day"], s["rank"]) for s in told["said"]})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "The memory of the watch is damaged.", where=str(path), remedy="Delete it: the next look is a first one."
        ) from None


def _look(told: Mapping[str, Any]) -> Look:
    return Look(told["class"], {c["record_id"]: Counted(**c) for c in told["counted"]}, told["name"])


def _state_bytes(state: State) -> bytes:
    """The memory; of an incident that must not leave the id alone."""
    told = {
        "day": state.day,
        "sites": [
            {"source": k[0], "site_id": k[1], "class": v.site_class, "name": v.name,
             "counted": [_kept(c) for c in v.counted.values()]}
            for k, v in state.sites.items()
        ],
        "said": [{"source": k[0], "site_id": k[1], **asdict(v)} for k, v in state.said.items()],
    }  # fmt: skip
    return (json.dumps(told, ensure_ascii=False, indent=0) + "\n").encode()


def _kept(one: Counted) -> dict[str, Any]:
    return asdict(Counted(one.record_id, restricted=True) if one.restricted else one)


def _past(folder: Path) -> list[dict[str, Any]]:
    path = folder / ALERTS
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [{c: row.get(c) or "" for c in COLUMNS} for row in csv.DictReader(stream)]


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        told = row["name"].startswith("'")  # a name that was guarded before stays as it is
        table.writerow([str(row[c]) if told else neutralise([str(row[c])])[0][0] for c in COLUMNS])
    return out.getvalue().encode()


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replaces the files, the memory last: a look that is killed is made again.

    Raises
    ------
    geo.errors.InputError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            for name in sorted(files, key=lambda n: n == STATE):
                part = folder / f".part-{secrets.token_hex(6)}"
                try:
                    write_file(part, files[name])
                    part.replace(folder / name)
                except OSError:
                    part.unlink(missing_ok=True)
                    raise
            keep(folder)
    except OSError as error:
        raise InputError("The folder cannot be written.", where=str(folder), got=str(error.strerror or error)) from None
