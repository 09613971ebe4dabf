"""A QGIS project (``.qgz``) over the layers of a GeoPackage beside it: styles, order, names, extent.

Written for QGIS 3.22 and newer. Layers are named by a relative path, so the two files move together; the project asks
no host for anything. The same layers give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from layers.formats.writers.archive import zip_bytes
from layers.formats.writers.escape import clean
from layers.formats.writers.xml_text import escape, quoteattr

_CRS = (
    "<spatialrefsys><wkt>GEOGCRS[&quot;WGS 84&quot;,DATUM[&quot;World Geodetic System 1984&quot;,"
    "ELLIPSOID[&quot;WGS 84&quot;,6378137,298.257223563,LENGTHUNIT[&quot;metre&quot;,1]]],"
    "PRIMEM[&quot;Greenwich&quot;,0,ANGLEUNIT[&quot;degree&quot;,0.0174532925199433]],CS[ellipsoidal,2],"
    "AXIS[&quot;geodetic latitude (Lat)&quot;,north,ORDER[1],ANGLEUNIT[&quot;degree&quot;,0.0174532925199433]],"
    "AXIS[&quot;geodetic longitude (Lon)&quot;,east,ORDER[2],ANGLEUNIT[&quot;degree&quot;,0.0174532925199433]],"
    "ID[&quot;EPSG&quot;,4326]]</wkt><proj4>+proj=longlat +datum=WGS84 +no_defs</proj4><srsid>3452</srsid>"
    "<srid>4326</srid><authid>EPSG:4326</authid><description>WGS 84</description>"
    "<projectionacronym>longlat</projectionacronym><ellipsoidacronym>EPSG:7030</ellipsoidacronym>"
    "<geographicflag>true</geographicflag></spatialrefsys>"
)
_KINDS = {"point": "Point", "line": "Line", "area": "Polygon"}
_SYMBOLS = {"point": "marker", "line": "line", "area": "fill"}


@dataclass(frozen=True)
class Look:
    """How one category is drawn.

    Parameters
    ----------
    value
        Of the layer's attribute; blank stands for all others.
    shape
        Of a point: circle, square, triangle, diamond, cross, cross2.
    pattern
        Of an area: no, solid, b_diagonal, f_diagonal, horizontal, vertical, diagonal_x, dense6.
    dash
        solid, dash or dot.
    size
        Of a point, or width of a line or outline [mm].
    size_by
        A QGIS expression for the size of a point, or blank.
    """

    value: str
    words: str
    colour: str
    shape: str = "circle"
    pattern: str = "solid"
    dash: str = "solid"
    edge: str = "#ffffff"
    size: float = 2.6
    size_by: str = ""
    alpha: float = 1.0


@dataclass(frozen=True)
class ProjectLayer:
    """One layer of the GeoPackage.

    Parameters
    ----------
    table
        Its name in the GeoPackage.
    kind
        point, line or area.
    attribute
        The column by which it is drawn; blank for one look.
    label
        The column that is written beside it, or blank.
    aliases
        Headings in the reader's language, by column.
    """

    table: str
    title: str
    kind: str
    looks: Sequence[Look]
    attribute: str = ""
    label: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    shown: bool = True


def project(
    name: str, package: str, title: str, layers: Sequence[ProjectLayer], box: tuple[float, float, float, float],
    *, note: str = "",
) -> bytes:  # fmt: skip
    """The bytes of ``<name>.qgz``.

    Parameters
    ----------
    package
        File name of the GeoPackage in the same folder.
    layers
        From above to below.
    box
        West, south, east and north [degrees] that are shown first.
    note
        Stands at the foot of the map: sources, or that the data is synthetic.
    """
    ids = {layer.table: f"cahra_{layer.table}" for layer in layers}
    tree = "".join(
        f'<layer-tree-layer id={_q(ids[layer.table])} name={_q(layer.title)} providerKey="ogr" '
        f'checked="{"Qt::Checked" if layer.shown else "Qt::Unchecked"}" expanded="1" '
        f"source={_q(_source(package, layer))}><customproperties/></layer-tree-layer>"
        for layer in layers
    )
    order = "".join(f"<item>{escape(ids[layer.table])}</item>" for layer in layers)
    extent = "".join(f"<{k}>{v!r}</{k}>" for k, v in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    sides = " ".join(f'{k}="{v!r}"' for k, v in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    view = f'<ProjectViewSettings UseProjectScales="0"><Scales/><DefaultViewExtent {sides}>{_CRS}</DefaultViewExtent>'
    view += "</ProjectViewSettings>"
    maps = "".join(_layer(package, ids[layer.table], layer) for layer in layers)
    text = (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" projectname={_q(title)}><homePath path=""/><title>{_t(title)}</title>'
        f"<projectCrs>{_CRS}</projectCrs><layer-tree-group><customproperties/>{tree}"
        f'<custom-order enabled="0">{order}</custom-order></layer-tree-group>'
        '<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>degrees</units>'
        f"<extent>{extent}</extent><rotation>0</rotation><destinationsrs>{_CRS}</destinationsrs></mapcanvas>"
        f"<projectlayers>{maps}</projectlayers><layerorder>"
        + "".join(f'<layer id="{escape(ids[layer.table])}"/>' for layer in layers)
        + f'</layerorder>{view}<properties><Paths><Absolute type="bool">false</Absolute></Paths>'
        f'<CopyrightLabel><Enabled type="bool">{"true" if note else "false"}</Enabled>'
        f'<Label type="QString">{_t(note)}</Label><Placement type="int">2</Placement></CopyrightLabel>'
        # Without the switch QGIS passes over the coordinate system of the project.
        '<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys>'
        '<ScaleBar><Enabled type="bool">true</Enabled></ScaleBar></properties></qgis>\n'
    )
    return zip_bytes({f"{name}.qgs": text.encode("utf-8", "replace")})


def _t(text: str) -> str:
    return escape(clean(text))


def _q(text: str) -> str:
    return quoteattr(clean(text))


def _source(package: str, layer: ProjectLayer) -> str:
    return f"./{package}|layername={layer.table}"


def _layer(package: str, key: str, layer: ProjectLayer) -> str:
    symbols = "".join(_symbol(layer.kind, str(i), look) for i, look in enumerate(layer.looks))
    if layer.attribute:
        categories = "".join(
            f'<category value={_q(look.value)} label={_q(look.words)} symbol="{i}" render="true" type="string"/>'
            for i, look in enumerate(layer.looks)
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr={_q(layer.attribute)} forceraster="0" symbollevels="1" '
            f'enableorderby="0"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>'
        )
    else:
        renderer = (
            f'<renderer-v2 type="singleSymbol" forceraster="0" symbollevels="0" enableorderby="0"><symbols>{symbols}'
            "</symbols></renderer-v2>"
        )
    aliases = "".join(f'<alias field={_q(f)} name={_q(n)} index="-1"/>' for f, n in layer.aliases.items())
    return (
        f'<maplayer type="vector" geometry="{_KINDS[layer.kind]}" hasScaleBasedVisibilityFlag="0" '
        f'labelsEnabled="{int(bool(layer.label))}"><id>{escape(key)}</id>'
        f"<datasource>{_t(_source(package, layer))}</datasource><layername>{_t(layer.title)}</layername>"
        f'<srs>{_CRS}</srs><provider encoding="UTF-8">ogr</provider>{renderer}{_labels(layer)}'
        f"<blendMode>0</blendMode><aliases>{aliases}</aliases></maplayer>"
    )


def _labels(layer: ProjectLayer) -> str:
    if not layer.label:
        return ""
    return (
        f'<labeling type="simple"><settings><text-style fieldName={_q(layer.label)} fontSize="9" '
        'fontWeight="75" namedStyle="Bold" fontFamily="Sans Serif" textColor="30,30,30,255" isExpression="0" '
        'textOpacity="1" fontSizeUnit="Point"><text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="1"/></text-style><placement placement="1"/></settings></labeling>'
    )


def _symbol(kind: str, name: str, look: Look) -> str:
    if kind == "point":
        made, what = {
            "name": look.shape, "color": _rgba(look.colour, look.alpha), "outline_color": _rgba(look.edge),
            "outline_width": "0.2", "size": f"{look.size:g}", "size_unit": "MM", "outline_style": "solid",
        }, "SimpleMarker"  # fmt: skip
    elif kind == "line":
        made, what = {
            "line_color": _rgba(look.colour, look.alpha), "line_width": f"{look.size:g}", "line_style": look.dash,
            "line_width_unit": "MM",
        }, "SimpleLine"  # fmt: skip
    else:
        made, what = {
            "color": _rgba(look.colour, look.alpha), "style": look.pattern, "outline_color": _rgba(look.edge),
            "outline_width": f"{look.size:g}", "outline_style": look.dash, "outline_width_unit": "MM",
        }, "SimpleFill"  # fmt: skip
    options = "".join(f'<Option name={_q(k)} value={_q(v)} type="QString"/>' for k, v in made.items())
    defined = ""
    if look.size_by:
        defined = (
            '<data_defined_properties><Option type="Map"><Option name="name" value="" type="QString"/>'
            '<Option name="properties" type="Map"><Option name="size" type="Map">'
            '<Option name="active" value="true" type="bool"/>'
            f'<Option name="expression" value={_q(look.size_by)} type="QString"/>'
            '<Option name="type" value="3" type="int"/></Option></Option>'
            '<Option name="type" value="collection" type="QString"/></Option></data_defined_properties>'
        )
    return (
        f'<symbol type="{_SYMBOLS[kind]}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{what}" enabled="1" pass="0" locked="0"><Option type="Map">{options}</Option>{defined}'
        "</layer></symbol>"
    )


def _rgba(colour: str, alpha: float = 1.0) -> str:
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return ",".join(map(str, [*parts, round(alpha * 255)]))
