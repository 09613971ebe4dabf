"""What of a density run follows from its own files: the surfaces hold what the table says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import CahraError
from geo.schema import REJECTED
from jobs.accounts import OF_REJECTED, check_accounts, check_neutralised
from jobs.density.export import SURFACES
from jobs.read_back import WHOLE, Derived, DifferenceError, all_columns, typed
from jobs.table_mark import MARK, MARK_TEXT
from layers.formats.readers.raster import read_window

TAG = f'<Item name="{MARK}">{MARK_TEXT}</Item>'.encode()
"""How a GeoTIFF holds the mark of synthetic data."""


def derive(files: Mapping[str, bytes], record: Mapping[str, Any]) -> Derived:
    """Adds the cells of every surface up again, and holds differences against the two they are of.

    Parameters
    ----------
    files, record
        As :func:`jobs.verification.derived` takes them.

    Raises
    ------
    DifferenceError
        The first thing that does not follow.
    """
    check_neutralised(files, record)
    check_accounts(typed(files["rejected.csv"], "rejected.csv", REJECTED), record)
    table = typed(files["surfaces.csv"], "surfaces.csv", SURFACES)
    cell_km2 = (float(record["grid"]["cell_m"]) / 1000) ** 2
    held: dict[str, list[np.ndarray]] = {}
    row: Any
    for row in table.itertuples():
        name = str(row.file)
        values = _cells(files, name)
        total = float(np.nansum(values)) * cell_km2 / 1000
        if abs(total - row.sum_of_cells) > 0.001 or abs(total - row.total) > 1e-6 * row.total + 1e-9:
            raise DifferenceError(f"{name}: its cells hold {total:g}, surfaces.csv says {row.total:g}")
        held.setdefault(str(row.source), []).append(values)
    for source, pair in held.items():
        name = f"difference_{source}.tif"
        if len(pair) == 2:
            less = _cells(files, name)
            want = pair[1] - pair[0]
            if not np.allclose(
                less, want, rtol=1e-4, atol=1e-5 * float(np.nanmax(pair[1], initial=1.0)), equal_nan=True
            ):
                raise DifferenceError(f"{name} is not the later surface less the earlier")
    for name in (n for n in files if n.endswith(".tif")):
        if (TAG in files[name]) != bool(record.get("demonstration")):
            raise DifferenceError(f"{name}: its tag {MARK} is not what run.json says")
    open_: dict[str, tuple[str, ...]] = {name: WHOLE for name in files if name.endswith(".tif")}
    open_["surfaces.csv"] = all_columns(files["surfaces.csv"], "surfaces.csv", ["file", "total", "sum_of_cells"])
    return Derived(0, {**open_, "rejected.csv": OF_REJECTED})


def _cells(files: Mapping[str, bytes], name: str) -> npt.NDArray[np.float64]:
    try:
        return read_window(files[name], name).pixels.astype(np.float64)
    except (CahraError, KeyError) as fault:
        raise DifferenceError(f"{name} is not what this program writes ({str(fault)[:120]})") from None
