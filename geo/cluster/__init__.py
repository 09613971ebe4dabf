"""The same job on many machines: tiles, what a tile needs, and the Dask job."""
