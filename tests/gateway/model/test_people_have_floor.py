"""While people have the floor: replies and their fence, transfers, participants, wrap-up, snooze, the end."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gateway.errors import Invalid, NotOwner, NotPossible, StaleFloor
from gateway.model import commands as c
from gateway.model.decide import Circumstances
from gateway.model.events import (
    CustomerMessage,
    OperatorMessage,
    Person,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    Taken,
    Transferred,
    WrapUpStarted,
)
from gateway.model.state import MAX_PARTICIPANTS, Floor, Status
from tests.support.clock import SECOND, START
from tests.support.histories import IVAN, OLGA, SUE, TELEGRAM, WEB, owned, snoozed, wrapping_up

DAY = 86_400 * SECOND
Fenced = Callable[[int], c.AnyCommand]
FENCED: dict[str, Fenced] = {
    "reply": lambda floor: c.SendReply(operator=OLGA, text="Hello", floor_seq=floor),
    "transfer": lambda floor: c.Transfer(operator=OLGA, floor_seq=floor, team="billing"),
    "return to bot": lambda floor: c.ReturnToBot(operator=OLGA, floor_seq=floor),
    "snooze": lambda floor: c.Snooze(operator=OLGA, floor_seq=floor, until=START + DAY),
    "resolve": lambda floor: c.Resolve(operator=OLGA, floor_seq=floor),
    "override": lambda floor: c.Resolve(operator=OLGA, floor_seq=floor, override=True),
}


@pytest.mark.parametrize("step", FENCED)
def test_a_stale_screen_gets_a_conflict_and_never_a_second_voice(step: str) -> None:
    history = owned()
    seen = history.state.floor_seq
    history.do(c.Transfer(operator=OLGA, floor_seq=seen, to=IVAN))
    history.do(c.Transfer(operator=IVAN, floor_seq=history.state.floor_seq, to=OLGA))
    before = len(history.entries)

    with pytest.raises(StaleFloor) as refused:
        history.do(FENCED[step](seen))
    assert refused.value.fields["owner"] == "Olga"
    assert len(history.entries) == before
    history.do(FENCED[step](history.state.floor_seq))


@pytest.mark.parametrize("step", [step for step in FENCED if step != "override"])
def test_only_its_owner_moves_a_conversation(step: str) -> None:
    history = owned()
    history.do(c.Transfer(operator=OLGA, floor_seq=history.state.floor_seq, to=IVAN))

    with pytest.raises(NotOwner) as refused:
        history.do(FENCED[step](history.state.floor_seq))
    assert "Ivan" in refused.value.detail


def test_a_supervisor_may_resolve_what_a_colleague_has() -> None:
    history = owned()

    (end,) = history.do(c.Resolve(operator=SUE, floor_seq=history.state.floor_seq, override=True))

    assert isinstance(end, Resolved)
    assert end.operator == SUE.id


def test_an_operators_reply_goes_where_the_customer_wrote_last_or_where_they_choose() -> None:
    history = owned()
    history.say("From my phone", endpoint=TELEGRAM)
    floor = history.state.floor_seq

    (follows,) = history.reply()
    (chosen,) = history.do(c.SendReply(operator=OLGA, text="Here", floor_seq=floor, endpoint=WEB, client_id="m1"))

    assert isinstance(follows, OperatorMessage)
    assert (follows.endpoint, follows.name) == (TELEGRAM, "Olga")
    assert isinstance(chosen, OperatorMessage)
    assert (chosen.endpoint, chosen.client_id) == (WEB, "m1")
    assert history.state.endpoint == TELEGRAM, "a choice is for one reply"


def test_a_customer_waits_again_from_their_first_unanswered_message() -> None:
    history = owned()
    history.reply()
    history.say("And when?")
    since = history.now
    history.say("Hello?")

    assert history.state.waiting_since == since


def test_a_transfer_to_a_colleague_never_lies_in_the_queue() -> None:
    history = owned()

    moved, taken = history.do(
        c.Transfer(operator=OLGA, floor_seq=history.state.floor_seq, to=IVAN, note="speaks French")
    )

    assert moved == Transferred(by=OLGA, to=IVAN, note="speaks French")
    assert taken == Taken(operator=IVAN, via="transfer")
    assert (history.state.status, history.state.owner) == (Status.OPEN, IVAN)
    assert history.state.floor_seq == history.state.seq


def test_a_transfer_to_a_team_queues_it_there() -> None:
    history = owned()

    history.do(c.Transfer(operator=OLGA, floor_seq=history.state.floor_seq, team="billing"))

    state = history.state
    assert (state.status, state.owner, state.team, state.waiting_since) == (Status.QUEUED, None, "billing", history.now)


def test_what_goes_back_to_the_bot_with_an_unanswered_question_is_the_bots_to_answer() -> None:
    history = owned()
    history.do(c.Say(text="And what does it cost", endpoint=history.state.endpoint))

    assert history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq)) == (ReturnedToBot(by=OLGA),)

    state = history.state
    assert (state.floor, state.owner, state.waiting_since) == (Floor.BOT, None, None)
    assert state.unanswered


def test_what_goes_back_to_the_bot_answered_stays_answered() -> None:
    history = owned()
    history.reply()

    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))

    assert not history.state.unanswered


def test_a_lost_owners_conversation_is_queued_again() -> None:
    history = owned()
    history.reply()

    history.do(c.LoseOwner(operator=OLGA, reason="signed_out"))

    state = history.state
    assert (state.status, state.owner, state.reason) == (Status.QUEUED, None, "owner_lost")
    assert state.last_owner == OLGA


def test_losing_someone_who_does_not_own_it_is_nothing() -> None:
    assert owned().do(c.LoseOwner(operator=IVAN, reason="lost")) == ()


def test_a_barging_participant_may_speak_and_a_coach_may_not() -> None:
    history = owned()
    history.do(c.Join(operator=SUE, role="coach"))
    with pytest.raises(NotOwner):
        history.reply(operator=SUE)

    history.do(c.Join(operator=SUE, role="barge"))

    assert history.reply(operator=SUE)
    assert [p.role for p in history.state.participants] == ["barge"], "one person joins once"


def test_a_participant_speaks_but_does_not_end_it() -> None:
    history = owned()
    history.do(c.Join(operator=SUE, role="conference"))

    with pytest.raises(NotOwner):
        history.resolve(operator=SUE)


def test_who_left_no_longer_speaks() -> None:
    history = owned()
    history.do(c.Join(operator=SUE, role="barge"))

    assert len(history.do(c.Part(operator=SUE))) == 1

    assert history.do(c.Part(operator=SUE)) == ()
    assert history.state.owner == OLGA, "the owner stays"
    with pytest.raises(NotOwner):
        history.reply(operator=SUE)


def test_only_so_many_join() -> None:
    history = owned()
    for number in range(MAX_PARTICIPANTS):
        history.do(c.Join(operator=Person(id=f"operator-{number}", name=f"N{number}"), role="coach"))

    with pytest.raises(NotPossible):
        history.do(c.Join(operator=SUE, role="coach"))


def test_wrap_up_is_the_owners_time_after_the_talk() -> None:
    history = owned()
    history.reply()

    (began,) = history.resolve(wrap_up=True)
    assert began == WrapUpStarted(by=OLGA, until=history.now + 60 * SECOND, seconds=60, more="once")
    assert (history.state.status, history.state.owner) == (Status.WRAP_UP, OLGA)

    (end,) = history.resolve(wrap_up=True, code="delivered")
    assert isinstance(end, Resolved)
    assert (end.ending, end.code, end.operator) == ("answered", "delivered", OLGA.id)


def test_what_the_customer_says_in_wrap_up_goes_to_its_owner() -> None:
    history = wrapping_up()

    reopened, message = history.say("One more thing")

    assert reopened == Reopened(to="owner", owner=OLGA)
    assert isinstance(message, CustomerMessage)
    assert (history.state.status, history.state.owner) == (Status.OPEN, OLGA)
    assert history.state.unanswered


def test_thanks_in_wrap_up_reopens_nothing() -> None:
    history = wrapping_up()

    assert len(history.say("Thanks!", closing=True)) == 1
    assert history.state.status is Status.WRAP_UP
    assert not history.state.unanswered


def test_a_snoozed_conversation_keeps_its_owner_and_leaves_nobody_the_floor() -> None:
    history = owned()
    history.reply()

    (event,) = history.snooze(seconds=60)

    assert isinstance(event, Snoozed)
    assert (history.state.floor, history.state.owner) == (Floor.NOBODY, OLGA)
    assert history.state.snoozed_until == event.until


@pytest.mark.parametrize(
    ("ahead", "said"), [(0, "past"), (-DAY, "past"), (367 * DAY, "more than a year")], ids=["now", "past", "far"]
)
def test_a_snooze_must_end_within_a_year_from_now(ahead: int, said: str) -> None:
    history = owned()
    command = c.Snooze(operator=OLGA, floor_seq=history.state.floor_seq, until=history.now + ahead)

    with pytest.raises(Invalid, match=said):
        history.do(command, after=0)

    (event,) = history.do(msgspec.structs.replace(command, until=history.now + 365 * DAY), after=0)
    assert isinstance(event, Snoozed)


def test_a_finished_talk_whose_owner_is_lost_ends_as_answered() -> None:
    history = wrapping_up()

    assert history.do(c.LoseOwner(operator=IVAN, reason="lost")) == ()
    (end,) = history.do(c.LoseOwner(operator=OLGA, reason="lost"))

    assert end == Resolved(by="system", ending="answered", operator=OLGA.id, name=OLGA.name)
    assert (history.state.status, history.state.owner) == (Status.RESOLVED, None)


def test_an_owner_who_goes_home_leaves_it_asleep() -> None:
    history = snoozed()

    assert history.do(c.LoseOwner(operator=OLGA, reason="signed_out")) == ()


@pytest.mark.parametrize("available", [True, False])
def test_a_snooze_that_ran_out_wakes_its_owner_or_the_queue(available: bool) -> None:
    history = snoozed()

    (event,) = history.do(c.Wake(), Circumstances(owner_available=available))

    assert event == (Reopened(to="owner", owner=OLGA) if available else Reopened(to="queue"))
    assert history.state.status is (Status.OPEN if available else Status.QUEUED)
    assert history.state.snoozed_until is None


def test_anyone_may_take_a_snoozed_conversation() -> None:
    history = snoozed()

    history.take(IVAN)

    assert (history.state.owner, history.state.snoozed_until) == (IVAN, None)


def test_the_customers_word_wakes_a_snoozed_conversation() -> None:
    history = snoozed()

    reopened, _ = history.say("I'm back", owner_available=True)

    assert reopened == Reopened(to="owner", owner=OLGA)
    assert history.state.waiting_since == history.now


def test_thanks_to_a_snoozed_conversation_wakes_nobody() -> None:
    history = snoozed()

    history.say("Thanks!", closing=True)

    assert history.state.status is Status.SNOOZED
