"""Files as GDAL, GeoPandas, pandas and openpyxl write them come through the gateway too."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely

from layers.formats import UPLOAD, parse_dates, read

geopandas = pytest.importorskip("geopandas")


def frame(crs: int = 4326):
    made = geopandas.GeoDataFrame(
        {
            "id": ["001", "1E5"],
            "nom": ["Berbérati", None],
            "n": [1.5, np.nan],
            "i": [1, 2],
            "ok": [True, False],
            "d": pd.to_datetime(["2021-03-12", None]),
        },
        geometry=[shapely.Point(17.467, 4.317), shapely.Point(15.79, 4.26)],
        crs=4326,
    )
    return made.to_crs(crs)


def same_places(table) -> None:
    assert np.allclose(shapely.get_coordinates(table.geometry), [[17.467, 4.317], [15.79, 4.26]], atol=1e-7)


@pytest.mark.parametrize("crs", [4326, 32634])
def test_geopackages_of_gdal_with_their_index_and_triggers(tmp_path, crs):
    path = tmp_path / "mines.gpkg"
    frame(crs).to_file(path, layer="mines", driver="GPKG")
    frame(crs).to_file(path, layer="others", driver="GPKG", mode="a")
    for source in (path, path.read_bytes()):
        table = read(source, "mines.gpkg", purpose="points", gateway=UPLOAD)
        same_places(table)
        assert table.frame["id"].tolist() == ["001", "1E5"]
        assert table.frame["nom"].tolist() == ["Berbérati", ""]
        assert table.frame["ok"].tolist() == ["true", "false"]
        assert table.frame["n"].tolist() == ["1.5", ""]
        assert any("others" in n for n in table.notes)
        assert (crs == 4326) != any("converted" in n for n in table.notes)


@pytest.mark.parametrize("crs", [4326, 32634])
def test_geoparquet_of_geopandas(crs):
    out = io.BytesIO()
    frame(crs).to_parquet(out)
    table = read(out.getvalue(), "a.parquet", purpose="points", gateway=UPLOAD)
    same_places(table)
    assert table.frame["d"].tolist() == ["2021-03-12", ""]
    assert table.frame["i"].tolist() == ["1", "2"]


@pytest.mark.parametrize("crs", [4326, 32634])
def test_shapefiles_of_gdal(tmp_path, crs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame(crs).to_file(tmp_path / "mines.shp", driver="ESRI Shapefile")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(tmp_path.iterdir()):
            archive.write(path, f"layers/{path.name}")
    table = read(out.getvalue(), "mines.zip", purpose="points", gateway=UPLOAD)
    same_places(table)
    assert table.frame["id"].tolist() == ["001", "1E5"]
    assert table.frame["nom"].tolist()[0] == "Berbérati"
    dates, why = parse_dates(table.frame["d"].head(1))
    assert (str(dates[0].date()), why[0]) == ("2021-03-12", "")


def test_geojson_of_gdal(tmp_path):
    frame().to_file(tmp_path / "mines.geojson", driver="GeoJSON")
    table = read(tmp_path / "mines.geojson", purpose="points", gateway=UPLOAD)
    same_places(table)
    assert table.frame["id"].tolist() == ["001", "1E5"]


def test_workbooks_of_openpyxl():
    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["id", "n", "d", "t", "b", "f"],
        ["001", 3.0, dt.datetime(2021, 3, 12), dt.datetime(2021, 3, 12, 8, 30), True, 0.1],
        ["1E5", -7, dt.date(2020, 1, 1), None, False, 1e-7],
    ):
        book.active.append(row)
    book.active["A3"].data_type = "s"
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue(), "a.xlsx", gateway=UPLOAD)
    assert table.frame.to_numpy().tolist() == [
        ["001", "3", "2021-03-12", "2021-03-12 08:30:00", "true", "0.1"],
        ["1E5", "-7", "2020-01-01", "", "false", "1e-07"],
    ]


@pytest.mark.parametrize(
    "options", [{}, {"sep": ";", "decimal": ","}, {"sep": "\t"}, {"encoding": "cp1252", "sep": ";"}]
)
def test_csv_of_pandas(options):
    text = frame().drop(columns="geometry").assign(lon=[17.467, 15.79], lat=[4.317, 4.26])
    data = text.to_csv(index=False, **{k: v for k, v in options.items() if k != "encoding"})
    table = read(data.encode(options.get("encoding", "utf-8")), "a.csv", gateway=UPLOAD)
    assert table.meta["delimiter"] == options.get("sep", ",")
    assert table.meta["decimal"] == options.get("decimal", ".")
    assert table.frame["nom"].tolist() == ["Berbérati", ""]
    assert table.frame["id"].tolist() == ["001", "1E5"]
