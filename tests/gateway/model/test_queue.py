"""While nobody has the floor: waiting, cancelling, offers, taking."""

from __future__ import annotations

import pytest

from gateway.errors import NotOwner, NotPossible, TakenBy
from gateway.model import commands as c
from gateway.model.events import HandoffCancelled, OfferEnded, OfferMade, Resolved, Taken
from gateway.model.state import Floor, Offer, Status
from tests.support.histories import IVAN, OLGA, owned, queued


def test_what_is_written_in_the_queue_waits_with_the_rest() -> None:
    history = queued()
    since = history.state.waiting_since

    history.say("Hello?")

    assert history.state.unanswered
    assert history.state.status is Status.QUEUED
    assert history.state.waiting_since == since, "the customer has waited since they asked"


def test_who_never_minds_goes_back_to_the_bot_and_gets_no_answer_to_the_never_mind() -> None:
    history = queued()
    history.say("never mind")

    assert history.do(c.CancelHandoff()) == (HandoffCancelled(),)

    assert history.state.floor is Floor.BOT
    assert not history.state.unanswered
    assert (history.state.waiting_since, history.state.reason) == (None, "")


def test_a_second_request_for_a_person_changes_nothing() -> None:
    assert queued().ask_for_person() == ()
    assert queued().do(c.RequestHandoff(reason="bot_decided", by="bot")) == ()


def test_the_first_who_takes_it_has_it() -> None:
    history = queued()

    assert history.take(OLGA) == (Taken(operator=OLGA, via="take"),)

    with pytest.raises(TakenBy) as refused:
        history.take(IVAN)
    assert refused.value.fields["owner"] == "Olga"
    assert history.state.owner == OLGA


def test_taking_twice_is_the_same_as_taking_once() -> None:
    history = owned()

    assert history.take(OLGA) == ()


def test_the_customer_waits_until_the_first_word_of_a_person() -> None:
    history = queued()
    since = history.state.waiting_since
    history.take(OLGA)
    assert history.state.waiting_since == since

    history.reply("Let me look.")

    assert history.state.waiting_since is None
    assert not history.state.unanswered


def test_an_offer_reserves_the_conversation_for_one_operator() -> None:
    history = queued()
    history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 15))

    assert history.state.offer == Offer(operator=OLGA, expires_at=history.entries[-1].at - 1_000_000 + 15)
    with pytest.raises(TakenBy) as refused:
        history.take(IVAN)
    assert refused.value.fields["owner"] == "Olga"
    with pytest.raises(NotPossible):
        history.do(c.MakeOffer(operator=IVAN, expires_at=history.now + 15))
    with pytest.raises(NotPossible):
        history.do(c.AcceptOffer(operator=IVAN))


def test_an_accepted_offer_makes_its_operator_the_owner() -> None:
    history = queued()
    history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 15))

    assert history.do(c.AcceptOffer(operator=OLGA)) == (Taken(operator=OLGA, via="offer"),)

    assert history.state.owner == OLGA
    assert history.state.offer is None


def test_the_one_it_is_offered_to_may_just_take_it() -> None:
    history = queued()
    history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 15))

    history.take(OLGA)

    assert history.state.offer is None


@pytest.mark.parametrize("reason", ["declined", "expired", "withdrawn"])
def test_an_offer_that_ended_is_gone_and_the_conversation_still_queued(reason: str) -> None:
    history = queued()
    floor = history.state.floor_seq
    history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 15))
    command = c.EndOffer(operator=OLGA, reason=reason)  # type: ignore[arg-type]

    (ended,) = history.do(command)

    assert isinstance(ended, OfferEnded)
    assert ended.reason == reason
    assert history.do(command) == (), "ending it twice is ending it once"
    with pytest.raises(NotPossible):
        history.do(c.AcceptOffer(operator=OLGA))
    assert (history.state.status, history.state.floor_seq) == (Status.QUEUED, floor)
    assert isinstance(history.do(c.MakeOffer(operator=IVAN, expires_at=history.now + 15))[0], OfferMade)


def test_the_end_of_someone_elses_offer_is_nothing() -> None:
    history = queued()
    history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 15))

    assert history.do(c.EndOffer(operator=IVAN, reason="declined")) == ()
    assert history.state.offer is not None


def test_an_offer_ends_with_the_wait() -> None:
    history = queued()
    history.do(c.MakeOffer(operator=OLGA, expires_at=history.now + 15))

    history.do(c.CancelHandoff())

    assert history.state.offer is None


def test_who_gives_up_waiting_is_lost_with_a_reason() -> None:
    history = queued()

    assert history.do(c.Leave(reason="too_long")) == (Resolved(by="customer", ending="lost", reason="too_long"),)
    assert (history.state.request, history.state.waiting_since) == (0, None)


def test_nobody_speaks_from_the_queue() -> None:
    history = queued()

    with pytest.raises(NotPossible):
        history.reply()


def test_a_colleague_does_not_speak_in_anothers_conversation() -> None:
    history = owned()

    with pytest.raises(NotOwner) as refused:
        history.reply(operator=IVAN)
    assert refused.value.fields["owner"] == "Olga"


def test_a_handoff_says_who_should_have_it() -> None:
    history = owned()
    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))

    history.do(c.RequestHandoff(reason="operator_decided", by="operator", team="billing", priority=2))

    assert (history.state.team, history.state.priority) == ("billing", 2)
    assert history.state.owner is None
