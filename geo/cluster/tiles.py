"""Sites and incidents as folders of GeoParquet tiles, near rows in one file: what a cluster reads piece by piece.

A tile holds up to a number of rows that lie together; its footer says where they lie, so that a reader opens only the
tiles it needs. Rows without a position have tiles of their own. A folder on object storage is a URI (``s3://...``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Box = tuple[float, float, float, float]

ROWS = 20_000
"""Rows per tile: some megabytes, and some seconds of work for the densest."""
INDEX = "_tiles.json"
"""File beside the tiles: what can only be known of all rows together."""


@dataclass(frozen=True)
class Tile:
    """One file of a folder, as its footer describes it.

    Parameters
    ----------
    path
        Path within the file system.
    rows
        Number of rows.
    box
        West, south, east, north [degrees]; None where no row has a position.
    countries
        First and last country code in sorted order.
    """

    path: str
    rows: int
    box: Box | None
    countries: tuple[str, str]


@dataclass(frozen=True)
class Tiles:
    """A folder of tiles: where it is, its tiles in order, and the facts of :data:`INDEX`."""

    uri: str
    tiles: tuple[Tile, ...]
    facts: dict[str, Any]


def split(lon: Floats, lat: Floats, rows: int = ROWS) -> list[Ints]:
    """Positions of points in tiles of at most `rows`, by halving along the longer side; unknown positions come last.

    Parameters
    ----------
    lon, lat
        Degrees, shape (n,); NaN is unknown.
    rows
        Points in a tile at most.

    Examples
    --------
    >>> [t.tolist() for t in split(np.array([0.0, 9.0, 1.0, np.nan]), np.array([0.0, 0.0, 0.0, 0.0]), 2)]
    [[0, 2], [1], [3]]
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    out: list[Ints] = []
    waiting = [np.flatnonzero(known)]
    while waiting:
        at = waiting.pop()
        if at.size <= rows:
            if at.size:
                out.append(np.sort(at))
            continue
        x, y = lon[at] * np.cos(np.radians(lat[at].mean())), lat[at]
        side = x if np.ptp(x) >= np.ptp(y) else y
        order = np.argsort(side, kind="stable")
        # The first half is the larger one, so that halves of whole tiles stay whole.
        half = (at.size + 1) // 2
        waiting += [at[order[half:]], at[order[:half]]]
    rest = np.flatnonzero(~known)
    return [*out, *(rest[i : i + rows] for i in range(0, rest.size, rows))]


def write_tiles(
    frame: pd.DataFrame, folder: str | Path, table: schema.Table, facts: dict[str, Any], rows: int = ROWS
) -> None:
    """Writes `frame` as GeoParquet tiles ``part-00000.parquet`` … into a new folder, with :data:`INDEX` beside them.

    Parameters
    ----------
    frame
        Rows of `table`, with `lon` and `lat` columns; points are made here and nowhere before.
    facts
        What readers need to know of all rows together; plain JSON.
    folder
        A path or URI; it is made where it is not there.
    table
        The schema of the rows.
    rows
        Rows in a tile at most.

    Raises
    ------
    InputError
        The folder already holds tiles.
    """
    import geopandas as gpd

    at = Path(folder)
    at.mkdir(parents=True, exist_ok=True)
    if (at / INDEX).exists():
        raise InputError("The folder already holds tiles.", where=at.name, remedy="Name a new folder.")
    table_rows = schema.conform(frame, table)
    lon, lat = table_rows["lon"].to_numpy(np.float64), table_rows["lat"].to_numpy(np.float64)
    for i, chosen in enumerate(split(lon, lat, rows)):
        part = table_rows.iloc[chosen].reset_index(drop=True)
        points = gpd.points_from_xy(part["lon"], part["lat"])
        points[~(np.isfinite(lon[chosen]) & np.isfinite(lat[chosen]))] = None
        gpd.GeoDataFrame(part, geometry=points, crs="EPSG:4326").to_parquet(
            at / f"part-{i:05d}.parquet", index=False, compression="zstd"
        )
    (at / INDEX).write_text(json.dumps(facts, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def file_system(uri: str) -> tuple[Any, str]:
    """The pyarrow file system of a path or URI, and the path in it.

    Parameters
    ----------
    uri
        A path, or a URI such as ``s3://bucket/folder``.
    """
    from pyarrow import fs

    if "://" in uri:
        system, path = fs.FileSystem.from_uri(uri)
        return system, path
    return fs.LocalFileSystem(), str(Path(uri).resolve())


def open_tiles(folder: str | Path) -> Tiles:
    """The tiles of a folder, from the footers alone.

    Parameters
    ----------
    folder
        A path or URI that :func:`write_tiles` wrote to.

    Raises
    ------
    InputError
        There are no tiles, or the folder was not written by :func:`write_tiles`.
    """
    import pyarrow.parquet as pq
    from pyarrow import fs

    system, path = file_system(str(folder))
    infos = system.get_file_info(fs.FileSelector(path, allow_not_found=True))
    files = sorted(i.path for i in infos if i.path.endswith(".parquet"))
    if not any(i.base_name == INDEX for i in infos):
        raise InputError(
            "The folder has no tiles.", where=Path(str(folder)).name, expected=f"part-*.parquet and {INDEX}"
        )
    with system.open_input_stream(f"{path}/{INDEX}") as stream:
        facts = json.loads(stream.read())
    tiles = []
    for file in files:
        with pq.ParquetFile(file, filesystem=system) as parquet:
            tiles.append(_described(file, parquet.metadata))
    return Tiles(str(folder), tuple(tiles), facts)


def _described(path: str, footer: Any) -> Tile:
    names = {footer.schema.column(i).name: i for i in range(footer.num_columns)}

    def span(column: str) -> tuple[Any, Any] | None:
        groups = [footer.row_group(g).column(names[column]).statistics for g in range(footer.num_row_groups)]
        statistics = [s for s in groups if s is not None and s.has_min_max]
        return (min(s.min for s in statistics), max(s.max for s in statistics)) if statistics else None

    lon, lat, country = span("lon"), span("lat"), span("country")
    box = None if lon is None or lat is None else (lon[0], lat[0], lon[1], lat[1])
    return Tile(path, footer.num_rows, box, ("", "\U0010ffff") if country is None else country)


def read(tiles: Tiles, paths: Sequence[str], table: schema.Table, where: Any = None) -> pd.DataFrame:
    """Rows of some tiles as a frame of `table`, in the order of the paths.

    Parameters
    ----------
    where
        A filter of :mod:`pyarrow.dataset`; row groups that cannot match are not read.
    tiles
        The folder, for its file system.
    paths
        Paths of tiles within the file system.
    table
        The schema of the rows.
    """
    import pyarrow.dataset as ds

    if not paths:
        return schema.empty(table)
    system, _ = file_system(tiles.uri)
    found = ds.dataset(list(paths), format="parquet", filesystem=system).to_table(
        columns=[c.name for c in table], filter=where
    )
    return schema.conform(found.to_pandas(), table)


def count(tiles: Tiles, path: str, where: Any) -> int:
    """How many rows of a tile a filter lets through; only the columns that it asks for are read.

    Parameters
    ----------
    tiles
        The folder, for its file system.
    path
        Path of the tile within the file system.
    where
        A filter of :mod:`pyarrow.dataset`.
    """
    import pyarrow.dataset as ds

    system, _ = file_system(tiles.uri)
    return int(ds.dataset([path], format="parquet", filesystem=system).count_rows(filter=where))


def meets(tile: Tile, boxes: Sequence[Box]) -> bool:
    """True where the tile's box and any of the others touch.

    Parameters
    ----------
    tile
        A tile; one without positions meets no box.
    boxes
        West, south, east, north of each box [degrees].
    """
    return tile.box is not None and any(
        tile.box[0] <= b[2] and b[0] <= tile.box[2] and tile.box[1] <= b[3] and b[1] <= tile.box[3] for b in boxes
    )
