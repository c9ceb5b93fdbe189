"""The passage to people and back: notices, cancelling, and what "thanks" does not do."""

from __future__ import annotations

import pytest

from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import HandoffRequested, SystemNotice
from gateway.model.state import Status
from gateway.phrases import CATALOGUES
from tests.support_edge.bench import OLGA, Bench
from tests.support_edge.checks import check_turns, tags
from tests.support_edge.engine import hands_off

HOUR = 3600


async def asks_for_person(bench: Bench, locale: str = "en") -> str:
    return (await bench.say("A person, please", choice=words.ASK_FOR_PERSON, locale=locale)).conversation


async def resolved(bench: Bench) -> str:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor))
    return conversation


@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_who_waits_for_people_is_told_so_in_their_language(bench: Bench, locale: str) -> None:
    conversation = await asks_for_person(bench, locale)
    entries = await bench.log(conversation)
    assert tags(entries) == ["conversation_started", "customer_message", "handoff_requested", "system_notice"]
    notice = entries[-1].event
    assert isinstance(notice, SystemNotice)
    assert notice.text == CATALOGUES[locale]["queued"]
    assert [(b.title, b.payload) for b in notice.buttons] == [
        (CATALOGUES[locale]["back_to_bot"], words.BACK_TO_BOT)
    ]  # fmt: skip


def test_every_catalogue_says_the_same_things() -> None:
    assert CATALOGUES["ru"].keys() == CATALOGUES["en"].keys()
    assert all(text.strip() for catalogue in CATALOGUES.values() for text in catalogue.values())


async def test_bot_that_hands_off_speaks_first_and_says_why_to_people(bench: Bench) -> None:
    bench.engine.answer = hands_off("not_understood")
    conversation = (await bench.say("asdf", choice="/x")).conversation
    entries = await bench.logged(conversation, "system_notice")
    assert tags(entries)[2:] == ["bot_turn", "bot_message", "handoff_requested", "system_notice"]
    handoff = entries[4].event
    assert isinstance(handoff, HandoffRequested)
    assert (handoff.reason, handoff.by) == ("not_understood", "bot")
    assert [(line.kind, line.seq) for line in handoff.evidence] == [("input", 2)]
    check_turns(entries)


async def test_person_is_asked_for_once_however_often_the_button_is_pressed(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    for _ in range(3):
        await bench.say("A person, please", choice=words.ASK_FOR_PERSON)
    assert tags(await bench.log(conversation)).count("handoff_requested") == 1
    assert (await bench.state(conversation)).status is Status.QUEUED


@pytest.mark.parametrize(
    ("text", "choice"), [("Back to the bot", words.BACK_TO_BOT), ("Отмена!", ""), ("never mind", "")]
)
async def test_customer_in_the_queue_goes_back_to_the_bot(bench: Bench, text: str, choice: str) -> None:
    conversation = await asks_for_person(bench)
    await bench.say(text, choice=choice)
    assert tags(await bench.log(conversation))[-1] == "handoff_cancelled"
    assert (await bench.state(conversation)).status is Status.PENDING
    await bench.say("Plans", choice="/plans")
    await bench.logged(conversation, "bot_message")
    assert bench.engine.heard == [["/plans"]]  # what was said in the queue is not dug up again


async def test_what_is_written_in_the_queue_stays_for_people(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.say("My number is 12")
    await bench.advance(5)
    await bench.quiet()
    assert bench.engine.requests == []
    assert (await bench.state(conversation)).status is Status.QUEUED


async def test_words_that_cancel_mean_nothing_while_the_bot_answers(bench: Bench) -> None:
    conversation = (await bench.say("cancel", choice="")).conversation
    await bench.advance(1)
    check_turns(await bench.logged(conversation, "bot_message"))
    assert bench.engine.heard == [["cancel"]]


@pytest.mark.parametrize("thanks", ["Спасибо!", "thanks", "👍", "ok"])
async def test_thanks_after_the_end_reopens_nothing(bench: Bench, thanks: str) -> None:
    conversation = await resolved(bench)
    receipt = await bench.say(thanks)
    await bench.advance(5)
    await bench.quiet()
    assert receipt.conversation == conversation
    assert (await bench.state(conversation)).status is Status.RESOLVED
    assert bench.engine.requests == []
    await bench.advance(30 * 24 * HOUR)
    assert (await bench.say(thanks)).conversation == conversation


async def test_thanks_while_the_bot_answers_is_an_input_as_any_other(bench: Bench) -> None:
    conversation = (await bench.say("thanks")).conversation
    await bench.advance(1)
    check_turns(await bench.logged(conversation, "bot_message"))


async def test_owner_who_is_lost_leaves_the_customer_in_the_queue_and_told(bench: Bench) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.do(conversation, c.LoseOwner(operator=OLGA, reason="lost"))
    notice = (await bench.log(conversation))[-1].event
    assert isinstance(notice, SystemNotice) and notice.notice == "queued_again"


async def test_notice_is_told_once_for_each_way_into_the_queue(bench: Bench) -> None:
    conversation = await asks_for_person(bench)
    await bench.do(conversation, c.AddNote(operator=OLGA, text="I know him"))
    await bench.say("anyone?")
    assert tags(await bench.log(conversation)).count("system_notice") == 1
