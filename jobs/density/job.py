"""`cahra density`: incidents in; a surface of each source as a GeoTIFF out, and the difference of two periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from geo import schema
from geo.errors import InputError
from geo.messages import Note
from geo.rasters.surface import REACH, SurfaceGrid
from geo.readiness import datasets_of
from geo.records.incidents import Incidents, prepare
from geo.rules.coverage_gaps import covering_sources
from geo.spatial import prepared
from geo.time_window import to_days
from jobs.demonstration import layers, marks
from jobs.density import export
from jobs.density.model import Options, Period, Surface, Surfaces
from jobs.density.placing import Placed, extent, placed, surface
from jobs.inputs import Inputs, Loaded
from jobs.inputs import load as load_layers
from jobs.result import Result, ResultFiles
from jobs.run_options import options_of
from jobs.sensitivity.job import placed_in_units
from layers.reference.country_outlines import country_outlines

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]
LATTICE = 500
"""Places along each side of a grid at which it is asked which country lies there."""


class Density(Surfaces, Result):
    """The result of a run, with its files and summary."""

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.result_files(self)

    def summary(self, language: str = "en") -> list[Note]:
        """What the surfaces hold, and what was left out.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.summary(self)


def load(given: Inputs) -> Loaded:
    """Reads the layers; sites are not needed.

    Parameters
    ----------
    given
        Files and options of the run.
    """
    if not given.incidents:
        raise InputError(
            "No incidents were given.", expected=Note("at least one file"), remedy=Note("Add --incidents FILE.")
        )
    return load_layers(given, sites_needed=False)


def run(
    loaded: Loaded,
    period: Period,
    before: Period | None = None,
    options: Options | None = None,
    *,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Density:
    """A surface of each source for `period`, and for an earlier one on the same grid.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    period
        The first and the last day, both inside.
    before
        An earlier period on the same grid; None: no difference is made.
    options
        Kernel, cells and weights; None: the defaults.
    now
        When the run is made; None: now.
    progress
        Is told how far the work is; None: nobody asks.

    Raises
    ------
    InputError
        A period ends before it begins, or there is no incident with a place in any of them.
    """
    options = options or Options()
    options.check()
    periods = [p for p in (before, period) if p is not None]
    for first, last in periods:
        if first > last:
            raise InputError("There is no day in this period.", where="--from, --to", got=f"{first} {last}")
    incidents, units = prepare(loaded.incidents), {}
    units = placed_in_units(loaded, incidents)
    wanted: list[tuple[str, Period, Placed]] = []
    for number, source in enumerate(incidents.sources):
        for first, last in periods:
            begin, end = (int(d) for d in to_days([first.isoformat(), last.isoformat()]))
            found = placed(
                incidents, units, source=number, first=begin, last=end, weight=options.weight, effect=options.effect
            )
            wanted.append((source, (first, last), found))
    lon, lat = extent(incidents, units, [found for _, _, found in wanted])
    if not len(lon):
        raise InputError(
            "No incident with a place lies in the period.", where="--from, --to",
            got="; ".join(f"{a} {b}" for a, b in periods),
        )  # fmt: skip
    margin = REACH * options.bandwidth_km + options.disc_km + 3 * options.cell_km + (60 if _shut(incidents) else 0)
    grid = SurfaceGrid.around(lon, lat, options.cell_km, margin)
    made = []
    for i, (source, span, found) in enumerate(wanted):
        if progress is not None:
            progress("surfaces", i, len(wanted))
        values = surface(grid, incidents, units, found, options.bandwidth_km, options.disc_km)
        looked = looked_at(grid, loaded, incidents, source, span, options.effect)
        made.append(Surface(source, span, found, np.where((values > 0) | looked, values, np.nan)))
    if progress is not None:
        progress("surfaces", len(wanted), len(wanted))
    record = export.run_record(loaded, incidents, grid, options, made, now) | marks(*layers(loaded))
    rejected = schema.conform(loaded.rejected, schema.REJECTED)
    return Density(grid, options, tuple(made), rejected, record)


def looked_at(
    grid: SurfaceGrid, loaded: Loaded, incidents: Incidents, source: str, period: Period, effect: str
) -> npt.NDArray[np.bool_]:
    """Cells of countries that the source is declared to cover on every day of the period.

    Parameters
    ----------
    grid
        The grid: its cells, and where they lie.
    loaded
        What was read of the inputs.
    incidents
        The incidents, ready to be asked.
    source
        Name of a source of incidents.
    period
        The first and the last day.
    effect
        `lethal` or `violent`: which incidents the source has to be declared to count.
    """
    import shapely

    outlines = country_outlines()
    options = options_of(loaded)
    datasets = datasets_of(incidents, loaded.incidents, options["files"])
    names = np.array(sorted(set(outlines.frame["country"])), dtype=object)
    first, last = to_days([d.isoformat() for d in period])
    covered = covering_sources(
        options["coverage"], datasets, names, np.full(len(names), first - 1), np.full(len(names), last),
        "lethal" if effect == "lethal" else "all",
    ).get(source, np.zeros(len(names), np.bool_))  # fmt: skip
    out = np.zeros((grid.rows, grid.columns), np.bool_)
    mine = outlines.geometry[outlines.frame["country"].isin(set(names[covered])).to_numpy()]
    if not len(mine):
        return out
    step = max(1, -(-max(grid.rows, grid.columns) // LATTICE))
    lon, lat = grid.places()
    inside = np.zeros(lon[step // 2 :: step, step // 2 :: step].shape, np.bool_)
    prepared.prepare(mine)
    for outline in mine:
        inside |= shapely.contains_xy(outline, lon[step // 2 :: step, step // 2 :: step],
                                      lat[step // 2 :: step, step // 2 :: step])  # fmt: skip
    rows, columns = (np.minimum(np.arange(out.shape[k]) // step, inside.shape[k] - 1) for k in (0, 1))
    return np.asarray(inside[rows[:, None], columns[None, :]])


def _shut(incidents: Incidents) -> bool:
    return bool(incidents.frame["restricted"].any())
