"""About: what a class means and does not mean, where the data comes from, what leaves this machine."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from i18n import labels
from i18n.translator import N_
from layers.formats.writers.escape import markdown
from layers.maps import styles
from views import session
from views.widgets import tables

SOURCES = (
    ("UCDP GED", N_("incidents"), "CC BY 4.0", "Uppsala Conflict Data Program"),
    ("ACLED", N_("incidents, of a user's own account"), N_("rows never leave in an export"), "ACLED"),
    ("IPIS", N_("mine sites and visits"), "ODC-BY 1.0", "International Peace Information Service"),
    ("Natural Earth", N_("outlines"), N_("public domain"), "Natural Earth"),
    ("GeoNames", N_("towns"), "CC BY 4.0", "GeoNames"),
    (N_("Kimberley Process"), N_("zone register, typed by hand; to be verified"), "–", "A/71/L.55"),
)


def main() -> None:
    """The page; what it reads is held by no name of this module, which Streamlit keeps when the reader has gone."""
    with session.page() as here:
        _ = here.translate
        here.address()
        st.title(_("About"))
        st.markdown(
            _(
                "CAHRA Atlas shows which mine sites lie in conflict-affected and high-risk areas and which in a "
                "compliant zone, at a date, and why. It informs step 2 of the OECD Due Diligence Guidance. It tells "
                "nobody to leave: the texts it rests on ask buyers to go on sourcing responsibly."
            )
        )
        st.header(_("What a class means"))
        for style in styles.SITES:
            meaning = labels.CLASS_MEANINGS[style.key]
            st.markdown(f"{style.sign} **{_(style.text)}**  \n{_(meaning)}")
        st.caption(
            _(
                "Area class, zone status and listings are answers of their own, and none is added to another: a site "
                "can lie in a compliant zone and be conflict-affected."
            )
        )
        st.header(_("Where data comes from"))
        tables.show(
            _,
            pd.DataFrame(
                [[_(name), _(what), _(licence), owner] for name, what, licence, owner in SOURCES],
                columns=[_("Source"), _("What"), _("Licence"), _("To be credited")],
            ),
            hide_index=True,
            height="content",
            alt=_("Where data comes from"),
        )
        st.header(_("What leaves this machine"))
        st.markdown(
            markdown(
                _(
                    "Nothing by default: the map's files come from here, and files that you add stay in this session's "
                    "memory. Online map tiles, if you switch them on, are fetched by your browser from OpenStreetMap; "
                    "the page Data asks a publisher for a file when you press its button, and for nothing else."
                )
            )
        )


main()
