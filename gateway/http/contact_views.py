"""Contacts as they are told: who somebody is, by which ways they come, what they said before."""

from __future__ import annotations

import msgspec

from gateway.dispatcher.merging import plan_merge
from gateway.dispatcher.outbound import unreachable
from gateway.faults import Fault
from gateway.http.search import row_at
from gateway.model.events import CustomerMessage, Person
from gateway.model.state import Preview, Status
from gateway.store import blocks, clients, contacts, inboxes, ledger, log, search
from gateway.store.clients import Client
from gateway.store.lists import Row
from gateway.store.sql import Tx

SHOWN = 50
"""Conversations of a contact that are told with it, the latest ones."""
FIRST = 12
"""Entries of a log among which its first words are looked for."""
ALIKE = 10
"""Contacts that are suggested as the same person, at most."""


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach the contact. ``name``: the inbox's; ``address``: as people know it, "" for a browser;
    ``assurance``: ``signed`` by the business, or ``claimed`` by the sender. ``trouble``: why they can't be written to there,
    nothing where they can; ``lost``: nothing reaches them there any more. ``conversation``: what isn't over there, ``owner``:
    whose it is, "" for nobody's."""

    id: str
    inbox: str
    channel: str
    name: str
    address: str
    assurance: contacts.Assurance
    since: int
    lost: bool
    trouble: Fault | None
    conversation: str
    owner: str


class PastView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation of the contact's. ``preview``: its last words."""

    conversation: str
    status: str
    updated_at: int
    channel: str
    preview: Preview | None


class ChapterView(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation of the contact's, as their story tells it. ``first``: the customer's first words; ``preview``: the
    last ones of anybody. ``ending``, ``reason``: of its latest request in the ledger, "" while that is open and where there is
    none. ``outbound``: the business wrote first."""

    conversation: str
    status: Status
    started_at: int
    updated_at: int
    channel: str
    outbound: bool
    owner: Person | None
    first: str
    preview: Preview | None
    labels: tuple[str, ...]
    ending: str
    reason: str


class Chapters(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first."""

    conversations: tuple[ChapterView, ...]
    next: str | None


class BlockView(msgspec.Struct, frozen=True, kw_only=True):
    """``until``: nothing where it has no end; ``by``: as colleagues know them. ``refused``: inputs that weren't taken."""

    until: int | None
    at: int
    by: str
    reason: blocks.Reason
    note: str
    refused: int


class MergedView(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that is one with another. ``into``: which one of them; ``by``: as colleagues know them, "" where the contact
    did it by a link or by signing in, or nobody noted it; ``at``: 0 likewise."""

    id: str
    name: str
    into: str
    at: int
    by: str


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """A person. ``id``: whom they were merged into, where they were; ``merged``: the contacts that are one with it,
    ``merges``: how that came. ``verified``: the business vouches for who it is. By its word stand ``email``, ``phone``,
    ``company``, ``external_id`` (theirs in its own systems), ``own`` and ``note``; nobody vouches for ``attributes`` (what
    pages said of them) and ``details`` (how they want to be reached, by kind). ``approached_at``: when they came last."""

    id: str
    name: str
    email: str
    phone: str
    company: str
    external_id: str
    own: dict[str, str]
    note: str
    verified: bool
    attributes: dict[str, str]
    details: dict[str, str]
    identities: tuple[IdentityView, ...]
    conversations: tuple[PastView, ...]
    merged: tuple[str, ...]
    merges: tuple[MergedView, ...]
    block: BlockView | None
    approached_at: int


class AlikeView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person. ``by``: in what they are equal."""

    contact: Client
    by: tuple[search.Equal, ...]


class AlikeList(msgspec.Struct, frozen=True, kw_only=True):
    contacts: tuple[AlikeView, ...]


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """``goes``, ``stays``: what each of the two has; ``kept``: what is there after the merge."""

    field: str
    goes: str
    stays: str
    kept: str


class SideView(msgspec.Struct, frozen=True, kw_only=True):
    """One of two contacts. ``open``: their conversations that aren't over."""

    id: str
    name: str
    identities: tuple[IdentityView, ...]
    open: tuple[Row, ...]


class MergeView(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge would do: ``goes`` is merged into ``stays``."""

    goes: SideView
    stays: SideView
    fields: tuple[FieldView, ...]


def read_contact(tx: Tx, contact: str, *, now: int) -> ContactView | None:
    """The person behind a contact."""
    whole = contacts.root(tx, contact)
    if whole is None:
        return None
    family = contacts.family(tx, whole.id)
    identities = read_identities(tx, family, now=now)
    known = whole.known
    return ContactView(
        id=whole.id,
        name=whole.name,
        email=known.email,
        phone=known.phone,
        company=known.company,
        external_id=known.external,
        own=known.own,
        note=known.note,
        verified=any(one.assurance == "signed" for one in identities),
        attributes=known.claimed,
        details=known.details,
        identities=identities,
        conversations=tuple(_past(tx, one) for one in contacts.latest_of_all(tx, whole.id, limit=SHOWN)),
        merged=tuple(family[1:]),
        merges=tuple(_merged(tx, name) for name in family[1:]),
        block=_block(tx, whole.id, now=now),
        approached_at=whole.approached_at,
    )


def read_identities(tx: Tx, family: list[str], *, now: int) -> tuple[IdentityView, ...]:
    names = {one.id: one.name for one in inboxes.read(tx)}
    known = [one for name in family for one in contacts.addresses(tx, name) if not one.is_gone]
    return tuple(_identity(tx, one, names.get(one.inbox, ""), now=now) for one in known)


def _identity(tx: Tx, one: contacts.Address, name: str, *, now: int) -> IdentityView:
    state = log.peek(tx, one.conversation) if one.conversation else None
    goes_on = state is not None and state.status is not Status.RESOLVED
    return IdentityView(
        id=one.id, inbox=one.inbox, channel=one.channel, name=name, address=_shown(one), assurance=one.assurance,
        since=one.since, lost=state is not None and one.id in state.unreachable,
        trouble=unreachable(tx, one, state, now=now), conversation=state.id if state is not None and goes_on else "",
        owner=state.owner.name if state is not None and goes_on and state.owner is not None else "",
    )  # fmt: skip


def _shown(one: contacts.Address) -> str:
    """A browser's address is a number that nobody knows; a user's is theirs in the business's own system."""
    kind, _, rest = one.address.partition(":")
    if one.channel != "webchat":
        return one.address
    return rest if kind == "u" else ""


def _past(tx: Tx, one: contacts.Past) -> PastView:
    state = log.peek(tx, one.conversation)
    return PastView(
        **one._asdict(), channel=state.endpoint.channel if state else "", preview=state.preview if state else None
    )  # fmt: skip


def _merged(tx: Tx, contact: str) -> MergedView:
    found = contacts.read(tx, contact)
    assert found is not None
    how = found.merged or contacts.Merged()
    return MergedView(id=contact, name=found.name, into=found.merged_into, at=how.at, by=how.name)


def _block(tx: Tx, contact: str, *, now: int) -> BlockView | None:
    held = blocks.standing(tx, contact, now=now)
    if held is None:
        return None
    block = held.block
    return BlockView(
        until=held.until if held.until < blocks.FOREVER else None, at=block.at, by=block.name, reason=block.reason,
        note=block.note, refused=held.refused,
    )  # fmt: skip


def read_chapters(tx: Tx, contact: str, *, before: str, limit: int) -> Chapters | None:
    """A page of everything that a person and whoever is one with them said, the latest conversation first."""
    whole = contacts.root(tx, contact)
    if whole is None:
        return None
    found = contacts.latest_of_all(tx, whole.id, limit=limit, before=before or contacts.LAST)
    told = (_chapter(tx, one.conversation) for one in found)
    return Chapters(
        conversations=tuple(one for one in told if one is not None),
        next=found[-1].conversation if len(found) == limit else None,
    )


def _chapter(tx: Tx, conversation: str) -> ChapterView | None:
    state = log.peek(tx, conversation)
    if state is None:
        return None
    requests = ledger.read_requests(tx, conversation)
    said = [one.event for one in log.entries(tx, conversation, after=0, limit=FIRST)]
    return ChapterView(
        conversation=state.id, status=state.status, started_at=state.started_at, updated_at=state.updated_at,
        channel=state.endpoint.channel, outbound=state.outbound, owner=state.owner or state.last_owner,
        first=next((one.text[:200] for one in said if isinstance(one, CustomerMessage) and one.text), ""),
        preview=state.preview, labels=state.labels, ending=requests[-1].ending if requests else "",
        reason=requests[-1].reason if requests else "",
    )  # fmt: skip


def read_alike(tx: Tx, contact: str, *, now: int) -> AlikeList | None:
    """Whoever has the same e-mail, phone or id in the business's systems: maybe the same person."""
    whole = contacts.root(tx, contact)
    if whole is None:
        return None
    by: dict[str, list[search.Equal]] = {}
    known = whole.known
    values: list[tuple[search.Equal, str]] = [
        ("email", known.email), ("phone", known.phone), ("external", known.external),
    ]  # fmt: skip
    for field, value in values:
        for one in search.find_equal(tx, field, value):
            if one.id != whole.id:
                by.setdefault(one.id, []).append(field)
    found = [(contacts.root(tx, name), equal) for name, equal in list(by.items())[:ALIKE]]
    return AlikeList(
        contacts=tuple(
            AlikeView(contact=clients.client_of(tx, one, now=now), by=tuple(equal)) for one, equal in found if one
        )
    )


def read_merge(tx: Tx, contact: str, into: str, *, now: int) -> MergeView:
    """What a merge would do, field by field. Raises ``NotFound``, ``NotPossible``."""
    plan = plan_merge(tx, contact, into, now=now)
    return MergeView(
        goes=_side(tx, plan.goes, now=now), stays=_side(tx, plan.stays, now=now),
        fields=tuple(FieldView(**one._asdict()) for one in plan.fields),
    )  # fmt: skip


def _side(tx: Tx, contact: contacts.Contact, *, now: int) -> SideView:
    family = contacts.family(tx, contact.id)
    rows = (row_at(tx, name) for name in clients.open_of(tx, family))
    return SideView(
        id=contact.id, name=contact.name, identities=read_identities(tx, family, now=now),
        open=tuple(row for row in rows if row is not None),
    )  # fmt: skip
