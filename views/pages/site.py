"""One site in ten seconds: why, four answers, what surrounds it, what nearly counted, who was there, its dossier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from i18n import labels
from i18n.gap_labels import remedy_of
from jobs.assessment import job
from jobs.assessment.site_dossier import dossier
from jobs.assessment.site_filters import Filters, gravest_first
from jobs.assessment.site_profile import Profile, profile
from jobs.assessment.site_story import Story, area_rules, counted_in_district, district_lines, looked_at, story
from jobs.data_page import cite_blocks
from jobs.meeting.site_pdf import site_pdf
from jobs.meeting.subject import Subject
from jobs.sensitivity.one_site import heat_blocks, sentence
from layers.formats.writers.escape import markdown
from layers.maps import map_content, styles
from layers.maps.map import View, blob
from layers.reference.unit_aliases import unit_aliases
from views import session
from views.data_choice import Data
from views.faults import telling
from views.session import Here
from views.widgets import four_answers, map_widget, notices, tables
from views.widgets.chosen_site import key_of, row_of
from views.widgets.how_sure import heat_table, incidents_of, sure_of, turning
from views.widgets.map_layers import colouring, districts, recoloured
from views.widgets.narrow_answers import narrow_answers
from views.widgets.past_record import past_sentence

MANY = 300
"""Sites that the list offers at once; a search narrows it."""
LONG = {"found": 300, "remedy": 430}
"""Widths of columns of long text [pixels]: together they fit a page beside the sidebar at 1280."""
LETTERS = 56
"""Letters of a line in the wide column of a table, at least."""


def choose(here: Here, data: Data, sites: pd.DataFrame) -> int | None:
    """The site to show: from the address or another page, else chosen here."""
    _, state = here.translate, st.session_state
    search, pick = st.columns([1, 2], vertical_alignment="bottom")
    text = search.text_input(
        _("Search name, id or district"), icon=":material/search:", max_chars=100, key="site_search"
    )
    found = Filters(text=text.strip()).apply(sites, data.rules)
    rows = np.flatnonzero(found)[np.argsort(gravity(sites)[found], kind="stable")][:MANY].tolist()
    chosen = row_of(sites, state["q_site"])
    if chosen is None and rows:
        chosen = rows[0]
    if chosen is not None and chosen not in rows:
        rows = [chosen, *rows]
    if not rows:
        st.info(_("No site has that name, id or district."), icon=":material/search_off:")
        return chosen
    signs = {style.key: style.sign for style in styles.SITES}
    names = {
        r: f"{signs[sites['site_class'].iloc[r]]} {sites['name'].iloc[r] or '–'} ({sites['site_id'].iloc[r]})"
        for r in rows
    }

    def picked() -> None:
        row = state["site_pick"]
        state["q_site"] = "" if row is None else key_of(sites, row)

    state["site_pick"] = chosen
    pick.selectbox(
        _("Site"),
        rows,
        key="site_pick",
        format_func=lambda r: names[r],
        on_change=picked,
        placeholder=_("Choose a site"),
        help=_("The gravest sites come first."),
    )
    chosen = row_of(sites, state["q_site"])
    return rows[0] if chosen is None else chosen


def gravity(sites: pd.DataFrame) -> np.ndarray:
    """Where each site stands when the gravest come first."""
    order = gravest_first(sites.reset_index(drop=True)).index.to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def circle_map(here: Here, data: Data, run: job.Run, it: Profile, row: int, story_: Story) -> None:
    """The site in the middle, the circles of the rules around it, and every incident that counted, numbered."""
    _ = here.translate
    if not it.placed:
        st.info(_("The position of this site is not known."), icon=":material/wrong_location:")
        return
    loaded, day = data.loaded(), np.datetime64(data.day)
    lon, lat = float(it.site["lon"]), float(it.site["lat"])
    sites = run.assessment.sites
    near = sites[((sites["lon"] - lon).abs() < 1) & ((sites["lat"] - lat).abs() < 1)]
    counted = loaded.incidents
    drawn = it.incidents
    if counted is not None and len(story_.counted):
        keys = pd.MultiIndex.from_frame(story_.counted[["dataset", "record_id"]])
        drawn = counted[pd.MultiIndex.from_frame(counted[["dataset", "record_id"]]).isin(keys)]
        drawn = pd.concat([it.incidents[counted.columns], drawn[~drawn.index.isin(it.incidents.index)]])
    circles = it.circles()
    west, south, east, north = max(
        (c.geometry.bounds for c in circles), key=lambda b: b[2] - b[0], default=(lon, lat) * 2
    )
    view = View(lat, lon, 9, ((south, west), (north, east)))
    inside = blob(
        _,
        sites=near,
        incidents=drawn,
        numbers=story_.numbers,
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        lines=[*circles, *district_lines(loaded, it)],
        marks=map_content.roadblocks([s.visits for s in loaded.sites], day),
        focus=(lon, lat),
        run=data.token,
        notice=_("Demonstration data") if data.has_demonstration else "",
        title=_("Legend, {day}", day=_.date(day)),
        **colouring(near),
    )
    key = f"site_{key_of(sites, row)}"
    answer = map_widget.show(_, view, inside, key=key, height=460, districts=districts(data))
    if recoloured(answer):
        st.rerun()
    if answer and answer.site is not None and answer.run == data.token and answer.site != row:
        st.session_state["q_site"] = key_of(sites, answer.site)
        st.rerun()


def counted_story(here: Here, data: Data, run: job.Run, it: Profile, row: int) -> Story:
    """The incidents that counted; with the rest of a district's, where the reader asked for them."""
    more: list[pd.DataFrame] = []
    if st.session_state.get("story_all") == data.token + str(it.site["site_id"]):
        prepared = incidents_of(data)
        more = [
            counted_in_district(data.loaded(), run, row, rule, prepared, data.day)
            for rule in area_rules(it, data.rules)
        ]
    return story(it, data.loaded().incidents, pd.concat(more) if more else None)


def counted(here: Here, data: Data, it: Profile, story_: Story) -> None:
    """Every incident that counted, a row each; those of a district that evidence does not name are a click away."""
    _, state = here.translate, st.session_state
    listing(here, story_.counted, tables.STORY, _("No incident counted for a rule."))
    whole = data.token + str(it.site["site_id"])
    if not story_.shown:
        return
    if state.get("story_all") == whole:
        st.button(_("Show the deadliest alone"), on_click=show_all, args=("",), key="story_less")
        return
    for rule, (n, all_) in story_.shown.items():
        st.caption(_("{rule}: the {n} deadliest of {all} are shown.", rule=rule, n=_.number(n), all=_.number(all_)))
    st.button(_("Show all of them"), on_click=show_all, args=(whole,), key="story_more", icon=":material/list:")


def show_all(whole: str) -> None:
    """Callback: all incidents of the districts of this site, or the deadliest alone."""
    st.session_state["story_all"] = whole


def rules(here: Here, it: Profile) -> None:
    """Every rule as a question, with its answer for this site and what the answer rests on."""
    _ = here.translate
    answer_words = {"fired": f"✓ {_('yes')}", "not fired": f"– {_('no')}", "unknown": f"? {_('not known')}"}
    asked = [a.rule.asks(_) for a in it.answers]
    looked = [looked_at(it, a.rule, a.outcome, _) for a in it.answers]
    answers = [answer_words[a.outcome] for a in it.answers]
    st.html(narrow_answers([a.rule.id for a in it.answers], asked, answers, looked))
    with st.container(key="rules_wide"):
        rules_table(here, it, asked, answers, looked)


def rules_table(here: Here, it: Profile, asked: list[str], answers: list[str], looked: list[str]) -> None:
    """The rules as a table, for screens that are wide enough."""
    _ = here.translate
    tables.show(
        _,
        pd.DataFrame(
            {
                "rule": [a.rule.id for a in it.answers],
                "question": asked,
                "answer": answers,
                "looked": looked,
            }
        ),
        column_config={
            "rule": st.column_config.Column(_("Rule"), width=60),
            "question": st.column_config.TextColumn(_("Question"), width="large"),
            "answer": st.column_config.Column(_("Answer"), width=110),
            "looked": st.column_config.TextColumn(_("What was looked at"), width="medium"),
        },
        hide_index=True,
        height="content",
        row_height=tables.row_height(asked, LETTERS),
        alt=_("Every rule, and its answer"),
    )


def listing(here: Here, frame: pd.DataFrame, columns: Sequence[str], none: str, *, long: Sequence[str] = ()) -> None:
    """A table of the site, or the sentence `none` where it has no row; columns of `long` text get two lines."""
    if frame.empty:
        st.text(none)
        return
    columns = tables.filled(frame, columns, 3)
    shown = tables.worded(here.translate, frame, columns)
    config = tables.config(here.translate, columns)
    for name in set(long) & set(columns):
        config[name] = st.column_config.TextColumn(config[name]["label"], width=LONG[name])
    tables.show(
        here.translate, shown, column_config=config, hide_index=True,
        height="content" if len(frame) < 10 else 380, placeholder="",
        row_height=tables.TWO_LINES if long else None,
    )  # fmt: skip


def show(here: Here, data: Data, run: job.Run, row: int) -> None:
    """The whole page of one site."""
    _ = here.translate
    it = profile(data.loaded(), run, data.rules, row, data.day)
    st.title(markdown(it.site["name"] or it.site["site_id"]))
    st.text(it.why.sentence(_))
    notices.stale(here, data, data.day)
    one = sure_of(data, row)
    sure, heat = sentence(one, _), heat_blocks(one, _)
    past = four_answers.show(here, it)
    st.caption(markdown(sure))
    story_ = counted_story(here, data, run, it, row)
    circle_map(here, data, run, it, row, story_)
    evidence, misses, other, gaps, visits, precision = st.tabs(
        [_("Evidence"), _("Nearest misses"), _("Other settings"), _("What is not known"), _("Visits and statuses"),
         _("How precise")]
    )  # fmt: skip
    with evidence:
        rules(here, it)
        st.header(_("Incidents that counted, numbered like on the map"))
        counted(here, data, it, story_)
        rest = it.evidence[it.evidence["kind"] != "incident"]
        st.header(_("Sums, visits, statuses and lists that counted"))
        listing(here, rest, tables.EVIDENCE, _("No rule fired."))
    with misses:
        st.caption(_("Incidents that no rule counted: further off, older or too imprecise; nearest first."))
        listing(here, it.misses, tables.EVIDENCE, _("Nothing came near."))
    with other:
        heat_table(_, one)
        turning(_, one)
        if st.button(_("How sure is that class?"), icon=":material/tune:", key="to_sure"):
            st.switch_page("views/pages/sensitivity.py")
    with gaps:
        st.caption(_("What could not be looked at: gaps of the classes, and why a rule cannot be told."))
        why = zip(it.gaps["fact"].astype(str), it.gaps["status"].astype(str), strict=True)
        helps = [remedy_of(fact, status).sentence(_) for fact, status in why]
        listing(
            here,
            it.gaps.assign(remedy=helps),
            ("rule", "found", "remedy", "record_id", "dataset"),
            _("Everything that the rules ask for is known."),
            long=("found", "remedy"),
        )
    with visits:
        listing(
            here,
            it.visits,
            tables.VISITS,
            _("No visit is on record."),
        )
        listing(
            here,
            it.statuses,
            ("scheme", "status", "status_date", "valid_to", "record_id"),
            _("No status is on record."),
        )
    with precision:
        st.caption(_("How exactly the places of the incidents named here are known."))
        counts = pd.DataFrame({"precision": list(it.precision), "incidents": list(it.precision.values())})
        counts["precision"] = [_(labels.PRECISIONS[p]) for p in counts["precision"]]
        tables.show(
            _,
            counts,
            column_config={
                "precision": _("Place precision"),
                "incidents": st.column_config.ProgressColumn(
                    _("Incidents"), format="localized", max_value=max(1, *it.precision.values())
                ),
            },
            hide_index=True,
        )
    # Last, because it tests every loaded site at every past date, once for these data and rules.
    with past, st.spinner(_("Testing the classes at past dates…")):
        sentence_ = past_sentence(data, str(it.site["site_class"]), _)
    past.caption(markdown(sentence_))
    loaded, found = data.loaded(), Subject.of(data.loaded(), run, _, [row])
    st.download_button(
        _("Download the dossier (HTML)"),
        data=telling(
            lambda: dossier(_, it, data.rules.hash, sentence_, sure, heat, cite_blocks(run.base_record, _)), _
        ),
        file_name=found.file_name(f"site_{it.site['site_id']}", "html"),
        mime="text/html",
        on_click="ignore",
        icon=":material/description:",
    )
    st.download_button(
        _("Download the dossier (PDF)"),
        data=telling(
            lambda: site_pdf(_, loaded, it, data.rules.hash, sentence_, sure, heat, cite_blocks(run.base_record, _)), _
        ),
        file_name=found.file_name(f"site_{it.site['site_id']}", "pdf"),
        mime="application/pdf",
        on_click="ignore",
        icon=":material/picture_as_pdf:",
    )


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        data = here.data()
        run = here.guard_run(data)
        sites = run.assessment.sites
        row = choose(here, data, sites)
        here.address(site=st.session_state["q_site"], colour=st.session_state.get("colour", ""))
        if row is None:
            st.title(_("One site"))
            st.info(_("Choose a site above, or click one on the map of Explore."), icon=":material/location_on:")
        else:
            show(here, data, run, row)


main()
