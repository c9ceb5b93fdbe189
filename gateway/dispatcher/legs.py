"""Legs of calls, beside the log: a due row ``leg`` for each that lives, moved on by the node that has its sound.

Where nobody moves it any more its node is gone, and whoever claims it ends the leg (``timers``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from gateway.model.events import CallEnded, CallStarted
from gateway.store import due
from gateway.store.sql import Tx

LEG = "leg"
"""The kind of due rows; their subject is a leg."""
LEG_LIVES = 30_000_000
"""Microseconds for which a leg is taken to live after its node's last sign."""


class Whose(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the row of a leg says. ``node``: that has its sound; "" in rows that 0.7 wrote."""

    conversation: str
    node: str = ""


def begin_leg(tx: Tx, conversation: str, called: CallStarted, *, node: str, now: int) -> None:
    payload = msgspec.json.encode(Whose(conversation, node)).decode()
    due.reset(tx, LEG, called.leg, due_at=now + LEG_LIVES, payload=payload)


def end_leg(tx: Tx, ended: CallEnded) -> None:
    due.drop(tx, LEG, ended.leg)


@dataclass(frozen=True, slots=True)
class KeepLegs:
    """The sign of life of a business's legs on this node; those that have ended meanwhile, elsewhere."""

    legs: Iterable[str]

    def __call__(self, tx: Tx, now: int) -> list[str]:
        return [leg for leg in self.legs if not due.postpone(tx, LEG, leg, due_at=now + LEG_LIVES)]


@dataclass(frozen=True, slots=True)
class NodeOfLeg:
    """Which node has the sound of a leg; None where it isn't one that lives."""

    leg: str

    def __call__(self, tx: Tx, now: int) -> str | None:
        payload = due.payload_of(tx, LEG, self.leg)
        return None if payload is None else msgspec.json.decode(payload, type=Whose).node
