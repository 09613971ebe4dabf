"""GeoParquet, by pyarrow."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd

from layers.formats.writers.cells import shapes_of, sql_type, values_of
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import refuse_restricted


def geoparquet_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None) -> bytes:
    """GeoParquet 1.1, WKB, longitude and latitude of WGS 84."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    refuse_restricted(frame)
    shapes = shapes_of(frame, geometry)
    kinds = {"BOOLEAN": pa.bool_(), "INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
    arrays = {
        str(n): (
            pa.array(frame[n].astype("datetime64[s]").to_numpy().astype("datetime64[D]"), type=pa.date32())
            if pd.api.types.is_datetime64_any_dtype(frame[n])
            else pa.array(values_of(frame[n]), type=kinds[sql_type(frame[n])])
        )
        for n in frame.columns
    }
    arrays["geometry"] = pa.array([None if s is None else shapely.to_wkb(s, byte_order=1) for s in shapes], pa.binary())
    there = [s for s in shapes if s is not None]
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted({s.geom_type for s in there})}
    if there:
        column["bbox"] = shapely.total_bounds(np.asarray(there, dtype=object)).tolist()
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = pa.table(arrays).replace_schema_metadata({b"geo": json.dumps(geo, sort_keys=True).encode()})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=100_000)
    return out.getvalue()


FORMAT = Format("parquet", geoparquet_bytes)
