"""Elements of a large XML file one after another, in bounded memory, with no entity ever expanded.

A document type declaration is refused where it begins, before its entities are read: without one there is nothing to
expand and nothing foreign to fetch. The parser is Python's own (expat, in C); only the wanted elements are built, and
those to be skipped are not even kept.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element

from geo.errors import FormatError
from layers.formats.limits import Clock
from layers.formats.source import Source

BLOCK = 1 << 18
"""Bytes given to the parser at a time; elements inside one block are in memory together."""


class _Target:
    """Collects whole elements of one tag; the tags of `skip` inside them are left out with all that they hold."""

    def __init__(self, tag: str, skip: Collection[str], clock: Clock, name: str) -> None:
        self.tag, self.skip, self.clock, self.name = tag, frozenset(skip), clock, name
        self.done: list[Element] = []
        self.outside: dict[str, dict[str, str]] = {}
        self._builder: ET.TreeBuilder | None = None
        self._depth = self._inside = self._skipping = 0

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        raise FormatError(
            "The XML declares a document type, which is refused: its entities could expand or fetch.",
            where=self.name,
            expected="XML without <!DOCTYPE ...>",
            got=f"<!DOCTYPE {name[:40]} ...>",
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self.clock.gateway.xml_depth:
            self.clock.gateway.check("xml_depth", self._depth, self.name)
        if self._skipping:
            self._skipping += 1
        elif self._builder is None:
            if tag == self.tag:
                self._builder, self._inside = ET.TreeBuilder(), 1
                self._builder.start(tag, attributes)
            else:
                self.outside.setdefault(tag, attributes)
        elif tag in self.skip:
            self._skipping = 1
        else:
            self._inside += 1
            self._builder.start(tag, attributes)

    def data(self, text: str) -> None:
        if self._builder is not None and not self._skipping:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._skipping:
            self._skipping -= 1
        elif self._builder is not None:
            self._builder.end(tag)
            self._inside -= 1
            if not self._inside:
                self.done.append(self._builder.close())
                self._builder = None

    def close(self) -> None:
        """Nothing is left to build."""


class Elements:
    """All elements `tag` of an XML file, in order.

    Attributes
    ----------
    broken
        After the last element: where and why the XML broke off, blank when it was whole.
    outside
        Attributes of the first element of each tag met outside the wanted ones (the root among them).

    Examples
    --------
    >>> from layers.formats.limits import LOCAL
    >>> source = Source(b"<a v='2'><b>one</b><c/><b>two<x>no</x></b></a>", "t.xml", LOCAL)
    >>> elements = Elements(source, "b", LOCAL.clock(), skip=["x"])
    >>> [e.text for e in elements], elements.outside["a"], elements.broken
    (['one', 'two'], {'v': '2'}, '')
    """

    def __init__(self, source: Source, tag: str, clock: Clock, *, skip: Collection[str] = ()) -> None:
        self.source, self.clock = source, clock
        self._target = _Target(tag, skip, clock, source.name)
        self.outside = self._target.outside
        self.broken = ""

    def __iter__(self) -> Iterator[Element]:
        parser = ET.XMLParser(target=self._target)  # noqa: S314  (the target refuses every DOCTYPE)
        with self.source.open() as stream:
            try:
                while block := stream.read(BLOCK):
                    self.clock.check(self.source.name)
                    parser.feed(block)
                    yield from self._taken()
                parser.close()
            except ET.ParseError as fault:
                self.broken = str(fault)
        yield from self._taken()

    def _taken(self) -> list[Element]:
        taken, self._target.done = self._target.done, []
        return taken
