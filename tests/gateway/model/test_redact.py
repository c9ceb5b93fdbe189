"""Erasure: the customer's own is gone from the bytes, and the log still folds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.model.events import (
    AnswersForwarded,
    AttributesSet,
    BotMessage,
    BotTurn,
    CallbackPromised,
    CallbackTried,
    CallRecorded,
    ChatOpened,
    ConsentAsked,
    ConversationStarted,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DeliveryFailed,
    DetailsLeft,
    FactsChanged,
    FileReady,
    FormFilled,
    HandoffRequested,
    InvitationShown,
    Labelled,
    MessageExtended,
    NoteAdded,
    OperatorEdited,
    OperatorMessage,
    Plain,
    Rated,
    Redacted,
    SystemNotice,
    Transcribed,
    TranscriptAsked,
    Transferred,
    Unrecognized,
    decode_event,
    encode_event,
    tag_of,
)
from gateway.model.redact import redact
from tests.support.events import PLAIN, choices, full, minimal, texts

# What of each type is the business's own record, and may outlast the customer's erasure: ids, names of operators,
# closed lists, and what the business itself set up. Everything else must go.
PERSON = {f"{who}.{field}" for who in ("by", "to", "operator", "owner") for field in ("id", "name", "picture")}
KEPT = {"macro", "quotes.article", "quotes.locale", "record", "number", "form", "purpose", "status", "before", "mentions[0]", "mentions[1]", 
    "endpoint.inbox", "endpoint.identity", "endpoint.channel", "contact", "locale", "client_id", "operator", "name",
    "version", "language", "notice", "team", "continued_in", "code", "reason", "cause", "skills.key", "unsupported", "topic", *PERSON,
    "leg", "speech.leg", "memory.form", "memory.asks", "memory.version", "memory.steps[0]", "memory.steps[1]",
    *(f"files[{n}].{field}" for n in (0, 1) for field in ("id", "type")), "file", "file.id", "file.type",
    *(f"intents[{n}].{field}" for n in (0, 1) for field in ("intent", "title")),
    *(f"asked[{n}].{field}" for n in (0, 1) for field in ("id", "name", "picture")),
}  # fmt: skip
PERSONAL = (
    CustomerMessage,
    BotMessage,
    SystemNotice,
    OperatorMessage,
    CallbackPromised,
    CallbackTried,
    CallRecorded,
    NoteAdded,
    Rated,
    BotTurn,
    FactsChanged,
    FormFilled,
    HandoffRequested,
    Transferred,
    ConversationStarted,
    DeliveryFailed,
    AnswersForwarded,
    FileReady,
    Transcribed,
    AttributesSet,
    DetailsLeft,
    TranscriptAsked,
    MessageExtended,
    CustomerEdited,
    CustomerReacted,
    OperatorEdited,
    ChatOpened,
)
WORDED = (ConsentAsked, InvitationShown, Labelled)
"""What the business wrote for everybody, or calls its labels."""  # fmt: skip


def every_form(kind: type[Plain]) -> list[Any]:
    return [*(full(kind, choice=n) for n in range(choices(kind))), minimal(kind)]


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_no_word_of_the_customers_is_left(kind: type[Plain]) -> None:
    for event in every_form(kind):
        left = msgspec.to_builtins(redact(event))
        for text in texts(left):
            if text.startswith("secret "):
                path = text.removeprefix(f"secret {kind.__name__}.")
                assert path in KEPT or kind in WORDED
                told = kind in (DeliveryFailed, AnswersForwarded) and path.startswith(("reason", "fault"))
                assert not told, "a provider's words may name the customer"


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_just_what_holds_something_personal_is_replaced(kind: type[Plain]) -> None:
    event = full(kind)

    erased = redact(event)

    if kind in PERSONAL:
        assert isinstance(erased, Redacted)
        assert type(erased.shell) is kind
        assert decode_event(encode_event(erased)) == erased
    else:
        assert erased is event


def test_erasing_twice_is_erasing_once() -> None:
    erased = redact(CustomerMessage(text="my address", endpoint=full(BotMessage).endpoint))

    assert redact(erased) is erased
    assert tag_of(erased) == "redacted"


def test_an_event_of_a_newer_release_is_left_as_it_is() -> None:
    event = Unrecognized(tag="later")

    assert redact(event) is event
