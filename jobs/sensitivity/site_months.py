"""One site through the months: at each change of its class, rules or zone, the record behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.dates.many import ManyDates
from geo.rules.classify import BY_RANK, INSUFFICIENT
from geo.rules.rule import Rule
from geo.rules.rule_set import Rules
from geo.schema import ZONE_STATUSES
from geo.time_window import months_before, to_dates, to_days
from i18n import labels
from i18n.translator import N_, Translator
from jobs.inputs import Loaded
from jobs.run_options import assess_loaded, routes_of, statuses_of, visits_of
from layers.reference.country_names import country_name

COLUMNS = ("month", "site_class", "zone_status", "what", "name", "kind", "record_id", "date", "more")
NAMED = 2
"""Records that are named behind one change; the others are counted."""
KINDS = ("incident", "visit", "status", "list", "area")
SENTENCES = {
    ("rule_began", "incident"): N_("{name} begins: incident {records}"),
    ("rule_began", "visit"): N_("{name} begins: visit {records}"),
    ("rule_began", "status"): N_("{name} begins: status {records}"),
    ("rule_began", ""): N_("{name} begins"),
    ("rule_ended", "incident"): N_("{name} ends: out of its window goes incident {records}"),
    ("rule_ended", "visit"): N_("{name} ends: visit {records}"),
    ("rule_ended", "status"): N_("{name} ends: status {records}"),
    ("rule_ended", ""): N_("{name} ends"),
    ("zone_began", "zone"): N_("Register, entry begins: {records}"),
    ("zone_ended", "zone"): N_("Register, entry ends: {records}"),
    ("zone", ""): N_("The zone status changes"),
    ("gap_began", ""): N_("Not known: {name}"),
    ("gap_ended", ""): N_("Known again: {name}"),
}
RECORD = N_("{record} ({day})")
MORE = N_("{said} and {n} more")


def changes(loaded: Loaded, passed: ManyDates, site: int, rules: Rules) -> pd.DataFrame:
    """What changed at one site, month by month.

    Parameters
    ----------
    passed
        Of :func:`jobs.many_dates.at_dates`, at the end of each month.
    site
        Position of the site in ``passed.sites``.
    loaded
        What was read of the inputs.
    rules
        The rule set with its settings.

    Returns
    -------
    pandas.DataFrame
        :data:`COLUMNS`, by month: `what` is ``rule_began``, ``rule_ended``, ``zone_began``, ``zone_ended``, ``zone``,
        ``gap_began`` or ``gap_ended``, `name` the rule or gap, and the record is an incident, visit, status or entry
        of the zone register, blank where the evidence names none; `more` counts further ones.
    """
    fired = {r.id: passed.fired.of_all(r.id)[:, site] for r in rules.answering("site")}
    gaps = {g: passed.gaps.of_all(g)[:, site] for g in passed.gaps}
    cls, zone = passed.site_class[:, site], passed.zone_status[:, site]
    differs = (cls[1:] != cls[:-1]) | (zone[1:] != zone[:-1])
    for flag in fired.values():
        differs |= flag[1:] != flag[:-1]
    changed = (np.flatnonzero(differs) + 1).tolist()
    evidence = _evidence(loaded, passed, site, rules, sorted({*changed, *(i - 1 for i in changed)}))
    rows: list[tuple[object, ...]] = []
    for i in changed:
        before, now = evidence[i - 1], evidence[i]
        span = (passed.days[i - 1], passed.days[i])
        parts: list[tuple[str, str, pd.DataFrame]] = []
        for rule in rules.answering("site"):
            begins, was = bool(fired[rule.id][i]), bool(fired[rule.id][i - 1])
            if begins != was:
                records = _came(now, rule, span) if begins else _left(before, now, rule, span)
                parts.append(("rule_began" if begins else "rule_ended", rule.id, records))
        if zone[i] != zone[i - 1]:
            parts += _of_zone(before, now, span)
        if INSUFFICIENT in (BY_RANK[cls[i]], BY_RANK[cls[i - 1]]) and cls[i] != cls[i - 1]:
            for code, flag in gaps.items():
                if flag[i] != flag[i - 1]:
                    parts.append(("gap_began" if flag[i] else "gap_ended", code, now.iloc[:0]))
        values = (str(to_dates(passed.days[[i]])[0])[:7], BY_RANK[cls[i]], ZONE_STATUSES[zone[i]])
        for what, name, records in parts:
            rows += [(*values, what, name, *record) for record in _named(records)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _named(records: pd.DataFrame) -> list[tuple[object, ...]]:
    """Kind, id and day of the records behind a change, the first of them; the last one counts the others."""
    if records.empty:
        return [("", "", pd.NaT, 0)]
    shown = records.head(NAMED)
    more = [0] * (len(shown) - 1) + [len(records) - len(shown)]
    return [
        (str(r.kind), str(r.record_id), r.date, n) for r, n in zip(shown.itertuples(index=False), more, strict=True)
    ]


def _evidence(loaded: Loaded, passed: ManyDates, site: int, rules: Rules, dates: list[int]) -> dict[int, pd.DataFrame]:
    """The evidence of the site at some of the dates: each date is asked as a site of its own, all in one run."""
    if not dates:
        return {}
    ids = [f"{i:06d}" for i in dates]
    sites = pd.concat([passed.sites_at(i).iloc[[site]] for i in dates], ignore_index=True)
    source, own = str(sites["source"].iloc[0]), str(sites["site_id"].iloc[0])
    mine: dict[str, Any] = {}
    for name, table in (
        ("visits", visits_of(loaded)),
        ("statuses", statuses_of(loaded)),
        ("routes", routes_of(loaded)),
    ):
        if table is not None:
            rows = table[(table["site_id"] == own) & (table["source"] == source)]
            mine[name] = pd.concat([rows.assign(site_id=i) for i in ids], ignore_index=True).astype(rows.dtypes)
    when = to_dates(passed.days[dates])
    sites = sites.assign(site_id=pd.array(ids, dtype="str"))
    evidence = assess_loaded(loaded, sites, pd.Series(when), rules, **mine).evidence
    return {i: evidence[evidence["site_id"] == key] for i, key in zip(dates, ids, strict=True)}


def _of_rule(rows: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    return rows[(rows["rule"] == rule.id) & rows["kind"].isin(KINDS) & (rows["record_id"] != "")]


def _between(days: pd.Series, span: tuple[int, int]) -> pd.Series:
    """Days after the first date and up to the second."""
    first, last = (pd.Timestamp(d) for d in to_dates(np.array(span)))
    return (days > first) & (days <= last)


def _sorted(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = rows.assign(date=rows[by]).sort_values(["date", "record_id"], ascending=[False, True], kind="stable")
    return rows.drop_duplicates(["kind", "record_id"])


def _came(now: pd.DataFrame, rule: Rule, span: tuple[int, int]) -> pd.DataFrame:
    """Records of the month that a rule counts now, newest first; without any of it, the newest that it counts."""
    mine = _of_rule(now, rule)
    fresh = mine[_between(mine["date_start"], span)]
    return _sorted(fresh, "date_start") if len(fresh) else _sorted(mine, "date_start").head(1)


def _left(before: pd.DataFrame, now: pd.DataFrame, rule: Rule, span: tuple[int, int]) -> pd.DataFrame:
    """Records that a rule counted a month ago and that have left its window; or the visit or status that came since."""
    newer = _of_rule(now, rule)
    newer = newer[newer["kind"].isin(["visit", "status"]) & _between(newer["date_start"], span)]
    if len(newer):
        return _sorted(newer, "date_start")
    mine = _of_rule(before, rule)
    months = mine["limit_months"].fillna(0).astype("int64")
    gone = [
        m > 0 and int(months_before(np.array([span[0]]), m)[0]) < end <= int(months_before(np.array([span[1]]), m)[0])
        for m, end in zip(months, to_days(mine["date_end"].fillna(pd.Timestamp("1970-01-01"))), strict=True)
    ]
    return _sorted(mine[np.array(gone, dtype=bool)], "date_end")


def _of_zone(before: pd.DataFrame, now: pd.DataFrame, span: tuple[int, int]) -> list[tuple[str, str, pd.DataFrame]]:
    """Entries of the register that began or ended in the month."""
    beside = ("finding", "edge")
    old, new = (
        rows[(rows["kind"] == "zone") & (rows["record_id"] != "") & ~rows["fact"].isin(beside)]
        for rows in (before, now)
    )
    began, ended = new[_between(new["date_start"], span)], old[_between(old["date_end"], span)]
    ended = ended[~ended["record_id"].isin(began["record_id"])]
    out = []
    if len(began):
        out.append(("zone_began", "", _sorted(began, "date_start")))
    if len(ended):
        out.append(("zone_ended", "", _sorted(ended, "date_end")))
    return out or [("zone", "", new.iloc[:0])]


def sentence(rows: pd.DataFrame, translate: Translator) -> str:
    """One change in words: rows of :func:`changes` of one month, rule or gap.

    Parameters
    ----------
    rows
        Rows of :func:`changes` that have month, what and name in common.
    translate
        Speaks the reader's language.
    """
    _, first = translate, rows.iloc[0]
    kind = str(first["kind"]) if (first["what"], first["kind"]) in SENTENCES else ""
    name = labels.value("gaps", first["name"], _) if str(first["what"]).startswith("gap") else str(first["name"])
    each = zip(rows["record_id"], rows["date"], strict=True)
    records = ", ".join(_(RECORD, record=country_name(i, _) or i, day=_.date(d)) for i, d in each) if kind else ""
    text, more = _(SENTENCES[first["what"], kind], name=name, records=records), int(rows["more"].sum())
    return _(MORE, said=text, n=_.number(more)) if more else text


def change_texts(found: pd.DataFrame, translate: Translator) -> pd.DataFrame:
    """Changes as they are read: month, class, zone status, what happened.

    Parameters
    ----------
    found
        Rows of :func:`changes`.
    translate
        Speaks the reader's language.
    """
    _ = translate
    each = [rows for _key, rows in found.groupby(["month", "what", "name"], sort=False)]
    first = pd.DataFrame([rows.iloc[0] for rows in each], columns=list(COLUMNS))
    return pd.DataFrame(
        {
            _("Month"): first["month"],
            _("Site class"): [labels.value("site_class", c, _) for c in first["site_class"]],
            _("Zone status"): [labels.value("zone_status", z, _) for z in first["zone_status"]],
            _("What happened"): [sentence(rows, _) for rows in each],
        }
    )
