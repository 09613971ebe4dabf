"""A page that carries the demonstration's watermark may load it: its own policy once kept it out."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITH_WATERMARK = [
    path
    for folder in ("jobs", "layers")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if re.search(r"from layers\.maps\.watermark import", path.read_text("utf-8"))
]


def test_the_policy_of_a_page_with_a_watermark_lets_it_be_drawn():
    policies = {p.name: re.search(r'_POLICY = "(.+)"', p.read_text("utf-8")) for p in WITH_WATERMARK}
    found = {name: policy[1] for name, policy in policies.items() if policy}
    assert {"report.py", "site_dossier.py"} <= set(found)
    for name, policy in found.items():
        assert "img-src data:" in policy, name
