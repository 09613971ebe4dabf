"""What every page shares: language, state, the page's address, the choice of data, and the run at a date.

Caches: demonstration data is shared by all readers; what a reader uploads is cached for that reader's session alone,
by content hash, and lives in memory only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pandas as pd
import streamlit as st

from geo.errors import CahraError
from geo.rules.rule_set import Rules
from i18n.translator import LANGUAGES, N_, Translator, pick, translator
from jobs.assessment import job
from jobs.assessment.site_filters import MAX_TEXT
from layers.formats import UPLOAD
from layers.formats.writers.escape import markdown
from layers.reference import files as embedded
from layers.reference.rule_files import default_rules, parse_rules

LOG = logging.getLogger("cahra")
FIRST_DAY, LAST_DAY = dt.date(1989, 1, 1), dt.date(2100, 12, 31)
DEMONSTRATION_DAY = dt.date(2016, 9, 19)
"""The day on which the app opens: three of the five zones of CAR had just become compliant."""

ROLES = {
    "sites": N_("Mine sites (list, IPIS visits, trade lines)"),
    "incidents": N_("Incidents (UCDP, ACLED)"),
    "boundaries": N_("Boundaries of districts or regions"),
    "coverage": N_("Coverage: what the incident data covers"),
    "zones": N_("Zone register"),
    "eu_list": N_("EU indicative list"),
    "rules": N_("Rules (TOML)"),
}
STYLE = """<style>
.block-container { padding-top: 3.6rem; padding-bottom: 2rem; }
h1 { font-size: 1.7rem !important; padding: 0.2rem 0 !important; }
h3 { font-size: 1.15rem !important; padding: 0.4rem 0 0 !important; }
[data-testid="stMetric"] { padding: 0.3rem 0.8rem; }
[data-testid="stMetric"] > div { padding: 0.2rem 0; }
[data-testid="stMetricLabel"] p { white-space: nowrap; }
[data-testid="stMetricValue"] { font-size: 1.7rem; }
[data-testid="stCaptionContainer"] { color: #444; opacity: 1; }
@media (max-width: 640px) {
  .block-container { padding-left: 0.8rem; padding-right: 0.8rem; }
  [data-testid="stHorizontalBlock"]:has([data-testid="stMetric"]) { gap: 0.4rem; }
  [data-testid="stElementContainer"]:has(> [data-testid="stMetric"]) { flex: 1 1 46%; min-width: 0; }
  [data-testid="stMetric"] { padding: 0.2rem 0.4rem; }
  [data-testid="stMetricLabel"] p { font-size: 0.75rem; }
  [data-testid="stMetricValue"] { font-size: 1.3rem; }
}
@media print { [data-testid="stSidebar"], [data-testid="stHeader"] { display: none; } }
</style>"""
"""Fixed text: less white above, captions dark enough to read (AA)."""
WORDS = """<style>
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "%s"; font-size: 0.875rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "%s"; font-size: 0.875rem; }
</style>"""
"""Streamlit has no language of its own: what its field for files says is written over by our own translation."""
MAX_FILES = 12
"""Files that one session may hold at a time, so that one reader cannot fill the machine's memory."""


@dataclass(frozen=True)
class File:
    """A file that the reader dropped in: bytes in this session's memory, never on disk."""

    role: str
    name: str
    sha256: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Data:
    """The chosen data and date; `key` changes with the content, so caches rest on it."""

    demonstration: bool
    files: tuple[File, ...]
    day: dt.date
    rules: Rules

    @property
    def key(self) -> str:
        """Hash of roles, names and contents."""
        parts = [str(self.demonstration), *(f"{f.role}/{f.name}/{f.sha256}" for f in self.files if f.role != "rules")]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def has_demonstration(self) -> bool:
        """Whether any row is synthetic, also of a file that the reader dropped in."""
        loaded = self.loaded()
        frames = [loaded.incidents, *(f for layer in loaded.sites for f in (layer.frame, layer.visits))]
        return any(f is not None and bool(f["demonstration"].any()) for f in frames)

    def loaded(self) -> job.Loaded:
        """The layers, read once for this content."""
        inputs = _inputs(self.demonstration, self.files)
        return _load_own(self.key, inputs) if self.files else _load_shared(self.key, inputs)

    def run(self, day: dt.date | None = None) -> job.Run:
        """The run at `day`, else at the chosen one, under the chosen rules."""
        cached = _run_own if self.files else _run_shared
        return cached(self.key, day or self.day, self.rules.hash, self.loaded(), self.rules)

    def at(self, day: dt.date) -> Data:
        """The same data at another day."""
        return replace(self, day=day)

    def under(self, day: dt.date, rules: Rules) -> Data:
        """The same data at another day and under other rules."""
        return replace(self, day=day, rules=rules)

    @property
    def token(self) -> str:
        """Names this content, date and rules in a few characters, so that a stale click is known as such."""
        return hashlib.sha256(f"{self.key}{self.day}{self.rules.hash}".encode()).hexdigest()[:12]


def _inputs(demonstration: bool, files: tuple[File, ...]) -> job.Inputs:
    def of(role: str) -> list[job.Source]:
        return [job.Source(f.name, f.data) for f in files if f.role == role]

    def demo(*paths: object) -> list[job.Source]:
        return [job.Source.of(str(p)) for p in paths] if demonstration else []

    zones, eu_list = of("zones"), of("eu_list")
    return job.Inputs(
        sites=[*demo(*demonstration_sites()), *of("sites")],
        incidents=[*demo(embedded.DEMONSTRATION_INCIDENTS), *of("incidents")],
        zones=zones[-1] if zones else None,
        boundaries=of("boundaries"),
        coverage=[*demo(embedded.DEMONSTRATION_COVERAGE), *of("coverage")],
        eu_list=eu_list[-1] if eu_list else None,
        door=UPLOAD,
    )


def demonstration() -> Data:
    """What the app opens with, when the address says nothing else."""
    return Data(True, (), DEMONSTRATION_DAY, default_rules())


def demonstration_sites() -> list[object]:
    """The embedded files that hold synthetic sites."""
    return [embedded.DEMONSTRATION_SITES, embedded.DEMONSTRATION_VISITS]


# Streamlit leaves parameters that begin with an underscore out of the key: contents and rules count by their hash.
# A run over 5,000 sites and 10,000 incidents holds 300 MB of evidence, so a session keeps few of them.
@st.cache_resource(max_entries=2, show_spinner=False)
def _load_shared(key: str, _inputs: job.Inputs) -> job.Loaded:
    return job.load(_inputs, sites_needed=False)


@st.cache_resource(max_entries=3, show_spinner=False, scope="session")
def _load_own(key: str, _inputs: job.Inputs) -> job.Loaded:
    return job.load(_inputs, sites_needed=False)


@st.cache_resource(max_entries=60, show_spinner=False)
def _run_shared(key: str, day: dt.date, rules_hash: str, _loaded: job.Loaded, _rules: Rules) -> job.Run:
    return job.run(_loaded, day, _rules)


@st.cache_resource(max_entries=3, show_spinner=False, scope="session")
def _run_own(key: str, day: dt.date, rules_hash: str, _loaded: job.Loaded, _rules: Rules) -> job.Run:
    return job.run(_loaded, day, _rules)


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
        state["address"] = given
        state["q_lang"] = language()
        state["day"] = day_of(given.get("day", "")) or DEMONSTRATION_DAY
        state["q_demonstration"] = given.get("demonstration", "1") != "0"
        state["q_site"] = given.get("site", "")[:300]
        state["files"] = {}
    for key in list(state):
        if str(key).startswith("q_"):
            state[key] = state[key]


def day_of(text: str) -> dt.date | None:
    """The day that an address names; None for anything else."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def day_chosen() -> None:
    """Callback: the date of the sidebar becomes the date of all pages; an emptied field changes nothing."""
    st.session_state["day"] = st.session_state["day_shown"] or st.session_state["day"]


@dataclass(frozen=True)
class Here:
    """The page that is being shown."""

    translate: Translator

    def data(self, *, sites_needed: bool = True) -> Data:
        """Draws the shared part of the sidebar and gives the choice made there.

        Stops the page with a word of what to do when nothing is chosen; a page that brings its own list needs no sites.
        """
        _, state = self.translate, st.session_state
        with st.sidebar:
            # The date is kept apart from its widget: the months of a playing map set it too, outside the sidebar.
            state["day_shown"] = state["day"]
            st.date_input(
                _("As of"),
                key="day_shown",
                on_change=day_chosen,
                min_value=FIRST_DAY,
                max_value=LAST_DAY,
                format="DD/MM/YYYY" if _.language == "fr" else "YYYY-MM-DD",
                help=_("The time of events, not of knowledge: a date in 2014 uses what is known today about 2014."),
            )
            with st.expander(_("Data"), expanded=False, icon=":material/folder_open:"):
                st.toggle(
                    _("Demonstration data"),
                    key="q_demonstration",
                    help=_(
                        "Synthetic sites, visits and incidents on real geography. They say nothing about any place."
                    ),
                )
                self._own_files()
        files = tuple(state["files"].values())
        rules = default_rules()
        own_rules = [f for f in files if f.role == "rules"]
        if own_rules:
            rules = parse_rules(own_rules[-1].data.decode("utf-8-sig", "replace"), own_rules[-1].name)
        if sites_needed and not state["q_demonstration"] and not any(f.role == "sites" for f in files):
            st.info(
                _("No sites are loaded. Switch on the demonstration data, or add a list of sites under Data."),
                icon=":material/upload_file:",
            )
            st.stop()
        return Data(bool(state["q_demonstration"]), files, state["day"], rules)

    def _own_files(self) -> None:
        _, state = self.translate, st.session_state
        st.caption(
            _(
                "Your own files stay in this session's memory and are gone when you close the page. "
                "At most {n} MB each.",
                n=_.number(UPLOAD.file_bytes / 1e6),
            )
        )
        role = st.selectbox(_("Kind of file"), list(ROLES), format_func=lambda r: _(ROLES[r]), key="own_role")
        turn = state.get("upload_turn", 0)
        given = st.file_uploader(_("Add files"), accept_multiple_files=True, key=f"own_{role}_{turn}")
        if given:
            for upload in given:
                if len(state["files"]) >= MAX_FILES:
                    st.warning(_("At most {n} files at a time.", n=MAX_FILES))
                    break
                raw = upload.getvalue()
                digest = hashlib.sha256(raw).hexdigest()
                state["files"][f"{role}/{digest}"] = File(role, upload.name[:MAX_TEXT], digest, raw)
            if role == "sites" and len([f for f in state["files"].values() if f.role == "sites"]) == 1:
                state["mixed"] = True
            state["upload_turn"] = turn + 1
            st.rerun()
        for key, file in list(state["files"].items()):
            st.caption(_(ROLES[file.role]))
            st.button(
                _("Remove {name}", name=markdown(file.name)),
                key=f"drop_{key}",
                icon=":material/close:",
                type="tertiary",
                on_click=state["files"].pop,
                args=(key, None),
            )
        if state["files"] and state["q_demonstration"]:
            st.warning(_("Demonstration data is mixed with your own. Switch it off for a real question."))

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
        wanted |= {k: str(v) for k, v in values.items() if v}
        view = st.query_params.get("view") or state["address"].get("view")
        if view:
            wanted["view"] = view
        if st.query_params.to_dict() != wanted:
            st.query_params.from_dict(wanted)


@contextmanager
def page(*, sidebar: bool = True) -> Iterator[Here]:
    """The frame of a page: state and language before it, and any error told as a sentence with what to do."""
    start()
    st.html(STYLE)
    _ = translator(language())
    st.html(WORDS % (_("Choose files"), _("{n} MB a file", n=_.number(UPLOAD.file_bytes // 1_000_000))))
    if sidebar:
        with st.sidebar:
            st.segmented_control(
                _("Language"),
                list(LANGUAGES),
                format_func=lambda code: LANGUAGES[code],
                key="q_lang",
                label_visibility="collapsed",
                required=True,
            )
    with guard(_):
        yield Here(_)


@contextmanager
def guard(translate: Translator) -> Iterator[None]:
    """Errors of the data are told in words; anything else by a short code that stands in the log too."""
    try:
        yield
    except CahraError as error:
        st.error(markdown(error.sentence(translate)), icon=":material/error:")
        st.stop()
    except Exception as error:
        code = hashlib.sha256(traceback.format_exc().encode()).hexdigest()[:6].upper()
        # Only where it happened: the message may hold rows of a reader's file.
        where = traceback.extract_tb(error.__traceback__)[-1]
        LOG.error("error %s: %s at %s:%s", code, type(error).__name__, where.filename, where.lineno)
        st.error(
            translate(
                "Something went wrong on our side (code {code}). Reload the page; if it stays, report the code.",
                code=code,
            ),
            icon=":material/error:",
        )
        st.stop()


def months(first: dt.date, last: dt.date) -> list[dt.date]:
    """The last day of every month from `first` to `last`.

    Examples
    --------
    >>> months(dt.date(2015, 12, 30), dt.date(2016, 2, 3))
    [datetime.date(2015, 12, 31), datetime.date(2016, 1, 31), datetime.date(2016, 2, 29)]
    """
    return [stamp.date() for stamp in pd.date_range(first, last + pd.offsets.MonthEnd(0), freq="ME")]
