"""``cahra sensitivity``: how sure each class is, what would flip it, and how it changed by month."""
