"""Traces: a conversation is one, whatever node does something for it, and nothing that anybody said is in it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway import tracing
from gateway.commands.doctor import traces
from gateway.commands.doctor.findings import Finding, Level
from gateway.errors import StartupError
from gateway.settings import Settings
from tests.support.servers import free_port
from tests.support.stores import Database
from tests.support_edge.collector import Collector, on_collector
from tests.support_edge.site import Site, on_site

SAID = "my parcel is lost, I live in Rosengasse"


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with on_collector() as found:
        yield found


async def talk(site: Site) -> str:
    """A customer says something, the bot answers, an operator takes it; its program reads it."""
    widget = await site.widget()
    acknowledged = await widget.say(SAID)
    conversation = str(acknowledged["conversation"])
    await widget.entry("bot_message")
    console = await site.console()
    await console.command(conversation, "take")
    await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}")
    await widget.close()
    await console.close()
    return conversation


async def test_what_was_done_for_a_conversation_is_one_trace_without_a_word_of_it(
    sqlite_database: Database, tmp_path: Path, collector: Collector
) -> None:
    async with on_site(sqlite_database, tmp_path, tracing=collector.url) as site:
        conversation = await talk(site)
        node, business = site.node.node, site.ours.business

    (received,) = collector.named("receive")
    (turn,) = collector.named("turn")
    (taken,) = [one for one in collector.named("submit") if one.said["switchboard.command"] == "Take"]
    for one in (received, turn, taken):
        assert one.trace == tracing.trace_of(conversation) and not one.parent and not one.failed
        assert one.said["switchboard.conversation"] == conversation
        assert one.said["switchboard.business"] == business
    assert received.said["switchboard.channel"] == "webchat"
    assert turn.said["switchboard.outcome"] == "answered"
    (asked,) = collector.named("GET")  # no page, and no socket
    assert asked.said["http.route"] == "/api/v1/businesses/{business}/conversations/{conversation}"
    assert asked.said["http.response.status_code"] == 200
    assert collector.nodes == {node}
    told = str(collector.spans)
    assert not any(word in told for word in SAID.split() if len(word) > 4)
    assert "Olga" not in told and "127.0.0.1" not in told


async def test_what_is_refused_is_told_by_its_name(
    sqlite_database: Database, tmp_path: Path, collector: Collector
) -> None:
    async with on_site(sqlite_database, tmp_path, tracing=collector.url) as site:
        await site.call(
            "POST", f"/api/v1/businesses/{site.ours.business}/conversations/nobody/take", who="olga", json={}
        )

    assert [one.failed for one in collector.named("submit")] == ["not_found"]
    assert collector.named("POST")[0].said["http.response.status_code"] == 404


@pytest.mark.parametrize("changes", [{"tracing_share": 0.0}, {"tracing": ""}])
async def test_nothing_is_told_of_what_is_not_traced(
    sqlite_database: Database, tmp_path: Path, collector: Collector, changes: dict[str, Any]
) -> None:
    async with on_site(sqlite_database, tmp_path, **{"tracing": collector.url, **changes}) as site:
        await talk(site)

    assert not collector.spans


@pytest.mark.parametrize("status", [0, 404])
async def test_collector_that_is_away_or_refuses_hinders_nobody(
    sqlite_database: Database, tmp_path: Path, collector: Collector, status: int
) -> None:
    collector.refuses = status
    url = collector.url if status else f"http://127.0.0.1:{free_port()}"
    async with on_site(sqlite_database, tmp_path, tracing=url) as site:
        assert await talk(site)

    assert bool(collector.asked) == bool(status)


async def test_packages_that_are_missing_are_said_at_the_start(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(StartupError, match=r"switchboard\[tracing\]"):
        tracing.begin("http://127.0.0.1:4318", share=1.0, node="n", version="0")


def test_a_path_of_ones_own_is_kept() -> None:
    assert tracing.endpoint_of("http://collector:4318") == "http://collector:4318/v1/traces"
    assert tracing.endpoint_of("http://collector:4318/") == "http://collector:4318/v1/traces"
    assert (
        tracing.endpoint_of("https://traces.example.com/otlp/v1/traces") == "https://traces.example.com/otlp/v1/traces"
    )


async def test_doctor_says_whether_the_collector_takes_them(collector: Collector) -> None:
    async def looked(url: str) -> Finding:
        (found,) = await asyncio.to_thread(lambda: list(traces.check(Settings(tracing=url))))
        return found

    assert (await looked("")).level is Level.OK
    assert (await looked(collector.url)).level is Level.OK
    away = await looked(f"http://127.0.0.1:{free_port()}")
    assert away.level is Level.WARN and "Start the collector" in away.text
    async with await asyncio.start_server(_answer_as_grpc, "127.0.0.1", 0) as server:
        other = await looked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert other.level is Level.WARN and "4318" in other.text
    collector.refuses = 401
    refused = await looked(collector.url)
    assert refused.level is Level.WARN and "401" in refused.text


async def _answer_as_grpc(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An empty SETTINGS frame (RFC 9113, 6.5): whoever speaks HTTP/1.1 can't read it."""
    await reader.read(1024)
    writer.write(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\n")
    await writer.drain()
    writer.close()
