"""A DuckDB file: a table out of it, tables of a run into it; no other file and no address is opened from within it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.columns import Table
from layers.databases.address import Address, DatabaseError
from layers.databases.rows import LAT, LON, as_csv, as_geojson

_KINDS = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "date": "DATE",
    "flag": "BOOLEAN",
    "tri": "BOOLEAN",
}
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "lock_configuration": "true",
}


@contextlib.contextmanager
def _opened(address: Address, *, read_only: bool) -> Iterator[Any]:
    try:
        import duckdb
    except ImportError:
        raise DatabaseError(
            "The driver of this database is not installed.", where=address.place,
            remedy="pip install 'cahra-atlas[databases]'",
        ) from None  # fmt: skip
    if read_only and not Path(address.connection).is_file():
        raise DatabaseError("There is no such file.", where=address.place, remedy="Check the path.")
    try:
        with duckdb.connect(address.connection, read_only=read_only, config=_CLOSED) as connection:
            yield connection
    except duckdb.Error as error:
        raise DatabaseError(
            "The database refused.", where=address.place, got=str(error).splitlines()[0][:200]
        ) from None


def quoted(name: str) -> str:
    """An identifier in quotes, whatever is in it.

    Examples
    --------
    >>> quoted('a"b; drop')
    '"a""b; drop"'
    """
    return '"' + name.replace('"', '""') + '"'


def read_table(address: Address) -> tuple[str, bytes]:
    """A table or view as a file: its name and bytes; a column of WKB or geometries gives its places, in WGS 84.

    Raises
    ------
    DatabaseError
        It is not there, its coordinates are no degrees, or the database refuses.
    """
    with _opened(address, read_only=True) as connection:
        found = connection.execute(
            "SELECT table_schema, column_name, data_type FROM information_schema.columns WHERE table_name = ?"
            " AND (table_schema = ? OR ? = '') ORDER BY table_schema, ordinal_position",
            [address.table, address.schema, address.schema],
        ).fetchall()
        schemas = sorted({row[0] for row in found})
        if len(schemas) != 1:
            raise DatabaseError(
                "The database has no such table.", where=address.place, expected="?table=schema.name",
                got=", ".join(schemas) or address.name[:100],
            )  # fmt: skip
        kinds = {str(name): str(kind).upper() for _, name, kind in found}
        shapes = [n for n, kind in kinds.items() if kind.startswith("GEOMETRY") or kind in ("BLOB", "WKB_BLOB")]
        plain = [n for n in kinds if n not in shapes]
        # ST_AsWKB is of the core where GEOMETRY is; a blob is WKB as it stands.
        ends = [f"ST_AsWKB({quoted(n)})" if kinds[n].startswith("GEOMETRY") else quoted(n) for n in shapes[:1]]
        names = ", ".join([*map(quoted, plain), *ends])
        rows = connection.execute(f"SELECT {names} FROM {quoted(schemas[0])}.{quoted(address.table)}")  # noqa: S608
        every = rows.fetchall()
    if len(shapes) > 1:
        raise DatabaseError("The table has several columns of geometries.", where=address.place, got=", ".join(shapes))
    if not shapes:
        return f"{address.name}.csv", as_csv(plain, every, address.place)
    return _placed(address, plain, every)


def _placed(address: Address, plain: list[str], rows: list[Any]) -> tuple[str, bytes]:
    """Rows whose last value is WKB."""
    try:
        shapes = shapely.from_wkb(np.array([None if r[-1] is None else bytes(r[-1]) for r in rows], dtype=object))
    except (shapely.errors.GEOSException, TypeError):
        raise DatabaseError("The column of geometries is not WKB.", where=address.place) from None
    bounds = shapely.total_bounds(shapes)
    if np.isfinite(bounds).all() and (np.abs(bounds[[0, 2]]).max() > 180 or np.abs(bounds[[1, 3]]).max() > 90):
        raise DatabaseError(
            "The coordinate system of the geometries is not known.", where=address.place,
            expected="longitude and latitude in degrees (WGS 84)", got=", ".join(f"{b:g}" for b in bounds),
        )  # fmt: skip
    kinds = shapely.get_type_id(shapes)
    if np.isin(kinds, (-1, 0)).all() and not {n.lower() for n in plain} & {LON, LAT}:
        x, y = shapely.get_x(shapes), shapely.get_y(shapes)
        with_places = [(*r[:-1], a, b) for r, a, b in zip(rows, x.tolist(), y.tolist(), strict=True)]
        return f"{address.name}.csv", as_csv([*plain, LON, LAT], with_places, address.place)
    texts = shapely.to_geojson(shapes)
    with_places = [(*r[:-1], t) for r, t in zip(rows, texts, strict=True)]
    return f"{address.name}.geojson", as_geojson(plain, with_places, address.place)


def write_run(address: Address, run_id: str, record: bytes, tables: Mapping[str, tuple[pd.DataFrame, Table]]) -> bool:
    """Writes the tables of a run under its id in one transaction; False where they are there already.

    Raises
    ------
    DatabaseError
        A table there has other columns, or the database refuses; nothing is written then.
    """
    with _opened(address, read_only=False) as connection:
        schema = quoted(address.schema or "main")
        runs = f"{schema}.cahra_runs"
        connection.begin()
        try:
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {runs} (run_id VARCHAR PRIMARY KEY, written_at TIMESTAMPTZ DEFAULT now(),"
                " record VARCHAR)"
            )
            there = connection.execute(f"SELECT 1 FROM {runs} WHERE run_id = ?", [run_id]).fetchone()  # noqa: S608
            if there:
                connection.rollback()
                return False
            statement = f"INSERT INTO {runs} (run_id, record) VALUES (?, ?)"  # noqa: S608 - a name of ours, quoted
            connection.execute(statement, [run_id, record.decode()])
            for name, (frame, columns) in tables.items():
                _fill(connection, f"{schema}.{quoted('cahra_' + name)}", run_id, frame, columns)
            connection.commit()
        except BaseException:
            with contextlib.suppress(Exception):
                connection.rollback()
            raise
        return True


def _fill(connection: Any, table: str, run_id: str, frame: pd.DataFrame, columns: Table) -> None:
    kinds = {c.name: _KINDS[c.type] for c in columns}
    names = [str(n) for n in frame.columns]
    column_list = ", ".join(f"{quoted(n)} {kinds.get(n, 'VARCHAR')}" for n in dict.fromkeys((*names, *kinds)))
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (run_id VARCHAR NOT NULL, {column_list})")
    import pyarrow as pa

    given = {n: pa.array(frame[n].astype(object).where(frame[n].notna(), None).tolist()) for n in names}
    rows = pa.table({"run_id": pa.array([run_id] * len(frame), pa.string()), **given})
    connection.register("cahra_rows", rows)
    listed = ", ".join(quoted(n) for n in ("run_id", *names))
    taken = ", ".join(f"CAST({quoted(n)} AS {kinds.get(n, 'VARCHAR')})" for n in names)
    connection.execute(f"INSERT INTO {table} ({listed}) SELECT run_id, {taken} FROM cahra_rows")  # noqa: S608
    connection.unregister("cahra_rows")
