"""What tiles answered, put together: sites and evidence in the order of one process, counts added up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.assess import assess
from geo.assessment import Assessment
from geo.readiness import site_order


def joined(
    parts: list[Assessment],
    areas: list[dict[str, Any]],
    lost: list[dict[str, Any]],
    repeated: int,
    given: dict[str, Any],
) -> Assessment:
    """The tiles' results as one, in the order of one process.

    Parameters
    ----------
    parts
        What `assess` gave for each tile of sites, in the order of the tiles.
    areas
        What was counted of each level of districts over all incidents (:func:`summed`).
    lost
        What no rule can see, over all incidents (:func:`unseen_summed`).
    repeated
        Incidents that stand twice in what was given.
    given
        Options of `assess`, for what is said of no sites at all.
    """
    if not parts:
        return assess(schema.empty(schema.SITES), None, **{**given, "as_of": given["as_of"] or []})
    sites = pd.concat([p.sites for p in parts], ignore_index=True)
    order = site_order(sites)
    sites = sites.iloc[order].reset_index(drop=True)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    # A tile's evidence stands by site in the tile's own order; blocks of sites go to their places.
    keys = pd.MultiIndex.from_frame(sites[["source", "site_id"]])
    evidence = pd.concat([p.evidence for p in parts], ignore_index=True)
    at = keys.get_indexer(pd.MultiIndex.from_frame(evidence[["source", "site_id"]])) if len(evidence) else place[:0]
    evidence = evidence.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)
    notes = sorted({note: note for p in parts for note in _list(p.report.get("notes"))})
    report = {
        **parts[0].report,
        "latest_answer": max(str(p.report["latest_answer"]) for p in parts),
        "repeated_incident_ids": repeated,
        "areas": areas or _list(parts[0].report.get("areas")),
        "unseen": lost,
        "notes": notes,
    }
    fired = pd.concat([p.fired for p in parts], ignore_index=True).iloc[order].reset_index(drop=True)
    return Assessment(sites, evidence, parts[0].datasets, report, fired)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def summed(reports: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Counts of all tiles, level by level.

    Parameters
    ----------
    reports
        Of each tile of incidents one report a level (:func:`geo.records.admin_units.incident_units`).
    """
    out = []
    for same_level in zip(*reports, strict=True):
        total: dict[str, Any] = {}
        for report in same_level:
            for key, value in report.items():
                if isinstance(value, dict):
                    held = total.setdefault(key, {})
                    for name, count in value.items():
                        held[name] = held.get(name, 0) + count
                elif isinstance(value, int) and key != "level":
                    total[key] = total.get(key, 0) + value
                else:
                    total[key] = value
        out.append({k: dict(sorted(v.items())) if isinstance(v, dict) else v for k, v in total.items()})
    return out


def unseen_summed(parts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What no rule can see, added up by country and source.

    Parameters
    ----------
    parts
        Of each tile of incidents its rows (:func:`geo.rules.unseen.unseen`).
    """
    rows = pd.DataFrame([row for part in parts for row in part])
    if not len(rows):
        return []
    added = rows.groupby(["country", "source"], sort=True).sum().reset_index()
    return [{str(k): v if isinstance(v, str) else int(v) for k, v in row.items()} for row in added.to_dict("records")]
