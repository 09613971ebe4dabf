"""Cloud Optimized GeoTIFF of one band, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt


def geotiff_bytes(
    values: npt.NDArray[np.float64],
    transform: tuple[float, float, float, float, float, float],
    crs_wkt: str,
    *,
    unit: str,
    description: str,
    tags: Mapping[str, str],
) -> bytes:
    """Values (rows, columns) as 32-bit numbers, NaN being no data, with overviews, tags and their unit.

    Parameters
    ----------
    transform
        a, b, c, d, e, f as :class:`geo.rasters.grid.Grid` has them.
    """
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    height, width = values.shape
    profile = {"driver": "GTiff", "width": width, "height": height, "count": 1, "dtype": "float32", "nodata": np.nan}
    with rasterio.Env(GDAL_NUM_THREADS=1), MemoryFile(ext=".tif") as plain:
        with plain.open(crs=crs_wkt, transform=rasterio.Affine(*transform), **profile) as raster:
            raster.write(values.astype(np.float32), 1)
            raster.update_tags(**dict(sorted(tags.items())))
            raster.set_band_unit(1, unit)
            raster.set_band_description(1, description)
        with MemoryFile(ext=".tif") as made:
            with plain.open(driver="GTiff") as raster:
                copy(
                    raster, made.name, driver="COG", compress="DEFLATE", level=9, predictor="FLOATING_POINT",
                    blocksize=256, overview_resampling="AVERAGE", num_threads=1,
                )  # fmt: skip
            return bytes(made.read())
