"""A brief for the meeting: who pays for what in a country or a district, what lacks, who is ending, how sure it is.

Facts and tables of one area on one day, in the reader's words; :mod:`jobs.programmes.brief_page` prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geo.programmes.schema import TYPES, active_on, ending_within
from geo.programmes.tables import AT_RISK
from i18n.translator import N_, Translator
from jobs.programmes.export_area import Area
from jobs.programmes.labels import KINDS_OF_MONEY
from jobs.programmes.types import labels
from layers.reference.country_names import country_name
from layers.reference.initiatives import participation

MOST = 8
"""Lines of a table at most; what is left out is counted."""

CAVEATS = (
    N_("Coverage counts programmes, not their quality; a gap is a question to ask, not a failing."),
    N_("A class is an indication for due diligence (OECD Guidance, step 2), not a conclusion of law."),
)


@dataclass(frozen=True)
class Section:
    """A heading with sentences and a table; `numbers` are the columns that stand to the right, `more` rows left out."""

    heading: str
    sentences: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    numbers: Sequence[int] = ()
    more: int = 0


@dataclass(frozen=True)
class Brief:
    """All that is printed."""

    title: str
    subtitle: str
    figures: Sequence[tuple[str, str]]
    sections: Sequence[Section] = field(default_factory=tuple)
    demonstration: bool = False
    cited: Sequence[str] = ()


def brief_of(area: Area, translate: Translator, cited: Sequence[str] = ()) -> Brief:
    """The brief of an area.

    Parameters
    ----------
    area
        The stocktake of a day, narrowed to a country or a district.
    translate
        The reader's language.
    cited
        How to cite the data.
    """
    _ = translate
    name = country_name(area.country, _)
    place = f"{area.unit} ({name})" if area.unit else name
    risk = int(area.at_risk.sum())
    some = int((area.at_risk & area.covered.any(axis=1)).sum())
    without_programme = int((area.at_risk & ~area.covered.any(axis=1) & area.lacking.any(axis=1)).sum())
    figures = [
        (_("Sites"), _.number(len(area.sites))),
        (_("Sites at risk"), _.number(risk)),
        (_("With a programme"), _.number(some)),
        (_("Without any"), _.number(without_programme) if area.typed else _("unknown")),
        (_("Too little known"), _.number(int((area.sites["site_class"] == "insufficient data").sum()))),
        (_("Active programmes"), _.number(int(active_on(area.programmes, area.day).sum()))),
    ]
    return Brief(
        title=_("Programmes and gaps: {place}", place=place),
        subtitle=_("State on {day}", day=_.date(area.day)),
        figures=figures,
        sections=[
            _by_type(area, _),
            _lacking(area, _),
            _ending(area, _),
            _paying(area, _),
            _certainty(area, _),
        ],
        demonstration=area.demonstration,
        cited=cited,
    )


def _by_type(area: Area, _: Translator) -> Section:
    words, rows = labels(_.language), []
    active = active_on(area.programmes, area.day)
    kinds = area.programmes["types"].str.split(";")
    for column, kind in enumerate(TYPES):
        mine = active & kinds.map(lambda names, kind=kind: kind in names).to_numpy(dtype=bool)
        donors = sorted({donor for text in area.donors[mine] for donor in text.split(";") if donor})
        open_here = area.at_risk & area.lacking[:, column]
        rows.append(
            (
                words[kind],
                _.number(int(mine.sum())),
                ", ".join(donors[:4]) + (" …" if len(donors) > 4 else "") or "–",
                _.number(int((area.at_risk & area.covered[:, column]).sum())),
                _.number(int(open_here.sum())) if area.typed else _("unknown"),
                people(area.sites.loc[open_here, "workers"], _) if area.typed else _("unknown"),
            )
        )
    notes = [] if area.typed else [
        _("No loaded programme could be read as any of the eight types: what is covered is unknown, and no gaps are "
          "counted.")
    ]  # fmt: skip
    columns = (_("Type"), _("Programmes"), _("Donors"), _("At risk, covered"), _("Gaps"), _("Workers in gaps"))
    return Section(_("Who does what"), notes, columns, rows, (1, 3, 4, 5))


def _lacking(area: Area, _: Translator) -> Section:
    """The districts (of a country) or the sites (of a district) with most gaps."""
    gaps = (area.lacking & area.at_risk[:, None]).sum(axis=1)
    sites = area.sites.assign(gaps=gaps)
    sites = sites[sites["gaps"] > 0]
    if not area.typed:
        return Section(_("What is not covered"), [_("What is covered is unknown.")])
    if sites.empty:
        return Section(_("What is not covered"), [_("There are no gaps.")])
    if area.unit:
        sites = sites.sort_values(["gaps", "site_id"], ascending=[False, True])
        rows = [
            (str(site["name"] or site["site_id"]), _(str(site["site_class"])), _.number(int(site["gaps"])),
             people(pd.Series([site["workers"]]), _))
            for _n, site in sites.head(MOST).iterrows()
        ]  # fmt: skip
        columns = (_("Site"), _("Site class"), _("Gaps"), _("Workers"))
        return Section(_("What is not covered"), [], columns, rows, (2, 3), len(sites) - len(rows))
    districts = sites.assign(unit=sites["admin2"].where(sites["admin2"] != "", _("district not known")))
    lines = []
    for unit, here in districts.groupby("unit", sort=True):
        lines.append((int(here["gaps"].sum()), str(unit), len(here), people(here["workers"], _)))
    lines.sort(key=lambda line: (-line[0], line[1]))
    rows = [(unit, _.number(count), _.number(n), workers) for n, unit, count, workers in lines[:MOST]]
    columns = (_("District"), _("Sites with gaps"), _("Gaps"), _("Workers"))
    return Section(_("What is not covered"), [], columns, rows, (1, 2, 3), len(lines) - len(rows))


def _ending(area: Area, _: Translator) -> Section:
    ending = area.programmes[ending_within(area.programmes, area.day)].sort_values(["end", "programme_id"])
    if ending.empty:
        return Section(_("Who is ending within 12 months"), [_("No active programme states an end within 12 months.")])
    words = labels(_.language)
    rows = [
        (
            str(getattr(row, _.own_column("title", ending.columns), "") or row.title or row.programme_id),
            str(row.donor).replace(";", ", ") or "–",
            ", ".join(words[kind] for kind in str(row.types).split(";") if kind) or _("type unknown"),
            _.date(row.end),
        )
        for row in ending.head(MOST).itertuples(index=False)
    ]
    columns = (_("Programme"), _("Donor"), _("Types"), _("End"))
    return Section(_("Who is ending within 12 months"), [], columns, rows, (), len(ending) - len(rows))


def _paying(area: Area, _: Translator) -> Section:
    money = area.money
    if money.empty:
        return Section(_("Money"), [_("The loaded programmes state no money for this area.")])
    sums = money.groupby(["donor", "kind", "currency"], sort=True)["amount"].sum().reset_index()
    sums = sums.sort_values(["amount"], ascending=False, kind="stable")
    rows = [
        (str(row.donor).replace(";", ", ") or "–", _(KINDS_OF_MONEY[str(row.kind)]), str(row.currency) or "–",
         _.number(float(str(row.amount))))
        for row in sums.head(MOST).itertuples(index=False)
    ]  # fmt: skip
    sentences = [
        _("All years; amounts of different kinds or currencies are never added together."),
        _("Money in several places without stated shares is not in this table; see money.csv."),
    ]
    columns = (_("Donor"), _("Kind of money"), _("Currency"), _("Amount"))
    return Section(_("Money"), sentences, columns, rows, (3,), len(sums) - len(rows))


def _certainty(area: Area, _: Translator) -> Section:
    certain = area.sites.get("certain_class", area.sites["site_class"]).isin(AT_RISK).to_numpy()
    open_here = area.lacking & area.at_risk[:, None]
    unknown_workers = int((area.at_risk & area.sites["workers"].isna().to_numpy()).sum())
    sentences = []
    if area.typed:
        gaps, sure = _.number(int(open_here.sum())), _.number(int(open_here[certain].sum()))
        sentences.append(
            _("Of {n} gap{n?|s} {m} {m?stands at a site that is|stand at sites that are} at risk for certain.",
              n=gaps, m=sure)
        )  # fmt: skip
    sentences += [
        _("{n} programme{n?|s} could be read as no type; {m} {m?has|have} no place that can be drawn.",
          n=_.number(int((area.programmes["types"] == "").sum())), m=_.number(area.national)),
        _("At {n} site{n?|s} at risk nobody counted the workers.", n=_.number(unknown_workers)),
        *participation(area.country, area.day, _),
        *(_(caveat) for caveat in CAVEATS),
    ]  # fmt: skip
    return Section(_("How sure this is"), sentences)


def people(workers: pd.Series, translate: Translator) -> str:
    """People counted; a dash where nobody counted anywhere.

    Parameters
    ----------
    workers
        Workers counted at each site; missing where nobody counted.
    translate
        Speaks the reader's language.
    """
    known = workers.dropna().to_numpy(dtype="float64")
    return translate.number(int(np.sum(known))) if len(known) else "–"
