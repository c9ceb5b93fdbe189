"""What a supervisor and a monitor ask."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.store.store import system_clock
from gateway.store.writer import Connection, StorageFault
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until


async def get(site: Site, path: str) -> tuple[int, str]:
    async with site.http.get(site.origin + path) as response:
        return response.status, await response.text()


async def test_node_that_serves_is_alive_and_ready(site: Site) -> None:
    assert await get(site, "/livez") == (200, "ok\n")
    assert await get(site, "/readyz") == (200, "ok\n")


async def test_draining_node_is_alive_and_not_ready(site: Site) -> None:
    widget = await site.widget()
    site.engine.hold()
    ack = await widget.say("Hello")
    await until(lambda: len(site.engine.requests) == 1)
    draining = asyncio.create_task(site.node.dispatcher.drain(within=20))
    site.node._draining = True
    assert await get(site, "/readyz") == (503, "draining\n")
    assert (await get(site, "/livez"))[0] == 200
    status, problem = await site.verb(ack["conversation"], "take")
    assert (status, problem["type"]) == (503, "/problems/draining")
    await widget.send({"type": "message", "id": "late", "text": "too late"})
    assert (await widget.expect("refused", id="late"))["problem"]["status"] == 503
    site.engine.release()
    await draining
    await widget.entry("bot_message", text="You said: Hello")


class Failing:
    """A connection whose database stores nothing while ``broken``."""

    broken = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, *, patient: bool) -> int:
        if Failing.broken:
            raise StorageFault("no space left on device")
        return self._connection.begin(patient=patient)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def failing(open_connection: Callable[[], Connection]) -> Callable[[], Connection]:
    return lambda: Failing(open_connection())


async def test_node_that_can_not_store_is_not_ready_and_says_so_to_everyone(
    sqlite_database: Database, tmp_path: Path
) -> None:
    store = sqlite_database.open(system_clock, wrap=failing)
    async with on_site(sqlite_database, tmp_path / "data", store=store) as site:
        widget = await site.widget()
        conversation = (await widget.say("Hello"))["conversation"]
        await widget.entry("bot_message")
        Failing.broken = True
        try:
            assert (await get(site, "/readyz"))[0] == 503
            assert (await get(site, "/livez"))[0] == 200
            status, problem = await site.verb(conversation, "take")
            assert (status, problem["type"]) == (503, "/problems/storage_unavailable")
            assert "space" not in repr(problem)
            await widget.send({"type": "message", "id": "m-again", "text": "More"})
            refused = await widget.expect("refused", id="m-again")
            assert refused["problem"]["status"] == 503
        finally:
            Failing.broken = False
        assert (await get(site, "/readyz"))[0] == 200
        await widget.say("More", id="m-again")
        assert [e for e in widget.said if e == "More"] or await widget.entry("customer_message", text="More")


async def test_metrics_are_ours_and_name_no_customer(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello there")
    await widget.entry("bot_message")
    await site.verb(ack["conversation"], "take")
    status, text = await get(site, "/metrics")
    assert status == 200
    names = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    ours = {name for name in names if name.startswith("switchboard_")}
    assert {"switchboard_inputs_total", "switchboard_bot_turns_total", "switchboard_http_requests_total"} <= ours
    assert all(name.startswith(("switchboard_", "python_", "process_")) for name in names)
    for secret in (ack["conversation"], site.ours.business, site.ours.inbox, "Hello there", "olga", "127.0.0.1"):
        assert secret not in text
    routes = set(re.findall(r'route="([^"]*)"', text))
    assert all("{" in route or len(route) < 40 for route in routes)


async def test_metrics_do_not_grow_with_what_strangers_ask_for(site: Site) -> None:
    _, before = await get(site, "/metrics")
    for number in range(20):
        await get(site, f"/no/such/page/{number}")
    _, after = await get(site, "/metrics")
    assert after.count("switchboard_http_requests_total{") - before.count("switchboard_http_requests_total{") <= 3


async def test_every_answer_carries_the_headers_that_keep_pages_strict(site: Site) -> None:
    for path in ("/livez", "/api/v1/openapi.json", "/console/", "/no/such/page", "/api/v1/me"):
        async with site.http.get(site.origin + path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff", path
            assert "Referrer-Policy" in response.headers
            if response.content_type == "text/html":
                policy = response.headers["Content-Security-Policy"]
                assert "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
            if response.status >= 400:
                assert response.headers["Cache-Control"] == "no-store"
