"""The compact form of Thrift, as far as the headers and the footer of Parquet need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12


@dataclass(frozen=True)
class Long:
    """A whole number of 64 bits; a plain `int` is one of 32."""

    value: int


Value = int | Long | str | bytes | Sequence["Value"] | Mapping[int, "Value | None"]
"""A number, text or bytes, a list of values of one kind, or a struct: its fields by their numbers, None: left out."""


def struct(fields: Mapping[int, Value | None]) -> bytes:
    """The bytes of a struct.

    Examples
    --------
    >>> struct({1: 2, 3: "a", 4: [1, 2], 5: {}, 6: None}).hex()
    '1504280161192502041c0000'
    """
    out, before = bytearray(), 0
    for number in sorted(fields):
        value = fields[number]
        if value is None:
            continue
        assert 0 < number - before < 16, "numbers of fields are close to each other"
        out.append((number - before) << 4 | _kind(value))
        out += _bytes(value)
        before = number
    out.append(0)
    return bytes(out)


def _kind(value: Value) -> int:
    if isinstance(value, int):
        return I32
    if isinstance(value, Long):
        return I64
    if isinstance(value, str | bytes):
        return BINARY
    return STRUCT if isinstance(value, Mapping) else LIST


def _bytes(value: Value) -> bytes:
    if isinstance(value, Long):
        return _zigzag(value.value)
    if isinstance(value, int):
        return _zigzag(value)
    if isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return varint(len(data)) + data
    if isinstance(value, Mapping):
        return struct(value)
    kind = _kind(value[0]) if value else STRUCT
    head = bytes([len(value) << 4 | kind]) if len(value) < 15 else bytes([0xF0 | kind]) + varint(len(value))
    return head + b"".join(map(_bytes, value))


def _zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def varint(value: int) -> bytes:
    """A number that is not negative, seven bits a byte, the lowest first.

    Examples
    --------
    >>> varint(1).hex(), varint(300).hex()
    ('01', 'ac02')
    """
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
