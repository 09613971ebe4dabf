"""The saved list: a TOML file of sites, sources and rules, its paths taken from where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import InputError, RuleError
from geo.messages import Note
from jobs.inputs import Inputs, Source
from jobs.run_record import fingerprint_of
from layers.formats.sandbox.rules import parsed_toml

MOST_BYTES = 100_000
MANY = ("sites", "incidents", "boundaries", "coverage", "findings")
ONE = ("zones", "eu_list", "rules", "country", "boundaries_version", "name", "quiet_months")
QUIET_MONTHS = 6


@dataclass(frozen=True)
class SavedList:
    """What is watched.

    Attributes
    ----------
    name
        Title of the feed.
    inputs
        Files and options of every look.
    rules
        Rule set of one's own; None: that of the project.
    quiet_months
        How long nothing is said of a site again, unless it is worse.
    path
        The file of the list; paths in it are taken from its folder.
    """

    name: str
    inputs: Inputs
    rules: Path | None
    quiet_months: int = QUIET_MONTHS
    path: Path = Path()

    @property
    def as_record(self) -> dict[str, object]:
        """The list itself, for a run record."""
        print_ = fingerprint_of(self.path)
        version = f"sha256:{str(print_['sha256'])[:12]}"
        return {"role": "watch_list", "file": self.path.name, **print_, "dataset": "watch list",
                "dataset_version": version}  # fmt: skip

    @property
    def reads(self) -> list[Path]:
        """Files that a look reads."""
        given, i = [self.path, self.rules], self.inputs
        single = [s for s in (i.zones, i.eu_list) if s is not None]
        given += [s.data for s in (*i.sites, *i.incidents, *i.boundaries, *i.coverage, *i.findings, *single)
                  if isinstance(s.data, Path)]  # fmt: skip
        return [p for p in given if p is not None]


def read_list(path: Path, folder: Path | None = None) -> SavedList:
    """Reads a saved list.

    Parameters
    ----------
    folder
        The data folder in which references are looked up.
    path
        The file of the list.

    Raises
    ------
    geo.errors.InputError
        It is no such list, or what it names is not there.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _unlike(path, Note("{n} byte{n?|s}", n=path.stat().st_size))
        members = parsed_toml(path.read_text(encoding="utf-8"), path.name)["watch"]
    except OSError as error:
        raise InputError("The file cannot be opened.", where=path.name, got=str(error.strerror)) from None
    except (RuleError, UnicodeDecodeError, KeyError) as error:
        raise _unlike(path, str(error)[:200]) from None
    if not isinstance(members, dict):
        raise _unlike(path, str(members)[:80])
    if set(members) - {*MANY, *ONE} or not members.get("sites") or not members.get("incidents"):
        raise _unlike(path, ", ".join(sorted(set(members) - {*MANY, *ONE})) or "sites, incidents")

    def source(text: object, role: str) -> Source:
        if not isinstance(text, str) or not text:
            raise _unlike(path, str(text)[:80])
        found = Source.named(text, folder, role)
        if found is not None:
            return found
        file = path.parent / text
        if not file.is_file():
            raise InputError("There is no such file.", where=path.name, got=text[:200], remedy="Check the path.")
        return Source.of(file)

    many: dict[str, Any] = {}
    for name in MANY:
        given = members.get(name, [])
        many[name] = [source(text, name) for text in (given if isinstance(given, list) else [given])]
    one: dict[str, Any] = {n: source(members[n], n) if members.get(n) else None for n in ("zones", "eu_list")}
    quiet = members.get("quiet_months", QUIET_MONTHS)
    if not isinstance(quiet, int) or isinstance(quiet, bool) or not 0 <= quiet <= 120:
        raise _unlike(path, f"quiet_months = {quiet}")
    rules = source(members["rules"], "rules").data if members.get("rules") else None
    country, vintage = (str(members.get(n, "")) for n in ("country", "boundaries_version"))
    return SavedList(
        name=str(members.get("name") or path.stem)[:200],
        inputs=Inputs(**many, **one, country=country, boundaries_version=vintage),
        rules=rules if isinstance(rules, Path) else None,
        quiet_months=quiet,
        path=path,
    )


def _unlike(path: Path, got: str) -> InputError:
    names = ", ".join((*MANY[2:], *ONE))
    return InputError(
        "This is no saved list.",
        where=path.name,
        expected=Note("[watch] with sites, incidents and, if wanted, {names}", names=names),
        got=got,
        remedy="See docs/data.md.",
    )
