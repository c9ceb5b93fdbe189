"""What an append brings with it, in the same transaction: notices, turns, deliveries, timers, the ledger."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from gateway.dispatcher.absence import note_waiting
from gateway.dispatcher.alerting import plan_alerts
from gateway.dispatcher.consulting import plan_ring
from gateway.dispatcher.legs import begin_leg, end_leg
from gateway.dispatcher.listening import plan_listening, tell_unheard, wake_turn
from gateway.dispatcher.outgoing import plan as plan_delivery
from gateway.dispatcher.policy import MINUTE, Policy
from gateway.dispatcher.rating import ask_for_rating
from gateway.dispatcher.recording import keep
from gateway.dispatcher.routing import plan_routing
from gateway.dispatcher.stints import note_stint
from gateway.dispatcher.transcripts import Job, plan
from gateway.dispatcher.unread import note_unread
from gateway.dispatcher.votes import count_vote
from gateway.dispatcher.waiting import note_patience, tell_who_waits
from gateway.model.events import (
    AnswerRated,
    AttributesSet,
    BotMessage,
    CallbackPromised,
    CallbackTried,
    CallEnded,
    CallStarted,
    ConsentGiven,
    ConversationStarted,
    CustomerMessage,
    DetailsLeft,
    Entry,
    HandoffRequested,
    Labelled,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    Rated,
    Reopened,
    Resolved,
    Snoozed,
    SystemNotice,
    Taken,
    TranscriptAsked,
    Transferred,
    WrapUpExtended,
    WrapUpStarted,
)
from gateway.model.state import Conversation, Floor, Status
from gateway.store import contacts, due, files, labels, ledger, waiting
from gateway.store.log import Draft
from gateway.store.sql import Tx

TURN, DELIVERY, WAKE, IDLE, WRAP_UP, SILENCE = "turn", "delivery", "wake", "idle", "wrap_up", "silence"


def follow_up(tx: Tx, draft: Draft, policy: Policy) -> None:
    """The system's own lines to what just happened; they need no floor."""
    ask_for_rating(tx, draft, policy)
    tell_unheard(tx, draft, policy)
    state = draft.state
    if state is not None and state.status is Status.QUEUED:
        tell_who_waits(tx, draft, policy)


class HeldTurn(NamedTuple):
    """A turn that this node has claimed, and the instant when it is due."""

    due_at: int
    fence: int


class Planned(NamedTuple):
    """``turn``: the one that this node now holds, if there is one. ``routed``: a queue, or who is gone, is to be looked at."""

    turn: HeldTurn | None
    routed: bool


def write_consequences(tx: Tx, draft: Draft, policy: Policy, *, at_once: bool) -> Planned:
    """Writes the due rows and the ledger's lines."""
    state = draft.state
    assert state is not None
    for entry in draft.entries:
        _write_for(tx, draft, entry, policy)
        plan_listening(tx, draft, entry, policy)
        plan_ring(tx, draft.conversation, entry)
        keep(tx, state, entry)
        note_stint(tx, draft.conversation, entry, draft.before, now=draft.now)
    if draft.before is not None and draft.before.wrap_up is not None and state.wrap_up is None:
        due.drop(tx, WRAP_UP, draft.conversation)
    policy.set_ups.plan_calls(tx, draft.conversation, draft.entries, now=draft.now)
    plan_alerts(tx, draft, policy)
    routed = plan_routing(tx, draft)
    note_patience(tx, draft, policy)
    note_unread(tx, draft, policy)
    routed = note_waiting(tx, draft.before, state, policy, now=draft.now) or routed
    wake_turn(tx, draft, TURN)
    return Planned(_plan_turn(tx, draft, policy, at_once=at_once), routed)


def _plan_turn(tx: Tx, draft: Draft, policy: Policy, *, at_once: bool) -> HeldTurn | None:
    state = draft.state
    assert state is not None
    if state.floor is not Floor.BOT or not state.unanswered:
        return None
    due_at = draft.now + (0 if at_once else policy.pause(state.endpoint.channel))
    fence = due.hold(tx, TURN, state.id, due_at=due_at, node=policy.node, until=due_at + policy.turn_lease)
    if fence is None and at_once:
        fence = due.put_forward(tx, TURN, state.id, due_at=due_at, node=policy.node)
    return None if fence is None else HeldTurn(due_at, fence)


def _write_for(tx: Tx, draft: Draft, entry: Entry, policy: Policy) -> None:
    if isinstance(entry.event, CustomerMessage | OperatorMessage):
        for file in entry.event.files:
            if not file.pending:
                files.attach(tx, file.id, conversation=draft.conversation, seq=entry.seq)
    match entry.event:
        case BotMessage() | OperatorMessage() | SystemNotice() | OperatorEdited() | OperatorDeleted() as message:
            endpoint = message.endpoint
            capabilities = policy.pushed.get(endpoint.channel)
            if capabilities is not None and plan_delivery(
                tx, draft.conversation, entry.seq, message, capabilities=capabilities, now=draft.now
            ):
                due.poke(tx, DELIVERY, endpoint.identity, due_at=draft.now)
        case CustomerMessage():
            _begin_request(tx, draft)
        case CallStarted() as called:
            _begin_request(tx, draft)
            begin_leg(tx, draft.conversation, called, node=policy.node, now=draft.now)
        case CallEnded() as ended:
            end_leg(tx, ended)
        case ConversationStarted() as started:
            due.put(tx, IDLE, draft.conversation, due_at=draft.now + policy.idle_after)
            if not started.outbound:
                contacts.approach(tx, started.contact, now=draft.now)
        case Reopened():
            if draft.before is not None and draft.before.status is Status.RESOLVED:
                contacts.approach(tx, draft.before.contact, now=draft.now)
            due.drop(tx, WAKE, draft.conversation)
            _begin_silence(tx, draft, policy)
            due.put(tx, IDLE, draft.conversation, due_at=draft.now + policy.idle_after)
            if draft.before is None or draft.before.request == 0:
                _open_request(tx, draft, entry.seq)
        case HandoffRequested() as handoff:
            _begin_request(tx, draft)
            ledger.hand_request(tx, draft.conversation, team=handoff.team, now=draft.now)
        case Transferred() as moved:
            if moved.to is None:
                ledger.hand_request(tx, draft.conversation, team=moved.team, now=draft.now)
        case AnswerRated() as rated:
            count_vote(tx, draft.conversation, rated, before=entry.seq)
        case Rated() as rated:
            ledger.rate_request(tx, draft.conversation, rated.score)
        case Taken():
            _begin_silence(tx, draft, policy)
            before = draft.before
            if before is not None and before.status is Status.QUEUED and before.waiting_since is not None:
                waited = draft.now - before.waiting_since
                waiting.note_wait(tx, draft.conversation, opened_seq=before.request, waited=waited)
        case TranscriptAsked() as asked:
            job = Job(conversation=draft.conversation, to=asked.address, locale=_state(draft).locale)
            plan(tx, job, seq=entry.seq, now=draft.now)
        case AttributesSet() | DetailsLeft() | ConsentGiven() as said:
            _note(tx, draft, said)
        case Labelled() as labelled:
            labels.change(tx, draft.conversation, added=labelled.added, removed=labelled.removed)
        case Snoozed() as snoozed:
            due.reset(tx, WAKE, draft.conversation, due_at=snoozed.until)
        case CallbackPromised() as promised:
            due.reset(tx, WAKE, draft.conversation, due_at=promised.due_at)
        case CallbackTried() as tried:
            due.reset(tx, WAKE, draft.conversation, due_at=tried.again_at)
        case WrapUpStarted(until=until) | WrapUpExtended(until=until):
            if until:
                due.reset(tx, WRAP_UP, draft.conversation, due_at=until)
            else:
                due.drop(tx, WRAP_UP, draft.conversation)
        case Resolved() as resolved:
            due.drop(tx, IDLE, draft.conversation)
            due.drop(tx, WAKE, draft.conversation)
            due.drop(tx, SILENCE, draft.conversation)
            opened = _request_before(draft, entry)
            ledger.end_request(tx, draft.conversation, resolved, opened_seq=opened, now=draft.now)
        case _:
            pass


def _begin_request(tx: Tx, draft: Draft) -> None:
    """A request is an approach of the customer: it begins with what they say first, or where they are passed on, and not
    when a messenger tells that they opened the chat, or people write to them. What is opened again begins one by that."""
    before = draft.before
    if before is None or (before.request and before.last_input <= before.request):
        opened = before.request if before is not None else 1
        _open_request(tx, draft, opened)
        if before is not None and before.owner is not None:  # people wrote first: no bot had a part in it
            ledger.hand_request(tx, draft.conversation, team=before.team, now=draft.now)


def _open_request(tx: Tx, draft: Draft, opened: int) -> None:
    assert draft.state is not None
    channel = draft.state.endpoint.channel
    ledger.open_request(tx, draft.conversation, opened_seq=opened, channel=channel, now=draft.now)


def _begin_silence(tx: Tx, draft: Draft, policy: Policy) -> None:
    """Somebody has it now: when the customer falls silent, that is looked at (``timers``)."""
    rules = policy.set_ups.of(tx, draft.now).waiting
    after = rules.remind_after or rules.close_after
    if draft.state is not None and draft.state.status is Status.OPEN and after:
        due.put(tx, SILENCE, draft.conversation, due_at=draft.now + after * MINUTE)


def _state(draft: Draft) -> Conversation:
    assert draft.state is not None
    return draft.state


def _note(tx: Tx, draft: Draft, said: AttributesSet | DetailsLeft | ConsentGiven) -> None:
    """What the contact keeps for their next conversation."""
    contact = _state(draft).contact
    match said:
        case AttributesSet():
            contacts.note(tx, contact, claimed=said.attributes)
        case DetailsLeft():
            contacts.note(tx, contact, details={said.kind: said.value})
        case ConsentGiven():
            contacts.note(tx, contact, consents={_state(draft).endpoint.inbox: said.version})
        case _:
            assert_never(said)


def _request_before(draft: Draft, resolved: Entry) -> int:
    """The request that was open when ``resolved`` ended it."""
    opened = [e.seq for e in draft.entries if e.seq < resolved.seq and isinstance(e.event, Reopened)]
    before: Conversation | None = draft.before
    if before is not None and before.request:
        return before.request
    return opened[-1] if opened else 1
