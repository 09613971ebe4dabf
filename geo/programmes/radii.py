"""Radii for points whose publisher stated none: by the exactness and the kind of place, as a setting that is said.

IATI has no radius, so without this an exact point covers nothing. What is assumed is marked (`radius_basis` default),
counted in a note, and can be changed or switched off; a point of which nobody says how exact it is gets none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.programmes.schema import Programmes


@dataclass(frozen=True)
class Radius:
    """One row of the setting: the first whose words all fit a point gives its radius.

    Attributes
    ----------
    exactness
        ``exact`` or ``approximate``, as the publisher calls the point.
    place_class
        IATI location class (1 region, 2 populated place, 3 structure, 4 other); blank fits any.
    feature
        GeoNames feature code; a `*` at the end stands for any ending, blank fits any.
    km
        The radius that such a point is given [km].
    """

    exactness: str
    place_class: str
    feature: str
    km: float

    def fits(self, exactness: str, place_class: str, feature: str) -> bool:
        """Whether the row is meant for such a point.

        Parameters
        ----------
        exactness
            ``exact``, ``approximate`` or blank.
        place_class
            IATI location class of the point, 1 to 4; blank where not stated.
        feature
            GeoNames feature code of the point; blank where not stated.

        Examples
        --------
        >>> Radius("exact", "", "MN*", 2.0).fits("exact", "4", "MNAU")
        True
        """
        wanted = self.feature.upper()
        begins = feature.upper().startswith(wanted[:-1]) if wanted.endswith("*") else feature.upper() == wanted
        return exactness == self.exactness and self.place_class in ("", place_class) and (not wanted or begins)


def with_default_radii(programmes: Programmes, setting: Sequence[Radius]) -> Programmes:
    """The same programmes, points without a stated radius given that of the setting.

    Parameters
    ----------
    programmes
        Programmes after stacked points became country-level.
    setting
        In order; none leaves everything as it is.
    """
    places = programmes.footprints
    without_radius = ((places["kind"] == "point") & ~(places["radius_km"] > 0)).to_numpy()
    if not setting or not without_radius.any():
        return programmes
    radius = places["radius_km"].to_numpy(dtype="float64").copy()
    given: dict[tuple[str, str, str], float] = {}
    columns = [places[name].to_numpy() for name in ("exactness", "place_class", "feature")]
    for row in np.flatnonzero(without_radius):
        key = (str(columns[0][row]), str(columns[1][row]), str(columns[2][row]))
        if key not in given:
            given[key] = next((one.km for one in setting if one.fits(*key)), float("nan"))
        radius[row] = given[key]
    assumed = without_radius & (radius > 0)
    basis = places["radius_basis"].mask(assumed, "default").astype("str")
    return replace(programmes, footprints=places.assign(radius_km=radius, radius_basis=basis))
