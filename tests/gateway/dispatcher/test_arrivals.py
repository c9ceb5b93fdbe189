"""What a messenger tells beside inputs, and how what was said there is changed again; on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.dispatcher.continuing import MakeLink
from gateway.errors import NotFound, NotOwner, NotPossible
from gateway.model import commands as c
from gateway.model.events import (
    ChatOpened,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DetailsLeft,
    EndpointLost,
    MessageExtended,
    OperatorMessage,
    Phone,
    Place,
    SystemNotice,
)
from gateway.ports import Edited, Inbound, Media, Opened, Reach, Reacted
from gateway.store import refs
from gateway.store.store import Store
from tests.support import stores
from tests.support_edge.bench import OLGA, PAVEL, Bench, on_bench
from tests.support_edge.checks import tags
from tests.support_edge.provider import StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until

KEYS = iter(range(1, 1_000_000))


@pytest.fixture
def channel(store: Store) -> StrictChannel:
    made = StrictChannel(store)
    made.capabilities = replace(made.capabilities, formatted=True, edits=True, text_limit=40)
    return made


@pytest.fixture
async def bench(store: Store, place: stores.Place, times: Times, channel: StrictChannel) -> AsyncIterator[Bench]:
    pushed = {"webchat": channel.capabilities}
    async with on_bench(store, place, times, channels={"webchat": channel}, pushed=pushed) as running:
        yield running


def who(bench: Bench, **more: Any) -> dict[str, Any]:
    place = bench.place
    return {
        "business": place.business, "inbox": place.inbox, "channel": place.channel, "address": "ann",
        "key": f"u{next(KEYS)}", "name": "Ann", **more,
    }  # fmt: skip


def said(bench: Bench, text: str, message: str, **more: Any) -> Inbound:
    return Inbound(**who(bench), text=text, message=message, **more)


async def events(bench: Bench, conversation: str) -> list[Any]:
    return [entry.event for entry in await bench.log(conversation)]


async def test_opened_chat_is_greeted_once_however_often_it_is_told(bench: Bench) -> None:
    opened = Opened(**who(bench), payload="spring")

    first = await bench.dispatcher.arrive(opened)
    again = await bench.dispatcher.arrive(opened)

    assert (again.conversation, again.repeated) == (first.conversation, True)
    log = await events(bench, first.conversation)
    assert [type(event) for event in log[1:]] == [ChatOpened, SystemNotice]
    assert log[2].text.startswith("Hello, this is Lantern.")
    assert [button.title for button in log[2].buttons] == ["A person, please"]


async def test_who_opens_the_chat_in_the_queue_gets_no_menu(bench: Bench) -> None:
    conversation = (await bench.say("a person", choice="/switchboard.operator")).conversation

    await bench.dispatcher.arrive(Opened(**who(bench)))

    assert tags(await bench.log(conversation))[-1] == "chat_opened"


async def test_opened_after_the_end_begins_anew(bench: Bench) -> None:
    first = (await bench.say("Hello")).conversation
    await bench.do(first, c.End())

    second = await bench.dispatcher.arrive(Opened(**who(bench)))

    assert second.conversation != first
    assert tags(await bench.log(first))[-1] == "resolved"


async def test_pieces_of_an_album_are_one_message(bench: Bench) -> None:
    files = (Media(reference="f1", kind="photo"),)
    first = await bench.dispatcher.arrive(said(bench, "my bill", "10", album="a", files=files))
    piece = said(bench, "", "11", album="a", files=files)

    second = await bench.dispatcher.arrive(piece)
    again = await bench.dispatcher.arrive(piece)

    assert (second.seq, again.repeated) == (first.seq, True)
    log = await events(bench, first.conversation)
    assert len([one for one in log if isinstance(one, CustomerMessage)]) == 1
    (more,) = [one for one in log if isinstance(one, MessageExtended)]
    assert more.seq == first.seq and more.files[0].pending


async def test_changed_message_is_told_as_such_and_an_unknown_one_is_taken_as_new(bench: Bench) -> None:
    first = await bench.dispatcher.arrive(said(bench, "Room 12", "10"))

    await bench.dispatcher.arrive(Edited(**who(bench), now=said(bench, "Room 13", "10")))
    await bench.dispatcher.arrive(Edited(**who(bench), now=said(bench, "of before your time", "3")))

    log = await events(bench, first.conversation)
    assert [(one.seq, one.text) for one in log if isinstance(one, CustomerEdited)] == [(first.seq, "Room 13")]
    assert [one.text for one in log if isinstance(one, CustomerMessage)] == ["Room 12", "of before your time"]


async def test_place_that_moves_is_told_once_a_minute(bench: Bench) -> None:
    here = Place(latitude=1, longitude=2)
    first = await bench.dispatcher.arrive(said(bench, "", "10", place=here))
    for step in range(3):
        there = replace(here, latitude=2.0 + step)
        await bench.dispatcher.arrive(Edited(**who(bench), now=said(bench, "", "10", place=there)))
    await bench.advance(61)
    await bench.dispatcher.arrive(Edited(**who(bench), now=said(bench, "", "10", place=replace(here, latitude=9))))

    moved = [one for one in await events(bench, first.conversation) if isinstance(one, CustomerEdited)]
    assert [one.place.latitude for one in moved if one.place] == [2.0, 9.0]


async def test_reaction_to_what_nobody_knows_leads_to_nothing(bench: Bench) -> None:
    first = await bench.dispatcher.arrive(said(bench, "Hello", "10"))

    unknown = await bench.dispatcher.arrive(Reacted(**who(bench), message="99", emoji=("👍",)))
    known = await bench.dispatcher.arrive(Reacted(**who(bench), message="10", emoji=("👍",)))

    assert (unknown.conversation, unknown.seq) == ("", 0)
    reacted = [one for one in await events(bench, first.conversation) if isinstance(one, CustomerReacted)]
    assert (known.conversation, reacted) == (first.conversation, [CustomerReacted(seq=first.seq, emoji=("👍",))])


async def test_reach_is_lost_once_and_comes_back_with_the_next_word(bench: Bench) -> None:
    first = await bench.dispatcher.arrive(said(bench, "Hello", "10"))
    for _ in range(2):
        await bench.dispatcher.arrive(Reach(**who(bench), lost=True))
    assert len([one for one in await events(bench, first.conversation) if isinstance(one, EndpointLost)]) == 1
    assert (await bench.state(first.conversation)).unreachable

    await bench.dispatcher.arrive(said(bench, "I am back", "11"))

    assert (await bench.state(first.conversation)).unreachable == ()


async def test_stranger_who_blocks_us_leaves_no_trace(bench: Bench) -> None:
    receipt = await bench.dispatcher.arrive(Reach(**who(bench, address="stranger"), lost=True))

    assert receipt.conversation == ""


async def test_own_phone_number_is_a_detail_and_anothers_is_not(bench: Bench) -> None:
    own, other = Phone(number="+74950000001", own=True), Phone(number="+74950000002", name="Ben")
    first = await bench.dispatcher.arrive(said(bench, "", "10", phone=other))
    await bench.dispatcher.arrive(said(bench, "", "11", phone=own))

    left = [one for one in await events(bench, first.conversation) if isinstance(one, DetailsLeft)]
    assert [(one.kind, one.value) for one in left] == [("phone", own.number)]


async def in_hands(bench: Bench, text: str) -> tuple[str, int]:
    """Olga has Ann's conversation and said ``text``; where."""
    conversation = (await bench.dispatcher.arrive(said(bench, "Hello", "10"))).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    state = await bench.state(conversation)
    receipt = await bench.do(conversation, c.SendReply(operator=OLGA, text=text, floor_seq=state.floor_seq))
    return conversation, receipt.seq


LONG = "The first sentence of this. And **the second** one of it."


async def test_changed_reply_changes_what_was_sent_part_by_part(bench: Bench, channel: StrictChannel) -> None:
    conversation, seq = await in_hands(bench, LONG)
    await until(lambda: len(channel.delivered) >= 2 and "second" in channel.delivered[-1].text)
    sent = channel.delivered[-2:]
    assert [one.text for one in sent] == ["The first sentence of this.", "And the second one of it."]

    await bench.do(conversation, c.EditReply(operator=OLGA, seq=seq, text="Short now."))
    await until(lambda: channel.delivered[-1].action == "delete")

    changed = channel.delivered[-2:]
    assert [(one.action, one.text) for one in changed] == [("edit", "Short now."), ("delete", "")]
    known = await bench.store.read(
        bench.place.business,
        lambda tx, now: refs.of_message(tx, conversation, seq, identity=changed[0].endpoint.identity),
    )
    assert [one.target for one in changed] == [known[0], known[1]]


async def test_reply_that_grew_is_changed_and_goes_on(bench: Bench, channel: StrictChannel) -> None:
    conversation, seq = await in_hands(bench, "Short.")
    await until(lambda: bool(channel.delivered) and channel.delivered[-1].text == "Short.")

    await bench.do(conversation, c.EditReply(operator=OLGA, seq=seq, text=LONG))
    await until(lambda: channel.delivered[-1].text == "And the second one of it.")
    await bench.do(conversation, c.DeleteReply(operator=OLGA, seq=seq))
    await until(lambda: channel.delivered[-1].action == "delete")

    assert [one.action for one in channel.delivered[-3:]] == ["edit", "send", "delete"]
    assert len(channel.delivered[-1].target) == 2


async def test_only_who_wrote_it_changes_it_and_what_is_gone_stays_gone(bench: Bench) -> None:
    conversation, seq = await in_hands(bench, "Good moning")

    with pytest.raises(NotOwner):
        await bench.do(conversation, c.EditReply(operator=PAVEL, seq=seq, text="mine"))
    with pytest.raises(NotPossible):
        await bench.do(conversation, c.EditReply(operator=OLGA, seq=2, text="the customer's"))
    await bench.do(conversation, c.DeleteReply(operator=OLGA, seq=seq))
    with pytest.raises(NotPossible):
        await bench.do(conversation, c.EditReply(operator=OLGA, seq=seq, text="Good morning"))


async def test_answer_names_what_it_answers(bench: Bench, channel: StrictChannel) -> None:
    conversation, _ = await in_hands(bench, "Which?")
    state = await bench.state(conversation)
    asked = next(entry for entry in await bench.log(conversation) if isinstance(entry.event, CustomerMessage))

    reply = c.SendReply(operator=OLGA, text="This one", floor_seq=state.floor_seq, reply_to=asked.seq)
    await bench.do(conversation, reply)
    await until(lambda: bool(channel.delivered) and channel.delivered[-1].text == "This one")

    assert channel.delivered[-1].answers == "10"
    assert isinstance((await bench.log(conversation))[-1].event, OperatorMessage)


async def test_nowhere_to_go_on_where_there_is_no_bot(bench: Bench) -> None:
    conversation = (await bench.say("Hello")).conversation

    with pytest.raises(NotFound):
        await bench.store.write(bench.place.business, MakeLink(conversation), key=conversation)


async def test_opened_chat_is_no_request_until_something_is_said(bench: Bench) -> None:
    conversation = (await bench.dispatcher.arrive(Opened(**who(bench)))).conversation
    before = await bench.requests(conversation)
    await bench.advance(60)

    await bench.dispatcher.arrive(said(bench, "Hello", "1"))
    await bench.dispatcher.arrive(said(bench, "Is anybody there?", "2"))

    (line,) = await bench.requests(conversation)
    assert before == []
    assert (line.opened_seq, line.opened_at, line.ending) == (1, bench.times.clock(), "")


async def test_chat_that_was_only_opened_ends_without_a_line_in_the_ledger(bench: Bench) -> None:
    conversation = (await bench.dispatcher.arrive(Opened(**who(bench)))).conversation
    await bench.advance(24 * 3600)
    await bench.logged(conversation, "resolved")
    nothing = await bench.requests(conversation)

    await bench.dispatcher.arrive(said(bench, "Hello", "1"))

    (line,) = await bench.requests(conversation)
    assert nothing == []
    assert (line.opened_seq > 1, line.ending) == (True, "")


async def test_request_for_a_person_from_an_opened_chat_is_one_that_was_handed_over(bench: Bench) -> None:
    conversation = (await bench.dispatcher.arrive(Opened(**who(bench)))).conversation

    await bench.dispatcher.arrive(said(bench, "A person, please", "1", choice="/switchboard.operator"))
    await bench.do(conversation, c.Leave(reason="waited_too_long"))

    (line,) = await bench.requests(conversation)
    assert (line.ending, line.reason) == ("lost", "waited_too_long")
