"""What an append brings with it, in the same transaction: notices, turns, deliveries, timers, the ledger."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from gateway.dispatcher.absence import note_waiting
from gateway.dispatcher.alerting import plan_alerts
from gateway.dispatcher.outgoing import plan as plan_delivery
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.rating import ask_for_rating
from gateway.dispatcher.routing import plan_routing
from gateway.dispatcher.stints import note_stint
from gateway.dispatcher.transcripts import Job, plan
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import (
    AnyEvent,
    AttributesSet,
    BotMessage,
    Button,
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
    OwnerLost,
    Rated,
    Reopened,
    Resolved,
    Snoozed,
    SystemNotice,
    Taken,
    TranscriptAsked,
    WrapUpExtended,
    WrapUpStarted,
)
from gateway.model.state import Conversation, Floor, Status
from gateway.store import contacts, due, files, labels, ledger, waiting
from gateway.store.log import Draft
from gateway.store.sql import Tx

TURN, DELIVERY, WAKE, IDLE, WRAP_UP = "turn", "delivery", "wake", "idle", "wrap_up"


def follow_up(tx: Tx, draft: Draft, policy: Policy) -> None:
    """The system's own lines to what just happened; they need no floor."""
    ask_for_rating(tx, draft, policy)
    state = draft.state
    if state is not None and state.status is Status.PENDING and any(is_unheard(entry.event) for entry in draft.entries):
        say = policy.phrases.say
        person = Button(title=say("person_please", state.locale), payload=words.ASK_FOR_PERSON)
        draft.apply(c.Notify(notice="voice", text=say("voice_unheard", state.locale), buttons=(person,)))
    if state is None or state.status is not Status.QUEUED:
        return
    notice = next((_NOTICES[type(entry.event)] for entry in draft.entries if type(entry.event) in _NOTICES), None)
    if notice is not None:
        say = policy.phrases.say
        back = Button(title=say("back_to_bot", state.locale), payload=words.BACK_TO_BOT)
        text = say(notice, state.locale)
        opens = policy.set_ups.opens(tx, draft.now)
        if opens is None:
            notice, text = "queued_closed", say("queued_closed", state.locale)
        elif opens > draft.now:
            zone = policy.set_ups.of(tx, draft.now).zone
            when = policy.phrases.when(opens, state.locale, now=draft.now, zone=zone)
            notice, text = "queued_until", say("queued_until", state.locale, when=when)
        draft.apply(c.Notify(notice=notice, text=text, buttons=(back,)))


_NOTICES: dict[type, str] = {HandoffRequested: "queued", OwnerLost: "queued_again", Reopened: "queued"}


def is_unheard(event: AnyEvent) -> bool:
    """Something spoken that came without a word in writing: until speech is set up, the bot says that it can't listen."""
    return (
        isinstance(event, CustomerMessage)
        and not (event.text or event.choice)
        and any(file.kind in ("voice", "video_note") for file in event.files)
    )


class Planned(NamedTuple):
    """``turn_at``: the instant of a turn that this node now holds, if there is one. ``routed``: a queue, or
    who is gone, is to be looked at."""

    turn_at: int | None
    routed: bool


def write_consequences(tx: Tx, draft: Draft, policy: Policy, *, at_once: bool) -> Planned:
    """Writes the due rows and the ledger's lines."""
    state = draft.state
    assert state is not None
    for entry in draft.entries:
        _write_for(tx, draft, entry, policy)
        note_stint(tx, draft.conversation, entry, draft.before, now=draft.now)
    if draft.before is not None and draft.before.wrap_up is not None and state.wrap_up is None:
        due.drop(tx, WRAP_UP, draft.conversation)
    policy.set_ups.plan_calls(tx, draft.conversation, draft.entries, now=draft.now)
    plan_alerts(tx, draft, policy)
    routed = plan_routing(tx, draft)
    routed = note_waiting(tx, draft.before, state, policy, now=draft.now) or routed
    return Planned(_plan_turn(tx, draft, policy, at_once=at_once), routed)


def _plan_turn(tx: Tx, draft: Draft, policy: Policy, *, at_once: bool) -> int | None:
    state = draft.state
    assert state is not None
    if state.floor is Floor.BOT and state.unanswered:
        delay = 0 if at_once else policy.pause(state.endpoint.channel)
        due_at = draft.now + delay
        if due.put(tx, TURN, state.id, due_at=due_at, lease=(policy.node, due_at + policy.turn_lease)):
            return due_at
        if at_once and due.put_forward(tx, TURN, state.id, due_at=draft.now, node=policy.node):
            return draft.now
    return None


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
        case ConversationStarted():
            due.put(tx, IDLE, draft.conversation, due_at=draft.now + policy.idle_after)
        case Reopened():
            due.drop(tx, WAKE, draft.conversation)
            due.put(tx, IDLE, draft.conversation, due_at=draft.now + policy.idle_after)
            if draft.before is None or draft.before.request == 0:
                ledger.open_request(tx, draft.conversation, opened_seq=entry.seq, now=draft.now)
        case HandoffRequested():
            _begin_request(tx, draft)
            ledger.hand_request(tx, draft.conversation, now=draft.now)
        case Rated() as rated:
            ledger.rate_request(tx, draft.conversation, rated.score)
        case Taken():
            before = draft.before
            if before is not None and before.status is Status.QUEUED and before.waiting_since is not None:
                waited = draft.now - before.waiting_since
                waiting.note_wait(tx, draft.conversation, opened_seq=before.request, waited=waited)
        case TranscriptAsked() as asked:
            job = Job(conversation=draft.conversation, to=asked.address, locale=_locale(draft))
            plan(tx, job, seq=entry.seq, now=draft.now)
        case AttributesSet() | DetailsLeft() | ConsentGiven() as said:
            _note(tx, draft, said)
        case Labelled() as labelled:
            labels.change(tx, draft.conversation, added=labelled.added, removed=labelled.removed)
        case Snoozed() as snoozed:
            due.reset(tx, WAKE, draft.conversation, due_at=snoozed.until)
        case WrapUpStarted(until=until) | WrapUpExtended(until=until):
            if until:
                due.reset(tx, WRAP_UP, draft.conversation, due_at=until)
            else:
                due.drop(tx, WRAP_UP, draft.conversation)
        case Resolved() as resolved:
            due.drop(tx, IDLE, draft.conversation)
            due.drop(tx, WAKE, draft.conversation)
            ledger.end_request(
                tx, draft.conversation, opened_seq=_request_before(draft, entry), ending=resolved.ending,
                reason=resolved.reason, now=draft.now,
            )  # fmt: skip
        case _:
            pass


def _begin_request(tx: Tx, draft: Draft) -> None:
    """A request is an approach of the customer: it begins with what they say first, or where they are passed on, and not
    when a messenger tells that they opened the chat. What is opened again begins one by that."""
    before = draft.before
    if before is None or (before.request and before.last_input <= before.request):
        opened = before.request if before is not None else 1
        ledger.open_request(tx, draft.conversation, opened_seq=opened, now=draft.now)


def _locale(draft: Draft) -> str:
    assert draft.state is not None
    return draft.state.locale


def _note(tx: Tx, draft: Draft, said: AttributesSet | DetailsLeft | ConsentGiven) -> None:
    """What the contact keeps for their next conversation."""
    assert draft.state is not None
    contact = draft.state.contact
    match said:
        case AttributesSet():
            contacts.note(tx, contact, claimed=said.attributes)
        case DetailsLeft():
            contacts.note(tx, contact, details={said.kind: said.value})
        case ConsentGiven():
            contacts.note(tx, contact, consents={draft.state.endpoint.inbox: said.version})
        case _:
            assert_never(said)


def _request_before(draft: Draft, resolved: Entry) -> int:
    """The request that was open when ``resolved`` ended it."""
    opened = [e.seq for e in draft.entries if e.seq < resolved.seq and isinstance(e.event, Reopened)]
    before: Conversation | None = draft.before
    if before is not None and before.request:
        return before.request
    return opened[-1] if opened else 1
