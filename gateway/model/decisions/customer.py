"""What customers write and do, decided; also how what rests is opened again."""

from __future__ import annotations

import msgspec

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.events import (
    AnswerRated,
    AttributesSet,
    Author,
    CallbackPromised,
    ChannelJoined,
    ChatOpened,
    ConsentAsked,
    ConsentGiven,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DetailsLeft,
    HandoffCancelled,
    HandoffRequested,
    InvitationShown,
    MessageExtended,
    Rated,
    Reopened,
    Resolved,
    SystemNotice,
    TranscriptAsked,
)
from gateway.model.evidence import evidence
from gateway.model.state import ATTRIBUTE_LENGTH, ATTRIBUTE_NAME_LENGTH, MAX_ATTRIBUTES, Conversation, Status

RATING_WINDOW = 7 * 24 * 3600 * 1_000_000
"""Microseconds after the end in which a rating can be given, and changed."""


def hear(state: Conversation, command: c.Say, circumstances: Circumstances) -> Events:
    return (_message(command),)


def hear_again(state: Conversation, command: c.Say, circumstances: Circumstances) -> Events:
    """The customer writes to a conversation at rest: first it is opened again, then the message counts as input."""
    if command.closing:
        return (_message(command),)
    return (reopening(state, circumstances), msgspec.structs.replace(_message(command), closing=False))


def hear_in_wrap_up(state: Conversation, command: c.Say, circumstances: Circumstances) -> Events:
    """The talk was not over: its owner goes on, so that no wrap-up timer can bury an unanswered message."""
    if command.closing or state.owner is None:
        return (_message(command),)
    return (Reopened(to="owner", owner=state.owner), _message(command))


def reopening(state: Conversation, circumstances: Circumstances) -> Reopened:
    """Whose it is when something happens in a conversation at rest: whoever had it last comes first."""
    if state.last_owner is None and state.callback is None:
        return Reopened(to="bot")
    if circumstances.owner_available and state.last_owner is not None:
        return Reopened(to="owner", owner=state.last_owner)
    return Reopened(to="queue")


def _message(command: c.Say) -> CustomerMessage:
    return CustomerMessage(
        text=command.text, endpoint=command.endpoint, choice=command.choice, client_id=command.client_id,
        closing=command.closing, sent_at=command.sent_at, page=command.page, files=command.files,
        spans=command.spans, author=command.author, reply_to=command.reply_to, quote=command.quote,
        forwarded=command.forwarded, place=command.place, phone=command.phone, unsupported=command.unsupported,
        topic=command.topic, speech=command.speech,
    )  # fmt: skip


def extend(state: Conversation, command: c.Extend, circumstances: Circumstances) -> Events:
    return (MessageExtended(seq=command.seq, files=command.files, text=command.text, spans=command.spans),)


def edit(state: Conversation, command: c.Edit, circumstances: Circumstances) -> Events:
    """Also of what is over: the log shows what was said, and what was made of it."""
    return (
        CustomerEdited(
            seq=command.seq, text=command.text, spans=command.spans, files=command.files, place=command.place,
            sent_at=command.sent_at,
        ),
    )  # fmt: skip


def react(state: Conversation, command: c.React, circumstances: Circumstances) -> Events:
    return (CustomerReacted(seq=command.seq, emoji=command.emoji),)


def open_chat(state: Conversation, command: c.OpenChat, circumstances: Circumstances) -> Events:
    """Greeted by the bot alone: whoever waits, or talks with a person, has no use for a menu."""
    opened = ChatOpened(endpoint=command.endpoint, payload=command.payload, author=command.author, topic=command.topic)
    if state.status is not Status.PENDING or not command.greeting:
        return (opened,)
    greeting = SystemNotice(
        notice="greeting", text=command.greeting, endpoint=command.endpoint, buttons=command.buttons
    )  # fmt: skip
    return (opened, greeting)


def ask_for_person(state: Conversation, command: c.AskForPerson, circumstances: Circumstances) -> Events:
    shown = evidence(state, state.understood)
    return (HandoffRequested(reason="customer_asked", by="customer", team=state.team, evidence=shown),)


def cancel_handoff(state: Conversation, command: c.CancelHandoff, circumstances: Circumstances) -> Events:
    return (HandoffCancelled(),)


def ask_callback(state: Conversation, command: c.AskCallback, circumstances: Circumstances) -> Events:
    by: Author = "system" if command.reason == "missed" else "customer"
    return (
        CallbackPromised(
            by=by, due_at=command.due_at, kind=command.kind, value=command.value, reason=command.reason
        ),
    )  # fmt: skip


def leave(state: Conversation, command: c.Leave, circumstances: Circumstances) -> Events:
    return (Resolved(by="customer", ending="lost", reason=command.reason),)


def join_channel(state: Conversation, command: c.JoinChannel, circumstances: Circumstances) -> Events:
    return () if command.endpoint == state.endpoint else (ChannelJoined(endpoint=command.endpoint),)


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
