"""The distributor on both databases: who waits is offered, accepted, let pass, and given to nobody twice."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
from sqlalchemy import bindparam, select

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.dues import Handler
from gateway.dispatcher.routing import ROUTE
from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.events import HandoffRequested, Person, Resolved
from gateway.model.rules import Mode, RoutingRules, SkillRules, TeamRules, WrapUpRules
from gateway.model.state import Conversation, Status
from gateway.ports import Handoff, TurnResult
from gateway.store import accounts, configuration, directory, log, members, presence, slots
from gateway.store.configuration import Item
from gateway.store.schema import due
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from handoff import Distributor
from tests.support.stores import Place, make_place
from tests.support_edge.bench import Bench, on_bench
from tests.support_edge.checks import check_gapless, tags
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async

_ROUTES = Query(
    select(due.c.due_at, due.c.lease_until).where(due.c.business_id == bindparam("business_id"), due.c.kind == ROUTE)
)


@dataclass
class Present:
    """Who is there, as the test says. ``told``: of whom the consoles were told a choice."""

    live: set[str] = field(default_factory=set)
    told: list[tuple[str, str, str]] = field(default_factory=list)
    known: bool = True

    def is_live(self, account: str, businesses: Sequence[str]) -> bool:
        return account in self.live

    def knows(self, businesses: Iterable[str]) -> bool:
        return self.known

    def tell(self, account: str, chosen: presence.Chosen, memberships: Sequence[directory.Membership]) -> None:
        self.told.append((account, chosen.state, chosen.reason))


@dataclass
class Floor:
    """A business with operators, and the distributor of its node."""

    bench: Bench
    present: Present
    people: dict[str, Person] = field(default_factory=dict)

    async def hire(self, name: str, *, places: Sequence[Place] = (), levels: dict[str, int] | None = None) -> Person:
        """An operator who is there; ``levels`` of their skills."""

        def unit(tx: Tx, now: int) -> str:
            account = accounts.add_account(tx, email=f"{name}@example.com", name=name, now=now, password_hash="")
            for place in places or (self.bench.place,):
                scoped = tx.for_business(place.business)
                directory.add_operator(scoped, account.id, role="operator", name=name, now=now)
                one = members.find(scoped, account.id)
                assert one is not None
                members.change(scoped, one, one._replace(skills=levels or {}))
            return account.id

        account = await self.bench.store.write("", unit)
        self.present.live.add(account)
        self.people[name] = Person(id=account, name=name)
        return self.people[name]

    async def set_up(self, kind: str, name: str, body: dict[str, object], *, place: Place | None = None) -> None:
        def unit(tx: Tx, now: int) -> None:
            text = msgspec.json.encode(body).decode()
            assert configuration.add(tx, Item(kind, name, name, text, "", 1, now, "test"))

        business = (place or self.bench.place).business
        await self.bench.store.write(business, unit)
        self.bench.dispatcher.policy.set_ups.forget(business)

    async def rule(self, mode: Mode = "offer", *, place: Place | None = None, **rules: object) -> None:
        everybody = TeamRules(mode=mode, **rules.pop("team", {}))  # type: ignore[arg-type]
        await self.set_up("routing", "routing", {"rules": RoutingRules(everybody=everybody, **rules)}, place=place)  # type: ignore[arg-type]

    async def waits(self, address: str, *, team: str = "", place: Place | None = None) -> str:
        """A customer asks for a person; their conversation."""
        place = place or self.bench.place
        item = msgspec.structs.replace(self.bench.inbound(address=address), business=place.business, inbox=place.inbox)
        conversation = (await self.bench.dispatcher.receive(item)).conversation
        wants = c.RequestHandoff(reason="customer_asked", by="customer", team=team)
        await self.bench.dispatcher.submit(place.business, conversation, wants)
        return conversation

    async def offered(self, conversation: str, to: str) -> Conversation:
        """Waits until it is offered to ``to``."""
        found: list[Conversation] = []

        async def is_so() -> bool:
            state = await self.bench.state(conversation)
            found[:] = [state]
            return state.offer is not None and state.offer.operator.id == self.people[to].id

        await until_async(is_so, what=f"{conversation} is offered to {to}")
        return found[0]

    async def owned(self, conversation: str, by: str) -> None:
        async def is_so() -> bool:
            state = await self.bench.state(conversation)
            return state.owner is not None and state.owner.id == self.people[by].id

        await until_async(is_so, what=f"{conversation} is {by}'s")

    async def accept(self, conversation: str, by: str) -> None:
        await self.bench.do(conversation, c.AcceptOffer(operator=self.people[by]))

    async def rest(self) -> None:
        """The pass that was due has been made, and is over."""

        def unit(tx: Tx, now: int) -> bool:
            return all(due_at > now and not lease for due_at, lease in tx.all(_ROUTES))

        async def is_so() -> bool:
            return await self.bench.store.read(self.bench.place.business, unit)

        await until_async(is_so, what="nothing is due")


@pytest.fixture
async def floor(store: Store, place: Place, times: Times) -> AsyncIterator[Floor]:
    present = Present()

    def handling(dispatcher: Dispatcher) -> dict[str, Handler]:
        return {ROUTE: Distributor(dispatcher, present).claimed}

    async with on_bench(store, place, times, handling=handling) as bench:
        yield Floor(bench, present)


async def test_who_waits_is_offered_accepted_and_theirs(floor: Floor) -> None:
    await floor.rule("offer")
    await floor.hire("olga")
    conversation = await floor.waits("ann")
    state = await floor.offered(conversation, "olga")
    assert state.status is Status.QUEUED
    assert state.offer is not None and state.offer.expires_at == floor.bench.times.clock() + 30_000_000
    await floor.accept(conversation, "olga")
    entries = await floor.bench.log(conversation)
    check_gapless(entries)
    assert tags(entries)[-2:] == ["offer_made", "taken"]


async def test_offer_that_is_declined_goes_to_the_next_at_once(floor: Floor) -> None:
    await floor.rule("offer")
    await floor.hire("olga")
    conversation = await floor.waits("ann")
    await floor.offered(conversation, "olga")
    await floor.hire("pavel")
    await floor.bench.do(conversation, c.EndOffer(operator=floor.people["olga"], reason="declined"))
    await floor.offered(conversation, "pavel")


async def test_offer_that_runs_out_goes_to_the_next_and_who_lets_two_pass_is_set_away_and_told(floor: Floor) -> None:
    await floor.rule("offer", again_seconds=1)
    olga = await floor.hire("olga")
    conversation = await floor.waits("ann")
    await floor.offered(conversation, "olga")
    await floor.bench.advance(30)
    await floor.bench.logged(conversation, "offer_ended")
    assert floor.present.told == []
    await floor.bench.advance(2)
    await floor.offered(conversation, "olga")
    await floor.bench.advance(30)
    await floor.bench.logged(conversation, "offer_ended", times=2)
    await until(lambda: floor.present.told == [(olga.id, "away", "missed")], what="she is told")
    chosen = await floor.bench.store.read("", lambda tx, now: presence.chosen(tx, olga.id))
    assert (chosen.state, chosen.reason) == ("away", "missed")
    await floor.bench.advance(60)
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None
    await floor.hire("pavel")
    await floor.bench.advance(15)
    await floor.offered(conversation, "pavel")


async def test_who_accepts_in_between_has_let_nothing_pass(floor: Floor) -> None:
    await floor.rule("offer", again_seconds=1)
    olga = await floor.hire("olga")
    first = await floor.waits("ann")
    await floor.offered(first, "olga")
    await floor.bench.advance(31)
    await floor.bench.logged(first, "offer_ended")
    await floor.bench.advance(2)
    await floor.offered(first, "olga")
    await floor.accept(first, "olga")
    known = await floor.bench.store.read("", lambda tx, now: slots.read(tx, [olga.id]))
    assert known[olga.id].missed == 0


async def test_what_is_accepted_by_itself_is_theirs_up_to_what_they_carry(floor: Floor) -> None:
    await floor.rule("auto_accept")
    await floor.hire("olga")
    asked = [await floor.waits(f"customer{number}") for number in range(6)]

    async def queued() -> list[str]:
        return [one for one in asked if (await floor.bench.state(one)).status is Status.QUEUED]

    async def five_are_hers() -> bool:
        return len(await queued()) == 1

    await until_async(five_are_hers, what="five of six are hers")
    await floor.rest()
    (left,) = await queued()
    hers = next(one for one in asked if one != left)
    floor_seq = (await floor.bench.state(hers)).floor_seq
    await floor.bench.do(hers, c.Resolve(operator=floor.people["olga"], floor_seq=floor_seq))
    await floor.owned(left, "olga")


async def test_nothing_is_offered_where_people_pick(floor: Floor) -> None:
    await floor.hire("olga")
    conversation = await floor.waits("ann")
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None


async def test_nobody_is_offered_anything_who_is_not_there_or_on_a_break(floor: Floor) -> None:
    await floor.rule("offer")
    olga, pavel = await floor.hire("olga"), await floor.hire("pavel")
    floor.present.live.discard(olga.id)
    await floor.bench.store.write("", lambda tx, now: presence.choose(tx, pavel.id, "away", now=now, reason="Lunch"))
    conversation = await floor.waits("ann")
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None
    await floor.bench.store.write("", lambda tx, now: presence.choose(tx, pavel.id, "online", now=now))
    await floor.bench.advance(15)
    await floor.offered(conversation, "pavel")


async def test_who_comes_while_nobody_answers_is_offered_when_somebody_does_again(floor: Floor) -> None:
    """Nothing else happens in between: the opening alone must be looked at."""
    await floor.rule("offer")
    now = dt.datetime.fromtimestamp(floor.bench.times.clock() / 1e6, dt.UTC)
    opens = now.replace(minute=0, second=0) + dt.timedelta(hours=2)
    span = {"opens": opens.strftime("%H:00"), "closes": "24:00"}
    assert opens.date() == now.date()
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    await floor.set_up("hours", "hours", {"always": False, "week": dict.fromkeys(days, (span,))})
    await floor.hire("olga")
    conversation = await floor.waits("ann")
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None
    await floor.bench.advance((opens - now).total_seconds() - 1)
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None
    await floor.bench.advance(1)
    await floor.offered(conversation, "olga")


async def test_other_nodes_are_waited_for_before_anybody_counts_as_gone(floor: Floor) -> None:
    await floor.rule("offer")
    await floor.hire("olga")
    floor.present.known = False
    conversation = await floor.waits("ann")
    await floor.bench.quiet()
    assert (await floor.bench.state(conversation)).offer is None
    floor.present.known = True
    await floor.bench.advance(2)
    await floor.offered(conversation, "olga")


async def test_skills_come_from_the_team_and_from_the_language_and_the_last_ring_asks_for_none(floor: Floor) -> None:
    await floor.set_up("skill", "english", {"name": "English", "rules": SkillRules(language="en")})
    await floor.set_up("skill", "fibre", {"name": "Fibre"})
    rules = TeamRules(mode="offer", skills={"fibre": 4}, widen=(30, 60))
    await floor.set_up("team", "lines", {"name": "Lines", "rules": rules, "members": ()})
    olga = await floor.hire("olga", levels={"fibre": 3, "english": 1})
    await floor.rule("offer")
    conversation = await floor.waits("ann", team="lines")
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None  # nobody is in the team

    await _join(floor, "lines", rules, olga)
    await floor.bench.advance(29)
    await floor.rest()
    assert (await floor.bench.state(conversation)).offer is None  # her level is too low
    await floor.bench.advance(1)
    await floor.offered(conversation, "olga")


async def test_skills_that_the_bots_content_asks_for_choose_who_gets_it(floor: Floor) -> None:
    await floor.set_up("skill", "german", {"name": "German"})
    await floor.hire("olga")
    await floor.hire("kurt", levels={"german": 2})
    await floor.rule("offer", team={"widen": ()})
    handoff = Handoff(reason="bot_decided", skills={"German": 2, "Juggling": 1})
    floor.bench.engine.answer = lambda request: TurnResult(outcome="handoff", version="scripted", handoff=handoff)
    conversation = (await floor.bench.say("Guten Tag")).conversation
    state = await floor.offered(conversation, "kurt")
    assert state.skills == {"german": 2}
    (handed,) = [one.event for one in await floor.bench.log(conversation) if isinstance(one.event, HandoffRequested)]
    assert "Juggling" in handed.why, "a skill that nobody has set up is told with the reason"


async def test_a_skill_that_was_removed_meanwhile_keeps_nobody_waiting(floor: Floor) -> None:
    await floor.set_up("skill", "german", {"name": "German"})
    handoff = Handoff(reason="bot_decided", skills={"German": 5})
    floor.bench.engine.answer = lambda request: TurnResult(outcome="handoff", version="scripted", handoff=handoff)
    conversation = (await floor.bench.say("Guten Tag")).conversation
    await floor.bench.logged(conversation, "handoff_requested")
    await floor.rest()

    def unit(tx: Tx, now: int) -> None:
        item = configuration.find(tx, "skill", "german")
        assert item is not None and configuration.remove(tx, item)

    await floor.bench.store.write(floor.bench.place.business, unit)
    await floor.hire("olga")
    await floor.rule("offer", team={"widen": ()})
    await floor.bench.advance(15)
    await floor.offered(conversation, "olga")


async def _join(floor: Floor, team: str, rules: TeamRules, who: Person) -> None:
    def unit(tx: Tx, now: int) -> None:
        item = configuration.find(tx, "team", team)
        assert item is not None
        body = msgspec.json.encode({"name": team, "rules": rules, "members": (who.id,)}).decode()
        assert configuration.change(tx, item, name=item.name, body=body, by="test", now=now)

    await floor.bench.store.write(floor.bench.place.business, unit)


async def test_who_knew_the_contact_comes_first_also_in_their_next_conversation(floor: Floor) -> None:
    await floor.rule("offer")
    olga = await floor.hire("olga")
    first = await floor.waits("ann")
    await floor.offered(first, "olga")
    await floor.accept(first, "olga")
    floor_seq = (await floor.bench.state(first)).floor_seq
    await floor.bench.do(first, c.Resolve(operator=olga, floor_seq=floor_seq))
    await floor.hire("pavel")  # idle for ever
    await floor.bench.advance(25 * 3600)
    second = await floor.waits("ann")
    assert second != first
    await floor.offered(second, "olga")


async def test_who_lost_it_is_not_the_next_one(floor: Floor) -> None:
    await floor.rule("auto_accept")
    olga = await floor.hire("olga")
    conversation = await floor.waits("ann")
    await floor.owned(conversation, "olga")
    await floor.hire("pavel")
    await floor.bench.do(conversation, c.LoseOwner(operator=olga, reason="lost"))
    await floor.owned(conversation, "pavel")


async def test_operator_of_two_businesses_is_offered_one_thing_at_a_time(floor: Floor) -> None:
    other = await make_place(floor.bench.store, "rival")
    await floor.rule("offer")
    await floor.rule("offer", place=other)
    await floor.hire("olga", places=(floor.bench.place, other))
    ours = await floor.waits("ann")
    await floor.offered(ours, "olga")
    theirs = await floor.waits("ben", place=other)
    await floor.rest()

    async def offer_of(place: Place, conversation: str) -> object:
        state = await floor.bench.store.read(place.business, lambda tx, now: log.peek(tx, conversation))
        assert state is not None
        return state.offer

    assert await offer_of(other, theirs) is None
    await floor.accept(ours, "olga")

    async def is_offered() -> bool:
        return await offer_of(other, theirs) is not None

    await until_async(is_offered, what="the other business's turn")


async def test_operator_has_less_room_for_one_business_the_more_they_carry_for_another(floor: Floor) -> None:
    other = await make_place(floor.bench.store, "rival")
    await floor.rule("auto_accept")
    await floor.rule("auto_accept", place=other)
    await floor.hire("olga", places=(floor.bench.place, other))
    for number in range(4):
        await floor.owned(await floor.waits(f"customer{number}"), "olga")
    theirs = [await floor.waits(f"rival{number}", place=other) for number in range(2)]

    def unit(tx: Tx, now: int) -> list[Status]:
        states = [log.peek(tx, one) for one in theirs]
        return sorted(one.status for one in states if one is not None)

    async def one_is_hers() -> bool:
        return await floor.bench.store.read(other.business, unit) == [Status.OPEN, Status.QUEUED]

    await until_async(one_is_hers, what="the one that she still has the room for")


async def test_two_nodes_that_look_at_once_give_nobody_two_and_nothing_twice(floor: Floor) -> None:
    """Each sees everybody free and everything waiting; what they decide meets behind the locks."""
    await floor.rule("offer")
    for name in ("olga", "pavel", "rita"):
        await floor.hire(name)
    floor.present.known = False  # nobody is offered anything until both look
    asked = [await floor.waits(f"customer{number}") for number in range(6)]
    await floor.bench.quiet()
    floor.present.known = True
    nodes = [Distributor(floor.bench.dispatcher, floor.present), Distributor(floor.bench.node("b"), floor.present)]
    await asyncio.gather(*(node.look(floor.bench.place.business) for node in nodes for _ in range(2)))
    offers = [state.offer for state in [await floor.bench.state(one) for one in asked] if state.offer is not None]
    assert sorted(one.operator.name for one in offers) == ["olga", "pavel", "rita"]
    for conversation in asked:
        assert tags(await floor.bench.log(conversation)).count("offer_made") <= 1


async def test_twenty_who_take_at_once_leave_one_owner(floor: Floor) -> None:
    people = [await floor.hire(f"operator{number}") for number in range(20)]
    conversation = await floor.waits("ann")
    takes = (floor.bench.do(conversation, c.Take(operator=one)) for one in people)
    done = await asyncio.gather(*takes, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert tags(await floor.bench.log(conversation)).count("taken") == 1


async def wrapping_up(floor: Floor, **rules: object) -> tuple[str, Person]:
    """Olga notes what came of a talk; somebody waits, and isn't offered to her."""
    wrap_up = WrapUpRules(mode="required", seconds=30, **rules)  # type: ignore[arg-type]
    await floor.rule("offer", team={"wrap_up": wrap_up})
    olga = await floor.hire("olga")
    conversation = await floor.waits("ann")
    await floor.offered(conversation, "olga")
    await floor.accept(conversation, "olga")
    seq = (await floor.bench.state(conversation)).floor_seq
    await floor.bench.do(conversation, c.Resolve(operator=olga, floor_seq=seq))
    assert (await floor.bench.state(conversation)).status is Status.WRAP_UP
    return conversation, olga


async def test_who_notes_what_came_of_a_talk_is_offered_nothing_until_it_is_ended(floor: Floor) -> None:
    conversation, olga = await wrapping_up(floor)
    waiting = await floor.waits("bob")
    await floor.rest()
    assert (await floor.bench.state(waiting)).offer is None
    seq = (await floor.bench.state(conversation)).floor_seq
    await floor.bench.do(conversation, c.Resolve(operator=olga, floor_seq=seq, code="paid"))
    await floor.offered(waiting, "olga")


async def test_the_time_after_a_talk_ends_it_and_the_next_is_offered(floor: Floor) -> None:
    conversation, olga = await wrapping_up(floor)
    waiting = await floor.waits("bob")
    await floor.rest()
    await floor.bench.advance(30)
    entries = await floor.bench.logged(conversation, "resolved")
    assert Resolved(by="system", ending="answered", operator=olga.id, name=olga.name) in [one.event for one in entries]
    await floor.offered(waiting, "olga")


async def test_what_must_have_a_code_waits_for_it_while_the_next_is_offered(floor: Floor) -> None:
    conversation, _ = await wrapping_up(floor, code=True)
    waiting = await floor.waits("bob")
    await floor.rest()
    await floor.bench.advance(30)
    await floor.offered(waiting, "olga")
    assert (await floor.bench.state(conversation)).status is Status.WRAP_UP


async def test_who_goes_on_with_the_talk_can_be_offered_the_next_at_once(floor: Floor) -> None:
    conversation, olga = await wrapping_up(floor)
    waiting = await floor.waits("bob")
    await floor.rest()
    seq = (await floor.bench.state(conversation)).floor_seq
    await floor.bench.do(conversation, c.CancelWrapUp(operator=olga, floor_seq=seq))
    await floor.offered(waiting, "olga")
    await floor.bench.advance(60)
    await floor.bench.quiet()
    assert (await floor.bench.state(conversation)).status is Status.OPEN, "its timer went with it"


async def test_nothing_is_passed_to_who_notes_what_came_of_a_talk(floor: Floor) -> None:
    _, olga = await wrapping_up(floor)
    pavel = await floor.hire("pavel")
    other = await floor.waits("bob")
    await floor.offered(other, "pavel")
    await floor.accept(other, "pavel")
    seq = (await floor.bench.state(other)).floor_seq
    with pytest.raises(NotPossible, match="still noting"):
        await floor.bench.do(other, c.Transfer(operator=pavel, floor_seq=seq, to=olga))
