"""Synthetic data in any layer: which, and what of a result it marks.

A class that synthetic incidents decided is as synthetic as they are, also at a site that exists.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.messages import N_, Note, joined
from i18n.languages import finished
from i18n.translator import translator
from jobs.inputs import Loaded

FILE = "demonstration.txt"
"""Stands beside the files of a result with synthetic data, so that a look at the folder tells it."""
LAYERS = {
    "incidents": N_("incidents"),
    "programmes": N_("programmes"),
    "sites": N_("sites"),
    "suppliers": N_("suppliers"),
    "visits": N_("visits"),
}
"""What :func:`layers` and the records of jobs name, in words."""


def layers(loaded: Loaded) -> tuple[str, ...]:
    """Those of sites, visits and incidents that hold synthetic rows.

    Parameters
    ----------
    loaded
        What was read of the inputs.
    """
    found = {
        "sites": [layer.frame for layer in loaded.sites],
        "visits": [layer.visits for layer in loaded.sites],
        "incidents": [] if loaded.incidents is None else [loaded.incidents],
    }
    return tuple(name for name, frames in found.items() if any(bool(f["demonstration"].any()) for f in frames))


def marks(*names: str) -> dict[str, object]:
    """What a run record says of the layers with synthetic rows.

    Parameters
    ----------
    *names
        Layers that hold synthetic rows: `sites`, `visits`, `incidents`.
    """
    kept = sorted(set(names))
    return {"demonstration": bool(kept), "demonstration_layers": kept}


def marked(sites: pd.DataFrame, loaded: Loaded, visits: pd.DataFrame) -> pd.DataFrame:
    """The assessed sites, each marked whose class synthetic rows could decide: its own, its visits, or any incident.

    Parameters
    ----------
    sites
        The sites, a row each (`geo.schema.SITES`, or what an assessment made of them).
    loaded
        What was read of the inputs.
    visits
        Visits to the sites (`geo.schema.VISITS`).
    """
    if loaded.incidents is not None and bool(loaded.incidents["demonstration"].any()):
        return sites.assign(demonstration=True)
    synthetic = visits[visits["demonstration"].astype(bool)]
    if not len(synthetic):
        return sites
    keys = [pd.MultiIndex.from_frame(frame[["source", "site_id"]]) for frame in (sites, synthetic)]
    return sites.assign(demonstration=sites["demonstration"].to_numpy(bool) | keys[0].isin(keys[1]))


def note(record: Mapping[str, object]) -> bytes:
    """The text of :data:`FILE`: a line in each finished language.

    Parameters
    ----------
    record
        The run record, as `run.json` has it.
    """
    named = record.get("demonstration_layers")
    sentence = Note(
        "Demonstration data: synthetic ({which}). This result says nothing about any place.",
        which=joined(Note(LAYERS.get(str(n), str(n))) for n in named) if isinstance(named, list) else "",
    )
    return "".join(f"{sentence.sentence(translator(code))}\n" for code in finished()).encode()
