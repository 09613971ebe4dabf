"""The fields for the reader's rasters, and what these say of themselves."""

from __future__ import annotations

import streamlit as st

from geo.errors import CahraError
from i18n.translator import N_, Translator
from layers.formats.writers.escape import markdown
from layers.sources.rasters import COUNTS, DENSITY, VALUES, RasterLayer
from views import own_rasters, workspace
from views.page_notes import page_sentence

ENDINGS = (".tif", ".tiff")
BANDS = ("The raster has several bands.", "The raster has no such band.")
"""What is wrong where the number of the band is missing."""
AS_STATED = ""
CHOICES = {AS_STATED: N_("as the file says"), COUNTS: VALUES[COUNTS], DENSITY: VALUES[DENSITY]}


def population_upload(translate: Translator) -> RasterLayer | None:
    """The field for a raster of people, what its numbers are, and the layer; None without one that can be used."""
    _ = translate
    left, right = st.columns([2, 1])
    with left:
        _field("population", _("Raster of people (GeoTIFF: WorldPop, GHSL, LandScan)"), _)
    right.selectbox(_("Its numbers are"), list(CHOICES), format_func=lambda c: _(CHOICES[c]), key="q_population_values")
    with right:
        _band("population", _)
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
    _field("travel_time", _("Raster of minutes of travel (GeoTIFF)"), _)
    _band("travel_time", _)
    layer = _layer("travel_time", _)
    if layer is not None:
        st.caption(markdown(_.pair(own_rasters.name_of("travel_time"), layer.system.label)))
        _show_layer(layer, _)
    return layer


def _field(role: str, label: str, translate: Translator) -> None:
    _, folder = translate, workspace.current()
    turn = st.session_state.get(f"raster_turn_{role}", 0)
    key = f"{role}_upload_{turn}"
    st.file_uploader(label, type=["tif", "tiff"], key=key, on_change=own_rasters.came, args=(role, key))
    if folder is None:
        return
    sizes = {f.path: f.size for f in folder.offered() if f.path.casefold().endswith(ENDINGS)}
    if sizes:
        st.selectbox(
            _("Or one that lies in the workspace"), list(sizes), index=None, placeholder=_("choose"),
            key=f"{role}_offered_{turn}", on_change=_taken, args=(role, f"{role}_offered_{turn}"),
            format_func=lambda p: f"{p} ({_.number(sizes[p] / 1e6, 1)} MB)",
        )  # fmt: skip


def _taken(role: str, key: str) -> None:
    """Callback: a raster of the workspace was chosen, or none any more."""
    path = st.session_state.get(key)
    if path:
        own_rasters.take(role, path)
    else:
        own_rasters.remove(role)


def _band(role: str, translate: Translator) -> None:
    """The field for the band, where a raster has several or one was named."""
    _, found = translate, own_rasters.read(role)
    several = found.facts.count > 1 if isinstance(found, RasterLayer) else found is not None and found.what in BANDS
    if several or own_rasters.band_of(role):
        st.number_input(_("Band"), 0, 999, key=f"q_{role}_band", help=_("Which band is meant; 0: the only one."))


def _layer(role: str, translate: Translator) -> RasterLayer | None:
    found = own_rasters.read(role)
    if isinstance(found, CahraError):
        st.error(markdown(found.sentence(translate)), icon=":material/error:")
        return None
    return found


def _show_layer(layer: RasterLayer, translate: Translator) -> None:
    for note in layer.notes:
        st.caption(markdown(page_sentence(note, translate)))
