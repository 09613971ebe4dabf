"""The ids of a company's list: its own or made for it, each once, and rows that say another again turned down."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.messages import Note
from layers.formats import Table as Read
from layers.formats.values.ids import id_key
from layers.sources.layer import Faults, Fields
from layers.sources.site_lists import own_ids


def stated_ids(fields: Fields, notes: list[str]) -> pd.Series[str]:
    """The list's own ids, else ids made for it.

    Parameters
    ----------
    fields
        The columns that were found for each field.
    notes
        Told there: what ids were made of.
    """
    if fields.column("supplier_id") is not None:
        return fields.text("supplier_id").str.strip()
    return own_ids(fields.text("site_name"), notes)


def turn_down_repeated(table: Read, fields: Fields, ids: pd.Series[str], keys: list[str], faults: Faults) -> None:
    """Turn down rows that say again, in every cell, what an earlier row of the same id said.

    Parameters
    ----------
    table, fields
        The list as read, and its columns.
    ids, keys
        The id of each row, and what it is compared by (:func:`layers.formats.values.ids.id_keys`).
    faults
        The rows turned down so far; these are added.
    """
    key = pd.Series(keys, dtype=object)
    twice = faults.ok & key.where(faults.ok).duplicated(keep=False).to_numpy()
    good = table.frame.drop(columns=list(fields.columns_of("supplier_id")))[twice].assign(key=key[twice])
    if table.geometry is not None:
        good["shape"] = [None if shape is None else shape.wkb for shape in table.geometry[twice]]
    again = np.zeros(len(ids), dtype=bool)
    again[good.index[good.duplicated()]] = True
    faults.add("row_repeated", again, expected="rows that differ", got=ids)


def ids_apart(ids: pd.Series[str], keys: list[str], ok: npt.NDArray[np.bool_], notes: list[str]) -> pd.Series[str]:
    """Ids that each stand once: a supplier with several origins has a row for each, ``F-009`` and ``F-009 (2)``.

    Parameters
    ----------
    ids, keys
        The id of each row, and what it is compared by.
    ok
        Rows that are accepted so far: others keep their id.
    notes
        Told there: how many rows share an id.

    Examples
    --------
    >>> from layers.formats.values.ids import id_keys
    >>> ids = ["F-9", "f-9", "F-9 (2)", "x"]
    >>> ids_apart(pd.Series(ids), id_keys(ids), np.full(4, True), []).tolist()
    ['F-9', 'f-9 (3)', 'F-9 (2)', 'x']
    """
    out, again = ids.to_numpy(dtype=object).tolist(), 0
    own = {i: keys[i] for i in np.flatnonzero(ok).tolist()}
    seen, met = set(own.values()), set[str]()
    if len(seen) == len(own):
        return ids
    for i, key in own.items():
        number = 2
        if key in met:
            again += 1
            while id_key(f"{ids.iloc[i]} ({number})") in seen | met:
                number += 1
            out[i] = f"{ids.iloc[i]} ({number})"
        met.add(id_key(out[i]))
    if again:
        notes.append(
            Note(
                "{n} row{n?|s} {n?shares|share} the id of an earlier row: each is an origin of its own, numbered "
                "(2), (3) ...",
                n=again,
            )
        )
    return pd.Series(out, index=ids.index, dtype="str")
