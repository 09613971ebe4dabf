"""Loops that Numba compiles where it is installed: what NumPy does elsewhere, with the same results and sooner."""
