"""What comes out of the gateway: one table, and the report of what was met on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.messages import Note
from layers.formats.limits import Gateway
from layers.formats.reasons import Reason
from layers.formats.row_ids import id_of, shorten

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Columns", "Parsed", "Report", "Table", "id_of", "shorten", "text_frame", "unlike"]


class Columns:
    """Text by column, as readers collect it: lists, or arrays of text where there is much. A frame is made at the end.

    Children that parse files do without pandas, which takes longer to load than most files to read.
    """

    def __init__(self, cells: dict[str, Any], rows: int) -> None:
        self.cells, self.rows = cells, rows

    def __len__(self) -> int:
        return self.rows

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self.cells)

    def texts(self, name: str, first: int | None = None) -> list[str]:
        """The cells of one column, or the first of them."""
        found: list[str] = list(self.cells[name][:first])
        return found

    def ids(self) -> list[str]:
        """The ids of the rows by the column that holds them, blank where there is none."""
        at = id_of(self.names)
        return self.texts(self.names[at]) if at is not None else [""] * self.rows

    def where(self, keep: np.ndarray) -> Columns:
        """The rows that `keep` marks."""
        marks = keep.tolist()
        cells = {
            name: [t for t, k in zip(column, marks, strict=True) if k] if isinstance(column, list) else column[keep]
            for name, column in self.cells.items()
        }
        return Columns(cells, int(keep.sum()))

    def subset(self, names: Sequence[str]) -> Columns:
        """These columns alone."""
        return Columns({n: self.cells[n] for n in names}, self.rows)

    def frame(self) -> pd.DataFrame:
        """The same as a frame of text."""
        return text_frame(self.cells, self.rows)


@dataclass
class Parsed:
    """What a reader of one format gives to the gateway; `read` is its own count of the rows that hold anything."""

    table: Columns
    row: np.ndarray
    geometry: np.ndarray | None
    format: str
    read: int
    meta: dict[str, str] = field(default_factory=dict)
    raster: Any = None
    header: tuple[str, ...] = ()
    twice: dict[str, tuple[str, ...]] = field(default_factory=dict)
    layers: tuple[str, ...] = ()


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
    header
        All columns of the file, also those that were not asked for; blank where the reader does not know them.
    twice
        Columns that stand more than once: name -> the names under which the later ones were read.
    size
        Number of bytes as given.
    layers
        All layers of a file that may hold several (GeoPackage, zipped shapefiles); blank for other files.
    read
        Rows of the source that hold anything, as its reader counted them.
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
    read: int = 0
    raster: Any = None
    header: tuple[str, ...] = ()
    twice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    size: int = 0

    @property
    def accounting(self) -> dict[str, int]:
        """Rows read, as the reader counted them, accepted and rejected; a table that is not whole is never given."""
        return {"read": self.read, "accepted": len(self.frame), "rejected": len(self.rejected)}


class Report:
    """Collects rejections and remarks while one file is read."""

    def __init__(self, name: str, gateway: Gateway | None = None) -> None:
        self.name, self.gateway = name, gateway
        self.turned_down: list[tuple[int, str, str, str, str]] = []
        self.remarks: dict[str, list[int]] = {}
        self._notes: list[str] = []

    def reject(self, row: int, reason: str, *, id: str = "", expected: str = "", got: str = "") -> None:  # noqa: A002
        """Note that the source row `row` became none."""
        self.turned_down.append((row, id[:200], reason, expected, shorten(got)))
        if self.gateway is not None and not len(self.turned_down) % 1000:
            self.gateway.check("rows", len(self.turned_down), self.name)

    def remark(self, reason: str, rows: Iterable[int] = ()) -> None:
        """Note that rows (or the whole file) were read with a remark."""
        self.remarks.setdefault(reason, []).extend(int(r) for r in rows)

    def note(self, text: str, /, **params: object) -> None:
        """Add a sentence of its own: a template, and the values of its placeholders."""
        self._notes.append(Note(text, **params))

    def add(self, note: str) -> None:
        """Add a sentence that is made already."""
        self._notes.append(note)

    def rejected(self) -> pd.DataFrame:
        """The rejections as :data:`geo.schema.REJECTED`, in order of rows."""
        import pandas as pd

        from geo.schema import REJECTED, conform, empty

        if not self.turned_down:
            return empty(REJECTED)
        rows = sorted(self.turned_down, key=lambda r: r[0])
        frame = pd.DataFrame(rows, columns=["row", "id", "reason", "expected", "got"])
        frame.insert(0, "source_file", self.name)
        return conform(frame, REJECTED)

    def notes(self) -> list[str]:
        """All remarks and notes as sentences."""
        sentences: list[str] = []
        for reason, rows in self.remarks.items():
            shown = ", ".join(map(str, rows[:5]))
            if len(rows) > 5:
                shown = Note("{rows} and {n} more", rows=shown, n=len(rows) - 5)
            sentences.append(
                Note("{reason} (rows {rows})", reason=Reason(reason), rows=shown) if rows else Reason(reason)
            )
        return sentences + self._notes


def text_frame(columns: dict[str, Any], rows: int) -> pd.DataFrame:
    """A frame of `str` columns out of lists or arrays of text, with a RangeIndex of `rows`."""
    import pandas as pd

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
