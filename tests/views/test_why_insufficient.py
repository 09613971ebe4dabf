"""Why sites are insufficient: counted, filtered by, and each cause with what would help; in both languages."""

from __future__ import annotations

import pytest

from geo.rules.coverage_gaps import AREA_GAPS, GAPS
from i18n.evidence_messages import REASONS
from i18n.gap_labels import REMEDIES, SHORT, remedy_of
from i18n.translator import translator
from jobs.assessment.site_filters import Filters
from jobs.assessment.why_insufficient import GAP_COLUMN, causes, uncovered_neighbours
from tests.views.test_pages import SITES, opened, own, texts
from views.data_choice import demonstration


def test_every_cause_has_a_word_and_a_remedy_of_its_own_in_both_languages():
    french = translator("fr")
    for code in {*GAPS, *AREA_GAPS}:
        assert len(SHORT[code]) <= 35
        assert REMEDIES[code].sentence(french) != str(REMEDIES[code])
        assert french(SHORT[code])
    for code in REASONS:
        assert remedy_of("rule_unknown", code).sentence(french) != str(remedy_of("rule_unknown", code)), code


@pytest.fixture(scope="module")
def sites():
    data = demonstration()
    return data.run().assessment.sites


@pytest.mark.parametrize("answer", list(GAP_COLUMN))
def test_a_cause_counts_the_sites_that_its_filter_shows(sites, answer):
    rules = demonstration().rules
    name = {"site_class": "gaps", "area_class": "area_gaps"}[answer]
    calm = sites.assign(site_class="no indicators found", area_class="no indicators found")
    assert causes(calm, answer) == []
    found = causes(sites, answer)
    for cause in found:
        keep = Filters(**{name: (cause.code,)}).apply(sites, rules)
        assert keep.sum() == cause.sites > 0
        assert set(sites.loc[keep, answer]) == {"insufficient data"}
    counts = [cause.sites for cause in found]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) >= (sites[answer] == "insufficient data").sum()


def test_a_gap_beside_a_rule_that_fired_is_no_cause(sites):
    fired = sites.assign(site_class="high-risk", gaps="not_covered")
    assert causes(fired, "site_class") == []
    assert not Filters(gaps=("not_covered",)).apply(fired, demonstration().rules).any()


def test_causes_go_into_the_link_and_nothing_else_does():
    f = Filters(gaps=("not_covered",), area_gaps=("admin1_not_loaded",))
    assert Filters.of(f.address()) == f
    assert Filters.of({"gaps": "not_covered~<script>", "area_gaps": "nonsense"}) == Filters(gaps=("not_covered",))
    assert f.without_causes() == Filters()


def test_a_switch_of_a_cause_filters_the_page_and_the_remedy_is_said():
    app = own("sites", "mine.csv", SITES)
    pills = next(p for p in app.get("button_group") if p.key == "why_gaps")
    assert pills.options == ["coverage 1"]
    assert "1 site with insufficient data, because of" in pills.label
    assert "Add incidents that cover the country" in texts(app)
    app = own("sites", "mine.csv", SITES, lang="fr")
    pills = next(p for p in app.get("button_group") if p.key == "why_gaps")
    assert "données insuffisantes" in pills.label
    assert "Ajoutez des incidents" in texts(app)


def test_a_cause_of_the_address_is_chosen_and_shown():
    app = opened("explore.py", gaps="no_coordinates")
    assert app.session_state["q_gaps"] == ["no_coordinates"]
    assert "\n4 sites of " in texts(app)
    assert app.query_params["gaps"] == "no_coordinates"


@pytest.mark.real_data
def test_neighbours_that_are_not_covered_are_named(shared_data):
    import datetime as dt

    from jobs.assessment import job
    from layers.reference.rule_files import default_rules

    loaded = job.load(
        job.Inputs(
            sites=[job.Source.of(shared_data / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[job.Source.of(shared_data / "conflict/ucdp_ged_23_1_car.geojson")],
        )
    )
    day, rules = dt.date(2016, 9, 19), default_rules()
    sites = job.run(loaded, day, rules).assessment.sites
    missing = uncovered_neighbours(loaded, sites, day, rules)
    assert missing == ("CMR", "COG")
    (cause,) = causes(sites, "site_class", missing)
    assert (cause.code, cause.sites) == ("neighbour_uncovered", 23)
    assert "Cameroun" in cause.remedy.sentence(translator("fr"))
    assert "Cameroon" in cause.remedy
