"""Records as arrays: incidents, visits, administrative units, and how their names are compared."""
