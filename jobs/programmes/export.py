"""`cahra coverage`: sites, incidents and programmes in; coverage, gaps, overlaps, units, a map and a record out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.programmes.coverage import ProgrammeCoverage, programme_coverage
from geo.programmes.prioritise import rank, units_as_candidates
from geo.programmes.schema import TYPES, Programmes
from geo.rules.rule_set import Rules
from geo.schema import REJECTED, conform
from i18n.translator import N_, translator
from jobs.assessment import job
from jobs.assessment.export import plain_types
from jobs.programmes.programme_files import ProgrammeLayer, read_programme_files
from jobs.programmes.types import TypeMap, labels, type_map
from jobs.run_record import sealed
from layers.formats import LOCAL, Door
from layers.formats.writers.write import csv_bytes
from layers.reference.unit_aliases import unit_aliases

_RANDOM = re.compile(rb"_[0-9a-f]{32}(?![0-9a-zA-Z])")

RANKED = 20
"""Units in the list of those that would close most of the gap."""

HEADING = N_("Programmes and gaps on {day}")


@dataclass(frozen=True)
class ProgrammeRun:
    """The stocktake of one day with all that it came from."""

    run: job.Run
    loaded: job.Loaded
    result: ProgrammeCoverage
    layers: list[ProgrammeLayer]
    types: TypeMap

    @property
    def rejected(self) -> pd.DataFrame:
        """Rows of every input that were not used (``geo.schema.REJECTED``)."""
        parts = [self.run.rejected, *(layer.rejected for layer in self.layers)]
        return pd.concat([conform(part, REJECTED) for part in parts], ignore_index=True)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Frames by file name."""
        result = self.result
        ranked = rank(result, units_as_candidates(result.assessed), RANKED)
        return {
            "coverage.csv": result.covered,
            "gaps.csv": result.gaps,
            "overlaps.csv": result.overlaps,
            "units.csv": result.units,
            "totals.csv": result.totals,
            "zones.csv": result.by_zone,
            "national.csv": result.national,
            "next_units.csv": ranked.ranked.assign(method=ranked.method),
            "programmes.csv": result.programmes.frame.assign(state=result.states),
            "remarks.csv": conform(result.programmes.remarks, REJECTED),
            "rejected.csv": self.rejected,
        }

    def record(self) -> dict[str, object]:
        """The run record of the assessment, with the programmes' files and totals."""
        inputs = [
            {"role": "programmes", "file": layer.name, "sha256": layer.sha256, "dataset": layer.dataset}
            | {"dataset_version": layer.dataset_version, "rows": dict(layer.accounting), "notes": list(layer.notes)}
            for layer in self.layers
        ]
        record = dict(self.run.record)
        own = record.get("inputs")
        totals = self.result.totals.set_index("programme_type")
        return {
            **record,
            "job": "coverage",
            "inputs": [*(own if isinstance(own, list) else []), *inputs],
            "sector_types": f"sha256:{self.types.sha256}",
            "programmes": {str(k): int(v) for k, v in self.result.states.value_counts().sort_index().items()},
            "programme_totals": {t: {c: _whole(v) for c, v in totals.loc[t].items()} for t in TYPES},
            "not_on_the_map": len(self.result.national),
            "demonstration": bool(record.get("demonstration"))
            or bool(self.result.programmes.frame["demonstration"].any()),
        }

    def map_html(self, language: str = "en") -> bytes:
        """The map as one page that opens from a disk and asks no host for anything."""
        from jobs.programmes.map import details, footprint_lines, gap_marks
        from layers.maps import map_content
        from layers.maps.map import View, blob, standalone

        _ = translate = translator(language)
        sites = self.result.assessed
        heading = translate(HEADING, day=translate.date(self.result.as_of))
        day = self.result.as_of.to_datetime64().astype("datetime64[D]")
        content = blob(
            translate,
            sites=sites,
            zones=map_content.zone_areas(self.loaded.zones, self.loaded.boundaries, day, unit_aliases()),
            lines=footprint_lines(self.result, TYPES, self.loaded.boundaries),
            marks=gap_marks(self.result, TYPES, translate),
            notice=_("Demonstration data") if self.record()["demonstration"] else "",
            title=heading,
            details=details(self.result, translate),
        )
        view = View.around(sites["lon"].tolist(), sites["lat"].tolist())
        return numbered(standalone(view, translate, content, heading))

    def files(self, language: str = "en") -> dict[str, bytes]:
        """All files of the run by name; the same call gives the same bytes, `run_at` of run.json aside."""
        files: dict[str, bytes] = {}
        neutralised: dict[str, int] = {}
        for name, frame in self.tables().items():
            files[name], neutralised[name] = csv_bytes(plain_types(whole_numbers(frame)))
        files["map.html"] = self.map_html(language)
        return sealed(files, {**self.record(), "language": language, "cells_neutralised": neutralised})

    def summary(self, language: str = "en") -> list[str]:
        """What to print: a line per type, what is not on the map, and every note of the programmes' files."""
        words = labels(language)
        width = max(len(w) for w in words.values())
        lines = [f"{'':{width}}  at risk  covered      gap  overlap"]
        for row in self.result.totals.itertuples(index=False):
            counts = (row.at_risk_sites, row.at_risk_covered, row.gaps, row.overlaps)
            lines.append(f"{words[str(row.programme_type)]:{width}}" + "".join(f"{int(str(n)):>9}" for n in counts))
        states = [f"{n} {state}" for state, n in self.result.states.value_counts().sort_index().items()]
        lines.append("Programmes: " + (", ".join(states) or "none"))
        if len(self.result.national):
            lines.append(f"{len(self.result.national)} programmes have no place that can be drawn: see national.csv.")
        lines += [f"{layer.name}: {note}" for layer in self.layers for note in layer.notes]
        return lines


def numbered(page: bytes) -> bytes:
    """A page with Folium's random element names counted instead, so that the same map has the same bytes.

    Examples
    --------
    >>> numbered(b"map_0123456789abcdef0123456789abcdef.addTo(x); map_0123456789abcdef0123456789abcdef")
    b'map_1.addTo(x); map_1'
    """
    seen: dict[bytes, bytes] = {}
    return _RANDOM.sub(lambda found: seen.setdefault(found[0], b"_%d" % (len(seen) + 1)), page)


def whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Counts of people and money without a needless ``.0``."""
    names = [c for c in frame.columns if c.startswith(("workers", "budget")) and pd.api.types.is_float_dtype(frame[c])]
    return frame.assign(**{c: frame[c].astype("Int64") for c in names if not (frame[c] % 1 > 0).any()})


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def run_coverage(
    inputs: job.Inputs,
    programmes: Sequence[str | Path],
    as_of: dt.date,
    rules: Rules | None = None,
    *,
    types: TypeMap | None = None,
    door: Door = LOCAL,
    now: dt.datetime | None = None,
) -> ProgrammeRun:
    """Files to a stocktake: what ``cahra coverage`` calls.

    Parameters
    ----------
    inputs
        Sites, incidents, boundaries and the rest, as for ``cahra assess``.
    programmes
        Files of programmes; a folder stands for the XML files in it.
    as_of
        The day.
    rules, types
        By default those of the project.

    Raises
    ------
    geo.errors.InputError
        A file cannot be used.
    """
    types = types or type_map()
    loaded = job.load(inputs)
    together, layers = read_programme_files(programmes, door=door, types=types)
    return stocktake(job.run(loaded, as_of, rules, now), loaded, together, layers, as_of, types)


def stocktake(
    run: job.Run,
    loaded: job.Loaded,
    programmes: Programmes,
    layers: list[ProgrammeLayer],
    as_of: dt.date,
    types: TypeMap | None = None,
) -> ProgrammeRun:
    """Programmes beside sites that are assessed already."""
    day = pd.Timestamp(as_of)
    result = programme_coverage(
        run.assessment.sites, programmes, as_of=day, boundaries=loaded.boundaries, aliases=unit_aliases()
    )
    return ProgrammeRun(run, loaded, result, layers, types or type_map())
