"""Text to values: coordinates, dates, ids, numbers."""
