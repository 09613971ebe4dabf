"""``postgresql://host/db?table=schema.name`` and ``duckdb:///file?table=name``: what is asked of which database.

A password never leaves this module but for the connection: not in a name, a record or an error.
"""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field

from geo.errors import InputError

SCHEMES = ("postgresql", "postgres", "duckdb")
_LONGEST = 2000


class DatabaseError(InputError):
    """A database cannot be used as it was asked."""


@dataclass(frozen=True)
class Address:
    """A table, or with `table` blank a schema, of a database.

    Attributes
    ----------
    kind
        postgresql or duckdb.
    place
        For readers and records: host and database, or the file; without user and password.
    connection
        What the driver is given: a URL without the parts that are ours, or a path.
    """

    kind: str
    place: str
    connection: str = field(repr=False)
    schema: str = ""
    table: str = ""

    @property
    def name(self) -> str:
        """The table as a file would be called."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


def is_address(text: str) -> bool:
    """Whether a text names a database.

    Examples
    --------
    >>> is_address("postgresql://localhost/gis?table=mines"), is_address("sites.csv"), is_address("ucdp:CAF@25.1")
    (True, False, False)
    """
    return text.partition("://")[0].lower() in SCHEMES and "://" in text


def parse_address(text: str, *, table: bool = True) -> Address:
    """The address that a text names.

    Parameters
    ----------
    table
        A table must be named; else a schema may be.

    Raises
    ------
    DatabaseError
        It is none; what is wrong is told without the text itself.

    Examples
    --------
    >>> parse_address("postgresql://me:word@db.example/gis?table=field.mines&sslmode=require")
    Address(kind='postgresql', place='db.example/gis', schema='field', table='mines')
    >>> parse_address("duckdb:////data/mines.duckdb?table=mines").connection
    '/data/mines.duckdb'
    """
    expected = "postgresql://host/database?table=schema.name, duckdb:///file?table=name"
    try:
        parts = urllib.parse.urlsplit(text)
        query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DatabaseError("The address of the database cannot be read.", expected=expected) from None
    ours = {k: v for k, v in query if k in ("table", "schema")}
    if len(text) > _LONGEST or not text.isprintable() or (table and not ours.get("table")):
        raise DatabaseError("The address of the database cannot be read.", expected=expected)
    schema, dot, name = ours.get("table", "").rpartition(".")
    schema = schema if dot else ours.get("schema", "")
    if parts.scheme.lower() == "duckdb":
        path = urllib.parse.unquote(parts.path)[1:]
        if host or not path or any(k not in ("table", "schema") for k, _ in query):
            raise DatabaseError("The address of the database cannot be read.", expected=expected)
        return Address("duckdb", path.rsplit("/", 1)[-1], path, schema, name)
    rest = urllib.parse.urlencode([(k, v) for k, v in query if k not in ("table", "schema")])
    connection = urllib.parse.urlunsplit(("postgresql", parts.netloc, parts.path, rest, ""))
    place = f"{host or 'localhost'}{f':{port}' if port else ''}{parts.path}"
    return Address("postgresql", place, connection, schema, name)
