"""Commands: what someone or something wants of a conversation. ``decide`` answers with events or a refusal."""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.faults import Fault
from gateway.model.events import (
    Attachment,
    Author,
    Button,
    CallbackKind,
    CallbackReason,
    Card,
    DetailKind,
    Ending,
    Endpoint,
    Evidence,
    FileProblem,
    ForwardWay,
    Memory,
    OperatorMessage,
    Outcome,
    Page,
    Person,
    Phone,
    Place,
    Quotation,
    Reason,
    Role,
    Score,
    Span,
)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all commands."""


# --- the customer ---


class Start(Command, frozen=True):
    """The first input of a contact without an unresolved conversation; ``outbound``: or people who write to them."""

    contact: str
    endpoint: Endpoint
    locale: str
    page: Page | None = None
    outbound: bool = False


class Say(Command, frozen=True):
    """A customer's message or pressed button. ``closing``: it is a "thanks" (see ``words.is_closing``)."""

    text: str
    endpoint: Endpoint
    choice: str = ""
    client_id: str = ""
    closing: bool = False
    sent_at: int | None = None
    page: Page | None = None
    files: tuple[Attachment, ...] = ()
    spans: tuple[Span, ...] = ()
    author: str = ""
    reply_to: int = 0
    quote: str = ""
    forwarded: str = ""
    place: Place | None = None
    phone: Phone | None = None
    unsupported: str = ""
    topic: str = ""


class Extend(Command, frozen=True):
    """More of the customer's message ``seq``, which comes in pieces."""

    seq: int
    files: tuple[Attachment, ...] = ()
    text: str = ""
    spans: tuple[Span, ...] = ()


class Edit(Command, frozen=True):
    """The customer changed their message ``seq``."""

    seq: int
    text: str
    spans: tuple[Span, ...] = ()
    files: tuple[Attachment, ...] = ()
    place: Place | None = None
    sent_at: int | None = None


class React(Command, frozen=True):
    """The customer's reactions to message ``seq``, all of them."""

    seq: int
    emoji: tuple[str, ...] = ()


class OpenChat(Command, frozen=True):
    """The customer opened the chat of a messenger. ``greeting``: what they are told where the bot has the floor."""

    endpoint: Endpoint
    payload: str = ""
    author: str = ""
    topic: str = ""
    greeting: str = ""
    buttons: tuple[Button, ...] = ()


class AskForPerson(Command, frozen=True):
    """The customer asks for a person, by the button that is always there."""


class CancelHandoff(Command, frozen=True):
    """The customer, still in the queue, goes back to the bot."""


class Rate(Command, frozen=True):
    score: int
    comment: str = ""


class RateAnswer(Command, frozen=True):
    """Whether the bot's message ``seq`` helped."""

    seq: int
    helpful: bool


class End(Command, frozen=True):
    """The customer has what they came for, or leaves the queue."""


class Consent(Command, frozen=True):
    """The customer was asked and agreed, with the message that follows."""

    version: str
    text: str


class ShowInvitation(Command, frozen=True):
    """The message that follows answers an invitation."""

    id: str
    text: str


class SetAttributes(Command, frozen=True):
    attributes: dict[str, str]


class LeaveDetails(Command, frozen=True):
    kind: DetailKind
    value: str


class AskTranscript(Command, frozen=True):
    """``address``: where what was said shall be sent."""

    address: str


class AskCallback(Command, frozen=True):
    """The customer, still in the queue, wants to be got back to; or nobody came while they were there (``reason``)."""

    due_at: int
    kind: CallbackKind
    value: str = ""
    reason: CallbackReason = "asked"


class Leave(Command, frozen=True):
    """The customer gave up waiting; the request is lost with ``reason``."""

    reason: str


class JoinChannel(Command, frozen=True):
    """Another channel of the same contact joins; replies go there from now on."""

    endpoint: Endpoint


# --- the bot ---


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    spoken: str = ""
    quotes: Quotation | None = None


class FinishTurn(Command, frozen=True):
    """A turn's result. Valid only while the floor and the answered inputs are as the turn saw them.

    ``team`` ("": the conversation's own), ``priority``, ``cause``, ``why`` and ``skills`` belong to the ``handoff``.
    """

    floor_seq: int
    answered: int
    upto: int
    outcome: Outcome
    replies: tuple[Reply, ...] = ()
    handoff: Reason | None = None
    version: str = ""
    intents: tuple[Score, ...] = ()
    facts: dict[str, str] = {}
    language: str = ""
    misses: int = 0
    elapsed: int = 0
    memory: Memory | None = None
    team: str = ""
    priority: int = 0
    cause: str = ""
    why: str = ""
    skills: dict[str, int] = {}


class FailTurn(Command, frozen=True):
    """The engine gave no result after ``attempts`` tries: people take over."""

    floor_seq: int
    answered: int
    upto: int
    attempts: int


# --- people ---


class Take(Command, frozen=True):
    operator: Person


class SendReply(Command, frozen=True):
    """``floor_seq`` is what the operator's screen showed; an older one is a conflict, never a second voice."""

    operator: Person
    text: str
    floor_seq: int
    client_id: str = ""
    endpoint: Endpoint | None = None
    files: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()
    reply_to: int = 0
    place: Place | None = None


class EditReply(Command, frozen=True):
    """The person's own message ``seq`` shall say this. ``target``: that message, as the log has it."""

    operator: Person
    seq: int
    text: str
    target: OperatorMessage | None = None


class DeleteReply(Command, frozen=True):
    """The person's own message ``seq`` is taken back. ``target``: as ``EditReply`` has it."""

    operator: Person
    seq: int
    target: OperatorMessage | None = None


class AddNote(Command, frozen=True):
    operator: Person
    text: str
    client_id: str = ""
    mentions: tuple[str, ...] = ()


class SetFacts(Command, frozen=True):
    operator: Person
    facts: dict[str, str]


class SetLabels(Command, frozen=True):
    """``add`` and ``remove``: ids of labels."""

    operator: Person
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class Transfer(Command, frozen=True):
    operator: Person
    floor_seq: int
    team: str = ""
    to: Person | None = None
    note: str = ""


class ReturnToBot(Command, frozen=True):
    operator: Person
    floor_seq: int


class Snooze(Command, frozen=True):
    operator: Person
    floor_seq: int
    until: int


class PromiseCallback(Command, frozen=True):
    """Somebody gets back to the customer by ``due_at``: ``owner``, or whoever the queue gives it to. Said of what is promised
    already, it changes that."""

    operator: Person
    due_at: int
    kind: CallbackKind = "here"
    value: str = ""
    owner: Person | None = None
    note: str = ""


class TryCallback(Command, frozen=True):
    """Its owner didn't reach the customer and tries again later."""

    operator: Person
    floor_seq: int
    outcome: Literal["no_answer", "busy", "unreachable"]
    again_at: int
    note: str = ""


class Resolve(Command, frozen=True):
    """The end, by its owner (or a supervisor: ``override``). With ``wrap_up`` the owner notes the outcome first. ``ending`` and
    ``reason``: as the ledger has them."""

    operator: Person
    floor_seq: int
    ending: Ending = "answered"
    reason: str = ""
    code: str = ""
    note: str = ""
    wrap_up: bool = False
    override: bool = False


class ExtendWrapUp(Command, frozen=True):
    """The owner needs more time after the talk."""

    operator: Person
    floor_seq: int


class CancelWrapUp(Command, frozen=True):
    """The talk isn't over: its owner goes on with it."""

    operator: Person
    floor_seq: int


class NoteMacro(Command, frozen=True):
    """The log says that what follows was done by a macro."""

    operator: Person
    macro: str
    name: str
    client_id: str = ""


class FillForm(Command, frozen=True):
    """What was written into a form is kept. All of it was judged; ``number`` was drawn for it. ``record``: a new id."""

    operator: Person
    record: str
    number: str
    form: str
    name: str
    purpose: str
    status: str
    values: dict[str, str]
    client_id: str = ""


class SubmitForm(Command, frozen=True):
    """A form as it was filled in. The business's set-up says what fits, so the dispatcher judges it. ``version``: of the form that
    was on the screen; ``tell``: its message goes to the customer, who is the operator's by ``floor_seq``."""

    operator: Person
    form: str
    version: int
    answers: dict[str, str]
    client_id: str
    tell: bool = False
    floor_seq: int = 0


class MoveRecord(Command, frozen=True):
    """``before``: the status on the screen. ``number`` and ``name`` are the record's, by the dispatcher."""

    operator: Person
    record: str
    before: str
    status: str
    number: str = ""
    name: str = ""


class RunMacro(Command, frozen=True):
    """Everything that a macro does, at once or not at all. What that is says the business's set-up, so the dispatcher makes
    the commands of it."""

    operator: Person
    floor_seq: int
    macro: str
    client_id: str = ""


class Replay(Command, frozen=True):
    """What failed of message ``seq`` is sent again; ``since``: as ``DeliveryReplayed`` has it."""

    operator: Person
    seq: int
    since: int = 0


class Invite(Command, frozen=True):
    """``colleague`` is asked to join."""

    operator: Person
    floor_seq: int
    colleague: Person


class DeclineInvitation(Command, frozen=True):
    operator: Person


class Join(Command, frozen=True):
    """``invited``: only whom the owner has invited may."""

    operator: Person
    role: Role
    invited: bool = False


class Part(Command, frozen=True):
    operator: Person


# --- routing and timers ---


class RequestHandoff(Command, frozen=True):
    """``evidence``: only where it is other than what the conversation itself gives."""

    reason: Reason
    by: Author
    team: str = ""
    priority: int = 0
    evidence: tuple[Evidence, ...] = ()


class MakeOffer(Command, frozen=True):
    operator: Person
    expires_at: int


class AcceptOffer(Command, frozen=True):
    operator: Person


class EndOffer(Command, frozen=True):
    operator: Person
    reason: Literal["declined", "expired", "withdrawn"]


class LoseOwner(Command, frozen=True):
    operator: Person
    reason: Literal["signed_out", "lost"]


class EndWrapUp(Command, frozen=True):
    """The owner's time after the talk ran out."""


class Wake(Command, frozen=True):
    """The snooze ran out."""


class Notify(Command, frozen=True):
    """A line by the system; it needs no floor."""

    notice: str
    text: str
    buttons: tuple[Button, ...] = ()


class ReportFailure(Command, frozen=True):
    """The courier gave up on part ``part`` of message ``seq``."""

    seq: int
    part: int
    reason: str
    fault: Fault | None = None


class ForwardAnswers(Command, frozen=True):
    """Answers that nobody read went out another way, or could not; as ``AnswersForwarded`` has it."""

    way: ForwardWay
    address: str
    since: int
    upto: int
    fault: Fault | None = None


class LoseEndpoint(Command, frozen=True):
    """The customer can't be reached there any more."""

    endpoint: Endpoint


class RegainEndpoint(Command, frozen=True):
    """The customer can be reached there again."""

    endpoint: Endpoint


class FinishFile(Command, frozen=True):
    """The pending file of message ``seq`` was fetched."""

    seq: int
    file: Attachment


class FailFile(Command, frozen=True):
    """The pending file of message ``seq`` can't be had."""

    seq: int
    file: str
    reason: FileProblem


class Close(Command, frozen=True):
    """The system ends it: silence, or its channel went on elsewhere."""

    ending: Ending
    reason: str
    continued_in: str = ""


AnyCommand = (
    Start | Say | AskForPerson | CancelHandoff | Rate | RateAnswer | End | Consent | ShowInvitation | SetAttributes
    | LeaveDetails | AskTranscript | AskCallback | PromiseCallback | TryCallback | Leave | JoinChannel | FinishTurn | FailTurn | Take | SendReply
    | AddNote | SetFacts | SetLabels | Transfer | ReturnToBot | Snooze | Resolve | Replay | Join | Part | RequestHandoff | MakeOffer
    | AcceptOffer | EndOffer | LoseOwner | Wake | Notify | ReportFailure | FinishFile | FailFile | Close
    | ExtendWrapUp | CancelWrapUp | EndWrapUp | NoteMacro | FillForm | MoveRecord | Invite | DeclineInvitation
    | Extend | Edit | React | OpenChat | EditReply | DeleteReply | LoseEndpoint | RegainEndpoint
    | ForwardAnswers
)  # fmt: skip
AnyRequest = AnyCommand | RunMacro | SubmitForm
"""What people may ask for."""
