"""Turns: one answer to a burst, every input covered once, and what happens when the bot can't."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from gateway.dispatcher import Dispatcher
from gateway.errors import BotNotReady, StorageUnavailable
from gateway.model.events import BotTurnDropped, BotTurnFailed, HandoffRequested, SystemNotice
from gateway.ports import BotReply, TurnRequest, TurnResult
from gateway.store import due
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import SECOND
from tests.support.stores import Place
from tests.support_edge.bench import Bench, on_bench, policy_of
from tests.support_edge.checks import check_gapless, check_turns, tags, texts
from tests.support_edge.engine import ScriptedEngine, echo
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async


async def test_burst_is_answered_by_one_turn_after_the_pause(bench: Bench) -> None:
    conversation = (await bench.say("no internet")).conversation
    await bench.say("since morning")
    await bench.say("flat 12")
    await bench.quiet()
    assert bench.engine.requests == []
    await bench.advance(1)
    entries = await bench.logged(conversation, "bot_message")
    assert bench.engine.heard == [["no internet", "since morning", "flat 12"]]
    check_turns(entries)


async def test_what_another_node_took_of_a_burst_is_answered_with_it(bench: Bench) -> None:
    other = bench.node("node-b", engine=ScriptedEngine())
    conversation = (await bench.say("no internet")).conversation
    await other.receive(bench.inbound("since morning"))
    await bench.say("flat 12")
    await bench.quiet()
    await bench.advance(1)
    entries = await bench.logged(conversation, "bot_message")
    assert bench.engine.heard == [["no internet", "since morning", "flat 12"]]
    check_turns(entries)


async def test_button_is_answered_without_a_pause(bench: Bench) -> None:
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    check_turns(await bench.logged(conversation, "bot_message"))
    assert bench.engine.heard == [["/plans"]]


async def test_button_ends_the_pause_of_a_burst(bench: Bench) -> None:
    conversation = (await bench.say("hm")).conversation
    await bench.say("Plans", choice="/plans")
    check_turns(await bench.logged(conversation, "bot_message"))
    assert bench.engine.heard == [["hm", "/plans"]]


async def test_typing_on_holds_the_turn_back(bench: Bench) -> None:
    conversation = (await bench.say("no internet")).conversation
    await bench.times.advance(0.4)
    bench.dispatcher.typing(conversation, seconds=4)
    await bench.times.advance(3)
    await bench.quiet()
    assert bench.engine.requests == []
    await bench.say("since morning")
    await bench.times.advance(1.1)
    check_turns(await bench.logged(conversation, "bot_message"))
    assert bench.engine.heard == [["no internet", "since morning"]]


async def test_typing_for_ever_does_not_hold_the_turn_back_for_ever(bench: Bench) -> None:
    conversation = (await bench.say("no internet")).conversation
    for _ in range(4):
        bench.dispatcher.typing(conversation, seconds=4)
        await bench.times.advance(2)
    assert (await bench.logged(conversation, "bot_message"))[-1]
    assert len(bench.engine.requests) == 1


async def test_typing_where_nothing_waits_changes_nothing(bench: Bench) -> None:
    bench.dispatcher.typing("no-such-conversation", seconds=4)
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await bench.logged(conversation, "bot_message")
    bench.dispatcher.typing(conversation, seconds=4)
    await bench.quiet()
    assert len(bench.engine.requests) == 1


async def test_inputs_during_a_turn_get_a_turn_of_their_own(bench: Bench) -> None:
    bench.engine.hold()
    conversation = (await bench.say("first", choice="/first")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    await bench.say("second")
    await bench.say("third")
    bench.engine.release()
    await bench.logged(conversation, "bot_message")
    await bench.advance(1)
    entries = await bench.logged(conversation, "bot_message", times=2)
    assert bench.engine.heard == [["/first"], ["second", "third"]]
    check_gapless(entries)
    check_turns(entries)


async def test_turn_that_says_several_things_says_them_in_order_behind_its_turn(bench: Bench) -> None:
    replies = tuple(BotReply(text=text) for text in ("one", "two", "three"))
    bench.engine.answer = lambda request: TurnResult(outcome="answered", version="v", replies=replies)
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    entries = await bench.logged(conversation, "bot_message", times=3)
    assert tags(entries)[2:] == ["bot_turn", "bot_message", "bot_message", "bot_message"]
    assert texts(entries)[1:] == ["one", "two", "three"]
    check_turns(entries, replies=3)


async def test_facts_and_misses_of_a_turn_reach_the_next_one(bench: Bench) -> None:
    bench.engine.answer = lambda request: TurnResult(
        outcome="rephrase", version="v", facts={"city": "Riga"}, misses=request.misses + 1
    )
    conversation = (await bench.say("asdf", choice="/x")).conversation
    await bench.logged(conversation, "bot_turn")
    await bench.say("qwer", choice="/y")
    await bench.logged(conversation, "bot_turn", times=2)
    second = bench.engine.requests[1]
    assert (second.misses, second.facts) == (1, {"city": "Riga"})


async def test_engine_that_fails_once_is_asked_again(bench: Bench) -> None:
    def fail(request: TurnRequest) -> TurnResult:
        bench.engine.answer = echo
        raise RuntimeError("a bug in the bot")

    bench.engine.answer = fail
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await bench.pass_time(lambda: bench.engine.finished == 2)
    entries = await bench.logged(conversation, "bot_message")
    check_turns(entries)
    assert [r.id for r in bench.engine.requests] == [f"{conversation}:2"] * 2


async def test_engine_that_fails_three_times_hands_off_to_people(store: Store, place: Place, times: Times) -> None:
    async with on_bench(store, place, times, turn_limit=3600 * SECOND) as bench:
        await fails_three_times(bench)


async def fails_three_times(bench: Bench) -> None:
    def fail(request: TurnRequest) -> TurnResult:
        raise RuntimeError("a bug in the bot")

    bench.engine.answer = fail
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await bench.pass_time(lambda: bench.engine.finished == 3)
    entries = await bench.logged(conversation, "system_notice")
    assert tags(entries)[2:] == ["bot_turn_failed", "handoff_requested", "system_notice"]
    failed, handoff, notice = (entry.event for entry in entries[2:])
    assert isinstance(failed, BotTurnFailed) and failed.attempts == 3
    assert isinstance(handoff, HandoffRequested)
    assert (handoff.reason, handoff.by) == ("bot_failed", "system")
    assert isinstance(notice, SystemNotice) and notice.notice == "queued"
    await bench.advance(600)
    await bench.quiet()
    assert len(bench.engine.requests) == 3


async def test_engine_that_does_not_answer_in_time_counts_as_failed(store: Store, place: Place, times: Times) -> None:
    async with on_bench(store, place, times, turn_attempts=1) as bench:
        bench.engine.hold()
        conversation = (await bench.say("Plans", choice="/plans")).conversation
        await until(lambda: len(bench.engine.requests) == 1)
        await bench.times.advance(10)
        entries = await bench.logged(conversation, "handoff_requested")
        assert "bot_turn_failed" in tags(entries) and "bot_turn" not in tags(entries)


async def test_engine_that_hangs_leaves_the_customer_to_people_within_fifteen_seconds(bench: Bench) -> None:
    """However many tries that makes: the second one has what the first left."""
    bench.engine.hold()
    began = bench.times.clock()
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    await bench.times.advance(10)
    await until_async(lambda: is_put_off(bench, conversation), what="the first try has failed")
    await bench.advance(1)
    await until(lambda: len(bench.engine.requests) == 2)
    await bench.times.advance(3)
    await bench.logged(conversation, "handoff_requested")
    (handoff,) = [(e.at, e.event) for e in await bench.log(conversation) if isinstance(e.event, HandoffRequested)]
    assert handoff[1].reason == "bot_failed" and handoff[0] - began <= 15 * SECOND
    assert len(bench.engine.requests) == 2


async def is_put_off(bench: Bench, conversation: str) -> bool:
    row = await bench.store.read(bench.place.business, lambda tx, now: due.payload_of(tx, "turn", conversation))
    return row not in (None, "{}")


async def test_time_for_which_nothing_could_be_stored_is_not_the_engines(bench: Bench) -> None:
    """However little is left of its fifteen seconds: the engine has failed nobody."""

    def cannot_read(request: TurnRequest) -> TurnResult:
        bench.engine.hold()
        bench.engine.answer = echo
        raise StorageUnavailable("The database doesn't answer.")

    bench.engine.answer = cannot_read
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: bench.engine.finished == 1)
    await bench.times.advance(13.5)
    # Its lease has run out by then, so it may be claimed anew as well; the fence drops one of the two.
    await until(lambda: len(bench.engine.requests) >= 2)
    await bench.times.advance(5)
    await bench.quiet()
    bench.engine.release()
    entries = await bench.logged(conversation, "bot_message")
    check_turns(entries)
    assert "handoff_requested" not in tags(entries)


async def test_turn_that_failed_before_its_node_died_is_tried_as_for_the_first_time(bench: Bench) -> None:
    def fail(request: TurnRequest) -> TurnResult:
        raise RuntimeError("a bug in the bot")

    bench.engine.answer = fail
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: bench.engine.finished == 1)
    await bench.quiet()
    await bench.dispatcher.drain(within=0.2)
    engine = ScriptedEngine()
    engine.hold()
    other = bench.node("node-b", engine=engine)
    await bench.times.advance(60)
    other.start({})
    await until(lambda: len(engine.requests) == 1)
    await bench.times.advance(5)
    engine.release()
    check_turns(await bench.logged(conversation, "bot_message"))
    await other.drain(within=1)


class Shy:
    """A store that says nothing of any business while it is ``away``."""

    def __init__(self, store: Store, *, away: bool) -> None:
        self._store = store
        self.away = away
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def read(self, business: str, unit: Callable[[Tx, int], Any], **more: Any) -> Any:
        self._answer(business)
        return await self._store.read(business, unit, **more)

    async def write(self, business: str, unit: Callable[[Tx, int], Any], **more: Any) -> Any:
        self._answer(business)
        return await self._store.write(business, unit, **more)

    def _answer(self, business: str) -> None:
        if business and self.away:
            self.asked += 1
            raise StorageUnavailable("The database doesn't answer.")


def on_shy(bench: Bench, shy: Shy, engine: ScriptedEngine, **changes: Any) -> Dispatcher:
    """Another node, which has this store."""
    return Dispatcher(
        cast("Store", shy), engine, policy_of("node-b", **changes), clock=bench.times.clock,
        on_commit=bench.commits.append,
    )  # fmt: skip


async def test_turn_that_can_not_be_read_just_now_is_made_long_before_its_lease_ends(bench: Bench) -> None:
    conversation = (await bench.say("no internet")).conversation
    await bench.dispatcher.drain(within=0.2)
    shy = Shy(bench.store, away=True)
    node = on_shy(bench, shy, bench.engine)
    await bench.times.advance(20)
    node.start({})
    await until(lambda: shy.asked == 1)
    await bench.times.advance(1)
    await until(lambda: shy.asked == 2)
    shy.away = False
    await bench.times.advance(1)
    check_turns(await bench.logged(conversation, "bot_message"))
    await node.drain(within=1)


async def test_bot_in_training_answers_as_soon_as_it_can(bench: Bench) -> None:
    def not_ready(request: TurnRequest) -> TurnResult:
        raise BotNotReady

    bench.engine.answer = not_ready
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await bench.pass_time(lambda: bench.engine.finished >= 8, step=0.3)
    bench.engine.answer = echo
    await bench.pass_time(lambda: len(bench.commits) > 1, step=0.3)
    entries = await bench.logged(conversation, "bot_message")
    check_turns(entries)
    assert "handoff_requested" not in tags(entries)


async def test_bot_that_never_becomes_ready_leaves_the_customer_to_people(bench: Bench) -> None:
    def not_ready(request: TurnRequest) -> TurnResult:
        raise BotNotReady

    bench.engine.answer = not_ready
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: bench.engine.finished == 1)
    await bench.pass_time(lambda: any(commit.state.reason for commit in bench.commits), step=30)
    entries = await bench.logged(conversation, "handoff_requested")
    assert tags(entries)[2] == "bot_turn_failed"


async def test_turn_whose_node_died_in_the_pause_is_made_by_another_once(bench: Bench) -> None:
    dead = bench.node("node-b", engine=ScriptedEngine())
    conversation = (await dead.receive(bench.inbound("no internet"))).conversation
    await dead._turns.drain(within=0)  # its memory is gone; its lease still holds
    await bench.advance(6)
    await bench.quiet()
    assert bench.engine.requests == []
    await bench.advance(20)
    check_turns(await bench.logged(conversation, "bot_message"))
    assert bench.engine.heard == [["no internet"]]


async def test_turn_of_a_node_that_was_cut_off_is_made_by_another_and_answers_once(bench: Bench) -> None:
    slow_engine, shy = ScriptedEngine(), Shy(bench.store, away=False)
    slow_engine.hold()
    slow = on_shy(bench, shy, slow_engine, turn_timeout=3600 * SECOND, turn_limit=3600 * SECOND)
    conversation = (await slow.receive(bench.inbound("Plans", choice="/plans"))).conversation
    await until(lambda: len(slow_engine.requests) == 1)
    shy.away = True
    await bench.advance(40)
    check_turns(await bench.logged(conversation, "bot_message"))
    shy.away = False
    slow_engine.release()
    entries = await bench.logged(conversation, "bot_turn_dropped")
    assert entries[-1].event == BotTurnDropped(upto=2, reason="superseded")
    check_turns(entries)
    await slow._turns.drain(within=1)


async def test_turn_that_takes_long_stays_its_nodes(bench: Bench) -> None:
    """For longer than a dead node's waits for another."""
    slow_engine = ScriptedEngine()
    slow_engine.hold()
    slow = bench.node("node-b", engine=slow_engine, turn_timeout=3600 * SECOND, turn_limit=3600 * SECOND)
    conversation = (await slow.receive(bench.inbound("Plans", choice="/plans"))).conversation
    await until(lambda: len(slow_engine.requests) == 1)
    for _ in range(20):
        await bench.advance(3)
        await bench.quiet()
    assert bench.engine.requests == []
    slow_engine.release()
    check_turns(await bench.logged(conversation, "bot_message"))
    await slow._turns.drain(within=1)


async def test_turn_whose_lease_ran_out_while_it_waited_is_still_this_nodes(bench: Bench) -> None:
    """The database's clock was set, or the process stood still: the row is claimed anew, by whoever holds it."""
    conversation = (await bench.say("no internet")).conversation
    bench.times.clock.advance(60)
    bench.dispatcher.due_at(1)
    await until_async(lambda: is_claimed_anew(bench), what="the row is claimed")
    await bench.advance(2)
    check_turns(await bench.logged(conversation, "bot_message"))
    assert (
        await bench.store.read(bench.place.business, lambda tx, now: due.payload_of(tx, "turn", conversation)) is None
    )


async def is_claimed_anew(bench: Bench) -> bool:
    def unit(tx: Tx, now: int) -> int:
        tx._cursor.execute("SELECT attempts FROM due WHERE kind = 'turn'")
        ((attempts,),) = tx._cursor.fetchall()
        return int(attempts)

    return await bench.store.read(bench.place.business, unit) > 1


async def test_no_due_row_is_left_behind_by_turns(bench: Bench) -> None:
    for number in range(3):
        receipt = await bench.say("Plans", choice="/plans", address=f"visitor {number}")
        await bench.logged(receipt.conversation, "bot_message")
    await bench.quiet()
    await bench.advance(3600)
    await bench.quiet()
    assert len(bench.engine.requests) == 3
    soonest = await bench.store.read("", lambda tx, now: due.next_at(tx))
    assert soonest is not None and soonest > bench.times.clock()  # the idle timers remain


async def test_hundreds_of_inputs_in_one_burst_are_all_covered(bench: Bench) -> None:
    receipts = await asyncio.gather(*(bench.say(f"line {number}") for number in range(600)))
    conversation = receipts[0].conversation
    await bench.pass_time(lambda: bench.commits[-1].state.answered == bench.commits[-1].state.last_input)
    entries = await bench.log(conversation)
    check_gapless(entries)
    check_turns(entries)
