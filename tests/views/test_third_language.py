"""A language is one catalogue: pages, exports and messages in a made-up one hold no word that is not in its letters."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable

import pytest

from geo.errors import InputError
from i18n.languages import offered
from i18n.translator import translator
from jobs.assessment.site_dossier import dossier
from jobs.assessment.site_profile import profile
from jobs.sensitivity.job import run as sensitivity
from jobs.verification import Verification
from layers.formats.reasons import REASONS, Reason
from tests import pseudo_language
from tests.third_language import left, names, third  # noqa: F401  (fixtures)
from tests.views.test_pages import PAGES_HERE, opened
from views.data_choice import demonstration

pytestmark = pytest.mark.usefixtures("third")
EACH_TIME = ("explore.py", "site.py", "decision_tree.py", "sensitivity.py", "programmes.py")
"""Pages of the short run."""
KINDS = (
    "title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error", "success", "expander",
    "button", "selectbox", "multiselect", "toggle", "checkbox", "slider", "select_slider", "text_input",
    "number_input", "text_area", "button_group", "metric", "html", "tab", "file_uploader",
)  # fmt: skip


def texts_of(app) -> Iterable[str]:
    """What stands on a page: labels, texts, options, and the headings and words of tables."""
    for kind in KINDS:
        for e in app.get(kind):
            given = [getattr(e, a, None) for a in ("label", "help", "placeholder")]
            # The value of what has options is a code; what is shown of it stands among the options.
            given += [] if getattr(e, "options", None) else [getattr(e, "value", None)]
            given += [getattr(getattr(e, "proto", None), a, None) for a in ("label", "help", "placeholder", "body")]
            yield from (t for t in given if isinstance(t, str))
            yield from (str(o) for o in getattr(e, "options", ()) or ())
    for e in app.dataframe:
        settings = json.loads(e.proto.columns or "{}")
        yield from (c["label"] for c in settings.values() if isinstance(c, dict) and c.get("label"))
        shown = [str(c) for c in (e.proto.column_order or e.value.columns)]
        yield from (c for c in shown if c not in settings)
        for name in shown:
            column = e.value[name] if name in e.value.columns else ()
            yield from set(map(str, column)) - {"nan", "NaT", "None", "<NA>", "True", "False"}


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=() if p in EACH_TIME else pytest.mark.slow) for p in PAGES_HERE]
)
def test_a_page_has_no_word_outside_the_catalogue(page, names):  # noqa: F811
    app = opened(page, lang=pseudo_language.CODE, site="demonstration|DEMO-001", place="4.3,16.0")
    assert not app.exception
    assert [e.value for e in app.error] == []
    said = list(texts_of(app))
    assert len(said) > 20
    assert left(said, names) == set()


def test_what_is_not_translated_would_be_found(names):  # noqa: F811
    assert {w for w, _ in left(["<p>Nothing <b>here</b></p>", "DEMO-001 run.json `x y z`"], names)} == {
        "Nothing",
        "here",
    }


def test_exports_have_no_word_outside_the_catalogue(names):  # noqa: F811
    _ = translator(pseudo_language.CODE)
    data = demonstration()
    found = data.run()
    it = profile(data.loaded(), found, data.rules, 0, data.day)
    page = dossier(_, it, "0123456789abcdef").decode()
    assert left([page], names) == set()


def test_messages_have_no_word_outside_the_catalogue(names):  # noqa: F811
    _ = translator(pseudo_language.CODE)
    loaded = demonstration().loaded()
    sentences = [Reason(r).sentence(_) for r in REASONS]
    study = sensitivity(loaded, dt.date(2016, 9, 19), first=dt.date(2016, 9, 1), draws=1)
    sentences += [note.sentence(_) for note in study.summary()]
    of_verify = Verification(job="cahra", signed_by="0" * 64, withheld=2, unproven={"sites.csv": ("3", "4")})
    sentences += [line.sentence(_) for line in of_verify.lines()]
    sentences.append(
        InputError("No site has a known outcome at any of the dates.", expected="at least one file").sentence(_)
    )
    assert len(sentences) > 60
    assert left(sentences, names) == set()


def test_every_language_writes_a_day_in_letters_that_fields_and_sheets_know():
    forms = {language: translator(language).date_form for language in offered()}
    assert forms["en"] == "YYYY-MM-DD"
    assert forms["fr"] == "DD/MM/YYYY"
    for form in forms.values():
        assert sorted(re.split(r"[-/.]", form)) == ["DD", "MM", "YYYY"]
