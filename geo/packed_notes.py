"""Notes as JSON, from one process to another: packed here, and made again of what comes back, whatever that is."""

from __future__ import annotations

import re
from typing import Any

from geo.messages import Note

_NAME = re.compile(r"\{(\w+)")
_TEMPLATE = re.compile(r"(?:[^{}]|\{\w+(?::[,.\w]{0,4}|\?[^{}|]*\|[^{}|]*)?\})*")


def packed(text: str) -> Any:
    """A text as JSON that :func:`unpacked` makes a note again; plain text stays plain.

    Parameters
    ----------
    text
        A note, or plain text.

    Examples
    --------
    >>> from geo.messages import Word
    >>> unpacked(packed(Note("{n} rows of {what}", n=2, what=Note("sites")))).params["what"].template
    'sites'
    >>> packed("plain"), unpacked("plain")
    ('plain', 'plain')
    >>> unpacked(packed(Word("lon", "Longitude"))).template
    'Longitude'
    """
    if not isinstance(text, Note):
        return str(text)
    if type(text) is not Note:
        return {"kind": type(text).__name__, "text": str(text), "template": text.template, "params": {}}
    kept: dict[str, Any] = {}
    for name, value in text.params.items():
        kept[name] = (
            value if isinstance(value, int | float) else packed(value if isinstance(value, str) else str(value))
        )
    return {"template": text.template, "params": kept} | ({"forms": list(text.forms)} if text.forms else {})


def unpacked(form: Any) -> str:
    """The text that :func:`packed` wrote; whatever has another form is given back as plain text.

    What comes in may be from a process that read a stranger's file: placeholders are names and nothing else.

    Parameters
    ----------
    form
        What :func:`packed` gave, after a way through JSON.
    """
    if not isinstance(form, dict) or not isinstance(form.get("params"), dict):
        return str(form)
    template = str(form.get("template", ""))
    kind = Note.kinds.get(str(form.get("kind", "")))
    if kind is not None:
        return kind.again(str(form.get("text", "")), template)
    params = {str(k): v if isinstance(v, int | float) else unpacked(v) for k, v in form["params"].items()}
    if params and not (_TEMPLATE.fullmatch(template) and set(_NAME.findall(template)) <= params.keys()):
        return template
    forms = form.get("forms")
    try:
        if isinstance(forms, list) and len(forms) == 2 and isinstance(params.get("n"), int | float):
            return unpacked_count(str(forms[0]), str(forms[1]), params["n"])
        return Note(template, **params)
    except ValueError:  # a number's form asked of a text
        return template


def unpacked_count(one: str, many: str, n: Any) -> str:
    """A count whose forms came in from elsewhere: anything but a plain ``{n}`` in them is left as text.

    Parameters
    ----------
    one
        Template for one thing, with ``{n}``.
    many
        Template for any other number of things, with ``{n}``.
    n
        How many; what is no number is taken for text.
    """
    if (
        set(_NAME.findall(one) + _NAME.findall(many)) <= {"n"}
        and _TEMPLATE.fullmatch(one)
        and _TEMPLATE.fullmatch(many)
    ):
        return Note.counted(one, many, n)
    return f"{n} {many}"
