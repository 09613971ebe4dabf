"""A company's list: origins, routes, flags, reviews, and the files of a run."""
