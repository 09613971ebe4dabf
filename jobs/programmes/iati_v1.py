"""Activities of IATI 1.x, brought into the words of version 2 as far as they go.

Version 1 wrote roles and kinds of dates as words, places as attributes, and DAC sectors by the name of their list. What
has no counterpart stays as it was written, and is then not read.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

DATES = {"start-planned": "1", "start-actual": "2", "end-planned": "3", "end-actual": "4"}
ROLES = {"funding": "1", "accountable": "2", "extending": "3", "implementing": "4"}
VOCABULARIES = {"DAC": "1", "DAC-3": "2", "DAC-5": "1"}
TRANSACTIONS = {"if": "1", "c": "2", "d": "3", "e": "4", "r": "8", "ic": "11"}
EXACT = "1"
"""The only value of ``precision`` that stands for the place itself; 2 to 9 are something around it."""


def renewed(element: Element) -> Element:
    """An ``iati-activity`` of version 1 in the words of version 2; one of version 2 is left as it is.

    Parameters
    ----------
    element
        An `iati-activity` of any version; it is changed in place.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> old = fromstring('<iati-activity><activity-date type="start-actual">2010-01-01</activity-date>'
    ...     '<sector vocabulary="DAC" code="32210"/><participating-org role="Funding">A</participating-org>'
    ...     '<location><coordinates latitude="-8.9" longitude="13.3" precision="2"/><location-type code="ADM1"/>'
    ...     '<administrative country="AO">Angola</administrative></location></iati-activity>')
    >>> new = renewed(old)
    >>> new.find("activity-date").attrib, new.find("sector").get("vocabulary"), new.findtext("location/point/pos")
    ({'type': '2'}, '1', '-8.9 13.3')
    >>> new.find("location/administrative").attrib, new.find("location/exactness").get("code")
    ({'code': '', 'level': '1'}, '2')
    """
    for date in element.iter("activity-date"):
        _word(date, "type", DATES)
    for organisation in element.iter("participating-org"):
        _word(organisation, "role", ROLES)
    for sector in element.iter("sector"):
        vocabulary = sector.get("vocabulary", "").strip()
        if vocabulary.upper() in VOCABULARIES:
            sector.set("vocabulary", VOCABULARIES[vocabulary.upper()])
        elif vocabulary and not vocabulary.isdecimal():
            sector.set("vocabulary", f"v1-{vocabulary}")
    for kind in element.findall("transaction/transaction-type"):
        _word(kind, "code", TRANSACTIONS)
    for budget in element.findall("budget"):
        _word(budget, "type", {"original": "1", "revised": "2"})
    for location in element.findall("location"):
        _location_of(location)
    return element


def _word(element: Element, attribute: str, words: dict[str, str]) -> None:
    """A word of version 1 as the code of version 2; a code, or another word, stays."""
    word = element.get(attribute, "").strip().casefold()
    if word in words:
        element.set(attribute, words[word])


def _location_of(location: Element) -> None:
    """Coordinates as a point; the kind of place as a class and a level, so that no seat stands for its district."""
    coordinates = location.find("coordinates")
    if coordinates is None:
        return
    lat, lon = coordinates.get("latitude", "").strip(), coordinates.get("longitude", "").strip()
    if lat and lon:
        SubElement(SubElement(location, "point"), "pos").text = f"{lat} {lon}"
    precision = coordinates.get("precision", "").strip()
    if precision:
        SubElement(location, "exactness", {"code": "1" if precision == EXACT else "2"})
    for unit in location.findall("administrative"):
        if "code" not in unit.attrib:  # it names the country that the place lies in, not the place
            location.remove(unit)
    kind = location.find("location-type")
    code = "" if kind is None else kind.get("code", "").strip().upper()
    level = code[3:4] if code[:3] == "ADM" and code[3:4] in ("1", "2") else {"3": "2", "4": "1"}.get(precision, "")
    if code.startswith("PCL") or precision == "6":
        SubElement(location, "feature-designation", {"code": "PCLI"})
    elif level:
        SubElement(location, "location-class", {"code": "1"})
        SubElement(location, "administrative", {"code": "", "level": level})
