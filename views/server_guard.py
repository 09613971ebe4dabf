"""What stands before Streamlit's own server: headers of every answer, and how much one session may bring.

Streamlit bounds the size of a file, not the number of files that wait for a session; and it sends no header that says
what a page may load or who may frame it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Lock
from typing import Any

from layers.formats import UPLOAD
from layers.maps import assets
from layers.maps.map import TILES
from views.compression import Compressed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SESSION_FILES, SESSION_BYTES = 12, 120_000_000
"""Files and bytes that may wait for one session; a page takes them away as it reads them."""
ALL_BYTES = 1_000_000_000
"""Bytes that may wait for all sessions together."""
_UPLOAD = "/_stcore/upload_file/"
_STATIC = "/app/static/"
_TILES = TILES.split("/{", 1)[0]
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    f"img-src 'self' data: blob: {_TILES}; font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; "
    "worker-src 'self' blob:; frame-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
"""What a page may load: this server alone, and map tiles for a reader who switches them on."""
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


class Waiting:
    """Uploads that wait for a session, or are on their way to it."""

    def __init__(self, held: Callable[[str], tuple[int, int, int]]) -> None:
        self._held, self._lock = held, Lock()
        self._coming: dict[str, list[int]] = defaultdict(list)

    def admit(self, session: str, size: int) -> bool:
        """Whether another file of this size may come; then it counts until :meth:`arrived`."""
        with self._lock:
            files, own, everyone = self._held(session)
            coming = self._coming[session]
            total = everyone + sum(map(sum, self._coming.values()))
            fits = (
                files + len(coming) < SESSION_FILES
                and own + sum(coming) + size <= SESSION_BYTES
                and total + size <= ALL_BYTES
            )
            if fits:
                coming.append(size)
            elif not coming:
                del self._coming[session]
            return fits

    def arrived(self, session: str, size: int) -> None:
        """The file is there, or was broken off."""
        with self._lock:
            self._coming[session].remove(size)
            if not self._coming[session]:
                del self._coming[session]


def held(session: str) -> tuple[int, int, int]:
    """Files and bytes that Streamlit keeps for a session, and bytes for all of them."""
    from streamlit import runtime

    if not runtime.exists():
        return 0, 0, 0
    manager: Any = runtime.get_instance().uploaded_file_mgr
    files = list(manager.file_storage.get(session, {}).values())
    return len(files), sum(len(f.data) for f in files), int(manager._total_bytes)


class ServerGuard:
    """The ASGI middleware; `app` is what stands behind it."""

    def __init__(self, app: App, waiting: Waiting | None = None) -> None:
        self.app, self.waiting = app, waiting or Waiting(held)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, query = str(scope.get("path", "")), scope.get("query_string", b"").decode("latin-1")
        kept = _STATIC in path and query == assets.digest(path.split(_STATIC, 1)[1])

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                mine = {name for name, _ in HEADERS} | ({b"cache-control"} if kept else set())
                given = [(k, v) for k, v in message.get("headers", []) if k.lower() not in mine]
                more = [(b"cache-control", b"public, max-age=31536000, immutable")] if kept else []
                message = {**message, "headers": [*given, *HEADERS, *more]}
            await send(message)

        if scope.get("method") != "PUT" or _UPLOAD not in path:
            await self.app(scope, receive, with_headers)
            return
        session, size = path.split(_UPLOAD, 1)[1].split("/")[0], _length(scope)
        if not self.waiting.admit(session, size):
            body = b"Too many files wait for this session."
            head = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
            await with_headers({"type": "http.response.start", "status": 413, "headers": head})
            await with_headers({"type": "http.response.body", "body": body})
            return
        try:
            await self.app(scope, receive, with_headers)
        finally:
            self.waiting.arrived(session, size)


def _length(scope: Scope) -> int:
    """Bytes that a request says it brings; one that does not say it counts as the largest file."""
    for name, value in scope.get("headers", []):
        if name.lower() == b"content-length" and value.isdigit():
            return min(int(value), UPLOAD.file_bytes)
    return UPLOAD.file_bytes


def install() -> None:
    """Puts the guard before the server that Streamlit starts next."""
    from starlette.middleware import Middleware
    from streamlit.web.server.starlette import starlette_app

    theirs = starlette_app.create_streamlit_middleware
    starlette_app.create_streamlit_middleware = lambda: [Middleware(ServerGuard), Middleware(Compressed), *theirs()]
