"""The columns of a list that no field was read from, unchanged behind ours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jobs.screening.model import Screening


def with_carried(frame: pd.DataFrame, screening: Screening) -> pd.DataFrame:
    """The frame with the list's own columns behind, unchanged; one that bears a name of ours is ``name (list)``.

    Parameters
    ----------
    frame
        One row a row of the list (`row`), or a supplier (`supplier_id`).
    screening
        The screening of a list.
    """
    suppliers = screening.suppliers
    own = suppliers.carried
    if not len(own.columns) or len(own) != len(suppliers.rows):
        return frame
    if "row" in frame:
        at = pd.Series(range(len(own)), index=suppliers.rows["row"]).reindex(frame["row"])
    else:
        good = suppliers.rows["answer"] == "accepted"
        place = pd.Series(np.flatnonzero(good.to_numpy()), index=suppliers.rows.loc[good, "supplier_id"])
        at = place.reindex(frame["supplier_id"])
    mine = own.iloc[at.to_numpy(np.int64)].reset_index(drop=True)
    names: dict[str, str] = {}
    for name in mine.columns:
        heading = name
        while heading in frame or heading in names.values():
            heading = f"{heading} (list)"
        names[name] = heading
    return pd.concat([frame.reset_index(drop=True), mine.rename(columns=names)], axis=1)
