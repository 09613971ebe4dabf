"""A project: which files, how they are read, where the reader stood; as JSON, and as a ZIP to hand to someone.

Files are named by their hash, so whoever opens a project knows whether a file is the one that was meant. Data goes
along only where the reader asks for it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.errors import FormatError, InputError
from jobs.file_roles import ROLES
from jobs.installed import version
from jobs.run_record import TOOL
from layers.formats.archive import Archive
from layers.formats.limits import Gateway
from layers.formats.source import Source, plain_name
from layers.formats.writers.archive import zip_bytes
from layers.formats.writers.spreadsheet_guard import safe_name
from layers.sources.read_options import NOTHING, ReadOptions

FORMAT = "cahra-project 1"
RECORD = "project.json"
MOST_RECORD = 2_000_000
"""Bytes of a record; with a hundred files it has some 40,000."""
MOST_FILES, MOST_TEXT = 100, 4_000
RASTERS = ("population", "travel_time")
"""Roles of rasters, of which a session has one each; they are given in fields of their own and never recognised."""
_OPTIONS = {f.name: f for f in dataclasses.fields(ReadOptions)}


@dataclass(frozen=True)
class KeptFile:
    """A file as a project knows it.

    Parameters
    ----------
    sha256, size
        Hash in hex of its bytes, and their number.
    role
        What the reader said it is; blank: as recognised.
    by_hand
        How it is read was chosen by the reader.
    path
        Where it lies, relative to the folder or archive of the project; blank where it does not lie there.
    """

    name: str
    sha256: str
    size: int
    role: str = ""
    options: ReadOptions = NOTHING
    by_hand: bool = False
    path: str = ""


@dataclass(frozen=True)
class Project:
    """Files, ways of reading, and the page with its address.

    Parameters
    ----------
    address
        Parameters of the page's address: date, language, options of the run, filters, chosen site.
    layouts
        Role and options by the fingerprint of a layout (:func:`jobs.inspection.fingerprint`).
    """

    page: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    files: tuple[KeptFile, ...] = ()
    layouts: Mapping[str, tuple[str, ReadOptions]] = field(default_factory=dict)

    def record(self) -> bytes:
        """The JSON; the same project gives the same bytes."""
        members = {
            "format": FORMAT, "tool": TOOL, "tool_version": version(TOOL), "page": self.page,
            "address": dict(sorted(self.address.items())),
            "files": [
                {
                    "name": f.name, "sha256": f.sha256, "bytes": f.size, "role": f.role,
                    "options": _changed_options(f.options), "by_hand": f.by_hand, "path": f.path,
                }
                for f in self.files
            ],
            "layouts": {
                key: {"role": role, "options": _changed_options(one)}
                for key, (role, one) in sorted(self.layouts.items())
            },
        }  # fmt: skip
        return (json.dumps(members, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def project_zip(project: Project, contents: Mapping[str, bytes]) -> bytes:
    """The archive; of the files those whose bytes are in `contents`, by hash.

    Parameters
    ----------
    project
        Files, ways of reading, page and address.
    contents
        Bytes of files by their SHA-256.
    """
    members: dict[str, bytes] = {}
    files = []
    for number, file in enumerate(project.files, start=1):
        path = ""
        if file.sha256 in contents:
            path = f"files/{number:02d}-{safe_name(file.name)}"
            members[path] = contents[file.sha256]
        files.append(dataclasses.replace(file, path=path))
    record = dataclasses.replace(project, files=tuple(files)).record()
    return zip_bytes({RECORD: record, **members})


def read_project(data: bytes, name: str, gateway: Gateway) -> tuple[Project, dict[str, bytes]]:
    """A project out of an archive, and the bytes of its files by hash.

    Parameters
    ----------
    data
        Bytes of a zip that :func:`project_zip` made, or of its JSON alone.
    name
        The file's own name, for errors.
    gateway
        Which limits hold for the bytes: those of this machine's user or those of a stranger.

    Raises
    ------
    geo.errors.InputError
        No project, or a file in it is not the one that the record names.
    """
    source = Source(data, name, gateway)
    if not source.head.startswith(b"PK"):
        return parse_project(data, name), {}
    with Archive(source, gateway.clock(), nested=True) as archive:
        if RECORD not in archive.members:
            raise _refused(name, f"no {RECORD}")
        project = parse_project(archive.read(RECORD), name)
        contents = {}
        for file in project.files:
            if not file.path:
                continue
            found = archive.read(file.path) if file.path in archive.members else b""
            if hashlib.sha256(found).hexdigest() != file.sha256:
                raise InputError(
                    "A file of the project is not the one that it names.", where=f"{plain_name(name)}: {file.name}",
                    expected=f"sha256 {file.sha256[:12]}", remedy="Ask for the project again.",
                )  # fmt: skip
            contents[file.sha256] = found
    return project, contents


def is_project(data: bytes) -> bool:
    """Whether a file that was dropped in is a project, to be opened and not read as data.

    Parameters
    ----------
    data
        Bytes of a file that somebody dropped in.
    """
    if data.startswith(b"PK"):
        return RECORD.encode() in data[-400:]  # our archives name it last
    return data[:40].lstrip().startswith(b"{") and f'"{FORMAT}"'.encode() in data[:200]


def parse_project(data: bytes, name: str = RECORD) -> Project:
    """The record, every part of it checked.

    Parameters
    ----------
    data
        Bytes of the JSON of a project.
    name
        The file's own name, for errors.

    Raises
    ------
    geo.errors.InputError
        It is no record of a project.
    """
    if len(data) > MOST_RECORD:
        raise _refused(name, f"{len(data)} bytes")
    try:
        members = json.loads(data)
    except (ValueError, RecursionError):
        raise _refused(name, "no JSON") from None
    if not isinstance(members, dict) or members.get("format") != FORMAT:
        raise _refused(name, f"format {members.get('format') if isinstance(members, dict) else None!r}")
    try:
        files = [_file(one) for one in _list(members.get("files", []))]
        layouts = {
            _text(key): (_role(one["role"]), _options(one["options"]))
            for key, one in _dict(members.get("layouts", {})).items()
        }
        address = {_text(k): _text(v) for k, v in _dict(members.get("address", {})).items()}
        return Project(_text(members.get("page", "")), address, tuple(files), layouts)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise _refused(name, f"{type(fault).__name__}: {str(fault)[:100]}") from None


def _refused(name: str, got: str) -> FormatError:
    return FormatError(
        "This is not a project.", where=plain_name(name), expected=FORMAT, got=got,
        remedy="Take a project file as the page wrote it.",
    )  # fmt: skip


def _file(one: Any) -> KeptFile:
    digest, size = _text(one["sha256"]), one["bytes"]
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError("a hash is 64 hex digits")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise ValueError("a size is a whole number")
    path = _text(one.get("path", ""))
    if path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/") or ":" in path:
        raise ValueError("a path leads out of the project")
    return KeptFile(
        plain_name(_text(one["name"])), digest, size, _role(one.get("role", "")), _options(one.get("options", {})),
        bool(one.get("by_hand", False)), path,
    )  # fmt: skip


def _changed_options(options: ReadOptions) -> dict[str, Any]:
    """What differs from no wish at all."""
    found = {name: getattr(options, name) for name in _OPTIONS}
    return {k: [list(p) for p in v] if k == "columns" else v for k, v in found.items() if v != _OPTIONS[k].default}


def _options(members: Any) -> ReadOptions:
    given: dict[str, Any] = {}
    for name, value in _dict(members).items():
        usual = _OPTIONS[name].default
        if name == "columns":
            value = tuple((_text(a), _text(b)) for a, b in _list(value))
        elif name in ("level", "header_row"):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 100_000:
                raise ValueError(f"{name} is a whole number")
        elif name in ("swap", "areas_as_points", "day_first"):
            if not isinstance(value, bool):
                raise ValueError(f"{name} is true or false")
        elif isinstance(usual, str):
            value = _text(value)
        given[name] = value
    return ReadOptions(**given)


def _role(value: Any) -> str:
    if value and value not in ROLES and value not in RASTERS:
        raise ValueError(f"no role {str(value)[:40]}")
    return str(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise ValueError(f"a text has at most {MOST_TEXT} characters")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_FILES:
        raise ValueError(f"a list of at most {MOST_FILES}")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > 10 * MOST_FILES:
        raise ValueError("a table of names and values")
    return value
