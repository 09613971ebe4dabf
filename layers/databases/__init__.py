"""PostGIS and DuckDB: tables read as files are, and results written back; only where a user names one."""
