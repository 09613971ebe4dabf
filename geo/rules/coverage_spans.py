"""What is covered, in joined spans of days, and the latest date at which a calm answer is possible at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo import schema
from geo.rules.coverage_gaps import matches
from geo.time_window import NO_DAY, Days, months_before, to_dates, to_days

Span = tuple[int, int]


def covered_spans(coverage: pd.DataFrame | None, datasets: pd.DataFrame) -> pd.DataFrame:
    """The spans that each loaded source covers, country by country; editions that touch or overlap are one span.

    Parameters
    ----------
    coverage
        Frame of :data:`geo.schema.COVERAGE`, or None for none; rows of datasets that are not loaded cover nothing.
    datasets
        One row a loaded incident dataset: `source, dataset, dataset_version, file`.

    Returns
    -------
    pandas.DataFrame
        `source, country_iso3, effects, from, to` (both days inclusive), sorted; ``all`` is told as ``lethal`` too,
        since it holds deadly events as well.
    """
    spans = []
    table = schema.conform(schema.empty(schema.COVERAGE) if coverage is None else coverage, schema.COVERAGE)
    begin, end = to_days(table["from"]), to_days(table["to"])
    every, countries = (table["effects"] == "all").to_numpy(np.bool_), table["country_iso3"].to_numpy(dtype=object)
    declared, named = table["dataset"].tolist(), datasets.to_numpy(dtype=object)
    for source in sorted(set(datasets["source"].tolist())):
        names = pd.Series(named[datasets["source"].to_numpy(dtype=object) == source].ravel())
        mine = np.array([matches(d, names) for d in declared], dtype=np.bool_)
        for country in sorted(set(countries[mine])):
            here = mine & (countries == country)
            for effect in ("all", "lethal"):
                rows = np.flatnonzero(here if effect == "lethal" else here & every)
                spans += [(source, country, effect, a, b) for a, b in joined(begin[rows], end[rows])]
    frame = pd.DataFrame(spans, columns=["source", "country_iso3", "effects", "from", "to"])
    for column in ("from", "to"):
        frame[column] = to_dates(frame[column].to_numpy(np.int64))
    return frame


def joined(begin: Days, end: Days) -> list[Span]:
    """Spans of whole days, those that touch or overlap made one.

    >>> joined(np.array([10, 1, 6]), np.array([12, 5, 8]))
    [(1, 8), (10, 12)]

    Parameters
    ----------
    begin
        First day of each span [days since 1970-01-01].
    end
        Last day of each span, inclusive [days since 1970-01-01].
    """
    spans: list[Span] = []
    for i in np.argsort(begin, kind="stable"):
        if spans and begin[i] <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], int(end[i])))
        else:
            spans.append((int(begin[i]), int(end[i])))
    return spans


def latest_answer(spans: pd.DataFrame, countries: Sequence[str], months: int, effects: str = "lethal") -> Days:
    """For each question the latest day T for which one source covers (T - months, T] in all of its countries.

    Parameters
    ----------
    spans
        As :func:`covered_spans` gives them.
    countries
        Per question the ISO alpha-3 codes that must be covered, joined by ``;``: the site's own and those that its
        circle reaches.
    months
        The look-back of the rules [calendar months].
    effects
        `lethal`, or `all` for sources that count events without deaths too.

    Returns
    -------
    numpy.ndarray
        Days since 1970-01-01; NO_DAY where no date would do.
    """
    usable = spans[spans["effects"] == effects]
    begin, end = to_days(usable["from"]), to_days(usable["to"])
    held: dict[tuple[str, str], list[Span]] = {}
    for i, (source, country) in enumerate(zip(usable["source"], usable["country_iso3"], strict=True)):
        held.setdefault((str(source), str(country)), []).append((int(begin[i]), int(end[i])))
    sources = sorted({source for source, _ in held})
    answers: dict[str, int] = {}
    for key in set(countries):
        best = NO_DAY
        for source in sources:
            common = [(-(2**40), 2**40)]
            for country in key.split(";"):
                common = _both(common, held.get((source, country), []))
            for a, b in common:
                if months_before(np.array([b]), months)[0] + 1 >= a:
                    best = max(best, b)
        answers[key] = best
    return np.array([answers[key] for key in countries], dtype=np.int64)


def _both(one: list[Span], other: list[Span]) -> list[Span]:
    """The days that lie in a span of either list."""
    return [(max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) <= min(b, d)]
