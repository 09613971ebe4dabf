"""Sites whose own facts change: each is passed once for every form that it had; a date takes the form of then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.dates.flags import Flags
from geo.dates.many import ManyDates

Ints = npt.NDArray[np.int64]

ASKED = ("lon", "lat", "coord_precision_km", "country", "country_basis", "admin1", "admin2", "minerals")
"""What rules and gaps ask of a site."""
FOUND = ("country", "country_basis", "admin1", "admin2", "admin_basis")
"""What a pass finds out about a site."""
CODES = ("site_class", "area_class", "zone_status")
FLAGS = ("fired", "unknown", "gaps", "area_gaps")


def many_versions(forms: pd.DataFrame, site: Ints, row: Ints, passed: Callable[[pd.DataFrame], ManyDates]) -> ManyDates:
    """One pass for each form of the sites, put together.

    Parameters
    ----------
    forms
        :data:`geo.schema.SITES`, one row for each form of a site.
    site
        The site of each form, numbered as :func:`geo.readiness.ready` orders them.
    row
        Which form holds at each date, shape (dates, sites).
    passed
        :func:`geo.dates.many.many_dates` of some of the sites.
    """
    kind, first = _kinds(forms, site)
    columns = row.shape[1]
    held = kind[row]
    found = {name: np.full(len(forms), "", dtype=object) for name in FOUND}
    base: ManyDates | None = None
    codes: dict[str, npt.NDArray[np.int8]] = {}
    flags: dict[str, dict[str, npt.NDArray[np.bool_]]] = {}
    for k in range(int(kind.max(initial=0)) + 1):
        mine = first[kind[first] == k]
        at = site[mine]
        part = passed(forms.iloc[mine].reset_index(drop=True))
        if base is None:  # every site has a first form
            base = part
            codes = {name: getattr(part, name).copy() for name in CODES}
            flags = {n: {f: getattr(part, n).of_all(f) for f in getattr(part, n)} for n in FLAGS}
        here = held[:, at] == k
        for name in CODES:
            codes[name][:, at] = np.where(here, getattr(part, name), codes[name][:, at])
        for n in FLAGS:
            for f in flags[n]:
                flags[n][f][:, at] = np.where(here, getattr(part, n).of_all(f), flags[n][f][:, at])
        of_site = np.full(columns, -1, np.int64)
        of_site[at] = np.arange(len(at))
        alike = np.flatnonzero(kind == k)
        for name in FOUND:
            found[name][alike] = part.sites[name].to_numpy(dtype=object)[of_site[site[alike]]]
    assert base is not None
    fired, unknown, gaps, area_gaps = (Flags.of(flags[n], columns) for n in FLAGS)
    return ManyDates(
        base.rules, forms.assign(**{n: pd.array(v, dtype="str") for n, v in found.items()}), base.days,
        codes["site_class"], codes["area_class"], codes["zone_status"], fired, unknown, gaps, area_gaps, row,
    )  # fmt: skip


def _kinds(forms: pd.DataFrame, site: Ints) -> tuple[Ints, Ints]:
    """Which of the forms of its site each row is, as far as a rule could tell, from 0; and the first row of each."""
    code = site
    for name in ASKED:
        own, values = pd.factorize(forms[name])
        code = pd.factorize(code * (len(values) + 1) + own + 1)[0].astype(np.int64)
    _, first, alike = np.unique(code, return_index=True, return_inverse=True)
    first = np.sort(first)
    number = np.zeros(len(first), np.int64)
    order = np.argsort(site[first], kind="stable")
    begins = np.flatnonzero(np.diff(site[first][order], prepend=-1))
    number[order] = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    # Codes are numbered by their first row, so that they stand as those do.
    return number[alike], first
