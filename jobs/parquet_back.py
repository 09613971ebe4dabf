"""A table that this program wrote as Parquet, read back, with the mark of synthetic data where the result has it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.columns import Column, Table
from geo.errors import InputError
from jobs.demonstration import FILE
from jobs.read_back import DifferenceError
from jobs.table_mark import MARK, MARK_TEXT
from layers.formats.readers.coded_parquet import read_coded_parquet


def parquet_of(files: Mapping[str, bytes], name: str, table: Table) -> pd.DataFrame:
    """The rows of a Parquet file of a result, without the mark.

    Beside the note on synthetic data (which is held against the record, :func:`jobs.accounts.check_demonstration`) the
    mark is the last column and said in every row; without that note there is no such column.

    Parameters
    ----------
    files
        Files of a result by name.
    name
        Name of the file, for errors.
    table
        The schema of the rows.

    Raises
    ------
    DifferenceError
        It is not what this program writes, or the mark is another one.
    """
    marked = FILE in files
    columns = (*table, Column(MARK, "text", "true: data of the run are synthetic")) if marked else table
    try:
        frame = read_coded_parquet(files[name], name, columns)
    except InputError as fault:
        raise DifferenceError(f"{name} is not what this program writes ({fault.sentence()[:200]})") from None
    if marked and set(frame.pop(MARK)) - {MARK_TEXT}:
        raise DifferenceError(f"{name}: {MARK} is not {MARK_TEXT} in every row, run.json says that data are synthetic")
    return frame
