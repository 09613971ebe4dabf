"""A run made ready for a meeting: map, tables, workbook and GIS project in the reader's language."""
