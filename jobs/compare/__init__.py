"""``cahra compare``: two results of one job; what moved, and through what."""
