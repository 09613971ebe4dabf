"""Rasters made by tests."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile


def geotiff(
    pixels: np.ndarray, transform: tuple[float, ...] = (0.1, 0, 20, 0, -0.1, 6), crs: str | None = "EPSG:4326",
    descriptions: str = "", units: str = "", scale: float = 1.0, offset: float = 0.0, **options: Any,
) -> bytes:  # fmt: skip
    """A GeoTIFF of one band, or of several with three dimensions."""
    bands = pixels if pixels.ndim == 3 else pixels[None]
    settings = {"driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2],
                "dtype": bands.dtype, "transform": rasterio.Affine(*transform), **options}  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with MemoryFile() as memory:
            with memory.open(crs=crs, **settings) as raster:
                raster.write(bands)
                if descriptions:
                    raster.set_band_description(1, descriptions)
                if units:
                    raster.set_band_unit(1, units)
                if (scale, offset) != (1.0, 0.0):
                    raster.scales, raster.offsets = [scale] * len(bands), [offset] * len(bands)
            return memory.read()


def saved(folder: Path, name: str, *args: Any, **options: Any) -> Path:
    """The same as a file."""
    path = folder / name
    path.write_bytes(geotiff(*args, **options))
    return path
