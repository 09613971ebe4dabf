"""What of a comparison of two results follows from its own table and run record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.accounts import check_counts, check_neutralised
from jobs.read_back import Derived, DifferenceError, all_columns, texts


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Holds the counts by cause against the moves; the moves are for the two results to prove.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    moves = texts(files["moves.csv"], "moves.csv")
    check_neutralised(files, record)
    counts = moves["cause"].value_counts()
    if set(counts.index) - set(record["causes"]):
        raise DifferenceError("moves.csv: a cause that run.json does not know")
    check_counts(
        record,
        [("sites.moved", len(moves)), ("causes", {c: int(counts.get(c, 0)) for c in record["causes"]})],
    )
    names = [c.removesuffix("_before") for c in moves.columns if c.endswith("_before")]
    still = [all(row[f"{n}_before"] == row[f"{n}_after"] for n in names) for row in moves.to_dict("records")]
    if any(still):
        raise DifferenceError("moves.csv: a row that did not move")
    return Derived(0, {"moves.csv": all_columns(files["moves.csv"], "moves.csv", ["cause"])}, ("causes",))
