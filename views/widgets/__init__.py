"""Parts of pages: cards, filters, maps, tables, downloads."""
