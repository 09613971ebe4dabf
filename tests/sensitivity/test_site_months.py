"""What changed one site, month by month: every change has its row, and the record behind is the one that did it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from i18n.translator import translator
from jobs.inputs import Inputs, Source, load
from jobs.many_dates import at_dates
from jobs.sensitivity.job import month_ends, timeline
from jobs.sensitivity.site_months import change_texts, changes
from layers.reference import files
from layers.reference.rule_files import default_rules
from tests.sensitivity.test_compare import BASE, incident, visit

RULES = default_rules()


def loaded_from(place, **changed):
    given = {}
    for role, rows in (BASE | changed).items():
        path = place / f"{role}.csv"
        pd.DataFrame(rows).to_csv(path, index=False)
        given.setdefault("sites" if role == "visits" else role, []).append(Source.of(path))
    return load(Inputs(zones=given.pop("zones")[0], **given))


def of(loaded, site, first, last):
    passed = at_dates(loaded, month_ends(first, last), RULES)
    row = passed.sites_at(0)["site_id"].tolist().index(site)
    return changes(loaded, passed, row, RULES)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    events = [
        *BASE["incidents"],
        incident("i2", "2018-09-10"),
        incident("i3", "2018-09-20"),
        incident("b1", "2018-06-20", 22.1),
    ]
    return loaded_from(tmp_path_factory.mktemp("months"), incidents=events, visits=[visit("true")])


def test_incidents_come_and_leave_their_windows(scene):
    found = of(scene, "a", dt.date(2018, 5, 1), dt.date(2021, 12, 31))
    said = [
        tuple(r) for r in found[found["what"].str.startswith("rule")][["month", "what", "name", "record_id"]].to_numpy()
    ]
    assert said == [
        ("2018-06", "rule_began", "H1", "i1"),
        ("2018-09", "rule_began", "C1", "i3"), ("2018-09", "rule_began", "C1", "i2"),
        ("2018-09", "rule_began", "H4", "i3"), ("2018-09", "rule_began", "H4", "i2"),
        ("2019-06", "rule_ended", "H4", "i1"),
        ("2019-09", "rule_ended", "C1", "i3"), ("2019-09", "rule_ended", "C1", "i2"),
        ("2021-09", "rule_ended", "H1", "i3"), ("2021-09", "rule_ended", "H1", "i2"),
    ]  # fmt: skip


def test_visits_and_the_register_are_named(scene):
    found = of(scene, "b", dt.date(2015, 5, 1), dt.date(2018, 8, 31))
    rules = found[found["name"] == "C2"]
    assert rules[["month", "what", "kind", "record_id"]].to_numpy().tolist() == [
        ["2018-05", "rule_began", "visit", "v"]
    ]
    zones = found[found["what"].str.startswith("zone")]
    register = pd.DataFrame(BASE["zones"])
    begins = set(register[register["unit"].isin(["Nola", "CAF"])]["valid_from"].str[:7])
    assert len(zones)
    assert set(zones["month"]) <= begins | {"2015-07"}
    assert set(zones["record_id"]) <= {"Nola", "CAF"}


def test_every_change_of_the_timeline_has_its_rows_and_no_other_month_has_any():
    loaded = load(
        Inputs(
            sites=[Source.of(files.DEMONSTRATION_SITES), Source.of(files.DEMONSTRATION_VISITS)],
            incidents=[Source.of(files.DEMONSTRATION_INCIDENTS)],
            coverage=[Source.of(files.DEMONSTRATION_COVERAGE)],
        )
    )
    days = month_ends(dt.date(2015, 1, 1), dt.date(2018, 12, 31))
    passed = at_dates(loaded, days, RULES)
    table = timeline(passed)
    incidents = loaded.incidents.set_index("record_id")
    for site in ("DEMO-002", "DEMO-100"):
        mine = table[table["site_id"] == site].reset_index(drop=True)
        row = passed.sites_at(0)["site_id"].tolist().index(site)
        found = changes(loaded, passed, row, RULES)
        columns = ["site_class", "zone_status", "rules_fired"]
        differs = (mine[columns] != mine[columns].shift()).any(axis=1)
        differs[0] = False
        assert found["month"].unique().tolist() == mine.loc[differs, "month"].tolist()
        for at in mine.index[differs]:
            before, now = (set(filter(None, mine["rules_fired"][i].split(";"))) for i in (at - 1, at))
            here = found[found["month"] == mine["month"][at]]
            assert set(here.loc[here["what"] == "rule_began", "name"]) == now - before
            assert set(here.loc[here["what"] == "rule_ended", "name"]) == before - now
        began = found[(found["what"] == "rule_began") & (found["kind"] == "incident")]
        assert len(began)
        assert [str(d)[:7] for d in incidents.loc[began["record_id"], "date_start"]] == began["month"].tolist()
        for language in ("en", "fr"):
            words = change_texts(found, translator(language))
            assert (words != "").all(axis=None)
            assert len(words) == len(found.drop_duplicates(["month", "what", "name"]))
