"""What is covered at all, and the latest date at which what is loaded can give a calm answer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.rules.coverage_gaps import Coverage
from geo.rules.coverage_spans import covered_spans, latest_answer
from geo.rules.rule import Settings
from geo.time_window import NO_DAY, to_dates


def coverage_report(looked: Coverage, settings: Settings) -> dict[str, object]:
    """`coverage`: spans by source and country, days as text; `latest_answer`: a day, blank where no date would do.

    A calm answer needs one source over the whole look-back, in the site's country and in all that its circle reaches.

    Parameters
    ----------
    looked
        Declared coverage, asked for the sites of the run.
    settings
        The numbers that belong to no single rule, or what the run was asked for.
    """
    spans = covered_spans(looked.table, looked.datasets)
    span_lines = [
        {**{k: str(getattr(r, k)) for k in ("source", "country_iso3", "effects")},
         "from": f"{r[4]:%Y-%m-%d}", "to": f"{r[5]:%Y-%m-%d}"}
        for r in spans.itertuples()
    ]  # fmt: skip
    countries = looked.country.astype(object).copy()
    for site, iso in zip(*looked.foreign(settings.neighbour_km), strict=True):
        countries[site] = f"{countries[site]};{iso}"
    codes = sorted({str(c) for c in pd.unique(countries) if c})
    days = latest_answer(spans, codes, settings.coverage_months)
    last = days.max(initial=NO_DAY)
    day = "" if last == NO_DAY else str(to_dates(np.array([last])).astype("datetime64[D]")[0])
    return {"coverage": span_lines, "latest_answer": day}
