"""Brings the French catalogue up to date with what the code says; run it after changing a sentence.

    .venv/bin/python -m scripts.messages          # rewrites locale/fr/LC_MESSAGES/cahra.po
    .venv/bin/python -m scripts.messages --list   # prints what has no French yet

It finds ``_("...")``, ``N_("...")``, ``Note("...")``, ``plural("...", "...")`` and the sentences of the named errors
(first argument, ``expected``, ``got``, ``remedy``), in the syntax tree: Babel's own extraction sees neither keywords
nor f-strings. The catalogue itself is Babel's.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "locale" / "fr" / "LC_MESSAGES" / "cahra.po"
SOURCES = ("app.py", "views/**/*.py", "jobs/**/*.py", "layers/**/*.py", "i18n/**/*.py", "geo/**/*.py")
# Sentences that stand in data and are shown to readers: file, column or key.
DATA = (
    ("data/zone_findings.csv", "finding"),
    ("data/rules.toml", "ground"),
    ("data/rules.toml", "question"),
    ("data/programme_types.csv", "label"),
    ("data/programme_types.csv", "meaning"),
)
_ERROR = re.compile(r"[A-Z]\w*Error$")
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
"""A reason or a column, not a sentence."""
_BUILTIN = {"ValueError", "TypeError", "KeyError", "RuntimeError", "OSError", "IndexError", "AssertionError"}


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def marked(source: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Messages marked by ``_``, ``N_``, ``Note`` and ``plural``, also inside f-strings: line, one or two forms."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        count = {"_": 1, "N_": 1, "Note": 1, "note": 1, "translate": 1, "plural": 2, "counted": 2}.get(name, 0)
        forms = tuple(_text(arg) for arg in node.args[:count])
        if forms and all(forms):
            yield node.lineno, forms


def error_sentences(source: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Literal sentences given to the named errors."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if not _ERROR.match(name) or name in _BUILTIN:
            continue
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("expected", "got", "remedy"))]
        for value in given:
            for text in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
                if re.search(r"[A-Za-z]{2}", _text(text)) and not _CODE.fullmatch(_text(text)):
                    yield node.lineno, (_text(text),)


def template() -> Catalog:
    """Every message of the code, in the order of files and lines."""
    catalogue = Catalog(project="CAHRA Atlas", charset="utf-8", fuzzy=False)
    for label in ("Expected", "Got", "Remedy"):
        catalogue.add(label, locations=[("geo/errors.py", 1)])
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            source = path.read_bytes()
            where = path.relative_to(ROOT).as_posix()
            for _line, forms in [*marked(source), *error_sentences(source)]:
                catalogue.add(forms if len(forms) > 1 else forms[0], locations=[(where, 1)])
    for name, field in DATA:
        for text in in_data(ROOT / name, field):
            catalogue.add(text, locations=[(name, 1)])
    return catalogue


def in_data(path: Path, field: str) -> list[str]:
    """Sentences of one field of an embedded file, each once."""
    if path.suffix == ".toml":
        with path.open("rb") as file:
            return sorted({rule[field] for rule in tomllib.load(file)["rule"]})
    with path.open(encoding="utf-8", newline="") as rows:
        return sorted({row[field] for row in csv.DictReader(rows)})


def french() -> Catalog:
    """The committed French catalogue."""
    if not PO.is_file():
        return Catalog(locale="fr", project="CAHRA Atlas", charset="utf-8", fuzzy=False)
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def typeset(text: str) -> str:
    r"""French as it is printed: no line breaks before ``: ; ? ! %`` or inside « », and one kind of apostrophe.

    Every such space is U+00A0; what has none (``{n?|s}``, ``EPSG:4326``, ``[%]``, ``:material/map:``) stays as it is.
    The apostrophe is the one of keyboards, so that a text is found by who types it.

    Examples
    --------
    >>> typeset("Réponse : « l’or » ; 5 % ?")
    "Réponse\xa0: «\xa0l'or\xa0»\xa0; 5\xa0%\xa0?"
    """
    text = re.sub(r"[ \u202f](?=[:;?!%](?![\w/\[]))", "\xa0", text)
    return re.sub(r"[ \u202f](?=»)|(?<=«)[ \u202f]", "\xa0", text).replace("’", "'")


def untranslated() -> list[str]:
    """Messages of the code that have no French, or a doubtful one."""
    translations = french()
    out = []
    for message in template():
        if not message.id:
            continue
        own = translations.get(message.id if isinstance(message.id, str) else message.id[0])
        forms = [] if own is None else [own.string] if isinstance(own.string, str) else list(own.string)
        if own is None or not forms or not all(forms) or own.fuzzy:
            out.append(message.id if isinstance(message.id, str) else message.id[0])
    return out


def main() -> None:
    """Rewrite the catalogue, or list what it lacks."""
    if "--list" in sys.argv:
        print(*untranslated(), sep="\n")
        return
    catalogue = french()
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        if message.id and message.string:
            one = isinstance(message.string, str)
            message.string = typeset(message.string) if one else tuple(map(typeset, message.string))
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, no_location=True, omit_header=False)
    # The dates of the header change on every run and say nothing.
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Generated-By): .*\n', "", PO.read_text(), flags=re.M
    )
    PO.write_text(text)


if __name__ == "__main__":
    main()
