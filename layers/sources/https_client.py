"""Bytes from a publisher's own hosts, in bounded size and time; any reply that is none ends in one error.

Connections go over https (plain http only to this machine, for tests), to named hosts on their usual port, or that of
the first address. What is secret goes to the first address's host and port and nowhere else.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from geo.errors import CahraError, LimitExceededError
from geo.messages import Note
from layers.formats.limits import LOCAL
from layers.formats.readers.strict_json import load_json

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TRIES = 4
TIMEOUT_S = 60.0
"""Longest silence of a publisher [s]."""
TOTAL_S = 1800.0
"""Longest time of one download, all its pages, redirects and pauses together [s]."""
REPLY_BYTES = 300_000_000
"""Most bytes of one reply; the largest boundary set of one country is about 200 MB."""
TOTAL_BYTES = 2_000_000_000
"""Most bytes of one download; all events of UCDP GED are half as much."""
REDIRECTS = 5
AGAIN = frozenset({429, 500, 502, 503, 504})
_BLOCK = 1 << 16
_PORTS = {"https": 443, "http": 80}
_STRANGE = (http.client.HTTPException, OSError, ValueError, TypeError, RecursionError)
"""What the library raises at a reply that is none."""


class FetchError(CahraError, OSError):
    """A download failed; nothing of it was kept."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is looked at before it is followed: a token must not travel to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _noted(held: list[socket.socket], kind: type[http.client.HTTPConnection], host: str, **options: Any) -> Any:
    """A connection whose socket is put into `held`, so that it can be cut however slowly the other side speaks."""
    connection = kind(host, **options)
    plain = connection.connect

    def connect() -> None:
        plain()
        held.append(connection.sock)

    connection.connect = connect  # type: ignore[method-assign]
    return connection


class _Http(urllib.request.HTTPHandler):
    def __init__(self, held: list[socket.socket]) -> None:
        super().__init__()
        self.held = held

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_noted, self.held, http.client.HTTPConnection), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, held: list[socket.socket]) -> None:
        super().__init__()
        self.held = held

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_noted, self.held, http.client.HTTPSConnection), req)


@contextlib.contextmanager
def _opener(left: float) -> Iterator[urllib.request.OpenerDirector]:
    """An opener whose connections are cut after `left` seconds."""
    held: list[socket.socket] = []

    def cut() -> None:
        for one in held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(left, 0.01), cut)
    timer.daemon = True
    timer.start()
    try:
        yield urllib.request.build_opener(_NoRedirect, _Http(held), _Https(held))
    finally:
        timer.cancel()


def _origin(place: urllib.parse.SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port."""
    return place.scheme, place.hostname or "", place.port or _PORTS.get(place.scheme, 0)


def host_of(url: str) -> str:
    """The host of an address, blank where it has none."""
    try:
        return urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return ""


def check_address(url: str, hosts: frozenset[str], first: tuple[str, str, int] | None) -> tuple[str, str, int]:
    """Scheme, host and port of an address that may be asked.

    Parameters
    ----------
    first
        Those of the first address of a download: its port is usual too; None: this is the first.

    Raises
    ------
    FetchError
        It is not https, not one of `hosts`, or on another port.
    """
    try:
        place = urllib.parse.urlsplit(url)
        origin = _origin(place)
    except ValueError:
        raise FetchError("The address is not one of the publisher's.", got=ascii(url[:80])) from None
    scheme, host, port = origin
    safe = scheme == "https" or (scheme == "http" and host in LOOPBACK)
    usual = port == _PORTS.get(scheme) or first is None or port == first[2]
    if host not in hosts or not safe or not usual or place.username or not url.isascii():
        raise FetchError(
            "The address is not one of the publisher's.",
            where=host,
            expected=f"https, {', '.join(sorted(hosts))}",
            got=f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}",
        )
    return origin


@dataclass
class Client:
    """Gets bytes from named hosts.

    Parameters
    ----------
    hosts
        The hosts that may be asked, also after a redirect.
    headers
        Sent with requests to the very host and port of the first address, and to no other.
    wait_s
        First pause before another try [s]; it doubles.
    total_s, total_bytes
        Longest time and most bytes of all requests together.
    """

    hosts: frozenset[str]
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 2.0
    total_s: float = TOTAL_S
    total_bytes: int = TOTAL_BYTES
    _first: tuple[str, str, int] | None = field(default=None, init=False)
    _end: float = field(default=0.0, init=False)
    _taken: int = field(default=0, init=False)

    def get(self, url: str) -> bytes:
        """The body of the reply.

        Raises
        ------
        FetchError
            The host is not one of `hosts`, the connection fails, or the reply is an error or none.
        geo.errors.LimitExceededError
            A reply is larger than :data:`REPLY_BYTES`, or all of them take more bytes or time than they may.
        """
        self._end = self._end or time.monotonic() + self.total_s
        for _ in range(REDIRECTS + 1):
            origin = self._allowed(url)
            self._first = self._first or origin
            answer = self._once(url, dict(self.headers) if origin == self._first else {})
            if isinstance(answer, bytes):
                return answer
            try:
                url = urllib.parse.urljoin(url, answer)
            except ValueError:
                raise self._none(url, "Location") from None
        raise FetchError("The address is sent on and on.", where=host_of(url))

    def _allowed(self, url: str) -> tuple[str, str, int]:
        return check_address(url, self.hosts, self._first)

    def _once(self, url: str, headers: dict[str, str]) -> bytes | str:
        """The body, or the address that the reply sends on to; busy hosts are asked again."""
        request = urllib.request.Request(url, headers={"User-Agent": "cahra-atlas", **headers})  # noqa: S310
        host = host_of(url)
        for attempt in range(TRIES):
            self._check(host)
            try:
                left = self._end - time.monotonic()
                wait = min(TIMEOUT_S, max(left, 0.01))
                with _opener(left) as opener, opener.open(request, timeout=wait) as reply:
                    return self._body(reply, host)
            except urllib.error.HTTPError as fault:
                with fault:
                    if fault.code in (301, 302, 303, 307, 308) and fault.headers.get("Location"):
                        return str(fault.headers["Location"])
                    if fault.code not in AGAIN or attempt == TRIES - 1:
                        remedy = Note("Check the token.") if fault.code in (401, 403) else "Try again later."
                        raise FetchError(
                            "The publisher answered with an error.", where=host, got=f"HTTP {fault.code}", remedy=remedy
                        ) from None
            except CahraError:
                raise
            except _STRANGE as fault:
                self._check(host)
                if attempt == TRIES - 1:
                    raise FetchError(
                        "The publisher could not be reached.",
                        where=host,
                        got=type(fault).__name__,
                        remedy="Check the connection, or download the file by hand.",
                    ) from None
            time.sleep(min(self.wait_s * 2**attempt, max(self._end - time.monotonic(), 0.0)))
        raise AssertionError  # the last try returns or raises

    def _body(self, reply: Any, host: str) -> bytes:
        parts: list[bytes] = []
        size = 0
        while block := reply.read1(_BLOCK):
            parts.append(block)
            size += len(block)
            self._taken += len(block)
            if size > REPLY_BYTES or self._taken > self.total_bytes:
                most = REPLY_BYTES if size > REPLY_BYTES else self.total_bytes
                raise LimitExceededError("The reply is too large.", where=host, expected=Note("{n} bytes", n=most))
            self._check(host)
        self._check(host)  # a connection that was cut ends like a whole one
        stated = reply.headers.get("Content-Length", "")
        if stated and (not stated.isdigit() or int(stated[:18]) != size):
            raise http.client.IncompleteRead(b"")
        return b"".join(parts)

    def _check(self, host: str) -> None:
        if time.monotonic() >= self._end:
            raise LimitExceededError(
                "The download takes too long.", where=host, expected=Note("{n} seconds", n=f"{self.total_s:g}")
            )

    def get_json(self, url: str) -> Any:
        """The reply as JSON; raises :class:`FetchError` when it is none."""
        return self.as_json(self.get(url), url)

    @staticmethod
    def as_json(body: bytes, url: str) -> Any:
        """A body as JSON; raises :class:`FetchError` when it is none, by the strict rules of the door."""
        try:
            return load_json(body, LOCAL, host_of(url))
        except CahraError as fault:
            raise FetchError(
                "The reply is not JSON.", where=host_of(url), got=str(fault)[:200], remedy="Try again later."
            ) from None

    @staticmethod
    def _none(url: str, what: str) -> FetchError:
        return FetchError("The reply is none that is known.", where=host_of(url), got=what, remedy="Try again later.")
