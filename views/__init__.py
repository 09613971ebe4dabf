"""One page per file; this is how a page is made.

1. Write ``views/pages/<name>.py``; it is run as a script. Its whole pattern::

       import streamlit as st
       from views import session

       with session.page() as here:          # language, state, errors shown as sentences, never a traceback
           _ = here.translate                # every text a reader sees: _("...") or _.plural("{n} site", ...)
           data = here.data()                # sidebar: date, demonstration data, the reader's own files
           run = data.run()                  # jobs.assessment.job.Run at that date, cached by content
           st.title(_("Name of the page"))
           ...

2. Name it in :data:`views.navigation.PAGES` with its title and address.
3. Run ``python -m scripts.messages`` and give the new sentences their French in ``locale/fr``.

Rules: data is shown with ``st.dataframe`` or ``st.text``; text of data that goes into Markdown, a label or an alert
passes :func:`layers.formats.writers.escape.markdown`; maps go through :func:`views.widgets.map_widget.show`; a setting
that belongs in
the page's address has a widget key that begins with ``q_`` and is written by :meth:`views.session.Here.address`.
No rule, no pandas gymnastics: those live in ``geo`` and ``jobs``.
"""

import sys

# Missing, as far as an import can tell. altair loads jsonschema, and that, where it is installed, a check of addresses
# in any script, which builds a grammar: two fifths of the time that all libraries take, for what no page asks.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
