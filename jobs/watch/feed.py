"""Alerts as an Atom feed (RFC 4287), the newest first; the same alerts give the same bytes."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from typing import Any

ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"
_SPACE = uuid.UUID("6f2d3a54-6f0e-5d0a-9b0e-7c1c9f1f1d21")
MOST_ENTRIES = 500


def feed(
    name: str, alerts: Sequence[Mapping[str, Any]], updated: str, sentence: Callable[[Mapping[str, Any]], str],
    cites: Sequence[str] = (), mark: str = "",
) -> bytes:  # fmt: skip
    """The feed of a list.

    Parameters
    ----------
    alerts
        Rows of alerts.csv, the oldest first.
    updated
        Time of the newest look, RFC 3339.
    sentence
        Says an alert in the reader's language.
    cites
        How the data asks to be cited: the rights of the feed.
    mark
        Stands under the title, for synthetic data.
    name
        Name of the list: the title of the feed.
    """
    ET.register_namespace("", ATOM)
    ET.register_namespace("georss", GEORSS)
    root = ET.Element(f"{{{ATOM}}}feed")
    _add(root, "title", f"CAHRA Atlas: {name}")
    if mark:
        _add(root, "subtitle", mark)
    _add(root, "id", f"urn:uuid:{uuid.uuid5(_SPACE, name)}")
    _add(root, "updated", updated)
    author = ET.SubElement(root, f"{{{ATOM}}}author")
    _add(author, "name", "CAHRA Atlas")
    if cites:
        _add(root, "rights", "; ".join(cites))
    for row in list(alerts)[::-1][:MOST_ENTRIES]:
        entry = ET.SubElement(root, f"{{{ATOM}}}entry")
        key = "|".join(str(row[k]) for k in ("source", "site_id", "kind", "day", "class_before", "class_after"))
        _add(entry, "title", sentence(row))
        _add(entry, "id", f"urn:uuid:{uuid.uuid5(_SPACE, f'{name}|{key}')}")
        _add(entry, "updated", str(row["said_at"]))
        ET.SubElement(entry, f"{{{ATOM}}}category", term=str(row["kind"]))
        _add(entry, "summary", sentence(row))
        if row.get("lat") not in ("", None):
            ET.SubElement(entry, f"{{{GEORSS}}}point").text = f"{row['lat']} {row['lon']}"
    ET.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _add(to: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(to, f"{{{ATOM}}}{tag}").text = "".join(c for c in text if c.isprintable())
