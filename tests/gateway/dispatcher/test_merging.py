"""Two contacts become one, field by field, and two again as they were."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dispatcher.merging import Merge, Undo, fields_of, plan_merge, set_fields
from gateway.errors import NotPossible
from gateway.model.ids import new_id
from gateway.ports import Profile
from gateway.store import audit, contacts, inbound
from gateway.store.audit import Actor
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.gateway.dispatcher.test_blocking import contact
from tests.support.clock import VirtualClock
from tests.support.stores import Database, Place, make_place
from tests.support_edge.bench import Bench

OLGA = Actor("olga", "Olga")


async def known(bench: Bench, address: str, /, **fields: str) -> str:
    """A contact of whom the business keeps these fields."""
    await bench.say(address=address)
    one = await contact(bench, address)

    def unit(tx: Tx, now: int) -> None:
        found = contacts.lock(tx, one)
        assert found is not None
        set_fields(tx, found, {"name": "", **fields})

    await bench.store.write(bench.place.business, unit)
    return one


async def fields(bench: Bench, one: str) -> dict[str, str]:
    def unit(tx: Tx, now: int) -> dict[str, str]:
        found = contacts.root(tx, one)
        assert found is not None
        return fields_of(found)

    return await bench.store.read(bench.place.business, unit)


async def merge(bench: Bench, one: str, other: str, keep: dict[str, str] | None = None) -> None:
    await bench.dispatcher.commit_all(bench.place.business, Merge(one, other, OLGA, keep or {}), key=one)


async def undo(bench: Bench, one: str) -> None:
    await bench.dispatcher.commit_all(bench.place.business, Undo(one, OLGA, bench.dispatcher.policy), key=one)


async def test_what_one_of_two_has_is_kept_and_where_they_differ_it_is_chosen(bench: Bench) -> None:
    one = await known(bench, "ann", name="Ann", email="ann@example.com", **{"own.plan": "L"})
    other = await known(bench, "ben", name="Anna", phone="+74950000001", **{"own.plan": "S"})

    plan = await bench.store.read(
        bench.place.business, lambda tx, now: plan_merge(tx, one, other, keep={"name": one}, now=now)
    )
    await merge(bench, one, other, {"name": one})

    expected = {"name": "Ann", "email": "ann@example.com", "phone": "+74950000001", "own.plan": "S"}
    assert {field.field: field.kept for field in plan.fields} == expected
    assert await fields(bench, other) == await fields(bench, one) == expected


async def test_undoing_gives_back_what_nobody_changed_since(bench: Bench) -> None:
    one = await known(bench, "ann", name="Ann", email="ann@example.com", company="Example")
    other = await known(bench, "ben", name="Ben")
    await merge(bench, one, other, {"name": one})

    def corrected(tx: Tx, now: int) -> None:
        found = contacts.lock(tx, other)
        assert found is not None
        set_fields(tx, found, {"company": "Another"})

    await bench.store.write(bench.place.business, corrected)
    await undo(bench, one)

    assert await fields(bench, other) == {"name": "Ben", "company": "Another"}
    assert await fields(bench, one) == {"name": "Ann", "email": "ann@example.com", "company": "Example"}
    lines = await bench.store.read(bench.place.business, lambda tx, now: audit.page(tx, limit=5))
    assert {(line.action, line.subject, line.name) for line in lines} == {
        ("separated", other, ""),
        ("merged", other, ""),
    }


async def test_a_merge_in_the_middle_of_a_chain_is_undone_up_to_its_end(bench: Bench) -> None:
    one = await known(bench, "ann", email="ann@example.com")
    middle, last = await known(bench, "ben", name="Ben"), await known(bench, "eve", name="Eve")
    await merge(bench, one, middle)
    await merge(bench, middle, last)
    assert await fields(bench, last) == {"name": "Eve", "email": "ann@example.com"}

    await undo(bench, one)

    assert await fields(bench, last) == {"name": "Eve"}
    await undo(bench, middle)
    assert [await fields(bench, name) for name in (one, middle, last)] == [
        {"email": "ann@example.com"}, {"name": "Ben"}, {"name": "Eve"},
    ]  # fmt: skip


async def test_two_users_of_one_inbox_are_never_one_contact(bench: Bench) -> None:
    names = [await known(bench, f"u:{name}") for name in ("ann", "ben")]

    def signed(tx: Tx, now: int) -> None:
        for name in ("u:ann", "u:ben"):
            found = inbound.lock_identity(tx, bench.place.inbox, name, now=now)
            contacts.vouch(tx, found.id, found.contact, Profile())

    await bench.store.write(bench.place.business, signed)
    with pytest.raises(NotPossible) as refused:
        await merge(bench, names[0], names[1])
    assert refused.value.fault is not None and refused.value.fault.code == "contacts_two"


async def test_an_erased_person_leaves_nothing_with_their_merges(bench: Bench) -> None:
    one = await known(bench, "ann", email="secret@example.com", note="secret", **{"own.plan": "secret"})
    other = await known(bench, "ben")
    await merge(bench, one, other)
    await bench.erasures.ask(bench.place.business, other, by="anna")

    def left(tx: Tx, now: int) -> str:
        return "".join(str(contacts.read(tx, name)) for name in (one, other))

    assert "secret" not in await bench.store.read(bench.place.business, left)
    await undo(bench, one)
    assert await fields(bench, one) == await fields(bench, other) == {}


# --- whatever is merged and undone, in whatever order ---

values = st.dictionaries(
    st.sampled_from(["name", "email", "phone", "company", "own.plan"]), st.sampled_from(["a", "b", "c"]), max_size=4
)
PEOPLE = 4


@given(
    known=st.lists(values, min_size=PEOPLE, max_size=PEOPLE),
    merges=st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1), st.booleans()), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_when_all_is_undone_everybody_is_who_they_were(
    sqlite_database: Database, known: list[dict[str, str]], merges: list[tuple[int, int, bool]], order: object
) -> None:
    asyncio.run(_all_undone(sqlite_database, known, merges, order))


async def _all_undone(
    database: Database, known: list[dict[str, str]], merges: list[tuple[int, int, bool]], order: object
) -> None:  # fmt: skip
    async with database.opened(VirtualClock()) as store:
        place = await make_place(store, f"p{new_id(1)}")
        names = [await _somebody(store, place, f"visitor {n}", fields) for n, fields in enumerate(known)]
        before = [await _fields(store, place, name) for name in names]
        merged: list[str] = []
        for one, other, theirs in merges:
            unit = Merge(names[one], names[other], OLGA, dict.fromkeys(known[one], names[one]) if theirs else {})

            def done(tx: Tx, now: int, unit: Merge = unit) -> str:
                try:
                    goes = plan_merge(tx, unit.contact, unit.into, now=now).goes.id
                except NotPossible:
                    return ""
                unit(tx, now)
                return goes

            merged.append(await store.write(place.business, done))
        merged = [name for name in merged if name]
        order.shuffle(merged)  # type: ignore[attr-defined]
        for name in merged:
            await store.write(place.business, _Separately(name))
        assert [await _fields(store, place, name) for name in names] == before


class _Separately:
    def __init__(self, contact: str) -> None:
        self.contact = contact

    def __call__(self, tx: Tx, now: int) -> None:
        from tests.support_edge.bench import policy_of

        Undo(self.contact, OLGA, policy_of())(tx, now)


async def _somebody(store: Store, place: Place, address: str, fields: dict[str, str]) -> str:
    def unit(tx: Tx, now: int) -> str:
        found = contacts.lock(tx, inbound.lock_identity(tx, place.inbox, address, now=now).contact)
        assert found is not None
        set_fields(tx, found, fields)
        return found.id

    return await store.write(place.business, unit)


async def _fields(store: Store, place: Place, contact: str) -> dict[str, str]:
    def unit(tx: Tx, now: int) -> dict[str, str]:
        found = contacts.read(tx, contact)
        assert found is not None
        return fields_of(found)

    return await store.read(place.business, unit)
