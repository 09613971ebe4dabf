"""By kind of rule, what evaluates one at many dates at once; each equals its kind's own `evaluate` date by date."""

from __future__ import annotations

from geo.dates import incidents, records
from geo.dates.scene import Evaluate

DATED: dict[str, Evaluate] = {
    "near": incidents.incident_distance,
    "area": incidents.area,
    "visit": records.visit,
    "status": records.status,
    "list": records.listed,
    "restriction": records.restriction,
    "raster": records.raster,
}
"""The kinds of :data:`geo.rules.registry.KINDS`; a test names one that is missing."""
