"""A call as a follower of its conversation's log: frames in, entries and the state after them out."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gateway.model.events import Entry
from gateway.model.fold import fold
from gateway.model.state import Conversation


class _Entries(msgspec.Struct, frozen=True, tag_field="type", tag="entries"):
    entries: tuple[Entry, ...]


class _Resync(msgspec.Struct, frozen=True, tag_field="type", tag="resync"):
    pass


_decoder: msgspec.json.Decoder[_Entries | _Resync] = msgspec.json.Decoder(_Entries | _Resync)


class Follower:
    """A ``FollowersSink`` of the hub's, whose audience sees whole events. ``told`` gets what was appended at once, and each of it once."""

    def __init__(self, state: Conversation, told: Callable[[tuple[Entry, ...]], None]) -> None:
        self._conversation = state.id
        self._told = told
        self._upto = state.seq
        self.state: Conversation | None = state
        """None while the log is read anew."""

    def send(self, frame: bytes) -> None:
        frame_ = _decoder.decode(frame)
        if isinstance(frame_, _Resync):
            self.state = None  # what was said was said: it is only folded anew
            return
        for entry in frame_.entries:
            self.state = fold(self.state, entry, conversation=self._conversation)
        news = tuple(entry for entry in frame_.entries if entry.seq > self._upto)
        if news:
            self._upto = news[-1].seq
            self._told(news)

    async def room(self) -> None:
        """It is nobody's to wait for."""

    def offer(self, frame: bytes) -> None:
        """What may be lost is nothing for calls."""
