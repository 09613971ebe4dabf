"""The workbook of a run in the reader's language: a summary, the sites, their evidence, and the rows not used."""

from __future__ import annotations

from typing import Any

import pandas as pd

from i18n import column_labels, labels, row_messages
from jobs.assessment.export import known_limits, quadrants
from jobs.assumptions import assumptions
from jobs.data_cards import citations, credit_in_words
from jobs.data_page import inputs_of
from jobs.meeting.evidence_table import cell_words, evidence_of_sites
from jobs.meeting.site_table import DIGITS, headings, site_rows
from jobs.meeting.subject import Subject
from layers.formats.reasons import Reason
from layers.formats.writers.report_workbook import TableSheet, TextSheet, workbook_bytes
from layers.maps import styles

EVIDENCE = (
    "name", "site_id", "source", "kind", "rule", "found", "limit", "distance_m", "place", "date_start", "date_end",
    "precision", "deaths_best", "deaths_low", "deaths_high", "actor_a", "actor_b", "event_type", "dataset",
    "dataset_version", "record_id", "provisional", "ground",
)  # fmt: skip
MOST_EVIDENCE = 100_000
"""Rows of evidence beyond this stay in evidence.csv: a larger workbook opens slowly or not at all."""


def workbook(subject: Subject) -> bytes:
    """The bytes of the workbook.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    _ = subject.translate
    sites = site_rows(subject.run, subject.rows, _)
    names = list(sites.columns)
    heading_of = dict(zip(names, headings(names, _), strict=True))
    tints = {f"{s.sign} {_(s.text)}": styles.CLASS_TINTS[s.key] for s in styles.SITES}
    first = TableSheet(
        _("Sites"), sites.rename(columns=heading_of), digits={heading_of[k]: v for k, v in DIGITS.items()},
        wrapped=(heading_of["why"],), fills={heading_of["site_class"]: tints},
    )  # fmt: skip
    evidence = _evidence(subject)
    sheets: list[TableSheet | TextSheet] = [_summary(subject, len(evidence)), first]
    if len(evidence) <= MOST_EVIDENCE:
        sheets.append(TableSheet(_("Evidence"), evidence, digits={}, wrapped=(_("Found"),)))
    if len(subject.run.rejected):
        sheets.append(_unused(subject))
    return workbook_bytes(sheets, _.language, title=subject.title, mark=subject.notice)


def _summary(subject: Subject, evidence_rows: int) -> TextSheet:
    _, run = subject.translate, subject.run
    blocks: list[tuple[str, Any]] = [("title", subject.title), ("line", subject.subtitle)]
    if subject.notice:
        blocks.append(("mark", subject.notice))
        blocks.append(("line", _("Synthetic sites, visits and incidents on real geography. They say nothing about any place.")))  # fmt: skip  # noqa: E501
    blocks.append(("line", subject.caution))
    blocks.append(("heading", _("Site class and zone status")))
    blocks.append(("table", _quadrants(subject)))
    blocks.append(("heading", _("What a class means")))
    blocks += [("line", f"{s.sign} {_.pair(_(s.text), _(labels.CLASS_MEANINGS[s.key]))}") for s in styles.SITES]
    blocks.append(("heading", _("What is covered, and what is not known")))
    blocks += [("line", note.sentence(_)) for note in known_limits(run.assessment.sites, run.assessment.report)]
    blocks.append(("heading", _("What this run assumed")))
    blocks += [("line", note.sentence(_)) for note in assumptions(run.assessment.sites, run.base_record, run.rules)]
    if evidence_rows > MOST_EVIDENCE:
        blocks.append(("line", _("{n} rows of evidence are too many for a workbook: see evidence.csv.", n=_.number(evidence_rows))))  # fmt: skip  # noqa: E501
    blocks.append(("heading", _("Sources")))
    blocks.append(("table", _sources(subject)))
    blocks += [("line", line) for line in subject.foot[1:]]
    if cited := citations(inputs_of(run.base_record), _):
        blocks += [("heading", _("How to cite")), *(("line", line) for line in cited)]
    return TextSheet(_("Summary"), blocks)


def _quadrants(subject: Subject) -> pd.DataFrame:
    _ = subject.translate
    table = quadrants(subject.sites)
    table.columns = pd.Index([_(labels.ZONE_STATUSES[str(z)]) for z in table.columns])
    table[_("all")] = table.sum(axis=1)
    signs = {s.key: f"{s.sign} {_(s.text)}" for s in styles.SITES}
    table.insert(0, _("Site class"), [signs[str(c)] for c in table.index])
    return table


def _sources(subject: Subject) -> pd.DataFrame:
    _, inputs = subject.translate, subject.run.base_record["inputs"]
    rows = []
    for entry in inputs if isinstance(inputs, list) else []:
        counts = entry.get("rows", {})
        dataset = credit_in_words(str(entry.get("dataset", "")), _)
        dataset = _("coverage of incidents") if entry["role"] == "coverage" else dataset
        read, used, unused = (counts.get(name) for name in ("read", "accepted", "rejected"))
        rows.append([dataset, entry["file"], entry["dataset_version"], read, used, unused, entry.get("sha256", "")])
    named = [_("Dataset"), _("File"), _("Edition"), _("Rows read"), _("Rows used"), _("Rows not used"), "SHA-256"]
    return pd.DataFrame(rows, columns=named)


def _evidence(subject: Subject) -> pd.DataFrame:
    _, rows = subject.translate, evidence_of_sites(subject)
    table = pd.DataFrame({name: cell_words(rows[name], name, _) for name in EVIDENCE})
    return table.rename(columns={name: column_labels.column(name, _) for name in EVIDENCE})


def _unused(subject: Subject) -> TableSheet:
    _, rows = subject.translate, subject.run.rejected
    table = pd.DataFrame(
        {
            "source_file": rows["source_file"], "row": rows["row"], "id": rows["id"],
            "reason": [Reason(str(r)).sentence(_) for r in rows["reason"]],
            "expected": [row_messages.expected(str(t), _) for t in rows["expected"]],
            "got": [row_messages.got(str(t), _) for t in rows["got"]],
        }
    )  # fmt: skip
    return TableSheet(_("Rows not used"), table.rename(columns=lambda name: column_labels.column(str(name), _)))
