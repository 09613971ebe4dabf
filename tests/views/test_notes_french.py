"""What is said of a reader's files on a French page: no note, remark or refusal stays English."""

from __future__ import annotations

import hashlib
import re

import pytest
from streamlit.testing.v1 import AppTest

from i18n import row_messages
from tests.layers.test_notes import templates
from views.data_choice import File
from views.navigation import FOLDER

SITES = b"site_id,name,lat,lon,minerals,country\nX1,Pit,4.2,16.1,gold,CAF\nX1,Pit,4.2,16.1,gold,CAF\n"
SITES += b"X2,Pit,x,16.1,gold,CAF\n"
PROGRAMMES = (
    "programme_id;title;donor;type;start;country;lat;lon;radius_km\n"
    "P1;Unité;Bailleur;formalisation;2015-01-01;CAF;4.2;16.1;20\n\n"
    "P2;Deux;Bailleur;formalisation;jamais;CAF;4.2;16.1;20\n"
    "P3;Trois;Bailleur;formalisation;2015-01-01;Atlantis;4.2;16.1;20\n"
).encode("cp1252")
SUPPLIERS = b"supplier_id;site_name;lat;lon;country;mineral\nA;Pit;4,2;16,1;Atlantis;unobtainium\n"
SUPPLIERS += b"A;Pit;4,2;16,1;CAF;or\n"


def own_sites(content: bytes) -> dict[str, File]:
    """One list of sites as the session keeps it."""
    return {"sites/x": File("sites", "s.csv", hashlib.sha256(content).hexdigest(), content)}


def opened(page: str, **state: object) -> AppTest:
    app = AppTest.from_file(str(FOLDER / page), default_timeout=90)
    app.query_params["lang"] = "fr"
    app.query_params["demonstration"] = "0"
    app.run()
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


def page_texts(app: AppTest) -> str:
    """All texts of a page, and the cells of its tables that hold words of ours."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error", "expander")
    found = [str(getattr(e, "value", "") or getattr(e, "label", "")) for kind in kinds for e in app.get(kind)]
    for frame in app.dataframe:
        found += [str(cell) for column in frame.value.columns for cell in frame.value[column]]
    return "\n".join(found).replace("\\", "")


def english_left(text: str) -> list[str]:
    """Templates of notes and remarks whose English words stand in a text; single words are no template."""
    forms = [*templates(), *row_messages.REMARKS, *row_messages.NOTES, *row_messages.EXPECTED]
    left = []
    for form in forms:
        parts = [p.strip(" .;:()") for p in re.split(r"\{[^}]*\}", form)]
        longest = max(parts, key=len)
        if len(longest.split()) >= 3 and longest in text:
            left.append(form)
    return left


def test_the_search_finds_an_english_note():
    assert english_left("a.csv: 3 blank rows that could not be read.")
    assert not english_left("a.csv\xa0: 3 lignes vides ignorées.")


def test_notes_on_programmes_are_french():
    app = opened(
        "programmes.py",
        files=own_sites(SITES) | {"p": File("programmes", "p.csv", "a" * 64, PROGRAMMES)},
    )
    assert not app.exception
    text = page_texts(app)
    assert english_left(text) == []
    assert "Pays non reconnus\xa0: Atlantis" in text
    assert "Il n'y a pas de colonne pour la fin" in text
    assert "1 ligne vide ignorée." in text


@pytest.mark.parametrize("page", ["explore.py", "companies.py"])
def test_rows_not_used_are_told_in_french(page):
    app = opened(
        page,
        files=own_sites(SITES) | {"l": File("suppliers", "list.csv", "b" * 64, SUPPLIERS)},
        q_supplier="A",
    )
    assert not app.exception
    text = page_texts(app)
    assert english_left(text) == []
    assert "une ligne par identifiant" in text or page == "companies.py"
    if page == "companies.py":
        assert "pays non reconnu\xa0: Atlantis" in text
        assert "minerai non reconnu\xa0: unobtainium" in text


@pytest.mark.parametrize(
    ("content", "french"),
    [
        (b"%PDF-1.4", "un PDF"),
        (b"\x1f\x8b\x08", "Donnez-lui l'extension de ce qu'il contient."),
        (b"site_id,lat,lon\n,4,16\n", "sites miniers"),
        (b"colour,size\nred,1\n", "Longitude, Latitude"),
    ],
)
def test_a_refusal_is_french_throughout(content, french):
    app = opened("explore.py", files=own_sites(content))
    text = page_texts(app)
    assert french in text
    assert english_left(text) == []
    assert "Expected" not in text
