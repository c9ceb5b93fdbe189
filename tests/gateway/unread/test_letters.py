"""An answer that nobody reads on the page is a letter: one for several, never twice, never of what was read."""

from __future__ import annotations

import pytest

from gateway.model import commands as c
from gateway.model.events import AnswersForwarded, Endpoint
from gateway.model.rules import WaitingRules
from gateway.phrases import ENGLISH
from gateway.store import blocks, contacts, letter_stops
from gateway.store.sql import Tx
from tests.gateway.unread.desk import EMAIL, PHONE, Desk
from tests.support_edge.bench import OLGA

MINUTE = 60


async def test_several_unread_answers_are_one_letter_and_no_other(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    first = await desk.answer(talk, "It is **on its way**.")
    await desk.bench.advance(30)
    last = await desk.answer(talk, "It comes at six.\nIs that fine?")
    await desk.bench.advance(5 * MINUTE - 31)
    await desk.bench.quiet()
    assert desk.box.letters == []
    await desk.bench.advance(1)

    (letter,) = await desk.letters(1)
    text = letter.get_content()
    assert letter["To"] == EMAIL and "Lantern" in str(letter["From"]) and letter["Subject"] == "Lantern answered you"
    assert "Olga:\r\n> It is on its way." in text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert "> It comes at six." in text and "> Is that fine?" in text and "Where is it?" not in text
    assert await desk.forwarded(talk) == [AnswersForwarded(way="email", address=EMAIL, since=first, upto=last)]
    assert (await desk.bench.state(talk)).forwarded == last
    await desk.nothing_comes()


async def test_what_is_answered_later_is_a_letter_of_its_own(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    await desk.letters(1)
    await desk.forwarded(talk)
    await desk.answer(talk, "It is at your door.")
    await desk.bench.advance(5 * MINUTE)
    letter = (await desk.letters(2))[1].get_content()
    assert "at your door" in letter and "on its way" not in letter


async def test_answer_that_was_read_in_time_sends_nothing(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.read(talk, await desk.answer(talk, "It is on its way."))
    await desk.nothing_comes()


async def test_only_what_was_not_read_is_in_the_letter(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.read(talk, await desk.answer(talk, "It is on its way."))
    await desk.answer(talk, "It comes at six.")
    await desk.bench.advance(5 * MINUTE)
    await desk.bench.advance(5 * MINUTE)
    (letter,) = await desk.letters(1)
    assert "on its way" not in letter.get_content() and "at six" in letter.get_content()


async def test_while_more_is_being_written_the_letter_waits_but_not_for_ever(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    for number in range(12):
        await desk.answer(talk, f"Part {number}")
        await desk.bench.advance(50)
        await desk.bench.quiet()
        assert len(desk.box.letters) == 0 or number == 11
    (letter,) = await desk.letters(1)
    assert "Part 0" in letter.get_content() and "Part 11" in letter.get_content()


async def test_letter_says_what_an_answer_says_by_now(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    wrong, gone = await desk.answer(talk, "At five"), await desk.answer(talk, "Never mind")
    await desk.bench.do(talk, c.EditReply(operator=OLGA, seq=wrong, text="At six"))
    await desk.bench.do(talk, c.DeleteReply(operator=OLGA, seq=gone))
    await desk.bench.advance(5 * MINUTE)
    text = (await desk.letters(1))[0].get_content()
    assert "> At six" in text and "At five" not in text and "Never mind" not in text


async def test_what_was_taken_back_sends_nothing(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.bench.do(talk, c.DeleteReply(operator=OLGA, seq=await desk.answer(talk, "Oh")))
    await desk.nothing_comes()


async def test_what_the_bot_and_the_system_say_sends_nothing(desk: Desk) -> None:
    said = await desk.bench.say("Hello")
    await desk.bench.do(said.conversation, c.LeaveDetails(kind="email", value=EMAIL))
    await desk.bench.logged(said.conversation, "bot_message")
    await desk.nothing_comes()


async def test_answer_that_ended_the_talk_is_sent_as_well(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "Done.")
    state = await desk.bench.state(talk)
    await desk.bench.do(talk, c.Resolve(operator=OLGA, floor_seq=state.floor_seq))
    await desk.bench.advance(5 * MINUTE)
    assert "> Done." in (await desk.letters(1))[0].get_content()


async def test_whoever_gave_no_address_gets_nothing_also_where_their_page_gave_one(desk: Desk) -> None:
    talk = await desk.customer()
    await desk.bench.do(talk, c.SetAttributes(attributes={"email": EMAIL}))
    await desk.answer(talk, "It is on its way.")
    await desk.nothing_comes()


async def test_what_they_say_now_goes_before_what_is_known_of_them(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    other = await desk.customer(address="bob")

    async def known(conversation: str) -> None:
        contact = (await desk.bench.state(conversation)).contact

        def unit(tx: Tx, now: int) -> None:
            contacts.describe(tx, contact, name="A", attributes=contacts.Attributes(email="office@example.com"))

        await desk.write(unit)

    for conversation in (talk, other):
        await known(conversation)
        await desk.answer(conversation, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    assert {str(one["To"]) for one in await desk.letters(2)} == {EMAIL, "office@example.com"}


@pytest.mark.parametrize("minutes", [0, 60])
async def test_business_says_after_how_long_or_never(desk: Desk, minutes: int) -> None:
    await desk.bench.set_up("waiting", {"name": "waiting", "rules": WaitingRules(unread_after=minutes)})
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(59 * MINUTE)
    await desk.bench.quiet()
    assert desk.box.letters == []
    if minutes:
        await desk.bench.advance(MINUTE)
        await desk.letters(1)


async def test_business_that_wants_no_letters_sends_none(desk: Desk) -> None:
    await desk.bench.set_up("unread", {"name": "unread", "email": False})
    talk = await desk.customer(email=EMAIL, phone=PHONE)
    await desk.answer(talk, "It is on its way.")
    await desk.nothing_comes()


async def test_whoever_went_on_in_a_messenger_is_reached_there(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    policy = desk.bench.dispatcher.policy
    object.__setattr__(policy, "pushed", {"telegram": None})
    await desk.bench.do(talk, c.JoinChannel(endpoint=Endpoint(inbox="t", identity="i", channel="telegram")))
    await desk.nothing_comes()


async def test_blocked_contact_gets_nothing(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    contact = (await desk.bench.state(talk)).contact
    block = blocks.Block(at=1, reason="spam", by="anna", name="Anna")
    await desk.write(lambda tx, now: blocks.put(tx, contact, block, until=blocks.FOREVER, now=now))
    await desk.nothing_comes()


async def test_whoever_wants_no_letters_gets_none_whoever_else_gives_the_address(desk: Desk) -> None:
    await desk.write(lambda tx, now: letter_stops.stop(tx, letter_stops.digest_of("Ann@Example.com"), now=now))
    talk = await desk.customer(address="somebody", email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.nothing_comes()
    await desk.write(lambda tx, now: letter_stops.resume(tx, letter_stops.digest_of(EMAIL)))
    await desk.answer(talk, "It is at your door.")
    await desk.bench.advance(5 * MINUTE)
    assert "at your door" in (await desk.letters(1))[0].get_content()


async def test_letter_can_be_ended_from_the_mail_program(desk: Desk) -> None:
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    (letter,) = await desk.letters(1)
    address = letter["List-Unsubscribe"].strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address.startswith("https://chat.example.com/letters/stop/") and address in letter.get_content()
    assert EMAIL not in address and ENGLISH["unread.stop"].format(business="Lantern") in letter.get_content()


# --- what goes wrong ---


async def test_letter_that_is_refused_is_told_in_the_thread_and_not_sent_again(desk: Desk) -> None:
    desk.box.answers = ["550 no such box"]
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    (told,) = await desk.forwarded(talk)
    assert told.fault is not None and told.fault.code == "delivery_mail_refused"
    assert "no such box" in str(told.fault.values["said"])
    await desk.nothing_comes()


async def test_letter_that_is_put_off_goes_out_later_once(desk: Desk) -> None:
    desk.box.answers = ["451 later, please"]
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    await desk.tried(0)
    await desk.bench.advance(2 * MINUTE)
    await desk.letters(1)
    assert [one.fault for one in await desk.forwarded(talk)] == [None]
    await desk.letters(1)


async def test_what_was_read_between_two_tries_is_not_sent(desk: Desk) -> None:
    desk.box.answers = ["451 later, please"]
    talk = await desk.customer(email=EMAIL)
    seq = await desk.answer(talk, "It is on its way.")
    await desk.bench.advance(5 * MINUTE)
    await desk.tried(0)
    await desk.read(talk, seq)
    await desk.nothing_comes()


async def test_letter_is_given_up_in_the_end(desk: Desk) -> None:
    desk.box.answers = ["451 later, please"] * 6
    talk = await desk.customer(email=EMAIL)
    await desk.answer(talk, "It is on its way.")
    for left, minutes in enumerate((32, 16, 8, 4, 2, 5)[::-1]):
        await desk.bench.advance(minutes * MINUTE)
        await desk.tried(5 - left)
    (told,) = await desk.forwarded(talk)
    assert told.fault is not None and told.fault.code == "delivery_mail_not_reached"
    assert desk.box.letters == []
