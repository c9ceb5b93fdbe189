"""nginx and Caddy, as ``deploy/`` has them, in front of two real nodes over PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import io
import re
import secrets
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.http.socket import HEARTBEAT
from gateway.settings import Settings
from tests.deploy.files import DEPLOY
from tests.deploy.proxies import Proxy
from tests.support.certificates import Authority
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support.stores import Database
from tests.support_edge.clients import Widget, connect_widget, http_client
from tests.support_edge.process import Customer, Serving, living
from tests.support_edge.site import PAGE_ORIGIN, SECRET_KEY
from tests.support_edge.waiting import until, until_async

LIMIT = Settings().file_limit
MIB = 1024 * 1024


@dataclass
class Balanced:
    """Two nodes, and the proxy in front of them. To a ``Customer`` it is what serves."""

    proxy: Proxy
    nodes: list[Serving]
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        return self.proxy.url

    @property
    def told(self) -> dict[str, Any]:
        return self.nodes[0].told

    @property
    def inbox(self) -> str:
        return str(self.told["inbox"])

    def browser(self, address: str = "127.0.0.2") -> aiohttp.TCPConnector:
        """The way of somebody who comes from ``address``."""
        return aiohttp.TCPConnector(ssl=self.trust, local_addr=(address, 0))

    async def widget(self, http: aiohttp.ClientSession, token: str = "", **hello: object) -> Widget:
        return await connect_widget(http, self.url, inbox=self.inbox, token=token, page_origin=PAGE_ORIGIN, **hello)


@pytest.fixture(params=["nginx", "caddy"])
async def balanced(
    request: pytest.FixtureRequest, postgresql_database: Database, redis_server: RedisServer, tmp_path: Path
) -> AsyncIterator[Balanced]:
    certificate = Authority(tmp_path / "authority").certificate("chat.example.com")
    proxy = Proxy(request.param, tmp_path / "proxy", certificate)
    settings = {
        "database": "postgresql+psycopg://" + postgresql_database.location.split("://", 1)[1], "redis": redis_server.url,
        "secret_key": SECRET_KEY, "public_url": proxy.url, "trusted_proxies": ["127.0.0.1/32"], "uploads_per_minute": 1.0,
    }  # fmt: skip
    (tmp_path / "files").mkdir()
    nodes = [Serving(tmp_path / name, settings=settings) for name in ("one", "two")]
    async with AsyncExitStack() as stack:
        for node in nodes:  # as the systemd unit has it
            node.folder.mkdir()
            (node.folder / "files").symlink_to("../files")
            stack.push_async_callback(node.aclose)
            await node.start()
        stack.callback(proxy.stop)
        proxy.start([node.told["port"] for node in nodes])
        yield Balanced(proxy, nodes, ssl.create_default_context(cafile=str(certificate.authority)))


async def sockets_of(node: Serving, http: aiohttp.ClientSession) -> float:
    async with http.get(f"{node.url}/metrics") as response:
        found = re.search(r'switchboard_sockets\{audience="customer"\} (\S+)', await response.text())
        return float(found[1]) if found else 0.0


async def upload(balanced: Balanced, http: aiohttp.ClientSession, token: str, body: bytes, **headers: str) -> Any:
    """Status and body."""
    async with http.post(
        f"{balanced.url}/api/v1/widget/files", params={"inbox": balanced.told["inbox"], "name": "plan.txt"}, data=io.BytesIO(body),
        headers={"Origin": PAGE_ORIGIN, "Authorization": f"Visitor {token}", **headers},
    ) as response:  # fmt: skip
        return response.status, await response.json()


async def test_conversation_goes_on_at_whichever_node_the_proxy_chooses(balanced: Balanced) -> None:
    async with http_client(connector=balanced.browser()) as http, http_client() as inside:
        token = secrets.token_urlsafe(32)
        first, second = await balanced.widget(http, token), await balanced.widget(http)
        assert [await sockets_of(node, inside) for node in balanced.nodes] == [1, 1]  # each has one of them
        ack = await first.say("Hello")
        answer = await first.entry("bot_message", text="You said: Hello")
        other = await balanced.widget(http, token, conversation=ack["conversation"])  # a second tab, at either node
        await other.entry("bot_message", text="You said: Hello")
        for tab, text in ((other, "from the second"), (first, "from the first")):
            await tab.say(text)
            for one in (first, other):
                await one.entry("customer_message", text=text)
        assert answer["seq"] and second.welcome

        body = secrets.token_bytes(LIMIT // 2).hex().encode()
        status, file = await upload(balanced, http, token, body)
        assert (status, file["size"]) == (200, LIMIT)
        await other.say("See my plan", files=[file["id"]])
        await first.send({"type": "link", "id": "l1", "file": file["id"]})
        link = (await first.expect("link"))["url"]
        assert link.startswith("/files/")
        for place in (balanced.url, *(node.url for node in balanced.nodes)):
            async with (http if place == balanced.url else inside).get(place + link) as response:
                assert response.status == 200 and await response.read() == body
        if balanced.proxy.log.with_name("access.log").exists():
            assert "signature" not in balanced.proxy.log.with_name("access.log").read_text()


async def test_proxy_lets_through_what_a_node_takes_and_keeps_what_is_for_the_inside(balanced: Balanced) -> None:
    async with http_client(connector=balanced.browser()) as http, http_client() as inside:
        token = secrets.token_urlsafe(32)
        status, problem = await upload(balanced, http, token, b"x" * (LIMIT + 1))
        assert (status, problem["type"]) == (413, "/problems/too_large")  # ours, which a page can show
        for path in ("/livez", "/readyz", "/metrics"):
            async with http.get(balanced.url + path) as response:
                assert response.status == 404, path
            for node in balanced.nodes:
                async with inside.get(node.url + path) as response:
                    assert response.status == 200, path
        async with http.get(balanced.url + "/widget.js") as response:
            assert response.status in (200, 404)  # 404: the front end isn't built
            assert response.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_nodes_know_who_comes_through_the_proxy_and_believe_nobody_else(balanced: Balanced) -> None:
    """Three files of one address at once are all that a node takes: each has its own count."""
    token = secrets.token_urlsafe(32)
    async with http_client(connector=balanced.browser("127.0.0.2")) as http:
        answers = [
            (await upload(balanced, http, token, b"x", **{"X-Forwarded-For": f"203.0.113.{number}"}))[0]
            for number in range(8)
        ]
        assert answers.count(200) <= 3 * len(balanced.nodes) and answers[-1] == 429
    async with http_client(connector=balanced.browser("127.0.0.3")) as http:
        assert (await upload(balanced, http, token, b"x"))[0] == 200


async def test_node_that_ends_sends_its_people_to_the_other(balanced: Balanced) -> None:
    async with http_client(connector=balanced.browser()) as http, http_client() as inside:
        customers = [Customer(balanced, http, f"visitor {number}") for number in range(6)]
        async with living(*customers):
            await until(lambda: all(one.connections for one in customers))
            for one in customers:
                await one.say(f"{one.name} before")
            await until(lambda: all(one.answered for one in customers))
            ending = asyncio.create_task(balanced.nodes[0].end())
            await until_async(lambda: _ends(balanced.nodes[0], inside), what="it knows that it ends")
            # From then on nobody who comes is turned away.
            for number in range(20):
                fresh = await balanced.widget(http)
                await fresh.still_there()
                await fresh.close()
                for one in customers:
                    await one.say(f"{one.name} meanwhile {number}")
            assert await ending == 0
            await until(lambda: all(one.answered for one in customers))
            await until_async(lambda: _has_all(balanced.nodes[1], inside, len(customers)))


async def _ends(node: Serving, http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get(f"{node.url}/readyz") as response:
            return response.status == 503
    except aiohttp.ClientConnectionError:
        return True


async def _has_all(node: Serving, http: aiohttp.ClientSession, count: int) -> bool:
    return await sockets_of(node, http) == count


def looks_ready(port: int) -> bool:
    """What the image's health check says of a node."""
    told = re.search(r'"-c", "(import urllib.*?)"\]', (DEPLOY.parent / "Containerfile").read_text())
    assert told is not None and ":8080/readyz" in told[1]
    command = [sys.executable, "-c", told[1].replace(":8080/", f":{port}/")]
    return subprocess.run(command, capture_output=True).returncode == 0


async def test_node_that_is_killed_is_passed_over_at_once(balanced: Balanced) -> None:
    port = balanced.nodes[1].told["port"]
    assert await asyncio.to_thread(looks_ready, port)
    async with http_client(connector=balanced.browser()) as http:
        customer = Customer(balanced, http, "visitor")
        async with living(customer):
            await until(lambda: customer.connections > 0)
            await balanced.nodes[1].kill()
            assert not await asyncio.to_thread(looks_ready, port)
            for _ in range(10):
                async with http.get(f"{balanced.url}/api/v1/openapi.json") as response:
                    assert response.status == 200
            await customer.say("Is anybody there?")
            await until(lambda: customer.answered)


async def test_database_that_comes_back_is_noticed_through_the_proxy(
    balanced: Balanced, postgres: PostgresServer, postgresql_database: Database
) -> None:
    name = postgresql_database.location.rsplit("/", 1)[1]
    async with http_client(connector=balanced.browser()) as http:
        customer = Customer(balanced, http, "visitor")
        refused = 0

        async def tries_again() -> bool:
            """As a page does that was refused."""
            nonlocal refused
            if len(customer.refusals) > refused:
                refused = len(customer.refusals)
                await customer.send_again()
            return customer.answered

        async with living(customer):
            await customer.say("Before")
            await until(lambda: customer.answered)
            postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            postgres.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", params=(name,)
            )
            await customer.say("Meanwhile")
            path = f"/api/v1/widget/files?inbox={balanced.told['inbox']}"
            async with http.post(balanced.url + path, data=b"x", headers={"Origin": PAGE_ORIGIN}) as response:
                assert response.status in (502, 503)  # whoever calls a webhook then sends it again
            postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            await until_async(tries_again, within=15)


def test_times_and_sizes_of_the_examples_are_those_of_the_settings() -> None:
    nginx = (DEPLOY / "nginx" / "switchboard.conf").read_text()
    largest = int(re.findall(r"client_max_body_size (\d+)m;", nginx)[0]) * MIB
    assert LIMIT < largest <= LIMIT + 2 * MIB
    assert all(int(one) > HEARTBEAT for one in re.findall(r"proxy_(?:read|send)_timeout\s+(\d+)s;", nginx))
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    assert int(re.findall(r"max_size (\d+)MiB", caddy)[0]) * MIB == largest
