"""What ``cahra sensitivity`` leaves behind: one table a question and the run record, as bytes by file name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo import schema
from geo.assessment import Assessment
from geo.rules.rule_set import Rules
from i18n.translator import N_, translator
from jobs.assessment import export as assessed
from jobs.backtest.labels import percent
from jobs.inputs import together
from jobs.run_record import sealed
from layers.formats.writers.write import csv_bytes
from layers.reference.country_names import country_name

if TYPE_CHECKING:
    from jobs.sensitivity.job import Sensitivity

TIMELINE = ("site_id", "source", "month", "site_class", "zone_status")
WHAT = {"radius": N_("radii"), "window": N_("windows"), "count": N_("events and deaths asked")}
NOT_CHANCE = N_(
    "Shares of settings and draws say how much a class rests on the numbers chosen; they are no probability of harm."
)


def run_record(
    result: Assessment,
    rules: Rules,
    inputs: list[dict[str, object]],
    settings: Mapping[str, object],
    now: dt.datetime | None,
) -> dict[str, object]:
    """The run record of an assessment, under the name of this job; evidence is not among the files."""
    record = assessed.run_record_without_evidence(result, rules, inputs, settings, now)
    notes = {**assessed.NOTES, "not_chance": NOT_CHANCE}
    return {**record, "job": "sensitivity", "notes": notes}


def rejected_rows(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows not used, of all files."""
    return together(list(parts), schema.REJECTED)


def written(flip: pd.DataFrame) -> pd.DataFrame:
    """Flips as they are written: kilometres to 1e-6 (a millimetre), counts and months whole."""
    km = flip["what"] == "radius_km"
    out = flip.copy()
    for name in ("current", "flips_at"):
        value = [f"{v:.6f}".rstrip("0").rstrip(".") if k else f"{v:.0f}" for v, k in zip(flip[name], km, strict=True)]
        out[name] = pd.array(value, dtype="str")
    return out


def files(result: Sensitivity, language: str = "en") -> dict[str, bytes]:
    """All files of the run by name; the same call gives the same bytes, `run_at` of run.json aside."""
    tables = {
        "flip.csv": written(result.flip),
        "stability.csv": result.stability,
        "thresholds.csv": result.thresholds,
        "draws.csv": result.draws,
        "timeline.csv": result.timeline[list(TIMELINE)],
        "rejected.csv": schema.conform(result.rejected, schema.REJECTED),
    }
    out: dict[str, bytes] = {}
    neutralised: dict[str, int] = {}
    for name, frame in tables.items():
        out[name], neutralised[name] = csv_bytes(frame)
    return sealed(out, {**result.record, "language": language, "cells_neutralised": neutralised})


def summary(result: Sensitivity, language: str = "en") -> list[str]:
    """What to print: how many classes hold, what would change them, which number matters most by country."""
    _ = translator(language)
    share = result.stability["share_same_class"].to_numpy(np.float64)
    n = len(share)
    lines = [
        _.plural("{n} site under {settings} settings.", "{n} sites under {settings} settings.", n,
                 settings=_.number(len(result.grid)))
    ]  # fmt: skip
    if n:
        lines += [
            _("{all} keep their class under all of them, {most} under nine in ten, {few} under fewer than half.",
              all=_.number(int((share >= 1).sum())), most=_.number(int((share >= 0.9).sum())),
              few=_.number(int((share < 0.5).sum())))
        ]  # fmt: skip
    table = result.thresholds.assign(order=-result.thresholds["share_changed"])
    for country, rows in table.sort_values(["country", "order", "what"]).groupby("country", sort=False):
        first = rows.iloc[0]
        said = country_name(str(country), _) or _("country not known")
        lines.append(
            _("{country}: varied alone, the {what} change most: {share} of classes.", country=said,
              what=_(WHAT[first["what"]]), share=percent(first["share_changed"], _))
        )  # fmt: skip
    lines.append(_(NOT_CHANCE))
    return lines
