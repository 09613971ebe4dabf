"""Write data/countries.csv: codes and names of countries from the Unicode CLDR (as Babel carries it), aliases by hand.

The box (degrees of WGS 84, rounded outwards to 0.1) is that of data/natural_earth_countries.geojson, blank elsewhere.

Run from the project's root: `.venv/bin/python scripts/make_countries.py`.
"""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path

import babel
from babel import Locale
from babel.core import get_global

from layers.reference.files import DATA

# Names that publishers use and CLDR does not: UCDP, ACLED, IPIS, national spellings, former names.
ALIASES = {
    "BIH": "Bosnia-Herzegovina;Bosnia and Herzegovina;Bosnie-Herzégovine",
    "BHS": "The Bahamas;Bahamas, The",
    "BOL": "Bolivia (Plurinational State of);Bolivia, Plurinational State of",
    "CAF": "CAR;Central African Rep.;RCA;Centrafrique;Republic of Central Africa",
    "CIV": "Ivory Coast;Cote d'Ivoire",
    "COD": "DRC;RDC;DR Congo;DR Congo (Zaire);Congo (Kinshasa);Congo-Kinshasa;Zaire;Zaïre;"
    "Democratic Republic of Congo;Democratic Republic of the Congo;République démocratique du Congo;"
    "Congo, Democratic Republic of the;Congo, The Democratic Republic of the;Dem. Rep. Congo;"
    "D.R. Congo;Congo, Dem. Rep.;Congo DR;R.D. Congo",
    # "Congo" alone is left out: lists of mines use it for either country.
    "COG": "Congo, Rep.;Congo (Brazzaville);Congo-Brazzaville;Republic of the Congo;Republic of Congo;"
    "République du Congo",
    "CPV": "Cabo Verde",
    "CZE": "Czech Republic",
    "GBR": "UK;Great Britain",
    "GMB": "The Gambia;Gambia, The",
    "GNB": "Guinea Bissau",
    "IRN": "Iran (Islamic Republic of);Iran, Islamic Republic of;Islamic Republic of Iran",
    "KHM": "Cambodia (Kampuchea)",
    "KOR": "Republic of Korea;Korea, Republic of",
    "LAO": "Laos PDR;Lao People's Democratic Republic",
    "MDA": "Republic of Moldova;Moldova, Republic of",
    "MKD": "Macedonia;Macedonia, FYR",
    "MMR": "Myanmar;Burma;Myanmar (Burma);Birmanie",
    "PRK": "Democratic People's Republic of Korea;Korea, Democratic People's Republic of",
    "PSE": "Palestine;State of Palestine",
    "RUS": "Russian Federation;Russia (Soviet Union)",
    "SRB": "Serbia (Yugoslavia)",
    "SSD": "Republic of South Sudan",
    "SWZ": "Swaziland;Kingdom of eSwatini (Swaziland)",
    "SYR": "Syrian Arab Republic",
    "TLS": "East Timor",
    "TUR": "Turkey;Turquie",
    "TZA": "United Republic of Tanzania;Tanzania, United Republic of;République-Unie de Tanzanie",
    "USA": "United States of America",
    "VEN": "Venezuela (Bolivarian Republic of);Venezuela, Bolivarian Republic of",
    "VNM": "Viet Nam;Vietnam (North Vietnam)",
    "YEM": "Yemen (North Yemen)",
}
# Withdrawn codes (ISO 3166-3) and codes that stand for no country; CLDR maps them to a territory all the same.
NOT_IN_FORCE = {"ASC", "BUR", "CPT", "DDR", "DGA", "FXX", "QUU", "TAA", "TMP", "XAA", "XBB", "YMD", "ZAR", "ZZZ"}


def boxes(path: Path) -> dict[str, list[float]]:
    """West, south, east, north of each country of a GeoJSON with the property iso3."""
    found: dict[str, list[float]] = {}

    def widen(code: str, part: list) -> None:
        if isinstance(part[0], list):
            for inner in part:
                widen(code, inner)
            return
        x, y = part[:2]
        w, s, e, n = found.get(code, [x, y, x, y])
        found[code] = [min(w, x), min(s, y), max(e, x), max(n, y)]

    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        widen(feature["properties"]["iso3"], feature["geometry"]["coordinates"])
    return {
        code: [math.floor(w * 10) / 10, math.floor(s * 10) / 10, math.ceil(e * 10) / 10, math.ceil(n * 10) / 10]
        for code, (w, s, e, n) in found.items()
    }


def main() -> None:
    """Write the table, sorted by ISO 3166 alpha-3."""
    english, french = Locale("en").territories, Locale("fr").territories
    rows = []
    numeric = {v[0]: k for k, v in get_global("territory_aliases").items() if re.fullmatch(r"\d{3}", k) and len(v) == 1}
    numeric["FR"] = "250"  # CLDR also maps 249, metropolitan France, to it
    for code, targets in get_global("territory_aliases").items():
        if not re.fullmatch("[A-Z]{3}", code) or len(targets) != 1 or not re.fullmatch("[A-Z]{2}", targets[0]):
            continue
        iso2 = targets[0]
        if iso2 not in english or code in NOT_IN_FORCE:
            continue
        rows.append([code, iso2, numeric.get(iso2, ""), english[iso2], french[iso2], ALIASES.get(code, "")])
    kosovo = ["XKX", "XK", "", "Kosovo", "Kosovo", ""]
    rows = sorted([row for row in rows if row[1] != "XK"] + [kosovo])
    box = boxes(DATA / "natural_earth_countries.geojson")
    target = DATA / "countries.csv"
    with target.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(
            ["iso3", "iso2", "iso_numeric", "name_en", "name_fr", "aliases", "west", "south", "east", "north", "source"]
        )
        source = "names: Unicode CLDR in Babel; aliases: this project; box: Natural Earth"
        out.writerows([*row, *box.get(row[0], [""] * 4), source] for row in rows)
    print(f"{len(rows)} countries and territories, Babel {babel.__version__}")


if __name__ == "__main__":
    main()
