"""One file from a publisher into a file here: resumed where it broke, patient as the publisher asks, and bounded.

On urllib3 and its `Retry`. Connections go over https (plain http only to this machine, for tests) to the hosts that the
table names, also after a redirect. What has come waits in a part file; the caller puts it in place when it is whole.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, IncompleteRead, MaxRetryError, NewConnectionError, ProtocolError

from geo.errors import CahraError, LimitExceededError
from geo.messages import Note
from layers.sources.https_client import (
    AGAIN,
    REDIRECTS,
    TIMEOUT_S,
    TOTAL_BYTES,
    TOTAL_S,
    TRIES,
    FetchError,
    check_address,
    host_of,
)

Progress = Callable[[int, int], None]
"""Called with bytes that have come and bytes in all (0: not stated)."""
_BLOCK = 1 << 16
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(?:\d{1,18}|\*)")
_HTML = (b"<!doctype html", b"<html")


@dataclass(frozen=True)
class Validators:
    """By what a publisher knows one state of a file again."""

    etag: str = ""
    modified: str = ""

    @property
    def strong(self) -> str:
        """What may stand in ``If-Range``; blank where nothing can."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


@dataclass(frozen=True)
class Came:
    """A file that has come whole: its hash, size [bytes], validators and kind, and the address it came from."""

    path: Path
    sha256: str
    size: int
    validators: Validators
    kind: str
    url: str


@dataclass
class Transfer:
    """Brings files from named hosts.

    Parameters
    ----------
    hosts
        The hosts that may be asked.
    headers
        Sent to the first address's host and port and to no other.
    wait_s
        First pause before another try [s]; it doubles, and ``Retry-After`` is kept to.
    total_s, most_bytes
        Longest time of one file with all its tries, and most bytes of it.
    """

    hosts: frozenset[str]
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 2.0
    total_s: float = TOTAL_S
    most_bytes: int = TOTAL_BYTES
    timeout_s: float = TIMEOUT_S
    _end: float = field(default=0.0, init=False)

    def file(
        self, url: str, part: Path, *, known: Validators | None = None, progress: Progress | None = None
    ) -> Came | None:
        """Brings `url` into `part`; None where it has not changed since `known`.

        A part that a broken transfer left is gone on with, where the publisher can say that the file is the same.

        Raises
        ------
        FetchError
            The publisher is not reached, answers with an error, or sends what is no file.
        geo.errors.LimitExceededError
            It is larger or takes longer than it may.
        """
        self._end = time.monotonic() + self.total_s
        memory = part.with_name(part.name + ".json")
        breaks = 0
        while True:
            had, held = _left(part, memory, url)
            try:
                with self._asked(url, had, held, known if not had else None) as (reply, address):
                    if reply.status == 304 and not had:
                        return None
                    came = self._take(reply, address, part, memory, url, had, progress)
            except CahraError:
                raise
            except (HTTPError, OSError, ValueError) as fault:
                self._check(host_of(url))
                breaks += 1
                if breaks >= TRIES or isinstance(fault, MaxRetryError | NewConnectionError):
                    raise _unreached(url, fault) from None
                time.sleep(min(self.wait_s * 2 ** (breaks - 1), max(self._end - time.monotonic(), 0.0)))
                continue
            if came is not None:
                memory.unlink(missing_ok=True)
                return came

    def form(self, url: str, fields: dict[str, str]) -> bytes:
        """The reply to a form that is sent once, without redirects: for tokens; at most a few kilobytes.

        Raises
        ------
        FetchError
            The publisher is not reached, or answers with an error.
        """
        self._end = time.monotonic() + self.total_s
        check_address(url, self.hosts, None)
        try:
            with self._connected(url) as pool:
                reply = pool.request(
                    "POST", url, body=urllib.parse.urlencode(fields), redirect=False, preload_content=False,
                    decode_content=False, timeout=self.timeout_s, retries=False,
                    headers={"User-Agent": "cahra-atlas", "Accept-Encoding": "identity",
                             "Content-Type": "application/x-www-form-urlencoded"},
                )  # fmt: skip
                try:
                    if reply.status != 200:
                        raise _refused(url, 401 if reply.status == 400 else reply.status)
                    return bytes(reply.read(_BLOCK))
                finally:
                    reply.close()
        except CahraError:
            raise
        except (HTTPError, OSError, ValueError) as fault:
            raise _unreached(url, fault) from None

    @contextlib.contextmanager
    def _asked(
        self, url: str, had: int, held: Validators, known: Validators | None
    ) -> Iterator[tuple[urllib3.BaseHTTPResponse, str]]:
        """The reply to a request for the file, or for what is missing of it, after redirects within the hosts."""
        first = check_address(url, self.hosts, None)
        headers = {"User-Agent": "cahra-atlas", "Accept-Encoding": "identity"}
        if had:
            headers |= {"Range": f"bytes={had}-", "If-Range": held.strong}
        elif known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        elif known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        address = url
        for _ in range(REDIRECTS + 1):
            origin = check_address(address, self.hosts, first)
            more = dict(self.headers) if origin == first else {}
            with self._connected(address) as pool:
                reply = pool.request(
                    "GET", address, headers=headers | more, redirect=False, preload_content=False, decode_content=False,
                    timeout=urllib3.Timeout(connect=min(self.timeout_s, 30.0), read=self.timeout_s),
                    retries=self._patience(host_of(address)),
                )  # fmt: skip
                try:
                    if reply.status in (301, 302, 303, 307, 308) and reply.headers.get("Location"):
                        address = urllib.parse.urljoin(address, str(reply.headers["Location"]))
                        continue
                    if reply.status not in (200, 206, 304, 416):
                        raise _refused(address, reply.status)
                    yield reply, address
                    return
                finally:
                    reply.close()
        raise FetchError("The address is sent on and on.", where=host_of(url))

    @contextlib.contextmanager
    def _connected(self, url: str) -> Iterator[urllib3.PoolManager]:
        """Connections that are cut when the time is up, however slowly the other side speaks."""
        held: list[socket.socket] = []

        def cut() -> None:
            for one in held:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(self._end - time.monotonic(), 0.01), cut)
        timer.daemon = True
        timer.start()
        try:
            with _manager(url, held) as pool:
                yield pool
        finally:
            timer.cancel()

    def _patience(self, host: str) -> urllib3.Retry:
        """Tries again where the publisher is busy, after the pause that it asks for, while there is time."""
        end, total_s = self._end, self.total_s

        class Patience(urllib3.Retry):
            def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
                asked = self.get_retry_after(response) if response is not None else None
                wait = self.get_backoff_time() if asked is None else asked
                if time.monotonic() + wait >= end:
                    raise LimitExceededError(
                        "The publisher asks to wait longer than a download may take.", where=host,
                        expected=Note("{n} seconds", n=f"{total_s:g}"), got=Note("{n} seconds", n=f"{wait:g}"),
                        remedy="Try again later.",
                    )  # fmt: skip
                time.sleep(wait)

        return Patience(
            total=TRIES - 1, redirect=False, status_forcelist=AGAIN, backoff_factor=self.wait_s, backoff_max=60,
            raise_on_status=False, respect_retry_after_header=True,
        )  # fmt: skip

    def _take(
        self, reply: urllib3.BaseHTTPResponse, address: str, part: Path, memory: Path, url: str, had: int,
        progress: Progress | None,
    ) -> Came | None:  # fmt: skip
        """Writes what comes; None where it must be asked for anew from the beginning."""
        host = host_of(address)
        if reply.status == 416 or (reply.status == 206 and not _goes_on(reply, had)):
            part.unlink(missing_ok=True)
            memory.unlink(missing_ok=True)
            if not had:
                raise _refused(address, reply.status)
            return None
        encoding = str(reply.headers.get("Content-Encoding", "identity")).lower()
        if encoding not in ("identity", ""):
            raise FetchError("The reply is packed though it was asked for unpacked.", where=host, got=encoding[:40])
        kind = str(reply.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
        validators = Validators(_header(reply, "ETag"), _header(reply, "Last-Modified"))
        start = had if reply.status == 206 else 0
        stated = str(reply.headers.get("Content-Length", ""))
        total = start + int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 16 else 0
        self._bounded(total, host)
        memory.write_text(json.dumps({"url": url, **asdict(validators)}), encoding="utf-8")
        size = start
        with part.open("ab" if start else "wb") as out:
            while block := cast(Any, reply).read1(_BLOCK, decode_content=False):
                if not size and block[:64].lstrip().lower().startswith(_HTML):
                    raise FetchError(
                        "The publisher sent a web page instead of the file.", where=host, got=kind,
                        remedy="See whether the address has moved, and mend it in a copy of data/sources.csv.",
                    )  # fmt: skip
                out.write(block)
                size += len(block)
                self._bounded(size, host)
                self._check(host)
                if progress:
                    progress(size, total)
        self._check(host)  # a connection that was cut ends like a whole one
        if total and size != total:
            raise IncompleteRead(size - start, total - size)
        digest = _sha256(part)
        if reply.status == 200:
            _compare(reply, part, digest, host)
        return Came(part, digest, size, validators, kind, address)

    def _bounded(self, size: int, host: str) -> None:
        if size > self.most_bytes:
            raise LimitExceededError(
                "The reply is too large.", where=host, expected=Note("{n} bytes", n=self.most_bytes)
            )

    def _check(self, host: str) -> None:
        if time.monotonic() >= self._end:
            raise LimitExceededError(
                "The download takes too long.", where=host, expected=Note("{n} seconds", n=f"{self.total_s:g}"),
                remedy="Fetch again: what has come is kept, and gone on with.",
            )  # fmt: skip


def _manager(url: str, held: list[socket.socket]) -> urllib3.PoolManager:
    """A manager whose sockets are put into `held`; through the proxy of the system where it names one."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            held.append(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            held.append(self.sock)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    place = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(place.scheme, "")
    through = proxy and not urllib.request.proxy_bypass(place.hostname or "")
    manager = urllib3.ProxyManager(proxy) if through else urllib3.PoolManager()
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return manager


def _left(part: Path, memory: Path, url: str) -> tuple[int, Validators]:
    """How much of the file an earlier try left, and of which state; nothing where that cannot be told."""
    try:
        said = json.loads(memory.read_text(encoding="utf-8"))
        held = Validators(str(said["etag"]), str(said["modified"]))
        if said["url"] == url and held.strong:
            return part.stat().st_size, held
    except (OSError, ValueError, KeyError, TypeError):
        pass
    part.unlink(missing_ok=True)
    return 0, Validators()


def _goes_on(reply: urllib3.BaseHTTPResponse, had: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(str(reply.headers.get("Content-Range", "")).strip())
    return bool(found) and had > 0 and int(found[1]) == had  # type: ignore[index]


def _header(reply: urllib3.BaseHTTPResponse, name: str) -> str:
    text = str(reply.headers.get(name, ""))
    return text if len(text) < 300 and text.isascii() and text.isprintable() else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _compare(reply: urllib3.BaseHTTPResponse, part: Path, digest: str, host: str) -> None:
    """Raise where the reply states a checksum and the file has another (RFC 9530, or the older headers)."""
    stated = [str(reply.headers.get(n, "")) for n in ("Repr-Digest", "Content-Digest", "Digest")]
    found = re.search(r"(?i)sha-256=:?([A-Za-z0-9+/=]{44})", ", ".join(stated))
    md5 = str(reply.headers.get("Content-MD5", ""))
    if found and base64.b64decode(found[1]).hex() != digest:
        raise wrong_checksum(host, base64.b64decode(found[1]).hex(), digest, part)
    if re.fullmatch(r"[A-Za-z0-9+/]{22}==", md5):
        with part.open("rb") as stream:
            own = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if base64.b64decode(md5).hex() != own:
            raise wrong_checksum(host, base64.b64decode(md5).hex(), own, part)


def wrong_checksum(host: str, expected: str, got: str, part: Path) -> FetchError:
    """The error of a file that is not what its publisher says; the part is let go."""
    part.unlink(missing_ok=True)
    return FetchError(
        "The file has another checksum than its publisher states.", where=host, expected=expected[:16], got=got[:16],
        remedy="Fetch again.",
    )  # fmt: skip


def _refused(url: str, status: int) -> FetchError:
    remedy = "Try again later."
    if status in (401, 403):
        remedy = "Check the token."
    elif status in (404, 410):
        remedy = "See whether the address has moved, and mend it in a copy of data/sources.csv."
    return FetchError(
        "The publisher answered with an error.", where=host_of(url), got=f"HTTP {status}", remedy=Note(remedy)
    )


def _unreached(url: str, fault: Exception) -> FetchError:
    reason = getattr(fault, "reason", None) or fault
    broke = isinstance(reason, IncompleteRead | ProtocolError)
    return FetchError(
        "The connection broke again and again." if broke else "The publisher could not be reached.",
        where=host_of(url),
        got=type(reason).__name__,
        remedy="Check the connection, or download the file by hand and give it with --file.",
    )
