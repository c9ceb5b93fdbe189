"""A bot asks for the customer's phone number, by a button that Telegram alone has."""

from __future__ import annotations

import pytest

from gateway.model.events import Button, CustomerMessage, DetailsLeft, HandoffRequested
from gateway.ports import BotReply, TurnRequest, TurnResult
from gateway.store import contacts
from gateway.store.sql import Tx
from tests.support_edge.engine import echo
from tests.support_edge.telegram import Seen
from tests.support_edge.telegram_site import Lines

NUMBER = "+74950005501"
SHARE = Button(title="Share my number", payload="/switchboard.phone")
LATER = Button(title="Not now", payload="/later")


def asks_for_the_number(request: TurnRequest) -> TurnResult:
    """Asks who wants to be called; echoes all else."""
    if all(item.text != "Call me" for item in request.inputs):
        return echo(request)
    reply = BotReply(text="Under which number?", buttons=(SHARE, LATER))
    return TurnResult(outcome="answered", version="scripted", replies=(reply,))


@pytest.fixture
async def asked(lines: Lines) -> Seen:
    lines.site.engine.answer = asks_for_the_number
    await lines.talk.say("Call me")
    return await lines.talk.wait_for_text("Under which number?")


async def details(lines: Lines) -> dict[str, str]:
    """What the contact keeps of how to reach them."""
    state = await lines.state()

    def unit(tx: Tx, now: int) -> dict[str, str]:
        known = contacts.read(tx, state.contact)
        return dict(known.known.details) if known is not None else {}

    return await lines.site.node.store.read(lines.site.ours.business, unit)


async def test_own_number_stands_at_the_contact_and_its_key_goes(lines: Lines, asked: Seen) -> None:
    assert (asked.keys, asked.labels) == (["Share my number", "Not now"], [])

    await lines.talk.own_contact(NUMBER, "Ann")

    answer = await lines.talk.wait_for_text(f"You said: {NUMBER}")
    assert answer.keyboard == {"remove_keyboard": True}
    (left,) = await lines.events(DetailsLeft)
    said = (await lines.events(CustomerMessage, times=2))[1]
    assert (left.kind, left.value) == ("phone", NUMBER)
    assert said.phone is not None and (said.phone.number, said.phone.own) == (NUMBER, True)
    assert await details(lines) == {"phone": NUMBER}


async def test_somebody_elses_number_does_not_become_the_customers(lines: Lines, asked: Seen) -> None:
    ben = await lines.telegram.add_user("Ben")

    await lines.talk.contact(NUMBER, "Ben", user_id=ben.id)

    answer = await lines.talk.wait_for_text(f"You said: {NUMBER}")
    said = (await lines.events(CustomerMessage, times=2))[1]
    assert said.phone is not None and (said.phone.name, said.phone.own) == ("Ben", False)
    assert answer.keyboard == {"remove_keyboard": True}
    assert await details(lines) == {}
    assert not [entry for entry in await lines.log() if isinstance(entry.event, DetailsLeft)]


@pytest.mark.parametrize("instead", ["Not now", "What do you need it for?"])
async def test_who_writes_instead_has_their_own_keys_back(lines: Lines, asked: Seen, instead: str) -> None:
    await (lines.talk.press_key(instead) if instead in asked.keys else lines.talk.say(instead))

    answer = await lines.talk.wait_for_text(f"You said: {instead}")
    await lines.talk.say("Thank you")
    later = await lines.talk.wait_for_text("You said: Thank you")
    assert (answer.keyboard, later.keyboard) == ({"remove_keyboard": True}, None)


async def test_number_is_there_for_the_person_who_takes_it(lines: Lines, asked: Seen) -> None:
    await lines.talk.own_contact(NUMBER, "Ann")
    await lines.talk.wait_for_text(f"You said: {NUMBER}")
    await lines.talk.say("/operator")
    await lines.events(HandoffRequested)
    await lines.verb("take")

    assert (await lines.state()).details == {"phone": NUMBER}


async def test_keys_stay_while_the_bot_goes_on_and_nothing_was_said(lines: Lines) -> None:
    def twice(request: TurnRequest) -> TurnResult:
        first = BotReply(text="Under which number?", buttons=(SHARE,))
        return TurnResult(
            outcome="answered", version="scripted", replies=(first, BotReply(text="You can write it, too."))
        )

    lines.site.engine.answer = twice
    await lines.talk.say("Call me")

    second = await lines.talk.wait_for_text("You can write it, too.")
    assert second.keyboard is None
