"""An adaptive jitter buffer: packets come as the network brings them, a frame leaves every 20 ms.

RTP packets (RFC 3550) of Opus (RFC 7587: the clock is 48 kHz whatever the sound) go in by ``put`` and leave by ``take``
in the order in which they were spoken. A frame's moment follows from its timestamp alone: it is due ``target``
milliseconds after it would have come on the fastest way seen lately (``channels.voice.arrivals``). What is lost
therefore costs its own 20 ms and never leaves delay behind; what comes late within the ceiling is played, and the delay
has grown by that; too much delay goes again by frames left out: missing ones first, then silent ones, then one a second.

A packet should hold 20 ms: offer ``ptime=20`` and ``maxptime=20`` (RFC 7587, section 6.1). One that holds more is followed
by ``Nothing`` for its further frames: the decoder's owner plays what is left of it then, and drops what still is when the
next ``Play`` comes. Of several packets within the same 20 ms the first is played and the others are counted as late.

Nothing here does I/O, knows a clock or decodes. Whatever comes in, the buffer holds at most ``Settings.capacity``
payloads of at most ``MAX_PAYLOAD`` bytes, and a call costs time in proportion to that at most.
"""

from __future__ import annotations

import msgspec

from channels.voice.arrivals import Arrivals
from channels.voice.toc import ends_speech, frames_of

FRAME_MS = 20
FRAME_TICKS = 960
"""A frame in the RTP clock of Opus."""
MAX_PAYLOAD = 1_500
MAX_DROPOUT = 3_000
"""So far a sequence number may be ahead within one stream, and ``MAX_MISORDER`` behind (RFC 3550, appendix A.1)."""
MAX_MISORDER = 100
SEEN = (1 << (MAX_MISORDER + 1)) - 1
"""A bit for each sequence number that may still come, as in RFC 3711, 3.3.2."""
MAX_STRAY_MS = 2_000
"""So far a packet's way may differ from the fastest one before its timestamp is taken for another stream's."""
CONCEALED = 3
"""So many missing frames in a row are concealed; after them, made-up sound is worse than none."""
SLACK_MS = 4
"""So far beyond a whole frame the delay may stand over its target, lest it go to and fro between two frames."""
SPARE = 50
"""A frame is left out after so many takes whose delay was a frame too much, ``SPARE_SILENT`` where nobody speaks."""
SPARE_SILENT = 5


class Settings(msgspec.Struct, frozen=True):
    """Between which bounds the target delay moves, in milliseconds, and how many payloads are kept at most."""

    floor: int = 20
    ceiling: int = 60
    capacity: int = 32

    def __post_init__(self) -> None:
        if not 0 <= self.floor <= self.ceiling:
            raise ValueError("The floor of the delay lies between 0 and its ceiling.")
        if self.capacity * FRAME_MS < self.ceiling + 2 * FRAME_MS:
            raise ValueError("The capacity holds at least the ceiling and two frames.")


class Packet(msgspec.Struct, frozen=True):
    """An RTP packet: ``sequence`` of 16 bits and ``timestamp`` of 32 bits both wrap."""

    ssrc: int
    sequence: int
    timestamp: int
    payload: bytes


class Play(msgspec.Struct, frozen=True):
    """Decode this and play it."""

    payload: bytes


class Conceal(msgspec.Struct, frozen=True):
    """A frame is missing: let the decoder conceal it, from the forward error correction in ``following`` where the next
    payload is there already (RFC 6716, 2.1.7; the decoder finds out whether it carries any). ``following`` will still
    be given to ``Play``."""

    following: bytes | None


class Nothing(msgspec.Struct, frozen=True):
    """Nobody speaks, or nothing has come yet: silence, or the rest of a longer packet."""


Taken = Play | Conceal | Nothing
NOTHING = Nothing()


class Counts(msgspec.Struct):
    """What became of the packets and the frames of one call."""

    received: int = 0
    played: int = 0
    concealed: int = 0
    late: int = 0
    """Came after their moment, or a second time."""
    skipped: int = 0
    """Frames left out, so that the delay shrinks or because too many came at once."""
    refused: int = 0
    """Belonged to no stream, or were no sound."""
    restarts: int = 0


class _Kept(msgspec.Struct, frozen=True):
    sequence: int
    payload: bytes


class JitterBuffer:
    """The buffer of one leg. ``put`` and ``take`` are told the instant: milliseconds since the call began."""

    _kept: dict[int, _Kept]
    """By slot: which 20 ms of the stream, counted from its first packet."""
    _cursor: int | None
    """The slot whose moment is next; none before the first."""
    _gone: int | None
    """The last slot that was played, or made up from its successor."""
    _heard: _Kept | None
    """What was played last."""
    _newest_sequence: int
    _newest_ticks: int
    """The timestamp of the packet sent last, and of the first: both without wraps."""
    _origin: int
    _seen: int
    """Which sequence numbers came, from the newest (bit 0) backwards."""
    _delay: int
    _until: int
    """The slot after the last one that the packet played last lasts for."""
    _dry: int
    """How many frames in a row had nothing to play."""
    _spare: int
    """How many takes in a row had a frame of delay too much."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._arrivals = Arrivals(floor=self._settings.floor, ceiling=self._settings.ceiling)
        self.counts = Counts()
        self._stray: Packet | None = None
        self._ssrc: int | None = None
        self._forget()

    @property
    def waiting(self) -> int:
        """How many payloads wait."""
        return len(self._kept)

    @property
    def target(self) -> int:
        """The delay that is aimed at, in milliseconds after the fastest packet."""
        return self._arrivals.target

    @property
    def delay(self) -> int:
        """The delay that the frame played last had, in milliseconds after the fastest packet; 0 before the first."""
        return self._delay

    @property
    def jitter(self) -> float:
        """The interarrival jitter in milliseconds (RFC 3550, 6.4.1)."""
        return self._arrivals.jitter

    def put(self, packet: Packet, at: int) -> None:
        """Takes a packet that came at ``at``; whatever it says, nothing is raised."""
        self.counts.received += 1
        stray = self._stray
        if not 0 < len(packet.payload) <= MAX_PAYLOAD:
            self.counts.refused += 1
        elif self._ssrc is None:
            self._restart(packet, at)
        elif self._belongs(packet, at):
            self._stray = None
            self._keep(packet, at)
        elif stray is not None and _follows(packet, stray):
            self._stray = None
            self.counts.refused -= 1
            self.counts.restarts += 1
            self._restart(stray, at)
            self._keep(packet, at)
        else:
            self._stray = packet
            self.counts.refused += 1

    def take(self, at: int, *, silent: bool = False) -> Taken:
        """The frame that is due at ``at``, asked for every 20 ms. ``silent`` tells that what was played lately held no
        voice, so that a frame left out isn't missed."""
        self._arrivals.pass_to(at)
        if self._cursor is None:
            if not self._kept:
                return NOTHING
            self._cursor = min(self._kept)
        delay = self._delay_of(self._cursor, at)
        if delay < self._arrivals.target:
            self._spare = 0
            return self._missing(self._cursor, None)
        self._cursor = self._shortened(self._cursor, delay, silent=silent)
        self._cursor += 1
        return self._frame(self._cursor - 1, at)

    def ahead(self) -> list[bytes]:
        """The payloads that are played next, one after the other, as far as they have come."""
        slot = self._cursor
        if slot is None:
            return []
        found: list[bytes] = []
        while (kept := self._kept.get(slot)) is not None:
            found.append(kept.payload)
            slot += 1
        return found

    def _frame(self, slot: int, at: int) -> Taken:
        """What is to be heard in a slot whose moment it is."""
        kept = self._kept.pop(slot, None)
        if kept is not None:
            self._gone, self._heard = slot, kept
            self._delay = self._delay_of(slot, at)
            self._until = slot + frames_of(kept.payload)
            self._dry = CONCEALED if ends_speech(kept.payload) else 0
            self.counts.played += 1
            return Play(kept.payload)
        if not self._kept or slot < self._until:
            return self._missing(slot, None)
        following = min(self._kept)
        after = self._kept[following]
        if self._heard is not None and after.sequence - self._heard.sequence <= 1:
            return NOTHING  # nothing was sent between the two: a pause, not a loss
        if following != slot + 1:
            return self._missing(slot, None)
        self._gone = slot  # it is heard now: should it still come, it must not be heard again
        self._dry = 0
        return self._missing(slot, after.payload)

    def _missing(self, slot: int, following: bytes | None) -> Taken:
        if slot < self._until or self._dry >= CONCEALED:
            return NOTHING
        self._dry += 1
        self.counts.concealed += 1
        return Conceal(following)

    def _shortened(self, cursor: int, delay: int, *, silent: bool) -> int:
        """The slot to go on with, where the delay is more than it need be."""
        excess = delay - self._arrivals.target
        if delay > self._settings.ceiling + FRAME_MS:
            return self._skip_to(cursor + excess // FRAME_MS)
        if excess < FRAME_MS + SLACK_MS:
            self._spare = 0
            return cursor
        self._spare += 1
        kept = self._kept.get(cursor)
        quiet = silent or kept is None or ends_speech(kept.payload)
        return self._skip_to(cursor + 1) if self._spare >= (SPARE_SILENT if quiet else SPARE) else cursor

    def _skip_to(self, slot: int) -> int:
        for old in [kept for kept in self._kept if kept < slot]:
            del self._kept[old]
            self.counts.skipped += 1
        self._spare = 0
        return slot

    def _keep(self, packet: Packet, at: int) -> None:
        ahead = _signed(packet.sequence - self._newest_sequence, 16)
        if not self._is_new(ahead):
            self.counts.late += 1
            return
        ticks = self._newest_ticks + _signed(packet.timestamp - self._newest_ticks, 32)
        slot = (ticks - self._origin) // FRAME_TICKS
        sequence = self._newest_sequence + ahead
        self._arrivals.add(at - slot * FRAME_MS, at)
        if ahead > 0:
            self._newest_sequence, self._newest_ticks = sequence, ticks
            if self._arrivals.is_new_level(at - slot * FRAME_MS, at):
                self._begin_anew(slot)
        over = self._gone is not None and slot <= self._gone
        if over or slot in self._kept or self._delay_of(slot, at) > self._settings.ceiling:
            self.counts.late += 1
            return
        if self._cursor is not None:
            self._cursor = min(self._cursor, slot)  # late, but still worth hearing: the delay grows by this
        self._kept[slot] = _Kept(sequence, packet.payload)
        if len(self._kept) > self._settings.capacity:
            del self._kept[min(self._kept)]
            self.counts.skipped += 1

    def _begin_anew(self, slot: int) -> None:
        """Goes on with what comes from ``slot`` on, however long that took. A slot that was played already, in a packet
        that is new by its sequence number, tells that the sender has set its timestamps back."""
        self._cursor = None
        if self._gone is not None and slot <= self._gone:
            self._gone, self._until = None, slot

    def _is_new(self, ahead: int) -> bool:
        """Whether a packet so far ahead of the newest comes for the first time."""
        if ahead > 0:
            self._seen = (self._seen << min(ahead, MAX_MISORDER + 1) | 1) & SEEN
            return True
        bit = 1 << -ahead
        if self._seen & bit:
            return False
        self._seen |= bit
        return True

    def _belongs(self, packet: Packet, at: int) -> bool:
        """Whether a packet goes on with the stream that is played."""
        if packet.ssrc != self._ssrc:
            return False
        if not -MAX_MISORDER <= _signed(packet.sequence - self._newest_sequence, 16) <= MAX_DROPOUT:
            return False
        ticks = self._newest_ticks + _signed(packet.timestamp - self._newest_ticks, 32)
        return abs(self._delay_of((ticks - self._origin) // FRAME_TICKS, at)) <= MAX_STRAY_MS

    def _restart(self, packet: Packet, at: int) -> None:
        self._forget()
        self._ssrc = packet.ssrc
        self._newest_sequence, self._newest_ticks = packet.sequence, packet.timestamp
        self._origin = packet.timestamp
        self._arrivals.restart(at, at)
        self._keep(packet, at)

    def _forget(self) -> None:
        self._kept = {}
        self._cursor = self._gone = self._heard = None
        self._newest_sequence = self._newest_ticks = self._origin = 0
        self._seen = self._delay = self._until = self._spare = 0
        self._dry = CONCEALED

    def _delay_of(self, slot: int, at: int) -> int:
        return at - slot * FRAME_MS - self._arrivals.base


def _follows(packet: Packet, stray: Packet) -> bool:
    """One packet from elsewhere may be a mistake; two in a row are another stream (RFC 3550, appendix A.1)."""
    if packet.ssrc != stray.ssrc or _signed(packet.sequence - stray.sequence, 16) != 1:
        return False
    return 0 < _signed(packet.timestamp - stray.timestamp, 32) <= MAX_STRAY_MS // FRAME_MS * FRAME_TICKS


def _signed(difference: int, bits: int) -> int:
    """The shortest way between two numbers that wrap at ``bits`` bits."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half
