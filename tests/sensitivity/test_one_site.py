"""One site asked alone says what all sites asked together say, and the sentence names its nearest flip."""

from __future__ import annotations

import pytest

from geo.assess import assess
from geo.records.incidents import prepare
from geo.sensitivity.scaling import Grid
from geo.sensitivity.sweep import sweep
from i18n.translator import translator
from jobs.sensitivity.job import wide_pass
from jobs.sensitivity.one_site import heat_blocks, one_site, sentence
from layers.formats.writers.blocks_html import html_of
from layers.maps import styles
from layers.reference.rule_files import default_rules
from tests import frames

RULES = default_rules()


@pytest.fixture(scope="module")
def scene():
    sites = frames.sites({"site_id": "a"}, {"site_id": "b", "lon": 20.1}, {"site_id": "c", "lon": 27.0, "lat": 10.0})
    incidents = frames.incidents({"day": "2018-06-01", "lon": 20.25, "lat": 6.0, "record_id": "far", "deaths_best": 3})
    options = {"as_of": "2018-12-31", "coverage": frames.coverage("CAF"), "outlines": frames.outlines()}
    return assess(sites, incidents, rules=RULES, explain=False, **options), prepare(incidents)


def test_alone_and_together_are_the_same(scene):
    result, incidents = scene
    together = sweep(wide_pass(RULES, result, incidents, Grid()), Grid())
    for row in range(3):
        assert (one_site(result, row, incidents, RULES).codes[..., 0] == together[..., row]).all()


@pytest.mark.parametrize(
    ("language", "row", "said"),
    [
        ("en", 0, "It would turn high-risk if H1 reached to 27.7 km instead of 20 km."),
        ("en", 2, "No single radius up to three times the limit, window or count would change it."),
        ("fr", 0, "H1 portait à 27,7 km au lieu de 20 km."),
    ],
)
def test_the_sentence_names_what_turns_it_first(scene, language, row, said):
    result, incidents = scene
    text = sentence(one_site(result, row, incidents, RULES), translator(language))
    assert said in text
    assert "360" in text


def test_the_heat_table_says_sign_and_word_and_is_tinted(scene):
    result, incidents = scene
    one = one_site(result, 0, incidents, RULES)
    _note, table = heat_blocks(one, translator("fr"))
    assert [len(row) for row in table.rows] == [6] * 6
    at = table.rows[one.grid.radius.index(1.5)][1 + one.grid.window.index(1.0)]
    assert (table.head[3], at) == ("× 1", "▲ à haut risque")
    classes = one.heat()
    for (r, c), colour in table.fills.items():
        assert colour == styles.CLASS_TINTS[classes.iloc[r, c - 1]]
    page = html_of([table])
    assert page.count(styles.CLASS_TINTS["high-risk"]) == int((classes == "high-risk").to_numpy().sum()) > 0
