"""Which rows a console is told: those of its view, its operator's own, what it follows, and whoever asks for people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from gateway.cluster.bus import MemoryBus
from gateway.dispatcher.hub import Hub
from gateway.errors import StorageUnavailable
from gateway.http.rows import Console, Rows
from gateway.model import commands as c
from gateway.store.lists import View
from gateway.store.store import Store
from tests.support.histories import IVAN, OLGA
from tests.support.stores import Begin, Place
from tests.support_edge.following import Pen
from tests.support_edge.waiting import until


class Screen:
    """A console and the conversations whose rows it was told, in order."""

    def __init__(self, operator: str, view: View) -> None:
        self.console = Console(self, operator, view)
        self.told: list[dict[str, Any]] = []

    def send(self, frame: bytes) -> None:
        self.told += msgspec.json.decode(frame)["rows"]

    def send_along(self, frame: bytes) -> None:
        self.send(frame)

    def offer(self, frame: bytes) -> None:
        self.send(frame)

    @property
    def statuses(self) -> list[str]:
        return [row["status"] for row in self.told]


@pytest.fixture
async def hub(store: Store) -> AsyncIterator[Hub]:
    hub = Hub(store, MemoryBus())
    yield hub
    await hub.aclose()


@pytest.fixture
async def rows(store: Store, hub: Hub) -> AsyncIterator[Rows]:
    made = Rows(store, hub)
    yield made
    await made.aclose()


@pytest.fixture
async def pen(store: Store, place: Place) -> Pen:
    state = await store.write(place.business, Begin(place))
    return Pen(store, place, state.id)


def screens(rows: Rows, place: Place) -> dict[str, Screen]:
    """Olga and Ivan with their own, a third who looks at the queue, and two who see all and what is over."""
    made = {
        "olga": Screen(OLGA.id, "mine"), "ivan": Screen(IVAN.id, "mine"), "queue": Screen("p", "unassigned"),
        "all": Screen("s", "all"), "over": Screen("t", "resolved"),
    }  # fmt: skip
    for screen in made.values():
        rows.watch(place.business, screen.console)
    return made


async def told(hub: Hub, pen: Pen, watching: dict[str, Screen], *commands: c.AnyCommand) -> set[str]:
    """Who is told of what these commands do."""
    before = {name: len(screen.told) for name, screen in watching.items()}
    hub.committed(await pen.apply(*commands))
    await until(lambda: len(watching["all"].told) > before["all"] or len(watching["over"].told) > before["over"])
    return {name for name, screen in watching.items() if len(screen.told) > before[name]}


async def test_rows_go_where_they_stand_or_stood(store: Store, place: Place, hub: Hub, rows: Rows, pen: Pen) -> None:
    watching = screens(rows, place)
    everyone = set(watching)

    assert await told(hub, pen, watching, c.Say(text="Hi", endpoint=place.endpoint("ann"))) == {"all"}
    assert await told(hub, pen, watching, c.AskForPerson()) == everyone
    assert await told(hub, pen, watching, c.Take(operator=OLGA)) == everyone
    assert await told(hub, pen, watching, c.Say(text="Well?", endpoint=place.endpoint("ann"))) == {"olga", "all"}
    floor = watching["all"].told[-1]["seq"] - 1
    passed = c.Transfer(operator=OLGA, floor_seq=floor, to=IVAN)
    assert await told(hub, pen, watching, passed) == {"olga", "ivan", "all"}
    over = c.Resolve(operator=IVAN, floor_seq=watching["all"].told[-1]["seq"])
    assert await told(hub, pen, watching, over) == {"ivan", "all", "over"}
    assert watching["olga"].statuses == ["queued", "open", "open", "open"]


async def test_whoever_follows_a_conversation_is_told_of_its_row(
    store: Store, place: Place, hub: Hub, rows: Rows, pen: Pen
) -> None:
    watching = screens(rows, place)
    rows.follow(place.business, watching["ivan"].console, pen.conversation)
    said = c.Say(text="Hi", endpoint=place.endpoint("ann"))
    assert await told(hub, pen, watching, said) == {"ivan", "all"}
    rows.unfollow(place.business, watching["ivan"].console, pen.conversation)
    assert await told(hub, pen, watching, said) == {"all"}


async def test_what_another_node_changed_is_told_to_all_until_it_is_known_how_it_stood(
    store: Store, place: Place, hub: Hub, rows: Rows, pen: Pen
) -> None:
    watching = screens(rows, place)
    await pen.write("elsewhere")
    hub.touch(place.business, pen.conversation)
    await until(lambda: all(screen.told for screen in watching.values()))
    await pen.write("again")
    hub.touch(place.business, pen.conversation)
    await until(lambda: len(watching["all"].told) == 2)
    assert len(watching["olga"].told) == 1


async def test_view_that_is_shown_instead_is_told(store: Store, place: Place, hub: Hub, rows: Rows, pen: Pen) -> None:
    watching = screens(rows, place)
    rows.show(place.business, watching["olga"].console, "all")
    assert await told(hub, pen, watching, c.Say(text="Hi", endpoint=place.endpoint("ann"))) == {"olga", "all"}


async def test_what_the_database_did_not_tell_is_told_later(
    store: Store, rows: Rows, hub: Hub, pen: Pen, place: Place
) -> None:
    watching = screens(rows, place)
    store.patience = 0.0  # nothing is read as soon as that
    hub.committed(await pen.apply(c.AskForPerson()))
    feed = rows._feeds[place.business]
    with pytest.raises(StorageUnavailable):
        await rows._send_in_turn(place.business, feed)
    assert watching["queue"].told == []

    store.patience = None
    await until(lambda: watching["queue"].statuses == ["queued"], what="the row is told")
    assert feed.changed == {}
