"""Why a row was not taken, or was taken with a remark: one key, one English and one French sentence each."""

from __future__ import annotations

from geo.messages import Note

REASONS: dict[str, tuple[str, str]] = {
    # rows of a table
    "too_many_fields": (
        "The row has more fields than the header; values may have shifted.",
        "La ligne a plus de champs que l'en-tête ; des valeurs ont pu se décaler.",
    ),
    "too_few_fields": (
        "The row has fewer fields than the header: a line break or a cut inside it.",
        "La ligne a moins de champs que l'en-tête : un saut de ligne ou une coupure à l'intérieur.",
    ),
    "short_row": (
        "Rows ended before the header's last column, several alike; the missing cells were read as blank.",
        "Des lignes s'arrêtent avant la dernière colonne, plusieurs de même ; les cellules absentes sont lues vides.",
    ),
    "quote_stray": (
        "A quotation mark stands in the middle of a field.",
        "Un guillemet se trouve au milieu d'un champ.",
    ),
    "cell_too_long": (
        "A cell is longer than the limit 'cell_characters'.",
        "Une cellule dépasse la limite « cell_characters ».",
    ),
    "trailing_field": (
        "Each row ends with one delimiter too many; the empty field was left out and nothing shifted.",
        "Chaque ligne se termine par un séparateur de trop ; le champ vide a été omis, rien n'a été décalé.",
    ),
    "blank_row": ("Blank rows were passed over.", "Des lignes vides ont été ignorées."),
    "cell_unreadable": (
        "A cell cannot be read: text that is not UTF-8, or a value out of its type's range.",
        "Une cellule est illisible : texte qui n'est pas en UTF-8, ou valeur hors des bornes de son type.",
    ),
    "cell_error": (
        "Excel error values (#N/A, #REF! and the like) were read as blank.",
        "Des valeurs d'erreur d'Excel (#N/A, #REF!, etc.) ont été lues comme vides.",
    ),
    "formula_without_value": (
        "Formulas without a stored result were read as blank; open and save the workbook to store them.",
        "Des formules sans résultat enregistré ont été lues comme vides ; ouvrez puis enregistrez le classeur.",
    ),
    "missing_value": ("A value that is needed is missing.", "Une valeur nécessaire manque."),
    "recycled_or_scrap": (
        "The material is stated to be recycled or scrap: it has no mine, and no origin was screened.",
        "La matière est dite recyclée ou de récupération : sans mine, aucune origine n'a été examinée.",
    ),
    "missing_id": ("The row has no id.", "La ligne n'a pas d'identifiant."),
    "duplicate_id": (
        "The id stands in another row too, alike after Unicode normalisation and case folding.",
        "L'identifiant figure aussi dans une autre ligne, à la casse et à la forme Unicode près.",
    ),
    "row_repeated": ("The row repeats an earlier row in full.", "La ligne répète entièrement une ligne précédente."),
    # coordinates
    "coordinates_missing": ("The row has no coordinates.", "La ligne n'a pas de coordonnées."),
    "coordinates_incomplete": (
        "Only one of longitude and latitude is given.",
        "Une seule des deux coordonnées (longitude, latitude) est donnée.",
    ),
    "coordinates_unreadable": ("The coordinates are not numbers.", "Les coordonnées ne sont pas des nombres."),
    "coordinates_out_of_range": (
        "Longitude must lie in -180 to 180 and latitude in -90 to 90 degrees.",
        "La longitude doit être comprise entre -180 et 180 degrés, la latitude entre -90 et 90.",
    ),
    "coordinates_swapped": (
        "Longitude and latitude seem to be swapped; nothing was swapped, ask for it if it is so.",
        "La longitude et la latitude semblent inversées ; rien n'a été inversé, demandez-le si c'est le cas.",
    ),
    "coordinates_in_metres": (
        "The coordinates look like metres (UTM or another projection), not degrees; convert them to WGS 84.",
        "Les coordonnées semblent être en mètres (UTM ou autre projection) ; convertissez-les en WGS 84.",
    ),
    "coordinates_utm_text": (
        "The coordinate is written as UTM or MGRS; convert it to degrees of WGS 84.",
        "La coordonnée est écrite en UTM ou MGRS ; convertissez-la en degrés WGS 84.",
    ),
    "coordinates_comma_ambiguous": (
        "One comma stands between two numbers: it may be a decimal sign or part latitude and longitude; nothing was "
        "guessed. Write two columns, or both numbers with a decimal point.",
        "Une virgule sépare deux nombres : signe décimal, ou séparation de la latitude et de la longitude ; rien n'a "
        "été deviné. Écrivez deux colonnes, ou les deux nombres avec un point décimal.",
    ),
    "coordinates_zone_unclear": (
        "The coordinates are metres of a UTM zone, and the zone or its hemisphere is not told; give it (35S).",
        "Les coordonnées sont en mètres d'une zone UTM dont le numéro ou l'hémisphère manque ; donnez-le (35S).",
    ),
    "coordinates_utm_converted": (
        "Coordinates in metres of a UTM zone (WGS 84) were converted to degrees.",
        "Les coordonnées en mètres d'une zone UTM (WGS 84) ont été converties en degrés.",
    ),
    "coordinates_zero": (
        "The position (0, 0) lies in the Gulf of Guinea and stands for a missing value.",
        "La position (0, 0) se trouve dans le golfe de Guinée et tient lieu de valeur manquante.",
    ),
    "coordinates_dms": (
        "Coordinates in degrees, minutes and seconds were converted to decimal degrees.",
        "Les coordonnées en degrés, minutes et secondes ont été converties en degrés décimaux.",
    ),
    "coordinates_decimal_comma": (
        "Coordinates with a decimal comma were read as decimal degrees.",
        "Les coordonnées à virgule décimale ont été lues comme degrés décimaux.",
    ),
    "coordinates_360": (
        "The longitude is counted from 0 to 360; write west as negative.",
        "La longitude est comptée de 0 à 360 ; notez l'ouest en négatif.",
    ),
    # numbers
    "number_unreadable": ("A number was expected.", "Un nombre était attendu."),
    "number_ambiguous": (
        "The comma may part thousands or decimals; say which.",
        "La virgule peut séparer les milliers ou les décimales ; précisez.",
    ),
    "number_not_finite": (
        "The number is infinite, not a number, or too large.",
        "Le nombre est infini, indéfini ou trop grand.",
    ),
    "number_out_of_range": ("The number lies outside its range.", "Le nombre est hors de ses limites."),
    # dates
    "date_unreadable": ("The date cannot be read.", "La date est illisible."),
    "date_impossible": ("There is no such day.", "Ce jour n'existe pas."),
    "date_ambiguous": (
        "The date may be day/month or month/day; say which.",
        "La date peut être jour/mois ou mois/jour ; précisez.",
    ),
    "date_excel_serial": (
        "The date looks like a serial day number of Excel; format the column as a date, or allow serial numbers.",
        "La date semble être un numéro de série d'Excel ; mettez la colonne au format date, ou autorisez-les.",
    ),
    "date_incomplete": ("The date has no day.", "La date n'a pas de jour."),
    "date_missing": ("The date is missing.", "La date manque."),
    "end_before_start": ("The end lies before the start.", "La fin précède le début."),
    "date_in_future": ("The date lies in the future.", "La date est dans le futur."),
    # geometry
    "geometry_null": ("The row has no geometry.", "La ligne n'a pas de géométrie."),
    "geometry_empty": ("The geometry is empty.", "La géométrie est vide."),
    "geometry_malformed": (
        "The geometry is not built as its type asks.",
        "La géométrie n'est pas construite comme son type l'exige.",
    ),
    "geometry_unknown_type": ("The geometry has an unknown type.", "La géométrie est d'un type inconnu."),
    "feature_malformed": ("This is not a GeoJSON feature.", "Ce n'est pas une entité GeoJSON."),
    "properties_malformed": (
        "The properties are not an object of names and values.",
        "Les propriétés ne sont pas un objet de noms et de valeurs.",
    ),
    "not_a_point": (
        "A point was expected; a line or area has no one position unless you say that its middle may stand for it.",
        "Un point était attendu ; une ligne ou une surface n'a pas de position unique, sauf si vous l'acceptez.",
    ),
    "not_a_line": ("A line was expected.", "Une ligne était attendue."),
    "not_an_area": ("A polygon was expected.", "Un polygone était attendu."),
    "several_points": (
        "The row holds several points; one was expected.",
        "La ligne contient plusieurs points ; un seul était attendu.",
    ),
    "zero_area": ("The polygon has no area.", "Le polygone n'a pas de surface."),
    "bow_tie": (
        "The polygon crosses itself or is otherwise invalid; it needs repair before use.",
        "Le polygone se croise ou est invalide ; il doit être réparé avant emploi.",
    ),
    "ring_unclosed": (
        "A ring did not end where it began; it was closed with a straight line.",
        "Un anneau ne se terminait pas à son point de départ ; il a été fermé par un segment.",
    ),
    "height_dropped": ("Heights or measures (Z, M) were left out.", "Les altitudes ou mesures (Z, M) ont été omises."),
    "mixed_geometry": (
        "Points, lines and areas stand in one file.",
        "Points, lignes et surfaces se mêlent dans un fichier.",
    ),
    "antimeridian": (
        "The shape spans more than 180 degrees of longitude: it may cross the antimeridian, and is read as written.",
        "La forme couvre plus de 180 degrés de longitude : elle croise peut-être l'antiméridien ; lue telle quelle.",
    ),
    "representative_point": (
        "A point inside the line or area stands for it, as asked.",
        "Un point intérieur tient lieu de la ligne ou de la surface, comme demandé.",
    ),
    "record_without_shape": (
        "The attribute table and the shapes are not equally long; the surplus was not taken.",
        "La table attributaire et les formes n'ont pas la même longueur ; le surplus n'a pas été repris.",
    ),
    "record_deleted": (
        "The record is marked as deleted in the DBF file.",
        "L'enregistrement est marqué comme supprimé dans le fichier DBF.",
    ),
    # kinds of rows that layers turn down
    "unknown_code": ("The code is not one of the known ones.", "Le code n'est pas un code connu."),
    "after_as_of": ("The row is dated after the as-of date.", "La ligne est datée après la date de référence."),
    "superseded": (
        "A newer row of the same site stands in its place.",
        "Une ligne plus récente du même site la remplace.",
    ),
    # programmes of donors
    "place_missing": (
        "The programme names no place, country or region.",
        "Le programme ne nomme ni lieu, ni pays, ni région.",
    ),
    "radius_missing": (
        "The point has no stated radius, so it covers no site.",
        "Le point n'a pas de rayon indiqué ; il ne couvre donc aucun site.",
    ),
    "start_missing": (
        "The programme has no start, so it is never counted as active.",
        "Le programme n'a pas de date de début ; il n'est donc jamais compté comme actif.",
    ),
    "end_missing": (
        "The programme has no end and counts as ongoing.",
        "Le programme n'a pas de date de fin et compte comme en cours.",
    ),
    "type_unmapped": (
        "No type or sector of the programme leads to one of the eight programme types (data/dac_sector_types.csv).",
        "Aucun type ou secteur du programme ne correspond à l'un des huit types (data/dac_sector_types.csv).",
    ),
    "currency_unknown": (
        "The currency is not known; the budget is kept as given and never converted.",
        "La devise n'est pas connue ; le budget est conservé tel quel et jamais converti.",
    ),
    "organisation_caf": (
        "'CAF' names an organisation here (a development bank), not the Central African Republic.",
        "« CAF » désigne ici une organisation (une banque de développement), non la République centrafricaine.",
    ),
    "same_id_differs": (
        "The id stands in an earlier row with another donor, type or dates.",
        "L'identifiant figure dans une ligne précédente avec un autre bailleur, type ou d'autres dates.",
    ),
    "xml_broken": (
        "The XML breaks off or is damaged here; what came before was read.",
        "Le XML s'interrompt ou est endommagé ici ; ce qui précède a été lu.",
    ),
    "not_iati_2": (
        "This activity is not in version 2 of the IATI standard.",
        "Cette activité n'est pas dans la version 2 de la norme IITA.",
    ),
}
"""Key -> (English, French). Reject reasons and remarks share the keys; `layers` may use any of them."""


def sentence(reason: str, language: str = "en") -> str:
    """The sentence of a reason; a key that is not known is given back as it is.

    Examples
    --------
    >>> sentence("date_impossible"), sentence("date_impossible", "fr")
    ('There is no such day.', "Ce jour n'existe pas.")
    """
    pair = REASONS.get(reason)
    return reason if pair is None else pair[1 if language == "fr" else 0]


class Reason(Note):
    """The sentence of a reason as a note, in either language.

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
        return sentence(self.template, str(getattr(translate, "language", "en")))


class ReasonName(Reason):
    """The key of a reason, which pages say as its sentence."""

    def __new__(cls, reason: str, /, **_params: object) -> ReasonName:
        """The key itself as English text."""
        made = Note.__new__(cls, reason)
        assert isinstance(made, ReasonName)
        return made

    def sentence(self, translate: object = None) -> str:
        """The sentence in the language of `translate`, without its full stop; the key in English."""
        language = str(getattr(translate, "language", "en"))
        return str(self) if language == "en" else sentence(self.template, language).rstrip(".")
