"""CMRT, EMRT and AMRT: the reporting templates of the Responsible Minerals Initiative, filled in by suppliers.

They are read by position and not by heading: headings are formulas in ten languages, and a workbook written by another
program has no stored values for them. Positions are data (``data/reporting_templates.csv``). No list of smelters comes
with this project: the workbook's own look-up gives standard names.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geo.errors import FormatError
from geo.messages import Note
from geo.records.place_names import plain
from layers.formats import LOCAL, Gateway, read
from layers.formats.choice import Choice
from layers.reference.tables import rows as table_rows

DECLARATION, SMELTERS, MINES, PRODUCTS, LOOK_UP = (
    "Declaration", "Smelter List", "Mine List", "Product List", "Smelter Look-up",
)  # fmt: skip
SHEETS = (DECLARATION, SMELTERS, MINES, PRODUCTS, LOOK_UP, "Revision", "Instructions")
"""What is read of a workbook; the pages for checking and the hidden lists are not."""
FIRST_SMELTER, FIRST_MINE, FIRST_PRODUCT, FIRST_LOOK_UP = 5, 5, 6, 5
"""Rows below the headings, in every revision."""
LOOKUP_COLUMNS = dict(
    zip(
        ("metal", "chosen", "name", "country", "smelter_id", "id_source", "street", "city", "state", "mines",
         "mine_countries", "recycled", "comments", "standard_name"),
        ("B", "C", "D", "E", "F", "G", "H", "I", "J", "N", "O", "P", "Q", "R"),
        strict=True,
    )
)  # fmt: skip
PLAIN_COLUMNS = dict(
    zip(
        ("metal", "name", "country", "smelter_id", "id_source", "street", "city", "state", "mines", "mine_countries",
         "recycled", "comments"),
        ("A", "B", "C", "D", "E", "F", "G", "H", "L", "M", "N", "O"),
        strict=True,
    )
)  # fmt: skip
MINE_COLUMNS = {"metal": "A", "smelter": "B", "name": "C", "mine_id": "D", "id_source": "E", "country": "F",
                "street": "G", "city": "H", "state": "I", "comments": "M"}  # fmt: skip
PRODUCT_COLUMNS = {"number": "B", "name": "C"}
YES = frozenset({"yes", "oui", "si", "sim", "ja", "はい", "是", "예", "evet", "tak", "1"})
RECYCLED = frozenset({"recycled", "scrap", "recycle", "recycled or scrap", "scrap or recycled", "recycled scrap",
                      "recycle ou ferraille", "recyclé", "ferraille", "reciclado", "chatarra", "sucata"})  # fmt: skip
"""What the template asks to be written in place of a mine, and how it is answered."""
NOT_LISTED = frozenset({"smelter not listed", "smelter not yet identified", "unknown", "not yet identified"})
_REVISION = re.compile(r"(?:revision|rev\.?|version)?\s*(\d{1,2}\.\d{1,3})(?![\d.])", re.IGNORECASE)
_NAMES = {
    "CMRT": ("cmrt", "conflict minerals reporting template"),
    "EMRT": ("emrt", "extended minerals reporting template", "cobalt reporting template"),
    "AMRT": ("amrt", "additional minerals reporting template", "pilot reporting template"),
}
_METALS = {"CMRT": {"tantalum", "tin", "gold", "tungsten"}, "EMRT": {"cobalt", "mica"}}


@dataclass(frozen=True)
class ReportingTemplate:
    """One filled-in template.

    Attributes
    ----------
    kind, revision
        CMRT, EMRT or AMRT; as the workbook states it, blank where it does not.
    answers
        `question` (1 to 8, A to H), `mineral` (blank for a question of the company), `answer`, `comment`, `row`.
    smelters
        `metal, chosen, name, standard_name, country, smelter_id, mines, mine_countries, recycled (true, false),
        comments, row`.
    mines
        `metal, smelter, name, mine_id, country, city, state, comments, row`.
    products
        `number, name, row`.
    """

    kind: str
    revision: str
    company: str = ""
    scope: str = ""
    scope_text: str = ""
    unique_id: str = ""
    effective: str = ""
    answers: pd.DataFrame = field(default_factory=pd.DataFrame)
    smelters: pd.DataFrame = field(default_factory=pd.DataFrame)
    mines: pd.DataFrame = field(default_factory=pd.DataFrame)
    products: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: list[str] = field(default_factory=list)
    name: str = ""
    sha256: str = ""


def is_template(sheets: tuple[str, ...]) -> bool:
    """Whether the sheets of a workbook are those of a reporting template.

    Examples
    --------
    >>> is_template(("Revision", "Declaration", "Smelter List", "Checker")), is_template(("Mines", "Declaration"))
    (True, False)
    """
    names = {plain(sheet) for sheet in sheets}
    return {plain(DECLARATION), plain(SMELTERS)} <= names


def read_template(source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL) -> ReportingTemplate:
    """Declaration, smelters, mines and products of a template.

    Raises
    ------
    geo.errors.FormatError
        The workbook is no CMRT, EMRT or AMRT.
    """
    cells = _Workbook(source, name, gateway)
    kind, revision = _kind(cells)
    layout = _layout(kind, revision)
    notes: list[str] = []
    declaration = cells.sheet(DECLARATION)
    answers = _answers(declaration, layout, cells)
    smelters = _smelters(cells, layout, notes)
    mines = (
        _listed(cells.sheet(MINES), MINE_COLUMNS, FIRST_MINE) if layout["mine_list"] == "yes" else _blank(MINE_COLUMNS)
    )
    mines = mines[(mines["name"] != "") | (mines["country"] != "")].reset_index(drop=True)
    products = _listed(cells.sheet(PRODUCTS), PRODUCT_COLUMNS, FIRST_PRODUCT)
    if cells.hollow:
        notes.append(
            Note("Formulas of the template have no stored result: open and save it in a spreadsheet program for them.")
        )

    def cell(field_name: str) -> str:
        return declaration.get((int(layout[f"{field_name}_row"]), "D"), "").strip()

    template = ReportingTemplate(
        kind, revision, cell("company"), cell("scope"), cell("scope_text"), cell("unique_id"),
        _day(cell("effective")), answers, smelters, mines, products, notes, cells.name, cells.sha256,
    )  # fmt: skip
    notes.insert(0, _headline(template))
    return template


def _headline(template: ReportingTemplate) -> Note:
    """What the template is, in one sentence."""
    unknown = Note("not stated")
    return Note(
        "{kind} {revision} of {company}, effective {day}: {smelters} smelter row{smelters?|s}, "
        "{recycled} of them recycled or scrap, {mines} mine{mines?|s} listed, {products} "
        "product{products?|s}.",
        kind=template.kind,
        revision=template.revision or Note("of an unstated revision"),
        company=template.company or unknown,
        day=template.effective or unknown,
        smelters=len(template.smelters),
        recycled=int(template.smelters["recycled"].sum()),
        mines=len(template.mines),
        products=len(template.products),
    )


Cells = Mapping[tuple[int, str], str]


class _Workbook:
    """Cells of the sheets by row and letter."""

    def __init__(self, source: bytes | Path, name: str | None, gateway: Gateway) -> None:
        table = read(source, name, gateway=gateway, choice=Choice(sheet=":".join(SHEETS), raw=True))
        self.name, self.sha256 = table.name, table.sha256
        self.hollow = "formula_without_value" in table.remarks
        self._kept: dict[str, dict[tuple[int, str], str]] = {}
        letters = [str(letter) for letter in table.frame.columns if letter != "sheet"]
        columns = [table.frame[letter].tolist() for letter in letters]
        for at, (title, row) in enumerate(zip(table.frame["sheet"], table.row.tolist(), strict=True)):
            cells = self._kept.setdefault(plain(str(title)), {})
            for letter, column in zip(letters, columns, strict=True):
                if text := column[at].strip():
                    cells[row, letter] = text

    def sheet(self, title: str) -> Cells:
        """The cells of a sheet; none where there is no such sheet."""
        return self._kept.get(plain(title), {})


def _kind(cells: _Workbook) -> tuple[str, str]:
    """Which template it is, and its revision: as its own pages say, else by the metals that it knows."""
    front = [t for (row, _), t in cells.sheet("Revision").items() if row <= 80]
    front += [t for (row, _), t in cells.sheet(DECLARATION).items() if row <= 6]
    front += [t for (row, _), t in cells.sheet("Instructions").items() if row <= 6]
    text = " ".join(front).casefold() + " " + cells.name.casefold()
    counts = {kind: sum(text.count(word) for word in words) for kind, words in _NAMES.items()}
    kind = max(counts, key=lambda k: counts[k]) if any(counts.values()) else ""
    if not kind:
        metals = {t.casefold() for (_, letter), t in cells.sheet(LOOK_UP).items() if letter == "A"}
        metals |= {t.casefold() for (_, letter), t in cells.sheet(SMELTERS).items() if letter in "AB"}
        kind = next((k for k, own in _METALS.items() if metals & own), "")
    if not kind:
        raise FormatError(
            "The workbook has the sheets of a reporting template, but does not say which.", where=cells.name,
            expected="CMRT, EMRT or AMRT", remedy="Put CMRT, EMRT or AMRT into the file's name.",
        )  # fmt: skip
    revisions = [found[1] for t in front if (found := re.search(r"revision\s+(\d{1,2}\.\d{1,3})", t, re.IGNORECASE))]
    named = _REVISION.search(cells.name)
    # The page of revisions tells of all of them: the newest is that of the file.
    newest = max(revisions, key=_order) if revisions else (named[1] if named else "")
    return kind, newest


def _order(revision: str) -> tuple[int, int, int]:
    """Revisions in the order of their release: 6.01, 6.1, 6.22, 6.31, 6.4, 6.5.

    Examples
    --------
    >>> sorted(["6.5", "6.31", "6.01", "6.1", "6.22", "6.4"], key=_order)
    ['6.01', '6.1', '6.22', '6.31', '6.4', '6.5']
    """
    whole, _, part = revision.partition(".")
    return int(whole), int((part + "0")[:2]) if part else 0, int(part or 0)


def _layout(kind: str, revision: str) -> Mapping[str, str]:
    known = [row for row in table_rows("reporting_templates.csv") if row["kind"] == kind]
    fits = [row for row in known if not revision or _order(row["from_revision"]) <= _order(revision)]
    return fits[-1] if fits else known[0]


def _answers(declaration: Cells, layout: Mapping[str, str], cells: _Workbook) -> pd.DataFrame:
    """Answers of every question, per mineral, and of the company's policies."""
    out: list[tuple[str, str, str, str, int]] = []
    first, step, fixed = int(layout["first_question_row"]), int(layout["question_step"]), layout["minerals"].split(";")
    for question in range(int(layout["questions"])):
        start = first + question * step
        for offset in range(1, step - 1):
            row = start + offset
            answer, comment = declaration.get((row, "D"), ""), declaration.get((row, "G"), "")
            label = declaration.get((row, "B"), "").strip(" (*):")
            mineral = fixed[offset - 1] if len(fixed) > 1 and offset <= len(fixed) else label
            if answer or comment:
                out.append((str(question + 1), mineral, answer, comment, row))
    for number, text in enumerate(r for r in layout["policy_rows"].split(";") if r):
        row = int(text)
        answer, comment = declaration.get((row, "D"), ""), declaration.get((row, "G"), "")
        if answer or comment:
            out.append(("ABCDEFGH"[number], "", answer, comment, row))
    return pd.DataFrame(out, columns=["question", "mineral", "answer", "comment", "row"])


def _listed(cells: Cells, letters: Mapping[str, str], first: int) -> pd.DataFrame:
    """Rows of a list from its first row on; blank ones are left out."""
    numbers = sorted({row for row, letter in cells if row >= first and letter in letters.values()})
    out = pd.DataFrame(
        {name: [cells.get((row, at), "") for row in numbers] for name, at in letters.items()}, dtype="str"
    )
    return out.assign(row=pd.array(numbers, dtype="int64"))


def _blank(letters: Mapping[str, str]) -> pd.DataFrame:
    return _listed({}, letters, 1)


def _smelters(cells: _Workbook, layout: Mapping[str, str], notes: list[str]) -> pd.DataFrame:
    """The smelter list with standard names of the workbook's own look-up; rows without metal and name are left out."""
    letters = LOOKUP_COLUMNS if layout["smelter_columns"] == "lookup" else PLAIN_COLUMNS
    frame = _listed(cells.sheet(SMELTERS), letters, FIRST_SMELTER)
    for name in ("chosen", "standard_name"):
        if name not in frame:
            frame[name] = pd.Series([""] * len(frame), dtype="str")
    named = (
        (frame["name"] != "") | (frame["chosen"] != "") | (frame["smelter_id"] != "") | (frame["standard_name"] != "")
    )
    frame = frame[named | (frame["mines"] != "")].reset_index(drop=True)
    known = _look_up(cells.sheet(LOOK_UP))
    found = [
        known.get((m.casefold(), plain(c or n)))
        for m, c, n in zip(frame["metal"], frame["chosen"], frame["name"], strict=True)
    ]
    for position, column in enumerate(("standard_name", "country", "smelter_id")):
        theirs = pd.Series(["" if one is None else one[position] for one in found], dtype="str")
        frame[column] = frame[column].where(frame[column] != "", theirs)
    chosen = frame["chosen"].map(plain).isin(NOT_LISTED)
    best = frame["standard_name"].where(frame["standard_name"] != "", frame["name"])
    frame["standard_name"] = best.where((best != "") | chosen, frame["chosen"])
    stated = [plain(text) for text in frame["mines"]]
    abroad = [plain(text) for text in frame["mine_countries"]]
    recycled = {plain(word) for word in RECYCLED}
    words = [any(part in recycled for part in _parts(t)) for t in stated]
    words2 = [any(part in recycled for part in _parts(t)) for t in abroad]
    frame["recycled"] = (
        frame["recycled"].map(plain).isin({plain(y) for y in YES}).to_numpy() | pd.array(words) | pd.array(words2)
    )
    if chosen.any():
        notes.append(Note("{n} smelter row{n?|s} {n?names|name} no smelter of the look-up.", n=int(chosen.sum())))
    return frame


def _parts(text: str) -> list[str]:
    return [text, *(p.strip() for p in re.split(r"[;,/|\n]| and | or ", text))]


def _look_up(cells: Cells) -> dict[tuple[str, str], tuple[str, str, str]]:
    """(metal, name in the look-up) to standard name, country and id."""
    numbers = sorted({row for row, _ in cells if row >= FIRST_LOOK_UP})
    out: dict[tuple[str, str], tuple[str, str, str]] = {}
    for row in numbers:
        metal, alias, standard = (cells.get((row, letter), "") for letter in "ABC")
        if metal and alias and standard:
            cells_of_row = (standard, cells.get((row, "D"), ""), cells.get((row, "E"), ""))
            out.setdefault((metal.casefold(), plain(alias)), cells_of_row)
            out.setdefault((metal.casefold(), plain(standard)), cells_of_row)
    return out


def _day(text: str) -> str:
    """A date of the declaration as YYYY-MM-DD where it can be read, else as it stands."""
    from layers.formats.values.dates import parse_date

    day, _ = parse_date(text, serials=True)
    return day.isoformat() if isinstance(day, dt.date) else text
