"""The rule table as data: rules of any id, checked by the kind that each names, and a hash over the whole.

The same table drives the engine, the documents, the drawn decision tree and the circles of the map.
:mod:`layers.reference.rule_files` reads the TOML file; this module only checks a dict and gives it a shape.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geo.errors import RuleError
from geo.messages import Note
from geo.rules.checks import ANY_TEXT, Check, list_of, number, one_of, text, whole
from geo.rules.registry import KINDS
from geo.rules.rule import ANSWERS, Rule, Settings, Test

STANDARD = ("C1", "C2", "H1", "H2", "H4", "H6", "H7", "H10", "H11", "A1", "A2", "A3", "L1", "L2")
"""The rules of version 2: one that a rule file leaves out or switches off is unknown of every site."""


@dataclass(frozen=True)
class Rules:
    """A whole rule set, its settings and the hash of both; `off` are rules that are not asked, by id.

    `file` is what a run record tells of the file that they were read from: empty for those of the project, and for
    rules that somebody set otherwise since.
    """

    version: str
    settings: Settings
    rules: tuple[Rule, ...]
    source: Mapping[str, object] = field(compare=False, repr=False)
    off: tuple[str, ...] = ()
    file: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def __getitem__(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError when it is switched off or not there."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def __contains__(self, rule_id: object) -> bool:
        """Whether a rule of that id is asked."""
        return any(rule.id == rule_id for rule in self.rules)

    @property
    def key(self) -> str:
        """Names the rules and the file that they came from: what a kept result rests on."""
        return "/".join((self.hash, str(self.file.get("file", "")), str(self.file.get("sha256", ""))))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id in the order in which rules are listed everywhere: as in the file, those that are off last."""
        return (*(r.id for r in self.rules), *self.off)

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        """The enabled rules of one kind, in their order.

        Parameters
        ----------
        kind
            The name of the kind, as `kind` in the rule file.
        """
        return tuple(r for r in self.rules if r.kind == kind)

    def answering(self, answer: str) -> tuple[Rule, ...]:
        """The enabled rules that answer ``site``, ``area`` or ``listing``, in their order.

        Parameters
        ----------
        answer
            `site`, `area` or `listing`.
        """
        return tuple(r for r in self.rules if r.answer == answer)

    @property
    def radii_km(self) -> tuple[float, ...]:
        """The circles that its distance rules draw around a site [km], ascending."""
        return tuple(sorted({r.within_km for r in self.of_kind("near")}))

    @property
    def look_back_months(self) -> int:
        """The longest window of its distance rules: what a map or a chart around a date shows."""
        return max((r.longest_months for r in self.of_kind("near")), default=self.settings.coverage_months)

    @property
    def hash(self) -> str:
        """``sha256:`` and 12 digits over the whole configuration in a canonical form."""
        text = json.dumps(self.source, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:12]


_SETTINGS: dict[str, Check] = {
    "coverage_months": whole(1, 600),
    "neighbour_km": number(0, 100),
    "zone_border_km": number(0, 100),
    "position_error_km": number(0, 1000),
    "imprecise_radius_km": number(0, 100),
    "status_months": whole(1, 600),
    "yellow_months": whole(1, 600),
    "blue_months": whole(1, 600),
    "blue_expires_to": one_of("unknown", "red"),
    "aged_status_fires": one_of(True, False),
}
_TEST: dict[str, Check] = {
    "months": whole(1, 600),
    "min_events": whole(0, 100_000),
    "min_deaths": whole(0, 10_000_000),
    "effect": one_of("lethal", "violent", "control"),
}
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,15}")
_COMMON: dict[str, Check] = {
    "id": (
        (lambda v: isinstance(v, str) and bool(_ID.fullmatch(v))),
        "a letter, then letters, digits, - or _; 16 at most",
    ),
    "kind": one_of(*KINDS),
    "answer": one_of(*ANSWERS),
    "class": one_of("conflict-affected", "high-risk"),
    "question": ANY_TEXT,
    "question_fr": text("a sentence in French"),
    "ground": ANY_TEXT,
    "enabled": one_of(True, False),
}
_TESTS: Check = ((lambda v: isinstance(v, list) and bool(v)), "a list of { months, min_events, min_deaths }")
_MINERALS: Check = (
    (lambda v: isinstance(v, list) and bool(v) and all(isinstance(x, str) and x.strip() for x in v)),
    "a list of names of minerals",
)
_OWN: dict[str, Check] = {
    "precision": list_of(1, 2, 3, 4),
    "within_km": number(0, 300),
    "route_km": number(0, 50),
    "tests": _TESTS,
    "level": one_of(1, 2),
    "months": whole(1, 600),
    "facts": list_of("non_state_armed", "state_harm", "armed_roadblock"),
    "until_clean": whole(1, 100),
    "statuses": list_of("red", "yellow", "blue"),
    "effect": one_of("lethal", "violent", "control"),
    "lethal": one_of(True, False),
    "violence": list_of("state-based", "non-state", "one-sided"),
    "deaths": one_of("all", "civilian"),
    "minerals": _MINERALS,
    "column": one_of("population_5km", "population_20km", "travel_time_min"),
    "at_least": number(0, 1e10),
    "at_most": number(0, 1e10),
    "min_coverage": number(0, 1),
}
"""Every key that a kind may ask for, with what it allows; a kind names its own (`required`, `optional`)."""


def _check(given: Mapping[str, object], allowed: Mapping[str, Check], where: str) -> None:
    for key, value in given.items():
        if key not in allowed:
            import difflib

            close = difflib.get_close_matches(key, allowed, 1)
            raise RuleError(
                "Unknown key {key}.",
                where=where,
                expected=", ".join(allowed),
                got=key,
                remedy=Note("Did you mean {key}?", key=close[0]) if close else "Remove it.",
                key=key,
            )
        ok, words = allowed[key]
        if not ok(value):
            raise RuleError(
                "The value of {key} is not allowed.",
                where=where,
                expected=words,
                got=repr(value)[:80],
                remedy=Note("Correct {key}.", key=key),
                key=key,
            )


def _require(given: Mapping[str, object], needed: tuple[str, ...], where: str) -> None:
    for key in needed:
        if key not in given:
            raise RuleError("{key} is missing.", where=where, expected=key, remedy=Note("Add {key}.", key=key), key=key)


def from_dict(given: Mapping[str, object], where: str = "rules") -> Rules:
    """Rules from a parsed TOML file; every key and value is checked.

    Parameters
    ----------
    given
        ``version`` (text), ``settings`` (table, each key optional) and ``rule`` (list of tables). A rule of
        :data:`STANDARD` that is left out, and any that has ``enabled = false``, is not asked, and the result says so
        in ``rules_unknown``.
    where
        Name of the file, for errors.

    Raises
    ------
    RuleError
        Names the key, the value and what is allowed.
    """
    top: dict[str, Check] = {
        "version": ANY_TEXT,
        "settings": ((lambda v: isinstance(v, dict)), "a table"),
        "rule": ((lambda v: isinstance(v, list)), "tables [[rule]]"),
    }
    _check(given, top, where)
    settings = given.get("settings", {})
    assert isinstance(settings, dict)
    _check(settings, _SETTINGS, f"{where} [settings]")
    rules: dict[str, Rule] = {}
    tables = given.get("rule", [])
    assert isinstance(tables, list)
    for i, table in enumerate(tables):
        name = table.get("id", f"number {i + 1}") if isinstance(table, dict) else f"number {i + 1}"
        place = f"{where} rule {name}"
        if not isinstance(table, dict):
            raise RuleError("A rule is a table.", where=place, expected="[[rule]]", got=repr(table)[:80])
        if table.get("axis") is not None:
            raise RuleError(
                "This rule file is of version 1: a rule answers site, area or listing, and has no axis.",
                where=place,
                expected='answer = "site", "area" or "listing"',
                got="axis",
                remedy="Start again from data/rules.toml.",
            )
        rule = _rule(table, place)
        if rule.id in rules:
            raise RuleError("A rule stands twice.", where=place, expected="each id once", got=rule.id)
        rules[rule.id] = rule
    on = tuple(r for r in rules.values() if r.enabled)
    off = (*(r.id for r in rules.values() if not r.enabled), *(i for i in STANDARD if i not in rules))
    return Rules(str(given.get("version", "")), Settings(**settings), on, dict(given), off)


def _rule(table: Mapping[str, object], place: str) -> Rule:
    kind = KINDS.get(str(table.get("kind")))
    own = {} if kind is None else {key: _OWN[key] for key in (*kind.required, *kind.optional)}
    _check(table, _COMMON | own, place)
    _require(table, ("id", "kind", "answer", "question", "ground", *(kind.required if kind else ())), place)
    assert kind is not None
    if table["answer"] not in kind.answers:
        raise RuleError(
            "The value of {key} is not allowed.",
            where=place,
            expected=", ".join(kind.answers),
            got=str(table["answer"]),
            key="answer",
        )
    if table["answer"] != "listing":
        _require(table, ("class",), place)
    tests = []
    listed = table.get("tests", [])
    assert isinstance(listed, list)
    for test in listed:
        if not isinstance(test, dict):
            raise RuleError("A test is a table.", where=place, expected="{ months = 12, min_events = 2 }")
        _check(test, _TEST, place)
        _require(test, ("months",), place)
        if not (test.get("min_events") or test.get("min_deaths")):
            raise RuleError(
                "A test asks for events or deaths.", where=place, expected="min_events or min_deaths above 0"
            )
        tests.append(Test(**test))
    if kind.name == "raster" and ("at_least" in table) == ("at_most" in table):
        raise RuleError(
            "A rule of kind raster holds its column against one number.", where=place,
            expected=Note("at_least or at_most, one of them"),
        )  # fmt: skip
    plain = {k: v for k, v in table.items() if k not in ("class", "tests", "question_fr")}
    plain = {k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()}
    made = Rule(
        cls=str(table.get("class", "")),
        question_fr=str(table.get("question_fr", "")),
        tests=tuple(tests),
        **plain,  # type: ignore[arg-type]
    )
    for question in filter(None, (made.question, made.question_fr)):
        try:
            replace(made, question=question).asks()
        except (KeyError, ValueError, IndexError) as error:
            raise RuleError(
                "A question names a number that the rule has not.",
                where=place,
                expected=", ".join(f"{{{name}}}" for name in made.numbers),
                got=str(error)[:80],
            ) from None
    return made
