"""Commands around data: what was fetched, what is watched, results into a database or to a GIS."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cli import editions_command, fetch_command, watch_command
from i18n.languages import offered


def to_database(args: argparse.Namespace) -> int:
    """`cahra to-database`: a result of assess into PostGIS or DuckDB, under the run's id, in one transaction."""
    from i18n.translator import translator
    from jobs.database_sink import store_result

    _ = translator(args.language)
    print("\n".join(line.sentence(_) for line in store_result(Path(args.folder), args.address).summary()))
    return 0


def serve_features(args: argparse.Namespace) -> int:
    """`cahra serve-features`: a result as OGC API Features, read only, for QGIS, GDAL and others on this machine."""
    import uvicorn

    from jobs.features.collections import collections_of
    from jobs.features.service import service

    found, record = collections_of(Path(args.folder))
    names = [args.host, "localhost", "127.0.0.1", "[::1]"] if args.host not in ("0.0.0.0", "::") else ["*"]  # noqa: S104
    for name, one in found.items():
        print(f"http://{args.host}:{args.port}/collections/{name}/items: {len(one.features)}", flush=True)
    uvicorn.run(service(found, record, names), host=args.host, port=args.port, log_level="warning", server_header=False)
    return 0


def add(commands: Any) -> None:
    """All of them and their options."""
    fetch_command.add(commands)
    editions_command.add(commands)
    watch_command.add(commands)
    to = commands.add_parser("to-database", help="a result into PostGIS or DuckDB", description=to_database.__doc__)
    to.add_argument("folder", metavar="DIR", help="folder that assess wrote")
    to.add_argument("address", metavar="URL", help="postgresql://host/db?schema=name, or duckdb:///file")
    to.add_argument("--language", choices=tuple(offered()), default="en", help="language of what is printed")
    to.set_defaults(call=to_database)
    serve = commands.add_parser("serve-features", help="a result to a GIS", description=serve_features.__doc__)
    serve.add_argument("folder", metavar="DIR", help="folder of a result with a map (sites.geojson)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine alone")
    serve.add_argument("--port", type=int, default=8503)
    serve.set_defaults(call=serve_features)
