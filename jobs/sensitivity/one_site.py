"""One site under other settings, and one sentence of it: how far its class holds, and what would change it first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.assessment import Assessment
from geo.records.incidents import Incidents
from geo.rules.rule_set import Rules
from geo.sensitivity.flip import flips
from geo.sensitivity.pass_once import CLASSES
from geo.sensitivity.scaling import Grid
from geo.sensitivity.sweep import Codes, stability, sweep
from i18n import labels
from i18n.translator import N_, Translator
from jobs.backtest.labels import percent
from jobs.sensitivity.job import wide_pass
from layers.formats.writers.blocks import Block, Rows, Text
from layers.maps import styles

HOLDS = N_("The class holds under {share} of {settings} setting{settings?|s} of radii, windows and counts.")
FIRST = {
    "radius_km": N_("It would turn {cls} if {rule} reached to {at} km instead of {current} km."),
    "window_months": N_("It would turn {cls} if {rule} looked back {at} month{at?|s} instead of {current}."),
    "events": N_("It would turn {cls} if {rule} asked for {at} event{at?|s} instead of {current}."),
    "deaths": N_("It would turn {cls} if {rule} asked for {at} death{at?|s} instead of {current}."),
}
HEAT = N_("The class with all radii times the factor of the row and all windows times that of the column.")
NONE = N_("No single radius up to three times the limit, window or count would change it.")


@dataclass(frozen=True)
class OneSite:
    """The share of settings under which the class holds, the classes under each, and its flips, nearest first."""

    grid: Grid
    codes: Codes
    share: float
    flips: pd.DataFrame

    def heat(self, count: float = 1.0) -> pd.DataFrame:
        """Classes by factor of the radii (down) and of the windows (across), at one factor of the counts.

        Parameters
        ----------
        count
            Factor of the counts; one that the grid has.
        """
        table = self.codes[:, :, self.grid.count.index(count), 0]
        words = np.array(CLASSES, dtype=object)[table]
        return pd.DataFrame(words, index=list(self.grid.radius), columns=list(self.grid.window))


def one_site(result: Assessment, row: int, incidents: Incidents, rules: Rules, grid: Grid | None = None) -> OneSite:
    """Asks the site at a position of an assessment again, alone: a pass of one site takes a moment.

    Parameters
    ----------
    result
        The assessment of the day.
    row
        Position of the site in ``result.sites``.
    incidents
        The incidents, ready to be asked.
    rules
        The rule set with its settings.
    grid
        Factors of radii, windows and counts; None: the usual ones.
    """
    grid = grid or Grid()
    part = Assessment(
        result.sites.iloc[[row]].reset_index(drop=True),
        pd.DataFrame(),
        result.datasets,
        fired=result.fired.iloc[[row]].reset_index(drop=True),
    )
    done = wide_pass(rules, part, incidents, grid)
    codes = sweep(done, grid)
    found = flips(done)
    ratio = (found["flips_at"] / found["current"]).to_numpy(np.float64)
    order = np.argsort(np.abs(np.log(np.maximum(ratio, 1e-9))), kind="stable")
    share = float(stability(done, grid, codes)["share_same_class"].iloc[0])
    return OneSite(grid, codes, share, found.iloc[order].reset_index(drop=True))


def sentence(site: OneSite, translate: Translator) -> str:
    """How far the class holds, and the nearest change of one number that turns it.

    Parameters
    ----------
    site
        The site under every setting.
    translate
        Speaks the reader's language.
    """
    _ = translate
    holds = _(HOLDS, share=percent(site.share, _, 0), settings=_.number(len(site.grid)))
    if site.flips.empty:
        return f"{holds} {_(NONE)}"
    first = site.flips.iloc[0]
    # A tenth of a kilometre is for reading; flip.csv has the exact value.
    digits = 1 if first["what"] == "radius_km" else 0
    turn = _(
        FIRST[first["what"]], cls=labels.value("site_class", first["class_then"], _), rule=first["rule"],
        at=_.number(float(first["flips_at"]), digits), current=_.number(float(first["current"]), digits),
    )  # fmt: skip
    return f"{holds} {turn}"


def heat_texts(site: OneSite, translate: Translator, count: float = 1.0) -> pd.DataFrame:
    """Classes in words with their sign, by radii (down) and windows (across), at one factor of the counts.

    Parameters
    ----------
    site
        The site under every setting.
    translate
        Speaks the reader's language.
    count
        Factor of the counts; one that the grid has.
    """
    _, table = translate, site.heat(count)
    words = {c: f"{styles.site_style(c).sign} {labels.value('site_class', c, _)}" for c in CLASSES}
    across = {f"× {_.number(w, 2)}": [words[v] for v in table[w]] for w in table}
    return pd.DataFrame(across, index=[f"× {_.number(r, 2)}" for r in table.index])


def heat_blocks(site: OneSite, translate: Translator) -> list[Block]:
    """The same as blocks of a document: signs and words, and behind them the tint of the class.

    Parameters
    ----------
    site
        The site under every setting.
    translate
        Speaks the reader's language.
    """
    words, classes = heat_texts(site, translate), site.heat().to_numpy().tolist()
    fills = {(r, c + 1): styles.CLASS_TINTS[v] for r, row in enumerate(classes) for c, v in enumerate(row)}
    head = [translate("Radii, windows"), *words.columns]
    rows = [[name, *row] for name, row in zip(words.index, words.to_numpy().tolist(), strict=True)]
    return [Text(translate(HEAT), small=True), Rows(head, rows, (14, *[17] * len(words.columns)), fills=fills)]
