"""Notes keep their template: English as ever, French where the page is French, and nothing in between."""

from __future__ import annotations

import ast
import copy
import functools
import io
import json
import pickle
import re
import string
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely

from geo.errors import CahraError, FormatError, InputError
from geo.messages import Day, Note, joined
from geo.packed_notes import packed, unpacked
from i18n import row_messages
from i18n.translator import translator
from jobs.screening.supplier_list import read_suppliers
from layers.formats import UPLOAD, read
from layers.formats.reasons import REASONS, Reason, ReasonName
from layers.sources.boundaries import FAULTS, read_boundaries
from layers.sources.incidents import read_incidents
from layers.sources.layer import KINDS
from layers.sources.sites import read_sites
from scripts import messages

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
EN, FR = translator("en"), translator("fr")
SOURCES = [p for folder in ("geo", "i18n", "jobs", "layers") for p in sorted((ROOT / folder).rglob("*.py"))]


@functools.cache
def french() -> dict[object, object]:
    """What the French catalogue says, read once."""
    return {m.id: m.string for m in messages.french()}


@functools.cache
def templates() -> dict[str, str]:
    """Every literal template of a note in the code, with its place."""
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                text = node.args[0]
                if name in ("Note", "note") and isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found[text.value] = f"{path.name}:{node.lineno}"
    return found


def in_french(text: str) -> bool:
    """Whether a note and all the notes within it have a French form."""
    if isinstance(text, Reason | ReasonName):
        return text.template in REASONS
    if not isinstance(text, Note):
        return False
    own = text.template in french() or not re.search("[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text.template))
    return own and all(in_french(v) for v in text.params.values() if isinstance(v, Note))


def test_every_note_of_the_code_is_in_the_french_catalogue():
    said = {text: string for text, string in french().items() if isinstance(text, str)}
    here = templates()
    assert len(here) > 80
    assert {text: place for text, place in here.items() if not said.get(text)} == {}
    own = row_messages.REMARKS + row_messages.NOTES + row_messages.EXPECTED + KINDS + FAULTS
    assert [t for t in own if not said.get(t)] == []


def test_no_note_is_a_finished_sentence():
    """No f-string and no joined text is handed to what collects notes."""
    wrong = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            collected = node.func.attr == "append" and ast.unparse(node.func.value) == "notes"
            if (collected or node.func.attr == "note") and path.name != "map.py":
                given = node.args[0]
                fine = isinstance(given, ast.Constant | ast.Call) if node.func.attr == "note" else (
                    isinstance(given, ast.Call) and getattr(given.func, "id", "") == "Note"
                )  # fmt: skip
                if not fine:
                    wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


def test_every_template_can_be_filled_in_french():
    for text in templates():
        names = [n for _, n, _, _ in string.Formatter().parse(text) if n]
        sentence = Note(text, **dict.fromkeys(names, 1234.5)).sentence(FR) if names else Note(text).sentence(FR)
        assert "{" not in sentence
        assert not names or "1,234.5" not in sentence, text  # a number in English form


def test_a_note_is_its_english_text_everywhere():
    note = Note("{n} blank row{n?|s} {n?was|were} passed over.", n=1234)
    assert note == "1234 blank rows were passed over."
    assert json.dumps([note]) == '["1234 blank rows were passed over."]'
    assert note.sentence() == note.sentence(EN) == str(note) == f"{note}"
    assert note.sentence(FR) == f"{FR.number(1234)} lignes vides ignorées."


@pytest.mark.parametrize("again", [lambda n: pickle.loads(pickle.dumps(n)), copy.deepcopy, lambda n: unpacked(json.loads(json.dumps(packed(n))))])  # fmt: skip
def test_a_note_survives_another_process(again):
    shown = Note("{rows} and {n} more", rows="2, 3", n=4)
    note = Note("{reason} (rows {rows})", reason=Note("a {view}"), rows=shown)
    other = again(note)
    assert other == "a {view} (rows 2, 3 and 4 more)"
    assert other.sentence(FR) == note.sentence(FR) == "a {view} (lignes 2, 3 et 4 de plus)"


def test_values_of_a_file_are_never_templates_and_never_translated():
    note = Note("Read from the archive: {name}.", name="{0.__class__} a point")
    assert note.sentence(FR) == "Lu dans l'archive\xa0: {0.__class__} a point."
    assert joined(["a point", Note("a point")]).sentence(FR) == "a point, un point"


SITES = (
    "# a comment\nsite_id;name;lat;lon;minerals;country\n"
    "X1;Pit;4,2;16,1;gold;CAF\nX2;Pit;4,3;16,2;unobtainium;Atlantis\n\nX3;Pit;48,1;2,1;gold;CAF\n"
).encode("cp1252")
BOWTIE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"ADM2_FR": name},
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        }
        for name in ("Boda", "boda")
    ],
}


def layers_with_notes() -> list:
    packed_sites = io.BytesIO()
    with zipfile.ZipFile(packed_sites, "w") as archive:
        archive.writestr("inner.csv", SITES)
    ucdp = b"id,type_of_violence,where_prec,date_start,date_end,best,low,high,latitude,longitude,country\n"
    ucdp += b"1,1,1,2015-01-01,2015-01-01,5,9,9,4.2,16.1,Atlantis\n"
    return [
        read_sites(SITES, "sites.csv"),
        read_sites(packed_sites.getvalue(), "sites.zip"),
        read_boundaries(json.dumps(BOWTIE).encode(), "units.geojson", version="2015"),
        read_incidents(ucdp, "ged.csv"),
        read_suppliers(b"supplier_id;site_name;lat;lon;country\nA;Pit;4,2;16,1;Atlantis; CAF\n", "list.csv"),
        read("nom,né\nà,1\n".encode("cp1252"), "accents.csv"),
    ]


ENGLISH = [
    "A comment line before the header was passed over.",
    "1 blank row was passed over.",
    "Countries that could not be recognised: Atlantis (data/countries.csv).",
    "Coordinates with a decimal comma were read as decimal degrees. (3 rows)",
    "1 place lies outside the country that its row states (rows 6 (CAF)); taken as they are: a wrong number, or a "
    "false origin.",
    "Minerals that are not known and left out: unobtainium (data/mineral_names.csv).",
]


def test_english_notes_are_what_they_were():
    sites, zipped, units, incidents, _list, accents = layers_with_notes()
    assert sites.notes == ENGLISH
    assert zipped.notes == ["Read from the archive: inner.csv.", *ENGLISH]
    assert units.notes == [
        "2 polygons share the name of another unit: Boda, boda. Each stays a unit of its own.",
        "Boda was invalid (Self-intersection); repaired, its area changed by 6,154,387,643 m2.",
        "boda was invalid (Self-intersection); repaired, its area changed by 6,154,387,643 m2.",
    ]
    assert incidents.notes == [
        "1 row has a best estimate outside its low and high: the wider of them brackets it.",
        "Countries that could not be recognised: Atlantis.",
    ]
    assert accents.notes == ["The text is not UTF-8; it was read as cp1252, check the accents."]


def test_all_notes_of_readers_have_a_french_form():
    for layer in layers_with_notes():
        assert layer.notes
        for note in layer.notes:
            assert in_french(note), note
            assert row_messages.note(note, FR) != str(note)
            assert row_messages.note(note, EN) == str(note)


def test_refusals_are_french_throughout():
    def told(content: bytes, name: str, reader=read) -> str:
        with pytest.raises(InputError) as caught:
            reader(content, name, gateway=UPLOAD)
        return caught.value.sentence(FR)

    assert "une page HTML, qui peut contenir des scripts" in told(b"<html><body>", "a.csv")
    assert "Donnez-lui l'extension de ce qu'il contient." in told(b"\x1f\x8b\x08", "a.csv")
    assert "locale" not in told(b"x" * (UPLOAD.file_bytes + 1), "a.csv")
    assert "de la passerelle de téléversement" in told(b"x" * (UPLOAD.file_bytes + 1), "a.csv")
    assert "au plus" in told(b"x" * (UPLOAD.file_bytes + 1), "a.csv")
    said = told(b"site_id,name\n1,a\n", "a.csv", read_sites)
    assert "Longitude, Latitude" in said
    said = told(b"site_id,lat,lon\n,4,16\n,x,16\n", "a.csv", read_sites)
    assert "sites miniers" in said
    assert "La ligne n'a pas d'identifiant" in said
    assert "missing_id" not in said


def test_refusals_in_english_are_what_they_were():
    with pytest.raises(FormatError) as caught:
        read(b"%PDF-1.4", "a.csv")
    assert str(caught.value) == (
        "a.csv: The file is refused: it is a PDF. Expected: CSV, TSV, XLSX, JSON records, GeoJSON, TopoJSON, KML, KMZ, "
        "GPX, zipped shapefile, GeoPackage, GeoParquet."
    )
    with pytest.raises(InputError) as lacking:
        read_sites(b"site_id,lat,lon\n,4,16\n", "a.csv")
    assert str(lacking.value) == (
        "a.csv: No row can be used as mine sites. Expected: at least one usable row. Got: 1 × missing_id. Remedy: See "
        "the reason of each row, or choose the right kind of file."
    )


def test_what_a_row_was_expected_to_hold_is_said_in_french():
    layers = layers_with_notes()
    for layer in layers[:-1]:
        for text in [] if not hasattr(layer, "rejected") else layer.rejected["expected"]:
            assert row_messages.expected(text, FR) != text or not text
    assert row_messages.expected(
        "a place in CAF: longitude -180 to 180, latitude -90 to 90, degrees of WGS 84", FR
    ) == ("un lieu dans CAF\xa0: longitude de -180 à 180, latitude de -90 à 90, degrés WGS 84")
    assert row_messages.expected("a number", EN) == "a number"
    assert row_messages.got("Boda", FR) == "Boda"


def test_remarks_on_a_row_are_said_in_french_and_their_values_stay():
    rows = read_suppliers(
        b"supplier_id,site_name,country,mineral,route_countries\nA,Pit,Atlantis,unobtainium,CAF;Atlantis\n", "l.csv"
    ).rows
    text = rows["remarks"][0]
    assert text == (
        "country not recognised: Atlantis; mineral not recognised: unobtainium; route country not recognised: Atlantis"
    )
    assert row_messages.remarks(text, EN) == text
    assert row_messages.remarks(text, FR) == (
        "pays non reconnu\xa0: Atlantis\xa0; minerai non reconnu\xa0: unobtainium\xa0; "
        "pays du trajet non reconnu\xa0: Atlantis"
    )
    outside = "place outside the stated country: states COD, lies in BDI"
    assert row_messages.remarks(f"{outside}; mineral not recognised: x", FR) == (
        "lieu hors du pays indiqué\xa0: indique COD, se trouve dans BDI\xa0; minerai non reconnu\xa0: x"
    )
    assert row_messages.remarks("country not recognised: a; b", FR) == "pays non reconnu\xa0: a; b"


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is absent: the real files are not at hand")
def test_every_note_and_expectation_of_the_real_files_has_a_french_form():
    lacking = set()
    readers = (read, read_sites, read_incidents, read_boundaries, read_suppliers)
    count = 0
    for path in sorted(
        p
        for p in SHARED.rglob("*")
        if p.is_file() and p.stat().st_size < 300_000 and p.parent.name not in ("door", "bombs")
    ):
        for reader in readers:
            try:
                layer = reader(path)
            except CahraError as error:
                lacking |= {
                    str(v)
                    for v in (error.expected, error.got, error.remedy)
                    if isinstance(v, Note) and not in_french(v)
                }
                continue
            count += len(layer.notes)
            lacking |= {n for n in layer.notes if not in_french(n)}
            if hasattr(layer, "rejected"):
                known = {str(t) for t in layer.rejected["expected"]} - {""}
                lacking |= {t for t in known if row_messages.expected(t, FR) == t and "type" not in t and "YYYY" in t}
    assert count > 20
    assert lacking == set()


def test_what_a_child_remarks_is_said_in_french(tmp_path):
    """A reason that crosses from the child is still a reason, not its key."""
    path = tmp_path / "places.gpkg"
    frame = geopandas.GeoDataFrame({"id": ["A", "B"]}, geometry=[None, shapely.Point(16, 4, 300)], crs=4326)
    frame.to_file(path)
    notes = read(path).notes
    assert {"The row has no geometry. (rows 1)", "Heights or measures (Z, M) were left out. (rows 2)"} <= set(notes)
    assert all(in_french(note) for note in notes)
    assert "La ligne n'a pas de géométrie. (lignes 1)" in {note.sentence(FR) for note in notes}


def test_shapely_says_what_the_words_of_faults_name():
    """GEOS's words stand in the catalogue; a new one would stay English."""
    bow = shapely.from_wkt("POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))")
    hole = shapely.from_wkt("POLYGON((0 0, 1 0, 1 1, 0 1, 0 0), (5 5, 6 5, 6 6, 5 6, 5 5))")
    said = {shapely.is_valid_reason(shape).split("[")[0] for shape in (bow, hole)}
    assert said <= set(FAULTS)


def test_limits_and_grounds_of_the_rules_are_said_in_french():
    from geo.rules.registry import KINDS
    from i18n.evidence_messages import fixed_sentence
    from layers.reference.rule_files import default_rules

    english = re.compile(r"\b(of|months|within|events|deaths|declared|the)\b")
    for rule in default_rules().rules:
        limit = KINDS[rule.kind].limit(rule)
        assert limit
        assert not english.search(limit.sentence(FR)), rule.id
        assert limit.sentence(EN) == limit
        assert fixed_sentence(rule.ground, FR) != rule.ground


def test_a_rule_file_is_refused_in_french_and_in_english_as_before():
    from geo.errors import RuleError
    from geo.rules.rule_set import from_dict

    with pytest.raises(RuleError) as caught:
        from_dict({"version": "1", "settings": {"coverage_months": 0}, "rule": []})
    assert "Expected: a whole number from 1 to 600. Got: 0. Remedy: Correct coverage_months." in str(caught.value)
    assert "un nombre entier de 1 à 600" in caught.value.sentence(FR)
    assert "Corrigez coverage_months." in caught.value.sentence(FR)


def test_a_day_in_a_sentence_is_written_in_words_on_pages_and_in_numbers_in_records():
    note = Note("Note: {note}", note=Note("{first} to {last}", first=Day("2016-02-01"), last=Day("2016-09-19")))
    assert str(note) == "Note: 2016-02-01 to 2016-09-19"
    again = unpacked(packed(note))
    for said in (note, again):
        assert said.sentence(translator("en")) == "Note: 1 Feb 2016 to 19 Sep 2016"
        assert "1 f\xe9vr. 2016" in said.sentence(translator("fr"))
        assert "19 sept. 2016" in said.sentence(translator("fr"))
