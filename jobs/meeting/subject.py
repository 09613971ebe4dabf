"""What every file for a meeting says of itself: title, date, how much is shown, sources, whether it is synthetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from i18n.translator import Translator
from jobs.assessment.incident_filters import IncidentFilters
from jobs.assessment.job import Loaded, Run
from jobs.data_cards import credit_in_words
from jobs.demonstration import layers
from layers.formats.writers.spreadsheet_guard import safe_name
from layers.reference.country_names import country_name
from layers.sources.catalogue import publisher

ALL_INCIDENTS = IncidentFilters()
MOST_COUNTRIES = 3
"""More countries are not named in a title or file name."""


@dataclass(frozen=True)
class Subject:
    """A run, the sites of it that are meant, and the reader's language.

    Parameters
    ----------
    rows
        Positions in ``run.assessment.sites``, in the order wanted.
    incidents
        Which incidents its maps draw.
    colour
        What its map colours sites by, a key of :data:`layers.maps.colour_by.SITE_CHOICES`; blank: their class.
    """

    loaded: Loaded
    run: Run
    rows: tuple[int, ...]
    translate: Translator
    incidents: IncidentFilters = ALL_INCIDENTS
    colour: str = ""

    @classmethod
    def of(
        cls,
        loaded: Loaded,
        run: Run,
        translate: Translator,
        rows: Sequence[int] | None = None,
        incidents: IncidentFilters | None = None,
        colour: str = "",
    ) -> Subject:
        """The subject; without `rows`, all sites of the run.

        Parameters
        ----------
        loaded
            What was read of the inputs.
        run
            The assessment with what it was made from.
        translate
            Speaks the reader's language.
        rows
            Positions in ``run.assessment.sites``, in the order wanted; None for all.
        incidents
            Which incidents its maps draw; None: all.
        colour
            What its map colours sites by; blank: their class.
        """
        whole = range(len(run.assessment.sites)) if rows is None else rows
        return cls(loaded, run, tuple(int(row) for row in whole), translate, incidents or ALL_INCIDENTS, colour)

    @cached_property
    def sites(self) -> pd.DataFrame:
        """The sites meant, rows of :data:`geo.schema.ASSESSED`."""
        return self.run.assessment.sites.iloc[list(self.rows)]

    @property
    def day(self) -> dt.date:
        """The as-of date."""
        settings = self.run.base_record["settings"]
        assert isinstance(settings, dict)
        return dt.date.fromisoformat(str(settings["as_of"]))

    @cached_property
    def demonstration(self) -> bool:
        """Whether any row that the verdict may rest on is synthetic."""
        return bool(layers(self.loaded))

    @property
    def notice(self) -> str:
        """The mark of synthetic data, blank without any."""
        return self.translate("Demonstration data") if self.demonstration else ""

    @cached_property
    def countries(self) -> list[str]:
        """ISO 3166 alpha-3 of the sites' countries, those with most sites first."""
        counts = self.sites["country"][self.sites["country"] != ""].value_counts()
        return [str(c) for c in counts.sort_index().sort_values(ascending=False, kind="stable").index]

    @property
    def title(self) -> str:
        """What it is about."""
        _ = self.translate
        what = _("Mine sites, conflict and zones")
        if not self.countries or len(self.countries) > MOST_COUNTRIES:
            return what
        return f"{what} – {', '.join(country_name(c, _) for c in self.countries)}"

    @property
    def subtitle(self) -> str:
        """The date, and how many of the sites are shown."""
        _, whole = self.translate, len(self.run.assessment.sites)
        day = _("As of {day}", day=_.date(self.day))
        n = len(self.rows)
        if n == whole:
            return f"{day} · " + _.plural("{n} site", "{n} sites", n)
        return f"{day} · " + _.plural("{n} site of {all}", "{n} sites of {all}", n, all=_.number(whole))

    @property
    def caution(self) -> str:
        """What a class is not."""
        return self.translate(
            "A class is an indication for due diligence, not a finding of law; none says that a site is calm."
        )

    @property
    def sources(self) -> list[str]:
        """The datasets that were loaded, each with its edition, publisher and licence, once."""
        _ = self.translate
        out: dict[str, None] = {}
        inputs = self.run.base_record["inputs"]
        for entry in inputs if isinstance(inputs, list) else []:
            if entry["role"] == "rules":  # said in the foot
                continue
            dataset, version = (
                str(entry.get("dataset") or entry["file"]),
                str(entry["dataset_version"]),
            )  # a raster is a file
            known = publisher(dataset)
            credit, licence = known["credit"], known["licence"]
            edition = "" if version.startswith("sha256:") or version in dataset else version
            named = _("coverage of incidents") if entry["role"] == "coverage" else dataset
            if not credit and named == str(entry["file"]).rpartition(".")[0]:
                named = str(entry["file"])  # once is enough
            parts = [named, edition, *([credit, licence] if credit else [str(entry["file"])])]
            out[", ".join(dict.fromkeys(credit_in_words(part, _) for part in parts if part))] = None
        return list(out)

    @property
    def foot(self) -> list[str]:
        """Sources, backdrop and caution, as lines."""
        _, record, rules = self.translate, self.run.base_record, self.run.rules
        return [
            _.pair(_("Sources"), _.joined(self.sources)) + ".",
            _("Outlines: Natural Earth; towns: GeoNames (CC BY 4.0). A backdrop, not a legal boundary."),
            f"{self.caution} "
            + _(
                "Rules version {version} ({hash}).",
                version=rules.version,
                hash=rules.hash.removeprefix("sha256:")[:12],
            )
            + f" CAHRA Atlas {record.get('tool_version', '')}.",
        ]

    def file_name(self, what: str, ending: str) -> str:
        """The name of a file: what, where and when; synthetic data says so.

        Parameters
        ----------
        what
            What the file holds, such as `sites` or `map`.
        ending
            Ending without its point, such as `csv`.
        """
        where = "-".join(sorted(self.countries)) if 0 < len(self.countries) <= MOST_COUNTRIES else ""
        parts = ["demonstration" if self.demonstration else "", what, where, self.day.isoformat()]
        return safe_name("_".join(part for part in parts if part), ending)


def what_of(name: str) -> str:
    """The file's name without place, date and mark.

    Parameters
    ----------
    name
        Name of a file for a meeting.

    Examples
    --------
    >>> what_of("demonstration_sites_excel_CAF-COD_2016-09-19.csv"), what_of("map_2016-09-19.pdf")
    ('sites_excel.csv', 'map.pdf')
    """
    stem, _, ending = name.rpartition(".")
    parts = stem.removeprefix("demonstration_").split("_")[:-1]
    where = len(parts) > 1 and all(len(c) == 3 and c.isupper() for c in parts[-1].split("-"))
    return "_".join(parts[:-1] if where else parts) + f".{ending}"
