"""100,000 IATI activities read in bounded memory, beside the way of the libraries: the whole document at once.

    .venv/bin/python -m benchmarks.programmes [number of activities]

Each way runs in a process of its own; time is that of the processor (so that other work on the machine does not
count), memory the peak resident size of that process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ACTIVITY = """<iati-activity xml:lang="en" default-currency="USD"><iati-identifier>XX-BENCH-{n}</iati-identifier>
<reporting-org ref="XX-BENCH" type="10"><narrative>Benchmark publisher</narrative></reporting-org>
<title><narrative>Activity {n}</narrative><narrative xml:lang="fr">Activité {n}</narrative></title>
<description type="1"><narrative>{words}</narrative></description>
<participating-org role="1"><narrative>Donor {donor}</narrative></participating-org>
<participating-org role="4"><narrative>Implementer {n}</narrative></participating-org>
<activity-status code="2"/><activity-date type="2" iso-date="20{year:02d}-01-01"/>
<activity-date type="3" iso-date="2030-12-31"/><recipient-country code="CF" percentage="100"/>
<location><name><narrative>Place</narrative></name><administrative vocabulary="A1" level="2" code="U{unit}"/>
<point><pos>{lat:.4f} {lon:.4f}</pos></point><exactness code="1"/></location>
<sector vocabulary="1" code="{sector}"/>
<budget><period-start iso-date="2020-01-01"/><period-end iso-date="2020-12-31"/><value>1000</value></budget>
{transactions}<result type="1"><title><narrative>{words}</narrative></title></result></iati-activity>
"""
TRANSACTION = """<transaction><transaction-type code="2"/><transaction-date iso-date="2020-05-01"/><value>10</value>
</transaction>
"""
SECTORS = ("32210", "32220", "33120", "15210", "11220", "41010")
UNITS = 600


def make(path: Path, count: int) -> None:
    """A file of `count` activities of about 3.5 kB each."""
    with path.open("w", encoding="utf-8") as out:
        out.write('<iati-activities version="2.03">\n')
        for n in range(count):
            out.write(
                ACTIVITY.format(
                    n=n,
                    words="words of a description " * 20,
                    donor=n % 40,
                    year=10 + n % 12,
                    unit=n % UNITS,
                    lat=3 + n % 700 / 100,
                    lon=15 + n % 1100 / 100,
                    sector=SECTORS[n % len(SECTORS)],
                    transactions=TRANSACTION * 10,
                )
            )
        out.write("</iati-activities>\n")


def ours(path: Path) -> dict[str, float]:
    """Read, and set beside 3,000 sites in the same units."""
    import numpy as np
    import pandas as pd

    from geo.programmes.coverage import programme_coverage
    from geo.schema import ASSESSED, conform
    from jobs.programmes.programme_files import read_programmes

    began = time.process_time()
    layer = read_programmes(path)
    read = time.process_time() - began
    at = np.arange(3_000)
    sites = pd.DataFrame(
        {"site_id": [f"S{n}" for n in at], "source": "bench", "country": "CAF", "zone_status": "outside"}
    )
    sites = sites.assign(lon=15 + at % 1100 / 100, lat=3 + at % 700 / 100, workers=10.0, site_class="high-risk")
    sites = conform(sites.assign(admin2=[f"U{n % UNITS}" for n in at]), ASSESSED)
    began = time.process_time()
    result = programme_coverage(sites, layer.programmes, as_of=pd.Timestamp("2021-12-31"))
    pairs = len(result.pairs[0])
    return {"activities": len(layer.frame), "read_s": read, "coverage_s": time.process_time() - began, "pairs": pairs}


def whole(path: Path) -> dict[str, float]:
    """The whole document at once, then every activity: what okfn-iati and iatikit do before they look at anything."""
    import xml.etree.ElementTree as ET

    began = time.process_time()
    found = ET.parse(path).getroot().findall("iati-activity")
    return {"activities": len(found), "read_s": time.process_time() - began}


def main(count: int) -> None:
    """Both ways, each alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xml"
        make(path, count)
        print(f"{count} activities, {path.stat().st_size / 1e6:.0f} MB")
        for method in ("ours", "whole"):
            out = subprocess.run(
                [sys.executable, "-m", "benchmarks.programmes", method, str(path)], capture_output=True, check=True
            )
            print(method, out.stdout.decode().strip())


if __name__ == "__main__":
    if len(sys.argv) == 3:
        figures = {"ours": ours, "whole": whole}[sys.argv[1]](Path(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**{k: round(v, 2) for k, v in figures.items()}, "peak_MB": round(peak)}))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
