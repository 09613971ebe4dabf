"""The drawn tree says what was decided; changed rules and differences follow."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from geo.errors import RuleError
from geo.schema import ASSESSED, CLASSES, empty
from i18n.translator import translator
from jobs.assessment import job
from jobs.assessment.decision_tree import area_rules, branches
from jobs.assessment.differences import differences
from jobs.assessment.rule_settings import from_link, from_table, to_link, to_table
from layers.reference.rule_files import default_rules


def test_every_site_leaves_the_tree_once_and_with_its_class(run):
    sites = run.assessment.sites
    found = branches(sites, default_rules(), translator("en"))
    assert sum(b.leave for b in found) == len(sites)
    assert found[0].asked == len(sites)
    for before, after in itertools.pairwise(found):
        assert after.asked == before.asked - before.leave
    for cls in sites["site_class"].unique():
        assert sum(b.leave for b in found if b.cls == cls) == (sites["site_class"] == cls).sum()


def test_rules_beside_the_tree_are_counted_and_move_no_site(run):
    sites, fired = run.assessment.sites, run.assessment.fired
    found = {b.key: b for b in area_rules(sites, fired, default_rules(), translator("en"))}
    assert list(found) == ["A1", "A2", "A3", "L1", "L2"]
    for key in ("A1", "A2", "A3"):
        assert found[key].fired == sites["area_rules_fired"].str.split(";").map(lambda ids, k=key: k in ids).sum()
    assert found["L2"].fired == sites["kp_restricted"].fillna(False).sum() > 0
    assert found["L1"].unknown == sites["eu_listed"].isna().sum() > 0, "no list is given"


def test_the_questions_are_those_of_the_rules_in_either_language():
    rules = default_rules()
    french = branches(empty(ASSESSED), rules, translator("fr"))
    order = [r for cls in CLASSES for r in rules.answering("site") if r.cls == cls]
    assert [b.key for b in french[:-2]] == [r.id for r in order]
    assert [b.question for b in french[:-2]] == [r.asks(translator("fr")) for r in order]
    assert "20 km" in french[0].question
    assert french[0].question != order[0].asks()


def test_a_rule_set_survives_its_table():
    rules = default_rules()
    assert from_table(rules, to_table(rules)).hash == rules.hash


def test_a_changed_number_changes_the_rules_and_a_wrong_one_is_refused():
    rules = default_rules()
    table = to_table(rules)
    table.loc[table["rule"] == "C1", "within_km"] = 10.0
    changed = from_table(rules, table)
    assert changed["C1"].within_km == 10
    assert changed.hash != rules.hash
    table.loc[table["rule"] == "C1", "within_km"] = -1.0
    with pytest.raises(RuleError):
        from_table(rules, table)


def test_changed_rules_come_back_from_their_address():
    rules = default_rules()
    table = to_table(rules)
    assert to_link(rules, table) == ""
    table.loc[table["rule"] == "H1", ["within_km", "min_events"]] = [12.5, 4]
    table.loc[table["rule"] == "H7", "enabled"] = False
    link = to_link(rules, table)
    assert from_table(rules, from_link(rules, link)).hash == from_table(rules, table).hash != rules.hash


@pytest.mark.parametrize(
    "link",
    ["H1", "H1:0:within_km", "H1:0:within_km:x", "H1:0:within_km:-3", "H1:0:within_km:nan", "H1:0:within_km:1e309",
     "Z9:0:months:3", "H1:7:months:3", "H1:0:source:3", "H7:-1:within_km:20", "{{ 7*7 }}", ";;::;", "H1:0:months:1e18"],
)  # fmt: skip
def test_an_address_that_means_nothing_changes_nothing(link):
    rules = default_rules()
    assert from_table(rules, from_link(rules, link)).hash == rules.hash


def test_differences_are_the_sites_whose_class_or_zone_changed(loaded, run):
    later = job.run(loaded, dt.date(2024, 12, 31)).assessment.sites
    now = run.assessment.sites
    changed = differences(now, later)
    both = now.merge(later, on=["source", "site_id"], suffixes=("_a", "_b"))
    expected = (both["site_class_a"] != both["site_class_b"]) | (both["zone_status_a"] != both["zone_status_b"])
    assert len(changed) == expected.sum() > 0
    assert differences(now, now).empty
    assert list(differences(now.iloc[1:], now)["site_id"]) == [now["site_id"].iloc[0]]
