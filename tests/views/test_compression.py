"""Static files compressed: the same bytes after unpacking, once for all readers, nothing that changes kept."""

from __future__ import annotations

import asyncio
import gzip

import pyarrow as pa
import pytest

from layers.maps import assets
from tests.views.test_server_guard import run_apart
from views.compression import CODINGS, Compressed

TEXT = b"const words = 'a file of scripts';\n" * 400
LASTS = (b"cache-control", b"public, immutable, max-age=31536000")


class Files:
    """Answers every path with the same text, and counts how often it is asked."""

    def __init__(self, kind: bytes = b"text/javascript", status: int = 200, body: bytes = TEXT, *more) -> None:
        self.kind, self.status, self.body, self.more, self.asked = kind, status, body, more, 0

    async def __call__(self, scope, receive, send):
        self.asked += 1
        self.heard = dict(scope["headers"])
        head = [
            (b"content-type", self.kind),
            (b"content-length", b"%d" % len(self.body)),
            (b"etag", b'"x"'),
            *self.more,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        half = len(self.body) // 2
        await send({"type": "http.response.body", "body": self.body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[half:]})


def fetch(app, path="/static/js/index.abc.js", accept=b"gzip, br", query="", method="GET", **more):
    head = [(b"accept-encoding", accept), *((k.replace("_", "-").encode(), v) for k, v in more.items())]
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": head,
        "extensions": {"http.response.pathsend": {}},
    }  # fmt: skip
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    run_apart(app(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m.get("body", b"") for m in sent[1:])


@pytest.mark.parametrize("accept", [b"gzip", b"gzip, deflate, br", b"br;q=0, gzip;q=0.5"])
def test_the_bytes_are_the_same_after_unpacking_and_compressed_once(accept):
    files = Files(b"text/javascript", 200, TEXT, LASTS)
    app = Compressed(files)
    for _ in range(3):
        status, head, body = fetch(app, accept=accept)
        coding = head[b"content-encoding"].decode()
        assert (status, int(head[b"content-length"])) == (200, len(body))
        assert len(body) < len(TEXT) / 5
        opened = gzip.decompress(body) if coding == "gzip" else pa.Codec("brotli").decompress(body, len(TEXT))
        assert bytes(opened) == TEXT
        assert (head[b"vary"], head[b"etag"]) == (b"Accept-Encoding", b'W/"x"')
        assert head[b"cache-control"] == LASTS[1]
    assert coding == (CODINGS[0] if accept.endswith(b"br") else "gzip")
    assert files.asked == 1
    assert b"accept-encoding" not in files.heard, "nobody behind compresses first"


@pytest.mark.parametrize(
    ("files", "asked"),
    [
        (Files(), {"accept": b"identity"}), (Files(), {"accept": b""}), (Files(), {"range": b"bytes=0-9"}),
        (Files(), {"if_none_match": b'"x"'}), (Files(), {"method": "HEAD"}), (Files(b"font/woff2"), {}),
        (Files(b"text/plain", 404), {}), (Files(b"text/plain", 200, b"short"), {}), (Files(), {"path": "/media/a.csv"}),
        (Files(b"text/plain", 200, TEXT, (b"content-encoding", b"gzip")), {}), (Files(), {"path": "/_stcore/health"}),
    ],
)  # fmt: skip
def test_the_rest_passes_as_it_is(files, asked):
    status, head, body = fetch(Compressed(files), **asked)
    assert (status, body) == (files.status, files.body)
    assert head.get(b"content-encoding", b"") == dict(files.more).get(b"content-encoding", b"")


def test_only_what_never_changes_is_kept():
    page = Files(b"text/html", 200, TEXT, (b"cache-control", b"no-cache"))
    app = Compressed(page)
    for path in ("/", "/explore", "/static/unknown", "/explore"):
        assert b"content-encoding" in fetch(app, path)[1]
    assert page.asked == 4
    assert app._kept == {}
    ours = Files()
    app = Compressed(ours)
    for query in ("", "0" * 16, assets.digest("atlas/base.js"), assets.digest("atlas/base.js")):
        fetch(app, "/app/static/atlas/base.js", query=query)
    assert ours.asked == 3
    assert len(app._kept) == 1


def test_many_who_ask_at_once_are_all_answered():
    app = Compressed(Files(b"text/javascript", 200, TEXT, LASTS))

    async def one():
        sent = []

        async def send(message):
            sent.append(message)

        head = [(b"accept-encoding", b"gzip")]
        await app({"type": "http", "method": "GET", "path": "/static/a.js", "headers": head}, None, send)
        return gzip.decompress(sent[1]["body"])

    async def all_of_them():
        return await asyncio.gather(*(one() for _ in range(20)))

    assert set(run_apart(all_of_them())) == {TEXT}
    assert len(app._kept) == 1
