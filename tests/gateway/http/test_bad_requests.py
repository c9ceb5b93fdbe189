"""Whatever comes in by HTTP: for every route of the table, foreign, broken, huge and odd input is refused well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway.admin.kinds import KINDS
from gateway.http.access import Signin
from gateway.http.verbs import VerbAnswer
from gateway.store import log
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site
from tests.support_edge.table import names_a_part, of_a_business, raw_call, text_fields, valid_body, writes

ODD_IDS = [
    "%00", "..%2F..%2Fetc%2Fpasswd", "%FF%FE", "a" * 3000, "'%20OR%201=1%20--", "%E2%80%AE", "%0d%0aX-Evil:1",
    "%7B%7D", "%22%3E%3Cscript%3E", "💥", "-1", "null",
]  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def a_conversation(site: Site) -> str:
    widget = await site.widget()
    ack = await widget.say("Hello")
    await widget.entry("bot_message")
    return str(ack["conversation"])


async def test_every_route_of_a_business_names_who_may(site: Site) -> None:
    for route in site.node.routes:
        assert "{business}" not in route.path or not isinstance(route.access, Signin), route.path


async def test_foreign_business_looks_like_one_that_does_not_exist(site: Site) -> None:
    for route in of_a_business(site):
        answers = [
            await raw_call(site, route, business=business) for business in (site.theirs.business, "no-such-business")
        ]
        assert answers[0][:2] == answers[1][:2], route.path
        assert answers[0][0] == 404, route.path


async def test_foreign_conversation_looks_like_one_that_does_not_exist(site: Site) -> None:
    widget = await site.widget(origin=site.origin, inbox=site.theirs.inbox)
    theirs = (await widget.say("Hello"))["conversation"]
    for route in (route for route in of_a_business(site) if "{conversation}" in route.path):
        answers = [await raw_call(site, route, conversation=name) for name in (theirs, "no-such-conversation")]
        assert answers[0][:2] == answers[1][:2], route.path
        assert answers[0][0] == 404, route.path
    await widget.still_there()
    assert not any(entry["event"]["type"] == "taken" for entry in widget.entries)


async def test_foreign_contact_or_inbox_looks_like_one_that_does_not_exist(site: Site) -> None:
    widget = await site.widget(origin=site.origin, inbox=site.theirs.inbox)
    talk = (await widget.say("Hello"))["conversation"]
    contact = (await site.node.store.read(site.theirs.business, lambda tx, now: log.peek(tx, talk))).contact  # type: ignore[union-attr]
    checked = 0
    for part, theirs in (("{contact}", contact), ("{inbox}", site.theirs.inbox)):
        for route in (route for route in of_a_business(site) if part in route.path):
            answers = [await raw_call(site, route, conversation=name) for name in (theirs, "no-such-one")]
            assert answers[0][:2] == answers[1][:2], route.path
            assert answers[0][0] == 404, route.path
            checked += 1
    assert checked >= 3
    await widget.still_there()


async def test_nobody_gets_in_without_signing_in(site: Site) -> None:
    cookies = ["", "switchboard_session=", "switchboard_session=unknown", "switchboard_session=" + "x" * 5000]
    for route in site.node.routes:
        if route.access is Signin.NOBODY:
            continue
        for cookie in cookies:
            status, problem, headers = await raw_call(site, route, headers={"Cookie": cookie, "Origin": site.origin})
            assert (status, problem["type"]) == (401, "/problems/signed_out"), route.path
            assert "WWW-Authenticate" in headers


@pytest.mark.parametrize("value", [b"\xff\xfe", b"\xd0\xa9", b"a b c", b'"', b"\xed\xa0\x80"])
async def test_odd_bytes_where_a_key_belongs_are_only_unknown(site: Site, value: bytes) -> None:
    odd = value.decode("utf-8", "surrogateescape")
    route = next(route for route in site.node.routes if route.path.endswith("/conversations"))
    for headers in ({"Cookie": f"switchboard_session={odd}"}, {"Authorization": f"Bearer {odd}"}):
        assert (await raw_call(site, route, headers=headers))[0] == 401


SHARED = {f"/{kind.path}": kind.shares for kind in KINDS}
"""Who may add a thing that is everybody's, by the end of its path."""


async def test_wrong_role_is_forbidden(site: Site) -> None:
    for route in of_a_business(site):
        assert isinstance(route.access, frozenset)
        shares = SHARED.get(route.path[route.path.rindex("/") :], route.access) if route.method == "POST" else None
        allowed = route.access if shares is None else route.access & shares
        for who, role in (("olga", "operator"), ("sara", "supervisor"), ("anna", "administrator")):
            status, _, _ = await raw_call(site, route, headers=site.headers(who))
            assert (status == 403) == (role not in allowed), (route.path, role)


async def test_every_write_with_a_cookie_must_come_from_our_own_pages(site: Site) -> None:
    conversation = await a_conversation(site)
    before = await site.log(conversation)
    for route in filter(writes, site.node.routes):
        for origin in ("https://evil.example", "null", "", "http://127.0.0.1", site.origin + ".evil.example"):
            headers = site.headers("anna", origin=origin)
            status, problem, _ = await raw_call(site, route, conversation=conversation, headers=headers)
            assert (status, problem["type"]) == (403, "/problems/origin_refused"), (route.path, origin)
        del headers["Origin"]
        assert (await raw_call(site, route, conversation=conversation, headers=headers))[0] == 403
    assert await site.log(conversation) == before
    assert (await site.call("GET", "/api/v1/me", who="anna"))[0] == 200  # nobody signed her out


async def test_wrong_method_says_which_ones_are_right(site: Site) -> None:
    by_path: dict[str, set[str]] = {}
    for route in site.node.routes:
        by_path.setdefault(route.path, set()).add(route.method)
    for route in site.node.routes:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - by_path[route.path]:
            status, problem, _ = await raw_call(site, route, method=method)
            assert (status, problem["type"]) == (405, "/problems/method_not_allowed"), (route.path, method)


async def test_body_that_is_not_json_is_malformed(site: Site) -> None:
    bodies = [
        b"{", b"nonsense", b'{"a":', b"\x00", b"\xff\xfe\xfd", b'{"a":1}}', b"[" * 30_000, b'{"a":' * 10_000, b"'x'",
        b'"\\ud800"', b'{"text":"\xed\xa0\x80"}',
    ]  # fmt: skip
    for route in (route for route in site.node.routes if route.body is not None):
        for body in bodies:
            status, problem, _ = await raw_call(site, route, data=body)
            assert status in (400, 422), (route.path, body[:20])
            assert problem["type"] in ("/problems/malformed", "/problems/invalid")


async def test_body_of_the_wrong_shape_is_invalid(site: Site) -> None:
    conversation = await a_conversation(site)
    before = await site.log(conversation)
    for route in (route for route in site.node.routes if route.body is not None):
        assert route.body is not None
        good = valid_body(route.body)
        wrong: list[object] = [[], "text", 1, None, {**good, "unknown_field": 1}]
        wrong += [{**good, name: value} for name in good for value in NEVER]
        wrong += [{name: value for name, value in good.items() if name != gone} for gone in good]
        for body in wrong:
            status, problem, _ = await raw_call(site, route, conversation=conversation, data=msgspec.json.encode(body))
            assert (status, problem["type"]) == (422, "/problems/invalid"), (route.path, body)
    assert await site.log(conversation) == before


async def test_body_beyond_the_limit_is_too_large(site: Site) -> None:
    for route in (route for route in site.node.routes if route.body is not None):
        status, problem, _ = await raw_call(site, route, data=b'{"text":"' + b"x" * 70_000 + b'"}')
        assert (status, problem["type"]) == (413, "/problems/too_large"), route.path


async def test_numbers_beyond_every_bound_are_refused_or_harmless(site: Site) -> None:
    conversation = await a_conversation(site)
    for route in (route for route in site.node.routes if route.body is not None):
        assert route.body is not None
        for name, value in valid_body(route.body).items():
            if isinstance(value, int):
                for huge in (2**63, 2**64, 10**30, -(2**63) - 1):
                    body = msgspec.json.encode(valid_body(route.body)).replace(
                        f'"{name}":{value}'.encode(), f'"{name}":{huge}'.encode()
                    )
                    status, _, _ = await raw_call(site, route, conversation=conversation, data=body)
                    assert 400 <= status < 500, (route.path, name, huge)


async def test_odd_queries_are_invalid_and_never_our_mistake(site: Site) -> None:
    conversation = await a_conversation(site)
    values = ["", "abc", "-1", "0", "1e9", "99999999999999999999999999", "9223372036854775808", "²", "%00", "%FF", "💥",
              "99999999999999999999999.x", "²3.x", "1.%00", ".", "1.", "x" * 5000]  # fmt: skip
    for route in (route for route in site.node.routes if route.query is not None):
        assert route.query is not None
        names = [field.name for field in msgspec.structs.fields(route.query)] + ["unknown"]
        for name in names:
            for value in values:
                status, _, _ = await raw_call(site, route, conversation=conversation, query=f"?{name}={value}")
                # Whoever changes a draft says which they saw; another one by now is a conflict.
                stale = (409,) if name == "seen" else ()
                assert status in (200, 404, 422, *stale), (route.path, name, value)
                # An item of that name there is none; a conversation there is.
                asks_for_one = name in ("name", "version", "older", "newer", "question")
                assert status != 404 or names_a_part(route) or asks_for_one, (route.path, name, value)


async def test_odd_ids_in_a_path_find_nothing(site: Site) -> None:
    for route in of_a_business(site):
        for odd in ODD_IDS:
            assert (await raw_call(site, route, business=odd))[0] == 404, (route.path, odd)
            if names_a_part(route):
                assert (await raw_call(site, route, conversation=odd))[0] == 404, (route.path, odd)


async def test_odd_paths_find_nothing(site: Site) -> None:
    paths = ["/api/v1/nothing", "/api", "/console/%00", "/widget/" + "a" * 400, "/console/..%2f..%2fapp.py",
             "/widget/..%2f..%2f..%2fpyproject.toml", "/console/%FF", "//api/v1/me"]  # fmt: skip
    for path in paths:
        async with site.http.get(site.origin + path, headers=site.headers()) as response:
            assert response.status == 404, path
            assert response.content_type == "application/problem+json"
            assert b"Traceback" not in await response.read()


NEVER: tuple[object, ...] = (None, [], {"a": {}}, True, "x" * 60_000, -1)
"""Values that no field of a body takes."""
NASTY = (
    '<script>alert(1)</script><img src=x onerror="alert(1)">',
    "a\u0000b\u0001c\u001b[31m",
    "abc\u202edef\u2066ghi",
    "\u200e\u200f e\u0301 👨‍👩‍👧 — ñ",
    "'; DROP TABLE events; --",
    "{{7*7}} ${7*7} %s %n",
)


async def test_whatever_people_write_is_stored_as_inert_text(site: Site) -> None:
    conversation = await a_conversation(site)
    await site.verb(conversation, "take", who="anna")
    number = 0
    for route in of_a_business(site):
        if route.answer is not VerbAnswer or route.body is None:
            continue
        for name in [*text_fields(route.body), *(["facts"] if "facts" in valid_body(route.body) else [])]:
            for nasty in NASTY:
                number += 1
                floor = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}")
                state = floor[1]["conversation"]
                body = valid_body(route.body) | {name: nasty if name != "facts" else {"city": nasty, nasty[:60]: "x"}}
                body |= {key: value for key, value in (("id", f"n{number}"),) if key in body}
                if "floor_seq" in body:
                    body["floor_seq"] = state["floor_seq"]
                status, answer, _ = await raw_call(
                    site, route, conversation=conversation, data=msgspec.json.encode(body)
                )
                assert status in (200, 409, 422, 403), (route.path, name, answer)
                await site.verb(conversation, "take", who="anna")
    stored = "".join(msgspec.json.encode(entry).decode() for entry in await site.log(conversation))
    assert "<script>alert(1)</script>" in stored
    for character in ("\\u0000", "\\u0001", "\\u001b", "\u202e", "\u2066"):
        assert character not in stored, repr(character)
