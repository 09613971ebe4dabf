"""Facts to classes: three-valued and total. Any C, then any H, then gaps, then nothing found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.rules.finding import Finding
from geo.rules.rule_set import RULE_IDS, Rules

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

AFFECTED, HIGH_RISK, NONE, INSUFFICIENT = (
    "conflict-affected",
    "high-risk",
    "no indicators found",
    "insufficient data",
)
RANK = {NONE: 0, INSUFFICIENT: 1, HIGH_RISK: 2, AFFECTED: 3}
"""From calm to grave. What is not known is never calmer than nothing found."""


def class_of(any_c: Bools, any_h: Bools, any_gap: Bools) -> Texts:
    """The class by precedence, one per site.

    >>> class_of(np.array([True, False, False]), np.array([True, False, False]), np.array([True, True, False])).tolist()
    ['conflict-affected', 'insufficient data', 'no indicators found']
    """
    return np.where(any_c, AFFECTED, np.where(any_h, HIGH_RISK, np.where(any_gap, INSUFFICIENT, NONE))).astype(object)


@dataclass(frozen=True)
class Classes:
    """All classes and lists of one run, one entry per site."""

    overall: Texts
    local: Texts
    area: Texts
    certain: Texts
    possible: Texts
    rules_fired: Texts
    rules_unknown: Texts
    gaps: Texts
    data_coverage: Texts


def classify(rules: Rules, findings: Sequence[Finding], gaps: dict[str, Bools], n: int) -> Classes:
    """Classes of every site from what each rule says and from the verdict gaps.

    A rule that is not among `findings` (switched off) is unknown for every site. A gap makes everything possible.
    """
    said = {f.rule: f for f in findings}
    off = [r for r in RULE_IDS if r not in said]
    any_gap = np.logical_or.reduce(list(gaps.values())) if gaps else np.zeros(n, np.bool_)
    axis = {r.id: r.axis for r in rules.rules}

    def any_of(flag: str, letter: str, axes: tuple[str, ...] = ("local", "area")) -> Bools:
        flags = [getattr(f, flag) for f in findings if f.rule[0] == letter and axis[f.rule] in axes]
        return np.logical_or.reduce(flags) if flags else np.zeros(n, np.bool_)

    unknown_off = np.full(n, bool([r for r in off if r[0] == "C"]))
    possible_c = any_of("possible", "C") | any_gap | unknown_off
    possible_h = any_of("possible", "H") | np.full(n, bool(off))
    unknown = {r: np.full(n, True) if r in off else said[r].unknown for r in RULE_IDS}
    return Classes(
        overall=class_of(any_of("fired", "C"), any_of("fired", "H"), any_gap),
        local=class_of(any_of("fired", "C", ("local",)), any_of("fired", "H", ("local",)), any_gap),
        area=class_of(any_of("fired", "C", ("area",)), any_of("fired", "H", ("area",)), any_gap),
        certain=class_of(any_of("certain", "C"), any_of("certain", "H"), any_gap),
        possible=class_of(possible_c, possible_h, any_gap),
        rules_fired=join_flags(((f.rule, f.fired) for f in sorted(findings, key=lambda f: rules.order(f.rule))), n),
        rules_unknown=join_flags(unknown.items(), n),
        gaps=join_flags(gaps.items(), n),
        data_coverage=np.where(any_gap | np.logical_or.reduce(list(unknown.values())), "partial", "full").astype(
            object
        ),
    )


def join_flags(flags: Iterable[tuple[str, Bools]], n: int) -> Texts:
    """Names of the flags that are set, joined by ``;``, one text per site."""
    out = np.full(n, "", dtype=object)
    for name, flag in flags:
        rows = np.flatnonzero(flag)
        out[rows] = np.where(out[rows] == "", name, out[rows] + f";{name}")
    return out
