"""Whom a command names: a colleague of the same business, under the name that they have there."""

from __future__ import annotations

from msgspec.structs import replace

from gateway.errors import Invalid
from gateway.model import commands as c
from gateway.model.events import Person
from gateway.store import directory
from gateway.store.sql import Tx


def with_recipient(tx: Tx, command: c.AnyCommand) -> c.AnyCommand:
    """A transfer with the colleague whose account it gives, nameless as yet. Raises ``Invalid`` for who doesn't work for
    the business."""
    if not isinstance(command, c.Transfer) or command.to is None or command.to.name:
        return command
    found = directory.membership(tx, command.to.id)
    if found is None:
        raise Invalid("Nobody of that name works here. Choose a colleague.", field="to")
    return replace(command, to=Person(id=found.account, name=found.name))
