"""The flags of a row: one question each, true, false, or blank where it cannot be told; they are not added up.

None is true by construction: what lacks in the whole run is said of the run, not of every row of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo import schema
from geo.screening.origin_checks import NEAR_ZONE_KM


def set_flags(out: pd.DataFrame) -> None:
    """Sets every flag of :data:`geo.screening.schema.FLAGS` but `flag_false_origin`, which its reader sets.

    Parameters
    ----------
    out
        Screened rows; the columns of the flags are added in place.
    """
    cls, possible = out["site_class"], out["possible_class"]
    exposed = cls.isin(schema.CLASSES[:2])

    def flag(true: object, unknown: object = False) -> pd.Series:
        values = pd.Series(np.asarray(true, dtype=bool), index=out.index, dtype="boolean")
        return values.mask(np.asarray(unknown, dtype=bool) & ~np.asarray(true, dtype=bool))

    out["flag_origin"] = flag(exposed, cls == "insufficient data")
    # That too little is known stands in the class; here is asked whether what is known could make it worse.
    out["flag_doubt"] = flag(~exposed & possible.isin(schema.CLASSES[:2]), cls == "insufficient data")
    out["flag_eu_list"] = flag(out["eu_list"] == "listed", out["eu_list"] == "unknown")
    out["flag_dodd_frank"] = flag(
        out["dodd_frank"] == "covered",
        (out["dodd_frank"] == "unknown") | ((out["dodd_frank"] == "country_only") & (out["minerals"] == "")),
    )
    restricted = out["kp_status"] == "restricted"
    # Rough diamonds are traded between participants alone: a route through another country is a question too.
    apart = out["transit_kp"].str.contains(" not_participant", regex=False)
    no_zone = ~out["zone_status"].isin(("inside_compliant", "unknown"))
    doubt = out["transit_kp"].str.contains(" unknown", regex=False) | (out["kp_status"] == "unknown")
    out["flag_kp"] = flag(
        (restricted & no_zone) | (out["kp_status"] == "not_participant") | apart,
        doubt | (restricted & (out["zone_status"] == "unknown")),
    )
    speaks = (out["drc_status"] != "") & (out["drc_expires"] > out["as_of"])
    coloured = out["rcm_status"].isin(("yellow", "red")) | (speaks & out["drc_status"].isin(("yellow", "red")))
    out["flag_status"] = flag(coloured, (out["rcm_status"] == "") & ~speaks)
    near = out["nearest_compliant_zone_m"] <= NEAR_ZONE_KM * 1000
    blind = (out["kp_status"] == "restricted") & out["nearest_compliant_zone_m"].isna()
    out["flag_near_zone"] = flag(near, blind & (out["zone_status"] != "inside_compliant"))
    out["flag_mineral"] = flag(
        out["mineral_record"].isin(("other_minerals_only", "nothing_recorded_nearby")),
        out["mineral_record"].isin(("no_reference", "mineral_unknown", "no_position")),
    )
    none, guess = out["route_basis"] == "none", out["route_basis"].isin(("straight_guess", "countries"))
    met = (out["transit_incidents"] > 0) | (out["transit_armed_roadblocks"] > 0) | (out["transit_listed"] != "")
    open_ = none | guess | (out["transit_uncovered"] != "")
    out["flag_transit"] = flag(met, open_)
    # A guess is not the route: that nothing lies on it tells nothing. Doubt has its own grounds, row by row.
    doubt = (out["transit_incidents_possible"] > 0) | (out["transit_uncovered"] != "")
    out["flag_transit_unknown"] = flag(~met & doubt, ~met & (none | guess))
