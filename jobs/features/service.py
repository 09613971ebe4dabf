"""OGC API - Features 1.0, Core and GeoJSON, over the collections of a result: nothing can be written through it.

Every parameter is checked, and one that is not known is an error, as the standard asks. Only names of this machine are
answered to (or the host that was asked for), so that no page of elsewhere can be made to read through a browser.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from jobs.data_cards import citations
from jobs.data_page import inputs_of
from jobs.features.collections import Collection

CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}" for part in ("core", "oas30", "geojson")
)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LIMIT, MOST = 100, 10_000
GEOJSON, OPENAPI = "application/geo+json", "application/vnd.oai.openapi+json;version=3.0"
_TIME = r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))?"
_DATETIME = re.compile(rf"{_TIME}|(?:{_TIME}|\.\.)?/(?:{_TIME}|\.\.)?")


class _BadRequestError(Exception):
    """What is asked cannot be answered; the text says why."""


def service(collections: Mapping[str, Collection], record: Mapping[str, Any], hosts: list[str]) -> Starlette:
    """The application.

    Parameters
    ----------
    record
        Of the run: date and citations stand in the descriptions.
    hosts
        Names by which it may be asked.
    collections
        The collections of a result, by their names.
    """
    about = _Service(collections, record)

    def answered(make: Callable[[Request], JSONResponse]) -> Callable[[Request], JSONResponse]:
        def answer(request: Request) -> JSONResponse:
            try:
                return make(request)
            except _BadRequestError as fault:
                return _problem(400, str(fault))
            except KeyError:
                return _problem(404, "There is no such collection or feature.")

        return answer

    paths = {
        "/": about.landing, "/api": about.api, "/conformance": about.conformance, "/collections": about.all,
        "/collections/{name}": about.one, "/collections/{name}/items": about.items,
        "/collections/{name}/items/{id}": about.feature,
    }  # fmt: skip
    routes = [Route(path, answered(make), methods=["GET"]) for path, make in paths.items()]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)])


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"code": str(status), "description": detail}, status_code=status)


class _Service:
    def __init__(self, collections: Mapping[str, Collection], record: Mapping[str, Any]) -> None:
        self.collections = collections
        self.as_of = str(record.get("settings", {}).get("as_of", ""))
        self.synthetic = "Demonstration data: synthetic. " if record.get("demonstration") else ""
        self.cites = citations(inputs_of(record))

    def landing(self, request: Request) -> JSONResponse:
        _known(request, {"f"})
        base = _base(request)
        links = [
            _link(f"{base}/", "self", "application/json", "This document"),
            _link(f"{base}/api", "service-desc", OPENAPI, "The API"),
            _link(f"{base}/conformance", "conformance", "application/json", "What it conforms to"),
            _link(f"{base}/collections", "data", "application/json", "The collections"),
        ]
        description = (
            f"{self.synthetic}A result as of {self.as_of}. A class is a prompt for due diligence, not a finding of law."
        )
        return JSONResponse(
            {"title": "CAHRA Atlas", "description": description, "links": links, "attribution": self.cites}
        )

    def conformance(self, request: Request) -> JSONResponse:
        _known(request, {"f"})
        return JSONResponse({"conformsTo": list(CONFORMS)})

    def api(self, request: Request) -> JSONResponse:
        _known(request, {"f"})
        paths = {
            path: {"get": {"operationId": name, "responses": {"200": {"description": "OK"}}}}
            for path, name in (
                ("/", "landing"), ("/conformance", "conformance"), ("/collections", "collections"),
                ("/collections/{name}", "collection"), ("/collections/{name}/items", "features"),
                ("/collections/{name}/items/{id}", "feature"),
            )
        }  # fmt: skip
        info = {"title": "CAHRA Atlas", "version": "1"}
        document = {"openapi": "3.0.3", "info": info, "servers": [{"url": _base(request)}], "paths": paths}
        return JSONResponse(document, media_type=OPENAPI)

    def all(self, request: Request) -> JSONResponse:
        _known(request, {"f"})
        base = _base(request)
        links = [_link(f"{base}/collections", "self", "application/json", "This document")]
        every = [self._described(c, base) for c in self.collections.values()]
        return JSONResponse({"links": links, "collections": every})

    def one(self, request: Request) -> JSONResponse:
        _known(request, {"f"})
        return JSONResponse(self._described(self.collections[request.path_params["name"]], _base(request)))

    def _described(self, one: Collection, base: str) -> dict[str, Any]:
        place = f"{base}/collections/{urllib.parse.quote(one.name)}"
        title = f"{self.synthetic}{one.name}, as of {self.as_of}"
        return {
            "id": one.name, "title": one.name, "description": title, "itemType": "feature",
            "crs": [CRS84], "extent": {"spatial": {"bbox": [one.extent], "crs": CRS84}},
            "attribution": "; ".join(self.cites),
            "links": [_link(place, "self", "application/json", "This collection"),
                      _link(f"{place}/items", "items", GEOJSON, "Its features")],
        }  # fmt: skip

    def items(self, request: Request) -> JSONResponse:
        one = self.collections[request.path_params["name"]]
        given = _known(request, {"f", "limit", "offset", "bbox", "datetime", *one.properties})
        limit, offset = _whole(given, "limit", LIMIT, 1), _whole(given, "offset", 0, 0)
        limit = min(limit, MOST)
        if "datetime" in given and not _DATETIME.fullmatch(given["datetime"]):
            raise _BadRequestError("datetime is no RFC 3339 time or interval.")
        wanted = {k: v for k, v in given.items() if k in one.properties and k not in ("limit", "offset")}
        found = one.chosen(_box(given.get("bbox", "")), wanted)
        page = found[offset : offset + limit]
        place = f"{_base(request)}/collections/{urllib.parse.quote(one.name)}"

        def link(start: int, rel: str) -> dict[str, str]:
            query = urllib.parse.urlencode({**given, "limit": str(limit), "offset": str(start)})
            return _link(f"{place}/items?{query}", rel, GEOJSON, rel)

        links = [link(offset, "self"), _link(place, "collection", "application/json", "The collection")]
        if offset + limit < len(found):
            links.append(link(offset + limit, "next"))
        if offset:
            links.append(link(max(offset - limit, 0), "prev"))
        document = {
            "type": "FeatureCollection", "timeStamp": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "numberMatched": len(found), "numberReturned": len(page), "links": links,
            "features": [one.features[i] for i in page],
        }  # fmt: skip
        return JSONResponse(document, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"})

    def feature(self, request: Request) -> JSONResponse:
        _known(request, {"f"})
        one = self.collections[request.path_params["name"]]
        number = {key: i for i, key in enumerate(one.ids)}[request.path_params["id"]]
        place = f"{_base(request)}/collections/{urllib.parse.quote(one.name)}"
        links = [
            _link(f"{place}/items/{urllib.parse.quote(one.ids[number])}", "self", GEOJSON, "This feature"),
            _link(place, "collection", "application/json", "The collection"),
        ]
        return JSONResponse({**one.features[number], "links": links}, media_type=GEOJSON)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _link(href: str, rel: str, kind: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind, "title": title}


def _known(request: Request, names: set[str] | frozenset[str]) -> dict[str, str]:
    """The parameters of a request, each once and each known."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in names or name in given:
            raise _BadRequestError(f"The parameter {name[:40]!a} is not known, or stands twice.")
        given[name] = value
    if given.pop("f", "json") not in ("json", "geojson"):
        raise _BadRequestError("Only JSON is served.")
    return given


def _whole(given: dict[str, str], name: str, default: int, least: int) -> int:
    text = given.pop(name, str(default))
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < least:
        raise _BadRequestError(f"{name} is no whole number from {least}.")
    return int(text)


def _box(text: str) -> list[float] | None:
    if not text:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [numbers[i] for i in (0, 1, 3, 4)]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or numbers[1] > numbers[3]:
        raise _BadRequestError("bbox is not west,south,east,north in degrees.")
    return numbers
