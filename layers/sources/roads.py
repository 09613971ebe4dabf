"""A road network of the user's: lines with an optional speed or class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geo.errors import InputError
from geo.messages import Note
from geo.screening.road_network import Network, count_pieces, network
from layers.formats import LOCAL, Gateway, parse_numbers, read
from layers.sources.layer import Fields
from layers.sources.read_options import NOTHING, ReadOptions


@dataclass(frozen=True)
class RoadLayer:
    """A road network as read, with the account of its rows."""

    network: Network
    name: str
    sha256: str
    accounting: dict[str, int]
    notes: list[str]
    size: int = 0


def read_roads(
    source: bytes | Path, name: str | None = None, *, gateway: Gateway = LOCAL, options: ReadOptions = NOTHING
) -> RoadLayer:
    """A road network: lines with an optional speed (`speed`, `maxspeed`, `vitesse`; km/h) or class (`highway`, ...).

    Raises
    ------
    geo.errors.InputError
        The file holds no lines.
    geo.errors.LimitExceededError
        Cut into pieces they are more than `road_edges` of the gateway.
    """
    table = read(source, name, purpose="lines", gateway=gateway, swap=options.swap, choice=options.choice())
    if table.geometry is None or not len(table.frame):
        raise InputError("The file holds no lines.", where=table.name, expected="GeoJSON or GeoPackage of lines")
    gateway.check("road_edges", count_pieces(table.geometry.tolist()), table.name)
    fields = Fields(table, options=options)
    speed_column = next((c for c in map(fields.column, ("speed", "speed_kmh", "maxspeed", "vitesse")) if c), None)
    class_column = next(
        (c for c in map(fields.column, ("highway", "class", "classe", "fclass", "road_class")) if c), None
    )
    speed = None
    if speed_column is not None:
        speed = parse_numbers(table.frame[speed_column].str.replace(r"(?<!\s)\s*km/?h$", "", regex=True), decimal=".")[
            0
        ]
    classes = None if class_column is None else table.frame[class_column].tolist()
    net = network(table.geometry.tolist(), speed, classes, table.name)
    quickest = net.weighted == "time"
    note = (
        Note("The quickest route is sought, by speed or class.") if quickest else Note("The shortest route is sought.")
    )
    return RoadLayer(net, table.name, table.sha256, table.accounting, [*table.notes, note], table.size)
