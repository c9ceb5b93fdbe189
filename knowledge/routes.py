"""The API of articles beside that of their set-up: publishing, versions, search, a preview, what found nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.errors import Invalid, NotFound
from gateway.http.changing import actor, write
from gateway.http.routes import EVERYONE, SUPERVISORS, Call, Route
from gateway.http.texts import Locale, one_line
from gateway.language import Piece, snippet
from gateway.store import articles, configuration, unanswered
from gateway.store.articles import ARTICLE, KNOWLEDGE
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.unanswered import Origin
from knowledge.articles import Listed, publish, read_listed, withdraw
from knowledge.library import Library
from knowledge.markup import to_html
from knowledge.search import Hit
from knowledge.shelf import Catalogue, Shelf

BASE = "/api/v1/businesses/{business}"
ITEM = BASE + "/articles/{item}"
QUESTION = 200
"""Characters of a question."""

Locales = Annotated[tuple[Locale, ...], msgspec.Meta(min_length=1, max_length=10)]


class ArticlePublishBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version``: of the article, as it was seen."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    locales: Locales


class ArticleWithdrawBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    locales: Locales


class ArticlePublished(msgspec.Struct, frozen=True, kw_only=True):
    """``fresh``: the languages in which customers read something else now."""

    fresh: tuple[str, ...]


class ArticleList(msgspec.Struct, frozen=True, kw_only=True):
    """``page``: where customers read articles, "" where they can't."""

    items: tuple[Listed, ...]
    page: str


class ArticleVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it was published once. ``published``: customers read it."""

    locale: str
    number: int
    title: str
    category: str
    text: str
    made_at: int
    made_by: str
    published: bool


class ArticleVersions(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[ArticleVersion, ...]


class KnowledgeQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``settled``: it is asked like this, not just typed on; only then is it noted where it finds nothing."""

    q: Annotated[str, msgspec.Meta(max_length=QUESTION)]
    locale: Locale = "en"
    limit: Annotated[int, msgspec.Meta(ge=1, le=20)] = 8
    settled: bool = False


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True):
    """``said``: the article in plain words; ``url``: where customers read it, "" where they can't."""

    article: str
    name: str
    locale: str
    title: str
    category: str
    snippet: tuple[Piece, ...]
    said: str
    url: str


class FoundArticles(msgspec.Struct, frozen=True, kw_only=True):
    """The best first; in another language than asked for only where that has none."""

    hits: tuple[FoundArticle, ...]


class ArticlePreviewBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=10_000)]


class ArticlePreview(msgspec.Struct, frozen=True, kw_only=True):
    html: str


class UnansweredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Something that found nothing. ``origin``: where it was asked last."""

    locale: str
    question: str
    times: int
    asked_at: int
    origin: Origin


class UnansweredList(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[UnansweredQuestion, ...]


class QuestionQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The question that is over; or ``all`` of them."""

    locale: Annotated[str, msgspec.Meta(pattern="^([a-z]{2})?$")] = ""
    question: Annotated[str, msgspec.Meta(max_length=QUESTION)] = ""
    all: bool = False


class KnowledgeRoutes:
    """``url``: where this installation is reached."""

    def __init__(self, store: Store, shelf: Shelf, library: Library, *, url: Callable[[], str]) -> None:
        self._store = store
        self._shelf = shelf
        self._library = library
        self._url = url

    def routes(self) -> list[Route]:
        tags = ("knowledge",)
        return [
            Route(method="GET", path=BASE + "/knowledge/articles", handler=self.listed, access=EVERYONE, tags=tags,
                  summary="Articles, and how they stand in each language", answer=ArticleList),
            Route(method="GET", path=BASE + "/knowledge/search", handler=self.search, access=EVERYONE, tags=tags,
                  summary="Find what customers may read", query=KnowledgeQuery, answer=FoundArticles),
            Route(method="POST", path=BASE + "/knowledge/preview", handler=self.preview, access=EVERYONE, tags=tags,
                  summary="How a text will look", body=ArticlePreviewBody, answer=ArticlePreview),
            Route(method="GET", path=BASE + "/knowledge/questions", handler=self.questions, access=SUPERVISORS,
                  summary="What was asked and found nothing", answer=UnansweredList, tags=tags),
            Route(method="DELETE", path=BASE + "/knowledge/questions", handler=self.forget, access=SUPERVISORS,
                  summary="Forget a question, or all", query=QuestionQuery, status=204, tags=tags),
            Route(method="POST", path=ITEM + "/publish", handler=self.publish, access=SUPERVISORS, body=ArticlePublishBody,
                  summary="Have customers read what is written", answer=ArticlePublished, tags=tags),
            Route(method="POST", path=ITEM + "/withdraw", handler=self.withdraw, access=SUPERVISORS, body=ArticleWithdrawBody,
                  summary="Customers don't read it any more", status=204, tags=tags),
            Route(method="GET", path=ITEM + "/versions", handler=self.versions, access=EVERYONE, answer=ArticleVersions,
                  summary="Texts as they were published, latest first", tags=tags),
        ]  # fmt: skip

    def changed(self, business: str, kind: str) -> None:
        """A kind of the business's set-up has changed."""
        if kind in (ARTICLE, KNOWLEDGE):
            self._shelf.forget(business)

    async def listed(self, call: Call) -> ArticleList:
        items = await self._store.read(call.business, lambda tx, now: read_listed(tx))
        catalogue = await self._shelf.of(call.business)
        page = catalogue is not None and catalogue.places.public
        return ArticleList(
            items=tuple(items), page=f"{self._url()}/help/{catalogue.business.slug}" if catalogue and page else ""
        )

    async def search(self, call: Call) -> FoundArticles:
        query: KnowledgeQuery = call.query
        catalogue = await self._shelf.of(call.business)
        if catalogue is None:
            return FoundArticles(hits=())
        hits = catalogue.find(query.q, query.locale, typing=not query.settled, limit=query.limit)
        if query.settled and not hits:
            self._library.note(call.business, query.q, query.locale, origin="console")
        return FoundArticles(hits=tuple(self._found(catalogue, hit) for hit in hits))

    def _found(self, catalogue: Catalogue, hit: Hit) -> FoundArticle:
        text, path = hit.text, catalogue.path(hit.text)
        return FoundArticle(
            article=text.article, name=text.address, locale=text.locale, title=text.title, category=text.category,
            snippet=snippet(text.said, hit.matches), said=text.said,
            url=self._url() + path if path else "",
        )  # fmt: skip

    async def preview(self, call: Call) -> ArticlePreview:
        return ArticlePreview(html=to_html(call.body.text))

    async def questions(self, call: Call) -> UnansweredList:
        found = await self._store.read(call.business, lambda tx, now: unanswered.read(tx))
        return UnansweredList(items=tuple(UnansweredQuestion(**one._asdict()) for one in found))

    async def forget(self, call: Call) -> web.Response:
        query: QuestionQuery = call.query
        question = one_line(query.question)
        if not (query.all or question):
            raise Invalid("Say which question, or all=true.", field="question")

        def unit(tx: Tx, now: int) -> None:
            if query.all:
                unanswered.empty(tx)
            elif not unanswered.remove(tx, query.locale, question):
                raise NotFound("That question is gone already.")

        await self._store.write(call.business, unit)
        return web.Response(status=204)

    async def publish(self, call: Call) -> ArticlePublished:
        item, body, by = call.param("item"), call.body, actor(call.who)
        fresh = await write(
            self._store, call, lambda tx, now: publish(tx, item, body.locales, seen=body.version, by=by, now=now)
        )
        self._shelf.forget(call.business)
        return ArticlePublished(fresh=fresh)

    async def withdraw(self, call: Call) -> web.Response:
        item, body, by = call.param("item"), call.body, actor(call.who)
        await write(self._store, call, lambda tx, now: withdraw(tx, item, body.locales, by=by, now=now))
        self._shelf.forget(call.business)
        return web.Response(status=204)

    async def versions(self, call: Call) -> ArticleVersions:
        item = call.param("item")

        def unit(tx: Tx, now: int) -> list[articles.Version]:
            if configuration.find(tx, ARTICLE, item) is None:
                raise NotFound("There is no such article in this business.")
            return articles.versions(tx, item)

        found = await self._store.read(call.business, unit)
        return ArticleVersions(
            items=tuple(
                ArticleVersion(
                    locale=one.locale, number=one.number, title=one.title, category=one.category, text=one.text,
                    made_at=one.made_at, made_by=one.made_by, published=bool(one.published),
                )
                for one in found
            )
        )  # fmt: skip
