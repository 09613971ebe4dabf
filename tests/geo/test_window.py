"""Calendar months, against pandas."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.time_window import NO_DAY, months_before, to_dates, to_days, window_days


@given(st.dates(), st.integers(-600, 600))
def test_months_before_is_what_pandas_says(day, months):
    if not 1800 < day.year < 2200:
        return
    ours = to_dates(months_before(to_days([day]), months))[0]
    assert pd.Timestamp(ours) == pd.Timestamp(day) - pd.DateOffset(months=months)


def test_month_ends_are_clipped():
    back = months_before(to_days(["2024-02-29", "2023-03-31", "2023-12-31"]), 12)
    assert to_dates(back).astype("datetime64[D]").astype(str).tolist() == ["2023-02-28", "2022-03-31", "2022-12-31"]


def test_unknown_days_stay_unknown():
    assert months_before(np.array([NO_DAY]), 12)[0] == NO_DAY
    assert pd.isna(to_dates(to_days(pd.Series([pd.NaT], dtype="datetime64[s]")))[0])


def test_a_window_over_a_leap_day_is_a_day_longer():
    assert window_days(to_days(["2024-12-31", "2023-12-31"]), 12).tolist() == [366, 365]
