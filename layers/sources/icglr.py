"""ICGLR certification statuses (scheme ``rcm``) that a list of sites carries: MD.01, its inspections and history."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.records.place_names import plain
from layers.formats.table import Table
from layers.formats.values.dates import parse_dates
from layers.sources.layer import Faults, Fields

STATUS = dict(zip("0123", ("blue", "green", "yellow", "red"), strict=True))
"""Codes of MD.01, and colours in English and French, to the colours of the schema."""
STATUS |= {colour: colour for colour in ("blue", "green", "yellow", "red")}
STATUS |= {"bleu": "blue", "vert": "green", "jaune": "yellow", "rouge": "red"}
# column, key of the date, key of the status, key of the record's id (MD.10 and MD.07)
NESTED = (
    ("history", "dateOfChange", "newStatus", ""),
    ("inspections", "inspectionDate", "inspectionResult", "inspectionId"),
)


def certifications(frame: pd.DataFrame, table: Table, fields: Fields, faults: Faults, notes: list[str]) -> pd.DataFrame:
    """Statuses in the columns of :data:`geo.schema.STATUSES` (without version), of the rows that have no fault.

    The status of the row itself counts at its date; each entry of its status history (MD.10) and each inspection
    (MD.07) counts at its own. An unknown code is left out and told: it is a fault of the status, not of the site. A
    status without a date is kept and told; no rule can use it.

    Parameters
    ----------
    frame
        `source`, `site_id` and `icglr_id`, a row per row of `table`.
    """
    own_id = frame["icglr_id"].where(frame["icglr_id"] != "", frame["site_id"])
    text = fields.text("rcm_status")
    dates, why = parse_dates(fields.text("rcm_date"))
    until, why_until = parse_dates(fields.text("rcm_valid_to"))
    for column, reasons in (("rcm_date", why), ("rcm_valid_to", why_until)):
        faults.add(reasons, expected="YYYY-MM-DD", got=fields.text(column))
    entries = pd.DataFrame(
        {
            "at": np.arange(len(frame)),
            "text": text,
            "status_date": dates,
            "valid_to": until,
            "record_id": own_id,
        }
    )
    nested, unreadable = _nested(fields)
    dated = set(nested["at"])
    # The row's own status says nothing more where the history dates it.
    entries = entries[~(entries["at"].isin(dated) & entries["status_date"].isna())]
    if len(nested):
        theirs = pd.Series(own_id.to_numpy()[nested["at"].to_numpy(dtype=np.int64)], index=nested.index, dtype="str")
        nested["record_id"] = nested["record_id"].where(nested["record_id"] != "", theirs)
        entries = pd.concat([entries, nested], ignore_index=True)
    status = entries["text"].map({t: STATUS.get(plain(str(t)), "") for t in pd.unique(entries["text"])})
    strange = sorted(set(entries["text"][(status == "") & (entries["text"].str.strip() != "")]))
    if strange:
        words = ", ".join(strange[:10])
        notes.append(Note("Certification statuses that are not known and left out: {names}.", names=words))
    if unreadable:
        notes.append(
            Note(
                "{n} status histor{n?y|ies} or inspection{n?|s} could not be read and {n?is|are} left out.",
                n=unreadable,
            )
        )
    entries = entries.assign(status=status)[(status != "").to_numpy()]
    entries = entries[faults.ok[entries["at"].to_numpy(dtype=np.int64)]]
    undated = int(entries["status_date"].isna().sum())
    if undated:
        notes.append(Note("{n} certification statuses carry no date and cannot be used.", n=undated))
    of = entries["at"].to_numpy(dtype=np.int64)
    out: pd.DataFrame = entries.assign(
        source=frame["source"].to_numpy()[of],
        site_id=frame["site_id"].to_numpy()[of],
        scheme="rcm",
        row=table.row[of],
    ).drop(columns=["at", "text"])
    return out


def _nested(fields: Fields) -> tuple[pd.DataFrame, int]:
    """Dated statuses out of JSON in cells (`at` is the position of the row), and how many could not be read."""
    found: list[tuple[int, str, str, str]] = []
    unreadable = 0
    for column, date_key, status_key, id_key in NESTED:
        if fields.column(column) is None:
            continue
        for at, text in enumerate(fields.text(column)):
            if not text.strip():
                continue
            entries = list(_entries(text))
            unreadable += not entries
            for entry in entries:
                if date_key in entry and status_key in entry:
                    stated = str(entry[status_key])
                    found.append((at, stated, str(entry[date_key]), str(entry.get(id_key, ""))))
                else:
                    unreadable += 1
    frame = pd.DataFrame(found, columns=["at", "text", "date", "record_id"])
    dates, why = parse_dates(frame["date"].astype("str"))
    unreadable += int((why != "").sum())
    frame = frame.assign(status_date=dates, valid_to=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]"))
    return frame[dates.notna().to_numpy()].drop(columns="date").astype({"text": "str", "record_id": "str"}), unreadable


def _entries(text: str) -> Iterator[dict[str, object]]:
    """The objects of a JSON array or object; nothing where the text is neither."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, dict):
            yield entry
