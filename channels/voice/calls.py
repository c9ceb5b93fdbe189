"""The calls of a node (``gateway.ports.Calls``): begun, connected, kept alive and ended.

What calls need beside the log (engines, WebRTC, the ticker) is made when the first one comes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from msgspec.structs import replace

from channels.voice.call import Around, Begun, Call
from channels.voice.hearing import Recognition
from channels.voice.opening import opening
from channels.voice.recordings import Recordings
from channels.voice.seating import CALLER, seat_of
from channels.voice.sounds import Shelf
from channels.voice.ticker import Seat, Ticker
from channels.voice.tongues import Tongues, askable
from channels.voice.voices import Voice, Voices
from channels.voice.webrtc import WebRtc
from gateway.dispatcher import Dispatcher, Policy
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.legs import KeepLegs, NodeOfLeg
from gateway.errors import NotFound, NotPossible
from gateway.faults import desk
from gateway.metrics import CALLS, CALLS_BEGUN, SPEECH_ENGINES, one_of
from gateway.model.events import Person
from gateway.model.rules import CallSettings, Speaker
from gateway.ports import Caller, Inbound, Phrases, Receipt, Synthesizer
from gateway.store import directory, inboxes, log, sounds
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

logger = structlog.get_logger(__name__)

KEEP_EVERY = 10.0
"""Seconds between two signs of life of the legs here."""
FAREWELL = 0.2
"""The share of the time for stopping in which callers are told so."""


def leg_of(call: Inbound) -> str:
    """The id of a caller's leg: their own name for it is theirs alone, and the same at every try."""
    said = "\x00".join((call.business, call.inbox, call.address, call.key))
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


class Calls:
    """A ``gateway.ports.Calls``."""

    def __init__(
        self, store: Store, dispatcher: Dispatcher, hub: Hub, *, phrases: Phrases, voices: Callable[[], Voices],
        webrtc: Callable[[], WebRtc], recordings: Recordings | None = None, shelf: Shelf | None = None,
        drain_seconds: float, is_elsewhere: Callable[[str], bool] = lambda node: False,
    ) -> None:  # fmt: skip
        """``is_elsewhere``: whether a node is another one, which may have the sound of a call that comes here once more."""
        self._store = store
        self._dispatcher = dispatcher
        self._make_voices, self._make_webrtc = voices, webrtc
        self._around = Around(
            dispatcher=dispatcher, hub=hub, phrases=phrases, over=self._over, recordings=recordings, shelf=shelf
        )
        self._calls: dict[str, Call] = {}
        self._places: dict[str, Seat] = {}
        self._voices: Voices | None = None
        self._webrtc: WebRtc | None = None
        self._making = asyncio.Lock()
        self._ticker = Ticker()
        self._tasks = TaskSet("calls")
        self._drain_seconds = drain_seconds
        self._draining = False
        self._is_elsewhere = is_elsewhere

    def start(self) -> None:
        self._tasks.start(self._keep(), name="keep")

    def has(self, leg: str) -> bool:
        """Whether its sound is here."""
        return leg in self._calls

    @property
    def count(self) -> int:
        """How many calls this node has."""
        return len(self._calls)

    def expect(self, business: str, locale: str, settings: CallSettings) -> None:
        """As ``gateway.ports.Calls``."""
        if not self._draining:
            self._tasks.start(self._prepare(business, locale, settings), name="prepare")

    def learned(self, business: str) -> None:
        """The bot of a business knows other phrases than before."""
        if self._voices is not None and not self._draining:
            self._tasks.start(self._voices.learn(business), name="learn")

    async def of_files(self, business: str, locale: str, recognizers: Sequence[str] = ()) -> Recognition | None:
        """By what recordings of a business are understood; None: nothing."""
        return (await self._engines()).of_files(business, locale, recognizers)

    async def voice_of(self, business: str, locale: str, speakers: Sequence[Speaker]) -> Voice:
        """What speaks to a business's customers outside calls."""
        settings = CallSettings(speakers={locale: tuple(speakers)})
        return (await self._engines()).of(business, locale, settings, changed=_note_nothing)

    async def alone(self, speaker: Speaker) -> Synthesizer:
        """One engine that speaks. Raises ``SpeechUnavailable``."""
        return (await self._engines()).alone(speaker)

    async def begin(self, call: Inbound) -> tuple[Receipt, str]:
        """As ``gateway.ports.Calls``."""
        leg = leg_of(call)
        call = replace(call, call=leg)
        if self._draining:
            raise NotPossible(desk.CALLS_STOP())
        caller = Caller(inbox=call.inbox, address=call.address)
        other = next((one for one in self._calls.values() if one.caller == caller and one.leg != leg), None)
        if other is not None and other.is_heard:
            raise NotPossible(desk.IN_A_CALL())
        receipt = await self._dispatcher.receive(call)
        if receipt.blocked_until or leg in self._calls:
            return receipt, leg
        begun = await self._store.read(call.business, _Begin(call, receipt, self._dispatcher.policy))
        if begun is not None and not self._is_elsewhere(begun.node) and leg not in self._calls:
            await self._take(begun)
        return receipt, leg

    async def connect(self, business: str, leg: str, sdp: str, *, party: Caller | Person) -> str:
        """As ``gateway.ports.Calls``."""
        call = self._find(business, leg)
        if isinstance(party, Caller) and party != call.caller:
            raise NotFound("There is no such call.")
        who = CALLER if isinstance(party, Caller) else seat_of(party.id)
        place = call.place(who)
        if self._webrtc is None:
            self._webrtc = self._make_webrtc()
        seat = self._places[leg]
        answered = await self._webrtc.answer(sdp, place, clock=lambda: seat.at)
        if not call.has(who):  # it ended meanwhile, or they left it
            await answered.carrier.aclose()
            raise NotFound("There is no such call.")
        call.seat(place, answered.carrier)
        return answered.sdp

    async def press(self, business: str, leg: str, key: str, *, caller: Caller) -> None:
        """As ``gateway.ports.Calls``."""
        call = self._find(business, leg)
        if call.caller != caller:
            raise NotFound("There is no such call.")
        call.press(key)

    async def drain(self) -> None:
        """No new calls; callers are told, then their legs end."""
        self._draining = True
        if not self._calls:
            return
        calls = list(self._calls.values())
        for call in calls:
            call.restart()
        deadline = asyncio.get_running_loop().time() + FAREWELL * self._drain_seconds
        while (
            any(call.is_heard and call.is_speaking for call in calls) and asyncio.get_running_loop().time() < deadline
        ):
            await asyncio.sleep(0.1)
        for call in calls:
            call.end("restarted")
        while self._calls and asyncio.get_running_loop().time() < deadline + 1:
            await asyncio.sleep(0.02)

    async def aclose(self) -> None:
        for call in list(self._calls.values()):
            self._forget(call.leg)
            await call.aclose()
        await self._tasks.finish(within=1.0)
        if self._webrtc is not None:
            await self._webrtc.aclose()
        if self._voices is not None:
            await self._voices.aclose()
        if self._around.shelf is not None:
            await self._around.shelf.aclose()

    def _find(self, business: str, leg: str) -> Call:
        call = self._calls.get(leg)
        if call is None or call.business != business:
            raise NotFound("There is no such call.")
        return call

    async def _take(self, begun: Begun) -> None:
        voices = await self._engines()
        if begun.leg in self._calls:
            return
        call = Call(begun, self._around, _tongues_of(begun, voices))
        self._calls[begun.leg] = call
        CALLS_BEGUN.inc()
        CALLS.inc()
        self._places[begun.leg] = self._ticker.join(
            begun.leg, call.step, prepare=call.prepare, failed=partial(call.end, "lost")
        )
        await call.run()
        self._tasks.start(self._open(call, begun, voices), name="open")

    async def _open(self, call: Call, begun: Begun, voices: Voices) -> None:
        """It rings until whoever calls can be understood."""
        locale = begun.state.locale
        await voices.get_ready(begun.business, locale, begun.settings.recognizers.get(locale, ()))
        if call.leg in self._calls:
            call.open()

    async def _prepare(self, business: str, locale: str, settings: CallSettings) -> None:
        """What is understood, and what is said to everybody."""
        voices, phrases = await self._engines(), self._around.phrases
        found = await self._store.read(business, lambda tx, now: directory.read_business(tx, business))
        if found is not None:
            texts = opening(settings, phrases, locale, name=found.named(locale))
            await voices.speak_before(business, texts, locale=locale, settings=settings)
        await voices.prepare(business, locale, settings.recognizers.get(locale, ()))

    async def _engines(self) -> Voices:
        """Made once, beside the loop: models are loaded."""
        async with self._making:
            if self._voices is None:
                self._voices = await asyncio.to_thread(self._make_voices)
                self._tasks.start(self._ticker.run(), name="ticker")
        return self._voices

    def _over(self, leg: str) -> None:
        call = self._calls.get(leg)
        if call is not None:
            self._forget(leg)
            self._tasks.start(call.aclose(), name="over")

    def _forget(self, leg: str) -> None:
        if self._calls.pop(leg, None) is not None:
            CALLS.dec()
        seat = self._places.pop(leg, None)
        if seat is not None:
            self._ticker.leave(seat)

    async def _keep(self) -> None:
        """Says of each leg that it lives; one that the log has ended meanwhile is ended here."""
        while True:
            await asyncio.sleep(KEEP_EVERY)
            by_business: dict[str, list[str]] = {}
            for call in self._calls.values():
                by_business.setdefault(call.business, []).append(call.leg)
            for business, legs in by_business.items():
                try:
                    for leg in await self._store.write(business, KeepLegs(legs)):
                        self._over(leg)
                except Exception as error:
                    logger.warning("legs_unkept", error=str(error))


def _tongues_of(begun: Begun, voices: Voices) -> Tongues:
    """A voice for the language that the conversation has, and one for each that the caller may choose."""
    locales = [begun.state.locale, *(askable(tuple(begun.names)) if begun.settings.ask_language else ())]
    note = partial(_note_engine, begun.leg)
    return Tongues(
        {one: voices.of(begun.business, one, begun.settings, changed=note) for one in dict.fromkeys(locales)}
    )


def _note_nothing(part: str, engine: str) -> None:
    """Nobody is on the line who would hear another voice."""


def _note_engine(leg: str, part: str, engine: str) -> None:
    one_of(SPEECH_ENGINES, part, engine or "none").inc()
    logger.info("call_engine", leg=leg, part=part, engine=engine)


@dataclass(frozen=True, slots=True)
class _Begin:
    """Reads what a call begins with; None where it is over already."""

    call: Inbound
    receipt: Receipt
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Begun | None:
        call, state = self.call, log.peek(tx, self.receipt.conversation)
        inbox, business = inboxes.find(tx, call.inbox), directory.read_business(tx, call.business)
        if state is None or state.leg(call.call) is None or inbox is None or business is None:
            return None
        return Begun(
            business=call.business,
            leg=call.call,
            caller=Caller(inbox=call.inbox, address=call.address),
            names={one: business.named(one) for one in business.locales},
            settings=inbox.settings.calls or CallSettings(),
            rates=self.policy.set_ups.of(tx, now).rating.ask,
            state=state,
            event_id=log.event_id(tx, state.id, state.seq) or "",
            sounds=tuple(sounds.read(tx)),
            node=NodeOfLeg(call.call)(tx, now) or "",
        )
