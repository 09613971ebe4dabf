"""The bar of months under a map: its months, and what each of them shows, packed as changes from month to month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.time_window import months_before, to_days
from i18n.translator import Translator
from layers.maps.packing import pack

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Moving:
    """What the map shows at every month.

    Parameters
    ----------
    codes
        Styles of the sites, shape (months, sites); 255 where a site is not shown.
    now
        The same at the page's own day.
    incidents
        Rows of :data:`geo.schema.INCIDENTS` of all months.
    """

    codes: Codes
    now: Codes
    incidents: pd.DataFrame


@dataclass(frozen=True)
class Clock:
    """The months that a reader can go to.

    Parameters
    ----------
    months
        Their last days, ascending.
    day
        The page's own day.
    look_back
        Months before a day of which incidents are drawn.
    playing
        Names the press of the button that started it; blank while the map rests.
    moving
        What each month shows; None while nobody asked for it.
    """

    months: Sequence[dt.date]
    day: dt.date
    look_back: int
    playing: str = ""
    moving: Moving | None = field(default=None, repr=False)

    def packed(self, translate: Translator, sites: pd.DataFrame) -> dict[str, object]:
        """For the map's blob; `sites` are those that the columns of `codes` stand for."""
        days = to_days(np.array([*self.months, self.day], dtype="datetime64[D]"))
        after = months_before(days, self.look_back)
        out: dict[str, object] = {
            "months": pack(days[:-1], "<i4"),
            "after": pack(after[:-1], "<i4"),
            "now": [int(days[-1]), int(after[-1])],
            "playing": self.playing,
            "title": translate("Legend, {day}", day="{day}"),
        }
        if self.moving is not None:
            placed = (sites["lon"].notna() & sites["lat"].notna()).to_numpy()
            out |= changes(self.moving.codes[:, placed])
        return out


def changes(codes: Codes) -> dict[str, object]:
    """The first row of `codes`, then what changes from row to row: how many, which columns, to what.

    Examples
    --------
    >>> import base64
    >>> packed = changes(np.array([[1, 2], [1, 3]], np.uint8))
    >>> {k: list(base64.b64decode(str(v))) for k, v in packed.items()}
    {'first': [1, 2], 'many': [1, 0, 0, 0], 'which': [1, 0, 0, 0], 'to': [3]}
    """
    row, which = np.nonzero(codes[1:] != codes[:-1])
    many = np.bincount(row, minlength=max(len(codes) - 1, 0))
    return {
        "first": pack(codes[0] if len(codes) else [], "u1"),
        "many": pack(many, "<i4"),
        "which": pack(which, "<i4"),
        "to": pack(codes[1:][row, which], "u1"),
    }
