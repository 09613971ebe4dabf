"""Parquet that this program wrote, with its types and as it stands; parsed in a child like all foreign bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.columns import Table
from geo.errors import FormatError
from layers.formats.limits import LOCAL, Clock
from layers.formats.sandbox.process import run_child
from layers.formats.source import Source

TASK = "coded_parquet"


def read_coded_parquet(data: bytes, name: str, table: Table) -> pd.DataFrame:
    """A frame of `table`: exactly its columns, each of its type.

    Raises
    ------
    geo.errors.FormatError
        The file is no Parquet, or has other columns.
    """
    reply = run_child(TASK, Source(data, name, LOCAL), LOCAL.clock(), columns=[[c.name, c.type] for c in table])
    out: dict[str, Any] = {}
    for i, column in enumerate(table):
        values = reply.arrays[f"values {i}"]
        blank = reply.arrays[f"blank {i}"].view(np.bool_) if f"blank {i}" in reply.arrays else np.zeros(0, np.bool_)
        if column.type == "text":
            pool = pd.array(np.array([*map(str, reply.facts["texts"][i]), ""], dtype=object), dtype="str")
            out[column.name] = pool.take(values)
        elif column.type == "date":
            out[column.name] = values.view("datetime64[D]").astype("datetime64[s]")
        elif column.type in ("flag", "tri"):
            flags = pd.arrays.BooleanArray(values.astype(np.bool_), blank.copy())
            out[column.name] = flags if column.type == "tri" else flags.to_numpy(np.bool_, na_value=False)
        else:
            out[column.name] = values if column.type == "number" else values.astype(np.int64)
    return pd.DataFrame(out)


def parse(
    given: bytes | Path, name: str, clock: Clock, options: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: distinct texts as facts, everything else as arrays."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    gateway = clock.gateway
    file = pq.ParquetFile(pa.BufferReader(given) if isinstance(given, bytes) else str(given), memory_map=False)
    facts = file.metadata
    gateway.check("rows", facts.num_rows, name)
    unpacked = sum(facts.row_group(i).total_byte_size for i in range(facts.num_row_groups))
    gateway.check("unpacked_bytes", unpacked, name)
    wanted = [str(n) for n, _ in options["columns"]]
    if file.schema_arrow.names != wanted:
        raise FormatError("The file has other columns.", where=name, expected=", ".join(wanted))
    read = file.read(use_threads=False)
    texts: list[list[str]] = []
    arrays: dict[str, np.ndarray] = {}
    for i, (_, kind) in enumerate(options["columns"]):
        values, own = read.column(i), []
        if kind == "text":
            coded = values if pa.types.is_dictionary(values.type) else values.cast(pa.string()).dictionary_encode()
            whole = coded.unify_dictionaries().combine_chunks()
            whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) and whole.num_chunks else whole
            if isinstance(whole, pa.ChunkedArray):  # no rows
                whole = pa.array([], pa.string()).dictionary_encode()
            own = whole.dictionary.cast(pa.string()).to_pylist()
            arrays[f"values {i}"] = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        elif kind == "date":
            days = values.cast(pa.date32()).cast(pa.int32())
            arrays[f"values {i}"] = _filled(days, np.iinfo(np.int64).min, np.int64)
        elif kind in ("flag", "tri"):
            arrays[f"blank {i}"] = values.is_null().to_numpy().astype(np.uint8)
            arrays[f"values {i}"] = _filled(values.cast(pa.bool_()), 0, np.uint8)
        else:
            arrays[f"values {i}"] = _filled(values.cast(pa.float64()), np.nan, np.float64)
        texts.append(own)
        clock.check()
    return {"texts": texts}, arrays


def _filled(values: Any, blank: float, dtype: Any) -> np.ndarray:
    gone = values.is_null().to_numpy()
    out = np.full(len(gone), blank, dtype)
    out[~gone] = values.drop_null().to_numpy()
    return out
