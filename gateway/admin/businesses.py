"""A business from its folder: ``business.toml``, and its articles and forms beside its bot's content."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from gateway.admin.configuration import add_thing, change_single
from gateway.admin.kinds import KINDS, Article, Form, Knowledge
from gateway.dispatcher.recording import FORM
from gateway.errors import Invalid, StartupError
from gateway.model.rules import CallSettings
from gateway.store import accounts, audit, configuration, directory
from gateway.store.articles import ARTICLE, KNOWLEDGE
from gateway.store.audit import Actor
from gateway.store.directory import InboxSettings, Role, Starter
from gateway.store.sql import Tx
from knowledge.articles import publish_texts

T = TypeVar("T")
_KINDS = {kind.name: kind for kind in KINDS}
_BY = Actor("command-line", "Switchboard")
LocaleName = Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")]


class StarterFile(msgspec.Struct, frozen=True, kw_only=True):
    title: dict[LocaleName, str]
    payload: str


class InboxFile(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    name: str
    page: str = ""
    greeting: dict[LocaleName, str] = {}
    starters: tuple[StarterFile, ...] = ()
    origins: tuple[str, ...] = ()
    calls: bool = False


class PersonFile(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    email: str
    role: Role
    locales: tuple[LocaleName, ...] = ()


class BusinessFile(msgspec.Struct, frozen=True, kw_only=True):
    """``business.toml``. ``name`` by language; the first of ``locales`` is the default."""

    slug: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")]
    name: dict[LocaleName, str]
    locales: Annotated[tuple[LocaleName, ...], msgspec.Meta(min_length=1)]
    timezone: str = "UTC"
    brand_color: Annotated[str, msgspec.Meta(pattern="^#[0-9A-Fa-f]{6}$")] = "#0E6B68"
    inboxes: tuple[InboxFile, ...] = ()
    people: tuple[PersonFile, ...] = ()
    articles: tuple[Article, ...] = ()
    forms: tuple[Form, ...] = ()


class ArticlesFile(msgspec.Struct, frozen=True, kw_only=True):
    """``articles.toml``: what customers read from the begin, at the business's own page, too."""

    articles: tuple[Article, ...] = ()


class FormsFile(msgspec.Struct, frozen=True, kw_only=True):
    """``forms.toml``: what operators, and the bot, are led through."""

    forms: tuple[Form, ...] = ()


class Loaded(NamedTuple):
    """A business in the database, with what its links need."""

    business: directory.Business
    inboxes: tuple[directory.Inbox, ...]
    people: tuple[tuple[accounts.Account, Role], ...]


def read_business_file(folder: Path) -> BusinessFile:
    """Raises ``StartupError`` naming the file and what is wrong in it."""
    business = _read(folder / "business.toml", BusinessFile)
    articles, forms = folder / "articles.toml", folder / "forms.toml"
    return replace(
        business,
        articles=_read(articles, ArticlesFile).articles if articles.exists() else business.articles,
        forms=_read(forms, FormsFile).forms if forms.exists() else business.forms,
    )


def _read(file: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), kind)
    except OSError as error:
        raise StartupError(f"{file} can't be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise StartupError(f"{file} isn't right: {error}.") from error


def load_business(file: BusinessFile) -> Callable[[Tx, int], Loaded]:
    """A unit that makes the business, its inboxes and people; one that is there already stays as it is, but for its
    names by language where an older release kept only one."""

    def unit(tx: Tx, now: int) -> Loaded:
        organization = accounts.ensure_organization(tx, "Switchboard", now=now)
        found = directory.business_by_slug(tx, file.slug)
        business = found or directory.add_business(
            tx, organization, slug=file.slug, name=file.name.get(file.locales[0], file.slug), locales=file.locales,
            timezone=file.timezone, color=file.brand_color, names=file.name, now=now,
        )  # fmt: skip
        if not business.names:
            directory.name_business(tx, business.id, file.name)
        scoped = tx.for_business(business.id)
        if found is None:
            for inbox in file.inboxes:
                directory.add_inbox(scoped, channel=inbox.type, name=inbox.name, settings=_settings(inbox), now=now)
        if configuration.find(scoped, KNOWLEDGE, KNOWLEDGE) is None and not configuration.read(scoped, ARTICLE):
            _write_articles(scoped, file.articles, now=now)
        if not configuration.read(scoped, FORM) and not any(
            line.kind == FORM for line in audit.page(scoped, limit=1000)
        ):
            _write_forms(scoped, file.forms, now=now)
        people = tuple(_person(scoped, person, now=now) for person in file.people)
        return Loaded(business, tuple(directory.read_inboxes(scoped)), people)

    return unit


def _write_articles(tx: Tx, wanted: tuple[Article, ...], *, now: int) -> None:
    """Publishes them, and opens the page on which they are read."""
    for article in wanted:
        thing = add_thing(tx, _KINDS[ARTICLE], article, by=_BY, now=now)
        publish_texts(tx, thing.id, thing.value.texts, name=article.name, by=_BY, now=now)
    if wanted:
        change_single(tx, _KINDS[KNOWLEDGE], Knowledge(public=True), seen=0, by=_BY, now=now)


def _write_forms(tx: Tx, wanted: tuple[Form, ...], *, now: int) -> None:
    """For a business that never had one: what people removed stays away. Raises ``StartupError`` for one that can't be as it is written."""
    for form in wanted:
        try:
            add_thing(tx, _KINDS[FORM], form, by=_BY, now=now)
        except Invalid as error:
            raise StartupError(f"forms.toml isn't right: {form.name}: {error}") from error


def _settings(inbox: InboxFile) -> InboxSettings:
    starters = tuple(Starter(titles=starter.title, payload=starter.payload) for starter in inbox.starters)
    calls = CallSettings() if inbox.calls else None
    return InboxSettings(origins=inbox.origins, greeting=inbox.greeting, starters=starters, calls=calls)


def _person(tx: Tx, person: PersonFile, *, now: int) -> tuple[accounts.Account, Role]:
    known = accounts.account_by_email(tx, person.email)
    if known is not None:
        account = known[0]
    else:
        locale = person.locales[0] if person.locales else "en"
        account = accounts.add_account(tx, email=person.email, name=person.name, locale=locale, now=now)
    if directory.membership(tx, account.id) is None:
        directory.add_operator(tx, account.id, role=person.role, name=person.name, now=now)
    return account, person.role
