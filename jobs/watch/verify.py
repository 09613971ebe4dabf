"""What a look said, derived again from the two memories beside it: what it was before, and what it is now."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from geo.errors import InputError
from jobs.accounts import check_counts, check_neutralised
from jobs.assessment.verify import recorded_rules
from jobs.read_back import WHOLE, Derived, DifferenceError
from jobs.watch.job import feed_of, new_alerts, shortest
from jobs.watch.memory import (
    ALERTS,
    BEFORE,
    COLUMNS,
    FEED,
    STATE,
    State,
    alert_row,
    alerts_bytes,
    alerts_of,
    state_bytes,
    state_of,
)

OF_PLACE = ("lon", "lat")
"""Columns of an alert that no memory has."""


PAST = "rows of earlier looks"
"""Of alerts.csv, what an edit of the look before would change."""


class _All:
    """Every id but some: what is loaded now, as far as an earlier memory can ask."""

    def __init__(self, gone: list[str]) -> None:
        self.gone = set(gone)

    def __contains__(self, one: object) -> bool:
        return one not in self.gone


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the alerts, the feed and what was said against both memories and the record.

    What rests on incidents that must not leave (ACLED) is not derived: of these the memories have the ids alone.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    rules = recorded_rules(record)
    check_neutralised(files, record)
    before, after = (_memory(files, name) for name in (BEFORE, STATE))
    every = alerts_of(files[ALERTS])
    alerts_ = int(record["alerts"])
    past, mine = every[: len(every) - alerts_], every[len(every) - alerts_ :]
    if alerts_bytes(every) != files[ALERTS]:
        raise DifferenceError(f"{ALERTS} is not written as this program writes it")
    if record["past"] != {"rows": len(past), "sha256": hashlib.sha256(alerts_bytes(past)).hexdigest()}:
        raise DifferenceError(f"{ALERTS}: earlier alerts are not those of the record")
    check_counts(
        record,
        [
            ("sites", len(after.sites)), ("first", not before.day), ("settings.as_of", after.day),
            ("settings.shortest_months", shortest(rules)), ("demonstration", after.synthetic),
        ],
    )  # fmt: skip
    secret = {
        key for state in (before, after) for key, site in state.sites.items()
        if any(c.restricted for c in site.counted.values())
    }  # fmt: skip
    _check_alerts(before, after, mine, record, secret)
    if files[FEED] != feed_of(record, [dict(row) for row in every]):
        raise DifferenceError(f"{FEED} is not what {ALERTS} says")
    held = ("rules", "sites", "first", "past", *(() if secret else ("alerts", "unsaid")))
    old = {BEFORE: WHOLE, **({ALERTS: (PAST,)} if past else {})}
    looked = {STATE: ("class", "counted", "name"), BEFORE: WHOLE, ALERTS: (*OF_PLACE, *old.get(ALERTS, ()))}
    return Derived(len(secret), looked, held, old)


def follows(files: Mapping[str, bytes], record: Mapping[str, Any], earlier: Mapping[str, bytes]) -> None:
    """Holds what a look began with against what the look before left.

    Parameters
    ----------
    files
        Files of a result by name.
    record
        The run record, as `run.json` has it.
    earlier
        Files of the look before.

    Raises
    ------
    DifferenceError
        It began with something else.
    """
    if earlier.get(STATE) != files[BEFORE]:
        raise DifferenceError(f"{BEFORE} is not what the look before left")
    past = alerts_of(earlier.get(ALERTS, b""))
    if record["past"] != {"rows": len(past), "sha256": hashlib.sha256(alerts_bytes(past)).hexdigest()}:
        raise DifferenceError(f"{ALERTS}: earlier alerts are not those that the look before left")


def _memory(files: Mapping[str, bytes], name: str) -> State:
    try:
        state = state_of(files[name], name)
    except InputError:
        raise DifferenceError(f"{name} is no memory") from None
    if state_bytes(state) != files[name]:
        raise DifferenceError(f"{name} is not written as this program writes it")
    return state


def _check_alerts(
    before: State, after: State, mine: list[dict[str, str]], record: Mapping[str, Any], secret: set[tuple[str, str]]
) -> None:
    """Holds the alerts of this look, and what is remembered to have been said, against a new comparison."""
    settings = record["settings"]
    again = before.copy()
    day = dt.date.fromisoformat(after.day)
    alerts, unsaid = new_alerts(
        again, after.sites, day, int(settings["quiet_months"]), _All(record["gone"]), int(settings["shortest_months"])
    )
    looked_at = str(record["run_at"]).partition("[")[0]
    mark = record["demonstration"] is True
    want = [alert_row(a, after.sites.get((a.source, a.site_id)), looked_at, synthetic=mark) for a in alerts]

    def open_(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
        return [
            {k: str(v) for k, v in row.items() if k not in OF_PLACE}
            for row in rows
            if (row["source"], row["site_id"]) not in secret
        ]

    for have, wanted in zip([*open_([dict(r) for r in mine]), {}], [*open_(want), {}], strict=False):
        if have != wanted:
            name = next((k for k in COLUMNS if have.get(k) != wanted.get(k)), "rows")
            raise DifferenceError(f"{ALERTS}: {name} is {have.get(name)!r}, the memories give {wanted.get(name)!r}")
    if not secret:
        check_counts(record, [("unsaid", unsaid), ("alerts", len(want))])
        if again.last_alerts != after.last_alerts:
            raise DifferenceError(f"{STATE}: what was said is not what {ALERTS} says")
