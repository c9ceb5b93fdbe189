"""A push service on loopback that the node trusts, and a node that may call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.stores import Database
from tests.support_edge.push_service import PushServer
from tests.support_edge.site import Site, on_site


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushServer]:
    """Nothing that came to it was wrong."""
    running = PushServer(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
    yield running
    running.close()
    assert running.refusals == []


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(
    request: pytest.FixtureRequest, tmp_path: Path, service: PushServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    monkeypatch.setattr("gateway.dispatcher.alerting.PAUSE", 0)
    database: Database = request.getfixturevalue(f"{request.param}_database")
    networks, sender = ("127.0.0.0/8",), "Switchboard <chat@example.com>"
    async with on_site(database, tmp_path / "data", webhook_networks=networks, mail_from=sender) as running:
        yield running
