"""The tables of data/, read once."""
