"""When the bot gets the floor back: what people were asked for is not answered again."""

from __future__ import annotations

from gateway.model import commands as c
from gateway.model.words import ASK_FOR_PERSON
from tests.support.histories import OLGA, WEB, History


def asked_for_person() -> History:
    history = History()
    history.start()
    history.do(c.Say(text="Where is my order", endpoint=WEB))
    history.do(c.Say(text="A person, please", endpoint=WEB, choice=ASK_FOR_PERSON))
    history.do(c.AskForPerson())
    history.do(c.Take(operator=OLGA))
    return history


def test_asking_for_a_person_covers_what_was_written_before() -> None:
    assert not asked_for_person().state.unanswered


def test_after_the_return_the_bot_has_nothing_to_answer_until_the_customer_writes() -> None:
    history = asked_for_person()

    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))
    assert not history.state.unanswered

    history.do(c.Say(text="And what are your hours", endpoint=WEB))
    assert history.state.unanswered


def test_a_message_that_people_left_unanswered_is_the_bots_after_the_return() -> None:
    history = asked_for_person()
    history.do(c.Say(text="Hello?", endpoint=WEB))

    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))

    assert history.state.unanswered


def test_a_handoff_is_kept_in_mind_until_the_bot_has_the_floor_again() -> None:
    history = asked_for_person()
    assert history.state.handoff_seq == 4
    history.do(c.Transfer(operator=OLGA, team="repairs", floor_seq=history.state.floor_seq))
    history.take(OLGA)
    assert history.state.handoff_seq == 4, "still the reason why it is with people"

    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))
    assert history.state.handoff_seq == 0
    history.ask_for_person()
    assert history.state.handoff_seq == history.state.seq
    history.do(c.CancelHandoff())
    assert history.state.handoff_seq == 0


def test_who_takes_it_from_the_bot_stands_on_no_earlier_handoff() -> None:
    history = asked_for_person()
    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))
    history.take(OLGA)
    assert history.state.handoff_seq == 0
