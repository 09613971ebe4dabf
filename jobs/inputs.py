"""Files to layers: what every job is asked to read, and what it has read, through the one gateway.

A job reads once and runs for many dates.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo import schema
from geo.answer_cache import AnswerCache
from geo.errors import InputError
from geo.messages import Note
from geo.records.place_names import plain
from i18n.translator import N_
from jobs.edition_references import facts, find, parse
from jobs.kept_layers import NOTHING_KEPT, KeptLayers, reading_key
from jobs.reading_notes import described
from layers.databases.address import is_address, parse_address
from layers.formats.limits import LOCAL, Gateway
from layers.sources.boundaries import BoundaryLayer, read_boundary_sets
from layers.sources.catalogue import holdings
from layers.sources.coverage import read_coverage, recognised_coverage
from layers.sources.eu_list import read_eu_list
from layers.sources.incidents import join, read_incidents, unusable
from layers.sources.layer import Layer
from layers.sources.read_options import NOTHING, Wishes
from layers.sources.sites import SiteLayer, read_sites
from layers.sources.zone_register import read_findings, read_register

_KINDS = {
    "sites": N_("mine sites"), "incidents": N_("incidents"), "boundaries": N_("boundaries"), "towns": N_("towns"),
    "programmes": N_("programmes of donors"), "coverage": N_("what incidents are declared to cover"),
    "places": N_("towns"),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A file on disk, or bytes with a name.

    Parameters
    ----------
    coverage
        What it is declared to cover, as a table; blank: what the file says itself.
    about
        What the run record says of it beside its hash.
    layer
        Gives what the file holds where that was read before; None: it is read.
    """

    name: str
    data: bytes | Path
    coverage: bytes = field(default=b"", repr=False)
    about: tuple[tuple[str, str], ...] = ()
    layer: Callable[[], Any] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def named(cls, text: str, folder: Path | None = None, role: str = "") -> Source | None:
        """A fetched edition (``ucdp:CAF@25.1``) or a table of a database; None where the text is neither.

        Parameters
        ----------
        role
            As what it is read; blank: as anything. As coverage, incidents give what they declare to cover.
        text
            What the user wrote in place of a file.
        folder
            Where fetched files are kept; None: the usual folder.

        Raises
        ------
        geo.errors.InputError
            It was not fetched, is of another kind, or the table cannot be read.
        """
        if is_address(text):
            from layers.databases.tables import read_table

            address = parse_address(text)
            name, data = read_table(address)
            return cls(name, data, about=(("database", f"{address.kind}: {address.place}"), ("table", address.name)))
        reference = parse(text, folder)
        if reference is None:
            return None
        kept = find(reference, folder)
        if role == "coverage" and kept.coverage:
            return cls(f"coverage of {kept.entry.name}.csv", kept.coverage, about=facts(kept.entry))
        if role not in ("", kept.entry.role) and (role, kept.entry.role) != ("towns", "places"):
            raise InputError(
                "This edition is of another kind.", where=str(reference), expected=Note(_KINDS.get(role, role)),
                got=Note(_KINDS.get(kept.entry.role, kept.entry.role)),
            )  # fmt: skip
        read = kept.layer if kept.entry.role == "incidents" else None
        return cls(kept.entry.name, kept.path, kept.coverage, facts(kept.entry), read)

    @classmethod
    def of(cls, path: str | Path) -> Source:
        """A file by its path.

        Parameters
        ----------
        path
            Path of the file; it need not be there yet.
        """
        return cls(Path(path).name, Path(path))

    @property
    def size(self) -> int:
        """Bytes; 0 where the file is not there."""
        if isinstance(self.data, bytes):
            return len(self.data)
        return self.data.stat().st_size if self.data.is_file() else 0


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
    wishes
        What the user says of the files: columns, sheet, layer, a swap.
    kept
        What was read of these bytes before.
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
    gateway: Gateway = LOCAL
    wishes: Wishes = field(default_factory=Wishes)
    kept: KeptLayers = NOTHING_KEPT


@dataclass(frozen=True)
class Loaded:
    """Layers in memory, ready to be assessed at any date; `kept` is what one date leaves for the next."""

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
    kept: AnswerCache = field(default_factory=AnswerCache, repr=False, compare=False)


def load(inputs: Inputs, *, sites_needed: bool = True, more: Sequence[Mapping[str, Any]] = ()) -> Loaded:
    """Reads every file; a screening brings its own list and may do without known sites.

    Parameters
    ----------
    more
        What was taken of files that the job reads itself (`columns`): a column that the user names may be theirs.
    inputs
        Files and options of the run.
    sites_needed
        Whether sites must be given.

    Raises
    ------
    InputError
        A file cannot be used at all; single bad rows never stop the rest.
    """
    if sites_needed and not inputs.sites:
        raise InputError("No site list was given.", expected="at least one file", remedy="Add --sites FILE.")
    given, listed_in = inputs.zones, inputs.eu_list
    sites, incidents, sets = _side_by_side(
        inputs, sites=inputs.sites, incidents=inputs.incidents, boundaries=inputs.boundaries
    )
    boundaries: list[BoundaryLayer] = [b for several in sets for b in several]
    zones: Layer = read_register() if given is None else read_as("zones", given, inputs)
    findings: list[Layer] = [read_as("findings", s, inputs) for s in inputs.findings]
    listed: Layer | None = None if listed_in is None else read_as("eu_list", listed_in, inputs)
    of_files = [Source(f"coverage of {s.name}.csv", s.coverage) for s in inputs.incidents if s.coverage]
    declared: list[Layer] = [read_as("coverage", s, inputs) for s in (*inputs.coverage, *of_files)]
    about = {s.name: dict(s.about) for s in (*inputs.sites, *inputs.incidents, *inputs.boundaries) if s.about}
    entries: list[dict[str, object]] = []
    rejected: list[pd.DataFrame] = []
    for role, layers in (
        ("sites", sites), ("incidents", incidents), ("zones", [zones]), ("coverage", declared),
        ("eu_list", [listed] if listed is not None else []), ("findings", findings),
    ):  # fmt: skip
        for layer in layers:
            entries.append({**_input_entry(role, layer), **about.get(layer.name, {})})
            rejected.append(layer.rejected)
    for b in boundaries:
        entries.append({**_boundaries_entry(b), **about.get(b.name, {})})
        rejected.append(b.rejected)
    check_mapping(inputs.wishes, [*entries, *more])
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
        inputs=entries,
        rejected=pd.concat([schema.conform(r, schema.REJECTED) for r in rejected], ignore_index=True),
        rejected_incidents=unusable(incidents),
        settings={"country": inputs.country, "boundaries_version": inputs.boundaries_version},
    )


SIDE_BY_SIDE_BYTES = 64_000_000
"""Larger files are read one after the other, lest the machine hold them all half read."""


def _side_by_side(inputs: Inputs, **files: Sequence[Source]) -> list[list[Any]]:
    """The files of each role, read while those before them wait for their children; the first fault is the one told."""
    pairs = [(role, source) for role, sources in files.items() for source in sources]

    def one(of: tuple[str, Source]) -> Any:
        return read_as(*of, inputs)

    if len(pairs) > 1 and sum(s.size for _, s in pairs) <= SIDE_BY_SIDE_BYTES:
        with ThreadPoolExecutor(min(len(pairs), os.cpu_count() or 1)) as pool:
            read = list(pool.map(one, pairs))
    else:
        read = list(map(one, pairs))
    return [[layer for (role, _), layer in zip(pairs, read, strict=True) if role == wanted] for wanted in files]


OF_PLACES = ("sites",)
"""Roles whose files are lists of places: a swap that is asked for without naming a file is of these."""


def read_as(role: str, source: Source, inputs: Inputs) -> Any:
    """One file as what it is given for, as the options say; boundaries are a list of sets.

    Parameters
    ----------
    role
        What the file is: `sites`, `incidents` and so on.
    source
        The file.
    inputs
        Options of reading: country, vintage, mapping, limits.
    """
    options = inputs.wishes.of(source.name, of_places=role in OF_PLACES)
    country, version = options.country or inputs.country, options.version or inputs.boundaries_version
    more = {"sites": (country,), "boundaries": (country, version)}.get(role, ())
    key = reading_key(role, source.data, source.name, inputs.gateway, options, *more)
    data = source.data
    if source.layer is not None and options == NOTHING and inputs.gateway == LOCAL:
        return source.layer()
    how: dict[str, Any] = {"name": source.name, "gateway": inputs.gateway, "options": options}

    def made() -> Any:
        if role == "sites":
            return read_sites(data, country=country or None, **how)
        if role == "boundaries":
            return read_boundary_sets(data, version=version or None, country=country or None, **how)
        return _READERS[role](data, **how)

    return inputs.kept.read(key, made)


_READERS: Mapping[str, Callable[..., Any]] = {
    "incidents": read_incidents,
    "coverage": read_coverage,
    "zones": read_register,
    "findings": read_findings,
    "eu_list": read_eu_list,
}


def check_mapping(wishes: Wishes, entries: Sequence[Mapping[str, Any]]) -> None:
    """Raise :class:`geo.errors.InputError` for a column that the user names and no file was read by.

    Parameters
    ----------
    wishes
        What the options say of files that the files do not say.
    entries
        The entries of the files that were read, as `inputs` of a run record.
    """
    taken: dict[str, set[str]] = {}
    for entry in entries:
        for field_name, names in entry.get("columns", {}).items():
            taken.setdefault(str(field_name), set()).update(plain(n) for n in (str(names), *str(names).split(", ")))
    pairs = {pair for options in (wishes.common, *wishes.by_file.values()) for pair in options.columns}
    unused = sorted(f"{f}={c}" for f, c in pairs if c and plain(c) not in taken.get(f, set()))
    if unused:
        raise InputError(
            "The mapping of columns names what is not there.",
            where="--map",
            expected=Note("fields and columns of the files; fields read: {names}", names=", ".join(sorted(taken))),
            got=", ".join(unused),
        )


def together(frames: Sequence[pd.DataFrame], columns: schema.Table) -> pd.DataFrame:
    """The frames in one, in the columns of `columns`; none of them gives an empty frame.

    Parameters
    ----------
    frames
        Frames of one schema, in the order of the files.
    columns
        The schema: its columns in their order.
    """
    parts = [schema.conform(f, columns) for f in frames if len(f)]
    return pd.concat(parts, ignore_index=True) if parts else schema.empty(columns)


def _boundaries_entry(b: BoundaryLayer) -> dict[str, object]:
    return {
        "role": "boundaries",
        "file": b.name,
        "sha256": b.sha256,
        "bytes": b.size,
        "dataset": b.dataset,
        "dataset_version": b.dataset_version,
        "boundary_version": b.version,
        "level": b.level,
        "level_basis": b.level_basis,
        "units": len(b.frame),
        "repairs": b.repairs,
        "rows": dict(b.accounting),
        "holds": holdings(b),
        **described(b),
        "notes": list(b.notes),
    }


HELD = ("sites", "incidents")
"""Roles of which a run record says what the rows are of; boundaries too."""


def _input_entry(role: str, layer: Layer | SiteLayer) -> dict[str, object]:
    return {
        "role": role,
        "file": layer.name,
        "sha256": layer.sha256,
        "bytes": layer.size,
        "dataset": layer.dataset,
        "dataset_version": layer.dataset_version,
        "rows": dict(layer.accounting),
        **({"holds": holdings(layer)} if role in HELD else {}),
        **described(layer),
        "notes": list(layer.notes),
    }
