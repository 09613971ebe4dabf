"""The features of a result folder: one collection for every GeoJSON in it, as it stands in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.errors import InputError
from jobs.hashed_files import unchanged
from layers.formats.limits import LOCAL
from layers.formats.readers.strict_json import load_json

SECRET = ("restricted", "event_id_cnty")
"""Properties by which rows that must not leave are known."""
IDS = ("site_id", "supplier_id", "programme_id", "record_id", "id")


@dataclass(frozen=True)
class Collection:
    """The features of one file.

    Attributes
    ----------
    ids
        Of each feature, without a repetition.
    boxes
        West, south, east, north of each [degrees], NaN where it has no place.
    """

    name: str
    features: Sequence[Mapping[str, Any]]
    ids: tuple[str, ...]
    boxes: np.ndarray

    @property
    def extent(self) -> list[float]:
        """The box of all features; of the world where none has a place."""
        if not len(self.boxes) or np.isnan(self.boxes).all():
            return [-180.0, -90.0, 180.0, 90.0]
        low, high = np.nanmin(self.boxes[:, :2], axis=0), np.nanmax(self.boxes[:, 2:], axis=0)
        return [float(v) for v in (*low, *high)]

    @property
    def properties(self) -> frozenset[str]:
        """Names by which features may be asked for."""
        return frozenset(self.features[0]["properties"]) if self.features else frozenset()

    def chosen(self, box: Sequence[float] | None, wanted: Mapping[str, str]) -> np.ndarray:
        """Positions of the features in a box (west > east: across the date line) with these properties.

        Parameters
        ----------
        box
            West, south, east, north [degrees]; None: everywhere.
        wanted
            Property to the text that it must have.
        """
        mask = np.ones(len(self.features), dtype=bool)
        if box is not None:
            west, south, east, north = box
            w, s, e, n = self.boxes.T
            across = (w <= east) | (e >= west) if west > east else (w <= east) & (e >= west)
            mask &= across & (s <= north) & (n >= south)
        for name, value in wanted.items():
            mask &= np.array([_text(f["properties"].get(name)) == value for f in self.features], dtype=bool)
        return np.flatnonzero(mask)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def collections_of(folder: Path) -> tuple[dict[str, Collection], Mapping[str, Any]]:
    """Every GeoJSON of an unchanged result, by the name of its file, and the record of its run.

    Parameters
    ----------
    folder
        The folder of a result.

    Raises
    ------
    geo.errors.InputError
        The folder is no unchanged result, holds no GeoJSON, or rows that must not leave (ACLED).
    """
    files, record = unchanged(folder)
    found = {}
    for name, data in sorted(files.items()):
        if name.endswith(".geojson"):
            features = load_json(data, LOCAL, name)["features"]
            found[name.removesuffix(".geojson")] = _collection(name.removesuffix(".geojson"), features)
    if not found:
        raise InputError("The result holds no map to serve.", where=str(folder), expected="sites.geojson")
    return found, record


def _collection(name: str, features: list[dict[str, Any]]) -> Collection:
    for feature in features:
        properties = feature["properties"]
        if any(properties.get(key) not in (None, "", False, "false") for key in SECRET):
            raise InputError("Rows that must not leave are not served.", where=name, got="ACLED")
    ids, taken = [], set()
    for i, feature in enumerate(features):
        own = next((str(feature["properties"][k]) for k in IDS if feature["properties"].get(k)), str(i + 1))
        one = own if own not in taken and "/" not in own else f"{i + 1}"
        while one in taken:
            one += "_"
        taken.add(one)
        ids.append(one)
    shapes = [shapely.from_geojson(_json(f["geometry"])) if f.get("geometry") else None for f in features]
    boxes = shapely.bounds(np.array(shapes, dtype=object)).reshape(-1, 4)
    features_ = [{**f, "id": one} for f, one in zip(features, ids, strict=True)]
    return Collection(name, features_, tuple(ids), boxes)


def _json(shape: object) -> str:
    import json

    return json.dumps(shape)
