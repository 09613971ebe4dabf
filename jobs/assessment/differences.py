"""Two runs over the same sites: what changed."""

from __future__ import annotations

import pandas as pd

from geo.schema import CLASSES

KEY = ["source", "site_id"]
COMPARED = ("site_class", "zone_status", "area_class", "rules_fired")


def differences(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Sites whose class or zone status differs, with ``_a`` and ``_b`` of each compared column; absent is blank.

    Parameters
    ----------
    before, after
        Frames of :data:`geo.schema.ASSESSED`.
    """
    columns = [*KEY, "name", *COMPARED]
    both = before[columns].merge(after[columns], on=KEY, how="outer", suffixes=("_a", "_b"), sort=True)
    for name in both.columns:
        both[name] = both[name].astype(object).where(both[name].notna(), "").astype("str")
    both["name"] = both["name_a"].where(both["name_a"] != "", both["name_b"])
    changed = (both["site_class_a"] != both["site_class_b"]) | (both["zone_status_a"] != both["zone_status_b"])
    order = ["name", *(f"{c}_{side}" for c in COMPARED for side in "ab"), *KEY]
    return both.loc[changed, order].reset_index(drop=True)


def moves(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Numbers of sites by class before (down) and after (across), in the order of the schema; of sites in both.

    Parameters
    ----------
    before
        Rows of :data:`geo.schema.ASSESSED` of the earlier run.
    after
        The same of the later run.
    """
    both = before[[*KEY, "site_class"]].merge(after[[*KEY, "site_class"]], on=KEY, suffixes=("_a", "_b"))
    table = pd.crosstab(both["site_class_a"], both["site_class_b"])
    return table.reindex(index=list(CLASSES), columns=list(CLASSES), fill_value=0)
