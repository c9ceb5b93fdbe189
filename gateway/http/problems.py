"""Errors on the wire: ``application/problem+json`` (RFC 9457), each saying what to do."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from aiohttp import web

from gateway.errors import (
    Malformed,
    NotFound,
    Refused,
    StartupError,
    SwitchboardError,
    TooLarge,
    TooMany,
)
from gateway.metrics import REQUESTS
from gateway.tracing import step

log = structlog.get_logger(__name__)

GONE = 499
"""The status that nobody is told any more: who asked has gone, while a socket was opened to them above all."""

__all__ = ["problem_of", "problem_response", "problems"]


def problem_of(error: Refused) -> dict[str, Any]:
    """The body of a refusal."""
    return {
        **({"fault": msgspec.to_builtins(error.fault)} if error.fault is not None else {}),
        **{name: value for name, value in error.fields.items() if value is not None},
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }


def problem_response(error: Refused) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.fields["after"])
    elif error.status == 503:
        headers["Retry-After"] = "1"
    elif error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(
        body=msgspec.json.encode(problem_of(error)),
        status=error.status,
        content_type="application/problem+json",
        headers=headers,
    )


class _Unexpected(Refused):
    code, status, title = "internal", 500, "Our mistake"


class _NotAllowed(Refused):
    code, status, title = "method_not_allowed", 405, "Not this way"


@web.middleware
async def problems(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turns whatever a handler raises into a problem; nothing of ours leaks into it."""
    route = _route(request)
    with step(request.method, **{"http.request.method": request.method, "http.route": route}) as done:
        if not route.startswith("/api/") or "Upgrade" in request.headers:  # pages, and sockets that are open for hours
            done.drop()
        response = await _answered(request, handler)
        done.of("", **{"http.response.status_code": response.status})
    REQUESTS.labels(route, str(response.status)).inc()
    return response


async def _answered(request: web.Request, handler: Any) -> web.StreamResponse:
    response: web.StreamResponse
    try:
        response = await handler(request)
    except Refused as error:
        response = problem_response(error)
    except web.HTTPRequestEntityTooLarge:
        response = problem_response(TooLarge("The body is larger than this server takes. Send less."))
    except web.HTTPNotFound:
        response = problem_response(NotFound("There is nothing at this address. See /api/v1/openapi.json."))
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        response = problem_response(_NotAllowed(f"This address takes {allowed}."))
    except web.HTTPBadRequest:
        response = problem_response(Malformed("The request can't be read."))
    except web.HTTPException:
        raise
    except (SwitchboardError, StartupError, Exception) as error:
        if isinstance(error, ConnectionError) and _is_gone(request):
            response = web.Response(status=GONE)
        else:
            log.exception("request_failed", route=_route(request))
            response = problem_response(_Unexpected("Something failed on our side; it is logged. Try again later."))
    return response


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"
