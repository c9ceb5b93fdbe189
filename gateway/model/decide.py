"""``decide``: what a command makes of a conversation. One table, state × command, and a function a cell.

What is not in the table is refused with ``NotPossible``. Handlers read the state and the command and nothing else;
time and ids are given to the events where they are appended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

import msgspec

from gateway.errors import Invalid, NotOwner, NotPossible, StaleFloor, TakenBy
from gateway.faults import desk
from gateway.model import acts
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.events import (
    BotMessage,
    BotTurn,
    BotTurnDropped,
    BotTurnFailed,
    ChannelJoined,
    ConversationStarted,
    CustomerMessage,
    DeliveryFailed,
    DeliveryReplayed,
    FactsChanged,
    FileFailed,
    FileReady,
    HandoffCancelled,
    HandoffRequested,
    Labelled,
    NoteAdded,
    OfferEnded,
    OfferMade,
    OperatorMessage,
    OwnerLost,
    ParticipantJoined,
    ParticipantLeft,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    SystemNotice,
    Taken,
    Transferred,
    WrapUpStarted,
)
from gateway.model.evidence import evidence
from gateway.model.state import (
    FACT_LENGTH,
    FACT_NAME_LENGTH,
    MAX_FACTS,
    MAX_GUESSES,
    MAX_LABELS,
    MAX_PARTICIPANTS,
    Conversation,
    Floor,
    Status,
    Understood,
)

__all__ = ["MAX_SNOOZE", "TABLE", "Circumstances", "Events", "decide"]

MAX_SNOOZE = 366 * 24 * 3600 * 1_000_000
"""Microseconds; a leap year."""


def decide(state: Conversation | None, command: c.AnyCommand, circumstances: Circumstances | None = None) -> Events:
    """The events that ``command`` makes of ``state`` (``None``: no conversation yet), in order; maybe none.

    Raises a ``Refused`` whose text says what to do.
    """
    if state is None:
        if isinstance(command, c.Start):
            return (
                ConversationStarted(
                    contact=command.contact, endpoint=command.endpoint, locale=command.locale, page=command.page
                ),
            )
        raise NotPossible("There is no such conversation yet.", status="none")
    handler = TABLE[state.status].get(type(command))
    if handler is None:
        raise NotPossible(_no_step(state), status=state.status)
    return handler(state, command, circumstances or Circumstances())


def _no_step(state: Conversation) -> str:
    match state.status:
        case Status.RESOLVED:
            return "This conversation is resolved. It opens again when the customer writes."
        case Status.PENDING:
            return "The bot is answering. Take the conversation first."
        case Status.QUEUED:
            return "Nobody has this conversation yet. Take it first."
        case Status.OPEN:
            owner = state.owner.name if state.owner else "A colleague"
            return f"{owner} has this conversation. Only they, or a supervisor, can pass it on."
        case Status.WRAP_UP:
            return "The talk is over and is being wrapped up. Resolve it, or transfer it."
        case Status.SNOOZED:
            return "This conversation is snoozed. Take it first."
        case _:
            assert_never(state.status)


# --- the customer ---


def _hear(state: Conversation, command: c.Say, circumstances: Circumstances) -> Events:
    return (_message(command),)


def _hear_again(state: Conversation, command: c.Say, circumstances: Circumstances) -> Events:
    """The customer writes to a conversation at rest: first it is opened again, then the message counts as input."""
    if command.closing:
        return (_message(command),)
    return (_reopening(state, circumstances), msgspec.structs.replace(_message(command), closing=False))


def _hear_in_wrap_up(state: Conversation, command: c.Say, circumstances: Circumstances) -> Events:
    """The talk was not over: its owner goes on, so that no wrap-up timer can bury an unanswered message."""
    if command.closing or state.owner is None:
        return (_message(command),)
    return (Reopened(to="owner", owner=state.owner), _message(command))


def _reopening(state: Conversation, circumstances: Circumstances) -> Reopened:
    if state.last_owner is None:
        return Reopened(to="bot")
    if circumstances.owner_available:
        return Reopened(to="owner", owner=state.last_owner)
    return Reopened(to="queue")


def _message(command: c.Say) -> CustomerMessage:
    return CustomerMessage(
        text=command.text, endpoint=command.endpoint, choice=command.choice, client_id=command.client_id,
        closing=command.closing, sent_at=command.sent_at, page=command.page, files=command.files,
    )  # fmt: skip


def _ask_for_person(state: Conversation, command: c.AskForPerson, circumstances: Circumstances) -> Events:
    shown = evidence(state, state.understood)
    return (HandoffRequested(reason="customer_asked", by="customer", team=state.team, evidence=shown),)


def _nothing(state: Conversation, command: Any, circumstances: Circumstances) -> Events:
    return ()


def _cancel_handoff(state: Conversation, command: c.CancelHandoff, circumstances: Circumstances) -> Events:
    return (HandoffCancelled(),)


def _leave(state: Conversation, command: c.Leave, circumstances: Circumstances) -> Events:
    return (Resolved(by="customer", ending="lost", reason=command.reason),)


def _join_channel(state: Conversation, command: c.JoinChannel, circumstances: Circumstances) -> Events:
    return () if command.endpoint == state.endpoint else (ChannelJoined(endpoint=command.endpoint),)


# --- the bot ---


def _dropped(state: Conversation, command: c.FinishTurn | c.FailTurn) -> Events:
    """The fence: a turn that saw another floor, or other answered inputs, is recorded and says nothing."""
    if state.floor is not Floor.BOT or state.floor_seq != command.floor_seq:
        return (BotTurnDropped(upto=command.upto, reason="floor_changed"),)
    if state.answered != command.answered or not state.answered < command.upto <= state.last_input:
        return (BotTurnDropped(upto=command.upto, reason="superseded"),)
    return ()


def _finish_turn(state: Conversation, command: c.FinishTurn, circumstances: Circumstances) -> Events:
    dropped = _dropped(state, command)
    if dropped:
        return dropped
    turn = BotTurn(
        answered=command.answered, upto=command.upto, outcome=command.outcome, version=command.version,
        intents=command.intents, facts=_bounded(command.facts), language=command.language, misses=command.misses,
        elapsed=command.elapsed,
    )  # fmt: skip
    replies = tuple(
        BotMessage(
            text=reply.text, buttons=reply.buttons, cards=reply.cards, endpoint=state.endpoint, turn=command.upto
        )
        for reply in command.replies
    )
    if command.handoff is None:
        return (turn, *replies)
    # That a person was asked for, the reason says; what the card needs is what was understood before.
    seen = Understood(seq=command.upto, intents=command.intents[:MAX_GUESSES])
    shown = evidence(state, state.understood if command.handoff == "customer_asked" else seen)
    handoff = HandoffRequested(reason=command.handoff, by="bot", team=state.team, evidence=shown)
    return (turn, *replies, handoff)


def _fail_turn(state: Conversation, command: c.FailTurn, circumstances: Circumstances) -> Events:
    dropped = _dropped(state, command)
    if dropped:
        return dropped
    failed = BotTurnFailed(upto=command.upto, attempts=command.attempts)
    return (failed, HandoffRequested(reason="bot_failed", by="system", team=state.team, evidence=evidence(state)))


def _drop_turn(state: Conversation, command: c.FinishTurn | c.FailTurn, circumstances: Circumstances) -> Events:
    return _dropped(state, command)


# --- people ---


def _take(state: Conversation, command: c.Take, circumstances: Circumstances) -> Events:
    if state.offer is not None and state.offer.operator.id != command.operator.id:
        raise TakenBy(
            f"It is offered to {state.offer.operator.name} right now.", owner=state.offer.operator.name
        )  # fmt: skip
    return (Taken(operator=command.operator, via="take"),)


def _take_owned(state: Conversation, command: c.Take, circumstances: Circumstances) -> Events:
    if state.owner is not None and state.owner.id == command.operator.id:
        return ()
    owner = state.owner.name if state.owner else ""
    raise TakenBy(f"{owner} was faster and has this conversation.", owner=owner)


def _fence(state: Conversation, command: c.SendReply | c.Transfer | c.ReturnToBot | c.Snooze | c.Resolve) -> None:
    """Only the owner (or a participant, for a reply), and only while their screen is up to date."""
    allowed = {state.owner.id} if state.owner else set()
    if isinstance(command, c.SendReply):
        allowed |= {p.operator.id for p in state.participants if p.role != "coach"}
    if isinstance(command, c.Resolve) and command.override:
        allowed.add(command.operator.id)
    owner = state.owner.name if state.owner else ""
    if command.operator.id not in allowed:
        raise NotOwner(f"{owner or 'Nobody'} has this conversation. Take it first, or add a note.", owner=owner)
    if command.floor_seq != state.floor_seq:
        raise StaleFloor("The conversation changed hands since. Look at it again, then send.", owner=owner)


def _reply(state: Conversation, command: c.SendReply, circumstances: Circumstances) -> Events:
    _fence(state, command)
    endpoint = command.endpoint or state.endpoint
    if endpoint != state.endpoint and endpoint not in state.channels:
        raise Invalid("That channel isn't part of this conversation. Choose one that is.", field="endpoint")
    return (
        OperatorMessage(
            text=command.text, endpoint=endpoint, operator=command.operator.id,
            name=command.operator.name, client_id=command.client_id, files=command.files,
            cards=command.cards,
        ),
    )  # fmt: skip


def _note(state: Conversation, command: c.AddNote, circumstances: Circumstances) -> Events:
    operator = command.operator
    return (
        NoteAdded(
            text=command.text, operator=operator.id, name=operator.name, client_id=command.client_id,
            mentions=command.mentions,
        ),
    )  # fmt: skip


def _set_facts(state: Conversation, command: c.SetFacts, circumstances: Circumstances) -> Events:
    return (FactsChanged(facts=_bounded(command.facts), operator=command.operator.id, name=command.operator.name),)


def _bounded(facts: dict[str, str]) -> dict[str, str]:
    """As many facts, and as much of each, as a state may hold; whoever found them. The latest are kept."""
    latest = list(facts.items())[-MAX_FACTS:]
    return {name[:FACT_NAME_LENGTH]: value[:FACT_LENGTH] for name, value in latest if name}


def _transfer(state: Conversation, command: c.Transfer, circumstances: Circumstances) -> Events:
    _fence(state, command)
    if command.to is not None and state.owner is not None and command.to.id == state.owner.id:
        raise Invalid("It is theirs already. Choose a colleague.", field="to")
    moved = Transferred(by=command.operator, team=command.team, to=command.to, note=command.note)
    return (moved,) if command.to is None else (moved, Taken(operator=command.to, via="transfer"))


def _return_to_bot(state: Conversation, command: c.ReturnToBot, circumstances: Circumstances) -> Events:
    _fence(state, command)
    return (ReturnedToBot(by=command.operator),)


def _snooze(state: Conversation, command: c.Snooze, circumstances: Circumstances) -> Events:
    _fence(state, command)
    now = circumstances.now
    if command.until <= now:
        raise Invalid("That time is past. Choose one that is still to come.", field="until")
    if command.until > now + MAX_SNOOZE:
        raise Invalid(
            "That is more than a year ahead. Choose a nearer time, or resolve the conversation.", field="until"
        )
    return (Snoozed(by=command.operator, until=command.until),)


def _resolve(state: Conversation, command: c.Resolve, circumstances: Circumstances) -> Events:
    _fence(state, command)
    if command.wrap_up and state.status is Status.OPEN:
        return (WrapUpStarted(by=command.operator),)
    operator = command.operator
    return (Resolved(by="operator", ending="answered", operator=operator.id, name=operator.name, code=command.code),)


def _join(state: Conversation, command: c.Join, circumstances: Circumstances) -> Events:
    if len(state.participants) >= MAX_PARTICIPANTS:
        raise NotPossible(f"At most {MAX_PARTICIPANTS} people can join a conversation.")
    return (ParticipantJoined(operator=command.operator, role=command.role),)


def _part(state: Conversation, command: c.Part, circumstances: Circumstances) -> Events:
    present = any(p.operator.id == command.operator.id for p in state.participants)
    return (ParticipantLeft(operator=command.operator),) if present else ()


# --- routing and timers ---


def _request_handoff(state: Conversation, command: c.RequestHandoff, circumstances: Circumstances) -> Events:
    return (
        HandoffRequested(
            reason=command.reason, by=command.by, team=command.team, priority=command.priority,
            evidence=command.evidence or evidence(state, state.understood),
        ),
    )  # fmt: skip


def _make_offer(state: Conversation, command: c.MakeOffer, circumstances: Circumstances) -> Events:
    if state.offer is not None:
        raise NotPossible(f"It is offered to {state.offer.operator.name} already.", owner=state.offer.operator.name)
    return (OfferMade(operator=command.operator, expires_at=command.expires_at),)


def _accept_offer(state: Conversation, command: c.AcceptOffer, circumstances: Circumstances) -> Events:
    if state.offer is None or state.offer.operator.id != command.operator.id:
        raise NotPossible("This offer has ended. The conversation may still be in the queue.")
    return (Taken(operator=command.operator, via="offer"),)


def _end_offer(state: Conversation, command: c.EndOffer, circumstances: Circumstances) -> Events:
    if state.offer is None or state.offer.operator.id != command.operator.id:
        return ()
    return (OfferEnded(operator=command.operator, reason=command.reason),)


def _lose_owner_in_wrap_up(state: Conversation, command: c.LoseOwner, circumstances: Circumstances) -> Events:
    """The talk is over, and what is left to note nobody else can: it ends as answered."""
    if state.owner is None or state.owner.id != command.operator.id:
        return ()
    owner = state.owner
    return (Resolved(by="system", ending="answered", operator=owner.id, name=owner.name),)


def _lose_owner(state: Conversation, command: c.LoseOwner, circumstances: Circumstances) -> Events:
    if state.owner is None or state.owner.id != command.operator.id:
        return ()
    return (OwnerLost(operator=command.operator, reason=command.reason),)


def _wake(state: Conversation, command: c.Wake, circumstances: Circumstances) -> Events:
    return (_reopening(state, circumstances),)


def _notify(state: Conversation, command: c.Notify, circumstances: Circumstances) -> Events:
    return (SystemNotice(notice=command.notice, text=command.text, endpoint=state.endpoint, buttons=command.buttons),)


def _set_labels(state: Conversation, command: c.SetLabels, circumstances: Circumstances) -> Events:
    """Only what is news."""
    added = tuple(one for one in dict.fromkeys(command.add) if one not in state.labels)
    removed = tuple(one for one in dict.fromkeys(command.remove) if one in state.labels and one not in command.add)
    if len(state.labels) + len(added) - len(removed) > MAX_LABELS:
        raise NotPossible(desk.LABELS(limit=MAX_LABELS))
    return (Labelled(by=command.operator, added=added, removed=removed),) if added or removed else ()


def _report_failure(state: Conversation, command: c.ReportFailure, circumstances: Circumstances) -> Events:
    return (DeliveryFailed(seq=command.seq, part=command.part, reason=command.reason, fault=command.fault),)


def _finish_file(state: Conversation, command: c.FinishFile, circumstances: Circumstances) -> Events:
    return (FileReady(seq=command.seq, file=command.file),)


def _fail_file(state: Conversation, command: c.FailFile, circumstances: Circumstances) -> Events:
    return (FileFailed(seq=command.seq, file=command.file, reason=command.reason),)


def _replay(state: Conversation, command: c.Replay, circumstances: Circumstances) -> Events:
    return (DeliveryReplayed(seq=command.seq, by=command.operator),)


def _close(state: Conversation, command: c.Close, circumstances: Circumstances) -> Events:
    return (Resolved(by="system", ending=command.ending, reason=command.reason, continued_in=command.continued_in),)


# --- the table ---

Handler = Callable[[Conversation, Any, Circumstances], Events]
_ALWAYS: dict[type[c.Command], Handler] = {
    c.Rate: acts.rate, c.RateAnswer: acts.rate_answer, c.End: acts.end, c.Consent: acts.consent,
    c.ShowInvitation: acts.show_invitation, c.SetAttributes: acts.set_attributes, c.LeaveDetails: acts.leave_details, c.AskTranscript: acts.ask_transcript,
    c.AddNote: _note, c.SetFacts: _set_facts, c.SetLabels: _set_labels, c.ReportFailure: _report_failure, c.Part: _part,
    c.EndOffer: _end_offer, c.LoseOwner: _lose_owner, c.FinishTurn: _drop_turn, c.FailTurn: _drop_turn,
    c.FinishFile: _finish_file, c.FailFile: _fail_file,
    c.Replay: _replay,
}  # fmt: skip
_UNRESOLVED: dict[type[c.Command], Handler] = {
    **_ALWAYS, c.Say: _hear, c.JoinChannel: _join_channel, c.Notify: _notify, c.Close: _close,
}  # fmt: skip
_PEOPLE: dict[type[c.Command], Handler] = {
    **_UNRESOLVED, c.Take: _take_owned, c.SendReply: _reply, c.Transfer: _transfer, c.ReturnToBot: _return_to_bot,
    c.Resolve: _resolve, c.Join: _join, c.AskForPerson: _nothing,
}  # fmt: skip

TABLE: dict[Status, dict[type[c.Command], Handler]] = {
    Status.PENDING: {
        **_UNRESOLVED, c.AskForPerson: _ask_for_person, c.CancelHandoff: _nothing, c.FinishTurn: _finish_turn,
        c.FailTurn: _fail_turn, c.RequestHandoff: _request_handoff, c.Take: _take, c.Leave: _leave,
        c.Resolve: _resolve,
    },
    Status.QUEUED: {
        **_UNRESOLVED, c.AskForPerson: _nothing, c.CancelHandoff: _cancel_handoff, c.MakeOffer: _make_offer,
        c.AcceptOffer: _accept_offer, c.Take: _take, c.Leave: _leave, c.RequestHandoff: _nothing,
        c.Resolve: _resolve,
    },
    Status.OPEN: {**_PEOPLE, c.Snooze: _snooze},
    Status.WRAP_UP: {**_PEOPLE, c.Say: _hear_in_wrap_up, c.LoseOwner: _lose_owner_in_wrap_up},
    Status.SNOOZED: {
        # An owner who goes home leaves it asleep: waking finds out whether they are back.
        **_UNRESOLVED, c.Say: _hear_again, c.Wake: _wake, c.Take: _take, c.LoseOwner: _nothing,
        c.Resolve: _resolve,
    },
    Status.RESOLVED: {**_ALWAYS, c.Say: _hear_again},
}  # fmt: skip
