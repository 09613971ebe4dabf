"""Why a row was not taken, or was taken with a remark: one key and one sentence each."""

from __future__ import annotations

from geo.messages import N_, SOURCE, Note

REASONS: dict[str, str] = {
    # rows of a table
    "too_many_fields": N_("The row has more fields than the header; values may have shifted."),
    "too_few_fields": N_("The row has fewer fields than the header: a line break or a cut inside it."),
    "short_row": N_("Rows ended before the header's last column, several alike; the missing cells were read as blank."),
    "quote_stray": N_("A quotation mark stands in the middle of a field."),
    "cell_too_long": N_("A cell is longer than the limit 'cell_characters'."),
    "trailing_field": N_(
        "Each row ends with one delimiter too many; the empty field was left out and nothing shifted."
    ),
    "blank_row": N_("Blank rows were passed over."),
    "cell_unreadable": N_("A cell cannot be read: text that is not UTF-8, or a value out of its type's range."),
    "cell_error": N_("Excel error values (#N/A, #REF! and the like) were read as blank."),
    "formula_without_value": N_(
        "Formulas without a stored result were read as blank; open and save the workbook to store them."
    ),
    "missing_value": N_("A value that is needed is missing."),
    "recycled_or_scrap": N_(
        "The material is stated to be recycled or scrap: it has no mine, and no origin was screened."
    ),
    "missing_id": N_("The row has no id."),
    "duplicate_id": N_("The id stands in another row too, alike after Unicode normalisation and case folding."),
    "row_repeated": N_("The row repeats an earlier row in full."),
    # coordinates
    "coordinates_missing": N_("The row has no coordinates."),
    "coordinates_incomplete": N_("Only one of longitude and latitude is given."),
    "coordinates_unreadable": N_("The coordinates are not numbers."),
    "coordinates_out_of_range": N_("Longitude must lie in -180 to 180 and latitude in -90 to 90 degrees."),
    "coordinates_swapped": N_(
        "Longitude and latitude seem to be swapped; nothing was swapped, ask for it if it is so."
    ),
    "coordinates_in_metres": N_(
        "The coordinates look like metres (UTM or another projection), not degrees; convert them to WGS 84."
    ),
    "coordinates_utm_text": N_("The coordinate is written as UTM or MGRS; convert it to degrees of WGS 84."),
    "coordinates_comma_ambiguous": N_(
        "One comma stands between two numbers: it may be a decimal sign or part latitude and longitude; nothing was "
        "guessed. Write two columns, or both numbers with a decimal point."
    ),
    "coordinates_zone_unclear": N_(
        "The coordinates are metres of a UTM zone, and the zone or its hemisphere is not told; give it (35S)."
    ),
    "coordinates_utm_converted": N_("Coordinates in metres of a UTM zone (WGS 84) were converted to degrees."),
    "coordinates_zero": N_("The position (0, 0) lies in the Gulf of Guinea and stands for a missing value."),
    "coordinates_dms": N_("Coordinates in degrees, minutes and seconds were converted to decimal degrees."),
    "coordinates_decimal_comma": N_("Coordinates with a decimal comma were read as decimal degrees."),
    "coordinates_360": N_("The longitude is counted from 0 to 360; write west as negative."),
    # numbers
    "number_unreadable": N_("A number was expected."),
    "number_ambiguous": N_("The comma may part thousands or decimals; say which."),
    "number_not_finite": N_("The number is infinite, not a number, or too large."),
    "number_out_of_range": N_("The number lies outside its range."),
    # dates
    "date_unreadable": N_("The date cannot be read."),
    "date_impossible": N_("There is no such day."),
    "date_ambiguous": N_("The date may be day/month or month/day; say which."),
    "date_excel_serial": N_(
        "The date looks like a serial day number of Excel; format the column as a date, or allow serial numbers."
    ),
    "date_incomplete": N_("The date has no day."),
    "date_missing": N_("The date is missing."),
    "end_before_start": N_("The end lies before the start."),
    "date_in_future": N_("The date lies in the future."),
    # geometry
    "geometry_null": N_("The row has no geometry."),
    "geometry_empty": N_("The geometry is empty."),
    "geometry_malformed": N_("The geometry is not built as its type asks."),
    "geometry_unknown_type": N_("The geometry has an unknown type."),
    "feature_malformed": N_("This is not a GeoJSON feature."),
    "properties_malformed": N_("The properties are not an object of names and values."),
    "not_a_point": N_(
        "A point was expected; a line or area has no one position unless you say that its middle may stand for it."
    ),
    "not_a_line": N_("A line was expected."),
    "not_an_area": N_("A polygon was expected."),
    "several_points": N_("The row holds several points; one was expected."),
    "zero_area": N_("The polygon has no area."),
    "bow_tie": N_("The polygon crosses itself or is otherwise invalid; it needs repair before use."),
    "ring_unclosed": N_("A ring did not end where it began; it was closed with a straight line."),
    "height_dropped": N_("Heights or measures (Z, M) were left out."),
    "mixed_geometry": N_("Points, lines and areas stand in one file."),
    "antimeridian": N_(
        "The shape spans more than 180 degrees of longitude: it may cross the antimeridian, and is read as written."
    ),
    "representative_point": N_("A point inside the line or area stands for it, as asked."),
    "record_without_shape": N_("The attribute table and the shapes are not equally long; the surplus was not taken."),
    "record_deleted": N_("The record is marked as deleted in the DBF file."),
    # kinds of rows that layers turn down
    "unknown_code": N_("The code is not one of the known ones."),
    "after_as_of": N_("The row is dated after the as-of date."),
    "superseded": N_("A newer row of the same site stands in its place."),
    # programmes of donors
    "place_missing": N_("The programme names no place, country or region."),
    "radius_missing": N_("The point has no stated radius, so it covers no site."),
    "start_missing": N_("The programme has no start, so it is never counted as active."),
    "end_missing": N_("The programme has no end and counts as ongoing."),
    "type_unmapped": N_(
        "No type or sector of the programme leads to one of the eight programme types (data/dac_sector_types.csv)."
    ),
    "currency_unknown": N_("The currency is not known; the budget is kept as given and never converted."),
    "organisation_caf": N_("'CAF' names an organisation here (a development bank), not the Central African Republic."),
    "same_id_differs": N_("The id stands in an earlier row with another donor, type or dates."),
    "xml_broken": N_("The XML breaks off or is damaged here; what came before was read."),
    "not_iati_2": N_("This activity is not in version 2 of the IATI standard."),
}
"""Key -> sentence. Reject reasons and remarks share the keys; `layers` may use any of them."""


def sentence(reason: str, translate: object = None) -> str:
    """The sentence of a reason; a key that is not known is given back as it is.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> sentence("date_impossible"), sentence("date_impossible", translator("fr"))
    ('There is no such day.', "Ce jour n'existe pas.")
    """
    text = REASONS.get(reason, reason)
    return str(translate(text)) if callable(translate) and reason in REASONS else text


class Reason(Note):
    """The sentence of a reason as a note.

    Examples
    --------
    >>> from i18n.translator import translator
    >>> Reason("date_impossible"), Reason("date_impossible").sentence(translator("fr"))
    ('There is no such day.', "Ce jour n'existe pas.")
    """

    def __new__(cls, reason: str, /, **_params: object) -> Reason:
        """The English sentence of a key."""
        made = super().__new__(cls, sentence(reason))
        assert isinstance(made, Reason)
        made.template = reason
        return made

    def sentence(self, translate: object = None) -> str:
        """The sentence in the language of `translate`."""
        return sentence(self.template, translate)


class ReasonName(Reason):
    """The key of a reason, which pages say as its sentence."""

    def __new__(cls, reason: str, /, **_params: object) -> ReasonName:
        """The key itself as English text."""
        made = Note.__new__(cls, reason)
        assert isinstance(made, ReasonName)
        made.template = reason
        return made

    def sentence(self, translate: object = None) -> str:
        """The sentence in the language of `translate`, without its full stop; the key in English."""
        if getattr(translate, "language", SOURCE) == SOURCE:
            return str(self)
        return sentence(self.template, translate).rstrip(".")
