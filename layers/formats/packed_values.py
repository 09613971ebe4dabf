"""Frames, shapes and records as JSON and arrays of numbers, as a child tells them, and back; never pickles.

What comes back is looked at again: forms, lengths, places on the globe, and records of the expected kinds alone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo.messages import Note
from geo.packed_notes import packed, unpacked
from layers.formats.child_reply import text_array, unpacked_shapes

_NUMBERS = "biuf"
_TIMES = ("datetime64[s]", "datetime64[ms]", "datetime64[us]", "datetime64[ns]")
_PLAIN = (bool, int, float, str)
_NESTS: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class Packing:
    """Values as JSON, their numbers and texts in `arrays`."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}

    def value(self, value: Any) -> Any:
        """Any value that readers give back.

        Raises
        ------
        TypeError
            A kind that is not told.
        """
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, Note):
            return {"note": packed(value)}
        if value is None or isinstance(value, _PLAIN):
            return value
        if isinstance(value, dt.date):
            return {"day": value.isoformat()[:10]}
        if isinstance(value, pd.DataFrame):
            return {"frame": self._frame(value)}
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, Mapping):
            return {"map": [[self.value(k), self.value(v)] for k, v in value.items()]}
        if type(value).__name__ in _NESTS:
            return {type(value).__name__: [self.value(v) for v in value]}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            given = [f.name for f in dataclasses.fields(value) if f.init and not f.name.startswith("_")]
            return {"record": type(value).__name__, "fields": {n: self.value(getattr(value, n)) for n in given}}
        raise TypeError(f"{type(value).__name__} is not told")

    def _put(self, array: np.ndarray) -> str:
        name = f"x{len(self.arrays)}"
        self.arrays[name] = array
        return name

    def _frame(self, frame: pd.DataFrame) -> dict[str, Any]:
        index = frame.index
        plain = isinstance(index, pd.RangeIndex) and index.equals(pd.RangeIndex(len(frame)))
        return {
            "rows": len(frame),
            "index": None if plain else self._array(index.to_numpy()),
            "columns": [[str(name), self._column(frame.iloc[:, i])] for i, name in enumerate(frame.columns)],
        }

    def _column(self, series: pd.Series) -> dict[str, Any]:
        kind = str(series.dtype)
        if kind == "str":
            return {"text": self._text(pa.array(series.array, type=pa.large_string(), from_pandas=True))}
        if kind == "boolean":
            return {"tri": self._put(series.astype("Int8").fillna(-1).to_numpy(dtype=np.int8))}
        return self._array(series.to_numpy())

    def _text(self, array: Any) -> list[str]:
        parts = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
        one = pa.concat_arrays(parts.chunks) if parts.num_chunks else pa.array([], type=pa.large_string())
        blank = np.asarray(one.is_null().to_numpy(zero_copy_only=False), dtype=bool)
        one = one.fill_null("")
        ends = np.frombuffer(one.buffers()[1], dtype=np.int64)[one.offset : one.offset + len(one) + 1]
        data = one.buffers()[2]
        whole = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
        if not len(one):
            ends = np.zeros(1, dtype=np.int64)
        return [self._put(whole[ends[0] : ends[-1]]), self._put(ends - ends[0]), self._put(blank)]

    def _array(self, array: np.ndarray) -> dict[str, Any]:
        if array.dtype.kind == "M":
            return {"times": self._put(array.astype("datetime64[s]").astype(np.int64))}
        if array.dtype.kind in _NUMBERS:
            return {"numbers": self._put(array)}
        if array.dtype.kind not in "OTU":
            raise TypeError(f"{array.dtype} is not told")
        values = array.tolist()
        if all(v is None or isinstance(v, shapely.Geometry) for v in values):
            parts = [b"" if v is None else v for v in shapely.to_wkb(array, output_dimension=2).tolist()]
            blob = np.frombuffer(b"".join(p or b"" for p in parts), dtype=np.uint8)
            return {"shapes": [self._put(blob), self._put(np.array([len(p or b"") for p in parts], dtype=np.int64))]}
        return {"values": [self.value(v) for v in values]}


class Unpacking:
    """What :class:`Packing` told.

    Parameters
    ----------
    arrays
        Those of the reply.
    records
        The kinds of records that may stand in it.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], records: Mapping[str, type]) -> None:
        self.arrays, self.records = arrays, records

    def value(self, packed_value: Any) -> Any:
        """The value again.

        Raises
        ------
        ValueError, KeyError, TypeError
            It is of another form, or of a kind that is not expected.
        """
        if packed_value is None or isinstance(packed_value, _PLAIN):
            return packed_value
        if "record" in packed_value:
            kind = self.records[packed_value["record"]]
            return kind(**{str(name): self.value(v) for name, v in packed_value["fields"].items()})
        [(form, inside)] = packed_value.items()
        if form == "note":
            return unpacked(inside)
        if form == "day":
            return dt.date.fromisoformat(inside)
        if form == "frame":
            return self._frame(inside)
        if form == "array":
            return self._array(inside)
        if form == "map":
            return {self.value(k): self.value(v) for k, v in inside}
        return _NESTS[form](self.value(v) for v in inside)

    def _frame(self, packed_frame: dict[str, Any]) -> pd.DataFrame:
        rows = int(packed_frame["rows"])
        columns = [(str(name), self._column(column, rows)) for name, column in packed_frame["columns"]]
        index = pd.RangeIndex(rows) if packed_frame["index"] is None else pd.Index(self._array(packed_frame["index"]))
        if len(index) != rows:
            raise ValueError("an index of another length")
        made = pd.DataFrame({i: column for i, (_, column) in enumerate(columns)}, index=pd.RangeIndex(rows))
        made.columns = pd.Index([name for name, _ in columns], dtype="str")
        made.index = index
        return made

    def _column(self, packed_column: dict[str, Any], rows: int) -> Any:
        if "text" in packed_column:
            data, ends, blank = (self.arrays[name] for name in packed_column["text"])
            made = text_array(data, ends, rows)
            if blank.shape != (rows,) or blank.dtype != np.bool_:
                raise ValueError("marks of another form")
            return pd.Series(made, dtype="str").mask(blank).array if blank.any() else made
        if "tri" in packed_column:
            code = self.arrays[packed_column["tri"]]
            return pd.arrays.BooleanArray(code == 1, code < 0)
        found = self._array(packed_column)
        if found.shape != (rows,):
            raise ValueError("a column of another length")
        return found

    def _array(self, packed_array: dict[str, Any]) -> np.ndarray:
        [(form, inside)] = packed_array.items()
        if form == "times":
            times = self.arrays[inside]
            if times.dtype != np.int64:
                raise ValueError("times of another form")
            return times.astype("datetime64[s]")
        if form == "numbers":
            return np.array(self.arrays[inside])
        if form == "shapes":
            return unpacked_shapes(self.arrays[inside[0]], self.arrays[inside[1]])
        values = [self.value(v) for v in inside]
        made = np.empty(len(values), dtype=object)
        made[:] = values
        return made
