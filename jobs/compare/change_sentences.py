"""A sentence per site that moved between two runs: which rules, which incidents came or went, which zone entry.

All of it is read from the evidence of the two runs, so that a sentence says nothing that the evidence does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from i18n import labels
from i18n.translator import Translator
from jobs.assessment.job import Run
from jobs.compare.causes import Causes
from jobs.compare.folder import Folder, Key
from jobs.compare.job import WORDS

MOST_NAMED = 2
"""Incidents that a sentence names; of more it says the number."""
ENTRIES = ("admin2", "admin3", "country")
"""Facts of the evidence of zones that are entries of the register, the nearest to the site first."""


def folder_of(run: Run, name: str) -> Folder:
    """A run in memory as the result that a comparison reads.

    Parameters
    ----------
    run
        An assessment in memory.
    name
        What the result is called in errors.
    """
    sites = run.assessment.sites
    rows = sites.astype(object).where(sites.notna(), "").astype(str)
    keys = pd.MultiIndex.from_frame(sites[["source", "site_id"]].astype(str))
    return Folder(
        name, "assess", dict(run.base_record), run.rules, rows.set_index(keys), sites, run.assessment.evidence
    )


EVIDENCE_COLUMNS = ["source", "site_id", "kind", "rule", "fact", "record_id", "dataset", "date_start", "place"]
EVIDENCE_COLUMNS += ["deaths_best", "status", "restricted"]
"""Columns of the evidence that sentences are made of: dozens of sites are told, and each cut costs by the column."""


@dataclass(frozen=True)
class Side:
    """What one run says of the sites that moved: their rows, and their evidence by site and kind."""

    rows: Mapping[Key, Any]
    evidence: Mapping[tuple[Key, str], pd.DataFrame]
    none: pd.DataFrame

    @classmethod
    def of(cls, folder: Folder, keys: Sequence[Key]) -> Side:
        """The rows of these sites alone.

        Parameters
        ----------
        folder
            A result that was read back.
        keys
            Source and id of the sites that moved.
        """
        evidence = folder.evidence
        assert evidence is not None
        pairs = pd.MultiIndex.from_frame(evidence[["source", "site_id"]].astype(str))
        mine = evidence[EVIDENCE_COLUMNS][pairs.isin(keys)]
        by_kind = {
            ((str(source), str(site)), str(kind)): rows
            for (source, site, kind), rows in mine.groupby(["source", "site_id", "kind"], sort=False)
        }
        return cls({k: folder.rows.loc[k] for k in keys if k in folder.rows.index}, by_kind, mine.iloc[:0])

    def incidents(self, key: Key, rules: set[str]) -> pd.DataFrame:
        """The incidents that counted for site rules, once each.

        Parameters
        ----------
        key
            Source and id of the site.
        rules
            Ids of the site rules that fired.
        """
        rows = self.of_kind(key, "incident")
        if rows.empty:
            return rows
        rows = rows[rows["rule"].isin(rules) & (rows["record_id"] != "")]
        return rows.drop_duplicates(["dataset", "record_id"])

    def of_kind(self, key: Key, kind: str) -> pd.DataFrame:
        """The rows of one kind of a site.

        Parameters
        ----------
        key
            Source and id of the site.
        kind
            A value of column `kind` of evidence.
        """
        return self.evidence.get((key, kind), self.none)


def sentences(before: Run, after: Run, keys: Sequence[Key], translate: Translator) -> dict[Key, str]:
    """What moved each of the sites, by (source, id), in the reader's language.

    Parameters
    ----------
    keys
        Sites whose class or zone status differs between the runs.
    before
        The earlier run.
    after
        The later run.
    translate
        Speaks the reader's language.
    """
    a, b = folder_of(before, "a"), folder_of(after, "b")
    causes = Causes(a, b, keys)
    old, new = Side.of(a, keys), Side.of(b, keys)
    of_site = {r.id for f in (a, b) for r in f.rules.answering("site")}
    out = {}
    for key in keys:
        if key not in old.rows or key not in new.rows:
            out[key] = translate("The site is on one side only.")
            continue
        parts = [
            *_rules(old.rows[key], new.rows[key], translate),
            *_incidents(old.incidents(key, of_site), new.incidents(key, of_site), translate),
            *_visits(old.of_kind(key, "visit"), new.of_kind(key, "visit"), translate),
            *_gaps(old.rows[key], new.rows[key], translate),
            *_zone(old, new, key, translate),
        ]
        cause = translate("Through {cause}.", cause=translate(WORDS[causes.of(key)]))
        out[key] = " ".join([*parts, cause])
    return out


def _split(text: object) -> list[str]:
    return [part for part in str(text).split(";") if part]


def _rules(old: Any, new: Any, _: Translator) -> list[str]:
    had, has = _split(old["rules_fired"]), _split(new["rules_fired"])
    out = []
    if fires := [r for r in has if r not in had]:
        out.append(_.plural("Rule {rules} fires now.", "Rules {rules} fire now.", len(fires), rules=", ".join(fires)))
    if rests := [r for r in had if r not in has]:
        out.append(
            _.plural(
                "Rule {rules} no longer fires.", "Rules {rules} no longer fire.", len(rests), rules=", ".join(rests)
            )
        )
    return out


def _incidents(old: pd.DataFrame, new: pd.DataFrame, _: Translator) -> list[str]:
    out: list[str] = []
    if old.empty and new.empty:
        return out
    came, went = new[~new["record_id"].isin(old["record_id"])], old[~old["record_id"].isin(new["record_id"])]
    if len(came):
        out.append(
            _.plural("{n} incident came to count: {named}.", "{n} incidents came to count, the deadliest {named}.",
                     len(came), named=_named(came, _))
        )  # fmt: skip
    if len(went):
        out.append(
            _.plural("{n} incident counts no longer: {named}.", "{n} incidents count no longer, the deadliest {named}.",
                     len(went), named=_named(went, _))
        )  # fmt: skip
    return out


def _named(rows: pd.DataFrame, _: Translator) -> str:
    """The deadliest ones: day, place, deaths, id; of rows that may not leave (ACLED) the id alone."""
    names = []
    ordered = rows.sort_values(["deaths_best", "record_id"], ascending=[False, True], kind="stable")
    row: Any
    for row in ordered.head(MOST_NAMED).itertuples(index=False):
        if row.restricted is True or pd.isna(row.date_start):
            names.append(str(row.record_id))
            continue
        deaths = _.plural("{n} death", "{n} deaths", int(row.deaths_best)) if pd.notna(row.deaths_best) else ""
        about = ", ".join(part for part in (_.date(row.date_start.date()), str(row.place), deaths) if part)
        names.append(f"{about} ({row.record_id})")
    return _.joined(names)


def _visits(old: pd.DataFrame, new: pd.DataFrame, _: Translator) -> list[str]:
    if new.empty:
        return []
    came = new[~new["record_id"].isin(old["record_id"]) & new["date_start"].notna()]
    if came.empty:
        return []
    return [_("A visit of {day} counts now.", day=_.date(came["date_start"].max().date()))]


def _gaps(old: Any, new: Any, _: Translator) -> list[str]:
    had, has = _split(old["gaps"]), _split(new["gaps"])
    out = []
    if more := [g for g in has if g not in had]:
        out.append(_("Not known now: {gaps}.", gaps=labels.value("gaps", ";".join(more), _)))
    if less := [g for g in had if g not in has]:
        out.append(_("No gap any more: {gaps}.", gaps=labels.value("gaps", ";".join(less), _)))
    return out


def _zone(old: Side, new: Side, key: Key, _: Translator) -> list[str]:
    before, after = str(old.rows[key]["zone_status"]), str(new.rows[key]["zone_status"])
    if before == after:
        return []
    words = (labels.value("zone_status", status, _) for status in (before, after))
    sentence = _("Zone: {before} → {after}", **dict(zip(("before", "after"), words, strict=True)))
    rows = new.of_kind(key, "zone")
    rows = rows[rows["fact"].isin(ENTRIES) & rows["date_start"].notna()]
    if rows.empty:
        return [sentence + "."]
    nearest = min(ENTRIES.index(str(fact)) for fact in rows["fact"])
    entry: Any = rows[rows["fact"] == ENTRIES[nearest]].sort_values("date_start", kind="stable").iloc[-1]
    unit = str(entry["record_id"]) or str(new.rows[key]["zone_unit"])
    status = _(labels.REGISTER.get(str(entry["status"]), str(entry["status"])))
    entry_text = _("{unit}: {status} since {day}", unit=unit, status=status, day=_.date(entry["date_start"].date()))
    return [f"{sentence} ({entry_text})."]
