"""Actors of a user's table met near origins and on routes, by name with a score: questions, and part of no class.

Rows of restricted datasets (ACLED) are not compared: whom they name may not leave this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from geo import schema
from geo.records.place_names import plain
from geo.schema import conform
from geo.screening.own_table_schema import NAMED
from geo.spatial.proximity import within
from geo.time_window import Days, months_before, to_days
from jobs import inputs
from jobs.run_options import visits_of
from jobs.screening.model import Screening
from jobs.screening.own_tables import OwnTable

LEAST = 86.0
"""Likeness from which a name is a question: RapidFuzz's token sort ratio of the folded names."""
CONTAINED = 88.0
"""Score of an acronym, or of a name of several words, that stands within a longer name."""
SHORT = 4
"""Folded names of so few letters must be the same."""
PART = 0.97
"""What a part of a name (in brackets, before a comma or a dash between blanks) is worth."""
_PARTS = re.compile(r"[()\[\],/]|\s[-–]\s")
_SPLIT = re.compile(r"[;|]")
_AT_ONCE = 500


def forms(name: str) -> dict[str, float]:
    """The folded ways in which a name may be written, with what each is worth.

    Parameters
    ----------
    name
        Name of an actor as it is written.

    Examples
    --------
    >>> forms("Allied Democratic Forces (ADF)")
    {'allied democratic forces adf': 1.0, 'allied democratic forces': 0.97, 'adf': 0.97}
    """
    out = {plain(_PARTS.sub(" ", name)): 1.0}
    for part in _PARTS.split(name):
        out.setdefault(plain(part), PART)
    return {text: worth for text, worth in out.items() if len(text) > 1}


def numbered_apart(one: str, other: str) -> bool:
    """Whether two folded names differ by letters or numbers alone that tell groups apart.

    Parameters
    ----------
    one
        A folded name.
    other
        Another folded name.

    Examples
    --------
    >>> numbered_apart("armed group a", "armed group c"), numbered_apart("front de liberation", "front liberation")
    (True, False)
    """
    left, right = set(one.split()), set(other.split())
    ours, theirs = left - right, right - left
    if not ours or not theirs:
        return False
    return all(len(word) == 1 or any(c.isdigit() for c in word) for word in ours | theirs)


def alike(actors: Sequence[str], listed: pd.DataFrame) -> pd.DataFrame:
    """Which actors are like which names: `actor, at` (position in `listed`), `spelling, score`; the best of each pair.

    Parameters
    ----------
    actors
        Names of actors as incidents and visits write them.
    listed
        The user's table: `name`, `aliases` (joined by `;`).

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["M23", "Lord's Resistance Army"], "aliases": ["Mouvement du 23 mars", "LRA"]})
    >>> alike(["LRA", "Mouvement du 23 Mars (M23)", "M2", "Army of Chad"], table)[["actor", "at"]].values.tolist()
    [['LRA', 1], ['Mouvement du 23 Mars (M23)', 0]]
    """
    from rapidfuzz import fuzz, process

    named = [(a, f, w) for a in actors for f, w in forms(a).items()]
    spellings = [
        (at, spelling.strip(), f, w)
        for at, (name, aliases) in enumerate(zip(listed["name"], listed["aliases"], strict=True))
        for spelling in dict.fromkeys((str(name), *_SPLIT.split(str(aliases))))
        if spelling.strip()
        for f, w in forms(spelling).items()
    ]
    found: list[tuple[str, int, str, float]] = []
    wanted = [t[2] for t in spellings]
    for start in range(0, len(named), _AT_ONCE):
        some = named[start : start + _AT_ONCE]
        scores = process.cdist([s[1] for s in some], wanted, scorer=fuzz.token_sort_ratio, score_cutoff=LEAST)
        for i, j in zip(*np.nonzero(scores), strict=True):
            (actor, mine, a), (at, spelling, theirs, b) = some[i], spellings[j]
            if mine == theirs or (min(len(mine), len(theirs)) > SHORT and not numbered_apart(mine, theirs)):
                found.append((actor, at, spelling, float(scores[i, j]) * min(a, b)))
    found += _contained(actors, spellings)
    table = pd.DataFrame(found, columns=["actor", "at", "spelling", "score"])
    table = table[table["score"] >= LEAST * PART].sort_values(["actor", "at", "score"], ascending=[True, True, False])
    return table.drop_duplicates(["actor", "at"]).reset_index(drop=True)


def _contained(
    actors: Sequence[str], spellings: Sequence[tuple[int, str, str, float]]
) -> Iterator[tuple[str, int, str, float]]:
    """Actors whose name holds all words of a listed one that is an acronym or has two words or more."""
    by_word: dict[str, list[tuple[int, str, frozenset[str]]]] = {}
    for at, spelling, form, worth in spellings:
        words = frozenset(form.split())
        if worth == 1.0 and (len(words) > 1 or (spelling.isupper() and len(form) > 2)):
            by_word.setdefault(max(words, key=len), []).append((at, spelling, words))
    for actor in actors:
        mine = set(plain(_PARTS.sub(" ", actor)).split())
        for word in mine:
            for at, spelling, words in by_word.get(word, ()):
                if words < mine:
                    yield actor, at, spelling, CONTAINED


def named_actors(screening: Screening, given: OwnTable) -> pd.DataFrame:
    """Rows of :data:`geo.screening.own_table_schema.NAMED`: each listed actor once a row, part, dataset and spelling.

    Parameters
    ----------
    screening
        The answers of one run.
    given
        The user's table as read.
    """
    listed = given.frame
    records = pd.concat([_near_origins(screening), _on_routes(screening)], ignore_index=True)
    names = sorted({str(a) for a in records["actor"].unique()} - {""})
    pairs = alike(names, listed)
    if not len(records) or not len(pairs):
        return schema.empty(NAMED)
    met = records.merge(pairs, on="actor")
    for column, ours in (("name", "listed_name"), ("list", "listed_in"), ("from", "listed_from"),
                         ("to", "listed_to"), ("source", "list_source")):  # fmt: skip
        met[ours] = listed[column].to_numpy()[met["at"]]
    met["listed_then"] = _then(met)
    met = met.sort_values(
        ["row", "part", "kind", "listed_name", "actor", "dataset", "listed_then", "distance_m", "record_id"]
    )
    keys = ["row", "part", "kind", "at", "actor", "dataset", "listed_then"]
    met["records"] = met.groupby(keys)["record_id"].transform("nunique")
    met = met.drop_duplicates(keys).sort_values(
        ["row", "part", "score", "distance_m"], ascending=[True, True, False, True], kind="stable"
    )
    return conform(met, NAMED)


def _then(met: pd.DataFrame) -> list[str]:
    start, end, first, last = met["record_start"], met["record_end"], met["listed_from"], met["listed_to"]
    undated = first.isna() & last.isna()
    return list(np.select([undated, end < first, start > last], ["undated", "not_yet", "no_longer"], "listed"))


def _long(frame: pd.DataFrame, names: Sequence[pd.Series[str]]) -> pd.DataFrame:
    """One line an actor of each record."""
    parts = [frame.assign(actor=n.to_numpy(dtype=object)) for n in names]
    out = pd.concat(parts, ignore_index=True)
    return out[out["actor"] != ""]


def _near_origins(screening: Screening) -> pd.DataFrame:
    """Actors of incidents, and armed groups of visits, within the widest circle and window of the rules."""
    rows, rules = screening.rows, screening.rules
    good = rows[(rows["answer"] == "accepted") & rows["lon"].notna() & rows["lat"].notna()]
    out = [_incidents(screening.data), _visits(screening.data)]
    records = pd.concat(out, ignore_index=True)
    if not len(records) or not len(good):
        return _blank()
    when: Days = to_days(good["as_of"])
    pairs = within(
        good["lon"], good["lat"], records["lon"], records["lat"], to_days(records["record_start"]),
        radius_m=max(rules.radii_km, default=50.0) * 1000.0, as_of_day=when,
        window_days=when - months_before(when, rules.look_back_months), incident_end_day=to_days(records["record_end"]),
    )  # fmt: skip
    met = records.iloc[pairs.incident].reset_index(drop=True)
    for name in ("supplier_id", "row"):
        met[name] = good[name].to_numpy()[pairs.site]
    return met.assign(part="origin", distance_m=pairs.distance_m.round(3))[list(_COLUMNS)]


_COLUMNS = (
    "supplier_id",
    "row",
    "part",
    "kind",
    "actor",
    "dataset",
    "record_id",
    "record_start",
    "record_end",
    "distance_m",
)


def _blank() -> pd.DataFrame:
    return conform(pd.DataFrame(), NAMED)[list(_COLUMNS)]


def _incidents(data: inputs.Loaded) -> pd.DataFrame:
    frame = data.incidents if data.incidents is not None else schema.empty(schema.INCIDENTS)
    free = frame[~frame["restricted"].fillna(False).to_numpy(bool)].drop_duplicates(["source", "record_id"])
    records = free.assign(kind="incident", record_start=free["date_start"], record_end=free["date_end"])
    columns = ["kind", "dataset", "record_id", "record_start", "record_end", "lon", "lat"]
    return _long(records[columns], [free["actor_a"], free["actor_b"]])


def _visits(data: inputs.Loaded) -> pd.DataFrame:
    frame = visits_of(data)
    records = frame.assign(
        kind="visit", dataset=frame["source"], record_id=frame["visit_id"], record_start=frame["visit_date"],
        record_end=frame["visit_date"], actor=frame["actors"].astype("str").str.split(";"),
    )  # fmt: skip
    records = records[["kind", "dataset", "record_id", "record_start", "record_end", "lon", "lat", "actor"]].explode(
        "actor"
    )
    records = records.assign(actor=records["actor"].fillna("").str.strip())
    return records[records["actor"] != ""].reset_index(drop=True)


def _on_routes(screening: Screening) -> pd.DataFrame:
    """Actors of the incidents on the routes; those of restricted datasets are blank in the evidence."""
    evidence = screening.evidence_columns
    some = evidence.take(np.flatnonzero(evidence["part"].equal("transit") & ~evidence["record_id"].equal(""))).frame()
    if not len(some):
        return _blank()
    rows = screening.rows[screening.rows["answer"] == "accepted"]
    number = pd.Series(rows["row"].to_numpy(), index=rows["supplier_id"])
    records = some.assign(
        kind="incident", row=number.reindex(some["supplier_id"]).to_numpy(),
        record_start=some["date_start"], record_end=some["date_end"],
    )  # fmt: skip
    return _long(records, [some["actor_a"], some["actor_b"]])[list(_COLUMNS)]
