"""The demonstration data, read once, for tests of what pages show."""

from __future__ import annotations

import datetime as dt

import pytest

from layers import embedded, job

DAY = dt.date(2016, 9, 19)


@pytest.fixture(scope="session")
def loaded() -> job.Loaded:
    return job.load(
        job.Inputs(
            sites=[job.Source.of(embedded.DEMONSTRATION_SITES), job.Source.of(embedded.DEMONSTRATION_VISITS)],
            incidents=[job.Source.of(embedded.DEMONSTRATION_INCIDENTS)],
            coverage=[job.Source.of(embedded.DEMONSTRATION_COVERAGE)],
        )
    )


@pytest.fixture(scope="session")
def run(loaded) -> job.Run:
    return job.run(loaded, DAY)
