"""One rule of the rule set: what it asks, of what, with which thresholds, and what it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from geo.messages import FORMS, Note, counts_like, joined

_PLACE = re.compile(r"\{(\w*)\}")

ANSWERS = ("site", "area", "listing")
"""What a rule may answer: the class of the site, the class of its area, or a listing beside both."""


@dataclass(frozen=True)
class Test:
    """One way a count can fire: `min_events` or `min_deaths` within `months`; zero means not asked.

    `effect` (lethal, violent, control) takes the place of the rule's own for this test; blank leaves it.
    """

    __test__ = False  # not a test of pytest's

    months: int
    min_events: int = 0
    min_deaths: int = 0
    effect: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule; fields that its kind does not use are empty.

    Parameters
    ----------
    id, kind, answer, cls, ground
        Its name, the kind that evaluates it (:mod:`geo.rules.registry`), one of :data:`ANSWERS`, the class it gives
        (blank for a listing) and why it exists.
    question, question_fr
        Templates in both languages; ``{within_km}``, ``{months}``, ``{min_events}``, ``{min_deaths}`` and, for a second
        test, ``{months_1}``, ``{months_2}`` and so on are filled from the thresholds.
    effect, lethal, violence, deaths, minerals
        Filters: which events count, whether deadly ones do, UCDP's types (none: all), whose deaths are counted (all or
        civilian), and the minerals of sites that are asked (none: all).
    column, at_least, at_most, min_coverage
        Of kind raster: what was measured, the number that it is held against, and the share of a circle, 0 to 1, that
        has to hold values before few people are believed to be few.
    """

    id: str
    kind: str
    cls: str
    answer: str
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
    until_clean: int = 0
    statuses: tuple[str, ...] = ()
    effect: str = "lethal"
    lethal: bool = True
    violence: tuple[str, ...] = ()
    deaths: str = "all"
    minerals: tuple[str, ...] = ()
    column: str = ""
    at_least: float | None = None
    at_most: float | None = None
    min_coverage: float = 0.9

    @cached_property
    def longest_months(self) -> int:
        """The longest window that any of its tests asks for."""
        return max((t.months for t in self.tests), default=self.months)

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Thresholds by the names that a question may use."""
        out = {"within_km": f"{self.within_km:g}", "route_km": f"{self.route_km:g}", "months": str(self.longest_months)}
        out |= {"until_clean": str(self.until_clean)}
        for name, limit in (("at_least", self.at_least), ("at_most", self.at_most)):
            out |= {} if limit is None else {name: f"{limit:.15g}"}
        for i, test in enumerate(self.tests):
            for mark in (f"_{i + 1}", "") if i == 0 else (f"_{i + 1}",):
                out |= {f"min_events{mark}": str(test.min_events), f"min_deaths{mark}": str(test.min_deaths)}
                out |= {f"months{mark}": str(test.months)} if mark else {}
        return out

    def asks(self, translate: object = None) -> str:
        """The question with its numbers: as the rule itself says it in a language, else as `translate` does.

        Parameters
        ----------
        translate
            What says the question's template in its `language`; English without one.
        """
        own = str(getattr(self, f"question_{getattr(translate, 'language', 'en')}", ""))
        template = own or (str(translate(self.question)) if callable(translate) else self.question)
        one = counts_like(translate)
        agreed = FORMS.sub(lambda found: found[2] if one(self.numbers[found[1]]) else found[3], template)
        return _PLACE.sub(lambda found: self.numbers[found[1]], agreed)

    @cached_property
    def limits(self) -> dict[str, float]:
        """The `limit_` columns of evidence: those of the first test, the longest window."""
        first = self.tests[0] if self.tests else Test(self.months)
        given = {
            "limit_km": self.within_km,
            "limit_months": self.longest_months,
            "limit_events": first.min_events,
            "limit_deaths": first.min_deaths,
        }
        return {k: float(v) for k, v in given.items() if v}

    def limit(self) -> Note:
        """The thresholds in words."""
        parts: list[Note] = []
        for test in self.tests:
            counted = [count for count in (events(test.min_events), deaths(test.min_deaths)) if count is not None]
            thresholds = counted[0] if len(counted) == 1 else Note("{a} or {b}", a=counted[0], b=counted[1])
            parts.append(Note("{count} in {months} month{months?|s}", count=thresholds, months=test.months))
        if not self.tests and self.months:
            parts.append(Note("in {months} month{months?|s}", months=self.months))
        if self.within_km:
            parts.append(Note("within {km} km", km=f"{self.within_km:g}"))
        if self.route_km:
            parts.append(Note("or {km} km of a declared route", km=f"{self.route_km:g}"))
        if self.precision:
            parts.append(Note("precision {levels}", levels=", ".join(map(str, self.precision))))
        if self.minerals:
            parts.append(Note("minerals {names}", names=joined(map(Note, self.minerals))))
        return listed(parts)


@dataclass(frozen=True)
class Settings:
    """Numbers that belong to no single rule; see data/rules.toml for the reason of each."""

    coverage_months: int = 36
    neighbour_km: float = 25.0
    zone_border_km: float = 5.0
    position_error_km: float = 5.0
    imprecise_radius_km: float = 25.0
    status_months: int = 12
    yellow_months: int = 6
    blue_months: int = 36
    blue_expires_to: str = "unknown"
    aged_status_fires: bool = False


def events(n: float) -> Note | None:
    """A number of events in words; None for none asked.

    Parameters
    ----------
    n
        The threshold; 0: none is asked.
    """
    return Note.counted("{n} event", "{n} events", n) if n else None


def deaths(n: float) -> Note | None:
    """A number of deaths in words; None for none asked.

    Parameters
    ----------
    n
        The threshold; 0: none is asked.
    """
    return Note.counted("{n} death", "{n} deaths", n) if n else None


def listed(parts: list[Note]) -> Note:
    """Parts of one sentence, parted by semicolons.

    Parameters
    ----------
    parts
        Notes in their order, at least one.
    """
    if len(parts) == 1:
        return parts[0]
    return Note("; ".join(f"{{p{i}}}" for i in range(len(parts))), **{f"p{i}": p for i, p in enumerate(parts)})
