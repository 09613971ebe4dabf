"""What a child tells of a table, packed there and unpacked here; every part is checked again."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import FormatError
from geo.packed_notes import packed, unpacked
from layers.formats.limits import Clock
from layers.formats.reasons import REASONS
from layers.formats.sandbox.process import Reply
from layers.formats.table import Columns, Parsed, Report

if TYPE_CHECKING:
    import pandas as pd

_KINDS = {"points": {-1, 0}, "lines": {1, 2, 5}, "polygons": {3, 6}}


def packed_table(parsed: Parsed, report: Report, clock: Clock) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The child's side: rows, rejections and remarks as JSON and arrays of numbers."""
    gateway, arrays = clock.gateway, {"row": parsed.row}
    size = 0
    for i, name in enumerate(parsed.table.names):
        size += _put_text(arrays, f"c{i}", parsed.table.texts(name), gateway.unpacked_bytes - size)
        gateway.check("unpacked_bytes", size)
    down = sorted(report.turned_down, key=lambda r: r[0])
    arrays["down"] = np.asarray([r[0] for r in down], dtype=np.int64)
    for i in range(1, 5):
        values = list(dict.fromkeys(str(r[i]) for r in down))
        place = {value: at for at, value in enumerate(values)}
        arrays[f"d{i}"] = np.asarray([place[str(r[i])] for r in down], dtype=np.int64)
        size += _put_text(arrays, f"v{i}", values, gateway.unpacked_bytes - size)
        gateway.check("unpacked_bytes", size)
    for i, rows in enumerate(report.remarks.values()):
        arrays[f"m{i}"] = np.asarray(rows, dtype=np.int64)
    if parsed.geometry is not None:
        parts = [b"" if s is None else bytes(s) for s in shapely.to_wkb(parsed.geometry, output_dimension=2)]
        arrays["wkb"] = np.frombuffer(b"".join(parts), dtype=np.uint8)
        arrays["length"] = np.asarray([len(p) for p in parts], dtype=np.int64)
    facts = {
        "names": parsed.table.names,
        "rows": len(parsed.table),
        "format": parsed.format,
        "read": parsed.read,
        "meta": parsed.meta,
        "header": list(parsed.header),
        "layers": list(parsed.layers),
        "twice": {name: list(again) for name, again in parsed.twice.items()},
        "remarks": list(report.remarks),
        "notes": list(map(packed, report.notes())),
    }
    return facts, arrays


def _put_text(arrays: dict[str, np.ndarray], name: str, texts: list[str], most: int) -> int:
    """Texts as their bytes and ends, and how many bytes; counted before they are put together."""
    lengths = [len(t) if t.isascii() else len(t.encode()) for t in texts]
    total = sum(lengths)
    if total <= most:
        arrays[name] = np.frombuffer("".join(texts).encode(), dtype=np.uint8)
        arrays[f"{name}e"] = np.asarray(list(accumulate(lengths, initial=0)), dtype=np.int64)
    return total


def _text(reply: Reply, name: str, count: int) -> Any:
    """An array of text over the bytes of a reply; ValueError when it is none."""
    return text_array(reply.arrays[name], reply.arrays[f"{name}e"], count)


def text_array(data: np.ndarray, ends: np.ndarray, count: int) -> Any:
    """An array of so many texts over their bytes and ends; ValueError when they are of another form."""
    import pandas as pd
    import pyarrow as pa

    if data.dtype != np.uint8 or data.ndim != 1 or ends.dtype != np.int64 or ends.shape != (count + 1,):
        raise ValueError("text of another form")
    if ends[0] != 0 or ends[-1] != len(data) or (np.diff(ends) < 0).any():
        raise ValueError("text of another length")
    made = pa.LargeStringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(data))
    made.validate(full=True)
    return pd.array(made, dtype="str")


def unpacked_table(
    reply: Reply, name: str, purpose: str
) -> tuple[Parsed, pd.DataFrame, list[str], dict[str, list[int]]]:
    """The parent's side: what :func:`packed_table` told, each part looked at again."""
    facts, arrays = reply.facts, reply.arrays
    names, count, row = [str(n) for n in facts["names"]], int(facts["rows"]), arrays["row"]
    if len(set(names)) != len(names) or row.shape != (count,) or row.dtype != np.int64:
        raise ValueError("rows of another form")
    table = Columns({column: _text(reply, f"c{i}", count) for i, column in enumerate(names)}, count)
    shapes = _shapes(arrays, count, purpose) if "wkb" in arrays else None
    remarks = {str(reason): arrays[f"m{i}"].tolist() for i, reason in enumerate(facts["remarks"])}
    rejected = _rejected(reply, name)
    read = int(facts["read"])
    if read != count + len(rejected) or not set(remarks) <= REASONS.keys():
        raise FormatError("The file is damaged: its parser gave up.", where=name)
    meta = {str(k): str(v) for k, v in facts["meta"].items()}
    header = tuple(str(n) for n in facts["header"])
    twice = {str(n): tuple(str(a) for a in again) for n, again in facts["twice"].items()}
    layers = tuple(str(n) for n in facts["layers"])
    parsed = Parsed(table, row, shapes, str(facts["format"]), read, meta, header=header, twice=twice, layers=layers)
    return parsed, rejected, [unpacked(n) for n in facts["notes"]], remarks


def _rejected(reply: Reply, name: str) -> pd.DataFrame:
    import pandas as pd

    from geo.schema import REJECTED, conform, empty

    down = reply.arrays["down"]
    if not len(down):
        return empty(REJECTED)
    frame = pd.DataFrame({"source_file": pd.array([name], dtype="str").take(np.zeros(len(down), int)), "row": down})
    for i, column in enumerate(("id", "reason", "expected", "got"), start=1):
        count = len(reply.arrays[f"v{i}e"]) - 1
        frame[column] = _text(reply, f"v{i}", count).take(reply.arrays[f"d{i}"])
    if not set(frame["reason"].unique()) <= REASONS.keys():
        raise ValueError("a reason that is not known")
    return conform(frame, REJECTED)


def _shapes(arrays: dict[str, np.ndarray], count: int, purpose: str) -> np.ndarray:
    """Shapes, on the globe and of a kind that serves the purpose."""
    if arrays["length"].shape != (count,):
        raise ValueError("shapes of another length")
    shapes = unpacked_shapes(arrays["wkb"], arrays["length"])
    if purpose in _KINDS and not set(np.unique(shapely.get_type_id(shapes)).tolist()) <= _KINDS[purpose]:
        raise ValueError("shapes of another kind")
    return shapes


def unpacked_shapes(wkb: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Shapes out of their bytes and lengths, on the globe; ValueError when they are of another form."""
    count, ends = len(lengths), np.cumsum(lengths)
    if lengths.ndim != 1 or (lengths < 0).any() or (count and ends[-1] != len(wkb)):
        raise ValueError("shapes of another length")
    blob = wkb.tobytes()
    given = np.empty(count, dtype=object)
    given[:] = [blob[e - n : e] or None for e, n in zip(ends.tolist(), lengths.tolist(), strict=True)]
    shapes: np.ndarray = shapely.from_wkb(given)
    bounds = shapely.bounds(shapes)[~shapely.is_missing(shapes)]
    if not (np.abs(bounds) <= (180, 90, 180, 90)).all():
        raise ValueError("shapes off the globe")
    return shapes
