"""Money: by year and currency, shared by stated percentages and never multiplied; twelve programmes with known answers."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.programmes.money import SEVERAL, UNNAMED, Rates, money_rows, money_totals
from geo.programmes.schema import MONEY, Programmes
from geo.schema import conform
from jobs.programmes.programme_files import read_programmes
from jobs.programmes.rates import read_rates
from layers.formats.limits import UPLOAD
from layers.reference.donor_aliases import known_donors
from tests.donors.donor_cases import make_programmes
from tests.donors.test_iati import iati, one
from tests.examples import examples


def paid(kind: str, day: str, amount: str, currency: str = "") -> str:
    unit = f" currency='{currency}'" if currency else ""
    return (
        f"<transaction><transaction-type code='{kind}'/><transaction-date iso-date='{day}'/>"
        f"<value{unit}>{amount}</value></transaction>"
    )


def test_transactions_budgets_and_plans_by_year_and_currency() -> None:
    inner = (
        paid("2", "2019-05-01", "100") + paid("2", "2019-06-01", "-20") + paid("3", "2020-01-01", "30", "usd")
        + paid("1", "2020-01-01", "999") + paid("11", "2020-01-01", "999") + paid("4", "2021-12-31", "5")
        + "<planned-disbursement><period-start iso-date='2027-01-01'/><value>7</value></planned-disbursement>"
        + "<transaction><transaction-type code='3'/><value value-date='2022-02-02'>4</value></transaction>"
        + "<budget type='1'><period-start iso-date='2020-01-01'/><value>50</value></budget>"
        + "<budget type='2'><period-start iso-date='2020-01-01'/><value>40</value></budget>"
        + paid("3", "2020-01-01", "many")
    )  # fmt: skip
    for gateway in ({}, {"gateway": UPLOAD}):
        layer = read_programmes(iati(one("A", inner)), "a.xml", **gateway)
        money = layer.programmes.money
        assert sorted(money[["kind", "year", "currency", "amount"]].itertuples(index=False, name=None)) == [
            ("budget", 2020, "EUR", 40.0), ("commitment", 2019, "EUR", 80.0), ("disbursement", 2020, "USD", 30.0),
            ("disbursement", 2022, "EUR", 4.0), ("expenditure", 2021, "EUR", 5.0), ("planned", 2027, "EUR", 7.0),
        ]  # fmt: skip
        assert "number_unreadable" in set(layer.programmes.remarks["reason"])


TWELVE = """programme_id,title,donor,type,status,start,end,country,admin_code,budget,currency
P01,a,DFID,mapping,implementation,2015-01-01,2030-12-31,CAF,Boda,100,GBP
P02,b,UK Aid,mapping,closed,2015-01-01,2018-12-31,CAF,Boda,50.5,GBP
P03,c,United Kingdom,mapping;traceability,closed,2015-01-01,,CAF,Nola,10,GBP
P04,d,European Commission,traceability,implementation,2015-01-01,,CAF:60;COD:40,,200,EUR
P05,e,EU,traceability,implementation,2015-01-01,,CAF;COD,,80,EUR
P06,f,Union européenne,certification,suspended,2015-01-01,,CAF,Boda,20,EUR
P07,g,AFD;DFID,certification,implementation,2015-01-01,,CAF,Boda,30,EUR
P08,h,AFD,formalisation,pipeline,2015-01-01,,CAF,,7,EUR
P09,i,World Bank,infrastructure,implementation,2015-01-01,,CAF,,900,USD
P10,j,IDA,infrastructure,cancelled,2015-01-01,2016-12-31,CAF,,100,USD
P11,k,USAID,kp_compliance,implementation,2015-01-01,,,,5,USD
P12,l,USAID,cooking,implementation,2015-01-01,,CAF:30;COD:30,,100,USD
"""
ANSWERS = {
    ("United Kingdom", "mapping", "CAF", "Boda", "GBP"): 150.5,
    ("United Kingdom", "mapping;traceability", "CAF", "Nola", "GBP"): 10,
    ("European Union", "traceability", "CAF", "", "EUR"): 120,
    ("European Union", "traceability", "COD", "", "EUR"): 80,
    ("European Union", "traceability", SEVERAL, "", "EUR"): 80,
    ("European Union", "certification", "CAF", "Boda", "EUR"): 20,
    ("AFD;United Kingdom", "certification", "CAF", "Boda", "EUR"): 30,
    ("AFD", "formalisation", "CAF", "", "EUR"): 7,
    ("World Bank", "infrastructure", "CAF", "", "USD"): 1000,
    ("USAID", "kp_compliance", "", "", "USD"): 5,
    ("USAID", "", "CAF", "", "USD"): 30,
    ("USAID", "", "COD", "", "USD"): 30,
    ("USAID", "", SEVERAL, "", "USD"): 40,
}


def test_twelve_programmes_with_known_answers_reconciled_by_another_computation() -> None:
    programmes = read_programmes(TWELVE.encode(), "twelve.csv").programmes
    rows = money_rows(programmes, known_donors())
    got = {tuple(key): amount for *key, amount in rows[["donor", "types", "country", "area", "currency", "amount"]]
           .itertuples(index=False, name=None)}  # fmt: skip
    assert {key: pytest.approx(amount) for key, amount in ANSWERS.items()} == got
    by_hand: dict[str, Decimal] = defaultdict(Decimal)
    for line in csv.DictReader(io.StringIO(TWELVE)):
        by_hand[line["currency"]] += Decimal(line["budget"])
    totals = money_totals(programmes, rows).set_index("currency")
    for currency, amount in by_hand.items():
        assert totals.loc[currency, "amount"] == pytest.approx(float(amount))
        assert totals.loc[currency, "amount_in_rows"] == pytest.approx(float(amount))
    assert totals["amount_in_several_places"].to_dict() == pytest.approx({"EUR": 80, "GBP": 0, "USD": 40})
    assert totals["programmes"].to_dict() == {"EUR": 5, "GBP": 3, "USD": 4}


def test_nothing_is_converted_without_a_table_and_each_year_by_its_rate_with_one() -> None:
    programmes = read_programmes(TWELVE.encode(), "twelve.csv").programmes
    plain = money_rows(programmes, known_donors())
    assert plain["amount_converted"].isna().all()
    rates = read_rates(b'currency,year,rate,to\nEUR,,"1,1",USD\nEUR,2020,1.2,USD\n', "rates.csv")
    rows = money_rows(programmes, known_donors(), rates)
    euro = rows[rows["currency"] == "EUR"]
    assert euro["amount_converted"].to_numpy() == pytest.approx(euro["amount"].to_numpy() * 1.1)
    dollars = rows[rows["currency"] == "USD"]
    assert dollars["amount_converted"].tolist() == dollars["amount"].tolist()
    assert rows.loc[rows["currency"] == "GBP", "amount_converted"].isna().all(), "no rate, no amount"
    assert set(rows.loc[rows["currency"] == "GBP", "currency_converted"]) == {""}
    pd.testing.assert_series_equal(rows["amount"], plain["amount"])


@pytest.mark.parametrize("text", ["EUR,0,USD", "EUR,-1,USD", "EUR,x,USD", ",1,USD", "EUR,1,", "EUR,1,USD\nXAF,1,EUR"])
def test_rates_that_cannot_be_used_are_an_error(text: str) -> None:
    with pytest.raises(InputError, match="table of rates"):
        read_rates(f"currency,rate,to\n{text}\n".encode(), "rates.csv")


shares = st.sampled_from(
    ["", "CAF", "CAF;COD", "CAF:60;COD:40", "CAF:33.3;COD:33.3;RWA:33.4", "CAF:80;COD:80", "CAF:1"]
)


@given(st.lists(st.tuples(shares, st.floats(-1e9, 1e9), st.sampled_from(["", "EUR", "USD"])), max_size=8))
@settings(max_examples=examples(15), deadline=None)
def test_rows_always_add_up_to_what_the_programmes_give(cases: list[tuple[str, float, str]]) -> None:
    made = make_programmes([{"countries": countries, "donor": "A;B"} for countries, _, _ in cases] or [{}])
    rows = [(n, "commitment", None, currency, amount) for n, (_, amount, currency) in enumerate(cases)]
    money = conform(pd.DataFrame.from_records(rows, columns=[c.name for c in MONEY]), MONEY)
    programmes = Programmes(made.frame, made.footprints, made.geometry, money=money)
    totals = money_totals(programmes, money_rows(programmes, rates=Rates()))
    assert np.allclose(totals["amount"], totals["amount_in_rows"], rtol=1e-9, atol=1e-3)
    assert totals["amount"].sum() == pytest.approx(sum(amount for _, amount, _ in cases), abs=1e-3)


def test_one_place_is_named_several_are_several_and_none_is_the_country() -> None:
    rows = [
        {"lon": 17.0, "lat": 4.0, "admin_name": "Boda"}, {"lon": 17.0, "lat": 4.0}, {"admin_code": "Nola"}, {},
    ]  # fmt: skip
    made = make_programmes([{**row, "countries": "CAF"} for row in rows])
    paid = conform(
        pd.DataFrame([(n, "budget", None, "EUR", 1.0 + n) for n in range(4)], columns=[c.name for c in MONEY]), MONEY
    )
    out = money_rows(Programmes(made.frame, made.footprints, made.geometry, money=paid))
    assert dict(zip(out["amount"], out["area"], strict=True)) == {1: "Boda", 2: UNNAMED, 3: "Nola", 4: ""}


@pytest.mark.real_data
def test_the_money_of_the_shared_activities(shared_data: Path) -> None:
    layer = read_programmes(shared_data / "iati" / "dfid_drc_205_activities_v1.01.xml")
    totals = money_totals(layer.programmes, money_rows(layer.programmes, known_donors())).set_index("kind")
    assert totals.loc["commitment", "programmes"] == 134
    assert totals.loc["commitment", "amount"] == pytest.approx(totals.loc["budget", "amount"], rel=1e-3)
    assert totals.loc["commitment", "amount"] == pytest.approx(totals.loc["commitment", "amount_in_rows"])
