"""The dossier of a site as PDF: what the HTML page says, with a map of what surrounds the site."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from i18n.translator import Translator
from jobs.assessment.job import Loaded
from jobs.assessment.site_dossier import content
from jobs.assessment.site_profile import Profile
from layers.formats.writers.blocks import Block, Picture, Text
from layers.formats.writers.pdf import pdf_bytes
from layers.maps import map_content
from layers.maps.print_frame import Frame
from layers.maps.printed import Sheet, picture
from layers.reference.unit_aliases import unit_aliases

_SIZE_IN = (7.0, 5.2)


def surroundings(translate: Translator, loaded: Loaded, here: Profile) -> Sheet:
    """The circles of the rules around the site, what lies in them, zones and districts.

    Parameters
    ----------
    translate
        Speaks the reader's language.
    loaded
        What was read of the inputs.
    here
        The site with all that is said of it.
    """
    _, day = translate, np.datetime64(here.day)
    lines = here.circles()
    lon = [x for line in lines for x in line.geometry.bounds[::2]]
    lat = [y for line in lines for y in line.geometry.bounds[1::2]]
    return Sheet(
        title="", subtitle="", sites=here.site.to_frame().T.infer_objects(),
        incidents=here.incidents[~here.incidents["restricted"].astype(bool)],
        zones=map_content.zone_areas(loaded.zones, loaded.boundaries, day, unit_aliases()),
        districts=[g for b in loaded.boundaries for g in b.geometry], lines=lines,
        marks=map_content.roadblocks([s.visits for s in loaded.sites], day),
        notice=_("Demonstration data") if here.synthetic else "",
        frame=Frame.around(lon, lat, wide=_SIZE_IN[0] / _SIZE_IN[1], least=0.02),
    )  # fmt: skip


def site_pdf(
    translate: Translator, loaded: Loaded, here: Profile, rules_hash: str, past: str = "", sure: str = "",
    heat: Sequence[Block] = (), cited: Sequence[Block] = (),
) -> bytes:  # fmt: skip
    """The dossier as PDF, A4; the same content gives the same bytes.

    Parameters
    ----------
    translate, here, rules_hash, past, sure, heat, cited
        As :func:`jobs.assessment.site_dossier.dossier` takes them.
    loaded
        What was read of the inputs.
    """
    _ = translate
    it = content(translate, here, rules_hash, past, sure, heat, cited)
    around: list[Block] = [Text(_("The position of this site is not known."))]
    if here.placed:
        caption = _("Filled: exact place. Hollow: known to within about 25 km. Size by deaths. North is up.")
        around = [Picture(picture(surroundings(_, loaded, here), _, _SIZE_IN)), Text(caption, small=True)]
    notice: list[Block] = [Text(it.notice, bold=True)] if it.notice else []
    return pdf_bytes(
        it.title, [*notice, *it.before, *around, *it.after], language=_.language,
        mark=_("Demonstration data") if it.notice else "",
        foot="CAHRA Atlas · " + _("A class is an indication for due diligence, not a finding of law; none says that a site is calm."),  # noqa: E501
    )  # fmt: skip
