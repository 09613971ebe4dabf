"""Columns of what stands beside a screening and never in a class: named actors met, and a user's indicators."""

from __future__ import annotations

from geo.schema import Column, Table
from geo.screening.schema import INPUT_ROW, SUPPLIER_ID

C = Column

LISTED_THEN = ("listed", "not_yet", "no_longer", "undated")

NAMED: Table = (
    SUPPLIER_ID,
    INPUT_ROW,
    C("part", "text", "where it was met", allowed=("origin", "transit")),
    C("kind", "text", "in what", allowed=("incident", "visit")),
    C("actor", "text", "the name as the records write it"),
    C("listed_name", "text", "the name in the user's table that it is like"),
    C("spelling", "text", "the name or alias of the table that is alike"),
    C("score", "number", "likeness of the two, 100 for the same folded name"),
    C("listed_in", "text", "which list, as the table says", "not stated"),
    C("listed_from", "date", "listed since", "not stated"),
    C("listed_to", "date", "listed until", "still listed, or not stated"),
    C("listed_then", "text", "was it listed at the time of the record", allowed=LISTED_THEN),
    C("list_source", "text", "where the table has it from", "not stated"),
    C("dataset", "text", "dataset of the records"),
    C("records", "integer", "records of this dataset that name it there; datasets are never added together"),
    C("record_id", "text", "the nearest of them"),
    C("record_start", "date", "its first day"),
    C("record_end", "date", "its last day"),
    C("distance_m", "number", "from the origin, or from the route, to it [m]"),
)
"""named_actors.csv: a question each, and part of no class."""

GOVERNANCE: Table = (
    C("level", "text", "what the area is", allowed=("country", "admin1")),
    C("area", "text", "the area as the table names it"),
    C("country", "text", "ISO 3166 alpha-3", "an administrative unit of no stated country"),
    C("indicator", "text", "as the table says"),
    C("value", "text", "as the table says"),
    C("edition", "text", "as the table says", "not stated"),
    C("source", "text", "as the table says", "not stated"),
    C("rows", "integer", "screened rows in that area"),
)
"""governance.csv: the lines of the user's table on areas of screened rows, shown beside and never weighed."""
