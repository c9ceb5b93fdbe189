"""Browsers to be told: one a session, gone with it, and found by the business that their people work for."""

from __future__ import annotations

import pytest

from gateway.store import accounts, directory, sessions
from gateway.store import push_subscriptions as subscriptions
from gateway.store.accounts import Account
from gateway.store.push_subscriptions import Subscription
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.tokens import hash_token
from tests.support.clock import SECOND, VirtualClock
from tests.support.stores import Place, make_place

HOUR = 3600 * SECOND


@pytest.fixture
async def olga(store: Store, place: Place) -> Account:
    def unit(tx: Tx, now: int) -> Account:
        made = accounts.add_account(tx, email="olga@shop.example", name="Olga", now=now)
        directory.add_operator(tx.for_business(place.business), made.id, role="operator", name="Olga", now=now)
        return made

    return await store.write("", unit)


async def sign_in(store: Store, account: Account, token: str, *, lifetime: int = HOUR) -> str:
    """The session's digest."""

    def unit(tx: Tx, now: int) -> None:
        sessions.open_session(tx, account.id, token=token, now=now, lifetime=lifetime)

    await store.write("", unit)
    return hash_token(token)


async def subscribe(
    store: Store, account: Account, session: str, *, endpoint: str, sealed: str = "s", repeats: bool = True
) -> None:  # fmt: skip
    one = Subscription(session, account.id, "ru", sealed, repeats)
    await store.write("", lambda tx, now: subscriptions.put(tx, one, endpoint=endpoint, now=now))


async def of(store: Store, business: str) -> list[tuple[str, str]]:
    found = await store.read(business, lambda tx, now: subscriptions.of_business(tx, now=now))
    return sorted((one.session, one.sealed) for one in found)


async def test_a_session_has_one_and_putting_it_again_changes_it(store: Store, place: Place, olga: Account) -> None:
    phone = await sign_in(store, olga, "phone")
    for sealed in ("first", "first", "second"):
        await subscribe(store, olga, phone, endpoint="e1", sealed=sealed)
    assert await of(store, place.business) == [(phone, "second")]
    await subscribe(store, olga, phone, endpoint="e2", sealed="third", repeats=False)
    found = await store.read("", lambda tx, now: subscriptions.find(tx, phone, now=now))
    assert found == Subscription(phone, olga.id, "ru", "third", repeats=False)


async def test_a_browser_belongs_to_who_signed_in_there_last(store: Store, place: Place, olga: Account) -> None:
    before, after = await sign_in(store, olga, "before"), await sign_in(store, olga, "after")
    await subscribe(store, olga, before, endpoint="same")
    await subscribe(store, olga, after, endpoint="same")
    assert [session for session, _ in await of(store, place.business)] == [after]


async def test_it_ends_with_its_session(store: Store, place: Place, olga: Account, clock: VirtualClock) -> None:
    out, short, stays = [
        await sign_in(store, olga, name, lifetime=n * HOUR) for name, n in (("o", 9), ("s", 1), ("l", 9))
    ]
    for session in (out, short, stays):
        await subscribe(store, olga, session, endpoint=session)
    assert await store.read("", lambda tx, now: subscriptions.others(tx, olga.id, session=stays, now=now)) == 2
    await store.write("", lambda tx, now: sessions.end_by_digest(tx, out))
    clock.advance(2 * 3600)
    assert [session for session, _ in await of(store, place.business)] == [stays]
    assert await store.read("", lambda tx, now: subscriptions.others(tx, olga.id, session=stays, now=now)) == 0
    assert await store.read("", lambda tx, now: subscriptions.find(tx, short, now=now)) is None


async def test_a_business_finds_its_own_people_alone(store: Store, place: Place, olga: Account) -> None:
    other = await make_place(store, "rival")
    await subscribe(store, olga, await sign_in(store, olga, "phone"), endpoint="e")

    async def reached(business: str) -> bool:
        return await store.read(business, lambda tx, now: subscriptions.any_of_business(tx, now=now))

    assert [await reached(one) for one in (place.business, other.business)] == [True, False]
    assert await of(store, other.business) == []
    await store.write("", lambda tx, now: subscriptions.remove(tx, hash_token("phone")))
    assert not await reached(place.business)


async def test_who_is_gone_is_forgotten_unless_it_came_back_elsewhere(
    store: Store, place: Place, olga: Account
) -> None:
    phone = await sign_in(store, olga, "phone")
    await subscribe(store, olga, phone, endpoint="new")
    assert not await store.write("", lambda tx, now: subscriptions.forget(tx, phone, endpoint="old"))
    assert await of(store, place.business)
    assert await store.write("", lambda tx, now: subscriptions.forget(tx, phone, endpoint="new"))
    assert await of(store, place.business) == []


async def test_the_installation_has_one_key_whoever_makes_it_first(store: Store) -> None:
    assert await store.read("", lambda tx, now: subscriptions.key(tx)) is None
    kept = [
        await store.write("", lambda tx, now, made=made: subscriptions.keep_key(tx, made, now=now))  # type: ignore[misc]
        for made in ("one", "two")
    ]
    assert kept == ["one", "one"]
