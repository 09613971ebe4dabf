"""The rule table: what ships is valid; what a user changes is checked by key and value."""

import copy

import pytest

from geo.errors import RuleError
from geo.rules.rule_set import STANDARD, from_dict
from i18n.translator import translator
from layers.reference.files import RULES
from layers.reference.rule_files import default_rules, parse_rules


@pytest.fixture
def table():
    return copy.deepcopy(dict(default_rules().source))


def rule(table, rule_id):
    return next(r for r in table["rule"] if r["id"] == rule_id)


def test_every_rule_is_there_once_and_in_order():
    rules = default_rules()
    assert tuple(r.id for r in rules.rules) == rules.ids == STANDARD
    assert STANDARD == ("C1", "C2", "H1", "H2", "H4", "H6", "H7", "H10", "H11", "A1", "A2", "A3", "L1", "L2")
    assert rules.version == "2"
    assert [r.id for r in rules.answering("site")] == list(STANDARD[:9])
    assert [r.id for r in rules.answering("area")] == ["A1", "A2", "A3"]
    assert [r.id for r in rules.answering("listing")] == ["L1", "L2"]
    assert {r.cls for r in rules.answering("listing")} == {""}
    for r in rules.rules:
        assert r.ground
        assert r.asks() != r.asks(translator("fr"))
        assert "{" not in r.asks() + r.asks(translator("fr"))


def test_the_hash_follows_every_number(table):
    before = from_dict(table).hash
    seen = {before}
    for change in (lambda: rule(table, "C1").update(within_km=21), lambda: rule(table, "C2").update(months=25),
                   lambda: rule(table, "A1")["tests"][0].update(min_deaths=26), lambda: rule(table, "H10").update(
                       until_clean=3), lambda: table["settings"].update(position_error_km=4)):  # fmt: skip
        change()
        seen.add(from_dict(table).hash)
    assert len(seen) == 6
    assert from_dict(copy.deepcopy(dict(default_rules().source))).hash == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: rule(t, "C1").update(within_km=-1), "within_km"),
        (lambda t: rule(t, "C1").update(within_km="20"), "within_km"),
        (lambda t: rule(t, "C1").update(within_km=True), "within_km"),
        (lambda t: rule(t, "C1").update(withn_km=20), "Did you mean within_km?"),
        (lambda t: rule(t, "C1").update(precision=[1, 5]), "precision"),
        (lambda t: rule(t, "C1").update(precision=[]), "precision"),
        (lambda t: rule(t, "C1").update(effect="peaceful"), "lethal, violent, control"),
        (lambda t: rule(t, "C1").update(violence=["random"]), "one-sided"),
        (lambda t: rule(t, "C1").update(violence="one-sided"), "violence"),
        (lambda t: rule(t, "C1").update(deaths="soldiers"), "civilian"),
        (lambda t: rule(t, "C1").update(minerals=[]), "minerals"),
        (lambda t: rule(t, "C1").update(lethal="no"), "lethal"),
        (lambda t: rule(t, "C1").update(answer="area"), "answer"),
        (lambda t: rule(t, "A1").update(answer="site"), "answer"),
        (lambda t: rule(t, "L2").update(answer="site"), "answer"),
        (lambda t: rule(t, "C1").update(id="1C"), "letter"),
        (lambda t: rule(t, "C1").update(id="C" * 17), "letter"),
        (lambda t: rule(t, "C1").update(id="C1;H1"), "letter"),
        (lambda t: rule(t, "C1").update({"class": "insufficient data"}), "conflict-affected"),
        (lambda t: rule(t, "C1").pop("class"), "class"),
        (lambda t: rule(t, "C1").pop("answer"), "answer"),
        (lambda t: rule(t, "C1").update(kind="neer"), "near"),
        (lambda t: rule(t, "C1").pop("kind"), "kind"),
        (lambda t: rule(t, "C1").update(level=2), "level"),
        (lambda t: rule(t, "A1").update(kind="near", answer="site"), "level"),
        (lambda t: rule(t, "A1").update(level=3), "level"),
        (lambda t: rule(t, "A1").update(within_km=20), "within_km"),
        (lambda t: rule(t, "C1")["tests"][0].update(months=0), "months"),
        (lambda t: rule(t, "C1")["tests"][0].update(effect="none"), "effect"),
        (lambda t: rule(t, "C1").update(tests=[{"months": 12}]), "events or deaths"),
        (lambda t: rule(t, "C1").update(tests=[]), "tests"),
        (lambda t: rule(t, "C1").update(tests=[12]), "table"),
        (lambda t: rule(t, "C2").update(facts=["armed"]), "non_state_armed"),
        (lambda t: rule(t, "C2").update(until_clean=0), "until_clean"),
        (lambda t: rule(t, "H7").update(statuses=["purple"]), "red"),
        (lambda t: t["rule"].append(dict(rule(t, "C1"))), "twice"),
        (lambda t: rule(t, "L1").pop("ground"), "ground is missing"),
        (lambda t: rule(t, "C1").update(question=""), "question"),
        (lambda t: t["settings"].update(neighbour_km=True), "neighbour_km"),
        (lambda t: t["settings"].update(blue_expires_to="green"), "blue_expires_to"),
        (lambda t: t["settings"].update(position_error_km=-1), "position_error_km"),
        (lambda t: t.update(surprise=1), "surprise"),
        (lambda t: t.update(rule=["C1"]), "table"),
    ],
)
def test_a_wrong_key_or_value_is_named(table, change, said):
    change(table)
    with pytest.raises(RuleError) as error:
        from_dict(table, "mine.toml")
    assert said in str(error.value)
    assert "mine.toml" in str(error.value)


def test_a_rule_file_of_version_1_is_told_what_has_become_of_axes(table):
    rule(table, "C1")["axis"] = rule(table, "C1").pop("answer")
    with pytest.raises(RuleError) as error:
        from_dict(table, "old.toml")
    for part in ("version 1", "old.toml rule C1", 'answer = "site", "area" or "listing"', "data/rules.toml"):
        assert part in str(error.value)


VERSION_1 = """
version = "1"
[settings]
coverage_months = 36
[[rule]]
id = "C3"
kind = "area"
class = "conflict-affected"
axis = "area"
question = "Were there 25 or more deaths in the site's second-order unit in 12 months?"
precision = [1, 2, 3]
level = 2
tests = [{ months = 12, min_deaths = 25 }]
ground = "OECD"
"""


def test_a_whole_file_of_version_1_gets_the_clear_error():
    with pytest.raises(RuleError, match="version 1"):
        parse_rules(VERSION_1, "rules.toml")


def test_a_copy_of_the_file_that_ships_is_read_as_what_ships():
    rules = parse_rules(RULES.read_text("utf-8"), "mine.toml")
    assert (rules.hash, rules.rules) == (default_rules().hash, default_rules().rules)


def test_not_toml_is_said_with_the_file():
    with pytest.raises(RuleError, match=r"mine\.toml"):
        parse_rules("a = ", "mine.toml")


def test_a_rule_switched_off_or_left_out_is_not_asked(table):
    rule(table, "C2")["enabled"] = False
    table["rule"].remove(rule(table, "H1"))
    rules = from_dict(table)
    assert not {"C2", "H1"} & {r.id for r in rules.rules}
    assert set(rules.off) == {"C2", "H1"}
    assert set(rules.ids) == set(STANDARD)


@pytest.mark.parametrize(
    "question", ["Is it {whithin_km}?", "Is it {}?", "Is it {months_2}?", "Is it {min_deaths_3}?", "Is it {0}?"]
)
@pytest.mark.parametrize("key", ["question", "question_fr"])
def test_a_question_names_only_numbers_that_the_rule_has(table, key, question):
    rule(table, "C1")[key] = question
    with pytest.raises(RuleError) as error:
        from_dict(table, "mine.toml")
    assert "{within_km}" in str(error.value)


@pytest.mark.parametrize(
    "text", ["{months.__class__}", "{months!r}", "{months:>9999999}", "{within_km[0]}", "%s {{x}}"]
)
def test_a_question_runs_nothing(table, text):
    """Whatever looks like code either is refused or stays the text that it is."""
    rule(table, "C1")["question"] = f"Is it {text}?"
    try:
        rules = from_dict(table)
    except RuleError:
        return
    asked = rules["C1"].asks()
    assert "class 'str'" not in asked
    assert len(asked) < 60
    assert text.replace("{{x}}", "").strip("{} ")[:6] in asked
