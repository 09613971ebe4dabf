"""What of the files for a meeting can be checked without the inputs: nothing but their hashes; a new run checks all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.demonstration import FILE
from jobs.read_back import Derived
from jobs.run_crate import CRATE
from jobs.run_record import RECORD, SIGNATURE


def derive(files: Mapping[str, bytes], _record: Mapping[str, Any]) -> Derived:
    """Pictures and documents carry no evidence: each is told as not proven."""
    return Derived(0, {name: ("all",) for name in files if name not in (RECORD, CRATE, SIGNATURE, FILE)})
