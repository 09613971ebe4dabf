"""Names and ids that a person takes for the same: alike but for case, accents, width or marks that no one sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

_HOLLOW = dict.fromkeys(map(ord, "\u115f\u1160\u2800")) | {ord("\u0131"): "i"}
"""Letters that show nothing (fillers of Hangul, the blank of Braille), and the small letter whose capital is I."""

_LONGEST = 300
"""Of a longer text only so many characters are looked at: one of them can stand for eighteen."""


def shape_of(text: str) -> str:
    r"""The text as the eye reads it: no case, accents, width, invisible marks or doubled blanks.

    Examples
    --------
    >>> shape_of("Caf\u00e9 1"), shape_of("cafe\u0301\u200b  1"), shape_of("\uff21\u202e1"), shape_of("\u3164l\u0131d")
    ('cafe 1', 'cafe 1', 'a1', 'lid')
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    if len(text) > _LONGEST:
        return shape_of(text[:_LONGEST]) + text[_LONGEST:]
    letters = unicodedata.normalize("NFKD", text)
    seen = "".join(c for c in letters if unicodedata.category(c) not in ("Mn", "Me", "Cf")).translate(_HOLLOW)
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


def with_codes(text: str) -> str:
    r"""The text with its marks and invisible characters by their codes.

    Examples
    --------
    >>> with_codes("caf\u00e9"), with_codes("cafe\u0301\u200b")
    ('café', 'cafe\\u0301\\u200b')
    """
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c)[0] in "MC" else c for c in text)


def alike(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of different texts of one shape, blanks aside, in the order of their first.

    Examples
    --------
    >>> alike(["lat", "lon", "LAT", "lat"])
    [('lat', 'LAT')]
    """
    own = [t for t in dict.fromkeys(texts) if t.strip()]
    together = "\n".join(own)
    plain = together.isascii() and len(together.split()) == len(own)  # words whose shape is their small letters
    if plain and len(set(together.lower().split())) == len(own):
        return []
    shapes = [shape_of(t) for t in own]
    if len(set(shapes)) == len(own):
        return []
    groups: dict[str, list[str]] = {}
    for text, shape in zip(own, shapes, strict=True):
        groups.setdefault(shape, []).append(text)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def twice_with_alike(names: Sequence[str], twice: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What stands twice, and each column with those that are alike.

    Examples
    --------
    >>> twice_with_alike(["id", "ID", "x", "x_2"], {"x": ("x_2",)})
    {'x': ('x_2',), 'id': ('ID',), 'ID': ('id',)}
    """
    out = dict(twice)
    for group in alike(names):
        for name in group:
            out[name] = tuple(dict.fromkeys((*out.get(name, ()), *(other for other in group if other != name))))
    return out


def is_wanted(name: str, columns: Collection[str] | None) -> bool:
    """Whether a column is asked for, or looks like one that is: both are needed to see that there are two."""
    return columns is None or name in columns or shape_of(name) in columns


def chosen(names: Sequence[str], twice: Mapping[str, tuple[str, ...]], columns: Collection[str] | None) -> list[int]:
    """Positions of the columns to read: those asked for, and all that stand or look like them."""
    again = {later for name, others in twice.items() if is_wanted(name, columns) for later in others}
    return [i for i, name in enumerate(names) if name in again or is_wanted(name, columns)]
