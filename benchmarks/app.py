"""How fast the app is: 5,000 and 50,000 sites, 80 polygons, in a real browser.

    .venv/bin/python -m benchmarks.app            # prints the table of benchmarks/app.md
    .venv/bin/python -m benchmarks.app 5000       # one size only

The data is made here, dropped in as a reader would drop it, and has no meaning.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.scene import SHARED
from geo.records.eligible_incidents import incidents_at
from layers.reference.unit_aliases import unit_aliases

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
POLYGONS = 80
INCIDENTS = 10_000
COLUMNS = (
    "source,dataset,dataset_version,record_id,date_start,date_end,date_prec,precision,country,lon,lat,admin1,admin2,"
    "deaths_best,deaths_low,deaths_high,kind,actor_a,actor_b,counts,provisional,candidate,restricted,demonstration"
)
REGISTER = (
    "unit,country,level,scheme,status,valid_from,valid_to,date_precision,decided_by,source,boundary_version,recorded_at"
)
FRAME = "document.querySelector('iframe').contentWindow"
SPOT = f"""() => {{
  const m = {FRAME}.map, l = Object.values(m._layers).find(l => l.sites && l._pixels), s = m.getSize();
  for (let i = 0; i < l.sites.row.length; i++) {{
    const q = m.layerPointToContainerPoint([l._pixels.sites[2 * i], l._pixels.sites[2 * i + 1]]);
    if (q.x > 80 && q.x < s.x - 320 && q.y > 80 && q.y < s.y - 80) return [q.x, q.y];
  }}
  return null;
}}"""
DRAWN = (
    "() => { const f = document.querySelector('iframe'); if (!f || !f.contentWindow.map) return 0;"
    " const l = Object.values(f.contentWindow.map._layers).find(l => l.sites);"
    " return l && l._pixels ? l.sites.row.length : 0; }"
)
IDLE = (
    "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    " && !document.querySelector('[data-testid=stStatusWidgetRunningIcon], [data-testid=stSpinner]')"
)
TIMEOUT_MS = 400_000


def sites_csv(n: int) -> bytes:
    rng = np.random.default_rng(1)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["site_id", "name", "lat", "lon", "minerals", "country", "admin1", "admin2", "coord_precision_km"])
    minerals = ["gold", "diamond", "gold;diamond", "cassiterite"]
    lon, lat = rng.uniform(15, 27, n), rng.uniform(4, 10, n)
    for i in range(n):
        unit = f"Unit {int((lon[i] - 15) / 1.2) + 10 * int((lat[i] - 4) / 0.75):02}"
        writer.writerow(
            [f"B{i:06}", f"Bench pit {i}", f"{lat[i]:.5f}", f"{lon[i]:.5f}", minerals[i % 4], "CAF", "Bench", unit, 0.1]
        )
    return out.getvalue().encode()


def incidents_csv(n: int) -> bytes:
    rng = np.random.default_rng(2)
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(COLUMNS + "\n")
    days = np.datetime64("2014-01-01") + rng.integers(0, 1000, n)
    for i in range(n):
        deaths = int(rng.integers(1, 20))
        kind = ("state-based", "non-state", "one-sided")[i % 3]
        what = ["bench", "Bench incidents", "1", f"E{i:06}", days[i], days[i], 1, 1 + i % 2, "CAF"]
        where = [f"{rng.uniform(15, 27):.4f}", f"{rng.uniform(4, 10):.4f}", "", ""]
        writer.writerow(
            [*what, *where, deaths, deaths, deaths, kind, "A", "B", "true", "false", "false", "false", "true"]
        )
    return out.getvalue().encode()


def boundaries_geojson() -> bytes:
    features = []
    for row in range(8):
        for column in range(10):
            west, south = 15 + 1.2 * column, 4 + 0.75 * row
            ring = [[west, south], [west + 1.2, south], [west + 1.2, south + 0.75], [west, south + 0.75], [west, south]]
            features.append(
                {"type": "Feature", "properties": {"shapeName": f"Unit {column + 10 * row:02}"},
                 "geometry": {"type": "Polygon", "coordinates": [ring]}}
            )  # fmt: skip
    value = {"type": "FeatureCollection", "name": "bench_adm2", "boundaryYearRepresented": "2015", "features": features}
    return json.dumps(value).encode()


def zones_csv() -> bytes:
    lines = [REGISTER]
    lines.append("CAF,CAF,country,KP,restricted,2013-05-23,2024-11-15,day,KP,bench,,2026-01-01")
    statuses = ("compliant", "monitored", "priority", "suspended")
    lines += [
        f"Unit {i:02},CAF,admin2,KP,{statuses[i % 4]},2013-05-23,,day,KP,bench,,2026-01-01" for i in range(POLYGONS)
    ]
    return "\n".join(lines).encode()


def python_part(n: int) -> dict[str, float]:
    """Seconds and bytes of what Python does when a filter changes, without a browser."""
    import datetime as dt

    from i18n.translator import translator
    from jobs.assessment import job
    from jobs.assessment.site_filters import Filters
    from jobs.run_options import later
    from layers.formats.limits import UPLOAD
    from layers.maps import map_content
    from layers.maps.map import DataLayer, blob

    began = time.perf_counter()
    loaded = job.load(
        job.Inputs(
            sites=[job.Source("sites.csv", sites_csv(n))],
            incidents=[job.Source("incidents.csv", incidents_csv(INCIDENTS))],
            boundaries=[job.Source("bench_adm2.geojson", boundaries_geojson())],
            zones=job.Source("zones.csv", zones_csv()),
            country="CAF",
            gateway=UPLOAD,
        )
    )
    read = time.perf_counter() - began
    day = dt.date(2016, 9, 19)
    took = []
    for later_by in range(4):
        began = time.perf_counter()
        run = job.run(loaded, day + dt.timedelta(days=later_by), engine=later(loaded))
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    run.assessment.evidence_of(0)
    opened = time.perf_counter() - began
    at = np.datetime64(day)

    def map_of(sites: pd.DataFrame) -> int:
        content = blob(
            translator("en"),
            sites=sites,
            incidents=incidents_at(loaded.incidents, at, 36),
            zones=map_content.zone_areas(loaded.zones, loaded.boundaries, at, unit_aliases()),
            run="bench",
        )
        return len(DataLayer(content).blob)

    best, sites = float("inf"), run.assessment.sites
    for mineral in ("gold", "diamond", "gold", "diamond"):
        began = time.perf_counter()
        map_of(sites[Filters(minerals=(mineral,)).apply(sites, run.rules)])
        best = min(best, time.perf_counter() - began)
    own = {"assess": took[0], "again": statistics.median(took[1:]), "site": opened}
    return {"read": read, **own, "filter": best, "kb": map_of(sites) / 1e3}


def frames_of_car() -> tuple[float, float] | None:
    """Months of the real Central African sites that Python has ready in a second, by clock and by processor time."""
    if not SHARED.is_dir():
        return None
    import datetime as dt

    from i18n.translator import translator
    from jobs.assessment import job
    from jobs.run_options import later
    from layers.maps import map_content
    from layers.maps.map import blob

    loaded = job.load(
        job.Inputs(
            sites=[job.Source.of(SHARED / "mines/ipis_car_destinations_lines.geojson")],
            incidents=[job.Source.of(SHARED / "conflict/ucdp_ged_23_1_car.geojson")],
            boundaries=[job.Source.of(SHARED / "admin/caf_admin2_cod_ab_v201506.geojson")],
        )
    )
    months = [dt.date(2013 + k // 12, k % 12 + 1, 28) for k in range(25)]
    began, busy = 0.0, 0.0
    for k, day in enumerate(months):
        if k == 1:
            began, busy = time.perf_counter(), time.process_time()
        sites = job.run(loaded, day, engine=later(loaded)).assessment.sites
        at = np.datetime64(day)
        blob(
            translator("en"),
            sites=sites,
            incidents=incidents_at(loaded.incidents, at, 36),
            zones=map_content.zone_areas(loaded.zones, loaded.boundaries, at, unit_aliases()),
            lines=map_content.trade_lines([s.routes for s in loaded.sites]),
            run="bench",
        )
    shown = len(months) - 1
    return shown / (time.perf_counter() - began), shown / (time.process_time() - busy)


def in_browser(n: int, folder: Path) -> dict[str, float]:
    """Seconds that a reader waits."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "cli", "app", "--server.port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    files = {
        "Boundaries of districts or regions": ("bench_adm2.geojson", boundaries_geojson()),
        "Zone register": ("zones.csv", zones_csv()),
        "Incidents (UCDP, ACLED)": ("incidents.csv", incidents_csv(INCIDENTS)),
        "Mine sites (list, IPIS visits, trade lines)": ("sites.csv", sites_csv(n)),
    }
    took: dict[str, float] = {}
    try:
        for _ in range(480):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 1400, "height": 1000}, locale="en-GB")
            page.set_default_timeout(TIMEOUT_MS)

            def wait_for(count: str) -> None:
                page.wait_for_function(f"() => {{ const n = ({DRAWN})(); return {count}; }}", timeout=TIMEOUT_MS)

            began = time.perf_counter()
            page.goto(url)
            wait_for("n > 0")
            took["first map, cold"] = time.perf_counter() - began
            began = time.perf_counter()
            page.reload()
            wait_for("n > 0")
            took["first map, warm"] = time.perf_counter() - began
            side = page.get_by_test_id("stSidebarUserContent")
            side.get_by_text("Data", exact=True).first.click()
            paths = {name: folder / name for name, _ in files.values()}
            for name, content in files.values():
                paths[name].write_bytes(content)
            mine = paths.pop("sites.csv")
            for dropped in ([*paths.values()], [mine]):
                began = time.perf_counter()
                side.locator("input[type=file]").first.set_input_files(dropped)
                for path in dropped:
                    page.get_by_role("button", name=f"Remove {path.name}").wait_for()
                side.get_by_text("… being read").first.wait_for(state="detached")
                if mine not in dropped:  # the last one is dropped when the page has nothing left to do
                    page.wait_for_function(IDLE, timeout=TIMEOUT_MS)
                    page.wait_for_timeout(1000)
            wait_for(f"n > {n * 0.9}")
            took["last file dropped to map"] = time.perf_counter() - began
            page.wait_for_timeout(3000)
            page.evaluate(f"() => {{ {FRAME}.map.setView([6, 19], 9, {{animate: false}}); }}")
            began = time.perf_counter()
            page.get_by_label("Search name, id or district").fill("pit 1")
            page.keyboard.press("Enter")
            wait_for(f"n > 0 && n < {n * 0.6}")
            took["filter to map"] = time.perf_counter() - began
            took["zoom kept"] = float(page.evaluate(f"() => {FRAME}.map.getZoom() === 9"))
            page.wait_for_timeout(2000)
            spot = page.evaluate(SPOT)
            began = time.perf_counter()
            page.frame_locator("iframe").first.locator("#map_div").click(position={"x": spot[0], "y": spot[1]})
            page.get_by_role("button", name="Open this site").wait_for()
            took["click to answer"] = time.perf_counter() - began
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)
    return took


def main() -> None:
    import tempfile

    sizes = [int(a) for a in sys.argv[1:]] or [5_000, 50_000]
    print(f"| {POLYGONS} polygons | " + " | ".join(f"{n:,} sites, {INCIDENTS:,} incidents" for n in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    rows: dict[str, list[str]] = {}
    for n in sizes:
        alone = python_part(n)
        with tempfile.TemporaryDirectory() as folder:
            seen = in_browser(n, Path(folder))
        for label, value in (
            ("Python: files read [s]", f"{alone['read']:.2f}"),
            ("Python: assessed at the first date [s]", f"{alone['assess']:.2f}"),
            ("Python: assessed at a new date [s]", f"{alone['again']:.2f}"),
            ("Python: evidence of a site, when its page opens [s]", f"{alone['site']:.2f}"),
            ("Python: filter change, map ready to send [s]", f"{alone['filter']:.3f}"),
            ("payload of the map, all sites [kB]", f"{alone['kb']:.0f}"),
            *((f"browser: {k} [s]", f"{v:.1f}") for k, v in seen.items() if k != "zoom kept"),
            ("browser: zoom kept after a filter", "yes" if seen["zoom kept"] else "no"),
        ):
            rows.setdefault(label, []).append(value)
    for label, values in rows.items():
        print(f"| {label} | " + " | ".join(values) + " |")
    if played := frames_of_car():
        print(f"\nPlaying the real Central African sites, Python's part: {played[0]:.1f} months a second by the clock,")
        print(f"{played[1]:.1f} by processor time.")


if __name__ == "__main__":
    main()
