"""The user's own columns, what the trade says, and what the EU regulation asks of it."""

from __future__ import annotations

import csv
import io

import pytest

from jobs.screening.eu_record import eu_record, eu_volumes
from jobs.screening.listings import by_mineral
from jobs.screening.screen import screen
from jobs.screening.supplier_list import read_suppliers
from layers.reference.legal_schemes import import_thresholds
from tests.companies.cases import DAY, data, files, screened
from tests.companies.test_screening import HERE

HEAD = "id;Supplier name;lat;lon;country;mineral;Quantity (kg);Smelter;Certificate no;Shipment date;My ref;answer;as_of"
LINES = (
    "A;Trader One;6,0;20,0;CAF;gold;60;CID1;C-1;2022-03-01;007;mine;2020-12-31",
    "B;Trader Two;6,0;20,0;CAF;gold;45,5;;;2022-05-01;=1+1;mine;2020-12-31",
    "C;;6,0;20,0;CAF;cassiterite;;;;;x;mine;2020-12-31",
    "D;Trader;95;400;CAF;gold;1;;;;kept too;mine;2020-12-31",
)


def listed(*lines: str):
    return read_suppliers("\n".join([HEAD, *lines]).encode(), "list.csv")


def found(*lines: str):
    return screen(listed(*lines), data(), DAY)


def table(made: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made[name].decode())))


def test_the_users_columns_are_carried_unchanged_to_every_output():
    made = files(found(*LINES))
    rows = table(made, "screening.csv")
    assert [r["My ref"] for r in rows] == ["007", "'=1+1", "x", "kept too"]
    assert [r["answer (list)"] for r in rows] == ["mine"] * 4, "a name of ours is not overwritten"
    assert [r["answer"] for r in rows] == ["accepted"] * 3 + ["rejected"]
    assert [r["My ref"] for r in table(made, "eu_record.csv")] == ["007", "'=1+1", "x"]
    assert b'"My ref": "007"' in made["screening.geojson"] or b'"My ref":"007"' in made["screening.geojson"]


def test_what_the_trade_says_is_recognised_and_changes_no_answer():
    rows = found(*LINES).rows
    assert rows["supplier"].tolist()[:3] == ["Trader One", "Trader Two", ""]
    assert rows["quantity_kg"].tolist()[:2] == [60.0, 45.5]
    assert (rows["smelter"][0], rows["certificate"][0]) == ("CID1", "C-1")
    assert f"{rows['shipment_date'][0]:%Y-%m-%d}" == "2022-03-01"
    plain = screened({**HERE, "mineral": "gold"}).rows.iloc[0]
    assert rows["site_class"][0] == plain["site_class"]


@pytest.mark.parametrize(
    ("heading", "cell", "kg", "remark"),
    [
        ("Quantity (kg)", "12", 12.0, ""),
        ("Quantity", "2 t", 2000.0, ""),
        ("Quantity", "1 250,5 kg", 1250.5, ""),
        ("Weight (t)", "0.5", 500.0, ""),
        ("Quantity", "10 ct", 0.002, ""),
        ("Quantity", "12", None, "unit of the quantity not known"),
        ("Quantity (kg)", "a lot", None, "quantity not read"),
        ("Quantity (kg)", "-3", None, "quantity not read"),
    ],
)
def test_quantities_have_a_unit_or_are_not_read(heading, cell, kg, remark):
    got = read_suppliers(f"id;lat;lon;{heading}\nA;6.0;20.0;{cell}\n".encode(), "l.csv").rows.iloc[0]
    assert got["quantity"] == cell
    assert (None if got["quantity_kg"] != got["quantity_kg"] else got["quantity_kg"]) == kg
    assert remark in got["remarks"]
    assert got["answer"] == "accepted"


def test_volumes_stand_against_the_thresholds_of_annex_i():
    volumes = eu_volumes(found(*LINES).rows).set_index(["year", "mineral"])
    gold, tin = volumes.loc[(2022, "gold")], volumes.loc[(2020, "cassiterite")]
    assert (gold["declared_kg"], gold["threshold_kg"], gold["answer"]) == (105.5, 100, "reached")
    assert tin["answer"] == "before_the_regulation"
    assert tin["declared_kg"] != tin["declared_kg"], "no row states a quantity: blank, not 0"
    less = found(LINES[0], LINES[2].replace(";;;;;x", ";;;;2022-02-02;x"))
    answers = eu_volumes(less.rows).set_index("mineral")["answer"]
    assert answers.to_dict() == {"gold": "below", "cassiterite": "unknown"}
    several = found(LINES[0].replace("gold;60", "gold, diamond;600"))
    assert eu_volumes(several.rows)["answer"].tolist() == ["unknown"], "how much of it is gold is not known"
    assert set(eu_volumes(found(LINES[0].replace("gold", "diamond")).rows)["answer"]) == set()


CODED = (
    "A;tin;2609 00 00;4 t;2022-03-01",
    "B;tin;8001 10 00;90 t;2022-03-01",
    "C;tin;HS 8001;20 t;2022-09-01",
    "D;tantalum;8103.90;200;2022-03-01",
    "E;tungsten;;1 t;2022-03-01",
    "F;gold;2616 90 00;90 t;2022-03-01",
    "G;tungsten;8101;300;2022-03-01",
    "H;tin;85423100;9 t;2022-03-01",
    "I;tin;solder;9 t;2022-03-01",
)


def test_metals_of_part_b_stand_against_their_own_thresholds_by_the_code_of_the_list():
    head = "id;mineral;CN code;Quantity (kg);Shipment date;lat;lon;country"
    text = "\n".join([head, *(f"{line};6,0;20,0;CAF" for line in CODED)])
    screening = screen(read_suppliers(text.encode(), "list.csv"), data(), DAY)
    volumes = eu_volumes(screening.rows)
    told = {(v["mineral"], v["cn_code"]): (v["declared_kg"], v["threshold_kg"], v["answer"], v["annex_part"]) for v in volumes.to_dict("records")}  # fmt: skip
    assert told == {
        ("cassiterite", "2609 00 00"): (13000, 5000, "reached", "minerals"),
        ("cassiterite", "8001"): (110000, 100000, "reached", "metals"),
        ("coltan", "8103 90"): (200, 150, "reached", "metals"),
        ("wolframite", "2611 00 00"): (1000, 250000, "below", "minerals"),
        ("gold", "2616 90 00"): (90000, 4000000, "below", "minerals"),
        ("wolframite", "8101 96 00"): (300, 250, "reached", "metals"),
        ("cassiterite", ""): (9000, pytest.approx(float("nan"), nan_ok=True), "not_in_annex", ""),
    }
    listings = by_mineral(screening.rows).set_index("supplier_id")
    assert listings["threshold_kg"].fillna(-1).tolist() == [5000, 100000, 100000, 150, 250000, 4000000, 250, -1, 5000]
    assert "customs code not read: solder" in screening.rows["remarks"].iloc[8]
    record = eu_record(screening.rows, screening.suppliers.rows).set_index("supplier_id")["cn_codes"]
    assert record.tolist()[1:4] == ["8001", "8001", "8103 90"]


def test_annex_i_has_its_five_minerals_and_eighteen_metals_each_with_a_source():
    lines = import_thresholds()
    assert lines["part"].value_counts().to_dict() == {"metals": 18, "minerals": 5}
    assert (lines["threshold_kg"] > 0).all()
    assert lines["source"].str.contains("2017/821, Annex I, part").all()
    assert not lines.duplicated(["part", "cn_code"]).any()
    delegated = lines.loc[lines["source"].str.contains("2020/1588"), "threshold_kg"]
    assert sorted(delegated) == [30, 770, 3600, 100000, 4000000]


def test_the_record_says_what_article_4_asks_and_nobody_knows():
    screening = found(*LINES)
    record = eu_record(screening.rows, screening.suppliers.rows).set_index("supplier_id")
    assert list(record.index) == ["A", "B", "C"]
    assert "supplier" not in record.loc["A", "missing"].split(";")
    assert {"supplier", "quantity", "shipment_date", "smelter"} <= set(record.loc["C", "missing"].split(";"))
    assert record.loc["A", "cn_codes"] == "7108"
    assert record.loc["A", "from_cahra"] in ("unknown", "yes"), "no list was given: it is not said to be none"
    assert "taxes" in record.loc["A", "missing"]


def test_each_mineral_of_a_row_is_listed_by_itself_and_dated():
    row = {**HERE, "mineral": "gold;diamond", "country": "SDN", "lat": "15.0", "lon": "32.5"}
    screening = screened({**row, "as_of": "2011-07-08"}, {**row, "supplier_id": "B", "as_of": "2011-07-09"}, HERE | {"supplier_id": "C"})  # fmt: skip
    told = by_mineral(screening.rows)
    assert told["mineral"].tolist() == ["gold", "diamond", "gold", "diamond", ""]
    assert told["dodd_frank"].tolist() == ["covered", "country_only", "not_covered", "not_covered", "country_only"]
    assert told["kp_status"].tolist()[:2] == ["not_applicable", "unknown"]
    assert told["eu_list"].tolist()[:2] == ["unknown", "not_applicable"]
    assert told["threshold_kg"].tolist()[0] == 100


def test_kimberley_participation_of_every_country_on_the_way_is_told():
    row = {**HERE, "mineral": "diamond", "route_countries": "CMR;TCD;BEL", "as_of": "2024-12-01"}
    got = screened(row, {**row, "supplier_id": "B", "mineral": "gold"}, {**row, "supplier_id": "C", "route_countries": "CMR"})  # fmt: skip
    assert got.rows["transit_kp"].tolist() == ["CMR participant; TCD unknown; BEL participant", "", "CMR participant"]
    assert got.rows["flag_kp"].isna().tolist() == [True, False, False]
