"""The escaping functions, judged by a real JavaScript engine, a real Jinja and an HTML parser."""

from __future__ import annotations

import html as std_html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.formats.writers import escape
from tests.hostile.strings import HOSTILE

NODE = shutil.which("node")


class Text(HTMLParser):
    """Collects text and notes every tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.attributes = "", [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data):
        self.text += data


def run_js(lines: list[str]) -> list[object]:
    """Each JavaScript expression's value, from a real engine."""
    program = "const out=[];" + "".join(f"out.push(({line}));" for line in lines)
    program += "process.stdout.write(JSON.stringify({out, pwned: globalThis.pwned ?? null}))"
    done = subprocess.run([NODE, "-e", "globalThis.window=globalThis;" + program], capture_output=True, check=True)
    members = json.loads(done.stdout)
    assert members["pwned"] is None
    return members["out"]


@pytest.mark.skipif(NODE is None, reason="node is not installed; the browser test covers the same")
def test_a_template_literal_evaluates_to_the_text_itself():
    assert run_js([f"`{escape.template_literal(s)}`" for s in HOSTILE]) == [escape.clean(s) for s in HOSTILE]


@pytest.mark.skipif(NODE is None, reason="node is not installed; the browser test covers the same")
def test_a_json_blob_read_by_a_real_engine_gives_the_value_back():
    got = run_js([escape.json_blob({"name": s}) for s in HOSTILE])
    assert got == [{"name": s.replace("\ud800", "\ufffd")} for s in HOSTILE]


@pytest.mark.skipif(NODE is None, reason="node is not installed; the browser test covers the same")
def test_html_inside_a_template_literal_is_left_alone_by_the_engine():
    assert run_js([f"`{escape.html(s)}`" for s in HOSTILE]) == [escape.html(s) for s in HOSTILE]


@pytest.mark.parametrize("text", HOSTILE)
def test_html_makes_no_tag_and_shows_the_text(text):
    parser = Text()
    parser.feed(f"<p>{escape.html(text)}</p>")
    parser.close()
    assert parser.tags == ["p"]
    assert parser.text == escape.clean(text)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_an_attribute_stays_one_attribute(text, quote):
    parser = Text()
    parser.feed(f"<p title={quote}{escape.attribute(text)}{quote}>x</p>")
    assert parser.attributes == [("title", escape.clean(text))]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_a_jinja_template(text):
    for escaped in (
        escape.html(text),
        escape.attribute(text),
        escape.template_literal(text),
        escape.json_blob([text, {"a": text}]),
    ):
        assert jinja2.Template(escaped, keep_trailing_newline=True).render() == escaped


@given(st.text())
def test_any_text_survives_html_literal_and_blob(text):
    assert std_html.unescape(escape.html(text)).replace("\r", "") == escape.clean(text).replace("\r", "")
    assert not set("<>`${}\\\"'") & set(escape.html(text))
    assert not set("<>`${}\"'&\n\u2028") & set(escape.template_literal(text))
    blob = escape.json_blob({"x": [text, {text: 1}]})
    assert not any(bad in blob for bad in ("<", ">", "&", "{{", "{%", "{#", "\u2028"))
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert json.loads(blob) == {"x": [text, {text: 1}]}


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_leaves_no_active_character(text):
    shown = escape.markdown(text)
    assert "\n" not in shown
    bare = shown
    for c in "\\`*_{}[]()<>#+-.!|~$:^=&\"'":
        bare = bare.replace("\\" + c, "")
    assert not set(bare) & set("\\`*_{}[]()<>#!|~$:&")
    assert "https:" not in shown.replace("\\", "")
    assert "www." not in shown.replace("\\", "")


def test_a_blob_refuses_what_json_has_not():
    with pytest.raises(ValueError, match="Out of range"):
        escape.json_blob([float("nan")])


def test_nothing_else_escapes_by_hand():
    root = Path(escape.__file__).resolve().parents[3]
    own = [p for folder in ("geo", "i18n", "jobs", "layers", "views") for p in (root / folder).rglob("*.py")]
    for path in [root / "app.py", *own]:
        source = path.read_text(encoding="utf-8")
        if path.name != "escape.py":
            assert not re.search(r"html\.escape|markupsafe|unsafe_allow_html", source), path.name
