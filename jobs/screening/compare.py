"""Two screenings compared: which rows changed class or zone status, and whether through data, rules or date.

The rows are answered again on the route from the old run to the new one: with the new data, but the rules and dates of
then; then with the new rules; then at the new dates. The step at which a row takes its new answer is the cause. A row
that moves at several steps is counted under all of them together ("data and date"), so the causes sum to all changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.rules.rule_set import Rules, from_dict
from geo.screening.schema import FLAGS
from jobs.assessment.earlier_version import refuse_version_1
from jobs.run_record import fingerprint
from jobs.screening.model import Earlier, Screening
from jobs.screening.screen import screen
from jobs.screening.screened import screened
from layers.formats import LOCAL, Gateway, read
from layers.formats.readers.strict_json import load_json
from layers.formats.writers.cells import plain_types, texts
from layers.formats.writers.spreadsheet_guard import restore
from layers.sources.roads import RoadLayer

GROUPS = {
    "class": ("site_class",),
    "zone": ("zone_status",),
    "listings": ("eu_list", "dodd_frank", "kp_status"),
    "statuses": ("rcm_status", "drc_status"),
    "flags": FLAGS,
    "route": (
        "route_basis", "transit_incidents", "transit_armed_roadblocks", "transit_countries", "transit_listed",
        "transit_uncovered", "transit_kp",
    ),
}  # fmt: skip
"""What is compared, by the word under which a change is told."""
NEEDED = ("site_class", "zone_status")
WATCHED = tuple(name for names in GROUPS.values() for name in names)
STEPS = ("data", "rules", "date")
NOT_SCREENED = "(not screened)"
COLUMNS = (
    "supplier_id",
    "change",
    "through",
    "site_class_before",
    "site_class",
    "zone_status_before",
    "zone_status",
    "as_of_before",
    "as_of",
    "rules_fired_before",
    "rules_fired",
    "what",
)


def read_earlier(folder: str | Path) -> Earlier:
    """The `screening.csv` and `run.json` of a folder.

    Parameters
    ----------
    folder
        Folder of an earlier screening.

    Raises
    ------
    InputError
        The folder is not that of a screening.
    """
    place = Path(folder)
    missing = [n for n in ("screening.csv", "run.json") if not (place / n).is_file()]
    if missing:
        raise InputError(
            "The folder is not that of a screening.",
            where=place.name,
            expected="screening.csv, run.json",
            got=missing[0],
        )
    return earlier_of((place / "screening.csv").read_bytes(), (place / "run.json").read_bytes(), place.name)


def earlier_of(screening_csv: bytes, run_json: bytes, name: str, gateway: Gateway = LOCAL) -> Earlier:
    """The same out of the bytes of the two files, which pass the one gateway as every file does.

    Parameters
    ----------
    screening_csv
        Bytes of the earlier screening.csv.
    run_json
        Bytes of the run.json beside it.
    name
        What the earlier run is called in errors.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.
    """
    table = read(screening_csv, "screening.csv", purpose="table", gateway=gateway)
    record = load_json(run_json, gateway, "run.json")
    refuse_version_1(table.frame.columns, record, name)
    try:
        rows = restore(table.frame)
        rules = from_dict(record["rules"]["table"], "run.json")
        # What an earlier version did not write is not compared.
        more = [c for c in WATCHED if c in rows or c in NEEDED]
        rows = rows[["supplier_id", "answer", *more, "as_of", "rules_fired"]]
        pd.to_datetime(rows["as_of"].replace("", None), format="%Y-%m-%d")
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise InputError("The earlier screening cannot be read back.", where=name, got=str(error)[:200]) from None
    if not isinstance(record, dict) or record.get("job") != "screen":
        raise InputError("The folder is not that of a screening.", where=name, expected="a run of cahra screen")
    return Earlier(rows, record, rules, name, fingerprint(run_json))


def _keyed(rows: pd.DataFrame, watched: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What is watched of each row with an id, as it is written; rows that were not screened have nothing."""
    written = plain_types(rows[["supplier_id", "answer", *watched]], screened())
    cells = zip(*(texts(written[name]) for name in watched), strict=True)
    out: dict[str, tuple[str, ...]] = {}
    for who, answer, values in zip(written["supplier_id"], written["answer"], cells, strict=True):
        if who and (answer == "accepted" or who not in out):
            out[str(who)] = tuple(values) if answer == "accepted" else (NOT_SCREENED,) * len(watched)
    return out


def compare(earlier: Earlier, new: Screening, roads: RoadLayer | None = None) -> tuple[pd.DataFrame, dict[str, object]]:
    """The changed, added and removed rows, and the account of them.

    Parameters
    ----------
    earlier
        The earlier run, as it was read back.
    new
        The screening that is compared with it; its layers answer the earlier rows again.
    roads
        Roads for the routes; None: none were given.

    Returns
    -------
    changes
        Columns :data:`COLUMNS`; `change` names the :data:`GROUPS` that differ, or ``added``, ``removed``;
        `through` names data, rules and date. By supplier in the order of the new list, removed ones last.
    account
        ``changed`` and ``through``: counts that sum to it.
    """
    watched = [c for c in WATCHED if c in earlier.rows]
    before, after = _keyed(earlier.rows, watched), _keyed(new.rows, watched)
    then = {
        str(r.supplier_id): np.datetime64(str(r.as_of))
        for r in earlier.rows.itertuples(index=False)
        if r.answer == "accepted" and r.as_of
    }
    same_rules = earlier.rules.hash == new.rules.hash
    now = {str(r.supplier_id): r.as_of for r in new.rows.itertuples(index=False) if r.answer == "accepted"}
    same_dates = all(pd.Timestamp(str(now[k])) == pd.Timestamp(str(d)) for k, d in then.items() if k in now)

    def again(rules: Rules, at: dict[str, np.datetime64] | None) -> dict[str, tuple[str, ...]]:
        if rules is new.rules and at is None:
            return after
        day = pd.Timestamp(str(_settings(new.record)["as_of"])).date()
        found = screen(
            new.suppliers, new.data, day, rules, roads=roads, settings=new.settings, matches=new.matches, days=at
        )
        return _keyed(found.rows, watched)

    dates = None if same_dates else then
    by_data = again(new.rules if same_rules else earlier.rules, dates)
    by_rules = by_data if same_rules else again(new.rules, dates)
    stages = [before, by_data, by_rules, after]
    rows: list[dict[str, object]] = []
    old_rows = earlier.rows.drop_duplicates("supplier_id", keep="first").set_index("supplier_id")
    new_rows = new.rows[new.rows["supplier_id"] != ""].drop_duplicates("supplier_id").set_index("supplier_id")
    for who in [*after, *[k for k in before if k not in after]]:
        old, fresh = before.get(who), after.get(who)
        if old == fresh:
            continue
        moved = [s for s, a, b in zip(STEPS, stages, stages[1:], strict=False) if a.get(who) != b.get(who)]
        if old is None or fresh is None:
            kind, through = ("added", "data") if old is None else ("removed", "data")
        else:
            moved_in = {n for n, a, b in zip(watched, old, fresh, strict=True) if a != b}
            kind = " and ".join(word for word, names in GROUPS.items() if moved_in & set(names))
            through = " and ".join(moved)
        rows.append(
            {
                "supplier_id": who,
                "change": kind,
                "through": through,
                "site_class_before": old[0] if old else "",
                "site_class": fresh[0] if fresh else "",
                "zone_status_before": old[1] if old else "",
                "zone_status": fresh[1] if fresh else "",
                "as_of_before": str(old_rows["as_of"].get(who, "")) if old else "",
                "as_of": f"{new_rows['as_of'].get(who):%Y-%m-%d}"
                if fresh and pd.notna(new_rows["as_of"].get(who))
                else "",
                "rules_fired_before": str(old_rows["rules_fired"].get(who, "")) if old else "",
                "rules_fired": str(new_rows["rules_fired"].get(who, "")) if fresh else "",
                "what": "; ".join(
                    f"{n}: {a or '-'} > {b or '-'}"
                    for n, a, b in zip(watched, old or (), fresh or (), strict=False)
                    if a != b
                ),
            }
        )
    changes = pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")
    through_counts = changes["through"].value_counts().sort_index()
    account: dict[str, object] = {
        "with": earlier.folder,
        "earlier_record": earlier.fingerprint,
        "earlier_run_at": str(earlier.record.get("run_at", "")).partition("[")[0],
        "rows_before": len(before),
        "rows_now": len(after),
        "changed": len(changes),
        "by_change": {str(k): int(v) for k, v in changes["change"].value_counts().sort_index().items()},
        "through": {str(k): int(v) for k, v in through_counts.items()},
        "same_rules": same_rules,
        "same_dates": same_dates,
        "same_inputs": _hashes(earlier.record) == _hashes(new.record),
    }
    return changes, account


def compared(earlier: Earlier, new: Screening, roads: RoadLayer | None = None) -> Screening:
    """The new screening with its changes and their account in the record.

    Parameters
    ----------
    earlier
        The earlier run, as it was read back.
    new
        The screening that is compared with it.
    roads
        Roads for the routes; None: none were given.
    """
    changes, account = compare(earlier, new, roads)
    return replace(new, changes=changes, record={**new.record, "compared": account})


def _settings(record: dict[str, object]) -> dict[str, object]:
    settings = record.get("settings")
    return settings if isinstance(settings, dict) else {}


def _hashes(record: dict[str, object]) -> set[tuple[str, str]]:
    inputs = record.get("inputs")
    rows = inputs if isinstance(inputs, list) else []
    entries = [row for row in rows if isinstance(row, dict) and row.get("role") != "rules"]  # compared by themselves
    return {(str(i.get("role")), str(i.get("sha256"))) for i in entries}
