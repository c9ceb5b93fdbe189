"""Where there is a phone and no e-mail, the business's own system sends a short message: called, signed, until it takes it."""

from __future__ import annotations

import time

import pytest

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.events import AnswersForwarded
from tests.gateway.unread.desk import EMAIL, PAGE, PHONE, Desk, body_of, link_in
from tests.gateway.webhooks.receiver import Receiver
from tests.support_edge.bench import OLGA
from tests.support_edge.waiting import until_async

MINUTE = 60


async def unread(desk: Desk, text: str = "It is on its way.", **details: str) -> tuple[str, int]:
    """A conversation with an answer that is due to go out, and the answer's ``seq``."""
    talk = await desk.customer(page=PAGE, **(details or {"phone": PHONE}))
    seq = await desk.answer(talk, text)
    await desk.bench.advance(5 * MINUTE)
    return talk, seq


async def test_short_message_is_a_call_of_the_business_s_own_system(desk: Desk, receiver: Receiver) -> None:
    await desk.sms(receiver)
    talk, seq = await unread(desk, "It is **on its way**, " + "and on " * 20)
    (call,) = await receiver.wait(1)
    body = body_of(call)
    assert (body["type"], body["to"], body["conversation"], body["seq"]) == ("sms", PHONE, talk, seq)
    assert body["business"] == desk.bench.place.business
    text = body["text"]
    assert (
        text.startswith("Lantern: Olga answered you: “It is on its way, and on") and "…” https://shop.example/" in text
    )
    assert text.endswith(body["link"]) and len(text) - len(body["link"]) < 120
    told = await desk.forwarded(talk)
    assert told == [AnswersForwarded(way="sms", address=PHONE, since=seq, upto=seq)]
    assert [(one.event, one.status, one.attempts, one.answer) for one in await desk.calls()] == [
        ("sms", "done", 1, "HTTP 204")
    ]
    assert (await desk.open(link_in(text))).conversation == talk
    await desk.nothing_comes()
    assert len(receiver.calls) == 1


async def test_signature_holds_by_the_library_of_standard_webhooks(desk: Desk, receiver: Receiver) -> None:
    secret = await desk.sms(receiver)
    desk.bench.times.clock.advance(_until_today(desk))
    await unread(desk)
    (call,) = await receiver.wait(1)
    assert call.verify(secret)["to"] == PHONE


async def test_call_that_failed_is_made_again_with_the_same_id_and_words(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [(500, "oops", {}), (503, "", {})]
    await desk.sms(receiver)
    talk, seq = await unread(desk)
    await desk.bench.pass_time(lambda: len(receiver.calls) == 3, step=5)
    assert len({one.headers["webhook-id"] for one in receiver.calls}) == 1
    assert len({body_of(one)["text"] for one in receiver.calls}) == 1
    assert [(one.fault, one.upto) for one in await desk.forwarded(talk)] == [(None, seq)]
    assert [(one.status, one.attempts) for one in await desk.calls()] == [("done", 3)]


async def test_refusal_is_told_in_the_thread(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [(410, "no such phone", {})]
    await desk.sms(receiver)
    talk, _ = await unread(desk)
    (told,) = await desk.forwarded(talk)
    assert told.fault is not None and told.fault.values == {"said": "HTTP 410: no such phone"}
    await desk.nothing_comes()
    assert len(receiver.calls) == 1


async def again(desk: Desk, talk: str, seq: int) -> None:
    bench = desk.bench
    await bench.dispatcher.replay(bench.place.business, talk, c.Replay(operator=OLGA, seq=seq))


async def failure(desk: Desk, talk: str) -> int:
    """Where the log says that it went to nobody."""
    entries = await desk.bench.logged(talk, "answers_forwarded")
    return max(entry.seq for entry in entries if isinstance(entry.event, AnswersForwarded))


async def test_what_went_to_nobody_is_sent_again_at_a_word(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [(410, "no such phone", {})]
    await desk.sms(receiver)
    talk, seq = await unread(desk)
    await desk.forwarded(talk)
    failed = await failure(desk, talk)
    await again(desk, talk, failed)
    told = await desk.forwarded(talk, times=2)
    assert [(one.fault is None, one.since, one.upto) for one in told] == [(False, seq, seq), (True, seq, seq)]
    first, second = receiver.calls
    assert body_of(first)["seq"] == body_of(second)["seq"] == seq
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    with pytest.raises(NotPossible):
        await again(desk, talk, failed)
    await desk.nothing_comes()
    assert len(receiver.calls) == 2


async def test_what_was_read_meanwhile_is_not_sent_again(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [(410, "no such phone", {})]
    await desk.sms(receiver)
    talk, seq = await unread(desk)
    await desk.forwarded(talk)
    await desk.read(talk, seq)
    with pytest.raises(NotPossible):
        await again(desk, talk, await failure(desk, talk))


async def test_what_is_read_between_two_tries_is_not_told(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [(500, "", {})]
    await desk.sms(receiver)
    talk, seq = await unread(desk)
    await receiver.wait(1)
    await desk.read(talk, seq)
    await desk.nothing_comes()
    assert len(receiver.calls) == 1
    (call,) = await desk.calls()
    assert call.status == "failed" and call.fault is not None and call.fault.code == "webhook_not_needed"


async def test_whoever_has_an_address_gets_a_letter(desk: Desk, receiver: Receiver) -> None:
    await desk.sms(receiver)
    await unread(desk, email=EMAIL, phone=PHONE)
    await desk.letters(1)
    assert receiver.calls == []


async def test_where_letters_are_off_the_phone_is_used(desk: Desk, receiver: Receiver) -> None:
    await desk.sms(receiver, email=False)
    await unread(desk, email=EMAIL, phone=PHONE)
    await receiver.wait(1)
    assert desk.box.letters == []


async def test_without_a_secret_nothing_is_sent_and_the_calls_say_why(desk: Desk, receiver: Receiver) -> None:
    await desk.bench.set_up("unread", {"name": "unread", "sms": True, "url": receiver.url})
    await unread(desk)

    async def tried() -> bool:
        return any(one.attempts for one in await desk.calls())

    await until_async(tried)
    (call,) = await desk.calls()
    assert call.status == "waiting" and call.fault is not None and call.fault.code == "webhook_no_secret"
    assert receiver.calls == []


async def test_address_inside_a_network_is_not_called(desk: Desk, receiver: Receiver) -> None:
    receiver.url = "http://10.0.0.1/sms"
    await desk.sms(receiver)
    talk, _ = await unread(desk)
    (told,) = await desk.forwarded(talk)
    assert told.fault is not None and told.fault.code == "delivery_sms_not_taken"
    (call,) = await desk.calls()
    assert call.fault is not None and call.fault.code == "webhook_inside"


def _until_today(desk: Desk) -> float:
    """Seconds to the present: the library refuses signatures that are old."""
    return time.time() - desk.bench.times.clock() / 1_000_000 - 5 * MINUTE
