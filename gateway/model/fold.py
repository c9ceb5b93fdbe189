"""``fold``: the state after an event. The stored state is a cache of this function over the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from msgspec.structs import replace

from gateway.model.events import (
    AnswerRated,
    AnswersForwarded,
    Attachment,
    AttributesSet,
    Author,
    BotMessage,
    BotTurn,
    BotTurnDropped,
    BotTurnFailed,
    CallAnswered,
    CallbackPromised,
    CallbackTried,
    CallEnded,
    CallHeld,
    CallRecorded,
    CallResumed,
    CallStarted,
    ChannelJoined,
    ChatOpened,
    ColleagueDeclined,
    ColleagueInvited,
    ConsentAsked,
    ConsentGiven,
    ConsultAnswered,
    ConsultDeclined,
    ConsultEnded,
    ConsultStarted,
    ConversationStarted,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DeliveryFailed,
    DeliveryReplayed,
    DetailsLeft,
    Endpoint,
    EndpointBack,
    EndpointLost,
    Entry,
    FactsChanged,
    FileFailed,
    FileReady,
    FormFilled,
    HandoffCancelled,
    HandoffRequested,
    InvitationShown,
    Labelled,
    LanguageSet,
    MacroRun,
    MessageExtended,
    NoteAdded,
    OfferEnded,
    OfferMade,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    OwnerLost,
    Page,
    ParticipantJoined,
    ParticipantLeft,
    Person,
    Place,
    Plain,
    PromptHeard,
    Rated,
    RecordingChanged,
    RecordMoved,
    Redacted,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    SystemNotice,
    Taken,
    Transcribed,
    TranscriptAsked,
    Transferred,
    Unrecognized,
    WrapUpCancelled,
    WrapUpExtended,
    WrapUpStarted,
)
from gateway.model.legs import after_call, after_consult, passed_on
from gateway.model.state import (
    MAX_ASKED,
    MAX_ATTRIBUTES,
    MAX_CHANNELS,
    MAX_FACTS,
    MAX_GUESSES,
    MAX_INVITED,
    MAX_LABELS,
    MAX_PARTICIPANTS,
    MAX_PASSED,
    NOTE_LENGTH,
    PAGE_LENGTH,
    PREVIEW_LENGTH,
    Callback,
    Conversation,
    Offer,
    Participant,
    Preview,
    PreviewKind,
    Status,
    Understood,
    WrapUp,
    WrittenFrom,
)
from gateway.model.words import ASK_FOR_PERSON, BACK_TO_BOT, CALL_BACK, CALL_BACK_HERE

ASKING = {"callback_where": "callback", "callback_where_again": "callback_again"}
"""Notices that ask for something, and what the next message answers then."""
SILENT = "silent"
"""The notice that reminds a customer that they are waited for."""
RATING = "rating"
"""The notice that asks how a talk was."""


def fold(state: Conversation | None, entry: Entry, *, conversation: str) -> Conversation:
    """The state of ``conversation`` after ``entry``, which must be the next one (``seq`` has no gaps)."""
    event = entry.event
    if isinstance(event, Redacted):
        event = event.shell
    if state is None:
        if not isinstance(event, ConversationStarted) or entry.seq != 1:
            raise ValueError(f"log of {conversation} does not begin with conversation_started at seq 1")
        return Conversation(
            id=conversation, contact=event.contact, endpoint=event.endpoint, channels=(event.endpoint,),
            locale=event.locale, seq=1, floor_seq=1, answered=1, last_input=1, request=1,
            page=_page(event.page, None, seq=1), outbound=event.outbound, started_at=entry.at, updated_at=entry.at,
        )  # fmt: skip
    if entry.seq != state.seq + 1:
        raise ValueError(f"log of {conversation} has a gap: {state.seq} is followed by {entry.seq}")
    if isinstance(event, Unrecognized):
        changes: dict[str, Any] = {}
    else:
        changes = _changes(state, event, seq=entry.seq, at=entry.at)
    return replace(state, seq=entry.seq, updated_at=entry.at, **changes)


def fold_all(entries: Iterable[Entry], *, conversation: str) -> Conversation:
    """The state after a whole log. Raises ``ValueError`` for an empty or broken one."""
    state: Conversation | None = None
    for entry in entries:
        state = fold(state, entry, conversation=conversation)
    if state is None:
        raise ValueError(f"log of {conversation} is empty")
    return state


def _changes(state: Conversation, event: Plain, *, seq: int, at: int) -> dict[str, Any]:
    match event:
        case CustomerMessage():
            return _customer_message(state, event, seq=seq, at=at)
        case BotMessage():
            return {"preview": _preview(event.text, "bot", at=at, seq=seq)}
        case OperatorMessage():
            kind = _kind(event.files, place=event.place)
            return {"preview": _preview(_words(event.text, event.files), "operator", at=at, seq=seq, kind=kind),
                    "answered": state.last_input, "waiting_since": None, "reminded_at": 0}  # fmt: skip
        case SystemNotice():
            return _noticed(event, seq=seq, at=at)
        case CustomerEdited() | OperatorEdited():
            return _edited(state, event.seq, event.text)
        case MessageExtended():
            return _edited(state, event.seq, event.text) if event.text else {}
        case Transcribed():
            return _edited(state, event.seq, event.text) if event.text else {}
        case OperatorDeleted():
            return _edited(state, event.seq, "", kind="deleted")
        case EndpointLost():
            return {"unreachable": (*_reachable(state, event.endpoint), event.endpoint.identity)[-MAX_CHANNELS:]}
        case EndpointBack():
            return {"unreachable": _reachable(state, event.endpoint)}
        case ChatOpened():
            return {"endpoint": event.endpoint, "unreachable": _reachable(state, event.endpoint)}
        case BotTurn():
            return {"answered": event.upto, "misses": event.misses, "bot_version": event.version,
                    "understood": _understood(state, event), "facts": _facts(state, event.facts),
                    "memory": event.memory, "unrecorded": event.unrecorded}  # fmt: skip
        case Labelled():
            kept = tuple(one for one in state.labels if one not in event.removed)
            return {"labels": tuple(dict.fromkeys((*kept, *event.added)))[:MAX_LABELS]}
        case FactsChanged():
            return {"facts": _facts(state, event.facts)}
        case AttributesSet():
            return {"attributes": _attributes(state, event)}
        case DetailsLeft():
            return {
                "details": {kind: value for kind, value in (state.details | {event.kind: event.value}).items() if value}
            }
        case ConsentGiven():
            return {"consent": event.version}
        case ChannelJoined():
            return {"endpoint": event.endpoint, "channels": _channels(state, event)}
        case ParticipantJoined():
            others = tuple(p for p in state.participants if p.operator.id != event.operator.id)
            joined = Participant(operator=event.operator, role=event.role)
            return {
                "participants": (*others, joined)[-MAX_PARTICIPANTS:],
                "invited": _uninvited(state, event.operator.id),
            }
        case ParticipantLeft():
            return {"participants": tuple(p for p in state.participants if p.operator.id != event.operator.id)}
        case ColleagueInvited():
            return {"invited": (*_uninvited(state, event.operator.id), event.operator)[-MAX_INVITED:]}
        case ColleagueDeclined():
            return {"invited": _uninvited(state, event.operator.id)}
        case Rated():
            return {"rating": event.score}
        case AnswersForwarded():
            return {"forwarded": max(state.forwarded, event.upto)}
        case DeliveryReplayed():
            return {"forwarded": min(state.forwarded, event.since - 1)} if event.since else {}
        case WrapUpExtended():
            wrap_up = state.wrap_up
            return {"wrap_up": replace(wrap_up, until=event.until, extended=True)} if wrap_up is not None else {}
        case OfferMade():
            return {"offer": Offer(operator=event.operator, expires_at=event.expires_at)}
        case OfferEnded():
            return {"offer": None, "passed": _passed(state, event, at=at)}
        case (
            NoteAdded() | DeliveryFailed() | FileReady() | FileFailed() | BotTurnDropped()
            | BotTurnFailed() | AnswerRated() | ConsentAsked() | InvitationShown() | TranscriptAsked()
            | CustomerReacted() | MacroRun() | FormFilled() | RecordMoved() | PromptHeard() | CallRecorded()
        ):  # fmt: skip
            return {}
        case (
            ConversationStarted() | HandoffRequested() | HandoffCancelled() | Taken() | Transferred() | ReturnedToBot()
            | OwnerLost() | WrapUpStarted() | WrapUpCancelled() | Resolved() | Snoozed() | Reopened() | CallbackPromised()
            | CallbackTried()
        ):  # fmt: skip
            changes = _floor_changes(state, event, seq=seq, at=at)
            owner = changes.get("owner", state.owner)
            legs = passed_on(state.legs, owner) if state.legs else ()
            return {"floor_seq": seq, "offer": None, "wrap_up": None, "legs": legs, **changes}
        case CallStarted():
            called = {"preview": _preview("", "customer", at=at, seq=seq, kind="call"), "asks": "", "reminded_at": 0,
                      "unreachable": _reachable(state, event.endpoint)}  # fmt: skip
            return called | after_call(state, event, at=at)
        case CallAnswered() | CallHeld() | CallResumed() | CallEnded() | RecordingChanged():
            return after_call(state, event, at=at)
        case ConsultStarted() | ConsultAnswered() | ConsultDeclined() | ConsultEnded():
            return after_consult(state, event)
        case LanguageSet():
            return {"locale": event.locale}
        case _:
            assert_never(event)


def _floor_changes(
    state: Conversation,
    event: ConversationStarted | HandoffRequested | HandoffCancelled | Taken | Transferred | ReturnedToBot | OwnerLost
    | WrapUpStarted | WrapUpCancelled | Resolved | Snoozed | Reopened | CallbackPromised | CallbackTried,
    *,
    seq: int,
    at: int,
) -> dict[str, Any]:  # fmt: skip
    match event:
        case ConversationStarted():
            raise ValueError("conversation_started in the middle of a log")
        case HandoffRequested():
            return {"status": Status.QUEUED, "team": event.team, "priority": event.priority, "reason": event.reason,
                    "cause": event.cause, "skills": event.skills,
                    "waiting_since": at, "owner": None, "misses": 0, "handoff_seq": seq,
                    # Who asks for a person wants no answer of the bot's to what stands before, the asking included.
                    "answered": state.last_input if event.by == "customer" else state.answered}  # fmt: skip
        case HandoffCancelled():
            return {"status": Status.PENDING, "answered": state.last_input, "waiting_since": None, "reason": "",
                    "cause": "", "skills": {}, "handoff_seq": 0, "passed": {}, "callback": None}  # fmt: skip
        case Taken():
            return {"status": Status.OPEN, "passed": {}, "owner": event.operator, "last_owner": event.operator, "snoozed_until": None,
                    "memory": None, "unrecorded": False,
                    "waiting_since": at if state.waiting_since is None and state.unanswered else state.waiting_since}  # fmt: skip
        case Transferred():
            if event.to is not None:
                return {}
            return {"status": Status.QUEUED, "owner": None, "team": event.team, "skills": {}, "waiting_since": at,
                    "passed": {event.by.id: at}}  # fmt: skip
        case ReturnedToBot():
            return {"status": Status.PENDING, "owner": None, "participants": (), "invited": (), "waiting_since": None, "reason": "",
                    "cause": "", "skills": {}, "handoff_seq": 0, "misses": 0, "memory": None, "unrecorded": False, "callback": None}  # fmt: skip
        case OwnerLost():
            return {"status": Status.QUEUED, "owner": None, "reason": "owner_lost", "cause": "", "waiting_since": at,
                    "passed": {event.operator.id: at}}  # fmt: skip
        case WrapUpStarted():
            time = WrapUp(
                until=event.until, code=event.code, seconds=event.seconds, more=event.more,
                waiting_since=state.waiting_since,
            )  # fmt: skip
            return {"status": Status.WRAP_UP, "waiting_since": None, "wrap_up": time}
        case WrapUpCancelled():
            return {"status": Status.OPEN, "waiting_since": state.wrap_up.waiting_since if state.wrap_up else None}
        case Resolved():
            return {"status": Status.RESOLVED, "owner": None, "participants": (), "invited": (), "waiting_since": None,
                    "resolved_at": at, "snoozed_until": None, "continued_in": event.continued_in, "request": 0,
                    "answered": state.last_input, "asked": (), "understood": None, "memory": None, "unrecorded": False,
                    "passed": {}, "callback": None, "reminded_at": 0}  # fmt: skip
        case Snoozed():
            return {"status": Status.SNOOZED, "snoozed_until": event.until, "waiting_since": None}
        case Reopened():
            return _reopened(state, event, seq=seq, at=at)
        case CallbackPromised():
            return _promised(state, event, at=at)
        case CallbackTried():
            return _tried(state, event)
        case _:
            assert_never(event)


def _promised(state: Conversation, event: CallbackPromised, *, at: int) -> dict[str, Any]:
    """It rests until then, and is theirs whose task it is."""
    before = state.callback
    promised = Callback(
        due_at=event.due_at, promised_at=before.promised_at if before else at, kind=event.kind, value=event.value,
        reason=event.reason, owner=event.owner, attempts=before.attempts if before else 0, note=event.note[:NOTE_LENGTH],
    )  # fmt: skip
    return {"status": Status.SNOOZED, "snoozed_until": event.due_at, "waiting_since": None, "callback": promised,
            "owner": event.owner, "last_owner": event.owner or state.last_owner, "passed": {},
            "answered": state.last_input}  # fmt: skip


def _tried(state: Conversation, event: CallbackTried) -> dict[str, Any]:
    if state.callback is None:
        return {}
    again = replace(
        state.callback, due_at=event.again_at, attempts=state.callback.attempts + 1, owner=event.by,
        note=event.note[:NOTE_LENGTH] or state.callback.note,
    )  # fmt: skip
    return {"status": Status.SNOOZED, "snoozed_until": event.again_at, "waiting_since": None, "callback": again}


def _noticed(event: SystemNotice, *, seq: int, at: int) -> dict[str, Any]:
    if event.notice in ASKING:
        return {"asks": ASKING[event.notice]}
    if event.notice == SILENT:
        return {"reminded_at": at}
    return {"rating_asked": seq} if event.notice == RATING else {}


def _reopened(state: Conversation, event: Reopened, *, seq: int, at: int) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "snoozed_until": None, "resolved_at": None, "request": state.request or seq, "rating": 0, "rating_asked": 0,
    }  # fmt: skip
    match event.to:
        case "owner":
            return changes | {"status": Status.OPEN, "owner": event.owner, "waiting_since": at}
        case "queue":
            return changes | {
                "status": Status.QUEUED,
                "owner": None,
                "reason": "callback" if state.callback is not None else "reopened",
                "cause": "",
                "skills": {},
                "waiting_since": at,
            }
        case "bot":
            return changes | {
                "status": Status.PENDING,
                "owner": None,
                "misses": 0,
                "reason": "",
                "cause": "",
                "skills": {},
                "handoff_seq": 0,
            }
        case _:
            assert_never(event.to)


def _customer_message(state: Conversation, event: CustomerMessage, *, seq: int, at: int) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "preview": _preview(
            _words(event.text, event.files) or _named(event), "customer", at=at, seq=seq,
            kind=_kind(event.files, place=event.place) or _other_kind(event),
        ),
        "endpoint": _answered_at(state, event),
        "unreachable": _reachable(state, event.endpoint),
        "asks": "",
        "reminded_at": 0,
    }  # fmt: skip
    if event.closing:
        return changes
    changes |= {"last_input": seq, "page": _page(event.page, state.page, seq=seq)}
    if event.choice not in (ASK_FOR_PERSON, BACK_TO_BOT, CALL_BACK, CALL_BACK_HERE):
        changes["asked"] = (*state.asked, seq)[-MAX_ASKED:]
    if state.status in (Status.OPEN, Status.WRAP_UP) and state.waiting_since is None:
        changes["waiting_since"] = at
    return changes


def _answered_at(state: Conversation, event: CustomerMessage) -> Endpoint:
    """Where they hear us; the last words of a call that has ended are answered where they can still be."""
    over = event.speech is not None and state.leg(event.speech.leg) is None
    return state.endpoint if over else event.endpoint


def _words(text: str, files: tuple[Attachment, ...]) -> str:
    """What a list shows of a message: its text, or else the names of its files."""
    return text or ", ".join(file.name for file in files if file.name)


def _understood(state: Conversation, turn: BotTurn) -> Understood | None:
    """A turn that believed nothing (a form goes on, a button was pressed) leaves what was understood before."""
    return Understood(seq=turn.upto, intents=turn.intents[:MAX_GUESSES]) if turn.intents else state.understood


def _page(page: Page | None, before: WrittenFrom | None, *, seq: int) -> WrittenFrom | None:
    text = (page.title or page.url)[:PAGE_LENGTH] if page is not None else ""
    return WrittenFrom(seq=seq, text=text) if text else before


def _preview(text: str, author: Author, *, at: int, seq: int, kind: PreviewKind = "") -> Preview:
    return Preview(text=_cut(text), author=author, at=at, seq=seq, kind=kind)


def _cut(text: str) -> str:
    return text if len(text) <= PREVIEW_LENGTH else text[: PREVIEW_LENGTH - 1] + "…"


def _edited(state: Conversation, seq: int, text: str, *, kind: PreviewKind | None = None) -> dict[str, Any]:
    """The last words say something else now; what was said before them, no list shows."""
    preview = state.preview
    if preview is None or preview.seq != seq:
        return {}
    return {"preview": replace(preview, text=_cut(text), kind=preview.kind if kind is None else kind)}


def _kind(files: tuple[Attachment, ...], *, place: Place | None) -> PreviewKind:
    if files:
        return files[0].kind or "file"
    return "place" if place is not None else ""


def _other_kind(event: CustomerMessage) -> PreviewKind:
    if event.phone is not None:
        return "phone"
    return "unsupported" if event.unsupported else ""


def _named(event: CustomerMessage) -> str:
    """What a list shows of a message that has neither a text nor a file with a name."""
    if event.place is not None:
        return event.place.title
    return event.phone.number if event.phone is not None else ""


def _reachable(state: Conversation, endpoint: Endpoint) -> tuple[str, ...]:
    return tuple(one for one in state.unreachable if one != endpoint.identity)


def _passed(state: Conversation, event: OfferEnded, *, at: int) -> dict[str, int]:
    """An offer that was withdrawn is nobody's fault."""
    if event.reason == "withdrawn":
        return state.passed
    others = {operator: when for operator, when in state.passed.items() if operator != event.operator.id}
    return dict(list((others | {event.operator.id: at}).items())[-MAX_PASSED:])


def _uninvited(state: Conversation, account: str) -> tuple[Person, ...]:
    return tuple(one for one in state.invited if one.id != account)


def _facts(state: Conversation, changed: dict[str, str]) -> dict[str, str]:
    if not changed:
        return state.facts
    facts = {name: value for name, value in (state.facts | changed).items() if value}
    return dict(list(facts.items())[-MAX_FACTS:])


def _attributes(state: Conversation, event: AttributesSet) -> dict[str, str]:
    attributes = {name: value for name, value in (state.attributes | event.attributes).items() if value}
    return dict(list(attributes.items())[-MAX_ATTRIBUTES:])


def _channels(state: Conversation, event: ChannelJoined) -> tuple[Endpoint, ...]:
    return (*(e for e in state.channels if e != event.endpoint), event.endpoint)[-MAX_CHANNELS:]
