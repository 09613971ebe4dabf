"""The page on programmes says what the code does."""

from __future__ import annotations

from pathlib import Path

from jobs.programmes.export import ProgrammeRun
from scripts.write_programme_docs import page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_made_from_the_tables_of_the_code() -> None:
    assert (ROOT / "docs/programmes.md").read_text("utf-8") == page()


def test_every_file_of_a_run_is_named() -> None:
    import inspect

    source = inspect.getsource(ProgrammeRun.tables) + inspect.getsource(ProgrammeRun.made_files)
    for name in ("coverage", "gaps", "overlaps", "units", "totals", "zones", "national", "next_units", "programmes"):
        assert f'"{name}.csv"' in source
        assert f"`{name}.csv`" in page()
