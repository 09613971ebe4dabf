"""What sites mine: lists of names joined by ``;``, read once for each different list."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]


def mines(minerals: pd.Series[str], wanted: Iterable[str], *, any_case: bool = False) -> Bools:
    """Which sites mine one of some minerals; with `any_case` whatever the case of letters.

    Parameters
    ----------
    minerals
        Minerals, joined by `;`; blank where not known.
    wanted
        Minerals in the names of the project.
    any_case
        Letters are compared whatever their case.

    Examples
    --------
    >>> mines(pd.Series(["gold;diamond", "gold", ""], dtype="str"), ["diamond"]).tolist()
    [True, False, False]
    """
    names = {m.casefold() if any_case else m for m in wanted}
    codes, different = pd.factorize(minerals)
    lists = [str(m).casefold() if any_case else str(m) for m in different]
    return np.array([not names.isdisjoint(m.split(";")) for m in lists], dtype=np.bool_)[codes]
