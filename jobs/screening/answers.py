"""One row an origin: the assessment, the company's own questions, the route, and flags; with the evidence of each."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.ahead import ahead
from geo.assessment import Assessment
from geo.coded import Coded, CodedTable, Codes, coded_as, firsts, stacked
from geo.records.incidents import Incidents
from geo.records.stated_places import stated_places
from geo.rules.evidence import withheld_columns
from geo.rules.rule_set import Rules
from geo.screening.origin_checks import (
    MINERAL_KM,
    NEAR_ZONE_KM,
    ZONE_MATTERS_KM,
    compliant_zones,
    dodd_frank,
    expiry,
    kimberley,
    mineral_record,
)
from geo.screening.route_exposure import RouteSettings
from geo.time_window import Days, to_dates
from i18n.translator import N_
from jobs.assessment import job
from jobs.assessment.export import explained
from jobs.screening.country_counts import country_counts
from jobs.screening.flags import set_flags
from jobs.screening.list_positions import FAR_START, FAR_UNIT, OUTSIDE_COUNTRY
from jobs.screening.name_candidates import candidate_text
from jobs.screening.places import NONE
from jobs.screening.positions import Placed
from jobs.screening.screened import screened
from jobs.screening.trade_columns import TRADE
from jobs.screening.transit import Transit
from layers.reference import files
from layers.reference.legal_schemes import covered_countries, kimberley_countries
from layers.reference.tables import country_boxes
from layers.reference.unit_aliases import unit_aliases

Texts = npt.NDArray[np.object_]

MANY_ROWS = 5_000
"""From so many rows on work goes on in several threads, and memory is given back between the steps."""
GROUNDS = {
    "dodd_frank": N_("Dodd-Frank Act, section 1502: a duty to file, not a level of risk"),
    "kp_status": N_("Kimberley Process Certification Scheme"),
    "mineral": N_("OECD red flag: claimed origin with no known production; a question, not an accusation"),
    "near_zone": N_("OECD red flag: goods may be passed off as those of a compliant zone nearby"),
    "known_site": N_("the known site that the row was taken for"),
}
FROM_ROUTES = {
    "length_km": "route_km",
    "exposed_km": "route_km_exposed",
    "incidents": "transit_incidents",
    "deaths": "transit_deaths",
    "incidents_certain": "transit_incidents_certain",
    "incidents_possible": "transit_incidents_possible",
    "roadblocks": "transit_roadblocks",
    "armed_roadblocks": "transit_armed_roadblocks",
    "countries": "transit_countries",
    "borders": "transit_borders",
    "zones": "transit_zones",
    "listed": "transit_listed",
    "uncovered": "transit_uncovered",
    "kp_on_route": "transit_kp",
    "worst_segment": "worst_segment",
}
"""Columns of the routes that the list repeats, and their names there."""


def answers(
    rows: pd.DataFrame,
    result: Assessment,
    tied: pd.DataFrame,
    sites: pd.DataFrame,
    placed: Placed,
    when: Days,
    own_date: npt.NDArray[np.bool_],
    transit: Transit,
    rules: Rules,
    statuses: pd.DataFrame,
    data: job.Loaded,
    incidents: Incidents,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of :data:`geo.screening.schema.SCREENED` for the accepted rows of a list, and their own evidence.

    Parameters
    ----------
    rows
        Accepted rows of :data:`geo.screening.schema.SUPPLIERS`.
    result
        The assessment of their origins, one a row and in their order.
    tied
        The known site of each row (:func:`jobs.screening.site_matching.links`).
    sites
        Known sites (:data:`geo.schema.SITES`).
    placed
        Where each row lies, and what that rests on.
    when
        The date of each row [days since 1970-01-01].
    own_date
        One flag a row: its date is its own, not that of the run.
    transit
        What was found along the routes.
    rules
        The rule set with its settings.
    statuses
        Statuses of the known sites (:data:`geo.schema.STATUSES`).
    data
        The layers that the list is held against.
    incidents
        The incidents of these layers, prepared.
    """
    n = len(rows)
    order = pd.Series(range(len(result.sites)), index=result.sites["site_id"]).reindex(rows["supplier_id"])
    at = order.to_numpy(np.int64)
    minerals = result.sites["minerals"].iloc[at].reset_index(drop=True)
    lon, lat = (result.sites[name].to_numpy(np.float64)[at] for name in ("lon", "lat"))
    country = result.sites["country"].to_numpy(dtype=object)[at]
    # Sentences are Python's work, and distances NumPy's: both go on at once.
    recorded = ahead(partial(mineral_record, lon, lat, country, minerals, sites), worth=n >= MANY_ROWS)
    assessed = explained(result, rules).iloc[at].reset_index(drop=True)
    out = assessed.drop(columns=["site_id", "name", "source"]).assign(
        supplier_id=rows["supplier_id"],
        site_name=rows["site_name"],
        row=rows["row"],
        answer="accepted",
        mineral=rows["mineral"],
        **{name: rows[name] for name in TRADE},
        remarks=rows["remarks"],
        position_basis=placed.basis,
        **_confirmed(placed),
        as_of_basis=np.where(own_date, "row", "run"),
        known_site_basis=tied["known_site_basis"],
        known_site_m=tied["known_site_m"],
        nearest_site_m=tied["nearest_site_m"],
    )
    known = tied["at"].to_numpy(np.int64)
    for name, column in (("known_site", "site_id"), ("known_site_source", "source")):
        values = np.append(sites[column].to_numpy(dtype=object), "")
        out[name] = pd.array(values[known], dtype="str")
    named = np.append(
        (sites["name"] + " [" + sites["source"] + "|" + sites["site_id"] + "]").to_numpy(dtype=object), ""
    )
    out["nearest_site"] = pd.array(named[tied["near"].to_numpy(np.int64)], dtype="str")
    candidates = candidate_text(placed.found)
    out["candidates"] = [candidates.get(str(q), "") for q in placed.asked.of.get("origin", [""] * n)]
    has_point = assessed["lon"].notna() & assessed["lat"].notna()
    out["answer_level"] = np.select(
        [has_point, assessed["admin2"] != "", assessed["admin1"] != "", assessed["country"] != ""],
        ["point", "admin2", "admin1", "country"],
        "none",
    )
    out["dodd_frank"] = dodd_frank(country, minerals, when, covered_countries())
    out["kp_status"] = kimberley(country, minerals, when, kimberley_countries())
    _listed(out, assessed, result.evidence_columns)
    keys = assessed.assign(site_id=rows["supplier_id"])
    rcm, drc = expiry(keys, statuses, rules)
    out["rcm_expires"], out["drc_expires"] = to_dates(rcm), to_dates(drc)
    level2 = next((b for b in data.boundaries if b.level == 2), None)
    zone, metres = compliant_zones(assessed, when, data.zones, level2, unit_aliases())
    # A zone can matter where diamonds are restricted, or so near that goods could be passed off as its own.
    matters = (metres <= ZONE_MATTERS_KM * 1000) | (out["kp_status"] == "restricted").to_numpy()
    out["nearest_compliant_zone"] = np.where(matters, zone, "")
    out["nearest_compliant_zone_m"] = np.where(matters, metres, np.nan)
    out["mineral_record"], out["mineral_nearest_m"], nearest = recorded()
    only = (out["answer_level"] == "country").to_numpy()
    events, deaths = country_counts(incidents, country[only], when[only], 12)
    for name, values in (("country_incidents_12m", events), ("country_deaths_12m", deaths)):
        out[name] = np.nan
        out.loc[only, name] = values.astype(np.float64)
    _transit(out, transit)
    set_flags(out)
    _false_origin(out, rows, placed.basis, data)
    for name in ("decision", "decision_note", "reviewer", "decided_at"):
        out[name] = ""
    out["decisions_before"] = np.nan
    table = schema.conform(out, screened())
    return table, _facts(table, sites, known, nearest, n)


def _confirmed(placed: Placed) -> dict[str, list[str]]:
    """The place that somebody confirmed for each row, who and when."""
    matched = [None if c is None or c.match_id == NONE else c for c in placed.confirmed]
    return {
        "place_match": ["" if c is None else c.match_id for c in matched],
        "place_confirmed_by": ["" if c is None else c.by for c in placed.confirmed],
        "place_confirmed_at": ["" if c is None else c.at for c in placed.confirmed],
    }


def _listed(out: pd.DataFrame, assessed: pd.DataFrame, evidence: CodedTable) -> None:
    """The EU list: which entries name the place; what the rule cannot tell (no list, mineral or unit) is unknown."""
    listed = assessed["eu_listed"]
    fired, unknown = listed.fillna(False).to_numpy(bool), listed.isna().to_numpy(bool)
    out["eu_list"] = np.where(fired, "listed", np.where(unknown, "unknown", "not_listed"))
    rows = evidence.take(np.flatnonzero(evidence["kind"].equal("list"))).frame()
    areas = (rows["fact"] + ": " + rows["status"]).groupby(rows["site_id"]).agg("; ".join)
    found = {str(who): text for who, text in areas.items()}
    out["eu_list_areas"] = out["supplier_id"].map(found).fillna("") if found else ""


def _transit(out: pd.DataFrame, transit: Transit) -> None:
    table = transit.routes.set_index("supplier_id")
    at = pd.Series(range(len(table)), index=table.index).reindex(out["supplier_id"]).fillna(-1).to_numpy(np.int64)
    for name, column in {"route_basis": "route_basis", **FROM_ROUTES}.items():
        if pd.api.types.is_string_dtype(table[name]):
            blank = "none" if name == "route_basis" else ""
            texts = np.append(table[name].to_numpy(dtype=object), blank)
            out[column] = pd.Series(pd.array(texts[at], dtype="str"), index=out.index)
        else:
            out[column] = np.append(table[name].to_numpy(np.float64, na_value=np.nan), np.nan)[at]


def _false_origin(out: pd.DataFrame, rows: pd.DataFrame, basis: Texts, data: job.Loaded) -> None:
    """Places that their own rows contradict: by the country, the district, or where the route begins."""
    units, given = stated_places(rows, data.boundaries, unit_aliases()), basis == "given"
    remarks = out["remarks"].to_numpy(dtype=object, copy=True)
    for i in np.flatnonzero(np.isfinite(units.far_km) & given):
        remark = f"{FAR_UNIT}: states {units.stated[i]}, {units.far_km[i]:.0f} km away"
        remarks[i] = "; ".join(filter(None, (remarks[i], remark)))
    out["remarks"] = pd.array(remarks, dtype="str")
    codes, texts = pd.factorize(remarks)
    doubtful = [any(f in str(text) for f in (OUTSIDE_COUNTRY, FAR_START, FAR_UNIT)) for text in texts]
    true = np.array(doubtful, np.bool_)[codes]
    compared = given & (units.compared | rows["country"].isin(list(country_boxes())).to_numpy())
    out["flag_false_origin"] = pd.Series(true, index=out.index, dtype="boolean").mask(~true & ~compared)


def _facts(
    table: pd.DataFrame, sites: pd.DataFrame, known: npt.NDArray[np.int64], mineral: npt.NDArray[np.int64], n: int
) -> pd.DataFrame:
    """Evidence of the company's own questions, in the columns of the schema."""
    parts = []
    ids, as_of = table["supplier_id"], table["as_of"]
    for name, path in (("dodd_frank", files.DODD_FRANK), ("kp_status", files.KP_PARTICIPATION)):
        answered = table[~table[name].isin(("", "not_applicable", "not_covered"))]
        parts.append(
            pd.DataFrame(
                {
                    "site_id": answered["supplier_id"],
                    "kind": name,
                    "record_id": answered["country"],
                    "dataset": path.name,
                    "dataset_version": f"sha256:{files.checksum(path)[:12]}",
                    "date_start": as_of[answered.index],
                    "fact": name,
                    "status": answered[name],
                    "ground": GROUNDS[name],
                }
            )
        )
    rows = np.flatnonzero(known >= 0)
    parts.append(
        _site_facts(ids, sites, rows, known[rows], "known_site", table["known_site_m"], table["known_site_basis"])
    )
    rows = np.flatnonzero(
        (table["mineral_record"].isin(("recorded", "other_minerals_only", "nothing_recorded_nearby"))).to_numpy()
        & (mineral >= 0)
    )
    parts.append(
        _site_facts(ids, sites, rows, mineral[rows], "mineral", table["mineral_nearest_m"], table["mineral_record"])
    )
    rows = np.flatnonzero(
        table["mineral_record"].isin(("other_minerals_only", "nothing_recorded_nearby")).to_numpy() & (mineral < 0)
    )
    parts.append(
        pd.DataFrame(
            {
                "site_id": ids.iloc[rows],
                "kind": "mineral",
                "fact": table["mineral_record"].iloc[rows],
                "status": table["minerals"].iloc[rows],
                "limit_km": MINERAL_KM,
                "ground": GROUNDS["mineral"],
            }
        )
    )
    near = table[table["nearest_compliant_zone"] != ""]
    parts.append(
        pd.DataFrame(
            {
                "site_id": near["supplier_id"],
                "kind": "near_zone",
                "record_id": near["nearest_compliant_zone"],
                "edge_m": near["nearest_compliant_zone_m"],
                "fact": "near_zone",
                "status": near["zone_status"],
                "limit_km": NEAR_ZONE_KM,
                "ground": GROUNDS["near_zone"],
            }
        )
    )
    full = [schema.conform(p, schema.EVIDENCE) for p in parts if len(p)]
    return pd.concat(full, ignore_index=True) if full else schema.empty(schema.EVIDENCE)


def _site_facts(
    ids: pd.Series[str],
    sites: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    at: npt.NDArray[np.int64],
    kind: str,
    distance: pd.Series[float],
    value: pd.Series[str],
) -> pd.DataFrame:
    site = sites.iloc[at]
    return pd.DataFrame(
        {
            "site_id": ids.iloc[rows].to_numpy(),
            "kind": kind,
            "record_id": site["site_id"].to_numpy(),
            "dataset": site["source"].to_numpy(),
            "dataset_version": site["dataset_version"].to_numpy(),
            "distance_m": distance.iloc[rows].to_numpy(),
            "place": site["name"].to_numpy(),
            "status": site["minerals"].to_numpy(),
            "fact": value.iloc[rows].to_numpy(),
            "limit_km": MINERAL_KM if kind == "mineral" else np.nan,
            "ground": GROUNDS[kind],
        }
    )


def distinct_rows(evidence: CodedTable) -> CodedTable:
    """What of evidence may leave, no row of it twice.

    Parameters
    ----------
    evidence
        Columns of :data:`geo.schema.EVIDENCE`, as codes.
    """
    found = withheld_columns(evidence)
    rows = firsts(found)
    return found.take(rows) if len(rows) < len(found) else found


def screening_evidence(origin: CodedTable, transit: pd.DataFrame, more: pd.DataFrame) -> CodedTable:
    """All evidence of a screening: `supplier_id`, `part` (origin, company or transit), the schema's columns, `segment`.

    Parameters
    ----------
    origin
        Evidence of the origins (:func:`distinct_rows`).
    transit
        Evidence of the routes, with `supplier_id` and `segment`.
    more
        Evidence of the company's own questions, with `supplier_id`.
    """
    own, routes = (coded_as(schema.conform(given, schema.EVIDENCE), origin) for given in (more, transit))
    at = firsts(routes)
    segment = transit["segment"].to_numpy(np.float64)[at] if "segment" in transit else np.full(len(at), np.nan)
    parts = [_part("origin", origin), _part("company", distinct_rows(own)), _part("transit", routes.take(at), segment)]
    return stacked([part for part in parts if len(part)] or parts[:1])


def _part(name: str, table: CodedTable, segment: npt.NDArray[np.float64] | None = None) -> CodedTable:
    """Evidence with the name of its part before it and the segment behind, blank where none is given."""
    same: Codes = np.zeros(len(table), np.int32)
    rest = table.without("site_id", "source").columns
    before = {"supplier_id": table["site_id"], "part": Coded(pd.array([name], dtype="str"), same)}
    blank = Coded(np.array([np.nan]), same)
    return CodedTable({**before, **rest, "segment": blank if segment is None else Coded(segment)})


__all__ = ["RouteSettings", "answers", "distinct_rows", "screening_evidence"]
