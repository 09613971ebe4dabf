"""What of the files for a meeting can be checked without the inputs: nothing but their hashes; a new run checks all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.accounts import check_counts
from jobs.assessment.export import NOTES
from jobs.assessment.verify import recorded_rules
from jobs.data_page import DATA_CARDS
from jobs.demonstration import FILE
from jobs.read_back import WHOLE, Derived
from jobs.run_crate import CRATE
from jobs.run_record import RECORD, SIGNATURE


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Pictures and documents carry no evidence: each is told as not proven.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The record contradicts itself.
    """
    recorded_rules(record)
    check_counts(
        record,
        [
            ("sites", sum(n for zones in record["counts"].values() for n in zones.values())),
            ("cells_neutralised", {}),
            ("notes", NOTES),
        ],
    )
    return Derived(
        0,
        {name: WHOLE for name in files if name not in (RECORD, CRATE, SIGNATURE, FILE, DATA_CARDS)},
        ("rules", "notes"),
    )
