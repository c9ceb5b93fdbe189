"""The courier: in order and held per endpoint, and never "sent" of what wasn't."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from gateway.courier import LEASE, MAX_ATTEMPTS, MAX_BACKOFF, MAX_UNCERTAIN, Courier
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.consequences import DELIVERY
from gateway.errors import (
    ContactUnreachable,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    NotPossible,
    RetryLater,
)
from gateway.faults import Fault
from gateway.faults import delivery as faults
from gateway.model import commands as c
from gateway.model.events import Button, DeliveryFailed, DeliveryReplayed
from gateway.model.rules import WaitingRules
from gateway.ports import Capabilities
from gateway.store import deliveries, due
from gateway.store.deliveries import DeliveryStatus
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.stores import Place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.checks import tags
from tests.support_edge.provider import Hang, Once, StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async

SECOND = 1_000_000
PUSHED = {"webchat": Capabilities(pushed=True, buttons=True, typing=False)}


@pytest.fixture
def channel(store: Store) -> StrictChannel:
    return StrictChannel(store)


@pytest.fixture
async def bench(store: Store, place: Place, times: Times, channel: StrictChannel) -> AsyncIterator[Bench]:
    async with on_bench(store, place, times, channels={"webchat": channel}, pushed=PUSHED) as running:
        yield running


async def opened(bench: Bench, address: str = "ann") -> str:
    """A conversation that Olga has."""
    conversation = (await bench.say(address=address)).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    return conversation


async def reminding_nobody(bench: Bench) -> None:
    """A customer who says nothing for a day hears nothing more from the business."""
    await bench.set_up("waiting", {"rules": WaitingRules(remind_after=0, close_after=0)})


async def reply(bench: Bench, conversation: str, *texts: str) -> None:
    floor = (await bench.state(conversation)).floor_seq
    for text in texts:
        await bench.do(conversation, c.SendReply(operator=OLGA, text=text, floor_seq=floor))


async def statuses(bench: Bench, conversation: str) -> list[DeliveryStatus]:
    return await bench.store.read(bench.place.business, lambda tx, now: deliveries.statuses(tx, conversation))


async def tried(bench: Bench, conversation: str, channel: StrictChannel, times: int, *, pause: float) -> None:
    """Lets ``pause`` seconds pass after each of ``times`` calls for the first message, once it is held."""

    async def held(number: int) -> bool:
        return len(channel.tried) == number and (await statuses(bench, conversation))[0].status in (
            "retry",
            "uncertain",
        )

    for number in range(1, times + 1):
        await until_async(partial(held, number))
        await bench.advance(pause)


async def test_messages_are_sent_in_order_and_marked_sent(bench: Bench, channel: StrictChannel) -> None:
    conversation = await opened(bench)
    await reply(bench, conversation, *(f"line {number}" for number in range(10)))
    await until(lambda: len(channel.delivered) == 10)
    assert channel.texts() == [f"line {number}" for number in range(10)]
    await bench.quiet()
    assert {row.status for row in await statuses(bench, conversation)} == {"sent"}


async def test_order_is_the_logs_where_the_clock_goes_back_while_messages_wait(
    bench: Bench, channel: StrictChannel
) -> None:
    """A machine's clock is set right; or a unit began before another one, and was given the lock after it."""
    conversation = await opened(bench)
    channel.outcome = Once(RetryLater(30), matches="line 0")
    await reply(bench, conversation, "line 0")
    await until(lambda: len(channel.tried) == 1)
    for number in range(1, 4):
        bench.times.clock.advance(-0.01)
        await reply(bench, conversation, f"line {number}")
    await bench.pass_time(lambda: len(channel.delivered) == 4, step=10)
    assert channel.texts() == [f"line {number}" for number in range(4)]


async def test_sending_is_on_disk_before_the_bytes_leave(bench: Bench, channel: StrictChannel) -> None:
    await reply(bench, await opened(bench), "one", "two", "three")
    await until(lambda: len(channel.delivered) == 3)
    assert channel.stored_as == ["sending"] * 3


async def test_what_customers_and_notes_say_is_not_sent(bench: Bench, channel: StrictChannel) -> None:
    conversation = await opened(bench)
    await bench.do(conversation, c.AddNote(operator=OLGA, text="a private note"))
    await bench.say("from the customer")
    await reply(bench, conversation, "to the customer")
    await until(lambda: len(channel.delivered) == 1)
    await bench.quiet()
    assert channel.texts() == ["to the customer"]


async def test_retry_later_holds_only_its_endpoint(bench: Bench, channel: StrictChannel) -> None:
    channel.outcome = Once(RetryLater(30), matches="to ann 0")
    ann, ben = await opened(bench, "ann"), await opened(bench, "ben")
    await reply(bench, ann, "to ann 0", "to ann 1")
    await reply(bench, ben, "to ben 0", "to ben 1")
    await until(lambda: len(channel.texts("ben")) == 2 and len(channel.tried) == 3)

    async def held() -> bool:
        return [row.status for row in await statuses(bench, ann)] == ["retry", "queued"]

    await until_async(held)
    await bench.advance(29)
    await bench.quiet()
    assert channel.texts("ann") == []
    await bench.advance(1)
    await until(lambda: len(channel.texts("ann")) == 2)
    assert channel.texts("ann") == ["to ann 0", "to ann 1"]
    assert len({part.key for part in channel.tried if part.text == "to ann 0"}) == 1


@pytest.mark.parametrize(
    ("error", "reason", "fault"),
    [
        (DeliveryRefused("too rude"), "too rude", faults.REFUSED(said="too rude")),
        (ContactUnreachable("blocked"), "unreachable", faults.UNREACHABLE()),
    ],
)
async def test_refused_message_is_dead_and_told_and_the_next_passes(
    bench: Bench, channel: StrictChannel, error: Exception, reason: str, fault: Fault
) -> None:
    channel.outcome = Once(error, matches="rude")
    conversation = await opened(bench)
    await reply(bench, conversation, "rude", "polite")
    await until(lambda: channel.texts() == ["polite"])
    failed = next(
        entry.event
        for entry in await bench.logged(conversation, "delivery_failed")
        if isinstance(entry.event, DeliveryFailed)
    )
    assert failed == DeliveryFailed(seq=4, part=0, reason=reason, fault=fault)
    assert (await statuses(bench, conversation))[0].status == "dead"
    assert len(channel.tried) == 2


async def test_uncertain_message_is_sent_again_under_the_same_key(bench: Bench, channel: StrictChannel) -> None:
    channel.outcome = Once(DeliveryUncertain("no answer"))
    conversation = await opened(bench)
    await reply(bench, conversation, "hello", "and more")
    await bench.pass_time(lambda: channel.texts() == ["hello", "and more"])
    assert channel.tried[0].key == channel.tried[1].key


@pytest.mark.parametrize(
    ("error", "idempotent", "calls", "fault"),
    [
        (DeliveryError("no connection"), False, MAX_ATTEMPTS, faults.NOT_REACHED(said="no connection")),
        (DeliveryUncertain("no answer"), False, MAX_UNCERTAIN, faults.NO_ANSWER()),
        (DeliveryUncertain("no answer"), True, MAX_ATTEMPTS, faults.NO_ANSWER()),
        (
            ValueError("a bug in the channel"), False, MAX_UNCERTAIN,
            faults.CHANNEL_FAILED(channel="webchat", error="ValueError"),
        ),
    ],
)  # fmt: skip
async def test_message_that_never_gets_through_does_not_stop_the_endpoint_for_ever(
    bench: Bench, channel: StrictChannel, error: Exception, idempotent: bool, calls: int, fault: Fault
) -> None:
    channel.capabilities = Capabilities(pushed=True, buttons=True, typing=False, idempotent=idempotent)
    channel.outcome = Once(error, times=1000, matches="poison")
    conversation = await opened(bench)
    await reply(bench, conversation, "poison", "after it")
    await tried(bench, conversation, channel, calls - 1, pause=MAX_BACKOFF)
    await until(lambda: channel.texts() == ["after it"])
    told = (await bench.logged(conversation, "delivery_failed"))[-1].event
    assert isinstance(told, DeliveryFailed) and told.fault == fault
    poison = (await statuses(bench, conversation))[0]
    assert (poison.status, poison.attempts) == ("dead", calls)
    assert len(channel.tried) == calls + 1


@pytest.mark.parametrize(
    ("words", "fault"), [("", faults.PUT_OFF_SILENTLY()), ("flood control", faults.PUT_OFF(said="flood control"))]
)
async def test_provider_that_puts_off_for_a_day_gets_no_more(
    bench: Bench, channel: StrictChannel, words: str, fault: Fault
) -> None:
    await reminding_nobody(bench)
    channel.outcome = Once(RetryLater(7200.0, words), times=1000, matches="put off")
    conversation = await opened(bench)
    await reply(bench, conversation, "put off", "after it")

    await tried(bench, conversation, channel, 12, pause=7200)
    await until(lambda: channel.texts() == ["after it"])
    failed = (await bench.logged(conversation, "delivery_failed"))[-1].event
    assert isinstance(failed, DeliveryFailed) and "for a day" in failed.reason
    assert failed.fault == fault
    assert len(channel.tried) == 12 + 1 + 1


async def test_what_was_put_off_may_still_fail_as_often_as_any_other(bench: Bench, channel: StrictChannel) -> None:
    channel.outcome = Once(RetryLater(1.0), times=MAX_ATTEMPTS)
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")
    await bench.pass_time(lambda: len(channel.tried) == MAX_ATTEMPTS)
    channel.outcome = Once(DeliveryError("no connection"))
    await bench.pass_time(lambda: channel.texts() == ["hello"])


async def test_channel_that_no_node_has_any_more_is_told_after_a_day(bench: Bench) -> None:
    await reminding_nobody(bench)
    gone = bench.node("node-b", pushed=PUSHED)
    await bench.dispatcher._dues.drain(within=0.2)
    gone.start({"delivery": Courier(gone, {}, clock=bench.times.clock).claimed})
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")

    async def is_(status: str) -> bool:
        return [row.status for row in await statuses(bench, conversation)] == [status]

    await until_async(lambda: is_("retry"))
    await bench.times.advance(25 * 3600)
    gone.due_at(1)
    await until_async(lambda: is_("dead"))
    told = (await bench.log(conversation))[-1].event
    assert isinstance(told, DeliveryFailed) and told.fault == faults.NO_CHANNEL(channel="webchat")
    await gone.drain(within=1)


async def test_provider_that_never_answers_counts_as_uncertain(bench: Bench, channel: StrictChannel) -> None:
    hang = Hang()
    channel.outcome = hang
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")
    await until(lambda: len(channel.stored_as) == 1)
    for _ in range(9):  # the endpoint stays this node's meanwhile
        await bench.times.advance(3)
        await bench.quiet()
    hang.release()

    async def held() -> bool:
        return [row.status for row in await statuses(bench, conversation)] == ["uncertain"]

    await until_async(held)
    await bench.pass_time(lambda: channel.texts() == ["hello"])


async def sender(bench: Bench, name: str, channel: StrictChannel) -> Dispatcher:
    """Another node, which looks for what is to be sent."""
    node = bench.node(name, pushed=PUSHED)
    node.start(
        {DELIVERY: Courier(node, {"webchat": channel}, clock=bench.times.clock).claimed}, leases={DELIVERY: LEASE}
    )
    return node


async def test_message_of_a_node_that_died_while_sending_is_sent_again(
    bench: Bench, channel: StrictChannel, store: Store
) -> None:
    dead_channel = StrictChannel(store)
    hang = Hang()
    dead_channel.outcome = hang
    await bench.dispatcher._dues.drain(within=0.2)  # this node looks away; another one sends
    dead = await sender(bench, "node-b", dead_channel)
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")
    dead.due_at(1)
    await until(lambda: len(dead_channel.stored_as) == 1)
    assert [row.status for row in await statuses(bench, conversation)] == ["sending"]
    assert dead._dues._loop_task is not None
    dead._dues._loop_task.cancel()
    await dead._dues._tasks.finish(within=0)  # killed between the commit and the answer
    third = await sender(bench, "node-c", channel)
    await bench.times.advance(LEASE / SECOND + 1)
    third.due_at(1)
    await until(lambda: channel.texts() == ["hello"])
    assert channel.tried[0].key == dead_channel.tried[0].key
    await third.drain(within=1)


async def test_call_that_takes_long_stays_its_nodes(bench: Bench, channel: StrictChannel, store: Store) -> None:
    """For longer than a dead node's waits for another."""
    slow_channel = StrictChannel(store)
    hang = Hang()
    slow_channel.outcome = hang
    await bench.dispatcher._dues.drain(within=0.2)
    slow = await sender(bench, "node-b", slow_channel)
    await reply(bench, await opened(bench), "hello")
    slow.due_at(1)
    await until(lambda: len(slow_channel.stored_as) == 1)
    assert slow._dues._loop_task is not None
    slow._dues._loop_task.cancel()  # it doesn't look any more: whoever claims the row is the other
    other = await sender(bench, "node-c", channel)
    began = bench.times.clock()
    while bench.times.clock() - began < LEASE + 3 * SECOND:
        await bench.times.advance(3)
        other.due_at(1)
        await bench.quiet()
    hang.release()
    await until(lambda: slow_channel.texts() == ["hello"])
    assert channel.tried == []
    for node in (slow, other):
        await node.drain(within=1)


async def test_node_that_was_late_sends_nothing_of_what_came_since(
    bench: Bench, channel: StrictChannel, store: Store
) -> None:
    """It stood still in the middle of a call. Another node has sent all there was; what is said now is that one's, though the endpoint's
    row is a new one, which nobody has claimed before."""
    late_channel = StrictChannel(store)
    stands_still, is_slow = Hang(), Hang()
    late_channel.outcome = stands_still
    await bench.dispatcher._dues.drain(within=0.2)
    late = await sender(bench, "node-b", late_channel)
    conversation = await opened(bench)
    await reply(bench, conversation, "first")
    late.due_at(1)
    await until(lambda: len(late_channel.stored_as) == 1)
    assert late._dues._loop_task is not None
    late._dues._loop_task.cancel()
    other = await sender(bench, "node-c", channel)
    bench.times.clock.advance(LEASE / SECOND + 1)
    other.due_at(1)
    await until(lambda: channel.texts() == ["first"])
    await until_async(lambda: is_done(bench))
    channel.outcome = is_slow
    await reply(bench, conversation, "second")
    other.due_at(1)
    await until(lambda: len(channel.stored_as) == 2)

    stands_still.release()
    await until(lambda: late_channel.texts() == ["first"])
    await late.drain(within=5)
    is_slow.release()
    await until(lambda: channel.texts() == ["first", "second"])

    assert late_channel.texts() == ["first"]
    await other.drain(within=1)


async def is_done(bench: Bench) -> bool:
    """No endpoint waits for anything."""

    def unit(tx: Tx, now: int) -> bool:
        tx._cursor.execute("SELECT count(*) FROM due WHERE kind = 'delivery'")
        return tx._cursor.fetchall() == [(0,)]

    return await bench.store.read(bench.place.business, unit)


async def test_late_news_of_what_another_node_has_sent_puts_nothing_back(bench: Bench, channel: StrictChannel) -> None:
    """A node that stood still in the middle of a call hears of its failure when the row isn't its own any more."""
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")

    async def is_sent() -> bool:
        return [row.status for row in await statuses(bench, conversation)] == ["sent"]

    await until_async(is_sent)
    (sent,) = await statuses(bench, conversation)
    held = due.Due(bench.place.business, "delivery", "identity", fence=1, attempts=1, due_at=1, payload="{}")
    late = deliveries.Delivery(conversation, sent.seq, 0, "", "identity", "webchat", "sending", 0, "", "", 1)
    courier = Courier(bench.dispatcher, {"webchat": channel}, clock=bench.times.clock)

    await courier._hold(held, late._replace(status="retry"), after=1, error="late")
    await courier._set(bench.place.business, late._replace(attempts=-1))
    await courier._dead(held, late, faults.NO_ANSWER())

    assert await statuses(bench, conversation) == [sent]
    assert "delivery_failed" not in tags(await bench.log(conversation))


async def test_dead_message_can_be_sent_again(bench: Bench, channel: StrictChannel) -> None:
    channel.outcome = Once(DeliveryRefused("no"))
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")
    await bench.logged(conversation, "delivery_failed")
    again = c.Replay(operator=OLGA, seq=4)

    await bench.dispatcher.replay(bench.place.business, conversation, again)

    await until(lambda: channel.texts() == ["hello"])
    assert (await bench.log(conversation))[-1].event == DeliveryReplayed(seq=4, by=OLGA)
    with pytest.raises(NotPossible, match="delivered"):
        await bench.dispatcher.replay(bench.place.business, conversation, again)


async def test_what_is_sent_again_after_days_is_as_new(bench: Bench, channel: StrictChannel) -> None:
    await reminding_nobody(bench)
    channel.outcome = Once(DeliveryRefused("no"))
    conversation = await opened(bench)
    await reply(bench, conversation, "hello")
    await bench.logged(conversation, "delivery_failed")
    await bench.times.advance(3 * 24 * 3600)
    channel.outcome = Once(RetryLater(5.0))

    await bench.dispatcher.replay(bench.place.business, conversation, c.Replay(operator=OLGA, seq=4))

    await bench.pass_time(lambda: channel.texts() == ["hello"])


async def test_long_text_is_sent_in_parts_and_each_is_a_row(store: Store, place: Place, times: Times) -> None:
    short = StrictChannel(store, text_limit=20)
    pushed = {"webchat": short.capabilities}
    async with on_bench(store, place, times, channels={"webchat": short}, pushed=pushed) as bench:
        conversation = await opened(bench)
        short.outcome = Once(DeliveryRefused("no"), matches="Then")
        await reply(bench, conversation, "First of all. Then the rest. And the end.", "next")
        await until(lambda: short.texts() == ["First of all.", "And the end.", "next"])
        failed = (await bench.logged(conversation, "delivery_failed"))[-1].event
        assert failed == DeliveryFailed(seq=4, part=1, reason="no", fault=faults.REFUSED(said="no"))
        assert [(row.seq, row.part) for row in await statuses(bench, conversation)] == [(4, 0), (4, 1), (4, 2), (5, 0)]
        assert len({part.key for part in short.tried}) == 4

        await bench.dispatcher.replay(place.business, conversation, c.Replay(operator=OLGA, seq=4))
        await until(lambda: short.texts()[-1] == "Then the rest.")
        assert len(short.delivered) == 4


async def test_buttons_become_a_numbered_list_where_the_channel_has_none(
    store: Store, place: Place, times: Times
) -> None:
    plain = StrictChannel(store, buttons=False, text_limit=40)
    pushed = {"webchat": plain.capabilities}
    async with on_bench(store, place, times, channels={"webchat": plain}, pushed=pushed) as bench:
        buttons = (Button(title="Plans", payload="/plans"), Button(title="Person", payload="/person"))
        conversation = (await bench.say()).conversation
        await bench.do(conversation, c.Notify(notice="queued", text="Which?", buttons=buttons))
        await until(lambda: len(plain.delivered) == 1)
        assert (plain.delivered[0].text, plain.delivered[0].buttons) == ("Which?\n1. Plans\n2. Person", ())
        await bench.do(conversation, c.Notify(notice="queued", text="x" * 100))
        await until(lambda: len(plain.delivered) == 4)
        assert [len(part.text) for part in plain.delivered[1:]] == [40, 40, 20]


async def test_buttons_stay_buttons_where_the_channel_has_them(bench: Bench, channel: StrictChannel) -> None:
    buttons = (Button(title="Plans", payload="/plans"),)
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Notify(notice="queued", text="Which?", buttons=buttons))
    await until(lambda: len(channel.delivered) == 1)
    assert (channel.delivered[0].text, channel.delivered[0].buttons) == ("Which?", buttons)


async def test_many_endpoints_are_served_side_by_side(bench: Bench, channel: StrictChannel) -> None:
    hang = Hang("slow")
    channel.outcome = hang
    await reply(bench, await opened(bench, "slow"), "slow")
    names = [f"visitor {number}" for number in range(20)]
    for conversation in await asyncio.gather(*(opened(bench, name) for name in names)):
        await reply(bench, conversation, "one", "two")
    await until(lambda: all(channel.texts(name) == ["one", "two"] for name in names))
    assert channel.texts("slow") == []
    hang.release()
    await until(lambda: channel.texts("slow") == ["slow"])
