"""Evidence as Parquet says what the CSV says, is verified like it, and takes its place where rows are many."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import cli
from geo import schema
from geo.coded import Coded, CodedTable
from geo.columns import conform
from geo.errors import InputError
from geo.rules.evidence import RESTRICTED, withheld_columns
from jobs.assessment import evidence_file
from jobs.assessment.evidence_file import CSV, PARQUET, choice_of, read_evidence
from jobs.assessment.job import Inputs, Source, load, run
from jobs.demonstration import FILE
from jobs.read_back import DifferenceError
from jobs.run_options import later
from jobs.table_mark import MARK
from jobs.verification import verify_files
from layers.formats.readers.coded_parquet import parse, read_coded_parquet
from layers.formats.writers.coded_parquet import coded_parquet_bytes
from layers.formats.writers.delimited import coded_csv_bytes
from layers.reference import files as embedded
from tests.examples import examples
from tests.jobs.edited_results import incidents, some
from tests.jobs.edits import forged

DAY, NOW = dt.date(2018, 12, 31), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def asked(tmp_path_factory) -> list[str]:
    """A part of the demonstration: every step below is taken several times."""
    folder = tmp_path_factory.mktemp("given")
    sites = [some(p, "site_id", 16, folder) for p in (embedded.DEMONSTRATION_SITES, embedded.DEMONSTRATION_VISITS)]
    data = [text for path in sites for text in ("--sites", path)] + ["--incidents", incidents(folder)]
    return [*data, "--incident-coverage", str(embedded.DEMONSTRATION_COVERAGE)]


@pytest.fixture(scope="module")
def loaded(asked):
    sites, visits, events, covered = (Source.of(path) for path in asked[1::2])
    return load(Inputs(sites=[sites, visits], incidents=[events], coverage=[covered]))


@pytest.fixture(scope="module")
def both(loaded):
    return run(loaded, DAY, now=NOW, evidence="both").files()


def test_what_is_asked_for_is_written_and_verified(loaded, both):
    assert verify_files(both, "d").differences == ()
    assert read_evidence({CSV: both[CSV]}).equals(read_evidence({n: both[n] for n in (PARQUET, FILE)}))
    assert len(both[PARQUET]) < len(both[CSV])
    for choice, name in (("csv", CSV), ("parquet", PARQUET), ("", CSV)):
        files = run(loaded, DAY, now=NOW, evidence=choice).files()
        assert {CSV, PARQUET} & set(files) == {name}
        assert choice_of(files) == (choice or "csv")
        found = verify_files(files, "d")
        assert found.differences == ()
        assert name in found.unproven
        assert files[name] == both[name]


def test_a_text_is_never_missing_and_only_what_is_in_order_has_bounds(both):
    file = parquet.ParquetFile(io.BytesIO(both[PARQUET]))
    whole = pd.read_parquet(io.BytesIO(both[PARQUET]))
    texts = [c.name for c in schema.EVIDENCE if c.type == "text"]
    assert not any(file.schema_arrow.field(name).nullable for name in texts)
    assert not whole[texts].isna().any().any()
    columns = [file.metadata.row_group(0).column(i) for i in range(file.metadata.num_columns)]
    bounds = {c.path_in_schema: c.statistics for c in columns if c.statistics is not None and c.statistics.has_min_max}
    assert set(bounds) == {"source", "site_id"}
    assert (bounds["site_id"].min, bounds["site_id"].max) == (min(whole["site_id"]), max(whole["site_id"]))


def test_many_rows_are_written_beside_the_sites_and_are_the_same_files(loaded, both, monkeypatch):
    from jobs.assessment import export

    monkeypatch.setattr(export, "MOST_CSV_ROWS", 0)
    given: dict[str, bytes] = {}

    def put(name, content):
        given[name] = content if isinstance(content, bytes) else b"".join(map(bytes, content))

    run(loaded, DAY, now=NOW, evidence="both").put_away(put)
    assert given == both


def test_many_rows_are_parquet_unless_csv_is_asked_for(loaded, both, monkeypatch):
    rows = len(read_evidence(both))
    for most, name in ((rows, CSV), (rows - 1, PARQUET)):
        monkeypatch.setattr(evidence_file, "MOST_CSV_ROWS", most)
        made = run(loaded, DAY, now=NOW, engine=later(loaded)).made_files()
        assert {CSV, PARQUET} <= set(made.offered)
        assert {CSV, PARQUET} & set(made) == {name}
        assert made[CSV] == both[CSV]  # can be taken all the same
        assert dict(made) == run(loaded, DAY, now=NOW).files()


def test_a_forger_is_found_in_parquet_too(both):
    only = {name: data for name, data in both.items() if name != CSV}
    table = parquet.read_table(io.BytesIO(both[PARQUET]))

    def written(changed):
        out = io.BytesIO()
        parquet.write_table(changed, out)
        return out.getvalue()

    fired = int(np.flatnonzero(np.array(table["kind"].to_pylist()) == "total")[0])
    for changed in (
        table.slice(0, fired).take(list(range(fired))),
        table.drop_columns(["rule"]),
        table.append_column("more", table["rule"]),
        table.set_column(table.schema.get_field_index("events"), "events", table["rule"]),
    ):
        assert verify_files(forged(only, PARQUET, written(changed)), "d").differences
    assert verify_files(forged(only, PARQUET, b"PAR1" + bytes(100)), "d").differences
    two = forged(both, PARQUET, written(table.take(list(range(1, len(table))))))
    assert "does not say what" in verify_files(two, "d").differences[0]
    with pytest.raises(DifferenceError, match="missing"):
        read_evidence({})


def test_parquet_of_synthetic_data_says_so_in_every_row_and_no_other_does(loaded, both, monkeypatch):
    monkeypatch.setattr("layers.formats.sandbox.process.TASKS_HERE", {"coded_parquet": parse})
    only = {name: data for name, data in both.items() if name != CSV}
    table = parquet.read_table(io.BytesIO(both[PARQUET]))
    assert table.column_names == [*(c.name for c in schema.EVIDENCE), MARK]
    assert set(table[MARK].to_pylist()) == {"true"}

    def written(changed):
        out = io.BytesIO()
        parquet.write_table(changed, out)
        return out.getvalue()

    denied = table.set_column(len(schema.EVIDENCE), MARK, [["false"] + ["true"] * (len(table) - 1)])
    for changed in (denied, table.drop_columns([MARK])):
        (found,) = verify_files(forged(only, PARQUET, written(changed)), "d").differences
        assert PARQUET in found
    assert (
        "demonstration is not true in every row"
        in verify_files(forged(only, PARQUET, written(denied)), "d").differences[0]
    )
    sites = [dataclasses.replace(s, frame=s.frame.assign(demonstration=False), visits=s.visits.assign(demonstration=False))
             for s in loaded.sites]  # fmt: skip
    real = dataclasses.replace(loaded, sites=sites, incidents=loaded.incidents.assign(demonstration=False))
    files = run(real, DAY, now=NOW, evidence="both").files()
    plain = parquet.read_table(io.BytesIO(files[PARQUET]))
    assert plain.column_names == [c.name for c in schema.EVIDENCE]
    assert plain.equals(table.drop_columns([MARK]))
    assert verify_files(files, "d").differences == ()
    (found,) = verify_files(forged(files, PARQUET, both[PARQUET]), "d").differences
    assert "other columns" in found


def test_the_command_takes_the_choice_and_verify_makes_it_again(asked, tmp_path, capsys):
    out, on = tmp_path / "out", ["--as-of", "2018-12-31"]
    assert cli.main(["assess", *asked, *on, "--evidence", "parquet", "--out", str(out)]) == 0
    assert {CSV, PARQUET} & {p.name for p in out.iterdir()} == {PARQUET}
    capsys.readouterr()
    assert cli.main(["verify", str(out), *asked, *on]) == 0
    assert "A new run of the inputs gives the same bytes." in capsys.readouterr().out


TABLE = tuple(c for c in schema.EVIDENCE if c.name in ("site_id", "events", "distance_m", "date_start", "provisional"))
CELL = {
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    "number": st.one_of(st.just(np.nan), st.integers(-3, 3).map(float), st.floats(-1e6, 1e6)),
    "date": st.one_of(st.just(pd.NaT), st.dates().map(pd.Timestamp)),
    "tri": st.sampled_from([True, False, pd.NA]),
}


@settings(max_examples=examples(20), deadline=None)
@given(data=st.data(), n=st.integers(0, 6))
def test_every_cell_comes_back(data, n):
    assert {c.type for c in TABLE} == set(CELL)
    cells = {c.name: data.draw(st.lists(CELL[c.type], min_size=n, max_size=n)) for c in TABLE}
    frame = conform(pd.DataFrame(cells, index=range(n)), TABLE)
    order = np.array(data.draw(st.lists(st.integers(0, n - 1), max_size=9)) if n else [], dtype=np.int32)
    coded = CodedTable({c.name: Coded(frame[c.name].array, order) for c in TABLE})
    written = coded_parquet_bytes(coded, TABLE)
    assert written == coded_parquet_bytes(coded, TABLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("layers.formats.sandbox.process.TASKS_HERE", {"coded_parquet": parse})
        again = read_coded_parquet(written, "x.parquet", TABLE)
    pd.testing.assert_frame_equal(again, frame.take(order).reset_index(drop=True), check_exact=True)


def test_rows_that_may_not_leave_are_refused_in_parquet_as_in_csv():
    rows = CodedTable.of(
        pd.DataFrame({"dataset": ["ACLED"], "record_id": ["1"], "actor_a": ["x"], "restricted": [True]})
    )
    for write in (coded_parquet_bytes, coded_csv_bytes):
        with pytest.raises(InputError):
            write(rows)


def test_what_a_withheld_row_said_is_nowhere_in_the_files():
    codes = np.array([0, 1, 0, 1], np.int32)
    said = {"record_id": ["a", "b"], "actor_a": ["open actor", "shut actor"], "place": ["Boda", "Hidden"]}
    columns = {
        c.name: Coded(schema.empty(schema.EVIDENCE)[c.name].array.take([-1] * 4, allow_fill=True))
        for c in schema.EVIDENCE
    }
    columns |= {n: Coded(pd.array(v, dtype="str"), codes) for n, v in said.items()}
    columns |= {"distance_m": Coded(np.array([10.0, 1501.0, 20.0, 2499.0])), RESTRICTED: Coded(codes == 1)}
    table = withheld_columns(CodedTable(columns))
    made = coded_csv_bytes(table, schema.EVIDENCE)[0], coded_parquet_bytes(table, schema.EVIDENCE)
    back = [
        pd.read_csv(io.BytesIO(made[0]), keep_default_na=False),
        parquet.read_table(io.BytesIO(made[1])).to_pandas(),
    ]
    for content, frame in zip(made, back, strict=True):
        assert b"open actor" in content
        assert b"shut actor" not in content
        assert b"Hidden" not in content
        assert frame["place"].tolist() == ["Boda", "", "Boda", ""]
        assert frame["distance_m"].tolist() == [10.0, 2000.0, 20.0, 2000.0]
        assert frame["record_id"].tolist() == ["a", "b", "a", "b"]
