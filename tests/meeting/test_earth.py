"""KML and KMZ: a style per class, evidence in the balloon, symbols inside, hostile text as text."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.etree import ElementTree

from i18n.translator import translator
from jobs.assessment import job as assessment
from jobs.inputs import Inputs, Source
from jobs.meeting.earth import site_kml, site_kmz
from jobs.meeting.subject import Subject
from layers.formats import read
from tests.meeting.test_documents import SITES

KML = "{http://www.opengis.net/kml/2.2}"


def test_a_folder_and_a_style_per_class_and_why_and_evidence_in_the_balloon(demo):
    root = ElementTree.fromstring(site_kml(demo))
    styles = {s.get("id"): s.findtext(f"{KML}IconStyle/{KML}color") for s in root.iter(f"{KML}Style")}
    sites = [f for f in root.iter(f"{KML}Folder") if f.findtext(f"{KML}name") != "Zones"]
    marks = [p for f in sites for p in f.iter(f"{KML}Placemark")]
    used = {p.findtext(f"{KML}styleUrl").removeprefix("#") for p in marks}
    assert used == set(demo.sites["site_class"].str.replace(" ", "-"))
    assert len({styles[u] for u in used}) == len(used)
    assert len(marks) == len(demo.rows)
    assert sites[0].findtext(f"{KML}name").startswith("▲ à haut risque (") or "◆" in sites[0].findtext(f"{KML}name")
    fired = demo.sites[demo.sites["rules_fired"] != ""].iloc[0]
    balloon = next(p for p in marks if p.findtext(f"{KML}name") == fired["name"]).findtext(f"{KML}description")
    assert "Preuves" in balloon
    assert "19 sept. 2016" in balloon
    record = demo.run.assessment.evidence.query("site_id == @fired.site_id and kind == 'incident'")["record_id"]
    assert any(r in balloon for r in record)
    assert "démonstration" in balloon.lower()


def test_the_archive_holds_a_symbol_for_every_class_and_the_same_bytes_again(demo):
    data = site_kmz(demo)
    assert site_kmz(demo) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("doc.kml"))
        asked = [i.text for i in root.iter(f"{KML}href")]
        assert set(asked) == set(archive.namelist()) - {"doc.kml"}
        assert len({archive.read(name) for name in asked}) == len(asked) == 4


def test_hostile_text_stays_text_and_the_file_is_read_back():
    loaded = assessment.load(
        Inputs(sites=[Source("own.csv", SITES.replace(b"nowhere", b"$[name] ]]> </description>"))])
    )
    own = Subject.of(loaded, assessment.run(loaded, dt.date(2016, 9, 19)), translator("en"))
    data = site_kml(own)
    root = ElementTree.fromstring(data)
    text = "".join(d.text for d in root.iter(f"{KML}description"))
    assert "<img" not in text
    assert "$[" not in text
    assert "]]&gt; &lt;/description&gt;" in text
    table = read(data, name="sites.kml").frame
    assert sorted(table["site_id"][table["site_id"] != ""]) == ["X1", "X2", "X3"]  # the zones have none
    assert (table["site_class"] == own.sites["site_class"].iloc[0]).any()
