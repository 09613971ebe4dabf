"""Laws and schemes by mineral and date: what each mineral of a row falls under, and who takes part on the route."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo import schema
from geo.screening.law_schema import LISTINGS
from geo.screening.origin_checks import dodd_frank, kimberley
from geo.time_window import to_days
from jobs.screening.annex_lines import line_cell
from layers.reference.legal_schemes import covered_countries, kimberley_countries

REGULATED = frozenset({"cassiterite", "coltan", "wolframite", "gold"})
"""Minerals of Regulation (EU) 2017/821, in the names of the project."""

_COLUMNS = frozenset({"minerals", "country", "as_of", "eu_list", "cn_code_given", *(c.name for c in LISTINGS)})


def by_mineral(rows: pd.DataFrame) -> pd.DataFrame:
    """One row (:data:`geo.screening.law_schema.LISTINGS`) for each mineral of each screened row, in the list's order.

    A row whose mineral is not known has one line with a blank mineral: nothing can be told of it.

    Parameters
    ----------
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).
    """
    columns = [c for c in rows.columns if c in _COLUMNS]
    good = rows.loc[rows["answer"] == "accepted", columns]
    split = good.assign(mineral=good["minerals"].str.split(";")).explode("mineral", ignore_index=True)
    split["mineral"] = split["mineral"].fillna("").astype("str")
    country, when = split["country"].to_numpy(dtype=object), to_days(split["as_of"])
    known, regulated = split["mineral"] != "", split["mineral"].isin(REGULATED)
    out = split.assign(
        eu_regulated=regulated.astype("boolean").mask(~known),
        eu_list=np.where(regulated, split["eu_list"], np.where(known, "not_applicable", "unknown")),
        dodd_frank=dodd_frank(country, split["mineral"], when, covered_countries()),
        kp_status=kimberley(country, split["mineral"], when, kimberley_countries()),
    )
    minerals, mineral = pd.factorize(out["mineral"].to_numpy(dtype=object))
    given, code = pd.factorize(out["cn_code_given"].to_numpy(dtype=object))
    of, pairs = pd.factorize(minerals * len(code) + given)
    asked = [(str(mineral[p // len(code)]), str(code[p % len(code)])) for p in pairs.tolist()]
    for name, column in (("cn_code", "cn_code"), ("annex_part", "part"), ("threshold_source", "source")):
        out[name] = pd.array([str(line_cell(m, c, column)) for m, c in asked], dtype="str").take(of)
    kg = pd.to_numeric(pd.Series([line_cell(m, c, "threshold_kg") for m, c in asked], dtype=object))
    out["threshold_kg"] = kg.to_numpy()[of]
    return schema.conform(out, LISTINGS)


def kimberley_on_route(countries: pd.Series[str], minerals: pd.Series[str], as_of: pd.Series) -> list[str]:
    """For diamonds, the participation of every country of a route at its date: ``CMR participant; XXX unknown``.

    Blank for known minerals without diamond, and where no country of the route is known.

    Parameters
    ----------
    countries
        Countries of each route, ISO 3166 alpha-3 joined by `;`.
    minerals
        Minerals of each row joined by `;`; blank where not known.
    as_of
        The date of each row.
    """
    split = pd.DataFrame({"iso": countries.str.split(";"), "minerals": minerals, "day": to_days(as_of)})
    flat = split.explode("iso")
    flat = flat[(flat["iso"].fillna("") != "") & (flat["minerals"] == "") | flat["minerals"].str.contains("diamond")]
    flat = flat[flat["iso"].fillna("") != ""]
    if not len(flat):
        return [""] * len(split)
    diamonds = pd.Series(["diamond"] * len(flat), dtype="str")
    status = kimberley(flat["iso"].to_numpy(object), diamonds, flat["day"].to_numpy(np.int64), kimberley_countries())
    statuses = (flat["iso"] + " " + pd.Series(status, index=flat.index)).groupby(level=0).agg("; ".join)
    return [str(t) for t in statuses.reindex(split.index).fillna("")]
