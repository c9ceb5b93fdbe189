"""An operator of several businesses is told at the console of one what calls them at the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.cluster.bus import MemoryBus
from gateway.dispatcher.absence import ABSENT
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.setup import SetUps
from gateway.http.elsewhere import MOST_QUEUED, Elsewhere, Onlooker, OtherBusiness, Own, Queue, composed, concerns
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import Person
from gateway.model.state import Offer
from gateway.store import accounts, configuration, directory, due, members
from gateway.store.due import Due
from gateway.store.lists import ContactName, Row, row_of
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import SECOND, VirtualClock
from tests.support.histories import IVAN, OLGA, History, owned, queued
from tests.support.stores import Apply, Begin, Database, Place, make_place
from tests.support_edge.clients import Console, Widget, connect_console
from tests.support_edge.site import Party, Site, on_site
from tests.support_edge.waiting import until, until_async

FACE = OtherBusiness(id="b", name="Rival", color="#123456")


# --- pure: what is told, and in which order ---


def row(history: History, *, name: str, offered_until: int = 0) -> Row:
    made = msgspec.structs.replace(row_of(history.state, ContactName(id="c", name=name), 1), conversation=name)
    offer = Offer(operator=OLGA, expires_at=offered_until) if offered_until else None
    return msgspec.structs.replace(made, offer=offer)


def asked() -> History:
    """Olga's, whose customer waits."""
    history = owned()
    history.say("Hello?")
    return history


def test_the_most_pressing_is_told_first_and_the_rest_is_counted() -> None:
    soon, later = row(queued(), name="soon", offered_until=5), row(queued(), name="later", offered_until=9)
    invited, mine = row(owned(), name="asked"), row(asked(), name="mine")
    frame = composed(FACE, Own([later, soon], [invited], [mine]), Queue((row(queued(), name="anybody"),), 40))
    assert [one.conversation for one in frame.rows] == ["soon", "later", "asked", "mine", "anybody"]
    assert (frame.waiting, frame.queued) == (1, 40)


def test_who_waits_for_nothing_and_what_was_read_calls_nobody() -> None:
    answered = owned()
    answered.reply("Hello")
    read = msgspec.structs.replace(row(asked(), name="read"), unread=False)
    frame = composed(FACE, Own(own=[row(answered, name="answered"), read]), Queue())
    assert (frame.rows, frame.waiting, frame.queued) == ((), 0, 0)


@pytest.mark.parametrize(
    ("history", "account", "news"),
    [
        (queued(), IVAN.id, True),  # perhaps they may pick it
        (owned(), OLGA.id, True),
        (owned(), IVAN.id, False),
    ],
)
def test_only_whom_it_may_call_is_looked_at(history: History, account: str, news: bool) -> None:
    assert concerns(history.state, account) is news


# --- the feed, on both databases ---


class Screen:
    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []

    def send(self, frame: bytes) -> None:
        self.frames.append(msgspec.json.decode(frame))

    def offer(self, frame: bytes) -> None:
        self.send(frame)

    @property
    def last(self) -> dict[str, Any]:
        return self.frames[-1]


class Desk:
    """Olga's console shows ``home``; she works for ``other``, too."""

    def __init__(self, store: Store, home: Place, other: Place) -> None:
        self.store, self.home, self.other = store, home, other
        self.hub = Hub(store, MemoryBus())
        self.elsewhere = Elsewhere(store, self.hub, SetUps())
        self.screen = Screen()
        self.olga = Person(id="", name="Olga")

    async def hire(self, role: directory.Role = "operator") -> None:
        def unit(tx: Tx, now: int) -> str:
            account = accounts.add_account(tx, email="olga@example.com", name="Olga", now=now).id
            for place, one in ((self.home, "operator"), (self.other, role)):
                directory.add_operator(tx.for_business(place.business), account, role=one, name="Olga", now=now)  # type: ignore[arg-type]
            return account

        self.olga = Person(id=await self.store.write("", unit), name="Olga")

    async def sit(self) -> Onlooker:
        onlooker = Onlooker(self.screen, self.olga.id, "en", (self.other.business,))
        await self.elsewhere.watch(onlooker)
        return onlooker

    async def do(self, conversation: str, *commands: c.AnyCommand) -> None:
        """As another node does it: a hint is all that this one hears."""
        await self.store.write(self.other.business, Apply(conversation, commands))
        self.hub.touch(self.other.business, conversation)

    async def waits(self, address: str = "ann") -> str:
        state = await self.store.write(self.other.business, Begin(self.other, address))
        await self.do(state.id, c.AskForPerson())
        return state.id

    async def calls(self, *conversations: str) -> None:
        await until(lambda: [one["conversation"] for one in self.screen.last["rows"]] == list(conversations))

    async def rule(self, mode: str) -> None:
        def unit(tx: Tx, now: int) -> None:
            body = msgspec.json.encode({"rules": {"everybody": {"mode": mode}}}).decode()
            configuration.add(tx, configuration.Item("routing", "routing", "routing", body, "", 1, now, ""))

        await self.store.write(self.other.business, unit)


@pytest.fixture
async def desk(store: Store, place: Place) -> AsyncIterator[Desk]:
    made = Desk(store, place, await make_place(store, "rival"))
    yield made
    await made.elsewhere.aclose()
    await made.hub.aclose()


async def test_offer_is_told_and_gone_as_soon_as_it_ends(desk: Desk, clock: VirtualClock) -> None:
    await desk.hire()
    await desk.rule("offer")
    await desk.sit()
    assert desk.screen.last["business"] == {"id": desk.other.business, "name": "Rival", "color": ""}
    assert (desk.screen.last["rows"], desk.screen.last["queued"]) == ([], 0)
    conversation = await desk.waits()
    await desk.do(conversation, c.MakeOffer(operator=desk.olga, expires_at=clock() + 30 * SECOND))
    await desk.calls(conversation)
    assert desk.screen.last["rows"][0]["offer"]["operator"]["id"] == desk.olga.id
    await desk.do(conversation, c.EndOffer(operator=desk.olga, reason="declined"))
    await desk.calls()


async def test_offer_to_a_colleague_and_a_queue_that_routing_gives_out_call_nobody_else(
    desk: Desk, clock: VirtualClock
) -> None:
    await desk.hire()
    await desk.rule("offer")
    await desk.sit()
    told = len(desk.screen.frames)
    conversation = await desk.waits()
    await desk.do(conversation, c.MakeOffer(operator=IVAN, expires_at=clock() + 30 * SECOND))
    await desk.elsewhere.look()
    assert len(desk.screen.frames) == told, "nothing that concerns her, nothing that is told"


async def test_who_may_be_picked_is_told_in_bounds_and_counted(desk: Desk, clock: VirtualClock) -> None:
    await desk.hire()
    await desk.sit()
    made = []
    for number in range(MOST_QUEUED + 2):
        clock.advance(1)
        made.append(await desk.waits(f"customer{number:02}"))
    await desk.calls(*made[:MOST_QUEUED])
    await desk.elsewhere.look()
    assert desk.screen.last["queued"] == len(made)


async def test_own_customer_waits_until_answered_and_an_invitation_until_it_is_answered(desk: Desk) -> None:
    await desk.hire()
    await desk.rule("offer")
    await desk.sit()
    conversation = await desk.waits()
    await desk.do(conversation, c.Take(operator=desk.olga))
    await desk.calls(conversation)
    assert desk.screen.last["waiting"] == 1
    floor = (await desk.store.write(desk.other.business, Apply(conversation, ()))).floor_seq
    await desk.do(conversation, c.SendReply(operator=desk.olga, text="Hello", floor_seq=floor))
    await desk.calls()
    assert desk.screen.last["waiting"] == 0

    theirs = await desk.waits("ben")
    await desk.do(theirs, c.Take(operator=IVAN))
    floor = (await desk.store.write(desk.other.business, Apply(theirs, ()))).floor_seq
    await desk.do(theirs, c.Invite(operator=IVAN, floor_seq=floor, colleague=desk.olga))
    await desk.calls(theirs)
    assert desk.screen.last["rows"][0]["invited"] == [desk.olga.id]
    await desk.do(theirs, c.DeclineInvitation(operator=desk.olga))
    await desk.calls()


async def test_whoever_left_the_business_or_only_reads_its_reports_is_told_nothing_of_it(desk: Desk) -> None:
    await desk.hire()
    await desk.sit()
    conversation = await desk.waits()
    await desk.calls(conversation)
    gone = desk.olga.id

    def demote(tx: Tx, now: int) -> None:
        member = members.find(tx, gone)
        assert member is not None
        members.change(tx, member, member._replace(role="client"))

    await desk.store.write(desk.other.business, demote)
    await desk.elsewhere.look()
    assert (desk.screen.last["rows"], desk.screen.last["queued"]) == ([], 0)
    await desk.store.write(desk.other.business, lambda tx, now: members.remove(tx, gone))
    told = len(desk.screen.frames)
    await desk.waits("ben")
    await desk.elsewhere.look()
    assert len(desk.screen.frames) == told


async def test_console_that_closed_is_told_nothing_more(desk: Desk) -> None:
    await desk.hire()
    desk.elsewhere.unwatch(await desk.sit())
    told = len(desk.screen.frames)
    await desk.waits()
    await desk.elsewhere.look()
    assert len(desk.screen.frames) == told


# --- a served node ---


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def helps_out(site: Site, who: str = "olga", mode: str = "offer") -> None:
    """They work for the other business, too, which gives out its conversations."""
    account = site.ours.accounts[who]

    def unit(tx: Tx, now: int) -> None:
        directory.add_operator(tx, account, role="operator", name=who.title(), now=now)

    await site.node.store.write(site.theirs.business, unit)
    value = {"rules": {"everybody": {"mode": mode}}}
    status = await ask(site, site.theirs, "rita", "PUT", "routing", {"version": 0, "value": value})
    assert status == 200


async def ask(site: Site, party: Party, who: str, method: str, path: str, body: object = None) -> int:
    """A request to the other business by somebody of ``party``."""
    headers = {"Cookie": f"switchboard_session={party.sessions[who]}", "Origin": site.origin}
    url = f"{site.origin}/api/v1/businesses/{site.theirs.business}/{path}"
    async with site.http.request(method, url, headers=headers, json=body) as response:
        await response.read()
        return response.status


async def customer(site: Site) -> tuple[Widget, str]:
    widget = await site.widget(inbox=site.theirs.inbox)
    ack = await widget.say("A person, please", choice=words.ASK_FOR_PERSON)
    return widget, ack["conversation"]


async def calls(console: Console, *conversations: str) -> dict[str, Any]:
    while True:
        frame = await console.expect("elsewhere")
        if [one["conversation"] for one in frame["rows"]] == list(conversations):
            return frame


async def test_offer_of_another_business_is_told_where_one_sits_and_accepted_there(site: Site) -> None:
    await helps_out(site)
    olga, tab = await site.console(), await site.console()
    await calls(olga)
    widget, conversation = await customer(site)
    for console in (olga, tab):
        frame = await calls(console, conversation)
        assert (frame["business"]["name"], frame["business"]["color"]) == ("Rival", "#0E6B68")
        assert frame["rows"][0]["offer"]["operator"]["name"] == "Olga"
    again = await site.console()  # after a reload
    await calls(again, conversation)
    assert not any(
        one.get("conversation") == conversation
        for frame in olga.frames
        if frame["type"] == "row"
        for one in frame["rows"]
    )
    assert await ask(site, site.ours, "olga", "POST", f"conversations/{conversation}/accept", {}) == 200
    assert (await widget.entry("taken"))["event"]["operator"]["name"] == "Olga"
    frame = await calls(tab, conversation)
    assert (frame["waiting"], frame["rows"][0]["offer"]) == (1, None), "her own, whose customer waits"
    there = await connect_console(
        site.http, site.origin, business=site.theirs.business, session=site.ours.sessions["olga"]
    )
    await there.send({"type": "follow", "conversation": conversation})
    await there.send({"type": "read", "conversation": conversation, "seq": 1 << 40})
    await calls(tab)


async def test_who_declines_from_elsewhere_is_asked_no_more_and_the_customer_goes_to_the_next(site: Site) -> None:
    await helps_out(site)
    olga = await site.console()
    _, conversation = await customer(site)
    await calls(olga, conversation)
    assert await ask(site, site.ours, "olga", "POST", f"conversations/{conversation}/decline", {}) == 200
    await calls(olga)
    await helps_out_too(site)
    pavel = await site.console("pavel")
    await calls(pavel, conversation)


async def helps_out_too(site: Site) -> None:
    account = site.ours.accounts["pavel"]

    def unit(tx: Tx, now: int) -> None:
        directory.add_operator(tx, account, role="operator", name="Pavel", now=now)

    await site.node.store.write(site.theirs.business, unit)


async def test_whoever_is_taken_out_of_a_business_loses_its_offer_at_once(site: Site) -> None:
    await helps_out(site)
    olga = await site.console()
    _, conversation = await customer(site)
    await calls(olga, conversation)
    assert await ask(site, site.theirs, "rita", "DELETE", f"members/{site.ours.accounts['olga']}") == 204
    assert (await olga.closed()).reason.startswith("member_changed")
    back = await site.console()
    await back.still_there()
    assert not any(frame["type"] == "elsewhere" for frame in back.frames)
    assert await ask(site, site.ours, "olga", "POST", f"conversations/{conversation}/accept", {}) == 404


async def test_console_that_closes_is_missed_wherever_its_operator_has_something(site: Site) -> None:
    await helps_out(site, mode="pick")
    olga = await site.console()
    _, conversation = await customer(site)
    assert await ask(site, site.ours, "olga", "POST", f"conversations/{conversation}/take", {}) == 200
    await olga.close()

    def claim(tx: Tx, now: int) -> list[Due]:
        return due.claim(tx, node="test", now=now + 30 * SECOND, lease=SECOND, limit=100)

    async def missed() -> bool:
        found = await site.node.store.write("", claim)
        return (ABSENT, site.theirs.business) in {(one.kind, one.business) for one in found}

    await until_async(missed, what="she is looked for at the business that her console did not show")


async def test_how_a_business_gives_out_its_queue_is_heard_at_once(site: Site) -> None:
    await helps_out(site, mode="pick")
    olga = await site.console()
    _, conversation = await customer(site)
    assert (await calls(olga, conversation))["queued"] == 1
    value = {"rules": {"everybody": {"mode": "offer"}}}
    assert await ask(site, site.theirs, "rita", "PUT", "routing", {"version": 1, "value": value}) == 200
    frame = await olga.expect("elsewhere")
    while frame["queued"] or not all(one["offer"] for one in frame["rows"]):
        frame = await olga.expect("elsewhere")


async def test_nobody_is_told_of_a_business_that_they_do_not_work_for(site: Site) -> None:
    await helps_out(site)
    pavel = await site.console("pavel")
    await customer(site)
    await site.node.elsewhere.look()
    await pavel.still_there()
    assert not any(frame["type"] == "elsewhere" for frame in pavel.frames)


async def test_note_of_another_business_that_names_them_says_whose_it_is(site: Site) -> None:
    await helps_out(site)
    olga = await site.console()
    _, conversation = await customer(site)
    body = {"id": "n1", "text": "Look", "mentions": [site.ours.accounts["olga"]]}
    assert await ask(site, site.theirs, "rita", "POST", f"conversations/{conversation}/note", body) == 200
    frame = await olga.expect("mentioned")
    assert (frame["business"], frame["conversation"]) == (site.theirs.business, conversation)


async def test_whose_console_shows_one_business_is_there_for_the_other(site: Site) -> None:
    await helps_out(site)
    rita = await connect_console(
        site.http, site.origin, business=site.theirs.business, session=site.theirs.sessions["rita"]
    )
    olga = await site.console()
    await sees(rita, "Olga", "online")
    assert (await site.widget(inbox=site.theirs.inbox)).welcome["available"] is True
    await site.call("PUT", "/api/v1/me/presence", json={"state": "busy"})
    await sees(rita, "Olga", "busy")
    second = await connect_console(
        site.http, site.origin, business=site.theirs.business, session=site.ours.sessions["olga"]
    )
    await olga.close()
    await second.still_there()
    await rita.still_there()
    assert not any(
        one["state"] == "offline" for frame in rita.frames[-2:] if frame["type"] == "people" for one in frame["people"]
    )
    await second.close()
    await sees(rita, "Olga", "offline")


async def sees(console: Console, name: str, state: str) -> None:
    while not any(
        {"name": name, "state": state}.items() <= one.items() for one in (await console.expect("people"))["people"]
    ):
        pass
