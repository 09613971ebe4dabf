"""Types from what IATI says: words, sectors with their share, parts and wholes; held to activities labelled by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from geo.errors import InputError
from jobs.programmes.programme_files import read_programmes
from jobs.programmes.type_words import read_type_words, type_words
from jobs.programmes.types import TypeMap, read_type_map, type_map
from layers.formats.limits import UPLOAD
from tests.donors.test_iati import iati, one

LABELS = Path(__file__).with_name("labelled_activities.csv")


def title(text: str) -> str:
    return f"<title><narrative xml:lang='en'>{text}</narrative></title>"


def labelled() -> dict[tuple[str, str], set[str]]:
    with LABELS.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {(r["file"], r["iati_identifier"]): set(filter(None, r["types"].split(";"))) for r in rows}


@pytest.mark.real_data
def test_precision_and_recall_over_the_labelled_activities(shared_data: Path) -> None:
    labels = labelled()
    given = right = wanted = by_words = 0
    for file in sorted({file for file, _ in labels}):
        frame = read_programmes(shared_data / "iati" / file).frame
        for identifier, types, basis in zip(frame["iati_identifier"], frame["types"], frame["type_basis"], strict=True):
            found, want = set(filter(None, types.split(";"))), labels.pop((file, identifier))
            given, right, wanted = given + len(found), right + len(found & want), wanted + len(want)
            by_words += sum(f"{kind} = title" in basis or f"{kind} = text" in basis for kind in want)
            assert [text.split(" = ")[0] for text in basis.split("; ") if text] == types.split(";") * bool(types)
    assert not labels
    assert wanted == 54
    assert right / given >= 0.9
    assert right / wanted >= 0.8
    assert by_words >= 40
    text = " ".join((Path(__file__).parents[2] / "docs" / "programmes.md").read_text("utf-8").split())
    assert f"of the types given {right} of {given} are right, of those labelled {right} of {wanted} are found" in text
    assert f"the words alone find {by_words} of {wanted}" in text


@pytest.mark.parametrize("sectors", ["", "<sector code='15210'/>"])
def test_trading_centres_are_infrastructure_whatever_sector_they_stand_under(sectors: str) -> None:
    data = iati(one("A", title("Support to Mineral Trading Centres in North and South Kivu") + sectors))
    frame = read_programmes(data, "a.xml").frame
    assert frame["types"].tolist() == ["infrastructure"]
    assert frame["type_basis"].tolist() == ["infrastructure = title: mineral trading cent*"]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("Implementation of certified trading chains in mineral production", {"certification"}),
        ("Qualification et validation des sites miniers artisanaux", {"certification"}),
        ("Cartographie des sites miniers", {"mapping"}),
        ("Formation des agents des douanes à Goma", {"training_customs"}),
        ("Réforme de la police nationale", {"training_security_forces"}),
        ("Réhabilitation de la route Bukavu-Shabunda", {"infrastructure"}),
        ("Traçabilité de l’or artisanal", {"traceability"}),
        ("Appui au secrétariat permanent du processus de Kimberley", {"kp_compliance"}),
        ("Trazabilidad del oro", {"traceability"}),
        ("Mapping of schools", set()),
        ("Clearance of land mines", set()),
        ("Social security reform", set()),
        ("Certification of seeds", set()),
        ("Building bridges for peace", set()),
        ("Demobilisation of soldiers", set()),
        ("Impact of roads on forests", set()),
        ("Soutien aux creuseurs de Kolwezi", {"formalisation"}),
        ("Appui à l'exploitation minière artisanale", {"formalisation"}),
        ("Construction de comptoirs de négoce", {"infrastructure"}),
        ("iTSCi tagging in Maniema", {"traceability"}),
        ("Certified Trading Chains (CTC) in Rwanda", {"certification"}),
        ("Réduction du mercure dans l'orpaillage", {"formalisation"}),
        ("Due diligence in mineral supply chains", {"traceability"}),
        ("Reprise des exportations de diamants des zones conformes", {"kp_compliance"}),
        ("Formation des agents de la DGDA", {"training_customs"}),
        ("Zertifizierung mineralischer Rohstoffe in Ruanda", {"certification"}),
        ("Sustainable management of mineral resources", {"formalisation"}),
        ("Data mining for health information systems", set()),
        ("Humanitarian demining in Casamance", set()),
        ("Mine action: mapping of minefields", set()),
        ("Déminage humanitaire au Tchad", set()),
        ("Cartographie des mines antipersonnel", set()),
        ("Goldfish farming", set()),
        ("Undermining corruption", set()),
        ("Traceability of cocoa beans", set()),
        ("Mineral water bottling plant", set()),
        ("Kimberley hospital, Northern Cape", set()),
        ("Building a roadmap for education reform", set()),
        ("HIV prevention in the armed forces", set()),
        ("HIV prevention among workers of artisanal mining", set()),
        ("Bitcoin mining energy study", set()),
    ],
)
def test_words_of_titles(text: str, types: set[str]) -> None:
    assert set(type_words().of(text)) == types


def test_a_sector_counts_from_its_share_on() -> None:
    def read(*sectors: tuple[str, str]) -> str:
        given = "".join(f"<sector code='{code}' {share}/>" for code, share in sectors)
        return str(read_programmes(iati(one("A", title("Fund") + given)), "a.xml").frame["types"][0])

    assert read(("32210", "percentage='40'"), ("15150", "percentage='60'")) == "formalisation"
    assert read(("32210", "percentage='39'"), ("15150", "percentage='61'")) == ""
    assert read(("21020", "percentage='20'"), ("21030", "percentage='20'"), ("14030", "percentage='60'")) == (
        "infrastructure"
    )
    assert read(("32210", ""), ("15150", "")) == "formalisation"
    assert read(("32210", ""), ("15150", ""), ("15160", "")) == ""


def family(*parts: str) -> bytes:
    whole = "".join(f"<related-activity type='2' ref='W-{n}'/>" for n in range(len(parts)))
    inner = [one(f"W-{n}", f"<related-activity type='1' ref='W'/>{part}") for n, part in enumerate(parts)]
    return iati(one("W", title("Phase II") + whole), *inner)


def test_a_part_has_the_type_of_the_whole_and_a_bare_whole_that_of_most_of_its_parts() -> None:
    roads = title("Rehabilitation of roads")
    frame = read_programmes(family(roads, roads, title("Consultancy")), "a.xml").frame
    assert frame["types"].tolist() == ["infrastructure"] * 4
    assert frame["type_basis"].tolist()[0] == "infrastructure = parts: 2/3"
    assert frame["type_basis"].tolist()[3] == "infrastructure = whole: W"
    frame = read_programmes(family(roads, title("Schools")), "a.xml").frame
    assert frame["types"].tolist() == ["", "infrastructure", ""]


def test_a_strangers_file_is_typed_the_same_in_the_child() -> None:
    data = family(title("Rehabilitation of roads"), title("Consultancy"))
    here, there = (read_programmes(data, "a.xml", **how).frame for how in ({}, {"gateway": UPLOAD}))
    assert here["types"].tolist() == there["types"].tolist()
    assert here["type_basis"].tolist() == there["type_basis"].tolist()


def test_other_vocabularies_and_tags_of_the_sdg_lead_to_a_type_where_they_say_something() -> None:
    def read(inner: str, types: TypeMap | None = None) -> tuple[str, str, str]:
        frame = read_programmes(iati(one("A", title("Phase II") + inner)), "a.xml", types=types).frame
        return tuple(frame[["types", "type_basis", "unmapped"]].iloc[0])

    assert read("<sector vocabulary='3' code='04.4.1'/>")[:2] == ("formalisation", "formalisation = sector: 3:04.4.1 (100 %)")  # fmt: skip
    assert read("<sector vocabulary='9' code='9.1.1'/>")[0] == "infrastructure"
    assert read("<sector vocabulary='8' code='16.4'/>")[0] == "", "a goal or target alone says too little"
    tag = "<tag vocabulary='3' code='8.7'/>"
    assert read(tag) == ("", "", ""), "a tag that leads nowhere is no sector without a type"
    own = read_type_map(b"vocabulary,code,programme_type\n8,8.7,formalisation\n", "s.csv")
    assert read(tag, own)[:2] == ("formalisation", "formalisation = sector: 8:8.7 (100 %)")


def test_tags_are_read_and_a_table_without_a_known_type_is_read_by_its_title() -> None:
    tag = "<tag vocabulary='99' code='1'><narrative>Responsible minerals, gold</narrative></tag>"
    frame = read_programmes(iati(one("A", title("Phase II") + tag)), "a.xml").frame
    assert frame["types"].tolist() == ["traceability"]
    table = b"programme_id,title,type,start\nP1,Cadastre minier,autre,2020-01-01\nP2,x,mapping,2020-01-01\n"
    frame = read_programmes(table, "p.csv").frame
    assert frame["types"].tolist() == ["mapping", "mapping"]
    assert frame["type_basis"].tolist() == ["mapping = title: cadastre", "mapping = stated"]


def test_a_users_own_words_and_their_faults_all_at_once() -> None:
    own = read_type_words(b"programme_type,words,with\nmapping,atlas*,@ore\n@ore,zinc,\n", "w.csv")
    assert own.of("Atlases of zinc") == {"mapping": "title: atlas*"}
    assert own.of("Atlas of birds") == {}
    with pytest.raises(InputError, match="lead to no programme type") as fault:
        read_type_words(b"programme_type,words,with\ncooking,a,\nmapping,***,\nmapping,a,@none\n", "w.csv")
    assert [part.split(":")[0] for part in str(fault.value.got).split("; ")] == ["row 2", "row 3", "row 4"]
    assert type_map().phrases is type_words()
