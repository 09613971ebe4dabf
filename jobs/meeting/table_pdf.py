"""The list of sites as PDF: class, place, zone, why, and the counts beside it, on as many pages as it takes."""

from __future__ import annotations

from i18n import column_labels, labels
from jobs.assessment.export import known_limits
from jobs.data_page import cite_blocks
from jobs.meeting.site_table import site_rows
from jobs.meeting.subject import Subject
from layers.formats.writers.blocks import Block, Heading, Rows, Text
from layers.formats.writers.pdf import pdf_bytes
from layers.maps import styles

MOST_ROWS = 2_000
"""More rows are no list for paper: the workbook has all of them."""
_SHARES = (14, 18, 14, 9, 16, 14, 36, 10, 9, 10)


def table_pdf(subject: Subject) -> bytes:
    """The bytes of the document.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    _ = subject.translate
    sites = site_rows(subject.run, subject.rows[:MOST_ROWS], _)
    place = [
        ", ".join(dict.fromkeys(p for p in row if p)) for row in zip(sites["admin2"], sites["admin1"], strict=True)
    ]
    zone = [f"{s} {u}".strip() for s, u in zip(sites["zone_status"], sites["zone_unit"], strict=True)]
    names = [n or i for n, i in zip(sites["name"], sites["site_id"], strict=True)]
    columns = [
        sites["site_class"], names, place, sites["minerals"], zone, sites["area_class"], sites["why"],
        [_.number(v) for v in sites["incidents_20km_12m"]], [_.number(v) for v in sites["deaths_20km_12m"]],
        [_.date(v) for v in sites["visit_date"]],
    ]  # fmt: skip
    column_names = ("site_class", "name", "admin2", "minerals", "zone_status", "area_class", "why_en",
                    "incidents_20km_12m", "deaths_20km_12m", "visit_date")  # fmt: skip
    head = [column_labels.column(name, _) for name in column_names]
    rows = [[str(cell) for cell in row] for row in zip(*columns, strict=True)]
    tints = [styles.CLASS_TINTS.get(c, "") for c in subject.sites["site_class"].iloc[:MOST_ROWS]]
    counts = subject.sites["site_class"].value_counts()
    figures = " · ".join(f"{s.sign} {_(s.text)} {_.number(int(counts.get(s.key, 0)))}" for s in styles.SITES)
    blocks: list[Block] = [Text(figures, bold=True), Text(subject.caution)]
    if len(subject.rows) > MOST_ROWS:
        blocks.append(
            Text(_("The gravest {n} sites of {all}; the workbook has all of them.", n=_.number(MOST_ROWS),
                   all=_.number(len(subject.rows))))
        )  # fmt: skip
    blocks.append(Rows(head, rows, _SHARES, tints))
    blocks.append(Heading(_("What a class means")))
    blocks += [Text(f"{s.sign} {_.pair(_(s.text), _(labels.CLASS_MEANINGS[s.key]))}") for s in styles.SITES]
    found = subject.run.assessment
    limits = [note.sentence(_) for note in known_limits(found.sites, found.report)]
    if limits:
        blocks.append(Heading(_("What is covered, and what is not known")))
        blocks += [Text(line) for line in limits]
    blocks.append(Heading(_("Sources")))
    blocks += [Text(line, small=True) for line in subject.foot]
    blocks += cite_blocks(subject.run.base_record, _)
    return pdf_bytes(
        subject.title, blocks, language=_.language, landscape=True, subtitle=subject.subtitle, mark=subject.notice,
        foot=f"CAHRA Atlas · {subject.caution}",
    )  # fmt: skip
