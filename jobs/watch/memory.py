"""What a watch keeps from one look to the next: the day, each site's class and incidents, and what was said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InputError
from jobs.table_mark import MARK
from jobs.watch.alerts import Alert, Counted, Key, LastAlert, Look
from layers.formats.writers.delimited import csv_bytes
from layers.formats.writers.spreadsheet_guard import restore

STATE, BEFORE, ALERTS, FEED = "watch.json", "watch_before.json", "alerts.csv", "feed.xml"
COLUMNS = (
    "said_at", "day", "kind", "source", "site_id", "name", "class_before", "class_after", "record_id", "incident_date",
    "incident_deaths", "incident_m", "rules", "incidents", "lon", "lat", "demonstration",
)  # fmt: skip
"""Columns of alerts.csv; of an incident that must not leave (ACLED) its id and whole kilometres alone."""


@dataclass
class State:
    """What a look left: its day, every site's class and incidents, what was said of each, if data was synthetic."""

    day: str = ""
    sites: dict[Key, Look] = field(default_factory=dict)
    last_alerts: dict[Key, LastAlert] = field(default_factory=dict)
    synthetic: bool = False

    def copy(self) -> State:
        """Another one that says the same."""
        return State(self.day, dict(self.sites), dict(self.last_alerts), self.synthetic)


def read_state(folder: Path) -> State:
    """What the last look left in a folder; an empty one where there was none.

    Parameters
    ----------
    folder
        Folder of the watch.

    Raises
    ------
    geo.errors.InputError
        It is damaged.
    """
    path = folder / STATE
    return state_of(path.read_bytes(), str(path)) if path.is_file() else State()


def state_of(data: bytes, where: str) -> State:
    """A memory from its bytes; raises :class:`geo.errors.InputError` where they are none.

    Parameters
    ----------
    data
        Bytes of the memory, JSON.
    where
        What it is called in errors.
    """
    try:
        members = json.loads(data.decode("utf-8"))
        sites = {(s["source"], s["site_id"]): _look(s) for s in members["sites"]}
        last_alerts = {(s["source"], s["site_id"]): LastAlert(s["day"], s["rank"]) for s in members["said"]}
        return State(members["day"], sites, last_alerts, members.get(MARK) is True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(
            "The memory of the watch is damaged.", where=where, remedy="Delete it: the next look is a first one."
        ) from None


def _look(members: Mapping[str, Any]) -> Look:
    return Look(members["class"], {c["record_id"]: Counted(**c) for c in members["counted"]}, members["name"])


def state_bytes(state: State) -> bytes:
    """The memory; of an incident that must not leave the id alone, and of synthetic data that they are.

    Parameters
    ----------
    state
        What a look leaves.
    """
    members = {
        **({MARK: True} if state.synthetic else {}),
        "day": state.day,
        "sites": [
            {"source": k[0], "site_id": k[1], "class": v.site_class, "name": v.name,
             "counted": [_counted_record(c) for c in v.counted.values()]}
            for k, v in state.sites.items()
        ],
        "said": [{"source": k[0], "site_id": k[1], **asdict(v)} for k, v in state.last_alerts.items()],
    }  # fmt: skip
    return (json.dumps(members, ensure_ascii=False, indent=0) + "\n").encode()


def _counted_record(one: Counted) -> dict[str, Any]:
    return asdict(Counted(one.record_id, restricted=True) if one.restricted else one)


def past_alerts(folder: Path) -> list[dict[str, str]]:
    """The rows of alerts.csv of earlier looks, as they were said.

    Parameters
    ----------
    folder
        Folder of the watch.
    """
    path = folder / ALERTS
    return alerts_of(path.read_bytes()) if path.is_file() else []


def alerts_of(data: bytes) -> list[dict[str, str]]:
    """The rows of alerts.csv.

    Parameters
    ----------
    data
        Bytes of alerts.csv.
    """
    rows = [{c: row.get(c) or "" for c in COLUMNS} for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]
    frame = restore(alerts_frame(rows))
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def alerts_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Alerts as a frame of texts.

    Parameters
    ----------
    rows
        Rows of alerts.csv, by column.
    """
    return pd.DataFrame({c: pd.array([str(row[c]) for row in rows], dtype="str") for c in COLUMNS})


def alerts_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Alerts as they are written.

    Parameters
    ----------
    rows
        Rows of alerts.csv, by column.
    """
    return csv_bytes(alerts_frame(rows))[0]


def alert_row(found: Alert, site: Look | None, looked_at: str, *, synthetic: bool) -> dict[str, Any]:
    """An alert as a row of alerts.csv; `synthetic`: demonstration data had a part in the look.

    Parameters
    ----------
    found
        The alert.
    site
        The site at this look; None: it is not in the list any more.
    looked_at
        Time of the look, RFC 3339.
    synthetic
        Whether demonstration data had a part in it.
    """
    one = found.incident
    secret = one is not None and one.restricted
    metres = "" if one is None else round(one.distance_m / 1000) * 1000 if secret else round(one.distance_m)
    return {
        "said_at": looked_at, "day": found.day, "kind": found.kind, "source": found.source, "site_id": found.site_id,
        "name": site.name if site else "", "class_before": found.before, "class_after": found.after,
        "record_id": one.record_id if one else "", "incident_date": "" if one is None or secret else one.first,
        "incident_deaths": "" if one is None or secret else f"{one.deaths:.0f}", "incident_m": metres,
        "rules": one.rules if one else "", "incidents": found.incidents,
        "lon": "" if site is None or pd.isna(site.lon) else f"{site.lon:.5f}",
        "lat": "" if site is None or pd.isna(site.lat) else f"{site.lat:.5f}",
        "demonstration": "true" if synthetic else "false",
    }  # fmt: skip
