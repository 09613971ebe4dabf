"""Activities of an IATI file one after another: of a stranger's file in a child, of one's own as they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from jobs.programmes.iati import SKIP, Activity, Location, activity
from jobs.programmes.iati_v1 import renewed
from layers.formats.limits import LOCAL, Clock, Gateway
from layers.formats.readers.xml_stream import Elements
from layers.formats.sandbox.process import run_child
from layers.formats.source import Source


class Activities:
    """The activities of a file.

    Attributes
    ----------
    version
        As the file states it, once the first activity is there.
    broken
        After the last activity: where and why the XML broke off, blank when it was whole.
    """

    def __init__(self, source: Source, gateway: Gateway) -> None:
        self.source, self.gateway = source, gateway
        self.version = self.broken = ""

    def __iter__(self) -> Iterator[Activity]:
        return self._read(self.gateway.clock()) if self.gateway.name == LOCAL.name else self._read_in_child()

    def _read(self, clock: Clock) -> Iterator[Activity]:
        elements = Elements(self.source, "iati-activity", clock, skip=SKIP)
        for number, element in enumerate(elements, 1):
            self.version = elements.outside.get("iati-activities", {}).get("version", "").strip()
            yield activity(renewed(element), number)
        self.broken = elements.broken

    def _read_in_child(self) -> Iterator[Activity]:
        facts = run_child("jobs.programmes.iati_stream:parse", self.source, self.gateway.clock()).facts
        self.version, self.broken = str(facts["version"]), str(facts["broken"])
        for record in facts["activities"]:
            record |= {name: dt.date.fromisoformat(record[name]) if record[name] else None for name in ("start", "end")}
            record |= {
                name: [tuple(pair) for pair in record[name]] for name in ("sectors", "budgets", "remarks", "money")
            }
            record["places"] = [Location(**place) for place in record["places"]]
            yield Activity(**record)


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: every activity as JSON.

    Parameters
    ----------
    given
        The XML: bytes, or where the file is.
    name
        The file's own name, for errors.
    clock
        Time that is left for the work.
    options
        Nothing: the child's side of every reader has them.
    """
    stream = Activities(Source(given, name, clock.gateway), clock.gateway)
    found: list[dict[str, Any]] = []
    for one in stream._read(clock):
        clock.gateway.check("rows", len(found) + 1, name)
        record = asdict(one)
        found.append(record | {day: str(record[day] or "") for day in ("start", "end")})
    return {"activities": found, "version": stream.version, "broken": stream.broken}, {}
