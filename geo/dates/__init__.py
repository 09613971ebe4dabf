"""Many dates in one pass: classes, zone statuses and gaps of every site at every date, as assessing each gives them."""
