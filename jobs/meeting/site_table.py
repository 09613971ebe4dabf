"""The sites as a person reads them in a spreadsheet: words for codes, numbers, days, coordinates, and the reason."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from i18n import column_labels, labels
from i18n.translator import Translator
from jobs.assessment.export import explained
from jobs.assessment.job import Run
from layers.formats.writers.delimited import csv_bytes
from layers.maps import styles
from layers.reference.country_names import country_name

COLUMNS = (
    "name", "site_class", "zone_status", "zone_unit", "area_class", "why", "as_of", "minerals", "country", "admin1",
    "admin2", "lat", "lon", "coord_precision_km", "incidents_20km_12m", "deaths_20km_12m",
    "deaths_civilians_20km_12m", "events_one_sided_20km_12m", "events_nonlethal_20km_12m", "nearest_incident_m",
    "latest_incident_date", "incident_intensity", "armed_presence", "visit_date", "visit_age_days",
    "distance_to_zone_edge_m", "near_border", "eu_listed", "kp_restricted", "rcm_status", "rcm_status_date",
    "drc_status", "drc_status_date", "certain_class", "possible_class", "data_coverage", "gaps", "rules_fired",
    "area_rules_fired", "rules_unknown", "area_gaps", "sources_disagree", "children_under_15", "mercury",
    "traceability", "state_services", "workers", "site_id", "source", "demonstration",
)  # fmt: skip
"""In the order in which they are read: what and why first, then what it rests on."""
DIGITS = {"lat": 6, "lon": 6, "coord_precision_km": 3, "incident_intensity": 3}
"""Decimals that mean something; all other numbers are whole."""


def site_rows(run: Run, rows: Sequence[int] | pd.Index | None, translate: Translator) -> pd.DataFrame:
    """The columns of :data:`COLUMNS`, by their names, with codes in words; numbers and days keep their types.

    Parameters
    ----------
    rows
        Positions in ``run.assessment.sites``, in the order wanted; None for all.
    run
        The assessment with what it was made from.
    translate
        Speaks the reader's language.
    """
    _ = translate
    sites = explained(run.assessment, run.rules)
    sites = sites if rows is None else sites.iloc[list(rows)]
    sites = sites.assign(why=sites[f"why_{_.language}"])
    return pd.DataFrame({name: _worded(sites[name], name, _) for name in COLUMNS}, index=sites.index)


def headings(names: Sequence[str], translate: Translator) -> list[str]:
    """The headings of columns, in the reader's language.

    Parameters
    ----------
    names
        Names of columns.
    translate
        Speaks the reader's language.
    """
    return [column_labels.column("why_en" if name == "why" else name, translate) for name in names]


def excel_csv(run: Run, rows: Sequence[int] | pd.Index | None, translate: Translator) -> bytes:
    """The sites as the Excel of that language opens them: semicolons beside a decimal comma; UTF-8 with BOM.

    Parameters
    ----------
    run
        The assessment with what it was made from.
    rows
        Positions in ``run.assessment.sites``, in the order wanted; None for all.
    translate
        Speaks the reader's language.
    """
    table = site_rows(run, rows, translate)
    table.columns = pd.Index(headings(list(table.columns), translate))
    comma = "," in translate.number(0.5, 1)
    return csv_bytes(table, delimiter=";" if comma else ",", decimal="," if comma else ".", bom=True)[0]


def _worded(column: pd.Series, name: str, translate: Translator) -> pd.Series:
    if pd.api.types.is_bool_dtype(column):
        words = {True: translate("yes"), False: translate("no")}
        return column.astype(object).map(lambda v: "" if v is pd.NA else words[bool(v)]).astype("str")
    if pd.api.types.is_numeric_dtype(column):
        digits = DIGITS.get(name, 0)
        return column.round(digits) if digits else column.round().astype("Int64")
    if name == "site_class":
        return column.map({s.key: f"{s.sign} {translate(s.text)}" for s in styles.SITES}).astype("str")
    if name == "country":
        return column.map({code: country_name(code, translate) for code in pd.unique(column)}).astype("str")
    if labels.is_coded(name):
        return column.map({code: labels.value(name, code, translate) for code in pd.unique(column)}).astype("str")
    return column
