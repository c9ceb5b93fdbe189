"""What nodes tell one another, as bytes: what leaves together is one message, which costs every node that hears it as much as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from gateway.ports import Answer, Hint, Question, Signal

Message = Hint | Signal | Question | Answer
PACKS = 2
"""Nodes of this form tell packs, and hear them."""


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. ``form``: of the node that tells it; without it, one of 0.7.0 or before, which knows nothing of packs."""

    node: str
    form: int = 1
    hint: Hint | None = None
    signal: Signal | None = None
    question: Question | None = None
    answer: Answer | None = None

    @classmethod
    def of(cls, message: Message, *, node: str) -> _Envelope:
        match message:
            case Hint():
                return cls(node=node, form=PACKS, hint=message)
            case Signal():
                return cls(node=node, form=PACKS, signal=message)
            case Question():
                return cls(node=node, form=PACKS, question=message)
            case Answer():
                return cls(node=node, form=PACKS, answer=message)

    def message_for(self, node: str) -> Message | None:
        """What of it is meant for a node; None where nothing is, or what it is a newer node knows."""
        if self.node == node:
            return None
        asked = self.question or self.answer
        if asked is not None:
            return asked if asked.to == node else None
        return self.hint or self.signal


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Envelope)
_packs = msgspec.json.Decoder(list[msgspec.Raw])


def encode(message: Message, *, node: str) -> bytes:
    """A message as its node ("" for a process that is none) tells it."""
    return _encoder.encode(_Envelope.of(message, node=node))


def pack(bodies: Sequence[bytes]) -> bytes:
    """Messages that leave together."""
    return b"[" + b",".join(bodies) + b"]"


def unpack(body: bytes, *, node: str) -> list[Message]:
    """What of a pack is meant for a node, in order; without what a newer node tells that we don't know."""
    try:
        bodies = _packs.decode(body)
    except msgspec.DecodeError:
        return []
    return list(_messages(bodies, node=node, forms=range(1, 1 << 31)))


def decode_single(body: bytes, *, node: str) -> list[Message]:
    """What is told alone by a node that knows no packs. What others tell alone, they tell in a pack, too."""
    return list(_messages([body], node=node, forms=range(1, PACKS)))


def _messages(bodies: Iterable[bytes | msgspec.Raw], *, node: str, forms: range) -> Iterable[Message]:
    for body in bodies:
        try:
            envelope = _decoder.decode(body)
        except msgspec.DecodeError:
            continue
        message = envelope.message_for(node)
        if message is not None and envelope.form in forms:
            yield message
