"""Who pays what, when and where: by donor, type, year and area, in each currency apart, and never more than was given.

Money is shared among countries by the percentages that the programme states; where it states none, it is one row "in
several places". A programme of two types or of two donors is one row of both: nothing is multiplied. So for every kind
of money and currency the rows add up to what the programmes give, and the totals say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo.columns import Column
from geo.messages import N_
from geo.programmes.donors import DonorNames
from geo.programmes.schema import MONEY, Programmes
from geo.schema import Table, conform, empty

C = Column

SEVERAL = "several places"
UNNAMED = N_("a place without a name")
_KIND = next(c for c in MONEY if c.name == "kind")

MONEY_ROWS: Table = (
    C("donor", "text", "who pays, by its one name; several joined by ';' share the row", "not stated"),
    C("types", "text", "programme types joined by ';' share the row", "no type is known"),
    C("year", "number", "calendar year", "none given", whole=True),
    _KIND,
    C("country", "text", "ISO 3166 alpha-3; several places: of several countries without stated shares", "not stated"),
    C("area", "text", "the one place that the programme works in; several places: of several, without stated shares",
      "none named: the whole country"),
    C("currency", "text", "currency as given", "not stated"),
    C("amount", "number", "sum in that currency"),
    C("amount_converted", "number", "the same by the user's table of rates", "no table, or no rate"),
    C("currency_converted", "text", "currency of that", "not converted"),
    C("programmes", "integer", "how many programmes"),
)  # fmt: skip
MONEY_TOTALS: Table = (
    _KIND,
    C("currency", "text", "currency as given", "not stated"),
    C("programmes", "integer", "programmes that give such money"),
    C("amount", "number", "sum over the programmes as read"),
    C("amount_in_rows", "number", "sum over the rows of money.csv: the same but for rounding"),
    C("amount_in_several_places", "number", "of this in several countries without stated shares"),
)


@dataclass(frozen=True)
class Rates:
    """A user's table of rates.

    Attributes
    ----------
    to
        The currency that is converted to; blank: nothing is converted.
    rates
        From (currency, year) to units of `to` for one unit; the year None holds for years without a rate of their own.
    sha256
        Hash of the table, for the run record.
    recorded
        What a run record tells of its file.
    """

    to: str = ""
    rates: Mapping[tuple[str, int | None], float] = field(default_factory=dict)
    sha256: str = ""
    recorded: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def of(self, currency: str, year: float) -> float:
        """The rate of a currency in a year; NaN where there is none.

        Parameters
        ----------
        currency
            Currency of the amount (ISO 4217).
        year
            Calendar year of the amount; NaN where it is not stated.

        Examples
        --------
        >>> table = Rates("USD", {("EUR", None): 1.1, ("EUR", 2020): 1.2})
        >>> table.of("EUR", 2020.0), table.of("EUR", float("nan")), table.of("USD", 2020.0), table.of("XAF", 2020.0)
        (1.2, 1.1, 1.0, nan)
        """
        if currency == self.to and currency:
            return 1.0
        own = self.rates.get((currency, int(year))) if year == year else None
        return own if own is not None else self.rates.get((currency, None), float("nan"))


def money_rows(programmes: Programmes, donors: DonorNames | None = None, rates: Rates | None = None) -> pd.DataFrame:
    """Money by donor, types, year, kind and area; columns of :data:`MONEY_ROWS`, sorted.

    Parameters
    ----------
    programmes
        Programmes with their money and their countries.
    donors
        Other names of donors; None: as they are spelled.
    rates
        What to convert with; None converts nothing.
    """
    money, frame = programmes.money, programmes.frame
    if money.empty:
        return empty(MONEY_ROWS)
    names, table = donors or DonorNames(), rates or Rates()
    donors_of = list(zip(frame["donor"], frame["donor_ids"], strict=True))
    one_name = {pair: ";".join(sorted(names.joined(*pair))) for pair in set(donors_of)}
    area = _areas(programmes)
    shares = [_shares(str(countries)) for countries in frame["countries"]]
    types = frame["types"].tolist()
    parts = []
    for programme, kind, year, currency, amount in money.itertuples(index=False, name=None):
        who, what = one_name[donors_of[programme]], types[programme]
        for country, share in shares[programme]:
            where = area[programme] if country not in ("", SEVERAL) else ""
            parts.append((who, what, year, kind, country, where, currency, amount * share, programme))
    keys = ["donor", "types", "year", "kind", "country", "area", "currency"]
    long = pd.DataFrame.from_records(parts, columns=[*keys, "amount", "programme"])
    groups = long.groupby(keys, sort=True, dropna=False)
    rows = groups["amount"].sum().to_frame().assign(programmes=groups["programme"].nunique()).reset_index()
    rate = np.array([table.of(c, y) for c, y in zip(rows["currency"], rows["year"], strict=True)], dtype="float64")
    converted = rate == rate if table.to else np.zeros(len(rows), dtype=bool)
    rows["amount_converted"] = np.where(converted, rows["amount"] * rate, np.nan)
    rows["currency_converted"] = np.where(converted, table.to, "")
    return conform(rows, MONEY_ROWS)


def money_totals(programmes: Programmes, rows: pd.DataFrame) -> pd.DataFrame:
    """Each kind and currency as the programmes give it, beside the sum of the rows; columns of :data:`MONEY_TOTALS`.

    Parameters
    ----------
    programmes
        Programmes with their money.
    rows
        As :func:`money_rows` gives them.
    """
    keys = ["kind", "currency"]
    if programmes.money.empty:
        return empty(MONEY_TOTALS)
    groups = programmes.money.groupby(keys, sort=True)
    out = groups["amount"].sum().to_frame().assign(programmes=groups["programme"].nunique())
    out["amount_in_rows"] = rows.groupby(keys)["amount"].sum()
    several = rows[rows["country"] == SEVERAL].groupby(keys)["amount"].sum()
    out["amount_in_several_places"] = several.reindex(out.index).fillna(0.0)
    return conform(out.reset_index(), MONEY_TOTALS)


def _shares(countries: str) -> list[tuple[str, float]]:
    """Countries with their share of the money (adding up to 1); what is not shared out stands in several places.

    Examples
    --------
    >>> _shares("CAF:60;COD:40"), _shares("CAF"), _shares("CAF;COD"), _shares("CAF:30;COD:40")[-1][0], _shares("")
    ([('CAF', 0.6), ('COD', 0.4)], [('CAF', 1.0)], [('several places', 1.0)], 'several places', [('', 1.0)])
    """
    named = [(code, float(share) / 100 if share else float("nan")) for code, _, share in
             (part.partition(":") for part in countries.split(";") if part)]  # fmt: skip
    if not named:
        return [("", 1.0)]
    if len(named) == 1:
        return [(named[0][0], 1.0)]
    total = sum(share for _, share in named)
    if not total <= 1.005:
        return [(SEVERAL, 1.0)]
    if total >= 0.995:
        return [(code, share / total) for code, share in named]
    return [*named, (SEVERAL, 1.0 - total)]


def _areas(programmes: Programmes) -> list[str]:
    """The one unit that each programme works in, blank where it names none, :data:`SEVERAL` for several places."""
    places = programmes.footprints
    inner = places[places["kind"].isin(["admin", "point", "polygon"]) & ~places["stacked"]]
    unit = inner["admin_name"].where(inner["admin_name"] != "", inner["admin_code"])
    unit = unit.where((inner["kind"] == "admin") & (unit != ""), SEVERAL)
    by_programme = unit.groupby(inner["programme"])
    many = by_programme.first().where(by_programme.min() == by_programme.max(), SEVERAL)
    only = inner[~inner["programme"].duplicated(keep=False).to_numpy()]
    points = only.loc[only["kind"] != "admin", ["programme", "admin_name"]].replace({"admin_name": {"": UNNAMED}})
    area = many.to_dict() | dict(zip(points["programme"], points["admin_name"], strict=True))
    return [str(area.get(position, "")) for position in range(len(programmes.frame))]
