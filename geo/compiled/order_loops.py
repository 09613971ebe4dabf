"""Where rows of evidence stand: rows of a group put one after the other behind those of their site."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.compiled.compiler import compiled

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


@compiled
def placed(rows: Ints, site: Ints, group: int, begin: Ints, out_rows: Codes, out_site: Codes, out_group: Codes) -> None:
    """Writes the rows of a group to where they stand among all.

    Parameters
    ----------
    rows
        Positions of the rows, in their order within the group.
    site
        Site of each of them.
    group
        Number of the group.
    begin
        Where the first row of the group stands, for each site; moved on by each row that is written.
    out_rows
        Room for the position of each row of all groups.
    out_site
        Room for its site.
    out_group
        Room for its group.
    """
    for i in range(len(rows)):
        own = site[i]
        at = begin[own]
        begin[own] = at + 1
        out_rows[at], out_site[at], out_group[at] = rows[i], own, group
