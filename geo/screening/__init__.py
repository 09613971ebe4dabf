"""A company's list: checks of origin, roads, and what a route comes near."""
