"""One writer per format, and what keeps a value from being run."""
