"""What a screening is asked and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from geo.coded import CodedTable
from geo.messages import Note
from geo.rules.rule_set import Rules
from geo.screening.route_exposure import RouteSettings
from jobs import inputs
from jobs.screening.eu_record import eu_record
from jobs.screening.own_tables import OwnTable
from jobs.screening.places import Confirmation, PlaceTable
from jobs.screening.reviews import Reviews
from jobs.screening.supplier_list import SupplierList
from jobs.screening.town_tables import Towns
from jobs.screening.transit import Transit
from layers.formats import LOCAL, Gateway
from layers.sources.roads import RoadLayer


@dataclass(frozen=True)
class ScreeningInputs:
    """What a screening is asked to read; `data` may be without sites.

    Parameters
    ----------
    mapping
        Columns of the list by hand, field by column.
    compare
        Folder of an earlier screening.
    reviews
        The reviewers' file; None: no decisions.
    places
        Table of places that were confirmed for names of the list.
    actors, governance
        Tables of named actors and of indicators by area: they stand beside the rows and change no class.
    towns
        Tables of towns and villages (GeoNames), beside those of the project, for names without a place.
    """

    suppliers: inputs.Source
    data: inputs.Inputs
    roads: inputs.Source | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    compare: Path | None = None
    reviews: Path | None = None
    places: inputs.Source | None = None
    actors: inputs.Source | None = None
    governance: inputs.Source | None = None
    towns: Sequence[inputs.Source] = ()
    gateway: Gateway = LOCAL


@dataclass(frozen=True)
class Earlier:
    """What an earlier run left behind; `fingerprint` is of its run.json."""

    rows: pd.DataFrame
    record: dict[str, object]
    rules: Rules
    folder: str
    fingerprint: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """The list and all that it is held against, ready to be answered at any date."""

    suppliers: SupplierList
    data: inputs.Loaded
    roads: RoadLayer | None = None
    earlier: Earlier | None = None
    reviews: Reviews | None = None
    places: PlaceTable | None = None
    actors: OwnTable | None = None
    governance: OwnTable | None = None
    towns: Sequence[Towns] = ()


@dataclass(frozen=True)
class Screening:
    """The answers of one run.

    Parameters
    ----------
    rows
        :data:`geo.screening.schema.SCREENED`, one row for every row of the list, in its order.
    candidates
        :data:`geo.screening.schema.CANDIDATES` for rows without coordinates.
    places
        :data:`geo.screening.schema.PLACES`: every name without a place once, and what was confirmed for it.
    decided
        :data:`geo.screening.schema.DECIDED`, where decisions were asked for.
    matches
        The confirmations that were given, by question or row.
    transit
        Routes, segments and the evidence of both.
    limits
        What could not be known of the origins, and why (:func:`jobs.assessment.export.known_limits`).
    evidence_columns
        `supplier_id`, `part`, the columns of :data:`geo.schema.EVIDENCE`, and `segment`, as codes.
    named, governance
        `NAMED` and `GOVERNANCE` of :mod:`geo.screening.own_table_schema`, where their tables were given.
    """

    suppliers: SupplierList
    rows: pd.DataFrame
    candidates: pd.DataFrame
    places: pd.DataFrame
    transit: Transit
    evidence_columns: CodedTable
    limits: Sequence[Note]
    rejected: pd.DataFrame
    record: dict[str, object]
    rules: Rules
    settings: RouteSettings
    data: inputs.Loaded = field(repr=False)
    matches: Mapping[str, Confirmation] = field(default_factory=dict)
    changes: pd.DataFrame | None = None
    decided: pd.DataFrame | None = None
    named: pd.DataFrame | None = None
    governance: pd.DataFrame | None = None

    @cached_property
    def eu_record(self) -> pd.DataFrame:
        """What Regulation (EU) 2017/821 asks of the rows (:func:`jobs.screening.eu_record.eu_record`), made once."""
        return eu_record(self.rows, self.suppliers.rows)

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """All evidence as a frame; of many rows it is far larger than the codes."""
        return self.evidence_columns.frame()

    def evidence_of(self, suppliers: Iterable[str]) -> pd.DataFrame:
        """The evidence of some rows of the list, in its order.

        Parameters
        ----------
        suppliers
            Supplier ids of the rows wanted.
        """
        mine = self.evidence_columns["supplier_id"]
        wanted = pd.Series(mine.pool).isin(list(suppliers)).to_numpy(np.bool_)
        rows = np.flatnonzero(wanted if mine.codes is None else wanted.take(mine.codes))
        return self.evidence_columns.take(rows).frame()


def with_input(screening: Screening, entry: Mapping[str, object]) -> Screening:
    """The screening with one more file among the inputs of its record.

    Parameters
    ----------
    screening
        The answers of one run.
    entry
        Entry of the file, as `inputs` of a run record has it.
    """
    inputs_ = screening.record["inputs"]
    return replace(screening, record={**screening.record, "inputs": [*inputs_, dict(entry)]})  # type: ignore[misc]
