"""What comes out of the door: one table, and the report of what was met on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.messages import Note
from geo.schema import REJECTED, conform, empty
from layers.formats.reasons import Reason
from layers.formats.row_ids import id_of, shorten

__all__ = ["Report", "Table", "id_of", "shorten", "text_frame", "unlike"]


@dataclass(frozen=True)
class Table:
    """Rows of text as read from one file, and where each comes from.

    Attributes
    ----------
    frame
        All columns text (`str`, blank is ``""``), in the file's order and spelling (outer blanks stripped); RangeIndex.
    row
        int64, row in the source: the first record of a CSV or sheet is 1, so its first data row is 2; the first feature
        or shape is 1.
    geometry
        Object array of shapely geometries in WGS 84 longitude/latitude degrees, two-dimensional, None where there is
        none; None for plain tables.
    name
        File name without folders.
    sha256
        Of the bytes as given, in hex.
    format
        csv, tsv, xlsx, geojson, topojson, shapefile, kml, kmz, gpkg, geoparquet, geotiff or xml.
    meta
        Text facts of the file: encoding, delimiter, decimal, sheet, layer, crs, collection_name, member (the file of a
        zip that was read), and the top-level text members of a GeoJSON.
    rejected
        Rows that never became a row of `frame` (:data:`geo.schema.REJECTED`).
    notes
        Sentences on what was read with a remark: English text, said in another language by
        :meth:`geo.messages.Note.sentence`.
    remarks
        The same, for programs: key of :data:`layers.formats.reasons.REASONS` -> source rows (empty for the whole file).
    document
        The root element of an XML file read with ``purpose="xml"``.
    header
        All columns of the file, also those that were not asked for; blank where the reader does not know them.
    twice
        Columns that stand more than once: name -> the names under which the later ones were read.
    layers
        All layers of a file that may hold several (GeoPackage, zipped shapefiles); blank for other files.
    raster
        What a GeoTIFF read with ``purpose="raster"`` declares (:class:`layers.formats.readers.raster.RasterFacts`).
    """

    frame: pd.DataFrame
    row: np.ndarray
    geometry: np.ndarray | None
    name: str
    sha256: str
    format: str
    meta: dict[str, str]
    rejected: pd.DataFrame
    notes: list[str]
    remarks: dict[str, list[int]] = field(default_factory=dict)
    document: Any = None
    raster: Any = None
    header: tuple[str, ...] = ()
    twice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layers: tuple[str, ...] = ()

    @property
    def accounting(self) -> dict[str, int]:
        """Rows read, accepted and rejected; read = accepted + rejected."""
        accepted, rejected = len(self.frame), len(self.rejected)
        return {"read": accepted + rejected, "accepted": accepted, "rejected": rejected}


class Report:
    """Collects rejections and remarks while one file is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rejected: list[tuple[int, str, str, str, str]] = []
        self.remarks: dict[str, list[int]] = {}
        self._said: list[str] = []

    def reject(self, row: int, reason: str, *, id: str = "", expected: str = "", got: str = "") -> None:  # noqa: A002
        """Note that the source row `row` became none."""
        self._rejected.append((row, id[:200], reason, expected, shorten(got)))

    def remark(self, reason: str, rows: Iterable[int] = ()) -> None:
        """Note that rows (or the whole file) were read with a remark."""
        self.remarks.setdefault(reason, []).extend(int(r) for r in rows)

    def note(self, text: str, /, **params: object) -> None:
        """Add a sentence of its own: a template, and the values of its placeholders."""
        self._said.append(Note(text, **params))

    def tell(self, note: str) -> None:
        """Add a sentence that is made already."""
        self._said.append(note)

    def rejected(self) -> pd.DataFrame:
        """The rejections as :data:`geo.schema.REJECTED`, in order of rows."""
        if not self._rejected:
            return empty(REJECTED)
        rows = sorted(self._rejected, key=lambda r: r[0])
        frame = pd.DataFrame(rows, columns=["row", "id", "reason", "expected", "got"])
        frame.insert(0, "source_file", self.name)
        return conform(frame, REJECTED)

    def notes(self) -> list[str]:
        """All remarks and notes as sentences."""
        said: list[str] = []
        for reason, rows in self.remarks.items():
            shown = ", ".join(map(str, rows[:5]))
            if len(rows) > 5:
                shown = Note("{rows} and {n} more", rows=shown, n=len(rows) - 5)
            said.append(Note("{reason} (rows {rows})", reason=Reason(reason), rows=shown) if rows else Reason(reason))
        return said + self._said


def text_frame(columns: dict[str, Any], rows: int) -> pd.DataFrame:
    """A frame of `str` columns out of lists or arrays of text, with a RangeIndex of `rows`."""
    index = pd.RangeIndex(rows)
    return pd.DataFrame({name: pd.array(values, dtype="str") for name, values in columns.items()}, index=index)


def unlike(names: Sequence[str]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Names of columns, each once: a later one of the same name gets a number.

    Returns
    -------
    names : list of str
        As long as `names`, in their order.
    twice : dict
        Name -> the new names of its later columns.

    Examples
    --------
    >>> unlike(["id", "x", "x", "x"])
    (['id', 'x', 'x_2', 'x_3'], {'x': ('x_2', 'x_3')})
    """
    taken, out = set(names), []
    twice: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for name in names:
        new, number = name, 2
        while new in seen or (new != name and new in taken):
            new, number = f"{name}_{number}", number + 1
        if new != name:
            twice[name] = (*twice.get(name, ()), new)
        seen.add(new)
        out.append(new)
    return out, twice
