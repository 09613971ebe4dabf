"""`cahra programmes`: sites, incidents and programmes in; coverage, gaps, overlaps, units, a map and a record out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd

from geo.programmes.coverage import ProgrammeCoverage, programme_coverage
from geo.programmes.donors import DonorNames
from geo.programmes.money import Rates
from geo.programmes.schema import Programmes, concatenate
from geo.rules.rule_set import Rules
from jobs import inputs
from jobs.assessment import job as assessment
from jobs.programmes.export import ProgrammeRun
from jobs.programmes.programme_files import ProgrammeLayer, read_programme_files
from jobs.programmes.radii import Radii, default_radii, read_radii
from jobs.programmes.rates import read_rates
from jobs.programmes.type_words import read_type_words, type_words
from jobs.programmes.types import TypeMap, read_type_map, type_map
from jobs.rasters.given import Rasters
from jobs.rasters.measure import Progress
from layers.formats import Gateway
from layers.reference.donor_aliases import known_donors
from layers.reference.legal_schemes import schemes
from layers.reference.unit_aliases import unit_aliases

__all__ = ["Loaded", "ProgrammeInputs", "ProgrammeRun", "load", "run"]


@dataclass(frozen=True)
class ProgrammeInputs:
    """What a stocktake is asked to read.

    Parameters
    ----------
    data
        Sites, incidents, boundaries and the rest, as for ``cahra assess``.
    programmes
        Files of programmes; a folder stands for the XML files in it.
    sectors
        A table of sectors of the user's own; None: that of the project.
    words
        A table of words of the user's own; None: that of the project.
    rates
        A table of rates of the user's own; None: nothing is converted.
    radii
        A table of radii of the user's own for points without one; ``none``: they cover nothing; None: the project's.
    """

    data: inputs.Inputs
    programmes: Sequence[str | Path | inputs.Source]
    sectors: inputs.Source | None = None
    words: inputs.Source | None = None
    rates: inputs.Source | None = None
    radii: inputs.Source | Literal["none"] | None = None


@dataclass(frozen=True)
class Loaded:
    """Sites and programmes in memory."""

    data: inputs.Loaded
    layers: list[ProgrammeLayer]
    types: TypeMap = field(default_factory=type_map)
    donors: DonorNames = field(default_factory=known_donors)
    rates: Rates = field(default_factory=Rates)
    radii: Radii = field(default_factory=default_radii)

    @cached_property
    def programmes(self) -> Programmes:
        """The programmes of all files together."""
        return concatenate([layer.programmes for layer in self.layers])


def load(given: ProgrammeInputs) -> Loaded:
    """Reads every file.

    Parameters
    ----------
    given
        Layers of an assessment, files of programmes, and the user's own tables.

    Raises
    ------
    geo.errors.InputError
        A file cannot be used.
    """
    gateway = given.data.gateway
    types = own_types(given, gateway)
    layers = read_programme_files(given.programmes, gateway=gateway, types=types, wishes=given.data.wishes)[1]
    about = {s.name: s.about for s in given.programmes if isinstance(s, inputs.Source) and s.about}
    layers = [dataclasses.replace(layer, about=about.get(layer.name, ())) for layer in layers]
    taken = [{"columns": {f: ", ".join(names) for f, names in layer.columns_used.items()}} for layer in layers]
    own = given.rates
    rates = Rates() if own is None else read_rates(own.data, own.name, gateway=gateway)
    return Loaded(
        inputs.load(given.data, more=taken), layers, types, rates=rates, radii=own_radii(given.radii, gateway)
    )


def own_types(given: ProgrammeInputs, gateway: Gateway) -> TypeMap:
    """What leads to which type: the user's tables where there are any, else the project's.

    Parameters
    ----------
    given
        The files; those of sectors and of words are read here.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    """
    words, sectors = given.words, given.sectors
    phrases = type_words() if words is None else read_type_words(words.data, words.name, gateway=gateway)
    if sectors is None:
        return dataclasses.replace(type_map(), phrases=phrases)
    return read_type_map(sectors.data, sectors.name, gateway=gateway, phrases=phrases)


def own_radii(given: inputs.Source | Literal["none"] | None, gateway: Gateway) -> Radii:
    """The setting for points without a radius: the user's, none, or the project's.

    Parameters
    ----------
    given
        A table of radii, the word `none`, or None for the project's table.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    """
    if given is None:
        return default_radii()
    return Radii() if given == "none" else read_radii(given.data, given.name, gateway=gateway)


def run(
    loaded: Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    now: dt.datetime | None = None,
    *,
    assessed: assessment.Run | None = None,
    rasters: Rasters | None = None,
    progress: Progress | None = None,
) -> ProgrammeRun:
    """Programmes beside the classes of the day.

    Parameters
    ----------
    assessed
        The run of that day and those rules, where there is one already.
    loaded
        What was read of the inputs.
    as_of
        The day that is asked about: time of events, not of knowledge.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    rasters, progress
        Rasters that are measured around the sites, and who hears how far the work is.
    """
    done = assessed or assessment.run(loaded.data, as_of, rules, now, rasters=rasters, progress=progress)
    found = stocktake(loaded, done.assessment.sites, as_of)
    own = (loaded.types, loaded.donors, loaded.rates, loaded.radii)
    return ProgrammeRun(done, loaded.data, found, loaded.layers, *own)


def stocktake(loaded: Loaded, sites: pd.DataFrame, day: dt.date) -> ProgrammeCoverage:
    """Programmes beside sites that are assessed already (``geo.schema.ASSESSED``).

    Parameters
    ----------
    loaded
        What was read of the inputs.
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    day
        The day that is asked about.
    """
    return programme_coverage(
        sites,
        loaded.programmes,
        as_of=pd.Timestamp(day),
        boundaries=loaded.data.boundaries,
        aliases=unit_aliases(),
        schemes=schemes(),
        donors=loaded.donors,
        radii=loaded.radii.rows,
    )
