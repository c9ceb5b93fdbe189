"""The context card: what an operator reads first, from a conversation's state, its log, and what is known of its contact. Pure.

One card for the console, the API and the webhook of a handoff. Sentences stand as codes with values, which a client says in its
reader's language, and once in English for programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from gateway.model.events import (
    AnswerRated,
    BotMessage,
    BotTurn,
    BotTurnFailed,
    ConversationStarted,
    CustomerMessage,
    Entry,
    HandoffRequested,
    OperatorMessage,
    OwnerLost,
    Reopened,
    Score,
    Taken,
    Transferred,
)
from gateway.model.state import Callback, Conversation, Status
from gateway.model.texts import as_they_are
from gateway.model.words import ASK_FOR_PERSON
from gateway.mood import MoodView, Said, mood_over

TEXT = 200
"""Characters of what a line quotes."""
MOST_CLUES = 14
"""Lines of evidence, the latest; the first question is always among them."""
SCORES = 3
"""Of a turn's guesses, the likeliest."""
SURE = 0.5
"""The confidence from which on a topic is named in the sentence."""

Kind = Literal["asked", "understood", "tried", "trigger", "passed"]
Went = Literal["", "answered", "clarify", "rephrase", "handoff", "silent", "failed", "helped", "unhelped", "person"]


class Clue(msgspec.Struct, frozen=True, kw_only=True):
    """A line of evidence; it stands on event ``seq``. ``asked``: the customer's words. ``understood``: what the bot took them
    for, in ``scores``. ``tried``: what the bot said, and how that ``went``: what the turn itself was (``clarify``: it asked what
    was meant), or what the customer made of it (``helped``, ``unhelped``; ``person``: they asked for one next). ``trigger``:
    what brought it to people. ``passed``: what a colleague wrote who passed it on, ``name``."""

    seq: int
    at: int
    kind: Kind
    text: str = ""
    scores: tuple[Score, ...] = ()
    went: Went = ""
    name: str = ""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence. ``reason``: that of the handoff, or its cause in the bot's content; "" where none brought it to people.
    ``words``: the business's own, or the customer's that led to it. ``topic``: what the bot took it for, "" where it wasn't sure.
    ``tries``: how often the bot answered. ``text``: all of that in English."""

    reason: str
    words: str
    topic: str
    tries: int
    text: str


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    at: int
    text: str


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """The page that came with event ``seq``, and where the customer had come from."""

    seq: int
    url: str
    title: str
    referrer: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A contact, whom they were merged into; "" as a name that nobody knows."""

    id: str
    name: str


class EarlierRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request of the same person, by whichever channel. ``text``: the words that it began with; ``ending``: "" while it is
    open; ``code``: the wrap-up code; ``operator``: who ended it, or has it, as they are called here."""

    conversation: str
    seq: int
    at: int
    channel: str
    text: str
    ending: str
    reason: str
    code: str
    operator: str
    score: int


class LiveConversation(msgspec.Struct, frozen=True, kw_only=True):
    """Another conversation of the same person that isn't over. ``owner``: "" for nobody's; ``text``: its last words."""

    conversation: str
    channel: str
    status: Status
    owner: str
    text: str
    updated_at: int


class OpenCallback(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised to the same person and isn't done, in this conversation or another one."""

    conversation: str
    callback: Callback


class BusinessFace(msgspec.Struct, frozen=True, kw_only=True):
    """For whom one answers, in the customer's language. ``greeting``: how an operator begins; ``script``: what they keep to."""

    id: str
    name: str
    color: str
    greeting: str
    script: str


class Around(NamedTuple):
    """What the store knows beside the log."""

    contact: Named
    business: BusinessFace
    requests: tuple[EarlierRequest, ...] = ()
    conversations: tuple[LiveConversation, ...] = ()
    callbacks: tuple[OpenCallback, ...] = ()


class ContextCard(msgspec.Struct, frozen=True, kw_only=True):
    """``seq``: the last event that it knows. ``shared``: its reader works for several businesses, so ``business`` matters most.
    ``first``, ``last``: the customer's questions of this request, the same where it is one. ``evidence``: oldest first."""

    conversation: str
    seq: int
    status: Status
    shared: bool
    business: BusinessFace
    contact: Named
    why: Why
    first: Quote | None
    last: Quote | None
    evidence: tuple[Clue, ...]
    facts: dict[str, str]
    mood: MoodView
    page: PageView | None
    requests: tuple[EarlierRequest, ...]
    conversations: tuple[LiveConversation, ...]
    callbacks: tuple[OpenCallback, ...]


def build(state: Conversation, entries: Sequence[Entry], around: Around, *, shared: bool = False) -> ContextCard:
    """``entries``: of the log as the reader may see it, oldest first; at least what led to the handoff, and the latest."""
    told = as_they_are(entries)
    story = [one for one in told if one.seq >= state.request and one.seq < _came(state, told)]
    asked = [_quote(one) for one in story if _asks(one)]
    clues = tuple(_clues(state, told, story))
    return ContextCard(
        conversation=state.id, seq=state.seq, status=state.status, shared=shared, business=around.business,
        contact=around.contact, why=_why(state, story, told), first=asked[0] if asked else None,
        last=asked[-1] if asked else None, evidence=_few(clues), facts=state.facts,
        mood=mood_over(_said(told)), page=_page(told), requests=around.requests, conversations=around.conversations,
        callbacks=around.callbacks,
    )  # fmt: skip


def _came(state: Conversation, entries: Sequence[Entry]) -> int:
    """The event with which a person came to this request; behind the end where none has."""
    start = max(state.handoff_seq, state.request)
    return next(
        (one.seq for one in entries if one.seq > start and isinstance(one.event, Taken | OperatorMessage)),
        state.seq + 1,
    )


def _asks(entry: Entry) -> bool:
    """A customer's message that isn't a mere call for a person."""
    event = entry.event
    return isinstance(event, CustomerMessage) and event.choice != ASK_FOR_PERSON and not event.closing


def _words(event: CustomerMessage) -> str:
    said = event.text or ", ".join(file.name for file in event.files if file.name)
    return said[:TEXT]


def _quote(entry: Entry) -> Quote:
    assert isinstance(entry.event, CustomerMessage)
    return Quote(seq=entry.seq, at=entry.at, text=_words(entry.event))


def _clues(state: Conversation, told: Sequence[Entry], story: Sequence[Entry]) -> Iterator[Clue]:
    went = _outcomes(told)
    last = _last_turn(story)
    for entry in story:
        event = entry.event
        if isinstance(event, CustomerMessage) and _asks(entry):
            yield Clue(seq=entry.seq, at=entry.at, kind="asked", text=_words(event))
        elif isinstance(event, BotTurn):
            # That somebody wants a person is what the trigger says.
            if event.intents and not (
                entry.seq == last and event.outcome == "handoff" and state.reason == "customer_asked"
            ):
                yield Clue(seq=entry.seq, at=entry.at, kind="understood", scores=event.intents[:SCORES])
            yield from _tried(entry, event, story, went)
        elif isinstance(event, BotTurnFailed):
            yield Clue(seq=entry.seq, at=entry.at, kind="tried", went="failed")
    yield from sorted((one for entry in told if (one := _moved(state, entry))), key=lambda one: one.seq)


def _tried(entry: Entry, turn: BotTurn, story: Sequence[Entry], went: dict[int, Went]) -> Iterator[Clue]:
    """What a turn said first, and how that went; one that only hands over is no try."""
    said = next((one for one in story if isinstance(one.event, BotMessage) and one.event.turn == turn.upto), None)
    if said is None or turn.outcome == "handoff":
        return
    assert isinstance(said.event, BotMessage)
    outcome = went.get(said.seq) or went.get(turn.upto) or turn.outcome
    yield Clue(seq=said.seq, at=said.at, kind="tried", text=said.event.text[:TEXT], went=outcome)


def _outcomes(entries: Sequence[Entry]) -> dict[int, Went]:
    """What customers made of answers: by the message that they judged, or by the input that it answered."""
    found: dict[int, Went] = {}
    spoken = [one for one in entries if isinstance(one.event, CustomerMessage | BotMessage | HandoffRequested)]
    for before, after in pairwise(spoken):
        called = isinstance(after.event, CustomerMessage) and after.event.choice == ASK_FOR_PERSON
        handed = isinstance(after.event, HandoffRequested) and after.event.by == "customer"
        if isinstance(before.event, BotMessage) and (called or handed):
            found[before.event.turn] = "person"
    for entry in entries:
        if isinstance(entry.event, AnswerRated):
            found[entry.event.seq] = "helped" if entry.event.helpful else "unhelped"
    return found


def _moved(state: Conversation, entry: Entry) -> Clue | None:
    """What brought it to people, and what colleagues wrote as they passed it on."""
    event = entry.event
    if entry.seq < max(state.handoff_seq, state.request):
        return None
    match event:
        case HandoffRequested():
            return Clue(seq=entry.seq, at=entry.at, kind="trigger", text=event.why[:TEXT])
        case OwnerLost():
            return Clue(seq=entry.seq, at=entry.at, kind="trigger", name=event.operator.name)
        case Reopened(to="queue" | "owner"):
            return Clue(seq=entry.seq, at=entry.at, kind="trigger")
        case Transferred(to=None):
            return Clue(seq=entry.seq, at=entry.at, kind="passed", text=event.note[:TEXT], name=event.by.name)
        case Transferred() if event.note:
            return Clue(seq=entry.seq, at=entry.at, kind="passed", text=event.note[:TEXT], name=event.by.name)
        case _:
            return None


def _few(clues: tuple[Clue, ...]) -> tuple[Clue, ...]:
    if len(clues) <= MOST_CLUES:
        return clues
    latest = clues[-MOST_CLUES + 1 :]
    first = next((one for one in clues if one.kind == "asked"), clues[0])
    return (first, *latest) if first not in latest else clues[-MOST_CLUES:]


def _last_turn(story: Sequence[Entry]) -> int:
    return max((one.seq for one in story if isinstance(one.event, BotTurn)), default=0)


REASONS = {
    "customer_asked": "the customer asked for a person",
    "not_understood": "the bot did not understand",
    "bot_decided": "the bot hands this to people",
    "rule": "the bot hands this to people",
    "anger": "the customer is upset",
    "form_failed": "the bot could not get what it asked for",
    "form_changed": "the form was changed while the bot filled it in",
    "important": "an important customer",
    "action_failed": "the bot could not look it up",
    "engine_failed": "the bot's server did not answer",
    "bot_failed": "the bot gave no answer",
    "operator_decided": "a colleague decided so",
    "owner_lost": "the operator was disconnected",
    "reopened": "the customer came back",
    "callback": "a callback is due",
}
_STANDING: dict[Status, str] = {
    Status.PENDING: "The bot is talking with the customer.",
    Status.WRAP_UP: "The talk is over.",
    Status.SNOOZED: "Put aside.",
    Status.RESOLVED: "Resolved.",
}


def _why(state: Conversation, story: Sequence[Entry], told: Sequence[Entry]) -> Why:
    at_people = state.status in (Status.QUEUED, Status.OPEN)
    reason = (state.cause or state.reason) if at_people else ""
    handoff = next((one.event for one in told if one.seq == state.handoff_seq), None)
    own = handoff.why if isinstance(handoff, HandoffRequested) and handoff.reason == state.reason else ""
    words = own[:TEXT] if at_people else ""
    topic = _topic(state, story)
    tries = sum(isinstance(e.event, BotTurn) and e.event.outcome in ("answered", "clarify", "rephrase") for e in story)
    return Why(
        reason=reason, words=words, topic=topic, tries=tries,
        text=_sentence(state, reason, words=words, topic=topic, tries=tries),
    )  # fmt: skip


def _topic(state: Conversation, story: Sequence[Entry]) -> str:
    """What the bot took the customer's matter for last; a call for a person is no matter."""
    turns = [one for one in story if isinstance(one.event, BotTurn)]
    if turns and state.reason == "customer_asked" and turns[-1].event.outcome == "handoff":  # type: ignore[union-attr]
        turns.pop()
    for one in reversed(turns):
        assert isinstance(one.event, BotTurn)
        if one.event.intents and one.event.intents[0].confidence >= SURE:
            return one.event.intents[0].title or one.event.intents[0].intent
    return ""


def _sentence(state: Conversation, reason: str, *, words: str, topic: str, tries: int) -> str:
    if state.status in _STANDING:
        return _STANDING[state.status]
    if not reason:
        return "People wrote first." if state.outbound else "People have taken it from the bot."
    said = REASONS.get(reason, REASONS["bot_decided"])
    parts = [said[0].upper() + said[1:] + (f" ({words})" if words else "")]
    if topic:
        parts.append(f"it is about “{topic}”")
    if tries:
        parts.append(f"the bot tried {tries} {'time' if tries == 1 else 'times'}")
    return "; ".join(parts) + "."


def _said(entries: Iterable[Entry]) -> Iterator[Said]:
    for one in entries:
        if isinstance(one.event, CustomerMessage):
            yield Said(one.seq, one.at, one.event.text, one.event.choice)


def _page(entries: Sequence[Entry]) -> PageView | None:
    """The page of the latest words that came with one, and the first place that the customer is known to have come from."""
    pages = [
        (one.seq, one.event.page)
        for one in entries
        if isinstance(one.event, CustomerMessage | ConversationStarted) and one.event.page and one.event.page.url
    ]
    if not pages:
        return None
    seq, page = pages[-1]
    referrer = page.referrer or next((one.referrer for _, one in pages if one.referrer), "")
    return PageView(seq=seq, url=page.url, title=page.title, referrer=referrer)
