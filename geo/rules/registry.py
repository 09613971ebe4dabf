"""The kinds of rules. A new kind is one file that answers :class:`geo.rules.kind.RuleKind`, and one line here."""

from __future__ import annotations

from geo.rules.incident_area import IncidentArea
from geo.rules.incident_distance import IncidentDistance
from geo.rules.kind import RuleKind
from geo.rules.listed_area import ListedArea
from geo.rules.raster import Raster
from geo.rules.status import Status
from geo.rules.visit import Visit
from geo.rules.zone_restriction import ZoneRestriction

KINDS: dict[str, RuleKind] = {
    kind.name: kind
    for kind in (IncidentDistance(), IncidentArea(), Visit(), Status(), ListedArea(), ZoneRestriction(), Raster())
}
"""By the name that rule files use."""
