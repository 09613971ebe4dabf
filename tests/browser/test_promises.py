"""The list of what the app promises names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_promise_names_a_test_that_is_there():
    named = re.findall(r"`([\w./]+\.py)::(\w+)`", (HERE / "README.md").read_text("utf-8"))
    assert len(named) > 30
    missing = [f"{file}::{test}" for file, test in named if f"def {test}(" not in (HERE / file).read_text("utf-8")]
    assert missing == []
