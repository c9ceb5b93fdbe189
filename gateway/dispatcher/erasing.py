"""Erasure of a person: at once they are a stranger; then their conversations are emptied, page by page.

The work is a due row of its own kind, written in the unit that makes the stranger. Each page is one short unit that
notes in the row how far it is, so that the writer is never held long and a crash repeats nothing. Entries keep their
``seq`` and get new ids: whoever still holds the old ones reads the log anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import structlog
from msgspec.structs import replace

from gateway.dispatcher.attaching import MEDIA
from gateway.dispatcher.consequences import DELIVERY, TURN
from gateway.dispatcher.listening import drop_listening
from gateway.dispatcher.policy import HOUR, SECOND, Policy
from gateway.dispatcher.units import Committed, commit
from gateway.errors import NotFound
from gateway.model import commands as c
from gateway.model.events import Unrecognized
from gateway.model.ids import new_id
from gateway.model.redact import redact
from gateway.model.state import FOLD_VERSION, Conversation, Status
from gateway.store import blocks, contacts, deliveries, due, files, inbound, links, log, records, refs, search
from gateway.store.contacts import Address, Attributes
from gateway.store.sql import Tx

logger = structlog.get_logger(__name__)

ERASE = "erase"
PAGE = 200
"""Entries that one unit rewrites."""
LEASE = 60 * SECOND


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the due row carries. ``conversation``: the one at hand; those with smaller ids are done. ``upto``: the fold
    of its pages that are done, as the release that folds by ``fold_version`` made it. ``by``: an account's or a
    token's id. ``alone``: that conversation, and nothing else of its contact."""

    by: str
    alone: str = ""
    conversation: str = ""
    upto: Conversation | None = None
    fold_version: int = FOLD_VERSION
    conversations: int = 0


_decoder = msgspec.json.Decoder(Task)


class Asked(NamedTuple):
    """``contact``: who is erased. ``strangers``: their identities as they were, speaking nowhere any more."""

    contact: str
    strangers: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class AskErasure:
    """Makes strangers of a contact and of all that are merged with it, and writes the row that empties their
    conversations. Raises ``NotFound``."""

    contact: str
    by: str

    def __call__(self, tx: Tx, now: int) -> Asked:
        whole = contacts.root(tx, self.contact)
        if whole is None:
            raise NotFound("There is no such contact in this business.")
        strangers = _make_strangers(tx, whole.id, now=now)
        due.put(tx, ERASE, whole.id, due_at=now, payload=_encode(Task(by=self.by)))
        return Asked(whole.id, strangers)


def ask_emptying(tx: Tx, conversation: str, *, by: str, now: int) -> None:
    """Writes the row that empties one conversation; its contact stays who they are."""
    due.put(tx, ERASE, conversation, due_at=now, payload=_encode(Task(by=by, alone=conversation)))


class Erased(NamedTuple):
    """What a page did. ``task`` is ``None`` where the row is gone or another node's; ``emptied``: a conversation that
    holds nothing of theirs any more."""

    task: Task | None = None
    commits: tuple[Committed, ...] = ()
    emptied: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class ErasePage:
    """The next page of a claimed row: at most ``size`` entries."""

    row: due.Due
    task: Task
    policy: Policy
    size: int = PAGE

    def __call__(self, tx: Tx, now: int) -> Erased:
        row, task = self.row, self.task
        if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + LEASE):
            return Erased()
        name = task.conversation if task.upto else _next(tx, row.subject, task)
        if not name:
            if not task.alone:
                _make_strangers(tx, row.subject, now=now)  # also of who was merged meanwhile
            due.finish(tx, row.kind, row.subject, fence=row.fence)
            return Erased(task, done=True)
        commits = () if task.upto else _end(tx, name, policy=self.policy, now=now)
        return self._page(tx, name, commits, now=now)

    def _page(self, tx: Tx, name: str, commits: tuple[Committed, ...], *, now: int) -> Erased:
        row, task = self.row, self.task
        state = log.load(tx, name)
        assert state is not None
        page = log.entries(tx, name, after=task.upto.seq if task.upto else 0, limit=self.size)
        if any(isinstance(entry.event, Unrecognized) for entry in page):
            # Only a release that knows the event can take its words out.
            logger.warning("erasure_waits", contact=row.subject, conversation=name)
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=now + HOUR, attempts=0)
            return Erased(commits=commits)
        for file in [file for entry in page for file in getattr(entry.event, "files", ()) if file.pending]:
            due.drop(tx, MEDIA, file.id)
        drop_listening(tx, page)
        changed = [replace(entry, id=new_id(entry.at), event=redact(entry.event)) for entry in page]
        upto = log.rewrite(tx, name, changed, upto=task.upto)
        search.forget(tx, name)
        whole = upto.seq == state.seq
        task = replace(
            task, conversation=name, upto=None if whole else upto, fold_version=FOLD_VERSION,
            conversations=task.conversations + whole,
        )  # fmt: skip
        due.carry(tx, row.kind, row.subject, fence=row.fence, payload=_encode(task), until=now + LEASE)
        return Erased(task, commits, name if whole else "")


def _next(tx: Tx, contact: str, task: Task) -> str:
    """The next conversation of a contact and all that are merged with it, in id order."""
    after = task.conversation
    if task.alone:
        return "" if after else task.alone
    found = (contacts.conversations_of(tx, one, after=after, limit=1) for one in contacts.family(tx, contact))
    return min((names[0] for names in found if names), default="")


def _make_strangers(tx: Tx, contact: str, *, now: int) -> tuple[Address, ...]:
    """Whoever comes with one of their addresses is somebody new."""
    family = contacts.family(tx, contact)
    names = [one.id for name in family for one in contacts.addresses(tx, name) if not one.is_gone]
    known = contacts.lock_addresses(tx, names)
    for one in known.values():
        inbound.drop_keys(tx, one.inbox, one.address)
        due.drop(tx, DELIVERY, one.id)
        contacts.retire(tx, one.id)
    blocks.lift(tx, contact, now=now)
    for name in family:
        contacts.describe(tx, name, name="", attributes=Attributes())
        contacts.forget_merge(tx, name)
        search.name_contact(tx, name)
    return tuple(one._replace(conversation="") for one in known.values())


def _end(tx: Tx, conversation: str, *, policy: Policy, now: int) -> tuple[Committed, ...]:
    """Ends a conversation that is to be emptied, with everything that would still be done for it."""
    state = log.load(tx, conversation)
    assert state is not None
    commits: tuple[Committed, ...] = ()
    if state.status is not Status.RESOLVED:
        draft = log.Draft(conversation, state, now=now)
        draft.apply(c.Close(ending="lost", reason="erased"))
        commits = (commit(tx, draft, policy),)
    _drop_what_hangs_on(tx, conversation)
    return commits


def _drop_what_hangs_on(tx: Tx, conversation: str) -> None:
    """Everything of a conversation that stands outside its log. What keeps more of a person drops it here."""
    due.drop(tx, TURN, conversation)
    deliveries.drop(tx, conversation)
    refs.drop(tx, conversation)
    links.drop(tx, conversation)
    records.forget(tx, conversation)
    files.drop_all(tx, conversation)


def _encode(task: Task) -> str:
    return msgspec.json.encode(task).decode()


def read_task(row: due.Due) -> Task:
    """What a claimed row carries; a fold of another release is begun again."""
    task = _decoder.decode(row.payload)
    return task if task.fold_version == FOLD_VERSION else replace(task, upto=None)
