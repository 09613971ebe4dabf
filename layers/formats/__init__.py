"""The only gateway for untrusted bytes, and the only writers."""

from layers.formats.dispatch import check_rows, read
from layers.formats.limits import LOCAL, UPLOAD, Gateway
from layers.formats.reasons import REASONS
from layers.formats.table import Table
from layers.formats.values.coordinates import check_positions, coordinate_notes, parse_coordinates
from layers.formats.values.dates import check_spans, parse_dates
from layers.formats.values.ids import duplicate_groups
from layers.formats.values.numbers import parse_numbers

__all__ = [
    "LOCAL",
    "REASONS",
    "UPLOAD",
    "Gateway",
    "Table",
    "check_positions",
    "check_rows",
    "check_spans",
    "coordinate_notes",
    "duplicate_groups",
    "parse_coordinates",
    "parse_dates",
    "parse_numbers",
    "read",
]
