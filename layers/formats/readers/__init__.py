"""One reader per format; each gives a table of text and geometries."""
