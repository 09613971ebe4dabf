"""Numbers of JSON that are too long or too large are seen, however their text is searched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import FormatError, LimitExceededError
from layers.formats.limits import UPLOAD
from layers.formats.readers import strict_json

LARGE = re.compile(rb"\d[eE]\+?\d{3}|(?<!\d)\d{300}")


@given(st.lists(st.sampled_from([b"0", b"1", b"9", b"e", b"E", b"+", b"-", b".", b" ", b"t", b"7" * 298]), max_size=14))
def test_a_number_that_may_be_too_large_is_seen_as_one_would_search_it(parts):
    text = b"".join(parts)
    digits = text.translate(strict_json._DIGITS_ALIKE)
    seen = b"0" * strict_json._LONG in digits or strict_json._LARGE_POWER.search(text)
    assert bool(seen) == bool(LARGE.search(text))
    assert (b"0" * 4 in digits) == bool(re.search(rb"(?<!\d)\d{4}", text))


@pytest.mark.parametrize("text", ["1e999", "[-2E+400]", '{"a": 1e0000400}'])
def test_a_number_too_large_for_a_double_is_refused(text):
    with pytest.raises(FormatError):
        strict_json.load_json(text.encode(), UPLOAD)


def test_a_number_of_too_many_digits_is_refused_outside_of_texts_alone():
    long = "1234567890" * (UPLOAD.number_digits // 10 + 1)
    assert strict_json.load_json(f'["{long}"]'.encode(), UPLOAD) == [long]
    with pytest.raises(LimitExceededError):
        strict_json.load_json(f"[{long}]".encode(), UPLOAD)
