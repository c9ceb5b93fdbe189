"""A callback: promised from the queue or by people, tried, kept until it is done."""

from __future__ import annotations

import pytest

from gateway.errors import Invalid, NotOwner, NotPossible, Refused
from gateway.model import commands as c
from gateway.model.decide import Circumstances
from gateway.model.events import CallbackPromised, Reopened, Resolved
from gateway.model.state import Callback, Status
from gateway.model.visible import Audience, visible
from tests.support.clock import SECOND
from tests.support.histories import IVAN, OLGA, History

HOUR = 3600 * SECOND


def queued() -> History:
    history = History().start()
    history.say()
    history.do(c.AskForPerson())
    return history


def promised(history: History, **more: object) -> CallbackPromised:
    command = c.AskCallback(due_at=history.now + HOUR, kind="phone", value="+74950000101", **more)  # type: ignore[arg-type]
    (event,) = history.do(command)
    assert isinstance(event, CallbackPromised)
    return event


def taken(history: History) -> History:
    history.do(c.Take(operator=OLGA))
    return history


def test_customer_who_wants_a_callback_waits_no_more_and_is_owed_it() -> None:
    history = queued()
    event = promised(history)
    state = history.state
    assert (event.by, event.reason) == ("customer", "asked")
    assert (state.status, state.waiting_since, state.snoozed_until) == (Status.SNOOZED, None, event.due_at)
    assert state.callback == Callback(
        due_at=event.due_at, promised_at=history.now, kind="phone", value="+74950000101", reason="asked"
    )


def test_callback_that_nobody_asked_for_is_the_systems() -> None:
    assert promised(queued(), reason="missed").by == "system"


def test_callback_that_is_due_comes_to_the_queue_and_says_why() -> None:
    history = queued()
    promised(history)
    assert history.do(c.Wake()) == (Reopened(to="queue"),)
    assert (history.state.status, history.state.reason) == (Status.QUEUED, "callback")
    assert history.state.callback is not None


def test_callback_with_an_owner_comes_back_to_them() -> None:
    history = queued()
    promised(history)
    history.do(
        c.PromiseCallback(operator=OLGA, due_at=history.now + HOUR, owner=IVAN, kind="phone", value="+74950000101")
    )
    assert history.state.callback is not None and history.state.callback.owner == IVAN
    assert history.do(c.Wake(), Circumstances(owner_available=True)) == (Reopened(to="owner", owner=IVAN),)


def test_customer_who_writes_meanwhile_comes_to_people_and_not_to_the_bot() -> None:
    history = queued()
    promised(history)
    history.say("I found another number")
    assert (history.state.status, history.state.callback is not None) == (Status.QUEUED, True)


def test_whoever_isnt_reached_is_tried_again_by_the_same_person() -> None:
    history = queued()
    promised(history)
    taken(history)
    floor = history.state.floor_seq
    again = history.now + 2 * HOUR
    history.do(c.TryCallback(operator=OLGA, floor_seq=floor, outcome="no_answer", again_at=again, note="After six"))
    callback = history.state.callback
    assert callback is not None
    assert (callback.attempts, callback.due_at, callback.owner, callback.note) == (1, again, OLGA, "After six")
    assert history.state.status is Status.SNOOZED


def test_done_callback_ends_the_request_as_called_back_and_is_gone() -> None:
    history = queued()
    promised(history)
    taken(history)
    (end,) = history.do(c.Resolve(operator=OLGA, floor_seq=history.state.floor_seq, ending="called_back"))
    assert isinstance(end, Resolved) and end.ending == "called_back"
    assert history.state.callback is None


def test_nothing_ends_as_called_back_that_nobody_promised() -> None:
    history = taken(queued())
    with pytest.raises(Invalid):
        history.do(c.Resolve(operator=OLGA, floor_seq=history.state.floor_seq, ending="called_back"))
    with pytest.raises(NotPossible):
        history.do(
            c.TryCallback(
                operator=OLGA, floor_seq=history.state.floor_seq, outcome="busy", again_at=history.now + HOUR
            )
        )  # fmt: skip


@pytest.mark.parametrize("back", [c.CancelHandoff(), None])
def test_who_is_with_the_bot_again_is_owed_no_callback(back: c.AnyCommand | None) -> None:
    history = queued()
    promised(history)
    history.do(c.Wake())
    if back is None:
        taken(history)
        back = c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq)
    history.do(back)
    assert (history.state.status, history.state.callback) == (Status.PENDING, None)


def test_only_who_has_it_promises_for_it() -> None:
    history = taken(queued())
    command = c.PromiseCallback(operator=IVAN, due_at=history.now + HOUR)
    with pytest.raises(NotOwner):
        history.do(command)
    history.do(c.PromiseCallback(operator=OLGA, due_at=history.now + HOUR, owner=OLGA, note="Knows the contract"))
    assert history.state.callback is not None and history.state.callback.reason == "promised"


@pytest.mark.parametrize("ahead", [-SECOND, 400 * 24 * HOUR])
def test_time_of_a_callback_is_to_come_and_within_a_year(ahead: int) -> None:
    history = taken(queued())
    with pytest.raises(Refused):
        history.do(c.PromiseCallback(operator=OLGA, due_at=history.now + ahead))


def test_snooze_is_no_callback_that_others_may_change() -> None:
    history = taken(queued())
    history.do(c.Snooze(operator=OLGA, floor_seq=history.state.floor_seq, until=history.now + HOUR))
    with pytest.raises(NotPossible):
        history.do(c.PromiseCallback(operator=IVAN, due_at=history.now + HOUR))


def test_customer_sees_by_when_and_how_but_not_whose_task_it_is() -> None:
    event = CallbackPromised(
        by="operator", due_at=5, kind="phone", value="+74950000101", reason="promised", operator=OLGA, owner=IVAN,
        note="Difficult",
    )  # fmt: skip
    seen = visible(event, Audience.CUSTOMER)
    assert seen == CallbackPromised(by="operator", due_at=5, kind="phone", value="+74950000101", reason="promised")
