"""Properties and shapes of features, one by one, as rows: what GeoJSON and TopoJSON share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import shapely

from geo.errors import FormatError
from layers.formats.alike import is_wanted
from layers.formats.limits import Clock
from layers.formats.readers.geometry import BadGeometryError, Builder, geometry_array
from layers.formats.readers.strict_json import plain_text
from layers.formats.table import Columns, Parsed, Report, id_of, shorten


class Rows:
    """Collects properties and shapes feature by feature."""

    def __init__(self, clock: Clock, name: str, report: Report, columns: Collection[str] | None) -> None:
        self.clock, self.name, self.report, self.columns = clock, name, report, columns
        self.builder = Builder(clock.gateway, name)
        self.rows: list[int] = []
        self.records: list[dict[str, str]] = []
        self.shapes: list[Any] = []
        self.names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._wanted: dict[str, bool] = {}
        self.read = self._size = 0

    def add(self, row: int, properties: Any, feature_id: Any, geometry: Any) -> None:
        """One feature, accepted or rejected; `geometry` is a GeoJSON object, None, or a made shape."""
        self._count()
        if properties is not None and not isinstance(properties, dict):
            self.report.reject(row, "properties_malformed", expected="an object", got=type(properties).__name__)
            return
        record = {}
        for key, value in (properties or {}).items():
            if key not in self._wanted:
                self._wanted[key] = is_wanted(key.strip(), self.columns)
            if not self._wanted[key]:
                continue
            if key not in self.names:
                self._name(key)
            record[self.names[key]] = value if type(value) is str else plain_text(value)
        own = isinstance(feature_id, str | int | float) and not isinstance(feature_id, bool)
        if own and not any(name.casefold() == "id" for name in record):
            if "id" not in self._taken:
                self._name("id")
            record["id"] = plain_text(feature_id)
        longest = self.clock.gateway.cell_characters
        if any(len(text) > longest for text in record.values()):
            self.report.reject(row, "cell_too_long", id=self._id(record), expected=f"{longest} characters at most")
            return
        try:
            shape = self.shape(geometry)
        except BadGeometryError as fault:
            self.report.reject(row, fault.reason, id=self._id(record), expected="a GeoJSON geometry", got=fault.got)
            return
        if self.builder.unclosed:
            self.report.remark("ring_unclosed", [row])
        if self.builder.height:
            self.report.remark("height_dropped", [row])
        self.rows.append(row)
        self.records.append(record)
        self.shapes.append(shape)
        self._size += sum(map(len, record.values()))
        self.clock.gateway.check("unpacked_bytes", self._size, self.name)

    def reject(self, row: int, reason: str, *, id: str = "", expected: str = "", got: str = "") -> None:  # noqa: A002
        """A feature that is none."""
        self._count()
        self.report.reject(row, reason, id=id, expected=expected, got=got)

    def _count(self) -> None:
        self.read += 1
        self.clock.gateway.check("rows", self.read, self.name)
        if not self.read % 1000:
            self.clock.check(self.name)

    def _name(self, key: str) -> None:
        """Note a new column; two that differ in outer blanks alone cannot be told apart."""
        self.clock.gateway.check("columns", len(self.names) + 1, self.name)
        plain = key.strip()
        if plain in self._taken:
            raise FormatError(
                "Two columns have the same name.",
                where=self.name,
                expected="one of each name",
                got=shorten(plain),
            )
        self._taken.add(plain)
        self.names[key] = plain

    @staticmethod
    def _id(record: dict[str, str]) -> str:
        names = list(record)
        at = id_of(names)
        return record[names[at]] if at is not None else ""

    def shape(self, geometry: Any, depth: int = 0) -> Any:
        """A shapely geometry out of a GeoJSON geometry object."""
        self.builder.unclosed = self.builder.height = False
        if geometry is None:
            return None
        if not isinstance(geometry, dict):
            raise BadGeometryError("geometry_malformed", type(geometry).__name__)
        kind = geometry.get("type")
        if kind == "GeometryCollection":
            parts = geometry.get("geometries")
            if not isinstance(parts, list) or depth > 4:
                raise BadGeometryError("geometry_malformed", "a collection without a list of geometries")
            shapes = [self.shape(p, depth + 1) for p in parts]
            if any(s is None for s in shapes):
                raise BadGeometryError("geometry_malformed", "a collection that holds null")
            return shapely.geometrycollections(shapes) if shapes else shapely.GeometryCollection()
        return self.builder.build(kind, geometry.get("coordinates"))

    def parsed(self, form: str, meta: dict[str, str]) -> Parsed:
        """The collected rows as text columns and shapes."""
        gateway = self.clock.gateway
        names = list(dict.fromkeys(self.names.values()))
        gateway.check("columns", len(names), self.name)
        gateway.check("cells", len(names) * len(self.rows), self.name)
        table = Columns({n: [r.get(n, "") for r in self.records] for n in names}, len(self.rows))
        row = np.asarray(self.rows, dtype=np.int64)
        return Parsed(table, row, geometry_array(self.shapes), form, self.read, meta)


def text_members(document: dict[str, Any]) -> dict[str, str]:
    """The top-level members that are text or numbers, for :attr:`Table.meta`."""
    meta = {
        key.strip()[:100]: plain_text(value)[:1000]
        for key, value in list(document.items())[:100]
        if isinstance(value, str | int | float) and key != "type"
    }
    if "name" in meta:
        meta["collection_name"] = meta.pop("name")
    return meta
