"""Small frames for tests: a site, an incident, a register, with only what a test cares about spelled out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo import schema
from geo.spatial.polygons import Boundaries


def sites(*rows: dict[str, object]) -> pd.DataFrame:
    """Sites with defaults: exact position, country CAF, unit A, gold."""
    base = {
        "source": "list", "name": "Site", "lon": 20.0, "lat": 6.0, "coord_precision_km": 0.1, "country": "CAF",
        "country_basis": "row", "admin1": "P", "admin2": "A", "minerals": "gold", "demonstration": False,
    }  # fmt: skip
    table = pd.DataFrame([{**base, "site_id": str(i + 1), "row": i + 2} | row for i, row in enumerate(rows)])
    for name in ("first_seen",):
        if name in table:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return schema.conform(table, schema.SITES)


def incidents(*rows: dict[str, object]) -> pd.DataFrame:
    """Incidents with defaults: one exact UCDP event of one day and one death at the default site."""
    if not rows:
        return schema.empty(schema.INCIDENTS)
    base = {
        "source": "ucdp", "dataset": "UCDP GED", "dataset_version": "23.1", "date_prec": 1.0, "precision": 1,
        "country": "CAF", "lon": 20.0, "lat": 6.0, "admin1": "P province", "admin2": "A region", "deaths_best": 1.0,
        "actor_a": "X", "actor_b": "Y", "effect": "lethal",
    }  # fmt: skip
    out = []
    for i, row in enumerate(rows):
        merged = {**base, "record_id": f"e{i + 1}", "row": i + 2} | row
        day = merged.pop("day", None)
        merged.setdefault("date_start", day)
        merged.setdefault("date_end", merged["date_start"])
        merged.setdefault("deaths_low", merged["deaths_best"])
        merged.setdefault("deaths_high", merged["deaths_best"])
        out.append(merged)
    table = pd.DataFrame(out)
    for name in ("date_start", "date_end"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return schema.conform(table, schema.INCIDENTS)


def coverage(
    *countries: str, dataset: str = "UCDP GED", begin: str = "1989-01-01", end: str = "2025-12-31"
) -> pd.DataFrame:
    """Coverage of one dataset for some countries."""
    return pd.DataFrame(
        {"dataset": dataset, "country_iso3": list(countries), "from": pd.Timestamp(begin), "to": pd.Timestamp(end)}
    ).astype({"dataset": "str", "country_iso3": "str", "from": "datetime64[s]", "to": "datetime64[s]"})


def squares(
    units: dict[str, tuple[float, float, float, float]],
    *,
    level: int = 2,
    country: str = "CAF",
    version: str = "2015",
    parent: str = "",
) -> Boundaries:
    """Boundaries made of boxes: name -> west, south, east, north."""
    frame = pd.DataFrame(
        {"unit": list(units), "code": "", "parent": parent, "country": country, "level": level}
    ).astype(dict.fromkeys(("unit", "code", "parent", "country"), "str"))
    if level == 0:
        frame["country"] = frame["unit"]
    geometry = np.array([shapely.box(*b) for b in units.values()], dtype=object)
    return Boundaries(frame, geometry, version, "boxes", "1", "boxes.geojson")


OUTLINES = {"CAF": (10.0, 0.0, 30.0, 12.0)}


def outlines(**more: tuple[float, float, float, float]) -> Boundaries:
    """Country outlines: a large CAF around the default site, and more by ISO code."""
    return squares(OUTLINES | more, level=0)
