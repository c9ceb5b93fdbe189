"""Which input a message of ours answers: where several people speak at one address (a group), it is shown as a reply to
that input, and it belongs into the same topic."""

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
    """``ref``: the provider's id of the message that is replied to; ``topic``: of the topic; "" for none."""

    ref: str = ""
    topic: str = ""


NOTHING = Answered()


def answered_by(tx: Tx, delivery: Delivery, event: AnyEvent) -> Answered:
    """What a message replies to in its chat: what an operator chose; else, in a group, whoever it answers."""
    found = _input_of(tx, delivery, event, seq=delivery.seq)
    asked = found.event if found is not None and isinstance(found.event, Input) else None
    topic = asked.topic if asked else ""
    if isinstance(event, OperatorMessage) and event.reply_to:
        return Answered(_ref(tx, delivery, event.reply_to), topic)
    if found is None or asked is None or not asked.author:
        return Answered(topic=topic)
    return Answered(_ref(tx, delivery, found.seq), topic)


def _input_of(tx: Tx, delivery: Delivery, event: AnyEvent, *, seq: int) -> Entry | None:
    """The input of this chat that ``event`` at ``seq`` answers: of a turn the last that it covers, of a person what they
    chose, or what that answered itself; else the last one before."""
    if isinstance(event, BotMessage):
        return next(
            (one for one in log.entries_at(tx, delivery.conversation, [event.turn]) if _is_of(delivery, one)), None
        )
    if isinstance(event, OperatorMessage) and 0 < event.reply_to < seq:
        chosen = next(iter(log.entries_at(tx, delivery.conversation, [event.reply_to])), None)
        if chosen is not None and not isinstance(chosen.event, Input):
            return _input_of(tx, delivery, chosen.event, seq=chosen.seq)
        return chosen if chosen is not None and _is_of(delivery, chosen) else None
    return _last_before(tx, delivery, seq)


def _last_before(tx: Tx, delivery: Delivery, seq: int) -> Entry | None:
    for _ in range(PAGES):
        page = log.entries_before(tx, delivery.conversation, before=seq, limit=PAGE)
        found = next((one for one in reversed(page) if _is_of(delivery, one)), None)
        if found is not None or len(page) < PAGE:
            return found
        seq = page[0].seq
    return None


def _is_of(delivery: Delivery, entry: Entry) -> bool:
    return isinstance(entry.event, Input) and entry.event.endpoint.identity == delivery.identity


def _ref(tx: Tx, delivery: Delivery, seq: int) -> str:
    known = refs.of_message(tx, delivery.conversation, seq, identity=delivery.identity)
    return next((ids[0] for ids in known.values()), "")
