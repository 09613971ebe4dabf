"""Words for the rows of a track record."""

from __future__ import annotations

from functools import lru_cache

from i18n import labels
from i18n.translator import N_, Translator

KINDS = {
    "class": N_("Classes"),
    "rule": N_("Rules"),
    "rule_alone": N_("Rules where they alone fired"),
    "intensity": N_("Order within a class"),
    "baseline": N_("Baselines: what a class has to beat"),
}
NAMES = {
    "site_class": N_("site class, three levels"),
    "area_class": N_("area class, three levels (context)"),
    "incident_intensity": N_("incident intensity"),
    "base_rate": N_("base rate: every place"),
    "region_25_deaths": N_("25 deaths or more in the region in 12 months"),
    "count_50km_12m": N_("incidents within 50 km in 12 months"),
    "count_20km_10y": N_("incidents within 20 km in 10 years"),
    "persistence": N_("a hit in the period before"),
    "conflict-affected or high-risk": N_("look where conflict-affected or high-risk"),
    "conflict-affected": N_("conflict-affected"),
}
LEFT_OUT = {
    "no position": N_("the position is not known"),
    "outcome not covered": N_("what followed is not covered by the incidents loaded"),
}
NOT_A_FORECAST = N_(
    "This says how often the outcome followed in the past, at these places and dates. It is not a forecast for any "
    "site, and no class is a probability."
)
HINDSIGHT = N_(
    "Each date is judged with what the data say of it today, which may be more than was known then. "
    "A place without an incident on record is not a calm place: an incident that nobody recorded counts as none."
)
RANDOM_NOTE = N_("Random points on land are not mines: most of them lie where nobody is, and figures of sites differ.")


def name_of(kind: str, name: str, _: Translator) -> str:
    """The name of a row in the reader's language; a rule keeps its id.

    Parameters
    ----------
    kind
        Kind of the row, a key of :data:`KINDS`.
    name
        Name of the row within its kind, such as `C1`.
    _
        Speaks the reader's language.
    """
    if kind == "class" and name in labels.CLASSES:
        return _(labels.CLASSES[name])
    return _(NAMES[name]) if name in NAMES else name


def percent(value: object, _: Translator, digits: int = 1) -> str:
    r"""A share as a percentage; blank for a missing value.

    >>> from i18n.translator import translator
    >>> percent(0.3149, translator("en")), percent(0.3149, translator("fr")), percent(float("nan"), translator("fr"))
    ('31.5%', '31,5\xa0%', '')

    Parameters
    ----------
    value
        A share from 0 to 1; missing where nothing could be asked.
    _
        Speaks the reader's language.
    digits
        Digits after the decimal sign.
    """
    text = _.number(None if value is None else float(str(value)) * 100, digits)
    return text + _sign(_.language) if text else ""


@lru_cache(maxsize=16)
def _sign(language: str) -> str:
    """What stands behind the number of a percentage: after a space where the language has one."""
    from babel import Locale

    spaced = any(letter.isspace() for letter in Locale.parse(language).percent_formats[None].pattern)
    return "\u00a0%" if spaced else "%"


def span(low: object, high: object, _: Translator) -> str:
    """An interval of percentages; blank where there is none.

    Parameters
    ----------
    low
        Lower bound, a share from 0 to 1.
    high
        Upper bound, a share from 0 to 1.
    _
        Speaks the reader's language.
    """
    first, last = percent(low, _), percent(high, _)
    return f"{first.removesuffix(_sign(_.language))}–{last}" if first and last else ""
