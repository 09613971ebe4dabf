"""The reader's rasters in this session: given on the page People and density, measured in every assessment after that.

They are in this session's memory alone; no workspace or project holds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from geo.errors import CahraError
from i18n.translator import N_, Translator
from jobs.rasters.given import Rasters
from layers.formats.writers.escape import markdown
from layers.sources.rasters import RasterLayer, read_population, read_travel_time
from views import workspace
from views.data_choice import NO_RASTERS

ROLES = {
    "population": N_("✓ raster of people: measured in every assessment of this session"),
    "travel_time": N_("✓ raster of travel time: measured in every assessment of this session"),
}
"""The rasters that may be given, one of each, and what the sidebar says of them."""
UNUSED = N_("✗ not used: see “People and density”")


@dataclass(frozen=True)
class Given:
    """A raster that the reader dropped in."""

    name: str
    data: bytes = field(repr=False)


def came(role: str, key: str) -> None:
    """Callback: the field of a role has another file, or none any more."""
    file = st.session_state.get(key)
    if file is None:
        remove(role)
    else:
        put(role, file.name[:200], file.getvalue())


def put(role: str, name: str, data: bytes) -> None:
    """A raster becomes the one of its role."""
    st.session_state[f"raster_{role}"] = Given(name, data)


def remove(role: str) -> None:
    """Callback: a raster and all that was measured by it is let go."""
    state = st.session_state
    for key in (f"raster_{role}", f"raster_read_{role}", "rasters_read"):
        state.pop(key, None)
    state[f"raster_turn_{role}"] = state.get(f"raster_turn_{role}", 0) + 1


def name_of(role: str) -> str:
    """Name of the file; blank where none was given."""
    given: Given | None = st.session_state.get(f"raster_{role}")
    return given.name if given is not None else ""


def read(role: str) -> RasterLayer | CahraError | None:
    """The layer, or why it cannot be used; None where none was given. Its head is read once."""
    state = st.session_state
    given: Given | None = state.get(f"raster_{role}")
    if given is None:
        return None
    values, gateway = state.get("q_population_values") or "" if role == "population" else "", workspace.gateway()
    held = state.get(f"raster_read_{role}")
    if held is None or held[0] is not given or held[1:3] != (values, gateway.name):
        found: RasterLayer | CahraError
        try:
            if role == "population":
                found = read_population(given.data, given.name, values=values, gateway=gateway)
            else:
                found = read_travel_time(given.data, given.name, gateway=gateway)
        except CahraError as error:
            found = error
        held = state[f"raster_read_{role}"] = (given, values, gateway.name, found)
    layer: RasterLayer | CahraError = held[3]
    return layer


def layer(role: str) -> RasterLayer | None:
    """The layer; None without one that can be used."""
    found = read(role)
    return found if isinstance(found, RasterLayer) else None


def chosen() -> Rasters:
    """The rasters as a run takes them: the same object as long as they are the same, with what was measured."""
    state, people, travel = st.session_state, layer("population"), layer("travel_time")
    if people is None and travel is None:
        return NO_RASTERS
    held: Rasters | None = state.get("rasters_read")
    tiles = () if people is None else (people,)
    if held is None or held.travel_time is not travel or [*map(id, held.population)] != [*map(id, tiles)]:
        held = state["rasters_read"] = Rasters(tiles, travel)
    return held


def show(translate: Translator) -> None:
    """The rasters in the sidebar, to be taken away."""
    _ = translate
    for role, label in ROLES.items():
        found = read(role)
        if found is None:
            continue
        st.caption(_(label) if isinstance(found, RasterLayer) else _(UNUSED))
        st.button(
            _("Remove {name}", name=markdown(name_of(role))), key=f"drop_raster_{role}", icon=":material/close:",
            type="tertiary", on_click=remove, args=(role,),
        )  # fmt: skip
