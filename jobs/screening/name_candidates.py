"""Candidates by name for rows without coordinates: distinct names once, each held against the gazetteer.

A name alone never decides: a candidate counts only when somebody confirms it by name (:mod:`jobs.screening.places`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.records.place_names import fold
from geo.schema import conform, empty
from geo.screening.schema import PLACE_CANDIDATES, PLACE_KINDS

CUTOFF = 70.0
"""Candidates below this likeness are not shown."""
HELD = 0.9
"""What it is worth when one name holds all words of the other, against being the same."""
PART = 0.97
"""What a part of a name is worth: the name before brackets, the one within them, or one of two names with a slash."""
SHOWN = 5
UNIT_PENALTY = 5.0
AT_ONCE = 400
_PARTS = re.compile(r"[()\[\]/]")
_EMPTY_WORDS = frozenset(
    plain
    for words in (
        "mine mines site sites minier miniers miniere minieres carriere puits chantier",
        "de du des la le les l d of the",
    )
    for plain in words.split()
)
Scores = npt.NDArray[np.float32]


def folded_mine_name(name: str) -> str:
    """A name folded, and without the words that only say that it is a mine.

    Parameters
    ----------
    name
        Name of a mine as a list or a dataset writes it.

    Examples
    --------
    >>> folded_mine_name("Mine de Kalimva"), folded_mine_name("Site minier Bisiè"), folded_mine_name("Mine")
    ('kalimva', 'bisie', 'mine')
    """
    words = fold(name).split()
    return " ".join([w for w in words if w not in _EMPTY_WORDS] or words)


def forms(name: str, aliases: str = "") -> dict[str, float]:
    """The spellings under which a name is found, and what each is worth.

    Parameters
    ----------
    name
        Name as it is written, with brackets and slashes.
    aliases
        Other names, joined by `;`.

    Examples
    --------
    >>> forms("Kalimbi (Nyabibwe)")
    {'kalimbi nyabibwe': 1.0, 'kalimbi': 0.97, 'nyabibwe': 0.97}
    >>> forms("Salamabila", "Saramabila")
    {'salamabila': 1.0, 'saramabila': 1.0}
    """
    whole = folded_mine_name(_PARTS.sub(" ", name))
    out = {whole: 1.0, **{folded_mine_name(a): 1.0 for a in aliases.split(";") if a}}
    for part in _PARTS.split(name):
        plain = folded_mine_name(part)
        if len(plain) > 2:
            out.setdefault(plain, PART)
    out.pop("", None)
    return out


def candidates(questions: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Up to five candidates for each question that has a name.

    Parameters
    ----------
    questions
        Columns `question, name, country, admin1, admin2`; a blank country: any.
    known
        Rows of :func:`jobs.screening.gazetteer.gazetteer`.

    Returns
    -------
    pandas.DataFrame
        :data:`geo.screening.schema.PLACE_CANDIDATES`, in the order of the questions, best first.
    """
    asked = questions[questions["name"] != ""]
    spelled = [forms(str(n), str(a)) for n, a in zip(known["name"], known["aliases"], strict=True)]
    entry = np.repeat(np.arange(len(known)), [len(f) for f in spelled])
    worth = np.array([w for f in spelled for w in f.values()], dtype=np.float64)
    code, pool = pd.factorize(np.array([t for f in spelled for t in f], dtype=object))
    order = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[order], np.arange(len(pool) + 1))
    likeness = _likeness(sorted({str(n) for n in asked["name"]}), list(pool))
    country = known["country"].to_numpy(dtype=object)
    unit = {n: known[n].map({u: fold(str(u)) for u in pd.unique(known[n])}).to_numpy(object) for n in ("admin1", "admin2")}  # fmt: skip  # noqa: E501
    rank_of = known["kind"].map({kind: i for i, kind in enumerate(PLACE_KINDS)}).to_numpy(np.int64)
    by_id = np.argsort(np.argsort(known["match_id"].to_numpy(dtype=object).astype(str)))
    out: list[tuple[str, int, float, int]] = []
    for q in asked.itertuples(index=False):
        texts, scores = likeness[str(q.name)]
        at = [order[bounds[t] : bounds[t + 1]] for t in texts]
        if not at:
            continue
        rows = np.concatenate(at)
        score = np.repeat(scores, [len(a) for a in at]) * worth[rows]
        rows = entry[rows]
        keep = score >= CUTOFF
        if q.country:
            keep &= country[rows] == q.country
        rows, score = rows[keep], score[keep]
        for level in ("admin2", "admin1"):
            stated = fold(str(getattr(q, level)))
            if stated:
                own = unit[level][rows]
                score = score - UNIT_PENALTY * ((own != "") & (own != stated))
                break
        best = np.lexsort((by_id[rows], rank_of[rows], -score.round(1)))
        _unused, first = np.unique(rows[best], return_index=True)
        for k, i in enumerate(best[np.sort(first)][:SHOWN]):
            out.append((str(q.question), k + 1, round(float(score[i]), 1), int(rows[i])))
    if not out:
        return empty(PLACE_CANDIDATES)
    frame = pd.DataFrame(out, columns=["question", "rank", "score", "at"])
    joined = pd.concat([frame, known.iloc[frame["at"]].reset_index(drop=True)], axis=1)
    return conform(joined, PLACE_CANDIDATES)


def _likeness(names: Sequence[str], pool: Sequence[str]) -> dict[str, tuple[npt.NDArray[np.int64], Scores]]:
    """By name, the texts of the pool that are like it under any of its spellings, and how much (0 to 100)."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    spelled = {n: forms(n) for n in names}
    texts = sorted({t for f in spelled.values() for t in f})
    words = [_sorted(t) for t in pool]
    found: dict[str, tuple[npt.NDArray[np.int64], Scores]] = {}
    for first in range(0, len(texts), AT_ONCE):
        part = texts[first : first + AT_ONCE]
        scores = process.cdist(part, pool, scorer=fuzz.token_sort_ratio, score_cutoff=CUTOFF, dtype=np.float32)
        # Letters in common alone take a letter exchanged or turned for two slips: the number of slips weighs as much.
        slips = process.cdist([_sorted(t) for t in part], words, scorer=OSA.normalized_similarity, dtype=np.float32)
        scores = np.where(scores >= CUTOFF, (scores + 100 * slips) / 2, 0)
        # "Kalimva Walikale" holds "Kalimva": all words of one name in the other is worth a little less.
        held = process.cdist(part, pool, scorer=fuzz.token_set_ratio, score_cutoff=CUTOFF, dtype=np.float32)
        scores = np.maximum(scores, held * HELD)
        for text, line in zip(part, scores, strict=True):
            hit = np.flatnonzero(line >= CUTOFF)
            found[text] = (hit, line[hit])
    out: dict[str, tuple[npt.NDArray[np.int64], Scores]] = {}
    for name, own in spelled.items():
        whole = np.zeros(len(pool), dtype=np.float32)
        for text, worth in own.items():
            hit, score = found[text]
            whole[hit] = np.maximum(whole[hit], score * worth)
        hit = np.flatnonzero(whole >= CUTOFF)
        out[name] = hit, whole[hit]
    return out


def _sorted(text: str) -> str:
    return " ".join(sorted(text.split()))


def candidate_text(found: pd.DataFrame) -> dict[str, str]:
    """The candidates of each question in one text: ``name (unit) [match_id] score; ...``.

    Parameters
    ----------
    found
        Rows of :func:`candidates`.
    """
    out: dict[str, list[str]] = {}
    for c in found.itertuples(index=False):
        unit = f" ({str(c.admin2) or str(c.admin1)})" if c.admin2 or c.admin1 else ""
        out.setdefault(str(c.question), []).append(f"{c.name}{unit} [{c.match_id}] {c.score:g}")
    return {k: "; ".join(v) for k, v in out.items()}
