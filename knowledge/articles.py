"""Articles: what is being written, what customers read, and how the one becomes the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from gateway.errors import Invalid, NotFound
from gateway.http.changing import conflict
from gateway.http.texts import Locale, one_line, visible_text
from gateway.store import articles, audit, configuration, directory
from gateway.store.articles import ARTICLE, KNOWLEDGE, Version, Votes
from gateway.store.audit import Actor
from gateway.store.sql import Tx

State = Literal["draft", "published", "changed"]


class ArticleText(msgspec.Struct, frozen=True, kw_only=True):
    """An article in one language. ``text``: in markdown; ``category``: under which heading it stands, "" for none."""

    title: Annotated[str, msgspec.Meta(max_length=120)] = ""
    category: Annotated[str, msgspec.Meta(max_length=60)] = ""
    text: Annotated[str, msgspec.Meta(max_length=10_000)] = ""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What of an article's row matters here. ``name``: its address."""

    name: str
    position: int = 0
    texts: dict[str, ArticleText] = {}


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where a business has its articles shown. ``public``: at a page that anybody reads; ``bot``: the bot answers from them."""

    public: bool = False
    bot: bool = True


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """How an article stands in a language. ``changed``: customers read it, and what is being written differs. ``helped``,
    ``unhelped``: how often readers said so. ``number``: of the version that they read, 0 for none."""

    locale: str
    title: str
    category: str
    state: State
    number: int = 0
    helped: int = 0
    unhelped: int = 0


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a list; ``version`` of what is being written."""

    id: str
    name: str
    position: int
    version: int
    changed_at: int
    changed_by: str
    languages: tuple[Language, ...]


def judge_texts(texts: Mapping[Locale, ArticleText]) -> dict[Locale, ArticleText]:
    """As they are kept: a language without a word is none. Raises ``Invalid``."""
    kept: dict[Locale, ArticleText] = {}
    for locale, one in texts.items():
        judged = ArticleText(title=one_line(one.title), category=one_line(one.category), text=visible_text(one.text))
        if judged.text and not judged.title:
            raise Invalid("Give the article a title in each of its languages.", field=f"texts.{locale}.title")
        if judged.title:
            kept[locale] = judged
    if not kept:
        raise Invalid("Write a title in one language at least.", field="texts")
    return kept


def read_places(tx: Tx) -> Places:
    item = configuration.find(tx, KNOWLEDGE, KNOWLEDGE)
    return msgspec.json.decode(item.body, type=Places) if item is not None else Places()


def read_listed(tx: Tx) -> list[Listed]:
    """All articles, as they are ordered."""
    shown = {(one.article, one.locale): one for one in articles.published(tx)}
    votes = articles.votes(tx)
    found = []
    for item in configuration.read(tx, ARTICLE):
        draft = msgspec.json.decode(item.body, type=Draft)
        languages = [
            _language(locale, draft.texts.get(locale), shown.get((item.id, locale)), votes.get((item.id, locale), Votes()))
            for locale in dict.fromkeys([*draft.texts, *(key[1] for key in shown if key[0] == item.id)])
        ]  # fmt: skip
        found.append(
            Listed(
                id=item.id, name=draft.name, position=draft.position, version=item.version, changed_at=item.changed_at,
                changed_by=item.changed_by, languages=tuple(languages),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.position, one.name))


def _language(locale: str, draft: ArticleText | None, shown: Version | None, votes: Votes) -> Language:
    text = draft or (text_of(shown) if shown else ArticleText())
    state: State = "draft" if shown is None else "published" if draft == text_of(shown) else "changed"
    return Language(
        locale=locale, title=text.title, category=text.category, state=state, number=shown.number if shown else 0,
        helped=votes.helped, unhelped=votes.unhelped,
    )  # fmt: skip


def text_of(version: Version) -> ArticleText:
    return ArticleText(title=version.title, category=version.category, text=version.text)


def publish(tx: Tx, article: str, locales: Sequence[str], *, seen: int, by: Actor, now: int) -> tuple[str, ...]:
    """Has customers read what is written in these languages; in which of them that is something new. Raises ``NotFound``,
    ``Conflict`` where it isn't any more as it was seen, ``Invalid``."""
    directory.lock_business(tx)
    item = configuration.find(tx, ARTICLE, article)
    if item is None:
        raise NotFound("It was removed meanwhile. Look again.")
    if item.version != seen:
        raise conflict(item.changed_by, item.version)
    draft = msgspec.json.decode(item.body, type=Draft)
    wanted = {}
    for locale in locales:
        text = draft.texts.get(locale)
        if text is None or not text.text:
            raise Invalid("There is nothing to publish yet: write the text first.", field=f"texts.{locale}.text")
        wanted[locale] = text
    return publish_texts(tx, article, wanted, name=draft.name, by=by, now=now)


def publish_texts(
    tx: Tx, article: str, texts: Mapping[str, ArticleText], *, name: str, by: Actor, now: int
) -> tuple[str, ...]:  # fmt: skip
    """As ``publish``, of texts at hand."""
    shown = {one.locale: one for one in articles.versions(tx, article) if one.published}
    fresh = []
    for locale, text in texts.items():
        before = shown.get(locale)
        if before is not None and text_of(before) == text:
            continue
        number = articles.publish(
            tx, article, locale, title=text.title, category=text.category, text=text.text, by=by.name, now=now
        )
        audit.note(
            tx, by, "published", kind=ARTICLE, subject=article, name=name, now=now,
            changes={locale: (before.number if before else None, number)},
        )  # fmt: skip
        fresh.append(locale)
    return tuple(fresh)


def withdraw(tx: Tx, article: str, locales: Sequence[str], *, by: Actor, now: int) -> None:
    """Customers don't read it any more in these languages. Raises ``NotFound``."""
    directory.lock_business(tx)
    item = configuration.find(tx, ARTICLE, article)
    if item is None:
        raise NotFound("It was removed meanwhile. Look again.")
    hidden = [locale for locale in locales if articles.hide(tx, article, locale)]
    if hidden:
        name = msgspec.json.decode(item.body, type=Draft).name
        audit.note(
            tx, by, "withdrawn", kind=ARTICLE, subject=article, name=name, now=now,
            changes={locale: (True, False) for locale in hidden},
        )  # fmt: skip
