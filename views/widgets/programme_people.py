"""People near sites at risk, and near those that a programme covers: of the raster given on its own page."""

from __future__ import annotations

import numpy as np
import streamlit as st

from geo.programmes.schema import TYPES
from jobs.exposure.picture import PeopleAtRisk, people_at_risk
from jobs.programmes.export import ProgrammeRun
from views import own_rasters
from views.session import Here

RADIUS_KM = 20.0


def people(here: Here, run: ProgrammeRun, types: tuple[str, ...]) -> None:
    """Three figures, or where to give the raster that they need."""
    _, result, sites = here.translate, run.result, run.result.assessed
    st.header(_("People near sites at risk"))
    layer = own_rasters.layer("population")
    if layer is None:
        st.caption(_("Give a raster of people on the page “People and density”: then people are counted here too."))
        return
    some = np.asarray(result.matrix[:, [TYPES.index(t) for t in types]].any(axis=1), np.bool_)
    key = (layer.key, result.at_risk.tobytes(), some.tobytes(), sites["lon"].to_numpy().tobytes())
    kept = st.session_state.get("programme_people")
    if kept is None or kept[0] != key:
        bar = st.progress(0.0, _("Counting people…"))
        lon, lat = sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64)

        def shown(what: str, done: int, total: int) -> None:
            bar.progress(min(done / max(total, 1), 1.0), _("Counting people…"))

        kept = (key, people_at_risk(layer, lon, lat, result.at_risk, some, RADIUS_KM, shown))
        bar.empty()
        st.session_state["programme_people"] = kept
    found: PeopleAtRisk = kept[1]
    covered = (found.covered, found.without) if result.typed else (np.nan, np.nan)
    figures = (
        (_("People at risk"), found.at_risk, _("within 20 km of a conflict-affected or high-risk site, each once")),
        (_("Near a programme"), covered[0], _("within 20 km of such a site with a programme of a chosen type")),
        (_("Near none"), covered[1], _("within 20 km of such sites, of none with a programme")),
    )
    for column, (label, number, help_text) in zip(st.columns(3), figures, strict=True):
        value = _("unknown") if np.isnan(number) else _.number(round(float(number)))
        column.metric(label, value, help=help_text, border=True)
    st.caption(_("Counted on {share}% of that ground: elsewhere the raster has no values.",
                 share=_.number(100 * found.share, 1)))  # fmt: skip
