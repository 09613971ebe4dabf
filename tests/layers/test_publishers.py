"""Publishers played on this machine: what comes is kept, dated and cited; whatever goes wrong, the old edition stays."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import json
import time
import urllib.parse

import pytest

import cli
from geo.errors import CahraError, InputError
from geo.schema import SITES, empty
from jobs.data_cards import citations
from jobs.edition_references import all_stored, find, parse
from jobs.inputs import Inputs, Source, load
from jobs.programmes import job as programmes_job
from jobs.programmes.job import ProgrammeInputs
from jobs.screening.gazetteer import gazetteer
from jobs.screening.town_tables import read_towns
from layers.formats.child_worker import _tasks
from layers.formats.sandbox.process import TASKS_HERE
from layers.publishers import fetch as fetching
from layers.publishers import keep as keeping
from layers.publishers.fast_layer import place_of, read_fast
from layers.publishers.fetch import Means, drop_in, fetch
from layers.publishers.folder import stores
from layers.publishers.keep import Wanted
from layers.publishers.table import COLUMNS, NAME, named, sources
from layers.reference.tables import rows
from layers.sources.catalogue import publisher
from layers.sources.incidents import read_incidents
from tests.layers.misbehaving import File, Misbehaving, bomb, events, packed, zipped

NOW = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)
MEANS = Means(wait_s=0.0, total_s=20.0, timeout_s=5.0, accounts={}, now=NOW)
GED = "/downloads/ged/ged251-csv.zip"
EARLY, LATE = "1989-01-01", "2024-12-31"


@pytest.fixture(autouse=True)
def children_here(monkeypatch):
    """What a child process would read is read here: these tests are of publishers, and others are of children."""
    for name, task in _tasks().items():
        monkeypatch.setitem(TASKS_HERE, name, task)


@pytest.fixture
def server():
    made = Misbehaving()
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path, server, monkeypatch):
    """A data folder whose copy of the table asks this machine; a small file counts as the whole of an edition."""
    place = tmp_path / "data"
    place.mkdir()
    with (place / NAME).open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS)
        table.writeheader()
        for row in rows(NAME):
            path = urllib.parse.urlsplit(row["address"])._replace(scheme="", netloc="").geturl()
            table.writerow({**row, "address": server.base + path, "hosts": "127.0.0.1"})
    monkeypatch.setattr(keeping, "WHOLE_ROWS", 100)
    monkeypatch.setattr(keeping, "WHOLE_COUNTRIES", 3)
    monkeypatch.setenv("CAHRA_DATA", str(place))
    return place


def ged(server: Misbehaving, **how: object) -> File:
    data = zipped(events(range(1989, 2025)), "GEDEvent_v25_1.csv")
    server.files[GED] = File(**{"data": data, **how})  # type: ignore[arg-type]
    return server.files[GED]  # type: ignore[return-value]


def get(folder, country: str = "CAF", name: str = "ucdp", edition: str = "25.1", means: Means = MEANS):
    return fetch(name, Wanted(country, edition), folder, means)


def test_the_yearly_file_comes_without_a_token_and_a_country_is_cut_out_of_it(server, folder):
    file = ged(server)
    shown = []
    found = get(folder, means=Means(wait_s=0.0, now=NOW, accounts={}, progress=lambda *p: shown.append(p)))
    world, part = found.entries
    assert (world.name, world.reference, world.rows) == ("ged251-csv.zip", "ucdp@25.1", 108)
    assert (part.reference, part.rows, part.cut_from) == ("ucdp:CAF@25.1", 36, world.sha256)
    assert world.sha256 == hashlib.sha256(file.data).hexdigest()
    assert part.coverage == [{"country_iso3": "CAF", "from": EARLY, "to": LATE}]
    assert (part.licence, part.fetched_at[:10]) == ("CC BY 4.0", "2026-11-26")
    assert "Sundberg" in part.cite
    assert (part.profile["first_day"], part.profile["deaths"]) == ("1989-05-01", "108")
    assert shown[-1] == (len(file.data), len(file.data))
    assert not list((folder / "coming").iterdir())


def test_a_part_of_the_world_covers_nothing(server, folder):
    ged(server, data=zipped(events(range(2000, 2025)), "GEDEvent_v25_1.csv"))
    assert get(folder).entry.coverage == []


def test_a_reference_is_a_file_with_its_coverage_its_citation_and_its_fast_form(server, folder):
    ged(server)
    get(folder, "")
    source = Source.named("ucdp:CAR@25.1")
    again = Source.named("ucdp:CAF")
    assert (source.name, source) == ("ucdp_ged_v25.1_CAF.csv", again)
    loaded = load(Inputs(incidents=[source]), sites_needed=False)
    assert loaded.coverage["country_iso3"].tolist() == ["CAF"]
    told = next(i for i in loaded.inputs if i["role"] == "incidents")
    assert (told["reference"], told["licence"], told["retrieved_at"][:10]) == (
        "ucdp:CAF@25.1",
        "CC BY 4.0",
        "2026-11-26",
    )
    kept = find(parse("ucdp:CAF"))
    fast = read_fast(kept.store.folder, kept.entry.sha256, kept.entry.name)
    slow = read_incidents(kept.path)
    assert fast.frame.equals(slow.frame)
    assert fast.frame.dtypes.tolist() == slow.frame.dtypes.tolist()
    for name in ("rejected", "covers", "rejected_places"):
        assert getattr(fast, name).equals(getattr(slow, name)), name
        assert getattr(fast, name).dtypes.tolist() == getattr(slow, name).dtypes.tolist()
    for name in (
        "name",
        "sha256",
        "layout",
        "dataset",
        "dataset_version",
        "accounting",
        "notes",
        "columns_used",
        "size",
    ):
        assert getattr(fast, name) == getattr(slow, name), name


def test_a_fast_form_that_is_damaged_is_not_used(server, folder):
    ged(server)
    get(folder)
    kept = find(parse("ucdp:CAF"))
    whole = kept.layer().frame
    place_of(folder, kept.entry.sha256).write_bytes(b"PAR1 no")
    assert kept.layer().frame.equals(whole)
    kept.path.write_bytes(b"changed")
    with pytest.raises(InputError, match="not the one that was fetched"):
        kept.layer()


def test_a_file_that_has_not_changed_is_not_sent_again(server, folder):
    ged(server)
    get(folder, "")
    found = get(folder, "TCD")
    assert found.unchanged
    assert found.entry.reference == "ucdp:TCD@25.1"
    assert server.asked[-1][1]["if-none-match"] == '"one"'


def test_a_neighbourhood_is_cut_out_too(server, folder):
    ged(server)
    entry = get(folder, "CAF+").entry
    assert (entry.area, entry.rows) == ("CAF+", 108)
    assert {c["country_iso3"] for c in entry.coverage} >= {"CAF", "COD", "TCD", "SSD"}


def test_editions_stand_side_by_side_and_a_pinned_one_is_used_and_stays(server, folder):
    ged(server)
    get(folder)
    server.files["/downloads/ged/ged271-csv.zip"] = File(zipped(events(range(1989, 2027)), "GEDEvent_v27_1.csv"))
    get(folder, edition="27.1")
    assert find(parse("ucdp:CAF")).entry.version == "27.1"
    old = find(parse("ucdp:CAF@25.1"))
    old.store.pin(old.entry.name, True)
    assert find(parse("ucdp:CAF")).entry.version == "25.1"
    with pytest.raises(InputError, match="pinned"):
        old.store.remove(old.entry.name)
    old.store.pin(old.entry.name, False)
    old.store.remove(old.entry.name)
    assert [k.entry.reference for k in all_stored()] == ["ucdp@27.1", "ucdp:CAF@27.1", "ucdp@25.1"]
    assert find(parse("ucdp:CAF@25.1")).entry.rows == 36  # cut out once more


def test_an_edition_that_was_changed_in_silence_stands_beside_the_first(server, folder):
    ged(server)
    get(folder)
    ged(server, data=zipped(events(range(1989, 2025), deaths=4), "GEDEvent_v25_1.csv"), etag='"two"')
    get(folder)
    names = [k.entry.name for k in all_stored()]
    assert sorted(names) == [
        "ged251-csv (2).zip", "ged251-csv.zip", "ucdp_ged_v25.1_CAF (2).csv", "ucdp_ged_v25.1_CAF.csv",
    ]  # fmt: skip


def test_all_that_is_known_of_an_edition_is_shown(server, folder, capsys):
    ged(server)
    entry = get(folder).entry
    assert cli.main(["editions", "show", "ucdp:CAF@25.1"]) == 0
    printed = capsys.readouterr().out
    for part in (entry.sha256, entry.cut_from, "2026-11-26T12:00:00", "ged251-csv.zip", "Licence: CC BY 4.0", "Sundberg",
                 "First day of the rows: 1989-05-01", "Deaths: 108", "Declared covered: 1 country, 1989-01-01"):  # fmt: skip
        assert part in printed, part
    assert cli.main(["editions", "show", "ucdp:CAF", "--language", "fr"]) == 0
    assert "Licence\xa0: CC BY 4.0" in capsys.readouterr().out


def test_what_was_not_fetched_says_how(folder):
    with pytest.raises(InputError, match=r"cahra fetch ucdp --country CAF --edition 25\.1"):
        Source.named("ucdp:CAF@25.1")
    assert Source.named("sites.csv") is None


def test_a_transfer_that_breaks_is_gone_on_with(server, folder):
    file = ged(server, break_at=[100, 200])
    assert get(folder, "").entry.size == len(file.data)
    assert [h.get("range") for _, h in server.asked] == [None, "bytes=100-", "bytes=200-"]
    assert {h.get("if-range") for _, h in server.asked[1:]} == {'"one"'}


def test_the_next_call_goes_on_where_the_last_one_gave_up(server, folder):
    file = ged(server, break_at=[50] * 4, ranges=True)
    with pytest.raises(CahraError, match=r"broke again and again"):
        get(folder, "")
    assert get(folder, "").entry.sha256 == hashlib.sha256(file.data).hexdigest()
    assert server.asked[-1][1]["range"] == "bytes=50-"


@pytest.mark.parametrize("other", [{"etag": '"two"'}, {"ranges": False}])
def test_a_file_that_changed_meanwhile_begins_anew(server, folder, other):
    file = ged(server, break_at=[100] * 4)
    with pytest.raises(CahraError):
        get(folder, "")
    for name, value in other.items():
        setattr(file, name, value)
    assert get(folder, "").entry.sha256 == hashlib.sha256(file.data).hexdigest()


def test_a_busy_publisher_is_waited_for_as_long_as_it_asks(server, folder):
    ged(server, busy=[(429, "1"), (503, "")])
    began = time.monotonic()
    get(folder, "")
    assert time.monotonic() - began > 0.9
    assert len(server.asked) == 3


WRONG = {
    "throttled for an hour": ({"busy": [(429, "3600")]}, "asks to wait longer"),
    "broken at half": ({"break_at": [100] * 9, "ranges": False}, "broke again and again"),
    "busy for ever": ({"busy": [(503, "")] * 9}, "HTTP 503"),
    "wrong checksum": ({"headers": {"Repr-Digest": "sha-256=:" + "A" * 43 + "=:"}}, "another checksum"),
    "an older checksum": ({"headers": {"Content-MD5": "A" * 22 + "=="}}, "another checksum"),
    "a web page": ({"data": b"\n<!DOCTYPE html><html>log in", "kind": "text/html"}, "a web page instead"),
    "another host": ({"redirect": "https://example.org/ged251-csv.zip"}, "not one of the publisher's"),
    "a file of this machine": ({"redirect": "file:///etc/passwd"}, "not one of the publisher's"),
    "in a circle": ({"redirect": GED}, "on and on"),
    "packed twice": ({"headers": {"Content-Encoding": "gzip"}, "data": packed(b"0" * 9999)}, "packed though"),
    "a bomb": ({"data": bomb()}, "passes the limit 'ratio'"),
    "no zip": ({"data": b"PK\x03\x04 nothing"}, "refused"),
    "another edition": ({"data": zipped(events(range(1989, 2025)), "x.csv"), "edition": "24.1"}, "HTTP 404"),
    "a slow drip": ({"drip": 0.05}, "takes too long"),
    "an empty file": ({"data": b""}, "empty"),
}  # fmt: skip


@pytest.mark.parametrize("how", WRONG)
def test_whatever_goes_wrong_the_old_edition_stays_and_the_message_is_clear(server, folder, how):
    ged(server)
    get(folder)
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    answer, said = WRONG[how]
    answer = dict(answer)
    edition = answer.pop("edition", "25.1")
    ged(server, **{"etag": '"two"', **answer})
    means = Means(wait_s=0.0, total_s=1.0 if how == "a slow drip" else 20.0, timeout_s=5.0, now=NOW)
    with pytest.raises(CahraError, match=said) as fault:
        get(folder, edition=edition, means=means)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    assert find(parse("ucdp:CAF")).layer().accounting["accepted"] == 36
    assert "Traceback" not in str(fault.value)


def test_no_connection_is_one_sentence_with_what_to_do(folder, server):
    server.close()
    with pytest.raises(CahraError, match=r"could not be reached.*download the file by hand"):
        get(folder)


def test_sizes_are_bounded(server, folder, monkeypatch):
    ged(server)
    monkeypatch.setattr(fetching.Transfer, "__init__", _small(fetching.Transfer.__init__))
    with pytest.raises(CahraError, match="too large"):
        get(folder)


def _small(init):
    def smaller(self, *args, **named):
        init(self, *args, **named)
        self.most_bytes = 100

    return smaller


def test_what_was_downloaded_by_hand_is_treated_alike(folder, server):
    data = zipped(events(range(1989, 2025)), "GEDEvent_v25_1.csv")
    found = drop_in("ucdp", Wanted("CAF"), folder, data, "ged251-csv (1).zip", NOW)
    assert found.entry.reference == "ucdp:CAF@25.1"
    assert found.entry.by_hand
    assert found.entry.coverage == [{"country_iso3": "CAF", "from": EARLY, "to": LATE}]
    assert server.asked == []
    with pytest.raises(CahraError, match="another edition"):
        drop_in("ucdp", Wanted("CAF", "24.1"), folder, data, "ged251-csv.zip", NOW)
    with pytest.raises(CahraError, match="does not say its edition"):
        drop_in("ucdp", Wanted("CAF"), folder, events(range(2000, 2003)), "mine.csv", NOW)


def test_a_candidate_month(server, folder):
    month = events(range(2026, 2027)).replace(b"-05-01", b"-08-03")
    server.files["/downloads/candidateged/GEDEvent_v26_0_8.csv"] = File(month)
    entry = get(folder, name="ucdp-candidate", edition="26.0.8").entry
    assert entry.coverage == [{"country_iso3": "CAF", "from": "2026-08-01", "to": "2026-08-31"}]
    assert find(parse("ucdp-candidate:CAF")).layer().frame["candidate"].all()


def test_the_copy_of_the_table_mends_an_address_and_a_wrong_one_is_refused(folder, server):
    assert named("ucdp", folder).address.startswith(server.base)
    assert named("ucdp").address.startswith("https://ucdp.uu.se")
    text = (folder / NAME).read_text("utf-8")
    (folder / NAME).write_text(text.replace("incidents,file", "incidents,ftp"), "utf-8")
    with pytest.raises(InputError, match="table of addresses"):
        sources(folder)


def test_every_source_has_a_licence_a_citation_and_https_hosts():
    for row in sources().values():
        assert publisher(row.publisher)["licence"], row.name
        assert row.cite
        assert row.checked
        place = urllib.parse.urlsplit(row.address)
        assert (place.scheme, place.hostname in row.allowed) == ("https", True)


def test_towns_of_geonames(server, folder):
    line = "1\tBoda\tBoda\tBoda,Boda II\t4.317\t17.467\t{}\tPPL\t{}\t\t\t\t\t\t9000\t\t400\tAfrica/Bangui\t2020-01-01\n"
    table = line.format("P", "CF") + line.format("H", "CF") + line.format("P", "CM")
    server.files["/export/dump/CF.zip"] = File(zipped(table.encode(), "CF.txt"))
    entry = get(folder, name="geonames", edition="").entry
    assert (entry.reference, entry.rows, entry.role) == ("geonames:CAF@2026-11-26", 1, "places")
    assert (folder / entry.name).read_text("utf-8").splitlines()[1].startswith("1,Boda,")


def activities(first: int, count: int) -> bytes:
    one = "<iati-activity><iati-identifier>X-{}</iati-identifier></iati-activity>"
    return f"<iati-activities version='2.03'>{''.join(one.format(first + i) for i in range(count))}</iati-activities>".encode()


def test_activities_of_iati_page_by_page_with_the_users_key(server, folder):
    def page(path: str) -> bytes:
        start = int(urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["start"][0])
        return activities(start, min(100, 130 - start))

    server.files["/datastore/activity/iati"] = page
    with pytest.raises(InputError, match="IATI_KEY"):
        get(folder, name="iati", edition="")
    means = Means(wait_s=0.0, now=NOW, accounts={"IATI_KEY": "secret-key"})
    entry = get(folder, name="iati", edition="", means=means).entry
    assert entry.rows == 130
    assert {h["ocp-apim-subscription-key"] for _, h in server.asked} == {"secret-key"}
    assert all(b"secret-key" not in p.read_bytes() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (lambda _: activities(1, 100), "in a circle"),
        (lambda path: activities(int(path.rsplit("=", 1)[1]), 100), "too many pages"),
        (lambda _: b"<iati-activities><iati-activity>", "not IATI XML"),
        (lambda _: activities(1, 0), "no activity"),
        (lambda _: b'<!DOCTYPE x [<!ENTITY a "b">]><iati-activities/>', "document type"),
    ],
)
def test_pages_without_end_and_pages_that_are_none(server, folder, monkeypatch, page, said):
    monkeypatch.setattr(fetching, "MOST_PAGES", 3)
    server.files["/datastore/activity/iati"] = page
    with pytest.raises(CahraError, match=said):
        get(folder, name="iati", edition="", means=Means(wait_s=0.0, now=NOW, accounts={"IATI_KEY": "k"}))
    assert all_stored() == []


ACLED = ("event_id_cnty,event_date,year,time_precision,event_type,sub_event_type,actor1,actor2,inter1,inter2,iso,country,"
         "admin1,admin2,location,latitude,longitude,geo_precision,source,fatalities\n")  # fmt: skip


def test_acled_comes_by_the_users_account_and_lies_apart(server, folder):
    row = "CAF{},2020-05-01,2020,1,Battles,Armed clash,A,B,1,2,140,Central African Republic,Ouaka,,Bambari,5.7,20.6,1,S,2\n"
    server.files["/oauth/token"] = File(b'{"access_token": "the-token"}', etag="")
    server.files["/api/acled/read"] = File((ACLED + row.format(1) + row.format(2)).encode(), etag="")
    means = Means(wait_s=0.0, now=NOW, accounts={"ACLED_USER": "me", "ACLED_PASSWORD": "secret-word"})
    entry = get(folder, name="acled", edition="", means=means).entry
    assert server.forms == [
        {"username": ["me"], "password": ["secret-word"], "grant_type": ["password"], "client_id": ["acled"]}
    ]
    assert server.asked[-1][1]["authorization"] == "Bearer the-token"
    apart = stores(folder)[1]
    assert [e.name for e in apart.entries()] == [entry.name]
    assert (apart.folder.stat().st_mode & 0o777, (apart.folder / entry.name).stat().st_mode & 0o777) == (0o700, 0o600)
    assert find(parse("acled:CAF")).layer().frame["restricted"].all()
    for path in folder.rglob("*"):
        assert not path.is_file() or b"secret-word" not in path.read_bytes()
    for strange in (b"[" * 60_000, b"{}", b"no", b'{"access_token": 1}', b'{"access_token": "\\n"}'):
        server.files["/oauth/token"] = File(strange, etag="")
        with pytest.raises(CahraError, match="none that is known"):
            get(folder, name="acled", edition="", means=means)
    server.files["/oauth/token"] = File(b"no", etag="", busy=[(400, "")])
    with pytest.raises(CahraError, match=r"HTTP 401.*Check the token"):
        get(folder, name="acled", edition="", means=means)


BOUNDARY = (b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"shapeName": "Boda", '
            b'"shapeGroup": "CAF"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}}]}')  # fmt: skip


def boundary(server: Misbehaving, licence: str = "CC BY 3.0 IGO", **how: object) -> File:
    said = {"boundaryID": "CAF-ADM2-1", "boundaryYearRepresented": "2015", "boundaryLicense": licence,
            "gjDownloadURL": f"{server.base}/caf.geojson"}  # fmt: skip
    server.files["/api/current/gbOpen/CAF/ADM2/"] = lambda _: json.dumps(said).encode()
    server.files["/caf.geojson"] = File(**{"data": BOUNDARY, **how})
    return server.files["/caf.geojson"]


def test_boundaries_are_gone_on_with_where_they_broke_and_not_sent_again(server, folder):
    boundary(server, break_at=[40])
    found = get(folder, name="geoboundaries", edition="")
    assert (found.unchanged, found.entry.reference) == (False, "geoboundaries:CAF/ADM2@2015")
    assert [h.get("range") for p, h in server.asked if p == "/caf.geojson"] == [None, "bytes=40-"]
    again = get(folder, name="geoboundaries", edition="")
    assert (again.unchanged, again.entry) == (True, found.entry)
    assert server.asked[-1][1]["if-none-match"] == '"one"'
    boundary(server, "CC BY 4.0")  # the file is the same and its licence is not
    other = get(folder, name="geoboundaries", edition="")
    assert (other.unchanged, other.entry.licence) == (False, "CC BY 4.0")
    assert not list((folder / "coming").iterdir())


@pytest.mark.parametrize("name", ["ucdp", "ucdp-candidate", "ipis-drc", "geoboundaries", "geonames", "iati"])
def test_days_are_not_asked_of_what_comes_whole(server, folder, name):
    wanted = Wanted("CAF", first=dt.date(2014, 1, 1))
    with pytest.raises(InputError, match="comes whole"):
        fetch(name, wanted, folder, MEANS)
    with pytest.raises(InputError, match="comes whole"):
        drop_in(name, wanted, folder, b"", "x.csv", NOW)
    assert server.asked == []


def test_a_reference_is_read_as_what_it_is_and_as_nothing_else(server, folder):
    ged(server)
    get(folder)
    assert Source.named("ucdp:CAF", role="incidents").name == "ucdp_ged_v25.1_CAF.csv"
    declared = Source.named("ucdp:CAF", role="coverage")
    assert declared.data.decode().splitlines()[1].endswith(f",CAF,{EARLY},{LATE}")
    for role in ("sites", "programmes", "suppliers", "rules", "towns"):
        with pytest.raises(InputError, match="of another kind"):
            Source.named("ucdp:CAF", role=role)


def test_of_one_edition_what_covers_most_days_is_used(server, folder):
    ged(server)
    whole = get(folder).entry
    store = stores(folder)[0]
    short = [{"country_iso3": "CAF", "from": "2014-01-01", "to": "2014-12-31"}]
    data = store.read(whole.name) + b"\n"
    digest = hashlib.sha256(data).hexdigest()
    later = "2027-01-01T00:00:00+00:00"
    part = dataclasses.replace(whole, name="part.csv", sha256=digest, size=len(data), coverage=short, fetched_at=later)
    store.add(part, data)
    assert find(parse("ucdp:CAF@25.1")).entry.name == whole.name


def test_towns_and_activities_that_were_fetched_are_read_by_their_jobs(server, folder):
    line = (
        "1\tBoda\tBoda\tBoda,Boda Deux\t4.317\t17.467\tP\tPPL\tCF\t\t\t\t\t\t9000\t\t400\tAfrica/Bangui\t2020-01-01\n"
    )
    server.files["/export/dump/CF.zip"] = File(zipped(line.encode(), "CF.txt"))
    get(folder, name="geonames", edition="")
    towns = read_towns(Source.named("geonames:CAF", role="towns"))
    assert (towns.entry["reference"], towns.entry["rows"]["accepted"]) == ("geonames:CAF@2026-11-26", 1)
    known = gazetteer(empty(SITES), more=towns.frame)
    [row] = known[known["match_id"] == "place:1"].to_dict("records")
    assert (row["name"], row["aliases"], row["country"], row["lat"]) == ("Boda", "Boda;Boda Deux", "CAF", 4.317)
    assert "GeoNames" in citations([towns.entry])[0]
    server.files["/datastore/activity/iati"] = lambda _: IATI
    get(folder, name="iati", edition="", means=Means(wait_s=0.0, now=NOW, accounts={"IATI_KEY": "k"}))
    sites = Source("sites.csv", b"site_id,lat,lon,country,minerals\nA,5.0,20.0,CAF,gold\n")
    given = Source.named("iati:CAF", role="programmes")
    made = programmes_job.run(programmes_job.load(ProgrammeInputs(Inputs(sites=[sites]), [given])), dt.date(2020, 1, 1))
    told = next(i for i in made.base_record()["inputs"] if i["role"] == "programmes")
    assert (told["reference"], told["rows"]["accepted"]) == ("iati:CAF@2026-11-26", 1)
    assert any("IATI Datastore" in line for line in citations(made.base_record()["inputs"]))


IATI = (b"<iati-activities version='2.03'><iati-activity><iati-identifier>X-1</iati-identifier><title><narrative>Mining "
        b"</narrative></title><activity-status code='2'/><activity-date type='2' iso-date='2019-01-01'/>"
        b"<recipient-country code='CF'/><sector code='32220' vocabulary='1'/></iati-activity></iati-activities>")  # fmt: skip
