"""``findable``: the words of an event that people may search for. Exhaustive by type."""

from __future__ import annotations

from typing import assert_never

from gateway.model.events import (
    AnswerRated,
    AnyEvent,
    AttributesSet,
    BotMessage,
    BotTurn,
    BotTurnDropped,
    BotTurnFailed,
    ChannelJoined,
    ConsentAsked,
    ConsentGiven,
    ConversationStarted,
    CustomerMessage,
    DeliveryFailed,
    DeliveryReplayed,
    DetailsLeft,
    FactsChanged,
    FileFailed,
    FileReady,
    HandoffCancelled,
    HandoffRequested,
    InvitationShown,
    Labelled,
    NoteAdded,
    OfferEnded,
    OfferMade,
    OperatorMessage,
    OwnerLost,
    ParticipantJoined,
    ParticipantLeft,
    Rated,
    Redacted,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    SystemNotice,
    Taken,
    TranscriptAsked,
    Transferred,
    Unrecognized,
    WrapUpStarted,
)


def findable(event: AnyEvent) -> str:
    """What was said or noted, and the names of files; "" where nothing of it is looked for. For people only."""
    match event:
        case CustomerMessage() | OperatorMessage():
            return " ".join([event.text, *(file.name for file in event.files)]).strip()
        case BotMessage() | NoteAdded():
            return event.text
        case Transferred():
            return event.note
        case DetailsLeft():
            return event.value
        case (
            Rated() | SystemNotice() | DeliveryFailed() | DeliveryReplayed() | BotTurn() | BotTurnDropped() | BotTurnFailed()
            | HandoffRequested() | HandoffCancelled() | OfferMade() | OfferEnded() | Taken() | ReturnedToBot() | OwnerLost()
            | ParticipantJoined() | ParticipantLeft() | ConversationStarted() | ChannelJoined() | FactsChanged()
            | WrapUpStarted() | Resolved() | Reopened() | Snoozed() | FileReady() | FileFailed() | Redacted()
            | Unrecognized() | Labelled() | AttributesSet() | InvitationShown() | ConsentAsked() | ConsentGiven()
            | AnswerRated() | TranscriptAsked()
        ):  # fmt: skip
            return ""
        case _:
            assert_never(event)
