"""Frames as a reader sees them: headings and codes in words, columns in a sensible order, nothing rendered."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from geo import schema
from i18n import column_labels, evidence_messages, labels, row_messages
from i18n.translator import Translator
from layers.formats.reasons import sentence
from layers.maps import styles
from layers.reference.country_names import country_name
from views.widgets.column_widths import widths_of

SITES = (
    "name",
    "site_class",
    "zone_status",
    "area_class",
    "rules_fired",
    "minerals",
    "country",
    "admin1",
    "admin2",
    "armed_presence",
    "incidents_20km_12m",
    "deaths_20km_12m",
    "events_nonlethal_20km_12m",
    "nearest_incident_m",
    "incident_intensity",
    "visit_age_days",
    "zone_unit",
    "distance_to_zone_edge_m",
    "eu_listed",
    "kp_restricted",
    "rcm_status",
    "drc_status",
    "possible_class",
    "data_coverage",
    "gaps",
    "rules_unknown",
    "children_under_15",
    "mercury",
    "traceability",
    "site_id",
    "source",
    "demonstration",
)
"""Columns of the site list on a page; the download has them all."""
EVIDENCE = (
    "kind",
    "rule",
    "found",
    "limit",
    "distance_m",
    "edge_m",
    "place",
    "date_start",
    "date_end",
    "precision",
    "deaths_best",
    "deaths_low",
    "deaths_high",
    "deaths_civilians",
    "event_type",
    "actor_a",
    "actor_b",
    "dataset",
    "record_id",
    "dataset_version",
    "provisional",
    "ground",
)
STORY = (
    "number",
    "distance_m",
    "place",
    "date_start",
    "date_end",
    "deaths_low",
    "deaths_best",
    "deaths_high",
    "actors",
    "event_type",
    "precision",
    "rules",
    "dataset",
    "record_id",
)
"""Incidents that counted for a site, one row each, numbered like on the map."""
VISITS = (
    "visit_date",
    "visited_by",
    "visit_basis",
    "armed_presence",
    "actors",
    "roadblock",
    "children_under_15",
    "mercury",
    "traceability",
    "state_services",
    "workers",
)
"""Visits of a site; the facts of OECD Annex II among them are dated by their visit and never part of a class."""
PLACES = ("lon", "lat")
TWO_LINES = 66
"""Height of a row that holds a question in two or three lines [pixels]; up to 64 Streamlit writes one line."""
_WHOLE = schema.whole_numbers() | {
    "edge_m", "nearest_incident_m", "distance_to_zone_edge_m", "distance_m", "visit_age_days", "workers",
}  # fmt: skip
_NUMBERS = frozenset(c.name for t in (schema.ASSESSED, schema.EVIDENCE, schema.VISITS) for c in t if c.type == "number")
"""Numbers are written as the reader's language writes them, whole ones without decimals."""


def filled(frame: pd.DataFrame, columns: Sequence[str], always: int = 4) -> list[str]:
    """Those of `columns` that say anything of these rows; the first stay in any case, as many as `always` says."""
    return [
        name
        for i, name in enumerate(columns)
        if i < always or name not in frame or not (frame[name].isna() | (frame[name].astype(object) == "")).all()
    ]


def worded(translate: Translator, frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`frame` with `columns` only, its codes in words; categories keep it small on the wire."""
    out = {}
    if "found" in columns:
        frame = evidence_messages.worded(frame, translate)
    for name in columns:
        column = frame[name]
        if name == "reason":
            column = column.map(lambda r: sentence(r, translate))
        elif name == "expected":
            column = column.map({text: row_messages.expected(text, translate) for text in pd.unique(column)})
        elif name == "got":
            column = column.map({text: row_messages.got(text, translate) for text in pd.unique(column)})
        elif name == "precision":
            column = column.map(lambda p: translate(labels.PRECISIONS.get(int(p), "")) if pd.notna(p) else "")
        elif name == "country":
            column = column.map({c: country_name(c, translate) for c in pd.unique(column)}).astype("category")
        elif name == "event_type":
            column = column.map({k: translate(labels.INCIDENT_KINDS.get(k, k)) for k in pd.unique(column)})
        elif name == "kind":
            column = column.map({k: translate(labels.EVIDENCE_KINDS.get(k, k)) for k in pd.unique(column)})
        elif name == "site_class":
            signs = {s.key: f"{s.sign} {translate(s.text)}" for s in styles.SITES}
            column = column.map(signs).astype("category")
        elif name == "ground":
            column = column.map({text: translate(text) for text in pd.unique(column)}).astype("category")
        elif name in _WHOLE and pd.api.types.is_float_dtype(column.dtype):
            column = column.round()  # the page cuts decimals off
        elif labels.is_coded(name):
            column = column.map({c: labels.value(name, c, translate) for c in pd.unique(column)}).astype("category")
        out[name] = column
    return pd.DataFrame(out, index=frame.index)


def both_sides(translate: Translator, frame: pd.DataFrame, causes: Mapping[str, str], alt: str) -> None:
    """Shows what differs between two editions or runs: columns of the earlier and of the later one, in words.

    Parameters
    ----------
    causes
        Words for the codes of a column `cause`.
    """
    out = frame.copy()
    for name in frame.columns:
        stem, kinds = column_labels.stem(name), pd.unique(frame[name])
        if stem == "precision":
            out[name] = frame[name].map(lambda p: translate(labels.PRECISIONS.get(int(p), "")) if pd.notna(p) else "")
        elif stem == "country":
            out[name] = frame[name].map({c: country_name(c, translate) for c in kinds})
        elif stem == "source":
            out[name] = frame[name].map(labels.source_name)
        elif stem == "cause":
            out[name] = frame[name].map({c: translate(causes.get(c, c)) for c in kinds})
        elif labels.is_coded(stem):
            out[name] = frame[name].map({c: labels.value(stem, c, translate) for c in kinds})
    heads = {name: column_labels.column(name, translate) for name in out.columns}
    show(translate, out, column_config=heads, hide_index=True, placeholder="", alt=alt)


def count(heading: str) -> Any:
    """The setting of a column of whole numbers, written as the reader's language writes them."""
    return st.column_config.NumberColumn(heading, format="localized", step=1)


def config(translate: Translator, columns: Sequence[str]) -> dict[str, Any]:
    """Column settings for ``st.dataframe``: headings in the reader's language, whole metres, local dates."""
    out: dict[str, Any] = {}
    for name in columns:
        heading = column_labels.column(name, translate)
        if name == "number":
            out[name] = st.column_config.NumberColumn(heading, width=50)
        elif name in PLACES:
            out[name] = st.column_config.NumberColumn(heading, format="localized", step=0.0001)
        elif name in _NUMBERS - _WHOLE:
            out[name] = st.column_config.NumberColumn(heading, format="localized", step=0.001)
        elif name in _WHOLE or name.startswith(("deaths", "incidents", "events_")):
            out[name] = count(heading)
        elif (
            (name.startswith("date_") and name != "date_prec")
            or name.endswith("_date")
            or name in ("as_of", "valid_to")
        ):
            out[name] = st.column_config.DateColumn(heading, format=translate.date_form)
        else:
            out[name] = st.column_config.Column(heading)
    return out


def show(translate: Translator, data: Any, *, column_config: Mapping[Any, Any] | None = None, **settings: Any) -> Any:
    """Shows a table (:func:`streamlit.dataframe`, with its `settings`): no number or day of it is written in English.

    Columns of numbers and days whose setting in `column_config` says no form get that of the reader's language; every
    table of a page comes through here.
    """
    frame = data if isinstance(data, pd.DataFrame) else data.data
    settings_of: dict[Any, Any] = dict(column_config or {})
    for name in frame.columns:
        setting, kind = settings_of.get(name, {}), frame[name].dtype
        if (
            setting is None
            or (isinstance(setting, dict) and setting.get("type_config"))
            or pd.api.types.is_bool_dtype(kind)
        ):
            continue  # hidden, or of a kind of its own
        given = (
            {"label": setting} if isinstance(setting, str) else {k: setting.get(k) for k in ("label", "width", "help")}
        )
        if pd.api.types.is_numeric_dtype(kind):
            settings_of[name] = st.column_config.NumberColumn(format="localized", **given)
        elif pd.api.types.is_datetime64_any_dtype(kind):
            settings_of[name] = st.column_config.DateColumn(format=translate.date_form, **given)
    headings = {name: _heading(name, settings_of.get(name, {})) for name in frame.columns if isinstance(name, str)}
    for name, wide in widths_of(frame, {n: h for n, h in headings.items() if h is not None}).items():
        setting = settings_of.get(name, {})
        if isinstance(setting, str):
            settings_of[name] = st.column_config.Column(setting, width=wide)
        elif setting.get("width") is None and not setting.get("type_config"):
            settings_of[name] = {**setting, "width": wide}
    return st.dataframe(data, column_config=settings_of, **settings)


def _heading(name: str, setting: Any) -> str | None:
    """The heading of a column by its setting; None for one that is hidden."""
    label = setting.get("label") or name if isinstance(setting, dict) else setting
    return None if label is None else str(label)


def row_height(texts: Sequence[str], letters: int) -> int:
    """Height of rows [pixels] in which the longest of `texts` is seen whole, with `letters` to a line.

    Examples
    --------
    >>> row_height(["Is it?"], 60), row_height(["x" * 200], 60)
    (66, 92)
    """
    lines = max((len(textwrap.wrap(text, letters)) for text in texts), default=1)
    return max(TWO_LINES, 20 * lines + 12)
