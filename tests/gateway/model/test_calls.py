"""A call is a leg of a conversation: where replies go while it lives, and what is left when it ends."""

from __future__ import annotations

import pytest

from gateway.errors import NotOwner, NotPossible
from gateway.model import commands as c
from gateway.model.decide import Circumstances
from gateway.model.events import CallAnswered, CallEnded, CallHeld, CallStarted, Endpoint, PromptHeard, Reopened, Speech
from gateway.model.events import Resolved as End
from gateway.model.rules import WrapUpRules
from gateway.model.state import MAX_LEGS, Status
from gateway.model.unread import unread_answers
from tests.support.histories import CALL, IVAN, OLGA, SUE, WEB, History

PHONE = Endpoint(inbox="inbox-phone", identity="identity-phone", channel="voice")
REQUIRED = Circumstances(wrap_up=WrapUpRules(mode="required", seconds=60))


def called(history: History | None = None, *, endpoint: Endpoint = CALL, leg: str = "leg-1") -> History:
    history = history or History().start()
    history.do(c.StartCall(leg=leg, endpoint=endpoint))
    return history


def taken() -> History:
    history = called()
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.AnswerCall(leg="leg-1", operator=OLGA))
    return history


def test_replies_follow_a_call_and_go_back_when_it_ends() -> None:
    history = called()
    assert history.state.endpoint == CALL
    history.say("Where is it?", endpoint=CALL)
    (_, message) = history.turn("On its way.")
    assert getattr(message, "endpoint", None) == CALL
    history.do(c.EndCall(leg="leg-1", why="hung_up"))
    assert history.state.endpoint == WEB and history.state.legs == ()


def test_who_writes_during_a_call_is_answered_in_writing() -> None:
    history = called()
    history.say("I'll write it down: 4 Lamp Street", endpoint=WEB)
    assert history.state.endpoint == WEB
    history.do(c.EndCall(leg="leg-1", why="hung_up"))
    assert history.state.endpoint == WEB


def test_an_operator_may_answer_a_writer_by_voice() -> None:
    history = taken()
    history.say("I wrote it down", endpoint=WEB)
    floor = history.state.floor_seq
    (said,) = history.do(c.SendReply(operator=OLGA, text="I see it", floor_seq=floor, endpoint=CALL))
    assert getattr(said, "endpoint", None) == CALL


def test_the_last_words_of_a_call_are_answered_where_the_customer_still_is() -> None:
    history = called()
    history.do(c.EndCall(leg="leg-1", why="lost"))
    history.do(c.Say(text="hello?", endpoint=CALL, speech=Speech(leg="leg-1", since=0, until=400)))
    assert history.state.endpoint == WEB and history.state.unanswered


@pytest.mark.parametrize("at_rest", ["resolved", "snoozed", "wrap_up"])
def test_a_call_opens_what_rests(at_rest: str) -> None:
    history = History().start()
    history.ask_for_person()
    history.take(OLGA)
    floor = history.state.floor_seq
    if at_rest == "snoozed":
        history.do(c.Snooze(operator=OLGA, floor_seq=floor, until=history.now + 10**9))
    else:
        history.do(c.Resolve(operator=OLGA, floor_seq=floor), REQUIRED if at_rest == "wrap_up" else None)
    assert history.state.status == at_rest
    news = history.do(c.StartCall(leg="leg-1", endpoint=CALL), Circumstances(owner_available=True))
    assert [type(event) for event in news] == [Reopened, CallStarted]
    assert history.state.status is Status.OPEN and history.state.owner == OLGA and history.state.waiting_since


def test_a_second_call_from_the_same_place_ends_the_one_that_was_lost() -> None:
    history = called()
    news = history.do(c.StartCall(leg="leg-2", endpoint=CALL))
    assert news == (CallEnded(leg="leg-1", why="lost"), CallStarted(leg="leg-2", endpoint=CALL))
    assert [leg.id for leg in history.state.legs] == ["leg-2"]
    assert history.state.endpoint == CALL and history.state.legs[0].before == WEB
    with pytest.raises(NotPossible):
        called(history, leg="leg-2")


def test_a_conversation_has_only_so_many_calls() -> None:
    history = History().start()
    for number in range(MAX_LEGS):
        called(
            history, endpoint=Endpoint(inbox="i", identity=f"identity-{number}", channel="voice"), leg=f"leg-{number}"
        )
    with pytest.raises(NotPossible):
        called(history, endpoint=CALL, leg="leg-9")


def test_whoever_answers_a_call_has_answered_the_customer() -> None:
    history = taken()
    assert history.state.waiting_since is None and not history.state.unanswered
    (leg,) = history.state.legs
    assert leg.answered == OLGA
    assert history.do(c.AnswerCall(leg="leg-1", operator=OLGA)) == ()


def test_only_who_takes_part_handles_a_call() -> None:
    history = taken()
    for command in (
        c.AnswerCall(leg="leg-1", operator=IVAN),
        c.HoldCall(leg="leg-1", operator=IVAN),
        c.ResumeCall(leg="leg-1", operator=IVAN),
        c.EndCall(leg="leg-1", why="over", operator=IVAN),
    ):
        with pytest.raises(NotOwner):
            history.do(command)
    history.do(c.Invite(operator=OLGA, colleague=IVAN, floor_seq=history.state.floor_seq))
    history.do(c.Join(operator=IVAN, role="conference"))
    assert history.do(c.HoldCall(leg="leg-1", operator=IVAN)) == (CallHeld(leg="leg-1", by=IVAN),)
    assert history.do(c.HoldCall(leg="leg-1", operator=OLGA)) == ()


def test_a_call_that_is_passed_on_is_held_by_nobody_and_answered_anew() -> None:
    history = taken()
    history.do(c.HoldCall(leg="leg-1", operator=OLGA))
    history.do(c.Transfer(operator=OLGA, team="billing", floor_seq=history.state.floor_seq))
    (leg,) = history.state.legs
    assert (leg.answered, leg.held) == (None, False)
    history.take(SUE)
    assert history.do(c.AnswerCall(leg="leg-1", operator=SUE)) == (CallAnswered(leg="leg-1", by=SUE),)


def test_a_hold_that_comes_before_the_holders_sound_stays() -> None:
    history = called()
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.HoldCall(leg="leg-1", operator=OLGA))
    history.do(c.AnswerCall(leg="leg-1", operator=OLGA))
    (leg,) = history.state.legs
    assert (leg.answered, leg.held) == (OLGA, True)


def test_the_end_of_a_call_begins_the_owners_wrap_up() -> None:
    history = taken()
    news = history.do(c.EndCall(leg="leg-1", why="hung_up"), REQUIRED)
    assert history.state.status is Status.WRAP_UP and len(news) == 2
    assert history.do(c.EndCall(leg="leg-1", why="over", operator=OLGA), REQUIRED) == ()


def test_no_wrap_up_begins_where_they_went_on_in_writing_or_nobody_answered() -> None:
    history = taken()
    history.say("I'd rather write", endpoint=WEB)
    history.do(c.EndCall(leg="leg-1", why="hung_up"), REQUIRED)
    assert history.state.status is Status.OPEN
    history = called()
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.EndCall(leg="leg-1", why="hung_up"), REQUIRED)
    assert history.state.status is Status.OPEN and history.state.waiting_since is not None


def test_who_hangs_up_on_a_page_can_still_be_answered_there() -> None:
    history = called()
    history.ask_for_person()
    history.do(c.EndCall(leg="leg-1", why="hung_up"))
    assert history.state.status is Status.QUEUED


@pytest.mark.parametrize(("asked", "ending"), [(True, "lost"), (False, "answered")])
def test_who_hangs_up_a_telephone_is_gone(asked: bool, ending: str) -> None:
    history = called(History().start(endpoint=PHONE), endpoint=PHONE)
    if asked:
        history.ask_for_person()
    (_, end) = history.do(c.EndCall(leg="leg-1", why="hung_up"))
    assert isinstance(end, End) and end.ending == ending


def test_what_was_really_heard_is_noted_also_after_the_end() -> None:
    history = called()
    history.say("Where is it?", endpoint=CALL)
    history.turn("It left this morning.")
    seq = history.state.seq
    history.do(c.EndCall(leg="leg-1", why="hung_up"))
    (heard,) = history.do(c.NoteHeard(leg="leg-1", seq=seq, heard=99, characters=21))
    assert heard == PromptHeard(leg="leg-1", seq=seq, heard=21, characters=21)
    with pytest.raises(NotPossible):
        history.do(c.NoteHeard(leg="leg-1", seq=history.state.seq + 1, heard=0, characters=9))


def test_a_call_that_is_over_can_be_neither_answered_nor_held() -> None:
    history = taken()
    history.do(c.EndCall(leg="leg-1", why="lost"))
    for command in (c.AnswerCall, c.HoldCall, c.ResumeCall):
        with pytest.raises(NotPossible):
            history.do(command(leg="leg-1", operator=OLGA))


def test_what_was_said_in_a_call_is_no_unread_answer() -> None:
    history = taken()
    floor, said = history.state.floor_seq, Speech(leg="leg-1", since=0, until=900)
    history.do(c.SendReply(operator=OLGA, text="Hello", floor_seq=floor, endpoint=CALL, speech=said))
    history.do(c.SendReply(operator=OLGA, text="See the link", floor_seq=floor, endpoint=WEB))
    (unread,) = unread_answers(history.entries, pushed=())
    assert getattr(unread.event, "text", "") == "See the link"
