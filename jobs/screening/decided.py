"""What a decision was made on, then and now: where any of it differs, the decision is open again.

A decision keeps the class, zone status, listings and place of its row, and the records behind them. It is open again
("reopen") when one of these differs; nobody has to remember to look. Overdue is what was to be done by a day that is
past, at the time of the run; a decision to do more that names no day is due after six months (OECD, step 3).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo import schema
from geo.screening.schema import DECIDED, RISK_FINDINGS, RISKS, WATCHED
from geo.time_window import months_before, to_dates, to_days
from jobs.screening.decisions import Decision, Standing, keys_of
from jobs.screening.reviews import Reviews

MORE = ("enhance due diligence", "escalate")
"""Decisions to do more: due after six months where they name no day."""
MONTHS = 6
BEHIND = ("incident", "visit", "status", "list", "zone", "gap", "known_site", "mineral", "near_zone", "transit")
"""Kinds of evidence that stand behind the answers; what did not count, sums and coverage follow from them or do not."""
_SAYS: tuple[str, ...] = (
    "part",
    "kind",
    "rule",
    "fact",
    "status",
    "record_id",
    "dataset",
    "precision",
    "date_start",
    "date_end",
)
_SAYS += ("deaths_best", "deaths_low", "deaths_high", "actor_a", "actor_b")


def answers_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What a decision is made on (:data:`geo.screening.schema.WATCHED`); the place to about 100 m.

    Parameters
    ----------
    row
        One screened row by column.
    """
    placed = pd.notna(row["lon"]) and pd.notna(row["lat"])
    position = f"{float(row['lat']):.3f} {float(row['lon']):.3f}" if placed else ""
    return {name: position if name == "position" else str(row[name]) for name in WATCHED}


def records_of(evidence: pd.DataFrame, ids: Iterable[str]) -> dict[str, list[str]]:
    """By supplier, the records behind its answers, each as a short hash of what it says; sorted, each once.

    The edition of a dataset is left out: the same records in a later edition are the same records.

    Parameters
    ----------
    evidence
        Evidence of a screening, with `supplier_id` and `part`.
    ids
        Supplier ids that are wanted; those without evidence get an empty list.
    """
    wanted = list(dict.fromkeys(map(str, ids)))
    mine = evidence[
        evidence["supplier_id"].isin(wanted) & evidence["kind"].isin(BEHIND) & (evidence["answer"] != "area")
    ]
    mine = mine[~mine["fact"].isin(("edge", "located", "placeless_incident"))]
    cells = mine[list(_SAYS)].astype(object).where(mine[list(_SAYS)].notna(), "").astype(str)
    lines = cells.agg("\x1f".join, axis=1) if len(cells) else pd.Series([], dtype="str")
    out: dict[str, set[str]] = {who: set() for who in wanted}
    for who, line in zip(mine["supplier_id"], lines, strict=True):
        out[str(who)].add(hashlib.sha256(str(line).encode()).hexdigest()[:16])
    return {who: sorted(found) for who, found in out.items()}


def details(
    rows: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    risks: Mapping[str, str] | None = None,
    action: str = "",
    owner: str = "",
    due: dt.date | None = None,
    documents: Sequence[Mapping[str, str]] = (),
) -> dict[str, dict[str, Any]]:
    """By supplier, what is kept with a decision.

    Parameters
    ----------
    risks
        Finding (of :data:`geo.screening.schema.RISK_FINDINGS`) by risk; a risk that is not named was not looked at.
    documents
        `name` and `sha256` of each; the documents themselves stay where they are.
    rows
        Screened rows that are decided on together.
    evidence
        Evidence of these rows.
    action
        What is to be done, in the reviewer's words; blank: nothing.
    owner
        Who does it; blank: nobody is named.
    due
        By when it is to be done; None: no day is named.
    """
    found = records_of(evidence, rows["supplier_id"])
    given = risks or {}
    assert set(given) <= set(RISKS)
    assert set(given.values()) <= set(RISK_FINDINGS)
    more: dict[str, Any] = {"risks": {r: given.get(r, RISK_FINDINGS[0]) for r in RISKS}}
    more |= {k: v for k, v in (("action", action.strip()), ("owner", owner.strip())) if v}
    if due is not None:
        more["due"] = f"{due:%Y-%m-%d}"
    if documents:
        more["documents"] = [{"name": d["name"][:200], "sha256": d["sha256"]} for d in documents]
    out: dict[str, dict[str, Any]] = {}
    for row in rows.to_dict("records"):
        records = found[str(row["supplier_id"])]
        digest = hashlib.sha256("\n".join(records).encode()).hexdigest()
        out[str(row["supplier_id"])] = {**more, "answers": answers_of(row), "evidence": digest, "records": records}  # type: ignore[arg-type]
    return out


def then_of(decision: Decision) -> dict[str, str]:
    """The answers that a decision was made on; those of earlier versions kept class and zone status alone.

    Parameters
    ----------
    decision
        A decision of the reviewers' file.
    """
    kept = decision.details.get("answers")
    return dict(kept) if kept else {"site_class": decision.site_class, "zone_status": decision.zone_status}


def due_of(decision: Decision) -> str:
    """The day by which something is to be done, YYYY-MM-DD; blank where nothing is.

    Parameters
    ----------
    decision
        A decision of the reviewers' file.
    """
    if decision.details.get("due"):
        return str(decision.details["due"])
    if decision.decision not in MORE:
        return ""
    return str(to_dates(months_before(to_days([np.datetime64(decision.decided_at[:10])]), -MONTHS))[0])[:10]


def decided(rows: pd.DataFrame, evidence_of: Callable[[Iterable[str]], pd.DataFrame], store: Reviews) -> pd.DataFrame:
    """One row (:data:`geo.screening.schema.DECIDED`) for each screened row that has decisions, in the list's order.

    `evidence_of` gives the evidence of some suppliers.

    Parameters
    ----------
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).
    store
        The reviewers' file of decisions.
    evidence_of
        Gives the evidence of some supplier ids; called once.
    """
    good = rows[rows["answer"] == "accepted"]
    keys = keys_of(good)
    held = store.latest(keys)
    at = [i for i, k in enumerate(keys) if k in held]
    mine = good.iloc[at]
    now = records_of(evidence_of(mine["supplier_id"]), mine["supplier_id"]) if at else {}
    lines = [_line(row, held[keys[i]], now) for i, row in zip(at, mine.to_dict("records"), strict=True)]
    frame = pd.DataFrame(lines) if lines else pd.DataFrame({"row": pd.array([], dtype="int64")})
    for name in ("due", "decided_on"):
        if name in frame:
            frame[name] = pd.to_datetime(frame[name].replace("", None)).astype("datetime64[s]")
    return schema.conform(frame, DECIDED)


def _line(row: Mapping[Any, Any], stands: Standing, records: Mapping[str, list[str]]) -> dict[str, Any]:
    decision = stands.decision or stands.withdrawn
    assert decision is not None
    who = str(row["supplier_id"])
    out: dict[str, Any] = {"supplier_id": who, "row": row["row"], "decided_on": decision.as_of}
    out |= {"decision_note": decision.note, "reviewer": decision.reviewer, "decided_at": decision.decided_at}
    out |= {"decisions_before": stands.before, "evidence_new": 0, "evidence_gone": 0}
    if stands.decision is None:
        return {**out, "review_state": "withdrawn", "decision": ""}
    held = stands.decision
    then, now = then_of(held), answers_of(row)
    changed = [name for name in WATCHED if name in then and then[name] != now[name]]
    if "records" in held.details:
        before, after = set(held.details["records"]), set(records[who])
        out |= {"evidence_new": len(after - before), "evidence_gone": len(before - after)}
        changed += ["evidence"] if before != after else []
    out |= {f"{n}_then": then.get(n, "") for n in WATCHED} | {f"{n}_now": now[n] for n in WATCHED}
    out |= {f"risk_{r}": str(f) for r, f in dict(held.details.get("risks", {})).items() if r in RISKS}
    out |= {"action": held.details.get("action", ""), "action_owner": held.details.get("owner", "")}
    out["documents"] = "; ".join(f"{d['name']} {d['sha256']}" for d in held.details.get("documents", []))
    out |= {"due": due_of(held), "decision": held.decision, "changed_since": ";".join(changed)}
    if stands.signed is not None:
        out |= {"signed_by": stands.signed.reviewer, "signed_at": stands.signed.decided_at}
    state = "reopen" if changed else "signed" if stands.signed is not None else "decided"
    return {**out, "review_state": state}


def overdue(table: pd.DataFrame, today: dt.date) -> pd.Series:
    """Which decisions (rows of :func:`decided`) ask for something whose day is past.

    Parameters
    ----------
    table
        Rows of :func:`decided`.
    today
        The day of the run.
    """
    late: pd.Series = table["due"].notna() & (table["due"] < pd.Timestamp(today)) & (table["decision"] != "")
    return late


ONTO: tuple[str, ...] = (
    "decision",
    "decision_note",
    "reviewer",
    "decided_at",
    "review_state",
    "changed_since",
    "action",
)
ONTO += ("action_owner", "due", "signed_by")


def onto(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a screening with their newest decision; every other column stays as it is.

    A withdrawn decision is no decision any more: its row says so in `review_state`.

    Parameters
    ----------
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).
    table
        Rows of :func:`decided`.
    """
    place = pd.Series(range(len(table)), index=table["row"]).reindex(rows["row"]).fillna(-1).to_numpy(np.int64)
    out = rows.copy()
    for name in ONTO:
        blank: object = pd.NaT if name == "due" else ""
        values = [*table[name].tolist(), blank]
        out[name] = pd.array([values[i] for i in place], dtype="datetime64[s]" if name == "due" else "str")
    before = [*table["decisions_before"].astype("float64").tolist(), np.nan]
    out["decisions_before"] = [before[i] for i in place]
    return out
