"""The context card out of a log: one sentence, lines that stand on events, how the customer sounds."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from gateway.model import events as e
from gateway.model.fold import fold_all
from gateway.model.state import Conversation
from handoff.card import MOST_CLUES, REASONS, Around, BusinessFace, ContextCard, Named, build

WEB = e.Endpoint(inbox="web", identity="ann", channel="webchat")
OLGA = e.Person(id="olga", name="Olga")
PAVEL = e.Person(id="pavel", name="Pavel")
AROUND = Around(
    contact=Named(id="contact", name="Ann"),
    business=BusinessFace(id="lantern", name="Lantern", color="#0E6B68", greeting="", script=""),
)
DELIVERY = e.Score(intent="delivery", confidence=0.82, title="Delivery")
REFUND = e.Score(intent="refund", confidence=0.31, title="Refunds")


def log_of(events: Sequence[e.AnyEvent]) -> tuple[Conversation, list[e.Entry]]:
    started = e.ConversationStarted(contact="contact", endpoint=WEB, locale="en")
    entries = [
        e.Entry(seq=seq, id=f"id-{seq}", at=seq * 1_000_000, event=event)
        for seq, event in enumerate((started, *events), start=1)
    ]
    return fold_all(entries, conversation="talk"), entries


def card_of(*events: e.AnyEvent) -> ContextCard:
    state, entries = log_of(events)
    return build(state, entries, AROUND)


def said(text: str, **more: object) -> e.CustomerMessage:
    return e.CustomerMessage(text=text, endpoint=WEB, **more)  # type: ignore[arg-type]


def turn(upto: int, outcome: e.Outcome = "answered", *scores: e.Score, answered: int = 0) -> e.BotTurn:
    return e.BotTurn(answered=answered, upto=upto, outcome=outcome, intents=scores)


def bot(text: str, upto: int) -> e.BotMessage:
    return e.BotMessage(text=text, endpoint=WEB, turn=upto)


def asked_for_person() -> e.HandoffRequested:
    return e.HandoffRequested(reason="customer_asked", by="customer")


def test_the_lines_tell_the_story_each_at_its_event() -> None:
    card = card_of(
        said("Where is my lamp?"),
        turn(2, "answered", DELIVERY, REFUND),
        bot("It comes on Tuesday.", 2),
        said("A person", choice="/switchboard.operator"),
        asked_for_person(),
    )
    assert [(one.seq, one.kind) for one in card.evidence] == [
        (2, "asked"),
        (3, "understood"),
        (4, "tried"),
        (6, "trigger"),
    ]
    asked, understood, tried, _ = card.evidence
    assert asked.text == "Where is my lamp?"
    assert understood.scores == (DELIVERY, REFUND)
    assert (tried.text, tried.went) == ("It comes on Tuesday.", "person")
    assert card.why.text == "The customer asked for a person; it is about “Delivery”; the bot tried 1 time."
    assert (card.why.reason, card.why.topic, card.why.tries) == ("customer_asked", "Delivery", 1)
    assert card.seq == 6


def test_an_answer_says_what_the_customer_made_of_it() -> None:
    rated = card_of(said("Hi"), turn(2), bot("Hello", 2), e.AnswerRated(seq=4, helpful=False), said("no"))
    assert [one.went for one in rated.evidence if one.kind == "tried"] == ["unhelped"]
    unsure = card_of(said("lamp"), turn(2, "clarify", REFUND), bot("Which of these?", 2), said("other"))
    assert [one.went for one in unsure.evidence if one.kind == "tried"] == ["clarify"]
    assert unsure.why.topic == "", "what the bot only guessed is no topic"


def test_a_call_for_a_person_in_words_is_no_topic() -> None:
    person = e.Score(intent="operator", confidence=0.97)
    card = card_of(
        said("Where is my lamp?"), turn(2, "answered", DELIVERY), bot("On Tuesday.", 2), said("get me a human"),
        turn(5, "handoff", person, answered=2), bot("I fetch somebody.", 5), e.HandoffRequested(reason="customer_asked", by="bot"),
    )  # fmt: skip
    assert card.why.topic == "Delivery"
    assert [one.kind for one in card.evidence] == ["asked", "understood", "tried", "asked", "trigger"]


def test_the_first_and_the_last_question() -> None:
    card = card_of(said("First"), said("Second"), said("Third"), asked_for_person())
    assert card.first and card.last and (card.first.text, card.last.text) == ("First", "Third")
    assert card_of().first is None


def test_what_people_said_is_no_evidence() -> None:
    reply = e.OperatorMessage(text="Hello", endpoint=WEB, operator="olga", name="Olga")
    card = card_of(
        said("Lamp?"), asked_for_person(), e.Taken(operator=OLGA, via="take"), reply, said("and a second thing")
    )
    assert [one.text for one in card.evidence if one.kind == "asked"] == ["Lamp?"]
    assert card.last and card.last.text == "Lamp?"


def test_whoever_waits_and_writes_on_is_heard() -> None:
    card = card_of(said("Lamp?"), asked_for_person(), said("It is urgent"))
    assert [one.text for one in card.evidence if one.kind == "asked"] == ["Lamp?", "It is urgent"]


def test_a_colleague_says_why_they_pass_it_on() -> None:
    card = card_of(
        said("Lamp?"), asked_for_person(), e.Taken(operator=OLGA, via="take"),
        e.Transferred(by=OLGA, team="workshop", note="Needs the workshop."),
    )  # fmt: skip
    assert [(one.kind, one.name, one.text) for one in card.evidence][-1] == ("passed", "Olga", "Needs the workshop.")


def test_an_owner_who_is_gone_is_told() -> None:
    card = card_of(
        said("Lamp?"), asked_for_person(), e.Taken(operator=OLGA, via="take"), e.OwnerLost(operator=OLGA, reason="lost"),
    )  # fmt: skip
    assert card.why.reason == "owner_lost"
    assert [(one.kind, one.name) for one in card.evidence][-1] == ("trigger", "Olga")


def test_a_new_request_has_a_card_of_its_own() -> None:
    card = card_of(
        said("Lamp?"), asked_for_person(), e.Taken(operator=OLGA, via="take"),
        e.Resolved(by="operator", ending="answered", operator="olga", name="Olga"),
        said("Something else"), e.Reopened(to="queue"),
    )  # fmt: skip
    assert "Lamp?" not in [one.text for one in card.evidence]
    assert card.why.reason == "reopened"
    assert [one.kind for one in card.evidence][-1] == "trigger"


def test_taken_from_the_bots_hands() -> None:
    card = card_of(
        said("Lamp?"), turn(2, "answered", DELIVERY), bot("On Tuesday.", 2), e.Taken(operator=OLGA, via="take")
    )
    assert card.why.text == "People have taken it from the bot."
    assert [one.kind for one in card.evidence] == ["asked", "understood", "tried"]


def test_the_businesss_own_words_stand_in_the_sentence() -> None:
    handoff = e.HandoffRequested(reason="bot_decided", by="bot", cause="rule", why="A repair went wrong")
    card = card_of(said("My lamp smokes"), turn(2, "handoff", DELIVERY), handoff)
    assert card.why.text.startswith("The bot hands this to people (A repair went wrong); it is about “Delivery”")
    assert card.evidence[-1].text == "A repair went wrong"


def test_a_bot_that_failed_is_told() -> None:
    card = card_of(
        said("Lamp?"), e.BotTurnFailed(upto=2, attempts=3), e.HandoffRequested(reason="bot_failed", by="system"),
    )  # fmt: skip
    assert [(one.kind, one.went) for one in card.evidence] == [("asked", ""), ("tried", "failed"), ("trigger", "")]


def test_a_long_talk_keeps_its_first_question_and_its_end() -> None:
    events: list[e.AnyEvent] = []
    for number in range(20):
        events += [
            said(f"Question {number}"),
            turn(len(events) + 2, "rephrase"),
            bot("Say it otherwise?", len(events) + 2),
        ]
    card = card_of(*events, asked_for_person())
    assert len(card.evidence) == MOST_CLUES
    assert card.evidence[0].text == "Question 0" and card.evidence[-1].kind == "trigger"
    assert [one.seq for one in card.evidence] == sorted(one.seq for one in card.evidence)
    assert card.why.tries == 20


def test_words_that_were_changed_stand_as_they_are_by_now() -> None:
    card = card_of(said("Lapm?"), e.CustomerEdited(seq=2, text="Lamp?"), asked_for_person())
    assert card.evidence[0].text == "Lamp?"


def test_what_was_erased_is_nowhere() -> None:
    state, entries = log_of([said("My secret"), asked_for_person()])
    gone = replace(entries[1], event=e.Redacted(shell=said("")))
    card = build(state, [entries[0], gone, entries[2]], AROUND)
    assert "secret" not in str(card.evidence) and card.first is None and not card.mood.points


def test_the_page_is_the_latest_with_where_they_came_from() -> None:
    card = card_of(
        said("Hi", page=e.Page(url="https://shop.example/", title="Shop", referrer="https://search.example/")),
        said("Lamp", page=e.Page(url="https://shop.example/lamps", title="Lamps")),
    )
    assert card.page and (card.page.seq, card.page.title, card.page.referrer) == (3, "Lamps", "https://search.example/")
    assert card_of(said("Hi")).page is None


def test_how_they_sound_is_measured_message_by_message() -> None:
    card = card_of(said("Where is my lamp?"), said("This is ridiculous, worst service ever!!!"), asked_for_person())
    assert card.mood.word == "upset"
    assert [one.seq for one in card.mood.points] == [2, 3]


@pytest.mark.parametrize("reason", [*REASONS, "of a later release"])
def test_every_reason_is_a_sentence(reason: str) -> None:
    state, entries = log_of([said("Lamp?"), asked_for_person()])
    text = build(replace(state, reason=reason, cause=""), entries, AROUND).why.text
    assert text[0].isupper() and text.endswith(".")


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (e.Snoozed(by=OLGA, until=1), "Put aside."),
        (e.Resolved(by="operator", ending="answered"), "Resolved."),
        (e.WrapUpStarted(by=OLGA), "The talk is over."),
    ],
)
def test_what_rests_says_how(event: e.AnyEvent, text: str) -> None:
    assert card_of(said("Lamp?"), e.Taken(operator=OLGA, via="take"), event).why.text == text
