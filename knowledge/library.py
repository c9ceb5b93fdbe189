"""What the bot and operators get of the articles: one that answers beyond doubt, or a few that may."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gateway.model.events import Quotation
from gateway.ports import KnownAnswer, Suggestion
from gateway.store.store import Store
from gateway.store.unanswered import Origin
from gateway.tasks import TaskSet
from knowledge import asking
from knowledge.markup import excerpt
from knowledge.search import Hit
from knowledge.shelf import Catalogue, Shelf

SUGGESTED = 3
LIKELY = 0.45
"""The confidence from which an article is suggested."""
LONGEST = 1_500
"""Characters of a suggestion."""
SENTENCES = 6
"""Sentences of a text that are looked for singly, the last ones."""
DRAIN = 2.0
_ENDS = re.compile(r"[.?!\n]+(?:\s|$)")


class Library:
    """A ``gateway.ports.Knowledge`` and ``Suggester``. ``url``: where this installation is reached."""

    def __init__(self, store: Store, shelf: Shelf, *, url: Callable[[], str]) -> None:
        self._store = store
        self._shelf = shelf
        self._url = url
        self._tasks = TaskSet("knowledge")

    async def aclose(self) -> None:
        await self._tasks.finish(within=DRAIN)

    async def answer(self, business: str, question: str, locale: str) -> KnownAnswer | None:
        catalogue = await self._shelf.of(business)
        if catalogue is None or not catalogue.places.bot:
            return None
        hits = catalogue.find(question, locale, limit=2)
        if not hits or not _is_the_one(hits):
            return None
        text = hits[0].text
        return KnownAnswer(
            title=text.title, text=excerpt(text.said), url=self._address(catalogue, hits[0]), locale=text.locale,
            quotes=Quotation(article=text.article, locale=text.locale),
        )  # fmt: skip

    def missed(self, business: str, question: str, locale: str) -> None:
        self.note(business, question, locale, origin="bot")

    def note(self, business: str, question: str, locale: str, *, origin: Origin) -> None:
        """Counts a question that found nothing, where the business has articles at all."""
        self._tasks.start(self._note(business, question, locale, origin), name="unanswered")

    async def _note(self, business: str, question: str, locale: str, origin: Origin) -> None:
        catalogue = await self._shelf.of(business)
        if catalogue is not None and catalogue.texts and asking.question_of(question):
            await self._store.write(
                business, lambda tx, now: asking.note(tx, question, locale=locale, origin=origin, now=now)
            )

    async def suggest(self, business: str, text: str, locale: str) -> Sequence[Suggestion]:
        catalogue = await self._shelf.of(business)
        if catalogue is None:
            return ()
        best: dict[str, Hit] = {}
        for asked in _questions(text):
            for hit in catalogue.find(asked, locale, limit=SUGGESTED):
                known = best.get(hit.text.article)
                if known is None or hit.coverage > known.coverage:
                    best[hit.text.article] = hit
        found = sorted((hit for hit in best.values() if _confidence(hit) >= LIKELY), key=lambda hit: -_confidence(hit))
        return tuple(
            Suggestion(
                text=excerpt(hit.text.said, LONGEST), origin="knowledge", source=hit.text.title,
                url=self._address(catalogue, hit), confidence=_confidence(hit),
            )
            for hit in found[:SUGGESTED]
        )  # fmt: skip

    def _address(self, catalogue: Catalogue, hit: Hit) -> str:
        path = catalogue.path(hit.text)
        return self._url() + path if path else ""


def _questions(text: str) -> list[str]:
    """A text whole, and each of its sentences: people ask for several things at once."""
    sentences = [one.strip() for one in _ENDS.split(text) if one.strip()]
    return list(dict.fromkeys([text, *sentences[-SENTENCES:]]))


def _confidence(hit: Hit) -> float:
    return round(hit.coverage * (0.7 + 0.3 * hit.in_title), 4)


def _is_the_one(hits: Sequence[Hit]) -> bool:
    """Of two that answer equally well neither is told: which of them was meant is a guess."""
    best = hits[0]
    return best.sure and (len(hits) < 2 or hits[1].score < 0.9 * best.score)
