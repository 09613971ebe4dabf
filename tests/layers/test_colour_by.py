"""What sites are coloured by: every site has a row, what is not known is never a number, shape tells as colour does."""

from __future__ import annotations

import base64

import numpy as np
import pandas as pd
import pytest
import shapely

from i18n.translator import translator
from layers.maps import colour_by
from layers.maps.blob import blob
from layers.maps.colour_by import LEFT_AS_IS, ColourBy
from layers.maps.map import Line
from layers.maps.styles import LINES, PURPLE, Style
from tests.layers.frames import assessed

EN = translator("en")


def keys(**columns: object) -> dict[str, list[str]]:
    base = {"minerals": [""], "armed_presence": [""], "workers": [np.nan], "visit_age_days": [np.nan]}
    n = max([1, *(len(v) for v in columns.values())])
    frame = pd.DataFrame({k: columns.get(k, v * n) for k, v in base.items()})
    return {c.key: [c.styles[k].key for k in c.codes] for c in colour_by.of_sites(frame)}


def test_what_is_not_known_has_its_own_row_and_is_never_nought():
    assert keys() == {"mineral": ["not_known"], "actor": ["not_known"], "workers": ["not_known"], "age": ["no_visit"]}
    assert keys(workers=[0.0, 49, 50, 199, 200, 999, 1000])["workers"] == ["0", "1", "50", "50", "200", "200", "1000"]


def test_minerals_and_ages_fall_into_the_row_that_names_them():
    said = ["gold", "gold;coltan", "copper;cobalt", "amethyst", "amethyst;zinc", "diamond"]
    assert keys(minerals=said)["mineral"] == ["gold", "several", "copper_cobalt", "other", "several", "diamond"]
    days = [0, 365.25, 366, 730.5, 731, 1826.25, 1827]
    assert keys(visit_age_days=days)["age"] == ["12", "12", "24", "24", "60", "60", "old"]


@pytest.mark.parametrize("table", [colour_by.MINERALS, colour_by.ACTORS, colour_by.WORKERS, colour_by.AGES])
def test_no_two_rows_of_a_choice_share_a_shape(table):
    assert len({(s.shape, s.hollow) for s in table}) == len(table)


def test_the_blob_carries_a_code_for_every_drawn_site_and_counts_them():
    sites = assessed(9)
    sites.loc[2, "lon"] = np.nan
    made = blob(EN, sites=sites, colours=colour_by.of_sites(sites), colour="mineral")
    assert made["colour"] == "mineral"
    for choice in made["colours"]:
        codes = base64.b64decode(choice["codes"])
        assert len(codes) == 8
        assert max(codes) < len(choice["styles"])
        assert sum(int(row["n"]) for row in choice["group"]["rows"]) == 8
    assert blob(EN, sites=sites, colours=colour_by.of_sites(sites), colour="<b>")["colour"] == ""


def test_lines_can_be_coloured_too_and_the_others_keep_their_row():
    line = shapely.LineString([(15, 4), (16, 5)])
    lines = [Line(line, "programme"), Line(line, "trade"), Line(line, "programme")]
    donors = (Style("a", "A", PURPLE, dash=(8, 3)), Style("b", "B", PURPLE, dash=(2, 2)))
    by = ColourBy("donor", "donor", donors, np.array([0, LEFT_AS_IS, 1], np.uint8), on="lines")
    made = blob(EN, lines=lines, colours=[by])
    rows = [row["key"] for row in made["colours"][0]["group"]["rows"]]
    assert rows == ["donor/a", "donor/b", "lines/trade"]
    assert "trade" in {s.key for s in LINES}
