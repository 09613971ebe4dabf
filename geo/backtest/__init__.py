"""How the classes fared: places at past dates, what followed, and how well each answer told them apart."""
