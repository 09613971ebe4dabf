"""Rasters of a user: how many people live where, how long the way to a town is. Read by windows, never as a whole."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from geo.messages import Note
from geo.rasters.grid import Grid, ground_areas_km2, lattice
from geo.rasters.windows import Window, batches
from i18n.translator import N_
from layers.formats.limits import LOCAL, Gateway
from layers.formats.readers.raster import RasterFacts, raster_facts, raster_source, read_windows
from layers.formats.readers.raster_system import RasterSystem
from layers.formats.source import Source

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COUNTS, DENSITY, MINUTES = "counts", "density", "minutes"
VALUES = {
    COUNTS: N_("people in each pixel"),
    DENSITY: N_("people per km²"),
    MINUTES: N_("minutes of travel"),
}
"""What the numbers of a raster are."""
BATCH = 8_000_000
"""Pixels that one child reads: about 80 MB in its answer."""

_DENSITY = re.compile(r"dens|(?:^|[\W_])pd(?:[\W_]|$)|per[\W_]?(?:sq|km)|/ ?km|km-2|hab/km|ppkm")
_COUNTS = re.compile(r"ppp|(?:^|[\W_])(?:ghs[\W_])?pop|count|landscan|people|persons|personnes")


@dataclass
class RasterLayer:
    """One band of a GeoTIFF.

    Attributes
    ----------
    source
        The bytes or the path, with size and hash.
    values, basis
        A key of :data:`VALUES`, and how it is known: option, or the words in which the file says it.
    ignored
        Pixels below zero that were met so far: in a raster of people they hold no value.
    """

    source: Source
    gateway: Gateway
    facts: RasterFacts
    system: RasterSystem
    grid: Grid
    band: int
    values: str
    basis: str
    ignored: int = 0
    reading_notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Names the content and what is taken of it."""
        return f"{self.source.sha256}/{self.values}/{self.band}"

    @property
    def version(self) -> str:
        """As run records and evidence name the content."""
        return f"sha256:{self.source.sha256[:12]}"

    @property
    def notes(self) -> list[str]:
        """What is to be said of the file and of what was met in it so far."""
        out = list(self.reading_notes)
        if self.ignored:
            out.append(Note("{n} pixel{n?|s} below zero {n?was|were} taken as without a value.", n=self.ignored))
        return out

    def read(
        self, windows: Sequence[Window], progress: Callable[[int, int], None] | None = None
    ) -> Iterator[tuple[Window, Floats, Bools]]:
        """Each window with its amounts per pixel (people, minutes), float64, and which pixels hold one.

        A density is multiplied by the ground of its pixels; scale and offset are applied.
        """
        done, total = 0, sum(w.height * w.width for w in windows)
        scale, offset = self.facts.scales[self.band - 1], self.facts.offsets[self.band - 1]
        for group in batches(list(windows), min(BATCH, self.gateway.raster_pixels)):
            boxes = [(w.column, w.row, w.width, w.height) for w in group]
            for window, (raw, valid) in zip(
                group, read_windows(self.source, boxes, band=self.band, gateway=self.gateway), strict=True
            ):
                amount = np.where(valid, raw, 0).astype(np.float64)
                if (scale, offset) != (1.0, 0.0):
                    amount = np.where(valid, amount * scale + offset, 0.0)
                below = amount < 0
                if below.any():
                    self.ignored += int(below.sum())
                    valid &= ~below
                    amount[below] = 0.0
                if self.values == DENSITY:
                    amount *= self.ground_km2(window)
                done += window.height * window.width
                if progress is not None:
                    progress(done, total)
                yield window, amount, valid

    def ground_km2(self, w: Window) -> Floats:
        """Ground of the pixels of a window [km²], in a shape that spreads over it."""
        if self.grid.degrees:
            return self.grid.areas_km2(w.row, w.height, w.column, w.width)
        x, y = lattice(self.grid, w.row, w.height, w.column, w.width)
        return ground_areas_km2(*self.system.to_wgs84(x, y), w.height, w.width)

    def record(self) -> dict[str, object]:
        """What a run record says of the file."""
        f = self.facts
        return {
            "role": "population" if self.values != MINUTES else "travel_time",
            "file": self.source.name,
            "sha256": self.source.sha256,
            "bytes": self.source.size,
            "dataset_version": self.version,
            "values": self.values,
            "values_basis": self.basis,
            "band": self.band,
            "pixels": [f.width, f.height],
            "system": self.system.label,
            "nodata": None if f.nodata is None or not np.isfinite(f.nodata) else f.nodata,
            "notes": self.notes,
        }


def read_population(
    data: bytes | str | os.PathLike[str], name: str | None = None, *, values: str = "", band: int = 0,
    gateway: Gateway = LOCAL,
) -> RasterLayer:  # fmt: skip
    """A raster of people: WorldPop, GHSL, LandScan or any other GeoTIFF.

    Parameters
    ----------
    values
        :data:`COUNTS` or :data:`DENSITY`; blank asks the words of the file: its name, band and unit.
    band
        Counted from 1; 0 for the only one.

    Raises
    ------
    geo.errors.InputError
        It is no raster of which people can be summed; the message says why.
    """
    opened = raster_source(data, name, gateway)
    facts = raster_facts(opened, gateway.clock())
    number = _band(facts, band, opened.name)
    basis = "option"
    if not values:
        texts = (opened.name, facts.descriptions[number - 1], facts.units[number - 1])
        words = " ".join(texts).casefold()
        found = _DENSITY.search(words) or _COUNTS.search(words)
        if found is None:
            raise InputError(
                "It is not known whether the raster counts the people in each pixel or gives a density.",
                where=opened.name,
                expected=Note("a word for it in the name of the file or band, such as ppp, pop or density"),
                got="; ".join(t for t in texts if t),
                remedy=Note("Say it: --population-values counts or --population-values density."),
            )
        values, basis = DENSITY if _DENSITY.search(words) else COUNTS, found[0].strip("_ .-")
    return _layer(opened, facts, number, values, basis, gateway)


def read_travel_time(
    data: bytes | str | os.PathLike[str], name: str | None = None, *, band: int = 0, gateway: Gateway = LOCAL
) -> RasterLayer:
    """A raster of minutes of travel, such as those to the nearest town of 50,000."""
    opened = raster_source(data, name, gateway)
    facts = raster_facts(opened, gateway.clock())
    return _layer(opened, facts, _band(facts, band, opened.name), MINUTES, "option", gateway)


def _band(facts: RasterFacts, band: int, name: str) -> int:
    if band == 0 and facts.count > 1:
        raise InputError(
            "The raster has several bands.",
            where=name,
            expected=Note("one band, or a number that says which"),
            got=", ".join(f"{i + 1} {text}".strip() for i, text in enumerate(facts.descriptions[:8])),
            remedy=Note("Say which one: --population-band 1, --travel-time-band 1; on the page, Band."),
        )
    if not 0 <= band <= facts.count:
        raise InputError(
            "The raster has no such band.", where=name, expected=Note("{a} to {b}", a="1", b=str(facts.count)),
            got=str(band),
        )  # fmt: skip
    return band or 1


def _layer(source: Source, facts: RasterFacts, band: int, values: str, basis: str, gateway: Gateway) -> RasterLayer:
    if facts.dtypes[band - 1].startswith("complex"):
        raise InputError("The raster holds no plain numbers.", where=source.name, got=facts.dtypes[band - 1])
    a, b, c, d, e, f = facts.transform
    if not np.isfinite(facts.transform).all() or abs(a * e - b * d) < 1e-18:
        raise InputError(
            "The raster does not say where its pixels lie.", where=source.name,
            expected=Note("a size of pixels and a place of its corner"),
            got=", ".join(f"{v:g}" for v in facts.transform),
            remedy=Note("Save it as GeoTIFF with its georeference."),
        )  # fmt: skip
    system = RasterSystem.of(facts.crs, source.name, gateway)
    grid = Grid(facts.width, facts.height, (a, b, c, d, e, f), system.degrees)
    notes: list[str] = []
    if system.degrees:
        x, y = grid.places(np.array([0.0, 0, facts.width, facts.width]), np.array([0.0, facts.height] * 2))
        if y.max() > 91 or y.min() < -91 or np.ptp(x) > 361:
            raise InputError(
                "The raster says degrees, and its pixels lie off the globe.", where=source.name,
                expected=Note("longitudes and latitudes"),
                got=f"{x.min():g} {y.min():g} {x.max():g} {y.max():g}",
                remedy=Note("Give it the coordinate system that it is in, and save it as GeoTIFF."),
            )  # fmt: skip
    if b or d:
        notes.append(Note("The raster is rotated; its pixels were taken where they lie."))
    if a * e > 0 and not (b or d):
        notes.append(Note("The raster has its south at the top; its pixels were taken where they lie."))
    if facts.nodata is None:
        notes.append(Note("The raster names no value for no data: every pixel counts as looked at."))
    if system.plain:
        notes.append(Note("The raster is in {system}; circles were drawn in it.", system=system.label))
    return RasterLayer(source, gateway, facts, system, grid, band, values, basis, reading_notes=notes)
