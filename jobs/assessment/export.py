"""What a run leaves behind: site list, evidence, rejected rows and the run record, as bytes by file name.

The same call gives the same bytes; only ``run_at`` of run.json tells the time.
"""

from __future__ import annotations

import datetime as dt
import functools
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo import schema
from geo.ahead import ahead
from geo.assessment import Assessment
from geo.coded import CodedTable
from geo.memory import give_back
from geo.messages import Day, Note, joined
from geo.rasters.schema import MEASURES
from geo.rules.evidence import withheld_columns
from geo.rules.explanation import GAP_WORDS, summary_rows
from geo.rules.rule_set import Rules
from geo.rules.sentences import sentences
from geo.table_note import TableNote
from i18n import labels
from i18n.languages import finished
from i18n.translator import translator
from jobs.assessment.evidence_file import CSV, MOST_CSV_ROWS, PARQUET, files_of
from jobs.assessment.unseen_notes import unseen_notes
from jobs.assumptions import assumptions
from jobs.installed import version
from jobs.rasters.given import raster_lines
from jobs.reading_notes import first_reasons, followed, reading_lines, reasons_line
from jobs.result import Later, ResultFiles, Sheet
from jobs.run_record import TOOL
from layers.formats.writers.cells import plain_types, whole_columns
from layers.formats.writers.geojson import ROWS, geojson_pieces
from layers.formats.writers.text_columns import TextColumn, frame_texts
from layers.reference.country_names import CountryName

LIBRARIES = ("geopandas", "numpy", "pandas", "pyproj", "shapely", "pyarrow")

FIRST = (CSV, PARQUET, "sites.csv", "sites.geojson")
"""The largest files, begun with where rows of evidence are many: the others are made beside them."""
NOTES = {
    "as_of": "as_of is the time of events, not of knowledge: the run uses what the datasets say today about that date.",
    "not_law": "A class is an indication for due diligence (OECD Guidance, step 2), not a conclusion of law.",
    "sources": "Counts and sums are made per source and never added; a figure is that of the source with most events.",
    "restricted": "Rows of restricted datasets (ACLED) are named by id and distance only; verify with the user's file.",
}


def quadrants(sites: pd.DataFrame) -> pd.DataFrame:
    """Counts of sites, site class down and zone status across, in the order of the schema; never one score.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    counts = sites.groupby(["site_class", "zone_status"]).size().to_dict()
    there = set(sites["zone_status"].unique())
    across = [z for z in schema.ZONE_STATUSES if z in there]
    return pd.DataFrame(
        np.array([[counts.get((c, z), 0) for z in across] for c in schema.CLASSES], dtype=np.int64),
        index=pd.Index(list(schema.CLASSES), name="site_class"),
        columns=pd.Index(across, name="zone_status"),
    )


def quadrant_lines(sites: pd.DataFrame) -> TableNote:
    """The counts of :func:`quadrants` for a reader: classes down, zone statuses across, both in words.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    table = quadrants(sites)
    head = [Note("Site class"), *(Note(labels.ZONE_STATUSES[str(z)]) for z in table.columns)]
    return TableNote.of(head, [(Note(labels.CLASSES[str(c)]), *map(int, row)) for c, *row in table.itertuples()])


def run_record(
    assessment: Assessment,
    rules: Rules,
    inputs: list[dict[str, object]],
    settings: Mapping[str, object],
    now: dt.datetime | None = None,
) -> dict[str, object]:
    """The run record: everything that is needed to do the same again, and to check it.

    Parameters
    ----------
    assessment
        Sites, evidence and report of the run (:class:`geo.assess.Assessment`).
    rules
        The rule set with its settings.
    inputs
        An entry a file that was read: name, hash, dataset, rows, licence.
    settings
        What the run was asked for beside the files: date, country, vintage, rasters.
    now
        When the run is made; None: now.
    """
    return with_evidence(run_record_without_evidence(assessment, rules, inputs, settings, now), assessment)


def with_evidence(record: Mapping[str, object], assessment: Assessment) -> dict[str, object]:
    """A record that tells the number of rows of evidence; they are made for it where they were not.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    assessment
        The assessment that the record is of.
    """
    names = list(record)
    whole = {**record, "evidence_rows": len(assessment.evidence_columns)}
    at = names.index("sites") + 1
    return {name: whole[name] for name in dict.fromkeys([*names[:at], "evidence_rows", *names[at:]])}


def run_record_without_evidence(
    assessment: Assessment,
    rules: Rules,
    inputs: list[dict[str, object]],
    settings: Mapping[str, object],
    now: dt.datetime | None = None,
) -> dict[str, object]:
    """The same without the number of rows of evidence, which are not made for it.

    Parameters
    ----------
    assessment
        Sites and report of the run (:class:`geo.assess.Assessment`).
    rules
        The rule set with its settings.
    inputs
        An entry a file that was read: name, hash, dataset, rows, licence.
    settings
        What the run was asked for beside the files: date, country, vintage, rasters.
    now
        When the run is made; None: now.
    """
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    counts = quadrants(assessment.sites)
    return {
        "run_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": TOOL,
        "job": "assess",
        "tool_version": version(TOOL),
        "settings": dict(settings),
        "rules": {"version": rules.version, "hash": rules.hash, "table": rules.source},
        "inputs": [*inputs, *([dict(rules.file)] if rules.file else [])],
        "datasets": assessment.datasets.to_dict("records"),
        "counts": {str(c): {str(k): int(v) for k, v in counts.loc[c].items()} for c in counts.index},
        "sites": len(assessment.sites),
        "demonstration": bool(assessment.sites["demonstration"].any()),
        "report": assessment.report,
        "notes": NOTES,
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
    }


def explained(assessment: Assessment, rules: Rules) -> pd.DataFrame:
    """The sites with `why_en`, `why_fr` and so on: why each has its class, one sentence in every language.

    Parameters
    ----------
    assessment
        Sites and evidence of the run; both are needed for the sentences.
    rules
        The rule set with its settings.
    """
    rows = withheld_columns(summary_rows(rules, assessment.evidence_columns))
    by_language = sentences(
        rules, assessment.sites, rows, assessment.source_of, [translator(code) for code in finished()]
    )
    columns = {f"why_{code}": texts for code, texts in zip(finished(), by_language, strict=True)}
    return assessment.sites.assign(**columns)


def result_files(
    assessment: Assessment,
    rules: Rules,
    rejected: pd.DataFrame,
    record: dict[str, object],
    certified: pd.DataFrame | None = None,
    evidence: str = "",
) -> ResultFiles:
    """All files of a run by name: sites.csv, sites.geojson, evidence.csv, rejected.csv, run.json and its crate.

    Where sites have an ICGLR id or a certification status (`certified`), sites_md01.csv stands beside them. Evidence,
    and the sentences that are made of it, wait until a file is taken. It is written as `evidence` says, a key of
    :data:`jobs.assessment.evidence_file.CHOICES`; blank leaves it to the number of rows.

    Parameters
    ----------
    assessment
        Sites, evidence and report of the run (:class:`geo.assess.Assessment`).
    rules
        The rule set with its settings.
    rejected
        Rows that were not used, with the reason (`geo.schema.REJECTED`).
    record
        The run record, as `run.json` has it.
    certified
        The ICGLR table; None: no site carries a certification.
    evidence
        As what evidence is written: `csv`, `parquet`, `both`, or blank for what its size asks for.
    """

    # Sentences are Python's work, and rows of evidence Arrow's: where there are many, both go on at once.
    @functools.cache
    def saying() -> Callable[[], _Sites]:
        if many():
            give_back()
        return functools.cache(ahead(lambda: _Sites.of(explained(assessment, rules)), worth=many()))

    def many() -> bool:
        return len(assessment.evidence_columns) > MOST_CSV_ROWS

    def site_rows() -> Sheet:
        return saying()().rows, _Sites.TABLE

    def open_rows() -> CodedTable:
        saying()
        return withheld_columns(assessment.evidence_columns)

    def without() -> set[str]:
        return {CSV, PARQUET} - set(files_of(evidence, 0 if evidence else len(assessment.evidence_columns)))

    def first() -> tuple[str, ...]:
        if not many():
            return ()
        saying()  # before there are two threads that would ask for it
        return FIRST

    tables: dict[str, Sheet | Later] = {
        "sites.csv": site_rows,
        **dict.fromkeys((CSV, PARQUET), lambda: (open_rows(), schema.EVIDENCE)),
        "rejected.csv": lambda: (schema.conform(rejected, schema.REJECTED), schema.REJECTED),
    }
    if certified is not None and len(certified):
        tables["sites_md01.csv"] = (certified, ())
    others = {"sites.geojson": lambda: geojson_pieces(saying()().plain, texts=saying()().texts)}
    whole = functools.partial(with_evidence, record, assessment)
    return ResultFiles(tables, others, record, whole, without, first, {"sites.csv": lambda: saying()().csv_texts})


@dataclass(frozen=True)
class _Sites:
    """The sites with their sentences: as they are, as GeoJSON writes them, and as text, where they are not too many."""

    TABLE = (*schema.ASSESSED, *MEASURES)
    rows: pd.DataFrame
    plain: pd.DataFrame
    texts: Mapping[str, TextColumn]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Sites:
        plain = plain_types(rows)
        return cls(rows, plain, frame_texts(plain) if len(rows) <= ROWS else {})

    @property
    def csv_texts(self) -> dict[str, TextColumn]:
        """Texts that stand in the CSV as well: its table calls more numbers whole than GeoJSON does."""
        others = whole_columns(self.TABLE) - whole_columns()
        return {name: text for name, text in self.texts.items() if name not in others}


def summary(sites: pd.DataFrame, rejected: pd.DataFrame, record: Mapping[str, object], rules: Rules) -> list[Note]:
    """What to say: the quadrants, what was left out, and what the reader should know.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    rejected
        Rows that were not used, with the reason (`geo.schema.REJECTED`).
    record
        The run record, as `run.json` has it.
    rules
        The rule set with its settings.
    """
    settings, report = record["settings"], record["report"]
    day = settings["as_of"] if isinstance(settings, dict) else ""
    lines = [
        *reading_lines(record["inputs"] if isinstance(record["inputs"], list) else []),
        *raster_lines(record["inputs"]),
        Note("As of {day}: {n} site{n?|s} (site class x zone status)", day=Day(str(day)), n=len(sites)),
        quadrant_lines(sites),
    ]
    visits = followed(rejected)
    lost = rejected[~visits]
    if len(lost):
        lines.append(Note("Rows not used (rejected.csv): {reasons}", reasons=reasons_line(lost["reason"])))
        lines += first_reasons(lost, 3)
    if visits.any():
        lines.append(
            Note(
                "{n} visit{n?|s} (in rejected.csv too) {n?is|are} followed by a newer one of {n?its|their} site, or "
                "later than the date: none of them is lost.",
                n=int(visits.sum()),
            )
        )
    return [
        *lines,
        *known_limits(sites, report),
        *(Note("Assumed: {what}", what=line) for line in assumptions(sites, record, rules)),
        *remarks(report),
        Note(
            "A class is an indication for due diligence, not a conclusion of law; see sites.csv and evidence.csv for "
            "why."
        ),
    ]


def known_limits(sites: pd.DataFrame, report: object) -> list[Note]:
    """Why sites are insufficient, what is covered, what no rule can see, and which date would do where none is calm.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    report
        `report` of the run record: coverage, notes, and events that no rule can see.
    """
    if not isinstance(report, dict):
        return []
    out: list[Note] = []
    insufficient = sites[sites["site_class"] == "insufficient data"]
    if len(insufficient):
        counts = insufficient["gaps"].str.split(";").explode().value_counts().sort_index()
        why = joined([Note("{gap} ({n})", n=int(n), gap=GAP_WORDS[str(g)]) for g, n in counts.items() if g])
        out.append(Note("{n} site{n?|s} with insufficient data: {why}", n=len(insufficient), why=why))
    countries = set(sites["country"].unique())
    out += [
        Note("Covered: {source}, {country}, {first} to {last} ({effects})", source=labels.source_name(c["source"]),
             country=CountryName.of(c["country_iso3"]), first=Day(c["from"]), last=Day(c["to"]),
             effects=_EFFECTS[c["effects"]])
        for c in report.get("coverage", []) if c["country_iso3"] in countries
    ]  # fmt: skip
    if not report.get("coverage"):
        out.append(Note("Nothing declares what the incident data covers (--incident-coverage): no site can be calm."))
    if len(insufficient) and not (sites["site_class"] == "no indicators found").any():
        last = report.get("latest_answer", "")
        out.append(
            Note("The latest date at which the loaded data can give a calm answer: {day}", day=Day(str(last)))
            if last
            else Note("At no date can the loaded data give a calm answer.")
        )
    out += unseen_notes(report)
    return out


_EFFECTS = {"lethal": Note("deadly events"), "all": Note("all events")}


def remarks(report: object) -> list[Note]:
    """The notes of a run's report, as lines of a summary.

    Parameters
    ----------
    report
        `report` of the run record.
    """
    notes = report.get("notes", []) if isinstance(report, dict) else []
    return [Note("Note: {note}", note=note) for note in notes] if isinstance(notes, list) else []
