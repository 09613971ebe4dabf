"""A saved list looked at again: new, worse, better, data only; nothing twice; feed, table and status for cron."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import xml.etree.ElementTree as ET

import pytest

import cli
from geo.errors import InputError
from i18n.translator import translator
from jobs.inputs import Inputs, Source, load
from jobs.run_record import sealed
from jobs.verification import verify, verify_files
from jobs.watch.alerts import Between, Counted, LastAlert, Look, alert, quiet
from jobs.watch.feed import ATOM
from jobs.watch.job import folder_of, look, run
from jobs.watch.memory import COLUMNS, past_alerts, read_state
from jobs.watch.replay import month_ends, replay
from jobs.watch.saved_list import read_list
from layers.reference.rule_files import default_rules
from tests.jobs.edits import forged
from tests.jobs.test_result_folder import content
from tests.kills import die, die_amid, in_a_child

NOW = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)
HEAD = "record_id,date_start,date_end,precision,lon,lat,country,deaths_best,deaths_low,deaths_high,source\n"
OLD = [("1", "2019-03-01", 20.0, 2)]


def write(folder, events, until="2020-12-31"):
    lines = [f"{i},{day},{day},1,{lon},5.0,CAF,{deaths},{deaths},{deaths},ucdp" for i, day, lon, deaths in events]
    (folder / "events.csv").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    (folder / "coverage.csv").write_text(f"dataset,country_iso3,from,to\nucdp,CAF,2010-01-01,{until}\n", "utf-8")


@pytest.fixture
def folder(tmp_path):
    return begun(tmp_path)


def begun(tmp_path):
    """A folder with a list, sites and the incidents of a first look."""
    (tmp_path / "sites.csv").write_text(
        "site_id,name,lat,lon,country,minerals\nA,Alpha,5.0,20.01,CAF,gold\nB,Beta,5.0,22.01,CAF,gold\n", "utf-8"
    )
    (tmp_path / "list.toml").write_text(
        '[watch]\nname = "Mine"\nsites = ["sites.csv"]\nincidents = ["events.csv"]\ncoverage = ["coverage.csv"]\n',
        "utf-8",
    )
    write(tmp_path, OLD, "2019-12-31")
    return tmp_path


def see(folder, day=None):
    return look(read_list(folder / "list.toml"), folder / "out", day, NOW)


def test_looks_one_after_another(folder):
    assert see(folder).first
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40), ("3", "2020-05-02", 22.0, 9)])
    found = see(folder)
    assert found.day == dt.date(2020, 12, 31)
    [row] = found.rows
    assert [row[c] for c in ("kind", "site_id", "class_before", "class_after", "record_id", "incident_date")] == [
        "worse", "B", "no indicators found", "conflict-affected", "2", "2020-05-01",
    ]  # fmt: skip
    assert "40 deaths" in found.summary()[1]
    assert "40 morts" in found.summary()[1].sentence(translator("fr"))
    assert see(folder).rows == []
    write(
        folder,
        [*OLD, ("2", "2020-05-01", 22.0, 40), ("3", "2020-05-02", 22.0, 9), ("4", "2021-01-05", 22.0, 1)],
        "2021-01-31",
    )
    again = see(folder)  # new, and within six months of what was said
    assert (again.rows, again.unsaid) == ([], 1)
    events = [*OLD, ("2", "2020-05-01", 22.0, 40), ("3", "2020-05-02", 22.0, 9), ("4", "2021-01-05", 22.0, 1)]
    write(folder, events, "2021-07-31")  # those of 2020 aged out
    assert [r["kind"] for r in see(folder).rows] == ["better"]
    with (folder / "out/alerts.csv").open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert (tuple(table[0]), [r["kind"] for r in table]) == (COLUMNS, ["worse", "better"])
    feed = ET.parse(folder / "out/feed.xml").getroot()
    entries = feed.findall(f"{{{ATOM}}}entry")
    assert [e.find(f"{{{ATOM}}}category").get("term") for e in entries] == ["better", "worse"]
    for element in (feed, *entries):
        assert all(element.find(f"{{{ATOM}}}{t}") is not None for t in ("id", "title", "updated"))
    assert len({e.find(f"{{{ATOM}}}id").text for e in entries}) == 2


def test_what_only_a_new_edition_brings_is_said_to_be_that(folder):
    see(folder)
    write(folder, [*OLD, ("9", "2019-06-01", 22.0, 40), ("8", "2019-06-02", 22.0, 3)], "2019-12-31")
    [row] = see(folder).rows
    assert (row["kind"], row["class_after"], row["record_id"]) == ("data_only", "conflict-affected", "9")
    write(folder, OLD, "2019-12-31")
    found = see(folder)
    assert (found.rows, found.unsaid) == ([], 1)  # taken away again, within six months


BETWEEN = Between(dt.date(2020, 1, 31), dt.date(2020, 2, 29), {"old", "new", "late"}, 12)
OLDER = Counted("old", "2019-01-10", "2019-01-10", 3)
NEWER = Counted("new", "2020-02-10", "2020-02-10", 1)
LATE = Counted("late", "2019-12-10", "2019-12-10", 1)
H, C, N, U = "high-risk", "conflict-affected", "no indicators found", "insufficient data"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (Look(H, {"old": OLDER}), Look(C, {"old": OLDER, "new": NEWER}), "worse"),
        (Look(H, {"old": OLDER}), Look(H, {"old": OLDER, "new": NEWER}), "new"),
        (Look(H, {"old": OLDER}), Look(N, {}), "better"),
        (Look(H, {"old": OLDER}), Look(U, {}), "data_only"),  # nothing is known any more: not better
        (Look(C, {"old": OLDER}), Look(U, {"old": OLDER}), "data_only"),
        (Look(H, {"old": OLDER}), Look(H, {"old": OLDER, "late": LATE}), "data_only"),
        (Look(H, {"old": OLDER}), Look(C, {"old": OLDER, "late": LATE}), "data_only"),
        (Look(H, {"late": LATE}), Look(N, {}), "data_only"),  # two months old: it did not age out
        (Look(H, {"gone": Counted("gone", "2019-01-10", "2019-01-10")}), Look(N, {}), "data_only"),
        (Look(H, {"old": OLDER}), Look(H, {"old": Counted("old", "2019-01-10", "2019-01-10", 9)}), "data_only"),
        (Look(N), Look(U), "data_only"),
        (Look(N), Look(C), "worse"),  # a visit, a status
        (Look(N, {}), Look(N, {"new": NEWER}), None),
        (Look(C, {"old": OLDER}), Look(C, {"old": OLDER}), None),
        (Look(C, {"old": OLDER, "x": OLDER}), Look(C, {"x": OLDER}), None),  # one aged out
    ],
)
def test_what_is_said_of_a_site(before, after, kind):
    found = alert(("s", "1"), before, after, BETWEEN)
    assert (found.kind if found else None) == kind


def test_nothing_is_said_twice_within_six_months_unless_it_is_worse():
    found = alert(("s", "1"), Look(H, {}), Look(H, {"new": NEWER}), BETWEEN)
    assert quiet(found, LastAlert("2019-09-01", 1), 6)
    assert not quiet(found, LastAlert("2019-08-30", 1), 6)
    assert not quiet(found, None, 6)
    worse = alert(("s", "1"), Look(H, {}), Look(C, {"new": NEWER}), BETWEEN)
    assert not quiet(worse, LastAlert("2020-01-31", 1), 6)
    assert quiet(worse, LastAlert("2020-01-31", 2), 6)  # it was said at that class before


def test_the_command_has_a_status_for_cron(folder, capsys):
    args = ["watch", str(folder / "list.toml"), "--out", str(folder / "out")]
    assert cli.main(args) == 0
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40)])
    assert cli.main([*args, "--language", "fr"]) == 1
    assert "incident 2 du 2020-05-01" in capsys.readouterr().out
    assert cli.main([*args, "--as-of", "2001-01-01"]) == 2
    (folder / "out/watch.json").write_text("{", "utf-8")
    assert cli.main(args) == 2
    assert "first one" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "x", "[watch]\nsites = []", "[watch]\nsites=['a']\nincidents=['b']\nfoo=1",
                                  "[watch]\nsites=['nowhere.csv']\nincidents=['b']",
                                  "[watch]\nsites=[3]\nincidents=['b']"])  # fmt: skip
def test_a_list_that_is_none(folder, text):
    (folder / "list.toml").write_text(text, "utf-8")
    with pytest.raises(InputError):
        read_list(folder / "list.toml")


def test_rows_that_must_not_leave_stay_out_of_the_memory_and_the_table(folder):
    head = "event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,actor2,inter1,inter2,iso,country,admin1,admin2,location,latitude,longitude,geo_precision,source,fatalities\n"
    row = "CAF1,{},2020,1,Battles,Armed clash,A,B,1,2,140,Central African Republic,Ouaka,,Bambari,5.0,22.0,1,S,{}\n"
    (folder / "events.csv").write_text(head + row.format("2012-05-01", 1).replace("CAF1", "CAF0"), "utf-8")
    (folder / "coverage.csv").write_text(
        "dataset,country_iso3,from,to,effects\nacled,CAF,2010-01-01,2019-12-31,all\n", "utf-8"
    )
    see(folder)
    (folder / "events.csv").write_text(head + row.format("2020-05-01", 76543), "utf-8")
    (folder / "coverage.csv").write_text(
        "dataset,country_iso3,from,to,effects\nacled,CAF,2010-01-01,2020-12-31,all\n", "utf-8"
    )
    [told] = see(folder).rows
    assert (told["record_id"], told["incident_date"], told["incident_deaths"], told["incident_m"]) == (
        "CAF1",
        "",
        "",
        1000,
    )
    for path in (folder / "out").iterdir():
        text = path.read_text("utf-8")
        assert "76543" not in text, path.name
        assert "2020-05-01" not in text, path.name
    assert read_state(folder / "out").sites[("sites.csv", "B")].counted["CAF1"].deaths == 0


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """A folder in which something was said at the second look."""
    folder = begun(tmp_path_factory.mktemp("watch"))
    see(folder)
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40), ("3", "2020-05-02", 22.0, 9)])
    see(folder)
    return folder


def test_a_look_is_a_result_that_verifies_and_whose_inputs_prove_every_byte(second):
    folder, out = second, second / "out"
    names = {"alerts.csv", "feed.xml", "watch.json", "watch_before.json", "run.json", "ro-crate-metadata.json",
             "data_cards.html"}  # fmt: skip
    assert {p.name for p in out.iterdir()} == names
    assert verify(out).differences == ()
    assert cli.main(["verify", str(out), "--watch-list", str(folder / "list.toml")]) == 0
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 41), ("3", "2020-05-02", 22.0, 9)])
    assert cli.main(["verify", str(out), "--watch-list", str(folder / "list.toml")]) == 1


def test_what_a_look_began_with_is_proven_by_the_folder_of_the_look_before_and_else_said_to_be_taken(folder, capsys):
    out, saved = folder / "out", str(folder / "list.toml")
    see(folder)
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40)])
    see(folder)
    shutil.copytree(out, folder / "kept")
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40), ("3", "2021-05-02", 20.0, 90)], "2021-12-31")
    see(folder)
    told = "Only the folder that the look before left proves of watch_before.json: all of it. Name it with --earlier."
    more = (
        "Only the folder that the look before left proves of alerts.csv: rows of earlier looks. Name it with --earlier."
    )
    for given, said in (([], True), (["--watch-list", saved], True),
                        (["--watch-list", saved, "--earlier", str(folder / "kept")], False)):  # fmt: skip
        assert cli.main(["verify", str(out), *given]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert (told in lines, more in lines) == (said, said)
        assert ("A new run of the inputs gives the same bytes." in lines) == ("--watch-list" in given)
    before = {p.name: p.read_bytes() for p in (folder / "kept").iterdir()}
    files = {p.name: p.read_bytes() for p in out.iterdir()}
    calmer = forged(files, "watch_before.json", files["watch_before.json"].replace(b'"Beta"', b'"Betta"', 1))
    assert verify_files(calmer, "d").differences == ()
    assert verify_files(calmer, "d", earlier=before).differences == (
        "watch_before.json is not what the look before left",
    )
    assert verify_files(files, "d", earlier=files).differences  # not the look before, but this one
    first = {**before, "alerts.csv": before["alerts.csv"].replace(b",40,", b",41,")}
    assert verify_files(files, "d", earlier=first).differences == (
        "alerts.csv: earlier alerts are not those that the look before left",
    )
    (folder / "kept/alerts.csv").write_bytes(first["alerts.csv"])
    assert cli.main(["verify", str(out), "--earlier", str(folder / "kept")]) == 2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("alerts.csv", b",worse,", b",better,"), ("alerts.csv", b"2020-05-01,40,", b"2020-05-01,41,"),
        ("feed.xml", b"40 deaths", b"4 deaths"), ("watch.json", b'"rank": 2', b'"rank": 1'),
        ("watch_before.json", b'"no indicators found"', b'"high-risk"'), ("run.json", b'"unsaid": 0', b'"unsaid": 1'),
        ("run.json", b'"quiet_months": 6', b'"quiet_months": 5'), ("data_cards.html", b"licence is not known", b"licence is now known"),
    ],
)  # fmt: skip
def test_an_edited_look_with_new_hashes_is_found(second, name, old, new):
    files = {p.name: p.read_bytes() for p in (second / "out").iterdir()}
    assert old in files[name]
    edited = {**files, name: files[name].replace(old, new, 1)}
    record = json.loads(edited.pop("run.json"))
    bare = {n: data for n, data in edited.items() if n != "ro-crate-metadata.json"}
    forged = sealed(bare, {k: v for k, v in record.items() if k != "files"})
    if (name, old) == ("run.json", b'"quiet_months": 6'):
        assert "settings" in verify_files(forged, "d").unproven["run.json"]  # only a new run proves it
        return
    assert verify_files(forged, "d").differences


def test_a_look_that_is_killed_leaves_the_old_one_or_the_new_one(folder):
    see(folder)
    out, saved = folder / "out", read_list(folder / "list.toml")
    old = content(out)
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40)])
    made = run(saved, read_state(out), past_alerts(out), None, NOW)
    new = made.files()
    killed = 0
    for at in range(1, 1000, 6):
        folder_of(saved, out).write(old)
        if in_a_child(lambda: folder_of(saved, out).write(new), at, die if at % 2 else die_amid):
            break
        assert content(out) in (old, new), at
        assert read_state(out).day in ("2019-12-31", "2020-12-31")
        killed += 1
    assert killed > 4
    assert content(out) == new


@pytest.mark.parametrize("where", ["list", "file", "other"])
def test_a_folder_that_cannot_take_a_look_is_refused_before_anything_is_read(folder, monkeypatch, where):
    (folder / "plain").write_text("x", "utf-8")
    (folder / "mine").mkdir()
    (folder / "mine/notes.txt").write_text("mine", "utf-8")
    out = {"list": folder, "file": folder / "plain", "other": folder / "mine"}[where]
    monkeypatch.setattr("jobs.watch.job.load", lambda *_: pytest.fail("read"))
    with pytest.raises(InputError):
        look(read_list(folder / "list.toml"), out, None, NOW)


def test_a_folder_of_an_earlier_version_is_gone_on_with_and_put_aside(folder):
    see(folder)
    out = folder / "out"
    for name in ("run.json", "ro-crate-metadata.json", "data_cards.html", "watch_before.json"):
        (out / name).unlink()
    write(folder, [*OLD, ("2", "2020-05-01", 22.0, 40)])
    assert [r["kind"] for r in see(folder).rows] == ["worse"]
    assert sorted(p.name for p in (folder / "out.before-1").iterdir()) == ["alerts.csv", "feed.xml", "watch.json"]


@pytest.mark.real_data
def test_a_year_of_car_replayed(shared_data):
    sites = shared_data / "mines/ipis_car_destinations_lines.geojson"
    incidents = shared_data / "conflict/ucdp_ged_23_1_car.geojson"
    loaded = load(Inputs(sites=[Source.of(sites)], incidents=[Source.of(incidents)]))
    found = replay(loaded, month_ends(dt.date(2013, 10, 1), dt.date(2014, 4, 30))[::2], default_rules())
    table = found.table().set_index("kind")
    assert (found.sites, found.months) == (272, 3)
    assert table.loc["worse", "alerts"] > 50
    assert table.loc["data_only", "alerts"] == 0  # one edition: nothing can be the data's doing
    assert 0 < found.calm_month < found.grave_month <= 1


def test_synthetic_data_marks_every_alert_the_feed_the_folder_and_what_is_said(folder):
    events = [("2", "2020-05-01", 22.0, 40), ("3", "2020-05-02", 22.0, 9)]
    assert not see(folder).record["demonstration"]
    write(folder, [*OLD, *events])
    marked = (folder / "events.csv").read_text("utf-8").splitlines()
    text = "\n".join([f"{marked[0]},demonstration", *(f"{line},true" for line in marked[1:])]) + "\n"
    (folder / "events.csv").write_text(text, "utf-8")
    found = see(folder)
    assert found.record["demonstration_layers"] == ["incidents"]
    assert [row["demonstration"] for row in found.rows] == ["true"]
    for language, said in (("en", "Demonstration data: synthetic."), ("fr", "Données de démonstration")):
        assert all(said in line.sentence(translator(language)) for line in (found.summary()[0], found.summary()[-1]))
    with (folder / "out/alerts.csv").open(encoding="utf-8") as stream:
        assert [row["demonstration"] for row in csv.DictReader(stream)] == ["true"]
    entries = ET.parse(folder / "out/feed.xml").getroot().findall(f"{{{ATOM}}}entry")
    assert ["Demonstration data" in e.find(f"{{{ATOM}}}title").text for e in entries] == [True]
    assert "incidents" in (folder / "out/demonstration.txt").read_text("utf-8")


@pytest.mark.parametrize(
    "text", ["a." * 20_000 + "b = 1\n", "[watch]\nquiet_months = " + "9" * 5_000, "x = " + "[" * 20_000, "[[watch]]\n"]
)
def test_a_list_that_would_cost_gigabytes_is_refused_in_words(folder, text):
    (folder / "list.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match="no saved list"):
        read_list(folder / "list.toml")
