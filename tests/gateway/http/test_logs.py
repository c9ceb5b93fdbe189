"""What the logs of a whole journey hold: nothing that anyone said, and no key to anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gateway.logs import mask
from gateway.model import words
from tests.support_edge.clients import Closed, connect_console, connect_widget, http_client
from tests.support_edge.process import Serving
from tests.support_edge.site import PAGE_ORIGIN, PASSWORD
from tests.support_edge.waiting import until

TEXT = "my cat is called Behemoth"
EMAIL = "margarita@example.org"
PHONE = "+7 921 555-01-23"


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """A real process at its most talkative."""
    running = Serving(tmp_path / "data", level="debug")
    await running.start()
    try:
        yield running
    finally:
        await running.aclose()


async def journey(serving: Serving, http: aiohttp.ClientSession) -> list[str]:
    """Everything goes on: good, refused and broken; what must not be found in the logs."""
    told = serving.told
    page = {"url": f"https://shop.example/?mail={EMAIL}", "title": "A page"}
    widget = await connect_widget(http, serving.url, inbox=told["inbox"], token="", page_origin=PAGE_ORIGIN, page=page)
    conversation = (await widget.say(f"{TEXT}, {EMAIL}, {PHONE}"))["conversation"]
    await widget.entry("bot_message")
    await widget.say(f"break the bot {EMAIL} {PHONE}")
    await until(lambda: "turn_failed" in serving.log.read_text())
    await widget.say("A person, please", choice=words.ASK_FOR_PERSON)

    console = await connect_console(http, serving.url, business=told["business"], session=told["sessions"]["olga"])
    await console.command(conversation, "take")
    floor = (await widget.entry("taken"))["seq"]
    await console.command(conversation, "note", id="n1", text=f"{TEXT} {PHONE}")
    await console.command(conversation, "reply", id="r1", text=f"{TEXT} {EMAIL}", floor_seq=floor)
    await console.command(conversation, "reply", id="r1", text="another body", floor_seq=floor)
    await console.command(conversation, "facts", facts={"phone": PHONE})
    await console.ws.send_str('{"type":"' + TEXT)
    await console.expect("refused")

    cookies = []
    for body in (
        {"email": "olga@lantern.example", "password": PASSWORD}, {"email": EMAIL, "password": "a wrong password"},
        {"link": "x" * 43}, {"email": TEXT},
    ):  # fmt: skip
        async with http.post(
            serving.url + "/api/v1/session", json=body, headers={"Origin": serving.url}
        ) as response:  # fmt: skip
            cookies += [cookie.value for cookie in response.cookies.values()]
    for query in (f"?before={EMAIL}", f"?{TEXT}=1"):
        url = f"{serving.url}/api/v1/businesses/{told['business']}/conversations{query}"
        async with http.get(url, headers={"Authorization": f"Bearer {told['tokens']['operator']}"}) as response:
            assert response.status == 422
    with pytest.raises(Closed, match="1008"):
        await connect_widget(http, serving.url, inbox=told["inbox"], token=widget.token + "x", page_origin=PAGE_ORIGIN)
    assert cookies
    return [TEXT, EMAIL, PHONE, widget.token, PASSWORD, "a wrong password", "olga@lantern.example", "x" * 43, *cookies,
            *told["sessions"].values(), *told["tokens"].values()]  # fmt: skip


async def test_logs_of_a_journey_hold_nothing_personal_and_no_keys(serving: Serving) -> None:
    async with http_client() as http:
        secrets = await journey(serving, http)
    assert await serving.end() == 0
    written = await asyncio.to_thread(serving.log.read_text)
    events = [json.loads(line)["event"] for line in written.splitlines()]
    assert {"serving", "turn_failed", "drained"} <= set(events)
    for secret in secrets:
        assert secret not in written, secret


def test_masking_takes_secrets_and_leaves_the_rest() -> None:
    plain = "conversation 01m3250v00dgttbvvgbpj85861 at seq 12"
    assert mask(plain) == plain
    assert mask(f"mail to {EMAIL}, call {PHONE}") == "mail to [email], call [phone]"
    assert mask("redis://user:hunter2@host:6379/0") == "redis://user:…@host:6379/0"
    assert "hunter2" not in mask("postgresql://switchboard:hunter2@db/name")
