"""One file, as it is read: what it is, its first rows, what is understood of it, and how to read it otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from i18n.field_labels import field_label
from i18n.translator import N_, Translator
from jobs.file_roles import ROLES, fields_of
from jobs.inspection import FileReport
from layers.formats.writers.cells import plain_types
from layers.formats.writers.delimited import csv_bytes
from layers.formats.writers.escape import markdown
from layers.reference.country_names import country_name
from layers.sources.read_options import MOST_HEADER, NOTHING, ReadOptions
from views import own_files, run_options
from views.data_choice import File
from views.faults import telling
from views.page_notes import page_sentence
from views.session import Here
from views.widgets import tables

LAYOUTS = {
    "site_list": N_("a plain list"),
    "visits": N_("visits of IPIS"),
    "own_visits": N_("visits in this project's columns"),
    "trade_lines": N_("trade lines of IPIS"),
    "ucdp": N_("UCDP GED"),
    "acled": N_("ACLED"),
    "own": N_("this project's columns"),
    "iati": N_("IATI activities"),
}
"""Layouts in words, where they say more than the kind of file."""
DECIMALS = {"": N_("found out"), ",": N_("comma (4,16)"), ".": N_("point (4.16)")}
DATES: dict[bool | None, str] = {None: N_("found out"), True: N_("day first"), False: N_("month first")}
LEVELS: dict[int | None, str] = {
    None: N_("as the file says"),
    0: N_("0: countries"),
    1: N_("1: regions"),
    2: N_("2: districts"),
    3: N_("3: communes"),
}
SHOWN_REJECTED = 200
"""Rejected rows shown; the download has them all."""
_OF_PLACES = ("sites", "suppliers", "incidents", "programmes", "boundaries")


def show(here: Here, key: str, file: File, report: FileReport) -> None:
    """The card of a file: headline, first rows, what is understood of it, and how to read it otherwise."""
    _ = here.translate
    st.header(markdown(file.name))
    st.markdown(markdown(headline(_, report)))
    if report.fault is not None:
        st.error(markdown(report.fault.sentence(_)), icon=":material/error:")
    for note in report.notes:
        st.text("• " + page_sentence(note, _))
    if not report.preview.empty:
        tables.show(
            _, report.preview, hide_index=True, height="content", placeholder="", alt=_("First rows of the file")
        )
    _kind(here, key, file)
    _columns(_, report)
    _rejected(_, file, report)
    _otherwise(here, key, file, report)


def headline(translate: Translator, report: FileReport) -> str:
    """What a file is and how much of it is used, in one line."""
    _ = translate
    what = _(ROLES[report.role]) if report.role else _("of no known kind")
    if report.layout in LAYOUTS:
        what += f" ({_(LAYOUTS[report.layout])})"
    parts = [what]
    if report.sheet:
        parts.append(_("sheet or layer “{name}”", name=report.sheet))
    if report.header_row:
        parts.append(_("header in row {n}", n=_.number(report.header_row)))
    if report.rows_read:
        parts.append(
            _(
                "{read} row{read?|s} read, {accepted} used, {rejected} not used",
                read=_.number(report.rows_read),
                accepted=_.number(report.accepted),
                rejected=_.number(report.rejected),
            )
        )
    return " · ".join(parts)


def _columns(_: Translator, report: FileReport) -> None:
    """What was taken for what, and what was not used."""
    used = {field: names for field, names in report.columns_used.items() if names}
    if not used and not report.columns_ignored:
        return
    left, right = st.columns([3, 2])
    with left:
        st.caption(_("Understood"))
        pairs = pd.DataFrame({"field": [field_label(f, _) for f in used], "column": list(used.values())})
        tables.show(
            _,
            pairs,
            hide_index=True,
            height="content",
            column_config={"field": _("Taken for"), "column": _("Column of the file")},
            alt=_("Understood"),
        )
    with right:
        st.caption(_("Not used"))
        if report.columns_ignored:
            st.text(", ".join(report.columns_ignored))
        else:
            st.text(_("Every column is used."))


def _rejected(_: Translator, file: File, report: FileReport) -> None:
    """The rows that are not used, with their reasons; all of them as a file."""
    rows = report.rejected_rows
    if rows.empty:
        return
    with st.expander(
        _.plural("{n} row is not used", "{n} rows are not used", len(rows)), icon=":material/block:", expanded=True
    ):
        shown = ("row", "id", "reason", "expected", "got")
        tables.show(
            _,
            tables.worded(_, rows.head(SHOWN_REJECTED), shown),
            hide_index=True,
            column_config=tables.config(_, shown),
            alt=_("Rows that are not used"),
        )
        st.download_button(
            _("All of them (CSV)"),
            data=telling(lambda: csv_bytes(plain_types(rows))[0], _),
            file_name="rows_not_used.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"rejected_{file.sha256}",
        )


def _kind(here: Here, key: str, file: File) -> None:
    """The kind of the file, to be said otherwise: it is read anew at once, because each kind has its own fields."""
    _ = here.translate
    kinds = ["", *ROLES]
    asked = st.selectbox(
        _("Kind of file"),
        kinds,
        index=kinds.index(file.asked),
        format_func=lambda r: _(ROLES[r]) if r else _("as recognised"),
        key=f"kind_{key[:12]}_{file.asked}",
        width=280,
    )
    if (asked or "") != file.asked:
        own_files.change(key, asked or "", file.options)
        st.rerun()


def _otherwise(here: Here, key: str, file: File, report: FileReport) -> None:
    """The form: part of the file, numbers, dates, places, and the column of each field."""
    _, stated = here.translate, file.options
    role = file.asked or report.role
    turn = f"{key[:12]}_{abs(hash((file.options, file.asked))):x}"
    with (
        st.expander(_("Read it otherwise"), icon=":material/tune:", expanded=report.fault is not None),
        st.form(f"read_{turn}", border=False),
    ):
        grid = st.columns(4)
        options = _part(_, grid, report, stated, turn)
        options = _numbers(_, grid, options, turn)
        options = _places(_, role, report, options, turn)
        columns = _mapping(_, role, report, stated, turn)
        st.caption(_("Files with the same columns are read the same way until you close the page."))
        if st.form_submit_button(_("Read it so"), type="primary"):
            own_files.change(key, file.asked, replace(options, columns=columns))
            st.rerun()
    if (file.asked, file.options) != ("", NOTHING):
        st.caption(_("Read as you said, for this file or one with the same columns."))
        if st.button(_("Back to what was recognised"), key=f"back_{turn}", icon=":material/undo:"):
            own_files.change(key, "", NOTHING)
            st.rerun()


def _part(_: Translator, grid: Any, report: FileReport, stated: ReadOptions, turn: str) -> ReadOptions:
    """Which sheet or layer, and which row is the header."""
    options = stated
    if len(report.sheets) > 1:
        sheet = report.format == "xlsx"
        names = ["", *report.sheets]
        now = stated.sheet if sheet else stated.layer
        chosen = grid[0].selectbox(
            _("Sheet") if sheet else _("Layer"),
            names,
            index=names.index(now) if now in names else 0,
            format_func=lambda n: n or _("the first that fits"),
            key=f"part_{turn}",
        )
        options = replace(options, sheet=chosen or "") if sheet else replace(options, layer=chosen or "")
    if report.format in ("csv", "tsv", "xlsx"):
        row = grid[1].number_input(
            _("Row of the header"),
            0,
            MOST_HEADER,
            stated.header_row,
            key=f"row_{turn}",
            help=_("0: looked for among the first twenty."),
        )
        options = replace(options, header_row=int(row))
    return options


def _numbers(_: Translator, grid: Any, options: ReadOptions, turn: str) -> ReadOptions:
    """Decimal sign, and the order of day and month."""
    signs, orders = list(DECIMALS), list(DATES)
    decimal = grid[2].selectbox(
        _("Decimal sign"),
        signs,
        index=signs.index(options.decimal),
        format_func=lambda d: _(DECIMALS[d]),
        key=f"decimal_{turn}",
    )
    day_first = grid[3].selectbox(
        _("Dates like 03/04/2020"),
        orders,
        index=orders.index(options.day_first),
        format_func=lambda d: _(DATES[d]),
        key=f"dates_{turn}",
    )
    return replace(options, decimal=decimal or "", day_first=day_first)


def _places(_: Translator, role: str, report: FileReport, options: ReadOptions, turn: str) -> ReadOptions:
    """What a list of places, or a set of boundaries, may not say itself."""
    if role and role not in _OF_PLACES:
        return options
    grid = st.columns(4)
    codes = run_options.countries(_)
    country = grid[0].selectbox(
        _("Country of rows that state none"),
        codes,
        index=codes.index(options.country) if options.country in codes else 0,
        format_func=lambda code: country_name(code, _) if code else _("as the files say"),
        key=f"country_{turn}",
    )
    options = replace(options, country=country or "")
    if role == "boundaries":
        if not report.level or options.level is not None:
            levels = list(LEVELS)
            level = grid[1].selectbox(
                _("Level of the units"),
                levels,
                index=levels.index(options.level),
                format_func=lambda n: _(LEVELS[n]),
                key=f"level_{turn}",
            )
            options = replace(options, level=level)
        if not report.version or options.version:
            version = grid[2].text_input(
                _("Vintage of the boundaries"),
                options.version,
                max_chars=run_options.MAX_VINTAGE,
                placeholder="2015",
                key=f"version_{turn}",
            )
            options = replace(options, version=(version or "").strip())
        return options
    crs = grid[1].text_input(
        _("UTM zone or EPSG code"),
        options.crs,
        max_chars=20,
        placeholder="35S",
        key=f"crs_{turn}",
        help=_("For coordinates in metres that do not say it."),
    )
    swap = grid[2].checkbox(_("Longitude and latitude are exchanged"), options.swap, key=f"swap_{turn}")
    areas = grid[3].checkbox(
        _("A point inside stands for an area"),
        options.areas_as_points,
        key=f"areas_{turn}",
        help=_("Half the area's extent becomes the position error."),
    )
    return replace(options, crs=(crs or "").strip(), swap=swap, areas_as_points=areas)


def _mapping(
    _: Translator, role: str, report: FileReport, stated: ReadOptions, turn: str
) -> tuple[tuple[str, str], ...]:
    """The column of each field; only what differs from what was recognised is kept."""
    fields = fields_of(role, report.layout)
    chosen = dict(stated.columns)
    if not fields or not report.header:
        return stated.columns
    st.caption(_("Which column holds what; “–” means that the file does not say it."))
    grid = st.columns(4)
    for at, name in enumerate(fields):
        now = report.columns_used.get(name, "") or chosen.get(name, "")
        options = ["", *([now] if now and now not in report.header else []), *report.header]
        picked = grid[at % 4].selectbox(
            field_label(name, _),
            options,
            index=options.index(now),
            format_func=lambda column: column or "–",
            key=f"column_{turn}_{name}",
        )
        if (picked or "") != now:
            chosen[name] = picked or ""
    return tuple(chosen.items())
