"""What stands beside the classes of one site: lists, schemes and statuses, and dated facts of visits, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.screening.origin_checks import dodd_frank
from geo.time_window import to_days
from i18n import labels
from i18n.translator import Translator
from jobs.assessment.site_profile import Profile
from layers.reference.legal_schemes import covered_countries

FACTS = ("children_under_15", "mercury", "traceability", "state_services")
"""Facts of visits that OECD Annex II and due diligence ask for; none is part of a class."""


def listings(it: Profile, translate: Translator) -> list[tuple[str, str]]:
    """Column name and what it says at the date, dated where it has a date; what is not known says so.

    EU list, Kimberley restriction, Dodd-Frank, ICGLR certification, DRC qualification: each its own line.

    Parameters
    ----------
    it
        The site with all that is said of it.
    translate
        Speaks the reader's language.
    """
    _, site = translate, it.site
    areas = _.joined(
        f"{row.status}, {span(row.date_start, row.date_end, _)}" for row in it.lists.itertuples(index=False)
    )
    eu = answered(site["eu_listed"], _) + (f" ({areas})" if areas else "")
    out = [("eu_listed", eu), ("kp_restricted", answered(site["kp_restricted"], _))]
    covered = dodd_frank(
        np.array([site["country"]], dtype=object), pd.Series([site["minerals"]], dtype="str"), to_days([it.day]),
        covered_countries(),
    )  # fmt: skip
    out.append(("dodd_frank", _(labels.DODD_FRANK[str(covered[0])])))
    colour = labels.value("rcm_status", site["rcm_status"], _) or _("none known")
    if site["rcm_status"]:
        basis = labels.value("rcm_status_basis", site["rcm_status_basis"], _)
        colour += f" ({basis}), {_('inspected on {day}', day=_.date(site['rcm_status_date']))}"
    out.append(("rcm_status", colour))
    colour = labels.value("drc_status", site["drc_status"], _) or _("none known")
    out.append(("drc_status", f"{colour}, {_.date(site['drc_status_date'])}" if site["drc_status"] else colour))
    return out


def facts(it: Profile, translate: Translator) -> list[tuple[str, str]]:
    """Column name and what the newest visit that speaks of it says, with its day; only what some visit says.

    Parameters
    ----------
    it
        The site with all that is said of it.
    translate
        Speaks the reader's language.
    """
    _ = translate
    out = []
    for name in FACTS:
        column = it.visits[name]
        filled = column[column.notna() & (column != "")]
        if len(filled):
            value = filled.iloc[0]
            words = str(value).replace(";", ", ") if isinstance(value, str) else answered(value, _)
            out.append((name, f"{words}, {_.date(it.visits['visit_date'].loc[filled.index[0]])}"))
    return out


def answered(value: object, translate: Translator) -> str:
    """True, false or blank in words.

    Parameters
    ----------
    value
        True, false, or missing where it is not known.
    translate
        Speaks the reader's language.
    """
    if value is None or value is pd.NA or value != value:
        return translate("not known")
    return translate("yes") if value else translate("no")


def span(first: object, last: object, translate: Translator) -> str:
    """Two days, the last exclusive or open.

    Parameters
    ----------
    first
        The first day.
    last
        The day after the last; missing where the span is open.
    translate
        Speaks the reader's language.
    """
    return f"{translate.date(first)} – {translate.date(last) or translate('no stated end')}"
