"""What an operator could answer: two or three answers of the bot and of the articles, each with where it is from."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import structlog

from gateway.errors import NotFound
from gateway.http.routes import EVERYONE, Call, Route
from gateway.language import clean
from gateway.model.events import BotMessage, CustomerMessage, OperatorMessage
from gateway.model.texts import as_they_are
from gateway.ports import Suggester, Suggestion
from gateway.store import log
from gateway.store.sql import Tx
from gateway.store.store import Store

logger = structlog.get_logger(__name__)

PATH = "/api/v1/businesses/{business}/conversations/{conversation}/suggestions"
MOST = 3
INPUTS = 3
"""The customer's last inputs that are answered."""
LOOKED_AT = 40
"""Entries at the log's end among which they are looked for."""
WITHIN = 1.0
"""Seconds after which an answer that isn't there is none."""


class SuggestionList(msgspec.Struct, frozen=True, kw_only=True):
    """Best first. ``seq``: of the last input that they answer, 0 for none."""

    seq: int
    items: tuple[Suggestion, ...]


class Asked(NamedTuple):
    """What is to be answered: the customer's last inputs as one text, with the ``seq`` of the last (0 for none) and the
    conversation's language. ``said``: what they were answered before."""

    seq: int
    text: str
    locale: str
    said: tuple[str, ...] = ()


class Suggestions:
    """The route of suggestions."""

    def __init__(self, store: Store, suggesters: Sequence[Suggester], *, within: float = WITHIN) -> None:
        self._store = store
        self._suggesters = tuple(suggesters)
        self._within = within

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="What could be answered now", access=EVERYONE,
                  answer=SuggestionList, tags=("conversations",))
        ]  # fmt: skip

    async def read(self, call: Call) -> SuggestionList:
        asked = await self._store.read(call.business, lambda tx, now: asked_in(tx, call.param("conversation")))
        if asked is None:
            raise NotFound("There is no such conversation in this business.")
        return SuggestionList(seq=asked.seq, items=await self.of(call.business, asked) if asked.text else ())

    async def of(self, business: str, asked: Asked) -> tuple[Suggestion, ...]:
        """What all suggesters together have to say to it."""
        found = await asyncio.gather(*(self._ask(one, business, asked.text, asked.locale) for one in self._suggesters))
        return merged((one for some in found for one in some), said=asked.said)

    async def _ask(self, suggester: Suggester, business: str, text: str, locale: str) -> Sequence[Suggestion]:
        """What it suggests; one that fails or takes long suggests nothing."""
        try:
            async with asyncio.timeout(self._within):
                return await suggester.suggest(business, text, locale)
        except Exception as error:
            logger.warning("suggester_failed", suggester=type(suggester).__name__, error=type(error).__name__)
            return ()


def asked_in(tx: Tx, conversation: str) -> Asked | None:
    """Of the customer's last inputs at most three that a person hasn't answered, and none before what the bot said to them.
    ``None`` where there is no such conversation.

    What the bot said last doesn't count as an answer: with that it has called people."""
    state = log.peek(tx, conversation)
    if state is None:
        return None
    inputs: list[tuple[int, str]] = []
    said: list[str] = []
    answered = False
    for entry in as_they_are(log.entries(tx, conversation, after=max(0, state.seq - LOOKED_AT))):
        if isinstance(entry.event, OperatorMessage):
            inputs.clear()
            said.append(entry.event.text)
        elif isinstance(entry.event, BotMessage):
            answered = True
            said.append(entry.event.text)
        elif isinstance(entry.event, CustomerMessage) and _asks(entry.event):
            if answered:
                inputs.clear()
            answered = False
            inputs.append((entry.seq, entry.event.text))
    last = inputs[-INPUTS:]
    return Asked(last[-1][0] if last else 0, "\n".join(text for _, text in last), state.locale, tuple(said))


def _asks(event: CustomerMessage) -> bool:
    """Whether something was written in it: what a pressed button says is answered by its topic."""
    return bool(event.text) and not event.choice and not event.closing


def merged(found: Iterable[Suggestion], *, said: Sequence[str] = ()) -> tuple[Suggestion, ...]:
    """The best of all, none twice: neither the same words nor two of one title, and none that the customer was told already
    (``said``): it wasn't enough."""
    heard = [_plain(text) for text in said]
    kept: list[Suggestion] = []
    seen: set[str] = set()
    for one in sorted(found, key=lambda one: -one.confidence):
        words = _plain(one.text)
        marks = {f"text {words}", f"title {clean(one.source)}"}
        if words and not marks & seen and not any(words in text for text in heard):
            seen |= marks
            kept.append(one)
    return tuple(kept[:MOST])


def _plain(text: str) -> str:
    return " ".join(clean(text, 4000).split())
