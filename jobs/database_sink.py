"""A result folder into a database: its sites and evidence under the run's id, all in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InputError
from geo.messages import Note
from geo.rasters.schema import MEASURES
from geo.schema import ASSESSED, EVIDENCE
from jobs.assessment.verify import sites_and_evidence, why_columns
from jobs.hashed_files import unchanged
from jobs.read_back import DifferenceError
from jobs.run_record import RECORD
from layers.databases.address import parse_address
from layers.databases.tables import write_run

JOB = "assess"
"""The job whose results have tables of sites and evidence."""


@dataclass(frozen=True)
class Stored:
    """What was written where; `written` false: the run was there already."""

    run_id: str
    place: str
    sites: int
    evidence: int
    written: bool

    def summary(self) -> list[Note]:
        """What to print."""
        if not self.written:
            return [Note("Run {id} is in {place} already: nothing was written.", id=self.run_id, place=self.place)]
        values = {"id": self.run_id, "place": self.place, "n": self.sites, "m": self.evidence}
        return [Note("Run {id}: {n} site{n?|s} and {m} row{m?|s} of evidence written to {place}.", **values)]


def store_result(folder: Path, address: str) -> Stored:
    """Writes the result of an assessment as it stands in its files: what was withheld there is withheld here.

    Parameters
    ----------
    folder
        The folder of a result.
    address
        A database, as ``postgresql://...`` or ``duckdb:FILE``.

    Raises
    ------
    geo.errors.InputError
        The folder holds no unchanged assessment, or the database refuses.
    """
    place = parse_address(address, table=False)
    files, record = unchanged(folder)
    if record.get("job") != JOB:
        raise InputError("A result of this job is not written to a database.", where=str(folder), expected=JOB)
    try:
        sites, evidence = sites_and_evidence(files, record)
    except DifferenceError as error:
        raise InputError("The result cannot be read back.", where=str(folder), got=str(error)[:200]) from None
    run_id = hashlib.sha256(files[RECORD]).hexdigest()[:32]
    tables = {"sites": (sites, ASSESSED + MEASURES + why_columns()), "evidence": (evidence, EVIDENCE)}
    written = write_run(place, run_id, files[RECORD], tables)
    return Stored(run_id, place.place, len(sites), len(evidence), written)
