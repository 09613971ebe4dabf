"""Where the files that come with the project are, and their checksums.

The project runs from its folder, so the paths are relative to it. ``data/README.md`` says what each file is, where it
comes from and under which licence.

Examples
--------
>>> ZONE_REGISTER.name
'zone_register.csv'
>>> len(checksum(ZONE_REGISTER))
64
>>> is_demonstration(DEMONSTRATION_SITES), is_demonstration(ZONE_REGISTER)
(True, False)
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"

COUNTRIES_OUTLINE = DATA / "natural_earth_countries.geojson"
COUNTRIES_PACKED = DATA / "natural_earth_countries.npz"
ADMIN1_OUTLINE = {iso3: DATA / f"natural_earth_admin1_{iso3.lower()}.geojson" for iso3 in ("CAF", "COD")}
TOWNS = DATA / "geonames_towns.csv"
MINING_PLACES = DATA / "mining_places.csv"
INDICATIVE_ZONES = DATA / "indicative_zones.geojson"

RULES = DATA / "rules.toml"
ZONE_REGISTER = DATA / "zone_register.csv"
ZONE_FINDINGS = DATA / "zone_findings.csv"
KP_PARTICIPATION = DATA / "kp_participation.csv"
DODD_FRANK = DATA / "dodd_frank_covered_countries.csv"
EU_THRESHOLDS = DATA / "eu_import_thresholds.csv"
EU_MEMBERS = DATA / "eu_members.csv"
ICGLR_MEMBERS = DATA / "icglr_members.csv"
SCHEMES = DATA / "schemes.csv"
PROGRAMME_TYPES = DATA / "programme_types.csv"
DAC_SECTOR_TYPES = DATA / "dac_sector_types.csv"
DONOR_ALIASES = DATA / "donor_aliases.csv"
PROGRAMME_RADII = DATA / "programme_radii.csv"
PROGRAMME_WORDS = DATA / "programme_words.csv"

DEMONSTRATION_SITES = DATA / "demonstration_sites.csv"
DEMONSTRATION_VISITS = DATA / "demonstration_visits.csv"
DEMONSTRATION_INCIDENTS = DATA / "demonstration_incidents.csv"
DEMONSTRATION_COVERAGE = DATA / "demonstration_coverage.csv"
DEMONSTRATION_PROGRAMMES = DATA / "demonstration_programmes.csv"
DEMONSTRATION_SUPPLIERS = DATA / "demonstration_suppliers.csv"

CHECKSUMS = DATA / "CHECKSUMS.sha256"


@cache
def checksums() -> dict[str, str]:
    """SHA-256 by file name, as written down (not computed)."""
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def checksum(path: Path) -> str:
    """The SHA-256 of an embedded file as written down.

    Raises
    ------
    KeyError
        The file is not one of the embedded ones.
    """
    return checksums()[path.name]


def is_demonstration(path: Path) -> bool:
    """Whether an embedded file holds synthetic data."""
    return path.parent == DATA and path.name.startswith("demonstration_")
