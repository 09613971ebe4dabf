"""Text as XML writes it: as `xml.sax.saxutils` does, which brings the whole of the network's modules along."""

from __future__ import annotations

_ENTITIES = str.maketrans({"&": "&amp;", ">": "&gt;", "<": "&lt;"})
_ATTRIBUTE = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def escape(text: str) -> str:
    """`text` between tags.

    Examples
    --------
    >>> escape("a < b & c")
    'a &lt; b &amp; c'
    """
    return text.translate(_ENTITIES)


def quoteattr(text: str) -> str:
    """`text` as the value of an attribute, with its quotes.

    Examples
    --------
    >>> quoteattr("a & b")
    '"a &amp; b"'
    """
    quoted = escape(text).translate(_ATTRIBUTE)
    if '"' not in quoted:
        return f'"{quoted}"'
    return f"'{quoted}'" if "'" not in quoted else '"' + quoted.replace('"', "&quot;") + '"'
