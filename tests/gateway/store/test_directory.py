"""Accounts, sessions, tokens and bot versions: capabilities work once, end in time, and lie hashed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from gateway.errors import NameTaken
from gateway.store import accounts, bot_versions, directory, sessions, tokens
from gateway.store.accounts import Account, Credentials
from gateway.store.directory import Caller, InboxSettings, Membership, Starter
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import SECOND, VirtualClock
from tests.support.postgres import PostgresServer
from tests.support.stores import Database, Place, make_place

T = TypeVar("T")


async def glob(store: Store, unit: Callable[[Tx, int], T]) -> T:
    """A unit above businesses."""
    return await store.write("", unit)


@pytest.fixture
async def olga(store: Store, place: Place) -> Account:
    return await glob(store, lambda tx, now: accounts.add_account(tx, email=" Olga@Example.org ", name="Olga", now=now))


async def test_an_account_is_found_by_its_address_however_it_is_written(store: Store, olga: Account) -> None:
    found = await glob(store, lambda tx, now: accounts.account_by_email(tx, "OLGA@example.org "))

    assert found == (olga, Credentials("", "", 0, ()))
    assert olga.email == "olga@example.org"
    assert await glob(store, lambda tx, now: accounts.account_by_email(tx, "ivan@example.org")) is None
    with pytest.raises(NameTaken):
        await glob(store, lambda tx, now: accounts.add_account(tx, email="olga@example.org", name="O", now=now))
    await glob(store, lambda tx, now: accounts.set_password(tx, olga.id, "argon"))
    found = await glob(store, lambda tx, now: accounts.account_by_email(tx, "olga@example.org"))
    assert found == (olga, Credentials("argon", "", 0, ()))
    assert await glob(store, lambda tx, now: accounts.read_account(tx, olga.id)) == olga


async def test_a_sign_in_link_works_once(store: Store, olga: Account) -> None:
    token = tokens.new_token()
    await glob(
        store, lambda tx, now: sessions.add_sign_in_link(tx, olga.id, token=token, now=now, lifetime=60 * SECOND)
    )

    async def use(used: str) -> str | None:
        return await glob(store, lambda tx, now: sessions.use_sign_in_link(tx, used, now=now))

    assert await use("another") is None
    assert await use(token) == olga.id
    assert await use(token) is None


@pytest.mark.parametrize(("seconds", "works"), [(59, True), (60, False)])
async def test_a_sign_in_link_and_a_session_end_in_time(
    store: Store, olga: Account, clock: VirtualClock, *, seconds: int, works: bool
) -> None:
    link, session = tokens.new_token(), tokens.new_token()

    def give(tx: Tx, now: int) -> None:
        sessions.add_sign_in_link(tx, olga.id, token=link, now=now, lifetime=60 * SECOND)
        sessions.open_session(tx, olga.id, token=session, now=now, lifetime=60 * SECOND)

    await glob(store, give)
    clock.advance(seconds)

    used = await glob(store, lambda tx, now: sessions.use_sign_in_link(tx, link, now=now))
    signed_in = await store.read("", lambda tx, now: sessions.session_account(tx, session, now=now))
    assert (used, signed_in) == ((olga.id, olga) if works else (None, None))


async def test_signing_out_ends_one_session(store: Store, olga: Account) -> None:
    both = [tokens.new_token() for _ in range(2)]
    for token in both:
        await glob(
            store,
            lambda tx, now, one=token: sessions.open_session(tx, olga.id, token=one, now=now, lifetime=SECOND),  # type: ignore[misc]
        )

    await glob(store, lambda tx, now: sessions.end_session(tx, both[0]))

    found = [
        await glob(store, lambda tx, now, one=token: sessions.session_account(tx, one, now=now))  # type: ignore[misc]
        for token in both
    ]
    assert found == [None, olga]


async def test_a_revoked_token_is_worth_nothing(store: Store, place: Place) -> None:
    token = tokens.new_token()
    made = await store.write(
        place.business, lambda tx, now: directory.add_api_token(tx, token=token, role="operator", name="CRM", now=now)
    )
    caller = await store.read("", lambda tx, now: directory.caller(tx, token))
    assert caller == Caller(place.business, made, "operator", "CRM")
    other = await make_place(store, "other")

    assert not await store.write(other.business, lambda tx, now: directory.revoke_api_token(tx, made, now=now))
    assert await store.read("", lambda tx, now: directory.caller(tx, token)) == caller
    assert await store.write(place.business, lambda tx, now: directory.revoke_api_token(tx, made, now=now))
    assert await store.read("", lambda tx, now: directory.caller(tx, token)) is None
    assert await store.read("", lambda tx, now: directory.caller(tx, "another")) is None


async def test_no_token_is_on_the_disk(
    store: Store, place: Place, olga: Account, database: Database, request: pytest.FixtureRequest
) -> None:
    given = [tokens.new_token() for _ in range(3)]

    def give(tx: Tx, now: int) -> None:
        sessions.add_sign_in_link(tx, olga.id, token=given[0], now=now, lifetime=SECOND)
        sessions.open_session(tx, olga.id, token=given[1], now=now, lifetime=SECOND)
        directory.add_api_token(tx, token=given[2], role="operator", name="CRM", now=now)

    await store.write(place.business, give)

    if database.kind == "sqlite":
        folder = Path(database.location).parent
        bodies = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        name = database.location.rsplit("/", 1)[1]
        tables = ("sign_in_links", "sessions", "api_tokens")
        bodies = "".join(str(server.execute(f"SELECT * FROM {table}", database=name)) for table in tables).encode()
    assert len(set(given)) == 3
    for token in given:
        assert token.encode() not in bodies
        assert tokens.hash_token(token).encode() in bodies, "and yet it was there to be found"


async def test_an_account_works_for_several_businesses(store: Store, place: Place, olga: Account) -> None:
    other = await make_place(store, "other")
    for one, role in ((place, "operator"), (other, "supervisor")):
        await store.write(
            one.business,
            lambda tx, now, role=role: directory.add_operator(tx, olga.id, role=role, name="Olga", now=now),  # type: ignore[misc]
        )

    found = await store.read("", lambda tx, now: directory.memberships(tx, olga.id))

    assert sorted(found) == sorted(
        [
            Membership(place.business, olga.id, "operator", "Olga"),
            Membership(other.business, olga.id, "supervisor", "Olga"),
        ]
    )
    mine = await store.read(other.business, lambda tx, now: directory.membership(tx, olga.id))
    assert mine is not None
    assert mine.role == "supervisor"
    assert len(await store.read(place.business, lambda tx, now: directory.read_operators(tx))) == 1
    assert await store.read("", lambda tx, now: directory.memberships(tx, "nobody")) == []


async def test_an_inbox_is_found_by_its_id_and_changed_in_its_business(store: Store, place: Place) -> None:
    other = await make_place(store, "other")
    settings = InboxSettings(
        origins=("https://lantern.example",), greeting={"en": "Hi"},
        starters=(Starter(titles={"en": "Order", "ru": "Заказ"}, payload="/order"),),
    )  # fmt: skip

    await store.write(other.business, lambda tx, now: directory.set_inbox(tx, place.inbox, settings))
    before = await store.read("", lambda tx, now: directory.find_inbox(tx, place.inbox))
    await store.write(place.business, lambda tx, now: directory.set_inbox(tx, place.inbox, settings))
    after = await store.read("", lambda tx, now: directory.find_inbox(tx, place.inbox))

    assert before is not None
    assert before.settings == InboxSettings(), "another business changed nothing"
    assert after is not None
    assert (after.business, after.settings) == (place.business, settings)
    assert [starter.button("de").title for starter in after.settings.starters] == ["Order"]
    assert await store.read("", lambda tx, now: directory.find_inbox(tx, "none")) is None


async def test_one_version_of_the_bot_answers_and_the_one_before_stays(store: Store, place: Place) -> None:
    async def publish(version: str) -> None:
        def unit(tx: Tx, now: int) -> None:
            bot_versions.keep_trained(
                tx, version=version, artifact=f"{version}.bot", report="{}", source=b"zip", made_by="Olga", now=now
            )
            bot_versions.publish_bot(tx, version, note="", now=now)

        await store.write(place.business, unit)

    assert await store.read(place.business, lambda tx, now: bot_versions.published_bot(tx)) is None
    for version in ("v1", "v2", "v1"):
        await publish(version)
        found = await store.read(place.business, lambda tx, now: bot_versions.published_bot(tx))
        assert found is not None
        assert (found.version, found.artifact) == (version, f"{version}.bot")
    listed = await store.read(place.business, lambda tx, now: bot_versions.versions(tx))
    assert [(one.version, one.number, one.status) for one in listed] == [("v2", 2, "trained"), ("v1", 1, "published")]
    everywhere = await store.read("", lambda tx, now: bot_versions.all_published(tx))
    assert everywhere == [bot_versions.PublishedBot(place.business, "v1", "v1.bot")]
    assert await store.read(place.business, lambda tx, now: bot_versions.source_of(tx, "v1")) == b"zip"
    other = await make_place(store, "other")
    assert await store.read(other.business, lambda tx, now: bot_versions.published_bot(tx)) is None


async def test_an_organization_is_made_once(store: Store, place: Place) -> None:
    first, again = [await glob(store, lambda tx, now: accounts.ensure_organization(tx, "O", now=now)) for _ in range(2)]

    assert first == again
    business = await glob(store, lambda tx, now: directory.business_by_slug(tx, "lantern"))
    assert business is not None
    assert business.id == place.business
    assert business.locales == ("en",)


async def test_the_first_key_that_a_database_saw_is_the_only_one(store: Store) -> None:
    first = await store.write("", lambda tx, now: accounts.claim_key(tx, "one", now=now))
    other = await store.write("", lambda tx, now: accounts.claim_key(tx, "two", now=now))
    again = await store.write("", lambda tx, now: accounts.claim_key(tx, "one", now=now))

    assert (first, other, again) == (True, False, True)


async def test_business_is_called_as_in_the_readers_language_and_else_as_in_its_own(store: Store) -> None:
    def unit(tx: Tx, now: int) -> tuple[directory.Business | None, directory.Business | None]:
        organization = accounts.ensure_organization(tx, "Organization", now=now)
        names = {"ru": "Фонарь", "en": "Lantern"}
        for slug, known in (("lantern", names), ("older", None)):
            directory.add_business(
                tx, organization, slug=slug, name="Фонарь", locales=("ru", "en"), names=known, now=now
            )  # fmt: skip
        return directory.business_by_slug(tx, "lantern"), directory.business_by_slug(tx, "older")

    named, older = await glob(store, unit)

    assert named is not None and older is not None
    assert [named.named(locale) for locale in ("ru", "en", "fr")] == ["Фонарь", "Lantern", "Фонарь"]
    assert older.named("en") == "Фонарь"  # made before names were kept by language
