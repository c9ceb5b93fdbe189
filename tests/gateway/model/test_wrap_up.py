"""The owner's time after the talk: what the business asks for, more of it, back to the talk, and when it runs out."""

from __future__ import annotations

import pytest

from gateway.errors import NotOwner, NotPossible, StaleFloor
from gateway.model import commands as c
from gateway.model.decide import Circumstances
from gateway.model.events import NoteAdded, Resolved, WrapUpCancelled, WrapUpExtended, WrapUpStarted
from gateway.model.rules import NO_WRAP_UP, WrapUpRules
from gateway.model.state import Status
from tests.support.clock import SECOND
from tests.support.histories import IVAN, OLGA, SUE, History, owned

REQUIRED = WrapUpRules(mode="required", seconds=30)
WITH_CODE = WrapUpRules(mode="required", seconds=30, code=True)


def wrapped_up(rules: WrapUpRules = REQUIRED) -> History:
    history = owned()
    history.reply()
    history.resolve(wrap_up=True, rules=rules)
    return history


def more(history: History) -> c.ExtendWrapUp:
    return c.ExtendWrapUp(operator=OLGA, floor_seq=history.state.floor_seq)


@pytest.mark.parametrize("mode", ["off", "asked"])
def test_where_it_is_not_required_an_end_is_an_end(mode: str) -> None:
    history = owned()

    (end,) = history.resolve(rules=WrapUpRules(mode=mode))  # type: ignore[arg-type]

    assert isinstance(end, Resolved)


def test_where_it_is_required_an_end_without_a_code_leads_through_it() -> None:
    history = owned()

    (began,) = history.resolve(rules=REQUIRED)

    assert began == WrapUpStarted(by=OLGA, until=history.now + 30 * SECOND, seconds=30, more="once")


def test_an_end_that_brings_its_code_has_nothing_left_to_note() -> None:
    history = owned()

    (end,) = history.resolve(code="delivered", rules=WITH_CODE)

    assert isinstance(end, Resolved)
    assert end.code == "delivered"


@pytest.mark.parametrize("rules", [WrapUpRules(code=True), WrapUpRules(mode="asked", code=True)])
def test_a_code_that_must_be_chosen_is_asked_for_at_every_end_by_its_owner(rules: WrapUpRules) -> None:
    history = owned()

    with pytest.raises(NotPossible, match="code"):
        history.resolve(rules=rules)


def test_whoever_ends_what_is_not_theirs_owes_no_code() -> None:
    history = owned()
    command = c.Resolve(operator=SUE, floor_seq=history.state.floor_seq, override=True)

    (end,) = history.do(command, Circumstances(wrap_up=WITH_CODE))

    assert isinstance(end, Resolved)


def test_what_was_asked_for_at_its_begin_holds_until_its_end() -> None:
    history = wrapped_up(WITH_CODE)

    with pytest.raises(NotPossible, match="code"):
        history.resolve(rules=NO_WRAP_UP)

    history.resolve(code="delivered", rules=NO_WRAP_UP)
    assert history.state.status is Status.RESOLVED


def test_the_note_stands_before_the_end() -> None:
    history = wrapped_up()

    note, end = history.resolve(note="paid by card", code="delivered")

    assert note == NoteAdded(text="paid by card", operator=OLGA.id, name=OLGA.name)
    assert isinstance(end, Resolved)


def test_more_time_counts_from_where_it_would_have_ended_and_comes_once() -> None:
    history = wrapped_up()
    assert history.state.wrap_up is not None
    until = history.state.wrap_up.until

    assert history.do(more(history)) == (WrapUpExtended(by=OLGA, until=until + 30 * SECOND),)

    with pytest.raises(NotPossible, match="no more time"):
        history.do(more(history))


def test_where_it_takes_as_long_as_it_takes_the_time_stops() -> None:
    history = wrapped_up(WrapUpRules(mode="required", more="until_done"))

    assert history.do(more(history)) == (WrapUpExtended(by=OLGA, until=0),)
    assert history.do(more(history)) == ()
    assert history.do(c.EndWrapUp(), after=3600) == ()


def test_who_may_not_have_more_is_told() -> None:
    history = wrapped_up(WrapUpRules(mode="required", more="never"))

    with pytest.raises(NotPossible):
        history.do(more(history))


def test_its_owner_goes_back_to_the_talk() -> None:
    history = wrapped_up()

    assert history.do(c.CancelWrapUp(operator=OLGA, floor_seq=history.state.floor_seq)) == (WrapUpCancelled(by=OLGA),)

    assert (history.state.status, history.state.owner) == (Status.OPEN, OLGA)
    assert (history.state.wrap_up, history.state.waiting_since) == (None, None)


def test_a_customer_who_waited_waits_again_when_the_talk_goes_on() -> None:
    history = owned()
    since = history.state.waiting_since
    history.resolve(wrap_up=True)
    assert history.state.waiting_since is None

    history.do(c.CancelWrapUp(operator=OLGA, floor_seq=history.state.floor_seq))

    assert history.state.waiting_since == since


def test_a_second_tab_of_before_can_not_end_what_has_begun_since() -> None:
    history = owned()
    seen = history.state.floor_seq
    history.resolve(wrap_up=True)

    with pytest.raises(StaleFloor):
        history.do(c.Resolve(operator=OLGA, floor_seq=seen))
    with pytest.raises(NotOwner, match="Olga"):
        history.do(c.CancelWrapUp(operator=IVAN, floor_seq=history.state.floor_seq))


def test_time_that_ran_out_ends_it_without_an_outcome() -> None:
    history = wrapped_up()

    assert history.do(c.EndWrapUp(), after=29) == ()
    (end,) = history.do(c.EndWrapUp(), after=1)

    assert end == Resolved(by="system", ending="answered", operator=OLGA.id, name=OLGA.name)


def test_time_that_ran_out_leaves_what_needs_a_code_with_its_owner() -> None:
    history = wrapped_up(WITH_CODE)

    assert history.do(c.EndWrapUp(), after=31) == ()

    assert (history.state.status, history.state.owner) == (Status.WRAP_UP, OLGA)
