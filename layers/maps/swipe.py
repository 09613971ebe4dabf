"""Two runs on one map, with a divider between them: the blob that ``static/atlas/swipe.js`` draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from i18n.translator import Translator

BETWEEN = " | "
"""Between the numbers of the left and of the right in the legend."""


def swipe(
    left: Mapping[str, object], right: Mapping[str, object], names: tuple[str, str], translate: Translator
) -> dict[str, object]:
    """Both blobs as one; the legend is of both, with the numbers of each.

    Parameters
    ----------
    left, right
        As :func:`layers.maps.blob.blob` makes them.
    names
        What stands on the left and on the right half, a date or a name of rules.
    """
    legend: dict[str, Any] = dict(left["legend"])  # type: ignore[call-overload]
    other: dict[str, Any] = dict(right["legend"])  # type: ignore[call-overload]
    groups = [_joined(a, b, translate) for a, b in zip(legend["groups"], other["groups"], strict=True)]
    both = [note for note in legend["notes"] if note in other["notes"]]
    notes = [translate.pair(name, n) for name, side in zip(names, (legend, other), strict=True) for n in side["notes"]
             if n not in both]  # fmt: skip
    return {
        **left,
        "legend": {"title": translate("Legend"), "groups": groups, "notes": [*both, *notes]},
        "right": {**right, "notice": "", "watermark": ""},
        "swipe": {"label": translate("Divider between the two maps"), "left": names[0], "right": names[1]},
    }


def _joined(left: dict[str, Any], right: dict[str, Any], translate: Translator) -> dict[str, Any]:
    """The rows of both in the order in which they come, each once; a number that one lacks is nought there."""
    ours, theirs = ({_name(row): row for row in side["rows"]} for side in (left, right))
    order = [*ours, *(name for name in theirs if name not in ours)]
    nought = translate.number(0)
    rows = []
    for name in order:
        row = dict(ours.get(name) or theirs[name])
        if "n" in row:
            row["n"] = BETWEEN.join(str(side.get(name, {}).get("n", nought)) for side in (ours, theirs))
        rows.append(row)
    return {**left, "rows": rows}


def _name(row: Mapping[str, Any]) -> str:
    return str(row["key"]) or str(row["text"])
