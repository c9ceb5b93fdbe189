"""Which speech engines calls can have, which they have, and how they sound: for whoever sets a business up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from gateway.admin.inbox_settings import check_speaker
from gateway.cluster.counters import Counters
from gateway.errors import NotFound, NotPossible, SpeechUnavailable
from gateway.faults import speech as faults
from gateway.http.limits import Limit, Limiter
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.model.rules import CallSettings, Speaker
from gateway.ports import Phrases, Samples
from gateway.store import directory, inboxes
from gateway.store.directory import Business
from gateway.store.inboxes import Entrance
from gateway.store.sql import Tx
from gateway.store.store import Store
from speech.catalogue import START_HEARS, START_SPEAKS, Known

PATH = "/api/v1/businesses/{business}/speech"
SAMPLES_PER_MINUTE = 20
"""By one account: a service is paid for each."""
LONGEST_SAID = 300
"""Characters of an engine's own words that are told."""


class SampleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``name``: of the engine; ``rate``: as in a call's settings."""

    locale: Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")]
    name: Annotated[str, msgspec.Meta(max_length=80)]
    voice: str = ""
    rate: float = 1.0


class EngineView(msgspec.Struct, frozen=True, kw_only=True):
    """An engine. ``languages``: what it is known to know, none where only its maker knows; ``voices``: those that are known here; ``start``:
    always there, and no more than a start; ``service``: what callers say, or are told, leaves this server for it; ``lacks``: why it
    can't work yet: a ``package`` isn't installed, or a ``model`` isn't here."""

    name: str
    kind: str
    hears: bool
    speaks: bool
    languages: tuple[str, ...]
    voices: tuple[str, ...]
    start: bool
    service: bool
    lacks: Literal["", "package", "model"]


class InboxSpeech(msgspec.Struct, frozen=True, kw_only=True):
    """What calls of an inbox have in a language, in the order in which it is tried. ``start``: which part has nothing but a start;
    ``gone``: what was chosen and isn't there (any more)."""

    inbox: str
    name: str
    locale: str
    recognizers: tuple[str, ...]
    speakers: tuple[str, ...]
    start: tuple[Literal["recognizers", "speakers"], ...]
    gone: tuple[str, ...]


class SpeechView(msgspec.Struct, frozen=True, kw_only=True):
    engines: tuple[EngineView, ...]
    inboxes: tuple[InboxSpeech, ...]


class SpeechRoutes:
    """The routes of speech engines. ``engines`` looks at the disk."""

    def __init__(
        self, store: Store, engines: Callable[[], Mapping[str, Known]], samples: Samples, *, phrases: Phrases,
        counters: Counters,
    ) -> None:  # fmt: skip
        self._store = store
        self._engines = engines
        self._samples = samples
        self._phrases = phrases
        self._limiter = Limiter(
            Limit(name="speech_samples", rate=SAMPLES_PER_MINUTE / 60, burst=SAMPLES_PER_MINUTE), counters
        )

    def routes(self) -> list[Route]:
        admin, tags = ADMINISTRATORS, ("business",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="The speech engines of calls", access=admin,
                  answer=SpeechView, tags=tags),
            Route(method="POST", path=PATH + "/sample", handler=self.sample, body=SampleBody, access=admin, tags=tags,
                  summary="Hear how an engine speaks (WAV)"),
        ]  # fmt: skip

    async def sample(self, call: Call) -> web.Response:
        """The greeting, by this engine alone: one that stands in for it in a call would tell nothing of it."""
        body: SampleBody = call.body
        speaker = Speaker(name=body.name, voice=body.voice, rate=body.rate)
        engines = await asyncio.to_thread(self._engines)
        check_speaker(speaker, body.locale, engines)
        if engines[speaker.name].lacks:
            raise NotPossible(faults.LACKS(engine=speaker.name))
        await self._limiter.check(call.who.id, "You have listened to many voices. Wait a moment, then listen on.")
        business = await self._store.read(call.business, lambda tx, now: directory.read_business(tx, call.business))
        if business is None:
            raise NotFound("There is no such business.")
        text = self._phrases.say("call.greeting", body.locale, business=business.named(body.locale))
        try:
            sound = await self._samples.sample(text, locale=body.locale, speaker=speaker)
        except SpeechUnavailable as error:
            raise NotPossible(faults.SILENT(engine=speaker.name, said=str(error)[:LONGEST_SAID])) from error
        return web.Response(body=sound, content_type="audio/wav", headers={"Cache-Control": "no-store"})

    async def read(self, call: Call) -> SpeechView:
        engines = await asyncio.to_thread(self._engines)

        def unit(tx: Tx, now: int) -> tuple[Business | None, list[Entrance]]:
            return directory.read_business(tx, call.business), inboxes.read(tx)

        business, ways = await self._store.read(call.business, unit)
        if business is None:
            raise NotFound("There is no such business.")
        return SpeechView(
            engines=tuple(_view(one) for one in engines.values()), inboxes=tuple(spoken(business, ways, engines))
        )  # fmt: skip


def spoken(business: Business, ways: list[Entrance], engines: Mapping[str, Known]) -> Iterator[InboxSpeech]:
    """What calls have, inbox by inbox and language by language."""
    for way in ways:
        if (calls := way.settings.calls) is not None:
            for locale in business.locales:
                yield _spoken(way, locale, calls, engines)


def _spoken(way: Entrance, locale: str, calls: CallSettings, engines: Mapping[str, Known]) -> InboxSpeech:
    hears = calls.recognizers.get(locale) or (START_HEARS,)
    speaks = tuple(one.name for one in calls.speakers.get(locale) or (Speaker(name=START_SPEAKS),))
    start: list[Literal["recognizers", "speakers"]] = []
    if all(_is_start(name, engines) for name in hears):
        start.append("recognizers")
    if all(_is_start(name, engines) for name in speaks):
        start.append("speakers")
    gone = tuple(dict.fromkeys(name for name in (*hears, *speaks) if name not in engines))
    return InboxSpeech(
        inbox=way.id, name=way.name, locale=locale, recognizers=hears, speakers=speaks, start=tuple(start), gone=gone
    )  # fmt: skip


def _is_start(name: str, engines: Mapping[str, Known]) -> bool:
    """What isn't there, or can't work, is as good as none."""
    return name not in engines or engines[name].start or bool(engines[name].lacks)


def _view(one: Known) -> EngineView:
    return EngineView(
        name=one.name, kind=one.kind, hears=one.hears, speaks=one.speaks, languages=one.languages, voices=one.voices,
        start=one.start, service=one.service, lacks=one.lacks,
    )  # fmt: skip
