"""Connections to a publisher's own hosts, on urllib3: who may be asked, how patiently, and how the errors read.

Connections go over https (plain http only to this machine, for tests), to named hosts on their usual port, or that of
the first address. They are cut when the time is up, however slowly the other side speaks.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, IncompleteRead, MaxRetryError, NewConnectionError, ProtocolError

from geo.errors import LimitExceededError
from geo.messages import Note
from layers.sources.fetch_error import FetchError, host_of

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TRIES = 4
TIMEOUT_S = 60.0
"""Longest silence of a publisher [s]."""
TOTAL_S = 1800.0
"""Longest time of one download, all its pages, redirects and pauses together [s]."""
TOTAL_BYTES = 2_000_000_000
"""Most bytes of one download; all events of UCDP GED are half as much."""
REDIRECTS = 5
SENT_ON = (301, 302, 303, 307, 308)
AGAIN = frozenset({429, 500, 502, 503, 504})
BROKE = (HTTPError, http.client.HTTPException, OSError, ValueError, TypeError, RecursionError)
"""What a reply that is none raises."""
ASKING = {"User-Agent": "cahra-atlas", "Accept-Encoding": "identity"}
_PORTS = {"https": 443, "http": 80}
_LONGEST_PAUSE_S = 60


@dataclass(frozen=True)
class Validators:
    """By what a publisher knows one state of a file again."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, reply: urllib3.BaseHTTPResponse) -> Validators:
        """Those that a reply states."""
        return cls(_header(reply, "ETag"), _header(reply, "Last-Modified"))

    @property
    def strong(self) -> str:
        """What may stand in ``If-Range``; blank where nothing can."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified

    @property
    def asking(self) -> dict[str, str]:
        """Headers that ask for the file only where it is another state."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


Origin = tuple[str, str, int]
"""Scheme, host and port."""


def check_address(url: str, hosts: frozenset[str], first: Origin | None) -> Origin:
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
        scheme, host = place.scheme, place.hostname or ""
        port = place.port or _PORTS.get(scheme, 0)
    except ValueError:
        raise FetchError("The address is not one of the publisher's.", got=ascii(url[:80])) from None
    safe = scheme == "https" or (scheme == "http" and host in LOOPBACK)
    usual = port == _PORTS.get(scheme) or first is None or port == first[2]
    if host not in hosts or not safe or not usual or place.username or not url.isascii():
        raise FetchError(
            "The address is not one of the publisher's.",
            where=host,
            expected=f"https, {', '.join(sorted(hosts))}",
            got=f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}",
        )
    return scheme, host, port


@dataclass(frozen=True)
class Patience:
    """How long a download may take, and how it is tried again.

    Parameters
    ----------
    end
        When it is over, on the monotonic clock [s].
    total_s
        How long it may take in all, for the message [s].
    wait_s
        First pause before another try [s]; it doubles, and ``Retry-After`` is kept to.
    timeout_s
        Longest silence [s].
    remedy
        What to do where the time is up.
    """

    end: float
    total_s: float
    wait_s: float
    timeout_s: float = TIMEOUT_S
    remedy: str = ""

    @classmethod
    def of(cls, total_s: float, wait_s: float, timeout_s: float = TIMEOUT_S, remedy: str = "") -> Patience:
        """The patience of a download that begins now."""
        return cls(time.monotonic() + total_s, total_s, wait_s, timeout_s, remedy)

    def check(self, host: str) -> None:
        """Raise :class:`geo.errors.LimitExceededError` where the time is up."""
        if time.monotonic() >= self.end:
            raise LimitExceededError(
                "The download takes too long.", where=host, expected=Note("{n} second{n?|s}", n=f"{self.total_s:g}"),
                remedy=self.remedy,
            )  # fmt: skip

    def pause(self, breaks: int) -> None:
        """Waits after the `breaks`-th broken connection."""
        time.sleep(min(self.wait_s * 2 ** (breaks - 1), max(self.end - time.monotonic(), 0.0)))

    @property
    def timeout(self) -> urllib3.Timeout:
        """Longest silence."""
        return urllib3.Timeout(connect=min(self.timeout_s, 30.0), read=self.timeout_s)

    def retries(self, host: str) -> urllib3.Retry:
        """Tries again where the publisher is busy, after the pause that it asks for, while there is time."""
        end, total_s = self.end, self.total_s

        class InTime(urllib3.Retry):
            def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
                pause = self.get_retry_after(response) if response is not None else None
                wait = self.get_backoff_time() if pause is None else pause
                if time.monotonic() + wait >= end:
                    raise LimitExceededError(
                        "The publisher asks to wait longer than a download may take.", where=host,
                        expected=Note("{n} second{n?|s}", n=f"{total_s:g}"),
                        got=Note("{n} second{n?|s}", n=f"{wait:g}"),
                        remedy="Try again later.",
                    )  # fmt: skip
                time.sleep(wait)

        return InTime(
            total=TRIES - 1, redirect=False, status_forcelist=AGAIN, backoff_factor=self.wait_s,
            backoff_max=_LONGEST_PAUSE_S, raise_on_status=False, respect_retry_after_header=True,
        )  # fmt: skip


@contextlib.contextmanager
def connected(url: str, patience: Patience) -> Iterator[urllib3.PoolManager]:
    """Connections that are cut when the time is up; through the proxy of the system where it names one."""
    held: list[socket.socket] = []

    def cut() -> None:
        for one in held:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(patience.end - time.monotonic(), 0.01), cut)
    timer.daemon = True
    timer.start()
    try:
        with _manager(url, held) as pool:
            yield pool
    finally:
        timer.cancel()


@contextlib.contextmanager
def reply_to(
    url: str, hosts: frozenset[str], patience: Patience, headers: dict[str, str], secret: dict[str, str],
    first: Origin | None = None,
) -> Iterator[tuple[urllib3.BaseHTTPResponse, str]]:  # fmt: skip
    """The reply to a request and the address it came from, after redirects within the hosts.

    Parameters
    ----------
    secret
        Headers for the first address's host and port, and for no other.
    first
        The first address of the download, where this is not it.

    Raises
    ------
    FetchError
        An address is not one of the publisher's, or it is sent on and on.
    """
    first = first or check_address(url, hosts, None)
    address = url
    for _ in range(REDIRECTS + 1):
        origin = check_address(address, hosts, first)
        more = secret if origin == first else {}
        with connected(address, patience) as pool:
            reply = pool.request(
                "GET", address, headers=ASKING | headers | more, redirect=False, preload_content=False,
                decode_content=False, timeout=patience.timeout, retries=patience.retries(host_of(address)),
            )  # fmt: skip
            try:
                if reply.status in SENT_ON and reply.headers.get("Location"):
                    address = _onward(address, str(reply.headers["Location"]))
                    continue
                yield reply, address
                return
            finally:
                reply.close()
    raise FetchError("The address is sent on and on.", where=host_of(url))


def _onward(address: str, location: str) -> str:
    try:
        return urllib.parse.urljoin(address, location)
    except ValueError:
        raise FetchError(
            "The reply is none that is known.", where=host_of(address), got="Location", remedy="Try again later."
        ) from None


def unpacked(reply: urllib3.BaseHTTPResponse, host: str) -> None:
    """Raise where a reply is packed though it was asked for as it is."""
    encoding = str(reply.headers.get("Content-Encoding", "identity")).lower()
    if encoding not in ("identity", ""):
        raise FetchError("The reply is packed though it was asked for unpacked.", where=host, got=encoding[:40])


def refused(url: str, status: int) -> FetchError:
    """The error of a publisher that answers with one."""
    remedy = "Try again later."
    if status in (401, 403):
        remedy = "Check the token."
    elif status in (404, 410):
        remedy = "See whether the address has moved, and mend it in a copy of data/sources.csv."
    return FetchError(
        "The publisher answered with an error.", where=host_of(url), got=f"HTTP {status}", remedy=Note(remedy)
    )


def hopeless(fault: Exception) -> bool:
    """Whether :class:`urllib3.Retry` has tried already as often as it may."""
    return isinstance(fault, MaxRetryError | NewConnectionError)


def unreached(url: str, fault: Exception) -> FetchError:
    """The error of a publisher that is not reached, or whose connection breaks."""
    reason = getattr(fault, "reason", None) or fault
    broke = isinstance(reason, IncompleteRead | ProtocolError)
    return FetchError(
        "The connection broke again and again." if broke else "The publisher could not be reached.",
        where=host_of(url),
        got=type(reason).__name__,
        remedy="Check the connection, or download the file by hand and give it with --file.",
    )


def _manager(url: str, held: list[socket.socket]) -> urllib3.PoolManager:
    """A manager whose sockets are put into `held`."""

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


def _header(reply: urllib3.BaseHTTPResponse, name: str) -> str:
    text = str(reply.headers.get(name, ""))
    return text if len(text) < 300 and text.isascii() and text.isprintable() else ""
