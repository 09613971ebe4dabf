"""Writes docs/track-record.md: the backtest of the shared countries, at random points and at real mines.

    .venv/bin/python -m scripts.write_track_record --data DIR

`DIR` is the folder of real inputs, which is no part of the project; the figures in the page are our own.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.backtest.discrimination import mean_auc
from geo.backtest.outcome import Outcome
from geo.rules.rule_set import Rules, from_dict
from geo.time_window import Days
from i18n.translator import translator
from jobs.backtest.job import BacktestInputs, load, past_dates, run
from jobs.backtest.labels import percent, span
from jobs.backtest.model import Backtest
from jobs.backtest.report import DECISIONS, HEADINGS, READING, decision_texts, kind_texts
from jobs.inputs import Inputs, Loaded, Source
from layers.reference.rule_files import default_rules

PAGE = Path(__file__).resolve().parents[1] / "docs" / "track-record.md"
ENGLISH = translator("en")


@dataclass(frozen=True)
class Study:
    """One run: what is tested, with which files of the folder, from and to which year."""

    title: str
    sites: str
    incidents: str
    coverage: str
    first: int
    last: int
    boundaries: tuple[str, ...] = ()


CAR, SUDAN = "conflict/ucdp_ged_23_1_car.geojson", "conflict/ucdp_ged_24_1_sudan_hdx.csv"
SOUTH, MEXICO = "conflict/ucdp_ged_22_1_south_sudan_hdx.csv", "conflict/ucdp_ged_24_1_mexico_49cols.csv.gz"
MYANMAR = "conflict/ucdp_ged_24_1_myanmar_49cols.csv"
CAR_UNITS = ("admin/caf_admin1_cod_ab_v201506.geojson", "admin/caf_admin2_cod_ab_v201506.geojson")
MEXICO_UNITS = ("admin/mex_states_inegi.geojson", "admin/mex_municipalities_inegi.geojson")
ICMM = "mines/icmm_2025-09_sites_17_countries.csv"
STUDIES = (
    Study("Central African Republic, 500 random points", "backtest/points_caf.csv", CAR, "backtest/coverage_caf.csv",
          2004, 2021, CAR_UNITS),
    Study("Central African Republic, 272 mines (IPIS trade lines)", "mines/ipis_car_destinations_lines.geojson", CAR,
          "backtest/coverage_caf.csv", 2004, 2021, CAR_UNITS),
    Study("Sudan, 500 random points", "backtest/points_sdn.csv", SUDAN, "backtest/coverage_sdn.csv", 2004, 2022,
          ("admin/sdn_admbnda_adm1_cbs_nic_ssa_20200831.geojson",
           "admin/sdn_admbnda_adm2_cbs_nic_ssa_20200831.geojson")),
    Study("South Sudan, 500 random points", "backtest/points_ssd.csv", SOUTH, "backtest/coverage_ssd.csv", 2014, 2020,
          ("admin/ssd_admbnda_adm1_imwg_nbs_20210924.geojson", "admin/ssd_admbnda_adm2_imwg_nbs_20180817.geojson")),
    Study("Mexico, 500 random points", "backtest/points_mex.csv", MEXICO, "backtest/coverage_mex.csv", 2004, 2022,
          MEXICO_UNITS),
    Study("Mexico, mines of ICMM's list", ICMM, MEXICO, "backtest/coverage_mex.csv", 2004, 2022, MEXICO_UNITS),
    Study("Myanmar, mines of ICMM's list", ICMM, MYANMAR, "", 2004, 2022),
)  # fmt: skip
MYANMAR_COVERAGE = "dataset,country_iso3,from,to,effects\n" + "".join(
    f"{Path(MYANMAR).name},{iso},1989-01-01,2023-12-31,lethal\n" for iso in ("MMR", "BGD", "CHN", "IND", "LAO", "THA")
)
HEAD = """# Track record

How often places of each class were hit in the 12 months after past dates: made by `cahra backtest`, that is by
`scripts/write_track_record.py`, from real data that is no part of the project. A hit is a deadly incident at an exactly
known place within 20 km that begins in (T, T + 12 months], T each 31 December.

**No figure here is a forecast, and no class is a probability.** Each date is judged with what the data say of it today.
A place without an incident on record is not a calm place. Random points on land are not mines: most of them lie where
nobody is; the lists of mines are small, and hold mines of today at dates when some were not yet known. In these studies
the neighbouring countries are declared covered, so that a class is not `insufficient data` for them alone.

"""
TRIED = """
## Rules that were tried, and not taken

What one change would do: the mean AUC of the site class at dates up to 2013 / after, less that of the rules as they
are; and the places that would be flagged, as a multiple of those flagged now. A rule set is changed only on grounds
that hold on both halves, at random points *and* at mines, in most countries: none of these does. H1 over 60 months
tells more at random points, not at mines. C1 at 4 incidents in 36 months comes nearest: it flags no place more, tells
more at all three lists of mines, and nothing at random points. Windows and thresholds are configuration (`--rules`):
ask again with others.

"""


def loaded_source(folder: Path, name: str) -> Source:
    """A file of the folder; a gzip one is unpacked."""
    path = folder / name
    return Source(path.name, gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path)


def read(study: Study, folder: Path) -> tuple[Loaded, Days]:
    """The layers and the past dates of one study."""
    coverage = Source("coverage_mmr.csv", MYANMAR_COVERAGE.encode())
    inputs = Inputs(
        sites=[Source.of(folder / study.sites)],
        incidents=[loaded_source(folder, study.incidents)],
        coverage=[Source.of(folder / study.coverage) if study.coverage else coverage],
        boundaries=[Source.of(folder / b) for b in study.boundaries],
        boundaries_version="as published",
    )
    loaded = load(BacktestInputs(inputs))
    first, last = dt.date(study.first, 12, 31), dt.date(study.last, 12, 31)
    return loaded, past_dates(loaded, first, last, 12, Outcome())


def variants() -> dict[str, Rules]:
    """Rule sets that differ from the project's in one thing."""
    plain = dict(default_rules().source)
    more = {
        "C1 also fires at 4 lethal incidents in 36 months": ("C1", {"months": 36, "min_events": 4}),
        "H1 over 60 months": ("H1", {"months": 60, "min_events": 1}),
        "H2 over 36 months": ("H2", {"months": 36, "min_events": 1}),
        "H4 at 2 incidents or 5 deaths": ("H4", {"months": 12, "min_events": 2, "min_deaths": 5}),
        "H4 over 24 months": ("H4", {"months": 24, "min_events": 3, "min_deaths": 10}),
    }
    out = {}
    for name, (rule, test) in more.items():
        rules = copy.deepcopy(plain["rule"])
        assert isinstance(rules, list)
        for one in rules:
            if one["id"] == rule:
                one["tests"] = [*(one["tests"] if "also" in name else []), test]
        out[name] = from_dict({**plain, "rule": rules})
    return out


def compared(found: Sequence[tuple[Study, Backtest]], tried: Mapping[str, Sequence[Backtest]]) -> str:
    """What each variant changes: the mean AUC of the class up to 2013 and after, and how many places it flags."""

    def halves(result: Backtest) -> tuple[float, float]:
        auc = result.result.auc_by_date["class", "site_class"]
        early = result.gathered.cases.year <= 2013
        return mean_auc(np.where(early, auc, np.nan)), mean_auc(np.where(early, np.nan, auc))

    def share(result: Backtest) -> float:
        return float(result.result.table.set_index(["kind", "name"]).loc[("class", "site_class"), "share"])

    lines = []
    for name, results in tried.items():
        cells = [name]
        for (_, own), other in zip(found, results, strict=True):
            changes = [b - a for a, b in zip(halves(own), halves(other), strict=True)]
            differences_ = " / ".join("none" if np.isnan(c) else f"{c + 0.0:+.3f}" for c in changes)
            cells.append(f"{differences_}; {share(other) / share(own):.2f}")
        lines.append(cells)
    return table(("Variant", *(study.title for study, _ in found)), lines)


def table(headings: Sequence[str], lines: Sequence[Sequence[str]], words: int = 1) -> str:
    """A Markdown table; columns after the first `words` stand to the right."""
    marks = ["---" if i < words else "---:" for i in range(len(headings))]
    rows = [headings, marks, *lines]
    return "".join("| " + " | ".join(t.replace("|", "/") for t in row) + " |\n" for row in rows)


def overview(found: Sequence[tuple[Study, Backtest]]) -> str:
    """One line a study: the base rate, the hit rate of each class, and AUCs beside those of the baselines."""
    headings = (
        "Study", "Cases", "Base rate", "`no indicators found`", "`high-risk`", "`conflict-affected`",
        "AUC of the class",
        "of the intensity", "50 km, 12 months", "20 km, 10 years", "last year again",
    )  # fmt: skip
    lines = []
    for study, result in found:
        rows = result.result.table.set_index(["kind", "name"])
        base = rows.loc[("baseline", "base_rate")]
        rates = [
            f"{percent(r['hit_rate'], ENGLISH)} ({span(r['hit_rate_low'], r['hit_rate_high'], ENGLISH)})"
            if r["n"]
            else "none"
            for r in (rows.loc[("class", c)] for c in ("no indicators found", "high-risk", "conflict-affected"))
        ]
        class_row = rows.loc[("class", "site_class")]
        aucs = [
            f"{class_row['auc']:.3f} ({class_row['auc_low']:.2f}–{class_row['auc_high']:.2f})",
            *(
                f"{rows.loc[key, 'auc']:.3f}"
                for key in (
                    ("intensity", "incident_intensity"), ("baseline", "count_50km_12m"),
                    ("baseline", "count_20km_10y"), ("baseline", "persistence"),
                )
            ),
        ]  # fmt: skip
        lines.append((study.title, ENGLISH.number(base["n"]), percent(base["hit_rate"], ENGLISH), *rates, *aucs))
    return table(headings, lines)


def section(study: Study, result: Backtest) -> str:
    """All figures of one study."""
    kinds = ("class", "rule", "rule_alone", "intensity", "baseline")
    titles = ("Classes", "Rules", "Rules where they alone fired", "Order", "Baselines")
    base = result.result.table.set_index("name").loc["base_rate"]
    options = [f"--sites {Path(study.sites).name}", f"--incidents {Path(study.incidents).name}"]
    options += [f"--boundaries {Path(b).name}" for b in study.boundaries]
    options.append(f"--incident-coverage {Path(study.coverage).name if study.coverage else 'coverage_mmr.csv'}")
    options += [f"--from {study.first}-12-31", f"--to {study.last}-12-31", "--step 12", "--out DIR"]
    out = [
        f"## {study.title}\n\n{base['places']} places, {base['dates']} dates, {ENGLISH.number(base['n'])} cases.\n\n"
        f"    cahra backtest {' '.join(options)}\n"
    ]
    for kind, title in zip(kinds, titles, strict=True):
        lines = [line for line in kind_texts(result, kind, ENGLISH) if kind == "class" or line[1] != "0"]
        if lines:
            out.append(f"\n### {title}\n\n{table(HEADINGS, lines)}")
    if len(result.result.decisions):
        out.append(f"\n### Decisions at several costs\n\n{table(DECISIONS, decision_texts(result, ENGLISH), 2)}")
    return "".join(out)


def page(found: Sequence[tuple[Study, Backtest]], tried: Mapping[str, Sequence[Backtest]]) -> str:
    """The whole page."""
    rules = found[0][1].record["rules"]
    assert isinstance(rules, dict)
    reading = "".join(f"- {line}\n" for line in READING)
    version = f"Rules version {rules['version']} ({str(rules['hash'])[:19]}). Intervals of 95% in brackets.\n\n"
    parts = [HEAD, version, overview(found), "\n## How to read it\n\n", reading, TRIED, compared(found, tried)]
    return "".join([*parts, *("\n" + section(study, result) for study, result in found)])


def main() -> None:
    """Runs every study and writes the page."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the real inputs")
    folder = parser.parse_args().data
    found, tried = [], {name: [] for name in variants()}
    for study in STUDIES:
        loaded, days = read(study, folder)
        found.append((study, run(loaded, days)))
        for name, rules in variants().items():
            tried[name].append(run(loaded, days, rules=rules, number=2))
    PAGE.write_text(page(found, tried), "utf-8")


if __name__ == "__main__":
    main()
