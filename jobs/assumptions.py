"""What a run took for granted because no file said it: country, vintage, position error, registers, rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.messages import Note
from geo.rules.rule_set import Rules
from layers.reference.files import ZONE_REGISTER
from layers.reference.rule_files import default_rules
from layers.sources.boundaries import UNKNOWN


def assumptions(sites: pd.DataFrame, record: Mapping[str, Any], rules: Rules) -> list[Note]:
    """One line for each thing that was taken for granted, with how to say it otherwise.

    Parameters
    ----------
    sites
        :data:`geo.schema.ASSESSED`.
    record
        The run record: its `inputs` and `settings` are read.
    rules
        The rule set with its settings.
    """
    settings, inputs = record.get("settings", {}), record.get("inputs", [])
    return [
        *_vintages(inputs, str(settings.get("boundaries_version", ""))),
        *_countries(sites, str(settings.get("country", ""))),
        *_errors(sites, rules),
        *_registers(inputs, rules),
    ]


def _vintages(inputs: list[Mapping[str, Any]], given: str) -> list[Note]:
    out = []
    for entry in inputs:
        if entry.get("role") != "boundaries":
            continue
        version = str(entry.get("boundary_version", ""))
        if version in ("", UNKNOWN):
            out.append(
                Note(
                    "{file} does not state the vintage of its boundaries: what rests on them stays a gap until you "
                    "give it (option --boundaries-version).",
                    file=str(entry["file"]),
                )
            )
        elif given and version == given:
            out.append(Note("Vintage of {file}: {version}, as you gave it.", file=str(entry["file"]), version=version))
        else:
            out.append(Note("Vintage of {file}: {version}, as it says.", file=str(entry["file"]), version=version))
    return out


def _countries(sites: pd.DataFrame, given: str) -> list[Note]:
    basis = sites["country_basis"]
    out = []
    for country, n in sites.loc[basis == "layout", "country"].value_counts(sort=False).sort_index().items():
        out.append(
            Note(
                "Sites that state no country: {n}, taken to lie in {country}, where files of their layout are from.",
                n=int(n),
                country=str(country),
            )
        )
    if n := int((basis == "option").sum()):
        out.append(
            Note("Sites that state no country: {n}, taken to lie in {country}, as you gave it.", n=n, country=given)
        )
    if n := int((basis == "outline").sum()):
        out.append(Note("Sites that state no country: {n}, told by their position and country outlines.", n=n))
    if n := int((sites["country"] == "").sum()):
        out.append(Note("Sites of which no country is known: {n} (option --country).", n=n))
    return out


def _errors(sites: pd.DataFrame, rules: Rules) -> list[Note]:
    n = int((sites["coord_precision_km"].isna() & sites["lon"].notna()).sum())
    if not n:
        return []
    km = rules.settings.position_error_km
    return [
        Note("Sites that state no position error: {n}, {km} km taken for what is certain and possible.", n=n, km=km)
    ]


def _registers(inputs: list[Mapping[str, Any]], rules: Rules) -> list[Note]:
    out = []
    if any(entry.get("role") == "zones" and entry.get("file") == ZONE_REGISTER.name for entry in inputs):
        out.append(Note("Zones: the register that ships with CAHRA Atlas (option --zones)."))
    if not any(entry.get("role") == "eu_list" for entry in inputs):
        out.append(
            Note("No edition of the EU list is loaded: whether a site is on it is not known (option --eu-list).")
        )
    if rules.hash == default_rules().hash:
        out.append(Note("Rules: version {version}, as shipped (option --rules).", version=rules.version))
    else:
        out.append(Note("Rules: your own, version {version}.", version=rules.version))
    return out
