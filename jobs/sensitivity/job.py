"""Files in; other settings, what flips a class, draws and months out: the steps of ``cahra sensitivity``."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from geo.assess import assess
from geo.assessment import Assessment
from geo.dates.many import ManyDates
from geo.errors import InputError
from geo.messages import Note
from geo.records.admin_units import IncidentUnits, Units, incident_units
from geo.records.incidents import Incidents, prepare
from geo.rules.classify import BY_RANK
from geo.rules.rule_set import Rules
from geo.schema import ZONE_STATUSES
from geo.sensitivity.draws import shares
from geo.sensitivity.flip import REACH, flips
from geo.sensitivity.pass_once import Pass, prepare_pass
from geo.sensitivity.scaling import Grid, distance_rules, whole
from geo.sensitivity.sweep import stability, sweep, what_matters
from geo.time_window import to_dates
from jobs.counted_file import open_of_sites
from jobs.demonstration import layers, marks
from jobs.inputs import Inputs, Loaded
from jobs.inputs import load as load_layers
from jobs.known_sites import sites_at
from jobs.many_dates import at_dates
from jobs.result import Result, ResultFiles
from jobs.run_options import assess_loaded, recorded
from jobs.sensitivity import export
from jobs.sensitivity.model import Sensitivity
from layers.reference.rule_files import default_rules
from layers.reference.unit_aliases import unit_aliases

MONTHS = 60
"""Months of the timeline where no first day is given."""
DRAWS = 200
MOST_DRAWS = 100_000
Progress = Callable[[str, int, int], None]


class SensitivityResult(Sensitivity, Result):
    """The result of a run, with its files and summary."""

    def made_files(self, language: str = "en") -> ResultFiles:
        """The files of the run by name; see :mod:`jobs.sensitivity.export`.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.result_files(self)

    def summary(self, language: str = "en") -> list[Note]:
        """How many classes hold, and what would change them first.

        Parameters
        ----------
        language
            Code of the reader's language, such as `fr`.
        """
        return export.summary(self)


def load(given: Inputs) -> Loaded:
    """Reads the layers, as ``assess`` does.

    Parameters
    ----------
    given
        Files and options of the run.
    """
    return load_layers(given)


def run(
    loaded: Loaded,
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    grid: Grid | None = None,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> SensitivityResult:
    """Asks every class under other settings, other draws of the data, and at the end of every month.

    Parameters
    ----------
    first, last
        Of the timeline; by default :data:`MONTHS` months up to `as_of`.
    draws, seed
        How many draws of the incidents' own uncertainty, and where chance begins.
    grid
        Factors of radii, windows and counts.
    loaded
        What was read of the inputs.
    as_of
        The day that is asked about: time of events, not of knowledge.
    rules
        The rule set with its settings.
    now
        When the run is made; None: now.
    progress
        Is told how far the work is; None: nobody asks.

    Raises
    ------
    InputError
        The months or the number of draws are no such.
    """
    rules, grid = rules or default_rules(), grid or Grid()
    step_done: Progress = progress or (lambda _what, _done, _total: None)
    if not 1 <= draws <= MOST_DRAWS:
        raise InputError(
            "The number of draws is not usable.", where="--draws", expected=f"1 to {MOST_DRAWS}", got=str(draws)
        )
    days = month_ends(first, last or as_of)
    inputs = [dict(i) for i in loaded.inputs]
    sites, unused = sites_at(loaded.sites, as_of, inputs)
    explains_last = days[-1] == as_of
    result = assess_loaded(loaded, sites, as_of, rules, engine=functools.partial(assess, explain=explains_last))
    at_last = result if explains_last else assess_loaded(loaded, sites_at(loaded.sites, days[-1])[0], days[-1], rules)
    counted, withheld = open_of_sites(at_last.evidence_columns, rules)
    incidents = prepare(loaded.incidents)
    done = wide_pass(rules, result, incidents, grid)
    codes = sweep(done, grid)
    drawn = shares(
        done, placed_in_units(loaded, incidents), draws=draws, seed=seed,
        progress=lambda k, n: step_done("draws", k, n),
    )  # fmt: skip
    step_done("dates", 0, len(days))
    months = timeline(at_dates(loaded, days, rules))
    step_done("dates", len(days), len(days))
    settings = {
        **recorded(loaded, as_of), "from": days[0].isoformat(), "to": days[-1].isoformat(), "draws": draws,
        "seed": seed, "grid": {k: list(getattr(grid, k)) for k in ("radius", "window", "count")},
    }  # fmt: skip
    record = export.run_record(result, rules, inputs, settings, now, counted, withheld) | marks(*layers(loaded))
    rejected = export.rejected_rows([loaded.rejected, *unused])
    return SensitivityResult(
        done, grid, codes, flips(done), stability(done, grid, codes), what_matters(done, grid, codes), drawn, months,
        counted, rejected, record,
    )  # fmt: skip


def wide_pass(rules: Rules, result: Assessment, incidents: Incidents, grid: Grid) -> Pass:
    """One pass that reaches as far as the grid and as :func:`geo.sensitivity.flip.flips` search.

    Parameters
    ----------
    rules
        The rule set with its settings.
    result
        The assessment of the day.
    incidents
        The incidents of the run, prepared.
    grid
        Factors of radii, windows and counts.
    """
    longest = max((r.longest_months for r in distance_rules(rules)), default=0)
    return prepare_pass(
        rules, result, incidents, radius_factor=max(REACH, grid.radius[-1]),
        months=max(longest * REACH, whole(longest, grid.window[-1])),
    )  # fmt: skip


def month_ends(first: dt.date | None, last: dt.date) -> list[dt.date]:
    """The last day of every month from `first`, the last one at `last` itself; 60 of them without `first`.

    Parameters
    ----------
    first
        Any day of the first month; None: 60 months up to `last`.
    last
        The last day; it stands for the end of its own month.

    Examples
    --------
    >>> [str(d) for d in month_ends(dt.date(2016, 7, 20), dt.date(2016, 9, 19))]
    ['2016-07-31', '2016-08-31', '2016-09-19']
    >>> len(month_ends(None, dt.date(2016, 9, 19)))
    60
    """
    final = pd.Period(last, "M")
    begin = pd.Period(first, "M") if first else final - (MONTHS - 1)
    if (first and first > last) or (final - begin).n >= 2400:
        raise InputError(
            "There is no month in this span.", where="--from, --to", expected="a first day not after the last",
            got=f"{first} to {last}",
        )  # fmt: skip
    ends = [p.end_time.date() for p in pd.period_range(begin, final, freq="M")]
    return [*ends[:-1], last]


def timeline(passed: ManyDates) -> pd.DataFrame:
    """`site_id, source, month, site_class, zone_status` and the rules that fired, by site, then month.

    Parameters
    ----------
    passed
        The sites at the end of every month.
    """
    dates, n = passed.site_class.shape
    keys = passed.sites_at(0)[["source", "site_id"]]
    order = np.lexsort((keys["site_id"].to_numpy(dtype=object), keys["source"].to_numpy(dtype=object)))
    month = to_dates(passed.days).astype("datetime64[M]").astype(str).astype(object)
    fired = passed.rules_fired()
    columns = {
        "site_id": np.repeat(keys["site_id"].to_numpy(dtype=object)[order], dates),
        "source": np.repeat(keys["source"].to_numpy(dtype=object)[order], dates),
        "month": np.tile(month, n),
        "site_class": np.array(BY_RANK, dtype=object)[passed.site_class.T[order].ravel()],
        "zone_status": np.array(ZONE_STATUSES, dtype=object)[passed.zone_status.T[order].ravel()],
        "rules_fired": fired.T[order].ravel(),
    }
    return pd.DataFrame({name: pd.array(values, dtype="str") for name, values in columns.items()})


def placed_in_units(loaded: Loaded, incidents: Incidents) -> dict[int, tuple[Units, IncidentUnits]]:
    """Districts and regions with the incidents that their labels name, for those whose place is known no closer.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    incidents
        The incidents, ready to be asked.
    """
    aliases, out = unit_aliases(), {}
    for layer in loaded.boundaries:
        if layer.level in (1, 2):
            units = Units(layer.level, layer, aliases)
            out[layer.level] = (units, incident_units(incidents, units))
    return out
