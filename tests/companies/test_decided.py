"""Decisions then and now: open again exactly where something differs, signed off by a second person, overdue."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.screening.schema import RISKS, WATCHED
from jobs.screening.decided import BEHIND, decided, details, due_of, overdue
from jobs.screening.decisions import keys_of
from jobs.screening.export import with_decisions
from jobs.screening.reviews import Reviews
from tests import frames
from tests.companies.cases import DAY, data, dated, files, screened
from tests.companies.test_screening import HERE
from tests.examples import examples

NOW = dt.datetime(2021, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LATER = dt.date(2021, 12, 31)
PLACES = tuple((20.0 + 0.35 * i, 6.0) for i in range(12))
LIST = [
    {**HERE, "supplier_id": f"S{i}", "site_name": f"Mine {i}", "lon": str(x), "lat": str(y), "mineral": "diamond"}
    for i, (x, y) in enumerate(PLACES)
]
EVENT = st.fixed_dictionaries(
    {
        "day": st.dates(dt.date(2017, 6, 1), dt.date(2021, 12, 31)).map(str),
        "lon": st.floats(19.8, 24.2).map(lambda x: round(x, 2)),
        "deaths_best": st.sampled_from([0.0, 1.0, 7.0]),
        "precision": st.sampled_from([1, 2]),
    }
)


def decide(store: Reviews, found, decision: str = "accept", **more) -> None:
    store.decide(
        found.rows, decision, "", "A. Person", record=found.record, now=NOW,
        details=details(found.rows, found.evidence, **more),
    )  # fmt: skip


def behind(screening, who: str) -> set[tuple[str, ...]]:
    """What stands behind the answers of one row, read from its evidence by hand."""
    rows = screening.evidence[screening.evidence["supplier_id"] == who].astype(str)
    rows = rows[rows["kind"].isin(BEHIND) & (rows["answer"] != "area")]
    rows = rows[~rows["fact"].isin(["edge", "located", "placeless_incident"])]
    columns = ["part", "kind", "rule", "fact", "status", "record_id", "dataset", "precision", "date_start", "date_end"]
    columns += ["deaths_best", "deaths_low", "deaths_high", "actor_a", "actor_b"]
    return {tuple(r) for r in rows[columns].to_numpy().tolist()}


@given(st.lists(EVENT, max_size=12), st.booleans())
@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_year_later_exactly_the_decisions_are_open_again_whose_row_differs(tmp_path_factory, events, list_came):
    store = Reviews(tmp_path_factory.mktemp("r") / "r.sqlite")
    world = data(incidents=frames.incidents(*events))
    first = screened(*LIST, on=world)
    decide(store, first)
    listed = {"coord_precision_km": "0.2"} if list_came else {}
    second = screened(*[{**row, **(listed if i == 2 else {})} for i, row in enumerate(LIST)], on=world, day=LATER)
    table = with_decisions(second, store).decided.set_index("supplier_id")
    assert len(table) == len(PLACES)
    for i, who in enumerate(table.index):
        a, b = first.rows.iloc[i], second.rows.iloc[i]
        answers = {n for n in WATCHED if n != "position" and a[n] != b[n]}
        records = {"evidence"} if behind(first, who) != behind(second, who) else set()
        said = table.loc[who]
        assert set(filter(None, said["changed_since"].split(";"))) == answers | records
        assert said["review_state"] == ("reopen" if answers | records else "decided")
        for name in answers:
            assert (said[f"{name}_then"], said[f"{name}_now"]) == (a[name], b[name])


def test_a_place_that_moved_or_a_listing_that_came_opens_a_decision_again(tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    first = screened(*LIST[:1])
    decide(store, first)
    assert with_decisions(first, store).rows["review_state"].tolist() == ["decided"]
    moved = with_decisions(screened({**LIST[0], "lon": "20.01"}), store)
    assert moved.rows["changed_since"].tolist() == ["position"]
    lifted = with_decisions(screened(LIST[0], day=dt.date(2024, 11, 15)), store).decided.iloc[0]
    assert (lifted["kp_status_then"], lifted["kp_status_now"]) == ("restricted", "participant")
    assert lifted["review_state"] == "reopen"


def test_the_edition_of_a_dataset_alone_changes_nothing(tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    events = {"day": "2020-06-01", "lon": 20.05}
    decide(store, screened(*LIST, on=data(incidents=frames.incidents({**events, "dataset_version": "23.1"}))))
    again = screened(*LIST, on=data(incidents=frames.incidents({**events, "dataset_version": "24.1"})))
    assert set(with_decisions(again, store).decided["review_state"]) == {"decided"}


def test_a_second_person_signs_off_and_a_withdrawal_is_an_entry_of_its_own(tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    found = screened(*LIST[:2])
    row = found.rows.iloc[:1]
    with pytest.raises(InputError, match="no decision"):
        store.sign(row, "B", record={})
    decide(store, found)
    with pytest.raises(InputError, match="second person"):
        store.sign(row, " a. pérson", record={})
    store.sign(row, "B. Other", record={}, now=NOW)
    said = with_decisions(found, store)
    assert said.rows["review_state"].tolist() == ["signed", "decided"]
    assert said.rows["signed_by"].tolist() == ["B. Other", ""]
    with pytest.raises(InputError, match="reason"):
        store.withdraw(row, "A. Person", " ", record={})
    store.withdraw(row, "A. Person", "wrong row", record={}, now=NOW)
    said = with_decisions(found, store)
    assert said.rows["review_state"].tolist() == ["withdrawn", "decided"]
    assert said.rows["decision"].tolist() == ["", "accept"]
    assert [d.decision for d in store.history(keys_of(row)[0])] == ["accept", "sign", "withdraw"]
    store.decide(row, "escalate", "", "C", record={}, now=NOW)
    assert with_decisions(found, store).rows["decision"].tolist() == ["escalate", "accept"]
    assert b"wrong row" not in files(said)["report.html"] or said.rows["decision"][0] == ""


def test_risks_action_and_documents_are_kept_and_what_is_late_is_told(tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    found = screened(*LIST[:2])
    one, two = found.rows.iloc[:1], found.rows.iloc[1:2]
    more = details(
        one, found.evidence, risks={"taxes": "suspected"}, action="ask for receipts", owner="D. Owner",
        due=dt.date(2021, 3, 1), documents=[{"name": "contract.pdf", "sha256": "a" * 64}],
    )  # fmt: skip
    store.decide(one, "accept", "", "A", record={}, details=more, now=NOW)
    store.decide(two, "enhance due diligence", "", "A", record={}, details=details(two, found.evidence), now=NOW)
    table = decided(found.rows, found.evidence_of, store)
    assert table["risk_taxes"].tolist() == ["suspected", "not_looked_at"]
    assert set(table[[f"risk_{r}" for r in RISKS]].iloc[1]) == {"not_looked_at"}
    assert table["documents"].tolist() == [f"contract.pdf {'a' * 64}", ""]
    assert [f"{d:%Y-%m-%d}" for d in table["due"]] == ["2021-03-01", "2021-07-02"], "six months, step 3"
    assert overdue(table, dt.date(2021, 3, 1)).tolist() == [False, False]
    assert overdue(table, dt.date(2021, 3, 2)).tolist() == [True, False]
    assert overdue(table, dt.date(2021, 7, 3)).tolist() == [True, True]
    assert due_of(store.history(keys_of(one)[0])[0]) == "2021-03-01"
    assert b"ask for receipts" in files(with_decisions(found, store))["decisions.csv"]


def test_a_rejected_row_of_the_same_id_bears_no_decision(tmp_path):
    store = Reviews(tmp_path / "r.sqlite")
    found = screened(LIST[0], LIST[0])
    assert found.rows["answer"].tolist() == ["accepted", "rejected"]
    decide(store, screened(LIST[0]))
    assert with_decisions(found, store).rows["decision"].tolist() == ["accept", ""]
    with pytest.raises(InputError, match="not screened"):
        store.decide(found.rows, "accept", "", "A", record={})


def test_a_file_of_an_earlier_version_is_read_and_compares_class_and_zone(tmp_path):
    store, found = Reviews(tmp_path / "r.sqlite"), screened(*LIST[:1])
    store.decide(found.rows, "accept", "", "A", record={}, now=NOW)
    with sqlite3.connect(store.path) as base:
        base.execute("ALTER TABLE decision DROP COLUMN details")
    table = with_decisions(found, store).decided
    assert table["review_state"].tolist() == ["decided"]
    assert table["eu_list_then"].tolist() == [""]
    store.decide(found.rows, "escalate", "", "A", record={}, now=NOW)
    assert with_decisions(found, store).rows["decision"].tolist() == ["escalate"]


def test_statuses_are_watched(tmp_path):
    import pandas as pd

    store = Reviews(tmp_path / "r.sqlite")
    row = {"source": "list", "site_id": "k1", "scheme": "rcm", "status": "green", "status_date": "2020-03-01"}
    statuses = dated(pd.DataFrame([row]), "status_date")
    world = data(sites=frames.sites({"name": "Mine 0", "site_id": "k1"}), statuses=statuses)
    decide(store, screened(LIST[0], on=world))
    assert dt.date(2020, 12, 31) == DAY
    later = with_decisions(screened(LIST[0], on=world, day=dt.date(2021, 3, 1)), store).decided.iloc[0]
    assert (later["rcm_status_then"], later["rcm_status_now"]) == ("green", "blue")
