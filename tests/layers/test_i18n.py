"""French misses nothing, and numbers and dates follow the language."""

from __future__ import annotations

import ast
import datetime as dt
import functools
import gettext
import io
import re

import pandas as pd
import pytest
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n import catalogue
from i18n.languages import LOCALE, catalogue_path, offered
from i18n.translator import LANGUAGES, Translator, _number, pick, translator
from scripts import messages
from tests.examples import examples


@functools.cache
def template():
    """What the code says, gathered once."""
    return messages.template()


@functools.cache
def french():
    """The French catalogue, read once."""
    return messages.french()


def test_french_misses_nothing(monkeypatch):
    gathered = template()
    monkeypatch.setattr(messages, "template", lambda: gathered)
    assert messages.untranslated() == []


def test_the_catalogue_holds_nothing_that_the_code_no_longer_says():
    said = {m.id if isinstance(m.id, str) else m.id[0] for m in template() if m.id}
    kept = {m.id if isinstance(m.id, str) else m.id[0] for m in french() if m.id}
    assert kept - said == set()


def test_our_reader_of_catalogues_reads_what_babel_reads():
    guess = '\n#, fuzzy\nmsgid "x"\nmsgstr "y"\n\nmsgctxt "c"\nmsgid "a \\\\ \\"b\\"\\t"\nmsgstr "d"\n\nmsgid "e"\nmsgstr ""\n'
    committed = (LOCALE / "fr" / "LC_MESSAGES" / "cahra.po").read_text("utf-8")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO((committed + guess).encode()), locale="fr"))
    compiled.seek(0)
    theirs, ours = gettext.GNUTranslations(compiled), catalogue.messages(committed + guess)
    read = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(ours)))
    assert "x" not in ours
    assert len(ours) > 2000
    assert catalogue.Catalogue(ours)._catalog == read._catalog
    assert catalogue.Catalogue(ours).info() == read.info()
    assert [catalogue.Catalogue(ours).plural(n) for n in range(3)] == [read.plural(n) for n in range(3)]
    assert {k: v for k, v in read._catalog.items() if k} == {k: v for k, v in theirs._catalog.items() if k}
    assert translator("fr").plural("{n} site", "{n} sites", 1) != translator("fr").plural("{n} site", "{n} sites", 2)


def test_french_keeps_every_placeholder():
    for message in french():
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(re.findall(r"\{(\w+)[^}]*\}", ids[-1]))
        for text in strings if message.id and all(strings) else []:
            assert set(re.findall(r"\{(\w+)[^}]*\}", text)) == wanted, message.id


def test_numbers_and_dates_by_language():
    fr, en = translator("fr"), translator("en")
    assert fr.number(1234567.5, 1).replace("\u202f", " ").replace("\xa0", " ") == "1 234 567,5"
    assert en.number(1234567.5, 1) == "1,234,567.5"
    assert fr.date(pd.Timestamp("2016-09-19")) == "19 sept. 2016"
    assert en.date(pd.NaT) == ""
    assert fr.distance(75_712.0) == "75,7 km"


def test_the_language_is_what_was_asked_for_else_the_browsers():
    assert pick("fr", "en-GB") == "fr"
    assert pick("../fr", "fr-FR") == "fr"
    assert pick(None, None) == "en"
    assert set(LANGUAGES) == {"en", "fr"}
    assert pick("es") == "es"  # a draft is offered, and said to be one
    assert [name for code, name in offered().items() if code not in LANGUAGES] == [
        "Español (borrador)", "Português (rascunho)",
    ]  # fmt: skip


@pytest.mark.parametrize("language", [code for code in offered() if code not in ("en", "fr")])
def test_a_draft_keeps_every_placeholder_and_says_the_rest_in_english(language):
    _ = translator(language)
    with catalogue_path(language).open("rb") as file:
        for message in read_po(file, locale=language):
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            for text in strings if message.id else []:
                assert set(re.findall(r"\{(\w+)[^}]*\}", text)) == set(re.findall(r"\{(\w+)[^}]*\}", ids[-1])), ids
    assert _("high-risk") != "high-risk"
    assert _("A sentence that nobody has translated, {n}.", n=3) == "A sentence that nobody has translated, 3."
    assert (_.number(1234567.5, 1), _.is_one(1), _.is_one(0)) == ("1.234.567,5", True, False) or language == "pt"


ROOT = LOCALE.parent
CODES = {"en", "fr", "es", "pt", "en-GB"}
PUBLISHED_IN_BOTH = {"name_fr", "title_fr", "description_fr", "goods_fr", "question_fr", "why_fr"}
"""Data that publishers give in two languages (countries, programmes, the EU's goods), a user's own rules, and the column
of a sentence in each finished language."""


def code_of_the_project():
    return [p for top in ("cli", "views", "jobs", "layers", "i18n", "geo", "app.py") for p in
            (sorted((ROOT / top).rglob("*.py")) if (ROOT / top).is_dir() else [ROOT / top])]  # fmt: skip


@functools.cache
def nodes(path):
    """Every node of the syntax tree of a module."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def test_no_code_asks_which_language_it_is():
    """Nothing is compared with the code of a language: what differs by language is a message or comes from CLDR."""
    asked = []
    for path in code_of_the_project():
        for node in nodes(path):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            texts = {s.value for s in sides if isinstance(s, ast.Constant)}
            texts |= {
                e.value
                for s in sides
                if isinstance(s, ast.Tuple | ast.Set)
                for e in s.elts
                if isinstance(e, ast.Constant)
            }
            if texts & CODES and path.name != "iati.py":  # IATI says of each text in which language it is
                asked.append(f"{path}:{node.lineno}")
    assert asked == []


def test_no_text_is_typed_by_hand_in_french():
    """No column or name `..._fr` but of data that is published in both languages."""
    for path in code_of_the_project():
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"\w+_fr", node.value):
                assert node.value in PUBLISHED_IN_BOTH, f"{path}:{node.lineno}"
    for path in sorted((ROOT / "data").glob("*.csv")):
        head = path.read_text("utf-8-sig").partition("\n")[0].split(",")
        assert not {c for c in head if c.endswith("_fr")} - PUBLISHED_IN_BOTH, path
        assert path.name not in ("dodd_frank_covered_countries.csv", "icglr_members.csv") or "name_fr" not in head


UNSPACED = re.compile(r"[^\s(«:?!.][:;?!](?=\s|$)|[^\s]»|«[^\s]|\d%")
"""French puts a space before ``: ; ? ! » %`` and after ``«``."""
NO_PROSE = re.compile(r"\{[^{}]*\}|https?://\S+|\w+:\w+|\[[^\]]*\]|`[^`]*`|&\w+;|<[^>]*>")


def test_french_puts_its_spaces():
    assert all(map(UNSPACED.search, ("Trois lignes: non", "«oui»", "5%")))
    wrong = []
    for said in catalogue.messages(messages.PO.read_text("utf-8")).values():
        many = re.sub(r"\{\w+\?[^{}|]*\|([^{}|]*)\}", r"\1", said)
        if UNSPACED.search(NO_PROSE.sub("x", many)) and "Project-Id-Version" not in said:
            wrong.append(said)
    assert wrong == []


def test_french_has_one_kind_of_space_before_its_signs_and_one_apostrophe():
    """`scripts.messages` brings what a translator types into this form."""
    said = catalogue.messages(messages.PO.read_text("utf-8")).values()
    assert [text for text in said if messages.typeset(text) != text] == []
    assert (
        messages.typeset("un :red[mot] : EPSG:4326, {n} site{n?|s} ?")
        == "un :red[mot]\xa0: EPSG:4326, {n} site{n?|s}\xa0?"
    )
    assert translator("fr").joined(["a", "b"]) == messages.typeset("a ; b")


@settings(max_examples=examples(400), deadline=None)
@given(
    value=st.one_of(st.floats(-1e16, 1e16), st.integers(-(10**7), 10**7).map(lambda n: n / 8)),
    digits=st.integers(0, 6),
    fixed=st.booleans(),
    language=st.sampled_from(["en", "fr", "de", "pl"]),
)
def test_numbers_are_written_as_babel_writes_them(value, digits, fixed, language):
    rounded = round(value, digits) + 0.0
    pattern = "#,##0" + ("." + ("0" if fixed else "#") * digits if digits else "")
    assert _number(language, rounded, digits, fixed) == format_decimal(rounded, format=pattern, locale=language)


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_days_are_written_as_babel_writes_them(language):
    days = [dt.date(year, month, day) for year in (1989, 2026) for month in range(1, 13) for day in (1, 28)]
    written = [format_date(day, "d MMM y", locale=language) for day in days]
    assert [Translator(language).date(day) for day in days] == written
    assert Translator(language).date(None) == Translator(language).date(pd.NaT) == ""
