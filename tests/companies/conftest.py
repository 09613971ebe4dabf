"""No test writes into the reader's own file of decisions."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_reviews(tmp_path, monkeypatch):
    monkeypatch.setenv("CAHRA_REVIEWS", str(tmp_path / "reviews.sqlite"))
