"""A colleague joins: asked, there or not, beside the owner, and gone again; and who sees what the customer types."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gateway.store import inboxes
from gateway.store.sql import Tx
from tests.handoff.test_desk import following, taken
from tests.support_edge.clients import Console
from tests.support_edge.site import Site


async def told_of(console: Console, conversation: str, *, invited: list[str]) -> None:
    """Waits until a console knows that these are invited: how it stood before may come first, and what stands elsewhere."""
    while True:
        rows = (await console.expect("row"))["rows"]
        if any((row["conversation"], row["invited"]) == (conversation, invited) for row in rows):
            return


async def test_who_is_invited_joins_writes_and_leaves_and_the_owner_stays(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    pavel = await site.console("pavel")
    asked = site.ours.accounts["pavel"]
    refused = (await pavel.command(conversation, "join"))["problem"]
    assert refused["fault"]["code"] == "not_invited"
    assert (await console.command(conversation, "invite", floor_seq=floor, colleague=asked))["type"] == "ack"
    await told_of(pavel, conversation, invited=[asked])

    reloaded = await site.console("pavel")
    await told_of(reloaded, conversation, invited=[asked])
    assert (await pavel.command(conversation, "join"))["type"] == "ack"
    assert (await console.entry("participant_joined"))["event"]["role"] == "conference"
    await pavel.command(conversation, "reply", id="p1", text="Pavel here", floor_seq=floor)
    message = await widget.entry("operator_message", text="Pavel here")
    assert message["event"]["name"] == "Pavel"
    await pavel.command(conversation, "leave")
    await console.entry("participant_left")
    gone = (await pavel.command(conversation, "reply", id="p2", text="Again", floor_seq=floor))["problem"]
    assert (gone["type"], gone["owner"]) == ("/problems/not_owner", "Olga")


async def test_who_is_not_there_or_on_a_break_can_not_be_invited(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    asked = site.ours.accounts["pavel"]
    refused = (await console.command(conversation, "invite", floor_seq=floor, colleague=asked))["problem"]
    assert refused["fault"]["code"] == "colleague_gone"
    stranger = (await console.command(conversation, "invite", floor_seq=floor, colleague="nobody"))["problem"]
    assert stranger["type"] == "/problems/invalid"


async def test_who_can_not_come_declines_and_both_know(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    pavel = await site.console("pavel")
    await pavel.still_there()  # and known to be
    asked = site.ours.accounts["pavel"]
    assert (await console.command(conversation, "invite", floor_seq=floor, colleague=asked))["type"] == "ack"
    await told_of(pavel, conversation, invited=[asked])
    await pavel.command(conversation, "decline_invitation")
    await console.entry("colleague_declined")
    await told_of(pavel, conversation, invited=[])


def shows_drafts(site: Site) -> Callable[[Tx, int], None]:
    def unit(tx: Tx, now: int) -> None:
        found = inboxes.find(tx, site.ours.inbox)
        assert found is not None
        inboxes.change(tx, found, name=found.name, settings=replace(found.settings, live_draft=True))

    return unit


async def test_what_a_customer_types_sees_who_talks_with_them_and_nobody_else(site: Site) -> None:
    await site.node.store.write(site.ours.business, shows_drafts(site))
    widget, console, conversation, floor = await taken(site)
    pavel = await following(site, conversation, "pavel")
    typed = "my card is " + "№" * 600
    await widget.send({"type": "typing", "on": True, "text": typed})
    mine, theirs = await console.expect("signal"), await pavel.expect("signal")
    assert (mine["text"], theirs["text"]) == (typed[-500:], "")
    await console.command(conversation, "return_to_bot", floor_seq=floor)
    await widget.send({"type": "typing", "on": True, "text": "to the bot"})
    assert (await console.expect("signal"))["text"] == "", "only while a person has the floor"
    assert "№№" not in str(await site.log(conversation)), "it is nowhere kept"


async def test_where_it_is_not_switched_on_nothing_that_is_typed_is_told(site: Site) -> None:
    widget, console, _, _ = await taken(site)
    await widget.send({"type": "typing", "on": True, "text": "a secret"})
    assert (await console.expect("signal"))["text"] == ""
