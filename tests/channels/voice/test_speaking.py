"""What a call says of the log, and what keys answer to it."""

from __future__ import annotations

import pytest

from channels.voice.speaking import MOST_KEYS, pressed, spoken_of
from gateway.model.events import (
    AnyEvent,
    BotMessage,
    Button,
    CustomerMessage,
    Entry,
    NoteAdded,
    OperatorMessage,
    Speech,
    SystemNotice,
)
from tests.support.histories import CALL, WEB

PLANS, SITE = (
    Button(title="Plans", payload="/plans"),
    Button(title="Our site", payload="", url="https://lantern.example"),
)


def said(event: AnyEvent, locale: str = "en") -> tuple[str, str] | None:
    spoken = spoken_of(Entry(seq=7, id="e", at=0, event=event), CALL, locale)
    return (spoken.text, spoken.offer) if spoken is not None else None


def test_what_the_bot_says_is_made_fit_to_be_spoken() -> None:
    assert said(BotMessage(text="**It** is here", endpoint=CALL, turn=1)) == ("It is here", "")
    assert said(BotMessage(text="450 ₽", spoken="Four hundred and fifty", endpoint=CALL, turn=1)) == (
        "Four hundred and fifty",
        "",
    )


def test_what_goes_elsewhere_is_not_said() -> None:
    assert said(BotMessage(text="It is here", endpoint=WEB, turn=1)) is None
    assert said(NoteAdded(text="Angry", operator="olga", name="Olga")) is None
    assert said(CustomerMessage(text="Where?", endpoint=CALL)) is None


def test_what_people_write_is_spoken_and_what_they_said_is_not_repeated() -> None:
    written = OperatorMessage(text="It is here", endpoint=CALL, operator="olga", name="Olga")
    assert said(written) == ("It is here", "")
    spoken = OperatorMessage(
        text="It is here", endpoint=CALL, operator="olga", name="Olga", speech=Speech(leg="l", since=0, until=1)
    )
    assert said(spoken) is None
    assert said(OperatorMessage(text="", endpoint=CALL, operator="olga", name="Olga")) is None


def test_buttons_are_offered_as_words_but_links_are_not() -> None:
    message = BotMessage(text="What is it about?", endpoint=CALL, turn=1, buttons=(PLANS, SITE))
    assert said(message) == ("What is it about?", "You can say: Plans.")
    spoken = spoken_of(Entry(seq=7, id="e", at=0, event=message), CALL, "en")
    assert spoken is not None and spoken.choices == (PLANS,)


def test_scores_are_asked_for_by_the_scenario() -> None:
    notice = SystemNotice(notice="rating", text="How did we do?", endpoint=CALL, buttons=(PLANS,))
    assert said(notice) == ("How did we do?", "")


@pytest.mark.parametrize(
    ("keys", "found"), [("1", "a"), ("3", "c"), ("4", ""), ("0", ""), ("12", ""), ("*", ""), ("", "")]
)
def test_a_key_presses_the_button_of_its_number(keys: str, found: str) -> None:
    choices = tuple(Button(title=name, payload=name) for name in "abc")
    button = pressed(keys, choices)
    assert (button.payload if button else "") == found


def test_no_more_buttons_than_there_are_keys() -> None:
    many = tuple(Button(title=str(n), payload=str(n)) for n in range(20))
    spoken = spoken_of(
        Entry(seq=1, id="e", at=0, event=BotMessage(text="Which?", endpoint=CALL, turn=1, buttons=many)), CALL, "en"
    )
    assert spoken is not None and len(spoken.choices) == MOST_KEYS
