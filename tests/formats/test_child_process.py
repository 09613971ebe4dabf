"""Children that are started before their task is known: used, and ended where nothing wants them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from layers import child_process
from layers.child_process import AT_HAND
from layers.formats import dispatch

ROOT = Path(__file__).resolve().parents[2]
LATE = """
import sys
from layers import child_process
child_process.ahead(sys.argv[1:])
heavy = [name for name in ("numpy", "pandas", "shapely") if name in sys.modules]
first = child_process._waiting[-1].pid
from layers.formats import read
rows = len(read(sys.argv[1]).frame)
left = child_process._waiting[:]
print(heavy, rows, len(left), first in [c.pid for c in left])
child_process._let_go()
print([c.poll() is not None for c in left])
"""


def test_a_child_is_there_before_the_libraries_and_does_the_first_task(tmp_path):
    feature = {"type": "Feature", "properties": {"a": "x" * 1000}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    large = tmp_path / "a.geojson"
    large.write_text(json.dumps({"type": "FeatureCollection", "features": [feature] * 1200}))
    assert large.stat().st_size > AT_HAND
    told = subprocess.run(
        [sys.executable, "-c", LATE, large, large], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines() in (["[] 1200 1 False", "[True]"], ["[] 1200 0 False", "[]"])


def test_files_that_are_read_at_hand_start_none(tmp_path, monkeypatch):
    monkeypatch.setattr(child_process, "_started", lambda: 1 / 0)
    monkeypatch.setattr(child_process, "_waiting", [])  # other tests of this process may have left some
    for name in ("a.csv", "b.geojson"):
        (tmp_path / name).write_text("x")
    child_process.ahead([tmp_path / "a.csv", tmp_path / "b.geojson", tmp_path / "none.xlsx"])
    assert child_process._waiting == []
    assert dispatch.AT_HAND == AT_HAND
