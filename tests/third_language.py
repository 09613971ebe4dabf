"""What the tests in a made-up language share: the language, the words that are data, and what is left of a text."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pytest

from i18n import languages
from layers.reference import files
from tests import pseudo_language

TABLES = {
    "publishers.csv": ("dataset_prefix", "publisher", "licence", "credit"),
    "sources.csv": ("name", "publisher", "cite"),
    "eu_import_thresholds.csv": ("description_en", "source"),  # goods in the words of the regulation
    "countries.csv": ("iso3", "name_en", "name_fr"),
    "zone_register.csv": ("unit", "parent", "scheme", "decided_by", "source"),
    "schemes.csv": ("scheme", "source"),
    "demonstration_sites.csv": ("source", "site_id", "name", "admin1", "admin2"),
    "demonstration_visits.csv": (
        "source",
        "visit_id",
        "visited_by",
        "actors",
        "name",
        "traceability",
        "state_services",
        "admin1",
        "admin2",
    ),
    "demonstration_incidents.csv": (
        "source",
        "dataset",
        "record_id",
        "admin1",
        "admin2",
        "place",
        "actor_a",
        "actor_b",
    ),
    "demonstration_coverage.csv": ("dataset",),
    "demonstration_programmes.csv": (
        "currency",
        "programme_id",
        "title",
        "donor",
        "implementer",
        "coordination_body",
        "source",
    ),
    "demonstration_suppliers.csv": ("supplier_id", "site_name"),
}
"""Columns of names, ids, licences and what publishers say: they stay as they are in every language."""
OURS = {
    "cahra", "atlas",  # the name of the project
    "streamlit", "python", "numpy", "pandas", "pyproj", "shapely", "geopandas", "pyarrow",  # names of programs
    "csv", "html", "json", "pdf", "geojson", "excel", "xlsx", "sha",  # names of formats and of a hash
    "wgs",  # the name of a system of coordinates
    "auc",  # the field's name of a measure, in every language
    "yyyy",  # letters of a form
    "english", "français", "pseudo",  # what languages call themselves
}  # fmt: skip


@pytest.fixture(scope="module")
def third(tmp_path_factory):
    """The catalogues of the project and the made-up one, in a folder of their own."""
    folder = tmp_path_factory.mktemp("locale")
    shutil.copytree(languages.LOCALE, folder, dirs_exist_ok=True)
    pseudo_language.write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "LOCALE", folder)
        clear()
        yield
    clear()


def clear():
    """Forgets what was read of the catalogues."""
    from i18n import row_messages
    from i18n import translator as module
    from layers.reference import country_names

    for kept in (
        languages.offered,
        languages.finished,
        module._catalogue,
        module._counted,
        module.translator,
        country_names._country_names,
        row_messages._translated,
    ):
        kept.cache_clear()


@pytest.fixture(scope="module")
def names(third) -> set[str]:
    """Words that are data."""
    return words_of_data()


def words_of_data(*texts: str) -> set[str]:
    """Words of the tables, of the project, and of `texts`."""
    text = " ".join(texts)
    for name, columns in TABLES.items():
        text += " ".join(row[c] for row in rows_of((files.DATA / name).read_bytes()) for c in columns)
    text += " ".join(languages.offered().values())
    return {w.lower() for w in re.findall(r"[^\W\d_]+", text)} | OURS


def left(texts: Iterable[str], names: set[str]) -> set[str]:
    """Words in Latin letters that are neither data nor the name of a file, column, code or unit."""
    out = set()
    for text in texts:
        plain = re.sub(r"</?(p|td|th|li|h\d|div|title|option|dt|dd)\b[^>]*>", "\n", text)
        plain = re.sub(
            r"<(style|script|svg)\b.*?</\1>|<[^>]+>|&\w+;|`[^`]*`|:material/\w+:|(?<![\w<])/[\\\w./~-]+",
            " ",
            plain,
            flags=re.S,
        )
        plain = re.sub(
            r"[0-9a-f]{8,}|\w+=[\w.,=]*|[\w./~-]*[\w-]\.[A-Za-z]{2,8}\b|\w*_\w+|--[\w-]+|\w*(?:;\w+){2,}|[A-Z0-9-]*\d[A-Z0-9-]*",
            " ",
            plain,
        )
        for piece in plain.splitlines():
            out |= {(w, piece.strip()[:100]) for w in re.findall(r"[A-Za-zÀ-ÿ]{3,}", piece) if w.lower() not in names}
    return out


def of_file(name: str, data: bytes, scratch: Path) -> Iterator[str]:
    """The words of a file of a result that a person reads; what holds data by column names alone yields nothing.

    Read are pages, documents, workbooks, pictures of text, and what an earth viewer shows. Not read, each for a reason:
    CSV, GeoJSON, GeoPackage and the plain KML have the columns of docs/columns.md, the same in every language, and say
    why in each finished language (`why_en`, `why_fr`); `screening.xlsx` has the rows of `screening.csv`; `run.json` and
    the crate are for programs; GeoTIFF is numbers; `demonstration.txt` is said in each finished language; of a QGIS
    project its titles are read, not what QGIS asks.
    """
    kind = name.rpartition(".")[2]
    if kind in ("html", "svg"):
        yield data.decode()
    elif kind == "xlsx" and name != "screening.xlsx":
        yield from of_workbook(data)
    elif kind == "pdf":
        path = scratch / "page.pdf"
        path.write_bytes(data)
        yield subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    elif kind == "kmz":
        kml = zipfile.ZipFile(io.BytesIO(data)).read("doc.kml").decode()
        yield from re.findall(r"<(?:name|description)>(.*?)</", kml.replace("&lt;", "<").replace("&gt;", ">"), re.S)
    elif kind == "qgz":
        book = zipfile.ZipFile(io.BytesIO(data))
        text = book.read(next(n for n in book.namelist() if n.endswith(".qgs"))).decode()
        for found in re.findall(r'<(?:title)>(.*?)</|(?:label|projectname)="([^"]*)"', text):
            yield " ".join(found)


def of_workbook(data: bytes) -> Iterator[str]:
    """Names of sheets, cells of text, and what the file says of itself."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        yield sheet.title
        yield from (c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str))
    about = book.properties
    yield " ".join(filter(None, [about.title, about.subject, about.description, about.keywords]))


def rows_of(data: bytes) -> list[dict[str, str]]:
    """The rows of a table of a result."""
    return list(csv.DictReader(io.StringIO(data.decode())))
