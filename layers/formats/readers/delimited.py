"""CSV and TSV: encoding, delimiter and decimal sign found out, every cell kept as the text that stands there."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import FormatError
from layers.formats.alike import chosen
from layers.formats.choice import ANY, SEARCHED, Choice, find_header
from layers.formats.limits import Clock
from layers.formats.source import Source
from layers.formats.table import Columns, Parsed, Report, id_of, unlike
from layers.formats.values.numbers import decimal_of

_CHUNK = 20_000
_SAMPLE = 1 << 16
DELIMITERS = ",;\t|"
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def find_encoding(source: Source, clock: Clock) -> str:
    """`utf-8-sig`, `utf-8`, else `cp1252`, else `latin-1`; refuses NUL bytes.

    The whole file is looked at, in blocks: an accent in the last row counts as much as one in the first.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    good, high = True, set()
    with source.open() as stream:
        while block := stream.read(1 << 20):
            clock.check(source.name)
            if b"\x00" in block:
                raise FormatError(
                    "The text holds NUL bytes.", where=source.name, expected="text", remedy="Save it as CSV UTF-8."
                )
            if good:
                try:
                    utf8.decode(block)
                except UnicodeDecodeError:
                    good = False
            if _SURROGATE.search(block):
                raise FormatError("The text holds half of a surrogate pair.", where=source.name, expected="UTF-8")
            if not block.isascii():
                high |= {b for b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) if bytes([b]) in block}
        if good:
            try:
                utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                good = False
    if good:
        return "utf-8-sig" if source.head.startswith(codecs.BOM_UTF8) else "utf-8"
    return "latin-1" if high else "cp1252"


def find_delimiter(sample: str) -> str:
    r"""The delimiter under which the first records of `sample` agree best.

    Examples
    --------
    >>> find_delimiter('id;nom;lat;lon\n1;"Boda, ouest";4,317;17,467\n')
    ';'
    """
    best, best_score, titled = ",", (0.0, 0), (",", (0.0, 0))
    for delimiter in DELIMITERS:
        records = []
        try:
            for record in islice(csv.reader(io.StringIO(sample), delimiter=delimiter), 60):
                if record and not (len(record) == 1 and record[0].startswith("#")):
                    records.append(record)  # noqa: PERF401  (the reader may raise half-way)
        except csv.Error:
            pass
        if not records:
            continue
        usual = Counter(len(r) for r in records).most_common(1)[0]
        if usual[0] > 1 and (score := (round(usual[1] / len(records), 1), usual[0])) > titled[1]:
            titled = delimiter, score
        width = len(records[0])
        if width < 2:
            continue
        body = records[1:] or records
        agreeing = sum(len(r) in (width, width + 1) for r in body) / len(body)
        score = (round(agreeing, 1), width)
        if score > best_score:
            best, best_score = delimiter, score
    # Where a title stands above the header, the first record tells nothing: then most records decide.
    return best if best_score[0] >= 0.5 or titled[1][0] <= 0.5 else titled[0]


def _records(lines: Iterable[str], delimiter: str) -> Iterator[list[str] | csv.Error]:
    """Records one after the other; a broken one is given as the error, and reading goes on behind it."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield fault


def header_names(names: list[str], name: str) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Names of columns, each once and none blank, and which stood twice."""
    names = [n.strip() for n in names]
    if not any(names):
        raise FormatError("The first line names no column.", where=name, expected="a header line")
    return unlike([n or f"column_{i + 1}" for i, n in enumerate(names)])


def note_repeated_columns(twice: dict[str, tuple[str, ...]], report: Report) -> None:
    """Note columns that stand twice: they are kept apart, and refused only where they are needed."""
    if twice:
        shown = ", ".join(f"{name} ({', '.join(again)})" for name, again in list(twice.items())[:5])
        report.note("Columns that stand twice are kept under new names: {names}.", names=shown)


def is_hxl(record: list[str]) -> bool:
    """True for the line of HXL tags that humanitarian tables carry under the header.

    Examples
    --------
    >>> is_hxl(["#date+start", "", "#affected"]), is_hxl(["#1", "x"])
    (True, False)
    """
    filled = [c.strip() for c in record if c.strip()]
    return bool(filled) and all(c.startswith("#") and c[1:2].isalpha() for c in filled)


def read_delimited(
    source: Source, clock: Clock, report: Report, columns: Collection[str] | None, choice: Choice = ANY
) -> Parsed:
    """Rows of a CSV or TSV. See :func:`layers.formats.read` for what holds for every format."""
    gateway = clock.gateway
    encoding = find_encoding(source, clock)
    if encoding in ("cp1252", "latin-1"):
        report.note("The text is not UTF-8; it was read as {encoding}, check the accents.", encoding=encoding)
    if csv.field_size_limit() < gateway.cell_characters:
        csv.field_size_limit(gateway.cell_characters)
    with io.TextIOWrapper(source.open(), encoding=encoding, newline="") as stream:
        sample = stream.read(_SAMPLE)
        whole = len(sample) < _SAMPLE
        first = sample.split("\n", 1)[0].strip()
        delimiter_stated = first[4:5] if first.lower().startswith("sep=") and len(first) == 5 else ""
        body = sample if whole else sample[: sample.rfind("\n") + 1] or sample
        delimiter = delimiter_stated or find_delimiter(body)
        if delimiter not in DELIMITERS:
            raise FormatError("The delimiter is not one of , ; tab |.", where=source.name, got=delimiter)
        stream.seek(0)
        return _read_stream(source, stream, delimiter, encoding, clock, report, columns, choice)


Numbered = Iterator[tuple[int, list[str] | csv.Error]]


def _find_header(
    numbered: Numbered, source: Source, report: Report, choice: Choice
) -> tuple[list[str], dict[str, tuple[str, ...]], int, Numbered]:
    """Names of the columns, those that stand twice, the row of the header, and the records behind it.

    Lines that start with # before the header are comments; titles above it are passed over where the columns of the
    header are known ones.
    """
    top: list[tuple[int, list[str]]] = []
    seen: list[tuple[int, list[str] | csv.Error]] = []
    for number, record in numbered:
        if isinstance(record, csv.Error):
            if not top or "end of data" in str(record) or "field larger" in str(record):
                raise _broken(record, number, source)
            seen.append((number, record))
            break
        seen.append((number, record))
        if any(c.strip() for c in record) and not (number == 1 and record[0].lower().startswith("sep=")):
            top.append((number, record))
        if len(top) > SEARCHED:
            break
    if not top:
        raise FormatError("The file has no rows.", where=source.name, expected="a header line and rows")
    if choice.header and not choice.header_row and (unnamed := choice.header.unnamed(top[0][1])):
        report.note("The file has no header; its columns were read in the order in which they are published.")
        return unnamed, {}, 0, chain(seen, numbered)
    found = find_header(top, choice, _usual(top))
    if found is None:
        raise FormatError("There is no such row to be the header.", where=source.name, got=str(choice.header_row))
    above = [record for _, record in top[: found.first]]
    if comments := sum(record[0].lstrip().startswith("#") for record in above):
        report.note("A comment line before the header was passed over.")
    if len(above) > comments:
        report.note(
            "{n} line{n?|s} above the header {n?was|were} passed over; the header is row {row}.",
            n=len(above) - comments,
            row=top[found.last][0],
        )
    if found.last > found.first:
        report.note(
            "The header has two rows, which were joined ({a} and {b}).", a=top[found.first][0], b=top[found.last][0]
        )
    names, twice = header_names(found.names, source.name)
    note_repeated_columns(twice, report)
    header = top[found.last][0]
    return names, twice, header, chain((one for one in seen if one[0] > header), numbered)


def _usual(top: list[tuple[int, list[str]]]) -> int:
    """Position of the header where no name is known: the first line that is no comment, or a comment as wide as it."""
    for at, (_, record) in enumerate(top):
        if at and len(top[at - 1][1]) == len(record) > 1 and top[at - 1][1][0].lstrip().startswith("#"):
            return at - 1
        if not record[0].lstrip().startswith("#"):
            return at
    return len(top) - 1


def _broken(fault: csv.Error, number: int, source: Source) -> FormatError:
    """The error of a record that swallows what follows it."""
    if "field larger" in str(fault):
        return FormatError(
            "A cell that begins in row {row} is too long; a quotation mark is probably never closed.",
            where=source.name,
            expected="cells within the limit cell_characters",
            row=number,
        )
    return FormatError(
        "A quotation mark that opens in row {row} is never closed.",
        where=source.name,
        expected="quotation marks in pairs",
        remedy="Close it, or double the marks that belong to the text.",
        row=number,
    )


@dataclass
class _Chunk:
    """The wanted cells of records of the header's width, and their rows."""

    records: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


class _Body:
    """Cuts the records behind the header into chunks of the header's width and reports the others."""

    def __init__(self, names: list[str], wanted: list[int], source: Source, clock: Clock, report: Report) -> None:
        self.wanted = wanted
        self.names, self.source, self.clock, self.report = names, source, clock, report
        self.id_at = id_of(names)
        self.trailing, self.blank = False, 0
        self.read = 0
        self.first = True
        self.short: list[tuple[int, list[str]]] = []

    def chunks(self, numbered: Numbered) -> Iterator[_Chunk]:
        """All records, chunk by chunk; short rows, which need a look at all of them, at last."""
        while (chunk := self.chunk(numbered)) is not None:
            yield chunk
        yield self.settle()

    def chunk(self, numbered: Numbered) -> _Chunk | None:
        """The next chunk, None at the end."""
        out, width, seen = _Chunk(), len(self.names), 0
        longest = self.clock.gateway.cell_characters
        watched = longest < csv.field_size_limit()
        pick = _picker(self.wanted)  # cells that nobody asked for are let go at once: half the time on wide files
        for number, record in islice(numbered, _CHUNK):
            seen += 1
            self.read += 1
            if isinstance(record, csv.Error):
                if "end of data" in str(record) or "field larger" in str(record):
                    raise _broken(record, number, self.source)
                self.report.reject(number, "quote_stray", expected="quotation marks doubled inside quotes")
                continue
            if len(record) == width + 1 and not record[-1]:
                self.trailing = True
                record.pop()
            if len(record) != width or not (record[0] or any(record)):
                self._odd(number, record, width)
                continue
            if self.first:
                self.first = False
                if is_hxl(record):
                    self.report.note("The second line of HXL tags was passed over.")
                    self.read -= 1
                    continue
            if watched and max(map(len, record)) > longest:
                most = f"{longest} characters at most"
                self.report.reject(number, "cell_too_long", id=self._id(record), expected=most)
                continue
            out.records.append(pick(record))
            out.rows.append(number)
        return out if seen else None

    def _odd(self, number: int, record: list[str], width: int) -> None:
        if not any(c.strip() for c in record):
            self.blank += 1
            self.read -= 1
            return
        if len(record) < width:
            self.short.append((number, record))
            return
        got = f"{len(record)} fields"
        self.report.reject(number, "too_many_fields", id=self._id(record), expected=f"{width} fields", got=got)

    def settle(self) -> _Chunk:
        """Short rows that Excel wrote so, blank at their end; the others are reported.

        Excel leaves out empty cells at the end of whole blocks of rows: several rows of one length, side by side. A
        line break inside a cell leaves pieces of different lengths side by side, and a cut file one short row.
        """
        out, width, pick = _Chunk(), len(self.names), _picker(self.wanted)
        lengths = {number: len(record) for number, record in self.short}
        counts = Counter(lengths.values())
        self.clock.gateway.check("cells", self.read * len(self.wanted), self.source.name)
        for number, record in self.short:
            size = len(record)
            alike = {lengths.get(number - 1, size), lengths.get(number + 1, size)} == {size}
            if size > 1 and counts[size] > 1 and alike and 2 * size != width + 1:
                out.records.append(pick(record + [""] * (width - size)))
                out.rows.append(number)
                continue
            expected, got = f"{width} fields", f"{size} field{'' if size == 1 else 's'}"
            self.report.reject(number, "too_few_fields", id=self._id(record), expected=expected, got=got)
        if out.rows:
            self.report.remark("short_row", out.rows)
        return out

    def _id(self, record: list[str]) -> str:
        return record[self.id_at] if self.id_at is not None and self.id_at < len(record) else ""


def _picker(wanted: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """A function that takes the `wanted` cells of a record, as fast as Python can."""
    if len(wanted) > 1:
        return itemgetter(*wanted)
    return lambda record: tuple(record[i] for i in wanted)


def _read_stream(
    source: Source,
    stream: io.TextIOWrapper,
    delimiter: str,
    encoding: str,
    clock: Clock,
    report: Report,
    columns: Collection[str] | None,
    choice: Choice,
) -> Parsed:
    numbered: Numbered = enumerate(_records(stream, delimiter), start=1)
    names, twice, header_row, numbered = _find_header(numbered, source, report, choice)
    clock.gateway.check("columns", len(names), source.name)
    wanted = chosen(names, twice, columns)
    body = _Body(names, wanted, source, clock, report)
    parts: list[list[Any]] = [[] for _ in wanted]
    rows: list[int] = []
    for chunk in body.chunks(numbered):
        clock.check(source.name)
        rows += chunk.rows
        clock.gateway.check("rows", body.read, source.name)
        clock.gateway.check("cells", len(rows) * len(wanted), source.name)
        if chunk.records:
            cells = list(zip(*chunk.records, strict=True))
            for part, column in zip(parts, cells, strict=True):
                part.append(pd.array(list(column), dtype="str"))
    if not rows:
        report.note("The file has a header and no rows that could be read.")
    if body.trailing:
        report.remark("trailing_field")
    if body.blank:
        report.note("{n} blank row{n?|s} {n?was|were} passed over.", n=body.blank)
    table = Columns({names[i]: _joined(part) for part, i in zip(parts, wanted, strict=True)}, len(rows))
    row = np.asarray(rows, dtype=np.int64)
    if "short_row" in report.remarks:  # they were settled last and belong in between
        order = np.argsort(row)
        table, row = Columns({n: c[order] for n, c in table.cells.items()}, len(rows)), row[order]
    meta = {"header_row": str(header_row), "encoding": encoding, "delimiter": delimiter, "decimal": _decimal(table)}
    form = "tsv" if delimiter == "\t" else "csv"
    return Parsed(table, row, None, form, body.read, meta, header=tuple(names), twice=twice)


def _joined(parts: list[Any]) -> Any:
    if not parts:
        return pd.array([], dtype="str")
    return parts[0] if len(parts) == 1 else pd.concat([pd.Series(p) for p in parts], ignore_index=True).array


def _decimal(table: Columns) -> str:
    """The decimal sign that the columns of coordinates show, else that of the first rows at large; ``.`` by default."""
    likely = [n for n in table.names if n.strip().lower()[:3] in ("lat", "lon", "lng", "x", "y")]
    values = [v for n in likely or table.names[:30] for v in table.texts(n, 50)]
    return decimal_of(values) or "."
