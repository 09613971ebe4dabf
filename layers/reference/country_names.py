"""Names of countries in the reader's language, from data/countries.csv."""

from __future__ import annotations

from functools import cache

from i18n.languages import SOURCE
from i18n.translator import Translator, translator
from layers.reference.tables import rows


def country_name(iso3: str, translate: Translator) -> str:
    """The name of a country by its ISO 3166 alpha-3 code, in the reader's language; the code where it has none.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> country_name("CAF", translator("fr")), country_name("XXX", translator("en"))
    ('République centrafricaine', 'XXX')
    """
    named = _country_names(translate.language).get(iso3, "")
    return named or _country_names(SOURCE).get(iso3, iso3)


class CountryName(str):
    """A country that a :class:`geo.messages.Note` names in the reader's language; its English name elsewhere.

    Examples
    --------
    >>> from geo.messages import Note
    >>> from i18n.translator import translator
    >>> said = Note("{country}", country=CountryName.of("CMR"))
    >>> str(said), said.sentence(translator("fr"))
    ('Cameroon', 'Cameroun')
    """

    iso3: str = ""

    @classmethod
    def of(cls, iso3: str) -> CountryName:
        """The country of an ISO 3166 alpha-3 code."""
        made = cls(country_name(iso3, translator("en")))
        made.iso3 = iso3
        return made

    def sentence(self, translate: Translator) -> str:
        """Its name in the language of `translate`."""
        return country_name(self.iso3, translate) if isinstance(translate, Translator) else str(self)


@cache
def _country_names(language: str) -> dict[str, str]:
    """Names as the table has them; in a language that it has not, those of CLDR."""
    table = rows("countries.csv")
    own = f"name_{language}"
    if own in table[0]:
        return {row["iso3"]: row[own] for row in table}
    from babel import Locale, UnknownLocaleError

    try:
        territories = Locale(language).territories
    except UnknownLocaleError:
        return {}
    return {row["iso3"]: str(territories.get(row["iso2"], "")) for row in table}
