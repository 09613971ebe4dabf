"""``ucdp:CAF@25.1``: a name, an area and an edition for a file of the store, wherever a file can be given."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

from geo.errors import InputError
from geo.messages import Note
from layers.formats.limits import LOCAL
from layers.publishers.folder import data_folder, stores
from layers.publishers.table import sources
from layers.sources.catalogue import Entry, Store
from layers.sources.incidents import read_incidents
from layers.sources.layer import Layer

_FORM = re.compile(r"([a-z][a-z0-9-]*)(?::([^@:]{1,60}))?(?:@([A-Za-z0-9._-]{1,40}))?")
_LEVEL = re.compile(r"(.+?)/(?:ADM)?([0-3])", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Reference:
    """What a reference names; blank area: all, blank edition: the pinned one, else the newest."""

    source: str
    area: str = ""
    edition: str = ""

    def __str__(self) -> str:
        return f"{self.source}{':' if self.area else ''}{self.area}{'@' if self.edition else ''}{self.edition}"


@dataclasses.dataclass(frozen=True)
class StoredEdition:
    """An entry and the store that has it."""

    entry: Entry
    store: Store

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.store.folder / self.entry.name

    def layer(self) -> Layer:
        """The incidents of the file: from GeoParquet where it was read before, and kept as such for the next time."""
        from layers.publishers.fast_layer import read_fast, write_fast

        data = self.store.read(self.entry.name)
        layer = read_fast(self.store.folder, self.entry.sha256, self.entry.name)
        if layer is None:
            layer = read_incidents(data, self.entry.name, gateway=LOCAL)
            write_fast(layer, self.store.folder)
        return layer

    @property
    def coverage(self) -> bytes:
        """What it declares to cover as a table; blank where it is recognised as whole by itself, or covers nothing."""
        if not self.entry.coverage:
            return b""
        lines = ["dataset,country_iso3,from,to"]
        version = f"sha256:{self.entry.sha256[:12]}"
        lines += [f"{version},{c['country_iso3']},{c['from']},{c['to']}" for c in self.entry.coverage]
        return ("\n".join(lines) + "\n").encode()


def parse(text: str, folder: Path | None = None) -> Reference | None:
    """A reference; None for the name of a file, which goes before.

    Parameters
    ----------
    text
        What the user wrote, such as ``ucdp:CAF@25.1``.
    folder
        Where fetched files are kept; None: the usual folder.

    Examples
    --------
    >>> str(parse("ucdp:car@25.1")), str(parse("geoboundaries:CAF/2")), parse("C:/sites.csv"), parse("ucdp.csv")
    ('ucdp:CAF@25.1', 'geoboundaries:CAF/ADM2', None, None)
    """
    found = _FORM.fullmatch(text.strip())
    if not found or found[1] not in sources(folder) or Path(text).exists():
        return None
    area, level = found[2] or "", ""
    if split := _LEVEL.fullmatch(area):
        area, level = split[1], f"/ADM{split[2]}"
    if area:
        from layers.sources.download import country_of

        area = country_of(area.rstrip("+")) + ("+" if area.endswith("+") else "") + level
    return Reference(found[1].removesuffix("-api"), area, found[3] or "")


def all_stored(folder: Path | None = None) -> list[StoredEdition]:
    """Every entry of a data folder, that of restricted files among them; by reference, the newest of each first.

    Parameters
    ----------
    folder
        Where fetched files are kept; None: the usual folder.
    """
    found = [StoredEdition(e, store) for store in stores(folder or data_folder()) for e in store.entries()]
    return sorted(found, key=_newest, reverse=True)


def find(reference: Reference, folder: Path | None = None) -> StoredEdition:
    """The file that a reference names; a country of a kept world file is cut out the first time it is asked for.

    Parameters
    ----------
    reference
        Name, area and edition that are wanted.
    folder
        Where fetched files are kept; None: the usual folder.

    Raises
    ------
    geo.errors.InputError
        It was not fetched.
    """
    from layers.publishers.keep import Wanted

    place = folder or data_folder()
    known = [k for k in all_stored(place) if k.entry.source == reference.source]
    fitting = [k for k in known if reference.edition in ("", k.entry.version)]
    exact = [k for k in fitting if _of_area(k.entry, reference.area)]
    world = [k for k in fitting if not k.entry.area and reference.area and k.entry.role == "incidents"]
    chosen, whole = (max(some, key=_best, default=None) for some in (exact, world))
    if whole is not None and (chosen is None or _newest(whole)[0] > _newest(chosen)[0]) and not _pinned(chosen):
        return _cut(whole, reference.area)
    if chosen is not None:
        return chosen
    references = ", ".join(sorted({k.entry.reference for k in known}))
    wanted = Wanted(reference.area.partition("/")[0], reference.edition)
    command = f"cahra fetch {reference.source}" + (f" --country {wanted.country}" if wanted.country else "")
    command += f" --edition {wanted.edition}" if wanted.edition else ""
    raise InputError(
        "This was not fetched.",
        where=str(reference),
        expected=references or Note("a fetched edition"),
        remedy=Note("Fetch it: {command}", command=command),
    )


def _pinned(kept: StoredEdition | None) -> bool:
    return kept is not None and kept.entry.pinned


def _of_area(entry: Entry, area: str) -> bool:
    """Whether an entry is of an area: where none is named, any; where no level is named, any level of it."""
    return area in ("", entry.area, entry.area.partition("/")[0])


def _newest(kept: StoredEdition) -> tuple[tuple[int, ...], str]:
    numbers = tuple(int(n) for n in re.findall(r"\d{1,9}", kept.entry.version))
    return numbers, kept.entry.fetched_at


def _best(kept: StoredEdition) -> tuple[bool, tuple[int, ...], int, str]:
    """Pinned, then the newest edition, of it what covers most days, then what came last."""
    numbers, came = _newest(kept)
    spans = [dt.date.fromisoformat(c["to"]) - dt.date.fromisoformat(c["from"]) for c in kept.entry.coverage]
    return kept.entry.pinned, numbers, sum(span.days for span in spans), came


def _cut(whole: StoredEdition, area: str) -> StoredEdition:
    """A country out of a world file, kept for the next time."""
    part = next((k for k in all_stored(whole.store.folder) if k.entry.cut_from == whole.entry.sha256
                 and k.entry.area == area), None)  # fmt: skip
    if part is not None:
        return part
    from layers.publishers.keep import cut_out

    entry, data = cut_out(whole.entry, whole.layer(), whole.store.read(whole.entry.name), area)
    whole.store.add(entry, data)
    return StoredEdition(entry, whole.store)


def facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What a run record says of a fetched file beside its hash: how it is named, its licence, citation and day.

    Parameters
    ----------
    entry
        The file's entry in the catalogue of fetched files.
    """
    members = {
        "reference": entry.reference, "edition": entry.version, "licence": entry.licence, "credit": entry.credit,
        "cite": entry.cite, "retrieved_at": entry.fetched_at, "url": entry.url,
    }  # fmt: skip
    return tuple((k, v) for k, v in members.items() if v)
