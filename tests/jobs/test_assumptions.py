"""What a run says that it took for granted."""

from __future__ import annotations

import pandas as pd

from i18n.translator import translator
from jobs.assumptions import assumptions
from layers.reference.rule_files import default_rules


def test_a_country_that_only_the_layout_tells_is_said_to_be_assumed():
    sites = pd.DataFrame(
        {
            "country": ["CAF", "CAF", "COD", "COD"],
            "country_basis": ["layout", "layout", "layout", "row"],
            "coord_precision_km": 1.0,
            "lon": 20.0,
        }
    )
    sentences = [note.sentence(translator("en")) for note in assumptions(sites, {}, default_rules())]
    assert [s for s in sentences if "country" in s] == [
        f"Sites that state no country: {n}, taken to lie in {c}, where files of their layout are from."
        for c, n in (("CAF", 2), ("COD", 1))
    ]
