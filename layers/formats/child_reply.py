"""What a child says, as the door's other readers give it; every part is checked again."""

from __future__ import annotations

import numpy as np
import shapely

from geo.errors import FormatError
from geo.messages import unpacked
from layers.formats.readers.delimited import Parsed
from layers.formats.readers.geometry import geometry_array
from layers.formats.sandbox.process import Reply
from layers.formats.table import Report, text_frame


def parsed_reply(reply: Reply, form: str, report: Report) -> Parsed:
    """A child's rows as the door's other readers give them; every part is checked again."""
    facts, row = reply.facts, reply.arrays["row"].astype(np.int64)
    for number, reason, row_id in facts["rejected"]:
        report.reject(int(number), str(reason), id=str(row_id))
    for note in facts["notes"]:
        report.tell(unpacked(note))
    names = [str(n).strip() for n in facts["names"]]
    if len(set(names)) != len(names):
        raise FormatError("Two columns have the same name.", where=report.name, got=", ".join(names[:10]))
    frame = text_frame(dict(zip(names, facts["cells"], strict=True)), len(row))
    shapes = None
    if "wkb" in reply.arrays:
        ends = np.cumsum(reply.arrays["length"])
        blob = reply.arrays["wkb"].tobytes()
        parts = [blob[e - n : e] or None for e, n in zip(ends.tolist(), reply.arrays["length"].tolist(), strict=True)]
        shapes = shapely.from_wkb(geometry_array(parts))
    meta = {str(k): str(facts[k]) for k in ("layer", "crs") if k in facts}
    if meta.get("crs") == "undefined":
        meta["crs"] = ""
        report.note("The coordinate reference system is undefined: degrees of WGS 84 are taken for granted.")
    return Parsed(frame, row, shapes, form, meta)
