"""Why each site has its class, of all sites at once: the notes of :mod:`geo.rules.explanation` as columns of texts.

The sentences of many sites differ in a few numbers. Sites whose sentence is built alike are put together: each number
is said once per language, however many sites have it, and no message is made for a site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.coded import CodedTable
from geo.messages import FORMS, SOURCE, Note, counts_like, filled, spoken
from geo.rules import explanation, words
from geo.rules.classify import INSUFFICIENT
from geo.rules.explanation import CLASS_WORDS, GAP_WORDS, ZONE_WORDS, Sentences, summary_rows
from geo.rules.registry import KINDS
from geo.rules.row import Row, rows_by_site
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules

Ints = npt.NDArray[np.int64]
Speaker = Callable[[str], str]
"""What says a template in its language (:class:`i18n.translator.Translator`)."""
Column = list[str | pa.Array]
"""Texts of some rows in pieces, one after the other: a piece is the same for all, or one a row (Arrow's texts)."""


@dataclass(frozen=True)
class Pool:
    """A text of every site: position in `texts`, -1 for none."""

    texts: Sequence[str]
    codes: Ints

    def at(self, row: int) -> str:
        """The text of one site.

        Parameters
        ----------
        row
            Position of the site.
        """
        return str(self.texts[self.codes[row]])

    def of(self, rows: Ints, translate: Speaker, kept: dict[tuple[int, int], Any]) -> pa.Array:
        """The texts of some sites in a language; `kept` holds what was said before.

        Parameters
        ----------
        rows
            Positions of the sites wanted.
        translate
            Says a template in the reader's language.
        kept
            What was said already, by pool and value; it is added to.
        """
        key = (id(self), id(translate))
        if key not in kept:
            kept[key] = _array(_translated(v, translate) for v in self.texts)
        return kept[key].take(pa.array(self.codes[rows]))


def sentences(
    rules: Rules,
    sites: pd.DataFrame,
    evidence: CodedTable,
    source_of: Mapping[str, str],
    translators: Sequence[Speaker],
) -> list[Any]:
    """The sentence of every site, in the order of `sites`, in the language of each translator: columns of texts.

    They are those of :func:`geo.rules.explanation.reasons`; `evidence` are columns of :data:`geo.schema.EVIDENCE`.

    Parameters
    ----------
    rules
        The rule set with its settings.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    evidence
        Rows of evidence, their texts as codes.
    source_of
        The source of incidents of each dataset.
    translators
        What says a template, one a language.
    """
    made = _Sites(rules, sites, summary_rows(rules, evidence), source_of)
    alike = made.alike()
    place = np.empty(len(sites), np.int64)
    place[np.concatenate([*alike, np.zeros(0, np.int64)])] = np.arange(len(sites))
    out = []
    for translate in translators:
        texts = [_joined(made.sentence(rows, translate), len(rows)) for rows in alike]
        out.append(pd.array(pa.concat_arrays([*texts, _array([])]).take(pa.array(place)), dtype="str"))
    return out


class _Sites:
    """The columns that sentences are made of."""

    def __init__(self, rules: Rules, sites: pd.DataFrame, rows: CodedTable, source_of: Mapping[str, str]) -> None:
        self.rules, self.say, self.source_of = rules, Sentences(rules), source_of
        names = ("site_class", "rules_fired", "gaps", "rules_unknown", "zone_status", "zone_unit")
        self.cls, self.fired, self.gaps, self.unknown, zone, unit = (_different(sites[n]) for n in names)
        self.sites = sites
        away = sites["nearest_incident_m"].to_numpy(np.float64)
        self.near = _pool(words.km_alike(away), lambda m: explanation.nearest(words.km(m)))
        codes, pairs = pd.factorize(zone.codes * max(len(unit.texts), 1) + unit.codes)
        both = [(zone.texts[i], unit.texts[k]) for i, k in (divmod(int(pair), len(unit.texts)) for pair in pairs)]
        known = [z in ZONE_WORDS for z, _ in both]
        self.zones = Pool(
            [self.say.zone(z, u) if k else "" for (z, u), k in zip(both, known, strict=True)],
            np.where(np.array([*known, False])[codes], codes, -1).astype(np.int64),
        )
        self.rows, self.kept = rows, {}  # type: tuple[CodedTable, dict[tuple[int, int], Any]]
        self.site = _site_of(rows, sites, lambda: self.keys)
        self.totals = {rule.id: self._totals(rule) for rule in rules.answering("site")}
        self._by_site: dict[tuple[str, str], list[Row]] | None = None

    @cached_property
    def keys(self) -> list[tuple[str, str]]:
        """Source and id of each site; few runs need them."""
        return list(zip(*(self.sites[n].to_numpy(dtype=object).tolist() for n in ("source", "site_id")), strict=True))

    def _totals(self, rule: Rule) -> tuple[str, dict[str, Pool | str | int]] | None:
        """Template and texts of the sums of a rule; None where its kind has none."""
        sum_words = KINDS[rule.kind].explain_sums(rule)
        if sum_words is None:
            return None
        template, params, columns = sum_words
        at = np.flatnonzero(self.rows["rule"].equal(rule.id) & self.rows["kind"].equal("total") & (self.site >= 0))
        site, first = np.unique(self.site[at], return_index=True)
        some = self.rows.take(at[first])
        found: dict[str, Pool | str | int] = dict(params)
        for name, (column, say) in columns.items():
            values = np.full(len(self.sites), np.nan)
            values[site] = np.asarray(some[column].array(), np.float64)
            found[name] = _pool(words.km_alike(values) if say is words.km else values, say)
        return template, found

    def alike(self) -> list[Ints]:
        """Sites whose sentences are built alike."""
        loud = np.array([v != "" for v in self.fired.texts], np.bool_)[self.fired.codes]
        gap = np.array([v == INSUFFICIENT for v in self.cls.texts], np.bool_)[self.cls.codes]
        why = np.where(loud, self.fired.codes, np.where(gap, self.gaps.codes, self.unknown.codes))
        key = (self.cls.codes * (int(why.max(initial=0)) + 1) + why) * 2 + loud
        key = (key * 2 + (self.near.codes >= 0)) * 2 + (self.zones.codes >= 0)
        order = np.argsort(key, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else []

    def sentence(self, rows: Ints, translate: Speaker) -> Column:
        """The sentences of sites that are built alike."""
        first = int(rows[0])
        cls, fired = self.cls.at(first), self.fired.at(first)
        if fired:
            top, others = self.say.of_rules(cls, fired)
            parts = [self._because(rule, rows, translate) for rule in top]
            parts += [[_translated(note, translate)] for note in others]
        elif cls == INSUFFICIENT:
            parts = [[_translated(GAP_WORDS[g], translate)] for g in explanation.ids(self.gaps.at(first))]
        else:
            parts = [[_translated(explanation.NOTHING, translate)]]
            if self.near.codes[first] >= 0:
                parts.append([self.near.of(rows, translate, self.kept)])
            parts += [[_translated(note, translate)] for note in self.say.unknown(self.unknown.at(first))]
        if self.zones.codes[first] >= 0:
            parts.append([self.zones.of(rows, translate, self.kept)])
        reasons, *rest = parts
        for part in rest:
            reasons = _filled(explanation.BOTH.template, translate, len(rows), a=reasons, b=part)
        head: Column = [_translated(CLASS_WORDS[cls], translate)]
        return _filled(explanation.WHOLE.template, translate, len(rows), head=head, reasons=reasons)

    def _because(self, rule: Rule, rows: Ints, translate: Speaker) -> Column:
        """Why one rule fired at each of some sites, with its id."""
        total = self.totals[rule.id]
        pools = [] if total is None else [p for p in total[1].values() if isinstance(p, Pool)]
        if total is None or any((p.codes[rows] < 0).any() for p in pools):
            notes = [explanation.because(rule, self._rows_of(i)) for i in rows.tolist()]
            return [_array(_translated(note, translate) for note in notes)]
        params: dict[str, Column] = {
            name: [p.of(rows, translate, self.kept)] if isinstance(p, Pool) else [_spoken(p, translate)]
            for name, p in total[1].items()
        }
        why = _filled(total[0], translate, len(rows), **params)
        return _filled(explanation.WHY.template, translate, len(rows), why=why, rule=[rule.id])

    def _rows_of(self, site: int) -> list[Row]:
        if self._by_site is None:
            self._by_site = rows_by_site(self.rows.frame(), self.source_of)
        return self._by_site.get(self.keys[site], [])


def _different(column: pd.Series[str]) -> Pool:
    """The different texts of a column, and which of them each row has."""
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return Pool(values.tolist(), codes.astype(np.int64, copy=False))


def _pool(values: npt.NDArray[np.float64], say: Callable[[float], Note]) -> Pool:
    """Numbers of sites as notes; NaN and what is without end are none."""
    known = np.flatnonzero(np.isfinite(values))
    different, own = np.unique(values[known], return_inverse=True)
    notes = [say(v) for v in different.tolist()]
    place: dict[str, int] = {}
    again = np.array([place.setdefault(note, len(place)) for note in notes], np.int64)
    codes = np.full(len(values), -1, np.int64)
    codes[known] = again[own] if len(known) else 0
    return Pool(list(place), codes)


def _site_of(rows: CodedTable, sites: pd.DataFrame, keys: Callable[[], Sequence[tuple[str, str]]]) -> Ints:
    """The position of each row's site; -1 where it is not among them. `keys` tells source and id of each site."""
    source, site_id = rows["source"], rows["site_id"]
    shared = source.codes if source.codes is site_id.codes else None
    alike = (pd.Series(rows[n].pool).equals(sites[n].reset_index(drop=True)) for n in ("source", "site_id"))
    if shared is not None and all(alike):
        return shared.astype(np.int64)  # as a run gives them
    number = {key: i for i, key in enumerate(keys())}
    if shared is not None:
        place = [number.get(key, -1) for key in zip(source.pool, site_id.pool, strict=True)]
        return np.array([*place, -1], np.int64)[shared]
    return np.array([number.get(key, -1) for key in zip(source.array(), site_id.array(), strict=True)], np.int64)


def _translated(text: str, translate: Speaker) -> str:
    return text.sentence(translate) if isinstance(text, Note) else text


def _spoken(value: str | int, translate: Speaker) -> str:
    if getattr(translate, "language", SOURCE) == SOURCE:
        return f"{value}"
    return value if type(value) is str else spoken(value, translate)


def _filled(template: str, translate: Speaker, n: int, **params: Column) -> Column:
    """A message of `n` rows in a language, its placeholders filled with columns."""
    language = getattr(translate, "language", SOURCE)
    sentence = template if language == SOURCE else translate(template)
    texts, *forms = FORMS.split(sentence)  # forms for one and for many: name, one, many, and the text behind them
    parsed = [list(Formatter().parse(text)) for text in (texts, *forms[3::4])]
    if any(spec or conversion for part in parsed for _, _, spec, conversion in part):
        columns = {name: _joined(column, n).to_pylist() for name, column in params.items()}
        rows, counts = range(n), counts_like(translate)
        return [_array(filled(sentence, {name: t[i] for name, t in columns.items()}, counts) for i in rows)]
    out: Column = []
    for i, part in enumerate(parsed):
        if i:
            name, one, many = forms[4 * i - 4 : 4 * i - 1]
            out += _form(params[name], n, one, many, counts_like(translate))
        for literal, name, _, _ in part:
            out += [literal] if literal else []
            out += params[name] if name else []
    return out


def _form(column: Column, n: int, one: str, many: str, counts: Callable[[object], bool]) -> Column:
    """The form for one or for many of `n` rows, each number being asked for once."""
    if all(isinstance(piece, str) for piece in column):
        return [one if counts("".join(map(str, column))) else many]
    texts = _joined(column, n).dictionary_encode()
    forms = _array(one if counts(text) else many for text in texts.dictionary.to_pylist())
    return [forms.take(texts.indices)]


def _joined(column: Column, n: int) -> pa.Array:
    """The texts of `n` rows."""
    pieces: Column = []
    for piece in column:  # what all rows share is joined once
        last = pieces[-1] if pieces else None
        if isinstance(piece, str) and isinstance(last, str):
            pieces[-1] = last + piece
        else:
            pieces.append(piece)
    if all(isinstance(p, str) for p in pieces):
        return _array(["".join(p for p in pieces if isinstance(p, str))] * n)
    return pc.binary_join_element_wise(*(_scalar(p) if isinstance(p, str) else p for p in pieces), _scalar(""))


def _array(texts: Iterable[str]) -> pa.Array:
    return pa.array(list(texts), pa.large_string())


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())
