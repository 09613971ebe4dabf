"""Every table of the project by name: what comes in (:mod:`geo.schema_inputs`) and what goes out.

Docs and tests read it too. Longitude and latitude are degrees on WGS 84 and stay columns; geometries are made only at
output.
"""

from __future__ import annotations

from geo.columns import DTYPES, Column, Table, conform, empty
from geo.schema_inputs import (
    COVERAGE,
    DEMO,
    FINDINGS,
    INCIDENTS,
    LAT,
    LISTED_AREAS,
    LON,
    MINERALS,
    PRECISION_KM,
    REJECTED,
    REJECTED_INCIDENTS,
    ROW,
    SITE_ID,
    SITES,
    SOURCE,
    STATUSES,
    VERSION,
    VISITS,
    ZONES,
)
from geo.schema_results import ASSESSED, CLASSES, EVIDENCE, EVIDENCE_KINDS, ZONE_STATUSES, whole_numbers

__all__ = [
    "ASSESSED",
    "CLASSES",
    "COVERAGE",
    "DEMO",
    "DTYPES",
    "EVIDENCE",
    "EVIDENCE_KINDS",
    "FINDINGS",
    "INCIDENTS",
    "LAT",
    "LISTED_AREAS",
    "LON",
    "MINERALS",
    "PRECISION_KM",
    "REJECTED",
    "REJECTED_INCIDENTS",
    "ROW",
    "SITES",
    "SITE_ID",
    "SOURCE",
    "STATUSES",
    "VERSION",
    "VISITS",
    "ZONES",
    "ZONE_STATUSES",
    "Column",
    "Table",
    "conform",
    "empty",
    "whole_numbers",
]
