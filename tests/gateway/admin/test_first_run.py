"""A new installation: set up once, by whoever has the link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.setup import setup_link
from gateway.app import Switchboard
from gateway.store.opening import open_folder
from gateway.store.store import system_clock
from tests.gateway.admin.browsers import Browser, code
from tests.support.stores import Database
from tests.support_edge.clients import http_client
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import SECRET_KEY, Party, Site, settings_of

NOBODY = Party("", "", {}, {}, {})
SHOP = {
    "names": {"ru": "Лавка", "en": "Shop"},
    "locales": ["ru", "en"],
    "timezone": "Europe/Moscow",
    "color": "#123456",
}
BODY: dict[str, Any] = {
    "organization": "Example Ltd", "name": "Anna Example", "email": "anna@shop.example",
    "password": "three small green boats", "locale": "ru", "business": SHOP,
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A node over a database with nothing in it."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    with open_folder(tmp_path / "data") as held:
        settings = settings_of(tmp_path / "data", secret_key=SECRET_KEY)
        node = Switchboard(settings, held, database.open(system_clock), engine=ScriptedEngine())
        await node.start()
        try:
            async with http_client() as http:
                yield Site(node, ScriptedEngine(), http, NOBODY, NOBODY)
        finally:
            await node.drain()


async def token(site: Site) -> str:
    link = await setup_link(site.node.store, site.origin)
    assert link is not None and link.startswith(f"{site.origin}/console/#set-up=")
    return link.rpartition("=")[2]


async def test_the_link_makes_an_account_a_business_and_a_session(empty: Site) -> None:
    browser = Browser(empty, "")
    assert (await browser.get("/api/v1/setup")) == {"needed": True}
    status, me = await browser.ask("POST", "/api/v1/setup", {"token": await token(empty), **BODY})
    assert status == 200, me
    assert [(b["name"], b["role"]) for b in me["businesses"]] == [("Лавка", "administrator")]
    profile = await browser.get("profile", business=me["businesses"][0]["id"])
    assert profile["value"] == SHOP and profile["slug"] == "shop"
    assert (await browser.get("/api/v1/setup")) == {"needed": False}
    assert await setup_link(empty.node.store, empty.origin) is None


async def test_it_works_once_and_only_the_last_link_does(empty: Site) -> None:
    first, last = await token(empty), await token(empty)
    for wrong in (first, "guess", "é" * 20):
        assert code(await Browser(empty, "").ask("POST", "/api/v1/setup", {"token": wrong, **BODY})) == (
            410, "set_up_already"
        )  # fmt: skip
    assert (await Browser(empty, "").ask("POST", "/api/v1/setup", {"token": last, **BODY}))[0] == 200
    again = {**BODY, "email": "other@shop.example"}
    for used in (last, first):
        assert code(await Browser(empty, "").ask("POST", "/api/v1/setup", {"token": used, **again})) == (
            410, "set_up_already"
        )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short"},
        {"email": "not an address"},
        {"organization": "\u200b"},
        {"business": {**SHOP, "timezone": "Mars/Olympus"}},
        {"business": {**SHOP, "timezone": "../../etc/passwd"}},
        {"business": {**SHOP, "color": "red"}},
        {"business": {**SHOP, "names": {"en": "Shop"}}},
        {"business": {**SHOP, "locales": []}},
    ],
)
async def test_what_is_wrong_is_told_and_uses_nothing_up(empty: Site, wrong: dict[str, Any]) -> None:
    link = await token(empty)
    answer = await Browser(empty, "").ask("POST", "/api/v1/setup", {"token": link, **BODY, **wrong})
    assert code(answer) == (422, "invalid")
    assert (await Browser(empty, "").ask("POST", "/api/v1/setup", {"token": link, **BODY}))[0] == 200


async def test_another_business_begins_with_its_own_name_for_its_administrator(empty: Site) -> None:
    browser = Browser(empty, "")
    await browser.ask("POST", "/api/v1/setup", {"token": await token(empty), **BODY})
    second = {**SHOP, "names": {"ru": "Лавка два", "en": "Shop"}, "operator": "Anna of the second"}
    status, made = await browser.ask("POST", "/api/v1/businesses", second)
    assert status == 201 and made["slug"] == "shop-2"
    ours = replace(empty.ours, business=made["id"])
    assert [one["name"] for one in (await browser.get("members", business=ours.business))["items"]] == [
        "Anna of the second"
    ]  # fmt: skip
    assert len((await browser.get("/api/v1/me"))["businesses"]) == 2


async def test_only_administrators_begin_another_business(empty: Site) -> None:
    browser = Browser(empty, "")
    _, me = await browser.ask("POST", "/api/v1/setup", {"token": await token(empty), **BODY})
    business = me["businesses"][0]["id"]
    _, made = await browser.ask("POST", "invitations", {"role": "supervisor"}, business=business)
    sara = Browser(empty, "")
    new = {"name": "Sara", "email": "sara@shop.example", "password": "three small green boats"}
    await sara.ask("POST", "/api/v1/invitations/accept", {"token": made["link"].rpartition("=")[2], **new})
    assert code(await sara.ask("POST", "/api/v1/businesses", SHOP)) == (403, "forbidden")
