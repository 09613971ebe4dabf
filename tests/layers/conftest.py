"""The demonstration data, read once, for tests of what pages show."""

from __future__ import annotations

import datetime as dt

import pytest

from jobs.assessment import job
from layers.reference import files

DAY = dt.date(2016, 9, 19)


@pytest.fixture(scope="session")
def loaded() -> job.Loaded:
    return job.load(
        job.Inputs(
            sites=[job.Source.of(files.DEMONSTRATION_SITES), job.Source.of(files.DEMONSTRATION_VISITS)],
            incidents=[job.Source.of(files.DEMONSTRATION_INCIDENTS)],
            coverage=[job.Source.of(files.DEMONSTRATION_COVERAGE)],
        )
    )


@pytest.fixture(scope="session")
def run(loaded) -> job.Run:
    return job.run(loaded, DAY)
