"""What is at hand: each dataset's version, licence, hash, coverage in time and space, and age; and a local store.

Nothing here opens a connection: :mod:`layers.sources.download` brings files in, and only when it is asked to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pandas as pd

from geo.errors import InputError
from geo.spatial.polygons import Boundaries
from layers.disk import keep, locked, write_file
from layers.reference.tables import rows
from layers.sources.layer import Layer

COLUMNS = {
    "file": "str",
    "dataset": "str",
    "dataset_version": "str",
    "publisher": "str",
    "licence": "str",
    "credit": "str",
    "may_leave": "bool",
    "sha256": "str",
    "rows": "int64",
    "rejected": "int64",
    "countries": "str",
    "first_day": "datetime64[s]",
    "last_day": "datetime64[s]",
    "age_days": "float64",
}
"""Columns of :func:`at_hand`. Days are of the data itself, which is no declaration of coverage; NaT: not dated.

`countries` are ISO 3166 alpha-3 joined by ``;``; `age_days` [days] is from `last_day` to today, NaN where undated;
`may_leave` false: rows must not leave in an export.
"""


def publisher(dataset: str) -> Mapping[str, str]:
    """The row of data/publishers.csv whose prefix is the longest that begins `dataset`; blank values when none does.

    Examples
    --------
    >>> publisher("UCDP GED 23.1")["licence"], publisher("my list.csv")["licence"]
    ('CC BY 4.0', '')
    """
    known = rows("publishers.csv")
    fitting = [row for row in known if dataset.startswith(row["dataset_prefix"])]
    if fitting:
        return max(fitting, key=lambda row: len(row["dataset_prefix"]))
    return dict.fromkeys(known[0], "")


def at_hand(layers: Iterable[Layer | Boundaries], today: dt.date) -> pd.DataFrame:
    """One row a layer, in the order given: what it is, under which licence, what days and countries its rows are of.

    Returns
    -------
    pandas.DataFrame
        Columns and types of :data:`COLUMNS`.
    """
    lines = []
    for layer in layers:
        known = publisher(layer.dataset)
        frame = _rows_of(layer)
        first, last = _span(layer, frame)
        accounting: Mapping[str, int] = getattr(layer, "accounting", {})
        lines.append(
            {
                "file": layer.name,
                "dataset": layer.dataset,
                "dataset_version": layer.dataset_version,
                "publisher": known["publisher"],
                "licence": known["licence"],
                "credit": known["credit"],
                "may_leave": known["may_leave"] != "no" and not _restricted(frame),
                "sha256": getattr(layer, "sha256", ""),
                "rows": accounting.get("accepted", len(frame)),
                "rejected": accounting.get("rejected", 0),
                "countries": ";".join(sorted(_countries(layer, frame))),
                "first_day": first,
                "last_day": last,
                "age_days": float("nan") if pd.isna(last) else (pd.Timestamp(today) - last).days,
            }
        )
    return pd.DataFrame(lines, columns=list(COLUMNS)).astype(COLUMNS)


def holdings(layer: Layer | Boundaries, *, screen: bool = False) -> dict[str, object]:
    """What the rows of a layer are of, for a run record; none of it declares coverage.

    Parameters
    ----------
    screen
        For the screen of who loaded it: also the days of rows that must not leave.

    Returns
    -------
    dict
        `first_day`, `last_day` where they are dated; `countries` (ISO 3166 alpha-3); `sources` and `versions` by which
        coverage is declared, `loose` (rows not placed to within 25 km) and `candidate`, of incidents; `unplaced` rows
        of others; `restricted`: rows must not leave.
    """
    frame = _rows_of(layer)
    first, last = _span(layer, frame)
    facts: dict[str, object] = {"countries": sorted(_countries(layer, frame))}
    if not pd.isna(last) and (screen or not _restricted(frame)):
        facts |= {"first_day": f"{first:%Y-%m-%d}", "last_day": f"{last:%Y-%m-%d}"}
    if "effect" in frame:
        facts |= {n: sorted(map(str, pd.unique(frame[c]))) for n, c in _NAMED}
        loose = int((frame["precision"].isna() | (frame["precision"] > 2)).sum())
        facts |= {"loose": loose, "candidate": bool(frame["candidate"].any())}
    elif "lon" in layer.frame:
        facts["unplaced"] = int(layer.frame["lon"].isna().sum())
    if _restricted(frame):
        facts["restricted"] = True
    return facts


_NAMED = (("sources", "source"), ("versions", "dataset_version"))


def _rows_of(layer: Layer | Boundaries) -> pd.DataFrame:
    visits = getattr(layer, "visits", None)
    return visits if visits is not None and len(visits) else layer.frame


def _restricted(frame: pd.DataFrame) -> bool:
    return bool(frame["restricted"].any()) if "restricted" in frame else False


def _countries(layer: Layer | Boundaries, frame: pd.DataFrame) -> set[str]:
    stated = set(frame["country"].unique()) if "country" in frame else {getattr(layer, "country", "")}
    return {str(country) for country in stated} - {""}


def _span(layer: Layer | Boundaries, frame: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of the rows; NaT for both where they are not dated."""
    for begin, end in (("date_start", "date_end"), ("visit_date", "visit_date")):
        if begin in frame and frame[begin].notna().any():
            return frame[begin].min(), frame[end].max()
    return pd.NaT, pd.NaT  # type: ignore[return-value]


@dataclass(frozen=True)
class Entry:
    """One file of the store.

    Attributes
    ----------
    name, sha256, size
        File name, hash in hex of its bytes, and their number [bytes].
    role
        incidents, sites, boundaries.
    dataset, version, licence, credit, url
        As the publisher states them; `version` is the vintage of boundaries.
    fetched_at
        Day and time of the download, UTC, ISO 8601.
    coverage
        What the download declares to cover: `country_iso3, from, to` (inclusive) each; empty: nothing, or the file is
        recognised as whole by itself (data/editions.csv).
    source, area
        Name in data/sources.csv, and what of it: a country (alpha-3), a country and level (``CAF/ADM2``), blank: all.
    rows
        Rows that were accepted, when it came.
    profile
        What the rows are of: first and last day, countries, deaths, positions known.
    cite
        How the publisher asks to be cited.
    etag, modified
        By which the publisher knows this state of the file again.
    cut_from
        Hash of the file that this was cut out of; blank: it is as the publisher sent it.
    by_hand
        It was downloaded by hand and dropped in.
    pinned
        It stays the one that is used where no edition is named, and is not removed.
    """

    name: str
    sha256: str
    size: int
    role: str
    dataset: str
    version: str
    licence: str
    credit: str
    url: str
    fetched_at: str
    coverage: list[dict[str, str]] = field(default_factory=list)
    source: str = ""
    area: str = ""
    rows: int = 0
    profile: dict[str, str] = field(default_factory=dict)
    cite: str = ""
    etag: str = ""
    modified: str = ""
    cut_from: str = ""
    by_hand: bool = False
    pinned: bool = False

    @property
    def reference(self) -> str:
        """How commands and pages name it: ``ucdp:CAF@25.1``."""
        return f"{self.source}{':' if self.area else ''}{self.area}@{self.version}"

    def age_days(self, today: dt.date) -> int:
        """Days since the download."""
        return (today - dt.datetime.fromisoformat(self.fetched_at).date()).days


class Store:
    """A folder of downloaded files with an index (`catalogue.json`); a file is checked against its hash when read."""

    INDEX = "catalogue.json"
    COVERAGE = "coverage.csv"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> list[Entry]:
        """All entries, by name.

        Raises
        ------
        geo.errors.InputError
            The index is damaged.
        """
        index = self.folder / self.INDEX
        if not index.exists():
            return []
        try:
            known = [Entry(**one) for one in json.loads(index.read_text(encoding="utf-8"))]
        except (ValueError, TypeError, RecursionError):
            raise InputError(
                "The index of the catalogue is damaged.",
                where=self.INDEX,
                remedy="Delete it and fetch the files again.",
            ) from None
        return sorted(known, key=lambda entry: entry.name)

    def add(self, entry: Entry, data: bytes) -> Path:
        """Write a file and its entry; a file of the same name is replaced. Either all is written or nothing is.

        The file waits under another name until the index names it: with the index written it is kept, and whoever
        opens the store next finishes what a killed process could not.

        Raises
        ------
        geo.errors.InputError
            The name is no plain file name, or the hash is not that of `data`.
        """
        if Path(entry.name).name != entry.name or entry.name in ("", ".", "..", self.INDEX, self.COVERAGE):
            raise InputError("This is no file name.", where="catalogue", got=entry.name)
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise InputError("The hash is not that of the file.", where=entry.name, expected=entry.sha256)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder):
                self._add(entry, data)
        except OSError as error:
            raise InputError(
                "The file cannot be kept.", where=str(self.folder), got=str(error.strerror or error)
            ) from None
        return self.folder / entry.name

    def _add(self, entry: Entry, data: bytes) -> None:
        known = self.entries()
        path = self.folder / entry.name
        if path.is_symlink() or (path.exists() and entry.name not in {e.name for e in known}):
            raise InputError(
                "A file of this name is not from here.", where=str(self.folder), got=entry.name,
                remedy="Name another folder.",
            )  # fmt: skip
        self._finish(known)
        for left in (*self.folder.glob(".waiting-*"), *self.folder.glob(".part-*")):  # of a process that was killed
            left.unlink()
        entries = sorted([*(e for e in known if e.name != entry.name), entry], key=lambda e: e.name)
        self._write(_waiting(entry), data)
        self._write(self.INDEX, _index(entries))
        self._finish(entries)

    def read(self, name: str) -> bytes:
        """The bytes of an entry.

        Raises
        ------
        geo.errors.InputError
            There is no such entry, or the file is missing or is no longer what was fetched.
        """
        entry = self._entry(name, self.entries())
        self._finish([entry])
        path = self.folder / name
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise InputError(
                "The file is not the one that was fetched.",
                where=name,
                expected=f"sha256 {entry.sha256[:12]}",
                remedy="Fetch it again.",
            )
        return data

    def pin(self, name: str, pinned: bool) -> None:
        """Marks an entry as the one that is used where no edition is named, or takes the mark away.

        Raises
        ------
        geo.errors.InputError
            There is no such entry.
        """
        with locked(self.folder):
            entries = self.entries()
            chosen = self._entry(name, entries)
            alike = {e.name for e in entries if (e.source, e.area) == (chosen.source, chosen.area)}
            pinned_entries = [replace(e, pinned=pinned and e.name == name) if e.name in alike else e for e in entries]
            self._write(self.INDEX, _index(pinned_entries))

    def remove(self, name: str) -> None:
        """Lets go of an entry and its file.

        Raises
        ------
        geo.errors.InputError
            There is no such entry, or it is pinned.
        """
        with locked(self.folder):
            entries = self.entries()
            gone = self._entry(name, entries)
            if gone.pinned:
                raise InputError("The edition is pinned.", where="catalogue", got=name, remedy="Unpin it first.")
            left = [e for e in entries if e.name != name]
            self._write(self.INDEX, _index(left))
            (self.folder / name).unlink(missing_ok=True)
            self._finish(left)

    @staticmethod
    def _entry(name: str, entries: Iterable[Entry]) -> Entry:
        entry = next((e for e in entries if e.name == name), None)
        if entry is None:
            raise InputError("The catalogue has no such file.", where="catalogue", got=name)
        return entry

    def coverage(self) -> bytes:
        """A coverage table (`dataset, country_iso3, from, to`) of all entries; `dataset` is the version by hash."""
        lines = ["dataset,country_iso3,from,to"]
        for entry in self.entries():
            lines += [f"sha256:{entry.sha256[:12]},{c['country_iso3']},{c['from']},{c['to']}" for c in entry.coverage]
        return ("\n".join(lines) + "\n").encode()

    def _finish(self, entries: Iterable[Entry]) -> None:
        """Gives files that the index names already their names, and the table of coverage what the index says."""
        for entry in entries:
            waiting = self.folder / _waiting(entry)
            if waiting.is_file():
                waiting.replace(self.folder / entry.name)
                keep(self.folder)
        declared = self.coverage()
        table = self.folder / self.COVERAGE
        if table.read_bytes() != declared if table.is_file() else declared.count(b"\n") > 1:
            self._write(self.COVERAGE, declared)

    def _write(self, name: str, data: bytes) -> None:
        """Replaces a file in one step, once its bytes are on the disk."""
        part = self.folder / f".part-{secrets.token_hex(6)}"
        try:
            write_file(part, data)
            part.replace(self.folder / name)
            keep(self.folder)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _index(entries: Iterable[Entry]) -> bytes:
    return json.dumps([asdict(e) for e in entries], indent=1).encode()


def _waiting(entry: Entry) -> str:
    """The name of a file that has come and is not named by the index yet."""
    return f".waiting-{entry.sha256[:24]}"
