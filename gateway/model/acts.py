"""What customers do beside writing, decided: rating, ending, agreeing, leaving a way to be reached."""

from __future__ import annotations

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.events import (
    AnswerRated,
    AttributesSet,
    ConsentAsked,
    ConsentGiven,
    DetailsLeft,
    InvitationShown,
    Rated,
    Resolved,
    TranscriptAsked,
)
from gateway.model.state import ATTRIBUTE_LENGTH, ATTRIBUTE_NAME_LENGTH, MAX_ATTRIBUTES, Conversation, Status

RATING_WINDOW = 7 * 24 * 3600 * 1_000_000
"""Microseconds after the end in which a rating can be given, and changed."""


def rate(state: Conversation, command: c.Rate, circumstances: Circumstances) -> Events:
    if state.resolved_at is not None and circumstances.now - state.resolved_at > RATING_WINDOW:
        raise NotPossible("The conversation ended too long ago to be rated. Write to us instead.")
    return (Rated(score=command.score, comment=command.comment),)


def rate_answer(state: Conversation, command: c.RateAnswer, circumstances: Circumstances) -> Events:
    return (AnswerRated(seq=command.seq, helpful=command.helpful),)


def end(state: Conversation, command: c.End, circumstances: Circumstances) -> Events:
    """Who still waits for a person has got no answer of one: the ledger says so."""
    if state.status is Status.RESOLVED:
        return ()
    if state.status is Status.QUEUED:
        return (Resolved(by="customer", ending="lost", reason="left"),)
    return (Resolved(by="customer", ending="answered"),)


def consent(state: Conversation, command: c.Consent, circumstances: Circumstances) -> Events:
    if state.consent == command.version:
        return ()
    return (
        ConsentAsked(version=command.version, text=command.text),
        ConsentGiven(version=command.version),
    )


def show_invitation(state: Conversation, command: c.ShowInvitation, circumstances: Circumstances) -> Events:
    return (InvitationShown(id=command.id, text=command.text),)


def set_attributes(state: Conversation, command: c.SetAttributes, circumstances: Circumstances) -> Events:
    """Only what is news; as many as a state may hold."""
    news = {
        name[:ATTRIBUTE_NAME_LENGTH]: value[:ATTRIBUTE_LENGTH]
        for name, value in list(command.attributes.items())[:MAX_ATTRIBUTES]
        if name and value != state.attributes.get(name, "")
    }
    return (AttributesSet(attributes=news),) if news else ()


def ask_transcript(state: Conversation, command: c.AskTranscript, circumstances: Circumstances) -> Events:
    return (TranscriptAsked(address=command.address),)


def leave_details(state: Conversation, command: c.LeaveDetails, circumstances: Circumstances) -> Events:
    if state.details.get(command.kind) == command.value:
        return ()
    return (DetailsLeft(kind=command.kind, value=command.value),)
