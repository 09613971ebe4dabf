"""Options that a file may lack are taken by the page as by the command, and what was assumed is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from streamlit.testing.v1 import AppTest

import cli
from geo.assessment import Assessment
from jobs.assessment import job
from jobs.assessment.job import Run
from layers.reference.rule_files import default_rules
from views.data_choice import DECLARED, Data, File
from views.navigation import FOLDER

SITES = b"site_id,name,lat,lon,minerals\nX1,Pit,4.2,16.1,gold\n"
UNITS = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"shapeName":"Berb\u00e9rati","shapeGroup":"CAF",'
    '"shapeType":"ADM2"},"geometry":{"type":"Polygon","coordinates":[[[15,3.5],[16.4,3.5],[16.4,5],[15,5],[15,3.5]]]}}]}'
).encode()
INCIDENTS = b"record_id,date_start,lat,lon,precision,deaths_best,country\n1,2016-01-02,4.2,16.2,1,3,CAF\n"
FILES = {"sites": ("s.csv", SITES), "boundaries": ("b.geojson", UNITS), "incidents": ("i.csv", INCIDENTS)}


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(FOLDER / "explore.py"), default_timeout=90)
    for key, value in {"demonstration": "0", "day": "2016-09-19", **address}.items():
        app.query_params[key] = value
    app.run()
    app.session_state["files"] = {r: File(r, name, r, data) for r, (name, data) in FILES.items()}
    return app.run()


def texts(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in app.get("text"))


def test_the_page_says_what_it_assumed_and_takes_it_otherwise():
    app = opened()
    assert not app.exception
    assert "b.geojson does not state the vintage" in texts(app)
    assert "Sites that state no country: 1, told by" in texts(app)
    app.selectbox(key="q_country").set_value("CMR")
    app.text_input(key="q_vintage").set_value("2015").run()
    assert not app.exception
    assert "Vintage of b.geojson: 2015, as you gave it." in texts(app)
    assert "Sites that state no country: 1, taken to lie in CMR, as you gave it." in texts(app)
    assert "CMR" in app.query_params["country"]
    again = opened(country="<script>", vintage="2015")
    assert "Vintage of b.geojson: 2015, as you gave it." in texts(again)
    assert again.selectbox(key="q_country").value == ""


def test_coverage_declared_on_the_page_is_a_file_like_any_other():
    app = opened()
    app.multiselect[[m.label for m in app.multiselect].index("Countries covered")].set_value(["CAF", "CMR"])
    app.text_input[[d.label for d in app.text_input].index("From (first day)")].set_value("2010")
    app.text_input[[d.label for d in app.text_input].index("To (last day)")].set_value("31 Dec 2020")
    next(b for b in app.button if b.label == "Declare coverage").click().run()
    assert not app.exception
    shown = [f for f in app.session_state["files"].values() if f.role == "coverage"]
    assert [f.name for f in shown] == [DECLARED]
    assert shown[0].data.decode().splitlines() == [
        "dataset,country_iso3,from,to,effects",
        "i.csv,CAF,2010-01-01,2020-12-31,lethal",
        "i.csv,CMR,2010-01-01,2020-12-31,lethal",
    ]
    assert "Nothing declares" not in "\n".join(w.value for w in app.warning)


def test_page_and_command_classify_alike_under_the_same_options(tmp_path: Path, monkeypatch, capsys):
    kept: list[Assessment] = []
    monkeypatch.setattr(
        Run, "made_files", lambda self, language="en": kept.append(self.assessment) or {"run.json": b"{}"}
    )
    paths = {role: tmp_path / name for role, (name, _) in FILES.items()}
    for role, path in paths.items():
        path.write_bytes(FILES[role][1])
    options = [o for role, path in paths.items() for o in (f"--{role}", str(path))]
    options += ["--country", "CMR", "--boundaries-version", "2015", "--as-of", "2016-09-19"]
    assert cli.main(["assess", *options, "--out", str(tmp_path / "out")]) == 0
    assert "Assumed: Vintage of b.geojson: 2015, as you gave it." in capsys.readouterr().out
    files = tuple(File(r, name, r, data) for r, (name, data) in FILES.items())
    day, rules = dt.date(2016, 9, 19), default_rules()
    chosen = Data(False, files, day, rules, "CMR", "2015")
    run = job.run(job.load(chosen.inputs()), day, rules)
    assert run.assessment.sites.equals(kept[0].sites)
