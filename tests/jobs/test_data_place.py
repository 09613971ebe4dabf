"""A data folder is looked at before anything is asked of a publisher."""

from __future__ import annotations

import os

import pytest

import cli
from geo.errors import InputError
from jobs.data_place import check_place
from jobs.run_record import sealed


def test_where_fetched_files_cannot_be_kept_is_said_at_once(tmp_path, monkeypatch, capsys):
    (tmp_path / "plain").write_text("x", "utf-8")
    result = tmp_path / "result"
    result.mkdir()
    for name, data in sealed({"a.csv": b"a"}, {"run_at": "2026-01-01T00:00:00Z", "tool": "cahra-atlas"}).items():
        (result / name).write_bytes(data)
    for folder, said in (
        (tmp_path / "plain", "a file, not a folder"), (tmp_path / "plain" / "inside", "cannot be kept"),
        (result, "is a result"), (result / "data", "lies in one"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said):
            check_place(folder)
    monkeypatch.setattr("layers.publishers.fetch.Transfer.file", lambda *_a, **_k: pytest.fail("asked"))
    assert cli.main(["fetch", "ucdp", "--country", "CAF", "--out", str(result)]) == 2
    assert "is a result" in capsys.readouterr().err
    check_place(tmp_path / "new" / "deep")
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be kept"):
        check_place(tmp_path / "data")
    tmp_path.chmod(0o700)


def test_what_is_dropped_in_does_not_lie_there_already(tmp_path):
    file = tmp_path / "ged251-csv.zip"
    file.write_bytes(b"x")
    with pytest.raises(InputError, match="only what was fetched lies"):
        check_place(tmp_path, [file])
    check_place(tmp_path / "data", [file])
