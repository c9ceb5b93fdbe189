"""People write first: a conversation that is theirs from its first word, and no request until it is answered."""

from __future__ import annotations

import pytest

from gateway.dispatcher.outbound import WriteTo, Written
from gateway.errors import IdReused, Invalid, NotFound, NotPossible, TakenBy
from gateway.model import commands as c
from gateway.model.events import ConversationStarted, OperatorMessage
from gateway.model.state import Status
from gateway.store import figures
from gateway.store.inbound import Claim
from tests.gateway.dispatcher.test_blocking import block, contact
from tests.gateway.dispatcher.test_linking import address
from tests.support_edge.bench import OLGA, PAVEL, Bench
from tests.support_edge.checks import check_gapless, tags, texts


async def write(
    bench: Bench, to: str, text: str = "You called us?", *, who: object = OLGA, key: str = "k", identity: str = ""
) -> Written:  # fmt: skip
    claim = Claim("operator", who.id, key, text)  # type: ignore[attr-defined]
    unit = WriteTo(to, who, text, bench.dispatcher.policy, identity, claim)  # type: ignore[arg-type]
    return await bench.dispatcher.commit_all(bench.place.business, unit, key=to)


async def over(bench: Bench, name: str = "ann") -> str:
    """Somebody whose conversation is over; their contact."""
    talk = (await bench.say(address=name)).conversation
    await bench.do(talk, c.Close(ending="answered", reason="silent"))
    return await contact(bench, name)


async def test_it_opens_as_open_and_belongs_to_whoever_wrote(bench: Bench) -> None:
    ann = await over(bench)
    written = await write(bench, ann)

    state, log = await bench.state(written.conversation), await bench.log(written.conversation)
    assert written.begun and tags(log) == ["conversation_started", "taken", "operator_message"]
    assert isinstance(log[0].event, ConversationStarted) and log[0].event.outbound
    assert isinstance(log[-1].event, OperatorMessage) and log[-1].seq == written.seq
    assert (state.status, state.owner, state.outbound) == (Status.OPEN, OLGA, True)
    assert await bench.requests(written.conversation) == []
    assert (await address(bench, "ann")).conversation == written.conversation
    check_gapless(log)


async def test_the_answer_comes_to_who_wrote_and_begins_a_request_that_no_bot_had(bench: Bench) -> None:
    written = await write(bench, await over(bench))
    receipt = await bench.say("Yes, I did", address="ann")

    state = await bench.state(written.conversation)
    assert receipt.conversation == written.conversation and state.waiting_since is not None
    assert (state.status, state.owner) == (Status.OPEN, OLGA)
    assert [(one.opened_seq, one.ending) for one in await bench.requests(written.conversation)] == [(1, "")]
    await bench.do(
        written.conversation, c.Resolve(operator=OLGA, floor_seq=state.floor_seq)
    )  # fmt: skip
    day = bench.times.clock() // figures.DAY * figures.DAY
    found = await bench.store.read(
        bench.place.business, lambda tx, now: figures.by_day(tx, first=day, last=day + figures.DAY)
    )
    assert (found[0].requests, found[0].handed_over, found[0].contained) == (2, 1, 1)


async def test_what_nobody_answered_is_no_request(bench: Bench) -> None:
    written = await write(bench, await over(bench))
    state = await bench.state(written.conversation)
    await bench.do(written.conversation, c.Resolve(operator=OLGA, floor_seq=state.floor_seq))
    assert await bench.requests(written.conversation) == []
    await bench.say("Only now I saw it", address="ann")
    assert [one.ending for one in await bench.requests(written.conversation)] == [""]


async def test_the_same_words_twice_are_written_once(bench: Bench) -> None:
    ann = await over(bench)
    first, again = await write(bench, ann), await write(bench, ann)
    assert (again.conversation, again.seq, again.repeated, first.repeated) == (
        first.conversation, first.seq, True, False,
    )  # fmt: skip
    with pytest.raises(IdReused):
        await write(bench, ann, "Something else")
    assert texts(await bench.log(first.conversation)) == ["You called us?"]


@pytest.mark.parametrize("queued", [False, True])
async def test_what_is_not_over_is_taken_instead(bench: Bench, queued: bool) -> None:
    talk = (await bench.say(address="ann")).conversation
    if queued:
        await bench.do(talk, c.RequestHandoff(reason="customer_asked", by="customer"))
    written = await write(bench, await contact(bench, "ann"))
    assert (written.conversation, written.begun) == (talk, False)
    assert ((await bench.state(talk)).owner, (await bench.state(talk)).outbound) == (OLGA, False)
    again = await write(bench, await contact(bench, "ann"), "And one more thing", key="k2")
    assert again.conversation == talk and texts(await bench.log(talk))[-1] == "And one more thing"


async def test_what_a_colleague_has_stays_theirs(bench: Bench) -> None:
    talk = (await bench.say(address="ann")).conversation
    await bench.do(talk, c.Take(operator=PAVEL))
    with pytest.raises(TakenBy):
        await write(bench, await contact(bench, "ann"))
    state = await bench.state(talk)
    await bench.do(talk, c.Snooze(operator=PAVEL, floor_seq=state.floor_seq, until=bench.times.clock() + 10**9))
    with pytest.raises(TakenBy):
        await write(bench, await contact(bench, "ann"))


async def test_who_is_blocked_or_unreachable_or_unknown_is_not_written_to(bench: Bench) -> None:
    ann = await over(bench)
    other = (await address(bench, "ann")).id
    talk = (await bench.say(address="ben")).conversation
    ben = await contact(bench, "ben")
    with pytest.raises(Invalid):
        await write(bench, ben, identity=other)
    with pytest.raises(NotFound):
        await write(bench, "nobody")
    endpoint = (await bench.state(talk)).endpoint
    await bench.do(talk, c.LoseEndpoint(endpoint=endpoint))
    with pytest.raises(NotPossible) as lost:
        await write(bench, ben)
    await block(bench, "ann")
    with pytest.raises(NotPossible) as blocked:
        await write(bench, ann)
    codes = [one.value.fault.code for one in (lost, blocked) if one.value.fault]
    assert codes == ["contact_unreachable", "contact_blocked"]


async def test_words_of_both_sides_at_once_make_one_conversation(bench: Bench) -> None:
    ann = await over(bench)
    await bench.advance(25 * 3600)
    written = await write(bench, ann)
    receipt = await bench.say("I have a question", address="ann")
    assert receipt.conversation == written.conversation
