"""What a person at a shell is told of the files: rows, columns, sheets, reasons; and what the options do."""

from __future__ import annotations

import json

import openpyxl
import pytest

import cli

SITES = "Mine Code,Mine Name,Lat,Long,Country,Commodity,Foreman\nM7,Koso,4.25,17.5,CAF,gold,N. N.\n"
SWAPPED = "site_id,lon,lat,country\nP7,4.25,17.5,CAF\n"


def assess(tmp_path, *options: str, sites: str = SITES, name: str = "sites.csv") -> int:
    (tmp_path / name).write_text(sites, encoding="utf-8")
    out = str(tmp_path / "out")
    return cli.main(["assess", "--sites", str(tmp_path / name), "--as-of", "2018-12-31", "--out", out, *options])


def test_columns_taken_and_left_are_printed_and_kept_in_the_record(tmp_path, capsys):
    assert assess(tmp_path) == 0
    printed = capsys.readouterr().out
    assert "sites.csv: 1 row read, 1 used, 0 not used." in printed
    assert "site_id ← Mine Code" in printed
    assert "Not used: Foreman." in printed
    members = json.loads((tmp_path / "out/run.json").read_text("utf-8"))["inputs"][0]
    assert members["columns"]["minerals"] == "Commodity"
    assert members["columns_ignored"] == ["Foreman"]


def test_notes_of_the_reader_are_printed(tmp_path, capsys):
    text = "name,lat,lon,country,mineral\nKoso,-1.95,30.06,COD,unobtainium\n"
    assert assess(tmp_path, sites=text) == 0
    printed = capsys.readouterr().out
    for words in ("COD → RWA", "unobtainium", "no column of ids"):
        assert words in printed


def test_where_no_row_can_be_used_every_row_is_left_with_its_reason(tmp_path, capsys):
    assert assess(tmp_path, sites=SWAPPED) == 2
    printed = capsys.readouterr().err
    assert "seem to be swapped" in printed
    assert "row 2 (P7)" in printed
    assert "--swap" in printed
    left = tmp_path / "out/rejected.csv"
    assert str(left) in printed
    assert "P7,coordinates_swapped" in left.read_text("utf-8")
    assert assess(tmp_path, "--swap", sites=SWAPPED) == 0, "the folder holds what an unusable run left, and no more"
    assert (tmp_path / "out/sites.csv").exists()
    assert assess(tmp_path, sites=SWAPPED) == 2, "an earlier result is not touched"
    assert (tmp_path / "out/sites.csv").exists()
    assert (tmp_path / "out.rejected.csv").exists()
    (tmp_path / "out.rejected.csv").write_bytes(b"of an earlier run")
    assert assess(tmp_path, sites=SWAPPED) == 2, "the rows of an earlier run are replaced"
    assert "P7,coordinates_swapped" in (tmp_path / "out.rejected.csv").read_text("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir() if "rejected" in p.name) == ["out.rejected.csv"]


def test_a_swap_is_for_one_file_when_it_is_named(tmp_path):
    assert assess(tmp_path, "--swap", "other.csv", sites=SWAPPED) == 2
    assert assess(tmp_path, "--swap", "sites.csv", sites=SWAPPED) == 0


def test_a_column_by_hand_in_every_command_and_one_that_is_nowhere(tmp_path, capsys):
    text = "site_id,a,b\n1,4.25,17.5\n"
    assert assess(tmp_path, "--map", "lat=a", "--map", "sites.csv:lon=b", sites=text) == 0
    assert assess(tmp_path, "--map", "lat=a", "--map", "lon=b", "--map", "name=nowhere", sites=text) == 2
    assert "name=nowhere" in capsys.readouterr().err
    for command in ("assess", "screen", "coverage", "backtest", "verify", "inspect"):
        options = {a.dest for a in cli.parser()._subparsers._group_actions[0].choices[command]._actions}
        assert {"map", "sheet", "layer", "swap", "areas_as_points", "level", "crs"} <= options, command


def test_a_sheet_may_be_named(tmp_path, capsys):
    book = openpyxl.Workbook()
    for title, row in (("North", ["N1", 4.25, 17.5]), ("South", ["S1", 5.25, 18.5])):
        sheet = book.create_sheet(title)
        sheet.append(["site_id", "lat", "lon"])
        sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "pits.xlsx")
    common = ["--as-of", "2018-12-31", "--out", str(tmp_path / "out")]
    assert cli.main(["assess", "--sites", str(tmp_path / "pits.xlsx"), "--sheet", "South", *common]) == 0
    assert "Only the sheet 'South' was read; not read: North" in capsys.readouterr().out
    assert "S1" in (tmp_path / "out/sites.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "role", "layout"),
    [
        (SITES, "sites", "site_list"),
        ("supplier_id,site_name,country,transit countries\nS1,Koso,CAF,CMR\n", "suppliers", "suppliers"),
        ("record_id,date_start,precision,lon,lat,deaths_best,country\n1,2016-01-01,1,17,4,3,CAF\n", "incidents", "own"),
        ("dataset,country_iso3,from,to\nucdp,CAF,2000-01-01,2010-01-01\n", "coverage", "coverage"),
        ("programme_id,title,donor,type,start,country\nP1,x,D,mapping,2010-01-01,CAF\n", "programmes", "programmes"),
    ],
)
def test_inspect_knows_what_a_file_is(tmp_path, capsys, text, role, layout):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert cli.main(["inspect", str(tmp_path / "a.csv"), "--json"]) == 0
    (printed,) = json.loads(capsys.readouterr().out)
    assert (printed["file"], printed["role"], printed["layout"], printed["rows_read"], printed["accepted"]) == (
        "a.csv",
        role,
        layout,
        1,
        1,
    )
    assert set(printed) >= {"sheet", "rejected", "columns_used", "columns_ignored", "notes"}
    assert cli.main(["inspect", str(tmp_path / "a.csv")]) == 0
    assert "a.csv" in capsys.readouterr().out


def test_inspect_says_of_each_file_why_it_cannot_be_used(tmp_path, capsys):
    (tmp_path / "good.csv").write_text(SITES, encoding="utf-8")
    (tmp_path / "bad.csv").write_text("colour,height\nred,20\n", encoding="utf-8")
    (tmp_path / "swapped.csv").write_text(SWAPPED, encoding="utf-8")
    files = [str(tmp_path / n) for n in ("good.csv", "bad.csv", "swapped.csv")]
    assert cli.main(["inspect", *files, "--json"]) == 2
    good, bad, swapped = json.loads(capsys.readouterr().out)
    assert good["error"] == ""
    assert (bad["role"], swapped["role"]) == ("", "sites")
    assert "colour, height" in bad["error"]
    assert (swapped["rows_read"], swapped["rejected"]) == (1, 1)
    assert "--swap" in swapped["error"]


VISITS = "site_id,name,lat,lon,country,visit_date,informative,non_state_armed\n" + "".join(
    f"V{i % 2},Pit {i % 2},4.2{i},16.1,CAF,{year}-05-01,true,false\n"
    for i, year in enumerate((2014, 2015, 2016, 2017, 2019))
)


def test_visits_that_a_newer_one_follows_are_told_as_such_and_not_as_rows_that_were_lost(tmp_path, capsys):
    assert assess(tmp_path, sites=VISITS, name="visits.csv") == 0
    printed = capsys.readouterr().out
    assert (
        "visits.csv: 5 rows read, 2 used, 2 followed by a newer visit of their site, 1 later than the date, 0 not used."
        in printed
    )
    assert "Rows not used" not in printed
    assert "3 visits (in rejected.csv too) are followed by a newer one of their site, or later than the date" in printed
    assert cli.main(["inspect", str(tmp_path / "visits.csv")]) == 0
    assert "5 visits of 2 sites: the newest up to the date speaks for its site" in capsys.readouterr().out
