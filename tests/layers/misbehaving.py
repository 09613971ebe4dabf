"""A server on this machine that plays a publisher: validators, ranges, pauses, and every way of going wrong."""

from __future__ import annotations

import csv
import gzip
import io
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class File:
    """One file as the server gives it, and how the next requests for it go wrong."""

    data: bytes
    etag: str = '"one"'
    modified: str = ""
    kind: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    break_at: list[int] = field(default_factory=list)
    busy: list[tuple[int, str]] = field(default_factory=list)
    redirect: str = ""
    ranges: bool = True
    drip: float = 0.0


class Misbehaving:
    """The server; `files` by path, `asked` every request with its headers."""

    def __init__(self) -> None:
        self.files: dict[str, File | Callable[[str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.forms: list[dict[str, list[str]]] = []
        me = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                me.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                me.answer(self)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                me.forms.append(urllib.parse.parse_qs(body.decode()))
                me.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        found = self.files.get(urllib.parse.urlsplit(to.path).path)
        if found is None:
            to.send_error(404)
            return
        if not isinstance(found, File):
            found = File(found(to.path), etag="")
        if found.busy:
            status, pause = found.busy.pop(0)
            to.send_response(status)
            if pause:
                to.send_header("Retry-After", pause)
            to.send_header("Content-Length", "0")
            to.end_headers()
            return
        if found.redirect:
            to.send_response(302)
            to.send_header("Location", found.redirect)
            to.send_header("Content-Length", "0")
            to.end_headers()
            return
        if found.etag and to.headers.get("If-None-Match") == found.etag:
            to.send_response(304)
            to.end_headers()
            return
        start, wanted = 0, to.headers.get("Range", "")
        same = to.headers.get("If-Range") in (found.etag, found.modified)
        if wanted and found.ranges and same:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            to.send_response(206)
            to.send_header("Content-Range", f"bytes {start}-{len(found.data) - 1}/{len(found.data)}")
        else:
            to.send_response(200)
        for name, value in (("ETag", found.etag), ("Last-Modified", found.modified), *found.headers.items()):
            if value:
                to.send_header(name, value)
        to.send_header("Content-Type", found.kind)
        to.send_header("Content-Length", str(len(found.data) - start))
        to.end_headers()
        end = found.break_at.pop(0) if found.break_at else len(found.data)
        if found.drip:
            for at in range(start, end):
                to.wfile.write(found.data[at : at + 1])
                to.wfile.flush()
                time.sleep(found.drip)
            return
        to.wfile.write(found.data[start:end])
        if end < len(found.data):
            to.wfile.flush()
            to.connection.close()


COLUMNS = (
    "id", "code_status", "type_of_violence", "side_a", "side_b", "where_prec", "adm_1", "adm_2", "latitude",
    "longitude", "country", "country_id", "date_prec", "date_start", "date_end", "best", "high", "low",
)  # fmt: skip
COUNTRIES = {"482": "Central African Republic", "490": "DR Congo (Zaire)", "483": "Chad"}


def events(years: range, *, deaths: int = 3, numbers: tuple[str, ...] = tuple(COUNTRIES)) -> bytes:
    """A table in UCDP's columns: one event a year and country."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for i, year in enumerate(years):
        for j, number in enumerate(numbers):
            day = f"{year}-05-01"
            row = (1000 * i + j, "Clear", 1, "Government", 'Group, "A"', 1, "Ouaka province", "", 5.7 + j / 10, 20.6)
            table.writerow((*row, COUNTRIES[number], number, 1, day, day, deaths, deaths + 2, 0))
    return out.getvalue().encode()


def zipped(data: bytes, name: str) -> bytes:
    """A zip of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def bomb(size: int = 300_000_000) -> bytes:
    """A zip of one table that is larger than it may be against what it takes packed."""
    return zipped(b"0" * size, "GEDEvent_v25_1.csv")


def packed(data: bytes) -> bytes:
    """The bytes under gzip."""
    return gzip.compress(data)
