"""Every reason that a layer gives to a row is named in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

from layers.formats.reasons import REASONS

ROOT = Path(__file__).resolve().parents[2]
REPORTERS = {"reject", "remark", "add"}
HOLDERS = {"faults", "fault", "report", "self.report", "out", "rows.report", "rows", "collected", "self"}


def reasons_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REPORTERS):
            continue
        if ast.unparse(node.func.value) not in HOLDERS or not node.args:
            continue
        at = 1 if node.func.attr == "reject" else 0
        if len(node.args) > at:
            found |= {
                c.value for c in ast.walk(node.args[at]) if isinstance(c, ast.Constant) and isinstance(c.value, str)
            }
    return found - {""}


def test_reasons_are_named():
    unknown = {
        f"{path.name}: {reason}"
        for path in (ROOT / "layers").rglob("*.py")
        for reason in reasons_of(path)
        if reason not in REASONS
    }
    assert not unknown


def test_the_search_finds_reasons():
    found = set().union(*(reasons_of(p) for p in (ROOT / "layers").rglob("*.py")))
    assert {"quote_stray", "feature_malformed", "geometry_null"} <= found
