"""A rule is a thing: every kind answers the same questions, and a rule that a file adds is everywhere at once."""

from __future__ import annotations

import inspect
import tomllib

import pytest

from geo.messages import Note
from geo.rules.explanation import reasons
from geo.rules.kind import RuleKind
from geo.rules.rederive import rederive
from geo.rules.registry import KINDS
from geo.rules.rule import ANSWERS, Rule
from geo.rules.rule_set import _OWN, from_dict
from i18n.translator import translator
from jobs.assessment.decision_tree import branches
from jobs.read_back import same as _same
from layers.reference.files import RULES as RULE_FILE
from layers.reference.rule_files import default_rules, parse_rules
from tests import brute, frames
from tests.geo.cases import FAR, KNOWN, T, changed, east, fired, only, parts, run

H99 = """
[[rule]]
id = "H99"
kind = "near"
answer = "site"
class = "high-risk"
question = "Did {min_events} or more attacks on civilians, or {min_deaths} or more civilian deaths, happen within {within_km} km in {months} months?"
precision = [1, 2]
within_km = 33
violence = ["one-sided"]
deaths = "civilian"
minerals = ["gold"]
tests = [{ months = 18, min_events = 2, min_deaths = 7 }]
ground = "our own"
"""
TOML = RULE_FILE.read_text("utf-8") + H99
RULES = parse_rules(TOML, "mine.toml")
ATTACK = {"day": "2017-09-01", "deaths_best": 9, "deaths_civilians": 7, "violence": "one-sided", **east(30_000)}
SITES = frames.sites({}, {"minerals": "diamond"}, {"minerals": ""}, {"lon": 21.5})
KINDS_OF_METHODS = ("evaluate", "explain", "rederive", "limit")


def with_h99(*events):
    known = KNOWN | {"visits": frames.visits(*({"visit_date": "2018-06-01", "site_id": str(i + 1)} for i in range(4)))}
    return run(SITES, frames.incidents(*events), rules=RULES, **known)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_answers_the_protocol(name):
    kind = KINDS[name]
    assert kind.name == name
    assert kind.answers
    assert set(kind.answers) <= set(ANSWERS)
    assert not set(kind.required) & set(kind.optional)
    fields = set(Rule.__dataclass_fields__)
    assert {*kind.required, *kind.optional} <= fields & set(_OWN)
    for method in KINDS_OF_METHODS:
        ours, asked = (inspect.signature(getattr(k, method)) for k in (kind, RuleKind))
        assert list(ours.parameters) == [p for p in asked.parameters if p != "self"], (name, method)
        assert getattr(type(kind), method).__doc__


def test_every_kind_is_used_and_every_rule_says_its_limit():
    rules = default_rules()
    assert {r.kind for r in rules.rules} == set(KINDS) - {"raster"}, "rasters are for a user's own rules alone"
    for rule in rules.rules:
        limit = KINDS[rule.kind].limit(rule)
        assert isinstance(limit, Note)
        for number in {rule.within_km, *(t.months for t in rule.tests), rule.months} - {0}:
            assert f"{number:g}" in str(limit), rule.id
        assert str(KINDS[rule.kind].explain(rule, []))  # without rows it still says something


def test_what_all_kinds_say_of_nothing_is_unknown_or_not_fired():
    from geo.assess import assess

    result = assess(frames.sites({"minerals": ""}), None, as_of=T, rules=default_rules())
    assert not result.fired.to_numpy().any()
    assert set(parts(result, "rules_unknown")) == set(default_rules().ids)


def test_a_rule_of_a_file_fires_where_it_should():
    result = with_h99(ATTACK)
    assert result.sites["rules_fired"].tolist() == ["H99", "", "", ""]
    assert result.sites["site_class"].tolist() == ["high-risk", *["no indicators found"] * 3]
    assert ["H99" in u.split(";") for u in result.sites["rules_unknown"]] == [False, False, True, False]
    assert result.fired["H99"].tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("change", "fires"),
    [
        ({"deaths_civilians": 6}, False),
        ({"deaths_civilians": float("nan")}, False),  # not stated is none
        ({"violence": "state-based"}, False),
        ({"violence": ""}, False),
        ({"precision": 2}, True),
        ({"precision": 3}, False),
        ({"day": "2017-07-01"}, True),
        ({"day": "2017-06-30"}, False),  # the excluded first edge of 18 months
        (east(33_000 - 1e-6), True),
        (east(33_000.01), False),
    ],
)
def test_its_filters_limits_and_window_hold(change, fires):
    result = run(incidents=frames.incidents(ATTACK | change), rules=RULES, **KNOWN)
    assert ("H99" in fired(result)) is fires


def test_it_has_evidence_and_a_sentence():
    result = with_h99(ATTACK)
    rows = result.evidence[result.evidence["rule"] == "H99"]
    mine = rows[rows["site_id"] == "1"]
    assert mine["kind"].tolist() == ["total", "incident"]
    assert set(mine["ground"]) == {"our own"}
    assert set(mine["answer"]) == {"site"}
    limits = mine[["limit_km", "limit_months", "limit_events", "limit_deaths"]].drop_duplicates().to_numpy().tolist()
    assert limits == [[33.0, 18.0, 2.0, 7.0]]
    assert mine[["events", "deaths"]].iloc[0].tolist() == [1.0, 7.0]
    assert mine["distance_m"].tolist() == pytest.approx([30_000, 30_000], abs=0.001)
    assert rows[rows["site_id"] == "4"]["fact"].tolist() == ["nothing_near"]
    said = list(reasons(RULES, result.sites, result.evidence, result.source_of))
    assert "(H99)" in str(said[0])
    for part in ("1 event", "7 deaths", "33 km", "18 months", "30.0 km"):
        assert part in str(said[0])
    assert "(H99)" in said[0].sentence(translator("fr"))
    assert "H99" not in str(said[1])


def test_its_limit_question_and_circle_follow_the_file():
    rule = RULES["H99"]
    assert rule.asks() == (
        "Did 2 or more attacks on civilians, or 7 or more civilian deaths, happen within 33 km in 18 months?"
    )
    assert rule.asks(translator("fr")) == rule.asks()  # it has no French
    assert "33 km" in str(KINDS["near"].limit(rule))
    assert "18 months" in str(KINDS["near"].limit(rule))
    assert RULES.radii_km == tuple(sorted({*default_rules().radii_km, 33.0}))
    assert "H99" in RULES.ids
    assert default_rules().hash != RULES.hash


def test_it_is_a_branch_of_the_tree():
    result = with_h99(ATTACK)
    tree = branches(result.sites, RULES, translator("en"))
    (mine,) = [b for b in tree if b.key == "H99"]
    assert (mine.leave, mine.fired, mine.unknown, mine.cls) == (1, 1, 1, "high-risk")
    assert (mine.question, mine.ground) == (RULES["H99"].asks(), "our own")
    assert sum(b.leave for b in tree) == len(result.sites)


def test_it_is_derived_again_and_brute_force_knows_it():
    events = [ATTACK, ATTACK | {"deaths_civilians": 3, **east(5_000)}, ATTACK | {"deaths_civilians": 1}]
    for taken in (events, events[1:], events[2:], []):
        result = with_h99(*taken)
        derived = rederive(result.sites, result.evidence, RULES, result.source_of)
        assert (derived["fault"] == "").all()
        for name in set(derived.columns) & set(result.sites.columns):
            for have, want in zip(result.sites[name], derived[name], strict=True):
                assert _same(have, want), (name, have, want)
        count = brute.Brute(SITES, frames.incidents(*taken, *FAR), RULES)
        for i in range(len(SITES)):
            assert ("H99" in count.by_rule(i, T, "near")) is bool(result.fired["H99"][i])


@pytest.mark.parametrize("rule_id", ["C1", "H1", "H2", "H4", "H11"])
def test_questions_limits_and_circles_follow_the_thresholds(rule_id):
    rules = from_dict(changed(rule_id, within_km=30))
    for text in (
        rules[rule_id].asks(),
        rules[rule_id].asks(translator("fr")),
        str(KINDS["near"].limit(rules[rule_id])),
    ):
        assert "30 km" in text
        assert f"{default_rules()[rule_id].within_km:g} km" not in text.replace("about 25 km", "").replace(
            "environ 25 km", "")  # fmt: skip
    assert 30.0 in rules.radii_km


@pytest.mark.parametrize("rule_id", default_rules().ids)
def test_every_threshold_of_a_test_is_in_the_question(rule_id):
    """Thresholds are numbers of their own, 71 and up: whatever is retyped in a sentence would be found out."""
    given = next(r for r in tomllib.loads(TOML)["rule"] if r["id"] == rule_id)
    tests = [{k: 71 + 10 * i + j if isinstance(v, int) else v for j, (k, v) in enumerate(t.items())}
             for i, t in enumerate(given.get("tests", []))]  # fmt: skip
    keys = {"tests": tests} if tests else {"months": 71} if "months" in given else {}
    rule = from_dict(changed(rule_id, **keys))[rule_id]
    for language in ("en", "fr"):
        asked = rule.asks(translator(language))
        for test in tests:
            for key in set(test) & {"min_events", "min_deaths", "months"}:
                # The two tests of H11 share a window: its question names the longest.
                assert str(test[key]) in asked or (rule_id, key) == ("H11", "months"), (language, key)
        if not tests and keys:
            assert "71" in asked


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("area", "level = 1\nprecision = [1, 2, 3, 4]\ntests = [{ months = 6, min_events = 1 }]"),
        ("visit", 'months = 30\nfacts = ["state_harm"]'),
        ("status", 'months = 30\nstatuses = ["blue"]'),
        ("list", 'minerals = ["gold"]'),
        ("restriction", ""),
    ],
)
def test_a_rule_of_every_other_kind_by_toml_alone(kind, text):
    answer = KINDS[kind].answers[0]
    cls = "" if answer == "listing" else 'class = "high-risk"\n'
    rule = f'[[rule]]\nid = "X1"\nkind = "{kind}"\nanswer = "{answer}"\n{cls}question = "?"\nground = "own"\n{text}\n'
    rules = parse_rules(RULE_FILE.read_text("utf-8") + "\n" + rule, "mine.toml")
    told = {
        "visits": frames.visits({"visit_date": "2016-08-01", "state_harm": True}),
        "statuses": frames.statuses({"status": "blue", "status_date": "2018-06-01"}),
        "listed": frames.listed(("A", "CAF", "admin2", "2010-01-01", None)),
        "zones": frames.register(("CAF", "country", "restricted", "2015-07-17", "2024-11-15")),
    }
    sites = frames.sites({"minerals": "gold;diamond"})
    event = frames.incidents({"day": "2018-08-01", **east(60_000)})
    result = run(sites, event, rules=rules, **{**KNOWN, **told})
    assert bool(result.fired["X1"][0])
    assert "X1" in parts(result, {"site": "rules_fired", "area": "area_rules_fired"}.get(answer, "rules_fired")) or (
        answer == "listing"
    )
    mine = result.evidence[result.evidence["rule"] == "X1"]
    assert set(mine["ground"]) == {"own"}
    assert str(KINDS[kind].limit(rules["X1"]))
    derived = rederive(result.sites, result.evidence, rules, result.source_of)
    for name in set(derived.columns) & set(result.sites.columns):
        assert _same(result.sites[name][0], derived[name][0]), name


def test_a_rule_set_of_one_rule_is_derived_again_too():
    """Counts do not hang on which rules are asked."""
    rules = from_dict({"version": "mine", **tomllib.loads(H99)})
    events = [ATTACK, {"day": "2018-06-01", **east(19_000)}, {"day": "2018-06-02", **east(18_000)}]
    result = run(incidents=frames.incidents(*events), rules=rules, **KNOWN)
    assert only(result, "incidents_20km_12m") == 2
    derived = rederive(result.sites, result.evidence, rules, result.source_of)
    for name in set(derived.columns) & set(result.sites.columns):
        assert _same(result.sites[name][0], derived[name][0]), name
    assert set(parts(result, "rules_unknown")) == set(default_rules().ids)


def test_two_tests_of_one_window_are_derived_again():
    """What is expected by the district is told once a window, and counts in each of its tests."""
    tests = [{"months": 12, "min_events": 9}, {"months": 12, "min_deaths": 30}]
    rules = from_dict(changed("H1", tests=tests))
    box = {"boundaries": [frames.squares({"A": (19.9, 5.9, 20.1, 6.1)}, parent="P"), KNOWN["boundaries"][1]]}
    label = {"day": "2018-06-01", "precision": 3, "lon": 25.0}
    for deaths, possible in ((20, "no indicators found"), (30, "high-risk"), (15, "no indicators found")):
        only_h1 = from_dict({"version": "mine", "rule": [r for r in rules.source["rule"] if r["id"] == "H1"]})
        result = run(incidents=frames.incidents(label | {"deaths_best": deaths}), rules=only_h1, **{**KNOWN, **box})
        derived = rederive(result.sites, result.evidence, only_h1, result.source_of)
        assert only(result, "possible_class") == derived["possible_class"][0] == possible


@pytest.mark.parametrize("metres", [20_000.0003, 19_999.9997, 20_000.0006])
def test_a_millimetre_beside_the_limit_is_derived_again(metres):
    result = run(incidents=frames.incidents({"day": "2018-06-01", "deaths_best": 5} | east(metres)), **KNOWN)
    assert ("C1" in fired(result)) is (metres <= 20_000)
    derived = rederive(result.sites, result.evidence, default_rules(), result.source_of)
    for name in set(derived.columns) & set(result.sites.columns):
        told = derived[name][0]  # None: evidence of a distance to a millimetre cannot tell
        assert told is None or _same(result.sites[name][0], told), name
    assert derived["fault"].tolist() == [""]
