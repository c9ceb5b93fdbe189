"""While the bot answers: turns, the fence before them, and the ways to people."""

from __future__ import annotations

import pytest

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.events import (
    BotMessage,
    BotTurn,
    BotTurnDropped,
    BotTurnFailed,
    Button,
    CustomerMessage,
    FactsChanged,
    HandoffRequested,
    Score,
    SystemNotice,
)
from gateway.model.state import FACT_LENGTH, FACT_NAME_LENGTH, MAX_FACTS, Floor, Status
from gateway.model.words import ASK_FOR_PERSON
from tests.support.histories import IVAN, OLGA, PAGE, TELEGRAM, WEB, History, begun, owned, queued, resolved


def finish(history: History, **changes: object) -> c.FinishTurn:
    """A turn that saw ``history`` as it is now, but for ``changes``."""
    state = history.state
    seen: dict[str, object] = {
        "floor_seq": state.floor_seq, "answered": state.answered, "upto": state.last_input, "outcome": "answered",
        "replies": (c.Reply(text="It is on its way."),),
    }  # fmt: skip
    return c.FinishTurn(**{**seen, **changes})  # type: ignore[arg-type]


def test_a_conversation_begins_with_whose_it_is_and_where_it_came_in() -> None:
    history = History()
    history.start(locale="ru", page=PAGE)

    state = history.state
    assert (state.contact, state.endpoint, state.channels, state.locale) == ("contact-1", WEB, (WEB,), "ru")
    assert (state.status, state.floor, state.seq, state.request) == (Status.PENDING, Floor.BOT, 1, 1)
    assert not state.unanswered


def test_a_customers_message_waits_for_an_answer() -> None:
    history = begun()

    assert history.state.unanswered
    assert history.state.preview is not None
    assert history.state.preview.text == "Where is my order?"
    assert history.state.waiting_since is None, "they wait for the bot, not for a person"


def test_a_message_keeps_what_the_customer_gave() -> None:
    history = History().start()
    command = c.Say(text="Yes", choice="/yes", endpoint=TELEGRAM, client_id="m1", sent_at=7, page=PAGE)

    assert history.do(command) == (
        CustomerMessage(text="Yes", choice="/yes", endpoint=TELEGRAM, client_id="m1", sent_at=7, page=PAGE),
    )
    assert history.state.endpoint == TELEGRAM, "replies follow the last input"


def test_a_turn_stands_before_its_messages_and_covers_its_inputs() -> None:
    history = begun()
    history.say("And when?")
    button = Button(title="Track it", payload="/track")

    turn, first, second = history.turn("It is on its way.", "Tomorrow.", buttons=(button,), facts={"order": "12"})

    assert isinstance(turn, BotTurn)
    assert (turn.answered, turn.upto, turn.version) == (1, 3, "version-1")
    assert first == BotMessage(text="It is on its way.", endpoint=WEB, turn=3, buttons=(button,))
    assert isinstance(second, BotMessage)
    assert not history.state.unanswered
    assert history.state.facts == {"order": "12"}


def test_a_turn_that_covers_part_of_a_burst_leaves_the_rest_to_the_next() -> None:
    history = begun()
    slow = finish(history)
    history.say("And when?")

    history.do(slow)

    assert history.state.answered == 2
    assert history.state.unanswered


def test_a_second_result_for_the_same_inputs_is_dropped() -> None:
    history = begun()
    twin = finish(history)
    history.do(twin)

    assert history.do(twin) == (BotTurnDropped(upto=2, reason="superseded"),)


@pytest.mark.parametrize("upto", [0, 1, 3])
def test_a_turn_that_covers_nothing_or_more_than_was_said_is_dropped(upto: int) -> None:
    history = begun()

    assert history.do(finish(history, upto=upto)) == (BotTurnDropped(upto=upto, reason="superseded"),)


@pytest.mark.parametrize("command", [finish, lambda h: c.FailTurn(floor_seq=1, answered=1, upto=2, attempts=3)])
def test_a_turn_that_ends_after_a_person_took_over_says_nothing(command: object) -> None:
    history = begun()
    late = command(history)  # type: ignore[operator]
    history.take(OLGA)
    before = history.state

    assert history.do(late) == (BotTurnDropped(upto=2, reason="floor_changed"),)
    assert history.state.preview == before.preview
    assert history.state.owner == OLGA


def test_a_turn_from_before_a_visit_to_the_queue_is_dropped_though_the_bot_has_the_floor_again() -> None:
    history = begun()
    late = finish(history)
    history.ask_for_person()
    history.do(c.CancelHandoff())
    assert history.state.floor is Floor.BOT

    assert history.do(late) == (BotTurnDropped(upto=2, reason="floor_changed"),)


def test_a_turn_that_ends_after_the_end_is_dropped() -> None:
    history = begun()
    late = finish(history)
    history.do(c.Close(ending="lost", reason="silence"))

    assert history.do(late) == (BotTurnDropped(upto=2, reason="floor_changed"),)


def test_facts_are_bounded_whoever_found_them() -> None:
    history = begun()
    many = {f"{number:03}" + "n" * 100: "v" * 1000 for number in range(MAX_FACTS + 10)}

    history.do(finish(history, facts=many))
    (corrected,) = history.do(c.SetFacts(operator=OLGA, facts={**many, "": "nameless"}))

    assert isinstance(corrected, FactsChanged)
    for facts in (history.state.facts, corrected.facts):
        assert len(facts) <= MAX_FACTS and "" not in facts
        assert {len(name) for name in facts} == {FACT_NAME_LENGTH}
        assert {len(value) for value in facts.values()} == {FACT_LENGTH}
    turn = history.entries[2].event
    assert isinstance(turn, BotTurn) and len(turn.facts) == MAX_FACTS


def test_the_bot_hands_off_after_its_last_words() -> None:
    history = begun()

    turn, message, handoff = history.hand_off("I'll get someone.", reason="not_understood")

    assert isinstance(turn, BotTurn)
    assert turn.outcome == "handoff"
    assert isinstance(message, BotMessage)
    assert isinstance(handoff, HandoffRequested)
    assert (handoff.reason, handoff.by) == ("not_understood", "bot")
    assert [line.seq for line in handoff.evidence] == [2]
    assert (history.state.status, history.state.reason) == (Status.QUEUED, "not_understood")
    assert history.state.waiting_since == history.now
    assert history.state.misses == 0, "after people it begins anew"


def test_an_engine_that_fails_for_good_hands_off() -> None:
    history = begun()

    failed, handoff = history.do(c.FailTurn(floor_seq=1, answered=1, upto=2, attempts=3))

    assert failed == BotTurnFailed(upto=2, attempts=3)
    assert isinstance(handoff, HandoffRequested)
    assert (handoff.reason, handoff.by) == ("bot_failed", "system")
    assert history.state.unanswered, "people have yet to answer it"


def test_a_customer_who_asks_for_a_person_is_queued_with_their_last_words() -> None:
    history = begun()

    (handoff,) = history.ask_for_person()

    assert isinstance(handoff, HandoffRequested)
    assert (handoff.reason, handoff.by) == ("customer_asked", "customer")
    assert [line.seq for line in handoff.evidence] == [2]
    assert history.state.floor is Floor.NOBODY


def test_who_asks_for_a_person_before_a_word_gives_no_evidence() -> None:
    history = History().start()

    (handoff,) = history.ask_for_person()

    assert isinstance(handoff, HandoffRequested)
    assert handoff.evidence == ()


def test_who_asks_for_a_person_shows_what_they_had_said_and_what_the_bot_took_it_for() -> None:
    history = History().start(page=PAGE)
    for text in ("One", "Two", "Three", "Four"):
        history.say(text)
        history.turn("Hm.")
    history.say("A person, please", choice=ASK_FOR_PERSON)

    (handoff,) = history.ask_for_person()

    assert isinstance(handoff, HandoffRequested)
    assert [(line.seq, line.kind, line.text) for line in handoff.evidence] == [
        (5, "input", ""),
        (8, "input", ""),
        (11, "input", ""),
        (11, "intent", "Where is my order 92%"),
        (1, "page", "Delivery"),
    ]


def test_a_call_for_a_person_in_words_shows_what_was_understood_before_it() -> None:
    history = begun()
    history.turn("It is on its way.")
    history.say("operator!!")
    state = history.state
    guesses = (Score(intent="ask_person", confidence=0.99),)
    called = c.FinishTurn(
        floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input, outcome="handoff",
        handoff="customer_asked", intents=guesses,
    )  # fmt: skip

    *_, handoff = history.do(called)

    assert isinstance(handoff, HandoffRequested)
    assert [(line.seq, line.kind) for line in handoff.evidence] == [(2, "input"), (5, "input"), (2, "intent")]


def test_another_request_begins_without_the_evidence_of_the_last() -> None:
    history = begun()
    history.turn("It is on its way.")
    history.do(c.Close(ending="answered", reason="silent"))
    history.say("My lamp is broken")

    (handoff,) = history.ask_for_person()

    assert isinstance(handoff, HandoffRequested)
    assert [(line.seq, line.kind) for line in handoff.evidence] == [(history.state.last_input, "input")]


def test_an_operator_may_take_a_conversation_from_the_bot() -> None:
    history = begun()

    history.take(OLGA)

    assert (history.state.status, history.state.owner) == (Status.OPEN, OLGA)
    assert history.state.waiting_since == history.now, "their question is unanswered"


def test_who_is_taken_from_the_bot_after_its_answer_does_not_wait() -> None:
    history = begun()
    history.turn("It is on its way.")

    history.take(OLGA)

    assert history.state.waiting_since is None


def test_misses_count_until_an_input_is_understood() -> None:
    history = begun()
    history.turn("What do you mean?", outcome="clarify", misses=1)
    assert history.state.misses == 1
    history.say("My order")

    history.turn("On its way.")

    assert history.state.misses == 0


def test_facts_change_and_an_empty_value_removes_one() -> None:
    history = begun()
    history.turn("Noted.", facts={"order": "12", "name": "Ann"})

    history.do(c.SetFacts(operator=OLGA, facts={"order": "13", "name": ""}))

    assert history.state.facts == {"order": "13"}


def test_a_second_channel_joins_once_and_gets_the_replies() -> None:
    history = begun()

    assert len(history.do(c.JoinChannel(endpoint=TELEGRAM))) == 1
    assert history.do(c.JoinChannel(endpoint=TELEGRAM)) == ()
    assert history.state.channels == (WEB, TELEGRAM)
    assert isinstance(history.turn("It is on its way.")[1], BotMessage)
    assert history.state.endpoint == TELEGRAM


def test_a_notice_needs_no_floor_and_answers_nothing() -> None:
    history = queued()
    before = history.state

    history.do(c.Notify(notice="queued", text="You are next."))

    assert history.entries[-1].event == SystemNotice(notice="queued", text="You are next.", endpoint=WEB)
    assert history.state.floor_seq == before.floor_seq
    assert history.state.answered == before.answered


def test_a_repeated_start_is_refused() -> None:
    with pytest.raises(NotPossible):
        begun().start()


def test_a_rating_and_a_failed_delivery_change_no_floor() -> None:
    for history in (begun(), queued(), owned(), resolved()):
        before = history.state
        history.do(c.Rate(score=5, comment="quick"))
        history.do(c.ReportFailure(seq=2, part=0, reason="blocked"))
        history.do(c.AddNote(operator=IVAN, text="a regular"))
        after = history.state
        assert (after.status, after.floor_seq, after.owner) == (before.status, before.floor_seq, before.owner)
        assert after.preview == before.preview, "notes are not the conversation's last words"
