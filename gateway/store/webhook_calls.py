"""Calls of a business's webhooks: what is to be told to whom, and what came of it. What is told is read from the log
when it leaves, so an erasure reaches it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, select, update

from gateway.faults import Fault
from gateway.model.ids import new_id
from gateway.store.schema import webhook_calls
from gateway.store.sql import Query, Tx

CallStatus = Literal["waiting", "done", "failed"]

_faults = msgspec.json.Decoder(Fault)
_FAULT = '{"code":'

_business: BindParameter[str] = bindparam("business_id")
_this = (webhook_calls.c.business_id == _business, webhook_calls.c.id == bindparam("call"))
_columns = (
    webhook_calls.c.id, webhook_calls.c.webhook_id, webhook_calls.c.event, webhook_calls.c.conversation_id,
    webhook_calls.c.seq, webhook_calls.c.status, webhook_calls.c.attempts, webhook_calls.c.answer,
    webhook_calls.c.created_at, webhook_calls.c.updated_at,
)  # fmt: skip
_ADD = Query(lambda insert: insert(webhook_calls))
_FIND = Query(select(*_columns).where(*_this))
_PAGE = Query(
    select(*_columns)
    .where(
        webhook_calls.c.business_id == _business,
        webhook_calls.c.webhook_id == bindparam("webhook"),
        webhook_calls.c.id < bindparam("before"),
    )
    .order_by(webhook_calls.c.id.desc())
    .limit(bindparam("limit"))
)
_SET = Query(
    update(webhook_calls)
    .where(*_this)
    .values(
        status=bindparam("new_status"), attempts=bindparam("new_attempts"), answer=bindparam("new_answer"),
        updated_at=bindparam("now"),
    )
)  # fmt: skip
_REMOVE = Query(
    delete(webhook_calls).where(
        webhook_calls.c.business_id == _business, webhook_calls.c.webhook_id == bindparam("webhook")
    )
)
_FORGET = Query(
    delete(webhook_calls).where(
        webhook_calls.c.business_id == _business,
        webhook_calls.c.status != "waiting",
        webhook_calls.c.updated_at < bindparam("before_at"),
    )
)


class WebhookCall(NamedTuple):
    """``event``: the tag of entry ``seq`` of ``conversation``, or ``ping``. ``answer``: what came back last, or why
    nothing did; ``fault``: the same as a code with its values, where it failed."""

    id: str
    webhook: str
    event: str
    conversation: str
    seq: int
    status: CallStatus
    attempts: int
    answer: str
    created_at: int
    updated_at: int
    fault: Fault | None = None


def add(tx: Tx, webhook: str, *, event: str, conversation: str, seq: int, now: int) -> str:
    """A call that waits; its id."""
    call = new_id(now)
    tx.execute(
        _ADD, id=call, webhook_id=webhook, event=event, conversation_id=conversation, seq=seq, status="waiting",
        attempts=0, answer="", created_at=now, updated_at=now,
    )  # fmt: skip
    return call


def find(tx: Tx, call: str) -> WebhookCall | None:
    row = tx.one(_FIND, call=call)
    return _read(WebhookCall(*row)) if row else None


def page(tx: Tx, webhook: str, *, before: str, limit: int) -> list[WebhookCall]:
    """Calls behind ``before`` (a call's id), latest first."""
    return [_read(WebhookCall(*row)) for row in tx.all(_PAGE, webhook=webhook, before=before, limit=limit)]


def set_status(tx: Tx, call: str, status: CallStatus, *, attempts: int, answer: str | Fault, now: int) -> None:
    written = msgspec.json.encode(answer).decode() if isinstance(answer, Fault) else answer
    tx.execute(_SET, call=call, new_status=status, new_attempts=attempts, new_answer=written, now=now)


def _read(call: WebhookCall) -> WebhookCall:
    """A fault lies in the column of the answer as JSON; a success is a text there, and so is what was noted before there
    were codes."""
    if not call.answer.startswith(_FAULT):
        return call
    fault = _faults.decode(call.answer)
    return call._replace(answer=fault.text, fault=fault)


def remove_of(tx: Tx, webhook: str) -> None:
    tx.execute(_REMOVE, webhook=webhook)


def forget(tx: Tx, *, before: int) -> int:
    """Deletes what is over and older than an instant; how many."""
    return tx.execute(_FORGET, before_at=before)
