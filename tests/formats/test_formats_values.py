"""Coordinates, dates, numbers and ids as people write them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.formats import (
    REASONS,
    check_positions,
    check_spans,
    coordinate_notes,
    duplicate_groups,
    parse_coordinates,
    parse_dates,
    parse_numbers,
)
from layers.formats.values.coordinates import parse_degrees
from tests.examples import examples


@pytest.mark.parametrize(
    ("text", "axis", "degrees"),
    [
        ("17.467", "lon", 17.467),
        ("-4,317", "lat", -4.317),
        ("\u22124.317", "lat", -4.317),
        (" 4.317 ", "lat", 4.317),
        ("4°19'12\"N", "lat", 4.32),
        ("4° 19' 12,0\" S", "lat", -4.32),
        ("4°19′12″N", "lat", 4.32),
        ("4º19’12”N", "lat", 4.32),
        ("4°19'12''N", "lat", 4.32),
        ("N 4°19.2'", "lat", 4.32),
        ("4°19.2'N", "lat", 4.32),
        ("4 19 12 N", "lat", 4.32),
        ("4d19m12sN", "lat", 4.32),
        ("-4°19'12\"", "lat", -4.32),
        ("17°28'1.2\"E", "lon", 17.467),
        ("17°28'1.2\" O", "lon", -17.467),
        ("17°28'1.2\" W", "lon", -17.467),
        ("4.317°", "lat", 4.317),
        ("4.317 N", "lat", 4.317),
        ("S4.317", "lat", -4.317),
        ("4°", "lat", 4.0),
        ("1.7467e1", "lon", 17.467),
    ],
)
def test_degrees(text, axis, degrees):
    found, reason, _ = parse_degrees(text, axis)
    assert reason == ""
    assert found == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "axis", "reason"),
    [
        ("33N 412345 476543", "lon", "coordinates_utm_text"),
        ("34N AB 12345 67890", "lon", "coordinates_utm_text"),
        ("UTM 34", "lat", "coordinates_utm_text"),
        ("412345 E", "lon", "coordinates_utm_text"),
        ("4°61'N", "lat", "coordinates_unreadable"),
        ("4°19'12\"E", "lat", "coordinates_swapped"),
        ("Boda", "lat", "coordinates_unreadable"),
        ("4.3.1", "lat", "coordinates_unreadable"),
        ("4.317, 17.467", "lat", "coordinates_unreadable"),
        ("inf", "lat", "number_not_finite"),
        ("nan", "lat", "number_not_finite"),
        ("", "lat", ""),
    ],
)
def test_degrees_that_are_none(text, axis, reason):
    found, why, _ = parse_degrees(text, axis)
    assert np.isnan(found)
    assert why == reason


def test_positions():
    cases = {
        ("17.467", "4.317"): "",
        ("", ""): "",
        ("17.4", ""): "coordinates_incomplete",
        ("0", "0"): "coordinates_zero",
        ("0,0", "0.000"): "coordinates_zero",
        ("0", "4.3"): "",
        ("412345", "476543"): "coordinates_in_metres",
        ("412345.6", "-9476543"): "coordinates_in_metres",
        ("4.3", "117"): "coordinates_swapped",
        ("341", "4"): "coordinates_360",
        ("190", "95"): "coordinates_out_of_range",
        ("-181", "4"): "coordinates_out_of_range",
        ("17", "91"): "coordinates_swapped",
        ("180", "90"): "",
        ("x", "4"): "coordinates_unreadable",
    }
    lon, lat, why = parse_coordinates(*(pd.Series(c, dtype="str") for c in zip(*cases, strict=True)))
    assert why.tolist() == list(cases.values())
    assert np.array_equal(np.isnan(lon), np.isnan(lat))
    assert (np.isnan(lon) == [w != "" or k == ("", "") for k, w in cases.items()]).all()


def test_a_swap_is_offered_and_never_done():
    lon, lat, why = parse_coordinates(pd.Series(["4.3"]), pd.Series(["17.4"]), region=(14, 2, 28, 11))
    assert why.tolist() == ["coordinates_swapped"]
    assert np.isnan(lon).all()
    assert np.isnan(lat).all()
    lon, lat, why = parse_coordinates(pd.Series(["4.3"]), pd.Series(["17.4"]), region=(14, 2, 28, 11), swap=True)
    assert (lon.tolist(), lat.tolist(), why.tolist()) == ([17.4], [4.3], [""])
    assert check_positions(np.array([17.4]), np.array([4.3]), region=(14, 2, 28, 11)).tolist() == [""]


def test_what_was_converted_is_said():
    found = coordinate_notes(pd.Series(["17,4", "17°24'E", "17.4"]), pd.Series(["4,3", "4°18'N", "4.3"]))
    assert {k: v.tolist() for k, v in found.items()} == {"coordinates_dms": [1], "coordinates_decimal_comma": [0]}


@settings(max_examples=examples(300), deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_any_float_comes_back_exactly(x, y):
    lon, lat, why = parse_coordinates(pd.Series([repr(x)]), pd.Series([repr(y)]))
    if (x, y) == (0, 0):
        assert why.tolist() == ["coordinates_zero"]
    else:
        assert (lon[0], lat[0], why[0]) == (x, y, "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-03-12", "2021-03-12"),
        ("2009-02-20T00:00:00", "2009-02-20"),
        ("2009-02-20 00:00:00.000", "2009-02-20"),
        ("2009-02-20T23:59:59Z", "2009-02-20"),
        ("2009-02-20T23:59:59+01:00", "2009-02-20"),
        ("2021/03/12", "2021-03-12"),
        ("20210312", "2021-03-12"),
        ("12 March 2021", "2021-03-12"),
        ("12-Mar-2021", "2021-03-12"),
        ("March 12, 2021", "2021-03-12"),
        ("12 mars 2021", "2021-03-12"),
        ("1er août 2021", "2021-08-01"),
        ("12 février 2021", "2021-02-12"),
        ("13/02/2021", "2021-02-13"),
        ("02/13/2021", "2021-02-13"),
        ("02/13/2021 12:30:00", "2021-02-13"),
        ("02/13/2021 12:30:00 PM", "2021-02-13"),
        ("05/05/2021", "2021-05-05"),
        ("04.03.2021", "2021-03-04"),
        ("29 February 2020", "2020-02-29"),
    ],
)
def test_dates(text, day):
    dates, reason = parse_dates(pd.Series([text]))
    assert reason.tolist() == [""]
    assert str(dates.iloc[0].date()) == day
    assert str(dates.dtype) == "datetime64[s]"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/02/2020", "date_impossible"),
        ("2020-02-31", "date_impossible"),
        ("29 February 2021", "date_impossible"),
        ("13/13/2020", "date_impossible"),
        ("0000-01-01", "date_impossible"),
        ("03/04/2020", "date_ambiguous"),
        ("44927", "date_excel_serial"),
        ("44927.5", "date_excel_serial"),
        ("2020", "date_incomplete"),
        ("2020-03", "date_incomplete"),
        ("March 2020", "date_incomplete"),
        ("03/04/20", "date_ambiguous"),
        ("soon", "date_unreadable"),
        ("12 Foo 2020", "date_unreadable"),
        ("٢٠٢٠-٠٣-١٢x", "date_unreadable"),
        ("", ""),
    ],
)
def test_dates_that_are_none(text, reason):
    dates, why = parse_dates(pd.Series([text]))
    assert dates.isna().all()
    assert why.tolist() == [reason]


def test_the_order_of_day_and_month_is_that_of_the_column_or_asked_for():
    one_way = pd.Series(["03/04/2020", "25/04/2020"])
    assert parse_dates(one_way)[0].dt.strftime("%m-%d").tolist() == ["04-03", "04-25"]
    other = pd.Series(["03/04/2020", "04/25/2020"])
    assert parse_dates(other)[0].dt.strftime("%m-%d").tolist() == ["03-04", "04-25"]
    both = pd.Series(["03/04/2020", "04/25/2020", "25/04/2020"])
    assert parse_dates(both)[1].tolist() == ["date_ambiguous", "", ""]
    assert parse_dates(pd.Series(["03/04/2020"]), day_first=True)[0].iloc[0] == pd.Timestamp("2020-04-03")
    assert parse_dates(pd.Series(["03/04/2020"]), day_first=False)[0].iloc[0] == pd.Timestamp("2020-03-04")
    assert parse_dates(pd.Series(["25/04/2020"]), day_first=False)[1].tolist() == ["date_impossible"]


def test_serials_when_the_user_says_so():
    dates, why = parse_dates(pd.Series(["44927", "44927.75"]), serials=True)
    assert dates.dt.strftime("%Y-%m-%d").tolist() == ["2023-01-01", "2023-01-01"]
    assert why.tolist() == ["", ""]


def test_spans():
    start = pd.Series(pd.to_datetime(["2020-01-02", "2020-01-02", "2030-01-01", None]))
    end = pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02", "2030-01-02", None]))
    found = check_spans(start, end, latest=dt.date(2026, 1, 1)).tolist()
    assert found == ["end_before_start", "", "date_in_future", ""]


@settings(max_examples=examples(200), deadline=None)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_any_day_comes_back(day):
    for text in (day.isoformat(), day.strftime("%Y-%m-%dT00:00:00"), f"{day.day} {day:%B} {day.year}"):
        dates, why = parse_dates(pd.Series([text]))
        assert (dates.iloc[0].date(), why.iloc[0]) == (day, "")


def test_numbers():
    cases = {
        "12": 12,
        "-1.5": -1.5,
        "1e3": 1000,
        "1 234,5": 1234.5,
        "1\u00a0234.5": 1234.5,
        "1,234.5": 1234.5,
        "1.234,5": 1234.5,
        "１２": 12,
        "": None,
    }
    for text, number in cases.items():
        numbers, why = parse_numbers(pd.Series([text]))
        assert why.tolist() == [""], text
        assert np.isnan(numbers[0]) if number is None else numbers[0] == number, text
    for text, reason in {
        "4,317": "number_ambiguous",
        "abc": "number_unreadable",
        "1_000": "number_unreadable",
        "0x10": "number_unreadable",
        "1.2.3": "number_unreadable",
        "NaN": "number_not_finite",
        "-inf": "number_not_finite",
        "1e999": "number_not_finite",
    }.items():
        assert parse_numbers(pd.Series([text]))[1].tolist() == [reason], text


def test_the_decimal_sign_is_that_of_the_column_or_asked_for():
    assert parse_numbers(pd.Series(["4,317", "17,5"]))[0].tolist() == [4.317, 17.5]
    assert parse_numbers(pd.Series(["4,317", "17.5"]))[0].tolist() == [4317, 17.5]
    assert parse_numbers(pd.Series(["4,317"]), decimal=",")[0].tolist() == [4.317]
    assert parse_numbers(pd.Series(["4,317"]), decimal=".")[0].tolist() == [4317]
    assert parse_numbers(pd.Series(["4.317"]), decimal=",")[0].tolist() == [4317]
    assert parse_numbers(pd.Series(["4.31"]), decimal=",")[1].tolist() == ["number_unreadable"]


def test_ids():
    ids = ["CAFÉ", "cafe\u0301", "001", "1", "ß", "SS", "", "", "1E5", "100000", "x ", "X"]
    assert duplicate_groups(ids).tolist() == [0, 0, -1, -1, 1, 1, -1, -1, -1, -1, 2, 2]
    assert duplicate_groups([]).tolist() == []


def test_empty_columns():
    nothing = pd.Series([], dtype="str")
    assert [len(x) for x in parse_coordinates(nothing, nothing)] == [0, 0, 0]
    assert [len(x) for x in parse_dates(nothing)] == [0, 0]
    assert [len(x) for x in parse_numbers(nothing)] == [0, 0]


def test_every_reason_given_is_named():
    _lon, _lat, why = parse_coordinates(pd.Series(["x", "0", "1e6", "200", ""]), pd.Series(["4", "0", "1e6", "4", "1"]))
    given_reasons = {*why, *parse_dates(pd.Series(["x", "44927", "2020-02-31", "1/2/2020", "2020"]))[1]}
    assert given_reasons <= {*REASONS, ""}


def test_a_year_of_two_digits_is_told_by_the_year_beside_it():
    text = pd.Series(["5-Aug-24", "31-12-19", "30-12-19", "05/06/98", "5 août 24", "7-Sep-24"])
    years = pd.Series(["2024", "2019", "2019", "1998", "2024", "2023"])
    days, why = parse_dates(text, years=years)
    assert days.dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "2024-08-05", "2019-12-31", "2019-12-30", "1998-06-05", "2024-08-05", "",
    ]  # fmt: skip
    assert why.tolist() == ["", "", "", "", "", "date_ambiguous"]
    assert parse_dates(text)[1].tolist() == ["date_ambiguous"] * 6
    assert parse_dates(pd.Series(["03-04-19"]), years=pd.Series(["2019"]))[1].tolist() == ["date_ambiguous"]
    assert parse_dates(pd.Series(["13-14-19", "31-Feb-20"]), years=pd.Series(["2019", "2020"]))[1].tolist() == [
        "date_impossible", "date_impossible",
    ]  # fmt: skip


def test_the_year_beside_a_whole_date_changes_nothing():
    text = pd.Series(["2014-05-01", "2014-05-01", "", "13/04/2020"])
    days, why = parse_dates(text, years=pd.Series(["2014", "1999", "2000", ""]))
    plain_days, plain_why = parse_dates(text)
    assert days.equals(plain_days)
    assert why.equals(plain_why)


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(st.from_regex(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?", fullmatch=True), st.sampled_from(["lon", "lat"]))
def test_the_short_way_of_plain_coordinates_is_the_long_one(text, axis):
    from layers.formats.values.coordinates import _SIMPLE, _axis

    assert _SIMPLE.fullmatch(text)
    values, why, how = _axis(pd.Series([text], dtype="str"), axis)
    assert (values[0], why[0], how[0]) == parse_degrees(text, axis)
