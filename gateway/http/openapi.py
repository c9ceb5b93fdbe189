"""OpenAPI 3.1, made from the table of routes and the types it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.http.access import Signin
from gateway.http.routes import Route

_REF = "#/components/schemas/{name}"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457. ``type`` ends in a stable code; ``detail`` says what to do. Further fields belong to the code."""

    type: str
    title: str
    status: int
    detail: str


def document(routes: Iterable[Route], *, version: str) -> dict[str, Any]:
    """The whole description."""
    routes = list(routes)
    kinds: list[Any] = [kind for route in routes for kind in (route.body, route.answer) if kind is not None]
    _, components = msgspec.json.schema_components([*dict.fromkeys(kinds), Problem], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Switchboard",
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Conversations over all channels, their handoff and their setup. Instants are UTC microseconds.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "switchboard_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": list(route.tags),
        "security": _security(route),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", route.path)
        ]
        + _query(route),
        "responses": _responses(route),
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(name=route.body.__name__)}}},
        }
    elif route.raw:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    return operation


def _operation_id(route: Route) -> str:
    words = [part for part in re.split(r"[/{}]+", route.path.removeprefix("/api/v1")) if part]
    return "_".join([route.method.lower(), *words]).replace("-", "_").replace(".", "_")


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.access is Signin.NOBODY:
        return []
    if route.access is Signin.ACCOUNT:
        return [{"session": []}]
    return [{"session": []}, {"token": []}]


def _query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = msgspec.json.schema(route.query)
    found = schema["$defs"][route.query.__name__]
    return [
        {"name": name, "in": "query", "required": name in found.get("required", ()), "schema": value}
        for name, value in found["properties"].items()
    ]


def _responses(route: Route) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done" if route.status == 204 else "The answer"}
    if route.answer is not None:
        schema = {"$ref": _REF.format(name=route.answer.__name__)}
        answer["content"] = {"application/json": {"schema": schema}}
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {str(route.status): answer, "default": {"description": "A problem", "content": problem}}
