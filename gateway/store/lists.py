"""Lists for the console: rows of conversations, keyset-paged; and read marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    TextClause,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from gateway.model.events import Person
from gateway.model.state import FOLD_VERSION, Callback, Conversation, Offer, Preview, Status, WrapUp
from gateway.store import contacts as people
from gateway.store import log
from gateway.store.schema import CARRIED, FAR, OFFERED, PROMISED, RANK, UNRESOLVED, contacts, conversations, cursors
from gateway.store.sql import Query, Tx, among, names_of

View = Literal["mine", "unassigned", "all", "resolved", "callbacks"]
VIEWS: tuple[View, ...] = ("mine", "unassigned", "all", "resolved", "callbacks")


class Place(NamedTuple):
    """Where a row stands in its view: behind it the next page begins. A lower ``rank`` comes first."""

    rank: int
    conversation: str


MOST_JOINED = 200
"""Conversations that somebody was asked to join, or did, as many as are told at once."""
FIRST = Place(-1, "")

_business: BindParameter[str] = bindparam("business_id")
_decoder = msgspec.json.Decoder(Conversation)


class ContactName(msgspec.Struct, frozen=True, kw_only=True):
    """A contact as people see them: the one that it was merged into, where it was."""

    id: str
    name: str


class Consulted(msgspec.Struct, frozen=True, kw_only=True):
    """As ``Consult`` of the call that somebody is asked about; ``colleague``: who has come, or ""."""

    leg: str
    by: Person
    until: int
    asked: tuple[str, ...]
    colleague: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation in a list: what a person needs to choose it. ``unread``: the customer's last input is unread.
    ``offer``: it is reserved for somebody. ``callback``: what was promised to the customer and isn't done. ``wrap_up``: its
    owner's time after the talk. ``invited``: accounts of those whom its owner asks to join; ``joined``: of those who did.
    ``consult``: they are asked about a caller, who is on hold."""

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
    labels: tuple[str, ...]
    updated_at: int
    offer: Offer | None = None
    callback: Callback | None = None
    wrap_up: WrapUp | None = None
    invited: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    consult: Consulted | None = None


class Filter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a view is shown; "" leaves a thing open. ``label`` and ``team`` are ids, ``owner`` is an account's."""

    label: str = ""
    team: str = ""
    owner: str = ""
    channel: str = ""


NO_FILTER = Filter()


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many conversations each view holds."""

    mine: int
    unassigned: int
    all: int
    callbacks: int


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
        case "callbacks":
            return [text(PROMISED)]


_FILTER = """
(:owner = '' OR conversations.owner_id = :owner)
AND (:label = '' OR EXISTS (SELECT 1 FROM conversation_labels l WHERE l.business_id = conversations.business_id
  AND l.label_id = :label AND l.conversation_id = conversations.id))
AND (:team = '' OR {team} = :team) AND (:channel = '' OR conversations.channel = :channel)
"""
_FILTERS: dict[str, TextClause] = {
    "sqlite": text(
        _FILTER.format(
            team="json_extract(conversations.state, '$.team')",
        )
    ),
    "postgresql": text(
        _FILTER.format(
            team="CAST(conversations.state AS json) ->> 'team'",
        )
    ),
}


def _list(view: View) -> Query:
    """Who waits comes first, the longest on top; then the latest. Of what is resolved nobody waits; callbacks come as they are
    due."""
    return Query(_page(view))


def _filtered(view: View) -> Query:
    """As ``_list``, of what a ``Filter`` lets pass."""
    return Query(_page(view).where(_FILTERS["sqlite"]), postgresql=_page(view).where(_FILTERS["postgresql"]))


_c = conversations.c
_READ_UPTO = (
    select(cursors.c.read)
    .where(
        cursors.c.business_id == _business, cursors.c.conversation_id == _c.id, cursors.c.participant == "people"
    )
    .scalar_subquery()
)  # fmt: skip
_SHOWN = (
    select(
        _c.id, _c.state, _c.fold_version, contacts.c.id, contacts.c.name, contacts.c.merged_into,
        func.coalesce(_READ_UPTO, 0),
    )
    .join(contacts, and_(contacts.c.business_id == _c.business_id, contacts.c.id == _c.contact_id))
    .where(_c.business_id == _business)
)  # fmt: skip
"""What a row is made of."""


def _page(view: View) -> Select[Any]:
    c = conversations.c
    if view == "resolved":
        behind = tuple_(c.updated_at, c.id) < tuple_(bindparam("before"), bindparam("place"))
        order: tuple[ColumnElement[Any], ...] = (c.updated_at.desc(), c.id.desc())
    elif view == "callbacks":
        behind = tuple_(c.callback_at, c.id) > tuple_(bindparam("rank"), bindparam("place"))
        order = (c.callback_at, c.id)
    else:
        behind = tuple_(literal_column(RANK), c.id) > tuple_(bindparam("rank"), bindparam("place"))
        order = (literal_column(RANK), c.id)
    return _SHOWN.where(*_where(view), behind).order_by(*order).limit(bindparam("limit"))


_LISTS: dict[View, Query] = {view: _list(view) for view in VIEWS}
_FILTERED: dict[View, Query] = {view: _filtered(view) for view in VIEWS}
_INVITED = Query(_page("all").where(text(CARRIED), conversations.c.state.like(bindparam("pattern"))))
_OFFERED_TO = Query(_page("unassigned").where(conversations.c.offered_to == bindparam("operator"), text(OFFERED)))
_NAMED = among(_SHOWN, _c.id)
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
_PROMISED = Query(select(func.count()).where(conversations.c.business_id == _business, text(PROMISED)))
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


class Shown(NamedTuple):
    """What a row is made of. ``read``: how far people have read."""

    state: Conversation
    contact: ContactName
    read: int


def row_of(state: Conversation, contact: ContactName, read: int) -> Row:
    """The list row of a state."""
    return Row(
        conversation=state.id, seq=state.seq, contact=contact, channel=state.channel,
        status=state.status, owner=state.owner, team=state.team, reason=state.cause or state.reason,
        preview=state.preview, waiting_since=state.waiting_since, unread=state.last_input > max(read, 1),
        locale=state.locale, labels=state.labels, updated_at=state.updated_at,
        offer=state.offer, callback=state.callback, wrap_up=state.wrap_up,
        invited=tuple(one.id for one in state.rung),
        joined=tuple(one.id for one in state.beside),
        consult=consult_of(state),
    )  # fmt: skip


def consult_of(state: Conversation) -> Consulted | None:
    for leg in state.legs:
        if (consult := leg.consult) is not None:
            return Consulted(
                leg=leg.id, by=consult.by, until=consult.until, asked=tuple(one.id for one in consult.asked),
                colleague=consult.colleague.id if consult.colleague is not None else "",
            )  # fmt: skip
    return None


def read_invited(tx: Tx, account: str) -> list[Row]:
    """Where somebody is asked to join, or has joined: what is theirs to look at beside their own."""
    found = tx.all(
        _INVITED, rank=FIRST.rank, place=FIRST.conversation, limit=MOST_JOINED, pattern=f'%"{account}"%'
    )  # fmt: skip
    shown = _shown(tx, found)
    return [
        row_of(*one) for one in shown if any(person.id == account for person in (*one.state.rung, *one.state.beside))
    ]


def read_offered(tx: Tx, account: str, *, limit: int) -> list[Row]:
    """What is reserved for somebody, the longest wait first."""
    found = tx.all(_OFFERED_TO, operator=account, rank=FIRST.rank, place=FIRST.conversation, limit=limit)
    return [row_of(*one) for one in _shown(tx, found)]


def read_rows(
    tx: Tx, view: View, *, operator: str, after: Place = FIRST, limit: int = 50, only: Filter = NO_FILTER
) -> list[Row]:  # fmt: skip
    """A page of a view from behind ``after``: who waits first, the longest on top; then the latest."""
    query, wanted = _LISTS[view], {}
    if only != NO_FILTER:
        query, wanted = _FILTERED[view], msgspec.structs.asdict(only)
    found = tx.all(
        query, operator=operator, rank=after.rank, before=FAR - after.rank, place=after.conversation, limit=limit,
        **wanted,
    )  # fmt: skip
    return [row_of(*one) for one in _shown(tx, found)]


def read_shown(tx: Tx, names: Sequence[str]) -> list[Shown]:
    """What the rows of these conversations are made of; those that there are."""
    return _shown(tx, tx.all(_NAMED, names=names_of(names)))


def _shown(tx: Tx, found: list[tuple[Any, ...]]) -> list[Shown]:
    rows = []
    for conversation, body, fold_version, contact, name, merged_into, read in found:
        state = _decoder.decode(body) if fold_version == FOLD_VERSION else log.peek(tx, conversation)
        if state is not None:
            shown = contact_name(tx, merged_into) if merged_into else ContactName(id=contact, name=name)
            rows.append(Shown(state, shown, read))
    return rows


def resolved_between(tx: Tx, after: tuple[int, str], before: int, *, limit: int) -> list[tuple[str, int]]:
    """Resolved conversations and their last change: behind ``after`` (instant, id) and before an instant, oldest first."""
    rows = tx.all(_RESOLVED_BETWEEN, after=after[0], after_id=after[1], before=before, limit=limit)
    return [(row[0], row[1]) for row in rows]


def place_of(row: Row, view: View) -> Place:
    """Where the row stands in a view that holds it."""
    if view == "callbacks" and row.callback is not None:
        return Place(row.callback.due_at, row.conversation)
    rank = row.waiting_since if row.waiting_since is not None else FAR - row.updated_at
    return Place(rank, row.conversation)


class Tally(NamedTuple):
    """How many unresolved conversations there are of each status and owner, and how many callbacks."""

    stands: dict[tuple[str, str], int]
    callbacks: int


def tally(tx: Tx) -> Tally:
    promised = tx.one(_PROMISED)
    stands = {(status, owner): count for status, owner, count in tx.all(_TALLY)}
    return Tally(stands, promised[0] if promised else 0)


def counts_of(tally: Tally, *, operator: str) -> Counts:
    """The counts as one operator sees them."""
    return Counts(
        mine=sum(n for (_, owner), n in tally.stands.items() if owner == operator),
        unassigned=sum(n for (status, _), n in tally.stands.items() if status == Status.QUEUED.value),
        all=sum(tally.stands.values()),
        callbacks=tally.callbacks,
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
