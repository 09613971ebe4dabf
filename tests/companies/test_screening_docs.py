"""The documents say what the code does, and the written files have the columns that they describe."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from geo.screening.schema import CANDIDATES, DECISIONS, FLAGS, ROUTE_BASIS, ROUTES, SCREENED, SEGMENTS
from jobs.screening import labels as sw
from jobs.screening.list_fields import FIELDS
from jobs.screening.transit import MOST_SAMPLES, MOST_SEGMENTS
from scripts.write_screening_columns import page
from tests.companies.cases import files, screened
from tests.companies.test_screening import WAY

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/screening.md").read_text("utf-8")


def test_the_columns_page_is_made_from_the_schema():
    assert (ROOT / "docs/screening-columns.md").read_text("utf-8") == page()


def test_the_files_have_the_columns_of_the_schema():
    made = files(screened(WAY, {"supplier_id": "B", "site_name": "Bangui", "country": "CAF"}))
    for name, table in (
        ("screening.csv", SCREENED),
        ("routes.csv", ROUTES),
        ("segments.csv", SEGMENTS),
        ("candidates.csv", CANDIDATES),
    ):
        rows = list(csv.reader(io.StringIO(made[name].decode("utf-8"), newline="")))
        assert rows[0] == [c.name for c in table], name
        assert len(rows) > 1, name
        for column, c in enumerate(table):
            if c.allowed:
                found = {r[column] for r in rows[1:]} - {""}
                assert found <= set(c.allowed), (name, c.name)


def test_the_guide_names_fields_flags_limits_and_decisions():
    for name in (*FIELDS[:4], "route_line", "dest_lon", "match_id", *DECISIONS[:3]):
        assert name in GUIDE
    assert f"{MOST_SEGMENTS:,}" in GUIDE
    assert f"{MOST_SAMPLES:,}" in GUIDE
    for name in ("straight_guess", "rcm_expires", "nearest_compliant_zone", "mineral_record", "CAHRA_REVIEWS"):
        assert name in GUIDE


def test_every_code_has_a_word():
    assert set(sw.FLAGS) == set(sw.FLAG_MEANINGS) == set(FLAGS)
    assert set(sw.ROUTE_BASIS) == set(ROUTE_BASIS)
    assert set(sw.DECISIONS) == set(DECISIONS)
    for table in (SCREENED, ROUTES, SEGMENTS):
        for c in table:
            assert sw.heading(c.name, __import__("i18n.translator", fromlist=["x"]).translator("fr")), c.name
