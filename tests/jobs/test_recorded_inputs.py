"""Every file that a command is given stands in its run record, with its hash and size, and counts when it is verified."""

from __future__ import annotations

import functools
import json
import sqlite3

import pytest

import cli
import cli.shared
from jobs.read_back import DifferenceError
from jobs.run_record import RECORD, fingerprint_of
from jobs.verification import held_against
from layers.reference import files as embedded
from tests.hostile.roles import SEEDS

LAYERS = ("sites", "incidents", "boundaries", "coverage", "zones", "findings", "eu-list", "rules")
OWN = {
    "assess": (),
    "screen": ("list", "roads", "places", "reviews", "actors", "governance", "towns"),
    "coverage": ("programmes", "sectors", "words", "rates", "radii"),
    "backtest": (),
    "sensitivity": (),
    "meeting": (),
}
"""What each command reads besides the layers and the rules."""
DAY = ("--as-of", "2018-12-31")
DATES = {
    "backtest": ("--from", "2015-12-31", "--to", "2016-12-31"),
    "sensitivity": (*DAY, "--from", "2018-11-30", "--draws", "2"),
}
TEXTS = {
    **{option: text for option, (_, text) in SEEDS.items()},
    "list": SEEDS["suppliers"][1],
    "places": "name,state,match_id,confirmed_by\nNowhere,open,,\n",
    "words": embedded.PROGRAMME_WORDS.read_text("utf-8"),
    "radii": embedded.PROGRAMME_RADII.read_text("utf-8"),
    "actors": "name,aliases,list,from,to,source\nThe Riders,,Made list,2015-01-01,,made\n",
    "governance": "area,indicator,value,edition,source\nCAF,Rule of law,-1.2,2019,made\n",
    "rates": "currency,year,rate,to\nEUR,,1.1,USD\n",
    "towns": "geonameid,name,alternatenames,lat,lon,country\n1,Made town,Other name,4.3,15.8,CF\n",
}


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A sound file for each option; tables of the project's own are copies that bear their names."""
    at, out = tmp_path_factory.mktemp("given"), {}
    names = {
        "words": embedded.PROGRAMME_WORDS.name,
        "radii": embedded.PROGRAMME_RADII.name,
        "sectors": embedded.DAC_SECTOR_TYPES.name,
        "rules": embedded.RULES.name,
    }
    for option, text in TEXTS.items():
        ending = SEEDS.get(option, ("a.csv",))[0].rpartition(".")[2]
        out[option] = at / names.get(option, f"{option}.{ending}")
        out[option].write_text(text, encoding="utf-8")
    out["reviews"] = at / "reviews.sqlite"
    with sqlite3.connect(out["reviews"]) as empty:
        empty.execute("VACUUM")
    return out


def arguments(job, given) -> list[str]:
    named = [text for option in (*LAYERS, *OWN[job]) for text in (f"--{option}", str(given[option]))]
    return [*named, *DATES.get(job, DAY)]


def record_of(job, given):
    return recorded(job, *arguments(job, given))


@functools.cache
def recorded(job, *given):
    args = cli.parser().parse_args([job, *given, "--out", "x"])
    record = args.make(args).record
    return record() if callable(record) else record


@pytest.mark.parametrize("job", sorted(set(OWN) - {"meeting"}))
def test_every_file_that_is_given_is_among_the_inputs(job, given):
    told = {(i["sha256"], i["bytes"], i["file"]) for i in record_of(job, given)["inputs"]}
    for option in (*LAYERS, *OWN[job]):
        path, print_ = given[option], fingerprint_of(given[option])
        assert (print_["sha256"], print_["bytes"], path.name) in told, option


def test_no_option_for_a_file_is_forgotten_here():
    """Every option of these commands that names a file is tried above; folders are a result, with a record of its own."""
    commands = cli.parser()._subparsers._group_actions[0].choices
    folders = {"compare", "tiles"}
    rasters = {"population", "travel_time"}  # tried in tests/rasters
    for job, own in OWN.items():
        named = {action.dest for action in commands[job]._actions} & set(cli.shared.PATHS) - folders - rasters
        assert named == {option.replace("-", "_") for option in (*LAYERS, *own)}, job


@pytest.mark.parametrize(
    "option", ["radii", "rules", *(pytest.param(o, marks=pytest.mark.slow) for o in ("words", "rates", "sectors"))]
)
def test_another_table_is_found_by_a_new_run_and_named(option, given, tmp_path):
    """One byte behind the end of the table changes nothing that is counted, and is another file all the same."""
    other = tmp_path / given[option].name
    other.write_bytes(given[option].read_bytes() + b"\n")
    one, two = (
        {RECORD: json.dumps(record_of("coverage", files), default=str).encode()}
        for files in (given, {**given, option: other})
    )
    with pytest.raises(DifferenceError, match=r"inputs\[\d+\]\.sha256"):
        held_against(one, two)
