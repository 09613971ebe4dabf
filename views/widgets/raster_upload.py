"""The fields for the reader's rasters, and what these say of themselves."""

from __future__ import annotations

import streamlit as st

from geo.errors import CahraError
from i18n.translator import N_, Translator
from layers.formats.writers.escape import markdown
from layers.sources.rasters import COUNTS, DENSITY, VALUES, RasterLayer
from views import own_rasters

AS_STATED = ""
CHOICES = {AS_STATED: N_("as the file says"), COUNTS: VALUES[COUNTS], DENSITY: VALUES[DENSITY]}


def population_upload(translate: Translator) -> RasterLayer | None:
    """The field for a raster of people, what its numbers are, and the layer; None without one that can be used."""
    _ = translate
    left, right = st.columns([2, 1])
    with left:
        _field("population", _("Raster of people (GeoTIFF: WorldPop, GHSL, LandScan)"))
    right.selectbox(_("Its numbers are"), list(CHOICES), format_func=lambda c: _(CHOICES[c]), key="q_population_values")
    layer = _layer("population", _)
    if layer is not None:
        st.caption(
            markdown(_.pair(own_rasters.name_of("population"), f"{_(VALUES[layer.values])}, {layer.system.label}"))
        )
        _show_layer(layer, _)
    return layer


def travel_upload(translate: Translator) -> RasterLayer | None:
    """The field for a raster of travel time."""
    _ = translate
    _field("travel_time", _("Raster of minutes of travel (GeoTIFF)"))
    layer = _layer("travel_time", _)
    if layer is not None:
        _show_layer(layer, _)
    return layer


def _field(role: str, label: str) -> None:
    turn = st.session_state.get(f"raster_turn_{role}", 0)
    key = f"{role}_upload_{turn}"
    st.file_uploader(label, type=["tif", "tiff"], key=key, on_change=own_rasters.came, args=(role, key))


def _layer(role: str, translate: Translator) -> RasterLayer | None:
    found = own_rasters.read(role)
    if isinstance(found, CahraError):
        st.error(markdown(found.sentence(translate)), icon=":material/error:")
        return None
    return found


def _show_layer(layer: RasterLayer, translate: Translator) -> None:
    for note in layer.notes:
        sentence = note.sentence(translate) if hasattr(note, "sentence") else note
        st.caption(markdown(str(sentence)))
