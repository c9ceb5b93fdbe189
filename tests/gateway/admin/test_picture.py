"""Pictures of people: judged by their bytes, seen by whoever knows their name, gone when they are replaced."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.gateway.admin.browsers import code
from tests.support_edge.site import Site

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEBP = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + bytes(64) + bytes.fromhex("ffd9")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def put(site: Site, body: bytes, who: str = "olga", kind: str = "image/png") -> tuple[int, dict[str, Any]]:
    headers = site.headers(who) | {"Content-Type": kind}
    async with site.http.put(site.origin + "/api/v1/me/picture", headers=headers, data=body) as response:
        return response.status, await response.json()


async def shown(site: Site, name: str) -> tuple[int, str, bytes]:
    async with site.http.get(f"{site.origin}/pictures/{name}") as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        return response.status, response.content_type, await response.read()


@pytest.mark.parametrize(("body", "kind"), [(PNG, "image/png"), (WEBP, "image/webp"), (JPEG, "image/jpeg")])
async def test_picture_is_what_its_bytes_say_and_anybody_may_see_it(site: Site, body: bytes, kind: str) -> None:
    status, answer = await put(site, body, kind="text/html")
    assert status == 200
    assert await shown(site, answer["picture"]) == (200, kind, body)


@pytest.mark.parametrize(
    "body", [SVG, b"<html>", b"", b"GIF89a" + bytes(40), b"\x89PNG"], ids=["svg", "html", "empty", "gif", "stub"]
)
async def test_what_is_no_picture_is_refused_and_the_old_one_stays(site: Site, body: bytes) -> None:
    _, before = await put(site, PNG)
    assert code(await put(site, body)) == (422, "invalid")
    assert (await shown(site, before["picture"]))[0] == 200


async def test_too_large_a_picture_is_refused(site: Site) -> None:
    assert code(await put(site, PNG + bytes(64 * 1024))) == (413, "too_large")


async def test_replaced_and_removed_pictures_are_gone(site: Site) -> None:
    _, first = await put(site, PNG)
    _, second = await put(site, WEBP)
    assert (await shown(site, first["picture"]))[0] == 404
    status, me = await site.call("GET", "/api/v1/me")
    assert (status, me["account"]["picture"]) == (200, second["picture"])
    assert (await site.call("DELETE", "/api/v1/me/picture"))[0] == 204
    assert (await shown(site, second["picture"]))[0] == 404
    assert (await site.call("GET", "/api/v1/me"))[1]["account"]["picture"] == ""


async def test_customer_sees_the_picture_of_whoever_took_the_conversation(site: Site) -> None:
    _, answer = await put(site, PNG)
    widget = await site.widget()
    acknowledged = await widget.say("A person, please", choice="/switchboard.operator")
    console = await site.console("pavel")
    assert (await site.verb(acknowledged["conversation"], "take"))[0] == 200
    taken = await widget.entry("taken")
    assert taken["event"]["operator"] == {"id": "", "name": "Olga", "picture": answer["picture"]}
    again = await site.widget(token=widget.token)
    assert again.welcome["owner"] == {"name": "Olga", "picture": answer["picture"]}
    await put(site, WEBP)
    await console.expect("set_up", what="members")
