"""The end of a long log, as whoever opens it gets it: with the state of all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from gateway.model.events import Entry
from gateway.model.state import Conversation
from gateway.model.visible import Audience, visible_entry
from gateway.store import log
from gateway.store.sql import Tx

_encoder = msgspec.json.Encoder()


class TailFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="tail"):
    """The end of a long log, from ``since`` on, and the state that all of it folds to: forget what you have of it."""

    conversation: str
    state: Conversation
    since: int
    through: int
    entries: tuple[Entry, ...]


class Tail(NamedTuple):
    """``page``: the last entries, at least one."""

    state: Conversation
    page: list[Entry]

    def frame(self, audience: Audience) -> bytes:
        return _encoder.encode(
            TailFrame(
                conversation=self.state.id, state=self.state, since=self.page[0].seq, through=self.page[-1].seq,
                entries=_shown(self.page, audience),
            )
        )  # fmt: skip


def read_tail(tx: Tx, state: Conversation, *, limit: int) -> Tail:
    """The last ``limit`` entries of a log that ends in ``state``."""
    return Tail(state, log.entries_before(tx, state.id, before=state.seq + 1, limit=limit))


def _shown(entries: Iterable[Entry], audience: Audience) -> tuple[Entry, ...]:
    return tuple(one for entry in entries if (one := visible_entry(entry, audience)) is not None)
