"""What the core asks of the packages around it. A port has at most four methods."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from gateway.model.events import (
    Attachment,
    Button,
    Card,
    Endpoint,
    Entry,
    FileKind,
    Memory,
    Outcome,
    Page,
    Person,
    Phone,
    Place,
    Quotation,
    Reason,
    Score,
    Span,
    Speech,
)
from gateway.model.rules import CallSettings, Speaker

# --- channels ---------------------------------------------------------------------------------------------------


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an input that its provider has. ``reference`` is the channel's own; a ``size`` of 0 is not known."""

    reference: str
    name: str = ""
    type: str = ""
    size: int = 0
    kind: FileKind = ""
    seconds: int = 0


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Who a sender is by the signed word of the business."""

    name: str = ""
    email: str = ""


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What the business wants agreed to before a message. ``agreed``: the version that came with the message."""

    version: str
    text: str
    agreed: str = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """The invitation that a message answers, with the words that were read."""

    id: str
    text: str


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a customer did, as a channel's codec read it, already judged.

    ``address``: the sender's on the inbox. ``key``: the provider's id of the input. ``name``: what the sender calls
    themselves. ``message``, ``answers``: the provider's ids of messages in the chat ("" for none).
    """

    business: str
    inbox: str
    channel: str
    address: str
    key: str
    locale: str = "en"
    name: str = ""


class Inbound(Arrival, frozen=True, kw_only=True):
    """An input that asks for an answer.

    ``scope`` is the address where the client itself chose the key, else empty. ``at_once``: nothing more is to be expected
    (a button, a call). ``message``: the provider's id of it; ``answers``: of the one that it replies to. ``album``: the
    provider's id of what it is a piece of; ``topic``: of the part of the chat in which it stands. For the rest of what a messenger tells see ``CustomerMessage``.
    ``files``: what the provider has for us to fetch; ``uploads``: ids of what the sender uploaded here before.
    ``call``: they call, and say nothing yet: the id of the leg. ``speech``: they said it in a call. ``profile``: the business vouches for the sender. ``attributes``, ``consent``, ``invitation``: what must stand in the
    log before the input, where it doesn't yet.
    """

    scope: str = ""
    text: str = ""
    choice: str = ""
    page: Page | None = None
    sent_at: int | None = None
    at_once: bool = False
    files: tuple[Media, ...] = ()
    uploads: tuple[str, ...] = ()
    profile: Profile | None = None
    attributes: dict[str, str] = {}
    consent: Consent | None = None
    invitation: Invitation | None = None
    message: str = ""
    answers: str = ""
    album: str = ""
    spans: tuple[Span, ...] = ()
    author: str = ""
    quote: str = ""
    forwarded: str = ""
    place: Place | None = None
    phone: Phone | None = None
    unsupported: str = ""
    topic: str = ""
    call: str = ""
    speech: Speech | None = None


class Opened(Arrival, frozen=True, kw_only=True):
    """The customer opened the chat of a messenger; ``payload``: what the link that led there said. ``author``: who of a
    group did; ``topic``: as of an ``Inbound``."""

    payload: str = ""
    message: str = ""
    author: str = ""
    topic: str = ""


class Edited(Arrival, frozen=True, kw_only=True):
    """The customer changed a message of theirs; ``now`` is what it is by now, with its ``message``."""

    now: Inbound


class Reacted(Arrival, frozen=True, kw_only=True):
    """The customer's reactions to ``message``, all of them."""

    message: str
    emoji: tuple[str, ...] = ()


class Reach(Arrival, frozen=True, kw_only=True):
    """Whether anything reaches the customer there."""

    lost: bool


AnyArrival = Inbound | Opened | Edited | Reacted | Reach


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Stored: the conversation and the input's ``seq``; ``repeated``: it was stored before. Where an arrival led to
    nothing (a reaction to what nobody knows), there is no conversation and ``seq`` is 0. So it is where the business
    blocked the sender until ``blocked_until``; ``refused`` counts what of theirs was not taken since."""

    conversation: str
    seq: int
    repeated: bool = False
    blocked_until: int = 0
    refused: int = 0


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel can show. Degrading (buttons to a numbered list, …) is decided from this, in one place.

    ``pushed``: messages leave through the courier; otherwise a follower reads them from the log.
    ``idempotent``: the provider drops a repeated key, so an uncertain send may always be repeated.
    ``files``: a message's files can be sent, up to ``file_limit`` bytes each; otherwise the text names them, each with a
    link. ``caption_limit``: UTF-16 units that may stand under a file, 0 for none; ``album``: files that may go in one call.
    ``formatted``: texts may have spans; ``links``: buttons may lead to addresses, of these schemes. ``edits``: what was sent
    can be changed and taken back. ``places``: a place can be sent. ``text_limit`` counts UTF-16 units.
    """

    pushed: bool
    buttons: bool
    typing: bool
    idempotent: bool = False
    text_limit: int = 4096
    files: bool = False
    file_limit: int = 50 * 1024 * 1024
    caption_limit: int = 0
    album: int = 1
    formatted: bool = False
    links: tuple[str, ...] = ()
    edits: bool = False
    places: bool = False


Action = Literal["send", "edit", "delete"]


class OutboundPart(msgspec.Struct, frozen=True, kw_only=True):
    """One provider call: part ``part`` of message ``seq``. ``key`` is the same at every try.

    ``files`` only where the channel can send them; their bytes are in a ``FileSource``. ``action``: what to do; ``target``:
    the provider's ids of what is to be changed or taken back. ``answers``: the provider's id of what it replies to;
    ``topic``: of the part of the chat where it belongs.
    """

    business: str
    endpoint: Endpoint
    address: str
    key: str
    seq: int
    part: int
    text: str
    buttons: tuple[Button, ...] = ()
    files: tuple[Attachment, ...] = ()
    spans: tuple[Span, ...] = ()
    place: Place | None = None
    action: Action = "send"
    target: tuple[str, ...] = ()
    answers: str = ""
    topic: str = ""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider made of a part: the ids of its messages there, in order; none where it has no such ids."""

    ids: tuple[str, ...] = ()


class FoundBot(msgspec.Struct, frozen=True, kw_only=True):
    """The messenger's bot that a token opens. ``picture``: a JPEG, nothing where it has none."""

    id: int
    username: str
    name: str
    picture: bytes = b""


LineTrouble = Literal["", "starting", "conflict", "token", "unreachable", "storage", "webhook"]


class LineHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a bot's line to its messenger is. ``at``: since when, UTC microseconds; ``said``: the messenger's own words;
    ``here``: this node holds it (what another one holds, that one knows)."""

    trouble: LineTrouble
    at: int
    said: str = ""
    here: bool = True


class BotLines(Protocol):
    """What the set-up asks of a messenger's bots. ``check`` raises ``Invalid`` (field ``token`` or ``telegram.proxy``)."""

    async def check(self, token: str, *, proxy: str = "") -> FoundBot: ...

    async def picture(self, inbox: str) -> bytes: ...

    def health(self, inbox: str) -> LineHealth: ...


class FileSource(Protocol):
    """Where a channel reads the bytes of a file that it sends."""

    async def open(self, business: str, file: str) -> AsyncIterator[bytes]: ...


class Channel(Protocol):
    """A way in and out. Its inputs go to ``Dispatcher.receive``; this is the way out.

    ``send`` returns what the provider made of it, or raises one of ``gateway.errors``: ``RetryLater(after)`` (429 or
    a refusal before any byte left), ``DeliveryRefused`` (for good), ``ContactUnreachable`` (blocked),
    ``DeliveryUncertain`` (the bytes left, no answer came).

    ``tell`` shows for a moment that somebody writes, where the channel can; it may do nothing and never fails.

    ``fetch`` gives the bytes of an input's file, piece by piece; it raises ``RetryLater(after)``, ``MediaRefused`` (the
    provider will never give it), or whatever else broke, and is then tried again.
    """

    name: str
    capabilities: Capabilities

    async def send(self, part: OutboundPart) -> Sent: ...

    async def tell(self, inbox: str, address: str) -> None: ...

    def fetch(self, inbox: str, media: Media) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


# --- bot --------------------------------------------------------------------------------------------------------


class TurnInput(msgspec.Struct, frozen=True, kw_only=True):
    """One waiting input. ``choice`` is the payload of a pressed button, else empty."""

    seq: int
    text: str
    choice: str = ""


class Recall(Protocol):
    """The entries of the turn's conversation after ``seq``, oldest first; the inputs that wait are among them."""

    async def __call__(self, seq: int) -> Sequence[Entry]: ...


class TurnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A turn to be made: all inputs that wait, oldest first, and what is known before them.

    ``id`` is the turn's idempotency key. ``misses``: turns in a row that understood nothing. ``locale`` is the
    conversation's (``ru``, ``en``); the engine may answer in the language that was written. ``channel``: where the answer
    goes (a call is ``voice``). ``memory``: of the dialogue in progress, as the last valid turn left it. ``at``: ``now`` on
    the business's own clock; ``open``: people answer at this hour. ``attributes``, ``labels`` (their names): what is
    known of the customer beside the dialogue. ``recall``: reads the conversation's log after a ``seq``, for an engine
    that keeps a dialogue elsewhere; each call costs a read.
    """

    id: str
    business: str
    conversation: str
    inputs: tuple[TurnInput, ...]
    locale: str
    misses: int
    facts: Mapping[str, str]
    now: int
    channel: str = "webchat"
    memory: Memory | None = None
    at: dt.datetime | None = None
    open: bool = True
    attributes: Mapping[str, str] = {}
    labels: tuple[str, ...] = ()
    recall: Recall | None = None


class BotReply(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the bot. ``spoken``: what a call says in place of ``text``, where that is something else; ``sound``: what it plays
    in place of speaking that, by name. ``quotes``: the article whose words it says. ``unrecorded``: it asks for what isn't recorded."""

    text: str
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    spoken: str = ""
    quotes: Quotation | None = None
    sound: str = ""
    unrecorded: bool = False


class Handoff(msgspec.Struct, frozen=True, kw_only=True):
    """People are wanted. ``team``: its name, "" for the conversation's own. ``cause`` and ``why``: as
    ``HandoffRequested`` has them. ``skills``: by their names, with the levels asked for."""

    reason: Reason
    team: str = ""
    priority: int = 0
    cause: str = ""
    why: str = ""
    skills: dict[str, int] = {}


class FilledForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form of the business's settings, as the bot has led through it. ``form``: its id when the bot was taught, "" where only
    its ``name`` is known; ``answers``: by its questions, as ``gateway.model.forms`` keeps them; ``said``: how many of the turn's
    replies were said before it was filled."""

    form: str
    name: str
    answers: dict[str, str]
    said: int = 0


class TurnResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot says, what it believed, and whether people must take over.

    ``intents``: the likeliest first, at most five, over all inputs. ``facts``: slots that this turn filled; an empty
    one is cleared. ``misses`` counts this turn. With ``handoff`` set, ``replies`` are said before the conversation is
    queued. ``memory``: what the next turn gets; none where nothing is in progress. ``filled``: what becomes records, in the
    transaction of this turn; where a form's definition of today doesn't take it, people take over.
    """

    outcome: Outcome
    version: str
    replies: tuple[BotReply, ...] = ()
    intents: tuple[Score, ...] = ()
    facts: dict[str, str] = {}
    language: str = ""
    misses: int = 0
    handoff: Handoff | None = None
    memory: Memory | None = None
    filled: tuple[FilledForm, ...] = ()


class BotEngine(Protocol):
    """A bot. ``turn`` touches no database, may run twice for the same id, and is called outside any transaction.

    ``turn`` raises ``gateway.errors.BotNotReady`` while the business's first trained version is on its way; where none
    is, it hands off.
    """

    async def turn(self, request: TurnRequest) -> TurnResult: ...

    async def aclose(self) -> None: ...


class KnownAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an article answers, in short. ``url``: where all of it is, "" where customers can't read it; ``locale``: its
    language; ``quotes``: which it is."""

    title: str
    text: str
    url: str
    locale: str
    quotes: Quotation | None = None


class Knowledge(Protocol):
    """Where an engine looks for what its content doesn't answer. Both are asked outside any transaction.

    ``answer``: only what answers the question beyond doubt, and only where the business wants its bot to say it.
    ``missed``: nothing answered it; returns at once.
    """

    async def answer(self, business: str, question: str, locale: str) -> KnownAnswer | None: ...

    def missed(self, business: str, question: str, locale: str) -> None: ...


class TrainingReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a training measured. ``accuracy``: in scope, by 5-fold cross-validation, 0 to 1.

    ``version``: a digest of the content; the same content trains to the same version.
    """

    version: str
    intents: int
    examples: int
    accuracy: float
    out_of_scope_threshold: float
    seconds: float


class BotPublisher(Protocol):
    """An engine that answers from trained files: ``load`` swaps one in and returns its version.

    ``version``: which one answers for the business now, if any does. ``expect``: one is on its way. ``unload``: there
    is none, and none will come.
    """

    def expect(self, business: str) -> None: ...

    def unload(self, business: str) -> None: ...

    async def load(self, business: str, path: Path) -> str: ...

    def version(self, business: str) -> str | None: ...


class Progress(Protocol):
    """Is told how far a training is: what it does now (``read``, ``learn``, ``measure``, ``test``), and how much of the
    whole is done, 0 to 1."""

    def __call__(self, stage: str, done: float) -> None: ...


class BotTrainer(Protocol):
    """Trains a content folder into a file, in a process of its own."""

    async def train(self, content: str, target: str, *, progress: Progress | None = None) -> TrainingReport: ...


# --- operators --------------------------------------------------------------------------------------------------


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A ready answer for the operator, and where it comes from: ``source`` is the title of the bot's topic, or of an article,
    ``url`` where customers read that, "" where they can't. ``confidence``: 0 to 1."""

    text: str
    origin: Literal["bot", "knowledge"]
    source: str
    url: str = ""
    confidence: float = 0.0


class Suggester(Protocol):
    """What an operator could answer to ``text``, best first."""

    async def suggest(self, business: str, text: str, locale: str) -> Sequence[Suggestion]: ...


class Notifier(Protocol):
    """Reaches a person outside any open conversation: by e-mail. ``ready``: it can.

    ``send`` raises ``RetryLater``, ``DeliveryRefused`` (for good) or ``DeliveryUncertain``. ``name``: from whom it is. ``stop``:
    the address at which a mail program ends such letters by itself (RFC 8058), "" where there is none.
    """

    @property
    def ready(self) -> bool: ...

    async def send(self, to: str, *, subject: str, text: str, name: str = "", stop: str = "") -> None: ...


# --- words and wires --------------------------------------------------------------------------------------------


class Phrases(Protocol):
    """Switchboard's own sentences to customers, by catalogue key, in their language, with CLDR plurals.

    ``when``: an instant to come, as people speak of it (``tomorrow at 09:00``).
    """

    def say(self, key: str, locale: str, /, **values: str | int) -> str: ...

    def when(self, at: int, locale: str, /, *, now: int, zone: dt.tzinfo) -> str: ...


# --- speech -------------------------------------------------------------------------------------------------------


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A customer who calls, by where they call from."""

    inbox: str
    address: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in a recording; ``text`` is empty where nothing is. ``sure``: the bot may go by it."""

    text: str
    language: str
    confidence: float
    sure: bool


class Transcriber(Protocol):
    """Understands recordings. ``recognizers``: the engines, in their order; the usual ones where there are none. Raises ``Invalid`` (no sound that can be read), ``TooLarge`` (it lasts too long), ``NotPossible``
    (nothing here understands speech), ``SpeechUnavailable`` (not now)."""

    async def transcribe(
        self, business: str, file: bytes, *, locale: str, recognizers: Sequence[str] = ()
    ) -> Words: ...


class Narrator(Protocol):
    """Says texts as voice messages: Opus in OGG, one channel. ``speakers``: the engines that speak, in their order; the usual ones where
    there are none. Raises ``SpeechUnavailable``."""

    async def narrate(self, business: str, text: str, *, locale: str, speakers: Sequence[Speaker] = ()) -> bytes: ...


class Samples(Protocol):
    """How an engine speaks: the text by it alone, as WAV (16 kHz, one channel). Raises ``SpeechUnavailable`` with what to do, also where
    there is no such engine."""

    async def sample(self, text: str, *, locale: str, speaker: Speaker) -> bytes: ...


class Calls(Protocol):
    """Calls, whichever node has their sound.

    ``begin``: a customer calls; the leg comes back with the receipt. As ``Dispatcher.receive``, and ``NotPossible`` where they are in a
    call already. ``connect``: answers the whole offer (SDP) of a browser with a whole answer: the caller's, or that of somebody of the
    business who takes part. A further one of the same takes the place of theirs. Raises ``NotFound`` where there is no such call, or it
    is none of theirs, ``Invalid`` where the offer can't be answered, ``Overloaded``, also where its node doesn't answer. ``press``: a key of the caller's. ``expect``:
    somebody may call soon, in this language, at an inbox with these ``settings``: what takes time is prepared; returns at once.
    """

    def expect(self, business: str, locale: str, settings: CallSettings) -> None: ...

    async def begin(self, call: Inbound) -> tuple[Receipt, str]: ...

    async def connect(self, business: str, leg: str, sdp: str, *, party: Caller | Person) -> str: ...

    async def press(self, business: str, leg: str, key: str, *, caller: Caller) -> None: ...


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What callers of a business may well say, for recognizers that can be told: whole ``phrases``, as they are written, in
    one language. ``version``: another one where they are others; "" for none."""

    version: str = ""
    phrases: tuple[str, ...] = ()


class Vocabulary(Protocol):
    """What a business's bot knows of how its customers speak. ``means``: whether words fit one of its topics beyond doubt; cheap,
    and asked while they are still being said."""

    def hints(self, business: str, locale: str) -> Hints: ...

    def means(self, business: str, text: str, locale: str) -> bool: ...


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A recognized word. ``since``, ``until``: milliseconds of the sound that was fed; 0 where the engine doesn't tell."""

    text: str
    since: int = 0
    until: int = 0
    confidence: float = 1.0


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a recognizer makes of an utterance. ``final``: its last word about it; else what it believes so far, in place of
    what it told before. ``since``: milliseconds of sound that were fed before the utterance began, the same for all that
    is told of it. A final without ``text``: nothing was said."""

    text: str
    since: int
    final: bool = False
    confidence: float = 1.0
    words: tuple[Word, ...] = ()


class Listening(Protocol):
    """One speaker's sound on its way through a recognizer.

    ``feed`` takes a frame (``speech.sound``), ``finalize`` ends the utterance: its final is told soon, and what is fed from now
    on is another one. Both return at once and never fail. ``heard`` is read by one reader, to the end; it raises
    ``SpeechUnavailable`` where the engine fails or hangs. Each ``finalize`` is followed by one final at least.
    """

    def feed(self, frame: bytes) -> None: ...

    def finalize(self) -> None: ...

    def heard(self) -> AsyncIterator[Heard]: ...

    async def aclose(self) -> None: ...


class Recognizer(Protocol):
    """Understands speech. ``listen`` raises ``SpeechUnavailable``, also where it doesn't know the language."""

    async def listen(self, *, locale: str, hints: Hints) -> Listening: ...

    async def aclose(self) -> None: ...


class Synthesizer(Protocol):
    """Speaks texts: 16 kHz mono int16 in frames of 20 ms (``speech.sound``)."""

    def speak(self, text: str, *, locale: str, voice: str = "", rate: float = 1.0) -> AsyncIterator[bytes]:
        """Frames as they are made; the last is filled up with silence. ``voice``: the engine's own name of it, "" for its
        usual one of ``locale``; ``rate``: 0.5 to 2. Raises ``SpeechUnavailable``. To stop it, close the iterator."""
        ...

    async def aclose(self) -> None: ...


class Hint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """ "The log of this conversation has reached ``seq``"; ``anew``: it was erased, and must be read from its begin. ``news``: the
    entries up to there that were just committed (``gateway.dispatcher.following.encode_news``), so that nobody need read them; null: read
    them. A hint may be lost; the log is the truth."""

    business: str
    conversation: str
    seq: int
    anew: bool = False
    news: msgspec.Raw = msgspec.Raw(b"null")


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one node asks of another (``gateway.cluster.asks``). ``to``: the node; ``about``: who answers there; ``id``: "" where no
    answer is awaited."""

    id: str
    to: str
    about: str
    body: str


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a question; ``refused``: why there is none, in place of ``body``."""

    id: str
    to: str
    body: str = ""
    refused: str = ""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """What is live and not kept: ``typing``, ``looking`` (has it open), ``presence``, … of ``who`` in a conversation,
    or at another topic (``gateway.http.access``)."""

    business: str
    conversation: str
    kind: Literal["typing", "looking", "mark", "mention", "presence", "queue", "set_up", "caption"]
    who: str
    body: dict[str, str | int | bool]
