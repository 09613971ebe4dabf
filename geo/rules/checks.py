"""Checks of single values of a rule file, each with the words that say what is allowed."""

from __future__ import annotations

from collections.abc import Callable

from geo.messages import Note

Check = tuple[Callable[[object], bool], str]


def number(low: float, high: float) -> Check:
    """A number within limits.

    Parameters
    ----------
    low
        The least value allowed.
    high
        The greatest value allowed.
    """

    def ok(v: object) -> bool:
        return isinstance(v, int | float) and not isinstance(v, bool) and low <= v <= high

    return ok, Note("a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}")


def whole(low: int, high: int) -> Check:
    """A whole number within limits.

    Parameters
    ----------
    low
        The least value allowed.
    high
        The greatest value allowed.
    """

    def ok(v: object) -> bool:
        return isinstance(v, int) and not isinstance(v, bool) and low <= v <= high

    return ok, Note("a whole number from {low} to {high}", low=str(low), high=str(high))


def one_of(*allowed: object) -> Check:
    """One of some values, of the same type.

    Parameters
    ----------
    *allowed
        Values that are allowed; ``true`` is not 1.
    """
    expected = Note("one of {names}", names=", ".join(map(str, allowed)))
    return (lambda v: any(v == a and type(v) is type(a) for a in allowed)), expected


def list_of(*allowed: object) -> Check:
    """A list of some values, not empty.

    Parameters
    ----------
    *allowed
        Values that the list may hold.
    """

    def ok(v: object) -> bool:
        return isinstance(v, list) and bool(v) and all(x in allowed and not isinstance(x, bool) for x in v)

    return ok, Note("a list of {names}", names=", ".join(map(str, allowed)))


ANY_TEXT: Check = ((lambda v: isinstance(v, str) and bool(v.strip())), Note("a sentence"))


def text(words: str) -> Check:
    """A text that may be blank.

    Parameters
    ----------
    words
        What the text says, for the error.
    """
    return (lambda v: isinstance(v, str)), words
