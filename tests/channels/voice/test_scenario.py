"""What a caller is told beside the talk, in virtual time."""

from __future__ import annotations

from typing import Literal

import pytest

from channels.voice.announcing import CHANGED, SAME, SOON, Announcer
from channels.voice.scenario import (
    LONGEST_MESSAGE,
    RATES_WITHIN,
    SPEAKS_WITHIN,
    Does,
    End,
    Finish,
    Notice,
    Phrase,
    Place,
    Scenario,
    Stage,
    Submit,
)
from gateway.model import commands as c
from gateway.model.rules import CallSettings
from gateway.model.standing import Standing
from gateway.model.state import Conversation
from tests.support.histories import OLGA, History


def scenario(settings: CallSettings | None = None, *, rates: bool = False) -> Scenario:
    return Scenario(settings or CallSettings(), locale="en", rates=rates)


def pending() -> Conversation:
    return History().start().state


def queued() -> Conversation:
    history = History().start()
    history.ask_for_person()
    return history.state


def taken() -> Conversation:
    history = History().start()
    history.ask_for_person()
    history.take(OLGA)
    return history.state


def greeted(settings: CallSettings | None = None, *, rates: bool = False) -> Scenario:
    one = scenario(settings, rates=rates)
    one.connected(pending())
    return one


def passing(one: Scenario, since: int, until: int) -> list[tuple[int, Does]]:
    """What comes of half a second after half a second in which nobody says anything."""
    return [(at, does) for at in range(since, until + 1, 500) if (does := one.pass_to(at, speaking=False))]


def test_a_caller_is_greeted_once() -> None:
    one = scenario()
    assert one.connected(pending()) == (Notice("call_greeting", "", "call.greeting"),)
    assert one.connected(pending()) == ()


def test_the_business_greets_in_its_own_words_and_says_what_must_be_said() -> None:
    settings = CallSettings(greeting={"en": "Lantern here."}, notice={"en": "This call is recorded."})
    assert scenario(settings).connected(pending()) == (
        Notice("call_greeting", "Lantern here."),
        Notice("call_notice", "This call is recorded."),
    )


def choosing() -> Scenario:
    """Whose caller is asked for their language."""
    one = Scenario(
        CallSettings(notice={"ru": "Разговор записывается."}), locale="en", rates=False, leg="l", languages=("en", "ru")
    )
    assert one.connected(pending()) == QUESTION
    return one


QUESTION = (Phrase("call.language", 1, locale="en", number=1), Phrase("call.language", 1, locale="ru", number=2))


def chosen(locale: str, by: Literal["keys", "speech", ""]) -> Submit:
    return Submit(c.SetLanguage(leg="l", locale=locale, by=by))


def test_a_caller_who_has_chosen_their_language_is_greeted_in_it() -> None:
    one = choosing()
    assert one.keys("2", (), 0) == (chosen("ru", "keys"),)
    greeting = (Notice("call_greeting", "", "call.greeting"), Notice("call_notice", "Разговор записывается."))
    assert one.speaks("ru", pending()) == greeting
    assert one.stage is Stage.TALK and one.speaks("ru", pending()) == ()


def test_whoever_names_their_language_is_greeted_and_whoever_says_what_they_want_is_answered() -> None:
    one = choosing()
    assert one.spoke_in("ru", named=True) == (chosen("ru", "speech"),)
    assert Notice("call_greeting", "", "call.greeting") in one.speaks("ru", pending())
    other = choosing()
    assert other.spoke_in("ru", named=False) == (chosen("ru", "speech"),)
    assert other.speaks("ru", pending()) == (Notice("call_notice", "Разговор записывается."),)
    assert other.spoke_in("en", named=False) == (), "it is known by now"


def test_who_says_nothing_is_asked_again_and_then_spoken_to_in_the_language_they_came_with() -> None:
    one = choosing()
    assert one.missed() == QUESTION
    assert one.missed() == (chosen("en", ""),)
    assert one.speaks("en", pending()) == (Notice("call_greeting", "", "call.greeting"),)
    assert one.missed() is None


def test_another_key_asks_again_and_zero_asks_for_a_person() -> None:
    one = choosing()
    assert one.keys("3", (), 0) == QUESTION and one.keys("*", (), 0) == QUESTION
    person = Submit(c.RequestHandoff(reason="customer_asked", by="customer"))
    assert one.keys("0", (), 0) == (chosen("en", ""), person)
    assert one.speaks("en", pending()) == (), "neither greeted nor told what isn't said in their language"


def test_who_is_with_people_already_is_not_asked_for_a_language() -> None:
    one = Scenario(CallSettings(), locale="en", rates=False, leg="l", languages=("en", "ru"))
    assert one.connected(taken()) == (Notice("call_ringing", phrase="call.ringing"),)


def test_calls_may_go_to_people_at_once() -> None:
    (_, submit) = scenario(CallSettings(to="people", team="billing")).connected(pending())
    assert submit == Submit(c.RequestHandoff(reason="customer_asked", by="customer", team="billing"))


def test_whoever_has_somebody_to_talk_with_hears_that_they_are_called() -> None:
    assert scenario().connected(taken()) == (Notice("call_ringing", phrase="call.ringing"),)


def test_who_waits_is_told_where_they_stand() -> None:
    one = greeted()
    assert one.moved(queued(), 1_000) == ()
    one.stands(Standing(3))
    told = passing(one, 1_000, 1_000 + SOON + SAME)
    assert [does for _, does in told] == [(Place(Standing(3)),)] * 2
    assert told[0][0] == 1_000 + SOON and told[1][0] == 1_000 + SOON + SAME


def test_nothing_is_told_over_what_is_being_said() -> None:
    one = greeted()
    one.moved(queued(), 0)
    one.stands(Standing(1))
    assert one.pass_to(SOON, speaking=True) == ()
    assert one.pass_to(SOON + 500, speaking=False) == (Place(Standing(1)),)


def test_a_better_place_is_told_sooner() -> None:
    announcer = Announcer()
    announcer.begin(0)
    announcer.hear(Standing(2))
    assert announcer.due(SOON) == Standing(2)
    announcer.hear(Standing(1))
    assert announcer.due(SOON + CHANGED - 1) is None
    assert announcer.due(SOON + CHANGED) == Standing(1)
    announcer.end()
    assert announcer.due(10**6) is None


def test_where_nobody_comes_a_message_is_taken() -> None:
    one = greeted()
    one.moved(queued(), 0)
    assert one.noticed("queued_nobody", 100) == (Phrase("call.voicemail", beep=True),)
    assert one.stage is Stage.MESSAGE
    one.spoke(5_000)
    told = passing(one, 500, 5_000 + SPEAKS_WITHIN + 1_000)
    assert told[:2] == [(5_000 + SPEAKS_WITHIN, (Phrase("call.voicemail.done"),)), (5_500 + SPEAKS_WITHIN, (End(),))]


def test_hash_ends_a_message_and_a_talker_without_end_is_thanked() -> None:
    one = greeted()
    one.moved(queued(), 0)
    one.noticed("queued_closed", 0)
    assert one.keys("#", (), 3_000) == (Phrase("call.voicemail.done"),)
    other = greeted()
    other.moved(queued(), 0)
    other.noticed("queued_closed", 0)
    for at in range(0, LONGEST_MESSAGE, 1_000):
        other.spoke(at)
        assert other.pass_to(at, speaking=False) == ()
    assert other.pass_to(LONGEST_MESSAGE, speaking=False) == (Phrase("call.voicemail.done"),)


def test_whoever_is_taken_while_they_leave_a_message_talks() -> None:
    one = greeted()
    one.moved(queued(), 0)
    one.noticed("queued_nobody", 0)
    assert one.moved(taken(), 1_000) == ()
    assert one.stage is Stage.TALK and passing(one, 1_000, 10**6) == []


def test_keys_are_words_to_whoever_has_the_talk() -> None:
    one = greeted()
    assert one.keys("1", (), 0) is None
    one.moved(queued(), 0)
    assert one.keys("1", (), 0) is None


def test_who_talked_with_people_is_asked_how_it_was() -> None:
    one = greeted(rates=True)
    one.moved(taken(), 0)
    assert one.ended(by_people=True, at=1_000) == (Phrase("call.rating", keys=1),)
    assert one.keys("7", (), 2_000) == (Phrase("call.rating", keys=1),)
    assert one.keys("4", (), 3_000) == (Submit(c.Rate(score=4)), Phrase("rating.noted"))
    assert one.pass_to(3_500, speaking=True) == ()
    assert one.pass_to(5_000, speaking=False) == (Finish(),)


def test_who_does_not_answer_is_let_go() -> None:
    one = greeted(rates=True)
    one.moved(taken(), 0)
    one.ended(by_people=True, at=0)
    assert passing(one, 0, RATES_WITHIN) == [(RATES_WITHIN, (Finish(),))]


@pytest.mark.parametrize(("rates", "by_people"), [(False, True), (True, False)])
def test_nobody_is_asked_who_hung_up_or_where_it_is_not_wanted(rates: bool, by_people: bool) -> None:
    assert greeted(rates=rates).ended(by_people=by_people, at=0) == (Finish(),)


def test_a_talk_that_the_system_ends_ends_the_call() -> None:
    history = History().start()
    one = greeted()
    history.do(c.Close(ending="answered", reason="silence"))
    assert one.moved(history.state, 0) == ()
    assert one.pass_to(500, speaking=True) == () and one.pass_to(1_000, speaking=False) == (End(),)


def test_what_must_be_said_is_said_to_those_too_who_reach_people_at_once() -> None:
    first = scenario(CallSettings(notice={"en": "This call is recorded."})).connected(taken())
    assert first[1:] == (Notice("call_notice", "This call is recorded."),)
