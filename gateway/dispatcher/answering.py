"""Which input a message of ours answers, where several people speak at one address (a group): it is shown as a reply."""

from __future__ import annotations

from typing import NamedTuple

from gateway.model.events import AnyEvent, BotMessage, ChatOpened, CustomerMessage, Entry, OperatorMessage
from gateway.store import log, refs
from gateway.store.deliveries import Delivery
from gateway.store.sql import Tx

Input = CustomerMessage | ChatOpened
PAGE, PAGES = 20, 10
"""So far back an input is looked for; a message so long after it answers nothing that anybody remembers."""


class Answered(NamedTuple):
    """``ref``: the provider's id of the message that is replied to, "" for none."""

    ref: str = ""


def answered_by(tx: Tx, delivery: Delivery, event: AnyEvent) -> Answered:
    """What a message replies to in its chat: what an operator chose; else, in a group, whoever it answers."""
    if isinstance(event, OperatorMessage) and event.reply_to:
        return Answered(_ref(tx, delivery, event.reply_to))
    found = _input_of(tx, delivery, event)
    if found is None or not _author(found):
        return Answered()
    return Answered(_ref(tx, delivery, found.seq))


def _input_of(tx: Tx, delivery: Delivery, event: AnyEvent) -> Entry | None:
    """The last input that a turn covers; for anybody else the last one before their message. Only of this chat."""
    if isinstance(event, BotMessage):
        return next(
            (one for one in log.entries_at(tx, delivery.conversation, [event.turn]) if _is_of(delivery, one)), None
        )
    before = delivery.seq
    for _ in range(PAGES):
        page = log.entries_before(tx, delivery.conversation, before=before, limit=PAGE)
        found = next((one for one in reversed(page) if _is_of(delivery, one)), None)
        if found is not None or len(page) < PAGE:
            return found
        before = page[0].seq
    return None


def _is_of(delivery: Delivery, entry: Entry) -> bool:
    return isinstance(entry.event, Input) and entry.event.endpoint.identity == delivery.identity


def _author(entry: Entry) -> str:
    return entry.event.author if isinstance(entry.event, Input) else ""


def _ref(tx: Tx, delivery: Delivery, seq: int) -> str:
    known = refs.of_message(tx, delivery.conversation, seq, identity=delivery.identity)
    return next((ids[0] for ids in known.values()), "")
