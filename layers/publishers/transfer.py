"""One file from a publisher into a file here: resumed where it broke, patient as the publisher asks, and bounded.

On urllib3 and its `Retry` (:mod:`layers.sources.https_connections`). What has come waits in a part file; the caller
puts it in place when it is whole.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import urllib3
from urllib3.exceptions import IncompleteRead

from geo.errors import CahraError, LimitExceededError
from geo.messages import Note
from i18n.translator import N_
from layers.sources.fetch_error import FetchError, host_of
from layers.sources.https_connections import (
    ASKING,
    BROKE,
    TIMEOUT_S,
    TOTAL_BYTES,
    TOTAL_S,
    TRIES,
    Patience,
    Validators,
    check_address,
    connected,
    hopeless,
    refused,
    reply_to,
    unpacked,
    unreached,
)

Progress = Callable[[int, int], None]
"""Called with bytes that have come and bytes in all (0: not stated)."""
_BLOCK = 1 << 16
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(?:\d{1,18}|\*)")
GO_ON = N_("Fetch again: what has come is kept, and gone on with.")
_HTML = (b"<!doctype html", b"<html")


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
    _patience: Patience = field(init=False)

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
        self._patience = patience = Patience.of(self.total_s, self.wait_s, self.timeout_s, GO_ON)
        memory = part.with_name(part.name + ".json")
        breaks = 0
        while True:
            had, held = _left(part, memory, url)
            wanted = {"Range": f"bytes={had}-", "If-Range": held.strong} if had else known.asking if known else {}
            try:
                with reply_to(url, self.hosts, patience, wanted, dict(self.headers)) as (reply, address):
                    if reply.status == 304 and not had:
                        return None
                    if reply.status not in (200, 206, 416):
                        raise refused(address, reply.status)
                    came = self._take(reply, address, part, memory, url, had, progress)
            except CahraError:
                raise
            except BROKE as fault:
                patience.check(host_of(url))
                breaks += 1
                if breaks >= TRIES or hopeless(fault):
                    raise unreached(url, fault) from None
                patience.pause(breaks)
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
        check_address(url, self.hosts, None)
        patience = Patience.of(self.total_s, self.wait_s, self.timeout_s)
        try:
            with connected(url, patience) as pool:
                reply = pool.request(
                    "POST", url, body=urllib.parse.urlencode(fields), redirect=False, preload_content=False,
                    decode_content=False, timeout=patience.timeout, retries=False,
                    headers={**ASKING, "Content-Type": "application/x-www-form-urlencoded"},
                )  # fmt: skip
                try:
                    if reply.status != 200:
                        raise refused(url, 401 if reply.status == 400 else reply.status)
                    return bytes(reply.read(_BLOCK))
                finally:
                    reply.close()
        except CahraError:
            raise
        except BROKE as fault:
            raise unreached(url, fault) from None

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
                raise refused(address, reply.status)
            return None
        unpacked(reply, host)
        kind = str(reply.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
        validators = Validators.of(reply)
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
                self._patience.check(host)
                if progress:
                    progress(size, total)
        self._patience.check(host)  # a connection that was cut ends like a whole one
        if total and size != total:
            raise IncompleteRead(size - start, total - size)
        digest = _sha256(part)
        if reply.status == 200:
            _compare(reply, part, digest, host)
        return Came(part, digest, size, validators, kind, address)

    def _bounded(self, size: int, host: str) -> None:
        if size > self.most_bytes:
            raise LimitExceededError(
                "The reply is too large.", where=host, expected=Note("{n} byte{n?|s}", n=self.most_bytes)
            )


def _left(part: Path, memory: Path, url: str) -> tuple[int, Validators]:
    """How much of the file an earlier try left, and of which state; nothing where that cannot be told."""
    try:
        memory_of_part = json.loads(memory.read_text(encoding="utf-8"))
        held = Validators(str(memory_of_part["etag"]), str(memory_of_part["modified"]))
        if memory_of_part["url"] == url and held.strong:
            return part.stat().st_size, held
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    part.unlink(missing_ok=True)
    return 0, Validators()


def _goes_on(reply: urllib3.BaseHTTPResponse, had: int) -> bool:
    found = _CONTENT_RANGE.fullmatch(str(reply.headers.get("Content-Range", "")).strip())
    return bool(found) and had > 0 and int(found[1]) == had  # type: ignore[index]


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
