"""What operators and supervisors do."""

from __future__ import annotations

from typing import Literal

from gateway.model.commands.base import Command
from gateway.model.events import (
    Attachment,
    CallbackKind,
    Card,
    Ending,
    Endpoint,
    OperatorMessage,
    Person,
    Place,
    Role,
    Speech,
)


class Take(Command, frozen=True):
    operator: Person


class SendReply(Command, frozen=True):
    """``floor_seq`` is what the operator's screen showed; an older one is a conflict, never a second voice. ``speech``: they said
    it in a call, and the customer heard it."""

    operator: Person
    text: str
    floor_seq: int
    client_id: str = ""
    endpoint: Endpoint | None = None
    files: tuple[Attachment, ...] = ()
    cards: tuple[Card, ...] = ()
    reply_to: int = 0
    place: Place | None = None
    speech: Speech | None = None


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
