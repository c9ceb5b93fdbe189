"""Channels move: a link ends the conversation that it leaves, and whoever spoke there goes on in the other one."""

from __future__ import annotations

import pytest

from gateway.dispatcher.linking import Link, Linked, Separate, SignIn
from gateway.errors import NotFound, NotPossible
from gateway.model import commands as c
from gateway.model.events import ChannelJoined, Resolved
from gateway.model.state import Status
from gateway.ports import Profile
from gateway.store import contacts, due, inbound, lists
from gateway.store.contacts import Address
from gateway.store.sql import Tx
from tests.support.stores import make_place
from tests.support_edge.bench import OLGA, Bench
from tests.support_edge.checks import check_gapless, tags, texts

ANN = Profile(name="Ann Example", email="ann@example.com")


async def address(bench: Bench, name: str) -> Address:
    """The identity of an address, as it is now."""

    def unit(tx: Tx, now: int) -> Address:
        found = inbound.find_identity(tx, bench.place.inbox, name)
        known = contacts.address(tx, found.id) if found else None
        assert known is not None
        return known

    return await bench.store.read(bench.place.business, unit)


async def link(bench: Bench, name: str, conversation: str) -> Linked:
    identity = (await address(bench, name)).id
    return await bench.dispatcher.commit_all(
        bench.place.business, Link(identity, conversation, bench.dispatcher.policy), key=identity
    )


async def sign_in(bench: Bench, visitor: str, user: str = "u:ann", profile: Profile = ANN) -> Linked:
    unit = SignIn(bench.place.inbox, visitor, user, profile, bench.dispatcher.policy)
    return await bench.dispatcher.commit_all(bench.place.business, unit, key=visitor)


async def shown(bench: Bench) -> dict[str, str]:
    """The name beside each unfinished conversation."""
    rows = await bench.store.read(bench.place.business, lambda tx, now: lists.read_rows(tx, "all", operator=""))
    return {row.conversation: row.contact.name for row in rows}


async def dues(bench: Bench, conversation: str) -> set[str]:
    """The kinds of due rows that a conversation has."""

    def unit(tx: Tx, now: int) -> set[str]:
        far = now + 1000 * 24 * 3600 * 1_000_000
        return {
            row.kind for row in due.claim(tx, node="look", now=far, lease=0, limit=1000) if row.subject == conversation
        }

    return await bench.store.write("", unit)


# --- a link ---


async def test_conversation_that_is_left_ends_and_says_where_it_goes_on(bench: Bench) -> None:
    left, target = (await bench.say(address="ann")).conversation, (await bench.say(address="ben")).conversation
    await link(bench, "ann", target)
    end = (await bench.log(left))[-1].event
    assert end == Resolved(by="system", ending="answered", reason="moved", continued_in=target)
    joined = (await bench.log(target))[-1].event
    assert isinstance(joined, ChannelJoined) and joined.endpoint.identity == (await address(bench, "ann")).id
    receipt = await bench.say("I go on here", address="ann")
    assert receipt.conversation == target
    for conversation in (left, target):
        check_gapless(await bench.log(conversation))


async def test_replies_go_to_the_channel_that_joined(bench: Bench) -> None:
    await bench.say(address="ann")
    target = (await bench.say(address="ben")).conversation
    await link(bench, "ann", target)
    state = await bench.state(target)
    ann, ben = await address(bench, "ann"), await address(bench, "ben")
    assert state.endpoint.identity == ann.id
    assert [endpoint.identity for endpoint in state.channels] == [ben.id, ann.id]


async def test_offers_timers_and_turns_of_what_is_left_are_over(bench: Bench) -> None:
    bench.engine.hold()
    left = (await bench.say(address="ann")).conversation
    target = (await bench.say(address="ben")).conversation
    await bench.do(left, c.AskForPerson())
    await bench.do(left, c.MakeOffer(operator=OLGA, expires_at=bench.times.clock() + 1))
    await link(bench, "ann", target)
    assert tags(await bench.log(left))[-2:] == ["offer_ended", "resolved"]
    assert await dues(bench, left) == set()
    (line,) = await bench.requests(left)
    assert (line.ending, line.reason) == ("answered", "moved")
    bench.engine.release()
    await bench.quiet()
    assert "bot_message" not in tags(await bench.log(left))


async def test_turn_under_way_in_what_is_left_says_nothing(bench: Bench) -> None:
    bench.engine.hold()
    left = (await bench.say("Plans", address="ann", choice="/plans")).conversation
    target = (await bench.say(address="ben")).conversation
    await bench.pass_time(lambda: bool(bench.engine.requests))
    await link(bench, "ann", target)
    bench.engine.release()
    entries = await bench.logged(left, "bot_turn_dropped")
    assert "bot_message" not in tags(entries)


async def test_whoever_spoke_in_what_is_left_goes_along(bench: Bench) -> None:
    for name in ("ann", "anns phone"):
        await bench.say(address=name)
    shared = (await address(bench, "ann")).conversation
    await link(bench, "anns phone", shared)
    target = (await bench.say(address="ben")).conversation
    await link(bench, "ann", target)
    assert (await address(bench, "anns phone")).conversation == target
    assert (await bench.say("from the phone", address="anns phone")).conversation == target


async def test_finished_conversation_is_left_as_it_is(bench: Bench) -> None:
    left, target = (await bench.say(address="ann")).conversation, (await bench.say(address="ben")).conversation
    await bench.do(left, c.Close(ending="answered", reason="silent"))
    before = await bench.log(left)
    await link(bench, "ann", target)
    assert await bench.log(left) == before
    assert (await bench.say("hello again", address="ann")).conversation == target


async def test_link_to_where_it_is_already_changes_nothing(bench: Bench) -> None:
    conversation = (await bench.say(address="ann")).conversation
    before = await bench.log(conversation)
    assert await link(bench, "ann", conversation) == Linked()
    assert await bench.log(conversation) == before


async def test_link_follows_a_conversation_to_where_it_went_on(bench: Bench) -> None:
    first, second = (await bench.say(address="ann")).conversation, (await bench.say(address="ben")).conversation
    await bench.say(address="carl")
    await link(bench, "ann", second)
    await link(bench, "carl", first)
    assert (await address(bench, "carl")).conversation == second


async def test_link_to_a_conversation_that_is_over_is_refused_and_nothing_moves(bench: Bench) -> None:
    left, target = (await bench.say(address="ann")).conversation, (await bench.say(address="ben")).conversation
    await bench.do(target, c.Close(ending="answered", reason="silent"))
    before = await bench.log(left)
    with pytest.raises(NotPossible, match="is over"):
        await link(bench, "ann", target)
    assert await bench.log(left) == before
    assert (await address(bench, "ann")).conversation == left


async def test_link_to_a_foreign_conversation_finds_nothing(bench: Bench) -> None:
    await bench.say(address="ann")
    ours = (await address(bench, "ann")).id
    elsewhere = await make_place(bench.store, "elsewhere")
    unit = Link(ours, (await address(bench, "ann")).conversation, bench.dispatcher.policy)
    with pytest.raises(NotFound):
        await bench.dispatcher.commit_all(elsewhere.business, unit, key=ours)
    with pytest.raises(NotFound):
        await link(bench, "ann", "no-such-conversation")


# --- contacts ---


async def test_lists_show_whom_a_contact_was_merged_into(bench: Bench) -> None:
    await bench.say(address="ann", name="Somebody")
    target = (await bench.say(address="ben", name="Ben")).conversation
    await link(bench, "ann", target)
    # Ann's own next conversation is Ben's, too.
    await bench.do(target, c.Close(ending="answered", reason="silent"))
    await bench.advance(25 * 3600)
    another = (await bench.say("another matter", address="ann")).conversation
    assert await shown(bench) == {another: "Ben"}


async def test_undone_merge_gives_each_their_own_again(bench: Bench) -> None:
    await bench.say(address="ann", name="Ann")
    target = (await bench.say(address="ben", name="Ben")).conversation
    await link(bench, "ann", target)
    anns = await address(bench, "ann")
    unit = Separate(anns.contact, bench.dispatcher.policy)
    linked = await bench.dispatcher.commit_all(bench.place.business, unit, key=anns.contact)

    assert [one.id for one in linked.moved] == [anns.id]
    # Replies never reach who turned out to be somebody else.
    assert (await bench.state(target)).endpoint.identity == (await address(bench, "ben")).id
    anew = (await bench.say("It is me, Ann", address="ann")).conversation
    assert anew != target
    assert await shown(bench) == {target: "Ben", anew: "Ann"}
    with pytest.raises(NotPossible, match="isn't merged"):
        await bench.dispatcher.commit_all(bench.place.business, unit, key=anns.contact)


async def test_two_merges_are_undone_one_by_one(bench: Bench) -> None:
    names = ("ann", "ben", "carl")
    talks = {name: (await bench.say(address=name, name=name.title())).conversation for name in names}
    await link(bench, "ann", talks["ben"])
    await link(bench, "ben", talks["carl"])
    people = {name: await address(bench, name) for name in names}

    async def roots() -> list[str]:
        def unit(tx: Tx, now: int) -> list[str]:
            found = [contacts.root(tx, people[name].contact) for name in names]
            return [one.name for one in found if one is not None]

        return await bench.store.read(bench.place.business, unit)

    assert await roots() == ["Carl", "Carl", "Carl"]
    await bench.dispatcher.commit_all(
        bench.place.business, Separate(people["ben"].contact, bench.dispatcher.policy), key=""
    )
    assert await roots() == ["Ben", "Ben", "Carl"]
    await bench.dispatcher.commit_all(
        bench.place.business, Separate(people["ann"].contact, bench.dispatcher.policy), key=""
    )
    assert await roots() == ["Ann", "Ben", "Carl"]


# --- signing in ---


async def test_anonymous_talk_becomes_the_users(bench: Bench) -> None:
    talk = (await bench.say("anonymous", address="v:1")).conversation
    await sign_in(bench, "v:1")
    assert await shown(bench) == {talk: "Ann Example"}
    user = await address(bench, "u:ann")
    assert (user.assurance, user.conversation) == ("signed", talk)
    assert (await bench.say("signed", address="u:ann")).conversation == talk


async def test_visitors_address_opens_nothing_any_more(bench: Bench) -> None:
    talk = (await bench.say("anonymous", address="v:1")).conversation
    await sign_in(bench, "v:1")
    stranger = await bench.say("somebody else on the same browser", address="v:1")
    assert stranger.conversation != talk
    assert (await shown(bench))[stranger.conversation] == ""


async def test_message_that_is_sent_again_after_signing_in_is_stored_once(bench: Bench) -> None:
    first = await bench.say("anonymous", address="v:1", key="m1")
    await sign_in(bench, "v:1")
    again = await bench.say("anonymous", address="u:ann", key="m1")
    assert (again.conversation, again.seq, again.repeated) == (first.conversation, first.seq, True)
    assert texts(await bench.log(first.conversation)).count("anonymous") == 1


async def test_visitor_who_said_nothing_leaves_nothing_behind(bench: Bench) -> None:
    assert await sign_in(bench, "v:1") == Linked()

    def unit(tx: Tx, now: int) -> object:
        return inbound.find_identity(tx, bench.place.inbox, "u:ann")

    assert await bench.store.read(bench.place.business, unit) is None


async def test_finished_anonymous_talk_stays_the_visitors(bench: Bench) -> None:
    talk = (await bench.say("anonymous", address="v:1")).conversation
    await bench.do(talk, c.Close(ending="answered", reason="silent"))
    assert await sign_in(bench, "v:1") == Linked()


async def test_of_two_unfinished_talks_the_one_before_the_eyes_goes_on(bench: Bench) -> None:
    earlier = (await bench.say("on the phone", address="u:ann", profile=ANN)).conversation
    talk = (await bench.say("anonymous", address="v:1")).conversation
    await sign_in(bench, "v:1")
    assert (await bench.state(earlier)).continued_in == talk
    assert (await address(bench, "u:ann")).conversation == talk


async def test_talk_with_people_goes_before_one_with_the_bot(bench: Bench) -> None:
    earlier = (await bench.say("on the phone", address="u:ann", profile=ANN)).conversation
    await bench.do(earlier, c.Take(operator=OLGA))
    talk = (await bench.say("anonymous", address="v:1")).conversation
    await sign_in(bench, "v:1")
    assert (await bench.state(talk)).continued_in == earlier
    state, user = await bench.state(earlier), await address(bench, "u:ann")
    assert (state.status, state.endpoint.identity, user.conversation) == (Status.OPEN, user.id, earlier)


async def test_two_users_are_never_one_contact(bench: Bench) -> None:
    anns = (await bench.say("I am Ann", address="u:ann", profile=ANN)).conversation
    bens = (await bench.say("I am Ben", address="u:ben", profile=Profile(name="Ben"))).conversation
    with pytest.raises(NotPossible, match="two different users"):
        await link(bench, "u:ann", bens)
    assert (await bench.state(anns)).status is Status.PENDING
    assert await shown(bench) == {anns: "Ann Example", bens: "Ben"}
