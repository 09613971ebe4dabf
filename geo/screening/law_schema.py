"""Columns of what laws and schemes say of a screened list: minerals by themselves, the record and volumes of the EU."""

from __future__ import annotations

from geo.schema import Column, Table
from geo.screening.schema import INPUT_ROW, SUPPLIER_ID

C = Column

LISTINGS: Table = (
    SUPPLIER_ID,
    INPUT_ROW,
    C("mineral", "text", "one mineral of the row, in the names of the project", "not known"),
    C("country", "text", "ISO 3166 alpha-3", "not known"),
    C("as_of", "date", "the day for which it holds"),
    C("eu_regulated", "tri", "a mineral of Regulation (EU) 2017/821", "mineral not known"),
    C("eu_list", "text", "the EU list", allowed=("listed", "not_listed", "not_applicable", "unknown")),
    C("annex_part", "text", "part of Annex I: A, minerals; B, metals", "not in it", allowed=("minerals", "metals")),
    C("cn_code", "text", "code of the Combined Nomenclature in Annex I", "not in it"),
    C("threshold_kg", "number", "volume a year from which an importer is obliged [kg]", "not in it"),
    C("threshold_source", "text", "where that is from", "not in it"),
    C(
        "dodd_frank",
        "text",
        "section 1502, for this mineral",
        allowed=("covered", "country_only", "not_covered", "unknown"),
    ),
    C(
        "kp_status",
        "text",
        "Kimberley Process, for this mineral",
        allowed=("restricted", "participant", "not_participant", "not_applicable", "unknown"),
    ),
)
"""listings.csv: each mineral of a row by itself."""

EU_RECORD: Table = (
    SUPPLIER_ID,
    INPUT_ROW,
    C("eu_minerals", "text", "minerals of the regulation, joined by ';'", "mineral not known"),
    C("mineral", "text", "description: the mineral as given", "not given"),
    C("cn_codes", "text", "codes of Annex I", "mineral not known"),
    C("supplier", "text", "name of the supplier as given", "not given"),
    C("country", "text", "country of origin, ISO 3166 alpha-3", "not known"),
    C("quantity", "text", "quantity as given", "not given"),
    C("quantity_kg", "number", "the same [kg]", "not given, or number or unit not read"),
    C("shipment_date", "date", "day of shipment", "not given, or not read"),
    C("from_cahra", "text", "origin at risk or listed, at its date", allowed=("yes", "no", "unknown")),
    C("site_name", "text", "mine of origin as given", "not given"),
    C("lon", "number", "its longitude [degrees, WGS 84]", "position unknown"),
    C("lat", "number", "its latitude [degrees, WGS 84]", "position unknown"),
    C("destination", "text", "where it is traded or consolidated, as given", "not given"),
    C("transit_countries", "text", "countries on the route, joined by ';'", "not known"),
    C("smelter", "text", "smelter or refiner as given", "not given"),
    C("certificate", "text", "certificate or tag as given", "not given"),
    C("traceability", "text", "traceability scheme at the newest visit that names one", "none named"),
    C("decision", "text", "the reviewer's latest decision", "none"),
    C("missing", "text", "what Art. 4 asks and is not known, joined by ';': questions to the supplier", "nothing"),
)
"""eu_record.csv: what Art. 4 and 7 of Regulation (EU) 2017/821 ask an importer to keep, as far as it is known."""

EU_VOLUMES: Table = (
    C("year", "integer", "year of shipment, else of the row's date"),
    C("mineral", "text", "in the names of the project"),
    C("annex_part", "text", "part of Annex I: A, minerals; B, metals", "not in it", allowed=("minerals", "metals")),
    C("cn_code", "text", "code of the Combined Nomenclature in Annex I", "not in it"),
    C("goods_en", "text", "goods of that line, in English", "not in it"),
    C("goods_fr", "text", "goods of that line, in French", "not in it"),
    C("declared_kg", "number", "sum of what the list declares [kg]", "no row states a quantity"),
    C("rows_with_quantity", "integer", "rows that state one"),
    C("rows_without", "integer", "rows that do not"),
    C("rows_of_several", "integer", "rows of several minerals, whose shares are not known"),
    C("threshold_kg", "number", "volume a year from which an importer is obliged [kg]", "not in it"),
    C(
        "answer",
        "text",
        "of what the list declares; it need not be all that was imported",
        allowed=("reached", "below", "unknown", "before_the_regulation", "not_in_annex"),
    ),
    C("source", "text", "where the threshold is from", "not in it"),
)
"""eu_volumes.csv: declared volumes against the thresholds of Annex I."""
