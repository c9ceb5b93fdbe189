"""A colleague is asked about a caller who is on hold: who may do what of it, and what becomes of the caller."""

from __future__ import annotations

import pytest

from gateway.errors import Invalid, NotOwner, NotPossible, StaleFloor
from gateway.model import commands as c
from gateway.model.events import (
    CallAnswered,
    CallEnded,
    CallHeld,
    CallResumed,
    ConsultAnswered,
    ConsultDeclined,
    ConsultEnded,
    ConsultStarted,
    Event,
    OwnerLost,
    ParticipantJoined,
    Person,
    Taken,
    Transferred,
)
from gateway.model.state import Leg, Status
from gateway.model.visible import Audience, visible
from tests.support.histories import CALL, IVAN, OLGA, SUE, History

LEG = "leg-1"


def talking() -> History:
    history = History().start()
    history.do(c.StartCall(leg=LEG, endpoint=CALL))
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.AnswerCall(leg=LEG, operator=OLGA))
    return history


def ask(history: History, *asked: Person, operator: Person = OLGA) -> tuple[Event, ...]:
    floor = history.state.floor_seq
    return history.do(c.StartConsult(leg=LEG, operator=operator, floor_seq=floor, asked=asked, until=9))


def asking(*asked: Person) -> History:
    history = talking()
    ask(history, *(asked or (IVAN,)))
    return history


def together() -> History:
    """Olga and Ivan talk, and the caller waits."""
    history = asking()
    history.do(c.AcceptConsult(leg=LEG, operator=IVAN))
    return history


def leg_of(history: History) -> Leg:
    (leg,) = history.state.legs
    return leg


def test_asking_a_colleague_puts_the_caller_on_hold() -> None:
    history = talking()
    held, begun = ask(history, IVAN)
    assert held == CallHeld(leg=LEG, by=OLGA)
    assert begun == ConsultStarted(leg=LEG, by=OLGA, asked=(IVAN,), until=9)
    assert leg_of(history).held and history.state.rung == (IVAN,) and history.state.owner == OLGA


def test_who_is_on_hold_already_is_not_held_again() -> None:
    history = talking()
    history.do(c.HoldCall(leg=LEG, operator=OLGA))
    assert [type(one) for one in ask(history, IVAN)] == [ConsultStarted]


def test_only_the_owner_asks_one_at_a_time_and_somebody_else() -> None:
    history = talking()
    with pytest.raises(NotOwner):
        ask(history, SUE, operator=IVAN)
    with pytest.raises(StaleFloor):
        history.do(c.StartConsult(leg=LEG, operator=OLGA, floor_seq=1, asked=(IVAN,)))
    with pytest.raises(Invalid):
        ask(history, OLGA)
    with pytest.raises(NotPossible):
        history.do(c.StartConsult(leg="leg-9", operator=OLGA, floor_seq=history.state.floor_seq, asked=(IVAN,)))
    ask(history, IVAN)
    with pytest.raises(NotPossible):
        ask(history, SUE)


def test_the_first_of_a_team_comes_and_the_others_are_asked_no_more() -> None:
    history = asking(IVAN, SUE)
    assert history.do(c.AcceptConsult(leg=LEG, operator=SUE)) == (ConsultAnswered(leg=LEG, by=SUE),)
    assert history.state.rung == () and history.state.beside == (SUE,)
    assert history.do(c.AcceptConsult(leg=LEG, operator=SUE)) == ()
    with pytest.raises(NotPossible):
        history.do(c.AcceptConsult(leg=LEG, operator=IVAN))


def test_nobody_comes_who_was_not_asked() -> None:
    with pytest.raises(NotPossible):
        asking().do(c.AcceptConsult(leg=LEG, operator=SUE))


def test_it_rings_on_until_the_last_one_declines() -> None:
    history = asking(IVAN, SUE)
    assert history.do(c.DeclineConsult(leg=LEG, operator=IVAN)) == (ConsultDeclined(leg=LEG, by=IVAN),)
    assert history.do(c.DeclineConsult(leg=LEG, operator=IVAN)) == ()
    declined, ended = history.do(c.DeclineConsult(leg=LEG, operator=SUE))
    assert declined == ConsultDeclined(leg=LEG, by=SUE) and ended == ConsultEnded(leg=LEG, why="declined", by=SUE)
    assert leg_of(history).held and leg_of(history).consult is None, "the caller is taken back by the owner"


def test_time_runs_out_only_while_nobody_has_come() -> None:
    history = asking()
    assert history.do(c.EndConsult(leg=LEG)) == (ConsultEnded(leg=LEG, why="unanswered"),)
    assert together().do(c.EndConsult(leg=LEG)) == ()


def test_the_sound_of_who_was_asked_takes_nobody_from_hold() -> None:
    history = together()
    assert history.do(c.AnswerCall(leg=LEG, operator=IVAN)) == ()
    history.do(c.Invite(operator=OLGA, colleague=SUE, floor_seq=history.state.floor_seq))
    history.do(c.Join(operator=SUE, role="conference"))
    news = history.do(c.AnswerCall(leg=LEG, operator=SUE))
    assert news == (CallAnswered(leg=LEG, by=SUE), CallHeld(leg=LEG, by=OLGA)), "the customer is told that they wait on"
    assert leg_of(history).held


@pytest.mark.parametrize("command", [c.EndConsult(leg=LEG, operator=OLGA), c.ResumeCall(leg=LEG, operator=OLGA)])
def test_the_owner_goes_back_to_the_caller(command: c.AnyCommand) -> None:
    history = together()
    assert history.do(command) == (ConsultEnded(leg=LEG, why="back", by=OLGA), CallResumed(leg=LEG, by=OLGA))
    assert not leg_of(history).held and history.state.beside == ()


def test_nobody_but_the_owner_takes_the_caller_back_meanwhile() -> None:
    history = talking()
    history.do(c.Invite(operator=OLGA, colleague=SUE, floor_seq=history.state.floor_seq))
    history.do(c.Join(operator=SUE, role="conference"))
    ask(history, IVAN)
    for who in (SUE, IVAN):
        with pytest.raises((NotOwner, NotPossible)):
            history.do(c.ResumeCall(leg=LEG, operator=who))
        with pytest.raises(NotOwner):
            history.do(c.EndConsult(leg=LEG, operator=who))


def test_a_colleague_leaves_and_the_caller_waits_on() -> None:
    history = together()
    assert history.do(c.EndConsult(leg=LEG, operator=IVAN)) == (ConsultEnded(leg=LEG, why="left", by=IVAN),)
    assert leg_of(history).held and history.state.owner == OLGA


@pytest.mark.parametrize("who", [OLGA, IVAN])
def test_either_of_the_two_completes_the_transfer(who: Person) -> None:
    history = together()
    news = history.do(c.CompleteConsult(leg=LEG, operator=who, note="About the bill"))
    assert news == (
        ConsultEnded(leg=LEG, why="passed_on", by=who),
        Transferred(by=OLGA, to=IVAN, note="About the bill"),
        Taken(operator=IVAN, via="transfer"),
    )
    leg = leg_of(history)
    assert history.state.owner == IVAN and (leg.held, leg.answered, leg.consult) == (False, None, None)
    assert history.state.status is Status.OPEN and history.state.beside == ()


def test_nothing_is_completed_before_somebody_came() -> None:
    for command in (c.CompleteConsult(leg=LEG, operator=OLGA), c.Confer(leg=LEG, operator=OLGA)):
        with pytest.raises(NotPossible):
            asking().do(command)
        with pytest.raises(NotOwner):
            together().do(type(command)(leg=LEG, operator=SUE))


def test_all_three_talk() -> None:
    history = together()
    news = history.do(c.Confer(leg=LEG, operator=OLGA))
    assert news == (
        ConsultEnded(leg=LEG, why="together", by=OLGA),
        ParticipantJoined(operator=IVAN, role="conference"),
        CallResumed(leg=LEG, by=OLGA),
    )
    assert history.state.owner == OLGA and not leg_of(history).held and history.state.beside == (IVAN,)


def test_who_was_asked_has_the_caller_when_the_owner_is_lost() -> None:
    history = together()
    news = history.do(c.LoseOwner(operator=OLGA, reason="lost"))
    assert [type(one) for one in news] == [ConsultEnded, OwnerLost, Taken]
    assert history.state.owner == IVAN and not leg_of(history).held


def test_while_it_rings_a_lost_owners_caller_goes_to_the_queue() -> None:
    history = asking()
    history.do(c.LoseOwner(operator=OLGA, reason="lost"))
    assert history.state.status is Status.QUEUED and leg_of(history).consult is None and not leg_of(history).held


def test_a_caller_who_hangs_up_ends_it() -> None:
    history = together()
    news = history.do(c.EndCall(leg=LEG, why="hung_up"))
    assert news[:2] == (ConsultEnded(leg=LEG, why="over"), CallEnded(leg=LEG, why="hung_up"))
    assert history.state.beside == ()
    assert history.do(c.EndConsult(leg=LEG, operator=OLGA)) == ()
    assert history.do(c.DeclineConsult(leg=LEG, operator=IVAN)) == ()


def test_customers_are_told_nothing_of_it() -> None:
    for event in (
        ConsultStarted(leg=LEG, by=OLGA, asked=(IVAN,)),
        ConsultAnswered(leg=LEG, by=IVAN),
        ConsultDeclined(leg=LEG, by=IVAN),
        ConsultEnded(leg=LEG, why="back", by=OLGA),
    ):
        assert visible(event, Audience.CUSTOMER) is None
        assert visible(event, Audience.OPERATOR) == event
