"""The evidence of the sites shown, in words, in the order of the sites."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.rules.evidence import withheld
from i18n import evidence_messages, labels
from i18n.translator import Translator
from jobs.meeting.subject import Subject
from layers.formats.writers.spreadsheet_guard import refuse_restricted


def evidence_of_sites(subject: Subject) -> pd.DataFrame:
    """Rows of :data:`geo.schema.EVIDENCE` with `found`, `limit`, `name` and `site_row` (position in ``subject.sites``).

    What may not leave (ACLED) is blank in them.

    Parameters
    ----------
    subject
        The run, and how it is said.
    """
    whole = withheld(subject.run.assessment.evidence)
    refuse_restricted(whole)
    order = pd.MultiIndex.from_frame(subject.sites[["source", "site_id"]])
    at = np.full(len(whole), -1)
    if len(whole):
        at = order.get_indexer(pd.MultiIndex.from_frame(whole[["source", "site_id"]]))
    kept = whole.assign(site_row=at)
    rows = evidence_messages.worded(kept[at >= 0], subject.translate).sort_values("site_row", kind="stable")
    return rows.assign(name=subject.sites["name"].to_numpy()[rows["site_row"].to_numpy(int)])


def cell_words(column: pd.Series, name: str, translate: Translator) -> pd.Series:
    """A column of evidence as a reader sees it; whole numbers and days keep their types.

    Parameters
    ----------
    column
        One column of evidence.
    name
        Name of the column.
    translate
        Speaks the reader's language.
    """
    _ = translate
    if name == "kind":
        return column.map({k: _(labels.EVIDENCE_KINDS.get(k, k)) for k in pd.unique(column)})
    if name == "event_type":
        return column.map({k: _(labels.INCIDENT_KINDS.get(k, k)) for k in pd.unique(column)})
    if name == "precision":
        return column.map(lambda p: _(labels.PRECISIONS.get(int(p), "")) if pd.notna(p) else "")
    if name == "ground":
        return column.map({text: _(text) for text in pd.unique(column)})
    if name == "provisional":
        return column.astype(object).map(lambda v: "" if pd.isna(v) else _("yes") if v else _("no"))
    if pd.api.types.is_numeric_dtype(column):
        return column.round().astype("Int64")
    return column
