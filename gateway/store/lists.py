"""Lists for the console: rows of conversations, keyset-paged; and the ledger of requests; and read marks."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    TextClause,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)

from gateway.model.events import Person
from gateway.model.state import FOLD_VERSION, Conversation, Preview, Status
from gateway.store import contacts as people
from gateway.store import log
from gateway.store.schema import FAR, RANK, UNRESOLVED, contacts, conversations, cursors, requests
from gateway.store.sql import Query, Tx

View = Literal["mine", "unassigned", "all", "resolved"]
VIEWS: tuple[View, ...] = ("mine", "unassigned", "all", "resolved")


class Place(NamedTuple):
    """Where a row stands in its view: behind it the next page begins. A lower ``rank`` comes first."""

    rank: int
    conversation: str


FIRST = Place(-1, "")

_business: BindParameter[str] = bindparam("business_id")
_decoder = msgspec.json.Decoder(Conversation)


class ContactName(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as people see them: the one that it was merged into, where it was."""

    id: str
    name: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation in a list: what a person needs to choose it. ``unread``: the customer's last input is unread."""

    conversation: str
    seq: int
    contact: ContactName
    channel: str
    status: Status
    owner: Person | None
    team: str
    reason: str
    preview: Preview | None
    waiting_since: int | None
    unread: bool
    locale: str
    updated_at: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many conversations each view holds."""

    mine: int
    unassigned: int
    all: int


def _where(view: View) -> list[ColumnElement[bool] | TextClause]:
    c = conversations.c
    match view:
        case "mine":
            return [c.owner_id == bindparam("operator"), text(UNRESOLVED)]
        case "unassigned":
            return [c.status == Status.QUEUED.value, text(UNRESOLVED)]
        case "all":
            return [text(UNRESOLVED)]
        case "resolved":
            return [c.status == Status.RESOLVED.value]


def _list(view: View) -> Query:
    """Who waits comes first, the longest on top; then the latest. Of what is resolved nobody waits."""
    c = conversations.c
    if view == "resolved":
        behind = tuple_(c.updated_at, c.id) < tuple_(bindparam("before"), bindparam("place"))
        order: tuple[ColumnElement[Any], ...] = (c.updated_at.desc(), c.id.desc())
    else:
        behind = tuple_(literal_column(RANK), c.id) > tuple_(bindparam("rank"), bindparam("place"))
        order = (literal_column(RANK), c.id)
    read = (
        select(cursors.c.read)
        .where(
            cursors.c.business_id == _business, cursors.c.conversation_id == c.id,
            cursors.c.participant == "people",
        )
        .scalar_subquery()
    )  # fmt: skip
    return Query(
        select(
            c.id, c.state, c.fold_version, contacts.c.id, contacts.c.name, contacts.c.merged_into,
            func.coalesce(read, 0),
        )
        .join(contacts, and_(contacts.c.business_id == c.business_id, contacts.c.id == c.contact_id))
        .where(c.business_id == _business, *_where(view), behind)
        .order_by(*order)
        .limit(bindparam("limit"))
    )  # fmt: skip


_LISTS: dict[View, Query] = {view: _list(view) for view in VIEWS}
_RESOLVED_BETWEEN = Query(
    select(conversations.c.id, conversations.c.updated_at)
    .where(
        conversations.c.business_id == _business,
        conversations.c.status == Status.RESOLVED.value,
        conversations.c.updated_at < bindparam("before"),
        or_(
            conversations.c.updated_at > bindparam("after"),
            and_(conversations.c.updated_at == bindparam("after"), conversations.c.id > bindparam("after_id")),
        ),
    )
    .order_by(conversations.c.updated_at, conversations.c.id)
    .limit(bindparam("limit"))
)
_TALLY = Query(
    select(conversations.c.status, conversations.c.owner_id, func.count())
    .where(conversations.c.business_id == _business, conversations.c.status != Status.RESOLVED.value)
    .group_by(conversations.c.status, conversations.c.owner_id)
)
_MARK = Query(
    lambda insert: (
        lambda statement: statement.on_conflict_do_update(
            index_elements=["business_id", "conversation_id", "participant"],
            set_={"read": statement.excluded.read, "delivered": statement.excluded.delivered},
            where=statement.excluded.read > cursors.c.read,
        )
    )(insert(cursors))
)
_MARKS = Query(
    select(cursors.c.participant, cursors.c.read).where(
        cursors.c.business_id == _business, cursors.c.conversation_id == bindparam("conversation_id")
    )
)
_OPEN_REQUEST = Query(lambda insert: insert(requests).on_conflict_do_nothing())
_END_REQUEST = Query(
    update(requests)
    .where(
        requests.c.business_id == _business,
        requests.c.conversation_id == bindparam("conversation"),
        requests.c.opened_seq == bindparam("opened"),
        requests.c.ending == "",
    )
    .values(ending=bindparam("new_ending"), reason=bindparam("new_reason"), ended_at=bindparam("now"))
)
_latest = (
    requests.c.business_id == _business,
    requests.c.conversation_id == bindparam("conversation"),
    requests.c.opened_seq
    == select(func.max(requests.c.opened_seq))
    .where(requests.c.business_id == _business, requests.c.conversation_id == bindparam("conversation"))
    .scalar_subquery(),
)
_HAND_REQUEST = Query(
    update(requests).where(*_latest, requests.c.handed_at.is_(None)).values(handed_at=bindparam("now"))
)
_RATE_REQUEST = Query(update(requests).where(*_latest).values(score=bindparam("new_score")))
_REQUESTS = Query(
    select(requests.c.opened_seq, requests.c.opened_at, requests.c.ending, requests.c.reason, requests.c.ended_at)
    .where(requests.c.business_id == _business, requests.c.conversation_id == bindparam("conversation_id"))
    .order_by(requests.c.opened_seq)
)


class Request(NamedTuple):
    """A line of the ledger; ``ending`` is empty while it is open."""

    opened_seq: int
    opened_at: int
    ending: str
    reason: str
    ended_at: int | None


def row_of(state: Conversation, contact: ContactName, read: int) -> Row:
    """The list row of a state."""
    return Row(
        conversation=state.id, seq=state.seq, contact=contact, channel=state.endpoint.channel,
        status=state.status, owner=state.owner, team=state.team, reason=state.reason,
        preview=state.preview, waiting_since=state.waiting_since, unread=state.last_input > max(read, 1),
        locale=state.locale, updated_at=state.updated_at,
    )  # fmt: skip


def read_rows(tx: Tx, view: View, *, operator: str, after: Place = FIRST, limit: int = 50) -> list[Row]:
    """A page of a view from behind ``after``: who waits first, the longest on top; then the latest."""
    found = tx.all(
        _LISTS[view], operator=operator, rank=after.rank, before=FAR - after.rank, place=after.conversation, limit=limit
    )
    rows = []
    for conversation, body, fold_version, contact, name, merged_into, read in found:
        state = _decoder.decode(body) if fold_version == FOLD_VERSION else log.peek(tx, conversation)
        if state is not None:
            shown = contact_name(tx, merged_into) if merged_into else ContactName(id=contact, name=name)
            rows.append(row_of(state, shown, read))
    return rows


def resolved_between(tx: Tx, after: tuple[int, str], before: int, *, limit: int) -> list[tuple[str, int]]:
    """Resolved conversations and their last change: behind ``after`` (instant, id) and before an instant, oldest first."""
    rows = tx.all(_RESOLVED_BETWEEN, after=after[0], after_id=after[1], before=before, limit=limit)
    return [(row[0], row[1]) for row in rows]


def place_of(row: Row) -> Place:
    """Where the row stands in a view that holds it."""
    rank = row.waiting_since if row.waiting_since is not None else FAR - row.updated_at
    return Place(rank, row.conversation)


def tally(tx: Tx) -> dict[tuple[str, str], int]:
    """How many unresolved conversations there are of each status and owner."""
    return {(status, owner): count for status, owner, count in tx.all(_TALLY)}


def counts_of(tallies: dict[tuple[str, str], int], *, operator: str) -> Counts:
    """The counts as one operator sees them."""
    return Counts(
        mine=sum(n for (_, owner), n in tallies.items() if owner == operator),
        unassigned=sum(n for (status, _), n in tallies.items() if status == Status.QUEUED.value),
        all=sum(tallies.values()),
    )


def contact_name(tx: Tx, contact: str) -> ContactName:
    """How a conversation of ``contact`` is shown."""
    found = people.root(tx, contact)
    return ContactName(id=found.id, name=found.name) if found else ContactName(id=contact, name="")


def mark_read(tx: Tx, conversation: str, participant: str, seq: int) -> bool:
    """Moves a read mark forward; ``False`` where it stood there or further already. Marks never go back."""
    return bool(tx.execute(_MARK, conversation_id=conversation, participant=participant, read=seq, delivered=seq))


def marks(tx: Tx, conversation: str) -> dict[str, int]:
    """How far ``customer`` and ``people`` have read."""
    return {participant: read for participant, read in tx.all(_MARKS, conversation_id=conversation)}


def open_request(tx: Tx, conversation: str, *, opened_seq: int, now: int) -> None:
    tx.execute(
        _OPEN_REQUEST, conversation_id=conversation, opened_seq=opened_seq, opened_at=now, ending="", reason="",
        ended_at=None, handed_at=None, score=0, waited=None,
    )  # fmt: skip


def end_request(tx: Tx, conversation: str, *, opened_seq: int, ending: str, reason: str, now: int) -> None:
    tx.execute(
        _END_REQUEST, conversation=conversation, opened=opened_seq, new_ending=ending, new_reason=reason, now=now
    )


def hand_request(tx: Tx, conversation: str, *, now: int) -> None:
    """People were asked for; the first time counts."""
    tx.execute(_HAND_REQUEST, conversation=conversation, now=now)


def rate_request(tx: Tx, conversation: str, score: int) -> None:
    """The customer's judgement of the latest request."""
    tx.execute(_RATE_REQUEST, conversation=conversation, new_score=score)


def read_requests(tx: Tx, conversation: str) -> list[Request]:
    return [Request(*row) for row in tx.all(_REQUESTS, conversation_id=conversation)]
