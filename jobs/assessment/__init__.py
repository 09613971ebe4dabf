"""Sites at a date: classes, evidence, and the files of a run."""
