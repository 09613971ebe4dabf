"""`cahra screen`: a company's list and the data in; origin, transit, flags and their evidence out.

`load` reads every file; `run` answers every row at its own date, with the reviewers' decisions and the changes since an
earlier run. The app and the command line take this one route.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import pandas as pd

from geo.messages import Note
from geo.rules.rule_set import Rules
from geo.screening.route_exposure import RouteSettings
from jobs.inputs import load as load_data
from jobs.result import Result, ResultFiles
from jobs.screening import export
from jobs.screening.compare import compared, read_earlier
from jobs.screening.governance import governance_rows
from jobs.screening.model import Loaded, Screening, ScreeningInputs, with_input
from jobs.screening.own_tables import read_actors, read_governance, with_own_tables
from jobs.screening.place_memory import remembered
from jobs.screening.places import Confirmations, read_places
from jobs.screening.reviews import Reviews
from jobs.screening.screen import screen
from jobs.screening.supplier_list import read_suppliers
from jobs.screening.town_tables import read_towns, towns_of
from layers.reference.rule_files import default_rules
from layers.reference.tables import country_codes
from layers.sources.roads import read_roads

__all__ = ["Loaded", "ScreeningInputs", "ScreeningResult", "load", "run"]


@dataclass(frozen=True)
class ScreeningResult(Screening, Result):
    """The answers of one run, with their files and summary."""

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name; the report in `language`.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.result_files(self, language)

    def summary(self, language: str = "en") -> list[Note]:
        """Rows, quadrants, flags, and what the reader should know.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.summary(self)


def load(inputs: ScreeningInputs) -> Loaded:
    """Reads the list, the data, the roads and the earlier screening.

    Parameters
    ----------
    inputs
        Files and options of the run.

    Raises
    ------
    geo.errors.InputError
        A file cannot be used at all; single bad rows never stop the rest.
    """
    given = inputs.suppliers
    country = str(country_codes(pd.Series([inputs.data.country], dtype="str")).iloc[0])
    wishes = inputs.data.wishes
    suppliers = read_suppliers(
        given.data,
        given.name,
        mapping=inputs.mapping,
        country=country,
        gateway=inputs.gateway,
        options=wishes.of(given.name),
    )
    data = load_data(inputs.data, sites_needed=False, more=[{"columns": suppliers.mapping}])
    roads = None
    if inputs.roads is not None:
        road = inputs.roads
        roads = read_roads(road.data, road.name, gateway=inputs.gateway, options=wishes.of(road.name))
    earlier = None if inputs.compare is None else read_earlier(inputs.compare)
    reviews = None if inputs.reviews is None else Reviews(inputs.reviews)
    places = None
    if inputs.places is not None:
        places = read_places(inputs.places.data, inputs.places.name, inputs.gateway)
    actors, governance = (
        None if given is None else read(given.data, given.name, gateway=inputs.gateway)
        for given, read in ((inputs.actors, read_actors), (inputs.governance, read_governance))
    )
    towns = [read_towns(source, inputs.gateway) for source in inputs.towns]
    return Loaded(suppliers, data, roads, earlier, reviews, places, actors, governance, towns)


def run(
    loaded: Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    now: dt.datetime | None = None,
    *,
    route_settings: Mapping[str, float | None] | None = None,
    matches: Confirmations | None = None,
) -> ScreeningResult:
    """Answers every row of the list; see :func:`jobs.screening.screen.screen`.

    Parameters
    ----------
    route_settings
        Settings of :class:`geo.screening.route_exposure.RouteSettings` by name; None leaves the usual one.
    matches
        Places that somebody confirmed, besides those of the list itself and of the table of places.
    loaded
        What was read of the inputs.
    as_of
        The day that is asked about: time of events, not of knowledge.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    """
    rules = rules or default_rules()
    usual = RouteSettings(imprecise_radius_km=rules.settings.imprecise_radius_km)
    settings = replace(usual, **{k: v for k, v in (route_settings or {}).items() if v is not None})  # type: ignore[arg-type]
    given = {} if loaded.places is None else loaded.places.confirmed
    found: Screening = screen(
        loaded.suppliers,
        with_own_tables(loaded.data, loaded.actors, loaded.governance),
        as_of,
        rules,
        roads=loaded.roads,
        settings=settings,
        matches={**given, **(matches or {})},
        earlier=None if loaded.reviews is None else remembered(loaded.reviews),
        now=now,
        towns=towns_of(loaded.towns),
    )
    for table in loaded.towns:
        found = with_input(found, table.entry)
    if loaded.places is not None:
        found = with_input(found, loaded.places.entry)
    if loaded.earlier is not None:
        found = compared(loaded.earlier, found, loaded.roads)
    if loaded.actors is not None:
        from jobs.screening.named_actors import named_actors

        found = replace(found, named=named_actors(found, loaded.actors))
    if loaded.governance is not None:
        found = replace(found, governance=governance_rows(found.rows, loaded.governance))
    if loaded.reviews is not None:
        found = export.with_decisions(found, loaded.reviews)
    return ScreeningResult(**{f.name: getattr(found, f.name) for f in fields(found)})
