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
    "ARE": "UAE;EAU;Emirates;VAE;Dubai (UAE)",
    "BFA": "Burkina",
    "BHS": "The Bahamas;Bahamas, The",
    "BIH": "Bosnia-Herzegovina;Bosnia and Herzegovina;Bosnie-Herzégovine;BiH",
    "BOL": "Bolivia (Plurinational State of);Bolivia, Plurinational State of",
    "CAF": "CAR;Central African Rep.;RCA;Centrafrique;Republic of Central Africa;R.C.A.;C.A.R.;"
    "Central African Rep;Zentralafrika",
    "CHE": "Suisse",
    "CHN": "People's Republic of China;Peoples Republic of China;P.R. China;PR China;China, P.R.;PRC;"
    "Mainland China;China (mainland)",
    "CIV": "Ivory Coast;Cote d'Ivoire;Cote d Ivoire;Côte d Ivoire;Elfenbeinküste;Costa de Marfil;Costa do Marfim",
    "COD": "DRC;RDC;DR Congo;DR Congo (Zaire);Congo (Kinshasa);Congo-Kinshasa;Zaire;Zaïre;"
    "Democratic Republic of Congo;Democratic Republic of the Congo;République démocratique du Congo;"
    "Congo, Democratic Republic of the;Congo, The Democratic Republic of the;Dem. Rep. Congo;"
    "D.R. Congo;Congo, Dem. Rep.;Congo DR;R.D. Congo;RD Congo;RD du Congo;RD do Congo;RDCongo;"
    "DRCongo;Congo, DR;Congo, DRC;Congo, D.R.;Congo RDC;DRC Congo;Congo Kinshasa;DR Kongo;"
    "Kongo, Dem. Rep.;Demokratische Republik Kongo;Kongo-Kinshasa;Kongo (Kinshasa);Rép. Dém. Congo;"
    "Congo (Democratic Republic);Zaire (DRC)",
    # "Congo" alone is left out: lists of mines use it for either country.
    "COG": "Congo, Rep.;Congo (Brazzaville);Congo-Brazzaville;Republic of the Congo;Republic of Congo;"
    "République du Congo;Congo-Brazza;Kongo-Brazzaville;Kongo (Brazzaville);Congo Brazzaville;"
    "Rep. Congo;Rép. du Congo;Republik Kongo;República del Congo;República do Congo",
    "CPV": "Cabo Verde",
    "CZE": "Czech Republic",
    "DOM": "Dominican Rep.;Dominican Rep",
    "GBR": "UK;Great Britain;United Kingdom (UK);England;U.K.",
    "GMB": "The Gambia;Gambia, The",
    "GNB": "Guinea Bissau",
    "GNQ": "Eq. Guinea",
    "HKG": "Hong Kong;Hongkong;Hong Kong, China",
    "IRN": "Iran (Islamic Republic of);Iran, Islamic Republic of;Islamic Republic of Iran",
    "KHM": "Cambodia (Kampuchea)",
    "KOR": "Republic of Korea;Korea, Republic of;South Korea;S. Korea;Korea, South",
    "LAO": "Laos PDR;Lao People's Democratic Republic;Lao PDR;Lao P.D.R.",
    "LBY": "Libyan Arab Jamahiriya",
    "MDA": "Republic of Moldova;Moldova, Republic of",
    "MKD": "Macedonia;Macedonia, FYR",
    "MMR": "Myanmar;Burma;Myanmar (Burma);Birmanie;Myanmar/Burma",
    "NLD": "Holland;The Netherlands",
    "PNG": "PNG;Papua N. Guinea",
    "PRK": "Democratic People's Republic of Korea;Korea, Democratic People's Republic of;North Korea;DPRK;D.P.R. Korea",
    "PSE": "Palestine;State of Palestine",
    "RUS": "Russian Federation;Russia (Soviet Union)",
    "SRB": "Serbia (Yugoslavia)",
    "SSD": "Republic of South Sudan;Sth Sudan;Sudan, South",
    "SWZ": "Swaziland;Kingdom of eSwatini (Swaziland)",
    "SYR": "Syrian Arab Republic",
    "TLS": "East Timor",
    "TUR": "Turkey;Turquie",
    "TWN": "Chinese Taipei;Taiwan, Province of China",
    "TZA": "United Republic of Tanzania;Tanzania, United Republic of;République-Unie de Tanzanie;"
    "Tanzania, United Rep.;Tanzanie",
    "USA": "United States of America;U.S.A.;U.S.;United States of America (USA)",
    "VEN": "Venezuela (Bolivarian Republic of);Venezuela, Bolivarian Republic of",
    "VNM": "Viet Nam;Vietnam (North Vietnam)",
    "YEM": "Yemen (North Yemen)",
    "ZAF": "RSA;Republic of South Africa",
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
