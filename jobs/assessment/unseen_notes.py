"""What no rule can see of a run's incidents, in words: events whose place is too vague, or named by no known unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.messages import Note
from geo.rules import words
from i18n.labels import source_name
from layers.reference.country_names import country_name


class _Country(str):
    """A country that a sentence names in the reader's language."""

    def sentence(self, translate: Any) -> str:
        return country_name(str(self), translate) or str(self)


def unseen_notes(report: Mapping[str, object]) -> list[Note]:
    """A sentence per country and source of which some events are beyond every rule.

    Parameters
    ----------
    report
        That of :class:`geo.assessment.Assessment`.
    """
    rows: Any = report.get("unseen", [])
    return [
        Note(
            "{country}, {source}: of {events} and {deaths} in {months} month{months?|s}, no rule can see {lost} "
            "and {dead}: "
            "their place is known by the country or a vague region only, or by a label that names no unit.",
            country=_Country(row["country"]),
            source=source_name(str(row["source"])),
            events=words.events(row["events"]),
            deaths=words.deaths(row["deaths"]),
            months=str(report.get("unseen_months", "")),
            lost=words.events(row["events_unseen"]),
            dead=words.deaths(row["deaths_unseen"]),
        )
        for row in rows
        if row["events_unseen"]
    ]
