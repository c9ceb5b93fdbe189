"""The hub: a follower misses nothing and gets nothing twice, however reads, commits and hints race."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import msgspec
import pytest
from msgspec.structs import replace

from gateway.cluster.bus import Bus, MemoryBus, NoBus
from gateway.dispatcher.following import MOST_HELD, NO_NEWS, PIECE, Frame, News, Subscription, decode_news, encode_news
from gateway.dispatcher.hub import DOUBT_NOTED, HEADS_EVERY, HEADS_IN_DOUBT, PAGE, Hub
from gateway.dispatcher.units import Committed
from gateway.model import commands as c
from gateway.model.events import Unrecognized
from gateway.model.visible import Audience
from gateway.ports import Hint
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.stores import Begin, Place
from tests.support_edge.bench import OLGA
from tests.support_edge.following import Follower, GatedStore, Pen
from tests.support_edge.times import Times
from tests.support_edge.waiting import until


@pytest.fixture
def gated(store: Store) -> GatedStore:
    return GatedStore(store)


@pytest.fixture
async def hub(gated: GatedStore) -> AsyncIterator[Hub]:
    hub = Hub(gated, MemoryBus())
    yield hub
    gated.open()
    await hub.aclose()


@pytest.fixture
async def pen(store: Store, place: Place) -> Pen:
    """Writes into a log that has begun (two entries)."""
    state = await store.write(place.business, Begin(place))
    return Pen(store, place, state.id)


async def follow(
    hub: Hub, pen: Pen, *, audience: Audience = Audience.OPERATOR, last: tuple[int, str] = (0, ""),
    forgets: bool = False,
) -> Follower:  # fmt: skip
    follower = Follower(after=last[0], forgets=forgets)
    follower.subscription = await hub.follow(
        pen.place.business, pen.conversation, audience=audience, sink=follower, last=last
    )
    return follower


def carrying(committed: Committed) -> Hint:
    """What the node that committed tells the others."""
    news = encode_news(News(committed.entries, committed.bodies))
    state = committed.state
    return Hint(business=committed.business, conversation=state.id, seq=state.seq, news=news)


async def test_follower_gets_what_was_and_then_what_comes(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen)
    assert follower.seqs == [1, 2]
    hub.committed(await pen.write("three", "four"))
    assert follower.seqs == [1, 2, 3, 4]
    assert follower.through == 4


async def test_follower_who_comes_back_gets_only_what_is_new(hub: Hub, pen: Pen) -> None:
    entries = await pen.log()
    await pen.write("three")
    follower = await follow(hub, pen, last=(2, entries[-1].id))
    assert follower.seqs == [3] and not follower.resynced


@pytest.mark.parametrize("last", [(2, "of-another-log"), (2, ""), (9, "beyond-the-end")])
async def test_follower_whose_last_event_is_unknown_starts_anew(hub: Hub, pen: Pen, last: tuple[int, str]) -> None:
    follower = await follow(hub, pen, last=last)
    assert follower.resynced and follower.seqs == [1, 2]


async def test_commit_during_the_replay_is_neither_lost_nor_doubled(hub: Hub, pen: Pen, gated: GatedStore) -> None:
    for when in ("before the read", "after the read"):
        gated.close(when)
        following = asyncio.create_task(follow(hub, pen))
        await until(lambda: gated.waiting == 1)
        hub.committed(await pen.write(when))
        gated.open()
        follower = await following
        log = await pen.log()
        assert follower.seqs == [entry.seq for entry in log]
        assert follower.subscription is not None
        hub.unfollow(pen.conversation, follower.subscription)


async def test_log_of_many_pages_is_told_whole(hub: Hub, pen: Pen) -> None:
    await pen.write(*(f"line {number}" for number in range(2 * PAGE)))
    follower = await follow(hub, pen)
    assert follower.seqs == list(range(1, 2 * PAGE + 3))


async def test_commit_of_another_node_reaches_followers_by_its_hint(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen)
    committed = await pen.write("three", "four")
    hub.heard(Hint(business=pen.place.business, conversation=pen.conversation, seq=committed.state.seq))
    await until(lambda: follower.seqs == [1, 2, 3, 4])


async def test_hint_carries_what_was_committed_so_that_nobody_need_read_it(
    hub: Hub, pen: Pen, gated: GatedStore
) -> None:
    follower = await follow(hub, pen)
    customer = await follow(hub, pen, audience=Audience.CUSTOMER)
    committed = await pen.apply(
        c.AddNote(operator=OLGA, text="for us"), c.Say(text="four", endpoint=pen.place.endpoint("ann"))
    )
    before = gated.reads
    hub.heard(carrying(committed))
    assert follower.seqs == [1, 2, 3, 4] and gated.reads == before
    for one, audience in ((follower, Audience.OPERATOR), (customer, Audience.CUSTOMER)):
        one.check(await pen.log(), audience)
    hub.heard(carrying(committed))
    assert follower.seqs == [1, 2, 3, 4], "told twice"


async def test_what_a_hint_carries_behind_a_gap_is_read_with_it(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen)
    await pen.write("its hint is lost")
    hub.heard(carrying(await pen.write("four")))
    await until(lambda: follower.seqs == [1, 2, 3, 4])


@pytest.mark.parametrize(
    "news", [b"null", b"[]", b"[{}]", b'[{"seq":9,"id":"x","at":1,"event":{"type":"bot_message"}}]']
)
async def test_hint_whose_news_can_not_be_used_is_read(hub: Hub, pen: Pen, news: bytes) -> None:
    follower = await follow(hub, pen)
    hint = carrying(await pen.write("three"))
    hub.heard(replace(hint, news=msgspec.Raw(news)))
    await until(lambda: follower.seqs == [1, 2, 3])


def test_events_of_a_newer_release_are_carried_as_the_log_has_them() -> None:
    body = b'{"type":"of_tomorrow","what":1}'
    found = decode_news(msgspec.Raw(b'[{"seq":3,"id":"e3","at":5,"event":' + body + b"}]"))
    assert found is not None and isinstance(found.entries[0].event, Unrecognized) and found.bodies == [body]


async def test_long_news_are_read(pen: Pen) -> None:
    committed = await pen.write(*("x" * 4_000 for _ in range(5)))
    assert carrying(committed).news == NO_NEWS


async def test_local_commit_behind_a_lost_hint_brings_both_in_order(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen)
    await pen.write("of another node")
    hub.committed(await pen.write("of ours"))
    await until(lambda: follower.seqs == [1, 2, 3, 4])


async def test_gap_is_read_once_whoever_follows(hub: Hub, pen: Pen, gated: GatedStore) -> None:
    followers = [await follow(hub, pen) for _ in range(30)]
    committed = await pen.write("three")
    before = gated.reads
    hint = Hint(business=pen.place.business, conversation=pen.conversation, seq=committed.state.seq)
    for _ in range(10):
        hub.heard(hint)
    await until(lambda: all(follower.seqs == [1, 2, 3] for follower in followers))
    # One read for the gap; one more at most for the hints that came while it was read.
    assert gated.reads - before <= 2


async def test_followers_at_different_places_each_get_every_entry_once(hub: Hub, pen: Pen) -> None:
    """One heard nothing of three entries that another, who came later, has already."""
    early = await follow(hub, pen)
    await pen.write("three", "four", "five")
    late = await follow(hub, pen)
    assert (early.seqs, late.seqs) == ([1, 2], [1, 2, 3, 4, 5])
    committed = await pen.write("six")
    hub.heard(Hint(business=pen.place.business, conversation=pen.conversation, seq=committed.state.seq))
    await until(lambda: early.seqs == late.seqs == [1, 2, 3, 4, 5, 6])


async def test_frames_are_encoded_once_for_an_audience(hub: Hub, pen: Pen) -> None:
    operators = [await follow(hub, pen) for _ in range(20)]
    customers = [await follow(hub, pen, audience=Audience.CUSTOMER) for _ in range(20)]
    hub.committed(await pen.write("three"))
    for group in (operators, customers):
        assert len({id(follower.frames[-1]) for follower in group}) == 1
    assert operators[0].frames[-1] is not customers[0].frames[-1]


async def test_what_a_customer_may_not_see_leaves_a_legal_gap(hub: Hub, pen: Pen) -> None:
    customer = await follow(hub, pen, audience=Audience.CUSTOMER)
    hub.committed(await pen.apply(c.AddNote(operator=OLGA, text="a private note")))
    assert (customer.seqs, customer.through) == ([1, 2], 3)
    assert b"private" not in b"".join(customer.frames)
    hub.committed(await pen.write("four"))
    assert (customer.seqs, customer.through) == ([1, 2, 4], 4)


@pytest.mark.parametrize(("bus", "seconds"), [(MemoryBus(), HEADS_EVERY), (NoBus(), HEADS_IN_DOUBT)])
async def test_lost_hint_is_made_good_by_a_look_at_the_heads(
    gated: GatedStore, pen: Pen, clock: VirtualClock, bus: Bus, seconds: float
) -> None:
    times = Times(clock)
    hub = Hub(gated, bus)
    hub.start()
    try:
        follower = await follow(hub, pen)
        await pen.write("of another node")
        await times.advance(seconds * 0.9)
        for _ in range(50):
            await asyncio.sleep(0)
        assert follower.seqs == [1, 2]
        await times.advance(seconds * 0.2)
        await until(lambda: follower.seqs == [1, 2, 3])
    finally:
        await hub.aclose()


class TroubledBus(MemoryBus):
    """A bus that may lose its line."""

    doubtful = False


async def test_doubt_that_comes_and_goes_has_the_heads_looked_at_without_delay(
    gated: GatedStore, pen: Pen, clock: VirtualClock
) -> None:
    times, bus = Times(clock), TroubledBus()
    hub = Hub(gated, bus)
    hub.start()
    try:
        follower = await follow(hub, pen)
        await times.advance(HEADS_EVERY * 0.5)
        bus.doubtful = True
        await pen.write("of another node, whose hint is lost")
        await times.advance(DOUBT_NOTED * 1.1)
        await until(lambda: follower.seqs == [1, 2, 3])
        await pen.write("and one more")
        await times.advance(DOUBT_NOTED * 1.1)
        bus.doubtful = False
        await times.advance(HEADS_IN_DOUBT)
        await until(lambda: follower.seqs == [1, 2, 3, 4])
    finally:
        await hub.aclose()


async def test_heads_of_many_conversations_are_read_in_one_query(
    hub: Hub, store: Store, place: Place, gated: GatedStore
) -> None:
    pens = []
    for number in range(25):
        state = await store.write(place.business, Begin(place, address=f"visitor {number}"))
        pens.append(Pen(store, place, state.id))
    for pen in pens:
        await follow(hub, pen)
    before = gated.reads
    await hub.check_heads()
    assert gated.reads - before == 1


class SlowFollower(Follower):
    """One who has no room until the test says so. ``waits``: how often it was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = asyncio.Event()
        self.waits = 0

    async def room(self) -> None:
        self.waits += 1
        await self.taken.wait()


async def test_log_larger_than_a_piece_comes_in_pieces_and_waits_for_who_reads_it(hub: Hub, pen: Pen) -> None:
    for _ in range(5):
        await pen.write("x" * (PIECE // 3))
    follower = SlowFollower()
    following = asyncio.create_task(
        hub.follow(pen.place.business, pen.conversation, audience=Audience.OPERATOR, sink=follower)
    )
    await until(lambda: follower.waits == 1)
    assert follower.frames == []
    hub.committed(await pen.write("meanwhile"))
    follower.taken.set()
    follower.subscription = await following
    assert max(map(len, follower.frames)) <= PIECE and len(follower.frames) > 2
    follower.check(await pen.log(), Audience.OPERATOR)


def test_of_what_is_written_while_somebody_catches_up_only_so_much_waits_and_the_gap_is_seen() -> None:
    subscription = Subscription(Follower(), Audience.OPERATOR, at=1)
    for seq in range(2, MOST_HELD + 10):
        assert subscription.take(Frame(seq, seq, b"{}"))
    held, subscription.held = subscription.held, None
    assert held and len(held) <= MOST_HELD and held[-1].through == MOST_HELD + 9
    assert not subscription.take(held[0]), "what is missing before it must be read"


async def test_nothing_is_kept_of_who_left(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen)
    assert follower.subscription is not None
    hub.unfollow(pen.conversation, follower.subscription)
    hub.committed(await pen.write("three"))
    assert follower.seqs == [1, 2] and hub._topics == {}


@pytest.mark.parametrize("seed", range(25))
async def test_any_interleaving_gives_every_follower_every_entry_once(
    hub: Hub, pen: Pen, gated: GatedStore, seed: int
) -> None:
    chance = random.Random(seed)
    following: list[asyncio.Task[Follower]] = []
    for step in range(40):
        match chance.choice(["local", "remote", "silent", "follow", "leave", "close", "open", "heads", "yield"]):
            case "local":
                hub.committed(await pen.write(f"local {step}"))
            case "remote":
                hint = carrying(await pen.write(f"remote {step}", "and more"))
                hub.heard(hint if chance.random() < 0.6 else replace(hint, news=NO_NEWS))
            case "silent":
                await pen.apply(c.AddNote(operator=OLGA, text="its hint is lost"))
            case "follow":
                entry = chance.choice(await pen.log())
                last = chance.choice([(0, ""), (entry.seq, entry.id), (entry.seq, "unknown")])
                audience = chance.choice(list(Audience))
                following.append(asyncio.create_task(follow(hub, pen, audience=audience, last=last)))
            case "leave":
                done = [task for task in following if task.done()]
                if done:
                    gone = chance.choice(done)
                    following.remove(gone)
                    subscription = gone.result().subscription
                    assert subscription is not None
                    hub.unfollow(pen.conversation, subscription)
            case "close":
                gated.close(chance.choice(["before the read", "after the read"]))
            case "open":
                gated.open()
            case "heads":
                if not gated.closed:
                    await hub.check_heads()
            case _:
                for _ in range(chance.randrange(5)):
                    await asyncio.sleep(0)
    gated.open()
    followers = await asyncio.gather(*following)
    await hub.check_heads()
    log = await pen.log()
    await until(lambda: all(follower.through == log[-1].seq for follower in followers))
    for follower in followers:
        assert follower.subscription is not None
        follower.check(log, follower.subscription.audience)


# --- erasure ---


async def test_follower_of_an_erased_log_forgets_it_and_reads_what_is_left(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen, forgets=True)
    hub.committed(await pen.write("a secret"))
    await pen.erase()
    hub.erased(pen.place.business, pen.conversation)
    await until(lambda: follower.through == 3)
    follower.check(await pen.log(), Audience.OPERATOR)
    assert b"secret" not in follower.frames[-1]
    hub.committed(await pen.write("four"))
    assert follower.seqs[-1] == 4


async def test_other_nodes_are_told_of_an_erasure(hub: Hub, pen: Pen) -> None:
    follower = await follow(hub, pen, forgets=True)
    await pen.erase()
    hub.heard(Hint(business=pen.place.business, conversation=pen.conversation, seq=0, anew=True))
    await until(lambda: follower.through == 2 and follower.resynced)
    follower.check(await pen.log(), Audience.OPERATOR)


@pytest.mark.parametrize("more", [False, True])
async def test_erasure_that_nobody_told_of_is_seen_at_the_next_look(hub: Hub, pen: Pen, more: bool) -> None:
    follower = await follow(hub, pen, forgets=True)
    if more:
        await pen.apply(c.Close(ending="lost", reason="erased"))
    await pen.erase()
    await hub.check_heads()
    whole = await pen.log()
    await until(lambda: follower.resynced and follower.through == len(whole))
    follower.check(whole, Audience.OPERATOR)


async def test_client_that_comes_back_after_an_erasure_reads_anew(hub: Hub, pen: Pen) -> None:
    last = (await pen.log())[-1]
    await pen.erase()
    follower = await follow(hub, pen, last=(last.seq, last.id))
    assert follower.resynced
    follower.check(await pen.log(), Audience.OPERATOR)


@pytest.mark.parametrize("seed", range(25))
async def test_no_follower_keeps_what_was_erased_however_it_races(
    hub: Hub, pen: Pen, gated: GatedStore, seed: int
) -> None:
    chance = random.Random(seed)
    following: list[asyncio.Task[Follower]] = []
    late: list[Hint] = []
    for step in range(40):
        match chance.choice(
            ["local", "remote", "late", "late", "follow", "close", "open", "erase", "hint", "yield", "yield"]
        ):
            case "local":
                hub.committed(await pen.write(f"local {step}"))
            case "remote":
                late.append(carrying(await pen.write(f"remote {step}", "and more")))
            case "late":
                if late:
                    hub.heard(late.pop(chance.randrange(len(late))))
            case "follow":
                entry = chance.choice(await pen.log())
                last = chance.choice([(0, ""), (entry.seq, entry.id)])
                following.append(asyncio.create_task(follow(hub, pen, last=last, forgets=True)))
            case "close":
                gated.close(chance.choice(["before the read", "after the read"]))
            case "open":
                gated.open()
            case "erase":
                await pen.erase()
                hub.erased(pen.place.business, pen.conversation)
            case "hint":
                await pen.erase()
                hub.heard(Hint(business=pen.place.business, conversation=pen.conversation, seq=0, anew=True))
            case _:
                for _ in range(chance.randrange(5)):
                    await asyncio.sleep(0)
    gated.open()
    followers = await asyncio.gather(*following)
    await hub.check_heads()
    log = await pen.log()
    await until(lambda: all(follower.through == log[-1].seq for follower in followers))
    for follower in followers:
        follower.check(log, Audience.OPERATOR)
