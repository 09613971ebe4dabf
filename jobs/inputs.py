"""Files to layers: what every job is asked to read, and what it has read, through the one door.

A job reads once and runs for many dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geo import schema
from geo.errors import InputError
from layers.formats.limits import LOCAL, Door
from layers.sources.boundaries import BoundaryLayer, read_boundaries
from layers.sources.coverage import read_coverage, recognised_coverage
from layers.sources.eu_list import read_eu_list
from layers.sources.incidents import join, read_incidents, unusable
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
    """What a run is asked to read.

    Parameters
    ----------
    zones
        None means the register that ships with the project.
    findings
        Findings in zone units beside those that ship with the project.
    country
        Of rows that state none: a code or a name.
    boundaries_version
        Vintage of boundaries whose file does not say it.
    """

    sites: Sequence[Source] = ()
    incidents: Sequence[Source] = ()
    zones: Source | None = None
    boundaries: Sequence[Source] = ()
    coverage: Sequence[Source] = ()
    eu_list: Source | None = None
    findings: Sequence[Source] = ()
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
    findings: pd.DataFrame
    boundaries: list[BoundaryLayer]
    coverage: pd.DataFrame
    listed: pd.DataFrame | None
    inputs: list[dict[str, object]]
    rejected: pd.DataFrame
    rejected_incidents: pd.DataFrame = field(default_factory=lambda: schema.empty(schema.REJECTED_INCIDENTS))
    settings: dict[str, object] = field(default_factory=dict)


def load(inputs: Inputs, *, sites_needed: bool = True) -> Loaded:
    """Reads every file; a screening brings its own list and may do without known sites.

    Raises
    ------
    InputError
        A file cannot be used at all; single bad rows never stop the rest.
    """
    if sites_needed and not inputs.sites:
        raise InputError("No site list was given.", expected="at least one file", remedy="Add --sites FILE.")
    door, country = inputs.door, inputs.country or None
    sites = [read_sites(s.data, s.name, country=country, door=door) for s in inputs.sites]
    incidents = [read_incidents(s.data, s.name, door=door) for s in inputs.incidents]
    version = inputs.boundaries_version or None
    boundaries = [
        read_boundaries(s.data, s.name, version=version, country=country, door=door) for s in inputs.boundaries
    ]
    zones = read_register() if inputs.zones is None else read_register(inputs.zones.data, inputs.zones.name, door=door)
    findings = [read_findings(s.data, s.name, door=door) for s in inputs.findings]
    listed = None if inputs.eu_list is None else read_eu_list(inputs.eu_list.data, inputs.eu_list.name, door=door)
    declared = [read_coverage(s.data, s.name, door=door) for s in inputs.coverage]
    told: list[dict[str, object]] = []
    rejected: list[pd.DataFrame] = []
    for role, layers in (
        ("sites", sites), ("incidents", incidents), ("zones", [zones]), ("coverage", declared),
        ("eu_list", [listed] if listed is not None else []), ("findings", findings),
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
        sites=sites,
        incident_layers=incidents,
        incidents=merged if incidents else None,
        zones=zones.frame,
        findings=together([read_findings().frame, *(f.frame for f in findings)], schema.FINDINGS),
        boundaries=boundaries,
        coverage=pd.concat([schema.conform(c, schema.COVERAGE) for c in coverage], ignore_index=True),
        listed=None if listed is None else listed.frame,
        inputs=told,
        rejected=pd.concat([schema.conform(r, schema.REJECTED) for r in rejected], ignore_index=True),
        rejected_incidents=unusable(incidents),
        settings={"country": inputs.country, "boundaries_version": inputs.boundaries_version},
    )


def together(frames: Sequence[pd.DataFrame], columns: schema.Table) -> pd.DataFrame:
    """The frames in one, in the columns of `columns`; none of them gives an empty frame."""
    parts = [schema.conform(f, columns) for f in frames if len(f)]
    return pd.concat(parts, ignore_index=True) if parts else schema.empty(columns)


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
