"""What the followers of a log are sent: frames, encoded once per audience, and how far each follower was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec

from gateway.model.events import Entry, decode_event
from gateway.model.visible import Audience, visible_entry

_encoder = msgspec.json.Encoder()


class EncodedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry whose event is JSON already: what went to disk goes out as it is."""

    seq: int
    id: str
    at: int
    event: msgspec.Raw


_news_decoder = msgspec.json.Decoder(list[EncodedEntry] | None)
PIECE = 512 * 1024
"""Bytes of a frame that a follower who catches up is sent, or one entry."""
MOST_HELD = 1000
"""Live frames that wait for a follower who catches up; of more the last ones, and what is missing is read."""
MOST_CARRIED = 16_384
"""Bytes of events in one hint."""
NO_NEWS = msgspec.Raw(b"null")


class EntriesFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="entries"):
    """Entries of a conversation as an audience sees them; complete up to ``through``."""

    conversation: str
    through: int
    entries: tuple[Entry | EncodedEntry, ...]


class ResyncFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="resync"):
    conversation: str


class Sink(Protocol):
    """A socket's queue. ``send`` never waits; ``offer`` is for what may be dropped."""

    def send(self, frame: bytes) -> None: ...

    def offer(self, frame: bytes) -> None: ...


class FollowersSink(Sink, Protocol):
    """A sink that a log is sent to from an earlier place on, however much that is."""

    async def room(self) -> None:
        """Returns once its reader has taken so much that a piece of the log more isn't too much. Raises where the reader is gone."""
        ...


def resync_frame(conversation: str) -> bytes:
    """Forget what you have: the whole log follows."""
    return _encoder.encode(ResyncFrame(conversation=conversation))


def caught_up_frame(conversation: str, *, through: int) -> bytes:
    """There is nothing new, which a client must be told so that it knows that it has caught up."""
    return _encoder.encode(EntriesFrame(conversation=conversation, through=through, entries=()))


class Frame(NamedTuple):
    """An encoded ``entries`` frame and the part of the log that it tells."""

    first: int
    through: int
    body: bytes


class News(NamedTuple):
    """Entries behind one another, and their events as JSON where that is known."""

    entries: Sequence[Entry]
    bodies: Sequence[bytes] = ()

    def frame(self, conversation: str, audience: Audience, *, start: int) -> Frame:
        """What an audience is sent of those from ``start`` on."""
        through = self.entries[-1].seq
        shown = tuple(
            [
                one
                for number, entry in enumerate(self.entries)
                if entry.seq >= start and (one := self._shown(number, entry, audience)) is not None
            ]
        )
        body = _encoder.encode(EntriesFrame(conversation=conversation, through=through, entries=shown))
        return Frame(start, through, body)

    def pieces(self, conversation: str, audience: Audience) -> Iterator[Frame]:
        """All of them in frames of ``PIECE``, about."""
        whole = self.frame(conversation, audience, start=self.entries[0].seq)
        if len(whole.body) <= PIECE or len(self.entries) == 1:
            yield whole
            return
        half = len(self.entries) // 2
        for part in (slice(half), slice(half, None)):
            yield from News(self.entries[part], self.bodies[part]).pieces(conversation, audience)

    def _shown(self, number: int, entry: Entry, audience: Audience) -> Entry | EncodedEntry | None:
        seen = visible_entry(entry, audience)
        if seen is not entry or not self.bodies:
            return seen
        return EncodedEntry(seq=entry.seq, id=entry.id, at=entry.at, event=msgspec.Raw(self.bodies[number]))


def encode_news(news: News) -> msgspec.Raw:
    """News as other nodes are told them; null where they are long: whoever follows reads them."""
    if not news.bodies or sum(map(len, news.bodies)) > MOST_CARRIED:
        return NO_NEWS
    pairs = zip(news.entries, news.bodies, strict=True)
    shown = [EncodedEntry(seq=one.seq, id=one.id, at=one.at, event=msgspec.Raw(body)) for one, body in pairs]
    return msgspec.Raw(_encoder.encode(shown))


def decode_news(told: msgspec.Raw) -> News | None:
    """What another node told; ``None`` where that must be read. Tags of a newer release are ``Unrecognized``, as in the log."""
    found = _news_decoder.decode(told)
    if not found:
        return None
    bodies = [bytes(one.event) for one in found]
    entries = [
        Entry(seq=one.seq, id=one.id, at=one.at, event=decode_event(body))
        for one, body in zip(found, bodies, strict=True)
    ]
    return News(entries, bodies)


@dataclass(eq=False, slots=True)
class Subscription:
    """One follower of one log, sent up to ``at``. While it catches up, live frames wait in ``held``; ``outdated``: what
    it reads was erased meanwhile."""

    sink: FollowersSink
    audience: Audience
    at: int = 0
    outdated: bool = False
    held: list[Frame] | None = field(default_factory=list)

    def take(self, frame: Frame) -> bool:
        """Sends a frame unless it was had already; ``False`` where it doesn't begin where this follower stands."""
        if self.held is not None:
            if len(self.held) >= MOST_HELD:
                self.held.clear()
            self.held.append(frame)
        elif frame.through > self.at:
            if frame.first != self.at + 1:
                return False
            self.at = frame.through
            self.sink.send(frame.body)
        return True


@dataclass(eq=False, slots=True)
class Topic:
    """A followed log on this node. ``head``: ``seq`` and id of the last entry that anyone here was sent; ``erasures``:
    how often it was erased, so that a page that was read before is not told after it."""

    business: str
    conversation: str
    subscriptions: set[Subscription] = field(default_factory=set)
    filling: bool = False
    again: bool = False
    head: tuple[int, str] = (0, "")
    erasures: int = 0

    @property
    def at(self) -> int | None:
        """How far every live follower was sent; ``None`` while all of them catch up."""
        return min((s.at for s in self.subscriptions if s.held is None), default=None)
