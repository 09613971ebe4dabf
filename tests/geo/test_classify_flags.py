"""Names of flags joined site by site."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.rules.classify import join_flags


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), max_size=20))
def test_names_of_flags_are_joined_in_their_order_for_each_site(flags):
    named = [(f"r{i}", np.array(flag, np.bool_)) for i, flag in enumerate(flags)]
    expected = [";".join(name for name, flag in named if flag[site]) for site in range(5)]
    assert join_flags(iter(named), 5).tolist() == expected
    assert join_flags([(name, flag[:0]) for name, flag in named], 0).tolist() == []
