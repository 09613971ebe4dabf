"""IPIS visits to mine sites in DR Congo and the Central African Republic, read as docs of the domain say.

What a blank or "no data" cell means is *unknown*, never "no". Interference alone decides nothing: the type of the
actor does (C2), and the flags of harm in the same slot do (H6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.place_names import plain
from layers.formats.table import Table
from layers.formats.values.coordinates import parse_coordinates
from layers.formats.values.dates import parse_dates
from layers.formats.values.numbers import parse_numbers
from layers.reference.minerals import mineral_lists
from layers.reference.tables import rows
from layers.sources.layer import Faults, Fields, points

Bool = npt.NDArray[np.bool_]
DRC, CAR, LINES = "IPIS DRC visits", "IPIS CAR visits", "IPIS CAR trade lines"
NON_STATE = ("groupe arme local", "groupe arme etranger")
STATE = ("fardc", "pmh", "pnc")
NO_DATA = "pas de donnees"
NOT_SEEN = "pas dingerence constatee"
HARM_DRC = ("taxation", "commerce_taxation", "entrance_taxation", "pillaging", "forced_labour")
HARM_CAR = ("tax", "pillage", "forcedlabour")
QUALIFICATION = {"vert": "green", "jaune": "yellow", "rouge": "red", "bleu": "blue", "not class": "", "no class": ""}
"""Colours of the ministerial qualification; the two blank ones say that the site is not qualified."""
_SEVERAL = re.compile(r"[;,/]|\bet\b|\band\b")
SERVICES_DRC = tuple(f"state_service{i}" for i in range(1, 5))
SERVICES_CAR = tuple(f"services{i}_name" for i in range(1, 4))
EXACT_KM, VILLAGE_KM, OTHER_KM = 0.1, 2.0, 5.0


@dataclass
class Visits:
    """Visits as read, a row per row of the table, before rejected rows are left out."""

    visits: pd.DataFrame
    statuses: pd.DataFrame
    country: str


def is_drc(fields: Fields) -> bool:
    """Whether the columns are those of the IPIS visits in DR Congo."""
    return fields.has("pcode", "visit_date", "presence", "type_armed_group1", "qualification")


def is_car(fields: Fields) -> bool:
    """Whether the columns are those of the IPIS visits in the Central African Republic."""
    return fields.has("pcode", "visit_date", "actor_type", "actor1name", "roadblocks")


def is_trade_lines(fields: Fields) -> bool:
    """Whether the columns are those of the IPIS trade lines."""
    return fields.has("from", "to", "mineral", "id") and fields.table.geometry is not None


def normalise_drc(table: Table, fields: Fields, faults: Faults) -> Visits:
    """Visits (:data:`geo.schema.VISITS`) and qualifications (:data:`geo.schema.STATUSES`) of DR Congo."""
    frame = _common(fields, faults, DRC, onsite="visit_onsite")
    frame["admin1"], frame["admin2"] = fields.text("province"), fields.text("territoire")
    named = fields.text("mineral1") + ";" + fields.text("mineral2") + ";" + fields.text("mineral3")
    frame["minerals"] = mineral_lists(named)
    presence = fields.text("presence").str.strip()
    frame["informative"] = presence != ""

    n = len(frame)
    non_state, state, harm, harm_open, typed = (np.zeros(n, dtype=bool) for _ in range(5))
    actors = []
    for slot in "123":
        kind = _plain(fields.text(f"type_armed_group{slot}"))
        here = kind.isin(NON_STATE).to_numpy()
        forces = kind.str.startswith(STATE).to_numpy(dtype=bool)
        marks = [fields.text(f"{flag}_armed_group{slot}").str.strip() for flag in HARM_DRC]
        done = np.logical_or.reduce([(mark == "1").to_numpy() for mark in marks])
        denied = np.logical_and.reduce([(mark == "0").to_numpy() for mark in marks])
        denied |= kind.str.contains(NOT_SEEN, regex=False).to_numpy(dtype=bool)
        non_state |= here
        state |= forces
        typed |= (kind != "").to_numpy()
        harm |= forces & done
        harm_open |= forces & ~done & ~denied
        actors.append(fields.text(f"armed_group{slot}").where(here | forces, ""))
    # A row that says armed presence but names no type leaves open who it is.
    unnamed = (presence == "1").to_numpy() & ~typed
    frame["non_state_armed"] = _tri(non_state, unnamed | ~frame["informative"].to_numpy())
    frame["state_harm"] = _tri(harm, harm_open | unnamed | ~frame["informative"].to_numpy())
    unknown = np.ones(n, dtype=bool)
    frame["roadblock"] = frame["armed_roadblock"] = _tri(~unknown, unknown)
    frame["armed_presence"] = _presence_word(non_state, state, ~unknown, unnamed | ~frame["informative"].to_numpy())
    frame["actors"] = _joined(actors)
    frame["children_under_15"] = _counted(fields.text("childunder15"))
    frame["mercury"] = _counted(fields.text("mercury"))
    # "iTSCI (not visited by IPIS)" is iTSCI; how the row knows is its `visit_basis`.
    frame["traceability"] = fields.text("traceability").str.strip().map(_without_remark).astype("str")
    # Slots are filled from the first; a row that skips it (9 of 3,333) is left blank, which says nothing.
    services = _joined(fields.text(name) for name in SERVICES_DRC)
    frame["state_services"] = services.where(fields.text(SERVICES_DRC[0]).str.strip() != "", "")

    colour = _plain(fields.text("qualification"))
    known = colour.isin(QUALIFICATION).to_numpy()
    statuses = pd.DataFrame(
        {
            "source": DRC,
            "site_id": frame["site_id"],
            "scheme": "drc",
            "status": colour.map(QUALIFICATION).fillna(""),
            "status_date": frame["visit_date"],
            "record_id": frame["visit_id"],
            "row": table.row,
        }
    )
    return Visits(frame, statuses[known & faults.ok], "COD")


def normalise_car(table: Table, fields: Fields, faults: Faults) -> Visits:
    """Visits (:data:`geo.schema.VISITS`) of the Central African Republic; there are no statuses."""
    frame = _common(fields, faults, CAR, onsite="visit")
    frame["admin1"], frame["admin2"] = fields.text("prefecture"), fields.text("sousprefecture")
    frame["minerals"] = mineral_lists(fields.text("minerals"))
    classes, armed = actor_classes()
    types = _plain(fields.text("actor_type"), keep="_")
    frame["informative"] = types != ""

    n = len(frame)
    classes_of = {text: {classes.get(("type", word), "unknown") for word in text.split()} for text in pd.unique(types)}
    has = {kind: types.map(lambda text, k=kind: k in classes_of[text]).to_numpy(dtype=bool) for kind in
           ("non_state", "state", "private", "unknown")}  # fmt: skip
    open_type = has["unknown"] | ~frame["informative"].to_numpy()
    harm, harm_open = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    actors = []
    flagged_any = np.zeros(n, dtype=bool)
    for slot in "123":
        actor = fields.text(f"actor{slot}name")
        marks = [fields.text(f"actor{slot}name_{flag}").str.strip() for flag in HARM_CAR]
        done = np.logical_or.reduce([(mark == "1").to_numpy() for mark in marks])
        denied = np.logical_and.reduce([(mark == "0").to_numpy() for mark in marks])
        there = (actor.str.strip() != "").to_numpy() | done
        of_slot = _plain(actor).map(lambda name: classes.get(("name", name), "")).to_numpy(dtype=object)
        # Where the row names one class only, every actor of it is of that class; in mixed rows the name decides.
        only = types.map(lambda text: next(iter(classes_of[text])) if len(classes_of[text]) == 1 else "").to_numpy(
            dtype=object
        )
        of_slot = np.where(only != "", only, of_slot)
        force = there & np.isin(of_slot.astype(str), ("state", "private"))
        maybe = there & (of_slot == "") & (has["state"] | has["private"])
        flagged_any |= there
        harm |= force & done
        harm_open |= (force & ~done & ~denied) | (maybe & ~denied)
        actors.append(actor)
    # A state or private actor of the row that no slot names has no flags: unknown.
    harm_open |= (has["state"] | has["private"]) & ~flagged_any
    frame["non_state_armed"] = _tri(has["non_state"], open_type)
    frame["state_harm"] = _tri(harm, harm_open | open_type)
    blocked = fields.text("roadblocks").str.strip()
    frame["roadblock"] = _tri((blocked == "1").to_numpy(), ~blocked.isin(["0", "1"]).to_numpy())
    frame["armed_roadblock"] = _armed_roadblock(blocked, fields.text("roadblocks_actor"), armed)
    frame["armed_presence"] = _presence_word(has["non_state"], has["state"], has["private"], open_type)
    frame["actors"] = _joined(actors)
    frame["children_under_15"] = _counted(fields.text("childunder15"))
    frame["mercury"] = _counted(pd.Series([""] * n, dtype="str"))  # not asked in this layout: unknown, not false
    frame["state_services"] = _joined(fields.text(name) for name in SERVICES_CAR)
    statuses = pd.DataFrame({"site_id": []}, dtype="str")
    return Visits(frame, statuses, "CAF")


def actor_classes() -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Class of each (``type`` or ``name``, plain word); whether each name is armed (yes, no, blank: unknown)."""
    table = rows("actor_types.csv")
    classes = {(row["kind"], plain_word(row["name"], row["kind"])): row["class"] for row in table}
    return classes, {plain(row["name"]): row["armed"] for row in table if row["kind"] == "name"}


def plain_word(name: str, kind: str) -> str:
    """The form under which an actor's type or name is looked up; types keep their underscores."""
    return plain(name).replace(" ", "_") if kind == "type" else plain(name)


def precision_km(origin: pd.Series[str]) -> npt.NDArray[np.float64]:
    """Position error [km] from how IPIS got the place: GPS, GPS of the village, anything else; NaN where blank.

    Examples
    --------
    >>> precision_km(pd.Series(["GPS ", "GPS (village Kiloza)", "GPS (Approximation)", "Landsat ETM+", ""])).tolist()
    [0.1, 2.0, 5.0, 5.0, nan]
    """

    def one(text: str) -> float:
        word = plain(text)
        if not word:
            return float("nan")
        if word == "gps":
            return EXACT_KM
        return VILLAGE_KM if word.startswith("gps") and "village" in word else OTHER_KM

    return origin.map({text: one(str(text)) for text in pd.unique(origin)}).to_numpy(dtype=np.float64)


def _common(fields: Fields, faults: Faults, source: str, *, onsite: str) -> pd.DataFrame:
    """The columns that both layouts share."""
    frame = pd.DataFrame({"site_id": fields.text("pcode").str.strip()}).assign(source=source)
    faults.add("missing_id", frame["site_id"] == "", expected="pcode")
    dates, why = parse_dates(fields.text("visit_date"))
    faults.add(why, expected="YYYY-MM-DD", got=fields.text("visit_date"))
    faults.add("date_missing", dates.isna(), expected="YYYY-MM-DD")
    frame["visit_date"] = dates
    placeholders = [row["date"] for row in rows("placeholder_dates.csv") if row["dataset"] == source]
    frame["date_imprecise"] = dates.isin(pd.to_datetime(placeholders).astype("datetime64[s]"))
    frame["visit_id"] = fields.text("vid").str.strip()
    on_site = fields.text(onsite).str.strip()
    frame["visit_basis"] = on_site.map({"1": "on_site", "0": "reported"}).fillna("").astype("str")
    frame["visited_by"] = fields.text("source")
    frame["name"] = fields.text("name")
    frame["village"] = fields.text("village").str.strip()
    # What a visit saw counts also where its place cannot be read; the place then comes from the site's other rows.
    at = points(fields.table)
    if at is not None and fields.column("longitude") is None:
        frame["lon"], frame["lat"] = at
    else:
        frame["lon"], frame["lat"], _ = parse_coordinates(fields.text("longitude"), fields.text("latitude"))
    frame["coord_precision_km"] = precision_km(fields.text("location_origin"))
    workers, _ = parse_numbers(fields.text("workers_numb"), decimal=".")
    frame["workers"] = np.where(np.nan_to_num(workers, nan=-1.0) < 0, np.nan, workers)
    return frame


def _plain(series: pd.Series[str], keep: str = "") -> pd.Series[str]:
    """Plain form of each text; `keep` stays a part of words."""

    def one(text: str) -> str:
        return " ".join("_".join(plain(p).split()) if keep else plain(p) for p in (text.split() if keep else [text]))

    return series.map({text: one(str(text)) for text in pd.unique(series)}).astype("str")


def _tri(yes: Bool, unknown: Bool) -> pd.Series[bool]:
    """True where `yes`, else NA where `unknown`, else false."""
    out = pd.Series(pd.array(yes, dtype="boolean"))
    out[unknown & ~yes] = pd.NA
    return out


def _counted(text: pd.Series[str]) -> pd.Series[bool]:
    """True for a number above 0 (a flag, or how many there are), false for 0, NA for what is blank or no number."""
    numbers, _ = parse_numbers(text.str.strip(), decimal=".")
    return _tri(np.nan_to_num(numbers) > 0, ~(numbers >= 0))


def _presence_word(non_state: Bool, state: Bool, private: Bool, unknown: Bool) -> npt.NDArray[np.object_]:
    return np.select(
        [non_state & state, non_state, state, private, ~unknown],
        ["both", "non_state", "state", "private", "none"],
        default="",
    ).astype(object)


def _without_remark(text: str) -> str:
    """The text without what stands in brackets at its end.

    Examples
    --------
    >>> _without_remark("iTSCI (not visited by IPIS)"), _without_remark("a (b) c"), _without_remark("(")
    ('iTSCI', 'a (b) c', '(')
    """
    at = text.find("(", text.rfind(")", 0, -1) + 1) if text.endswith(")") else -1
    return text if at < 0 else text[:at].rstrip()


def _joined(actors: Iterable[pd.Series[str]]) -> pd.Series[str]:
    """Names of several columns joined by ``;`` without blanks and repeats; a ``;`` inside a name becomes a comma."""
    first, *rest = (actor.str.replace(";", ",", regex=False) for actor in actors)
    both = first
    for actor in rest:
        both = both + ";" + actor
    joined = {t: ";".join(dict.fromkeys(p.strip() for p in str(t).split(";") if p.strip())) for t in pd.unique(both)}
    return both.map(joined).astype("str")


def _armed_roadblock(blocked: pd.Series[str], who: pd.Series[str], armed: dict[str, str]) -> pd.Series[bool]:
    """True where one of the actors of a roadblock is armed; NA where that is not known."""

    def one(text: str) -> str:
        parts = [text] if plain(text) in armed else _SEVERAL.split(text)
        marks = [armed.get(plain(part), "") for part in parts if part.strip()] or [""]
        return "yes" if "yes" in marks else ("no" if set(marks) == {"no"} else "")

    mark = who.map({text: one(str(text)) for text in pd.unique(who)})
    yes = ((blocked == "1") & (mark == "yes")).to_numpy()
    no = ((blocked == "0") | ((blocked == "1") & (mark == "no"))).to_numpy()
    return _tri(yes, ~no)
