"""A business itself: its names, languages, time zone and colour; and how another one begins."""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated

import msgspec

from gateway.errors import Forbidden, Invalid, NameTaken
from gateway.http.access import Signin
from gateway.http.changing import actor, conflict, write
from gateway.http.routes import ADMINISTRATORS, EVERYONE, Call, Route
from gateway.http.texts import Locale, name_of
from gateway.model.ids import new_id
from gateway.store import audit, directory
from gateway.store.accounts import Account
from gateway.store.audit import Actor
from gateway.store.directory import Business
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses"
Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9A-Fa-f]{6}$")]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``names`` by language; every one of ``locales`` needs one, and the first is the default. ``timezone``: an IANA
    name."""

    names: Annotated[dict[Locale, Annotated[str, msgspec.Meta(max_length=80)]], msgspec.Meta(min_length=1)]
    locales: Annotated[tuple[Locale, ...], msgspec.Meta(min_length=1, max_length=10)]
    timezone: Annotated[str, msgspec.Meta(max_length=64)] = "UTC"
    color: Colour = "#0E6B68"


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Annotated[int, msgspec.Meta(ge=0)]
    value: Profile


class ProfileView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    slug: str
    version: int
    value: Profile


class NewBusiness(Profile, frozen=True):
    """``operator``: how whoever makes it is called there; "" as their account is."""

    operator: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Profiles:
    """The routes of businesses themselves."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        tags = ("business",)
        return [
            Route(method="GET", path=PATH + "/{business}/profile", handler=self.read, summary="The business itself",
                  access=EVERYONE, answer=ProfileView, tags=tags),
            Route(method="PUT", path=PATH + "/{business}/profile", handler=self.change, access=ADMINISTRATORS,
                  summary="Change its names, languages, time zone, colour", body=ProfileChange, answer=ProfileView,
                  tags=tags),
            Route(method="POST", path=PATH, handler=self.add, summary="Begin another business", status=201,
                  access=Signin.ACCOUNT, body=NewBusiness, answer=ProfileView, tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> ProfileView:
        def unit(tx: Tx, now: int) -> ProfileView:
            return read_profile(tx)

        return await self._store.read(call.business, unit)

    async def change(self, call: Call) -> ProfileView:
        body, by = call.body, actor(call.who)
        return await write(
            self._store, call, lambda tx, now: change_profile(tx, body.value, seen=body.version, by=by, now=now)
        )

    async def add(self, call: Call) -> ProfileView:
        account, body = call.who.account, call.body
        assert account is not None

        def unit(tx: Tx, now: int) -> ProfileView:
            organization = _organization_of(tx, account)
            return add_business(tx, organization, body, account=account, now=now)

        return await self._store.write("", unit, key="businesses")


def _organization_of(tx: Tx, account: Account) -> str:
    """The organization in which the account may begin another business. Raises ``Forbidden``."""
    for member in directory.memberships(tx, account.id):
        if member.role == "administrator":
            organization = directory.organization_of(tx, member.business)
            if organization:
                return organization
    raise Forbidden("Only an administrator of a business begins another one.")


def judge_profile(wanted: Profile) -> Profile:
    """As it is kept. Raises ``Invalid``."""
    names = {locale: name_of(name, field="names") for locale, name in wanted.names.items() if name.strip()}
    locales = tuple(dict.fromkeys(wanted.locales))
    missing = [locale for locale in locales if locale not in names]
    if missing:
        raise Invalid(f"Say what it is called in each of its languages; {missing[0]} is missing.", field="names")
    try:
        zoneinfo.ZoneInfo(wanted.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"There is no time zone {wanted.timezone!r}. One is called Europe/Moscow, say.", field="timezone"
        ) from error
    kept = {locale: names[locale] for locale in locales}
    return Profile(names=kept, locales=locales, timezone=wanted.timezone, color=wanted.color)


def profile_of(business: Business) -> Profile:
    names = {locale: business.named(locale) for locale in business.locales}
    return Profile(
        names=names, locales=business.locales, timezone=business.timezone, color=business.color or "#0E6B68"
    )  # fmt: skip


def read_profile(tx: Tx) -> ProfileView:
    business = directory.read_business(tx, tx.business)
    assert business is not None
    return ProfileView(id=business.id, slug=business.slug, version=business.version, value=profile_of(business))


def change_profile(tx: Tx, wanted: Profile, *, seen: int, by: Actor, now: int) -> ProfileView:
    """Raises ``Conflict``, ``Invalid``."""
    directory.lock_business(tx)
    before = read_profile(tx)
    if before.version != seen:
        raise conflict("", before.version)
    judged = judge_profile(wanted)
    directory.describe_business(
        tx, name=judged.names[judged.locales[0]], names=judged.names, locales=judged.locales, timezone=judged.timezone,
        color=judged.color,
    )  # fmt: skip
    after = read_profile(tx)
    audit.note(
        tx, by, "changed", kind="business", subject=tx.business, name=judged.names[judged.locales[0]], now=now,
        changes=audit.differences(before.value, after.value),
    )  # fmt: skip
    return after


def add_business(tx: Tx, organization: str, wanted: NewBusiness, *, account: Account, now: int) -> ProfileView:
    """A new business, whose first administrator is ``account``. Raises ``Invalid``, ``NameTaken``."""
    judged = judge_profile(wanted)
    name = judged.names[judged.locales[0]]
    business = directory.add_business(
        tx, organization, slug=_free_slug(tx, judged, now=now), name=name, locales=judged.locales,
        timezone=judged.timezone, color=judged.color, names=judged.names, now=now,
    )  # fmt: skip
    scoped = tx.for_business(business.id)
    operator = name_of(wanted.operator) if wanted.operator.strip() else account.name
    directory.add_operator(scoped, account.id, role="administrator", name=operator, now=now)
    audit.note(scoped, Actor(account.id, operator), "added", kind="business", subject=business.id, name=name, now=now,
               changes=audit.differences(None, judged))  # fmt: skip
    return read_profile(scoped)


def _free_slug(tx: Tx, profile: Profile, *, now: int) -> str:
    """A short name that the command line and folders use."""
    latin = next((n for n in (profile.names.get("en", ""), *profile.names.values()) if n.isascii()), "")
    wanted = re.sub(r"[^a-z0-9]+", "-", latin.lower()).strip("-")[:32] or f"business-{new_id(now)[-6:]}"
    for number in range(1, 100):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        if directory.business_by_slug(tx, slug) is None:
            return slug
    raise NameTaken("There are a hundred businesses of that name. Choose another one.", field="names")
