"""What of a message leaves by the courier: the rows that are written with it, and the provider call of each.

A row stands for one call about its message's ``seq``; what that call is about (an original that is changed, the message
that is answered) is looked up when it is made, since only then it is known under which ids the provider has them.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.dispatcher.answering import NOTHING, answered_by
from gateway.dispatcher.parts import Change, Part, changes_of, parts_of
from gateway.errors import DeliveryRefused
from gateway.faults import delivery as faults
from gateway.model.events import (
    AnyEvent,
    BotMessage,
    Endpoint,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    SystemNotice,
    decode_event,
)
from gateway.ports import Capabilities, OutboundPart
from gateway.store import deliveries, inbound, log, refs
from gateway.store.deliveries import Delivery
from gateway.store.sql import Tx

Message = BotMessage | OperatorMessage | SystemNotice | OperatorEdited | OperatorDeleted
ADDED = 1000
"""From here on a message's refs are of pieces that it got when it was changed."""

FileLink = Callable[[str, str, str], str]
"""The whole address of a file, for one reader: (business, file, identity)."""


def plan(tx: Tx, conversation: str, seq: int, message: Message, *, capabilities: Capabilities, now: int) -> bool:
    """Writes the rows of a message; ``False`` where nothing of it leaves."""
    endpoint = message.endpoint
    calls = _calls(tx, conversation, message, capabilities)
    for number in range(len(calls)):
        deliveries.put(
            tx, conversation, seq, part=number, inbox=endpoint.inbox, identity=endpoint.identity, channel=endpoint.channel,
            now=now,
        )  # fmt: skip
    return bool(calls)


def call_of(tx: Tx, delivery: Delivery, capabilities: Capabilities, *, link: FileLink | None) -> OutboundPart | None:
    """The provider call of a row; ``None`` where there is nothing to be done any more (what was to be changed was never
    sent). Raises ``DeliveryRefused`` where the channel's limits have changed meanwhile, so that the message has no such
    part."""
    event = decode_event(delivery.body)
    calls = _calls(tx, delivery.conversation, event, capabilities)
    if delivery.part >= len(calls):
        raise DeliveryRefused(faults.OTHER_PARTS())
    change = calls[delivery.part]
    target: tuple[str, ...] = ()
    if change.action != "send" and isinstance(event, OperatorEdited | OperatorDeleted):
        known = refs.of_message(tx, delivery.conversation, event.seq, identity=delivery.identity)
        target = known.get(change.of, ()) if change.of is not None else sum(known.values(), ())
        if not target:
            return None
        target = target[:1] if change.action == "edit" else target
    return _outbound(tx, delivery, event, change, target, capabilities=capabilities, link=link)


def note_sent(tx: Tx, delivery: Delivery, part: OutboundPart, ids: tuple[str, ...]) -> None:
    """Notes under which ids the provider has what was sent. A chat may have moved while it was on its way."""
    if part.action != "send" or not ids:
        return
    seq, number = delivery.seq, delivery.part
    event = decode_event(delivery.body)
    if isinstance(event, OperatorEdited):
        seq, number = event.seq, ADDED + delivery.part
    now_at = inbound.lock_identity_by_id(tx, delivery.identity)
    has_moved = now_at is not None and now_at[2] != part.address
    for one in ids:
        ref = refs.before_move(one) if has_moved else one
        refs.put(tx, delivery.identity, ref, conversation=delivery.conversation, seq=seq, part=number)


def _calls(tx: Tx, conversation: str, event: AnyEvent, capabilities: Capabilities) -> tuple[Change, ...]:
    if not isinstance(event, OperatorEdited | OperatorDeleted):
        return tuple(Change("send", part) for part in parts_of(event, capabilities))
    found = log.entries_at(tx, conversation, [event.seq])
    of = found[0].event if found else None
    return changes_of(event, of, capabilities) if isinstance(of, OperatorMessage) else ()


def _outbound(
    tx: Tx, delivery: Delivery, event: AnyEvent, change: Change, target: tuple[str, ...], *,
    capabilities: Capabilities, link: FileLink | None,
) -> OutboundPart:  # fmt: skip
    part = change.part
    if part.files and (not capabilities.files or any(file.size > capabilities.file_limit for file in part.files)):
        business, reader = tx.business, delivery.identity
        names = [f"{f.name}: {link(business, f.id, reader)}" if link else f.name for f in part.files]
        part = Part("\n".join([part.text, *names] if part.text else names))
    answered = answered_by(tx, delivery, event) if change.action == "send" else NOTHING
    is_begin = delivery.part == 0 and not isinstance(event, OperatorEdited)
    return OutboundPart(
        business=tx.business,
        endpoint=Endpoint(inbox=delivery.inbox, identity=delivery.identity, channel=delivery.channel),
        address=delivery.address,
        key=f"{delivery.conversation}:{delivery.seq}:{delivery.part}",
        seq=delivery.seq,
        part=delivery.part,
        text=part.text,
        buttons=part.buttons,
        files=part.files,
        spans=part.spans,
        place=part.place,
        action=change.action,
        target=target,
        answers=answered.ref if is_begin else "",
        topic=answered.topic,
    )
