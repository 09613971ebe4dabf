"""What surrounds the sites: where incidents cluster, before and after, and who lives near."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import streamlit as st

from i18n import column_labels, labels
from i18n.translator import N_, Translator
from jobs.backtest.labels import percent
from jobs.density import job as density_job
from jobs.density.export import NO_RISK, WEIGHTS
from jobs.density.model import Options
from jobs.exposure import job as exposure_job
from jobs.exposure.export import BESIDE
from jobs.exposure.picture import people_picture
from layers.formats.writers.escape import markdown
from layers.maps import raster_overlay
from layers.maps.map import View, blob
from views import session
from views.data_choice import Data
from views.page_notes import page_sentence
from views.session import Here
from views.widgets import map_widget, tables
from views.widgets.downloads import run_files
from views.widgets.raster_upload import population_upload, travel_upload

MONTHS = (12, 24, 36, 60)
OPACITIES = tuple(n / 100 for n in range(20, 101, 5))
BANDWIDTHS = (10, 25, 50, 100)


def layer_map(
    here: Here, data: Data, sites: pd.DataFrame, over: raster_overlay.Overlay, key: str, channel: str = ""
) -> None:
    """The sites over a raster, and the legend of its colours."""
    _ = here.translate
    inside = blob(
        _, sites=sites, density=over.for_map(), run=data.token, title=over.title,
        notice=_("Demonstration data") if data.has_demonstration else "",
    )  # fmt: skip
    view = View.around(sites["lon"].tolist(), sites["lat"].tolist(), width=600, height=420)
    map_widget.show(_, view, inside, key=key, height=420, channel=channel)
    st.html(over.legend(_))


@st.cache_resource(max_entries=4, show_spinner=False, scope="session")
def surfaces_of(
    key: str, periods: tuple[tuple[dt.date, dt.date], ...], options: Options, _data: Data
) -> density_job.Density:
    """Both surfaces, kept while nothing of them changes."""
    return density_job.run(_data.loaded(), periods[1], periods[0], options)


def density_part(here: Here, data: Data, sites: pd.DataFrame) -> None:
    """Where incidents cluster in the months up to the date, in as many before them, and the difference."""
    _ = here.translate
    columns = st.columns(4)
    months = columns[0].selectbox(_("Months in each period"), MONTHS, index=2, key="density_months")
    bandwidth = columns[1].select_slider(_("Bandwidth (km)"), BANDWIDTHS, value=25, key="density_bandwidth")
    weight = columns[2].selectbox(
        _("What is counted"), list(WEIGHTS), format_func=lambda w: _(WEIGHTS[w]), key="density_weight"
    )
    opacity = columns[3].select_slider(
        _("Opacity"), OPACITIES, 0.75, format_func=lambda share: percent(share, _, 0), key="density_opacity"
    )
    end = pd.Timestamp(data.day)
    middle, begin = end - pd.DateOffset(months=months), end - pd.DateOffset(months=2 * months)
    day = dt.timedelta(days=1)
    periods = ((begin.date() + day, middle.date()), (middle.date() + day, data.day))
    if data.loaded().incidents is None:
        st.info(_("No incidents are loaded."))
        return
    with st.spinner(_("Laying incidents on the ground…")):
        found = surfaces_of(data.key, periods, Options(float(bandwidth), 5.0, str(weight)), data)
    for line in found.summary(_.language)[:-1]:  # the last one stands at the head of the page
        st.caption(markdown(page_sentence(line, _)))
    sources = list(dict.fromkeys(s.source for s in found.surfaces))
    source = (
        st.selectbox(_("Source"), sources, format_func=labels.source_name, key="density_source")
        if len(sources) > 1
        else sources[0]
    )
    first, last = (s for s in found.surfaces if s.source == source)
    bounds = raster_overlay.halves(np.concatenate((first.cells.ravel(), last.cells.ravel())))
    unit = _("{what} per 1,000 km²", what=_(WEIGHTS[str(weight)]))
    crs, transform = found.grid.crs.to_wkt(), found.grid.transform
    channel = st.session_state.setdefault("density_channel", data.key[:8] + str(id(st.session_state))[-6:])
    for column, surface, name in zip(st.columns(2), (first, last), ("before", "after"), strict=True):
        with column:
            title = _("{first} to {last}", first=_.date(surface.period[0]), last=_.date(surface.period[1]))
            over = raster_overlay.overlay(
                surface.cells, transform, crs, unit=unit, title=title, bounds=bounds, opacity=opacity
            )
            layer_map(here, data, sites, over, f"density_{name}", channel)
    change = found.differences[source]
    over = raster_overlay.overlay(
        change, transform, crs, unit=unit, title=_("The later period less the earlier"),
        palette=raster_overlay.CHANGE, bounds=raster_overlay.changes(change), opacity=opacity,
    )  # fmt: skip
    layer_map(here, data, sites, over, "density_change")
    st.header(_("Download"))
    run_files(found.made_files(_.language), demonstration=data.has_demonstration, what=f"cahra-density_{data.day}")


def exposure_of(_: Translator, data: Data) -> exposure_job.Exposure:
    """The run for these rasters, kept until another is asked; a bar while it lasts."""
    kept = st.session_state.get("exposure_run")
    if kept is None or kept[0] != data.token:
        bar = st.progress(0.0, _("Counting people…"))
        loaded = exposure_job.LoadedExposure(data.loaded(), data.rasters)

        def shown(what: str, done: int, total: int) -> None:
            bar.progress(min(done / max(total, 1), 1.0), _("Counting people…"))

        kept = (data.token, exposure_job.run(loaded, data.day, data.rules, progress=shown))
        bar.empty()
        st.session_state["exposure_run"] = kept
    made: exposure_job.Exposure = kept[1]
    return made


SHOWN = ("name", "site_class", "population_5km", "population_20km", "raster_coverage", "travel_time_min", "site_id")
PLACES = N_(
    "People near sites, of the raster that you give; it stays in this session's memory, or in your workspace. Every "
    "assessment of this session then has its columns, and rules of kind raster in your own rule file are answered, as "
    "by the command with the same rasters."
)


def people_part(here: Here, data: Data, sites: pd.DataFrame) -> None:
    """Rasters in; people near sites, in zones and near incidents out."""
    _ = here.translate
    st.caption(_(PLACES))
    population, travel = population_upload(_), travel_upload(_)
    if population is None and travel is None:
        st.info(_("Add a raster of people or of travel time."), icon=":material/upload_file:")
        return
    found = exposure_of(_, data)
    for line in found.summary(_.language)[:-1]:
        st.text(page_sentence(line, _))
    if population is not None:
        picture = people_picture(population, sites["lon"].to_numpy(np.float64), sites["lat"].to_numpy(np.float64))
        if picture is not None:
            opacity = st.select_slider(
                _("Opacity"), OPACITIES, 0.75, format_func=lambda share: percent(share, _, 0), key="people_opacity"
            )
            over = raster_overlay.overlay(
                picture.cells, picture.transform, picture.crs, unit=_("people per km²"), title=_("People"),
                palette=raster_overlay.PEOPLE, bounds=[1.0, 5.0, 20.0, 100.0, 500.0], opacity=opacity, smooth=False,
            )  # fmt: skip
            layer_map(here, data, sites, over, "people_map")
    table = found.sites[list(SHOWN)].sort_values("population_20km", ascending=False, kind="stable", na_position="last")
    table = table.assign(site_class=[labels.value("site_class", c, _) for c in table["site_class"]])
    heads = {name: column_labels.column(name, _) for name in SHOWN}
    tables.show(
        _, table.rename(columns=heads), hide_index=True, height=380, placeholder="", alt=_("People near each site")
    )
    st.header(_("Download"))
    run_files(found.made_files(_.language), demonstration=data.has_demonstration, what=f"cahra-exposure_{data.day}")


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        data = here.data()
        run = here.guard_run(data)
        st.title(_("People and density"))
        if run.assessment.sites.empty:
            st.info(_("No sites are loaded."))
            st.stop()
        parts = {"density": _("Where incidents cluster"), "people": _("Who lives near")}
        asked = st.session_state["address"].get("part", "")
        part = st.segmented_control(
            _("Part"), list(parts), default=asked if asked in parts else "density", required=True,
            format_func=lambda p: parts[p], key="around_part", label_visibility="collapsed",
        )  # fmt: skip
        here.address(part=part if part != "density" else "")
        st.caption(_(NO_RISK if part == "density" else BESIDE))
        with session.guard(_):
            (density_part if part == "density" else people_part)(here, data, run.assessment.sites)


main()
