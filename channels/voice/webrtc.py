"""WebRTC: a browser's peer connection as a ``Carrier``. It takes the whole offer and gives the whole answer; a change of the
browser's network is another offer, and another carrier of the same leg.

All of a call's work is done where its datagrams come in and on the ticker's step: no thread, and nothing that waits for
more than a call's begin and end.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence

import msgspec
import structlog

from channels.voice import jitter
from channels.voice.carrier import CarrierEvents
from channels.voice.mixer import Frame
from channels.voice.offer import Offer, Terms, answer, judge
from channels.voice.peer import Peer
from channels.voice.places import Places
from channels.voice.rtp import is_rtcp, read, read_told
from channels.voice.stream import Hearing, Speaking
from gateway.errors import Draining, Overloaded
from gateway.metrics import CALL_DELAY, CALL_LOSS, one_of
from gateway.tasks import end

log = structlog.get_logger(__name__)

NAME = "switchboard"
REPORT = 100
"""Frames between two reports to the far end (2 s)."""
BURST = 64
"""So many datagrams are opened between two frames; the rest of a flood is left closed."""
NTP_1970 = 2_208_988_800


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How calls come in. Durations in seconds. ``bitrate``: bits a second, either way; ``complexity``: of encoding, 0 to 10 (1 at
    32 kb/s costs a quarter of 5 at 24, and comes as near to what was said);
    ``connect_within``: from the answer to the first sound; ``lost_after``, ``gone_after``: how long nothing comes until
    the far end is taken for lost, and for gone; ``half_open``: so many answers may wait for their browser at once."""

    places: Places = Places()
    bitrate: int = 32_000
    complexity: int = 1
    connect_within: float = 15.0
    lost_after: float = 3.0
    gone_after: float = 30.0
    half_open: int = 128
    jitter: jitter.Settings = jitter.Settings(ceiling=200, capacity=64)


class Answered(msgspec.Struct, frozen=True):
    """A call that comes about: its carrier, and what the browser is answered."""

    carrier: WebRtcCarrier
    sdp: str


class WebRtc:
    """Answers browsers' offers. ``aclose`` ends all its carriers."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._carriers: set[WebRtcCarrier] = set()
        self._begun = 0
        self._is_closed = False

    async def answer(self, sdp: str, events: CarrierEvents, *, clock: Callable[[], int]) -> Answered:
        """Answers an offer. ``clock`` tells milliseconds of the line's clock, as ``Carrier.take`` is told them. Raises ``Invalid``
        where the offer can't be answered, ``Overloaded`` where too many wait already, ``Draining`` after ``aclose``."""
        offer = judge(sdp)
        self._look_whether_closed()
        if self._half_open >= self._settings.half_open:
            raise Overloaded("Too many calls are being connected. Try again in a moment.")
        self._begun += 1
        try:
            carrier = WebRtcCarrier(offer, self._settings, events, clock=clock, forget=self._carriers.discard)
            told = await carrier.begin()
        finally:
            self._begun -= 1
        try:
            self._look_whether_closed()
        except Draining:
            await carrier.aclose()
            raise
        self._carriers.add(carrier)
        return Answered(carrier, told)

    @property
    def carriers(self) -> int:
        """How many live, half open ones too."""
        return len(self._carriers)

    @property
    def _half_open(self) -> int:
        return self._begun + sum(not carrier.is_connected for carrier in self._carriers)

    async def aclose(self) -> None:
        self._is_closed = True
        ended = await asyncio.gather(*(carrier.aclose() for carrier in list(self._carriers)), return_exceptions=True)
        for failure in ended:
            if isinstance(failure, Exception):
                log.error("call_not_closed", exc_info=failure)

    def _look_whether_closed(self) -> None:
        if self._is_closed:
            raise Draining("Switchboard is restarting. Call again in a moment.")


class WebRtcCarrier:
    """A ``Carrier`` over one peer connection."""

    def __init__(
        self,
        offer: Offer,
        settings: Settings,
        events: CarrierEvents,
        *,
        clock: Callable[[], int],
        forget: Callable[[WebRtcCarrier], None],
    ) -> None:
        self._offer, self._settings, self._events = offer, settings, events
        self._clock, self._forget = clock, forget
        self._ended = asyncio.Event()
        self._peer = Peer(settings.places, self._datagram, over=self._ended.set)
        self.hearing = Hearing(offer, settings.jitter)
        self._speaking = Speaking(offer.opus, bitrate=settings.bitrate, complexity=settings.complexity)
        self._speaks, self._hears = offer.direction != "sendonly", offer.direction != "recvonly"
        self.is_connected = False
        self._is_lost = False
        self._heard = self._at = 0
        self._opened = 0
        self._until_report = secrets.randbelow(REPORT)
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> str:
        """Binds and begins to wait for the browser; the answer. Raises ``Overloaded`` where no port is free."""
        try:
            candidates = await self._peer.gather()
            if not candidates:
                raise Overloaded("No port is free for one more call. Try again in a moment.")
        except BaseException:
            await self._peer.aclose()
            raise
        self._task = asyncio.create_task(self._live(), name="webrtc-call")
        terms = Terms(
            session=secrets.randbits(62), ssrc=self._speaking.ssrc, name=NAME, bitrate=self._settings.bitrate,
            secrets=self._peer.secrets, candidates=candidates,
        )  # fmt: skip
        return answer(self._offer, terms)

    def take(self, at: int) -> Frame | None:
        """As ``Carrier``."""
        self._at, self._opened = at, 0
        if not self.is_connected:
            return None
        self._look_for_loss(at)
        return self.hearing.take(at)

    def ahead(self) -> Sequence[Frame]:
        """As ``Carrier``."""
        return self.hearing.ahead() if self.is_connected else ()

    def give(self, frame: Frame) -> None:
        """As ``Carrier``."""
        if not self.is_connected:
            return
        packet = self._speaking.give(frame, self._at) if self._speaks else None
        if packet is not None:
            self._peer.send(packet)
        self._until_report -= 1
        if self._until_report < 0:
            self._until_report = REPORT
            ntp = int((time.time() + NTP_1970) * 2**32)
            block = self.hearing.block(self._at)
            if block is not None:
                one_of(CALL_LOSS, "in").observe(block.lost / 256)
                CALL_DELAY.observe(self.hearing.delay / 1_000)
            self._peer.send(self._speaking.report(NAME, ntp, block), control=True)

    async def aclose(self) -> None:
        """As ``Carrier``. It may be called twice."""
        if self._task is not None and self._task is not asyncio.current_task():
            await end(self._task)
        await self._end()

    async def _live(self) -> None:
        """From the answer to the end. Who ends it by ``aclose`` cancels this, and isn't told."""
        try:
            await self._connect_and_wait()
        except Exception:
            log.exception("call_broke")
        finally:
            await self._end()
        self._events.closed()

    async def _end(self) -> None:
        self.is_connected = False
        self._forget(self)
        await self._peer.aclose()

    async def _connect_and_wait(self) -> None:
        try:
            async with asyncio.timeout(self._settings.connect_within):
                connected = await self._peer.connect(self._offer.secrets, self._offer.candidates)
        except TimeoutError:
            connected = False
        if not connected:
            log.info("call_not_connected")
            return
        self.is_connected = True
        self._heard = self._clock()
        self._events.connected()
        await self._ended.wait()

    def _look_for_loss(self, at: int) -> None:
        """Whoever only listens sends next to nothing: their consent to hear (RFC 7675) is what tells of them."""
        silent = at - self._heard if self._hears else 0
        if silent >= self._settings.gone_after * 1000:
            self._ended.set()
        elif silent >= self._settings.lost_after * 1000 and not self._is_lost:
            self._is_lost = True
            self._events.lost()

    def _datagram(self, datagram: bytes) -> None:
        """Sound, or what is told of it, closed."""
        self._opened += 1
        if self._opened > BURST or not self.is_connected:
            return
        control = is_rtcp(datagram)
        opened = self._peer.open_sound(datagram, control=control)
        if opened is None:
            return
        at = self._clock()
        self._heard = max(self._heard, at)
        if self._is_lost:
            self._is_lost = False
            self._events.connected()
        if control:
            self._report(opened, at)
        elif self._hears:
            self._sound(opened, at)

    def _sound(self, datagram: bytes, at: int) -> None:
        packet = read(datagram)
        key = None if packet is None else self.hearing.put(packet, at)
        if key is not None:
            self._events.key(key)

    def _report(self, datagram: bytes, at: int) -> None:
        told = read_told(datagram)
        if told is None:
            return
        if told.sent is not None:
            self.hearing.reception.sent(told.sent, at)
        self._speaking.hear(told)
        for block in told.blocks:
            if block.ssrc == self._speaking.ssrc:
                one_of(CALL_LOSS, "out").observe(block.lost / 256)
