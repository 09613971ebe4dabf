"""The command as a person calls it: files in, files out, exit status, one clear message."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from geo import schema
from layers.reference import files
from tests.examples import THOROUGH
from tests.jobs.edits import forged

ROOT = Path(__file__).resolve().parents[1]
DEMO = [
    "--sites", str(files.DEMONSTRATION_SITES), "--sites", str(files.DEMONSTRATION_VISITS),
    "--incidents", str(files.DEMONSTRATION_INCIDENTS), "--incident-coverage", str(files.DEMONSTRATION_COVERAGE),
]  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    assert cli.main(["assess", *DEMO, "--as-of", "2018-12-31", "--out", str(folder)]) == 0
    return folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_files_are_there_and_begin_with_their_header(result):
    names = {p.name for p in result.iterdir()}
    assert names == {
        "sites.csv",
        "sites.geojson",
        "evidence.csv",
        "rejected.csv",
        "run.json",
        "ro-crate-metadata.json",
        "demonstration.txt",
        "data_cards.html",
    }
    for name, table in (
        ("sites.csv", schema.ASSESSED),
        ("evidence.csv", schema.EVIDENCE),
        ("rejected.csv", schema.REJECTED),
    ):
        header = (result / name).read_text("utf-8").splitlines()[0].split(",")
        assert header[: len(table)] == [c.name for c in table]


def test_demonstration_data_says_so_in_every_file(result):
    assert {r["demonstration"] for r in rows(result / "sites.csv")} == {"true"}
    assert json.loads((result / "run.json").read_text("utf-8"))["demonstration"] is True
    features = json.loads((result / "sites.geojson").read_text("utf-8"))["features"]
    assert all(f["properties"]["demonstration"] is True for f in features)
    events = [r for r in rows(result / "evidence.csv") if r["kind"] == "incident"]
    assert {r["dataset"] for r in events} == {"Demonstration incidents"}


def test_the_run_record_counts_every_row(result):
    record = json.loads((result / "run.json").read_text("utf-8"))
    for entry in record["inputs"]:
        given = entry["rows"]
        parts = [given.get(k, 0) for k in ("accepted", "rejected", "superseded", "after_as_of")]
        assert given["read"] == sum(parts), entry["file"]
        assert len(entry["sha256"]) == 64
    assert record["rules"]["hash"].startswith("sha256:")


EDITS = (
    (
        "sites.csv",
        "2018-12-31,no indicators found,",
        "2018-12-31,high-risk,",
        "sites.geojson is not what sites.csv says",
    ),
    ("sites.geojson", '"country":"CAF"', '"country":"COD"', "sites.geojson is not what sites.csv says"),
    ("run.json", '"within_km": 20', '"within_km": 21', "hash of the rules"),
)


def test_verify_accepts_what_was_written_and_names_the_first_difference(result, tmp_path, capsys):
    assert cli.main(["verify", str(result)]) == 0
    assert "Only a new run proves of sites.csv: name, coord_precision_km" in capsys.readouterr().out
    assert cli.main(["verify", str(result), *DEMO]) == 0
    assert "A new run of the inputs gives the same bytes." in capsys.readouterr().out
    assert cli.main(["verify", str(result), "--language", "fr"]) == 0
    assert "Ce que les preuves décident en découle." in capsys.readouterr().out
    written = {file.name: file.read_bytes() for file in result.iterdir()}
    for i, (name, old, new, said) in enumerate(EDITS):
        assert old.encode() in written[name]
        changed = written[name].replace(old.encode(), new.encode(), 1)
        # Whoever changes a file is found by its hash; whoever writes new hashes too, by what follows from the evidence.
        for what, files_, told in (
            ("plain", {**written, name: changed}, f"{name} is not as it was written"),
            ("forged", forged(written, name, changed), said),
        )[0 if THOROUGH or i == 0 else 1 :]:  # a plain edit of any file of any job: see test_verification
            copy = tmp_path / f"{what}{i}"
            copy.mkdir()
            for file, data in files_.items():
                (copy / file).write_bytes(data)
            assert cli.main(["verify", str(copy)]) == 1
            assert told in capsys.readouterr().out


def test_a_result_of_version_1_says_what_it_is(result, tmp_path, capsys):
    for file in result.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    record = json.loads((result / "run.json").read_text("utf-8"))
    record["run_at"], record["rules"]["version"] = "2026-01-01T00:00:00Z", "1"
    del record["files"]
    (tmp_path / "run.json").write_text(json.dumps(record, indent=1), "utf-8")
    assert cli.main(["verify", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert "version 0.1" in printed
    assert "site_class and area_class" in printed
    assert "Run the same inputs again" in printed


def test_taking_a_row_of_evidence_away_is_noticed_also_with_new_hashes(result, tmp_path, capsys):
    written = {file.name: file.read_bytes() for file in result.iterdir()}
    lines = written["evidence.csv"].splitlines(keepends=True)
    fired = next(i for i, line in enumerate(lines) if b",incident,H1," in line)
    changed = forged(written, "evidence.csv", b"".join(lines[:fired] + lines[fired + 1 :]))
    for name, data in changed.items():
        (tmp_path / name).write_bytes(data)
    assert cli.main(["verify", str(tmp_path)]) == 1
    assert "evidence" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sites", "nowhere.csv", "--as-of", "2018-12-31"], "no such file"),
        ([*DEMO, "--as-of", "31/12/2018"], "YYYY-MM-DD"),
        ([*DEMO, "--as-of", "2018-02-30"], "YYYY-MM-DD"),
        (["--sites", str(files.ZONE_REGISTER), "--as-of", "2018-12-31"], "unit, country, level"),
        ([*DEMO, "--country", "Atlantis", "--as-of", "2018-12-31"], "Atlantis"),
        ([*DEMO, "--rules", str(files.ZONE_REGISTER), "--as-of", "2018-12-31"], "TOML"),
    ],
)
def test_unusable_input_is_one_clear_message_and_status_2(arguments, said, tmp_path, capsys):
    assert cli.main(["assess", *arguments, "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.count("\n") <= 2
    assert "Traceback" not in captured.err
    assert not (tmp_path / "out").exists()


def test_bad_rows_never_stop_the_rest(tmp_path):
    text = (
        "site_id,name,lat,lon,minerals,country,coord_precision_km\n"
        "001,Good,4.3,17.4,or,CAF,0.1\n"
        "002,{{ 7*7 }},4.4,17.5,diamant,CAF,\n"
        "003,Swapped,17.4,104.3,or,CAF,1\n"
        "004,Metres,475000,1920000,or,CAF,1\n"
        "005,Null island,0,0,or,CAF,1\n"
        "006,Text,north,17.4,or,CAF,1\n"
        "001,Again,4.3,17.4,or,CAF,0.1\n"
        "1E5,Kept as text,4.5,17.6,or,CAF,abc\n"
    )
    (tmp_path / "mine.csv").write_text(text, "utf-8")
    out = tmp_path / "out"
    arguments = ["assess", "--sites", str(tmp_path / "mine.csv"), "--as-of", "2018-12-31", "--out", str(out)]
    assert cli.main(arguments) == 0
    sites, rejected = rows(out / "sites.csv"), rows(out / "rejected.csv")
    assert len(sites) + len(rejected) == 8
    assert {"001", "002"} <= {r["site_id"] for r in sites}
    assert {r["name"] for r in sites} >= {"{{ 7*7 }}"}
    assert all(r["reason"] and r["source_file"] == "mine.csv" for r in rejected)
    assert {r["site_class"] for r in sites} == {"insufficient data"}


def test_the_command_starts_without_the_app_libraries():
    heavy = ("streamlit", "folium", "geopandas", "rasterio")
    code = f"import sys, cli; cli.parser(); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def assert_same_but_for_the_first_word(code):
    """A program prints True and what it finds, and False and the same where it is called with a word more."""
    plain, changed = (
        subprocess.run([sys.executable, "-c", code, *more], capture_output=True, text=True, cwd=ROOT, check=True).stdout
        for more in ([], ["changed"])
    )
    assert plain.startswith("True")
    assert changed == plain.replace("True", "False", 1)


def test_arrow_without_its_help_texts_does_the_same():
    code = (
        "import sys, cli.late_imports as late\nif sys.argv[1:]: late.without_help_texts()\n"
        "import pandas as pd, pyarrow as pa, pyarrow.compute as pc\n"
        "print('skip_nulls' in pc.sum.__doc__, pc.sum(pa.array([1, None]), skip_nulls=False), pc.round(2.5, ndigits=0))\n"
        "print(pd.Series(['b', 'a']).str.upper().tolist(), len(pc.__dict__))"
    )
    assert_same_but_for_the_first_word(code)


def test_numpy_without_its_help_texts_does_the_same():
    code = (
        "import sys, cli.late_imports as late\nif sys.argv[1:]: late.without_help_texts()\n"
        "import numpy as np\n"
        "print(bool(np.ndarray.sum.__doc__), np.arange(4.0).reshape(2, 2).sum(axis=0), np.sin(0.5), len(np.__dict__))\n"
        "print(np.ma.masked_less(np.arange(3), 1).sum(), np.datetime64('2020-01-02') + 1, np.lib.NumpyVersion)"
    )
    assert_same_but_for_the_first_word(code)


def test_a_package_that_is_loaded_later_is_the_same_package():
    code = (
        "import sys, cli.late_imports as late\nif sys.argv[1:]: late.later('pyproj')\n"
        "from pyproj.geod import Geod\nearly = 'pyproj.crs' in sys.modules\nimport pyproj\nfault = pyproj.exceptions.ProjError\n"
        "from pyproj import Geod as again, Transformer\nimport pyproj.database\n"
        "there = Transformer.from_crs('EPSG:4326', 'EPSG:32634', always_xy=True).transform(18, 4)\n"
        "print(early, fault, Geod is again, type(pyproj), there, pyproj.CRS.from_epsg(4326).name)\n"
        "print(hasattr(pyproj, 'nothing'))"
    )
    assert_same_but_for_the_first_word(code)


@pytest.mark.parametrize("name", sorted(cli.JOBS.keys() - cli.OLD_COMMANDS.keys()))
def test_a_command_alone_takes_what_it_takes_among_all(name, capsys):
    def said(parser, *words):
        with pytest.raises(SystemExit) as end:
            parser.parse_args([name, *words])
        return end.value.code, *capsys.readouterr()

    for words in (["--help"], ["--as-of"], []):
        assert said(cli.parser(name), *words) == said(cli.parser(), *words)
    with pytest.raises(SystemExit):
        cli.main([name, "--help"])
    assert capsys.readouterr().out == said(cli.parser(), "--help")[1]


def test_what_no_command_takes_is_told_with_all_commands(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["assess", *DEMO, "--as-of", "x", "--out", "y", "--nothing"])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "unrecognized arguments: --nothing" in said
    assert "editions" in said


@pytest.mark.parametrize("before", ["", "import threading; threading.Thread(target=lambda: time.sleep(0.2)).start()"])
def test_the_end_of_the_process_leaves_nothing_out(before):
    code = (
        "import atexit, sys, time, cli.__main__ as own\n"
        f"{before}\n"
        "atexit.register(lambda: print('at the end'))\n"
        "own.main = lambda: print('before', end=' ') or 3\n"
        "own.command()\n"
        "print('never')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "before at the end\n", "")


def test_nobody_sees_pandas_half_loaded():
    code = (
        "import sys, threading, cli.late_imports as late\nif sys.argv[1:]: late.later('pandas', whole=True)\n"
        "import pandas as pd\nearly = 'pyarrow' in sys.modules\nseen = []\n"
        "def ask(): seen.append((pd.DataFrame.__name__, pd.testing.__name__, hasattr(pd, 'nothing')))\n"
        "threads = [threading.Thread(target=ask) for _ in range(4)]\n"
        "for one in threads: one.start()\n"
        "for one in threads: one.join()\n"
        "import pandas.api.types as kinds\nfrom pandas import Series\n"
        "print(early, seen, kinds.is_integer_dtype(Series([1])), type(pd), pd.__version__, sys.modules['pandas'] is pd)"
    )
    assert_same_but_for_the_first_word(code)


def test_modules_of_pandas_bring_pandas_along():
    code = (
        "import sys, cli.late_imports as late\nif sys.argv[1:]: late.later('pandas', whole=True)\n"
        "early = 'pyarrow' in sys.modules or not sys.argv[1:]\n"
        "from pandas.api.types import is_integer_dtype\nimport pandas\n"
        "print(early, type(pandas), hasattr(pandas, 'DataFrame'), is_integer_dtype(pandas.Series([1])))"
    )
    assert_same_but_for_the_first_word(code)


def test_fetch_asks_for_a_token_before_it_connects(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("UCDP_TOKEN", raising=False)
    assert cli.main(["fetch", "incidents", "--country", "CAF", "--out", str(tmp_path)]) == 2
    assert "UCDP_TOKEN" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_old_names_still_work_and_say_the_new_ones(tmp_path, capsys):
    new = ["--programmes", str(files.DEMONSTRATION_PROGRAMMES), "--as-of", "2016-09-19"]
    old = ["--coverage" if word == "--incident-coverage" else word for word in DEMO]
    for name, given in (("coverage", old), ("programmes", DEMO)):
        assert cli.main([name, *given, *new, "--out", str(tmp_path / name)]) == 0
        printed = capsys.readouterr().err
        for note in ("--coverage is now --incident-coverage", "cahra coverage is now cahra programmes"):
            assert printed.count(note) == (name == "coverage")
    for file in (tmp_path / "programmes").iterdir():
        one, two = ((tmp_path / n / file.name).read_bytes().split(b"\n") for n in ("coverage", "programmes"))
        assert [x for x in one if b'"run_at"' not in x] == [x for x in two if b'"run_at"' not in x]
    shown = cli.parser()._subparsers._group_actions[0].choices["programmes"].format_help()
    assert "--incident-coverage F" in shown
    assert "--coverage" not in shown


def test_programmes_writes_what_they_cover(tmp_path, capsys):
    programmes = ["--programmes", str(files.DEMONSTRATION_PROGRAMMES)]
    out = tmp_path / "out"
    assert cli.main(["programmes", *DEMO, *programmes, "--as-of", "2016-09-19", "--out", str(out)]) == 0
    assert {"coverage.csv", "gaps.csv", "overlaps.csv", "units.csv", "map.html", "run.json"} <= {
        p.name for p in out.iterdir()
    }
    heads = {n: (out / n).read_text("utf-8").splitlines()[0] for n in ("coverage.csv", "gaps.csv", "overlaps.csv")}
    assert heads["coverage.csv"].startswith("site_id,programme_type,programmes,donors")
    assert heads["gaps.csv"].startswith("site_id,programme_type,site_class")
    assert heads["overlaps.csv"].startswith("site_id,programme_type,programmes,donors")
    assert capsys.readouterr().out.strip()
    missing = ["--programmes", "nowhere.csv", "--as-of", "2016-09-19", "--out", str(out)]
    assert cli.main(["programmes", *DEMO, *missing]) == 2


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes(result, tmp_path):
    pytest.importorskip("distributed")
    assert cli.main(["assess", *DEMO, "--as-of", "2018-12-31", "--cluster", "local", "--out", str(tmp_path)]) == 0
    for file in result.iterdir():
        one, two = (p.read_bytes().split(b"\n") for p in (file, tmp_path / file.name))
        assert [x for x in one if b'"run_at"' not in x] == [x for x in two if b'"run_at"' not in x]


def test_the_version_is_that_of_the_project(capsys):
    import importlib.metadata

    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"cahra-atlas {importlib.metadata.version('cahra-atlas')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_every_command_and_its_options(shell, capsys, tmp_path):
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for name in ("assess", "screen", "programmes", "meeting", "verify", "fetch", "watch", "completion"):
        assert name in script
    for option in ("--as-of", "--incident-coverage", "--reviews"):
        assert option in script
    if shell == "bash":  # and bash itself offers what begins so
        (tmp_path / "cahra").write_text(script)
        asked = f"source {tmp_path}/cahra; COMP_WORDS=(cahra asse); COMP_CWORD=1; _shtab_cahra; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["assess"]


def test_a_command_in_french_says_its_fault_in_french(capsys, tmp_path):
    assert cli.main(["watch", str(tmp_path / "no.toml"), "--out", str(tmp_path / "o"), "--language", "fr"]) == 2
    french = capsys.readouterr().err
    assert cli.main(["watch", str(tmp_path / "no.toml"), "--out", str(tmp_path / "o")]) == 2
    assert french != capsys.readouterr().err
