"""`cahra programmes`: sites, incidents and programmes in; coverage, gaps, overlaps, units, a map and a record out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import pandas as pd

from geo.messages import Figure, Note, joined
from geo.programmes.coverage import ProgrammeCoverage
from geo.programmes.donors import DonorNames
from geo.programmes.money import MONEY_ROWS, MONEY_TOTALS, Rates, money_rows, money_totals
from geo.programmes.prioritise import rank, units_as_candidates
from geo.programmes.schema import PROGRAMMES, TYPES
from geo.programmes.tables import BY_ZONE, COUNTED, COVERED, GAPS, NATIONAL, OVERLAPS, TOTALS, UNITS
from geo.rules.evidence import withheld_columns
from geo.schema import REJECTED, conform
from geo.table_note import TableNote
from i18n.translator import N_, translator
from jobs.assessment import job
from jobs.counted_file import OF_SITES, CountedFiles, of_sites
from jobs.data_cards import citations
from jobs.data_page import inputs_of
from jobs.demonstration import layers, marks
from jobs.programmes.labels import KINDS_OF_MONEY, STATES
from jobs.programmes.programme_files import ProgrammeLayer
from jobs.programmes.radii import Radii
from jobs.programmes.types import TypeMap, labels
from jobs.reading_notes import columns_line, reading_lines, rows_line
from jobs.result import Result, ResultFiles, Sheet
from layers.formats.writers.cells import plain_types
from layers.reference.unit_aliases import unit_aliases

_RANDOM = re.compile(rb"_[0-9a-f]{32}(?![0-9a-zA-Z])")

RANKED = 20
"""Units in the list of those that would close most of the gap."""

HEADING = N_("Programmes and gaps on {day}")


@dataclass(frozen=True)
class ProgrammeRun(Result):
    """The stocktake of one day with all that it came from."""

    run: job.Run
    loaded: job.Loaded
    result: ProgrammeCoverage
    layers: list[ProgrammeLayer]
    types: TypeMap
    donors: DonorNames = field(default_factory=DonorNames)
    rates: Rates = field(default_factory=Rates)
    radii: Radii = field(default_factory=Radii)

    @property
    def rejected(self) -> pd.DataFrame:
        """Rows of every input that were not used (``geo.schema.REJECTED``)."""
        parts = [self.run.rejected, *(layer.rejected for layer in self.layers)]
        return pd.concat([conform(part, REJECTED) for part in parts], ignore_index=True)

    def tables(self) -> dict[str, Sheet]:
        """Frames by file name."""
        result = self.result
        ranked = rank(result, units_as_candidates(result.assessed), RANKED)
        return {
            "coverage.csv": (result.covered, COVERED),
            "gaps.csv": (result.gaps, GAPS),
            "overlaps.csv": (result.overlaps, OVERLAPS),
            "units.csv": (result.units, UNITS),
            "totals.csv": (result.totals, TOTALS),
            "zones.csv": (result.by_zone, BY_ZONE),
            "national.csv": (result.national, NATIONAL),
            "next_units.csv": (ranked.ranked.assign(method=ranked.method), COUNTED),
            "programmes.csv": (result.programmes.frame.assign(state=result.states), PROGRAMMES),
            "remarks.csv": (conform(result.programmes.remarks, REJECTED), REJECTED),
            "rejected.csv": (self.rejected, REJECTED),
            "money.csv": (self.money, MONEY_ROWS),
            "money_totals.csv": (money_totals(result.programmes, self.money), MONEY_TOTALS),
        }

    @property
    def own_tables(self) -> Sequence[Mapping[str, object]]:
        """What the record tells of tables that the user gave for those of the project."""
        return [t.recorded for t in (self.types, self.types.phrases, self.rates, self.radii) if t.recorded]

    @property
    def assumed(self) -> int:
        """Points whose radius is that of the setting."""
        return int((self.result.programmes.footprints["radius_basis"] == "default").sum())

    @cached_property
    def money(self) -> pd.DataFrame:
        """Money by donor, types, year, kind and area (``geo.programmes.money.MONEY_ROWS``)."""
        return money_rows(self.result.programmes, self.donors, self.rates)

    def record(self) -> dict[str, object]:
        """The run record of the assessment, with the programmes' files and totals."""
        return self._with_programmes(self.run.record)

    def base_record(self) -> dict[str, object]:
        """The same, but for what is known of the evidence only when it is made."""
        return self._with_programmes(self.run.base_record)

    def _with_programmes(self, record: Mapping[str, object]) -> dict[str, object]:
        inputs = [
            {"role": "programmes", "file": layer.name, "sha256": layer.sha256, "bytes": layer.size}
            | {"dataset": layer.dataset}
            | {"dataset_version": layer.dataset_version, "rows": dict(layer.accounting), "notes": list(layer.notes)}
            | dict(layer.about)
            for layer in self.layers
        ]
        inputs += [dict(entry) for entry in self.own_tables]
        own = record.get("inputs")
        totals = plain_types(self.result.totals, TOTALS).set_index("programme_type").astype(object)
        return {
            **record,
            "job": "coverage",
            "inputs": [*(own if isinstance(own, list) else []), *inputs],
            "sector_types": f"sha256:{self.types.sha256}",
            "type_words": f"sha256:{self.types.phrases.sha256}",
            "radii": {"sha256": self.radii.sha256, "points": self.assumed} if self.radii.rows else {},
            "rates": {"to": self.rates.to, "sha256": self.rates.sha256} if self.rates.to else {},
            "programmes": {str(k): int(v) for k, v in self.result.states.value_counts().sort_index().items()},
            "programme_totals": {t: {k: None if pd.isna(n) else n for k, n in totals.loc[t].items()} for t in TYPES},
            "not_on_the_map": len(self.result.national),
            **marks(
                *layers(self.loaded), *(["programmes"] if self.result.programmes.frame["demonstration"].any() else [])
            ),
        }

    def map_html(self, language: str = "en") -> bytes:
        """The map as one page that opens from a disk and asks no host for anything.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        from jobs.programmes.map import details, footprints_drawn, gap_marks
        from jobs.programmes.map_colours import line_colours
        from layers.maps import map_content
        from layers.maps.map import View, blob, standalone

        _ = translate = translator(language)
        sites = self.result.assessed
        heading = translate(HEADING, day=translate.date(self.result.as_of))
        day = self.result.as_of.to_datetime64().astype("datetime64[D]")
        lines, whose = footprints_drawn(self.result, TYPES, self.loaded.boundaries)
        content = blob(
            translate,
            sites=sites,
            zones=map_content.zone_areas(self.loaded.zones, self.loaded.boundaries, day, unit_aliases()),
            lines=lines,
            colours=line_colours(self.result, whose, TYPES, self.donors, translate),
            colour="donor",
            marks=gap_marks(self.result, TYPES, translate),
            notice=_("Demonstration data") if self.base_record()["demonstration"] else "",
            title=heading,
            details=details(self.result, translate),
        )
        view = View.around(sites["lon"].tolist(), sites["lat"].tolist())
        return numbered(standalone(view, translate, content, heading))

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name; the map in `language`.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        assessed = self.run
        counted = CountedFiles(
            lambda: of_sites(withheld_columns(assessed.assessment.evidence_columns), assessed.rules), OF_SITES
        )
        return ResultFiles(
            {**self.tables(), **counted.sheets()},
            {"map.html": lambda: self.map_html(language), **self.briefs(language)},
            {**self.base_record(), "language": language},
            lambda: {**self.record(), "language": language},
            counted.without,
        )

    def brief(self, country: str, unit: str, language: str, ending: str = "html") -> bytes:
        """Two printed pages of a country, or of one of its districts, as ``html`` or ``pdf``.

        Parameters
        ----------
        country
            ISO 3166 alpha-3.
        unit
            Name of a district, as the sites have it; blank: the whole country.
        language
            Code of the reader's language, such as `fr`.
        ending
            `html` or `pdf`.
        """
        from jobs.programmes.brief import brief_of
        from jobs.programmes.brief_page import brief_html, brief_pdf
        from jobs.programmes.export_area import narrowed

        record = self.base_record()
        area = narrowed(self.result, self.money, country, unit, self.donors, bool(record["demonstration"]))
        translate = translator(language)
        page = brief_pdf if ending == "pdf" else brief_html
        content = brief_of(area, translate, citations(inputs_of(record), translate))
        return page(content, translate, str(record["tool_version"]))

    def briefs(self, language: str) -> dict[str, Callable[[], bytes]]:
        """A brief for each country in which sites lie, by file name.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        countries = sorted(set(self.result.assessed["country"]) - {""})
        return {
            f"brief_{country}.{ending}": partial(self.brief, country, "", language, ending)
            for country in countries
            for ending in ("html", "pdf")
        }

    def summary(self, language: str = "en") -> list[Note]:
        """A line per type, what is not on the map, and every note of the programmes' files.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        words = labels("en")
        totals = [
            (
                Note(words[str(row.programme_type)]),
                *map(_known, (row.at_risk_sites, row.at_risk_covered, row.gaps, row.overlaps)),
            )
            for row in self.result.totals.itertuples(index=False)
        ]
        head = [Note(m) for m in (N_("Type"), N_("At risk"), N_("At risk, covered"), N_("Gaps"), N_("Overlaps"))]
        lines: list[Note] = [TableNote.of(head, totals)]
        counted = self.result.states.value_counts().sort_index()
        states = joined(Note("{n} {state}", n=int(n), state=Note(STATES[str(state)])) for state, n in counted.items())
        lines.append(Note("Programmes: {states}", states=states or Note("none")))
        if len(self.result.national):
            lines.append(
                Note(
                    "{n} programme{n?|s} {n?has|have} no place that can be drawn: see national.csv.",
                    n=len(self.result.national),
                )
            )
        if self.assumed:
            setting = "; ".join(f"{row.exactness} {row.km:g} km" for row in self.radii.rows)
            lines.append(
                Note(
                    "{n} point{n?|s} without a stated radius {n?was|were} given one by the setting ({setting}): "
                    "see --radii.",
                    n=self.assumed,
                    setting=setting,
                )
            )
        lines += [
            Note(
                "Money, {kind}: {amount} {currency} in {n} programme{n?|s}, of which {several} in several places.",
                kind=Note(KINDS_OF_MONEY[str(total.kind)]),
                amount=Figure.of(float(str(total.amount))),
                currency=str(total.currency) or Note("without a currency"),
                n=int(str(total.programmes)),
                several=Figure.of(float(str(total.amount_in_several_places))),
            )
            for total in money_totals(self.result.programmes, self.money).itertuples(index=False)
        ]
        inputs = self.run.base_record["inputs"]
        lines += reading_lines(inputs if isinstance(inputs, list) else [])
        for layer in self.layers:
            lines.append(rows_line(layer.name, layer.accounting))
            if layer.columns_used:
                taken = {field: ", ".join(names) for field, names in layer.columns_used.items()}
                lines.append(columns_line(taken, layer.columns_ignored))
            lines += [Note("  {note}", note=note) for note in layer.notes]
        return lines + reading_lines(self.own_tables)


def numbered(page: bytes) -> bytes:
    """A page with Folium's random element names counted instead, so that the same map has the same bytes.

    Parameters
    ----------
    page
        The bytes of the page.

    Examples
    --------
    >>> numbered(b"map_0123456789abcdef0123456789abcdef.addTo(x); map_0123456789abcdef0123456789abcdef")
    b'map_1.addTo(x); map_1'
    """
    seen: dict[bytes, bytes] = {}
    return _RANDOM.sub(lambda found: seen.setdefault(found[0], b"_%d" % (len(seen) + 1)), page)


def _known(count: object) -> int | Note:
    """A count, or that it is unknown."""
    return Note("unknown") if pd.isna(count) else int(str(count).partition(".")[0])  # type: ignore[call-overload]
