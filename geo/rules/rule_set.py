"""The rule table as data: questions in words, thresholds, classes and grounds; validated and hashed.

The same table drives the engine, the documents and the drawn decision tree. :mod:`layers.reference.rule_files` reads
the TOML file; this module only checks a dict and gives it a shape.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from geo.errors import RuleError
from geo.messages import Note

RULE_IDS = ("C1", "C2", "C3", "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9")
"""Every rule, in the order in which they are listed everywhere."""

_KIND = {
    **dict.fromkeys(("C1", "H1", "H2", "H4"), "near"),
    **dict.fromkeys(("C3", "H3", "H5"), "area"),
    **dict.fromkeys(("C2", "H6"), "visit"),
    "H7": "status",
    "H8": "list",
    "H9": "restriction",
}
_FACTS = {"C2": ("non_state_armed",), "H6": ("state_harm", "armed_roadblock")}


@dataclass(frozen=True)
class Test:
    """One way a count can fire: `min_events` or `min_deaths` within `months`; zero means not asked."""

    __test__ = False  # not a test of pytest's

    months: int
    min_events: int = 0
    min_deaths: int = 0

    def words(self) -> str:
        """The thresholds in a few words, as evidence shows them."""
        wanted = ((self.min_events, "event"), (self.min_deaths, "death"))
        asked = [f"{n} {what}{'s' if n > 1 else ''}" for n, what in wanted if n]
        return " or ".join(asked) + f" in {self.months} months"


@dataclass(frozen=True)
class Rule:
    """One rule; fields that its kind does not use are empty."""

    id: str
    kind: str
    cls: str
    axis: str
    question: str
    question_fr: str
    ground: str
    enabled: bool = True
    precision: tuple[int, ...] = ()
    within_km: float = 0.0
    route_km: float = 0.0
    level: int = 0
    months: int = 0
    tests: tuple[Test, ...] = ()
    facts: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    def limit(self) -> str:
        """The thresholds in words, for the `limit` column of evidence."""
        parts = []
        if self.tests:
            parts.append(", or ".join(t.words() for t in self.tests))
        elif self.months:
            parts.append(f"in {self.months} months")
        if self.within_km:
            route = f", or {self.route_km:g} km of a declared route" if self.route_km else ""
            parts.append(f"within {self.within_km:g} km{route}")
        if self.precision:
            parts.append("precision " + ",".join(map(str, self.precision)))
        return "; ".join(parts)

    @cached_property
    def longest_months(self) -> int:
        """The longest window that any of its tests asks for."""
        return max((t.months for t in self.tests), default=self.months)


@dataclass(frozen=True)
class Settings:
    """Numbers that belong to no single rule; see data/rules.toml for the reason of each."""

    coverage_months: int = 36
    neighbour_km: float = 50.0
    zone_border_km: float = 5.0
    imprecise_radius_km: float = 25.0
    status_months: int = 12
    blue_months: int = 36


@dataclass(frozen=True)
class Rules:
    """A whole rule set, its settings and the hash of both."""

    version: str
    settings: Settings
    rules: tuple[Rule, ...]
    source: Mapping[str, object] = field(compare=False, repr=False)

    def __getitem__(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError when it is switched off or not there."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        """The enabled rules of one kind, in the order of :data:`RULE_IDS`."""
        return tuple(r for r in self.rules if r.kind == kind)

    @property
    def hash(self) -> str:
        """``sha256:`` and 12 digits over the whole configuration in a canonical form."""
        text = json.dumps(self.source, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:12]

    def order(self, rule_id: str) -> int:
        """Position of a rule for sorting; rows of no rule come last."""
        return RULE_IDS.index(rule_id) if rule_id in RULE_IDS else len(RULE_IDS)


Check = tuple[Callable[[object], bool], str]


def _number(low: float, high: float) -> Check:
    def ok(v: object) -> bool:
        return isinstance(v, int | float) and not isinstance(v, bool) and low <= v <= high

    return ok, Note("a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}")


def _whole(low: int, high: int) -> Check:
    def ok(v: object) -> bool:
        return isinstance(v, int) and not isinstance(v, bool) and low <= v <= high

    return ok, Note("a whole number from {low} to {high}", low=str(low), high=str(high))


def _one_of(*allowed: object) -> Check:
    told = Note("one of {names}", names=", ".join(map(str, allowed)))
    return (lambda v: any(v == a and type(v) is type(a) for a in allowed)), told


def _list_of(*allowed: object) -> Check:
    def ok(v: object) -> bool:
        return isinstance(v, list) and bool(v) and all(x in allowed and not isinstance(x, bool) for x in v)

    return ok, Note("a list of {names}", names=", ".join(map(str, allowed)))


_TEXT: Check = ((lambda v: isinstance(v, str) and bool(v.strip())), Note("a sentence"))
_SETTINGS: dict[str, Check] = {
    "coverage_months": _whole(1, 600),
    "neighbour_km": _number(0, 100),
    "zone_border_km": _number(0, 100),
    "imprecise_radius_km": _number(0, 100),
    "status_months": _whole(1, 600),
    "blue_months": _whole(1, 600),
}
_TEST: dict[str, Check] = {
    "months": _whole(1, 600),
    "min_events": _whole(0, 100_000),
    "min_deaths": _whole(0, 10_000_000),
}
_COMMON: dict[str, Check] = {
    "id": _one_of(*RULE_IDS),
    "kind": _one_of("near", "area", "visit", "status", "list", "restriction"),
    "class": _one_of("conflict-affected", "high-risk"),
    "axis": _one_of("local", "area"),
    "question": _TEXT,
    "question_fr": _TEXT,
    "ground": _TEXT,
    "enabled": _one_of(True, False),
}
_TESTS: Check = ((lambda v: isinstance(v, list) and bool(v)), "a list of { months, min_events, min_deaths }")
_BY_KIND: dict[str, dict[str, Check]] = {
    "near": {"precision": _list_of(1, 2), "within_km": _number(0.001, 300), "tests": _TESTS},
    "area": {"precision": _list_of(1, 2, 3, 4), "level": _one_of(1, 2), "tests": _TESTS},
    "visit": {
        "months": _whole(1, 600),
        "facts": _list_of("non_state_armed", "state_harm", "armed_roadblock"),
        "within_km": _number(0, 100),
        "route_km": _number(0, 50),
    },
    "status": {"statuses": _list_of("red", "yellow", "blue"), "months": _whole(1, 600)},
    "list": {},
    "restriction": {},
}
_OPTIONAL = {"enabled", "within_km", "route_km", "min_events", "min_deaths"}


def _check(given: Mapping[str, object], allowed: dict[str, Check], where: str) -> None:
    for key, value in given.items():
        if key not in allowed:
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


def _require(given: Mapping[str, object], allowed: dict[str, Check], where: str) -> None:
    for key in allowed:
        if key not in given and key not in _OPTIONAL:
            raise RuleError("{key} is missing.", where=where, expected=key, remedy=Note("Add {key}.", key=key), key=key)


def from_dict(given: Mapping[str, object], where: str = "rules") -> Rules:
    """Rules from a parsed TOML file; every key and value is checked.

    Parameters
    ----------
    given
        ``version`` (text), ``settings`` (table, each key optional) and ``rule`` (list of tables). A rule that is left
        out, or has ``enabled = false``, is not asked, and the result says so in ``rules_unknown``.
    where
        Name used in errors.

    Raises
    ------
    RuleError
        Names the key, the value and what is allowed.
    """
    top: dict[str, Check] = {
        "version": _TEXT,
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
        kind = table.get("kind")
        allowed = _COMMON | _BY_KIND.get(str(kind), {})
        _check(table, allowed, place)
        _require(table, allowed, place)
        rule_id = str(table["id"])
        if kind != _KIND[rule_id]:
            raise RuleError(
                "The kind of a rule is fixed.",
                where=place,
                expected=_KIND[rule_id],
                got=str(kind),
                remedy="Restore it.",
            )
        if ("C" if table["class"] == "conflict-affected" else "H") != rule_id[0]:
            raise RuleError("The class of a rule follows its letter.", where=place, got=str(table["class"]))
        if rule_id in rules:
            raise RuleError("A rule stands twice.", where=place, expected="each id once", got=rule_id)
        rules[rule_id] = _rule(table, place)
    on = tuple(rules[i] for i in RULE_IDS if i in rules and rules[i].enabled)
    return Rules(str(given.get("version", "")), Settings(**settings), on, dict(given))


def _rule(table: Mapping[str, object], place: str) -> Rule:
    tests = []
    listed = table.get("tests", [])
    assert isinstance(listed, list)
    for test in listed:
        if not isinstance(test, dict):
            raise RuleError("A test is a table.", where=place, expected="{ months = 12, min_events = 2 }")
        _check(test, _TEST, place)
        _require(test, _TEST, place)
        if not (test.get("min_events") or test.get("min_deaths")):
            raise RuleError(
                "A test asks for events or deaths.", where=place, expected="min_events or min_deaths above 0"
            )
        tests.append(Test(**test))
    facts: tuple[str, ...] = tuple(table.get("facts", ()))  # type: ignore[arg-type]
    if facts and not set(facts) <= set(_FACTS[str(table["id"])]):
        raise RuleError(
            "The value of {key} is not allowed.",
            where=place,
            expected=", ".join(_FACTS[str(table["id"])]),
            got=", ".join(facts),
            key="facts",
        )
    return Rule(
        id=str(table["id"]),
        kind=str(table["kind"]),
        cls=str(table["class"]),
        axis=str(table["axis"]),
        question=str(table["question"]),
        question_fr=str(table["question_fr"]),
        ground=str(table["ground"]),
        enabled=bool(table.get("enabled", True)),
        precision=tuple(table.get("precision", ())),  # type: ignore[arg-type]
        within_km=float(table.get("within_km", 0.0)),  # type: ignore[arg-type]
        route_km=float(table.get("route_km", 0.0)),  # type: ignore[arg-type]
        level=int(table.get("level", 0)),  # type: ignore[call-overload]
        months=int(table.get("months", 0)),  # type: ignore[call-overload]
        tests=tuple(tests),
        facts=facts,
        statuses=tuple(table.get("statuses", ())),  # type: ignore[arg-type]
    )
