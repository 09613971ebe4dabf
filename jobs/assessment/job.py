"""`cahra assess`: files to a result, the one way that the command line, the app and a notebook take.

`load` reads every layer through the one gateway; `run` assesses what was loaded at a date. An app reads once and runs
for many dates.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo import schema
from geo.assess import assess
from geo.assessment import Assessment
from geo.messages import Note
from geo.records.stated_places import stated_place_notes, stated_places
from geo.rules.rule_set import Rules
from jobs.assessment import export
from jobs.assessment.icglr_md01 import md01
from jobs.demonstration import layers, marks
from jobs.inputs import Inputs, Loaded, Source, load, together
from jobs.known_sites import sites_at
from jobs.rasters.given import Rasters
from jobs.result import Result, ResultFiles
from jobs.run_options import Engine, assess_loaded, recorded
from layers.reference.rule_files import default_rules
from layers.reference.unit_aliases import unit_aliases
from layers.sources.sites import SiteLayer

if TYPE_CHECKING:
    from jobs.rasters.measure import Progress

__all__ = ["Inputs", "Loaded", "Run", "Source", "load", "run"]


@dataclass(frozen=True)
class Run(Result):
    """A result, its rejected and unused rows, what its record says but of evidence, and its sites for ICGLR MD01.

    `certified` is what :mod:`jobs.assessment.icglr_md01` says of the sites; `evidence` is as what evidence is written
    (:mod:`jobs.assessment.evidence_file`).
    """

    assessment: Assessment
    rejected: pd.DataFrame
    base_record: dict[str, object]
    certified: pd.DataFrame
    rules: Rules
    evidence: str = ""

    @functools.cached_property
    def record(self) -> dict[str, object]:
        """The whole record; evidence is made for it where it was not."""
        return export.with_evidence(self.base_record, self.assessment)

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name; every language is in them.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.result_files(
            self.assessment, self.rules, self.rejected, self.base_record, self.certified, self.evidence
        )

    def summary(self, language: str = "en") -> list[Note]:
        """The quadrants, what was left out, and what the reader should know.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.summary(self.assessment.sites, self.rejected, self.base_record, self.rules)


def run(
    loaded: Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    now: dt.datetime | None = None,
    *,
    places: Sequence[SiteLayer] | None = None,
    engine: Engine = assess,
    evidence: str = "",
    rasters: Rasters | None = None,
    progress: Progress | None = None,
) -> Run:
    """Assesses what was loaded at a date; a row's own `as_of` is a matter of screening, not of this.

    Parameters
    ----------
    places
        What is asked instead of the loaded sites, whose visits still speak of what lies near.
    engine
        :func:`geo.assess.assess`, or a form of it that spreads the work.
    evidence
        As what evidence is written, ``csv``, ``parquet`` or ``both``; blank leaves it to the number of rows.
    rasters, progress
        What is measured around the sites, for their columns and for rules of kind raster, and who hears how far it is.
    loaded
        What was read of the inputs.
    as_of
        The day that is asked about: time of events, not of knowledge.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    """
    rules = rules or default_rules()
    inputs = [dict(i) for i in loaded.inputs]
    site_layers = loaded.sites if places is None else places
    sites, unused = sites_at(site_layers, as_of, inputs)
    statuses = together([s.statuses for s in site_layers], schema.STATUSES)
    measured, read = None, Rasters()
    if rasters:
        from jobs.rasters.measure import measured_once

        measured, read = measured_once(sites, rasters, progress)
    result = assess_loaded(loaded, sites, as_of, rules, statuses=statuses, measured=measured, engine=engine)
    inputs += read.records()
    where = sites[["lon", "lat", "coord_precision_km", "country", "admin1", "admin2"]]
    stated = loaded.kept.of("stated", [where], lambda: stated_places(sites, loaded.boundaries, unit_aliases()))
    place_notes = stated_place_notes(stated, sites["site_id"].tolist())
    notes = result.report.get("notes")
    result.report["notes"] = [*(notes if isinstance(notes, list) else []), *place_notes]
    rejected = together([loaded.rejected, *unused], schema.REJECTED)
    record = export.run_record_without_evidence(result, rules, inputs, recorded(loaded, as_of), now)
    return Run(result, rejected, record | marks(*layers(loaded)), md01(sites, statuses, as_of), rules, evidence)
