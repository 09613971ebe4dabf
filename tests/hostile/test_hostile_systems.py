"""Coordinate systems: PROJ's own strings inside WKT reach no parser, and nothing is opened for them."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import FormatError
from layers.formats import UPLOAD, read
from layers.formats.readers import wkt
from layers.formats.readers.projection import plain_system
from tests.examples import THOROUGH, examples
from tests.hostile import corpus, native, roles

BASE = 'BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]]]'
METHODS = [
    "PROJ utm zone=31 step proj=vgridshift grids=/dev/ptmx",
    "PROJ utm zone=31 step proj=vgridshift grids=@/etc/passwd",
    "PROJ utm zone=31 step proj=tinshift file=/etc/passwd",
    "PROJ utm zone=31 step proj=defmodel model=/etc/passwd",
    "PROJ pipeline step init=/etc/passwd:x step proj=utm zone=31",
    "proj utm zone=31 init=/etc/hosts:x",
    "PROJ\u00a0utm zone=31",
    "PROJ utm",
    "Transverse Mercator grids=/dev/ptmx",
    "NTv2",
    "Geographic3D to GravityRelatedHeight (gtx)",
    "",
]


def projected(method: str, keyword: str = "METHOD") -> str:
    return (
        f'PROJCRS["x",{BASE},CONVERSION["c",{keyword}["{method}"]],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],'
        'UNIT["metre",1]]'
    )


WGS = corpus.WGS84
TEXTS = [
    *map(projected, METHODS),
    *(projected(m, "PROJECTION") for m in METHODS[:3]),
    *(projected(m).lower() for m in METHODS[:2]),
    *(projected(m).replace("METHOD[", "METHOD (").replace("]]", ")]", 1) for m in METHODS[:2]),
    projected("Transverse Mercator").replace('"x"', '"proj=utm grids=/dev/ptmx"'),
    "+proj=utm +zone=31 +nadgrids=/etc/passwd",
    "+init=/etc/passwd:x",
    "proj=pipeline step init=/etc/passwd",
    "PROJ utm",
    "EPSG:4326+5773",
    "urn:ogc:def:crs:EPSG::4326",
    "IGNF:LAMB93",
    "/etc/passwd",
    '{"type":"ProjectedCRS"}',
    WGS.replace("DATUM[", 'EXTENSION["PROJ4","+proj=longlat +nadgrids=/etc/passwd"],DATUM['),
    f"BOUNDCRS[SOURCECRS[{WGS}],TARGETCRS[{WGS}]]",
    f'CONCATENATEDOPERATION["x",SOURCECRS[{WGS}],TARGETCRS[{WGS}]]',
    f'COORDINATEOPERATION["x",SOURCECRS[{WGS}],TARGETCRS[{WGS}],METHOD["PROJ utm"],PARAMETERFILE["a","/etc/passwd"]]',
    f'PROJCRS["x",{BASE},DERIVINGCONVERSION["c",METHOD["PROJ utm zone=31 grids=/etc/passwd"]],CS[Cartesian,2]]',
    'VERT_CS["v",VERT_DATUM["v",2005,EXTENSION["PROJ4_GRIDS","/etc/passwd"]],UNIT["metre",1]]',
    WGS.replace("UNIT", 'VERTCS["v",METHOD["PROJ vgridshift grids=/etc/passwd"]],UNIT'),
    "PROJCS[" * 40,
    "GEOGCS[" + '"x",' * 3000,
]


def layer(prj: str) -> bytes:
    parts = corpus.shapefile_parts(1, [(500000.0, 500000.0)], prj=prj)
    return corpus.zipped_shapefile(parts)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_systems_that_are_refused(text):
    with pytest.raises(FormatError, match="coordinate reference system"):
        plain_system(text, "a.prj")
    # In this process: the same in children, all of them, is watched by the kernel below.
    with roles.without_children(), pytest.raises(FormatError, match="coordinate reference system"):
        read(layer(text), "a.zip", gateway=UPLOAD)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            'PROJCS["WGS_1984_UTM_Zone_33N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,'
            '298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"]'
            ',PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",15.0],'
            'PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]',
            (15.0, 4.5235626),
        ),
        ("EPSG:32633", (15.0, 4.5235626)),
        ("EPSG:32635", (27.0, 4.5235626)),
        ("EPSG:3857", (4.4915764, 4.4869833)),
    ],
)
def test_sound_systems_are_converted(text, place):
    if text.startswith("EPSG"):
        import pyproj

        texts = [pyproj.CRS(text).to_wkt(v) for v in ("WKT2_2019", "WKT2_2015", "WKT1_ESRI")]
        if text != "EPSG:3857":  # in WKT 1 it carries a PROJ string, which is refused
            texts.append(pyproj.CRS(text).to_wkt("WKT1_GDAL"))
    else:
        texts = [text]
    for one in texts:
        table = read(layer(one), "a.zip", gateway=UPLOAD)
        assert np.allclose([table.geometry[0].x, table.geometry[0].y], place, atol=1e-6), one
        assert any("converted from" in n for n in table.notes)


def test_every_projected_system_of_epsg_in_africa_is_let_through_or_refused_by_its_method():
    """What is written anew means the same to PROJ as what came in."""
    import pyproj

    area = pyproj.aoi.AreaOfInterest(8, -14, 36, 12)
    found = pyproj.database.query_crs_info("EPSG", pyproj.enums.PJType.PROJECTED_CRS, area_of_interest=area)
    assert len(found) > 100
    for info in found[::7]:
        crs = pyproj.CRS.from_epsg(int(info.code))
        made = pyproj.CRS.from_wkt(plain_system(crs.to_wkt()))
        assert made.equals(crs, ignore_axis_order=True) or made.to_proj4() == crs.to_proj4(), info


def test_wgs84_is_known_by_its_numbers():
    assert plain_system(WGS) == ""
    for a, b in [
        ("298.257223563", "298"),
        ("6378137", "6378136"),
        ('"Greenwich",0', '"Paris",2.33'),
        ("WGS_1984", "Ghana"),
    ]:
        assert plain_system(WGS.replace(a, b)) != "", (a, b)
    for a, b in [("0.0174532925199433", "1"), ("0.017453292519943295", "1")]:
        if a in WGS:
            with pytest.raises(FormatError):
                plain_system(WGS.replace(a, b))


def geotiff(words: bytes) -> bytes:
    """A TIFF of one pixel whose GeoAsciiParams are `words`."""
    keys = struct.pack("<12H", 1, 1, 0, 2, 1024, 0, 1, 1, 3073, 34737, len(words), 0)
    tags = [
        (256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1),
        (278, 3, 1, 1), (279, 4, 1, 1), (34735, 3, 12, 10), (34737, 2, len(words), 34),
    ]  # fmt: skip
    head = struct.pack("<2sHI", b"II", 42, 34 + len(words) + len(words) % 2)
    body = b"\x00\x00" + keys + words + b"\x00" * (len(words) % 2)
    table = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags) + struct.pack("<I", 0)
    return head + body + table


def test_words_of_a_raster_are_checked_before_gdal_sees_them():
    assert read(geotiff(b"WGS 84 / UTM zone 31N|\x00"), "a.tif", purpose="raster").raster.width == 1
    for method in METHODS[:6]:
        words = b"ESRI PE String = " + projected(method).encode() + b"|\x00"
        with pytest.raises(FormatError, match="coordinate reference system"):
            read(geotiff(words), "a.tif", purpose="raster")
    with pytest.raises(FormatError, match="coordinate reference system"):
        read(geotiff(b"+proj=utm +zone=31 +nadgrids=/etc/passwd|\x00"), "a.tif", purpose="raster")


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(st.text(alphabet='[](),"PROJMETHDgrids=/ 0123456789.-e@', max_size=200))
def test_any_text_is_a_system_or_refused(text):
    for tried in (text, projected(text.replace('"', ""))):
        try:
            plain = plain_system(tried)
        except FormatError:
            continue
        assert "PROJ " not in plain
        assert not plain or plain.startswith("EPSG:") or wkt.written(wkt.parse(plain)) == plain


WHOLE = (
    f'COMPOUNDCRS["n",PROJCRS["x",{BASE},CONVERSION["c",METHOD["Transverse Mercator",ID["EPSG",9807]],'
    'PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["False easting",500000,'
    'LENGTHUNIT["metre",1]]],CS[Cartesian,2],AXIS["easting",east,ORDER[1]],AXIS["northing",north,ORDER[2]],'
    'LENGTHUNIT["metre",1],USAGE[SCOPE["s"],AREA["a"],BBOX[0,9,1,10]],ID["EPSG",32631],REMARK["r"]],VERTCRS["v",'
    'VDATUM["d"],CS[vertical,1],AXIS["up",up],LENGTHUNIT["metre",1],GEOIDMODEL["g",ID["EPSG",1]]]]'
)


def test_no_place_of_a_system_takes_a_string_of_proj():
    """Each text of a system in turn, also where it is dropped: refused, or nothing of it left."""
    assert plain_system(WHOLE.partition(",VERTCRS")[0].removeprefix('COMPOUNDCRS["n",'))
    for base in (WHOLE, WHOLE.partition(",VERTCRS")[0].removeprefix('COMPOUNDCRS["n",'), projected("Transverse Mercator"),
                 WGS):  # fmt: skip
        places = [found.span(1) for found in re.finditer(r'"([^"]*)"', base)]
        assert len(places) >= 4
        for begin, end in places:
            for said in (*METHODS[:9], "+init=/etc/passwd:x", "file:///etc/passwd", "@/etc/passwd"):
                try:
                    plain = plain_system(base[:begin] + said + base[end:])
                except FormatError:
                    continue
                assert not re.search("PROJ |proj |=|passwd|ptmx|grids", plain), (said, base[begin - 20 : end])


IMPORTS = (
    "from tests.hostile.test_hostile_systems import TEXTS, WGS, layer, geotiff, projected, METHODS\n"
    "from layers.formats import UPLOAD, read\nfrom geo.errors import CahraError\nimport pyproj\nn = 0\n"
    "read(layer(pyproj.CRS(32633).to_wkt()), 'b.zip', gateway=UPLOAD)\n"
    "read(geotiff(b'WGS 84 / UTM zone 31N|\\x00'), 'a.tif', purpose='raster')\n"
)


EACH = 1 if THOROUGH else 4
"""Of the systems each so manieth is watched by the kernel: all in the long run, a child each."""


@pytest.mark.skipif(native.STRACE is None, reason="strace (a Debian package) is not installed")
def test_the_kernel_is_asked_for_no_other_file():
    code = IMPORTS + (
        f"for text in TEXTS[::{EACH}]:\n"
        "    try:\n        read(layer(text), 'a.zip', gateway=UPLOAD)\n    except CahraError:\n        n += 1\n"
        f"for method in METHODS[:4:{EACH}]:\n"
        "    words = b'ESRI PE String = ' + projected(method).encode() + b'|\\x00'\n"
        "    try:\n        read(geotiff(words), 'a.tif', purpose='raster', gateway=UPLOAD)\n"
        "    except CahraError:\n        n += 1\n"
        "print('refused', n)\n"
    )
    opened, said = native.opened(code)
    assert said.strip() == f"refused {len(TEXTS[::EACH]) + len(METHODS[:4:EACH])}"
    assert opened - native.opened(IMPORTS)[0] == set()


@pytest.mark.skipif(native.STRACE is None, reason="strace (a Debian package) is not installed")
def test_the_watch_sees_a_native_open():
    code = "import sqlite3\ntry:\n sqlite3.connect('/etc/nothing-here').execute('select 1')\nexcept Exception:\n pass"
    assert "/etc/nothing-here" in native.opened(code)[0]
