"""What routing, timers and deliveries do, decided."""

from __future__ import annotations

from gateway.errors import NotOwner, NotPossible
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.decisions.consults import after_owner
from gateway.model.decisions.customer import reopening
from gateway.model.events import (
    AnswersForwarded,
    DeliveryFailed,
    EndpointBack,
    EndpointLost,
    FileFailed,
    FileReady,
    HandoffRequested,
    OfferEnded,
    OfferMade,
    OwnerLost,
    Resolved,
    SystemNotice,
    Taken,
    Transcribed,
)
from gateway.model.evidence import evidence
from gateway.model.state import ANSWER_LENGTH, Conversation


def request_handoff(state: Conversation, command: c.RequestHandoff, circumstances: Circumstances) -> Events:
    return (
        HandoffRequested(
            reason=command.reason, by=command.by, team=command.team, priority=command.priority,
            evidence=command.evidence or evidence(state, state.understood),
        ),
    )  # fmt: skip


def make_offer(state: Conversation, command: c.MakeOffer, circumstances: Circumstances) -> Events:
    if state.offer is not None:
        raise NotPossible(f"It is offered to {state.offer.operator.name} already.", owner=state.offer.operator.name)
    return (OfferMade(operator=command.operator, expires_at=command.expires_at),)


def accept_offer(state: Conversation, command: c.AcceptOffer, circumstances: Circumstances) -> Events:
    if state.offer is None or state.offer.operator.id != command.operator.id:
        raise NotPossible("This offer has ended. The conversation may still be in the queue.")
    return (Taken(operator=command.operator, via="offer"),)


def end_offer(state: Conversation, command: c.EndOffer, circumstances: Circumstances) -> Events:
    if state.offer is None or state.offer.operator.id != command.operator.id:
        return ()
    return (OfferEnded(operator=command.operator, reason=command.reason),)


def lose_owner(state: Conversation, command: c.LoseOwner, circumstances: Circumstances) -> Events:
    if not _owns(state, command):
        return ()
    return after_owner(state, OwnerLost(operator=command.operator, reason=command.reason))


def _owns(state: Conversation, command: c.LoseOwner) -> bool:
    """Whoever is found gone may have lost it meanwhile; whoever gives it back themselves is told."""
    owner = state.owner
    if owner is not None and owner.id == command.operator.id:
        return True
    if command.reason == "signed_out":
        name = owner.name if owner is not None else ""
        raise NotOwner(f"{name or 'Nobody'} has this conversation.", owner=name)
    return False


def lose_owner_in_wrap_up(state: Conversation, command: c.LoseOwner, circumstances: Circumstances) -> Events:
    """The talk is over, and what is left to note nobody else can: it ends as answered."""
    if not _owns(state, command):
        return ()
    assert state.owner is not None
    return (Resolved(by="system", ending="answered", operator=state.owner.id, name=state.owner.name),)


def end_wrap_up(state: Conversation, command: c.EndWrapUp, circumstances: Circumstances) -> Events:
    """Where a code must be chosen it waits for its owner, and only their time is over."""
    time, owner = state.wrap_up, state.owner
    if time is None or not time.until or time.until > circumstances.now or time.code or owner is None:
        return ()
    return (Resolved(by="system", ending="answered", operator=owner.id, name=owner.name),)


def wake(state: Conversation, command: c.Wake, circumstances: Circumstances) -> Events:
    return (reopening(state, circumstances),)


def notify(state: Conversation, command: c.Notify, circumstances: Circumstances) -> Events:
    return (SystemNotice(notice=command.notice, text=command.text, endpoint=state.endpoint, buttons=command.buttons),)


def close(state: Conversation, command: c.Close, circumstances: Circumstances) -> Events:
    return (Resolved(by="system", ending=command.ending, reason=command.reason, continued_in=command.continued_in),)


def report_failure(state: Conversation, command: c.ReportFailure, circumstances: Circumstances) -> Events:
    return (DeliveryFailed(seq=command.seq, part=command.part, reason=command.reason, fault=command.fault),)


def forward_answers(state: Conversation, command: c.ForwardAnswers, circumstances: Circumstances) -> Events:
    return (
        AnswersForwarded(
            way=command.way, address=command.address, since=command.since, upto=command.upto, fault=command.fault
        ),
    )  # fmt: skip


def lose_endpoint(state: Conversation, command: c.LoseEndpoint, circumstances: Circumstances) -> Events:
    known = command.endpoint.identity in state.unreachable
    return () if known else (EndpointLost(endpoint=command.endpoint),)


def regain_endpoint(state: Conversation, command: c.RegainEndpoint, circumstances: Circumstances) -> Events:
    known = command.endpoint.identity in state.unreachable
    return (EndpointBack(endpoint=command.endpoint),) if known else ()


def finish_file(state: Conversation, command: c.FinishFile, circumstances: Circumstances) -> Events:
    return (FileReady(seq=command.seq, file=command.file),)


def fail_file(state: Conversation, command: c.FailFile, circumstances: Circumstances) -> Events:
    return (FileFailed(seq=command.seq, file=command.file, reason=command.reason),)


def tell_speech(state: Conversation, command: c.TellSpeech, circumstances: Circumstances) -> Events:
    return (
        Transcribed(
            seq=command.seq, file=command.file, text=command.text[:ANSWER_LENGTH], language=command.language,
            confidence=command.confidence, problem=command.problem,
        ),
    )  # fmt: skip
