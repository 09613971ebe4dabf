"""A GeoPackage out of plain columns, in memory, the same bytes for the same rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.formats.readers.geopackage import geometry_blob, quoted
from layers.formats.writers.cells import shapes_of, sql_type, values_of
from layers.formats.writers.format import Format
from layers.formats.writers.spreadsheet_guard import refuse_restricted

_APPLICATION_ID, _USER_VERSION = 0x47504B47, 10300
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""
_LAST_CHANGE = "2000-01-01T00:00:00.000Z"  # the same rows give the same bytes, whenever they are written


@dataclass(frozen=True)
class Layer:
    """One layer: name -> values (None for blank) and SQL type, and shapes in WGS 84, None for none."""

    name: str
    columns: dict[str, tuple[list[Any], str]]
    shapes: np.ndarray

    @property
    def box(self) -> list[float | None]:
        """West, south, east and north of the shapes; blank without any."""
        there = [s for s in self.shapes if s is not None]
        return shapely.total_bounds(np.asarray(there, dtype=object)).tolist() if there else [None] * 4

    @property
    def kind(self) -> str:
        """The one type of its shapes, else GEOMETRY."""
        kinds = {s.geom_type.upper() for s in self.shapes if s is not None}
        return kinds.pop() if len(kinds) == 1 else "GEOMETRY"


def layer_of(frame: pd.DataFrame, name: str, geometry: np.ndarray | None = None) -> Layer:
    """A frame as a layer; `geometry` instead of points from `lon` and `lat`.

    Raises
    ------
    geo.errors.InputError
        Rows that may not leave.
    """
    refuse_restricted(frame)
    columns = {str(n): (values_of(frame[n]), sql_type(frame[n])) for n in frame.columns}
    return Layer(name, columns, shapes_of(frame, geometry))


def geopackage(layers: Sequence[Layer]) -> bytes:
    """The bytes of a GeoPackage of these layers."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_USER_VERSION}")
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
            [
                ("Undefined Cartesian", -1, "NONE", -1, "undefined", ""),
                ("Undefined geographic", 0, "NONE", 0, "undefined", ""),
                ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84, ""),
            ],
        )
        for layer in layers:
            _add(connection, layer)
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _add(connection: sqlite3.Connection, layer: Layer) -> None:
    taken = {n.casefold() for n in layer.columns}
    key = next(n for n in ("fid", "_fid", "__fid") if n not in taken)
    shape_name = next(n for n in ("geom", "_geom", "__geom") if n not in taken)
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, 4326)",
        (layer.name, layer.name, _LAST_CHANGE, *layer.box),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, 4326, 0, 0)", (layer.name, shape_name, layer.kind)
    )
    described = ", ".join(f"{quoted(n)} {kind}" for n, (_, kind) in layer.columns.items())
    connection.execute(
        f"CREATE TABLE {quoted(layer.name)} ({quoted(key)} INTEGER PRIMARY KEY AUTOINCREMENT, "
        f"{quoted(shape_name)} GEOMETRY{', ' if described else ''}{described})"
    )
    marks = ", ".join("?" * (2 + len(layer.columns)))
    values = [cells for cells, _ in layer.columns.values()]
    rows = zip(*values, strict=True) if values else ([()] * len(layer.shapes))
    connection.executemany(
        f"INSERT INTO {quoted(layer.name)} VALUES ({marks})",  # noqa: S608  (the name is quoted)
        [
            (i, geometry_blob(shape), *row)
            for i, (shape, row) in enumerate(zip(layer.shapes, rows, strict=True), start=1)
        ],
    )


def geopackage_bytes(frame: pd.DataFrame, geometry: np.ndarray | None = None, *, layer: str = "sites") -> bytes:
    """A GeoPackage 1.3 of one layer: plain tables, no index, no trigger."""
    return geopackage([layer_of(frame, layer, geometry)])


FORMAT = Format("gpkg", geopackage_bytes)
