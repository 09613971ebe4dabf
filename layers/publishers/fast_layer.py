"""A layer of incidents as GeoParquet of the project's own columns, so that the second start reads no text.

It is made beside a kept file and known by that file's hash and by how readers read at the time; it says the same as
reading the file again, or it is not used.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import secrets
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo.columns import DTYPES, Column, Table, conform
from geo.packed_notes import packed, unpacked
from geo.schema import COVERAGE, INCIDENTS, REJECTED, REJECTED_INCIDENTS
from layers.disk import write_file
from layers.reference.files import ROOT
from layers.sources.layer import Layer

FOLDER = "fast"
_SIDE = {"rejected": REJECTED, "covers": COVERAGE, "rejected_places": REJECTED_INCIDENTS}
_READERS = ("layers/sources", "layers/formats", "geo/columns.py", "geo/schema_inputs.py", "data")
_ROWS = 1 << 17


@functools.cache
def readers_now() -> str:
    """A hash of everything that says how a file is read: another program reads the file itself again."""
    digest = hashlib.sha256()
    for name in _READERS:
        place = ROOT / name
        for path in sorted([place] if place.is_file() else [*place.rglob("*.py"), *place.glob("*.csv")]):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def place_of(folder: Path, sha256: str) -> Path:
    """Where the layer of a file of this hash is kept."""
    return folder / FOLDER / f"{sha256[:32]}.parquet"


def write_fast(layer: Layer, folder: Path) -> None:
    """Keeps a layer of incidents; a folder that cannot be written to keeps none."""
    facts = {
        "readers": readers_now(), "name": layer.name, "sha256": layer.sha256, "layout": layer.layout,
        "dataset": layer.dataset, "dataset_version": layer.dataset_version, "accounting": layer.accounting,
        "notes": [packed(n) for n in layer.notes], "columns_used": layer.columns_used,
        "columns_ignored": layer.columns_ignored, "size": layer.size,
        **{name: base64.b64encode(_parquet(getattr(layer, name), {})).decode() for name in _SIDE},
    }  # fmt: skip
    path = place_of(folder, layer.sha256)
    part = path.with_name(f".part-{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(exist_ok=True)
        write_file(part, _parquet(layer.frame, {b"cahra": json.dumps(facts).encode()}, shaped=True))
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)


def read_fast(folder: Path, sha256: str, name: str) -> Layer | None:
    """The layer of a file of this hash and name; None where none is kept, or one that says something else."""
    path = place_of(folder, sha256)
    if not path.is_file() or path.is_symlink():
        return None
    from pyarrow import parquet

    try:
        table = parquet.read_table(path, columns=[c.name for c in INCIDENTS])
        facts = json.loads((table.schema.metadata or {})[b"cahra"])
        if (facts["readers"], facts["sha256"], facts["name"]) != (readers_now(), sha256, name):
            return None
        side = {n: _frame(parquet.read_table(io.BytesIO(base64.b64decode(facts[n]))), t) for n, t in _SIDE.items()}
        return Layer(
            name=name, sha256=sha256, layout=facts["layout"], dataset=facts["dataset"],
            dataset_version=facts["dataset_version"], frame=_frame(table, INCIDENTS), accounting=facts["accounting"],
            notes=[unpacked(n) for n in facts["notes"]],
            columns_used={k: tuple(v) for k, v in facts["columns_used"].items()},
            columns_ignored=tuple(facts["columns_ignored"]), size=facts["size"], **side,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OSError, pa.ArrowException):
        return None


def _parquet(frame: pd.DataFrame, metadata: dict[bytes, bytes], *, shaped: bool = False) -> bytes:
    """Text as dictionaries, days as days; with `shaped` also points as WKB, and what GeoParquet says of them."""
    from pyarrow import parquet

    arrays = {str(n): _array(frame[n]) for n in frame}
    if shaped:
        lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
        there = ~np.isnan(lon)
        wkb = np.full(len(frame), None, dtype=object)
        wkb[there] = shapely.to_wkb(shapely.points(lon[there], lat[there]), byte_order=1)
        arrays["geometry"] = pa.array(wkb, pa.binary())
        column = {"encoding": "WKB", "geometry_types": ["Point"]}
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        metadata = metadata | {b"geo": json.dumps(geo).encode()}
    out = io.BytesIO()
    table = pa.table(arrays).replace_schema_metadata(metadata)
    parquet.write_table(table, out, compression="zstd", row_group_size=_ROWS)
    return out.getvalue()


def _array(values: pd.Series) -> pa.Array:
    if pd.api.types.is_datetime64_any_dtype(values):
        return pa.array(values.to_numpy().astype("datetime64[s]"), pa.timestamp("s"))
    found = pa.array(values.array)
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    if pa.types.is_string(found.type) or pa.types.is_large_string(found.type):
        return found.dictionary_encode()
    return found


def _frame(table: pa.Table, columns: Table) -> pd.DataFrame:
    """The columns in their types; raises where a type cannot be had."""
    return conform(pd.DataFrame({c.name: _values(table.column(c.name), c) for c in columns}), columns)


def _values(column: pa.ChunkedArray, column_of_schema: Column) -> object:
    if column_of_schema.type == "text":
        return pd.Series(column.cast(pa.large_string()), dtype=DTYPES["text"])
    if column_of_schema.type == "date":
        return column.to_numpy().astype(DTYPES["date"])
    if column_of_schema.type == "tri":
        return pd.array(column.to_pandas(), dtype="boolean")
    return column.to_numpy()
