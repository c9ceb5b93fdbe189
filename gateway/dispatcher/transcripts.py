"""A customer asks for what was said: the due row that sends it."""

from __future__ import annotations

import msgspec

from gateway.store import due
from gateway.store.sql import Tx

TRANSCRIPT = "transcript"
"""The kind of due rows; their subject is ``conversation:seq``."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """``to``: an e-mail address. ``locale``: the customer's."""

    conversation: str
    to: str
    locale: str


def plan(tx: Tx, job: Job, *, seq: int, now: int) -> None:
    """Writes the row, in the transaction of the event ``seq`` that asks."""
    payload = msgspec.json.encode(job).decode()
    due.put(tx, TRANSCRIPT, f"{job.conversation}:{seq}", due_at=now, payload=payload)
