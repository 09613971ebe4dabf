"""What every page shares: language, state, the page's address, the sidebar, and errors as messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from geo.errors import CahraError
from i18n.languages import offered
from i18n.translator import Translator, pick, translator
from jobs.assessment import job
from jobs.project import RASTERS, KeptFile
from layers.formats import UPLOAD
from layers.formats.writers.escape import html, markdown
from layers.maps.watermark import sheet
from layers.reference.rule_files import default_rules, rules_of
from views import file_list, own_files, own_rasters, run_options, workspace, workspace_session
from views.data_choice import DEMONSTRATION_DAY, IN_RUN, Data
from views.day_field import FIRST_DAY, LAST_DAY, day_field
from views.faults import sentence_of
from views.streamlit_words import script
from views.theme import STYLE, WORDS


def language() -> str:
    """The reader's language: chosen on the page, else ``?lang=``, else the browser's."""
    if "q_lang" in st.session_state:
        return pick(st.session_state["q_lang"])
    return pick(st.query_params.get("lang"), st.context.locale)


def start() -> None:
    """Once a session: remember the address it came with. On every run: keep settings of widgets not on this page."""
    state = st.session_state
    if "address" not in state:
        given = {str(k)[:40]: str(v)[:4000] for k, v in list(st.query_params.to_dict().items())[:40]}
        state["came_with"] = bool(given.keys() - {"lang"})
        if not state["came_with"]:
            given = {**workspace_session.address_left(), **given}
        state["address"] = given
        state["day"] = day_of(given.get("day", "")) or DEMONSTRATION_DAY
        state["q_demonstration"] = given.get("demonstration", "1") != "0"
        state["q_site"] = given.get("site", "")[:300]
        state["files"] = {}
        for file in workspace_session.needed_of(given.get("needs", "")):
            own_files.need(file)
        own_rasters.read_address()
        workspace_session.restore()
    for key, value in state.setdefault("settings", {}).items():
        if key not in state:
            state[key] = value
    if state.get("q_lang") not in offered():
        state["q_lang"] = pick(st.query_params.get("lang") or state["address"].get("lang"), st.context.locale)
    if state.pop("own_came", False):
        state["q_demonstration"] = False
    keep_settings()


def keep_settings() -> None:
    """Settings of widgets stay though their page is left, or was broken off before it drew them.

    Streamlit forgets what belongs to a widget that a run did not draw. A run that a click on another page ends half-way
    draws only some of them, so each setting is kept beside its widget too.
    """
    state = st.session_state
    for key in list(state):
        if str(key).startswith("q_"):
            state["settings"][key] = state[key]
            state[key] = state[key]


def day_of(text: str) -> dt.date | None:
    """The day that an address names; None for anything else."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


@dataclass(frozen=True)
class Here:
    """The page that is being shown."""

    translate: Translator

    def data(self, *, sites_needed: bool = True, assessed: bool = True, playing: bool = False) -> Data:
        """Draws the shared part of the sidebar and gives the choice made there.

        Stops the page with a word of what to do when nothing is chosen; a page that brings its own list needs no sites,
        and one that shows no verdict (`assessed`) does not wait until all is read. While a map is `playing` the date is
        that of its months: the field rests.
        """
        _, state = self.translate, st.session_state
        if not playing:
            state["playing"] = ""  # a map that played on another page
        with st.sidebar:
            help_text = _("The time of events, not of knowledge: a date in 2014 uses what is known today about 2014.")
            day_field(_, _("As of"), "day", help_text=help_text, disabled=playing)
            with st.expander(_("Data"), expanded=False, icon=":material/folder_open:"):
                st.toggle(
                    _("Demonstration data"),
                    key="q_demonstration",
                    help=_(
                        "Synthetic sites, visits and incidents on real geography. They say nothing about any place. "
                        "They are never joined to files of your own."
                    ),
                )
                self._own_files()
            files = tuple(file for file in state["files"].values() if file.role in IN_RUN)
            country, vintage = run_options.form(_, files)
        rules = default_rules()
        own_rules = [f for f in files if f.role == "rules"]
        if own_rules:
            rules = rules_of(own_rules[-1].data, own_rules[-1].name)
        synthetic = bool(state["q_demonstration"])
        chosen = tuple(own_rules) if synthetic else files
        kept, rasters = own_files.desk().kept, own_rasters.chosen()
        data = Data(synthetic, chosen, state["day"], rules, country, vintage, kept, rasters)
        needed_files(_)
        if sites_needed:
            self.sites_needed(data)
        if assessed and not synthetic and data.has_demonstration:
            mark(self.translate)  # synthetic rows in a reader's own files; the demonstration itself marks every page
        return data

    def sites_needed(self, data: Data) -> None:
        """Stops the page with a word of what to do where no sites are chosen."""
        if not data.demonstration and not any(f.role == "sites" for f in data.files):
            st.info(
                self.translate(
                    "No sites are loaded. Switch on the demonstration data, or add a list of sites under Data."
                ),
                icon=":material/upload_file:",
            )
            st.stop()

    def _own_files(self) -> None:
        _, state = self.translate, st.session_state
        st.caption(storage_note(_))
        file_list.uploader(_, "own")
        file_list.show(_)
        own_rasters.show(_)
        if state["files"] and state["q_demonstration"]:
            st.info(_("Your own files rest while the demonstration is shown; the two are never joined."))

    def guard_run(self, data: Data) -> job.Run:
        """The run, with a spinner in the reader's language while it is computed."""
        with st.spinner(self.translate("Reading and assessing…")):
            return data.run()

    def address(self, **values: object) -> None:
        """Write the page's address: language, date, data and `values` (blank ones are left out)."""
        state = st.session_state
        wanted: dict[str, str] = {"lang": str(state["q_lang"]), "day": str(state["day"])}
        if not state["q_demonstration"]:
            wanted["demonstration"] = "0"
        wanted |= {k: str(v) for k, v in {**run_options.address(), **own_rasters.address(), **values}.items() if v}
        view = st.query_params.get("view") or state["address"].get("view")
        if view:
            wanted["view"] = view
        here = own_rasters.kept_files()
        if not state["q_demonstration"]:
            here = [workspace_session.kept_of(f) for f in own_files.all_files().values()] + here
        wanted |= {"needs": needed} if (needed := workspace_session.needs([*here, *missing_files()])) else {}
        if st.query_params.to_dict() != wanted:
            st.query_params.from_dict(wanted)
        workspace_session.keep()


def storage_note(translate: Translator) -> str:
    """Where own files stay, as Markdown."""
    _, folder = translate, workspace.current()
    if folder is None:
        return _(
            "Your own files stay in this session's memory and are gone when you close the page. At most {n} MB each.",
            n=_.number(UPLOAD.file_bytes / 1e6),
        )
    return _(
        "Files that you add here (at most {n} MB each) are kept in the workspace {folder}. Larger ones: put them into "
        "that folder and choose them on the page Your files.",
        n=_.number(UPLOAD.file_bytes / 1e6), folder=markdown(folder.folder.name),
    )  # fmt: skip


def missing_files() -> list[KeptFile]:
    """Files that a link or project rests on and that are not here; while the demonstration is shown, its rasters."""
    missing = own_files.needed()
    return [f for f in missing if f.role in RASTERS] if st.session_state["q_demonstration"] else missing


def needed_files(translate: Translator) -> None:
    """Names the files that a link or project rests on and that are not here."""
    _, missing = translate, missing_files()
    if not missing:
        return
    names = [f"{markdown(file.name)} ({file.sha256[:8]}…)" for file in missing]
    st.warning(
        _("This page was made with files that are not here. Add them: {files}. They are known by their hash.",
          files=", ".join(names)),
        icon=":material/attach_file:",
    )  # fmt: skip
    if workspace.current() is not None and st.button(_("Look for them in the workspace"), key="look_in_folder"):
        workspace_session.look_in_folder()
        st.rerun()


def mark(translate: Translator) -> None:
    """Says on the page, and across it, that what it shows rests on synthetic rows."""
    words = html(translate("Demonstration data: synthetic. It says nothing about any place."))
    st.html(f"<style>{sheet('.stApp', translate('Demonstration data'))}</style><p class='cahra-synthetic'>{words}</p>")


def mark_own(translate: Translator, data: Data, record: Mapping[str, object]) -> None:
    """Marks a page whose own list (suppliers, programmes) is synthetic, where the shared part has not marked it."""
    if record["demonstration"] and not data.demonstration and not data.has_demonstration:
        mark(translate)


@contextmanager
def page(*, sidebar: bool = True) -> Iterator[Here]:
    """The frame of a page: state and language before it, and any error as a sentence with what to do."""
    start()
    st.html(STYLE)
    _ = translator(language())
    choose = _("Choose files")
    st.html(WORDS % (choose, _("{n} MB a file", n=_.number(UPLOAD.file_bytes // 1_000_000)), choose))
    st.html(script(_), unsafe_allow_javascript=True)
    if sidebar:
        with st.sidebar:
            st.pills(
                _("Language"),
                list(offered()),
                format_func=lambda code: offered()[code],
                key="q_lang",
                label_visibility="collapsed",
                required=True,
            )
    if st.session_state["q_demonstration"]:
        mark(_)
    with guard(_):
        yield Here(_)


@contextmanager
def guard(translate: Translator) -> Iterator[None]:
    """Errors of the data become messages; any other gets a short code that stands in the log too."""
    try:
        yield
    except CahraError as error:
        st.error(markdown(error.sentence(translate)), icon=":material/error:")
        st.stop()
    except Exception as error:
        st.error(sentence_of(error, translate), icon=":material/error:")
        st.stop()
