"""The reader's rasters in this session: given on the page People and density, measured in every assessment after that.

They are in this session's memory, and where a workspace is open in that; a project and a link name them like any file.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field, replace

import streamlit as st

from geo.errors import CahraError
from i18n.translator import N_, Translator
from jobs.project import RASTERS, KeptFile
from jobs.rasters.given import Rasters
from jobs.workspace import Workspace
from layers.formats.writers.escape import markdown
from layers.sources.rasters import VALUES, RasterLayer, read_population, read_travel_time
from views import workspace
from views.data_choice import NO_RASTERS

ROLES = {
    "population": N_("✓ raster of people: measured in every assessment of this session"),
    "travel_time": N_("✓ raster of travel time: measured in every assessment of this session"),
}
"""The rasters that may be given, one of each, and what the sidebar says of them."""
SETTINGS = {
    "people_values": ("population", "q_population_values"),
    "people_band": ("population", "q_population_band"),
    "travel_band": ("travel_time", "q_travel_time_band"),
}
"""What is said of a raster by hand: its name in an address, the role, and the setting of the session."""
UNUSED = N_("✗ not used: see “People and density”")


@dataclass(frozen=True)
class Given:
    """A raster that the reader dropped in; `path` is where it lies in the workspace, blank without one."""

    name: str
    data: bytes = field(repr=False)
    path: str = ""

    @functools.cached_property
    def sha256(self) -> str:
        """Hash of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def as_kept(self, role: str) -> KeptFile:
        """The raster as a project knows it."""
        return KeptFile(self.name, self.sha256, len(self.data), role, path=self.path)


def came(role: str, key: str) -> None:
    """Callback: the field of a role has another file, or none any more."""
    file = st.session_state.get(key)
    if file is None:
        remove(role)
    else:
        put(role, file.name[:200], file.getvalue())


def put(role: str, name: str, data: bytes, path: str = "") -> None:
    """A raster becomes the one of its role."""
    forget_copy(role)
    st.session_state[f"raster_{role}"] = Given(name, data, path)


def take(role: str, path: str) -> None:
    """A raster that lies in the workspace, of any size, becomes the one of its role."""
    folder = workspace.current()
    assert folder is not None
    found, data = folder.take(path)
    put(role, found.name, data, path)


def all_given() -> dict[str, Given]:
    """The rasters by their role."""
    found = {role: st.session_state.get(f"raster_{role}") for role in RASTERS}
    return {role: given for role, given in found.items() if given is not None}


def kept_files() -> list[KeptFile]:
    """The rasters as a project knows them."""
    return [given.as_kept(role) for role, given in all_given().items()]


def keep_in(folder: Workspace) -> None:
    """Copies of the rasters that do not lie in the folder yet."""
    for role, given in all_given().items():
        if not given.path:
            st.session_state[f"raster_{role}"] = replace(given, path=folder.add(given.name, given.data).path)


def forget_copy(role: str) -> None:
    """The workspace's copy of a raster goes with it; one of the reader's own stays where it lies."""
    folder, given = workspace.current(), all_given().get(role)
    if folder is not None and given is not None:
        folder.drop(given.as_kept(role))


def read_address() -> None:
    """Once a session: what the page's address says of rasters."""
    state = st.session_state
    for name, (_role, key) in SETTINGS.items():
        value = str(state["address"].get(name, ""))
        if value in VALUES if name == "people_values" else value.isdecimal() and len(value) < 4:
            state[key] = value if name == "people_values" else int(value)


def address() -> dict[str, str]:
    """What was said of the rasters by hand, as parameters of an address."""
    given = all_given()
    return {n: str(st.session_state.get(key) or "") for n, (role, key) in SETTINGS.items() if role in given}


def band_of(role: str) -> int:
    """The band that the reader named; 0: none."""
    return int(st.session_state.get(f"q_{role}_band") or 0)


def remove(role: str) -> None:
    """Callback: a raster and all that was measured by it is let go."""
    state = st.session_state
    forget_copy(role)
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
    held, band = state.get(f"raster_read_{role}"), band_of(role)
    if held is None or held[0].data is not given.data or held[1:4] != (values, band, gateway.name):
        found: RasterLayer | CahraError
        try:
            if role == "population":
                found = read_population(given.data, given.name, values=values, band=band, gateway=gateway)
            else:
                found = read_travel_time(given.data, given.name, band=band, gateway=gateway)
        except CahraError as error:
            found = error
        held = state[f"raster_read_{role}"] = (given, values, band, gateway.name, found)
    layer: RasterLayer | CahraError = held[4]
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
