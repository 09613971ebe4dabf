"""Downloads against a publisher on this machine: pages, tokens, refusals; and the store."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geo.errors import CahraError, InputError
from layers.publishers.geoboundaries import fetch_boundaries
from layers.sources.boundaries import read_boundaries
from layers.sources.catalogue import Store
from layers.sources.coverage import read_coverage
from layers.sources.download import fetch_ucdp
from layers.sources.fetch_error import FetchError
from layers.sources.https_client import Client
from layers.sources.incidents import read_incidents

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def event(number: int, day: str = "2014-05-01", **other: object) -> dict[str, object]:
    return {
        "id": number, "code_status": "Clear", "type_of_violence": 1, "side_a": "Government", "side_b": "Group, \"A\"",
        "where_prec": 1, "adm_1": "Ouaka province", "adm_2": None, "latitude": 5.7, "longitude": 20.6,
        "country": "Central African Republic", "country_id": 482, "date_prec": 1,
        "date_start": f"{day}T00:00:00", "date_end": f"{day}T00:00:00", "best": number, "high": 9, "low": 0,
    } | other  # fmt: skip


class Publisher:
    """A server on the loopback; `answers` maps a path to a list of (status, headers, body), one per request."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place = urllib.parse.urlsplit(self.path)
                publisher.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                queue = publisher.answers.get(place.path, [(404, {}, b"no")])
                status, headers, body = queue.pop(0) if len(queue) > 1 else queue[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def json(self, path: str, *bodies: object) -> None:
        self.answers[path] = [(200, {}, json.dumps(body).encode()) for body in bodies]


@pytest.fixture
def publisher():
    made = Publisher()
    yield made
    made.server.shutdown()
    made.server.server_close()


def pages(publisher: Publisher, *counts: int, total: int | None = None) -> None:
    bodies = []
    first = 1
    for i, count in enumerate(counts):
        more = f"{publisher.base}/ged/25.1?page={i + 1}" if i + 1 < len(counts) else ""
        bodies.append(
            {"TotalCount": sum(counts) if total is None else total, "TotalPages": len(counts), "NextPageUrl": more,
             "Result": [event(n) for n in range(first, first + count)]}
        )  # fmt: skip
        first += count
    publisher.json("/ged/25.1", *bodies)


def get(publisher: Publisher, store: Store, **options: object):
    given = {"version": "25.1", "country": "CAF", "token": "secret-token", "base": f"{publisher.base}/ged"} | options
    return fetch_ucdp(store, now=NOW, wait_s=0.0, **given)


def test_all_pages_become_one_file_that_reads_and_covers(publisher, tmp_path):
    pages(publisher, 3, 2)
    store = Store(tmp_path / "store")
    shown: list[tuple[int, int]] = []
    entry = get(publisher, store, start=dt.date(2014, 1, 1), progress=lambda *done: shown.append(done))
    layer = read_incidents(store.read(entry.name), entry.name)
    assert layer.frame["record_id"].tolist() == ["1", "2", "3", "4", "5"]
    assert layer.frame["actor_b"].iloc[0] == 'Group, "A"'
    assert not layer.frame["candidate"].any()
    assert shown == [(1, 2), (2, 2)]
    assert entry.coverage == [{"country_iso3": "CAF", "from": "2014-01-01", "to": "2024-12-31"}]
    assert read_coverage(store.coverage(), "coverage.csv").frame["dataset"].tolist() == [layer.dataset_version]
    assert (entry.licence, entry.version, entry.fetched_at) == ("CC BY 4.0", "25.1", "2026-11-21T12:00:00+00:00")
    assert entry.age_days(dt.date(2026, 12, 1)) == 10
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(publisher.asked[0][0]).query)
    assert query["Country"] == ["482"]
    assert (query["StartDate"], query["EndDate"]) == (["2014-01-01"], ["2024-12-31"])
    assert all(headers["x-ucdp-access-token"] == "secret-token" for _, headers in publisher.asked)
    assert all(b"secret-token" not in path.read_bytes() for path in store.folder.iterdir())


def test_candidate_events_of_a_month_cover_that_month_only(publisher, tmp_path):
    publisher.json(
        "/ged/25.0.8", {"TotalCount": 1, "TotalPages": 1, "NextPageUrl": None, "Result": [event(1, "2025-08-03")]}
    )
    store = Store(tmp_path)
    entry = get(publisher, store, version="25.0.8", start=dt.date(1989, 1, 1), end=dt.date(2030, 1, 1))
    assert entry.coverage == [{"country_iso3": "CAF", "from": "2025-08-01", "to": "2025-08-31"}]
    assert read_incidents(store.read(entry.name), entry.name).frame["candidate"].all()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"TotalCount": 9, "TotalPages": 1, "NextPageUrl": "", "Result": [event(1)]}, "another number of events"),
        ({"TotalCount": 0, "TotalPages": 0, "NextPageUrl": "", "Result": []}, "no event"),
        ({"message": "hello"}, "not a page of events"),
        ({"TotalCount": 1, "NextPageUrl": "http://192.0.2.1/x", "Result": [event(1)]}, "not one of the publisher's"),
        ({"TotalCount": 1, "NextPageUrl": "/ged/25.1", "Result": [event(1)]}, "in a circle"),
        ({"TotalCount": 1, "Result": [event(1, country_id=490)]}, "another country"),
        ({"TotalCount": 1, "Result": [event(1, country_id=None)]}, "another country"),
        ({"TotalCount": 1, "Result": [event(1, "1988-12-31")]}, "other days"),
        ({"TotalCount": 1, "Result": [event(1, "2025-01-01")]}, "other days"),
        ({"TotalCount": 1, "Result": [event(1, "soon")]}, "other days"),
        ({"TotalCount": 2, "Result": [event(1), event(2, country_id=625)]}, "another country"),
        ({"TotalCount": 2, "Result": [event(1), event(1)]}, "twice"),
    ],
)
def test_what_is_not_whole_is_not_kept(publisher, tmp_path, body, said):
    publisher.json("/ged/25.1", body)
    store = Store(tmp_path / "store")
    with pytest.raises(FetchError, match=said):
        get(publisher, store)
    assert store.entries() == []


def test_errors_of_the_publisher(publisher, tmp_path):
    store = Store(tmp_path)
    publisher.answers["/ged/25.1"] = [(401, {}, b"no token")]
    with pytest.raises(FetchError, match=r"HTTP 401.*Check the token") as fault:
        get(publisher, store)
    assert "secret-token" not in str(fault.value)
    publisher.answers["/ged/25.1"] = [(503, {}, b"busy")]
    with pytest.raises(FetchError, match="HTTP 503"):
        get(publisher, store)
    publisher.answers["/ged/25.1"] = [(200, {}, b"<html>maintenance</html>")]
    with pytest.raises(FetchError, match="not JSON"):
        get(publisher, store)


def test_a_busy_publisher_is_asked_again(publisher, tmp_path):
    pages(publisher, 1)
    publisher.answers["/ged/25.1"].insert(0, (503, {}, b"busy"))
    assert get(publisher, Store(tmp_path)).size > 0
    assert len(publisher.asked) == 2


def test_a_page_waits_as_long_as_the_publisher_asks_and_no_longer_than_it_may(publisher, tmp_path):
    pages(publisher, 1)
    publisher.answers["/ged/25.1"].insert(0, (429, {"Retry-After": "1"}, b"slowly"))
    began = time.monotonic()
    assert get(publisher, Store(tmp_path)).size > 0
    assert time.monotonic() - began > 0.9
    publisher.answers["/slow"] = [(429, {"Retry-After": "3600"}, b"")]
    with pytest.raises(CahraError, match="asks to wait longer"):
        Client(frozenset({"127.0.0.1"}), (), 0.0, total_s=5).get(f"{publisher.base}/slow")


def test_a_page_that_breaks_is_asked_for_again_as_a_whole(publisher):
    publisher.answers["/page"] = [(200, {"Content-Length": "9"}, b"half"), (200, {}, b"whole")]
    client = Client(frozenset({"127.0.0.1"}), (), 0.0, total_s=10, timeout_s=1.0)
    assert client.get(f"{publisher.base}/page") == b"whole"
    assert len(publisher.asked) == 2


def test_a_page_is_asked_for_only_where_it_changed(publisher):
    client = Client(frozenset({"127.0.0.1"}), (), 0.0)
    publisher.answers["/page"] = [(200, {"ETag": '"one"'}, b"body"), (304, {}, b"")]
    assert client.get(f"{publisher.base}/page") == b"body"
    assert client.changed(f"{publisher.base}/page", client.validators) is None
    assert publisher.asked[-1][1]["if-none-match"] == '"one"'
    with pytest.raises(FetchError, match="HTTP 304"):
        client.get(f"{publisher.base}/page")


@pytest.mark.parametrize(
    "options",
    [
        {"country": "Atlantis"},
        {"country": "Martinique"},
        {"version": "latest"},
        {"version": "25.0.13"},
        {"start": dt.date(2025, 1, 1)},
    ],
)
def test_what_makes_no_sense_is_not_asked(publisher, tmp_path, options):
    with pytest.raises(InputError):
        get(publisher, Store(tmp_path), **options)
    assert publisher.asked == []


SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
UNITS = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"shapeName": "Boda", "shapeGroup": "CAF"}, "geometry": SQUARE}],
}


def boundaries(publisher: Publisher, file: str, **facts: object) -> None:
    said = {"boundaryID": "CAF-ADM2-1", "boundaryYearRepresented": "2015", "boundaryLicense": "CC BY 3.0 IGO"}
    publisher.json("/gb/CAF/ADM2/", said | {"boundarySource": "UNHCR", "gjDownloadURL": file} | facts)


def test_boundaries_carry_vintage_and_licence(publisher, tmp_path):
    boundaries(publisher, f"{publisher.base}/file")
    publisher.answers["/file"] = [(302, {"Location": "/moved"}, b"")]
    publisher.json("/moved", UNITS)
    store = Store(tmp_path)
    entry = fetch_boundaries(store, "RCA", 2, base=f"{publisher.base}/gb", now=NOW, wait_s=0.0)
    layer = read_boundaries(store.read(entry.name), entry.name)
    assert (layer.version, entry.version, entry.licence) == ("2015", "2015", "CC BY 3.0 IGO")
    assert entry.name == "geoboundaries_CAF_adm2_2015.geojson"
    assert "UNHCR" in entry.credit
    assert layer.frame["unit"].tolist() == ["Boda"]
    assert entry.coverage == []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("https://example.org/x.geojson", "not one of the publisher's"),
        ("file:///etc/passwd", "not one of the publisher's"),
        ("http://github.com/x.geojson", "not one of the publisher's"),
        ("https://user:pw@github.com/x.geojson", "not one of the publisher's"),
    ],
)
def test_a_file_elsewhere_is_not_fetched(publisher, tmp_path, file, said):
    boundaries(publisher, file)
    with pytest.raises(FetchError, match=said):
        fetch_boundaries(Store(tmp_path), "CAF", 2, base=f"{publisher.base}/gb", wait_s=0.0)


def test_a_pointer_file_or_a_circle_of_redirects_is_no_boundary_set(publisher, tmp_path):
    boundaries(publisher, f"{publisher.base}/file")
    publisher.answers["/file"] = [(200, {}, b"version https://git-lfs.github.com/spec/v1\n")]
    with pytest.raises(FetchError, match="not GeoJSON"):
        fetch_boundaries(Store(tmp_path), "CAF", 2, base=f"{publisher.base}/gb", wait_s=0.0)
    publisher.answers["/file"] = [(302, {"Location": "/file"}, b"")]
    with pytest.raises(FetchError, match="on and on"):
        fetch_boundaries(Store(tmp_path), "CAF", 2, base=f"{publisher.base}/gb", wait_s=0.0)


def test_a_token_does_not_travel_to_another_host(publisher):
    publisher.answers["/first"] = [
        (302, {"Location": publisher.base.replace("127.0.0.1", "localhost") + "/second"}, b"")
    ]
    publisher.answers["/second"] = [(200, {}, b"body")]
    client = Client(frozenset({"127.0.0.1", "localhost"}), (("x-ucdp-access-token", "secret"),), 0.0)
    assert client.get(f"{publisher.base}/first") == b"body"
    assert [headers.get("x-ucdp-access-token") for _, headers in publisher.asked] == ["secret", None]


def test_the_store_notices_a_changed_file_and_keeps_names_inside(publisher, tmp_path):
    pages(publisher, 1)
    store = Store(tmp_path / "store")
    entry = get(publisher, store)
    get(publisher, store)
    assert len(store.entries()) == 1
    (store.folder / entry.name).write_bytes(b"changed")
    with pytest.raises(InputError, match="not the one that was fetched"):
        store.read(entry.name)
    with pytest.raises(InputError, match="no such file"):
        store.read("other.csv")
    import dataclasses

    with pytest.raises(InputError, match="no file name"):
        store.add(dataclasses.replace(entry, name="../out.csv"), b"")
    with pytest.raises(InputError, match="hash"):
        store.add(entry, b"other bytes")
    (store.folder / Store.INDEX).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        store.entries()
    assert not list(Path(tmp_path).glob("out.csv"))


REPLIES = [
    b"", b" ", b"null", b"[]", b"{}", b"1", b"NaN", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5000, b"9" * 5000,
    b'{"Result": null}', b'{"Result": {}}', b'{"Result": [null]}', b'{"Result": [[]]}', b'{"Result": [1]}',
    b'{"Result": ["x"]}', b'{"Result": [{}]}', b'{"Result": [{"id": null}]}', b'{"Result": [{"id": {"a": 1}}]}',
    *(json.dumps({"Result": [event(1)], "TotalCount": total}).encode()
      for total in (None, "x", [], {}, True, -1, 1.5, 1e300, "1e3", "\u0661", 10**30)),
    *(json.dumps({"Result": [event(1)], "TotalCount": 1, "TotalPages": n}).encode() for n in ("x", [], -1)),
    *(json.dumps({"Result": [event(1)], "TotalCount": 1, "NextPageUrl": n}).encode()
      for n in ("http://[", "//", "x:y", "file:///etc/passwd", "/a b", "/\u00e9", "http://127.0.0.1:99999/", "\\", "?")),
    *(json.dumps({"Result": [event(1) | {key: value}], "TotalCount": 1}).encode()
      for key in ("latitude", "best", "where_prec", "type_of_violence", "id", "date_start", "country_id", "side_a")
      for value in (None, [], {}, "x", 1e308, "\ud800", "x" * 200_000, True)),
    b'{"Result": [], "Result": [1]}', b'{"Result": [{"id": 1e999}]}', b"<html></html>", b'{"TotalCount": 1}',
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(REPLIES)))
def test_any_reply_at_all_ends_in_an_entry_or_in_our_error(publisher, tmp_path, number):
    publisher.answers["/ged/25.1"] = [(200, {}, REPLIES[number])]
    publisher.answers["/gb/CAF/ADM2/"] = [(200, {}, REPLIES[number])]
    publisher.answers["/file"] = [(200, {}, REPLIES[number])]
    store = Store(tmp_path / "store")
    with contextlib.suppress(CahraError):
        get(publisher, store)
    for file in (f"{publisher.base}/file", None):
        if file:
            boundaries(publisher, file, boundarySource="x" * 10_000, boundaryYearRepresented="y" * 10_000)
        else:
            publisher.answers["/gb/CAF/ADM2/"] = [(200, {}, REPLIES[number])]
        with pytest.raises(CahraError):
            fetch_boundaries(store, "CAF", 2, base=f"{publisher.base}/gb", wait_s=0.0)
    assert [e.coverage[0]["country_iso3"] for e in store.entries()] in ([], ["CAF"])


HEADS = [
    b"", b"\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/9.9 200 OK\r\n\r\n{}", b"SSH-2.0-x\r\n", b"HTTP/1.1 999 x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200,
    b"HTTP/1.1 200 OK\r\na: " + b"x" * 100_000, b"HTTP/1.1 302 x\r\nLocation: http://[\r\n\r\n",
    b"HTTP/1.1 302 x\r\nLocation: \xff\xfe\r\n\r\n", b"HTTP/1.1 302 x\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    b"HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/x\r\n\r\n", b"HTTP/1.1 204 No\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b", b"\x00" * 1000,
]  # fmt: skip


class Raw:
    """A socket that says `words` to whoever asks, a byte at a time with `pause` seconds between."""

    def __init__(self, words: bytes, pause: float = 0.0) -> None:
        self.words, self.pause = words, pause
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = self.listening.accept()
                with contextlib.suppress(OSError), one:
                    one.recv(65536)
                    if not self.pause:
                        one.sendall(self.words)
                        continue
                    for byte in self.words:
                        one.sendall(bytes([byte]))
                        time.sleep(self.pause)


@pytest.mark.parametrize("number", range(len(HEADS)))
def test_any_words_of_a_server_end_in_our_error(number):
    server = Raw(HEADS[number])
    client = Client(frozenset({"127.0.0.1"}), (("x-token", "secret"),), 0.0, total_s=20)
    with pytest.raises(CahraError):
        client.get_json(f"{server.base}/x")
    server.listening.close()


@pytest.mark.parametrize("words", [b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 90, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000])
def test_a_server_that_drips_is_cut(words):
    server = Raw(words, pause=0.05)
    began = time.monotonic()
    with pytest.raises(CahraError, match="too long"):
        Client(frozenset({"127.0.0.1"}), (), 0.0, total_s=0.8).get(f"{server.base}/x")
    assert time.monotonic() - began < 10
    server.listening.close()


def test_pages_and_bytes_are_bounded(publisher, tmp_path, monkeypatch):
    from layers.sources import download

    pages(publisher, 1, 1, 1)
    monkeypatch.setattr(download, "MOST_PAGES", 2)
    with pytest.raises(CahraError, match="too many pages"):
        get(publisher, Store(tmp_path))
    publisher.answers["/big"] = [(200, {}, b"x" * 5000)]
    client = Client(frozenset({"127.0.0.1"}), (), 0.0, total_bytes=9000)
    assert len(client.get(f"{publisher.base}/big")) == 5000
    with pytest.raises(CahraError, match="too large"):
        client.get(f"{publisher.base}/big")


def test_a_token_leaves_neither_its_host_nor_its_port(publisher, tmp_path):
    other = Publisher()
    other.json("/ged/25.1", {"TotalCount": 1, "TotalPages": 1, "NextPageUrl": "", "Result": [event(2)]})
    for way in ("redirect", "next"):
        if way == "redirect":
            publisher.answers["/ged/25.1"] = [(302, {"Location": f"{other.base}/ged/25.1"}, b"")]
        else:
            publisher.json(
                "/ged/25.1", {"TotalCount": 2, "NextPageUrl": f"{other.base}/ged/25.1", "Result": [event(1)]}
            )
        with pytest.raises(FetchError, match="not one of the publisher's"):
            get(publisher, Store(tmp_path / way))
    assert other.asked == []
    other.server.shutdown()
    other.server.server_close()
