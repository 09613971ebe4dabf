"""What a file is, found out and not asked; what was read is kept and given to the job that comes after."""

from __future__ import annotations

import threading

import pytest

from jobs.file_roles import ROLES, fields_of
from jobs.inputs import Inputs, Source, load
from jobs.inspection import STEPS, fingerprint, inspect
from jobs.kept_layers import KeptLayers
from layers.formats import UPLOAD
from layers.reference.files import RULES
from layers.sources.read_options import ReadOptions, Wishes

SITES = b"MineID,Mine Name,Latitude,Longitude,Commodity,Foreman\n1,A,4.3,17.4,gold,x\n2,B,4.4,17.5,tin,y\n"
TOWNS = b"geonameid,name,latitude,longitude,population,countrycode\n1,Boda,4.3,17.4,20000,CF\n"
UNITS = b"ADM2_EN,ADM2_PCODE,ADM1_EN,ADM1_PCODE,lat,lon\nBoda,CF111,Lobaye,CF11,4.3,17.4\n"


@pytest.mark.parametrize("content", [TOWNS, UNITS])
def test_towns_and_units_by_points_are_no_mines_until_somebody_says_so(content):
    found = inspect(content, "places.csv")
    assert (found.role, found.accepted) == ("", 0)
    assert "not of mines" in found.error
    assert inspect(content, "places.csv", role="sites").accepted == 1


def test_a_list_of_mines_with_codes_of_units_is_one():
    assert inspect(b"mine,ADM2_PCODE,ADM1_PCODE,lat,lon\nKoso,CF111,CF11,4.3,17.4\n", "m.csv").role == "sites"


def test_rules_are_known_and_broken_ones_told():
    found = inspect(RULES.read_bytes(), "my.toml")
    assert (found.role, found.error) == ("rules", "")
    assert found.accepted > 10
    assert "TOML" in inspect(b"[[", "my.toml").error


def test_the_report_tells_what_a_page_offers_to_change():
    steps: list[str] = []
    found = inspect(SITES, "m.csv", step=steps.append)
    assert steps == list(STEPS)
    assert found.header == ("MineID", "Mine Name", "Latitude", "Longitude", "Commodity", "Foreman")
    assert (found.columns_used["lat"], found.columns_ignored) == ("Latitude", ("Foreman",))
    assert (found.format, found.header_row, len(found.preview)) == ("csv", 1, 2)
    assert found.fingerprint == fingerprint(["mineid", "MINE NAME", "latitude", "longitude", "commodity", "foreman"])
    assert set(found.columns_used) <= set(fields_of("sites", "site_list"))


def test_every_role_offers_fields_of_its_own():
    assert {role for role in ROLES if not fields_of(role)} == {"zones", "findings", "roads", "rules"}
    assert "record_id" in fields_of("incidents")
    assert "best" in fields_of("incidents", "ucdp")


def test_a_file_is_read_once_for_the_report_and_the_job(monkeypatch):
    kept, readings = KeptLayers(), []
    from jobs import inputs as reading

    whole = reading.read_sites
    monkeypatch.setattr(reading, "read_sites", lambda *a, **k: readings.append(1) or whole(*a, **k))
    options = ReadOptions(columns=(("name", "Foreman"),), country="CAF")
    report = inspect(SITES, "m.csv", options=options, gateway=UPLOAD, kept=kept)
    wishes = Wishes(by_file={"m.csv": options})
    loaded = load(Inputs(sites=[Source("m.csv", SITES)], gateway=UPLOAD, wishes=wishes, kept=kept))
    assert (report.accepted, len(readings)) == (2, 1)
    assert loaded.sites[0].frame["name"].tolist() == ["x", "y"]
    assert loaded.sites[0].frame["country"].tolist() == ["CAF", "CAF"]
    load(Inputs(sites=[Source("m.csv", SITES)], gateway=UPLOAD, kept=kept))  # read otherwise: anew
    assert len(readings) == 2
    kept.forget(loaded.sites[0].sha256)
    load(Inputs(sites=[Source("m.csv", SITES)], gateway=UPLOAD, kept=kept))
    assert len(readings) == 3


def test_the_vintage_and_country_of_one_file_go_before_those_of_the_run():
    square = b"""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"NAME_2":"X"},"geometry":
    {"type":"Polygon","coordinates":[[[17,4],[18,4],[18,5],[17,5],[17,4]]]}}]}"""
    two = [Source(f"{name}.geojson", square) for name in "ab"]
    own = Wishes(by_file={"a.geojson": ReadOptions(version="2012", country="COD")})
    loaded = load(
        Inputs(boundaries=two, boundaries_version="2020", country="CAF", wishes=own),
        sites_needed=False,
    )
    assert [(b.version, b.frame["country"][0]) for b in loaded.boundaries] == [("2012", "COD"), ("2020", "CAF")]


def test_two_who_ask_at_once_wait_for_one_reading_and_the_longest_unused_goes():
    kept, made, begun = KeptLayers(most=2), [], threading.Event()

    def slowly() -> str:
        begun.set()
        made.append(1)
        threading.Event().wait(0.05)
        return "a"

    first = threading.Thread(target=lambda: kept.read(("a",), slowly))
    first.start()
    begun.wait()
    assert (kept.read(("a",), slowly), len(made)) == ("a", 1)
    first.join()
    for key in ("b", "c"):
        kept.read((key,), lambda: made.append(1))
    kept.read(("a",), slowly)
    assert len(made) == 4


def test_activities_of_iati_show_the_first_ten_as_they_were_understood():
    one = "<iati-activity><iati-identifier>X-{n}</iati-identifier><title>T{n}</title></iati-activity>"
    data = f'<iati-activities version="2.03">{"".join(one.format(n=n) for n in range(12))}</iati-activities>'.encode()
    found = inspect(data, "a.xml")
    assert (found.role, found.accepted) == ("programmes", 12)
    assert found.preview["iati_identifier"].tolist() == [f"X-{n}" for n in range(10)]
