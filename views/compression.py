"""Static files and pages compressed on their way: each file once, and kept, so that a slow line has a third to carry.

Brotli where the browser takes it (they do over HTTPS and on this machine), else gzip.

Streamlit leaves its own files uncompressed because it would compress them anew for every reader. Here what does not
change (files asked for by a hash of their content) is compressed when it is first asked for, in another thread.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Lock
from typing import Any

import pyarrow as pa

from layers.maps import assets

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

CODINGS = ("br", "gzip") if pa.Codec.is_available("brotli") else ("gzip",)
"""What is offered, the best first."""
LEAST_BYTES = 1_000
"""Smaller answers gain nothing."""
MOST_KEPT = 40_000_000
"""Bytes of compressed files that are kept; all of them together have some 8,000,000."""
_TEXTS = (b"text/", b"application/javascript", b"application/json", b"image/svg+xml", b"application/wasm", b"font/ttf")
_OURS = "/app/static/"
_THEIRS = "/static/"


class Compressed:
    """The ASGI middleware; `app` is what stands behind it."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._kept: dict[str, tuple[Headers, bytes]] = {}
        self._size, self._lock = 0, Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        coding = _coding(scope) if scope["type"] == "http" and _may(scope) else ""
        if not coding:
            await self.app(scope, receive, send)
            return
        key = _key(scope, coding)
        found = self._kept.get(key) if key else None
        if found is not None:
            await _answer(send, *found)
            return
        start, body = await _collected(self.app, scope, receive)
        headers: Headers = list(start.get("headers", []))
        if start["status"] != 200 or len(body) < LEAST_BYTES or not _fit(headers):
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return
        key = key if _lasts(key, headers) else ""
        packed = await asyncio.to_thread(_packed, body, coding, bool(key))
        made = _relabelled(headers, coding, len(packed))
        if key:
            self._keep(key, made, packed)
        await _answer(send, made, packed)

    def _keep(self, key: str, headers: Headers, packed: bytes) -> None:
        with self._lock:
            if key not in self._kept and self._size + len(packed) <= MOST_KEPT:
                self._kept[key] = (headers, packed)
                self._size += len(packed)


def _may(scope: Scope) -> bool:
    """Whether the answer may come compressed: a file or page, asked for whole and anew, by who may take it so."""
    if scope.get("method") != "GET":
        return False
    path = str(scope.get("path", ""))
    if _THEIRS not in path and path.rsplit("/", 1)[-1].count("."):
        return False
    if any(part in path for part in ("/_stcore/", "/media/", "/component")):
        return False
    given = {name.lower(): value for name, value in scope.get("headers", [])}
    return not any(name in given for name in (b"range", b"if-none-match", b"if-modified-since"))


def _coding(scope: Scope) -> str:
    """The best of our codings that the browser takes; blank for none."""
    for name, value in scope.get("headers", []):
        if name.lower() == b"accept-encoding":
            offers = value.decode("latin-1").lower().replace(" ", "").split(",")
            taken = {offer.split(";")[0] for offer in offers if not offer.endswith((";q=0", ";q=0.0"))}
            return next((c for c in CODINGS if c in taken), "")
    return ""


def _key(scope: Scope, coding: str) -> str:
    """Names a file that never changes under its name, and its coding; blank for others."""
    path, query = str(scope.get("path", "")), scope.get("query_string", b"").decode("latin-1")
    if _OURS in path:
        same = bool(query) and query == assets.digest(path.split(_OURS, 1)[1])
        return f"{coding} {path}?{query}" if same else ""
    return f"{coding} {path}" if _THEIRS in path else ""


def _lasts(key: str, headers: Headers) -> bool:
    """Whether what was answered under a name stays so: our own by its digest, Streamlit's where it says so itself."""
    return _OURS in key or any(name.lower() == b"cache-control" and b"max-age" in value for name, value in headers)


def _packed(body: bytes, coding: str, kept: bool) -> bytes:
    """The body in a coding; what is kept is worth a little more work, but the first reader waits for it.

    Level 9 of Brotli would save another 2 % of the scripts, and make a newcomer's first page wait half a second longer.
    """
    if coding == "br":
        return bytes(pa.Codec("brotli", compression_level=6 if kept else 5).compress(body))
    return gzip.compress(body, 6 if kept else 5, mtime=0)


def _fit(headers: Headers) -> bool:
    given = {name.lower(): value for name, value in headers}
    kind = given.get(b"content-type", b"").lower()
    return b"content-encoding" not in given and any(kind.startswith(text) for text in _TEXTS)


def _relabelled(headers: Headers, coding: str, size: int) -> Headers:
    """The headers of the compressed answer; its tag is no longer that of the very same bytes."""
    out: Headers = []
    for name, value in headers:
        key = name.lower()
        if key == b"etag" and not value.startswith(b"W/"):
            out.append((name, b"W/" + value))
        elif key not in (b"content-length", b"accept-ranges", b"vary"):
            out.append((name, value))
    more = [
        (b"content-encoding", coding.encode()),
        (b"content-length", str(size).encode()),
        (b"vary", b"Accept-Encoding"),
    ]
    return out + more


async def _collected(app: App, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    parts: list[bytes] = []
    first: list[Message] = []

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            first.append(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    # Whoever answers by the name of a file would pass its bytes by here, and nobody is to compress before.
    plain = [(name, value) for name, value in scope.get("headers", []) if name.lower() != b"accept-encoding"]
    await app({**scope, "extensions": {}, "headers": plain}, receive, take)
    return first[0], b"".join(parts)


async def _answer(send: Send, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
