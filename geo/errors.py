"""The named errors of the project, each with a standard-library parent.

A message says what is wrong, where, what was expected, what was got, and the remedy. The sentence is kept as a
template with its parameters, so that a page can show it in the user's language.
"""

from __future__ import annotations

from geo.messages import PAIR, Note, counts_like, filled, spoken


class CahraError(Exception):
    """Base of all errors that are meant for a person to read.

    Parameters
    ----------
    what
        One sentence; ``{name}`` placeholders are filled from `params`. The template is the translation key.
    where
        File, row, column or setting.
    expected, got, remedy
        Plain words; blank when there is nothing to say. A :class:`geo.messages.Note` where they hold values.
    params
        Values for the placeholders of `what`; words of ours among them are notes too.

    Examples
    --------
    >>> print(InputError("No column for {wanted}.", where="mines.csv", expected="site_id", got="id2, nom",
    ...                  remedy="Rename the column.", wanted="the site's id"))
    mines.csv: No column for the site's id. Expected: site_id. Got: id2, nom. Remedy: Rename the column.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        expected: str = "",
        got: str = "",
        remedy: str = "",
        **params: object,
    ) -> None:
        self.what, self.where, self.expected, self.got, self.remedy = what, where, expected, got, remedy
        self.params = params
        super().__init__(self.sentence())

    def sentence(self, translate: object = None) -> str:
        """The message in one line; `translate` maps a template or label to the user's language.

        Parameters
        ----------
        translate
            Gives a template or label in the user's language; None: English.
        """
        t = translate if callable(translate) else str
        template = t(self.what)
        words = {k: _word(v, translate) for k, v in self.params.items()}
        parts = [filled(template, words, counts_like(translate)) if words else template]
        for label, text in (("Expected", self.expected), ("Got", self.got), ("Remedy", self.remedy)):
            if text:
                value = text.sentence(translate) if isinstance(text, Note) else t(text)
                parts.append(
                    filled(t(PAIR), {"label": t(label), "value": value}) + ("" if value.endswith(".") else ".")
                )
        message = " ".join(parts)
        return filled(t(PAIR), {"label": str(self.where), "value": message}) if self.where else message


def _word(value: object, translate: object) -> object:
    """A value of a placeholder: words of ours in the reader's language, anything else as it is."""
    return spoken(value, translate) if hasattr(value, "sentence") else value


class InputError(CahraError, ValueError):
    """A frame, column or value that a person gave cannot be used."""


class FormatError(InputError):
    """Bytes that are not what they say, or that are refused by name (see docs/limits.md)."""


class LimitExceededError(InputError):
    """A named limit of :mod:`layers.formats.limits` was passed."""


class RuleError(CahraError, ValueError):
    """A key or value of a rule file is not allowed."""


class ZoneError(CahraError, ValueError):
    """The zone register contradicts itself, or cannot be joined to the boundary set at hand."""
