"""A table of a database by its address, of whichever kind."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.columns import Table
from layers.databases import duck, postgis
from layers.databases.address import Address


def read_table(address: Address) -> tuple[str, bytes]:
    """A table as a file: its name and its bytes, in WGS 84."""
    return duck.read_table(address) if address.kind == "duckdb" else postgis.read_table(address)


def write_run(address: Address, run_id: str, record: bytes, tables: Mapping[str, tuple[pd.DataFrame, Table]]) -> bool:
    """Writes the tables of a run in one transaction; False where they are there already."""
    writer = duck.write_run if address.kind == "duckdb" else postgis.write_run
    return writer(address, run_id, record, tables)
