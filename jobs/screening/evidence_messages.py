"""Rows of evidence of a screening in words: those of the assessment, and the company's own questions and routes."""

from __future__ import annotations

import pandas as pd

from i18n import evidence_messages, labels
from i18n.translator import N_, Translator
from jobs.screening import labels as sw

FACTS = {
    "dodd_frank": N_("Dodd-Frank 1502"),
    "kp_status": N_("Kimberley Process"),
    "near_zone": N_("outside, near a compliant zone; the site's own status"),
    "recorded": sw.RECORDS["recorded"],
    "other_minerals_only": sw.RECORDS["other_minerals_only"],
    "nothing_recorded_nearby": sw.RECORDS["nothing_recorded_nearby"],
    "id": N_("taken for this known site by its id"),
    "position_and_name": N_("taken for this known site by place and name"),
    "position": N_("taken for this known site by its place"),
    "confirmed": N_("confirmed by a reader to be this known site"),
    "nominal": N_("an incident within the stated distance of the route"),
    "possible": evidence_messages.FACTS["possible"],
}
"""Codes of the column `fact` in rows of the parts company and transit; docs/evidence.md lists them too."""

STATUSES = {
    "dodd_frank": sw.DODD_FRANK,
    "kp_status": sw.KP,
    "near_zone": labels.ZONE_STATUSES,
}
"""Codes of the column `status` beside a fact; beside the others stand minerals."""


def found(kind: str, fact: str, status: str, translate: Translator) -> str:
    """What a row of the parts company and transit found.

    Parameters
    ----------
    kind
        Value of column `kind`, such as `mineral`.
    fact
        Value of column `fact`, a key of :data:`FACTS`.
    status
        Value of column `status`: a key of :data:`STATUSES`, or minerals joined by `;`.
    translate
        Speaks the reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> found("mineral", "other_minerals_only", "gold;tin", translator("en"))
    'only other minerals recorded nearby: gold, tin'
    """
    text = translate(FACTS[fact]) if fact in FACTS else fact
    words = STATUSES.get(kind)
    more = translate(words[status]) if words and status in words else labels.value("minerals", status, translate)
    return translate.pair(text, more) if text and more else text or more


def worded(rows: pd.DataFrame, translate: Translator) -> pd.DataFrame:
    """`rows` with `found` and `limit` for a reader, of whatever part.

    Parameters
    ----------
    rows
        Evidence of a screening.
    translate
        Speaks the reader's language.
    """
    out = evidence_messages.worded(rows, translate)
    own = rows["kind"].isin(list(sw.EVIDENCE_KINDS)).to_numpy()
    limits = [
        found(str(kind), str(fact), str(status), translate) if mine else row_status
        for mine, row_status, kind, fact, status in zip(
            own, out["found"], rows["kind"], rows["fact"], rows["status"], strict=True
        )
    ]
    return out.assign(found=pd.array(limits, dtype="str"))
