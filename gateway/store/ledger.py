"""The ledger: one line for each request of a customer, which must have a named ending."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, func, select, text, tuple_, update

from gateway.model.events import Resolved
from gateway.store import contacts as people
from gateway.store.schema import FAR, contacts, conversations, requests
from gateway.store.sql import Query, Tx

_business: BindParameter[str] = bindparam("business_id")
_OPEN = Query(lambda insert: insert(requests).on_conflict_do_nothing())
_END = Query(
    update(requests)
    .where(
        requests.c.business_id == _business,
        requests.c.conversation_id == bindparam("conversation"),
        requests.c.opened_seq == bindparam("opened"),
        requests.c.ending == "",
    )
    .values(
        ending=bindparam("new_ending"),
        reason=bindparam("new_reason"),
        ended_at=bindparam("now"),
        operator_id=bindparam("new_operator"),
        code=bindparam("new_code"),
    )
)
_latest = (
    requests.c.business_id == _business,
    requests.c.conversation_id == bindparam("conversation"),
    requests.c.opened_seq
    == select(func.max(requests.c.opened_seq))
    .where(requests.c.business_id == _business, requests.c.conversation_id == bindparam("conversation"))
    .scalar_subquery(),
)
_HAND = Query(
    update(requests)
    .where(*_latest, requests.c.ending == "")
    .values(handed_at=func.coalesce(requests.c.handed_at, bindparam("now")), team=bindparam("new_team"))
)
_RATE = Query(update(requests).where(*_latest).values(score=bindparam("new_score")))
_READ = Query(
    select(requests.c.opened_seq, requests.c.opened_at, requests.c.ending, requests.c.reason, requests.c.ended_at)
    .where(requests.c.business_id == _business, requests.c.conversation_id == bindparam("conversation_id"))
    .order_by(requests.c.opened_seq)
)


_shown = (
    requests.c.conversation_id,
    requests.c.opened_seq,
    requests.c.opened_at,
    requests.c.ending,
    requests.c.reason,
    requests.c.ended_at,
    requests.c.handed_at,
    requests.c.waited,
    requests.c.score,
    requests.c.channel,
    requests.c.team,
    requests.c.code,
    func.coalesce(func.nullif(requests.c.operator_id, ""), conversations.c.owner_id),
    conversations.c.status,
    conversations.c.callback_at,
    conversations.c.contact_id,
    contacts.c.name,
    contacts.c.merged_into,
)
_wanted = text(
    "(:ending = '' OR (:ending = 'open' AND requests.ending = '') OR requests.ending = :ending)"
    " AND (:channel = '' OR requests.channel = :channel) AND (:team = '' OR requests.team = :team)"
    " AND (:operator = '' OR coalesce(nullif(requests.operator_id, ''), conversations.owner_id) = :operator)"
    " AND (:people = 0 OR requests.handed_at IS NOT NULL)"
)
_between = (
    requests.c.business_id == _business,
    requests.c.opened_at >= bindparam("first"),
    requests.c.opened_at < bindparam("last"),
)
_place = (requests.c.opened_at, requests.c.conversation_id, requests.c.opened_seq)
_lines = (
    select(*_shown)
    .select_from(requests)
    .join(
        conversations,
        and_(
            conversations.c.business_id == requests.c.business_id,
            conversations.c.id == requests.c.conversation_id,
        ),
    )
    .join(
        contacts,
        and_(
            contacts.c.business_id == conversations.c.business_id,
            contacts.c.id == conversations.c.contact_id,
        ),
    )
    .order_by(*(column.desc() for column in _place))
    .limit(bindparam("limit"))
)
_PAGE = Query(
    _lines.where(
        *_between,
        _wanted,
        tuple_(*_place) < tuple_(bindparam("before_at"), bindparam("before_conversation"), bindparam("before_seq")),
    )
)
_OF_CONTACT = Query(
    _lines.where(requests.c.business_id == _business, conversations.c.contact_id == bindparam("contact_id"))
)
_ENDINGS = Query(
    select(requests.c.ending, requests.c.reason, func.count())
    .where(*_between)
    .group_by(requests.c.ending, requests.c.reason)
)


class Request(NamedTuple):
    """A line of the ledger; ``ending`` is empty while it is open."""

    opened_seq: int
    opened_at: int
    ending: str
    reason: str
    ended_at: int | None


def open_request(tx: Tx, conversation: str, *, opened_seq: int, channel: str, now: int) -> None:
    tx.execute(
        _OPEN, conversation_id=conversation, opened_seq=opened_seq, opened_at=now, ending="", reason="",
        ended_at=None, handed_at=None, score=0, waited=None, channel=channel, team="", operator_id="", code="",
    )  # fmt: skip


def end_request(tx: Tx, conversation: str, end: Resolved, *, opened_seq: int, now: int) -> None:
    tx.execute(
        _END, conversation=conversation, opened=opened_seq, new_ending=end.ending, new_reason=end.reason,
        new_operator=end.operator, new_code=end.code, now=now,
    )  # fmt: skip


def hand_request(tx: Tx, conversation: str, *, team: str, now: int) -> None:
    """People were asked for: of ``team``, by now; the first time counts."""
    tx.execute(_HAND, conversation=conversation, new_team=team, now=now)


def rate_request(tx: Tx, conversation: str, score: int) -> None:
    """The customer's judgement of the latest request."""
    tx.execute(_RATE, conversation=conversation, new_score=score)


def read_requests(tx: Tx, conversation: str) -> list[Request]:
    return [Request(*row) for row in tx.all(_READ, conversation_id=conversation)]


class Line(NamedTuple):
    """A request as the ledger's page shows it. ``operator``: who ended it, or has it now; ``waited``: µs until a person came."""

    conversation: str
    opened_seq: int
    opened_at: int
    ending: str
    reason: str
    ended_at: int | None
    handed_at: int | None
    waited: int | None
    score: int
    channel: str
    team: str
    code: str
    operator: str
    status: str
    callback_at: int | None
    contact: str
    name: str


class Wanted(NamedTuple):
    """Which requests: those that came from ``first`` until ``last`` (µs). ``ending``: ``open`` for none; "" leaves a thing
    open. ``people``: only those that people were asked for."""

    first: int
    last: int
    ending: str = ""
    channel: str = ""
    team: str = ""
    operator: str = ""
    people: bool = False


class Spot(NamedTuple):
    """A line's place: behind it the next page begins."""

    opened_at: int
    conversation: str
    opened_seq: int


LATEST = Spot(FAR, "", 0)


def read_page(tx: Tx, wanted: Wanted, *, before: Spot = LATEST, limit: int = 50) -> list[Line]:
    """The latest requests first. Contacts are those that they were merged into."""
    rows = tx.all(
        _PAGE, **(wanted._asdict() | {"people": int(wanted.people)}), limit=limit,
        before_at=before.opened_at, before_conversation=before.conversation, before_seq=before.opened_seq,
    )  # fmt: skip
    return [_line(tx, row) for row in rows]


def read_of(tx: Tx, family: list[str], *, limit: int) -> list[Line]:
    """The requests of these contacts, who are one, the latest first."""
    rows = [row for contact in family for row in tx.all(_OF_CONTACT, contact_id=contact, limit=limit)]
    lines = (_line(tx, row) for row in rows)
    return sorted(lines, key=lambda one: (one.opened_at, one.conversation, one.opened_seq), reverse=True)[:limit]


def _line(tx: Tx, row: tuple[Any, ...]) -> Line:
    *line, contact, name, merged_into = row
    if merged_into:
        root = people.root(tx, contact)
        contact, name = (root.id, root.name) if root is not None else (contact, name)
    return Line._make((*line, contact, name))


def endings(tx: Tx, *, first: int, last: int) -> dict[tuple[str, str], int]:
    """How many requests that came in that time have which ending and reason; "" for those that are open."""
    return {(ending, reason): count for ending, reason, count in tx.all(_ENDINGS, first=first, last=last)}
