"""The sites of all loaded files as known at a date: one list for every job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo import schema
from jobs.inputs import together
from layers.sources.sites import SiteLayer


def sites_at(
    layers: Sequence[SiteLayer], as_of: dt.date, inputs: list[dict[str, object]] | None = None
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Sites of all files as known at the date, and the rows that a newer, later or earlier-listed one leaves out.

    Files of visits may describe sites that a list already gives: the list stands, the visits still speak. Two lists
    that give one key are a duplicate. The accounts of `inputs`, where given, are brought up to date.

    Parameters
    ----------
    layers
        The site layers in the order in which their files were given.
    as_of
        The day that is asked about: time of events, not of knowledge.
    inputs
        Entries of these files in the run record; their counts of used rows are changed in place.
    """
    tables: list[pd.DataFrame] = []
    unused: list[pd.DataFrame] = []
    seen: set[tuple[str, str]] = set()
    for layer in sorted(layers, key=lambda s: len(s.visits) > 0):
        frame, accounting, left = layer.sites_at(as_of)
        again = np.zeros(len(frame), np.bool_)
        if len(layers) > 1:
            keys = list(zip(*(frame[n].to_numpy(dtype=object) for n in ("source", "site_id")), strict=True))
            again[:] = [k in seen for k in keys]
            seen.update(keys)
        if again.any() and not len(layer.visits):
            twice = frame[again]
            left = pd.concat(
                [
                    left,
                    pd.DataFrame(
                        {"row": twice["row"], "id": twice["site_id"], "reason": "duplicate_id",
                         "expected": "each id once over all site lists"}
                    ),
                ]
            )  # fmt: skip
            accounting = {
                **accounting,
                "accepted": accounting["accepted"] - int(again.sum()),
                "rejected": accounting["rejected"] + int(again.sum()),
            }
        tables.append(frame[~again] if again.any() else frame)
        unused.append(schema.conform(left.assign(source_file=layer.name), schema.REJECTED))
        for entry in inputs or []:
            if entry["role"] == "sites" and entry["file"] == layer.name and entry["sha256"] == layer.sha256:
                entry["rows"] = accounting
    return together(tables, schema.SITES), unused
