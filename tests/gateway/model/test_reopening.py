"""After the end: what opens a conversation again, and to whom it goes."""

from __future__ import annotations

import pytest

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.events import CustomerMessage, Rated, Reopened, Resolved
from gateway.model.state import Floor, Status
from tests.support.histories import OLGA, queued, resolved, resolved_by_silence, wrapping_up


def test_the_end_leaves_nothing_open() -> None:
    state = resolved().state

    assert (state.status, state.floor, state.owner, state.request) == (Status.RESOLVED, Floor.NOBODY, None, 0)
    assert (state.waiting_since, state.offer, state.participants, state.unanswered) == (None, None, (), False)
    assert state.last_owner == OLGA
    assert state.resolved_at == state.updated_at


def test_a_customer_who_writes_again_gets_their_operator_back() -> None:
    history = resolved()

    reopened, message = history.say("It came broken", owner_available=True)

    assert reopened == Reopened(to="owner", owner=OLGA)
    assert isinstance(message, CustomerMessage)
    state = history.state
    assert (state.status, state.owner, state.resolved_at) == (Status.OPEN, OLGA, None)
    assert state.request == state.seq - 1, "a new request in the ledger"
    assert state.unanswered


def test_where_the_operator_is_away_it_goes_to_the_queue() -> None:
    history = resolved()

    history.say("It came broken", owner_available=False)

    assert (history.state.status, history.state.reason) == (Status.QUEUED, "reopened")
    assert history.state.owner is None


def test_what_only_the_bot_answered_goes_back_to_the_bot() -> None:
    history = resolved_by_silence()

    history.say("And when?", owner_available=True)

    assert history.state.floor is Floor.BOT
    assert history.state.unanswered


def test_thanks_reopens_nothing() -> None:
    history = resolved()
    before = history.state

    (message,) = history.say("Thanks!", closing=True)

    assert isinstance(message, CustomerMessage)
    assert message.closing
    assert history.state.status is Status.RESOLVED
    assert (history.state.last_input, history.state.floor_seq) == (before.last_input, before.floor_seq)


def test_a_rating_reopens_nothing() -> None:
    history = resolved()

    assert history.do(c.Rate(score=4)) == (Rated(score=4),)
    assert history.state.status is Status.RESOLVED


def test_the_system_names_the_ending_and_where_it_goes_on() -> None:
    history = queued()

    (end,) = history.do(c.Close(ending="answered", reason="moved", continued_in="conversation-2"))

    assert end == Resolved(by="system", ending="answered", reason="moved", continued_in="conversation-2")
    assert history.state.continued_in == "conversation-2"


def test_a_reopened_wrap_up_keeps_its_request() -> None:
    history = wrapping_up()
    request = history.state.request

    history.say("One more thing")

    assert history.state.request == request


def test_nobody_takes_what_is_resolved() -> None:
    with pytest.raises(NotPossible) as refused:
        resolved().take(OLGA)
    assert "opens again when the customer writes" in refused.value.detail
