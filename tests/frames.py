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
    *countries: str,
    dataset: str = "UCDP GED",
    begin: str = "1989-01-01",
    end: str = "2025-12-31",
    effects: str = "lethal",
) -> pd.DataFrame:
    """Coverage of one dataset for some countries."""
    return pd.DataFrame(
        {
            "dataset": dataset,
            "country_iso3": list(countries),
            "from": pd.Timestamp(begin),
            "to": pd.Timestamp(end),
            "effects": effects,
        }
    ).astype(
        {"dataset": "str", "country_iso3": "str", "from": "datetime64[s]", "to": "datetime64[s]", "effects": "str"}
    )


def _dated(rows: list[dict[str, object]], table: schema.Table) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for name in [c.name for c in table if c.type == "date" and c.name in frame]:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return schema.conform(frame, table)


def visits(*rows: dict[str, object]) -> pd.DataFrame:
    """Visits with defaults: informative, on site, to site 1, and nothing was found."""
    base = {
        "source": "list", "site_id": "1", "visit_basis": "on_site", "informative": True, "non_state_armed": False,
        "state_harm": False, "roadblock": False, "armed_roadblock": False, "armed_presence": "none",
    }  # fmt: skip
    if not rows:
        return schema.empty(schema.VISITS)
    return _dated([base | {"visit_id": f"v{i + 1}", "row": i + 2} | row for i, row in enumerate(rows)], schema.VISITS)


def statuses(*rows: dict[str, object]) -> pd.DataFrame:
    """Statuses with defaults: of site 1, scheme RCM."""
    base = {"source": "list", "site_id": "1", "scheme": "rcm", "valid_to": None}
    return _dated([base | {"record_id": f"s{i + 1}"} | row for i, row in enumerate(rows)], schema.STATUSES)


def listed(*rows: tuple[str, str, str, str, str | None]) -> pd.DataFrame:
    """Listed areas: area, country, kind, valid_from, valid_to."""
    names = ("area", "country", "kind", "valid_from", "valid_to")
    return _dated([dict(zip(names, row, strict=True)) for row in rows], schema.LISTED_AREAS)


def rejected(*rows: dict[str, object]) -> pd.DataFrame:
    """Incidents that could not be used, with defaults: at the default site, days not readable."""
    base = {
        "source": "ucdp", "dataset": "UCDP GED", "reason": "date_unreadable", "country": "CAF", "lon": 20.0, "lat": 6.0,
        "date_start": None, "date_end": None,
    }  # fmt: skip
    return _dated(
        [base | {"record_id": f"r{i + 1}", "row": i + 2} | row for i, row in enumerate(rows)], schema.REJECTED_INCIDENTS
    )


def register(*rows: tuple[str, str, str, str, str | None], country: str = "CAF") -> pd.DataFrame:
    """A zone register: unit, level (with its parent after a slash), status, valid_from, valid_to."""
    made = []
    for unit, level, status, start, end in rows:
        deep, _, parent = level.partition("/")
        made.append(
            {"unit": unit, "level": deep, "parent": parent, "status": status, "valid_from": start, "valid_to": end,
             "country": country, "scheme": "KP", "recorded_at": "2026-11-21"}
        )  # fmt: skip
    return _dated(made, schema.ZONES)


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
