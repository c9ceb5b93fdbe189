"""Erasure as an administrator asks for it: open screens forget, and the person is a stranger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.stores import Database
from tests.support_edge.clients import Console
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until_async


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


def path_of(site: Site, contact: str) -> str:
    return f"/api/v1/businesses/{site.ours.business}/contacts/{contact}"


async def contact_of(site: Site, conversation: str) -> str:
    _, view = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}")
    return str(view["row"]["contact"]["id"])


async def emptied(site: Site, conversation: str) -> None:
    async def gone() -> bool:
        return all("secret" not in repr(entry) for entry in await site.log(conversation))

    await until_async(gone)


async def resynced(console: Console) -> list[dict[str, Any]]:
    """What the console has of a thread after it was told to forget it."""
    while not any(frame["type"] == "resync" for frame in console.frames):
        await console.receive()
    while console.frames[-1]["type"] != "entries":
        await console.receive()
    at = max(number for number, frame in enumerate(console.frames) if frame["type"] == "resync")
    return [entry for frame in console.frames[at:] if frame["type"] == "entries" for entry in frame["entries"]]


async def test_open_screens_forget(site: Site) -> None:
    widget, console = await site.widget(), await site.console()
    talk = (await widget.say("my secret"))["conversation"]
    await widget.entry("bot_message")
    await console.send({"type": "list", "view": "all"})
    await console.send({"type": "follow", "conversation": talk})
    await console.entry("bot_message")

    status, answer = await site.call("DELETE", path_of(site, await contact_of(site, talk)), who="anna")

    assert status == 202 and answer == {"contact": await contact_of(site, talk)}
    assert (await widget.closed()).code == 1012  # it comes back and finds nothing
    assert "secret" not in repr(await resynced(console))
    while not any("secret" not in repr(row) for row in (await console.expect("row"))["rows"]):
        pass
    back = await site.widget(token=widget.token, conversation=talk, last_seq=2)
    assert back.welcome["conversation"] is None
    await back.expect("resync", conversation=talk)
    assert (await back.say("Hello"))["conversation"] != talk


async def test_asking_twice_is_as_asking_once(site: Site) -> None:
    widget = await site.widget()
    talk = (await widget.say("my secret"))["conversation"]
    path = path_of(site, await contact_of(site, talk))
    assert [(await site.call("DELETE", path, who="anna"))[0] for _ in range(3)] == [202] * 3
    await emptied(site, talk)
    _, contact = await site.call("GET", path)
    assert (contact["name"], contact["identities"], contact["verified"]) == ("", [], False)


async def test_program_of_an_administrator_may_and_others_may_not(site: Site) -> None:
    widget = await site.widget()
    talk = (await widget.say("my secret"))["conversation"]
    url = site.origin + path_of(site, await contact_of(site, talk))
    for role, expected in (("operator", 403), ("supervisor", 403), ("administrator", 202)):
        headers = {"Authorization": f"Bearer {site.ours.tokens[role]}"}
        async with site.http.delete(url, headers=headers) as response:
            assert response.status == expected
    await emptied(site, talk)


async def test_erased_conversation_can_be_read_and_says_that_it_was_erased(site: Site) -> None:
    widget = await site.widget()
    talk = (await widget.say("my secret"))["conversation"]
    await widget.entry("bot_message")
    await site.call("DELETE", path_of(site, await contact_of(site, talk)), who="anna")
    await emptied(site, talk)
    base = f"/api/v1/businesses/{site.ours.business}/conversations/{talk}"
    _, page = await site.call("GET", base + "/entries")
    assert [entry["seq"] for entry in page["entries"]] == list(range(1, page["through"] + 1))
    assert "redacted" in [entry["event"]["type"] for entry in page["entries"]]
    _, view = await site.call("GET", base)
    assert (view["row"]["status"], view["row"]["contact"]["name"]) == ("resolved", "")
    assert view["requests"][0]["reason"] == "erased"
