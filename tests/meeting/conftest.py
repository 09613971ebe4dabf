"""What several files for a meeting are made of."""

from __future__ import annotations

import pytest

from i18n.translator import translator
from jobs.assessment import job as assessment
from jobs.meeting.subject import Subject
from views.data_choice import DEMONSTRATION_DAY, demonstration


@pytest.fixture(scope="session")
def demo() -> Subject:
    """The demonstration in French."""
    loaded = assessment.load(demonstration().inputs())
    return Subject.of(loaded, assessment.run(loaded, DEMONSTRATION_DAY), translator("fr"))
