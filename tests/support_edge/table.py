"""The table of routes as the tests of broken and foreign input read it."""

from __future__ import annotations

import typing
from typing import Any

import msgspec

from gateway.http.access import Signin
from gateway.http.routes import Route
from tests.support_edge.site import Site

PARTS = (
    "conversation", "contact", "inbox", "file", "item", "member", "invitation", "token", "session", "call", "version",
    "record", "leg", "sound",
)  # fmt: skip
"""What of a business a path may name."""


UNREAD = ("id", "email", "password", "current", "link", "token", "code", "pending", "timezone", "url", "endpoint")
"""Fields of text that nobody reads."""


def fill(route: Route, *, business: str, part: str) -> str:
    """The route's path with ids in it: ``part`` for whatever of a business it names."""
    path = route.path.replace("{business}", business)
    for name in PARTS:
        path = path.replace(f"{{{name}}}", part)
    return path.replace("{seq}", "1")


def names_a_part(route: Route) -> bool:
    return any(f"{{{name}}}" in route.path for name in PARTS)


SAMPLES: dict[str, Any] = {
    "answers": {"model": "Lamp"}, "actions": [{"type": "return_to_bot"}], "steps": [{"name": "first", "title": "First"}],
    "id": "id-1", "leg": "leg-1", "sdp": "v=0", "text": "hello", "floor_seq": 1, "until": 1, "facts": {"city": "Riga"}, "email": "new@shop.example",
    "password": "a password of some length", "locale": "en", "names": {"en": "Shop"}, "locales": ["en"],
    "texts": {"en": "Hello"}, "channel": "webchat", "code": "000000",
    "events": ["resolved"], "url": "https://crm.example.com/hook", "template": "no-such-one", "into": "another", "state": "busy",
    "columns": ["name"], "changes": [{"kind": "remove_response", "name": "utter_none"}], "seen": 0,
    "endpoint": "https://push.example.com/1", "auth": "A" * 22,
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
}  # fmt: skip


def valid_body(kind: type[msgspec.Struct] | None) -> dict[str, Any]:
    """A body of this type that is right in itself."""
    return _valid(kind) if kind is not None else {}


def _valid(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    wanted = [field for field in msgspec.structs.fields(kind) if field.required]
    return {field.name: _sample(field.name, hints[field.name]) for field in wanted}


def _sample(name: str, hint: Any) -> Any:
    if typing.get_origin(hint) is dict and _is_struct(inner := typing.get_args(hint)[1]):
        return {"en": _valid(inner)}
    if name in SAMPLES:
        return SAMPLES[name]
    if _is_struct(hint):
        return _valid(hint)
    if isinstance(hint, type) and issubclass(hint, int):
        return 1
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)[0]
    assert hint is str, f"what is a valid {name}, a {hint}?"
    return "Somebody"


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def valid_query(route: Route) -> str:
    """What the route can't do without, or ""."""
    wanted = _valid(route.query) if route.query is not None else {}
    return "?" + "&".join(f"{name}={value}" for name, value in wanted.items()) if wanted else ""


def text_fields(kind: type[msgspec.Struct]) -> list[str]:
    """The fields of a body that hold text."""
    hints = typing.get_type_hints(kind)
    return [name for name, hint in hints.items() if hint is str and name not in UNREAD]


def writes(route: Route) -> bool:
    return route.method != "GET"


def of_a_business(site: Site) -> list[Route]:
    return [route for route in site.node.routes if not isinstance(route.access, Signin)]


async def raw_call(
    site: Site, route: Route, *, business: str = "", conversation: str = "any", headers: dict[str, str] | None = None,
    data: bytes | None = None, method: str = "", query: str = "",
) -> tuple[int, dict[str, Any], dict[str, str]]:  # fmt: skip
    """One request; status, problem or answer, headers. ``headers=None``: Olga's browser."""
    path = fill(route, business=business or site.ours.business, part=conversation)
    headers = site.headers("anna") if headers is None else headers
    if data is None and route.body is not None:
        data = msgspec.json.encode(valid_body(route.body))
    elif data is None and route.raw:
        data = b"hello"
    query = query or valid_query(route)
    async with site.http.request(
        method or route.method, site.origin + path + query, headers=headers, data=data
    ) as response:  # fmt: skip
        body = await response.read()
        answer = msgspec.json.decode(body) if body and "json" in response.content_type else {}
        if response.status >= 400:
            check_problem(response.status, answer, response.content_type)
        return response.status, answer, dict(response.headers)


def check_problem(status: int, body: Any, content_type: str) -> None:
    """RFC 9457, and nothing of ours in it."""
    assert content_type == "application/problem+json", (status, content_type, body)
    assert {"type", "title", "detail", "status"} <= body.keys(), body
    assert body["type"].startswith("/problems/") and body["status"] == status
    assert body["title"] and body["detail"]
    text = repr(body)
    for leak in ("Traceback", ".py", "sqlite", "psycopg", "SELECT", "/home", "/usr", "object at 0x"):
        assert leak not in text, body
    assert status != 500, body
