"""Facts to classes: three-valued and total. Any C, then any H, then gaps, then nothing found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.columns import texts_at
from geo.rules.finding import Finding
from geo.rules.rule_set import Rules

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
BY_RANK = tuple(sorted(RANK, key=lambda c: RANK[c]))
"""The classes in that order: a code of a class is its position here."""


def class_of(any_c: Bools, any_h: Bools, any_gap: Bools) -> Any:
    """The class by precedence, one per site, as a column of text.

    >>> class_of(np.array([True, False, False]), np.array([True, False, False]), np.array([True, True, False])).tolist()
    ['conflict-affected', 'insufficient data', 'no indicators found']

    Parameters
    ----------
    any_c
        Whether any rule of the gravest class fired.
    any_h
        Whether any rule of the milder class fired.
    any_gap
        Whether anything that could contradict a calm class was not looked at.
    """
    rank = np.where(any_c, RANK[AFFECTED], np.where(any_h, RANK[HIGH_RISK], np.where(any_gap, RANK[INSUFFICIENT], 0)))
    return texts_at(BY_RANK, rank)


@dataclass(frozen=True)
class Classes:
    """All classes and lists of one run, one entry per site; names are columns of :data:`geo.schema.ASSESSED`.

    Each is a column of text as pandas holds it.
    """

    site_class: Any
    area_class: Any
    certain_class: Any
    possible_class: Any
    rules_fired: Any
    area_rules_fired: Any
    rules_unknown: Any
    gaps: Any
    area_gaps: Any
    data_coverage: Any


def classify(
    rules: Rules,
    findings: Sequence[Finding],
    gaps: Mapping[str, Bools],
    area_gaps: Mapping[str, Bools],
    partial: Bools,
    n: int,
) -> Classes:
    """Classes of every site from what each rule says and from the gaps of both classes.

    A rule that is off is unknown for every site. `partial` marks sites of countries with incidents that could not be
    read and have no place.

    Parameters
    ----------
    rules
        The rule set with its settings.
    findings
        What each rule found of the sites, one a rule.
    gaps
        By code, one flag a site: why its site class could be calm for want of looking.
    area_gaps
        By code, one flag a site: the same of its area class.
    partial
        One flag a site: see above.
    n
        How many sites there are.
    """
    by_rule = {f.rule: f for f in findings}
    any_gap = _any(gaps.values(), n)

    def any_of(flag: str, answer: str, cls: str) -> Bools:
        return _any((getattr(by_rule[r.id], flag) for r in rules.answering(answer) if r.cls == cls), n)

    def class_by(flag: str, answer: str, gap: Bools) -> Any:
        return class_of(any_of(flag, answer, AFFECTED), any_of(flag, answer, HIGH_RISK), gap)

    every = np.ones(n, np.bool_)
    unknown = {i: by_rule[i].unknown if i in by_rule else every for i in rules.ids}
    fired = _any((by_rule[r.id].fired for r in rules.answering("site")), n)
    off_site = np.full(n, bool(rules.off))
    site_unknown = _any((by_rule[r.id].unknown for r in rules.answering("site")), n) | off_site
    lacking = any_gap | partial | (~fired & site_unknown)
    return Classes(
        site_class=class_by("fired", "site", any_gap),
        area_class=class_by("fired", "area", _any(area_gaps.values(), n)),
        certain_class=class_by("certain", "site", any_gap),
        possible_class=class_by("possible", "site", any_gap),
        rules_fired=_joined(((r.id, by_rule[r.id].fired) for r in rules.answering("site")), n),
        area_rules_fired=_joined(((r.id, by_rule[r.id].fired) for r in rules.answering("area")), n),
        rules_unknown=_joined(unknown.items(), n),
        gaps=_joined(gaps.items(), n),
        area_gaps=_joined(area_gaps.items(), n),
        data_coverage=texts_at(("full", "partial"), lacking.astype(np.int64)),
    )


def _any(flags: Iterable[Bools], n: int) -> Bools:
    return np.asarray(np.logical_or.reduce([np.zeros(n, np.bool_), *flags]))


def join_flags(flags: Iterable[tuple[str, Bools]], n: int) -> Texts:
    """Names of the flags that are set, joined by ``;``, one text per site.

    Parameters
    ----------
    flags
        Flags by name, one a site each.
    n
        How many sites there are.
    """
    texts, codes = _sets_of(flags, n)
    return np.array(texts, dtype=object)[codes]


def _joined(flags: Iterable[tuple[str, Bools]], n: int) -> Any:
    """The same as a column of text."""
    return texts_at(*_sets_of(flags, n))


def _sets_of(flags: Iterable[tuple[str, Bools]], n: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The sets of flags that are there, their names joined, and which of them each site has."""
    texts, codes = [""], np.zeros(n, np.int64)  # few sets of flags are there: their names are joined once for each
    there = [(name, np.asarray(flag, np.bool_)) for name, flag in flags if np.any(flag)]
    for first in range(0, len(there), _BITS):
        some = there[first : first + _BITS]
        bits = np.zeros(n, np.uint8)
        for bit, (_, flag) in enumerate(some):
            bits |= flag.view(np.uint8) << np.uint8(bit)
        codes, different = _distinct((codes << _BITS) + bits)
        texts = [
            ";".join(filter(None, (texts[c >> _BITS], *(name for bit, (name, _) in enumerate(some) if c >> bit & 1))))
            for c in different
        ]
    return texts, codes


_BITS = 8
"""So many flags of a site are looked at together."""


def _distinct(numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Which of the different numbers, in their order, each of some is, and these; none of them is large."""
    there = np.flatnonzero(np.bincount(numbers, minlength=1))
    place = np.zeros(int(there.max(initial=0)) + 1, np.int64)
    place[there] = np.arange(len(there))
    return place[numbers], there.tolist()
