"""The reader's rasters: in this session's memory, and what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from geo.errors import CahraError
from i18n.translator import N_, Translator
from layers.formats.writers.escape import markdown
from layers.sources.rasters import COUNTS, DENSITY, VALUES, RasterLayer, read_population, read_travel_time
from views import workspace

AS_SAID = ""
CHOICES = {AS_SAID: N_("as the file says"), COUNTS: VALUES[COUNTS], DENSITY: VALUES[DENSITY]}


@dataclass(frozen=True)
class Given:
    """A raster that the reader dropped in: it stays while pages change."""

    name: str
    data: bytes


def population_upload(translate: Translator) -> RasterLayer | None:
    """The field for a raster of people, what its numbers are, and the layer; None without one that can be used."""
    _ = translate
    left, right = st.columns([2, 1])
    with left:
        given = _kept("population", _("Raster of people (GeoTIFF: WorldPop, GHSL, LandScan)"))
    values = right.selectbox(
        _("Its numbers are"), list(CHOICES), format_func=lambda c: _(CHOICES[c]), key="population_values"
    )
    if given is None:
        return None
    try:
        layer = read_population(given.data, given.name, values=values or "", door=workspace.door())
    except CahraError as error:
        st.error(markdown(error.sentence(_)), icon=":material/error:")
        return None
    st.caption(markdown(_.pair(given.name, f"{_(VALUES[layer.values])}, {layer.system.label}")))
    _told(layer, _)
    return layer


def travel_upload(translate: Translator) -> RasterLayer | None:
    """The field for a raster of travel time."""
    _ = translate
    given = _kept("travel_time", _("Raster of minutes of travel (GeoTIFF)"))
    if given is None:
        return None
    try:
        layer = read_travel_time(given.data, given.name, door=workspace.door())
    except CahraError as error:
        st.error(markdown(error.sentence(_)), icon=":material/error:")
        return None
    _told(layer, _)
    return layer


def kept_population(translate: Translator) -> RasterLayer | None:
    """The raster of people that was given on its page, for another page; None without one."""
    given = st.session_state.get("raster_population")
    if given is None:
        return None
    try:
        return read_population(
            given.data, given.name, values=st.session_state.get("population_values_kept", ""), door=workspace.door()
        )
    except CahraError:
        return None


def _kept(name: str, label: str) -> Given | None:
    file = st.file_uploader(label, type=["tif", "tiff"], key=f"{name}_upload")
    if file is not None:
        st.session_state[f"raster_{name}"] = Given(file.name[:200], file.getvalue())
    st.session_state["population_values_kept"] = st.session_state.get("population_values", "")
    held: Given | None = st.session_state.get(f"raster_{name}")
    return held


def _told(layer: RasterLayer, translate: Translator) -> None:
    for note in layer.notes:
        said = note.sentence(translate) if hasattr(note, "sentence") else note
        st.caption(markdown(str(said)))
