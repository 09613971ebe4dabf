"""Dossier and standalone map of sites with hostile names, opened from disk in a real browser: nothing runs or loads."""

from __future__ import annotations

import csv
import datetime as dt
import io

import numpy as np
import pytest

from geo.records.eligible_incidents import incidents_at
from i18n.translator import translator
from jobs.assessment import job
from jobs.assessment.site_dossier import dossier
from jobs.assessment.site_profile import profile
from layers.formats.writers.escape import clean
from layers.maps.geometry import circle
from layers.maps.map import View, ZoneArea, blob, standalone
from layers.reference.rule_files import default_rules
from tests.examples import THOROUGH
from tests.hostile.strings import HOSTILE

DAY = dt.date(2016, 9, 19)
RISKY = (6, 7, 15)
"""Sites whose names end a script, bring an element and leave an attribute: tried each time, each fourth in the long run."""


@pytest.fixture(scope="module")
def hostile():
    """Sites and incidents whose every text field is hostile."""
    sites, incidents = io.StringIO(), io.StringIO()
    rows = csv.writer(sites)
    rows.writerow(["site_id", "name", "lat", "lon", "minerals", "country", "admin1", "admin2"])
    events = csv.writer(incidents)
    events.writerow(
        [
            "source",
            "dataset",
            "dataset_version",
            "record_id",
            "date_start",
            "date_end",
            "date_prec",
            "precision",
            "country",
            "lon",
            "lat",
            "admin1",
            "admin2",
            "deaths_best",
            "deaths_low",
            "deaths_high",
            "kind",
            "actor_a",
            "actor_b",
            "counts",
            "provisional",
            "candidate",
            "restricted",
            "demonstration",
        ]
    )
    for i, text in enumerate(HOSTILE):
        cleaned = clean(text)
        rows.writerow([f"{i} {cleaned}"[:200], cleaned, 4 + i / 20, 16 + i / 20, "diamond", "CAF", cleaned, cleaned])
        event = [
            "demonstration",
            "Demonstration incidents",
            "1",
            f"{i} {cleaned}"[:200],
            "2016-05-01",
            "2016-05-01",
            1,
            1,
        ]
        events.writerow(
            [
                *event,
                "CAF",
                16 + i / 20,
                4 + i / 20,
                cleaned,
                cleaned,
                9,
                9,
                9,
                "state-based",
                cleaned,
                cleaned,
                "true",
                "false",
                "false",
                "false",
                "true",
            ]
        )
    loaded = job.load(
        job.Inputs(
            sites=[job.Source("sites.csv", sites.getvalue().encode())],
            incidents=[job.Source("incidents.csv", incidents.getvalue().encode())],
        )
    )
    return loaded, job.run(loaded, DAY)


def test_dossiers_run_nothing(visit, hostile, tmp_path):
    loaded, run = hostile
    assert len(run.assessment.sites) > 20
    opened = visit("about:blank")
    for row in range(0, len(run.assessment.sites), 4) if THOROUGH else RISKY:
        it = profile(loaded, run, default_rules(), row, DAY)
        page = tmp_path / f"{row}.html"
        page.write_bytes(dossier(translator("fr" if row % 2 else "en"), it, "hash"))
        opened.page.goto(page.as_uri())
        assert opened.page.evaluate("() => window.pwned ?? null") is None
        assert opened.page.locator("img, script, iframe, object").count() == 0
        assert (
            str(it.site["name"])[:20].split("\n")[0].strip()[:10]
            in opened.page.locator("h1").inner_text() + it.site["name"]
        )
        assert [u for u in opened.requests if not u.startswith("file:")] == []


def test_the_standalone_map_runs_nothing(visit, hostile, tmp_path):
    loaded, run = hostile
    sites = run.assessment.sites
    zones = [
        ZoneArea(str(name), "inside_compliant", circle(16 + i / 20, 4 + i / 20, 9000))
        for i, name in enumerate(sites["name"])
    ]
    translate = translator("en")
    inside = blob(
        translate,
        sites=sites,
        incidents=incidents_at(loaded.incidents, np.datetime64(DAY), 36),
        zones=zones,
        notice=HOSTILE[7],
        title=HOSTILE[6],
        details={i: [str(name)] for i, name in enumerate(sites["name"])},
    )
    page = tmp_path / "map.html"
    page.write_bytes(standalone(View(5, 17, 9), translate, inside, HOSTILE[7]))
    opened = visit(page.as_uri())
    opened.page.locator(".cahra-legend").wait_for()
    spots = opened.page.evaluate(
        """() => {
        const m = Object.keys(window).filter(k => /^map_/.test(k)).map(k => window[k]).find(m => m && m._layers);
        const l = Object.values(m._layers).find(l => l.sites && l._pixels);
        const at = i => m.layerPointToContainerPoint([l._pixels.sites[2 * i], l._pixels.sites[2 * i + 1]]);
        const spots = Array.from(l.sites.row).map((_, i) => at(i));
        return spots.filter(q => q.x > 60 && q.y > 60 && q.x < 1000 && q.y < 900).map(q => [q.x, q.y]);
        }"""
    )
    assert len(spots) > 5
    for x, y in spots:
        opened.page.mouse.move(x, y)
        opened.page.mouse.click(x, y)
    assert opened.page.locator(".cahra-heading").inner_text() == HOSTILE[7]
    assert opened.page.locator("img:not(.leaflet-tile)").count() == 0
    assert [u for u in opened.requests if not u.startswith(("file:", "data:"))] == []
