"""The one place where foreign text is made fit for HTML, JavaScript, Markdown and JSON blobs.

Folium compiles its rendered script a second time as a Jinja template, outside any sandbox, and puts popup texts into
JavaScript template literals: text is therefore never handed on with only ``html.escape``. Every string that reaches a
map, report or label goes through one of these functions, and nothing else in the project escapes by hand.

========================  =============================================================
:func:`html`              text of an element, also where it passes Folium or a script
:func:`attribute`         the same inside a quoted HTML attribute
:func:`template_literal`  inside a JavaScript template literal: evaluates to the text
:func:`markdown`          labels and sentences that Streamlit renders as Markdown
:func:`json_blob`         a value as JSON inside a ``<script>`` or a Folium template
========================  =============================================================
"""

from __future__ import annotations

import json
import re

# Control characters, lone surrogates (they break UTF-8), and the marks that turn the reading direction of what follows.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
# Characters that act in a template literal or in a Jinja template, as HTML entities.
_ENTITIES = {"\\": "&#92;", "`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;"}
# Those, and what html.escape takes: its module brings along all the names of entities.
_AS_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"} | _ENTITIES)
_LITERAL = re.compile(r"[^0-9A-Za-z \-.,;:!?()+*=~@|/\[\]_^]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=&\"'])")
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto|javascript|data)(:)|\b(www)(\.)")


def clean(text: object) -> str:
    r"""`text` without control characters, lone surrogates and direction overrides, each shown as U+FFFD.

    Examples
    --------
    >>> clean("a\u202eb\x00")
    'a�b�'
    """
    written = str(text)
    return written if written.isascii() and written.isprintable() else _UNPRINTABLE.sub("\ufffd", written)


def html(text: object) -> str:
    """`text` as HTML that stays plain text, also inside a JavaScript template literal and under Jinja.

    Examples
    --------
    >>> html("<b>${x}</b> {{ 7*7 }}")
    '&lt;b&gt;&#36;&#123;x&#125;&lt;/b&gt; &#123;&#123; 7*7 &#125;&#125;'
    """
    return clean(text).translate(_AS_ENTITIES)


def attribute(text: object) -> str:
    """`text` for a quoted HTML attribute: as :func:`html`, with line breaks and tabs kept as entities.

    It makes no promise for attributes that hold code or addresses (``onclick``, ``href``): never there.

    Examples
    --------
    >>> attribute('" onload=alert(1)')
    '&quot; onload&#61;alert(1)'
    """
    out = html(text).replace("=", "&#61;")
    return out.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def template_literal(text: object) -> str:
    r"""`text` for use between backticks in JavaScript: the literal evaluates to the same text.

    Examples
    --------
    >>> template_literal("`${x}`")
    '\\u0060\\u0024\\u007bx\\u007d\\u0060'
    """

    def one(match: re.Match[str]) -> str:
        units = match.group().encode("utf-16-be")
        return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))

    return _LITERAL.sub(one, clean(text))


def markdown(text: object) -> str:
    r"""`text` in one line that Streamlit's Markdown shows as it is: no link, image, formula, colour, emoji or HTML.

    Addresses get an invisible word joiner, because GitHub's Markdown makes links of bare addresses even when escaped.

    Examples
    --------
    >>> markdown("![x](y) $a$ :red[b]")
    '\\!\\[x\\]\\(y\\) \\$a\\$ \\:red\\[b\\]'
    """
    one_line = re.sub(r"[\s\u2028\u2029]+", " ", clean(text)).strip()
    joined = _AUTOLINK.sub(lambda m: f"{m[1] or m[3]}\u2060{m[2] or m[4]}", one_line)
    return _MARKDOWN.sub(r"\\\1", joined)


def json_blob(value: object) -> str:
    r"""`value` as compact JSON that may stand inside ``<script>`` and inside a Jinja template.

    Raises
    ------
    ValueError
        A number is NaN or infinite: JSON has none; give None.

    Examples
    --------
    >>> json_blob({"name": "</script>{{ 7*7 }}"})
    '{"name":"\\u003c/script\\u003e\\u007b\\u007b 7*7 }}"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Of the replaced characters only "{" is also structure, and structure never has two of it, nor "%" or "#" after it.
    for bad, good in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
        ("{{", "\\u007b\\u007b"),
        ("{%", "\\u007b%"),
        ("{#", "\\u007b#"),
    ):
        text = text.replace(bad, good)
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
