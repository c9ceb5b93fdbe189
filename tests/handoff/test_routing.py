"""Who gets which waiting conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.model.rules import REACHES
from handoff.routing import (
    CALLS,
    CAPACITY,
    MINUTE,
    SECOND,
    Desk,
    Offer,
    Operator,
    Seat,
    Team,
    Waiting,
    cost_of,
    load_of,
    next_change,
    urgency,
)
from handoff.routing import (
    assign as assigned,
)

NOW = 1_000 * MINUTE


def assign(queue: list[Waiting], operators: list[Operator], desks: Mapping[str, Desk], now: int) -> tuple[Offer, ...]:
    return assigned(queue, operators, desks, now).offers


SHOP = {"shop": Desk()}


def waits(id: str = "c", *, business: str = "shop", seconds: float = 5, **more: object) -> Waiting:
    return Waiting(id=id, business=business, since=NOW - int(seconds * SECOND), **more)  # type: ignore[arg-type]


def works(id: str = "ann", *, business: str = "shop", teams: str = "", **more: object) -> Operator:
    levels = more.pop("levels", {})
    seat = Seat(teams=frozenset(teams.split()), levels=levels)  # type: ignore[arg-type]
    return Operator(id=id, seats={business: seat}, **more)  # type: ignore[arg-type]


def who(offers: tuple[Offer, ...]) -> dict[str, str]:
    return {offer.conversation: offer.operator for offer in offers}


# --- whom a conversation goes to ---


def test_longest_idle_of_the_least_loaded_is_offered_it() -> None:
    operators = [
        works("ann", load=20, idle_since=NOW - 9 * MINUTE),
        works("bob", load=0, idle_since=NOW - 1 * MINUTE),
        works("cat", load=0, idle_since=NOW - 2 * MINUTE),
    ]
    assert who(assign([waits()], operators, SHOP, NOW)) == {"c": "cat"}


def test_load_counts_as_a_share_of_what_somebody_carries() -> None:
    operators = [works("novice", load=20, capacity=40), works("expert", load=40, capacity=160)]
    assert who(assign([waits()], operators, SHOP, NOW)) == {"c": "expert"}


def test_who_knew_the_contact_comes_first_though_others_are_idler() -> None:
    operators = [works("ann", load=40), works("bob", load=0)]
    (offer,) = assign([waits(knew="ann")], operators, SHOP, NOW)
    assert (offer.operator, offer.why) == ("ann", "knew")


@pytest.mark.parametrize("presence", ["busy", "after_call", "away", "offline"])
def test_who_knew_the_contact_and_is_not_there_is_not_waited_for(presence: str) -> None:
    operators = [works("ann", presence=presence), works("bob")]
    assert who(assign([waits(knew="ann")], operators, SHOP, NOW)) == {"c": "bob"}


def test_nobody_is_offered_more_than_they_carry() -> None:
    assert assign([waits()], [works(load=90)], SHOP, NOW) == ()
    assert who(assign([waits()], [works(load=80)], SHOP, NOW)) == {"c": "ann"}


def test_call_fills_an_operator_who_has_one_chat_at_the_most() -> None:
    call = waits(channel="voice")
    assert assign([call], [works(load=21)], SHOP, NOW) == ()
    (offer,) = assign([call], [works(load=20)], SHOP, NOW)
    assert offer.cost == 80
    assert load_of([20, cost_of(Desk(), "voice", capacity=100)], capacity=100) == 100


def test_call_that_finds_nobody_keeps_whoever_is_nearest_to_having_room() -> None:
    """Otherwise the next chat would take the room that the call waits for."""
    queue = [waits("call", channel="voice"), waits("chat")]
    operators = [works("ann", load=60), works("bob", load=40)]
    done = assigned(queue, operators, SHOP, NOW)
    assert who(done.offers) == {"chat": "ann"}
    assert done.kept == {"bob": "call"}


def test_nobody_is_kept_for_a_call_that_they_could_not_take() -> None:
    desks = {"shop": Desk(teams={"": Team(), "sales": Team(widen=())})}
    call = waits("call", channel="voice", team="sales", skills={"ru": 1}, passed={"dan": NOW})
    operators = [
        works("ann", load=40),
        works("bob", load=40, teams="sales"),
        works("dan", load=40, teams="sales", levels={"ru": 1}),
    ]
    assert assigned([call], operators, desks, NOW).kept == {}


def test_chat_that_waits_for_the_customer_weighs_half() -> None:
    desk = Desk()
    assert cost_of(desk, "webchat") == 20
    assert cost_of(desk, "webchat", resting=True) == 10
    assert cost_of(desk, "voice", capacity=60, resting=True) == 60


def test_offer_is_one_at_a_time() -> None:
    queue = [waits("c1", seconds=9), waits("c2", seconds=5)]
    assert who(assign(queue, [works()], SHOP, NOW)) == {"c1": "ann"}
    assert assign(queue, [works(offered=True)], SHOP, NOW) == ()


def test_what_is_accepted_by_itself_goes_on_until_the_operator_is_full() -> None:
    desks = {"shop": Desk(teams={"": Team(mode="auto_accept")})}
    queue = [waits(f"c{number}", seconds=100 - number) for number in range(9)]
    offers = assign(queue, [works("ann"), works("bob", load=60)], desks, NOW)
    assert Counter(who(offers).values()) == {"ann": 5, "bob": 2}
    assert [offer.conversation for offer in offers] == [f"c{number}" for number in range(7)]
    assert {offer.mode for offer in offers} == {"auto_accept"}


def test_pick_is_left_in_the_queue() -> None:
    desks = {"shop": Desk(teams={"": Team(), "sales": Team(mode="pick")})}
    operators = [works(teams="sales")]
    assert assign([waits(team="sales")], operators, desks, NOW) == ()
    assert who(assign([waits(team="")], operators, desks, NOW)) == {"c": "ann"}


def test_team_is_served_by_its_members_and_no_team_by_everyone() -> None:
    desks = {"shop": Desk(teams={"": Team(), "sales": Team()})}
    operators = [works("ann", load=40, teams="sales"), works("bob")]
    assert who(assign([waits(team="sales")], operators, desks, NOW)) == {"c": "ann"}
    assert who(assign([waits()], operators, desks, NOW)) == {"c": "bob"}


def test_team_that_is_gone_is_everybodys() -> None:
    assert who(assign([waits(team="dissolved")], [works()], SHOP, NOW)) == {"c": "ann"}


def test_another_business_is_served_by_its_own_people_only() -> None:
    desks = {"shop": Desk(), "bank": Desk()}
    assert assign([waits(business="bank")], [works(business="shop")], desks, NOW) == ()


def test_businesses_that_nobody_set_up_are_left_alone() -> None:
    assert assign([waits(business="unknown")], [works(business="unknown")], SHOP, NOW) == ()


# --- skills ---


def test_skill_is_asked_for_at_its_level() -> None:
    desks = {"shop": Desk(teams={"": Team(skills={"fibre": 3}, widen=())})}
    operators = [works("ann", levels={"fibre": 2}), works("bob", load=60, levels={"fibre": 3})]
    assert who(assign([waits()], operators, desks, NOW)) == {"c": "bob"}
    assert assign([waits()], operators[:1], desks, NOW) == ()


def test_conversation_and_team_ask_for_the_higher_of_two_levels() -> None:
    desks = {"shop": Desk(teams={"": Team(skills={"fibre": 1}, widen=())})}
    asking = waits(skills={"fibre": 4, "ru": 1})
    assert assign([asking], [works(levels={"fibre": 3, "ru": 5})], desks, NOW) == ()
    assert who(assign([asking], [works(levels={"fibre": 4, "ru": 1})], desks, NOW)) == {"c": "ann"}


@pytest.mark.parametrize(("seconds", "level"), [(29, 4), (30, 3), (59, 3), (60, 2), (119, 2), (120, 0)])
def test_rings_lower_the_level_as_the_customer_waits_and_the_last_asks_for_none(seconds: float, level: int) -> None:
    desks = {"shop": Desk(teams={"": Team(skills={"fibre": 4})})}
    asking = waits(seconds=seconds)
    (offer,) = assign([asking], [works(levels={"fibre": level})], desks, NOW)
    assert offer.ring == [29, 59, 119, 3600].index(next(s for s in (29, 59, 119, 3600) if seconds <= s))
    if level:
        assert assign([asking], [works(levels={"fibre": level - 1})], desks, NOW) == ()


def test_strict_skill_never_relaxes() -> None:
    desks = {"shop": Desk(strict=frozenset({"ru"}))}
    asking = waits(seconds=3600, skills={"ru": 1, "fibre": 2})
    assert assign([asking], [works(levels={"fibre": 5})], desks, NOW) == ()
    assert who(assign([asking], [works(levels={"ru": 1})], desks, NOW)) == {"c": "ann"}


# --- overflow, and who let it pass ---


def test_overflow_team_serves_once_the_wait_is_long_and_its_own_cannot() -> None:
    team = Team(overflow="second", overflow_after=90 * SECOND)
    desks = {"shop": Desk(teams={"": Team(), "first": team, "second": Team(mode="auto_accept")})}
    operators = [works("ann", teams="second")]
    assert assign([waits(team="first", seconds=89)], operators, desks, NOW) == ()
    (offer,) = assign([waits(team="first", seconds=90)], operators, desks, NOW)
    assert (offer.operator, offer.overflow, offer.mode) == ("ann", True, "auto_accept")
    operators.append(works("bob", teams="first", load=40))
    (offer,) = assign([waits(team="first", seconds=90)], operators, desks, NOW)
    assert (offer.operator, offer.overflow) == ("bob", False)


def test_what_nobody_picks_overflows_too() -> None:
    team = Team(mode="pick", overflow="second", overflow_after=60 * SECOND)
    desks = {"shop": Desk(teams={"": Team(), "first": team, "second": Team()})}
    operators = [works("ann", teams="first"), works("bob", teams="second")]
    assert assign([waits(team="first", seconds=59)], operators, desks, NOW) == ()
    assert who(assign([waits(team="first", seconds=60)], operators, desks, NOW)) == {"c": "bob"}


def test_who_let_it_pass_is_not_asked_again_for_a_while() -> None:
    operators = [works("ann"), works("bob", load=60)]
    just = waits(seconds=300, passed={"ann": NOW - 30 * SECOND})
    assert who(assign([just], operators, SHOP, NOW)) == {"c": "bob"}
    assert assign([just], operators[:1], SHOP, NOW) == ()
    long_ago = waits(seconds=300, passed={"ann": NOW - 120 * SECOND})
    assert who(assign([long_ago], operators, SHOP, NOW)) == {"c": "ann"}


def test_who_let_one_pass_is_offered_the_next() -> None:
    queue = [waits("c1", seconds=60, passed={"ann": NOW}), waits("c2", seconds=5)]
    assert who(assign(queue, [works()], SHOP, NOW)) == {"c2": "ann"}


# --- in which order ---


def test_longest_wait_is_served_first() -> None:
    queue = [waits("late", seconds=1), waits("early", seconds=2)]
    assert who(assign(queue, [works()], SHOP, NOW)) == {"early": "ann"}


def test_priority_is_worth_minutes_of_waiting_and_no_more() -> None:
    queue = [waits("urgent", seconds=1, priority=1), waits("patient", seconds=299)]
    assert who(assign(queue, [works()], SHOP, NOW)) == {"urgent": "ann"}
    queue = [waits("urgent", seconds=1, priority=1), waits("patient", seconds=302)]
    assert who(assign(queue, [works()], SHOP, NOW)) == {"patient": "ann"}


def test_live_call_goes_before_a_chat() -> None:
    queue = [waits("chat", seconds=120), waits("call", seconds=3, channel="voice")]
    assert who(assign(queue, [works()], SHOP, NOW)) == {"call": "ann"}


def test_weight_of_a_business_counts_for_shared_operators() -> None:
    desks = {"shop": Desk(weight=100), "bank": Desk(weight=300)}
    shared = Operator(id="ann", seats={"shop": Seat(), "bank": Seat()})
    queue = [waits("s", business="shop", seconds=50), waits("b", business="bank", seconds=20)]
    assert who(assign(queue, [shared], desks, NOW)) == {"b": "ann"}
    queue = [waits("s", business="shop", seconds=70), waits("b", business="bank", seconds=20)]
    assert who(assign(queue, [shared], desks, NOW)) == {"s": "ann"}


def test_share_keeps_one_business_from_taking_all_of_an_operator() -> None:
    desks = {"shop": Desk(), "bank": Desk()}
    seats = {"shop": Seat(share=40, load=40), "bank": Seat(share=100)}
    shared = Operator(id="ann", seats=seats, load=40)
    queue = [waits("s", business="shop", seconds=90), waits("b", business="bank", seconds=5)]
    assert who(assign(queue, [shared], desks, NOW)) == {"b": "ann"}


def test_small_share_still_lets_one_conversation_through() -> None:
    seats = {"shop": Seat(share=10)}
    assert who(assign([waits()], [Operator(id="ann", seats=seats)], SHOP, NOW)) == {"c": "ann"}


# --- when to look again ---


def test_next_change_is_the_next_ring_overflow_or_second_chance() -> None:
    team = Team(widen=(30 * SECOND, 60 * SECOND), overflow="o", overflow_after=90 * SECOND)
    desks = {"shop": Desk(teams={"": team, "o": Team()})}
    assert next_change([waits(seconds=10)], desks, NOW) == NOW + 20 * SECOND
    assert next_change([waits(seconds=30)], desks, NOW) == NOW + 30 * SECOND
    assert next_change([waits(seconds=60)], desks, NOW) == NOW + 30 * SECOND
    assert next_change([waits(seconds=90)], desks, NOW) is None
    passed = waits(seconds=90, passed={"ann": NOW - 119 * SECOND})
    assert next_change([passed], desks, NOW) == NOW + 1 * SECOND


def test_busy_lets_a_colleague_through_and_nothing_from_the_queue() -> None:
    assert REACHES["busy"] == {"transfer", "return"}
    assert not REACHES["away"] and not REACHES["offline"]


# --- properties ---

TEAMS = ("", "t1", "t2")
SKILLS = ("fibre", "ru")
levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5), max_size=2)
rules = st.builds(
    Team,
    mode=st.sampled_from(("pick", "offer", "auto_accept")),
    skills=levels,
    widen=st.lists(st.integers(1, 300).map(lambda s: s * SECOND), max_size=3).map(lambda steps: tuple(sorted(steps))),
    overflow=st.sampled_from(("", "t1", "t2")),
    overflow_after=st.integers(1, 300).map(lambda s: s * SECOND),
)
desk_of = st.builds(
    Desk,
    teams=st.fixed_dictionaries(dict.fromkeys(TEAMS, rules)),
    weight=st.integers(50, 300),
    strict=st.sets(st.sampled_from(SKILLS)).map(frozenset),
)
desks_of = st.fixed_dictionaries({"shop": desk_of, "bank": desk_of})
seat = st.builds(
    Seat,
    teams=st.sets(st.sampled_from(TEAMS[1:])).map(frozenset),
    levels=levels,
    share=st.integers(10, 100),
    load=st.just(0),
)
operator = st.builds(
    Operator,
    id=st.sampled_from([f"o{number}" for number in range(6)]),
    seats=st.dictionaries(st.sampled_from(("shop", "bank")), seat, min_size=1),
    presence=st.sampled_from(("online", "online", "online", "busy", "after_call", "away", "offline")),
    capacity=st.integers(20, 200),
    load=st.integers(0, 200),
    idle_since=st.integers(0, 5).map(lambda m: NOW - m * MINUTE),
    offered=st.booleans(),
)
waiting = st.builds(
    Waiting,
    id=st.sampled_from([f"c{number}" for number in range(12)]),
    business=st.sampled_from(("shop", "bank")),
    since=st.integers(0, 400).map(lambda s: NOW - s * SECOND),
    team=st.sampled_from((*TEAMS, "gone")),
    channel=st.sampled_from(("webchat", "telegram", "voice")),
    priority=st.integers(0, 3),
    skills=levels,
    knew=st.sampled_from(("", "o1", "o2")),
    passed=st.dictionaries(st.sampled_from(("o1", "o2", "o3")), st.integers(0, 200).map(lambda s: NOW - s * SECOND)),
)
queues = st.lists(waiting, max_size=12, unique_by=lambda one: one.id)
floors = st.lists(operator, max_size=6, unique_by=lambda one: one.id)


def may(operator: Operator, conversation: Waiting, desk: Desk) -> bool:
    """The rules, told plainly and once more: whether somebody may be offered it."""
    seat = operator.seats.get(conversation.business)
    if seat is None or operator.presence != "online" or operator.offered:
        return False
    if conversation.channel in CALLS:
        if operator.load >= operator.capacity or operator.load / operator.capacity > 0.2:
            return False
    else:
        cost = min(20, operator.capacity)
        if operator.load + cost > operator.capacity:
            return False
        if seat.load and seat.load + cost > seat.share * operator.capacity // 100:
            return False
    if NOW - conversation.passed.get(operator.id, -(10**15)) < desk.again_after:
        return False
    own = conversation.team if conversation.team in desk.teams else ""
    rule = desk.teams[own]
    waited = NOW - conversation.since
    serving = [own] if rule.mode != "pick" else []
    if rule.overflow and waited >= rule.overflow_after and desk.teams[rule.overflow].mode != "pick":
        serving.append(rule.overflow)
    if not any(team == "" or team in seat.teams for team in serving):
        return False
    ring = len([after for after in rule.widen if waited >= after])
    for skill in SKILLS:
        level = max(rule.skills.get(skill, 0), conversation.skills.get(skill, 0))
        relaxed = 0 if ring and ring == len(rule.widen) else level - ring
        asked = level if skill in desk.strict else relaxed
        if seat.levels.get(skill, 0) < asked:
            return False
    return True


def after(operator: Operator, offers: list[Offer]) -> Operator:
    """The operator with these offers of theirs carried."""
    mine = [offer for offer in offers if offer.operator == operator.id]
    seats = {
        business: replace(seat, load=seat.load + sum(offer.cost for offer in mine if offer.business == business))
        for business, seat in operator.seats.items()
    }
    load = operator.load + sum(offer.cost for offer in mine)
    pending = operator.offered or any(offer.mode == "offer" for offer in mine)
    return replace(operator, seats=seats, load=load, offered=pending)


@given(queues, floors, desks_of)
def test_every_offer_was_allowed_when_it_was_made(
    queue: list[Waiting], operators: list[Operator], desks: dict[str, Desk]
) -> None:
    offers = assign(queue, operators, desks, NOW)
    by_id = {one.id: one for one in operators}
    by_conversation = {one.id: one for one in queue}
    for number, offer in enumerate(offers):
        before = after(by_id[offer.operator], list(offers[:number]))
        assert may(before, by_conversation[offer.conversation], desks[offer.business])


@given(queues, floors, desks_of)
def test_nobody_is_over_capacity_and_nothing_is_given_twice(
    queue: list[Waiting], operators: list[Operator], desks: dict[str, Desk]
) -> None:
    offers = assign(queue, operators, desks, NOW)
    assert len({offer.conversation for offer in offers}) == len(offers)
    for one in operators:
        loaded = after(one, list(offers))
        assert loaded.load <= max(one.load, one.capacity)
        assert sum(offer.operator == one.id and offer.mode == "offer" for offer in offers) <= 1


@given(queues, floors, desks_of)
def test_nobody_is_skipped_whom_somebody_could_still_serve(
    queue: list[Waiting], operators: list[Operator], desks: dict[str, Desk]
) -> None:
    """But for who is kept for a call that is more urgent."""
    done = assigned(queue, operators, desks, NOW)
    by_id = {one.id: one for one in queue}
    given_out = {offer.conversation for offer in done.offers}
    idle = [after(one, list(done.offers)) for one in operators]

    def kept(operator: str, left: Waiting) -> bool:
        call = by_id.get(done.kept.get(operator, ""))
        return call is not None and urgency(desks[call.business], call, NOW) >= urgency(desks[left.business], left, NOW)

    for left in queue:
        if left.id not in given_out:
            assert [one.id for one in idle if may(one, left, desks[left.business]) and not kept(one.id, left)] == []


@given(queues, floors, desks_of)
def test_who_is_kept_has_no_room_for_their_call_yet_and_each_call_keeps_one(
    queue: list[Waiting], operators: list[Operator], desks: dict[str, Desk]
) -> None:
    done = assigned(queue, operators, desks, NOW)
    by_id, people = {one.id: one for one in queue}, {one.id: one for one in operators}
    assert len(set(done.kept.values())) == len(done.kept)
    for operator, conversation in done.kept.items():
        call = by_id[conversation]
        assert call.channel in CALLS
        loaded = after(people[operator], list(done.offers))
        assert not may(loaded, call, desks[call.business])
        assert may(replace(loaded, load=0), call, desks[call.business])


@given(queues, floors, desks_of)
def test_less_urgent_is_never_served_in_place_of_the_more_urgent(
    queue: list[Waiting], operators: list[Operator], desks: dict[str, Desk]
) -> None:
    """Whoever is left could not have been served by an operator who was given to somebody less urgent, when that was."""
    offers = list(assign(queue, operators, desks, NOW))
    by_conversation = {one.id: one for one in queue}
    given_out = {offer.conversation for offer in offers}
    by_id = {one.id: one for one in operators}
    for left in queue:
        if left.id in given_out:
            continue
        pressing = urgency(desks[left.business], left, NOW)
        for number, offer in enumerate(offers):
            other = by_conversation[offer.conversation]
            if urgency(desks[other.business], other, NOW) < pressing:
                then = after(by_id[offer.operator], offers[:number])
                assert not may(then, left, desks[left.business])


@given(queues, floors, desks_of, st.randoms(use_true_random=False))
def test_same_inputs_give_the_same_offers_in_whatever_order_they_come(
    queue: list[Waiting], operators: list[Operator], desks: dict[str, Desk], random: object
) -> None:
    offers = assign(queue, operators, desks, NOW)
    shuffled, floor = list(queue), list(operators)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(floor)  # type: ignore[attr-defined]
    assert assign(shuffled, floor, desks, NOW) == offers


def test_patient_chat_is_overtaken_only_for_a_bounded_while() -> None:
    """A call every second for one operator: the chat that came first is served once its wait outweighs their head start."""
    chat = Waiting(id="chat", business="shop", since=NOW)
    for second in range(1, 3600):
        now = NOW + second * SECOND
        newest = Waiting(id=f"call{second}", business="shop", since=now, channel="voice")
        (offer,) = assign([chat, newest], [works(capacity=CAPACITY)], SHOP, now)
        if offer.conversation == "chat":
            break
    assert second * SECOND == Desk().ahead["voice"]
