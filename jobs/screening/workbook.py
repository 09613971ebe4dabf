"""The workbook of a screening in the reader's language: summary, rows, routes, evidence and questions to suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.messages import spoken
from geo.screening.schema import FLAGS
from i18n import labels, row_messages
from i18n.translator import translator
from jobs.assessment.export import quadrants
from jobs.data_cards import citations
from jobs.meeting.evidence_table import cell_words
from jobs.screening import labels as sw
from jobs.screening.carried import with_carried
from jobs.screening.evidence_messages import worded
from jobs.screening.model import Screening
from jobs.screening.questions import supplier_questions
from jobs.screening.report_first import gravity, known_count
from jobs.screening.report_method import ROLES
from layers.formats.reasons import sentence
from layers.formats.writers.report_workbook import TableSheet, TextSheet, workbook_bytes
from layers.maps import styles
from layers.reference.country_names import country_name

ROWS = (
    "supplier_id", "row", "answer", "site_name", "supplier", "site_class", "possible_class", "area_class",
    "zone_status", "why", *FLAGS, "minerals", "country", "admin1", "admin2", "as_of", "lon", "lat", "answer_level",
    "position_basis", "rules_fired", "gaps", "incidents_20km_12m", "deaths_20km_12m", "eu_list", "eu_list_areas",
    "dodd_frank", "kp_status", "rcm_status", "rcm_expires", "drc_status", "drc_expires", "mineral_record",
    "known_site", "nearest_compliant_zone", "nearest_compliant_zone_m", "route_basis", "route_km",
    "route_km_exposed", "transit_incidents", "transit_deaths", "transit_countries", "smelter", "quantity",
    "cn_code_given", "certificate", "shipment_date", "decision", "review_state", "changed_since", "action",
    "action_owner", "due", "reason", "expected", "got", "remarks",
)  # fmt: skip
ROUTES = (
    "supplier_id", "route_basis", "note", "as_of", "length_km", "exposed_km", "exposed_km_possible", "access_km",
    "incidents", "incidents_certain", "incidents_possible", "deaths", "roadblocks", "armed_roadblocks", "worst_segment",
    "segments", "countries", "borders", "zones", "listed", "uncovered", "dodd_frank_countries", "kp_on_route",
)  # fmt: skip
EVIDENCE = (
    "supplier_id", "part", "kind", "rule", "found", "limit", "distance_m", "segment", "place", "date_start", "date_end",
    "precision", "deaths_best", "actor_a", "actor_b", "event_type", "dataset", "dataset_version", "record_id", "ground",
)  # fmt: skip
MOST_EVIDENCE = 20_000
"""Rows of evidence in the workbook: those of the gravest rows; evidence.csv has the rest."""
DIGITS = {"lon": 5, "lat": 5, "route_km": 1, "route_km_exposed": 1, "length_km": 1, "exposed_km": 1}
DIGITS |= {"exposed_km_possible": 1, "access_km": 1}
WRAPPED = ("why", "question", "found")


def workbook(screening: Screening, language: str = "en") -> bytes:
    """The bytes of the workbook; the same screening gives the same.

    Parameters
    ----------
    screening
        The screening of a list.
    language
        Code of the reader's language, such as `fr`.
    """
    _ = translator(language)
    order = gravity_of_all(screening.rows)
    rows = screening.rows.iloc[order].reset_index(drop=True)
    rows = rows.assign(why=rows[_.own_column("why", rows.columns)])
    routes, evidence = screening.transit.routes, _evidence(screening, rows)
    sheets: list[TableSheet | TextSheet] = [
        _summary(screening, len(screening.evidence_columns) - len(evidence), _),
        _sheet(_("Rows"), with_carried(rows[list(ROWS)], screening), ROWS, _),
        _sheet(_("Routes"), with_carried(routes[list(ROUTES)], screening), ROUTES, _),
        _sheet(_("Evidence"), worded(evidence, _)[list(EVIDENCE)], EVIDENCE, _),
        _sheet(
            _("Questions to suppliers"),
            with_carried(supplier_questions(screening, _), screening),
            ("supplier_id", "row", "supplier", "site_name", "country", "question", "why"),
            _,
        ),
    ]
    for title, table in ((_("Named actors"), screening.named), (_("Indicators of areas"), screening.governance)):
        if table is not None:
            sheets.append(_sheet(title, table, tuple(table.columns), _))
    mark = _("Demonstration data") if screening.record.get("demonstration") else ""
    return workbook_bytes(sheets, _.language, title=_("Screening of {name}", name=screening.suppliers.name), mark=mark)


def gravity_of_all(rows: pd.DataFrame) -> np.ndarray:
    """Positions of the screened rows by gravity, then of the others in the order of the list.

    Parameters
    ----------
    rows
        Screened rows, accepted or not.
    """
    good = (rows["answer"] == "accepted").to_numpy()
    at = np.flatnonzero(good)
    return np.concatenate([at[gravity(rows[good])], np.flatnonzero(~good)])


def _evidence(screening: Screening, rows: pd.DataFrame) -> pd.DataFrame:
    """The evidence of the gravest rows, in their order."""
    whole = screening.evidence_columns
    good = rows["supplier_id"][rows["answer"] == "accepted"]
    place = pd.Series(np.arange(len(good)), index=good.to_numpy()).reindex(whole["supplier_id"].array()).to_numpy()
    return whole.take(np.argsort(place, kind="stable")[:MOST_EVIDENCE]).frame()


def _sheet(title: str, frame: pd.DataFrame, own: Sequence[str], _: Any) -> TableSheet:
    """A table whose columns `own` are in words, the others (of the list) as they are."""
    columns: dict[str, pd.Series[Any]] = {}
    heads: dict[str, str] = {}
    for name in frame.columns:
        head = _heading(str(name), _) if name in own else str(name)
        while head in columns:  # two of ours never share one: a test holds it
            head += " (list)"
        heads[str(name)] = head
        columns[head] = _words(frame[name], str(name), _) if name in own else frame[name]
    tints = {f"{s.sign} {_(s.text)}": styles.CLASS_TINTS[s.key] for s in styles.SITES}
    return TableSheet(
        title, pd.DataFrame(columns), digits={heads[k]: v for k, v in DIGITS.items() if k in heads},
        wrapped=[heads[k] for k in WRAPPED if k in heads],
        fills={heads["site_class"]: tints} if "site_class" in heads else {},
    )  # fmt: skip


def _heading(name: str, _: Any) -> str:
    """The heading of a column; a flag stands apart from the column that it is about."""
    if name in ("why", "question"):
        return str(_("Why") if name == "why" else _("Question"))
    return ("⚑ " if name in FLAGS else "") + sw.heading(name, _)


def _words(column: pd.Series[Any], name: str, _: Any) -> pd.Series[Any]:
    """A column as a reader sees it; numbers and days keep their types."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if name == "site_class":
        return column.map({s.key: f"{s.sign} {_(s.text)}" for s in styles.SITES}).fillna("")
    by_hand = {
        "country": lambda c: country_name(c, _),
        "reason": lambda c: sentence(c, _),
        "expected": lambda c: row_messages.expected(c, _),
        "got": lambda c: row_messages.got(c, _),
    }
    if name in by_hand:
        return column.map({c: by_hand[name](str(c)) if c else "" for c in pd.unique(column)})
    if name in ("event_type", "precision", "ground"):
        return cell_words(column, name, _)
    if pd.api.types.is_bool_dtype(column):
        return column.astype(object).map(lambda v: "" if pd.isna(v) else _("yes") if v else _("no"))
    if pd.api.types.is_numeric_dtype(column):
        return column if name in DIGITS else column.round().astype("Int64")
    return column.map({c: sw.value(name, c, _) for c in pd.unique(column)}) if sw.is_coded(name) else column


def _summary(screening: Screening, left: int, _: Any) -> TextSheet:
    record, account = screening.record, screening.suppliers.accounting
    good = screening.rows[screening.rows["answer"] == "accepted"]
    blocks: list[tuple[str, Any]] = [("title", _("Screening of {name}", name=screening.suppliers.name))]
    if record.get("demonstration"):
        blocks.append(("mark", _("Demonstration data: synthetic. It says nothing about any place.")))
    settings: Any = record["settings"]
    rules: Any = record["rules"]
    blocks.append(
        (
            "line",
            _(
                "As of {day}, or the row's own date. Rules version {version} ({hash}).",
                day=_.date(settings["as_of"]),
                version=str(rules["version"]),
                hash=str(rules["hash"]).removeprefix("sha256:")[:12],
            ),
        )
    )
    counts = {k: _.number(int(account[k])) for k in ("read", "accepted", "rejected")}
    blocks.append(("line", _("{read} row{read?|s} read, {accepted} screened, {rejected} rejected with the reason. A class is an indication for due diligence, not a finding of law; a flag is a question, not an accusation.", **counts)))  # fmt: skip  # noqa: E501
    if len(good):
        table = quadrants(good)
        table.columns = pd.Index([_(labels.ZONE_STATUSES[str(z)]) for z in table.columns])
        signs = {s.key: f"{s.sign} {_(s.text)}" for s in styles.SITES}
        table.insert(0, _("Site class"), [signs[str(c)] for c in table.index])
        blocks += [("heading", _("Site class and zone status")), ("table", table)]
    flags = [[_(sw.FLAGS[f]), known_count(_, good[f]), int(good[f].isna().sum())] for f in FLAGS]
    heads = [_("Flag"), _("Rows"), _("Cannot be told")]
    blocks += [("heading", _("Flags")), ("table", pd.DataFrame(flags, columns=heads))]
    blocks += [("line", _.pair(_(sw.FLAGS[f]), _(sw.FLAG_MEANINGS[f]))) for f in FLAGS]
    if screening.limits:
        blocks.append(("heading", _("What could not be known")))
        blocks += [("line", spoken(note, _)) for note in screening.limits]
    if left > 0:
        sentence = _(
            "{n} more row{n?|s} of evidence, of less grave rows, {n?is|are} in evidence.csv.", n=_.number(left)
        )
        blocks.append(("line", sentence))
    inputs: Any = record["inputs"]
    files = [
        [_(ROLES.get(str(i.get("role")), str(i.get("role", "")))), i.get("file", ""), i.get("dataset_version", ""),
         *((i.get("rows") or {}).get(k) for k in ("read", "accepted", "rejected")), i.get("sha256", "")]
        for i in inputs
    ]  # fmt: skip
    heads = [_("Role"), _("File"), _("Version"), _("Rows read"), _("Rows used"), _("Rows not used"), "SHA-256"]
    blocks += [("heading", _("Sources")), ("table", pd.DataFrame(files, columns=heads))]
    if cited := citations(inputs, _):
        blocks += [("heading", _("How to cite")), *(("line", line) for line in cited)]
    return TextSheet(_("Summary"), blocks)
