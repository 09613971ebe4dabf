"""What every reader gives back: a frame of one schema, where it comes from, and an account of every row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InputError
from geo.messages import Note, joined
from geo.records.place_names import plain
from geo.schema import COVERAGE, REJECTED, REJECTED_INCIDENTS, conform, empty
from i18n.translator import N_
from layers.formats.reasons import ReasonName
from layers.formats.table import Table, shorten
from layers.sources.fields import Fields as Fields

Texts = npt.NDArray[np.object_]
KINDS = (
    N_("boundaries"),
    N_("coverage"),
    N_("incidents"),
    N_("indicators of areas"),
    N_("listed areas"),
    N_("mine sites"),
    N_("named actors"),
    N_("programmes"),
    N_("trade lines"),
    N_("visits"),
    N_("zone findings"),
    N_("zone register"),
)
"""What a file can be read as, in the words of errors."""


@dataclass
class Layer:
    """One dataset, normalised.

    Attributes
    ----------
    name, sha256
        File name without folders, and the hash of its bytes in hex.
    layout
        Which publisher's layout was recognised.
    dataset, dataset_version
        Name; recognised edition, else ``sha256:`` and 12 digits.
    frame
        The accepted rows, in the columns of :mod:`geo.schema` that the reader names.
    accounting
        Rows ``read`` = ``accepted`` + ``rejected``; more keys where the reader says so.
    rejected
        :data:`geo.schema.REJECTED`.
    notes
        Sentences on what was read with a remark: English text, said in another language by
        :meth:`geo.messages.Note.sentence`.
    covers
        :data:`geo.schema.COVERAGE` of a recognised edition of incidents; empty for every other file.
    rejected_places
        :data:`geo.schema.REJECTED_INCIDENTS`: what is readable of incidents that could not be used. Of a restricted
        source it must not leave, as its rows must not.
    columns_used
        Field -> the columns that were taken for it.
    columns_ignored
        Columns that nothing was read from.
    size
        Number of bytes of the file.
    """

    name: str
    sha256: str
    layout: str
    dataset: str
    dataset_version: str
    frame: pd.DataFrame
    accounting: dict[str, int]
    rejected: pd.DataFrame = field(default_factory=lambda: empty(REJECTED))
    notes: list[str] = field(default_factory=list)
    covers: pd.DataFrame = field(default_factory=lambda: empty(COVERAGE))
    rejected_places: pd.DataFrame = field(default_factory=lambda: empty(REJECTED_INCIDENTS))
    columns_used: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    size: int = 0


def version_of(table: Table) -> str:
    """The version of a file that no edition recognises."""
    return f"sha256:{table.sha256[:12]}"


_REMEDY = N_("See the reason of each row, or choose the right kind of file.")
_REMEDIES = {
    "not_a_point": N_(
        "Ask for a point inside each area or line (--areas-as-points), or choose the right kind of file."
    ),
    "coordinates_swapped": N_("If longitude and latitude are exchanged, ask for it (--swap)."),
    "coordinates_in_metres": N_("Give the UTM zone or the system of the coordinates (--crs 35S, --crs EPSG:32735)."),
    "coordinates_zone_unclear": N_("Give the UTM zone or the system of the coordinates (--crs 35S, --crs EPSG:32735)."),
    "date_ambiguous": N_("Say the order of day and month (--dates day, --dates month)."),
}
"""What to do where most rows fail by one reason."""


class NoUsableRowError(InputError):
    """No row of a file can be used; `rejected` (:data:`geo.schema.REJECTED`) says of each why."""

    def __init__(self, what: str, *, rejected: pd.DataFrame, **params: Any) -> None:
        super().__init__(what, **params)
        self.rejected = rejected


class Faults:
    """Why rows of a table are not taken: the first reason given to a row stays.

    Parameters
    ----------
    table
        The rows as read.
    secret
        Texts of rows must not be told (ACLED): `expected` and `got` stay blank.
    """

    def __init__(self, table: Table, *, secret: bool = False) -> None:
        self.table, self.secret = table, secret
        n = len(table.frame)
        self.reason: Texts = np.full(n, "", dtype=object)
        self._expected: Texts = np.full(n, "", dtype=object)
        self._forms: dict[str, str] = {}
        self._got: Texts = np.full(n, "", dtype=object)

    def add(self, reason: Any, where: Any = None, *, expected: Any = "", got: Any = "") -> None:
        """Give a reason (one, or one per row, blank for none) to the rows of the mask `where` that have none yet."""
        meant = None if where is None else np.asarray(where, dtype=bool)
        if meant is not None and not meant.any():
            return
        reasons = np.broadcast_to(np.asarray(reason, dtype=object), self.reason.shape)
        mask = (self.reason == "") & (reasons != "")
        if meant is not None:
            mask &= meant
        if mask.any():
            self.reason[mask] = reasons[mask]
            if isinstance(expected, str):
                self._forms.update(dict.fromkeys(map(str, pd.unique(reasons[mask])), expected))
            if not self.secret:
                self._expected[mask] = np.broadcast_to(np.asarray(expected, dtype=object), mask.shape)[mask]
                self._got[mask] = np.broadcast_to(np.asarray(got, dtype=object), mask.shape)[mask]

    @property
    def ok(self) -> npt.NDArray[np.bool_]:
        """The rows without a reason."""
        return np.asarray(self.reason == "", dtype=bool)

    def rejected(self, ids: pd.Series[str]) -> pd.DataFrame:
        """:data:`geo.schema.REJECTED`: the gateway's own rejections and these, in row order."""
        bad = ~self.ok
        if not bad.any() and not len(self.table.rejected):
            return empty(REJECTED)
        own = pd.DataFrame(
            {
                "source_file": self.table.name,
                "row": self.table.row[bad],
                "id": [shorten(str(i)) for i in ids[bad]],
                "reason": self.reason[bad],
                "expected": self._expected[bad],
                "got": [shorten(str(g)) for g in self._got[bad]],
            }
        )
        gateway = self.table.rejected
        if self.secret:
            gateway = gateway.assign(expected="", got="")
        both = [conform(own, REJECTED), conform(gateway, REJECTED)]
        joined = pd.concat([frame for frame in both if len(frame)]) if any(map(len, both)) else both[0]
        return conform(joined.sort_values("row", kind="stable"), REJECTED)

    def usable(self, kind: str, ids: pd.Series[str] | None = None) -> None:
        """Raise :class:`NoUsableRowError`, which carries the rows with their reasons, when no row is left."""
        if not self.ok.any():
            reasons = pd.Series(self.reason).value_counts()
            counted = [
                Note("{n} × {reason}", n=str(count), reason=ReasonName(str(reason)))
                for reason, count in reasons.items()
            ]
            blank = pd.Series([""] * len(self.reason), dtype="str")
            raise NoUsableRowError(
                "No row can be used as {kind}.",
                where=self.table.name,
                expected=self._form(reasons) or "at least one usable row",
                got=joined(counted)
                if counted
                else Note("{n} row{n?|s} that could not be read", n=len(self.table.rejected)),
                remedy=_REMEDIES.get(str(reasons.index[0]) if len(reasons) else "", _REMEDY),
                kind=Note(kind),
                rejected=self.rejected(blank if ids is None else ids),
            )

    def _form(self, reasons: pd.Series[int]) -> str:
        """The form of dates that would have been accepted, where all rows fail by theirs; never a row's words."""
        dates = [str(reason) for reason in reasons.index if str(reason).startswith("date_")]
        return self._forms.get(dates[0], "") if len(dates) == len(reasons) == 1 else ""


def keep_first(ids: pd.Series[str], ok: npt.NDArray[np.bool_], rank: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Which row of those that are `ok` stands for each id: lowest `rank`, then first; position of it, per row.

    Ids are alike after Unicode NFC and case folding.

    Returns
    -------
    numpy.ndarray
        int64 positions; a row that is not `ok`, or stands for itself, has its own position.
    """
    from layers.formats.values.ids import id_keys

    position = np.arange(len(ids), dtype=np.int64)
    texts = [str(text) for text in np.asarray(pd.unique(ids), dtype=object)]
    forms = id_keys(texts)
    if len(set(forms)) == len(ids):  # each stands for itself
        return position
    keys = ids.map(dict(zip(texts, forms, strict=True)))
    order = np.lexsort((position, rank, ~ok))
    ranked = pd.Series(position[order], index=pd.Index(keys.to_numpy()[order]))
    first = ranked[~ranked.index.duplicated()]
    chosen = first.reindex(keys.to_numpy()).to_numpy()
    return np.where(ok, chosen, position).astype(np.int64, copy=False)


def flags(series: pd.Series[str], default: bool = False) -> npt.NDArray[np.bool_]:
    """True and false out of text (true, 1, yes, oui; false, 0, no, non); blank and other text is `default`."""
    known = dict.fromkeys(("true", "1", "yes", "oui", "vrai", "t", "y"), True)
    known |= dict.fromkeys(("false", "0", "no", "non", "faux", "f", "n"), False)
    values = {text: known.get(plain(str(text)), default) for text in pd.unique(series)}
    return series.map(values).to_numpy(dtype=bool)


def tri(series: pd.Series[str]) -> pd.Series[bool]:
    """True, false or NA out of text; blank and what is neither is NA."""
    yes, no = flags(series, default=False), flags(series, default=True)
    out = pd.Series(pd.array(yes, dtype="boolean"), index=series.index)
    out[yes != no] = pd.NA
    return out


def shared_value(values: pd.Series[str], other: str) -> str:
    """The one value that all rows share, else `other`.

    Examples
    --------
    >>> shared_value(pd.Series(["a", "a"]), "x"), shared_value(pd.Series(["a", "b"]), "x")
    ('a', 'x')
    """
    distinct = pd.unique(values)
    return str(distinct[0]) if len(distinct) == 1 else other


def points(table: Table) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    """Longitude and latitude [degrees] of the table's point geometries, NaN for other kinds; None without geometry."""
    if table.geometry is None:
        return None
    import shapely

    geometry = table.geometry.copy()
    geometry[shapely.get_type_id(geometry) != 0] = None
    return shapely.get_x(geometry), shapely.get_y(geometry)


def choose(fields: Fields, layouts: Collection[tuple[str, Callable[[Fields], bool]]], kind: str, known: str) -> str:
    """The first layout whose test holds; raises :class:`geo.errors.InputError` naming the columns that were found."""
    for layout, test in layouts:
        if test(fields):
            return layout
    raise InputError(
        "The columns are those of no known layout of {kind}.",
        where=fields.table.name,
        expected=known,
        got=fields.found(),
        remedy="Choose another kind of file, or rename the columns.",
        kind=Note(kind),
    )
