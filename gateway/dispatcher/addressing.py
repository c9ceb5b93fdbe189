"""What a command names, of the same business: a colleague, a team, labels."""

from __future__ import annotations

from msgspec.structs import replace

from gateway.errors import Invalid, NotPossible
from gateway.model import commands as c
from gateway.model.events import OperatorDeleted, OperatorMessage, Person
from gateway.store import configuration, directory, labels, log
from gateway.store.sql import Tx


def known_here(tx: Tx, command: c.AnyCommand) -> None:
    """Raises ``Invalid`` for labels, a team or colleagues that the business doesn't have (any more)."""
    if isinstance(command, c.SetLabels) and labels.unknown(tx, command.add):
        raise Invalid("This label was removed meanwhile. Choose another one.", field="add")
    if isinstance(command, c.AddNote) and command.mentions:
        known = {one.account for one in directory.read_operators(tx)}
        if not known.issuperset(command.mentions):
            raise Invalid("Somebody in this note doesn't work here any more. Take their name out.", field="mentions")
    if (
        isinstance(command, c.Transfer | c.StartConsult)
        and command.team
        and configuration.find(tx, "team", command.team) is None
    ):
        raise Invalid("This team was removed meanwhile. Choose another one.", field="team")


def with_target(tx: Tx, conversation: str, command: c.AnyCommand) -> c.AnyCommand:
    """The message that is to be changed, as the log has it. Raises ``NotPossible`` where it isn't a person's, or was taken
    back."""
    if not isinstance(command, c.EditReply | c.DeleteReply):
        return command
    first, *later = log.entries(tx, conversation, after=command.seq - 1) or (None,)
    target = first.event if first is not None and first.seq == command.seq else None
    taken_back = any(isinstance(one.event, OperatorDeleted) and one.event.seq == command.seq for one in later if one)
    if not isinstance(target, OperatorMessage) or taken_back:
        raise NotPossible("That message isn't there any more, so it can't be changed.")
    return replace(command, target=target)


def with_faces(tx: Tx, command: c.AnyCommand) -> c.AnyCommand:
    """Whoever is to have the conversation as the customer sees them: the colleague of a transfer, a callback or an invitation, of
    whom it gives the account alone, and the picture of who takes it or is offered it. Raises ``Invalid`` for who doesn't work for
    the business."""
    if isinstance(command, c.Take | c.MakeOffer | c.AcceptOffer | c.Join | c.AcceptConsult):
        taker = directory.membership(tx, command.operator.id)
        picture = taker.picture if taker is not None else ""
        return replace(command, operator=replace(command.operator, picture=picture))
    if isinstance(command, c.Invite):
        return replace(command, colleague=_colleague(tx, command.colleague, field="colleague"))
    if isinstance(command, c.StartConsult):
        return replace(command, asked=tuple(_colleague(tx, one, field="colleague") for one in command.asked))
    if isinstance(command, c.PromiseCallback) and command.owner is not None:
        return replace(command, owner=_colleague(tx, command.owner, field="owner"))
    if isinstance(command, c.Transfer) and command.to is not None:
        return replace(command, to=_colleague(tx, command.to, field="to"))
    return command


def _colleague(tx: Tx, person: Person, *, field: str) -> Person:
    """Of whom only the account is known."""
    if person.name:
        return person
    found = directory.membership(tx, person.id)
    if found is None or found.role == "client":
        raise Invalid("Nobody of that name works here. Choose a colleague.", field=field)
    return Person(id=found.account, name=found.name, picture=found.picture)
