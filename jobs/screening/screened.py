"""The columns of `screening.csv`: those of the schema, with the sentence why in every finished language."""

from __future__ import annotations

from geo.columns import Column, Table
from geo.screening.schema import SCREENED
from i18n.languages import finished


def screened() -> Table:
    """The columns of :data:`geo.screening.schema.SCREENED`, and `why_<code>` of each language that it does not name.

    Examples
    --------
    >>> screened() == SCREENED  # English and French
    True
    """
    named = {column.name for column in SCREENED}
    others = (code for code in finished() if f"why_{code}" not in named)
    return (
        *SCREENED,
        *(Column(f"why_{code}", "text", f"the same in the language {code}", "rejected") for code in others),
    )
