"""The demonstration, assessed: what a reader sees on the day on which the app opens."""

from __future__ import annotations

import datetime as dt

from geo.schema import CLASSES
from jobs.assessment import job
from layers.reference import files


def test_all_four_classes_and_both_kinds_of_zones_are_there_on_the_first_day() -> None:
    source = job.Source.of
    loaded = job.load(
        job.Inputs(
            sites=[source(files.DEMONSTRATION_SITES)],
            incidents=[source(files.DEMONSTRATION_INCIDENTS)],
            coverage=[source(files.DEMONSTRATION_COVERAGE)],
        )
    )
    sites = job.run(loaded, dt.date(2016, 9, 19)).assessment.sites
    assert set(sites["site_class"]) == set(CLASSES)
    assert {"H1", "H2", "H4", "C1", "H11"} <= set(sites["rules_fired"].str.split(";").explode())
    assert {"inside_compliant", "inside_monitored", "outside", "not_applicable", "unknown"} <= set(sites["zone_status"])
    compliant = sites[sites["zone_status"] == "inside_compliant"]
    assert {"conflict-affected", "high-risk", "no indicators found"} <= set(compliant["site_class"])
    assert sites["demonstration"].all()
