"""Pages of a publisher's API as bytes and JSON, on urllib3 and its `Retry`; any reply that is none ends in one error.

A busy publisher is asked again after the pause that it states (``Retry-After``), a broken page as a whole. What is
secret goes to the first address's host and port and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import urllib3
from urllib3.exceptions import IncompleteRead

from geo.errors import CahraError, LimitExceededError
from geo.messages import Note
from layers.formats.limits import LOCAL
from layers.formats.readers.strict_json import load_json
from layers.sources.fetch_error import FetchError, host_of
from layers.sources.https_connections import (
    BROKE,
    TIMEOUT_S,
    TOTAL_BYTES,
    TOTAL_S,
    TRIES,
    Origin,
    Patience,
    Validators,
    check_address,
    hopeless,
    refused,
    reply_to,
    unpacked,
    unreached,
)

REPLY_BYTES = 300_000_000
"""Most bytes of one reply."""
_BLOCK = 1 << 16


@dataclass
class Client:
    """Gets pages from named hosts.

    Parameters
    ----------
    hosts
        The hosts that may be asked, also after a redirect.
    headers
        Sent with requests to the very host and port of the first address, and to no other.
    wait_s
        First pause before another try [s]; it doubles, and ``Retry-After`` is kept to.
    total_s, total_bytes
        Longest time and most bytes of all requests together.

    Attributes
    ----------
    validators
        By which the publisher knows the last page again.
    """

    hosts: frozenset[str]
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 2.0
    total_s: float = TOTAL_S
    total_bytes: int = TOTAL_BYTES
    timeout_s: float = TIMEOUT_S
    validators: Validators = field(default_factory=Validators, init=False)
    _first: Origin | None = field(default=None, init=False)
    _patience: Patience | None = field(default=None, init=False)
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
        body = self.changed(url, Validators())
        if body is None:
            raise refused(url, 304)
        return body

    def changed(self, url: str, known: Validators) -> bytes | None:
        """The body where it is another state than `known`, else None; raises as :meth:`get` does."""
        self._patience = patience = self._patience or Patience.of(self.total_s, self.wait_s, self.timeout_s)
        self._first = self._first or check_address(url, self.hosts, None)
        secret, host, breaks = dict(self.headers), host_of(url), 0
        while True:
            patience.check(host)
            try:
                with reply_to(url, self.hosts, patience, known.asking, secret, self._first) as (reply, address):
                    if reply.status == 304 and known.asking:
                        return None
                    if reply.status != 200:
                        raise refused(address, reply.status)
                    return self._body(reply, host_of(address), patience)
            except CahraError:
                raise
            except BROKE as fault:
                patience.check(host)
                breaks += 1
                if breaks >= TRIES or hopeless(fault):
                    raise unreached(url, fault) from None
                patience.pause(breaks)

    def _body(self, reply: urllib3.BaseHTTPResponse, host: str, patience: Patience) -> bytes:
        unpacked(reply, host)
        parts: list[bytes] = []
        size = 0
        while block := cast(Any, reply).read1(_BLOCK, decode_content=False):
            parts.append(block)
            size += len(block)
            self._taken += len(block)
            if size > REPLY_BYTES or self._taken > self.total_bytes:
                most = REPLY_BYTES if size > REPLY_BYTES else self.total_bytes
                raise LimitExceededError("The reply is too large.", where=host, expected=Note("{n} byte{n?|s}", n=most))
            patience.check(host)
        patience.check(host)  # a connection that was cut ends like a whole one
        stated = str(reply.headers.get("Content-Length", ""))
        if stated and (not (stated.isascii() and stated.isdigit()) or int(stated[:18]) != size):
            raise IncompleteRead(size, 0)
        self.validators = Validators.of(reply)
        return b"".join(parts)

    def get_json(self, url: str) -> Any:
        """The reply as JSON; raises :class:`FetchError` when it is none."""
        return self.as_json(self.get(url), url)

    @staticmethod
    def as_json(body: bytes, url: str) -> Any:
        """A body as JSON; raises :class:`FetchError` when it is none, by the strict rules of the gateway."""
        try:
            return load_json(body, LOCAL, host_of(url))
        except CahraError as fault:
            raise FetchError(
                "The reply is not JSON.", where=host_of(url), got=str(fault)[:200], remedy="Try again later."
            ) from None
