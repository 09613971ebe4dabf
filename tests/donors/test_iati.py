"""IATI activities: the publishers' own files, and hand-made ones with everything that goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import FormatError, InputError, LimitExceededError
from geo.programmes.coverage import programme_coverage
from jobs.programmes.programme_files import read_programme_files, read_programmes
from layers.formats.limits import UPLOAD


def iati(*activities: str, version: str = "2.03", before: str = "") -> bytes:
    return f'{before}<iati-activities version="{version}">{"".join(activities)}</iati-activities>'.encode()


def one(identifier: str, inner: str = "", start: str = "2020-01-01") -> str:
    return (
        f'<iati-activity xml:lang="fr" default-currency="EUR"><iati-identifier>{identifier}</iati-identifier>'
        f'<activity-date type="1" iso-date="{start}"/>{inner}</iati-activity>'
    )


def at(pos: str, exactness: str = "2") -> str:
    return f'<location><point><pos>{pos}</pos></point><exactness code="{exactness}"/></location>'


CAR = '<recipient-country code="CF"/>'


def test_every_part_of_an_activity() -> None:
    inner = (
        "<reporting-org ref='XI-IATI-CAF'><narrative>CAF</narrative></reporting-org>"
        "<title><narrative>Traçabilité</narrative><narrative xml:lang='en'>Traceability</narrative></title>"
        f"<description type='2'><narrative>objectif</narrative></description>"
        f"<description type='1'><narrative>{'x' * 400}</narrative></description>"
        "<participating-org role='1'><narrative>AFD; Paris</narrative></participating-org>"
        "<participating-org role='4' ref='FR-1'/>"
        "<participating-org role='2'><narrative>no</narrative></participating-org>"
        "<activity-status code='2'/><activity-date type='2' iso-date='2020-02-03'/>"
        "<activity-date type='3' iso-date='2027-01-01'/>"
        "<recipient-country code='CF' percentage='60'/><recipient-country code='CD' percentage='40'/>"
        "<sector code='32210'/><sector vocabulary='2' code='322'/>"
        "<budget type='1'><period-start iso-date='2020-01-01'/><period-end iso-date='2020-12-31'/>"
        "<value>100</value></budget>"
        "<budget type='2'><period-start iso-date='2020-01-01'/><period-end iso-date='2020-12-31'/>"
        "<value>80.5</value></budget>"
        "<budget><value currency='FCFA'>7</value></budget>"
        "<location><location-reach code='2'/><name><narrative>Boda</narrative></name>"
        "<administrative vocabulary='A1' level='1' code='X1'/>"
        "<administrative vocabulary='A1' level='2' code='X12'/></location>"
        "<result><indicator><title><narrative>left out</narrative></title></indicator></result>"
    )
    layer = read_programmes(iati(one("X-1", inner)), "a.xml")
    row = layer.frame.iloc[0]
    assert (row["title"], row["title_fr"]) == ("Traceability", "Traçabilité")
    assert len(row["description"]) == 300
    assert (row["donor"], row["implementer"]) == ("AFD, Paris", "FR-1")
    assert (str(row["start"].date()), str(row["end"].date()), row["date_basis"]) == (
        "2020-02-03",
        "2027-01-01",
        "actual",
    )
    assert row["countries"] == "CAF:60;COD:40"
    assert (row["types"], row["unmapped"]) == ("formalisation", "")
    assert (row["budget_text"], row["currency"]) == ("80.5 EUR; 7 FCFA", "EUR;FCFA")
    place = layer.programmes.footprints.iloc[0]
    assert place[["kind", "admin_code", "admin_level", "vocabulary", "admin_name", "reach"]].tolist() == [
        "admin",
        "X12",
        2.0,
        "A1",
        "Boda",
        "beneficiaries",
    ]
    assert set(layer.programmes.remarks["reason"]) == {"currency_unknown"}


def test_a_publisher_called_caf_gives_no_country() -> None:
    inner = "<reporting-org><narrative>CAF</narrative></reporting-org><recipient-country code='CAF'/>"
    layer = read_programmes(iati(one("X-1", inner)), "a.xml")
    assert layer.frame["countries"].tolist() == [""]
    assert {"organisation_caf", "unknown_code", "place_missing"} <= set(layer.programmes.remarks["reason"])


def test_sectors_and_countries_of_transactions_count_where_the_activity_has_none() -> None:
    inner = "<transaction><sector code='33120'/><recipient-country code='CF'/></transaction>"
    layer = read_programmes(iati(one("X-1", inner)), "a.xml")
    assert layer.frame[["types", "countries"]].iloc[0].tolist() == ["training_customs", "CAF"]


def test_positions_that_are_swapped_or_nothing_are_remarked_and_not_used() -> None:
    inner = CAR + at("17.467 4.317") + at("4.317 17.467", "1") + at("0 0") + at("somewhere") + at("-117.4 4.3")
    layer = read_programmes(iati(one("X-1", inner)), "a.xml")
    assert layer.programmes.footprints[["lon", "lat", "exactness"]].to_numpy().tolist() == [[17.467, 4.317, "exact"]]
    assert layer.programmes.remarks["reason"].tolist().count("coordinates_swapped") == 2
    assert {"coordinates_zero", "coordinates_unreadable"} <= set(layer.programmes.remarks["reason"])


def test_a_location_that_stands_for_the_country_is_the_country() -> None:
    inner = CAR + "<location><point><pos>7 21</pos></point><feature-designation code='PCLI'/></location>"
    assert read_programmes(iati(one("X-1", inner)), "a.xml").frame["place"].tolist() == ["country"]


def test_points_stacked_on_the_capital_are_read_as_country_level() -> None:
    from tests.donors.donor_cases import make_sites

    activities = [one(f"X-{n}", CAR + "<sector code='32210'/>" + at("4.36122 18.55496")) for n in range(157)]
    layer = read_programmes(iati(*activities), "a.xml")
    sites = make_sites([{"lon": 18.55496, "lat": 4.36122}])
    import pandas as pd

    result = programme_coverage(sites, layer.programmes, as_of=pd.Timestamp("2021-01-01"))
    assert set(result.national["reason"]) == {"stacked_points"}
    assert len(result.national) == 157
    assert len(result.covered) == 0


def test_wrong_activities_are_rejected_and_the_rest_is_read() -> None:
    wrong = '<activity-date type="3" iso-date="2019-01-01"/>'
    layer = read_programmes(iati(one("X-1"), one("X-2", wrong), one(""), one("x-1"), one("X-3", start="soon")), "a.xml")
    assert layer.rejected[["row", "reason"]].to_numpy().tolist() == [
        [2, "end_before_start"],
        [3, "missing_id"],
        [4, "duplicate_id"],
    ]
    assert layer.frame["programme_id"].tolist() == ["X-1", "X-3"]
    assert layer.accounting == {"read": 5, "accepted": 2, "rejected": 3, "programmes": 2}
    assert {"date_unreadable", "start_missing"} <= set(layer.programmes.remarks["reason"])


def test_what_breaks_off_is_read_up_to_there_and_said() -> None:
    layer = read_programmes(iati(one("X-1"), one("X-2"))[:-40], "a.xml")
    assert layer.frame["programme_id"].tolist() == ["X-1"]
    assert layer.rejected["reason"].tolist() == ["xml_broken"]
    assert layer.accounting["read"] == layer.accounting["accepted"] + layer.accounting["rejected"]


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE iati-activities [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE iati-activities SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0"?><!-- x --><!DOCTYPE iati-activities [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]>',
    ],
)
def test_a_document_type_is_refused_before_anything_expands(before: str) -> None:
    with pytest.raises(FormatError, match="document type"):
        read_programmes(iati(one("X-1", "<title><narrative>&b;</narrative></title>"), before=before), "a.xml")


def test_version_1_is_read_as_far_as_it_goes() -> None:
    inside = (
        '<participating-org role="Funding">Donor A</participating-org><activity-date type="start-actual">2010-05-01'
        '</activity-date><activity-date type="end-planned" iso-date="2012-05-01"/><activity-status code="4"/>'
        '<sector vocabulary="DAC" code="32210"/><sector vocabulary="RO" code="15210"/><recipient-country code="CD"/>'
        '<location><name>District</name><coordinates latitude="-1.6" longitude="28.9" precision="2"/>'
        '<location-type code="ADM2"/><administrative country="CD">Congo</administrative></location>'
        '<location><coordinates latitude="-1.7" longitude="28.8" precision="1"/><location-type code="PPL"/></location>'
    )
    text = f"<iati-activity><iati-identifier>X-1</iati-identifier>{inside}</iati-activity>"
    layer = read_programmes(iati(text, version="1.05"), "a.xml")
    row = layer.frame.iloc[0]
    assert (row["donor"], row["status"], row["types"]) == ("Donor A", "closed", "formalisation")
    assert (str(row["start"].date()), str(row["end"].date())) == ("2010-05-01", "2012-05-01")
    places = layer.programmes.footprints
    assert places["kind"].tolist() == ["admin", "point"]
    assert places["exactness"].tolist() == ["approximate", "exact"]
    assert places["admin_level"].tolist()[0] == 2.0
    assert any("version 1.05" in note for note in layer.notes)


def test_the_root_element_decides_and_no_word_in_the_text() -> None:
    mark = (
        "<Placemark><name>P1</name><ExtendedData><Data name='type'><value>mapping</value></Data>"
        "<Data name='start'><value>2010-01-01</value></Data></ExtendedData>"
        "<Point><coordinates>17,4</coordinates></Point></Placemark>"
    )
    kml = f"<kml><Document><name>Places by the words of IATI</name>{mark}</Document></kml>"
    layer = read_programmes(kml.encode(), "places.kml")
    assert layer.frame["programme_id"].tolist() == ["P1"]
    assert layer.layout == "programmes"


def test_refused_files_are_named() -> None:
    with pytest.raises(InputError, match="no IATI activity"):
        read_programmes(b"<iati-organisations version='2.03'></iati-organisations>", "o.xml")
    with pytest.raises(FormatError, match="not XML"):
        read_programmes(b"<iati-activities><x", "a.xml")
    with pytest.raises(LimitExceededError, match="xml_depth"):
        read_programmes(iati("<iati-activity>" + "<d>" * 200), "deep.xml", gateway=UPLOAD)


def test_other_encodings() -> None:
    content = iati(one("X-1", "<title><narrative>Société</narrative></title>")).decode()
    for encoding in ("utf-16", "iso-8859-1"):
        raw = f'<?xml version="1.0" encoding="{encoding}"?>{content}'.encode(encoding)
        assert read_programmes(raw, "a.xml").frame["title"].tolist() == ["Société"]


EARLIER = ("activity-standard-example-annotated.xml", "usaid-798.xml", "worldbank-679.xml")


@pytest.mark.real_data
def test_the_publishers_files_map_to_nothing_and_that_is_said(shared_data: Path) -> None:
    programmes, layers = read_programme_files([shared_data / "iati" / name for name in EARLIER])
    counts = {layer.name: layer.accounting["accepted"] for layer in layers}
    assert counts == {"activity-standard-example-annotated.xml": 1, "usaid-798.xml": 108, "worldbank-679.xml": 5}
    assert [layer.accounting["rejected"] for layer in layers] == [0, 0, 0]
    assert (programmes.frame["types"] == "").all()
    assert (programmes.frame["unmapped"] != "").sum() == 114
    assert all("No activity leads to a programme type" in layer.notes[-1] for layer in layers)
    bank = layers[2].programmes
    assert int(bank.footprints["lat"].notna().sum()) == 32
    assert bank.footprints["kind"].value_counts().to_dict() == {"admin": 31, "point": 1}
    assert set(bank.footprints["exactness"]) == {"approximate"}
    assert set(layers[1].frame["place"]) == {"region"}
    assert len(programmes) == 114
