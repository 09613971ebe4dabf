"""Filters: each does what it says, and an address brings them back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.schema import CLASSES
from i18n.labels import DISAGREEMENTS
from jobs.assessment.site_filters import Filters, gravest_first
from layers.reference.rule_files import default_rules

RULES = default_rules()


@pytest.mark.parametrize(
    ("filters", "column", "allowed"),
    [
        (Filters(classes=("high-risk",)), "site_class", {"high-risk"}),
        (Filters(zones=("outside", "unknown")), "zone_status", {"outside", "unknown"}),
        (Filters(countries=("CAF",)), "country", {"CAF"}),
        (Filters(armed=("non_state", "")), "armed_presence", {"non_state", ""}),
        (Filters(sources=("demonstration",)), "source", {"demonstration"}),
        (Filters(areas=("high-risk",)), "area_class", {"high-risk"}),
        (Filters(facts=("kp_restricted",)), "kp_restricted", {True}),
        (Filters(facts=("mercury",)), "mercury", {True}),
        (Filters(facts=("sources_disagree",)), "sources_disagree", set(DISAGREEMENTS)),
    ],
)
def test_a_filter_keeps_its_values_and_all_of_them(run, filters, column, allowed):
    sites = run.assessment.sites
    keep = filters.apply(sites, RULES)
    assert set(sites.loc[keep, column]) <= allowed
    assert keep.sum() == sites[column].isin(allowed).sum() > 0


def test_minerals_rules_and_text_look_inside_lists_and_names(run):
    sites = run.assessment.sites
    gold = Filters(minerals=("gold",)).apply(sites, RULES)
    assert gold.sum() == sites["minerals"].str.contains(r"\bgold\b").sum()
    assert set(sites.loc[Filters(rules=("H1",)).apply(sites, RULES), "rules_fired"].str.contains("H1")) == {True}
    area_rule = sites["area_rules_fired"].str.split(";").explode().replace("", None).dropna().iloc[0]
    kept = sites.loc[Filters(rules=(area_rule,)).apply(sites, RULES), "area_rules_fired"]
    assert kept.str.split(";").map(lambda ids: area_rule in ids).all()
    assert (
        Filters(text="berberati").apply(sites, RULES).sum() == Filters(text="BERBÉRATI").apply(sites, RULES).sum() > 0
    )


def test_ages_of_visits_cut_where_they_say(run):
    sites = run.assessment.sites
    days = sites["visit_age_days"]
    assert Filters(age="none").apply(sites, RULES).sum() == days.isna().sum()
    assert (days[Filters(age="12").apply(sites, RULES)] <= 366).all()
    assert (days[Filters(age="24").apply(sites, RULES)] <= 731).all()
    assert (days[Filters(age="old").apply(sites, RULES)] > 1826).all()


def test_a_list_goes_by_class_and_within_a_class_by_intensity(run):
    listed = gravest_first(run.assessment.sites)
    assert sorted(listed.index) == sorted(run.assessment.sites.index)
    rank = listed["site_class"].map({c: i for i, c in enumerate(CLASSES)})
    assert rank.is_monotonic_increasing
    for _cls, part in listed.groupby("site_class"):
        assert part["incident_intensity"].fillna(-1.0).is_monotonic_decreasing


def test_an_area_holds_its_edge_and_no_site_without_a_position(run):
    sites = run.assessment.sites
    keep = Filters(area=((-180, -90), (180, -90), (180, 90), (-180, 90))).apply(sites, RULES)
    assert keep.sum() == sites["lon"].notna().sum() < len(sites)


def test_the_parts_of_the_tree_are_all_sites_once(run):
    from jobs.assessment.decision_tree import first_of

    sites = run.assessment.sites
    parts = [Filters(first=(key,)).apply(sites, RULES) for key in first_of(sites, RULES).unique()]
    assert sum(p.sum() for p in parts) == len(sites)


texts = st.text(st.characters(exclude_characters="~", exclude_categories=("Cs",)), min_size=1, max_size=20).filter(
    lambda t: t != "-"
)


@given(st.lists(texts, max_size=4).map(tuple), st.sampled_from(["", "12", "none"]))
def test_an_address_brings_filters_back(names, age):
    filters = Filters(admin2=names, age=age, minerals=("gold", ""))
    assert Filters.of(filters.address()) == filters


@given(st.dictionaries(st.sampled_from(["classes", "zones", "area", "age", "text", "admin1"]), st.text(max_size=60)))
def test_no_address_breaks_the_page(address):
    Filters.of(address)
