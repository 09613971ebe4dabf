"""What Regulation (EU) 2017/821 asks an importer to keep and to tell (Art. 4 and 7), row by row; volumes by year.

The record holds what the list and the screening know; what Art. 4 asks and nobody knows yet is named in `missing`, and
is a question to the supplier. The volumes are those that the list declares: a list need not be all that was imported.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import schema
from geo.schema import CLASSES
from geo.screening.law_schema import EU_RECORD, EU_VOLUMES
from jobs.screening.annex_lines import annex_line, line_cell
from jobs.screening.listings import REGULATED
from layers.reference.legal_schemes import import_thresholds

ASKED = {
    "supplier": "supplier",
    "country": "country",
    "quantity_kg": "quantity",
    "shipment_date": "shipment_date",
}
"""What Art. 4 asks of every mineral: where it is blank it is missing."""
OF_CAHRA = {"site_name": "mine", "destination": "trading_places", "certificate": "certificate"}
"""What it asks besides of minerals from conflict-affected and high-risk areas; taxes paid are in no list."""

_COLUMNS = frozenset(
    {"site_class", "eu_list", "minerals", "cn_code_given", *(c.name for c in EU_RECORD), *ASKED, *OF_CAHRA}
)


def eu_record(rows: pd.DataFrame, suppliers: pd.DataFrame) -> pd.DataFrame:
    """Screened rows of a mineral of the regulation, or of none known (:data:`geo.screening.law_schema.EU_RECORD`).

    Parameters
    ----------
    suppliers
        The list as read (:data:`geo.screening.schema.SUPPLIERS`), for the destinations.
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).
    """
    codes, different = pd.factorize(rows["minerals"])
    kept = [";".join(m for m in str(t).split(";") if m in REGULATED) for t in different]
    about = np.array([text != "" or whole == "" for text, whole in zip(kept, different, strict=True)], np.bool_)
    keep = np.asarray(rows["answer"] == "accepted", np.bool_) & about[codes]
    columns = [c for c in rows.columns if c in _COLUMNS]
    out = rows.loc[keep, columns].reset_index(drop=True)
    out["eu_minerals"] = pd.array(kept, dtype="str").take(codes[keep])
    end = suppliers.drop_duplicates("row").set_index("row")["destination"]
    out["destination"] = out["row"].map(end).fillna("").astype("str")
    cahra = out["site_class"].isin(CLASSES[:2]) | (out["eu_list"] == "listed")
    unsure = ~cahra & ((out["site_class"] == "insufficient data") | (out["eu_list"] == "unknown"))
    out["from_cahra"] = pd.array(np.where(cahra, "yes", np.where(unsure, "unknown", "no")), dtype="str")
    lines: dict[tuple[str, str], str] = {}
    pairs = list(zip(*(out[n].to_numpy(dtype=object) for n in ("eu_minerals", "cn_code_given")), strict=True))
    for text, given in dict.fromkeys(pairs):
        found = [line_cell(m, given, "cn_code") for m in text.split(";") if m]
        lines[text, given] = ";".join(dict.fromkeys(str(code) for code in found if code != ""))
    out["cn_codes"] = pd.array([lines[pair] for pair in pairs], dtype="str")
    out["missing"] = pd.array(_missing(out), dtype="str")
    return schema.conform(out, EU_RECORD)


def _missing(out: pd.DataFrame) -> list[str]:
    """What is asked of each row and blank, in the order of the article; rows that lack the same share one text."""

    def blank(column: str) -> npt.NDArray[np.bool_]:
        values = out[column]
        return np.asarray(values.isna() | (values == ""), np.bool_)

    strict = np.asarray(out["from_cahra"] != "no", np.bool_)
    lacks = [("mineral", blank("eu_minerals"))]
    lacks += [(name, blank(column)) for column, name in ASKED.items()]
    lacks += [(name, blank(column) & strict) for column, name in OF_CAHRA.items()]
    lacks += [("taxes", strict), ("smelter", blank("smelter"))]
    key = sum((flags.astype(np.int64) << i for i, (_, flags) in enumerate(lacks)), np.zeros(len(out), np.int64))
    names = {k: ";".join(n for i, (n, _) in enumerate(lacks) if k >> i & 1) for k in np.unique(key).tolist()}
    return [names[k] for k in key.tolist()]


def eu_volumes(rows: pd.DataFrame) -> pd.DataFrame:
    """Declared volumes by year and line of Annex I against its threshold (:data:`geo.screening.law_schema.EU_VOLUMES`).

    The year is that of the shipment, else of the row's date. A row of several minerals counts under each: what of it is
    which is not known. ``reached`` is sure as soon as the declared sum is; ``below`` needs every quantity. Goods whose
    customs code is no line of the annex are summed by themselves and answered ``not_in_annex``.

    Parameters
    ----------
    rows
        Screened rows (:data:`geo.screening.schema.SCREENED`).
    """
    columns = ["minerals", "shipment_date", "as_of", "cn_code_given", "quantity_kg"]
    good = rows.loc[rows["answer"] == "accepted", columns]
    day = good["shipment_date"].where(good["shipment_date"].notna(), good["as_of"])
    split = good.assign(year=day.dt.year, mineral=good["minerals"].str.split(";")).explode("mineral", ignore_index=True)
    split = split[split["mineral"].isin(REGULATED)].reset_index(drop=True)
    if not len(split):
        return schema.empty(EU_VOLUMES)
    pairs = list(zip(*(split[n].to_numpy(dtype=object) for n in ("mineral", "cn_code_given")), strict=True))
    line_of = {pair: annex_line(*pair) for pair in dict.fromkeys(pairs)}
    number = {pair: -1 if line is None else int(str(line.name)) for pair, line in line_of.items()}
    split["line"] = [number[pair] for pair in pairs]
    known = split["quantity_kg"].notna()
    by = split.assign(known=known, open=~known, shared=split["minerals"].str.contains(";")).groupby(
        ["year", "mineral", "line"], sort=True
    )
    out = by.agg(
        declared_kg=("quantity_kg", "sum"), rows_with_quantity=("known", "sum"), rows_without=("open", "sum"),
        rows_of_several=("shared", "sum"),
    ).reset_index()  # fmt: skip
    annex = import_thresholds().rename(columns={"part": "annex_part", "description_en": "goods_en"})
    annex = annex.rename(columns={"description_fr": "goods_fr"})
    for name in ("annex_part", "cn_code", "goods_en", "goods_fr", "threshold_kg", "valid_from", "source"):
        out[name] = out["line"].map(annex[name])
    late = out["year"] >= import_thresholds()["valid_from"].min().year
    over = out["declared_kg"] >= out["threshold_kg"]
    sure = (out["rows_without"] == 0) & (out["rows_of_several"] == 0)
    one = out["rows_of_several"] == 0
    conditions = [~late, out["line"] < 0, over & one, ~over & sure]
    out["answer"] = np.select(conditions, ["before_the_regulation", "not_in_annex", "reached", "below"], "unknown")
    out["declared_kg"] = out["declared_kg"].round(6).where(out["rows_with_quantity"] > 0)
    return schema.conform(out.astype({"year": "int64"}), EU_VOLUMES)
