"""A card for every dataset of a run: what it is, its licence, how to cite it, what it covers, and what is missing.

Cards are made from what a run record says, so that a page, a report and whoever opens the folder later see the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.messages import Day, Note, joined
from i18n.translator import N_, Translator
from jobs.inputs import Loaded
from layers.publishers.table import sources
from layers.reference.country_names import CountryName
from layers.sources.catalogue import holdings, publisher

OLD_DAYS = 548
"""Incidents that end longer ago than this are called old: a year's edition comes about half a year after its year."""
_MANY_DAYS, _DAYS_A_MONTH = 90, 365.25 / 12
"""From so many days on an age is said in months."""
MOST_NAMED = 8
ROLES = (
    "sites", "incidents", "boundaries", "suppliers", "programmes", "eu_list", "roads", "population", "travel_time",
    "places", "towns", "actors", "governance",
)  # fmt: skip
"""What a run reads of data; tables of rules, words and coverage get no card."""
IN_WORDS = (
    N_("Demonstration sites and visits"), N_("Demonstration incidents"), N_("synthetic data of this project"),
    N_("public domain"), N_("terms of the user's own account"),
    N_("per boundary, see its metadata"), N_("per publisher, see each activity's publisher"),
    N_("zone register"), N_("sources are named row by row"),
    N_("Sundberg, Ralph, and Erik Melander (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace "
       "Research 50(4), 523-532. With the article of Davies et al. that the edition's page names"),
)  # fmt: skip
"""Names, credits and licences that are words and not names: they are said in the reader's language."""
_NAMES = {"demonstration": IN_WORDS[0], "Demonstration incidents": IN_WORDS[1]}


def credit_in_words(text: str, translate: Translator) -> str:
    """A name, credit or licence as the reader's language says it; proper names stay as they are.

    Parameters
    ----------
    text
        What a table of publishers or a run record has.
    translate
        The reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> [credit_in_words(text, translator("fr")) for text in ("zone register", "MIT")]
    ['registre des zones', 'MIT']
    """
    return translate(text) if text in IN_WORDS else text


@dataclass(frozen=True)
class Card:
    """One dataset.

    Attributes
    ----------
    title, file
        Dataset with its edition, and the file.
    licence, cite
        Blank where they are not known.
    rows, rejected
        Rows used, and rows left out.
    first, last
        First and last day of the rows; blank where they are not dated.
    age
        Days since the last day; None where it is not dated.
    covers
        Countries and spans that are declared covered: `country_iso3, from, to`.
    countries
        Of which there are rows, ISO 3166 alpha-3.
    missing
        What a reader should know to be missing.
    """

    title: str
    file: str
    role: str
    licence: str
    cite: str
    rows: int
    rejected: int
    first: str
    last: str
    age: int | None
    retrieved: str
    covers: pd.DataFrame
    countries: Sequence[str]
    missing: Sequence[Note]

    def facts(self, translate: Translator, day: dt.date | None = None) -> list[str]:
        """Rows, days, age, retrieval and licence in words.

        Parameters
        ----------
        day
            On which the age is told; None: today.
        translate
            Speaks the reader's language.
        """
        _ = translate
        lines = [_("{n} row{n?|s} used, {m} not", n=_.number(self.rows), m=_.number(self.rejected))]
        if self.first:
            span = {"a": _.date(self.first), "b": _.date(self.last)}
            if self.age is None or self.age < 0:
                lines.append(_("rows of {a} to {b}", **span))
            elif day is None and self.age >= _MANY_DAYS:
                months = _.number(int(self.age / _DAYS_A_MONTH))
                lines.append(_("rows of {a} to {b}, {n} month{n?|s} ago", **span, n=months))
            elif day is None:
                lines.append(_("rows of {a} to {b}, {n} day{n?|s} ago", **span, n=_.number(self.age)))
            elif self.age >= _MANY_DAYS:
                months = _.number(int(self.age / _DAYS_A_MONTH))
                lines.append(_("rows of {a} to {b}, {n} month{n?|s} before {day}", **span, n=months, day=_.date(day)))
            else:
                lines.append(_("rows of {a} to {b}, {n} day{n?|s} before {day}", **span, n=_.number(self.age),
                              day=_.date(day)))  # fmt: skip
        if self.retrieved:
            lines.append(_("retrieved on {day}", day=_.date(self.retrieved)))
        return [*lines, _("licence: {licence}", licence=_(self.licence)) if self.licence else _("licence not known")]


def cards(loaded: Loaded, today: dt.date) -> list[Card]:
    """The cards of everything that was loaded, in the order of the files, for the screen of who loaded it.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    today
        The day on which the ages of the data are told.
    """
    days = {c: loaded.coverage[c].dt.strftime("%Y-%m-%d") for c in ("from", "to")}
    secret = {layer.name: holdings(layer, screen=True) for layer in loaded.incident_layers}
    inputs = [{**i, "holds": secret.get(str(i["file"]), i.get("holds"))} for i in loaded.inputs]
    return cards_of(inputs, loaded.coverage.assign(**days).to_dict("records"), today)


def cards_of(
    inputs: Sequence[Mapping[str, Any]], coverage: Sequence[Mapping[Any, Any]], day: dt.date | None
) -> list[Card]:
    """The cards of the inputs of a run record.

    Parameters
    ----------
    coverage
        Rows of what is declared covered: `dataset, country_iso3, from, to`.
    day
        On which their age is told; None: it is not told.
    inputs
        An entry a file that was read, as `inputs` of a run record.
    """
    return [_card(i, coverage, day) for i in inputs if i.get("role") in ROLES]


def cite_of(entry: Mapping[str, Any]) -> str:
    """How an input of a run record is to be cited: as it was fetched, else as its publisher asks, else its credit.

    Parameters
    ----------
    entry
        An entry of `inputs` in a run record.
    """
    if entry.get("cite"):
        return str(entry["cite"])
    dataset = str(entry.get("dataset", ""))
    known = publisher(dataset)
    if not known["credit"]:
        return ""
    named = next((s.cite for s in sources().values() if dataset.startswith(s.publisher)), "")
    return named or known["cite"] or known["credit"]


def citations(inputs: Sequence[Mapping[str, Any]], translate: Translator | None = None) -> list[str]:
    """The citations of a run, each once, with edition and day of retrieval where they are known.

    Parameters
    ----------
    inputs
        An entry a file that was read, as `inputs` of a run record.
    translate
        Speaks the reader's language; None: in English.
    """
    found = []
    for entry in inputs:
        cite = cite_of(entry) if entry.get("role", ROLES[0]) in ROLES else ""
        if not cite:
            continue
        dataset = str(entry.get("dataset"))
        if translate is not None:
            cite, dataset = translate(cite), translate(_NAMES.get(dataset, dataset))
        edition = str(entry.get("edition") or "")
        version = edition or str(entry.get("dataset_version", ""))
        known = not version or version.startswith(("sha256", "demonstration")) or version in dataset
        title = dataset if known else f"{dataset}, {version}"
        day = str(entry.get("retrieved_at", ""))[:10]
        label = f"{title}{f' ({day})' if day else ''}"
        found.append(f"{label}: {cite}" if translate is None else translate.pair(label, cite))
    return list(dict.fromkeys(found))


def _card(entry: Mapping[str, Any], coverage: Sequence[Mapping[Any, Any]], day: dt.date | None) -> Card:
    holds, rows = entry.get("holds") or {}, entry.get("rows") or {}
    dataset = str(entry.get("dataset", ""))
    version = str(entry.get("edition") or entry.get("boundary_version") or entry.get("dataset_version", ""))
    plain = version.startswith(("sha256:", "demonstration")) or version in (dataset, "unknown") or version in dataset
    covers = _covers(entry, holds, coverage)
    known, last = publisher(dataset), str(holds.get("last_day", ""))
    age = (day - dt.date.fromisoformat(last)).days if last and day is not None else None
    licence = str(entry.get("licence") or known["licence"])
    leaves = known["may_leave"] != "no" and not holds.get("restricted")
    return Card(
        title=_NAMES.get(dataset, dataset) + ("" if plain or not version else f" {version}"),
        file=str(entry.get("file", "")),
        role=str(entry["role"]),
        licence=licence,
        cite=cite_of(entry),
        rows=int(rows.get("accepted", entry.get("units", 0))),
        rejected=int(rows.get("rejected", 0)),
        first=str(holds.get("first_day", "")),
        last=last,
        age=age,
        retrieved=str(entry.get("retrieved_at", ""))[:10],
        covers=covers,
        countries=tuple(map(str, holds.get("countries", ()))),
        missing=_missing(entry, covers, licence=licence, leaves=leaves, age=age),
    )


def _covers(
    entry: Mapping[str, Any], holds: Mapping[str, Any], coverage: Sequence[Mapping[Any, Any]]
) -> pd.DataFrame:  # fmt: skip
    """What is declared for incidents, by their version, dataset, source or file."""
    file = str(entry.get("file", ""))
    names = {file, file.rsplit(".", 1)[0], str(entry.get("dataset")), str(entry.get("dataset_version"))}
    names |= {str(n) for key in ("sources", "versions") for n in holds.get(key, ())}
    mine = [c for c in coverage if str(c.get("dataset")) in names] if entry.get("role") == "incidents" else []
    spans = {(str(c["country_iso3"]), str(c["from"])[:10], str(c["to"])[:10]) for c in mine}
    table = pd.DataFrame(sorted(spans), columns=["country_iso3", "from", "to"], dtype="str")
    return table.assign(**{c: pd.to_datetime(table[c]) for c in ("from", "to")})


def _missing(
    entry: Mapping[str, Any], covers: pd.DataFrame, *, licence: str, leaves: bool, age: int | None
) -> list[Note]:  # fmt: skip
    out: list[Note] = []
    holds, rows = entry.get("holds") or {}, entry.get("rows") or {}
    if entry["role"] == "incidents":
        if not len(covers):
            out.append(Note("Nothing is declared covered: no site can read as calm by it."))
        if loose := int(holds.get("loose", 0)):
            whole = int(rows.get("accepted", 0))
            out.append(
                Note("{n} of {m} incident{m?|s} {n?is|are} not placed exactly enough for distances.", n=loose, m=whole)
            )
        if len(covers) and (outside := outside_of(covers, holds.get("countries", ()))):
            out.append(Note("Rows of countries that are not declared covered: {names}.", names=_names(outside)))
        if age is not None and age > OLD_DAYS:
            out.append(Note("Nothing after {day}: what happened since is not in it.", day=Day(str(holds["last_day"]))))
        if holds.get("candidate"):
            out.append(Note("Candidate events: provisional, and replaced by the yearly edition."))
    if rejected := int(rows.get("rejected", 0)):
        out.append(Note("{n} row{n?|s} could not be used.", n=rejected))
    if not licence:
        out.append(Note("Its licence is not known here."))
    if not leaves:
        out.append(Note("Its rows must not leave in an export."))
    if unplaced := int(holds.get("unplaced", 0)):
        out.append(Note("{n} row{n?|s} {n?has|have} no coordinates.", n=unplaced))
    return out


def outside_of(covers: pd.DataFrame, countries: Sequence[str]) -> list[str]:
    """Countries of which there are rows and nothing is declared.

    Parameters
    ----------
    countries
        Countries of which there are rows (ISO 3166 alpha-3).
    covers
        What is declared covered: `dataset, country_iso3, from, to`.
    """
    return sorted(set(map(str, countries)) - set(covers["country_iso3"]))


def _names(codes: Sequence[str]) -> Note:
    more = [f"+{len(codes) - MOST_NAMED}"] if len(codes) > MOST_NAMED else []
    return joined([*(CountryName.of(code) for code in codes[:MOST_NAMED]), *more])
