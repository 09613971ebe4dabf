"""``cahra density``: incidents as a surface, and how it changed from one period to another."""
