"""Small frames in the project's schema, for tests of maps and pages."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.schema import ASSESSED, CLASSES, INCIDENTS, ZONE_STATUSES, conform


def assessed(n: int = 20, names: tuple[str, ...] | None = None) -> pd.DataFrame:
    """`n` assessed sites around Berbérati, classes and zone statuses in turn."""
    rng = np.random.default_rng(7)
    names = names or tuple(f"Site {i}" for i in range(n))
    n = len(names)
    frame = pd.DataFrame(
        {
            "site_id": [f"S{i:05}" for i in range(n)],
            "name": list(names),
            "lon": 15.8 + rng.normal(0, 1, n),
            "lat": 4.3 + rng.normal(0, 1, n),
            "site_class": [CLASSES[i % 4] for i in range(n)],
            "zone_status": [ZONE_STATUSES[i % 7] for i in range(n)],
            "as_of": pd.Timestamp("2016-09-19"),
            "demonstration": True,
            "source": "test",
        }
    )
    return conform(frame, ASSESSED)


def incidents(n: int = 50) -> pd.DataFrame:
    """`n` incidents around Berbérati, precision 1 to 6 and kinds in turn."""
    rng = np.random.default_rng(8)
    days = pd.Timestamp("2014-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    frame = pd.DataFrame(
        {
            "source": "ucdp",
            "record_id": [str(i) for i in range(n)],
            "date_start": days,
            "date_end": days,
            "precision": np.arange(n) % 6 + 1,
            "lon": 15.8 + rng.normal(0, 1, n),
            "lat": 4.3 + rng.normal(0, 1, n),
            "deaths_best": rng.integers(0, 40, n).astype(float),
            "kind": [("state-based", "non-state", "one-sided", "Battles")[i % 4] for i in range(n)],
        }
    )
    return conform(frame, INCIDENTS)
