"""Files read in the background, one after the other, so that nobody waits before a page; each way of reading once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from geo.errors import CahraError, InputError
from jobs.inspection import STEPS, FileReport, inspect
from jobs.kept_layers import KeptLayers
from layers.formats import UPLOAD, Gateway
from layers.sources.read_options import NOTHING, ReadOptions


@dataclass(frozen=True)
class Request:
    """A file and how it is to be read; `role` blank: to be found out."""

    name: str
    sha256: str
    role: str = ""
    options: ReadOptions = NOTHING
    country: str = ""
    version: str = ""


@dataclass
class Reading:
    """A request on its way: which of :data:`jobs.inspection.STEPS` it is in, blank while it waits, and since when."""

    request: Request
    future: Future[FileReport]
    step: str = ""
    begun: float = 0.0

    @property
    def report(self) -> FileReport | None:
        """What was found; None as long as it is read. Whatever went wrong is a report with a fault."""
        if not self.future.done():
            return None
        error = self.future.exception()
        if error is None:
            return self.future.result()
        if isinstance(error, CahraError):
            return FileReport(self.request.name, self.request.role, fault=error)
        fault = InputError("The file could not be read.", where=self.request.name, got=type(error).__name__)
        return FileReport(self.request.name, self.request.role, fault=fault)

    @property
    def seconds(self) -> float:
        """How long it has been read."""
        return time.monotonic() - self.begun if self.begun else 0.0


class ReadingDesk:
    """The files of one session.

    Parameters
    ----------
    gateway
        The limits that hold.

    Attributes
    ----------
    kept
        The layers that were read, for the jobs that come after.
    """

    def __init__(self, gateway: Gateway = UPLOAD) -> None:
        self.gateway = gateway
        self.kept = KeptLayers()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="reading")
        self._readings: dict[Request, Reading] = {}

    def begin(self, request: Request, data: bytes) -> Reading:
        """The reading of a request, begun where it is new.

        Parameters
        ----------
        request
            The file by its hash, its role and how it is to be read.
        data
            The bytes of the file.
        """
        found = self._readings.get(request)
        if found is None:
            found = Reading(request, Future())
            self._readings[request] = found
            found.future = self._pool.submit(self._read, found, data)
        return found

    def _read(self, reading: Reading, data: bytes) -> FileReport:
        reading.begun = time.monotonic()

        def step(name: str) -> None:
            reading.step = name

        wanted = reading.request
        return inspect(
            data, wanted.name, role=wanted.role, options=wanted.options, country=wanted.country, version=wanted.version,
            gateway=self.gateway, kept=self.kept, step=step,
        )  # fmt: skip

    def wait(self, readings: Sequence[Reading], seconds: float) -> bool:
        """Waits so long at most; whether all are done.

        Parameters
        ----------
        readings
            Files that are being read.
        seconds
            How long to wait at most [s].
        """
        return not wait([reading.future for reading in readings], timeout=seconds).not_done

    def forget(self, sha256: str) -> None:
        """Lets go of everything that was read of these bytes.

        Parameters
        ----------
        sha256
            SHA-256 of the bytes, hexadecimal.
        """
        for request in [r for r in self._readings if r.sha256 == sha256]:
            self._readings.pop(request).future.cancel()
        self.kept.forget(sha256)


def share_done(readings: Sequence[Reading]) -> float:
    """How much of the work is behind: whole files, and of the one that is read the steps that are.

    Parameters
    ----------
    readings
        Files that are being read.

    Examples
    --------
    >>> share_done([])
    1.0
    """
    if not readings:
        return 1.0
    steps = len(STEPS)
    done = [1.0 if r.future.done() else STEPS.index(r.step) / steps if r.step in STEPS else 0.0 for r in readings]
    return sum(done) / len(done)
