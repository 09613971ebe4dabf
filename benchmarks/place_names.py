"""How often a name with one slip finds its place: top 1 and top 5 of the candidates that a screening offers.

    .venv/bin/python -m benchmarks.place_names --sites cod_mines_curated_all_opendata_p_ipis.csv [--names 600]

Names of known sites of at least four letters are drawn, one letter of each is left out, doubled, exchanged for another
or turned with its neighbour, and the candidates are asked for with the country alone, then with the district too. Right
is the very site the name was taken from; `same name` counts any candidate of the same name and district too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from pathlib import Path

import pandas as pd

from geo.records.place_names import fold
from jobs.known_sites import sites_at
from jobs.screening.gazetteer import gazetteer
from jobs.screening.name_candidates import candidates
from layers.sources.sites import read_sites

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slip(name: str, rng: random.Random) -> str:
    """The name with one letter left out, doubled, exchanged, or turned with its neighbour."""
    at = [i for i, c in enumerate(name) if c.isalpha()]
    i = rng.choice(at[:-1])
    kind = rng.choice(("out", "double", "other", "turn"))
    if kind == "out":
        return name[:i] + name[i + 1 :]
    if kind == "double":
        return name[: i + 1] + name[i:]
    if kind == "turn" and name[i + 1].isalpha() and name[i].lower() != name[i + 1].lower():
        return name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    return name[:i] + rng.choice([c for c in LETTERS if c != name[i].lower()]) + name[i + 1 :]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=Path, required=True)
    parser.add_argument("--names", type=int, default=600)
    parser.add_argument("--letters", type=int, default=4, help="names of fewer letters are not drawn")
    parser.add_argument("--seed", type=int, default=19)
    given = parser.parse_args()
    sites = sites_at([read_sites(given.sites)], dt.date(2023, 6, 30))[0]
    rng = random.Random(given.seed)
    usable = sites[(sites["name"].str.len() >= given.letters) & sites["lon"].notna()]
    drawn = usable.iloc[sorted(rng.sample(range(len(usable)), given.names))].reset_index(drop=True)
    slipped = [slip(str(n), rng) for n in drawn["name"]]
    known = gazetteer(sites)
    right = "site:" + drawn["source"] + "|" + drawn["site_id"]
    for label, unit in (("country alone", ""), ("with the district", "admin2")):
        rows = pd.DataFrame(
            {
                "question": [f"S{i}" for i in range(len(drawn))],
                "name": slipped,
                "country": drawn["country"],
                "admin1": "",
                "admin2": drawn[unit] if unit else "",
            }
        )
        found = candidates(rows, known)
        by = dict(iter(found.groupby("question")))
        top1 = top5 = same1 = same5 = 0
        for i, (want, name, district) in enumerate(zip(right, drawn["name"], drawn["admin2"], strict=True)):
            group = by.get(f"S{i}")
            if group is None:
                continue
            ids = group["match_id"].tolist()
            alike = [
                fold(str(n)) == fold(str(name)) and (not unit or fold(str(d)) == fold(str(district)))
                for n, d in zip(group["name"], group["admin2"], strict=True)
            ]
            top1 += ids[0] == want
            top5 += want in ids
            same1 += alike[0]
            same5 += any(alike)
        n = len(drawn) / 100
        print(
            f"{label}: top 1 {top1 / n:.1f} %, top 5 {top5 / n:.1f} %; same name: top 1 {same1 / n:.1f} %, "
            f"top 5 {same5 / n:.1f} %"
        )


if __name__ == "__main__":
    main()
