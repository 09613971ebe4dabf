"""The rule table: what ships is valid; what a user changes is checked by key and value."""

import copy

import pytest

from geo.errors import RuleError
from geo.rules.rule_set import from_dict
from layers.reference.rule_files import default_rules, parse_rules


@pytest.fixture
def table():
    return copy.deepcopy(dict(default_rules().source))


def rule(table, rule_id):
    return next(r for r in table["rule"] if r["id"] == rule_id)


def test_every_rule_is_there_once_and_in_order():
    assert tuple(r.id for r in default_rules().rules) == RULE_IDS


def test_the_hash_follows_every_number(table):
    before = from_dict(table).hash
    rule(table, "C1")["within_km"] = 21
    assert from_dict(table).hash != before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: rule(t, "C1").update(within_km=-1), "within_km"),
        (lambda t: rule(t, "C1").update(within_km="20"), "within_km"),
        (lambda t: rule(t, "C1").update(withn_km=20), "Did you mean within_km?"),
        (lambda t: rule(t, "C1").update(precision=[1, 3]), "precision"),
        (lambda t: rule(t, "H1").update({"class": "conflict-affected"}), "letter"),
        (lambda t: rule(t, "C3").update(kind="near"), "expected".capitalize()),
        (lambda t: rule(t, "C1")["tests"][0].update(months=0), "months"),
        (lambda t: rule(t, "C1").update(tests=[{"months": 12}]), "events or deaths"),
        (lambda t: t["rule"].append(dict(rule(t, "C1"))), "twice"),
        (lambda t: rule(t, "H8").pop("ground"), "ground is missing"),
        (lambda t: t["settings"].update(neighbour_km=True), "neighbour_km"),
        (lambda t: t.update(surprise=1), "surprise"),
    ],
)
def test_a_wrong_key_or_value_is_named(table, change, said):
    change(table)
    with pytest.raises(RuleError) as error:
        from_dict(table, "mine.toml")
    assert said in str(error.value)
    assert "mine.toml" in str(error.value)


def test_not_toml_is_said_with_the_file():
    with pytest.raises(RuleError, match=r"mine\.toml"):
        parse_rules("a = ", "mine.toml")


def test_a_rule_switched_off_is_not_asked(table):
    rule(table, "C2")["enabled"] = False
    assert "C2" not in [r.id for r in from_dict(table).rules]
