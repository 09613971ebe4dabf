"""Words for the codes and columns of programmes; see :mod:`i18n.labels` for those of sites and evidence."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.programmes.money import UNNAMED
from i18n import column_labels
from i18n import labels as words
from i18n.translator import N_, Translator
from jobs.programmes.types import labels
from layers.reference.country_names import country_name

STATES = {
    "active": N_("active"),
    "ended": N_("ended"),
    "not_begun": N_("not begun"),
    "undated": N_("without a start"),
    "pipeline": N_("in preparation"),
    "cancelled": N_("cancelled"),
    "closed": N_("closed, without an end"),
    "finalisation": N_("being closed, without an end"),
    "suspended": N_("suspended"),
}

PLACES = {
    "polygon": N_("polygon"),
    "admin": N_("administrative unit"),
    "point": N_("point"),
    "country": N_("country"),
    "region": N_("several countries"),
}
"""The best kind of place that a programme gives."""

LED = {
    "stated": N_("stated"),
    "title": N_("title"),
    "text": N_("text"),
    "sector": N_("sector"),
    "parts": N_("parts"),
    "whole": N_("whole"),
}
"""What led to a type of a programme, as `type_basis` begins it."""

REASONS = {
    "country": N_("country-wide"),
    "region": N_("several countries"),
    "stacked_points": N_("one point stands for the country"),
    "no_radius": N_("a point without a stated radius"),
    "unit_not_found": N_("no site lies in the unit, or the unit is not known"),
    "no_place": N_("names no place"),
}

KINDS_OF_MONEY = {
    "budget": N_("budget"),
    "commitment": N_("commitment"),
    "disbursement": N_("disbursement"),
    "expenditure": N_("expenditure"),
    "planned": N_("planned disbursement"),
}

COLUMNS = {
    "kind": N_("Kind of money"),
    "year": N_("Year"),
    "area": N_("Area"),
    "currency": N_("Currency"),
    "amount": N_("Amount"),
    "amount_converted": N_("Amount, converted"),
    "currency_converted": N_("Converted to"),
    "amount_in_rows": N_("Sum of the rows"),
    "amount_in_several_places": N_("In several places"),
    "programme_type": N_("Type"),
    "programme_id": N_("Programme"),
    "title": N_("Title"),
    "donor": N_("Donor"),
    "donors": N_("Donors"),
    "programmes": N_("Programmes"),
    "types": N_("Types"),
    "countries": N_("Countries"),
    "reason": N_("Why not on the map"),
    "state": N_("State"),
    "budget_text": N_("Budget as given"),
    "end": N_("End"),
    "start": N_("Start"),
    "unmapped": N_("Leads to no type"),
    "coordination_body": N_("Coordination"),
    "implementer": N_("Implementer"),
    "sites": N_("Sites"),
    "at_risk_sites": N_("At risk"),
    "insufficient_sites": N_("Too little known"),
    "at_risk_covered": N_("At risk, covered"),
    "at_risk_not_applicable": N_("At risk, makes no sense there"),
    "at_risk_unknown": N_("At risk, unknown"),
    "may_touch": N_("May touch it"),
    "type_basis": N_("What led to the type"),
    "workers_unknown_sites": N_("Sites without a count"),
    "gaps": N_("Gaps"),
    "gaps_certain": N_("Gaps, certain"),
    "gaps_possible": N_("Gaps, possible"),
    "overlaps": N_("Overlaps"),
    "workers": N_("Workers"),
    "workers_at_risk": N_("Workers at risk"),
    "workers_uncovered": N_("Workers in gaps"),
    "candidate": N_("District"),
    "gaps_total": N_("Gaps closed so far"),
}


def heading(name: str, translate: Translator) -> str:
    """The heading of a column.

    Parameters
    ----------
    name
        Name of the column.
    translate
        Speaks the reader's language.
    """
    return translate(COLUMNS[name]) if name in COLUMNS else column_labels.column(name, translate)


def basis(text: str, kinds: Mapping[str, str], translate: Translator) -> str:
    r"""What led to each type, with our own words said in the reader's language; words of a text stay as they are.

    Parameters
    ----------
    text
        A value of `type_basis`.
    kinds
        The words for each type.
    translate
        Speaks the reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> basis("mapping = title: cadastre; kp_compliance = parts: 2/3", labels("fr"), translator("fr"))
    'Cartographie = titre\xa0: cadastre\xa0; Conformité au KP = parties\xa0: 2/3'
    """
    parts_ = []
    for part in filter(None, text.split("; ")):
        kind, sign, how = part.partition(" = ")
        led, colon, rest = how.partition(": ")
        led = translate(LED[led]) if led in LED else led
        parts_.append(f"{kinds.get(kind, kind)}{sign}{translate.pair(led, rest) if colon else led}")
    return translate.joined(parts_)


def worded(frame: pd.DataFrame, columns: list[str], translate: Translator) -> pd.DataFrame:
    """`columns` of the frame with their codes in words.

    Parameters
    ----------
    frame
        Rows of any table of programmes.
    columns
        Names of the columns wanted, in their order.
    translate
        Speaks the reader's language.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> worded(pd.DataFrame({"types": ["mapping;traceability"], "state": ["ended"]}), ["types", "state"],
    ...        translator("en")).iloc[0].tolist()
    ['Mapping, Traceability', 'ended']
    """
    kinds = labels(translate.language)
    out = {}
    for name in columns:
        column = frame[name]
        if name in ("types", "programme_type"):
            column = column.map(lambda text: ", ".join(kinds.get(t, t) for t in str(text).split(";") if t))
        elif name == "type_basis":
            column = column.map(lambda text: basis(str(text), kinds, translate))
        elif name == "place":
            column = column.map(lambda code: translate(PLACES.get(str(code), str(code))))
        elif name == "area":
            column = column.map(lambda text: translate(UNNAMED) if text == UNNAMED else text)
        elif name == "state":
            column = column.map(lambda code: translate(STATES.get(str(code), str(code))))
        elif name == "reason":
            column = column.map(lambda code: translate(REASONS.get(str(code), str(code))))
        elif name == "country":
            column = column.map(lambda code: country_name(str(code), translate))
        elif name == "kind" and set(column) <= set(KINDS_OF_MONEY):
            column = column.map(lambda code: translate(KINDS_OF_MONEY[str(code)]))
        elif words.is_coded(name) and not pd.api.types.is_numeric_dtype(column):  # “gaps” may be counts
            column = column.map(lambda code, name=name: words.value(name, str(code), translate))
        out[name] = column
    return pd.DataFrame(out, index=frame.index)
