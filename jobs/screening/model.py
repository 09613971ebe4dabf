"""What a screening is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geo.assessment import Assessment
from geo.rules.rule_set import Rules
from geo.screening.route_exposure import RouteSettings
from jobs.assessment import job
from jobs.screening.supplier_list import SupplierList
from jobs.screening.transit import Transit
from layers.formats import LOCAL, Door


@dataclass(frozen=True)
class ScreeningInputs:
    """What a screening is asked to read; `data` may be without sites."""

    suppliers: job.Source
    data: job.Inputs
    roads: job.Source | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    door: Door = LOCAL


@dataclass(frozen=True)
class Screening:
    """The answers of one run.

    Parameters
    ----------
    rows
        :data:`geo.screening.schema.SCREENED`, one row for every row of the list, in its order.
    candidates
        :data:`geo.screening.schema.CANDIDATES` for rows without coordinates.
    transit
        Ways, segments and their evidence.
    evidence
        `supplier_id`, the columns of :data:`geo.schema.EVIDENCE`, and `segment`.
    incidents
        The incidents as prepared (each id once), for timelines.
    """

    suppliers: SupplierList
    rows: pd.DataFrame
    candidates: pd.DataFrame
    transit: Transit
    evidence: pd.DataFrame
    assessment: Assessment
    rejected: pd.DataFrame
    record: dict[str, object]
    rules: Rules
    settings: RouteSettings
    data: job.Loaded = field(repr=False)
    matches: Mapping[str, str] = field(default_factory=dict)
    changes: pd.DataFrame | None = None
