"""What a backtest leaves behind: the table, the page, the decision table and the run record, as bytes by file name."""

from __future__ import annotations

import datetime as dt
import platform

import numpy as np
import pandas as pd

from geo import schema
from geo.backtest.counted import COUNTED
from geo.backtest.outcome import Outcome
from geo.backtest.track_record import TrackRecord
from geo.rules.rule_set import Rules
from geo.time_window import Days, to_dates
from i18n.translator import translator
from jobs.assessment.export import LIBRARIES
from jobs.backtest import labels as words
from jobs.backtest.gather import Gathered
from jobs.backtest.model import Backtest
from jobs.counted_file import CountedFiles
from jobs.demonstration import layers, marks
from jobs.inputs import Loaded
from jobs.installed import version
from jobs.reading_notes import reading_lines
from jobs.result import ResultFiles, Sheet
from jobs.run_record import TOOL

DIGITS = 6
"""Decimals of every share and score: beyond them machines differ."""


def iso(days: Days) -> list[str]:
    """Days as YYYY-MM-DD.

    Parameters
    ----------
    days
        Days [days since 1970-01-01].
    """
    return [str(d) for d in to_dates(days).astype("datetime64[D]")]


def run_record(
    loaded: Loaded,
    gathered: Gathered,
    result: TrackRecord,
    days: Days,
    outcome: Outcome,
    rules: Rules,
    seed: int,
    number: int,
    now: dt.datetime | None = None,
) -> dict[str, object]:
    """The run record: what is needed to do the same again, and what was left out.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    gathered
        Cases with a known outcome, and what was left out.
    result
        The track record that was computed from them.
    days
        The past dates [days since 1970-01-01], ascending.
    outcome
        What counts as a hit.
    rules
        The rule set with its settings.
    seed
        Seed of the random numbers: the same seed, the same numbers.
    number
        Number of resamples of the bootstrap.
    now
        When the run is made; None: now.
    """
    clock = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    cases = gathered.cases
    per_date = np.bincount(cases.date, minlength=len(days))
    hits = np.bincount(cases.date[cases.hit], minlength=len(days))
    by_date = result.auc_by_date
    return {
        "run_at": clock.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": TOOL,
        "job": "backtest",
        "tool_version": version(TOOL),
        "settings": {
            "outcome": outcome.text(),
            "from": iso(days[:1])[0],
            "to": iso(days[-1:])[0],
            "dates": len(days),
            "seed": seed,
            "draws": number,
            **loaded.settings,
            "coverage": loaded.coverage.assign(
                **{c: loaded.coverage[c].dt.strftime("%Y-%m-%d") for c in ("from", "to")}
            ).to_dict("records"),
        },
        "rules": {"version": rules.version, "hash": rules.hash, "table": rules.source},
        "inputs": [dict(i) for i in (*loaded.inputs, rules.file) if i],
        "cases": len(cases),
        "hits": int(cases.hit.sum()),
        "blocks": {"districts": len(np.unique(cases.district)), "years": len(np.unique(cases.year[cases.date]))},
        "left_out": gathered.left_out,
        "cases_without_declared_coverage": gathered.undeclared,
        "incidents_counted": {
            "rows": len(gathered.counted),
            "incidents": len(gathered.counted[["source", "record_id"]].drop_duplicates()),
            "withheld": gathered.withheld,
        },
        "by_date": [
            {"date": day, "cases": int(n), "hits": int(h)}
            | {
                f"auc_{name}": None if np.isnan(v[i]) else round(float(v[i]), DIGITS)
                for (_, name), v in by_date.items()
            }
            for i, (day, n, h) in enumerate(zip(iso(days), per_date, hits, strict=True))
        ],
        **marks(*layers(loaded)),
        "notes": [words.NOT_A_FORECAST, words.HINDSIGHT],
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
    }


def written(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares and scores rounded to :data:`DIGITS`, whole numbers without a point.

    Parameters
    ----------
    frame
        Columns of shares, scores and whole numbers.
    """
    return pd.DataFrame(
        {c: frame[c].round(DIGITS) if pd.api.types.is_float_dtype(frame[c]) else frame[c] for c in frame.columns}
    )


def result_files(backtest: Backtest, language: str = "en") -> ResultFiles:
    """All files of the run by name; the same call gives the same bytes, `run_at` of run.json aside.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    language
        Code of the reader's language, such as `fr`.
    """
    from jobs.backtest.report import page

    tables: dict[str, Sheet] = {
        "track_record.csv": (written(backtest.result.table), ()),
        "decision_table.csv": (written(backtest.result.decisions), ()),
        "rejected.csv": (schema.conform(backtest.rejected, schema.REJECTED), schema.REJECTED),
    }
    if backtest.points is not None:
        tables["points.csv"] = (backtest.points[["site_id", "lat", "lon", "country", "coord_precision_km"]], ())
    counted = CountedFiles(lambda: backtest.gathered.counted, COUNTED)
    others = {"track_record.html": lambda: page(backtest, language)}
    record = {**backtest.record, "language": language}
    return ResultFiles({**tables, **counted.sheets()}, others, record, without=counted.without)


def summary(backtest: Backtest, language: str = "en") -> list[str]:
    """What to print: the classes, the intensity and the baselines, and what was left out.

    Parameters
    ----------
    backtest
        The backtest with its cases.
    language
        Code of the reader's language, such as `fr`.
    """
    _ = translator(language)
    table = backtest.result.table
    base = table[table["name"] == "base_rate"].iloc[0]
    inputs = backtest.record.get("inputs", [])
    lines = [line.sentence(_) for line in reading_lines(inputs if isinstance(inputs, list) else [])]
    lines += [
        _(
            "{n} case{n?|s}: {places} place{places?|s} at {dates} date{dates?|s}; {hits} {hits?was|were} "
            "followed by a hit ({outcome}).",
            n=_.number(base["n"]), places=_.number(base["places"]), dates=_.number(base["dates"]),
            hits=_.number(base["hits"]), outcome=backtest.outcome.text(),
        )
    ]  # fmt: skip
    for row in table[table["kind"].isin(["class", "intensity", "baseline"])].to_dict("records"):
        if pd.isna(row["n"]):
            continue
        name = words.name_of(row["kind"], row["name"], _)
        rate = words.percent(row["hit_rate"], _)
        between = words.span(row["hit_rate_low"], row["hit_rate_high"], _)
        lines.append(
            f"{name[:44]:44} {_.number(row['n']):>8} {rate:>8} {between:>16}  AUC {_.number(row['auc'], 3):>5}"
        )
    for reason, n in backtest.gathered.left_out.items():
        if n:
            lines.append(
                _("Left out: {n} case{n?|s}, because {reason}.", n=_.number(n), reason=_(words.LEFT_OUT[reason]))
            )
    if backtest.gathered.undeclared:
        lines.append(
            _(
                "Nothing declares what the incidents cover ({n} case{n?|s}): an incident that the files "
                "do not hold counts as none.",
                n=_.number(backtest.gathered.undeclared),
            )
        )
    lines.append(_(words.NOT_A_FORECAST))
    return lines
