"""Write data/countries.csv: codes and names of countries from the Unicode CLDR (as Babel carries it), aliases by hand.

The box (degrees of WGS 84, rounded outwards to 0.1) is that of Natural Earth 4.1.0 at 1:10 million, out of the same npm
package as the outlines of `scripts/extract_geography.py`; blank where it draws no such country.

Run from the project's root: `.venv/bin/python -m scripts.make_countries [folder for downloads]`.
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import babel
from babel import Locale
from babel.core import get_global

from layers.reference.files import DATA
from scripts.extract_geography import PACKAGES, decoded_arcs, member, npm_pack

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
WITHOUT_NUMBER = {"Somaliland": "SOM", "Kosovo": "XKX"}
"""Shapes that Natural Earth gives no number of ISO 3166."""
NOT_IN_FORCE = {"ASC", "BUR", "CPT", "DDR", "DGA", "FXX", "QUU", "TAA", "TMP", "XAA", "XBB", "YMD", "ZAR", "ZZZ"}


def boxes(archive: Path, iso3: dict[str, str]) -> dict[str, list[float]]:
    """West, south, east, north of each country of Natural Earth, by ISO 3166 alpha-3; Somaliland widens Somalia.

    A country on both sides of the 180th meridian has a box around the whole world, which tells nothing of longitudes.
    """
    topology = member(archive, "package/countries-10m.json")
    arcs = list(decoded_arcs(topology))
    found: dict[str, list[float]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        code = WITHOUT_NUMBER.get(shape["properties"]["name"]) or iso3.get(str(shape.get("id")), "")
        if code:
            points = [point for index in _flat(shape["arcs"]) for point in arcs[index if index >= 0 else ~index]]
            x, y = zip(*points, strict=True)
            w, s, e, n = found.get(code, [x[0], y[0], x[0], y[0]])
            found[code] = [min(w, *x), min(s, *y), max(e, *x), max(n, *y)]
    return {
        code: [math.floor(w * 10) / 10, math.floor(s * 10) / 10, math.ceil(e * 10) / 10, math.ceil(n * 10) / 10]
        for code, (w, s, e, n) in found.items()
    }


def _flat(indices: Any) -> Iterator[int]:
    for one in indices:
        yield from _flat(one) if isinstance(one, list) else (one,)


def main(folder: Path) -> None:
    """Write the table, sorted by ISO 3166 alpha-3."""
    npm_pack(folder, "world-atlas@2.0.2")
    archive = folder / "world-atlas-2.0.2.tgz"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != PACKAGES[archive.name]:
        sys.exit(f"{archive.name} is not the file that this script was written for")
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
    box = boxes(archive, {row[2]: row[0] for row in rows if row[2]})
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
    with tempfile.TemporaryDirectory() as made:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made))
