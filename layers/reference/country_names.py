"""Names of countries in the reader's language, from data/countries.csv."""

from __future__ import annotations

from functools import cache

from i18n.translator import Translator
from layers.reference.tables import rows


def country_name(iso3: str, translate: Translator) -> str:
    """The name of a country by its ISO 3166 alpha-3 code, in the reader's language; the code where it has none.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> country_name("CAF", translator("fr")), country_name("XXX", translator("en"))
    ('République centrafricaine', 'XXX')
    """
    return _country_names().get(iso3, {}).get(translate.language, iso3)


@cache
def _country_names() -> dict[str, dict[str, str]]:
    return {row["iso3"]: {"en": row["name_en"], "fr": row["name_fr"]} for row in rows("countries.csv")}
