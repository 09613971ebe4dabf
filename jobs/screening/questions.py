"""Questions to suppliers: what a row leaves open, one line each, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.screening.schema import FLAGS
from i18n import row_messages
from i18n.translator import N_, Translator
from jobs.screening import labels as sw
from jobs.screening.model import Screening
from layers.formats.reasons import sentence

OF_FLAGS = {
    "flag_origin": N_(
        "Who controls the mine and the routes from it, is anything paid to armed groups or security forces, and what "
        "was looked at on the spot?"
    ),
    "flag_doubt": N_("What are the exact coordinates of the mine and the day of extraction?"),
    "flag_eu_list": N_("What due diligence was done on this origin, and who audited it?"),
    "flag_dodd_frank": N_("Which smelter or refiner processed the mineral, and was it audited?"),
    "flag_kp": N_("Which Kimberley Process certificate goes with the lot (number, day, authority)?"),
    "flag_status": N_("What was done about the findings of the last inspection, and when is the next?"),
    "flag_near_zone": N_("What shows that the goods come from the stated place and from no other near it?"),
    "flag_mineral": N_("What shows that this mineral is mined there (licence, output, visits)?"),
    "flag_false_origin": N_("Is the stated place right? Please state coordinates, district and country again."),
    "flag_transit": N_("Which route did the goods take, who carried them, and what was paid on it, and to whom?"),
    "flag_transit_unknown": N_("Which route did the goods take, by places and days?"),
}
"""What a flag asks a supplier."""
HEAD = ("supplier_id", "row", "supplier", "site_name", "country")


def supplier_questions(screening: Screening, translate: Translator) -> pd.DataFrame:
    """`supplier_id, row, supplier, site_name, country, question, why`, in the order of the list.

    Parameters
    ----------
    screening
        The screening of a list.
    translate
        Speaks the reader's language.
    """
    _, rows = translate, screening.rows
    record = screening.eu_record
    missing = dict(zip(record["row"], record["missing"], strict=True))
    columns = [*HEAD, *FLAGS, "answer", "reason", "expected", "got", "answer_level", "position_basis"]
    out: list[dict[str, object]] = []
    named = {} if screening.named is None else dict(list(screening.named.groupby("row")))
    for row in rows[columns].to_dict("records"):
        head = {name: row[name] for name in HEAD}
        out += [{**head, "question": q, "why": w} for q, w in _of_row(row, str(missing.get(row["row"], "")), _)]
        met = named.get(row["row"])
        if met is not None:
            out += [{**head, "question": q, "why": w} for q, w in of_named(met, _)]
    return pd.DataFrame(out, columns=[*HEAD, "question", "why"])


def of_named(met: pd.DataFrame, _: Translator) -> list[tuple[str, str]]:
    """A question for each name of the user's table that was met, with the record that is most alike and nearest.

    Parameters
    ----------
    met
        Rows of :data:`geo.screening.own_table_schema.NAMED` of one row of the list.
    _
        Speaks the reader's language.
    """
    first = met.sort_values(["score", "distance_m"], ascending=[False, True], kind="stable").drop_duplicates(
        "listed_name"
    )
    return [
        (
            _("Is anything paid to {name}, or handled by it or by people linked to it?", name=str(m["listed_name"])),
            question_text(m, _),
        )
        for m in first.to_dict("records")
    ]


def question_text(m: dict[Any, Any], _: Translator) -> str:
    """Which record names whom, how alike the names are, and the listing with its source and dates.

    Parameters
    ----------
    m
        One such row by column.
    _
        Speaks the reader's language.
    """
    record = _(
        "{actor} in {dataset} {record} ({day}, {distance}), likeness {score} of 100",
        actor=str(m["actor"]),
        dataset=str(m["dataset"]),
        record=str(m["record_id"]),
        day=_.date(m["record_start"]),
        distance=_.distance(m["distance_m"]),
        score=_.number(m["score"]),
    )
    listing = _.joined(t for t in (str(m["listed_in"]), str(m["list_source"])) if t)
    then = sw.value("listed_then", m["listed_then"], _)
    return _.joined(t for t in (record, listing, then) if t)


def _of_row(row: dict[Any, Any], missing: str, _: Translator) -> Iterator[tuple[str, str]]:
    if row["answer"] != "accepted":
        if row["answer"] == "rejected":
            expected = row_messages.expected(str(row["expected"]), _)
            yield (
                _("Please correct the row: {expected}.", expected=expected or "–"),
                sentence(str(row["reason"]), _),
            )
        return
    if row["answer_level"] != "point":
        yield (
            _("Where exactly is the mine (coordinates, village, district)?"),
            sw.value("answer_level", row["answer_level"], _),
        )
    for flag in FLAGS:
        if row[flag] is not pd.NA and bool(row[flag]):
            yield _(OF_FLAGS[flag]), _.pair(_(sw.FLAGS[flag]), _(sw.FLAG_MEANINGS[flag]))
    if missing:
        yield (
            _("Please state: {told}.", told=sw.value("missing", missing, _)),
            _("Regulation (EU) 2017/821, Art. 4"),
        )
