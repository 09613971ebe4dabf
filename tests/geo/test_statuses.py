"""H7 and the colours: how a certification ages, what a setting makes of it, and how long a qualification speaks."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.records.statuses import newest_status
from geo.rules.rule import Settings
from geo.rules.status import colour_at
from geo.time_window import NO_DAY, to_dates, to_days
from tests import frames
from tests.geo.cases import KNOWN, fired, only, parts, run, with_settings


def held(*rows, **more):
    return run(**{**KNOWN, **more, "statuses": frames.statuses(*rows)})


def rcm(colour, day, end=None):
    return {"status": colour, "status_date": day, "valid_to": end}


@pytest.mark.parametrize(
    ("given", "colour", "basis", "fires"),
    [
        (rcm("green", "2018-01-01"), "green", "inspection", False),
        (rcm("green", "2017-12-31"), "blue", "age", False),  # a year later it turns blue
        (rcm("green", "2015-01-01"), "blue", "age", False),
        (rcm("green", "2014-12-31"), "", "", False),  # and after three years of blue nothing is known
        (rcm("green", "2018-01-01", "2018-12-31"), "blue", "age", False),  # its stated end has come
        (rcm("green", "2016-01-01", "2019-01-01"), "green", "inspection", False),  # a stated end goes before age
        (rcm("yellow", "2018-07-01"), "yellow", "inspection", True),
        (rcm("yellow", "2018-06-30"), "blue", "age", False),  # six months without a stated end
        (rcm("yellow", "2015-07-01"), "blue", "age", False),
        (rcm("yellow", "2015-06-30"), "", "", False),
        (rcm("yellow", "2017-01-01", "2019-01-01"), "yellow", "inspection", True),
        (rcm("yellow", "2018-12-01", "2018-12-31"), "blue", "age", False),
        (rcm("blue", "2016-01-01"), "blue", "inspection", False),
        (rcm("blue", "2015-12-31"), "", "", False),
        (rcm("red", "2010-01-01"), "red", "inspection", True),  # red holds until somebody looks again
        (rcm("red", "2018-01-01", "2018-12-31"), "blue", "age", False),  # but for a stated end
        (rcm("red", "2019-01-01"), "", "", False),  # not known yet
    ],
)
def test_rcm_colours_age(given, colour, basis, fires):
    result = held(given)
    assert (only(result, "rcm_status"), only(result, "rcm_status_basis")) == (colour, basis)
    assert ("H7" in fired(result)) is fires
    assert ("H7" in parts(result, "rules_unknown")) is (colour == "")
    assert only(result) == ("high-risk" if fires else "no indicators found")


@pytest.mark.parametrize(
    ("given", "last_blue"),
    [
        (rcm("green", "2014-12-31"), "2018-12-30"),
        (rcm("blue", "2015-12-31"), "2018-12-30"),
        (rcm("yellow", "2015-06-30"), "2018-12-29"),  # blue from 30 December 2015
    ],
)
@pytest.mark.parametrize("fires", [False, True])
def test_blue_turns_red_by_the_letter_of_the_standard_and_fires_only_where_that_is_set(given, last_blue, fires):
    rules = with_settings(blue_expires_to="red", aged_status_fires=fires)
    result = held(given, rules=rules)
    assert (only(result, "rcm_status"), only(result, "rcm_status_basis")) == ("red", "age")
    assert ("H7" in fired(result)) is fires
    day_before = run(**{**KNOWN, "statuses": frames.statuses(given)}, as_of=last_blue, rules=rules)
    assert only(day_before, "rcm_status") == "blue"


def test_how_long_a_colour_lasts_are_settings():
    rules = with_settings(status_months=6, yellow_months=12, blue_months=12)
    assert only(held(rcm("green", "2018-06-30"), rules=rules), "rcm_status") == "blue"
    assert only(held(rcm("yellow", "2018-06-30"), rules=rules), "rcm_status") == "yellow"
    assert only(held(rcm("blue", "2017-12-31"), rules=rules), "rcm_status") == ""


def test_the_end_of_a_colour_is_the_first_day_on_which_it_no_longer_holds():
    """Asked of every colour, day by day around its end."""
    for status, months in (("green", 12), ("yellow", 6), ("blue", 36)):
        begun = pd.Timestamp("2015-08-31")
        end = begun + pd.DateOffset(months=months)
        for shift in (-2, -1, 0, 1):
            day = to_days([end + pd.Timedelta(days=shift)])
            colour, _, ends = colour_at(_text(status), to_days([begun]), to_days(["NaT"]), day, Settings())
            assert (colour[0] == status) is (shift < 0), (status, shift)
            if shift < 0:
                assert to_dates(ends)[0] == end.to_datetime64()


def _text(word):
    return pd.Series([word], dtype=object).to_numpy()


def test_red_has_no_end():
    _, _, ends = colour_at(_text("red"), to_days(["2015-01-01"]), to_days(["NaT"]), to_days(["2030-01-01"]), Settings())
    assert ends[0] == NO_DAY


def test_a_newer_inspection_goes_before_an_older_and_the_gravest_of_a_day():
    assert only(held(rcm("red", "2016-01-01"), rcm("green", "2018-06-01")), "rcm_status") == "green"
    assert only(held(rcm("red", "2018-06-01"), rcm("green", "2018-06-01")), "rcm_status") == "red"
    mixed = frames.statuses(rcm("red", "2018-06-01") | {"scheme": "drc"})
    assert newest_status(mixed, frames.sites({}), to_days(["2018-12-31"]), "rcm")["status"].tolist() == [""]


@pytest.mark.parametrize(
    ("day", "colour", "fires", "known"),
    [
        ("2018-12-31", "red", True, True),
        ("2018-01-01", "yellow", True, True),
        ("2017-12-31", "red", False, False),  # it speaks for twelve months
        ("2018-06-01", "green", False, True),
        ("2018-06-01", "blue", False, True),
        ("2019-01-01", "red", False, False),
    ],
)
def test_drc_qualification_speaks_for_a_year(day, colour, fires, known):
    result = held({"scheme": "drc", "status": colour, "status_date": day})
    assert ("H7" in fired(result)) is fires
    assert ("H7" in parts(result, "rules_unknown")) is not known
    # The newest of any age stands beside the class.
    assert only(result, "drc_status") == ("" if day > "2018-12-31" else colour)


def test_a_red_qualification_and_a_green_certificate_fire_by_the_one():
    result = held({"scheme": "drc", "status": "red", "status_date": "2018-06-01"}, rcm("green", "2018-06-01"))
    assert fired(result) == ["H7"]
