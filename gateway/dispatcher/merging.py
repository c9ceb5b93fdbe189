"""People find out that two contacts are one person, or that they aren't.

A merge is a pointer, and what it made of the fields of the contact that stays is noted with it: undoing it gives back what
nobody has changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from gateway.dispatcher.linking import Linked, Separate, steadily, which_goes
from gateway.dispatcher.policy import Policy
from gateway.errors import NotFound, NotPossible
from gateway.faults import desk
from gateway.store import audit, blocks, contacts, search
from gateway.store.audit import Actor
from gateway.store.contacts import Contact, Merged
from gateway.store.sql import Tx

OWN = "own."
"""How the fields begin that a business names itself."""
_PLAIN = {"email": "email", "phone": "phone", "company": "company", "external_id": "external", "note": "note"}


class Differing(NamedTuple):
    """A field that one of two contacts has at least. ``goes``, ``stays``: what each has; ``kept``: what stays in the
    end."""

    field: str
    goes: str
    stays: str
    kept: str


class Plan(NamedTuple):
    """What a merge would do: ``goes`` is merged into ``stays``."""

    goes: Contact
    stays: Contact
    fields: tuple[Differing, ...]


def fields_of(contact: Contact) -> dict[str, str]:
    """What a business keeps of a contact, by field; what is empty isn't there."""
    known = contact.known
    found = {"name": contact.name} | {name: getattr(known, attribute) for name, attribute in _PLAIN.items()}
    found |= {OWN + name: value for name, value in known.own.items()}
    return {name: value for name, value in found.items() if value}


def set_fields(tx: Tx, contact: Contact, changes: Mapping[str, str]) -> None:
    """Changes what a business keeps of a contact, which is locked; "" forgets it."""
    wanted = fields_of(contact) | dict(changes)
    own = {name.removeprefix(OWN): value for name, value in wanted.items() if name.startswith(OWN) and value}
    plain = {attribute: wanted.get(name, "") for name, attribute in _PLAIN.items()}
    attributes = replace(contact.known, own=own, **plain)
    contacts.describe(tx, contact.id, name=wanted.get("name", ""), attributes=attributes)
    search.name_contact(tx, contact.id)


def plan_merge(tx: Tx, contact: str, into: str, *, keep: Mapping[str, str] = {}, now: int) -> Plan:
    """What a merge would do. ``keep``: whose value is kept, by field: a contact's id; else it is that of whoever stays, where
    they have one.

    Raises ``NotFound``, and ``NotPossible`` where they are one already, known to be two, or one of them alone is blocked.
    """
    one, other = contacts.root(tx, contact), contacts.root(tx, into)
    if one is None or other is None:
        raise NotFound("There is no such contact in this business.")
    if one.id == other.id:
        raise NotPossible(desk.ONE_CONTACT())
    if (blocks.standing(tx, one.id, now=now) is None) is not (blocks.standing(tx, other.id, now=now) is None):
        raise NotPossible(desk.ONE_BLOCKED())
    goes, stays = (one, other) if which_goes(tx, one.id, other.id) == (one.id, other.id) else (other, one)
    theirs, ours = fields_of(goes), fields_of(stays)
    return Plan(goes, stays, tuple(_differing(name, theirs, ours, keep, goes.id) for name in {**ours, **theirs}))


def _differing(
    name: str, theirs: Mapping[str, str], ours: Mapping[str, str], keep: Mapping[str, str], goes: str
) -> Differing:  # fmt: skip
    their, our = theirs.get(name, ""), ours.get(name, "")
    return Differing(name, their, our, their if keep.get(name) == goes else our or their)


@dataclass(frozen=True, slots=True)
class Merge:
    """``contact`` and ``into`` are one person. Their conversations stay as they are. Raises as ``plan_merge`` does."""

    contact: str
    into: str
    by: Actor
    keep: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, tx: Tx, now: int) -> Linked:
        return steadily(lambda: self._merge(tx, now))

    def _merge(self, tx: Tx, now: int) -> Linked:
        goes, stays, fields = plan_merge(tx, self.contact, self.into, keep=self.keep, now=now)
        changed = {one.field: (one.stays, one.kept) for one in fields if one.kept != one.stays}
        how = Merged(at=now, by=self.by.id, name=self.by.name, changed=changed)
        contacts.merge(tx, goes.id, into=stays.id, how=how)
        set_fields(tx, stays, {name: after for name, (_, after) in changed.items()})
        blocks.spread(tx, stays.id, now=now)
        # No name of theirs: an erasure leaves the audit log as it is.
        audit.note(
            tx, self.by, "merged", kind="contact", subject=stays.id, name="", now=now, changes={"merged": (None, goes.id)}
        )  # fmt: skip
        return Linked()


@dataclass(frozen=True, slots=True)
class Undo:
    """``contact`` isn't who it was merged into. Raises ``NotFound``, and ``NotPossible`` where it isn't merged."""

    contact: str
    by: Actor
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Linked:
        found = contacts.read(tx, self.contact)
        linked = Separate(self.contact, self.policy)(tx, now)
        assert found is not None
        if found.merged is not None:
            _give_back(tx, found.merged_into, found.merged.changed)
        whole = contacts.root(tx, found.merged_into)
        assert whole is not None
        for name in (whole.id, self.contact):
            blocks.spread(tx, name, now=now)
        audit.note(
            tx, self.by, "separated", kind="contact", subject=whole.id, name="", now=now,
            changes={"merged": (self.contact, None)},
        )  # fmt: skip
        return linked


def _give_back(tx: Tx, contact: str, changed: Mapping[str, tuple[str, str]]) -> None:
    """The fields of ``contact`` are again what they were before a merge, but for those that were changed since. Whom it was
    merged into itself may have them from there."""
    while contact and changed:
        found = contacts.read(tx, contact)
        assert found is not None
        known = fields_of(found)
        back = {name: before for name, (before, after) in changed.items() if known.get(name, "") == after}
        set_fields(tx, found, back)
        how = found.merged
        if how is None:
            return
        onward = {name: how.changed[name] for name in back if name in how.changed}
        for name, (before, _) in onward.items():
            onward[name] = (back[name] or before, how.changed[name][1])
        kept = {
            name: (before, onward[name][0] if name in onward else after)
            for name, (before, after) in how.changed.items()
        }
        contacts.note_merge(tx, contact, found.merged_into, replace(how, changed=kept))
        contact, changed = found.merged_into, onward
