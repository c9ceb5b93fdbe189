"""Records: what was written into a form in a conversation, numbered in its business, with the history of its status.

A number is drawn in the transaction that appends its event: what is refused or rolled back leaves no gap, and two processes
wait for one another at the counter's row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import BindParameter, and_, bindparam, func, select, text, tuple_, update

from gateway.language import clean
from gateway.model.events import Person
from gateway.store import contacts as people
from gateway.store.schema import FAR, contacts, record_changes, record_numbers, records
from gateway.store.sql import Query, Tx

MOST = 200
"""Records of one contact or conversation that are read, at most."""
MOST_WORDS = 5
"""Of a question; more narrow nothing."""
LONGEST = 20_000
"""Characters that a record is found by."""

_business: BindParameter[str] = bindparam("business_id")
_r, _c = records.c, record_changes.c
_COUNT = Query(
    lambda insert: insert(record_numbers).on_conflict_do_update(
        index_elements=["business_id", "prefix"], set_={"last": record_numbers.c.last + 1}
    )
)
_LAST = Query(
    select(record_numbers.c.last).where(
        record_numbers.c.business_id == _business, record_numbers.c.prefix == bindparam("wanted_prefix")
    )
)
_ADD = Query(lambda insert: insert(records))
_CHANGE = Query(lambda insert: insert(record_changes))
_this = (_r.business_id == _business, _r.id == bindparam("record"))
_SET = Query(update(records).where(*_this).values(status=bindparam("new_status")))
_FORGET = Query(
    update(records)
    .where(_r.business_id == _business, _r.conversation_id == bindparam("conversation"))
    .values(answers="[]", words=func.lower(_r.number))
)
_shown = (
    _r.id, _r.number, _r.form_id, _r.form, _r.purpose, _r.status, _r.conversation_id, _r.contact_id, _r.answers,
    _r.created_at, _r.created_by, _r.created_by_name, contacts.c.name, contacts.c.merged_into,
)  # fmt: skip
_with_names = select(*_shown).join(
    contacts, and_(contacts.c.business_id == _r.business_id, contacts.c.id == _r.contact_id)
)
_ONE = Query(_with_names.where(*_this))
# Each word stands in the record, or begins one of its contact's; "%" asks for nothing.
_asked = " AND ".join(
    f"(records.words LIKE :in{n} ESCAPE '!' OR EXISTS (SELECT 1 FROM contact_words w"
    " WHERE w.business_id = records.business_id AND w.contact_id IN (records.contact_id, contacts.merged_into)"
    f" AND w.word LIKE :begins{n} ESCAPE '!'))"
    for n in range(MOST_WORDS)
)
_wanted = text(
    "(:form = '' OR records.form_id = :form) AND (:status = '' OR records.status = :status)"
    f" AND (:conversation = '' OR records.conversation_id = :conversation) AND {_asked}"
)
_place = (_r.created_at, _r.id)
_page = (
    _with_names.where(
        _r.business_id == _business,
        _r.created_at >= bindparam("first"),
        _r.created_at < bindparam("last"),
        _wanted,
        tuple_(*_place) < tuple_(bindparam("before_at"), bindparam("before_id")),
    )
    .order_by(*(column.desc() for column in _place))
    .limit(bindparam("limit"))
)
_PAGE = Query(_page)
_PAGE_OF = Query(_page.where(_r.contact_id == bindparam("contact")))
_HAS = Query(
    select(_r.id)
    .where(
        _r.business_id == _business, _r.conversation_id == bindparam("conversation"), _r.form_id == bindparam("form")
    )
    .limit(1)
)
_CHANGES = Query(
    select(_c.at, _c.former, _c.status, _c.account_id, _c.name)
    .where(_c.business_id == _business, _c.record_id == bindparam("record"))
    .order_by(_c.seq)
    .limit(500)
)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with its question, as the form had it then. ``value`` as ``gateway.model.forms`` keeps it."""

    name: str
    label: str
    kind: str
    value: str


class Record(NamedTuple):
    """``form``: its name when this was written; ``contact``: the one that it belongs to by now."""

    id: str
    number: str
    form_id: str
    form: str
    purpose: str
    status: str
    conversation: str
    contact: str
    values: tuple[Value, ...]
    created_at: int
    by: str
    by_name: str
    contact_name: str


class Change(NamedTuple):
    at: int
    before: str
    status: str
    by: str
    by_name: str


class Wanted(NamedTuple):
    """Which records: those from ``first`` until ``last`` (µs); "" leaves a thing open. ``words``: all of
    them stand in the record, or begin its contact's name or address."""

    first: int = 0
    last: int = FAR
    form: str = ""
    status: str = ""
    conversation: str = ""
    contact: str = ""
    words: str = ""


class Spot(NamedTuple):
    at: int
    id: str


LATEST = Spot(FAR, people.LAST)
_values = msgspec.json.Decoder(tuple[Value, ...])


def next_number(tx: Tx, prefix: str) -> str:
    """``ORD-000123``: the next of its prefix."""
    tx.execute(_COUNT, prefix=prefix, last=1)
    row = tx.one(_LAST, wanted_prefix=prefix)
    assert row is not None
    return f"{prefix}-{row[0]:06d}"


def add(tx: Tx, record: Record, *, seq: int) -> None:
    tx.execute(
        _ADD, id=record.id, number=record.number, form_id=record.form_id, form=record.form, purpose=record.purpose,
        status=record.status, conversation_id=record.conversation, contact_id=record.contact, seq=seq,
        answers=msgspec.json.encode(record.values).decode(), words=_words(record), created_at=record.created_at, created_by=record.by,
        created_by_name=record.by_name,
    )  # fmt: skip


def move(tx: Tx, record: str, by: Person, *, before: str, status: str, seq: int, now: int) -> None:
    """Sets the status, and keeps that in its history. ``seq``: of the event that tells it."""
    tx.execute(_SET, record=record, new_status=status)
    tx.execute(_CHANGE, record_id=record, seq=seq, at=now, former=before, status=status, account_id=by.id, name=by.name)


def find(tx: Tx, record: str) -> Record | None:
    row = tx.one(_ONE, record=record)
    return _record(tx, row) if row else None


def has(tx: Tx, conversation: str, form: str) -> bool:
    """Whether a form was filled in a conversation."""
    return tx.one(_HAS, conversation=conversation, form=form) is not None


def changes(tx: Tx, record: str) -> list[Change]:
    return [Change(*row) for row in tx.all(_CHANGES, record=record)]


def read_page(tx: Tx, wanted: Wanted, *, before: Spot = LATEST, limit: int = MOST) -> list[Record]:
    """Records behind ``before``, the latest first. Of a contact: also of who was merged into them."""
    asked = {
        "first": wanted.first, "last": wanted.last, "form": wanted.form, "status": wanted.status,
        "conversation": wanted.conversation, "before_at": before.at, "before_id": before.id, "limit": limit,
        **_patterns(wanted.words),
    }  # fmt: skip
    if not wanted.contact:
        return [_record(tx, row) for row in tx.all(_PAGE, **asked)]
    family: Sequence[str] = people.family(tx, wanted.contact)
    found = [_record(tx, row) for one in family for row in tx.all(_PAGE_OF, contact=one, **asked)]
    return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)[:limit]


def _words(record: Record) -> str:
    said = " ".join(value.value for value in record.values)
    return clean(f"{record.number} {record.form} {said}".replace("\0", ""), LONGEST)


def _patterns(question: str) -> dict[str, str]:
    """How a question's words are looked for, in the record and at the begin of its contact's words."""
    asked = clean(question.replace("\0", "")).split()[:MOST_WORDS]
    safe = [re.sub(r"([!%_])", r"!\1", word) for word in asked]
    padded = safe + [""] * (MOST_WORDS - len(safe))
    return {
        name: pattern
        for n, word in enumerate(padded)
        for name, pattern in ((f"in{n}", f"%{word}%"), (f"begins{n}", f"{word}%"))
    }


def forget(tx: Tx, conversation: str) -> None:
    """Takes out what the customer said; that there were records, and their numbers, stays."""
    tx.execute(_FORGET, conversation=conversation)


def _record(tx: Tx, row: tuple[Any, ...]) -> Record:
    record, number, form_id, form, purpose, status, conversation, contact, values, at, by, by_name, name, merged = row
    whole = people.root(tx, contact) if merged else None
    if whole is not None:
        contact, name = whole.id, whole.name
    return Record(
        record, number, form_id, form, purpose, status, conversation, contact, _values.decode(values), at, by, by_name,
        name,
    )  # fmt: skip
