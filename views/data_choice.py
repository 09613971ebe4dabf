"""The data that a reader chose, read and assessed once for the same content, date, rules and options.

Caches: demonstration data is shared by all readers; what a reader uploads is cached for that reader's session alone,
by content hash, and lives in memory only, where no workspace is open.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace

import streamlit as st

from geo.rules.rule_set import Rules
from jobs.assessment import job
from jobs.demonstration import layers
from jobs.kept_layers import NOTHING_KEPT, KeptLayers
from jobs.rasters.given import Rasters
from jobs.run_options import later
from layers.formats import LOCAL
from layers.reference import files as embedded
from layers.reference.rule_files import default_rules
from layers.sources.read_options import NOTHING, ReadOptions, Wishes
from views import workspace

DEMONSTRATION_DAY = dt.date(2016, 9, 19)
"""The day on which the app opens: three of the five zones of CAR had just become compliant."""

DECLARED = "declared_coverage.csv"
"""The coverage that a reader declared on the page, as a file like any other."""

NO_RASTERS = Rasters()

IN_RUN = ("sites", "incidents", "boundaries", "coverage", "zones", "eu_list", "findings", "rules")
"""Kinds of files that every verdict rests on; lists of suppliers, programmes and roads belong to pages of their own."""


@dataclass(frozen=True)
class File:
    """A file that the reader dropped in: bytes in this session's memory, on disk only where a workspace is open.

    Attributes
    ----------
    role
        Key of :data:`jobs.file_roles.ROLES`; blank while it is not known, and for a file that cannot be used.
    asked
        The role that the reader chose; blank: as recognised.
    options
        What the reader says of the file.
    settled
        What has been found out of it is taken over.
    by_hand
        How it is read was chosen, for this file or one of its layout.
    path
        Where it lies in the workspace; blank without one.
    about
        What a record says of it where it was fetched (:func:`views.own_files.fetched_facts`).
    """

    role: str
    name: str
    sha256: str
    data: bytes = field(repr=False)
    asked: str = ""
    options: ReadOptions = NOTHING
    settled: bool = True
    by_hand: bool = False
    path: str = ""
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Data:
    """The chosen data and date; `key` changes with the content, so caches rest on it.

    Parameters
    ----------
    demonstration
        The synthetic data of the project alone: it is never joined to a reader's `files`.
    country
        Of rows that state none: a code or a name.
    boundaries_version
        Vintage of boundaries whose file does not say it.
    kept
        What was read of the files before.
    rasters
        What is measured around the sites, as the command is given with ``--population`` and ``--travel-time``.
    """

    demonstration: bool
    files: tuple[File, ...]
    day: dt.date
    rules: Rules
    country: str = ""
    boundaries_version: str = ""
    kept: KeptLayers = field(default=NOTHING_KEPT, repr=False, compare=False)
    rasters: Rasters = field(default=NO_RASTERS, repr=False, compare=False)

    def __post_init__(self) -> None:
        """No verdict rests on synthetic rows beside real ones."""
        if self.demonstration and any(f.role != "rules" for f in self.files):
            raise ValueError("demonstration data is never joined to a reader's own")

    @property
    def key(self) -> str:
        """Hash of roles, names, contents and options of reading."""
        parts = [str(self.demonstration), self.country, self.boundaries_version]
        parts += [f"{f.role}/{f.name}/{f.sha256}/{f.options}" for f in self.files if f.role != "rules"]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def has_demonstration(self) -> bool:
        """Whether any row is synthetic, also of a file that the reader dropped in."""
        return bool(layers(self.loaded()))

    def inputs(self) -> job.Inputs:
        """What the command would be given: the files by their role, and the same options."""

        def of(role: str) -> list[job.Source]:
            return [job.Source(f.name, f.data, about=f.about) for f in self.files if f.role == role]

        def demo(*paths: object) -> list[job.Source]:
            return [job.Source.of(str(p)) for p in paths] if self.demonstration else []

        zones, eu_list = of("zones"), of("eu_list")
        return job.Inputs(
            sites=[*demo(*demonstration_sites()), *of("sites")],
            incidents=[*demo(embedded.DEMONSTRATION_INCIDENTS), *of("incidents")],
            zones=zones[-1] if zones else None,
            boundaries=of("boundaries"),
            coverage=[*demo(embedded.DEMONSTRATION_COVERAGE), *of("coverage")],
            eu_list=eu_list[-1] if eu_list else None,
            findings=of("findings"),
            country=self.country,
            boundaries_version=self.boundaries_version,
            gateway=LOCAL if self.demonstration else workspace.gateway(),  # its own files need no sandbox
            wishes=Wishes(by_file={f.name: f.options for f in self.files}),
            kept=self.kept,
        )

    def loaded(self) -> job.Loaded:
        """The layers, read once for this content."""
        inputs = self.inputs()
        return _load_own(self.key, inputs) if self.files else _load_shared(self.key, inputs)

    def run(self, day: dt.date | None = None) -> job.Run:
        """The run at `day`, else at the chosen one, under the chosen rules."""
        when, loaded = day or self.day, self.loaded()
        if self.files or self.rasters:
            return _run_own(self.key, when, self.rules.key, self.rasters.key, loaded, self.rules, self.rasters)
        return _run_shared(self.key, when, self.rules.key, loaded, self.rules)

    def at(self, day: dt.date) -> Data:
        """The same data at another day."""
        return replace(self, day=day)

    def with_day_and_rules(self, day: dt.date, rules: Rules) -> Data:
        """The same data at another day and under other rules."""
        return replace(self, day=day, rules=rules)

    @property
    def token(self) -> str:
        """Names this content, date and rules in a few characters, so that a stale click is known as such."""
        return hashlib.sha256(f"{self.key}{self.day}{self.rules.key}{self.rasters.key}".encode()).hexdigest()[:12]


def demonstration() -> Data:
    """What the app opens with, when the address says nothing else."""
    return Data(True, (), DEMONSTRATION_DAY, default_rules())


def demonstration_sites() -> list[object]:
    """The embedded files that hold synthetic sites."""
    return [embedded.DEMONSTRATION_SITES, embedded.DEMONSTRATION_VISITS]


# Streamlit leaves parameters that begin with an underscore out of the key: contents and rules count by their hash.
# Evidence is made for the sites that are looked at, and all of it for a download: 300 MB of 5,000 sites and 10,000
# incidents, so a session keeps few runs.
@st.cache_resource(max_entries=2, show_spinner=False)
def _load_shared(key: str, _inputs: job.Inputs) -> job.Loaded:
    return job.load(_inputs, sites_needed=False)


@st.cache_resource(max_entries=3, show_spinner=False, scope="session")
def _load_own(key: str, _inputs: job.Inputs) -> job.Loaded:
    return job.load(_inputs, sites_needed=False)


@st.cache_resource(max_entries=12, show_spinner=False)
def _run_shared(key: str, day: dt.date, rules_key: str, _loaded: job.Loaded, _rules: Rules) -> job.Run:
    return job.run(_loaded, day, _rules, engine=later(_loaded))


@st.cache_resource(max_entries=3, show_spinner=False, scope="session")
def _run_own(
    key: str, day: dt.date, rules_key: str, measured: tuple[str, ...], _loaded: job.Loaded, _rules: Rules,
    _rasters: Rasters,
) -> job.Run:  # fmt: skip
    return job.run(_loaded, day, _rules, engine=later(_loaded), rasters=_rasters)
