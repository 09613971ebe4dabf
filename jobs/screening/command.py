"""``cahra screen`` whole: answers, reviewers' decisions, changes since an earlier run, and what to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from geo.rules.rule_set import Rules
from geo.screening.route_exposure import RouteSettings
from geo.screening.schema import FLAGS
from jobs.assessment import export, job
from jobs.screening.compare import compared, read_earlier
from jobs.screening.export import with_decisions
from jobs.screening.job import screen
from jobs.screening.model import Screening
from jobs.screening.reviews import Reviews
from jobs.screening.supplier_list import SupplierList
from layers.reference.rule_files import default_rules
from layers.sources.roads import RoadLayer


def screen_with(
    loaded: tuple[SupplierList, job.Loaded, RoadLayer | None],
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    compare: str | Path | None = None,
    reviews: str | Path | None = None,
    ways: Mapping[str, float | None] | None = None,
) -> Screening:
    """What ``cahra screen`` asks: the answers, with the reviewers' decisions and the changes since an earlier run.

    Parameters
    ----------
    ways
        Settings of :class:`geo.screening.route_exposure.RouteSettings` by name; None leaves the usual one.
    """
    suppliers, data, roads = loaded
    rules = rules or default_rules()
    usual = RouteSettings(imprecise_radius_km=rules.settings.imprecise_radius_km)
    settings = replace(usual, **{k: v for k, v in (ways or {}).items() if v is not None})  # type: ignore[arg-type]
    result = screen(suppliers, data, as_of, rules, roads=roads, settings=settings)
    if compare is not None:
        result = compared(read_earlier(compare), result)
    if reviews is not None:
        result = with_decisions(result, Reviews(reviews))
    return result


def summary(screening: Screening) -> list[str]:
    """What to print: rows, quadrants, flags, and what the reader should know."""
    rows = screening.rows
    account = screening.suppliers.accounting
    lines = [
        f"{account['read']} rows read, {account['accepted']} screened, {account['rejected']} rejected with a reason "
        "(screening.csv has them all)."
    ]
    bad = rows.loc[rows["answer"] == "rejected", "reason"].value_counts().sort_index()
    if len(bad):
        lines.append("Rejected: " + ", ".join(f"{k} {v}" for k, v in bad.items()))
    good = rows[rows["answer"] == "accepted"]
    if len(good):
        lines += ["Site class x zone status:", export.quadrants(good).to_string()]
    lines.append("Flags: " + ", ".join(f"{k.removeprefix('flag_')} {int(good[k].fillna(False).sum())}" for k in FLAGS))
    notes = screening.assessment.report.get("notes", [])
    lines += [f"Note: {note}" for note in notes] if isinstance(notes, list) else []
    compared = screening.record.get("compared")
    if isinstance(compared, dict):
        through = ", ".join(f"{k} {v}" for k, v in compared["through"].items()) or "nothing"
        lines.append(f"Changed since {compared['with']}: {compared['changed']} rows, through {through} (changes.csv).")
    guessed = int((screening.transit.routes["route_basis"] == "straight_guess").sum())
    if guessed:
        lines.append(f"{guessed} ways are straight lines: a guess. Give --roads for ways on a network.")
    lines.append("A class is an indication for due diligence, not a conclusion of law; a flag is a question.")
    return lines
