"""Why a site has other gaps or other programmes in two stocktakes: a type is lacking through its class or its cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobs.compare.causes import CLASS_BY, by_turned, came_and_went, counted_at, differing, single
from jobs.compare.folder import Folder, Key

COVER_BY = ("date", "programmes", "settings", "boundaries", "sites", "program")
"""Causes that can move what covers a site: the day, the programmes, how they are read, and where both lie."""
SPAN = ("start", "end", "ongoing", "status")
"""Columns of a programme that say when it is active."""


class ProgrammeCauses:
    """Gives each move of two stocktakes its one cause."""

    def __init__(self, a: Folder, b: Folder, moved: Iterable[Key]) -> None:
        self.a, self.b, self.found = a, b, differing(a, b)
        self.typed = [any(t["gaps"] is not None for t in f.record["programme_totals"].values()) for f in (a, b)]
        keys = set(moved)
        self._counted = [counted_at(f, keys) for f in (a, b)]

    def records(self, key: Key) -> str:
        """Programmes that began or ceased to cover the site, incidents where its class moved it: ``new X;gone Y``.

        Incidents are named where a type lacks a programme on one side only though nothing covers it on either.

        Parameters
        ----------
        key
            Source and id of the site.
        """
        old, new = ({i for (k, _), ids in side.covering.items() if k == key for i in ids} for side in (self.a, self.b))
        if self._by_class(key):
            old, new = (
                ids | {r[0] for r in side.get(key, ())} for ids, side in zip((old, new), self._counted, strict=True)
            )
        return came_and_went(old, new)

    def of(self, key: Key) -> str:
        """The cause of the move of one site.

        Parameters
        ----------
        key
            Source and id of the site.
        """
        if len(self.found) < 2:
            return single(self.found)
        causes = {self._of_cover(key, t) for t in self._other_cover(key)}
        if self._by_class(key):
            # Nothing covers it on either side: it is at risk on one only, or nobody could say what programmes do.
            by = CLASS_BY if self.typed[0] == self.typed[1] else ("programmes", "settings", "program")
            causes.add(self._of_class(key, [c for c in self.found if c in by]))
        return causes.pop() if len(causes) == 1 else "several"

    def _of_class(self, key: Key, able: list[str]) -> str:
        """Why the site is at risk on one side only: by the incidents that count on one side only, where they tell."""
        old, new = (side.get(key, set()) for side in self._counted)
        both = {r[0] for r in old} & {r[0] for r in new}
        turned = [r for r in old | new if r[0] not in both]
        if len(able) > 1 and turned and "rules" not in able:
            return by_turned(turned, able, self.a.day(key), self.b.day(key))
        return single(able)

    def _other_cover(self, key: Key) -> set[str]:
        one, two = (self._types(f, key, "covered") for f in (self.a, self.b))
        return one ^ two

    def _by_class(self, key: Key) -> set[str]:
        """Types that lack a programme on one side only though nothing covers them on either."""
        one, two = (self._types(f, key, "gaps") for f in (self.a, self.b))
        return (one ^ two) - self._other_cover(key)

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
