"""A business's sounds: brought or recorded, made ready to be played, heard, renamed and removed.

A sound is decoded once, here, by a process of its own; what is stored is played as it is. First the object, then the row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import msgspec
from aiohttp import ClientError, web

from gateway.errors import InUse, Invalid, Malformed, NameTaken, NotFound, Overloaded, SpeechUnavailable, TooLarge
from gateway.faults import sounds as faults
from gateway.files import PIECE, Files
from gateway.http.changing import actor, write
from gateway.http.files import send_object
from gateway.http.reading import BASE
from gateway.http.routes import ADMINISTRATORS, SUPERVISORS, Call, Route
from gateway.http.texts import name_of
from gateway.model.ids import new_id
from gateway.model.prompts import MUSIC, PHRASES
from gateway.ports import Phrases
from gateway.store import audit, directory, inboxes, sounds
from gateway.store.directory import Business
from gateway.store.inboxes import Entrance
from gateway.store.sounds import LONGEST_NAME, MOST, Sound
from gateway.store.sql import Tx
from gateway.store.store import Store
from speech.decoding import decode
from speech.frames import RATE
from speech.mastering import mastered
from speech.wav import wav

PATH = BASE + "/sounds"
ONE = PATH + "/{sound}"
LARGEST = 20_000_000
"""Bytes of a file that comes in: five minutes in any form that people send, but for the longest WAVs."""
LONGEST, LONGEST_MUSIC = 120, 300
"""Seconds of what is spoken, and of music."""
AT_ONCE = 2
"""Files that are decoded at the same time on a node; others wait for their turn …"""
MOST_WAITING = 8
"""… and so many may be in memory."""
TYPE = "audio/wav"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]


class NewSound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``locale``: whose language is spoken in it; "": none, it is music."""

    name: Name
    locale: Annotated[str, msgspec.Meta(pattern="^([a-z]{2})?$")] = ""


class SoundChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name


class SoundView(msgspec.Struct, frozen=True, kw_only=True):
    """``inboxes``: the names of those whose calls play it."""

    id: str
    name: str
    former: tuple[str, ...]
    locale: str
    seconds: float
    size: int
    created_at: int
    created_by: str
    inboxes: tuple[str, ...]


class PromptView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that calls say or play; ``texts``: what our own voice says, by language; none where there is nothing of ours."""

    key: str
    music: bool
    texts: dict[str, str]


class SoundLimits(msgspec.Struct, frozen=True, kw_only=True):
    bytes: int = LARGEST
    seconds: int = LONGEST
    music_seconds: int = LONGEST_MUSIC


class SoundViews(msgspec.Struct, frozen=True, kw_only=True):
    sounds: tuple[SoundView, ...]
    prompts: tuple[PromptView, ...]
    limits: SoundLimits = SoundLimits()


class Sounds:
    """The routes of sounds."""

    def __init__(self, store: Store, files: Files, phrases: Phrases) -> None:
        self._store = store
        self._files = Files(store, files.objects, limit=2 * RATE * (LONGEST_MUSIC + 1))
        self._phrases = phrases
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._coming_in = 0

    def routes(self) -> list[Route]:
        admin, tags = ADMINISTRATORS, ("business",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="The sounds of calls", access=SUPERVISORS,
                  answer=SoundViews, tags=tags),
            Route(method="POST", path=PATH, handler=self.add, summary="Bring a sound for calls", status=201, access=admin,
                  query=NewSound, answer=SoundView, raw=True, tags=tags),
            Route(method="PUT", path=ONE, handler=self.rename, summary="Call a sound otherwise", access=admin,
                  body=SoundChange, answer=SoundView, tags=tags),
            Route(method="DELETE", path=ONE, handler=self.remove, summary="Take a sound away", status=204, access=admin,
                  tags=tags),
            Route(method="GET", path=ONE + "/audio", handler=self.serve, summary="Listen to a sound (WAV)",
                  access=SUPERVISORS, tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> SoundViews:
        def unit(tx: Tx, now: int) -> tuple[Business, list[Sound], list[Entrance]]:
            business = directory.read_business(tx, call.business)
            if business is None:
                raise NotFound("There is no such business.")
            return business, sounds.read(tx), inboxes.read(tx)

        business, found, ways = await self._store.read(call.business, unit)
        used = _used(found, ways)
        prompts = tuple(self._prompts(business))
        return SoundViews(sounds=tuple(_view(one, used.get(one.id, ())) for one in found), prompts=prompts)

    def _prompts(self, business: Business) -> Iterator[PromptView]:
        for key, phrase in PHRASES.items():
            texts = {
                locale: self._phrases.say(phrase, locale, business=business.named(locale), key=number)
                for number, locale in enumerate(business.locales, 1)
                if phrase
            }
            yield PromptView(key=key, music=False, texts=texts)
        yield from (PromptView(key=key, music=True, texts={}) for key in MUSIC)

    async def add(self, call: Call) -> SoundView:
        query: NewSound = call.query
        name, by = name_of(query.name), actor(call.who)
        await self._store.read(call.business, lambda tx, now: _check(tx, name))  # before any work is done for it
        sound = await self._ready(call.request, spoken=bool(query.locale))
        put = await self._files.put(call.business, _pieces(wav(sound)), name=f"{name}.wav")

        def unit(tx: Tx, now: int) -> Sound:
            directory.lock_business(tx)
            _check(tx, name)
            made = Sound(
                id=new_id(now), name=name, former=(), locale=query.locale, object=put.object, size=put.size,
                milliseconds=len(sound) * 1000 // (2 * RATE), created_at=now, created_by=by.name,
            )  # fmt: skip
            sounds.add(tx, made)
            audit.note(tx, by, "added", kind="sound", subject=made.id, name=name, now=now)
            return made

        try:
            return _view(await write(self._store, call, unit))
        except (InUse, NameTaken):
            await self._files.delete(put.object)
            raise

    async def _ready(self, request: web.Request, *, spoken: bool) -> bytes:
        """Raises ``TooLarge``, ``Invalid``, ``Malformed``, ``Overloaded``."""
        if self._coming_in >= MOST_WAITING:
            raise Overloaded("Many sounds are coming in right now. Send it again in a moment.")
        self._coming_in += 1
        try:
            return await self._made(await _body(request), spoken=spoken)
        except SpeechUnavailable as error:
            raise Overloaded("No sound can be read just now. Send it again in a moment.") from error
        finally:
            self._coming_in -= 1

    async def _made(self, body: bytes, *, spoken: bool) -> bytes:
        longest = LONGEST if spoken else LONGEST_MUSIC
        async with self._turns:
            try:
                decoded = await decode(body, longest=longest)
            except TooLarge as error:
                raise TooLarge(faults.TOO_LONG(limit=longest), field="file", limit=longest) from error
            except Invalid as error:
                raise Invalid(faults.UNREADABLE(), field="file") from error
            sound = await asyncio.to_thread(mastered, decoded, spoken=spoken)
        if not sound:
            raise Invalid(faults.SILENT(), field="file")
        return sound

    async def rename(self, call: Call) -> SoundView:
        name, by, id = name_of(call.body.name), actor(call.who), call.param("sound")

        def unit(tx: Tx, now: int) -> SoundView:
            directory.lock_business(tx)
            found = _known(tx, id)
            if name != found.name:
                _check(tx, name, but=id)
                sounds.rename(tx, found, name)
                audit.note(
                    tx, by, "changed", kind="sound", subject=id, name=name, now=now,
                    changes={"name": (found.name, name)},
                )  # fmt: skip
            everything = sounds.read(tx)
            return _view(_known(tx, id), _used(everything, inboxes.read(tx)).get(id, ()))

        return await write(self._store, call, unit)

    async def remove(self, call: Call) -> web.Response:
        """Refused while an inbox's calls play it; an answer of the bot that names it is spoken again. First the row, then its object."""
        by, id = actor(call.who), call.param("sound")

        def unit(tx: Tx, now: int) -> str:
            directory.lock_business(tx)
            found = _known(tx, id)
            where = _used(sounds.read(tx), inboxes.read(tx)).get(id, ())
            if where:
                raise InUse(faults.IN_USE(name=found.name, where=", ".join(where)))
            sounds.drop(tx, id)
            audit.note(tx, by, "removed", kind="sound", subject=id, name=found.name, now=now)
            return found.object

        await self._files.delete(await write(self._store, call, unit))
        return web.Response(status=204)

    async def serve(self, call: Call) -> web.StreamResponse:
        sound = await self._store.read(call.business, lambda tx, now: _known(tx, call.param("sound")))
        return await send_object(call.request, self._files, sound.object, size=sound.size, type=TYPE)


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST:
        raise _too_large()
    body = bytearray()
    try:
        async for chunk in request.content.iter_chunked(PIECE):
            body += chunk
            if len(body) > LARGEST:
                raise _too_large()
    except (ClientError, web.RequestPayloadError, ConnectionError) as error:
        raise Malformed("The file broke off on its way. Send it again.") from error
    return bytes(body)


def _too_large() -> TooLarge:
    megabytes = LARGEST // 1_000_000
    return TooLarge(faults.TOO_LARGE(limit=megabytes), field="file", limit=LARGEST)


async def _pieces(file: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(file), PIECE):
        yield file[at : at + PIECE]


def _check(tx: Tx, name: str, *, but: str = "") -> None:
    """Whether another sound of that name may be. Raises ``NameTaken``, ``InUse``."""
    found = sounds.read(tx)
    if any(sounds.key_of(one.name) == sounds.key_of(name) and one.id != but for one in found):
        raise NameTaken(faults.NAME(name=name), field="name")
    if len(found) >= MOST and not but:
        raise InUse(faults.MANY(limit=MOST))


def _known(tx: Tx, sound: str) -> Sound:
    found = sounds.find(tx, sound)
    if found is None:
        raise NotFound("There is no such sound in this business.")
    return found


def _used(found: list[Sound], ways: list[Entrance]) -> dict[str, tuple[str, ...]]:
    """By sound, the names of the inboxes whose calls play it."""
    named = sounds.by_name(found)
    used: dict[str, tuple[str, ...]] = {}
    for way in ways:
        calls = way.settings.calls
        names = {name for chosen in calls.sounds.values() for name in chosen.values()} if calls is not None else set()
        for id in {named[key].id for name in names if (key := sounds.key_of(name)) in named}:
            used[id] = (*used.get(id, ()), way.name)
    return used


def _view(one: Sound, where: tuple[str, ...] = ()) -> SoundView:
    return SoundView(
        id=one.id, name=one.name, former=one.former, locale=one.locale, seconds=one.milliseconds / 1000, size=one.size,
        created_at=one.created_at, created_by=one.created_by, inboxes=where,
    )  # fmt: skip
