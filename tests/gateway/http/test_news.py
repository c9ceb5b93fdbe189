"""What open consoles are told beside rows and threads: notes that name them, and what was set up anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cluster.bus import MemoryBus
from gateway.cluster.codec import Message
from gateway.dispatcher.hub import Hub
from gateway.http.access import mention_topic
from gateway.http.rows import Rows
from gateway.model import commands as c
from gateway.ports import Hint, Signal
from gateway.store.store import Store
from tests.support.histories import OLGA
from tests.support.stores import Begin, Database, Place
from tests.support_edge.following import Pen
from tests.support_edge.site import Site, on_site


@pytest.fixture
async def site(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    async with on_site(sqlite_database, tmp_path / "data") as running:
        yield running


def path(site: Site, rest: str) -> str:
    return f"/api/v1/businesses/{site.ours.business}{rest}"


async def test_open_consoles_hear_what_was_set_up(site: Site) -> None:
    olga = await site.console("olga")

    async def changed(method: str, rest: str, body: Any) -> str:
        status, answer = await site.call(method, path(site, rest), who="anna", json=body)
        assert status in (200, 201), answer
        return str((await olga.expect("set_up"))["what"])

    assert await changed("POST", "/labels", {"name": "Urgent", "color": "red"}) == "labels"
    assert await changed("POST", "/teams", {"name": "Repairs"}) == "teams"
    assert await changed("POST", "/invitations", {"role": "operator"}) == "invitations"


async def test_refused_change_and_another_business_are_heard_by_nobody(site: Site) -> None:
    olga = await site.console("olga")
    assert (await site.call("POST", path(site, "/labels"), who="anna", json={"name": "", "color": "red"}))[0] == 422
    site.node._tell_changed(site.theirs.business, "labels")
    await olga.still_there()
    assert not [frame for frame in olga.frames if frame["type"] == "set_up"]


class Line(MemoryBus):
    """A bus to another node."""

    def __init__(self, other: Hub) -> None:
        self._other = other

    def publish(self, message: Message) -> None:
        assert isinstance(message, Hint | Signal)
        self._other.heard(message)


async def test_note_calls_colleagues_on_other_nodes(store: Store, place: Place) -> None:
    there = Hub(store, MemoryBus())
    here = Hub(store, Line(there))
    rows = Rows(store, here)
    heard: list[Signal] = []
    there.watch_signals(mention_topic(place.business, "pavel"), heard.append)
    state = await store.write(place.business, Begin(place))
    pen = Pen(store, place, state.id)
    note = c.AddNote(operator=OLGA, text="@Pavel look", client_id="n1", mentions=("pavel",))
    here.committed(await pen.apply(note))
    assert [(one.body["conversation"], one.body["by"]) for one in heard] == [(state.id, OLGA.name)]
    await rows.aclose()
