"""Write ``data/natural_earth_countries.npz``: the country outlines as they are in memory, read in no time.

Run from the project's root after any change of ``data/natural_earth_countries.geojson``, then ``scripts.checksums``.
"""

from __future__ import annotations

from layers.reference.country_outlines import packed_outlines
from layers.reference.files import COUNTRIES_OUTLINE, COUNTRIES_PACKED

if __name__ == "__main__":
    COUNTRIES_PACKED.write_bytes(packed_outlines(COUNTRIES_OUTLINE.read_bytes()))
    print(COUNTRIES_PACKED.name, COUNTRIES_PACKED.stat().st_size)
