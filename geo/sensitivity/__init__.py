"""How sure a class is: other settings, what would flip it, the months before, and what the data itself leaves open."""
