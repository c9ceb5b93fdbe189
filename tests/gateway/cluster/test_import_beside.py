"""``switchboard import-config`` beside running nodes: what it brings reaches the consoles that are open there."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from tests.support.redis import RedisServer
from tests.support.stores import Database
from tests.support_edge.clients import connect_console
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until

LABELS = {"labels": [{"name": "Urgent", "color": "red"}]}


@pytest.fixture
async def site(postgresql_database: Database, redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Site]:
    """A node that hears Redis."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(
            on_site(postgresql_database, tmp_path / "one", redis=redis_server.url)
        )
        await until(lambda: not running.node.bus.doubtful)
        yield running


@pytest.fixture
async def file(site: Site, tmp_path: Path) -> Path:
    """What another installation's business was exported as: ours, with a label more."""
    status, found = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/export", who="anna")
    assert status == 200
    found["configuration"] |= LABELS
    target = tmp_path / "set-up.json"
    target.write_bytes(msgspec.json.encode(found))
    return target


async def bring(site: Site, file: Path, tmp_path: Path, *, redis: str) -> str:
    """Runs the command, in a process of its own; what it said."""
    settings = site.node.settings
    known = {"SWITCHBOARD_DATABASE": settings.database, "SWITCHBOARD_REDIS": redis}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "import-config", str(file), "--business", "lantern",
        "--data", str(tmp_path / "command"), cwd=tmp_path, env={**os.environ, **known}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    return said.decode()


async def test_open_consoles_hear_of_what_the_command_brought(
    site: Site, file: Path, tmp_path: Path, redis_server: RedisServer
) -> None:
    olga = await site.console("olga")
    said = await bring(site, file, tmp_path, redis=redis_server.url)
    assert "added     label: Urgent" in said
    assert (await olga.expect("set_up"))["what"] == "import"
    status, labels = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/labels")
    assert (status, [one["value"]["name"] for one in labels["items"]]) == (200, ["Urgent"]), "it is there by then"


async def test_what_changed_nothing_is_told_to_nobody_and_another_business_hears_nothing(
    site: Site, file: Path, tmp_path: Path, redis_server: RedisServer
) -> None:
    rita = await connect_console(
        site.http, site.origin, business=site.theirs.business, session=site.theirs.sessions["rita"]
    )
    await bring(site, file, tmp_path, redis=redis_server.url)
    olga = await site.console("olga")
    assert "0 added, 0 changed" in await bring(site, file, tmp_path, redis=redis_server.url)
    for console in (olga, rita):
        await console.still_there()
        assert not [frame for frame in console.frames if frame["type"] == "set_up"]


async def test_it_is_brought_also_where_redis_is_away_and_that_is_said(
    site: Site, file: Path, tmp_path: Path, redis_server: RedisServer
) -> None:
    redis_server.kill()
    assert "Redis can't be reached" in await bring(site, file, tmp_path, redis=redis_server.url)
