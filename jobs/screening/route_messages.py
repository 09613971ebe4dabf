"""Words for what a route meets: zones with their status, listed areas with their kind, borders with their kilometre."""

from __future__ import annotations

import re

from i18n.translator import N_, Translator
from layers.maps.styles import ZONE_AREAS
from layers.reference.country_names import country_name

KINDS = {"country": N_("country"), "admin1": N_("region"), "admin2": N_("district"), "area": N_("area")}
"""What a listed area is."""
COLUMNS = frozenset({"zones", "transit_zones", "listed", "transit_listed", "borders", "transit_borders"})
"""Columns that list what is met, joined by ``; `` and in its order."""
_CODE = re.compile(r" \((\w+)\)$")
_BORDER = re.compile(r"([A-Z]{3}|)>([A-Z]{3}|) at ([\d.]+) km")


def route_message(name: str, text: str, translate: Translator) -> str:
    """The cell of a column of :data:`COLUMNS` in the reader's language; what is no code stays as it is.

    Parameters
    ----------
    name
        Name of the column.
    text
        The cell, as routes.csv has it.
    translate
        Speaks the reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> route_message("zones", "Boda (inside_compliant); Gadzi (unknown)", translator("en"))
    'Boda (compliant zone); Gadzi (status unknown)'
    >>> route_message("borders", "CMR>CAF at 14.0 km", translator("fr"))
    'Cameroun → République centrafricaine (km 14)'
    """
    parts = text.split("; ") if text else []
    if name.endswith("borders"):
        return translate.joined(_border(part, translate) for part in parts)
    words = ZONE_AREAS if name.endswith("zones") else KINDS
    return translate.joined(_CODE.sub(lambda m: f" ({translate(words.get(m[1], m[1]))})", part) for part in parts)


def _border(part: str, translate: Translator) -> str:
    found = _BORDER.fullmatch(part)
    if not found:
        return part
    sides = [country_name(iso, translate) if iso else translate("country not known") for iso in (found[1], found[2])]
    return f"{sides[0]} → {sides[1]} (km {translate.number(float(found[3]), 1)})"
