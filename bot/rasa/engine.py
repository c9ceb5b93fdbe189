"""A ``gateway.ports.BotEngine`` whose dialogue is a real Rasa server's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

import aiohttp
import structlog

from bot import phrases
from bot.content.types import Settings
from bot.dialogue.offers import ASK_PERSON, MOST_BUTTONS, WORTH_TELLING, with_person
from bot.dialogue.payload import BOT, OPERATOR
from bot.dialogue.tracker import circumstances
from bot.dialogue.unsure import is_unsure, looked_up
from bot.nlu.text import language_of
from bot.rasa import inputs as given
from bot.rasa import tracking
from bot.rasa.errors import RasaAnswerUnfit, RasaError, RasaUnavailable
from bot.rasa.inputs import Batch
from bot.rasa.pool import Pool, Server, make_pool
from bot.rasa.reading import FALLBACK_INTENTS, Channel, Done, Wanted, read, titles, wording
from bot.rasa.wire import Domain, Tag, Tracker
from gateway.language import clean, words
from gateway.model.events import Button, Score
from gateway.ports import BotReply, Handoff, Knowledge, TurnRequest, TurnResult
from gateway.settings import RasaServers
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

WITHIN = 8.0
"""Seconds for a turn, over all servers that are tried: less than the dispatcher gives it."""
LOOK_EVERY = 15.0
MISSES_TO_HANDOFF = Settings().misses
"""As the embedded engine: it asks, it asks to rephrase, it calls a person."""
SURE = 0.4
"""From this confidence on two questions of one burst are answered apart."""
WORTH_ASKING = 0.05
"""An intent that is less likely by itself is no question."""


class RasaEngine:
    """Answers for the businesses that have servers in the settings; ``slug_of`` tells a business's short name by its id."""

    def __init__(
        self, servers: Mapping[str, RasaServers], *, slug_of: Callable[[str], Awaitable[str]],
        knowledge: Knowledge | None = None,
        clock: Callable[[], float] = time.monotonic, now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._servers = servers
        self._slug_of = slug_of
        self._knowledge = knowledge
        self._clock = clock
        self._now = now
        self._slugs: dict[str, str] = {}
        self._pools: dict[str, Pool] = {}
        self._session: aiohttp.ClientSession | None = None
        self._tasks = TaskSet("rasa")
        self.look_every = LOOK_EVERY
        """Seconds; set before ``start``."""

    async def pool(self, business: str) -> Pool | None:
        """The business's servers; none where the settings name none for it."""
        slug = self._slugs.get(business)
        if slug is None:
            slug = self._slugs[business] = await self._slug_of(business)
        found = self._servers.get(slug)
        if found is None:
            return None
        if slug not in self._pools:
            self._pools[slug] = self._make(slug, found)
        return self._pools[slug]

    def _make(self, slug: str, found: RasaServers) -> Pool:
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        return make_pool(slug, found.urls, token=found.token, session=self._session, clock=self._clock)

    def start(self) -> None:
        """Looks after all servers, from now on."""
        for slug, found in self._servers.items():
            self._pools[slug] = self._pools.get(slug) or self._make(slug, found)
        if self._pools:
            self._tasks.start(self._keep_looking(), name="look")

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self.look_every)

    async def look(self) -> None:
        """Asks every server how it is."""
        await asyncio.gather(*(server.look() for pool in self._pools.values() for server in pool.servers))

    def degraded(self) -> list[str]:
        """What is wrong now, a line for each server that is down."""
        return [f"rasa {pool.business}: {problem}" for pool in self._pools.values() for problem in pool.problems()]

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answers on the server that answered last, else on the other one.

        Raises ``RasaError`` where none does, so that the dispatcher tries again; once that has happened often enough for
        the breakers to be open, people are called at once.
        """
        pool = await self.pool(request.business)
        if pool is None or pool.is_down:
            return _failed(request)
        last: RasaError = RasaUnavailable("No server was tried.")
        for server in pool.in_turn():
            try:
                async with asyncio.timeout(WITHIN / len(pool.servers)):
                    result = await _Turn(server, request, self._now).make()
            except (RasaError, TimeoutError) as error:
                last = error if isinstance(error, RasaError) else RasaUnavailable(f"{server.client.shown} is too slow.")
                server.failed(last)
                continue
            server.problem = ""
            pool.prefer(server)
            if self._knowledge is None or not is_unsure(request, result):
                return result
            return await looked_up(self._knowledge, request, result)
        raise last

    async def aclose(self) -> None:
        """Lets go of every connection."""
        await self._tasks.finish(within=0)
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._pools.clear()


class _Turn:
    """One turn on one server."""

    def __init__(self, server: Server, request: TurnRequest, now: Callable[[], float]) -> None:
        self._server = server
        self._client = server.client
        self._request = request
        self._now = now
        self._language = request.locale.replace("_", "-").split("-")[0].lower()

    async def make(self) -> TurnResult:
        domain = await self._server.known()
        if any(one.choice == OPERATOR for one in self._request.inputs):
            return self._to_person(domain)
        tracker = await self._client.tracker(self._request.conversation)
        messages = await self._messages(tracker, domain)
        if not messages:
            return self._unsaid()
        known = tracking.Known(
            turn=self._request.id, texts=tuple(one.message for one in messages), first=self._request.inputs[0].seq, last=messages[-1].seq,
            mark=tracking.mark_of(self._request.memory), memory=self._request.memory, facts=self._request.facts,
        )  # fmt: skip
        prepared = tracking.prepare(tracker, known, domain, now=self._now())
        if not prepared.done:
            events = prepared.events
            if prepared.anew:
                entries = await self._request.recall(0) if self._request.recall else ()
                events = tracking.anew(tracker, known, entries, domain)
            await self._say(messages, events, tracker, domain)
            tracker = await self._client.tracker(self._request.conversation)
        return self._result(tracker, messages, domain)

    async def _messages(self, tracker: Tracker, domain: Domain) -> tuple[Batch, ...]:
        """What is said to Rasa. Texts that came in a row are one, unless each is a question of its own."""
        found: list[Batch] = []
        for run in given.runs(given.batches(self._request.inputs, tracker.events, domain)):
            if len(run) == 1 or (not tracker.loop and await self._are_apart(run)):
                found.extend(run)
            else:
                found.append(given.joined(run))
        for one in found:
            self._language = _language(one.words) or self._language
        return tuple(found)

    async def _are_apart(self, run: Sequence[Batch]) -> bool:
        if len(run) > given.MOST_APART:
            return False
        intents = [(await self._client.parse(one.message)).intent for one in run]
        sure = all(one.name not in (None, *FALLBACK_INTENTS) and (one.confidence or 0.0) >= SURE for one in intents)
        return sure and len({one.name for one in intents}) == len(intents)

    async def _say(
        self, messages: Sequence[Batch], events: Sequence[tracking.Told], tracker: Tracker, domain: Domain
    ) -> None:
        slots = tracking.synced(self._slots(), domain)
        told = bool(events) or not tracking.holds(tracker, slots)
        for one in messages:
            if told:
                await self._client.append(self._request.conversation, (*events, *slots))
            # Rasa takes slots back together with an input that it didn't understand.
            events, told = (), bool(slots)
            tag = Tag(seq=one.seq, turn=self._request.id)
            await self._client.say(self._request.conversation, one.message, tag=tag, channel=self._request.channel)

    def _slots(self) -> dict[str, Any]:
        # Rasa's own slot is a boolean.
        return {**circumstances(self._request, self._language), "open": self._request.open}

    def _result(self, tracker: Tracker, messages: Sequence[Batch], domain: Domain) -> TurnResult:
        tags = tracking.tags_of(tracker.events)
        ours = [at for at, tag in tags.items() if tag.turn == self._request.id and not tag.told]
        if not ours or tags[ours[-1]].seq != messages[-1].seq:
            raise RasaAnswerUnfit(f"{self._client.shown} took the words and did nothing with them.")
        channel = Channel(self._request.channel, self._language, domain, tracker.slots)
        done = read(tracker.events[ours[0] :], channel=channel)
        self._server.saw(done.model)
        if done.odd:
            log.warning("rasa_part_left_out", server=self._client.shown, parts=sorted(set(done.odd)))
        misses = self._request.misses + 1 if done.missed and done.handoff is None else 0
        outcome, replies, handoff = self._decided(done, misses, domain)
        names = titles(domain, (intent for intent, _ in done.intents), self._language)
        asks = tracker.slots.get("requested_slot")
        return TurnResult(
            outcome=outcome, version=done.model, replies=replies, facts=done.facts, language=self._language,
            misses=misses, handoff=handoff,
            intents=tuple(
                Score(intent=intent, confidence=round(confidence, 4), title=names.get(intent, ""))
                for place, (intent, confidence) in enumerate(done.intents)
                if not place or confidence >= WORTH_TELLING
            ),
            memory=tracking.memory_of(
                tracker, mark=messages[-1].seq, asks=asks if isinstance(asks, str) and tracker.loop else "",
                version=done.model, at=self._request.now, steps=done.steps,
            ),
        )  # fmt: skip

    def _decided(
        self, done: Done, misses: int, domain: Domain
    ) -> tuple[Literal["answered", "clarify", "rephrase", "handoff", "silent"], tuple[BotReply, ...], Handoff | None]:
        if done.handoff is not None:
            return "handoff", done.replies or (self._reply(domain, "utter_handoff"),), _handoff(done.handoff)
        if misses >= MISSES_TO_HANDOFF:
            return "handoff", (self._reply(domain, "utter_handoff"),), Handoff(reason="not_understood")
        if not done.missed:
            return ("answered" if done.replies else "silent"), done.replies, None
        if done.replies:  # the project has its own words for what it doesn't understand
            return "rephrase", (*done.replies[:-1], with_person(done.replies[-1], self._language)), None
        meant = self._meant(done, domain)
        if misses == 1 and meant:
            asked = BotReply(text=self._reply(domain, "utter_ask_clarify").text, buttons=meant)
            return "clarify", (with_person(asked, self._language),), None
        return "rephrase", (with_person(self._reply(domain, "utter_ask_rephrase"), self._language),), None

    def _meant(self, done: Done, domain: Domain) -> tuple[Button, ...]:
        likely = [intent for intent, confidence in done.intents if confidence >= WORTH_ASKING and intent != ASK_PERSON]
        names = titles(domain, likely, self._language)
        found = [Button(title=names[intent], payload=f"/{intent}") for intent in likely if intent in names]
        return tuple(found[:MOST_BUTTONS])

    def _reply(self, domain: Domain, name: str) -> BotReply:
        found = wording(domain, name, self._language)
        if found is None:
            return BotReply(text=phrases.say(name, self._language))
        return BotReply(text=found.text, buttons=found.buttons)

    def _to_person(self, domain: Domain) -> TurnResult:
        return TurnResult(
            outcome="handoff", version=self._server.model, replies=(self._reply(domain, "utter_handoff"),),
            language=self._language, handoff=Handoff(reason="customer_asked"), memory=self._request.memory,
        )  # fmt: skip

    def _unsaid(self) -> TurnResult:
        """Nothing was said that Rasa could answer: a nod, or "back to the bot"."""
        back = any(one.choice == BOT for one in self._request.inputs)
        replies = (BotReply(text=phrases.say("back", self._language)),) if back else ()
        return TurnResult(
            outcome="answered" if back else "silent", version=self._server.model, replies=replies,
            language=self._language, misses=0 if back else self._request.misses, memory=self._request.memory,
        )  # fmt: skip


def _language(text: str) -> str:
    return language_of(words(clean(text)), lambda word: False) if text else ""


def _handoff(wanted: Wanted) -> Handoff:
    if wanted.by_customer:
        return Handoff(reason="customer_asked", team=wanted.team, priority=wanted.priority, why=wanted.reason)
    return Handoff(
        reason="bot_decided", team=wanted.team, priority=wanted.priority, cause="rule", why=wanted.reason
    )  # fmt: skip


def _failed(request: TurnRequest) -> TurnResult:
    """People take over: the business's Rasa has failed too often, or there is none."""
    language = request.locale.replace("_", "-").split("-")[0].lower()
    return TurnResult(
        outcome="handoff", version="", replies=(BotReply(text=phrases.say("utter_handoff", language)),),
        misses=request.misses, handoff=Handoff(reason="bot_failed", cause="engine_failed"),
    )  # fmt: skip
