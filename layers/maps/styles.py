"""The one table of styles: map, legend, charts, tables and reports take colour, shape and words from here.

Colours are those of Okabe and Ito, distinct for all common kinds of colour blindness; no meaning rests on colour alone.
Green is kept from classes: no class says that a site is safe.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.schema import CLASSES, ZONE_STATUSES
from i18n import labels
from i18n.translator import N_, Translator

VERMILLION, ORANGE, YELLOW = "#D55E00", "#E69F00", "#F0E442"
BLUE, SKY, GREEN, PURPLE = "#0072B2", "#56B4E9", "#009E73", "#CC79A7"
BLACK, GREY = "#000000", "#767676"


@dataclass(frozen=True)
class Style:
    """How one thing is drawn, and the message that names it (translate it with :mod:`i18n.translator`).

    ``shape`` is circle, square, triangle, diamond, plus, cross or star; ``pattern`` of an area is rising, falling,
    crossed, level, upright, dotted or none; ``dash`` is that of a line or outline [pixels].
    """

    key: str
    text: str
    colour: str
    shape: str = "circle"
    edge: str = ""
    pattern: str = ""
    dash: tuple[int, ...] = ()
    hollow: bool = False
    ring: bool = False
    alpha: float = 1.0
    sign: str = ""

    def plain(self, translate: Translator) -> dict[str, object]:
        """For the map's blob: what differs from the default, with the text in the reader's language."""
        out: dict[str, object] = {"key": self.key, "text": translate(self.text)}
        out |= {"colour": self.colour, "shape": self.shape}
        optional = {"edge": self.edge, "pattern": self.pattern, "dash": list(self.dash), "hollow": self.hollow}
        out |= {key: value for key, value in (optional | {"ring": self.ring}).items() if value}
        return out | ({"alpha": self.alpha} if self.alpha < 1 else {})


SITES: tuple[Style, ...] = (
    Style(CLASSES[0], labels.CLASSES["conflict-affected"], VERMILLION, "diamond", edge="#3d1b00", sign="◆"),
    Style(CLASSES[1], labels.CLASSES["high-risk"], ORANGE, "triangle", edge="#3d2a00", sign="▲"),
    Style(CLASSES[2], labels.CLASSES["insufficient data"], GREY, "square", sign="■"),
    Style(CLASSES[3], labels.CLASSES["no indicators found"], BLUE, "circle", sign="●"),
)
"""Sites by site class, in the order of :data:`geo.schema.CLASSES`; later ones are drawn first."""

CLASS_TINTS = {
    "conflict-affected": "#F7D6C6", "high-risk": "#FBE7C2", "insufficient data": "#E2E2E2",
    "no indicators found": "#CFE3F1",
}  # fmt: skip
"""Behind the words of a class in a table, light tints of its colour on the map."""

STABILITY: tuple[Style, ...] = (
    Style("under_half", N_("under fewer than half of the settings"), PURPLE, "star", sign="✱"),
    Style("under_most", N_("half or more, fewer than nine in ten"), "#8a6d00", "cross", sign="✕"),
    Style("nearly_all", N_("nine in ten or more, not all"), SKY, "plus", edge="#0b3d5c", sign="＋"),
    Style("all", N_("under every setting"), "#333333", "circle", hollow=True, sign="○"),
)
"""Sites by the share of settings under which they keep their class; none of these says what the class is."""

ZONES: tuple[Style, ...] = (
    Style("inside_compliant", labels.ZONE_STATUSES["inside_compliant"], GREEN, pattern="rising", sign="╱"),
    Style("inside_priority", labels.ZONE_STATUSES["inside_priority"], SKY, pattern="dotted", dash=(8, 3), sign="⋯"),
    Style("inside_monitored", labels.ZONE_STATUSES["inside_monitored"], PURPLE, pattern="level", dash=(5, 4), sign="═"),
    Style("inside_suspended", labels.ZONE_STATUSES["inside_suspended"], BLACK, pattern="crossed", sign="╳"),
    Style("outside", labels.ZONE_STATUSES["outside"], VERMILLION, dash=(2, 4), sign="○"),
    Style("not_applicable", labels.ZONE_STATUSES["not_applicable"], GREY, dash=(2, 6), sign="–"),
    Style("unknown", labels.ZONE_STATUSES["unknown"], GREY, pattern="upright", dash=(2, 3), sign="?"),
)
"""Zone status, in the order of :data:`geo.schema.ZONE_STATUSES`."""

ZONE_AREAS: dict[str, str] = {
    "inside_compliant": N_("compliant zone"),
    "inside_priority": N_("priority zone"),
    "inside_monitored": N_("monitored zone"),
    "inside_suspended": N_("suspended zone"),
    "outside": N_("unit without a status"),
    "not_applicable": N_("unit to which zones do not apply"),
    "unknown": N_("status unknown"),
}
"""Words for an area itself, where :data:`ZONES` has the words for a site."""

UNCERTAIN = N_("dashed ring: known to within about 25 km")
"""The legend's one line for all incidents of precision 2."""
UNCERTAIN_HOLLOW = N_("hollow: known to within about 25 km")
"""The same on paper."""

# Key of the schema's `kind`, words at an exact place, words near a place, words in the legend, shape.
_KINDS = (
    (
        "state-based",
        N_("state-based fighting, exact place"),
        N_("state-based fighting, within about 25 km"),
        labels.INCIDENT_KINDS["state-based"],
        "circle",
    ),
    (
        "non-state",
        N_("fighting between groups, exact place"),
        N_("fighting between groups, within about 25 km"),
        labels.INCIDENT_KINDS["non-state"],
        "plus",
    ),
    (
        "one-sided",
        N_("violence against civilians, exact place"),
        N_("violence against civilians, within about 25 km"),
        labels.INCIDENT_KINDS["one-sided"],
        "cross",
    ),
    (
        "",
        N_("other incident, exact place"),
        N_("other incident, within about 25 km"),
        N_("other incident"),
        "circle",
    ),
)
INCIDENT_KINDS = tuple(kind for kind, *_ in _KINDS)

INCIDENTS: tuple[Style, ...] = tuple(
    style
    for kind, exact, near, _, shape in _KINDS
    for style in (
        Style(f"{kind}-1", exact, "#1a1a1a", shape, alpha=0.7, hollow=not kind),
        Style(f"{kind}-2", near, "#555555", shape, alpha=0.6, hollow=not kind, ring=True),
    )
)
"""Incidents by kind of violence and precision 1 or 2; less precise ones are never drawn at a place."""

INCIDENT_LEGEND: tuple[Style, ...] = tuple(
    Style(kind, words, "#1a1a1a", shape, alpha=0.7, hollow=not kind) for kind, _, _, words, shape in _KINDS
)
"""The same by kind alone; :data:`UNCERTAIN` explains the ring."""

MIXED = Style("mixed", N_("several kinds at one point"), "#1a1a1a", "star", alpha=0.8)
"""Incidents of different kinds at one point."""

DISTRICT = Style("district", N_("district as loaded"), "#8c7853", dash=(3, 3))
"""Outlines of the units of a loaded boundary file."""

MARKS: tuple[Style, ...] = (
    Style("armed_roadblock", N_("armed roadblock"), VERMILLION, "square", edge="#000000"),
    Style("roadblock", N_("roadblock"), "#333333", "square", hollow=True),
    Style("trading_place", N_("trading place"), BLUE, "plus"),
    Style("candidate", N_("candidate for a name"), BLUE, "triangle", edge="#000000"),
    Style("programme_gap", N_("at risk, no active programme of the chosen types"), BLACK, hollow=True, ring=True),
)

LINES: tuple[Style, ...] = (
    Style("trade", N_("trade line"), BLUE, dash=(6, 4)),
    Style("circle", N_("distance from the site"), BLACK, dash=(4, 4)),
    Style("district_decided", N_("district or region where an area rule decided"), "#8a3a00"),
    Style("chosen", N_("chosen area"), BLACK, dash=(4, 4)),
    Style("programme", N_("where a programme works"), PURPLE),
    Style("error", N_("position error"), BLUE, dash=(2, 3)),
    Style("stated", N_("what the row states, and how far its place is from it"), VERMILLION, dash=(8, 3)),
    Style("route", N_("route as given or on roads"), BLUE),
    Style("route_guess", N_("straight line: a guess"), BLUE, dash=(5, 4)),
    Style("way_exposed", N_("exposed segment"), VERMILLION),
)


def stability_code(share: float) -> int:
    """The position in :data:`STABILITY` of a share of settings.

    Examples
    --------
    >>> [stability_code(s) for s in (0.2, 0.5, 0.9, 1.0)]
    [0, 1, 2, 3]
    """
    return 3 if share >= 1 else 2 if share >= 0.9 else 1 if share >= 0.5 else 0


def site_style(cls: str) -> Style:
    """The style of a class."""
    return SITES[CLASSES.index(cls)]


def zone_style(status: str) -> Style:
    """The style of a zone status."""
    return ZONES[ZONE_STATUSES.index(status)]
