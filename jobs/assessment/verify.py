"""What of an assessment follows from its own evidence and run record, and what only a new run proves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.columns import Column, Table
from geo.rasters.schema import MEASURES
from geo.rules.explanation import reasons
from geo.rules.rederive import rederive
from geo.rules.rule_set import Rules, from_dict
from i18n.languages import finished
from i18n.translator import translator
from jobs.accounts import OF_REJECTED, check_accounts, check_neutralised
from jobs.assessment.cross_checks import Held, cross_checks
from jobs.assessment.earlier_version import refuse_version_1
from jobs.assessment.evidence_file import CSV, PARQUET, read_evidence
from jobs.assessment.export import NOTES, quadrants
from jobs.read_back import Derived, DifferenceError, all_columns, in_line, same, texts, typed
from layers.formats.writers.cells import plain_types
from layers.formats.writers.geojson import geojson_bytes


def why_columns() -> tuple[Column, ...]:
    """The columns that say why a site has its class: one a finished language."""
    return tuple(Column(f"why_{code}", "text", "why the site has its class") for code in finished())


GIVEN = frozenset({"site_id", "source", "as_of"})
"""Keys and dates that other files repeat, beside what is derived."""


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the tables of an assessment against its evidence, its record and each other.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    geo.errors.InputError
        The result is of an earlier version.
    """
    sites, evidence = sites_and_evidence(files, record)
    rules = recorded_rules(record)
    rejected = typed(files["rejected.csv"], "rejected.csv", schema.REJECTED)
    if geojson_bytes(plain_types(sites)) != files.get("sites.geojson"):
        raise DifferenceError("sites.geojson is not what sites.csv says")
    _counts(sites, evidence, record)
    check_neutralised(files, record)
    check_accounts(rejected, record)
    if "sites_md01.csv" in files:
        _md01(files["sites_md01.csv"], sites)
    by_rule(evidence, rules, sites)
    known = schema.ASSESSED + tuple(c for c in MEASURES if c.name in sites)
    within(sites, known, "sites.csv")
    derived = derived_columns(sites, evidence, rules, record)
    held = cross_checks(sites, evidence, rules, record)
    unproven = {
        "sites.csv": open_columns(sites, known, derived, held, GIVEN),
        CSV if CSV in files else PARQUET: open_evidence(held),
        "rejected.csv": OF_REJECTED,
    }
    if "sites_md01.csv" in files:
        held_md01 = ("name", "addressCountry", "source")
        unproven["sites_md01.csv"] = all_columns(files["sites_md01.csv"], "sites_md01.csv", held_md01)
    proven = ("rules", "sites", "evidence_rows", "counts", "notes")
    return Derived(int(derived["site_class"].isna().sum()), unproven, proven)


def open_columns(
    sites: pd.DataFrame, table: Table, derived: pd.DataFrame, held: Held, given: Iterable[str] = ()
) -> tuple[str, ...]:
    """Columns of sites that nothing in the result proves, and those that it proves of some of them.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    table
        The schema of `sites`.
    derived
        The columns that follow from the evidence (:func:`derived_columns`).
    held
        Which cells another place in the result repeats.
    given
        Columns that the caller proves otherwise, such as keys and dates that other files repeat.
    """
    whole = [name for name in derived.columns if name != "sources_disagree" or derived[name].notna().all()]
    proven = {*whole, *held.sites, *given}
    placed = sites["lon"].notna().to_numpy()
    loose = int((placed & ~held.placed).sum())
    out = []
    for name in (c.name for c in table if c.name not in proven):
        if name in ("lon", "lat") and loose < placed.sum():
            out += [f"{name} ({loose} of {len(sites)} rows)"] if loose else []
        else:
            out.append(name)
    return tuple(out)


def open_evidence(held: Held) -> tuple[str, ...]:
    """Columns of evidence that nothing else in the result repeats, and in how many of the rows that may fill them.

    Parameters
    ----------
    held
        Which cells another place in the result repeats.
    """
    out = []
    for name, may in held.may.items():
        loose = int((may & ~held.evidence[name]).sum()) if name in held.evidence else int(may.sum())
        if loose:
            out.append(f"{name} ({loose} of {int(may.sum())} rows)" if name in held.evidence else name)
    return tuple(out)


def within(frame: pd.DataFrame, table: Table, name: str) -> None:
    """Holds columns that allow some values only to these, and those that are never blank to that.

    Parameters
    ----------
    frame
        Rows as read back from the file.
    table
        The schema of the rows: allowed values, and columns that are never blank.
    name
        Name of the file, for the error.

    Raises
    ------
    DifferenceError
        Another one.
    """
    for column in table:
        if not column.allowed or column.name not in frame:
            continue
        known = frame[column.name].isin([*column.allowed, *([] if column.blank == "never blank" else [""])])
        if not known.all():
            raise DifferenceError(f"{name}: {column.name} is {frame.loc[~known, column.name].iloc[0]!r}")
    for column in table:
        if column.blank == "never blank" and column.name in frame and column.name != "source":
            values = frame[column.name]
            if bool((values.isna() | (values.astype(object) == "")).any()):
                raise DifferenceError(f"{name}: {column.name} is blank")


def sites_and_evidence(files: Mapping[str, bytes], record: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sites (with the sentences why) and evidence of an assessment, with the types of the schema.

    Parameters
    ----------
    files
        Files of a result by name.
    record
        The run record, as `run.json` has it.

    Raises
    ------
    DifferenceError
        A table is missing or is not what this program writes.
    geo.errors.InputError
        The result is of an earlier version.
    """
    for name in ("sites.csv", "rejected.csv"):
        if name not in files:
            raise DifferenceError(f"{name} is missing")
    head = texts(files["sites.csv"], "sites.csv").columns
    refuse_version_1(head, record, "sites.csv")
    more = MEASURES if MEASURES[0].name in head else ()
    sites = typed(files["sites.csv"], "sites.csv", schema.ASSESSED + more + why_columns())
    return sites, read_evidence(files)


def recorded_rules(record: Mapping[str, Any]) -> Rules:
    """The rule set of a run record, which carries its own hash.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    rules = from_dict(record["rules"]["table"], "run.json")
    for what, have, want in (
        ("hash", record["rules"]["hash"], rules.hash),
        ("version", record["rules"]["version"], rules.version),
    ):
        if have != want:
            raise DifferenceError(f"run.json: the {what} of the rules is {have}, the rules give {want}")
    return rules


def derived_columns(
    sites: pd.DataFrame, evidence: pd.DataFrame, rules: Rules, record: Mapping[str, Any]
) -> pd.DataFrame:
    """The columns of `sites` that follow from the evidence, once they are found to be what stands there.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    evidence
        Rows of evidence (`geo.schema.EVIDENCE`).
    rules
        The rule set with its settings.
    record
        The run record, as `run.json` has it.
    """
    source_of: Mapping[str, str] = {d["dataset"]: d["source"] for d in record["datasets"]}
    derived = rederive(sites, evidence, rules, source_of)
    faulty = derived.pop("fault")
    if (faulty != "").any():
        i = int(np.flatnonzero((faulty != "").to_numpy())[0])
        raise DifferenceError(f"{_site(sites, i)}: the rows of evidence of {faulty.iloc[i]} contradict each other")
    known = derived["site_class"].notna().to_numpy()
    notes = list(reasons(rules, sites[known].reset_index(drop=True), evidence, source_of))
    for code in finished():
        if f"why_{code}" in sites.columns:
            sentences_ = np.full(len(sites), None, dtype=object)
            sentences_[known] = [note.sentence(translator(code)) for note in notes]
            derived[f"why_{code}"] = sentences_
    if "visit_age_days" in sites.columns:
        derived["visit_age_days"] = (sites["as_of"] - sites["visit_date"]).dt.days.astype("float64")
    derived = derived[[name for name in derived.columns if name in sites.columns]]
    for name in derived.columns:
        for i, (have, want) in enumerate(zip(sites[name], derived[name], strict=True)):
            if want is not None and not same(have, want):
                raise DifferenceError(f"{_site(sites, i)}: {name} is {have!s}, the evidence gives {want!s}")
    return derived


def by_rule(evidence: pd.DataFrame, rules: Rules, sites: pd.DataFrame) -> None:
    """Holds what the rule set says of its own rows, and the order of the rows, against the evidence.

    Parameters
    ----------
    evidence
        Rows of evidence (`geo.schema.EVIDENCE`).
    rules
        The rule set with its settings.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    """
    by_id = {r.id: r for r in rules.rules}
    ids = [*rules.ids, ""]
    within(evidence, schema.EVIDENCE, "evidence.csv")  # of a list the source is blank: it is no column of its files
    place = pd.MultiIndex.from_frame(sites[["source", "site_id"]])
    if place.has_duplicates:
        twice = sites.loc[place.duplicated(), "site_id"].iloc[0]
        raise DifferenceError(f"{twice} stands twice among the sites")
    at = place.get_indexer(pd.MultiIndex.from_frame(evidence[["source", "site_id"]])) if len(evidence) else np.zeros(0)
    rank = evidence["rule"].map({name: i for i, name in enumerate(ids)})
    if (at < 0).any() or rank.isna().any():
        row = int(evidence.index[np.flatnonzero((at < 0) | rank.isna().to_numpy())[0]]) + 2
        raise DifferenceError(f"evidence.csv: line {row} is of a site or a rule that is not in the run")
    kind = evidence["kind"].map({name: i for i, name in enumerate(schema.EVIDENCE_KINDS)})
    order = np.lexsort((kind.to_numpy(), rank.to_numpy(), at))
    if not (order == np.arange(len(order))).all():
        raise DifferenceError("evidence.csv: the rows are not in the order of sites, rules and kinds")
    shut = (evidence["kind"].isin(["incident", "near_miss"]) & (evidence["fact"] == "")).to_numpy()
    for name in ("answer", "ground", "limit_km", "limit_months", "limit_events", "limit_deaths"):
        values: list[object] = []
        for rule in evidence["rule"]:
            of = by_id.get(rule)
            missing: object = "" if name in ("answer", "ground") else np.nan
            values.append(missing if of is None else getattr(of, name, None) if name in ("answer", "ground")
                          else of.limits.get(name, np.nan))  # fmt: skip
        for i, (have, want) in enumerate(zip(evidence[name], values, strict=True)):
            if not same(have, want) and not (shut[i] and name != "ground"):
                raise in_line(evidence, i, f"{name} is {have!s}, the rules say {want!s}")


def _counts(sites: pd.DataFrame, evidence: pd.DataFrame, record: Mapping[str, Any]) -> None:
    counts = quadrants(sites)
    table = {str(c): {str(k): int(v) for k, v in counts.loc[c].items()} for c in counts.index}
    days = set(sites["as_of"].dt.strftime("%Y-%m-%d"))
    for name, want in (
        ("sites", len(sites)),
        ("evidence_rows", len(evidence)),
        ("counts", table),
        ("notes", NOTES),
    ):
        if record.get(name) != want:
            raise DifferenceError(f"run.json: {name} is {record.get(name)}, the tables give {want}")
    if record.get("job", "assess") == "assess" and days - {record["settings"]["as_of"]}:
        raise DifferenceError(
            f"run.json: as_of is {record['settings']['as_of']}, sites.csv says {', '.join(sorted(days))}"
        )
    if bool(sites["demonstration"].any()) and not record.get("demonstration"):
        raise DifferenceError("run.json: demonstration is not said, though sites of it are in the list")
    known = {(d["dataset"], d["dataset_version"]) for d in record["datasets"]}
    read = {i["dataset_version"] for i in record["inputs"]}
    rows = evidence[evidence["kind"].isin(["incident", "near_miss"]) & (evidence["dataset"] != "")]
    rows = rows[rows["fact"] != "expected"]  # a share of incidents, told by source
    for name, version in sorted(set(zip(rows["dataset"], rows["dataset_version"], strict=True)) - known):
        if name in {n for n, _ in known} or version not in read:
            raise DifferenceError(f"evidence.csv: run.json knows no dataset {name} of version {version}")


def _md01(data: bytes, sites: pd.DataFrame) -> None:
    table = texts(data, "sites_md01.csv")
    known = set(zip(sites["source"], sites["name"], sites["country"], strict=True))
    rows = set(zip(table["source"], table["name"], table["addressCountry"], strict=True))
    if rows - known:
        raise DifferenceError(f"sites_md01.csv: {', '.join(min(rows - known))} is not in sites.csv")


def _site(sites: pd.DataFrame, i: int) -> str:
    return f"{sites['source'].iloc[i]} {sites['site_id'].iloc[i]}"
