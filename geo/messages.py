"""Sentences for readers that keep what they were made of, so that a page can say them in another language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

SOURCE = "en"
"""The language of the code: messages are written in it, and it needs no catalogue."""
FORMS = re.compile(r"\{(\w+)\?([^{}|]*)\|([^{}|]*)\}")
"""A form for one and one for many: the name of what is counted, and both."""


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """`text` itself: marks a message that is translated where it is shown.

    Parameters
    ----------
    text
        The message in English, as the catalogues know it.
    """
    return text


PAIR = N_("{label}: {value}")
"""A label and its value; French puts a space before the colon."""


def is_one(value: object) -> bool:
    """Whether a number, or one that is written already, takes the form for one thing in English.

    Parameters
    ----------
    value
        A number, or a number that is written already; what is missing is not one.
    """
    return value == 1 if isinstance(value, int | float) else str(value) == "1"


def filled(text: str, values: Mapping[str, object], one: Callable[[object], bool] = is_one) -> str:
    """`text` with its placeholders filled; ``{n?row|rows}`` is the form for one and for many.

    Parameters
    ----------
    one
        Whether a value takes the form for one, as the language of `text` counts.
    text
        A message with placeholders ``{name}`` and forms ``{name?one|many}``.
    values
        What stands for each placeholder, by its name; one that the text names and this lacks raises KeyError.

    Examples
    --------
    >>> filled("{n} row{n?|s}", {"n": 1}), filled("{n} row{n?|s}", {"n": 0}), filled("{n} row{n?|s}", {"n": "1,000"})
    ('1 row', '0 rows', '1,000 rows')
    >>> filled("{n} ligne{n?|s} {n?lue|lues}", {"n": 0}, lambda n: n < 2)
    '0 ligne lue'
    """
    if "?" in text:
        text = FORMS.sub(lambda m: m[2] if one(values.get(m[1])) else m[3], text)
    return text.format(**values)


def counts_like(translate: object) -> Callable[[object], bool]:
    """How the language of `translate` counts; English where it does not say.

    Parameters
    ----------
    translate
        A translator with `is_one`, or anything else.
    """
    one: Callable[[object], bool] = getattr(translate, "is_one", is_one)
    return one


class Note(str):
    """An English sentence that remembers its template and the values of its placeholders.

    It is its English text wherever text is asked for (a record, the command line, a comparison); :meth:`sentence` says
    it in another language. Values that are themselves notes are said in that language too; other text is data and
    stays as it is.

    Attributes
    ----------
    template
        The sentence with ``{placeholders}``; it is the translation key.
    params
        Values of the placeholders. Whole numbers and others are written by the locale in other languages.

    Examples
    --------
    >>> note = Note("{n} rows of {file} were left out.", n=3, file="{a}.csv")
    >>> note, note.sentence({"{n} rows of {file} were left out.": "{file} : {n} lignes omises."}.get)
    ('3 rows of {a}.csv were left out.', '{a}.csv : 3 lignes omises.')
    """

    template: str
    params: dict[str, object]
    forms: tuple[str, str] | None = None
    _spoken: tuple[object, str] | None = None
    kinds: ClassVar[dict[str, type[Note]]] = {}

    def __init_subclass__(cls) -> None:
        """A kind of note is known by its name, so that :func:`geo.packed_notes.unpacked` makes it again."""
        Note.kinds[cls.__name__] = cls

    @classmethod
    def again(cls, text: str, template: str) -> Note:
        """A note of this kind out of its English text and its template.

        Parameters
        ----------
        text
            The English text.
        template
            The sentence with its `{placeholders}`, which gave that text.
        """
        return cls(template)

    @classmethod
    def counted(cls, one: str, many: str, n: float) -> Note:
        """A number of things, with a form for one and a form for many, as languages need them.

        Parameters
        ----------
        one
            Template for one thing, with ``{n}``.
        many
            Template for any other number of things, with ``{n}``.
        n
            How many things there are.

        Examples
        --------
        >>> Note.counted("{n} event", "{n} events", 1), Note.counted("{n} event", "{n} events", 12.0)
        ('1 event', '12 events')
        """
        number = int(n) if float(n).is_integer() else n
        made = cls(one if number == 1 else many, n=number)
        made.forms = (one, many)
        return made

    def __new__(cls, template: str, /, **params: object) -> Note:
        """The finished English text; a template without values is taken as it stands."""
        made = super().__new__(cls, filled(template, params) if params else template)
        made.template, made.params = template, params
        return made

    @classmethod
    def finished(cls, text: str, template: str, /, **params: object) -> Note:
        """A note whose English text is known already: what `template` makes of `params`.

        Parameters
        ----------
        text
            The English text.
        template
            The sentence with its `{placeholders}`, which gave that text.
        **params
            What stands for each placeholder, by its name.
        """
        made = super().__new__(cls, text)
        made.template, made.params = template, params
        return made

    def sentence(self, translate: object = None) -> str:
        """The text in the language of `translate`, which maps a template to that language; English without one.

        Parameters
        ----------
        translate
            Speaks the reader's language.
        """
        if self._spoken is not None and self._spoken[0] is translate:
            return self._spoken[1]
        if not callable(translate) or (getattr(translate, "language", "") == SOURCE and not self.has_day):
            return str(self)
        text = self._sentence(translate)
        self._spoken = (translate, text)  # a run says the same few parts of sentences over and over
        return text

    @property
    def has_day(self) -> bool:
        """Whether a day stands in it, which readers of every language are told in words."""
        return any(isinstance(value, Note) and value.has_day for value in self.params.values())

    def _sentence(self, translate: Callable[[str], Any]) -> str:
        if self.forms is not None and hasattr(translate, "plural"):
            return str(translate.plural(*self.forms, self.params["n"]))
        text = translate(self.template)
        written: dict[str, object] = {
            k: v.sentence(translate) if isinstance(v, Note) else v if type(v) is str else spoken(v, translate)
            for k, v in self.params.items()
        }
        if text == self.template:  # it may ask for a number in English form
            written |= {k: v for k, v in self.params.items() if isinstance(v, int | float)}
        return filled(str(text), written, counts_like(translate)) if written else str(text)


class Word(Note):
    """A word of ours that records write as a name, such as a column, and pages as `message` in the reader's language.

    Examples
    --------
    >>> Word("lon", "Longitude"), Word("lon", "Longitude").sentence({"Longitude": "Longitude (fr)"}.get)
    ('lon', 'Longitude (fr)')
    """

    def __new__(cls, name: str, message: str) -> Word:
        """`name`, which `message` says to a reader."""
        made = super().__new__(cls, name)
        assert isinstance(made, Word)
        made.template = message
        return made

    @classmethod
    def again(cls, text: str, template: str) -> Note:
        """The same word of ours.

        Parameters
        ----------
        text
            The word as records write it.
        template
            The message by which a page says it.
        """
        return cls(text, template)


class Day(Note):
    """A day that records write as ``YYYY-MM-DD``, and pages in the words of the reader's language.

    Examples
    --------
    >>> Day("2016-09-19"), Note("up to {day}", day=Day("2016-09-19"))
    ('2016-09-19', 'up to 2016-09-19')
    """

    @property
    def has_day(self) -> bool:
        """It is one."""
        return True

    def _sentence(self, translate: Callable[[str], Any]) -> str:
        written = getattr(translate, "date", None)
        return str(self) if written is None else str(written(str(self)))


class Figure(Note):
    """A whole number with its thousands parted, as each language parts them.

    Examples
    --------
    >>> Figure.of(7300000.0)
    '7,300,000'
    """

    value: float

    @classmethod
    def of(cls, value: float) -> Figure:
        """The number `value`, rounded to a whole one.

        Parameters
        ----------
        value
            Any number; it is rounded half to even.
        """
        text = f"{value:,.0f}"
        made = cls.finished(text, text)
        assert isinstance(made, Figure)
        made.value = value
        return made

    @classmethod
    def again(cls, text: str, template: str) -> Note:
        """The number that was written.

        Parameters
        ----------
        text
            The number as it is written in English.
        template
            Of no use here: the number is its own template.
        """
        return cls.of(float(text.replace(",", "")))

    def _sentence(self, translate: Callable[[str], Any]) -> str:
        number = getattr(translate, "number", None)
        return str(self) if number is None else str(number(self.value))


def joined(parts: Iterable[str]) -> Note:
    """Several texts in one, parted by commas; those that are notes are said in the reader's language.

    Parameters
    ----------
    parts
        The texts in their order; notes among them are translated, others are data.
    """
    named: dict[str, object] = {f"p{i}": part for i, part in enumerate(parts)}
    return Note(", ".join(f"{{{name}}}" for name in named), **named)


def spoken(value: object, translate: object) -> str:
    """A value for a reader: notes and errors in the language of `translate`, numbers by its locale, text as it is.

    Parameters
    ----------
    value
        A note, an error, a number, or text that is data.
    translate
        Speaks the reader's language.
    """
    say = getattr(value, "sentence", None)
    if say is not None:
        return str(say(translate))
    number = getattr(translate, "number", None)
    if number is not None and isinstance(value, int | float) and not isinstance(value, bool):
        return str(number(value, 0 if abs(value) >= 1000 else 3))
    return str(value)
