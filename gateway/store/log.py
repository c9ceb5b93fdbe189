"""The log on disk: loading a conversation's state, appending its events, reading entries."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import BindParameter, bindparam, select, text, update

from gateway.model.commands import AnyCommand
from gateway.model.decide import Circumstances, decide
from gateway.model.events import Entry, Plain, decode_event, encode_event
from gateway.model.fold import fold, fold_all
from gateway.model.ids import new_id
from gateway.model.state import FOLD_VERSION, Conversation
from gateway.store.bulk import Bulk
from gateway.store.schema import conversations, events
from gateway.store.sql import Query, Tx, among, names_of

_business: BindParameter[str] = bindparam("business_id")
_conversation: BindParameter[str] = bindparam("conversation_id")
_this = (conversations.c.business_id == _business, conversations.c.id == _conversation)

_LOAD = Query(
    select(conversations.c.state, conversations.c.fold_version).where(*_this).with_for_update(of=conversations),
    beside=True,
)
_PEEK = Query(select(conversations.c.state, conversations.c.fold_version).where(*_this))
_HEAD = Query(select(conversations.c.seq, conversations.c.head_id).where(*_this))
_of_business = conversations.c.business_id == _business
_HEADS = among(
    select(conversations.c.id, conversations.c.seq, conversations.c.head_id).where(_of_business), conversations.c.id
)
_LOAD_ALL = among(
    select(conversations.c.id, conversations.c.state, conversations.c.fold_version)
    .where(_of_business)
    .order_by(conversations.c.id)
    .with_for_update(of=conversations),
    conversations.c.id,
    beside=True,
)
_CHANGING = (
    "status", "owner_id", "seq", "head_id", "fold_version", "state", "waiting_since", "updated_at", "channel", "offered_to",
    "callback_at",
)  # fmt: skip
_STATES = Bulk(conversations, ("id", "contact_id", *_CHANGING), replaces=_CHANGING)
_EVENTS = Bulk(events, ("conversation_id", "seq", "id", "at", "body"))
_REWRITE = Query(
    update(events)
    .where(
        events.c.business_id == _business,
        events.c.conversation_id == _conversation,
        events.c.seq == bindparam("at_seq"),
    )
    .values(id=bindparam("new_id"), body=bindparam("new_body"))
)
_ENTRIES = Query(
    select(events.c.seq, events.c.id, events.c.at, events.c.body)
    .where(
        events.c.business_id == _business,
        events.c.conversation_id == _conversation,
        events.c.seq > bindparam("after"),
        events.c.seq <= bindparam("upto"),
    )
    .order_by(events.c.seq)
    .limit(bindparam("limit"))
)
_ENTRIES_BEFORE = Query(
    select(events.c.seq, events.c.id, events.c.at, events.c.body)
    .where(
        events.c.business_id == _business,
        events.c.conversation_id == _conversation,
        events.c.seq < bindparam("before"),
    )
    .order_by(events.c.seq.desc())
    .limit(bindparam("limit"))
)
_SEVERAL = (
    "SELECT seq, id, at, body FROM events WHERE business_id = :business_id AND conversation_id = :conversation_id"
)
_ENTRIES_AT = Query(
    text(f"{_SEVERAL} AND seq IN (SELECT value FROM json_each(:seqs)) ORDER BY seq"),
    postgresql=text(
        f"{_SEVERAL} AND seq IN (SELECT CAST(json_array_elements_text(CAST(:seqs AS json)) AS bigint)) ORDER BY seq"
    ),
)
_EVENT_ID = Query(
    select(events.c.id).where(
        events.c.business_id == _business,
        events.c.conversation_id == _conversation,
        events.c.seq == bindparam("at_seq"),
    )
)

_state_decoder = msgspec.json.Decoder(Conversation)
_state_encoder = msgspec.json.Encoder()

PAGE = 500
"""Entries read in one page."""
_FAR = 1 << 62


class Draft:
    """What a unit is about to append: each command is decided on the state that the one before it left."""

    __slots__ = ("before", "bodies", "conversation", "entries", "now", "state")

    def __init__(self, conversation: str, state: Conversation | None, *, now: int) -> None:
        self.conversation = conversation
        self.before = self.state = state
        self.now = now
        self.entries: list[Entry] = []
        self.bodies: list[bytes] = []
        """Of ``entries``, as ``save`` wrote them."""

    def apply(self, command: AnyCommand, circumstances: Circumstances | None = None) -> tuple[Plain, ...]:
        """Decides and folds; the events. Raises ``Refused``, and then nothing changed."""
        known = replace(circumstances or Circumstances(), now=self.now)
        news = decide(self.state, command, known)
        for event in news:
            seq = self.state.seq + 1 if self.state else 1
            entry = Entry(seq=seq, id=new_id(self.now), at=self.now, event=event)
            self.state = fold(self.state, entry, conversation=self.conversation)
            self.entries.append(entry)
        return news


def load(tx: Tx, conversation: str) -> Conversation | None:
    """The state, with its row locked until the end of the transaction."""
    known: Conversation | None = tx.recall(conversations.name, conversation)
    if known is not None:
        return known
    state = _state(tx, conversation, tx.one(_LOAD, conversation_id=conversation))
    if state is not None:
        tx.remember(conversations.name, conversation, state)
    return state


def load_ahead(tx: Tx, names: Sequence[str]) -> None:
    """Locks what is about to be loaded, in id order, by one statement; the loads find it in hand."""
    for name, body, fold_version in tx.all(_LOAD_ALL, names=names_of(names)):
        if fold_version == FOLD_VERSION and tx.recall(conversations.name, name) is None:
            tx.remember(conversations.name, name, _state_decoder.decode(body))


def peek(tx: Tx, conversation: str) -> Conversation | None:
    """The state, without a lock."""
    return _state(tx, conversation, tx.one(_PEEK, conversation_id=conversation))


def _state(tx: Tx, conversation: str, row: tuple[str, int] | None) -> Conversation | None:
    if row is None:
        return None
    body, fold_version = row
    if fold_version == FOLD_VERSION:
        return _state_decoder.decode(body)
    return fold_all(read_all(tx, conversation), conversation=conversation)


def save(tx: Tx, draft: Draft) -> None:
    """Writes a draft behind the state that this transaction has locked, and the state after it."""
    if not draft.entries:
        return
    assert draft.state is not None
    _store_state(tx, draft.state, head_id=draft.entries[-1].id)
    draft.bodies = [encode_event(entry.event) for entry in draft.entries]
    for entry, body in zip(draft.entries, draft.bodies, strict=True):
        tx.gather(_EVENTS, draft.conversation, entry.seq, entry.id, entry.at, body.decode())


def _store_state(tx: Tx, state: Conversation, *, head_id: str) -> None:
    tx.gather(
        _STATES, state.id, state.contact, state.status.value, state.owner.id if state.owner else "", state.seq,
        head_id, FOLD_VERSION, _state_encoder.encode(state).decode(), state.waiting_since, state.updated_at,
        state.channel, state.offer.operator.id if state.offer else "",
        state.callback.due_at if state.callback else None,
    )  # fmt: skip
    tx.remember(conversations.name, state.id, state)


def entries(tx: Tx, conversation: str, *, after: int, upto: int = _FAR, limit: int = PAGE) -> list[Entry]:
    """Entries with ``after < seq <= upto``, oldest first, at most ``limit``."""
    rows = tx.all(_ENTRIES, conversation_id=conversation, after=after, upto=upto, limit=limit)
    return [_entry(*row) for row in rows]


def entries_before(tx: Tx, conversation: str, *, before: int, limit: int = PAGE) -> list[Entry]:
    """The last ``limit`` entries with ``seq < before``, oldest first."""
    rows = tx.all(_ENTRIES_BEFORE, conversation_id=conversation, before=before, limit=limit)
    return [_entry(*row) for row in reversed(rows)]


def entries_at(tx: Tx, conversation: str, seqs: Sequence[int]) -> list[Entry]:
    """The few entries at ``seqs`` that there are, oldest first."""
    return [_entry(*row) for row in tx.all(_ENTRIES_AT, conversation_id=conversation, seqs=json.dumps(list(seqs)))]


def _entry(seq: int, id_: str, at: int, body: str) -> Entry:
    return Entry(seq=seq, id=id_, at=at, event=decode_event(body))


def read_all(tx: Tx, conversation: str) -> list[Entry]:
    """The whole log, page by page."""
    found: list[Entry] = []
    while True:
        page = entries(tx, conversation, after=found[-1].seq if found else 0)
        found += page
        if len(page) < PAGE:
            return found


def event_id(tx: Tx, conversation: str, seq: int) -> str | None:
    """The id of the event at ``seq``: tells whether a client's log is this log."""
    row = tx.one(_EVENT_ID, conversation_id=conversation, at_seq=seq)
    return row[0] if row else None


def head(tx: Tx, conversation: str) -> tuple[int, str] | None:
    """The last event's ``seq`` and id."""
    row = tx.one(_HEAD, conversation_id=conversation)
    return (row[0], row[1]) if row else None


def heads(tx: Tx, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The last event's ``seq`` and id of each conversation that exists, in one query."""
    return {name: (seq, id_) for name, seq, id_ in tx.all(_HEADS, names=names_of(names))}


def rewrite(
    tx: Tx, conversation: str, changed: Sequence[Entry], *, upto: Conversation | None = None
) -> Conversation:  # fmt: skip
    """Replaces a page of the log, ids and bodies (erasure only); the fold of the log up to its end.

    ``changed`` goes on behind ``upto``, the fold of the pages before. At the log's end the fold becomes the stored
    state. Locks the conversation: nothing is appended meanwhile.
    """
    state = load(tx, conversation)
    assert state is not None and changed
    for entry in changed:
        tx.execute(
            _REWRITE, conversation_id=conversation, at_seq=entry.seq, new_id=entry.id,
            new_body=encode_event(entry.event).decode(),
        )  # fmt: skip
        upto = fold(upto, entry, conversation=conversation)
    assert upto is not None
    if upto.seq == state.seq:
        _store_state(tx, upto, head_id=changed[-1].id)
    return upto
