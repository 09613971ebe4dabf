"""A publisher or a role of data a file: what it is called, its columns, its licence."""
