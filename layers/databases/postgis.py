"""PostgreSQL with PostGIS, or without: a table in WGS 84 out of it, tables of a run into it.

Reading is one read-only transaction with a time limit. Names are looked up in the catalogue by bound parameters and
quoted by the driver; no text of a user becomes part of a statement in any other way.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from geo.columns import Table
from geo.messages import Note
from layers.databases.address import Address, DatabaseError
from layers.databases.rows import LAT, LON, as_csv, as_geojson

SECONDS = 600
_POINTS = ("POINT", "POINTM", "POINTZ", "POINTZM")
_KINDS = {"text": "text", "number": "double precision", "integer": "bigint", "date": "date", "flag": "boolean",
          "tri": "boolean"}  # fmt: skip
_LONGITUDE = ("lon", "lng", "long", "longitude", "x")


def _driver(place: str) -> Any:
    try:
        import psycopg
    except ImportError:
        raise DatabaseError(
            "The driver of this database is not installed.", where=place, remedy="pip install 'cahra-atlas[databases]'"
        ) from None
    return psycopg


@contextlib.contextmanager
def _connected(address: Address, *, read_only: bool) -> Iterator[Any]:
    """A connection in one transaction: it is committed at the end, or rolled back at a fault."""
    psycopg = _driver(address.place)
    try:
        with psycopg.connect(address.connection, connect_timeout=20, application_name="cahra-atlas") as connection:
            connection.read_only = read_only
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (f"{SECONDS}s",))
            yield connection
    except psycopg.Error as error:
        message = str(getattr(error.diag, "message_primary", "") or type(error).__name__)[:200]
        if isinstance(error, psycopg.OperationalError) and not error.diag.message_primary:
            raise DatabaseError(
                "The database could not be reached.", where=address.place, got=type(error).__name__,
                remedy="Check host, user and password (PGPASSWORD, .pgpass).",
            ) from None  # fmt: skip
        raise DatabaseError("The database refused.", where=address.place, got=message) from None


def read_table(address: Address) -> tuple[str, bytes]:
    """A table or view as a file in WGS 84: its name and bytes.

    Raises
    ------
    DatabaseError
        It is not there, its coordinate system is not known, or the database refuses.
    """
    from psycopg import sql

    with _connected(address, read_only=True) as connection:
        schema, columns = _columns(connection, address)
        shape, kind = _geometry(connection, address, schema, columns)
        plain = [name for name, udt in columns.items() if udt not in ("geometry", "geography")]
        table = sql.SQL("{}.{}").format(sql.Identifier(schema), sql.Identifier(address.table))
        parts = [sql.Identifier(name) for name in plain]
        if not shape:
            query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(parts), table)
            return f"{address.name}.csv", as_csv(plain, _stream(connection, query), address.place)
        cast = sql.SQL("{}::geometry" if columns[shape] == "geography" else "{}").format(sql.Identifier(shape))
        placed = sql.SQL("ST_Transform(ST_Force2D({}), 4326)").format(cast)
        if kind in _POINTS and not {n.lower() for n in plain} & {*_LONGITUDE, LAT}:
            ends = sql.SQL("ST_X({0}), ST_Y({0})").format(placed)
            query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join([*parts, ends]), table)
            return f"{address.name}.csv", as_csv([*plain, LON, LAT], _stream(connection, query), address.place)
        ends = sql.SQL("ST_AsGeoJSON({}, 9)").format(placed)
        query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join([*parts, ends]), table)
        return f"{address.name}.geojson", as_geojson(plain, _stream(connection, query), address.place)


def _columns(connection: Any, address: Address) -> tuple[str, dict[str, str]]:
    """Schema, and the types of the columns in their order, from the catalogue; of what the role may read alone."""
    found = connection.execute(
        "SELECT table_schema, column_name, udt_name FROM information_schema.columns"
        " WHERE table_name = %s AND (table_schema = %s OR (%s = '' AND table_schema = ANY(current_schemas(false))))"
        " ORDER BY table_schema, ordinal_position",
        (address.table, address.schema, address.schema),
    ).fetchall()
    schemas = sorted({row[0] for row in found})
    if len(schemas) != 1:
        raise DatabaseError(
            "The database has no such table, or its role may not read it." if not found else "Several schemas have it.",
            where=address.place, expected="?table=schema.name", got=", ".join(schemas) or address.name[:100],
        )  # fmt: skip
    return schemas[0], {str(name): str(kind) for _, name, kind in found}


def _geometry(connection: Any, address: Address, schema: str, columns: Mapping[str, str]) -> tuple[str, str]:
    """The column of geometries and its kind; blank where there is none."""
    shapes = [name for name, kind in columns.items() if kind in ("geometry", "geography")]
    if not shapes:
        return "", ""
    if len(shapes) > 1:
        raise DatabaseError(
            "The table has several columns of geometries.", where=address.place, got=", ".join(shapes),
            remedy="Make a view with one of them.",
        )  # fmt: skip
    view = "geography_columns" if columns[shapes[0]] == "geography" else "geometry_columns"
    column = "f_geography_column" if view == "geography_columns" else "f_geometry_column"
    found = connection.execute(
        f"SELECT srid, upper(type) FROM {view}"  # noqa: S608 - two names of ours
        f" WHERE f_table_schema = %s AND f_table_name = %s AND {column} = %s",
        (schema, address.table, shapes[0]),
    ).fetchone()
    srid, kind = found or (0, "GEOMETRY")
    if not srid:
        raise DatabaseError(
            "The coordinate system of the geometries is not known.", where=f"{address.name}.{shapes[0]}",
            expected="an SRID other than 0", remedy=Note("SELECT UpdateGeometrySRID(…), or a view with ST_SetSRID."),
        )  # fmt: skip
    return shapes[0], str(kind)


def _stream(connection: Any, query: Any) -> Iterator[Any]:
    with connection.cursor(name="cahra_rows") as cursor:
        cursor.itersize = 10_000
        cursor.execute(query)
        yield from cursor


def write_run(address: Address, run_id: str, record: bytes, tables: Mapping[str, tuple[pd.DataFrame, Table]]) -> bool:
    """Writes the tables of a run under its id in one transaction; False where they are there already.

    Tables are made where they are not there: ``cahra_runs`` with the record, and ``cahra_`` and the name of each. Where
    PostGIS is at hand, rows with `lon` and `lat` get a point `geom`.

    Raises
    ------
    DatabaseError
        The schema is not there, a table there has other columns, or the database refuses; nothing is written then.
    """
    from psycopg import sql
    from psycopg.types.json import Jsonb

    with _connected(address, read_only=False) as connection:
        schema = address.schema or connection.execute("SELECT current_schema()").fetchone()[0]
        known = connection.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (schema,)).fetchone()
        if not known:
            raise DatabaseError("The database has no such schema.", where=address.place, got=str(schema)[:100])
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('cahra-atlas'))")

        def target(name: str) -> Any:
            return sql.SQL("{}.{}").format(sql.Identifier(schema), sql.Identifier(f"cahra_{name}"))

        connection.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {} (run_id text PRIMARY KEY, written_at timestamptz DEFAULT now(),"
                    " record jsonb NOT NULL)").format(target("runs"))
        )  # fmt: skip
        if connection.execute(
            sql.SQL("SELECT 1 FROM {} WHERE run_id = %s").format(target("runs")), (run_id,)
        ).fetchone():
            return False
        connection.execute(
            sql.SQL("INSERT INTO {} (run_id, record) VALUES (%s, %s)").format(target("runs")),
            (run_id, Jsonb(json.loads(record))),
        )
        postgis = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone()
        for name, (frame, columns) in tables.items():
            _fill(connection, target(name), target("runs"), run_id, frame, columns)
            if postgis and {"lon", "lat"} <= set(frame.columns):
                _points(connection, target(name), run_id)
        return True


def _fill(connection: Any, table: Any, runs: Any, run_id: str, frame: pd.DataFrame, columns: Table) -> None:
    from psycopg import sql

    kinds = {c.name: _KINDS[c.type] for c in columns}
    names = [str(n) for n in frame.columns]
    column_list = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(kinds.get(n, "text")))
        for n in dict.fromkeys((*names, *kinds))
    )
    connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} (run_id text NOT NULL REFERENCES {} ON DELETE CASCADE, {})").format(
            table, runs, column_list
        )
    )
    listed = sql.SQL(", ").join(sql.Identifier(n) for n in ("run_id", *names))
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, listed)) as copy:
        for row in _plain(frame).itertuples(index=False, name=None):
            copy.write_row((run_id, *row))


def _points(connection: Any, table: Any, run_id: str) -> None:
    from psycopg import sql

    connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS geom geometry(Point, 4326)").format(table))
    connection.execute(
        sql.SQL("UPDATE {} SET geom = ST_SetSRID(ST_MakePoint(lon, lat), 4326) WHERE run_id = %s AND lon IS NOT NULL"
                " AND lat IS NOT NULL").format(table), (run_id,)
    )  # fmt: skip


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Values as the driver takes them: None for blanks, days as days."""
    out = {}
    for name in frame:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            out[name] = values.dt.date.astype(object).where(values.notna(), None)
        else:
            out[name] = values.astype(object).where(values.notna(), None)
    return pd.DataFrame(out)
