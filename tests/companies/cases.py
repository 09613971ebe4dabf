"""A small world for screenings: known sites, visits, statuses, incidents, zones; no files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from geo import schema
from jobs.inputs import Loaded
from jobs.screening.export import result_files
from jobs.screening.model import Screening
from jobs.screening.screen import screen
from jobs.screening.supplier_list import read_suppliers
from layers.sources.sites import SiteLayer
from layers.sources.zone_register import read_register
from tests import frames
from tests.companies.lists import as_csv

DAY = dt.date(2020, 12, 31)


def layer(sites: pd.DataFrame, visits: pd.DataFrame | None = None, statuses: pd.DataFrame | None = None) -> SiteLayer:
    return SiteLayer(
        name="known.csv",
        sha256="0" * 64,
        layout="site_list",
        dataset="known",
        dataset_version="1",
        frame=sites,
        accounting={"read": len(sites), "accepted": len(sites), "rejected": 0},
        visits=schema.empty(schema.VISITS),
        statuses=schema.empty(schema.STATUSES) if statuses is None else schema.conform(statuses, schema.STATUSES),
    )


def data(sites=None, incidents=None, *, zones=None, boundaries=(), coverage=None, listed=None, statuses=None):
    known = frames.sites() if sites is None else sites
    return Loaded(
        sites=[layer(known, statuses=statuses)] if len(known) else [],
        incident_layers=[],
        incidents=frames.incidents() if incidents is None else incidents,
        zones=read_register().frame if zones is None else zones,
        findings=schema.empty(schema.FINDINGS),
        boundaries=list(boundaries),
        coverage=frames.coverage("CAF", "CMR", "COD", "COG", "SSD", "SDN", "TCD") if coverage is None else coverage,
        listed=listed,
        inputs=[],
        rejected=schema.empty(schema.REJECTED),
    )


def screened(*rows: dict[str, object], on: Loaded | None = None, day: dt.date = DAY, **more) -> Screening:
    suppliers = read_suppliers(as_csv(*rows), "list.csv")
    return screen(suppliers, data() if on is None else on, day, **more)


def first(screening: Screening) -> pd.Series:
    return screening.rows.iloc[0]


def dated(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    for name in names:
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return table


def files(screening: Screening, language: str = "en") -> Mapping[str, bytes]:
    """The files of a screening by name, each made when it is taken; the record makes all."""
    return result_files(screening, language)
