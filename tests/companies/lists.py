"""Lists for tests: small ones by hand, and the large one of real trade lines and DRC sites with faulty rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

HEADER = (
    "supplier_id", "site_name", "lat", "lon", "coord_precision_km", "country", "admin1", "admin2", "mineral",
    "route_countries", "route_line", "destination", "dest_lat", "dest_lon", "as_of", "known_site_id", "match_id",
    "dest_match_id",
)  # fmt: skip


def as_csv(*rows: dict[str, object], header: tuple[str, ...] = HEADER) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


FAULTY: tuple[tuple[dict[str, object], str], ...] = (
    ({"supplier_id": "F01", "lat": "120", "lon": "-150"}, "coordinates_out_of_range"),
    ({"supplier_id": "F02", "lat": "4.2", "lon": "200"}, "coordinates_360"),
    ({"supplier_id": "F03", "lat": "north", "lon": "20"}, "coordinates_unreadable"),
    ({"supplier_id": "F04", "lat": "4.2", "lon": ""}, "coordinates_incomplete"),
    ({"supplier_id": "F05", "lat": "0", "lon": "0"}, "coordinates_zero"),
    ({"supplier_id": "F06", "lat": "15.8", "lon": "4.3", "country": "CAF"}, "coordinates_swapped"),
    ({"supplier_id": "F07", "lat": "476543", "lon": "412345"}, "coordinates_in_metres"),
    ({"supplier_id": "F08", "lat": "33N 412345 476543", "lon": "33N 412345 476543"}, "coordinates_utm_text"),
    ({"supplier_id": "", "site_name": "No id", "lat": "4.2", "lon": "20"}, "missing_id"),
    ({"supplier_id": "   ", "lat": "4.2", "lon": "20"}, "missing_id"),
    ({"supplier_id": "F11"}, "missing_value"),
    ({"supplier_id": "F12", "country": "Atlantis"}, "missing_value"),
    ({"supplier_id": "F13", "lat": "4.2", "lon": "20", "as_of": "soon"}, "date_unreadable"),
    ({"supplier_id": "F14", "lat": "4.2", "lon": "20", "as_of": "2016-02-30"}, "date_impossible"),
    ({"supplier_id": "F15", "lat": "4.2", "lon": "20", "as_of": "2016"}, "date_incomplete"),
    ({"supplier_id": "F16", "lat": "4.2", "lon": "20", "as_of": "42000"}, "date_excel_serial"),
    ({"supplier_id": "F17", "lat": "4.2", "lon": "20", "coord_precision_km": "near"}, "number_unreadable"),
    ({"supplier_id": "F18", "lat": "4.2", "lon": "20", "coord_precision_km": "-3"}, "number_out_of_range"),
    ({"supplier_id": "F19", "lat": "4.2", "lon": "20", "coord_precision_km": "1e999"}, "number_not_finite"),
    ({"supplier_id": "F20", "lat": "4.2", "lon": "20", "route_line": "POINT (1 2)"}, "not_a_line"),
    ({"supplier_id": "F21", "lat": "4.2", "lon": "20", "route_line": "LINESTRING (1 2"}, "geometry_malformed"),
    ({"supplier_id": "F22", "lat": "4.2", "lon": "20", "route_line": "LINESTRING EMPTY"}, "geometry_empty"),
    ({"supplier_id": "F23", "lat": "4.2", "lon": "20", "route_line": "LINESTRING (20 4, 300 4)"},
     "coordinates_out_of_range"),
    ({"supplier_id": "F24", "lat": "4.2", "lon": "20", "dest_lat": "-120", "dest_lon": "150"},
     "coordinates_out_of_range"),
    ({"supplier_id": "F25", "lat": "4.2", "lon": "20", "dest_lat": "4.2"}, "coordinates_incomplete"),
    ({"supplier_id": "F26", "lat": "4.2", "lon": "20", "dest_lat": "x", "dest_lon": "20"}, "coordinates_unreadable"),
    ({"supplier_id": "F27", "lat": "about 4", "lon": "20"}, "coordinates_unreadable"),
    ({"supplier_id": "F28", "lat": "4.2", "lon": "20", "as_of": "31/02/2016"}, "date_impossible"),
    ({"supplier_id": "F29", "lat": "nan", "lon": "20"}, ""),
    ({"supplier_id": "F30", "lat": "4.2", "lon": "inf"}, ""),
)  # fmt: skip
"""Rows that cannot be screened, and the reason of each (blank: any)."""


def real_list(shared: Path) -> bytes:
    """272 CAR trade lines (origin and destination), 500 DRC sites, and the faulty rows spread among them."""
    lines = json.loads((shared / "mines/ipis_car_destinations_lines.geojson").read_text("utf-8"))["features"]
    rows: list[dict[str, object]] = []
    for feature in lines:
        said, at = feature["properties"], feature["geometry"]["coordinates"]
        rows.append(
            {
                "supplier_id": f"CAR-{said['id']}",
                "site_name": said["from"],
                "lon": repr(at[0][0]),
                "lat": repr(at[0][1]),
                "country": "CAF",
                "mineral": said["mineral"],
                "destination": said["to"],
                "dest_lon": repr(at[-1][0]),
                "dest_lat": repr(at[-1][1]),
            }
        )
    seen: set[str] = set()
    with (shared / "mines/cod_mines_curated_all_opendata_p_ipis.csv").open(encoding="utf-8", newline="") as file:
        for visit in csv.DictReader(file):
            if visit["pcode"] in seen or not visit["longitude"]:
                continue
            seen.add(visit["pcode"])
            rows.append(
                {
                    "supplier_id": f"COD-{visit['pcode']}",
                    "site_name": visit["name"],
                    "lon": visit["longitude"],
                    "lat": visit["latitude"],
                    "country": "RDC",
                    "admin1": visit["province"],
                    "admin2": visit["territoire"],
                    "mineral": visit["mineral1"],
                }
            )
            if len(seen) == 500:
                break
    for i, (row, _reason) in enumerate(FAULTY):
        rows.insert(10 + i * 25, row)
    return as_csv(*rows)
