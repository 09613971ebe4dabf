"""A run as a Process Run Crate: what was run, on which inputs, and what came of it, as research archives read it.

``ro-crate-metadata.json`` is made from the run record alone and holds no time of the run, so that the same input gives
the same bytes: RO-Crate wants a date of the whole, and it is the day that was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from layers.formats.writers.media_types import media_type

CRATE = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
_RECORD = "run.json"
_LICENCE = (
    "Every dataset keeps its own licence, which its publisher states; rows of restricted datasets are named by id and "
    "distance only. What the program adds (classes, reasons, evidence) is free to use."
)


def crate(record: Mapping[str, object], files: Mapping[str, Mapping[str, object]]) -> bytes:
    """The metadata of a run.

    Parameters
    ----------
    record
        The run record, of which tool, versions, settings, rules and inputs are read.
    files
        `sha256` and `bytes` of every file but run.json and this one.
    """
    settings = _members(record.get("settings"))
    days = (settings.get("as_of"), settings.get("to"), settings.get("after"), record.get("last_day"))
    day = next((str(one) for one in days if one), "")
    job = str(record.get("job") or "assess")
    synthetic = "Demonstration data: synthetic. " if record.get("demonstration") else ""
    rules = _members(record.get("rules"))
    inputs = [_input(i, n) for n, i in enumerate(_rows(record.get("inputs")), 1)]
    made = [_file(name, entry) for name, entry in files.items()]
    entry = {"@id": _RECORD, "@type": "File", "name": _RECORD, "encodingFormat": media_type(_RECORD)}
    entry["description"] = "The run record: time of the run, settings, rules, inputs, counts, hashes of all files."
    results = [{"@id": entity["@id"]} for entity in (*made, entry)]
    rule_set = {
        "@id": "#rules",
        "@type": "PropertyValue",
        "name": "rules",
        "value": f"version {rules.get('version', '')}, {rules.get('hash', '')}",
    }
    given = {"@id": "#settings", "@type": "PropertyValue", "name": "settings", "value": _compact(settings)}
    graph: list[dict[str, Any]] = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "conformsTo": {"@id": PROFILE},
            "name": f"CAHRA Atlas: {job} as of {day}",
            "description": f"{synthetic}What cahra {job} wrote. The time of the run is run_at of {_RECORD}; "
            "datePublished is the day that was asked for, so that the same input gives the same bytes.",
            "datePublished": day,
            "temporalCoverage": day,
            "license": {"@id": "#licence"},
            "hasPart": results,
            "mentions": [{"@id": "#run"}],
        },
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": "#licence", "@type": "CreativeWork", "name": "Licences of the datasets", "description": _LICENCE},
        {
            "@id": "#tool",
            "@type": "SoftwareApplication",
            "name": str(record.get("tool", "")),
            "softwareVersion": str(record.get("tool_version", "")),
            "softwareRequirements": _compact({**_members(record.get("libraries")), "python": record.get("python")}),
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"cahra {job}",
            "description": f"When it ran is run_at of {_RECORD}.",
            "instrument": {"@id": "#tool"},
            "object": [{"@id": entity["@id"]} for entity in (*inputs, rule_set, given)],
            "result": results,
            "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        },
        rule_set,
        given,
        *inputs,
        *made,
        entry,
    ]
    document = {"@context": CONTEXT, "@graph": graph}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _input(given: Mapping[str, object], number: int) -> dict[str, Any]:
    out: dict[str, Any] = {
        "@id": f"#input-{number}",
        "@type": "CreativeWork",
        "name": str(given.get("file", "")),
        "description": f"{given.get('role', '')}: {given.get('dataset', '')}",
        "version": str(given.get("dataset_version", "")),
        "sha256": str(given.get("sha256", "")),
    }
    if "bytes" in given:
        out["contentSize"] = str(given["bytes"])
    return out


def _file(name: str, facts: Mapping[str, object]) -> dict[str, Any]:
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "contentSize": str(facts["bytes"]),
        "encodingFormat": media_type(name),
        "sha256": str(facts["sha256"]),
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _members(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[dict[str, object]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
