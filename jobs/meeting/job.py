"""`cahra meeting`: a run as files that go into a report or onto a slide, in the reader's language.

`load` and `run` are those of the assessment; each file has what, where and when in its name. Rows that may not leave
(ACLED) are in none of them, and synthetic data says so in each and in its name.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from geo.messages import Note
from geo.rules.rule_set import Rules
from i18n.translator import translator
from jobs.assessment import job as assessment
from jobs.assessment.job import Loaded, Run, load
from jobs.assessment.site_filters import Filters, gravest_first
from jobs.meeting.earth import site_kml, site_kmz
from jobs.meeting.gis import gis_package, gis_project
from jobs.meeting.map_sheet import map_files
from jobs.meeting.site_table import excel_csv
from jobs.meeting.subject import Subject
from jobs.meeting.table_pdf import table_pdf
from jobs.meeting.workbook import workbook
from jobs.rasters.given import Rasters
from jobs.rasters.measure import Progress
from jobs.result import Result, ResultFiles
from layers.maps.printed import FORMATS
from layers.reference.rule_files import default_rules

__all__ = ["MeetingResult", "load", "meeting_files", "run"]


@dataclass(frozen=True)
class MeetingResult(Result):
    """A run and the sites of it that are meant."""

    loaded: Loaded
    found: Run
    rows: tuple[int, ...]
    filters: Mapping[str, str]

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files by name; the record is that of the assessment, with what was shown of it.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        subject = Subject.of(self.loaded, self.found, translator(language), self.rows)
        mine = {"job": "meeting", "language": language, "filters": dict(self.filters), "shown": len(self.rows)}
        return ResultFiles(
            {}, meeting_files(subject), {**self.found.base_record, **mine}, lambda: {**self.found.record, **mine}
        )

    def summary(self, language: str = "en") -> list[Note]:
        """What was shown, and what an assessment says of itself.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        shown = Note(
            "{n} site{n?|s} shown of {all}, the gravest first.", n=len(self.rows), all=len(self.found.assessment.sites)
        )
        return [*self.found.summary(language), shown]


def run(
    loaded: Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    now: dt.datetime | None = None,
    *,
    filters: Filters | None = None,
    rasters: Rasters | None = None,
    progress: Progress | None = None,
) -> MeetingResult:
    """Assesses what was loaded and keeps the sites that pass the filters, gravest first.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    as_of
        The day that is asked about: time of events, not of knowledge.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    filters
        Which sites are meant; None: all.
    rasters, progress
        Rasters that are measured around the sites, and who hears how far the work is.
    """
    rules, filters = rules or default_rules(), filters or Filters()
    found = assessment.run(loaded, as_of, rules, now, rasters=rasters, progress=progress)
    return MeetingResult(loaded, found, shown_rows(found, filters), filters.address())


def shown_rows(found: Run, filters: Filters) -> tuple[int, ...]:
    """Positions of the sites that pass the filters, gravest first.

    Parameters
    ----------
    found
        The assessment with its rules.
    filters
        Which sites are meant.
    """
    sites = found.assessment.sites.reset_index(drop=True)
    kept = gravest_first(sites[filters.apply(sites, found.rules)])
    return tuple(int(row) for row in kept.index)


def meeting_files(subject: Subject) -> dict[str, Callable[[], bytes]]:
    """How each file is made, by name.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    name = subject.file_name

    def drawn(ending: str) -> bytes:
        return map_files(subject, (ending,))[ending]

    return {
        **{name("map", ending): functools.partial(drawn, ending) for ending in FORMATS},
        name("sites", "xlsx"): lambda: workbook(subject),
        name("sites", "pdf"): lambda: table_pdf(subject),
        name("sites_excel", "csv"): lambda: excel_csv(subject.run, subject.rows, subject.translate),
        name("sites", "kml"): lambda: site_kml(subject),
        name("sites", "kmz"): lambda: site_kmz(subject),
        name("gis", "gpkg"): lambda: gis_package(subject),
        name("gis", "qgz"): lambda: gis_project(subject),
    }


def filters_of(given: Sequence[str]) -> Filters:
    """Filters written as in a page's address, ``minerals=diamond``; values joined by ``~``.

    Parameters
    ----------
    given
        Texts of `name=value`, each name once.

    Examples
    --------
    >>> filters_of(["minerals=diamond~gold", "classes=high-risk"]).minerals
    ('diamond', 'gold')
    """
    return Filters.of(dict(pair.split("=", 1) for pair in given if "=" in pair))
