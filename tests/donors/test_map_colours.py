"""Programmes on the map by donor or type: each active one under its own legend row, told apart by dash as well."""

from __future__ import annotations

import pytest

from geo.programmes.schema import TYPES
from i18n.translator import translator
from jobs.programmes.map import footprints_drawn
from jobs.programmes.map_colours import LOOKS, line_colours
from tests.donors.test_programme_export import demonstration


@pytest.fixture(scope="module")
def run():
    return demonstration()


def offered(run, types, language="en"):
    lines, whose = footprints_drawn(run.result, types, run.loaded.boundaries)
    assert len(lines) == len(whose) >= 3
    return whose, {c.key: c for c in line_colours(run.result, whose, types, run.donors, translator(language))}


def test_each_donor_has_its_own_row_and_no_two_look_alike(run) -> None:
    whose, choices = offered(run, TYPES)
    by, frame = choices["donor"], run.result.programmes.frame
    assert by.on == "lines"
    for programme, code in zip(whose, by.codes, strict=True):
        pair = frame["donor"].iloc[programme], frame["donor_ids"].iloc[programme]
        assert run.donors.joined(*pair) == [by.styles[code].text]
    assert len(set(by.codes.tolist())) > 2
    assert len({colour for colour, _ in LOOKS}) == len({dash for _, dash in LOOKS}) == len(LOOKS)
    assert len({style.dash for style in by.styles}) == len(by.styles)


def test_types_are_coloured_among_those_looked_at(run) -> None:
    whose, choices = offered(run, ("mapping", "traceability"), "fr")
    by, frame = choices["type"], run.result.programmes.frame
    words = {"mapping": "Cartographie", "traceability": "Traçabilité"}
    for programme, code in zip(whose, by.codes, strict=True):
        kinds = [t for t in frame["types"].iloc[programme].split(";") if t in words]
        assert by.styles[code].text == (words[kinds[0]] if len(kinds) == 1 else "plusieurs types")


def test_the_map_file_opens_coloured_by_donor(run) -> None:
    page = run.map_html("en").decode()
    assert '"colour":"donor"' in page
    for donor in {d for names in run.result.programmes.frame["donor"] for d in names.split(";")}:
        assert f'"text":"{donor}"' in page
