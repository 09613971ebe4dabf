"""Kind ``status``: the colour of ICGLR certification in force, and the DRC's qualification."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.columns import blank, texts_at
from geo.equal_texts import are_among, are_blank
from geo.messages import Note, joined
from geo.records.statuses import newest_status
from geo.rules.evidence import Evidence
from geo.rules.finding import Finding
from geo.rules.kind import add_unknown
from geo.rules.row import Derived, Row, SiteRow, before, is_unknown
from geo.rules.rule import Rule, Settings
from geo.rules.scene import Scene
from geo.time_window import NO_DAY, Days, months_before, to_days

Texts = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

COLUMNS = ("rcm_status", "rcm_status_basis", "rcm_status_date", "drc_status", "drc_status_date")
COLOURS = {"green": Note("green"), "yellow": Note("yellow"), "red": Note("red"), "blue": Note("blue")}
_HELD = ("rcm_stated", "rcm_date", "rcm_end", "rcm_record", "rcm_version", "rcm", "rcm_basis",
         "drc_stated", "drc_date", "drc_end", "drc_record", "drc_version", "drc")  # fmt: skip
_SCHEMES = {"rcm": Note("RCM"), "drc": Note("DRC")}


class Status:
    """A colour of the rule's that is in force: RCM by its ageing, DRC within `months` of its date."""

    name = "status"
    answers: tuple[str, ...] = ("site",)
    required: tuple[str, ...] = ("statuses", "months")
    optional: tuple[str, ...] = ("minerals",)

    def evaluate(self, rule: Rule, scene: Scene, evidence: Evidence) -> Finding:
        """Unknown where neither scheme says anything; a colour by age fires only where the settings say so.

        Parameters
        ----------
        rule, scene, evidence
            As :meth:`geo.rules.kind.RuleKind.evaluate` takes them.
        """
        held = statuses_of(scene)
        applicable, mineral_unknown = scene.applicable(rule)
        drc_day = to_days(held["drc_date"])
        recent = ~are_blank(held["drc"]) & (drc_day > months_before(scene.as_of, rule.months))
        coloured = ~are_blank(held["rcm"])
        counts = are_among(held["rcm_basis"], ("inspection",)) | scene.settings.aged_status_fires
        by_rcm = are_among(held["rcm"], rule.statuses) & counts
        by_drc = recent & are_among(held["drc"], rule.statuses)
        for scheme, speaks in (("rcm", coloured), ("drc", recent)) if evidence.wanted else ():
            stated = ~are_blank(held[f"{scheme}_stated"])
            for rows, kind, fact in (
                (np.flatnonzero(speaks & applicable), "status", scheme),
                (np.flatnonzero(stated & ~speaks & applicable), "near_miss", f"{scheme}_too_old"),
            ):
                at = held.iloc[rows]
                evidence.facts(
                    kind,
                    rule.id,
                    rows,
                    record_id=at[f"{scheme}_record"].to_numpy(dtype=object),
                    dataset=f"{scheme} status",
                    dataset_version=at[f"{scheme}_version"].to_numpy(dtype=object),
                    date_start=at[f"{scheme}_date"].to_numpy(),
                    date_end=at[f"{scheme}_end"].to_numpy(),
                    actor_a=at[f"{scheme}_stated"].to_numpy(dtype=object),
                    basis=at["rcm_basis"].to_numpy(dtype=object) if scheme == "rcm" else "inspection",
                    fact=fact,
                    status=at[scheme].to_numpy(dtype=object),
                )
        unknown = {"no_status": ~coloured & ~recent & applicable, "mineral_unknown": mineral_unknown}
        return add_unknown(evidence, Finding.of(rule.id, (by_rcm | by_drc) & applicable, reasons=unknown))

    def explain(self, rule: Rule, rows: list[Row]) -> Note:
        """The scheme and its colour.

        Parameters
        ----------
        rule, rows
            As :meth:`geo.rules.kind.RuleKind.explain` takes them.
        """
        held = [r for r in rows if r.kind == "status" and r.status in rule.statuses]
        notes = [Note("{scheme} status {colour}", scheme=_SCHEMES[r.fact], colour=COLOURS[r.status]) for r in held]
        return notes[0] if len(notes) == 1 else Note("{a} and {b}", a=notes[0], b=notes[1]) if notes else Note("status")

    def explain_sums(self, rule: Rule) -> None:
        """It reads more than one row.

        Parameters
        ----------
        rule
            The rule that is asked.
        """

    def rederive(self, rule: Rule, site: SiteRow, rows: list[Row]) -> Derived:
        """From the colours in force that evidence names.

        Parameters
        ----------
        rule, site, rows
            As :meth:`geo.rules.kind.RuleKind.rederive` takes them.
        """
        held = [r for r in rows if r.kind == "status" and r.status in rule.statuses]
        held = [r for r in held if r.fact != "drc" or (r.start is not None and r.start > before(site.day, rule.months))]
        fired = any(r.basis == "inspection" or site.settings.aged_status_fires for r in held)
        return Derived(fired, fired, fired, is_unknown(rows) and not fired)

    def limit(self, rule: Rule) -> Note:
        """Colours and window.

        Parameters
        ----------
        rule
            The rule that is asked.
        """
        return Note("{colours}; {limit}", colours=joined(map(Note, rule.statuses)), limit=rule.limit())


def statuses_of(scene: Scene) -> pd.DataFrame:
    """Colours of both schemes at each site's date: `rcm, rcm_basis, rcm_stated, rcm_date, … drc, …`; a row a site.

    Parameters
    ----------
    scene
        Sites, incidents and all else that a rule may ask, at the date of each site.
    """
    if "statuses" in scene.kept:
        return scene.kept["statuses"]
    table = schema.empty(schema.STATUSES) if scene.statuses is None else schema.conform(scene.statuses, schema.STATUSES)
    if not len(table):
        dates = ("rcm_date", "rcm_end", "drc_date", "drc_end")
        kinds = {name: "date" if name in dates else "text" for name in _HELD}
        scene.kept["statuses"] = pd.DataFrame({name: blank(kind, len(scene)) for name, kind in kinds.items()})
        return scene.kept["statuses"]
    out: dict[str, object] = {}
    for scheme in ("rcm", "drc"):
        held = newest_status(table, scene.sites, scene.as_of, scheme)
        out |= {
            f"{scheme}_stated": held["status"].array,
            f"{scheme}_date": held["status_date"].to_numpy(),
            f"{scheme}_end": held["valid_to"].to_numpy(),
            f"{scheme}_record": held["record_id"].array,
            f"{scheme}_version": held["dataset_version"].array,
        }
        if scheme == "rcm":
            rows = np.flatnonzero(~are_blank(held["status"]))
            stated = held.iloc[rows]
            colour, basis, _ = colour_at(
                stated["status"].to_numpy(dtype=object),
                to_days(stated["status_date"]),
                to_days(stated["valid_to"]),
                scene.as_of[rows],
                scene.settings,
            )
            out |= {"rcm": _placed(colour, rows, len(held)), "rcm_basis": _placed(basis, rows, len(held))}
        else:
            out["drc"] = held["status"].array
    scene.kept["statuses"] = pd.DataFrame(out)
    return scene.kept["statuses"]


def _placed(texts: Texts, rows: Ints, n: int) -> Any:
    """A column of text that is blank but in `rows`."""
    codes, different = pd.factorize(texts)
    at = np.zeros(n, np.int64)
    at[rows] = codes + 1
    return texts_at(["", *map(str, different)], at)


def colour_at(status: Texts, day: Days, valid_to: Days, as_of: Days, settings: Settings) -> tuple[Texts, Texts, Days]:
    """RCM colour in force at `as_of`, how it came about, and the first day on which it no longer holds.

    Colour and basis are ``""`` where it is not known any more; the day is NO_DAY where nothing ends it.

    Without a new inspection green turns blue after `status_months`, yellow after `yellow_months`, or each at its stated
    end (`valid_to`, exclusive; NO_DAY: none); red holds, but for a stated end. Blue lasts `blue_months` from the day on
    which it began, after which the colour is unknown, or red by the letter of MD.01 (`blue_expires_to`).

    Parameters
    ----------
    status
        Colour that was stated, in English; ``""`` where none was.
    day
        Day of each status [days since 1970-01-01].
    valid_to
        Stated end of each status, exclusive [days since 1970-01-01]; NO_DAY: none.
    as_of
        The date of each site, time of events and not of knowledge [days since 1970-01-01].
    settings
        The numbers that belong to no single rule, or what the run was asked for.

    Examples
    --------
    >>> days = to_days(["2015-01-01"] * 3)
    >>> colours, basis, ends = colour_at(np.array(["green", "yellow", "red"], dtype=object), days, np.full(3, NO_DAY),
    ...                            to_days(["2015-08-01"] * 3), Settings())
    >>> colours.tolist(), basis.tolist()
    (['green', 'blue', 'red'], ['inspection', 'age', 'inspection'])
    """
    out, basis = status.copy(), np.where(status == "", "", "inspection").astype(object)
    stated = valid_to != NO_DAY
    lasts = np.where(
        status == "green",
        months_before(day, -settings.status_months),
        np.where(status == "yellow", months_before(day, -settings.yellow_months), np.iinfo(np.int64).max),
    )
    end = np.where(stated, valid_to, lasts)
    turned = np.isin(status.astype(str), ("green", "yellow", "red")) & (as_of >= end)
    out[turned], basis[turned] = "blue", "age"
    begun = np.where(turned, end, day)
    blue_end = months_before(begun, -settings.blue_months)
    blue_end = np.where((status == "blue") & stated, np.minimum(valid_to, blue_end), blue_end)
    over = (out == "blue") & (as_of >= blue_end)
    red = settings.blue_expires_to == "red"
    out[over], basis[over] = ("red", "age") if red else ("", "")
    never = (end == np.iinfo(np.int64).max) | (status == "") | over
    ends = np.where(out == "blue", blue_end, np.where(never, NO_DAY, end))
    return out, basis, np.asarray(ends, dtype=np.int64)
