"""Why a site has other gaps or other programmes in two stocktakes: a type is lacking through its class or its cover."""

from __future__ import annotations

from typing import Any

from jobs.compare.causes import CLASS_BY, came_and_went, differing, single
from jobs.compare.folder import Folder, Key

COVER_BY = ("date", "programmes", "settings", "boundaries", "sites", "program")
"""Causes that can move what covers a site: the day, the programmes, how they are read, and where both lie."""
SPAN = ("start", "end", "ongoing", "status")
"""Columns of a programme that say when it is active."""


class ProgrammeCauses:
    """Gives each move of two stocktakes its one cause."""

    def __init__(self, a: Folder, b: Folder) -> None:
        self.a, self.b, self.found = a, b, differing(a, b)
        self.typed = [any(t["gaps"] is not None for t in f.record["programme_totals"].values()) for f in (a, b)]

    def records(self, key: Key) -> str:
        """Programme ids that began or ceased to cover the site: ``new X;gone Y``."""
        old, new = ({i for (k, _), ids in side.covering.items() if k == key for i in ids} for side in (self.a, self.b))
        return came_and_went(old, new)

    def of(self, key: Key) -> str:
        """The cause of the move of one site."""
        if len(self.found) < 2:
            return single(self.found)
        gaps, covered = ([self._types(f, key, what) for f in (self.a, self.b)] for what in ("gaps", "covered"))
        causes = {self._of_cover(key, t) for t in covered[0] ^ covered[1]}
        for _type in (gaps[0] ^ gaps[1]) - (covered[0] ^ covered[1]):
            # Nothing covers it on either side: it is at risk on one only, or nobody could say what programmes do.
            by = CLASS_BY if self.typed[0] == self.typed[1] else ("programmes", "settings", "program")
            causes.add(single([c for c in self.found if c in by]))
        return causes.pop() if len(causes) == 1 else "several"

    @staticmethod
    def _types(folder: Folder, key: Key, what: str) -> set[str]:
        if key not in folder.rows.index:
            return set()
        row: Any = folder.rows.loc[key]
        return {t for t in str(row[what]).split(";") if t}

    def _of_cover(self, key: Key, kind: str) -> str:
        """Why a type covers the site on one side only: what became of the programmes that do."""
        ids = self.a.covering.get((key, kind)) or self.b.covering.get((key, kind), ())
        causes = {self._of_programme(i) for i in ids}
        return causes.pop() if len(causes) == 1 else "several"

    def _of_programme(self, who: str) -> str:
        able = [c for c in self.found if c in COVER_BY]
        one, two = self.a.programmes.get(who), self.b.programmes.get(who)
        if one is None or two is None:
            return single(able, ("programmes",))
        if one["state"] != two["state"]:
            if all(one[c] == two[c] for c in SPAN):
                return single(able, ("date",))
            return "programmes" if "date" not in able else "several"
        # As active on both days: what it does or where it is read to be differs, or where the site lies.
        return single([c for c in able if c != "date"])
