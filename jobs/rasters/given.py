"""The rasters of a run: files to layers that are still on the disk, and what the run record says of them.

Their readers are loaded when there is a raster: most runs are given none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from geo.answer_cache import AnswerCache
from geo.messages import Note
from jobs.inputs import Source
from layers.formats.limits import LOCAL, Gateway

if TYPE_CHECKING:
    from layers.sources.rasters import RasterLayer


@dataclass(frozen=True)
class RasterInputs:
    """What a run is asked to read.

    Parameters
    ----------
    population
        GeoTIFFs of people: one, or several that are tiles of one surface (:func:`jobs.rasters.measure.circles`).
    travel_time
        A GeoTIFF of minutes to the nearest town; None: none.
    values, band, travel_band
        What the first count (:func:`layers.sources.rasters.read_population`), and which bands are meant.
    """

    population: Sequence[Source] = ()
    travel_time: Source | None = None
    values: str = ""
    band: int = 0
    travel_band: int = 0


@dataclass(frozen=True)
class Rasters:
    """Layers, none of whose pixels was read yet; `kept` is what one run over them leaves for the next."""

    population: tuple[RasterLayer, ...] = ()
    travel_time: RasterLayer | None = None
    kept: AnswerCache = field(default_factory=AnswerCache, repr=False, compare=False)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.population) or self.travel_time is not None

    @property
    def key(self) -> tuple[str, ...]:
        """Names the files, their contents and what is taken of them."""
        return tuple(f"{layer.source.name}/{layer.key}" for layer in self.layers)

    @property
    def layers(self) -> tuple[RasterLayer, ...]:
        """All of them, people first."""
        return (*self.population, *(() if self.travel_time is None else (self.travel_time,)))

    def apart(self, *, unread: bool = False) -> Rasters:
        """The same layers, counting on their own what is met in them from now on.

        Parameters
        ----------
        unread
            They count from nothing on, as if no pixel had been read.
        """

        def one(layer: RasterLayer) -> RasterLayer:
            return replace(layer, ignored=0 if unread else layer.ignored)

        return Rasters(tuple(map(one, self.population)), None if self.travel_time is None else one(self.travel_time))

    def records(self) -> list[dict[str, object]]:
        """What a run record says of each."""
        return [layer.record() for layer in self.layers]


def read_rasters(given: RasterInputs, gateway: Gateway = LOCAL) -> Rasters:
    """What the files say of themselves.

    Parameters
    ----------
    given
        The files, and what their numbers count.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        One of them cannot be used.
    """
    if not given.population and given.travel_time is None:
        return Rasters()
    from layers.sources.rasters import read_population, read_travel_time

    people = tuple(
        read_population(s.data, s.name, values=given.values, band=given.band, gateway=gateway) for s in given.population
    )
    travel = given.travel_time
    minutes = (
        None if travel is None else read_travel_time(travel.data, travel.name, band=given.travel_band, gateway=gateway)
    )
    return Rasters(people, minutes)


def raster_lines(inputs: object) -> list[Note]:
    """What was read of each raster that a run record names, and what is to be known of it.

    Parameters
    ----------
    inputs
        `inputs` of a run record; entries of other roles are passed over.
    """
    lines: list[Note] = []
    for entry in inputs if isinstance(inputs, list) else []:
        if entry.get("role") in ("population", "travel_time"):
            from layers.sources.rasters import VALUES

            lines.append(
                Note(
                    "{file}: {values} ({basis}), {wide} × {high} pixels, {system}.",
                    file=entry["file"], values=Note(VALUES[entry["values"]]), basis=entry["values_basis"],
                    wide=entry["pixels"][0], high=entry["pixels"][1], system=entry["system"],
                )
            )  # fmt: skip
            lines += [Note("Note: {note}", note=note) for note in entry["notes"]]
    return lines
