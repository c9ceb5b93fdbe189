"""Who sees what: nothing reaches a customer because nobody thought of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.model.events import (
    AnswerRated,
    BotMessage,
    CallAnswered,
    CallbackPromised,
    CallEnded,
    CallHeld,
    CallResumed,
    CallStarted,
    ConsentAsked,
    ConsentGiven,
    ConversationStarted,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DetailsLeft,
    Entry,
    FileFailed,
    FileReady,
    HandoffCancelled,
    HandoffRequested,
    InvitationShown,
    MessageExtended,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    OwnerLost,
    Plain,
    Rated,
    Redacted,
    Reopened,
    Resolved,
    ReturnedToBot,
    SystemNotice,
    Taken,
    Transcribed,
    TranscriptAsked,
    Transferred,
    Unrecognized,
    encode_event,
)
from gateway.model.visible import Audience, visible, visible_entry
from tests.support.events import PLAIN, choices, full, minimal, texts

# Every text (by its path) that a customer may read of each event; a type that isn't here is not for customers.
ENDPOINT = {"endpoint.inbox", "endpoint.identity", "endpoint.channel"}
BUTTONS = {f"buttons[{n}].{field}" for n in (0, 1) for field in ("title", "payload", "url")}
CARDS = {f"cards[{n}].{path}" for n in (0, 1) for path in ("title", "text", "image", *BUTTONS)}
FILES = {f"files[{n}].{field}" for n in (0, 1) for field in ("id", "name", "type")}
SPANS = {f"spans[{n}].url" for n in (0, 1)}
PLACE = {"place.title", "place.address"}
FOR_CUSTOMERS: dict[type[Plain], set[str]] = {
    CustomerMessage: {
        "text",
        "choice",
        "client_id",
        "author",
        "topic",
        "quote",
        "forwarded",
        "unsupported",
        "phone.number",
        "phone.name",
        "speech.leg",
        *ENDPOINT,
        *FILES,
        *SPANS,
        *PLACE,
    },
    MessageExtended: {"text", *FILES, *SPANS},
    CustomerEdited: {"text", *FILES, *SPANS, *PLACE},
    CustomerReacted: {"emoji[0]", "emoji[1]"},
    OperatorEdited: {"text", "name", *ENDPOINT},
    OperatorDeleted: {"name", *ENDPOINT},
    BotMessage: {"text", *ENDPOINT, *BUTTONS, *CARDS, *FILES},
    SystemNotice: {"notice", "text", *ENDPOINT, *BUTTONS},
    OperatorMessage: {"text", "name", "speech.leg", *ENDPOINT, *FILES, *CARDS, *PLACE},
    ConversationStarted: {"locale", *ENDPOINT},
    HandoffRequested: set(),
    HandoffCancelled: set(),
    Taken: {"operator.name", "operator.picture"},
    Transferred: {"by.name", "by.picture"},
    ReturnedToBot: {"by.name", "by.picture"},
    OwnerLost: {"operator.name", "operator.picture"},
    Reopened: {"owner.name", "owner.picture"},
    Resolved: set(),
    CallbackPromised: {"value"},
    Rated: {"comment"},
    AnswerRated: set(),
    ConsentAsked: {"version", "text"},
    ConsentGiven: {"version"},
    DetailsLeft: {"value"},
    TranscriptAsked: {"address"},
    InvitationShown: {"id", "text"},
    FileReady: {"file.id", "file.name", "file.type"},
    FileFailed: {"file"},
    Transcribed: {"file", "text", "language"},
    CallStarted: {"leg", *ENDPOINT},
    CallAnswered: {"leg", "by.name", "by.picture"},
    CallHeld: {"leg", "by.name", "by.picture"},
    CallResumed: {"leg", "by.name", "by.picture"},
    CallEnded: {"leg", "by.name", "by.picture"},
}
HIDDEN = [kind for kind in PLAIN if kind not in FOR_CUSTOMERS]


def secrets_in(event: Any, kind: type[Plain]) -> set[str]:
    """The paths of the marked texts that are left in an event."""
    found = (text for text in texts(msgspec.to_builtins(event)) if text.startswith("secret "))
    return {text.removeprefix(f"secret {kind.__name__}.") for text in found}


def every_form(kind: type[Plain]) -> list[Any]:
    """Full and minimal events of a type, with every value of its closed lists."""
    return [*(full(kind, choice=n) for n in range(choices(kind))), minimal(kind)]


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_a_customer_reads_only_what_is_placed_for_them(kind: type[Plain]) -> None:
    for event in every_form(kind):
        shown = visible(event, Audience.CUSTOMER)
        if shown is not None:
            assert kind in FOR_CUSTOMERS
            assert type(shown) is kind
            assert secrets_in(shown, kind) <= FOR_CUSTOMERS[kind]


@pytest.mark.parametrize("kind", FOR_CUSTOMERS, ids=lambda kind: kind.__name__)
def test_a_customer_reads_all_that_is_placed_for_them(kind: type[Plain]) -> None:
    event = full(kind)
    if isinstance(event, Transferred):
        event = Transferred(by=event.by, team=event.team, note=event.note)

    shown = visible(event, Audience.CUSTOMER)

    assert shown is not None
    assert secrets_in(shown, kind) == FOR_CUSTOMERS[kind]


@pytest.mark.parametrize("kind", HIDDEN, ids=lambda kind: kind.__name__)
def test_what_is_among_people_stays_among_people(kind: type[Plain]) -> None:
    for event in every_form(kind):
        assert visible(event, Audience.CUSTOMER) is None
        assert visible(Redacted(shell=event), Audience.CUSTOMER) is None


@pytest.mark.parametrize("kind", FOR_CUSTOMERS, ids=lambda kind: kind.__name__)
def test_an_erased_event_shows_no_more_than_the_event_did(kind: type[Plain]) -> None:
    for event in every_form(kind):
        shown = visible(Redacted(shell=event), Audience.CUSTOMER)
        plain = visible(event, Audience.CUSTOMER)
        assert shown == (None if plain is None else Redacted(shell=plain))  # type: ignore[arg-type]


def test_a_transfer_to_a_colleague_is_not_told_to_the_customer() -> None:
    assert visible(full(Transferred), Audience.CUSTOMER) is None


def test_what_a_newer_release_wrote_is_told_to_no_customer() -> None:
    assert visible(Unrecognized(tag="secret"), Audience.CUSTOMER) is None
    assert visible(Unrecognized(tag="secret"), Audience.OPERATOR) == Unrecognized(tag="secret")


def test_a_ratings_comment_is_for_the_supervisor() -> None:
    rated = Rated(score=1, comment="Olga was rude")

    assert visible(rated, Audience.SUPERVISOR) == rated
    assert visible(rated, Audience.OPERATOR) == Rated(score=1)
    assert visible(rated, Audience.CUSTOMER) == rated


@pytest.mark.parametrize("audience", [Audience.OPERATOR, Audience.SUPERVISOR])
@pytest.mark.parametrize("kind", [kind for kind in PLAIN if kind is not Rated], ids=lambda kind: kind.__name__)
def test_people_see_the_whole_event(kind: type[Plain], audience: Audience) -> None:
    event = full(kind)

    assert visible(event, audience) is event


def test_an_entry_keeps_its_place_for_everyone() -> None:
    entry = Entry(seq=7, id="event-7", at=5, event=full(OperatorMessage))

    shown = visible_entry(entry, Audience.CUSTOMER)

    assert shown is not None
    assert (shown.seq, shown.id, shown.at) == (7, "event-7", 5)
    assert visible_entry(entry, Audience.OPERATOR) is entry
    hidden = Entry(seq=8, id="event-8", at=5, event=Unrecognized(tag="later"))
    assert visible_entry(hidden, Audience.CUSTOMER) is None


@pytest.mark.parametrize("kind", FOR_CUSTOMERS, ids=lambda kind: kind.__name__)
def test_no_account_and_no_page_is_in_the_bytes_that_leave(kind: type[Plain]) -> None:
    for event in every_form(kind):
        shown = visible(event, Audience.CUSTOMER)
        body = b"" if shown is None else encode_event(shown)
        for forbidden in (
            b"operator.id",
            b"by.id",
            b"owner.id",
            b".operator",
            b"contact",
            b"page",
            b"evidence",
            b"note",
        ):
            assert b"secret " + kind.__name__.encode() + b"." + forbidden not in body
