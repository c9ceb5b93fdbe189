"""Each business's published articles, indexed in memory: read when first asked for, and again after a change."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gateway.store import articles, configuration, directory
from gateway.store.articles import ARTICLE, Version
from gateway.store.directory import Business
from gateway.store.sql import Tx
from gateway.store.store import Store
from knowledge.articles import Draft, Places, read_places
from knowledge.markup import to_plain
from knowledge.search import Hit, Index, Text

KNOWN_FOR = 5.0
"""Seconds after which another node's change is seen."""
MOST = 200
"""Businesses whose articles are kept in memory, those asked for last."""


class Catalogue:
    """What customers of a business may read. ``business``: as its page calls it."""

    def __init__(self, business: Business, places: Places, texts: Iterable[Text]) -> None:
        self.business = business
        self.places = places
        self.texts: Mapping[str, Mapping[str, Text]] = _by_address(texts)
        by_locale: dict[str, list[Text]] = {}
        for languages in self.texts.values():
            for text in languages.values():
                by_locale.setdefault(text.locale, []).append(text)
        self._indexes = {locale: Index(found) for locale, found in by_locale.items()}

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages that have articles, the business's own first."""
        own = [locale for locale in self.business.locales if locale in self._indexes]
        return (*own, *sorted(set(self._indexes) - set(own)))

    def of(self, locale: str) -> Sequence[Text]:
        """The articles of a language, as they are ordered."""
        index = self._indexes.get(locale)
        return index.texts if index is not None else ()

    def find(self, question: str, locale: str, *, typing: bool = False, limit: int = 10) -> list[Hit]:
        """The best first, in ``locale``; only where it has nothing, in the other languages."""
        for asked in (locale, *(one for one in self.locales if one != locale)):
            index = self._indexes.get(asked)
            hits = index.find(question, typing=typing, limit=limit) if index is not None else []
            if hits:
                return hits
        return []

    def path(self, text: Text) -> str:
        """Where customers read it; "" where there is no page for them."""
        return f"/help/{self.business.slug}/{text.address}?lang={text.locale}" if self.places.public else ""


def _by_address(texts: Iterable[Text]) -> dict[str, dict[str, Text]]:
    found: dict[str, dict[str, Text]] = {}
    for text in sorted(texts, key=lambda one: (one.position, one.title)):
        found.setdefault(text.address, {})[text.locale] = text
    return found


class _Kept(NamedTuple):
    """``at``: when it was last seen to be so, in seconds; ``mark``: another one after each change."""

    at: float
    mark: tuple[object, ...]
    catalogue: Catalogue | None


class Shelf:
    """The catalogues of this node."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    def forget(self, business: str) -> None:
        """Something of it has changed here: look at once."""
        kept = self._kept.get(business)
        if kept is not None:
            self._kept[business] = kept._replace(at=float("-inf"))

    async def of(self, business: str) -> Catalogue | None:
        """What the business has published; ``None`` for a business that there isn't."""
        kept = self._kept.get(business)
        if kept is None or self._clock() - kept.at >= KNOWN_FOR:
            async with self._locks.setdefault(business, asyncio.Lock()):
                kept = await self._look(business)
        return kept.catalogue

    async def _look(self, business: str) -> _Kept:
        kept, now = self._kept.get(business), self._clock()
        if kept is not None and now - kept.at < KNOWN_FOR:
            return kept
        mark = await self._store.read(business, lambda tx, _: _mark(tx))
        if kept is None or kept.mark != mark:
            parts = await self._store.read(business, lambda tx, _: _read(tx))
            # Stemming a thousand articles takes a second: not where sockets are served.
            catalogue = await asyncio.to_thread(_build, *parts)
            kept = _Kept(now, mark, catalogue)
        self._kept[business] = kept = kept._replace(at=now)
        self._kept.move_to_end(business)
        while len(self._kept) > MOST:
            self._locks.pop(self._kept.popitem(last=False)[0], None)
        return kept


def _mark(tx: Tx) -> tuple[object, ...]:
    business = directory.read_business(tx, tx.business)
    return (*articles.mark(tx), business.version if business is not None else 0)


def _read(tx: Tx) -> tuple[Business | None, Places, list[Draft], list[str], list[Version]]:
    items = configuration.read(tx, ARTICLE)
    drafts = [msgspec.json.decode(item.body, type=Draft) for item in items]
    business = directory.read_business(tx, tx.business)
    return business, read_places(tx), drafts, [item.id for item in items], articles.published(tx)


def _build(
    business: Business | None, places: Places, drafts: list[Draft], ids: list[str], shown: list[Version]
) -> Catalogue | None:  # fmt: skip
    if business is None:
        return None
    known = dict(zip(ids, drafts, strict=True))
    texts = [
        Text(
            one.article, known[one.article].name, one.locale, one.title, one.category, one.text, to_plain(one.text),
            known[one.article].position,
        )
        for one in shown
        if one.article in known
    ]  # fmt: skip
    return Catalogue(business, places, texts)
