"""The table of routes. Who may, what comes in and what goes out stand beside each path.

Handlers, OpenAPI and the tests of foreign and broken input are all made from this table.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import msgspec
from aiohttp import web

from gateway.errors import Invalid, Malformed, NotFound
from gateway.http.access import Access, Principal, Signin

EVERYONE: frozenset[str] = frozenset({"operator", "supervisor", "administrator"})
SUPERVISORS: frozenset[str] = frozenset({"supervisor", "administrator"})
ADMINISTRATORS: frozenset[str] = frozenset({"administrator"})

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(slots=True)
class Call:
    """A request that was let in and judged: who asks, for which business, with what."""

    request: web.Request
    principal: Principal | None
    body: Any = None
    query: Any = None

    @property
    def business(self) -> str:
        return str(self.request.match_info["business"])

    def param(self, name: str) -> str:
        return str(self.request.match_info[name])

    @property
    def who(self) -> Principal:
        assert self.principal is not None
        return self.principal


ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What an id may look like, whoever made it."""

Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """``access``: nobody (public), any signed-in account, or these roles in the path's business.

    ``body`` and ``query`` are msgspec types; the handler returns ``answer`` (encoded as JSON) or a response.
    ``raw``: the body is bytes, which the handler reads and bounds itself.
    """

    method: Method
    path: str
    handler: Handler
    summary: str
    access: Signin | frozenset[str]
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    answer: Any = None
    status: int = 200
    raw: bool = False
    tags: tuple[str, ...] = field(default=())


def mount(app: web.Application, routes: Sequence[Route], access: Access) -> None:
    """Adds the routes to an application."""
    for route in routes:
        app.router.add_route(route.method, route.path, _serve(route, access))


def _serve(route: Route, access: Access) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    decoder = msgspec.json.Decoder(route.body) if route.body is not None else None

    async def serve(request: web.Request) -> web.StreamResponse:
        if not all(ID.fullmatch(value) for value in request.match_info.values()):
            raise NotFound("There is nothing at this address: an id in it isn't one.")
        principal = await access.admit(request, route.access, writes=route.method != "GET")
        call = Call(request, principal)
        if decoder is not None:
            call.body = decode_body(await request.read(), decoder)
        if route.query is not None:
            call.query = decode_query(request, route.query)
        answer = await route.handler(call)
        if isinstance(answer, web.StreamResponse):
            return answer
        return json_response(answer, status=route.status)

    return serve


def json_response(answer: Any, *, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(answer),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def decode_body(body: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    """A typed body. Raises ``Malformed`` for what isn't JSON, ``Invalid`` for what isn't as the type says."""
    try:
        return decoder.decode(body or b"{}")
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}. See /api/v1/openapi.json for what belongs here.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body isn't JSON that can be read.") from error


@cache
def strictly(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same type, for what comes in: a field that it doesn't have is an error, not something to pass over. So it is in
    what a field of it is."""
    inner = [
        (field.name, strictly(field.type), field.default)
        for field in msgspec.structs.fields(kind)
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
    ]
    return msgspec.defstruct(
        f"{kind.__name__}Body", inner, bases=(kind,), frozen=True, kw_only=True, forbid_unknown_fields=True
    )


def decode_query(request: web.Request, kind: type[msgspec.Struct]) -> Any:
    try:
        return msgspec.convert(dict(request.query), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"{error}, in the query.") from error
