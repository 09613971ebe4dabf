"""The generated corpus: files that are odd, broken or meant to harm, each with the report it must get.

A case says either which error refuses the file (and a word of its message), or how many rows are accepted, which
reasons reject the others, and which remarks are made.
"""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

POINT = {"type": "Point", "coordinates": [17.467, 4.317]}


@dataclass(frozen=True)
class Case:
    name: str
    file: str
    make: Callable[[], bytes]
    purpose: str = "points"
    refused: str = ""  # a word of the message; blank when the file is read
    limit: bool = False  # refused by a named limit rather than by its form
    accepted: int = 0
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    says: str = ""  # a word of a note
    options: dict[str, Any] = field(default_factory=dict)


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any, **members: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)}).encode()


def shape(kind: str, coordinates: Any) -> bytes:
    return collection(feature({"type": kind, "coordinates": coordinates}, id="a"))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, compress_type=method)
    return out.getvalue()


def shapefile_parts(
    kind: int = 1, shapes: Any = None, encoding: str = "utf-8", nom: str = "Berbérati", prj: str | None = None
) -> dict[str, bytes]:
    import shapefile

    parts = {"shp": io.BytesIO(), "shx": io.BytesIO(), "dbf": io.BytesIO()}
    with shapefile.Writer(**parts, shapeType=kind, encoding=encoding) as writer:
        writer.field("id", "C", 10)
        writer.field("nom", "C", 40)
        for i, points in enumerate(shapes if shapes is not None else [(17.467, 4.317)]):
            if points is None:
                writer.null()
            elif kind == 1:
                writer.point(*points)
            elif kind == 11:
                writer.pointz(*points)
            else:
                writer.poly(points)
            writer.record(f"{i:03d}", nom)
    made = {k: v.getvalue() for k, v in parts.items()}
    if prj is not None:
        made["prj"] = prj.encode()
    return made


def zipped_shapefile(parts: dict[str, bytes], folder: str = "", stem: str = "mines") -> bytes:
    return zipped(*((f"{folder}{stem}.{suffix}", data) for suffix, data in parts.items()))


def symlink_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("mines.shp")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(zipped(("mines.shp", b"x"), method=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def forged_size_zip() -> bytes:
    data = bytearray(zipped(("mines.csv", b"id,lat\n" + b"1,2\n" * 1000)))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 8)
    data[22:26] = struct.pack("<I", 8)
    return bytes(data)


def overlapping_zip() -> bytes:
    """Two names, one body (the way of the quoted-overlap bombs)."""
    data = zipped(("a.csv", b"id\n1\n"), ("b.csv", b"id\n2\n"))
    first, second = data.index(b"PK\x01\x02"), data.rindex(b"PK\x01\x02")
    made = bytearray(data)
    made[second + 42 : second + 46] = made[first + 42 : first + 46]
    return bytes(made)


def duplicate_zip() -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped(("mines.csv", b"id\n1\n"), ("mines.csv", b"id\n2\n"))


def prefixed_zip() -> bytes:
    return b"PK\x03\x04junk" + zipped(("mines.csv", b"id\n1\n"))


def nested_json(depth: int) -> bytes:
    return b'{"type":"FeatureCollection","features":[],"x":' + b"[" * depth + b"]" * depth + b"}"


def kml(body: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{body}</Document></kml>"
    ).encode()


PLACE = "<Placemark id='p1'><name>Boda</name><Point><coordinates>17.467,4.317,0</coordinates></Point></Placemark>"
ENTITIES = '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(8)
)


def workbook(*extra: tuple[str, bytes], rows: Any = (("id", "lat", "lon"), ("001", 4.3, 17.4))) -> bytes:
    from layers.formats.writers.xlsx import workbook as make

    data = make(rows, "sites")
    if not extra:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    return zipped(*(parts | dict(extra)).items())


def geopackage(*statements: str, srs: int = 4326, blob: bytes | None = b"") -> bytes:
    import pandas as pd

    from layers.formats.writers.geopackage import geopackage_bytes

    data = geopackage_bytes(pd.DataFrame({"id": ["001"], "lon": [17.467], "lat": [4.317]}))
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        for statement in statements:
            connection.execute(statement)
        if blob is None or blob:
            connection.execute("UPDATE sites SET geom = ?", (blob,))
        if srs != 4326:
            connection.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (srs,))
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def geoparquet(geo: Any = "default", **columns: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    wkb = shapely.to_wkb(shapely.Point(17.467, 4.317))
    table = pa.table({"id": ["001"], "geometry": [wkb], **columns})
    if geo == "default":
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    raw = geo if isinstance(geo, bytes) else json.dumps(geo).encode()
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({b"geo": raw} if geo is not None else {}), out)
    return out.getvalue()


def geotiff(width: int = 4, height: int = 3, **options: Any) -> bytes:
    import warnings

    import rasterio
    from rasterio.io import MemoryFile

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with MemoryFile() as memory:
            settings = {"driver": "GTiff", "width": width, "height": height, "count": 1, "dtype": "uint8"} | options
            with memory.open(crs="EPSG:4326", transform=rasterio.Affine(0.1, 0, 17, 0, -0.1, 5), **settings) as raster:
                if width * height < 1_000_000:
                    raster.write(np.arange(width * height, dtype="uint8").reshape(1, height, width))
            return memory.read()


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding) + b"\n"


RING = [[17, 4], [18, 4], [18, 5], [17, 5], [17, 4]]
UTM34 = (
    'PROJCS["WGS_1984_UTM_Zone_34N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,'
    '298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",21.0],'
    'PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
RELATIONSHIPS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="evil.bin"/>'
    b"</Relationships>"
)
VRT = (
    b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    b"</OGRVRTDataSource>"
)
RASTER_VRT = b'<VRTDataset rasterXSize="1" rasterYSize="1"><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>'
WFS = b"<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>"
CAPABILITIES = b'<?xml version="1.0"?><wfs:WFS_Capabilities xmlns:wfs="http://www.opengis.net/wfs"/>'
GML = b'<?xml version="1.0"?><ogr:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:ogr="x"/>'
SVG = b'<?xml version="1.0"?>\n<!-- a --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
GDALG = b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline read /etc/passwd"}'
LINK = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}}


def named(data: bytes, what: str, word: str) -> list[Case]:
    """The same refused bytes under many names."""
    names = ("a.csv", "a.geojson", "a.kml", "a.xml", "a.tif", "a.gpkg", "a.zip", "a.dat", "a")
    return [Case(f"{what} named {n}", n, lambda data=data: data, refused=word) for n in names]


REFUSED = [
    *named(VRT, "VRT", "refused|not what its name"),
    *named(GDALG, "GDALG", "refused|not what its name"),
    Case("raster VRT", "a.tif", lambda: RASTER_VRT, "raster", refused="refused"),
    Case("raster VRT as XML", "a.xml", lambda: RASTER_VRT, refused="VRT"),
    Case("VRT behind a comment", "a.xml", lambda: b"<!-- " + b"x" * 3000 + b" -->" + VRT, refused="VRT"),
    Case("VRT behind a long comment", "a.xml", lambda: b"<!-- " + b"x" * 9000 + b" -->" + VRT, refused="VRT"),
    Case("WFS source", "a.xml", lambda: WFS, refused="WFS"),
    Case("WFS capabilities", "a.kml", lambda: CAPABILITIES, refused="WFS"),
    Case("GML", "a.kml", lambda: GML, refused="GML"),
    Case("SVG", "a.kml", lambda: SVG, refused="SVG"),
    Case("HTML", "a.csv", lambda: HTML, refused="HTML"),
    Case("HTML as XML", "a.xml", lambda: HTML, refused="HTML"),
    Case("VRT inside a zip", "a.zip", lambda: zipped(("a.geojson", VRT)), refused="refused"),
    Case("VRT inside a KMZ", "a.kmz", lambda: zipped(("doc.kml", VRT)), refused="VRT"),
    Case("a crs that is a link", "a.geojson", lambda: collection(feature(POINT), crs=LINK), refused="link"),
    Case(
        "a crs of another kind",
        "a.geojson",
        lambda: collection(feature(POINT), crs={"type": "x"}),
        refused="crs|reference",
    ),
    Case(
        "a crs that names a file",
        "a.geojson",
        lambda: collection(crs={"type": "name", "properties": {"name": "/vsicurl/http://127.0.0.1:9/x"}}),
        refused="reference",
    ),
    Case("zip slip", "a.zip", lambda: zipped(("../mines.csv", b"id\n1\n")), refused="leads out"),
    Case("zip slip with backslashes", "a.zip", lambda: zipped(("..\\mines.csv", b"id\n1\n")), refused="leads out"),
    Case("absolute member", "a.zip", lambda: zipped(("/etc/mines.csv", b"id\n1\n")), refused="absolute"),
    Case("member with a drive", "a.zip", lambda: zipped(("C:/mines.csv", b"id\n1\n")), refused="absolute"),
    Case("symbolic link", "a.zip", symlink_zip, refused="link"),
    Case("encrypted", "a.zip", encrypted_zip, refused="encrypted"),
    Case("nested zip", "a.zip", lambda: zipped(("b.zip", zipped(("c.csv", b"id\n")))), refused="itself an archive"),
    Case(
        "nested zip in disguise",
        "a.zip",
        lambda: zipped(("b.csv", zipped(("c.csv", b"id\n")))),
        refused="itself an archive",
    ),
    Case("duplicate members", "a.zip", duplicate_zip, refused="same name"),
    Case(
        "duplicate members by case", "a.zip", lambda: zipped(("a.csv", b"i\n"), ("A.CSV", b"i\n")), refused="same name"
    ),
    Case("overlapping members", "a.zip", overlapping_zip, refused="overlap"),
    Case("forged size", "a.zip", forged_size_zip, refused="refused"),
    Case("something before the zip", "a.zip", prefixed_zip, refused="before its first"),
    Case("a bomb", "a.zip", lambda: zipped(("a.csv", b"0" * 50_000_000)), refused="ratio", limit=True),
    Case("empty zip", "a.zip", lambda: b"PK\x05\x06" + b"\x00" * 18, refused="empty"),
    Case("half a zip", "a.zip", lambda: zipped(("a.csv", b"id\n1\n"))[:40], refused="no sound zip"),
    Case("lzma member", "a.zip", lambda: zipped(("a.csv", b"id\n1\n"), method=zipfile.ZIP_LZMA), refused="unusual"),
    Case("zip without a layer", "a.zip", lambda: zipped(("readme.txt", b"x")), refused="no shapefile"),
    Case("two broken shapefiles", "a.zip", lambda: zipped(("a.shp", b"x"), ("b.shp", b"x")), refused="no shapefile"),
    Case("gzip in gzip", "a.csv.gz", lambda: gzip.compress(gzip.compress(b"id\n1\n")), refused="itself an archive"),
    Case(
        "a document type in gzip",
        "a.kml.gz",
        lambda: gzip.compress(b"<!DOCTYPE kml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><kml/>"),
        refused="document type",
    ),
    Case("a view", "a.gpkg", lambda: geopackage("CREATE VIEW v AS SELECT * FROM sites"), refused="a view"),
    Case(
        "a trigger",
        "a.gpkg",
        lambda: geopackage("CREATE TRIGGER t AFTER INSERT ON sites BEGIN DELETE FROM sites; END"),
        refused="a trigger",
    ),
    Case(
        "a trigger with a borrowed name",
        "a.gpkg",
        lambda: geopackage("CREATE TRIGGER rtree_sites_geom_insert AFTER INSERT ON sites BEGIN DELETE FROM sites; END"),
        refused="a trigger",
    ),
    Case(
        "a virtual table", "a.gpkg", lambda: geopackage("CREATE VIRTUAL TABLE f USING fts5(x)"), refused="virtual table"
    ),
    Case(
        "a computed column",
        "a.gpkg",
        lambda: geopackage("CREATE TABLE g (a, b GENERATED ALWAYS AS (a || a))"),
        refused="computed",
    ),
    Case(
        "a layer that is no table", "a.gpkg", lambda: geopackage("DROP TABLE sites"), refused="no plain table|damaged"
    ),
    Case("SQLite that is no GeoPackage", "a.gpkg", lambda: geopackage("DROP TABLE gpkg_contents"), refused="damaged"),
    Case("half a GeoPackage", "a.gpkg", lambda: geopackage()[:5000], refused="damaged"),
    Case("unknown system", "a.gpkg", lambda: geopackage(srs=99), refused="reference"),
    Case(
        "entity bomb in KML",
        "a.kml",
        lambda: kml("<Placemark><name>&i;</name></Placemark>", ENTITIES + "]>"),
        refused="document type",
    ),
    Case(
        "external entity in KML",
        "a.kml",
        lambda: kml(
            "<Placemark><name>&x;</name></Placemark>", '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        ),
        refused="document type",
    ),
    Case(
        "DTD by address",
        "a.kml",
        lambda: kml(PLACE, '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x">'),
        refused="document type",
    ),
    Case("deep XML", "a.kml", lambda: kml("<Folder>" * 200 + "</Folder>" * 200), refused="xml_depth", limit=True),
    Case("broken XML", "a.kml", lambda: kml("<Placemark>"), refused="well-formed"),
    Case("another XML", "a.kml", lambda: b"<foo/>", refused="not KML"),
    Case(
        "entities in XLSX",
        "a.xlsx",
        lambda: workbook(("xl/worksheets/sheet1.xml", (ENTITIES + "]><worksheet>&i;</worksheet>").encode())),
        refused="entities",
    ),
    Case(
        "entities in a part of another name",
        "a.xlsx",
        lambda: workbook(
            ("xl/evil.bin", (ENTITIES + "]><worksheet>&i;</worksheet>").encode()),
            ("xl/_rels/workbook.xml.rels", RELATIONSHIPS),
        ),
        refused="no table",
    ),
    Case(
        "UTF-16 inside XLSX",
        "a.xlsx",
        lambda: workbook(("xl/worksheets/sheet1.xml", (ENTITIES + "]><worksheet>&i;</worksheet>").encode("utf-16"))),
        refused="entities",
    ),
    Case(
        "UTF-16 inside KMZ",
        "a.kmz",
        lambda: zipped(("doc.kml", (ENTITIES + "]><kml>&i;</kml>").encode("utf-16-le"))),
        refused="UTF-16",
    ),
    Case("macros in XLSX", "a.xlsx", lambda: workbook(("xl/vbaProject.bin", b"x")), refused="macros"),
    Case("XLSX without a workbook", "a.xlsx", lambda: zipped(("a.csv", b"id\n")), refused="no Excel"),
    Case("empty workbook", "a.xlsx", lambda: workbook(rows=[]), refused="no table"),
    Case(
        "encrypted XLSX or old XLS",
        "a.xlsx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        refused="xls",
    ),
    Case(
        "sparse giant raster",
        "a.tif",
        lambda: geotiff(200_000, 200_000, sparse_ok=True, tiled=True),
        "raster",
        "ratio",
        True,
    ),
    Case(
        "raster of one giant strip",
        "a.tif",
        lambda: geotiff(6000, 6000, blockysize=6000, compress="deflate"),
        "raster",
        "pixels|ratio",
        True,
    ),
    Case("raster where rows belong", "a.tif", geotiff, refused="no rows"),
    Case("rows where a raster belongs", "a.csv", lambda: b"id\n1\n", "raster", refused="another format"),
    Case("half a raster", "a.tif", lambda: geotiff()[:60], "raster", refused="damaged"),
    Case("PNG as GeoTIFF", "a.tif", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "raster", refused="PNG"),
    Case("deep JSON", "a.geojson", lambda: nested_json(200), refused="json_depth", limit=True),
    Case("very deep JSON", "a.geojson", lambda: nested_json(100_000), refused="json_depth", limit=True),
    Case("NaN in JSON", "a.geojson", lambda: b'{"type":"Point","coordinates":[NaN,1]}', refused="no JSON number"),
    Case(
        "Infinity in JSON",
        "a.geojson",
        lambda: b'{"type":"Point","coordinates":[-Infinity,1]}',
        refused="no JSON number",
    ),
    Case("1e999 in JSON", "a.geojson", lambda: b'{"type":"Point","coordinates":[1e999,1]}', refused="no JSON number"),
    Case(
        "5,000 digits",
        "a.geojson",
        lambda: b'{"type":"Point","coordinates":[' + b"9" * 5000 + b",1]}",
        refused="number_digits",
        limit=True,
    ),
    Case(
        "duplicate keys", "a.geojson", lambda: b'{"type":"Point","coordinates":[1,2],"type":"Point"}', refused="twice"
    ),
    Case(
        "duplicate keys by escape",
        "a.geojson",
        lambda: b'{"type":"Point","coordinates":[1,2],"\\u0074ype":"Point"}',
        refused="twice",
    ),
    Case("NUL in JSON", "a.geojson", lambda: collection(feature(POINT, name="a\x00b")), refused="NUL"),
    Case("half a surrogate", "a.geojson", lambda: collection(feature(POINT, name="\ud800")), refused="surrogate"),
    Case("UTF-16 JSON", "a.geojson", lambda: collection(feature(POINT)).decode().encode("utf-16"), refused="UTF-16"),
    Case("UTF-16 without mark", "a.geojson", lambda: collection().decode().encode("utf-16-le"), refused="UTF-16"),
    Case("Latin-1 JSON", "a.geojson", lambda: b'{"type":"Point","x":"\xe9","coordinates":[1,2]}', refused="not UTF-8"),
    Case("cut JSON", "a.geojson", lambda: collection(feature(POINT))[:-3], refused="not JSON"),
    Case("JSON list", "a.geojson", lambda: b"[1, 2]", refused="not GeoJSON"),
    Case("JSON word", "a.geojson", lambda: b"null", refused="not GeoJSON"),
    Case("topology without arcs", "a.topojson", lambda: b'{"type":"Topology","objects":{"a":{}}}', refused="arcs"),
    Case("UTF-16 CSV", "a.csv", lambda: csv("id,lat", "1,2", encoding="utf-16"), refused="UTF-16"),
    Case("NUL in CSV", "a.csv", lambda: csv("id,name", "1,a\x00b"), refused="NUL"),
    Case("late NUL in CSV", "a.csv", lambda: b"id,name\n" + b"1,a\n" * 5000 + b"2,\x00\n", refused="NUL"),
    Case("surrogate in CSV", "a.csv", lambda: b"id,name\n1,\xed\xa0\x80\n", refused="surrogate"),
    Case("unclosed quote", "a.csv", lambda: csv("id,name", '1,"Boda', "2,Nola"), refused="never closed"),
    Case("giant cell", "a.csv", lambda: b'id,name\n1,"' + b"x" * 200_000 + b'"\n', refused="too long"),
    Case("same column twice", "a.csv", lambda: csv("id,lat,lat", "1,2,3"), accepted=1, says="stand twice"),
    Case("empty file", "a.csv", lambda: b"", refused="empty"),
    Case("blank file", "a.csv", lambda: b"\n\n  \n", refused="no rows|no column"),
    Case("header of commas", "a.csv", lambda: b",,,\n1,2,3,4\n", accepted=0, reasons=(), refused=""),
    Case("PDF as CSV", "a.csv", lambda: b"%PDF-1.7\n", refused="PDF"),
    Case("JSON as CSV", "a.csv", lambda: collection(), refused="not what its name"),
    Case("CSV as GeoPackage", "a.gpkg", lambda: b"id\n1\n", refused="not what its name"),
    Case("zip as Parquet", "a.parquet", lambda: zipped(("a.csv", b"id\n1\n")), refused="not what its name"),
    Case("half a Parquet", "a.parquet", lambda: geoparquet()[:200], refused="damaged"),
    Case("Parquet whose geo is no JSON", "a.parquet", lambda: geoparquet(b"{"), refused="not JSON"),
    Case("Parquet whose geo is a list", "a.parquet", lambda: geoparquet([]), refused="no object"),
    Case(
        "Parquet in another encoding",
        "a.parquet",
        lambda: geoparquet({"primary_column": "geometry", "columns": {"geometry": {"encoding": "point"}}}),
        refused="not stored as their encoding says. Expected: point. Got: binary",
    ),
    Case(
        ".prj with a grid file",
        "a.zip",
        lambda: zipped_shapefile(
            shapefile_parts(prj='PROJCS["x",EXTENSION["PROJ4","+proj=longlat +nadgrids=/etc/passwd"]]')
        ),
        refused="reference",
    ),
    Case(".prj of nonsense", "a.zip", lambda: zipped_shapefile(shapefile_parts(prj="nonsense")), refused="reference"),
    Case(
        "short .shp",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts() | {"shp": shapefile_parts()["shp"][:110]}),
        refused="too short|longer|shp|length",
    ),
    Case(
        "short .dbf",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts() | {"dbf": shapefile_parts()["dbf"][:100]}),
        refused="dbf",
    ),
    Case("no .shp", "a.zip", lambda: zipped(("mines.dbf", b"x")), refused="no shapefile"),
    Case("bare .shp", "mines.shp", lambda: shapefile_parts()["shp"], refused="Zip it"),
]

READ = [
    Case(
        "null geometry of a point",
        "a.geojson",
        lambda: collection(feature(None, id="a")),
        accepted=1,
        remarks=("geometry_null",),
    ),
    Case(
        "null geometry of a polygon",
        "a.geojson",
        lambda: collection(feature(None)),
        "polygons",
        reasons=("geometry_null",),
    ),
    Case("empty polygon", "a.geojson", lambda: shape("Polygon", []), "polygons", reasons=("geometry_empty",)),
    Case("empty point", "a.geojson", lambda: shape("Point", []), accepted=1, remarks=("geometry_empty",)),
    Case(
        "unclosed ring",
        "a.geojson",
        lambda: shape("Polygon", [RING[:-1]]),
        "polygons",
        accepted=1,
        remarks=("ring_unclosed",),
    ),
    Case(
        "bow-tie",
        "a.geojson",
        lambda: shape("Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]),
        "polygons",
        accepted=1,
        remarks=("bow_tie",),
    ),
    Case(
        "no area",
        "a.geojson",
        lambda: shape("Polygon", [[[0, 1], [1, 1], [2, 1], [0, 1]]]),
        "polygons",
        reasons=("zero_area",),
    ),
    Case(
        "ring of two",
        "a.geojson",
        lambda: shape("Polygon", [[[0, 1], [1, 1]]]),
        "polygons",
        reasons=("geometry_malformed",),
    ),
    Case("off the globe", "a.geojson", lambda: shape("Point", [170, 95.5]), reasons=("coordinates_out_of_range",)),
    Case("0 to 360", "a.geojson", lambda: shape("Point", [340, 5]), reasons=("coordinates_360",)),
    Case("swapped", "a.geojson", lambda: shape("Point", [4.3, 117.5]), reasons=("coordinates_swapped",)),
    Case(
        "swapped, and the user says so",
        "a.geojson",
        lambda: shape("Point", [4.3, 117.5]),
        accepted=1,
        options={"swap": True},
    ),
    Case("metres", "a.geojson", lambda: shape("Point", [412345.6, 476543.2]), reasons=("coordinates_in_metres",)),
    Case(
        "polygon in metres",
        "a.geojson",
        lambda: shape("Polygon", [[[4e5, 4e5], [5e5, 4e5], [5e5, 5e5], [4e5, 4e5]]]),
        "polygons",
        reasons=("coordinates_in_metres",),
    ),
    Case("(0, 0)", "a.geojson", lambda: shape("Point", [0, 0]), reasons=("coordinates_zero",)),
    Case("Z", "a.geojson", lambda: shape("Point", [17, 4, 500]), accepted=1, remarks=("height_dropped",)),
    Case(
        "Z and M",
        "a.geojson",
        lambda: shape("LineString", [[17, 4, 1, 2], [18, 5, 1, 2]]),
        "lines",
        accepted=1,
        remarks=("height_dropped",),
    ),
    Case(
        "a line where a point belongs",
        "a.geojson",
        lambda: shape("LineString", [[17, 4], [18, 5]]),
        reasons=("not_a_point",),
    ),
    Case("a polygon where a point belongs", "a.geojson", lambda: shape("Polygon", [RING]), reasons=("not_a_point",)),
    Case(
        "a polygon, its middle accepted",
        "a.geojson",
        lambda: shape("Polygon", [RING]),
        accepted=1,
        remarks=("representative_point",),
        options={"areas_as_points": True},
    ),
    Case("several points", "a.geojson", lambda: shape("MultiPoint", [[1, 2], [3, 4]]), reasons=("several_points",)),
    Case("one point in a set", "a.geojson", lambda: shape("MultiPoint", [[1, 2]]), accepted=1),
    Case(
        "a point where a polygon belongs",
        "a.geojson",
        lambda: shape("Point", [1, 2]),
        "polygons",
        reasons=("not_an_area",),
    ),
    Case(
        "a polygon where a line belongs",
        "a.geojson",
        lambda: shape("Polygon", [RING]),
        "lines",
        reasons=("not_a_line",),
    ),
    Case(
        "mixed",
        "a.geojson",
        lambda: collection(feature(POINT), feature({"type": "LineString", "coordinates": [[1, 2], [3, 4]]})),
        "table",
        accepted=2,
        remarks=("mixed_geometry",),
    ),
    Case(
        "antimeridian",
        "a.geojson",
        lambda: shape("Polygon", [[[-179, 1], [179, 1], [179, 2], [-179, 2], [-179, 1]]]),
        "polygons",
        accepted=1,
        remarks=("antimeridian",),
    ),
    Case("text as coordinates", "a.geojson", lambda: shape("Point", ["17.4", "4.3"]), reasons=("geometry_malformed",)),
    Case("true as coordinate", "a.geojson", lambda: shape("Point", [True, 4.3]), reasons=("geometry_malformed",)),
    Case("null as coordinate", "a.geojson", lambda: shape("Point", [None, 4.3]), reasons=("geometry_malformed",)),
    Case("too deep coordinates", "a.geojson", lambda: shape("Point", [[17, 4]]), reasons=("geometry_malformed",)),
    Case("unknown type", "a.geojson", lambda: shape("Circle", [17, 4]), reasons=("geometry_unknown_type",)),
    Case(
        "a feature that is none",
        "a.geojson",
        lambda: collection(None, 7, feature(POINT)),
        accepted=1,
        reasons=("feature_malformed", "feature_malformed"),
    ),
    Case(
        "properties that are a list",
        "a.geojson",
        lambda: collection({"type": "Feature", "properties": [], "geometry": POINT}),
        reasons=("properties_malformed",),
    ),
    Case(
        "one bad of three",
        "a.geojson",
        lambda: collection(feature(POINT, id="a"), feature({"type": "Point"}, id="b"), feature(POINT, id="c")),
        accepted=2,
        reasons=("geometry_malformed",),
    ),
    Case(
        "collection of EPSG:32634",
        "a.geojson",
        lambda: collection(
            feature({"type": "Point", "coordinates": [107e3, 477e3]}),
            crs={"type": "name", "properties": {"name": "EPSG:32634"}},
        ),
        accepted=1,
        says="converted",
    ),
    Case("NA is a country", "a.csv", lambda: csv("id,country,lat,lon", "001,NA,4,17", "1E5,,4,17"), accepted=2),
    Case(
        "Latin-1 CSV", "a.csv", lambda: csv("id,nom", "1,Berbérati", encoding="latin-1"), accepted=1, says="not UTF-8"
    ),
    Case(
        "trailing comma",
        "a.csv",
        lambda: csv("id,lat,lon", "1,2,3,", "2,3,4,"),
        accepted=2,
        remarks=("trailing_field",),
    ),
    Case(
        "too many and too few fields",
        "a.csv",
        lambda: csv("id,lat", "1,2", "2,3,4", "3"),
        accepted=1,
        reasons=("too_many_fields", "too_few_fields"),
    ),
    Case("stray quote", "a.csv", lambda: csv("id,nom", '1,"Bo"da', "2,Nola"), accepted=1, reasons=("quote_stray",)),
    Case(
        "long cell",
        "a.csv",
        lambda: csv("id,nom", "1," + "x" * 10_001, "2," + "x" * 10_000),
        accepted=1,
        reasons=("cell_too_long",),
    ),
    Case(
        "long property",
        "a.geojson",
        lambda: collection(feature(POINT, id="a", t="x" * 10_001)),
        reasons=("cell_too_long",),
    ),
    Case("template text", "a.csv", lambda: csv("id,name", "1,{{ 7*7 }}"), accepted=1),
    Case("missing .prj", "a.zip", lambda: zipped_shapefile(shapefile_parts()), accepted=1, says="no .prj"),
    Case(
        "shapefile in a folder",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts(prj=WGS84), "layers/2020/"),
        accepted=1,
    ),
    Case(
        "foreign .prj",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts(shapes=[(107e3, 477e3)], prj=UTM34)),
        accepted=1,
        says="converted",
    ),
    Case(
        "metres without .prj",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts(shapes=[(107e3, 477e3)])),
        reasons=("coordinates_in_metres",),
        says="no .prj",
    ),
    Case(
        "Latin-1 DBF",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts(encoding="latin-1", prj=WGS84)),
        accepted=1,
        says="no encoding",
    ),
    Case(
        "null shape",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts(shapes=[(17, 4), None], prj=WGS84)),
        accepted=2,
        remarks=("geometry_null",),
    ),
    Case(
        "PointZ",
        "a.zip",
        lambda: zipped_shapefile(shapefile_parts(11, [(17, 4, 500)], prj=WGS84)),
        accepted=1,
        remarks=("height_dropped",),
    ),
    Case(
        "no .dbf",
        "a.zip",
        lambda: zipped_shapefile({k: v for k, v in shapefile_parts(prj=WGS84).items() if k != "dbf"}),
        accepted=1,
        says="no .dbf",
    ),
    Case("KML", "a.kml", lambda: kml(PLACE), accepted=1),
    Case("KMZ", "a.kmz", lambda: zipped(("doc.kml", kml(PLACE)), ("files/a.png", b"x")), accepted=1),
    Case(
        "KML with a link",
        "a.kml",
        lambda: kml("<NetworkLink><Link><href>http://127.0.0.1:9/</href></Link></NetworkLink>" + PLACE),
        accepted=1,
        says="not followed",
    ),
    Case(
        "KML without coordinates",
        "a.kml",
        lambda: kml("<Placemark><Point><coordinates>x,y</coordinates></Point></Placemark>"),
        reasons=("geometry_malformed",),
    ),
    Case(
        "KML whose text speaks of document types",
        "a.kml",
        lambda: kml(PLACE.replace("Boda", "<![CDATA[<!DOCTYPE html><b>Boda</b>]]>")),
        accepted=1,
    ),
    Case("XLSX", "a.xlsx", workbook, accepted=1),
    Case(
        "XLSX with error cells",
        "a.xlsx",
        lambda: workbook(rows=[("id", "n"), ("1", "#REF!")]),
        accepted=1,
        remarks=("cell_error",),
    ),
    Case(
        "zipped CSV", "ged.zip", lambda: zipped(("ged.csv", csv("id,lat", "1,2"))), accepted=1, says="from the archive"
    ),
    Case("GeoPackage", "a.gpkg", geopackage, accepted=1),
    Case(
        "GeoPackage in use",
        "a.gpkg",
        lambda: geopackage()[:18] + b"\x02\x02" + geopackage()[20:],
        accepted=1,
        says="-wal",
    ),
    Case(
        "GeoPackage geometry cut", "a.gpkg", lambda: geopackage(blob=b"GP\x00\x01xx"), reasons=("geometry_malformed",)
    ),
    Case(
        "GeoPackage geometry of noise",
        "a.gpkg",
        lambda: geopackage(blob=b"GP\x00\x01\xe6\x10\x00\x00" + b"\x01\x02\x03\x04\x05\x06"),
        reasons=("geometry_malformed",),
    ),
    Case("GeoPackage geometry null", "a.gpkg", lambda: geopackage(blob=None), accepted=1, remarks=("geometry_null",)),
    Case("GeoParquet", "a.parquet", geoparquet, accepted=1),
    Case("Parquet without geo", "a.parquet", lambda: geoparquet(None), "table", accepted=1, says="no shapes"),
    Case("GeoTIFF", "a.tif", geotiff, "raster", accepted=1),
]

CASES = REFUSED + READ
