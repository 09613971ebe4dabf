"""Other settings of the distance rules: the same rules with every radius, window or threshold scaled."""

from __future__ import annotations

import copy
import itertools
import math
from dataclasses import dataclass
from typing import Any

from geo.rules.rule import Rule, Test
from geo.rules.rule_set import Rules, from_dict


@dataclass(frozen=True)
class Grid:
    """Factors of radii, windows and counts; every combination is a setting, 1 is the rule as it stands.

    Examples
    --------
    >>> len(Grid((0.5, 1.0), (1.0,), (1.0, 2.0))), Grid((0.5, 1.0), (1.0,), (1.0, 2.0)).nominal
    (4, (1, 0, 0))
    """

    radius: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
    window: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5)
    count: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)

    def __post_init__(self) -> None:
        for name in ("radius", "window", "count"):
            factors = getattr(self, name)
            if 1.0 not in factors or sorted(set(factors)) != list(factors) or factors[0] <= 0:
                raise ValueError(f"{name} needs ascending factors above 0, with 1 among them")

    def __len__(self) -> int:
        """Number of settings."""
        return len(self.radius) * len(self.window) * len(self.count)

    @property
    def nominal(self) -> tuple[int, int, int]:
        """Positions of the factors 1."""
        return self.radius.index(1.0), self.window.index(1.0), self.count.index(1.0)

    def each(self) -> list[tuple[float, float, float]]:
        """Every setting, radius first."""
        return list(itertools.product(self.radius, self.window, self.count))


def whole(value: float, factor: float) -> int:
    """A whole number times a factor, rounded half up, 1 at the least; 0 (not asked) stays 0.

    Parameters
    ----------
    value
        The number of the rule; 0: not asked.
    factor
        The factor of the setting.
    """
    return 0 if value == 0 else max(1, math.floor(value * factor + 0.5))


def scaled_test(test: Test, window: float, count: float) -> Test:
    """A test with its window and its thresholds scaled.

    Parameters
    ----------
    test
        A test of a distance rule.
    window
        Factor of the window.
    count
        Factor of the thresholds.
    """
    return Test(whole(test.months, window), whole(test.min_events, count), whole(test.min_deaths, count), test.effect)


def distance_rules(rules: Rules) -> tuple[Rule, ...]:
    """The rules that are scaled.

    Parameters
    ----------
    rules
        The rule set with its settings.
    """
    return rules.of_kind("near")


def scaled_rules(rules: Rules, radius: float, window: float, count: float) -> Rules:
    """The rule set with its distance rules scaled: what a sweep answers without running it.

    Parameters
    ----------
    rules
        The rule set with its settings.
    radius
        Factor of all radii.
    window
        Factor of all windows.
    count
        Factor of all thresholds.
    """
    table: Any = copy.deepcopy(dict(rules.source))
    names = {rule.id for rule in distance_rules(rules)}
    for rule in table["rule"]:
        if rule["id"] in names:
            rule["within_km"] = rule["within_km"] * radius
            for test in rule["tests"]:
                test["months"] = whole(test["months"], window)
                for key in ("min_events", "min_deaths"):
                    if key in test:
                        test[key] = whole(test[key], count)
    return from_dict(table)
