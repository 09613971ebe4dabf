"""Files to a result: the one way that the command line, the app and a notebook take.

`load` reads every layer through the one door; `run` assesses what was loaded at a date. An app reads once and runs
for many dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from geo import schema
from geo.assess import Assessment, assess
from geo.errors import InputError
from geo.rules.rule_set import Rules
from jobs.assessment import export
from jobs.assessment.icglr_md01 import md01
from layers.formats.limits import LOCAL, Door
from layers.reference.country_outlines import country_outlines
from layers.reference.legal_schemes import restrictions
from layers.reference.rule_files import default_rules
from layers.reference.unit_aliases import unit_aliases
from layers.sources.boundaries import BoundaryLayer, read_boundaries
from layers.sources.coverage import read_coverage, recognised_coverage
from layers.sources.eu_list import read_eu_list
from layers.sources.incidents import join, read_incidents
from layers.sources.layer import Layer
from layers.sources.sites import SiteLayer, read_sites
from layers.sources.zone_register import read_findings, read_register


@dataclass(frozen=True)
class Source:
    """A file on disk, or bytes with a name."""

    name: str
    data: bytes | Path

    @classmethod
    def of(cls, path: str | Path) -> Source:
        """A file by its path."""
        return cls(Path(path).name, Path(path))


@dataclass(frozen=True)
class Inputs:
    """What a run is asked to read; `zones` None means the register that ships with the project."""

    sites: Sequence[Source]
    incidents: Sequence[Source] = ()
    zones: Source | None = None
    boundaries: Sequence[Source] = ()
    coverage: Sequence[Source] = ()
    eu_list: Source | None = None
    country: str = ""
    boundaries_version: str = ""
    door: Door = LOCAL


@dataclass(frozen=True)
class Loaded:
    """Layers in memory, ready to be assessed at any date."""

    sites: list[SiteLayer]
    incident_layers: list[Layer]
    incidents: pd.DataFrame | None
    zones: pd.DataFrame
    boundaries: list[BoundaryLayer]
    coverage: pd.DataFrame
    listed: pd.DataFrame | None
    inputs: list[dict[str, object]]
    rejected: pd.DataFrame
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A result, its rejected and unused rows, its record, and its sites for :mod:`jobs.assessment.icglr_md01`."""

    assessment: Assessment
    rejected: pd.DataFrame
    record: dict[str, object]
    certified: pd.DataFrame
    rules: Rules

    def files(self) -> dict[str, bytes]:
        """The files of the run by name; see :func:`jobs.assessment.export.bundle`."""
        return export.bundle(self.assessment, self.rules, self.rejected, self.record, self.certified)


def load(inputs: Inputs, *, sites_needed: bool = True) -> Loaded:
    """Reads every file; a screening brings its own list and may do without known sites.

    Raises
    ------
    InputError
        A file cannot be used at all; single bad rows never stop the rest.
    """
    if sites_needed and not inputs.sites:
        raise InputError("No site list was given.", expected="at least one file", remedy="Add --sites FILE.")
    door = inputs.door
    sites = [read_sites(s.data, s.name, country=inputs.country or None, door=door) for s in inputs.sites]
    incidents = [read_incidents(s.data, s.name, door=door) for s in inputs.incidents]
    boundaries = [
        read_boundaries(
            s.data, s.name, version=inputs.boundaries_version or None, country=inputs.country or None, door=door
        )
        for s in inputs.boundaries
    ]
    zones = read_register() if inputs.zones is None else read_register(inputs.zones.data, inputs.zones.name, door=door)
    listed = None if inputs.eu_list is None else read_eu_list(inputs.eu_list.data, inputs.eu_list.name, door=door)
    declared = [read_coverage(s.data, s.name, door=door) for s in inputs.coverage]
    told: list[dict[str, object]] = []
    rejected: list[pd.DataFrame] = []
    for role, layers in (
        ("sites", sites), ("incidents", incidents), ("zones", [zones]), ("coverage", declared),
        ("eu_list", [listed] if listed is not None else []),
    ):  # fmt: skip
        for layer in layers:
            told.append(_told(role, layer))
            rejected.append(layer.rejected)
    for b in boundaries:
        told.append(_told_boundaries(b))
        rejected.append(b.rejected)
    merged, repeated = join(incidents)
    rejected.append(repeated)
    coverage = [recognised_coverage(incidents), *(d.frame for d in declared)]
    return Loaded(
        sites,
        incidents,
        merged if incidents else None,
        zones.frame,
        boundaries,
        pd.concat([schema.conform(c, schema.COVERAGE) for c in coverage], ignore_index=True),
        None if listed is None else listed.frame,
        told,
        pd.concat([schema.conform(r, schema.REJECTED) for r in rejected], ignore_index=True),
        {"country": inputs.country, "boundaries_version": inputs.boundaries_version},
    )


def _told_boundaries(b: BoundaryLayer) -> dict[str, object]:
    return {
        "role": "boundaries",
        "file": b.name,
        "sha256": b.sha256,
        "dataset": b.dataset,
        "dataset_version": b.dataset_version,
        "boundary_version": b.version,
        "level": b.level,
        "units": len(b.frame),
        "repairs": b.repairs,
        "rows": dict(b.accounting),
        "notes": list(b.notes),
    }


def _told(role: str, layer: Layer | SiteLayer) -> dict[str, object]:
    return {
        "role": role,
        "file": layer.name,
        "sha256": layer.sha256,
        "dataset": layer.dataset,
        "dataset_version": layer.dataset_version,
        "rows": dict(layer.accounting),
        "notes": list(layer.notes),
    }


def run(
    loaded: Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    now: dt.datetime | None = None,
    *,
    engine: Callable[..., Assessment] = assess,
) -> Run:
    """Assesses what was loaded at a date; a row's own `as_of` is a matter of screening, not of this.

    `engine` is :func:`geo.assess.assess`, or a form of it that spreads the work.
    """
    rules = rules or default_rules()
    inputs = [dict(i) for i in loaded.inputs]
    sites, unused = _sites_at(loaded, as_of, inputs)
    statuses = _together([s.statuses for s in loaded.sites], schema.STATUSES)
    result = engine(
        sites,
        loaded.incidents,
        as_of=as_of,
        rules=rules,
        zones=loaded.zones,
        boundaries=loaded.boundaries,
        coverage=loaded.coverage,
        visits=_together([s.visits for s in loaded.sites], schema.VISITS),
        statuses=statuses,
        routes=_routes(loaded),
        findings=read_findings().frame,
        listed=loaded.listed,
        restrictions=restrictions(),
        outlines=country_outlines(),
        aliases=unit_aliases(),
        files={i.dataset_version: i.name for i in loaded.incident_layers},
    )
    rejected = _together([loaded.rejected, *unused], schema.REJECTED)
    record = export.run_record(
        result,
        rules,
        inputs,
        {
            "as_of": as_of.isoformat(),
            **loaded.settings,
            "coverage": loaded.coverage.assign(
                **{c: loaded.coverage[c].dt.strftime("%Y-%m-%d") for c in ("from", "to")}
            ).to_dict("records"),
        },
        now,
    )
    return Run(result, rejected, record, md01(sites, statuses, as_of), rules)


def _sites_at(
    loaded: Loaded, as_of: dt.date, inputs: list[dict[str, object]]
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Sites of all files as known at the date, and the rows that a newer, later or earlier-listed one leaves out.

    Files of visits may describe sites that a list already gives: the list stands, the visits still speak. Two lists
    that give one key are a duplicate.
    """
    tables: list[pd.DataFrame] = []
    unused: list[pd.DataFrame] = []
    seen: set[tuple[str, str]] = set()
    for layer in sorted(loaded.sites, key=lambda s: len(s.visits) > 0):
        frame, accounting, left = layer.sites_at(as_of)
        keys = list(zip(frame["source"], frame["site_id"], strict=True))
        again = np.array([k in seen for k in keys], dtype=np.bool_)
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
        tables.append(frame[~again])
        unused.append(schema.conform(left.assign(source_file=layer.name), schema.REJECTED))
        for entry in inputs:
            if entry["role"] == "sites" and entry["file"] == layer.name and entry["sha256"] == layer.sha256:
                entry["rows"] = accounting
    return _together(tables, schema.SITES), unused


def _routes(loaded: Loaded) -> pd.DataFrame | None:
    """Declared routes of the sites of all files: `source, site_id, geometry`."""
    parts = [
        s.routes.assign(source=s.dataset)[["source", "site_id", "geometry"]]
        for s in loaded.sites
        if s.routes is not None
    ]
    return pd.concat(parts, ignore_index=True) if parts else None


def _together(frames: Sequence[pd.DataFrame], columns: schema.Table) -> pd.DataFrame:
    parts = [schema.conform(f, columns) for f in frames if len(f)]
    return pd.concat(parts, ignore_index=True) if parts else schema.empty(columns)
