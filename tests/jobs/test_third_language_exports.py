"""Every file that a job writes and every line that it says, in a made-up language: no word that is not in its letters."""

from __future__ import annotations

import pytest

import cli
from geo.messages import spoken
from i18n.translator import translator
from tests import pseudo_language
from tests.jobs.edited_results import JOBS, options
from tests.third_language import left, of_file, third, words_of_data  # noqa: F401  (a fixture)

OF_THE_TEST = "adm routes traceability rcm status lon lat screened people blue Own mine Other mine No place BAD papers seen A. Reader Rule of law Courts fifty shapeName shapeID shapeGroup shapeType"
"""Data, ids and datasets of tests.jobs.edited_results, and columns of a publisher."""


@pytest.fixture(scope="module")
def given(third, tmp_path_factory):  # noqa: F811
    return options(tmp_path_factory.mktemp("given"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@pytest.mark.parametrize("job", JOBS)
def test_the_files_and_the_summary_of_a_job_have_no_word_outside_the_catalogue(job, given, tmp_path):
    args = cli.parser().parse_args([job, *given[job], "--out", "x"])
    result = args.make(args)
    files = result.files(pseudo_language.CODE)
    words = words_of_data(OF_THE_TEST)
    found = []
    for name, data in files.items():
        if name == "data_cards.html" and b"lang='ka'" not in data[:40]:
            continue  # a result without a language of its own has them in each finished one
        if outside := left(of_file(name, data, tmp_path), words):
            found += [(name, *one) for one in sorted(outside)]
    _ = translator(pseudo_language.CODE)
    lines = [str(spoken(line, _)) for line in result.summary(pseudo_language.CODE)]
    columns = _("  Columns: {taken}. None was left unused.").partition("{")[0]
    if outside := left((line for line in lines if not line.startswith(columns)), words):  # names of columns are data
        found += [("summary", *one) for one in sorted(outside)]
    assert not found, "\n".join(map(str, found))


def test_a_file_is_read_as_a_person_sees_it(tmp_path):
    assert left(of_file("page.html", b"<p>Seen</p><style>no</style>", tmp_path), set()) == {("Seen", "Seen")}
    assert list(of_file("sites.csv", b"why_en\nSeen\n", tmp_path)) == []
