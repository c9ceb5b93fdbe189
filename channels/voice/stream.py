"""The two streams of a call over RTP: ``Hearing`` makes frames of the packets that come, ``Speaking`` packets of frames.

No I/O and no clock: packets go in and out as they stand before encryption, instants are milliseconds of the line's clock.
"""

from __future__ import annotations

import secrets

import numpy as np

from channels.voice.jitter import FRAME_MS, FRAME_TICKS, Conceal, JitterBuffer, Packet, Play, Settings
from channels.voice.keys import Presses
from channels.voice.mixer import FRAME, SILENCE, Frame
from channels.voice.offer import Offer
from channels.voice.opus import Decoder, Encoder
from channels.voice.rtp import WRAP_16, WRAP_32, Block, Reception, Rtp, Sent, Told, write, write_report

QUIET = 300
"""A frame without a sample beyond this (40 dB under full scale) is no loss where one must be left out."""
FADE = 10
"""So many frames of silence are sent as sound, lest its end be cut off …"""
REMINDER = 20
"""… and then one packet for so many frames says that it goes on (as Opus's own discontinuous transmission, RFC 7587, 3.1.3)."""
PAUSE = bytes([9 << 3])
"""A packet of Opus without a frame: SILK, wideband, 20 ms, mono (RFC 6716, 3.1 and 3.2.1)."""
LEAST_LOSS, MOST_LOSS = 5, 25
"""Between these, in percent, lies what is sent for repair, whatever is told of loss."""


class Hearing:
    """What comes. ``counts`` are the buffer's."""

    def __init__(self, offer: Offer, settings: Settings) -> None:
        self._opus, self._events = offer.opus, frozenset(dict(offer.events))
        self._buffer = JitterBuffer(settings)
        self._decoder = Decoder()
        self._presses = Presses()
        self.reception = Reception()
        self.counts = self._buffer.counts
        self._rest: Frame | None = None
        self._quiet = False

    @property
    def delay(self) -> int:
        """How long what is played has waited, in milliseconds."""
        return self._buffer.delay

    def put(self, packet: Rtp, at: int) -> str | None:
        """Takes a packet; the key whose press it tells."""
        if packet.payload_type == self._opus:
            self.reception.add(packet)
            self._buffer.put(Packet(packet.ssrc, packet.sequence, packet.timestamp, packet.payload), at)
        elif packet.payload_type in self._events:
            self.reception.add(packet)
            return self._presses.key(packet)
        return None

    def take(self, at: int) -> Frame | None:
        """The frame of ``at``; None: silence."""
        taken = self._buffer.take(at, silent=self._quiet)
        match taken:
            case Play():
                sound = self._decoder.decode(taken.payload)
            case Conceal():
                sound = self._decoder.conceal(taken.following)
            case _:
                sound = self._rest
        if sound is None:
            self._rest, self._quiet = None, True
            return None
        self._rest = sound[FRAME:] if sound.size > FRAME else None
        frame = sound[:FRAME] if sound.size >= FRAME else _filled(sound)
        self._quiet = int(frame.max()) < QUIET
        return frame

    def ahead(self) -> list[Frame]:
        """The frames that come next, as far as they are there; what is played isn't changed by looking at them."""
        sounds = [] if self._rest is None else [self._rest]
        sounds += self._decoder.ahead(self._buffer.ahead())
        whole = np.concatenate(sounds) if sounds else SILENCE[:0]
        return [whole[at : at + FRAME] for at in range(0, len(whole) - FRAME + 1, FRAME)]

    def block(self, at: int) -> Block | None:
        """What the far end is told of its stream."""
        return self.reception.block(jitter=self._buffer.jitter, at=at)


class Speaking:
    """What goes. Silence itself costs next to nothing."""

    def __init__(self, payload_type: int, *, bitrate: int, complexity: int) -> None:
        self._payload_type = payload_type
        self._encoder = Encoder(bitrate=bitrate, complexity=complexity)
        self.ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(15)  # the lower half: no wrap before SRTP's first packets are through
        self._origin = secrets.randbits(32)
        self._slot = -1
        self._silent = FADE
        self._packets = self._octets = 0
        self._loss = LEAST_LOSS
        self._encoder.expect_loss(self._loss)

    def give(self, frame: Frame, at: int) -> bytes | None:
        """The packet of a frame that sounds at ``at``; None where none is due. A frame that comes a tick too late is still
        at its own place, so that a pause of ours is a gap and no delay."""
        self._slot = max(self._slot + 1, at // FRAME_MS)
        if frame is not SILENCE:
            payload, marker = self._encoder.encode(frame), self._silent >= FADE
            self._silent = 0
        else:
            self._silent += 1
            if self._silent > FADE and (self._silent - FADE - 1) % REMINDER:
                return None
            payload, marker = (self._encoder.encode(frame) if self._silent <= FADE else PAUSE), False
        self._sequence = (self._sequence + 1) % WRAP_16
        self._packets += 1
        self._octets += len(payload)
        return write(Rtp(self._payload_type, self._sequence, self._timestamp, self.ssrc, payload, marker))

    def hear(self, told: Told) -> None:
        """What the far end tells of our stream: more loss, more repair, and slowly less again."""
        for block in told.blocks:
            if block.ssrc == self.ssrc:
                loss = max(LEAST_LOSS, min(MOST_LOSS, max(round(block.lost * 100 / 256), self._loss - 2)))
                if loss != self._loss:
                    self._loss = loss
                    self._encoder.expect_loss(loss)

    def report(self, name: str, ntp: int, block: Block | None) -> bytes:
        """What the far end is told, with ``ntp`` for now."""
        return write_report(self.ssrc, name, Sent(ntp, self._timestamp, self._packets, self._octets), block)

    @property
    def _timestamp(self) -> int:
        return (self._origin + self._slot * FRAME_TICKS) % WRAP_32


def _filled(sound: Frame) -> Frame:
    frame = SILENCE.copy()
    frame[: sound.size] = sound
    return frame
