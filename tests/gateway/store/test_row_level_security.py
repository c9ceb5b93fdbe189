"""On PostgreSQL the database itself keeps businesses apart, whatever a statement forgets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import psycopg
import pytest

from gateway.model import commands as c
from gateway.store import (
    accounts,
    articles,
    audit,
    bot_drafts,
    bot_versions,
    configuration,
    contact_imports,
    deliveries,
    directory,
    due,
    files,
    inbound,
    labels,
    leases,
    ledger,
    letter_stops,
    links,
    lists,
    members,
    records,
    refs,
    search,
    sounds,
    stints,
    unanswered,
    webhook_calls,
)
from gateway.store.schema import SCOPED, metadata
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import START, VirtualClock
from tests.support.histories import OLGA
from tests.support.stores import Apply, Begin, Database, Place, make_place

TOKENS = {"a": "token of a", "b": "token of b"}


def fill(place: Place, account: str, name: str) -> Callable[[Tx, int], None]:
    """A unit: at least one row in every table of a business."""

    def unit(tx: Tx, now: int) -> None:
        directory.add_operator(tx, account, role="operator", name="Olga", now=now)
        directory.add_api_token(tx, token=TOKENS[name], role="operator", name="CRM", now=now)
        bot_versions.keep_trained(
            tx, version="v1", artifact="v1.bot", report="{}", source=b"", made_by="Olga", now=now
        )  # fmt: skip
        bot_versions.publish_bot(tx, "v1", note="", now=now)
        bot_drafts.put(tx, seen=0, source=b"x", before=None, based_on="v1", by="Olga", now=now)
        state = Begin(place)(tx, now)
        Apply(state.id, (c.Take(operator=OLGA),))(tx, now)
        inbound.claim_key(tx, inbound.Claim(place.inbox, "", "k", "d"), conversation=state.id, seq=2, now=now)
        due.put(tx, "turn", state.id, due_at=now)
        deliveries.put(tx, state.id, 2, inbox=place.inbox, identity="i", channel="telegram", now=now)
        refs.put(tx, "i", "77", conversation=state.id, seq=2)
        links.mint(tx, state.id, place.inbox, now=now)
        lists.mark_read(tx, state.id, "people", 1)
        ledger.open_request(tx, state.id, opened_seq=1, channel="webchat", now=now)
        files.add(tx, files.StoredFile("f", f"{name}/f", "a.txt", "text/plain", 1, account), now=now)
        search.add(tx, state.id, [search.Text(2, now, "hello")], known=search.stands(tx, [state.id])[0].mark, upto=2)
        search.name_contact(tx, state.contact)
        actor = audit.Actor(account, "Olga")
        audit.note(tx, actor, "added", kind="label", subject="l1", name="Urgent", now=now)
        configuration.add(tx, configuration.Item("label", "l1", "urgent", "{}", "", 1, now, "Olga"))
        members.invite(tx, token=f"invitation to {name}", email="", role="operator", by="Olga", now=now, lifetime=5)
        webhook_calls.add(tx, "w1", event="taken", conversation=state.id, seq=2, now=now)
        contact_imports.add(
            tx, contact_imports.Import("i1", "a.csv", "draft", "{}", "{}", account, "Olga", now), pages=["[]"]
        )  # fmt: skip
        labels.change(tx, state.id, added=("l1",), removed=())
        articles.publish(tx, "a1", "en", title="Delivery", category="", text="Soon.", by="Olga", now=now)
        articles.vote(tx, "a1", "en", helped=True)
        unanswered.note(tx, "en", "where is it", origin="page", now=now)
        records.add(
            tx,
            records.Record(
                "r1", records.next_number(tx, "ORD"), "f1", "Order", "order", "new", state.id, state.contact, (), now,
                account, "Olga", "",
            ),
            seq=2,
        )  # fmt: skip
        records.move(tx, "r1", OLGA, before="new", status="done", seq=3, now=now)
        stints.begin(tx, state.id, account, seq=2, now=now)
        letter_stops.stop(tx, letter_stops.digest_of("ivan@example.com"), now=now)
        sounds.add(tx, sounds.Sound("s1", "Greeting", (), "en", f"{name}/s1", 1, 20, now, "Olga"))
        leases.acquire(tx, "distributor", holder="node", now=now, lifetime=5)

    return unit


@pytest.fixture
async def store(postgresql_database: Database, clock: VirtualClock) -> AsyncIterator[Store]:
    async with postgresql_database.opened(clock) as opened:
        yield opened


@pytest.fixture
async def places(store: Store) -> dict[str, Place]:
    """Two businesses, each with rows in every table; Olga works for both."""

    def olga(tx: Tx, now: int) -> str:
        return accounts.add_account(tx, email="olga@example.org", name="Olga", now=now).id

    found = {name: await make_place(store, name) for name in ("a", "b")}
    account = await store.write("", olga)
    for name, place in found.items():
        await store.write(place.business, fill(place, account, name))
    return found


def raw(sql: str, **params: object) -> Callable[[Tx, int], list[tuple[object, ...]]]:
    def unit(tx: Tx, now: int) -> list[tuple[object, ...]]:
        tx._cursor.execute(sql, params)
        found: list[tuple[object, ...]] = tx._cursor.fetchall()
        return found

    return unit


@pytest.mark.parametrize("table", sorted(SCOPED))
async def test_a_forgotten_where_sees_one_business(store: Store, places: dict[str, Place], table: str) -> None:
    mine = places["a"].business
    select = raw(f"SELECT DISTINCT business_id FROM {table}")

    assert await store.read(mine, select) == [(mine,)]
    assert await store.write(mine, select) == [(mine,)]
    assert await store.read("", select) == []


@pytest.mark.parametrize("table", sorted(SCOPED))
async def test_nothing_is_written_for_another_business(store: Store, places: dict[str, Place], table: str) -> None:
    mine, other = places["a"].business, places["b"].business
    columns = ", ".join(
        "%(other)s" if column.name == "business_id" else column.name for column in metadata.tables[table].columns
    )

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await store.write(mine, raw(f"INSERT INTO {table} SELECT {columns} FROM {table} LIMIT 1", other=other))
    moved = raw(f"UPDATE {table} SET business_id = %(other)s RETURNING 1", other=other)
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation)):
        await store.write(mine, moved)
    deleted = raw(f"DELETE FROM {table} WHERE business_id = %(other)s RETURNING 1", other=other)
    assert await store.write(mine, deleted) == []


async def test_what_looks_across_returns_only_what_it_must(store: Store, places: dict[str, Place]) -> None:
    a, b = places["a"], places["b"]

    claimed = await store.write("", lambda tx, now: due.claim(tx, node="n", now=START, lease=5, limit=10))
    assert {row.business for row in claimed} == {a.business, b.business}
    inbox = await store.read("", lambda tx, now: directory.find_inbox(tx, b.inbox))
    assert inbox is not None
    assert inbox.business == b.business
    caller = await store.read("", lambda tx, now: directory.caller(tx, TOKENS["b"]))
    assert caller is not None
    assert caller.business == b.business
    account = await store.read("", lambda tx, now: accounts.account_by_email(tx, "olga@example.org"))
    assert account is not None
    found = await store.read("", lambda tx, now: directory.memberships(tx, account[0].id))
    assert {one.business for one in found} == {a.business, b.business}


ACROSS = (
    "SELECT switchboard_next_due()", "SELECT switchboard_holds('n')", "SELECT switchboard_memberships('x')",
    "SELECT switchboard_inbox('x')", "SELECT switchboard_caller('x')", "SELECT switchboard_forget_keys(0)",
    "SELECT switchboard_claimable(9000000000000000, 10)", "SELECT switchboard_unattached_files(0, 10)",
    "SELECT switchboard_inboxes_of('webchat')",
    "SELECT switchboard_forget_links(0)",
)  # fmt: skip


@pytest.mark.parametrize("call", ACROSS)
async def test_having_looked_across_opens_nothing_after(store: Store, places: dict[str, Place], call: str) -> None:
    def unit(tx: Tx, now: int) -> int:
        tx._cursor.execute(call)
        tx._cursor.fetchall()
        tx._cursor.execute("SELECT DISTINCT business_id FROM conversations")
        return len(tx._cursor.fetchall())

    assert await store.write(places["a"].business, unit) == 1
    assert await store.write("", unit) == 0


async def test_the_next_unit_of_a_group_sees_its_own_business_alone(store: Store, places: dict[str, Place]) -> None:
    def wander(tx: Tx, now: int) -> int:
        tx.for_business(places["b"].business)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(places["a"].business, wander)

    select = raw("SELECT DISTINCT business_id FROM conversations")
    for place in places.values():
        assert await store.write(place.business, select) == [(place.business,)]


def test_the_role_of_the_suite_is_bound_by_row_level_security(postgresql_database: Database) -> None:
    with psycopg.connect(postgresql_database.location) as connection:
        row = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, False)
