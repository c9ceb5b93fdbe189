"""Both databases find the same: by stems, in Russian and English, and contacts by how their words begin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from gateway.language import clean, stem, words
from gateway.store import contacts, inbound, search
from gateway.store.contacts import Attributes
from gateway.store.schema import search_marks
from gateway.store.search import FIRST, Hit, Mark, Text
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from tests.support.stores import Place

SAID = {
    1: "Интернет пропал с самого утра",
    2: "Роутер мигает красным, интернета нет",
    3: "Which plans do you have for the internet?",
    4: "I was charged twice, please refund the payment",
    5: "Перенесём за три дня. На какой адрес?",
    6: "It's Ann's router: don't reset it",
}


_MARK = Query(
    select(search_marks.c.seq, search_marks.c.epoch).where(
        search_marks.c.business_id == bindparam("business_id"),
        search_marks.c.conversation_id == bindparam("conversation_id"),
    )
)


def mark(tx: Tx, conversation: str) -> Mark:
    """Of a conversation that needn't be there."""
    row = tx.one(_MARK, conversation_id=conversation)
    return Mark(*row) if row else Mark(0, 0)


async def index(store: Store, place: Place, said: dict[int, str], *, conversation: str = "c1") -> None:
    def unit(tx: Tx, now: int) -> None:
        known = mark(tx, conversation)
        texts = [Text(seq, 1_000 + seq, search.stems_of(text)) for seq, text in said.items()]
        assert search.add(tx, conversation, texts, known=known, upto=max(said))

    await store.write(place.business, unit)


async def found(store: Store, place: Place, question: str, *, after: Hit = FIRST, limit: int = 50) -> list[Hit]:
    asked = search.read_question(question)
    return await store.read(place.business, lambda tx, now: search.find(tx, asked, after=after, limit=limit))


@pytest.mark.parametrize(
    ("question", "seqs"),
    [
        ("интернет", [2, 1]), ("ИНТЕРНЕТУ ", [2, 1]), ("интерн", [2, 1]), ("роутеры мигали ", [2]), ("plan", [3]),
        ("planned internet ", [3]), ("charging ", [4]), ("refund pay", [4]), ("ann's ", [6]), ("dont reset", [6]),
        ("перенести", []), ("перенес", [5]), ("интернет refund", []), ("", []), ("?!", []), ("\"*' OR 1", []),
        ("адреса ", [5]), ("дн", [5]),
    ],
)  # fmt: skip
async def test_words_are_found_in_any_form(store: Store, place: Place, question: str, seqs: list[int]) -> None:
    await index(store, place, SAID)
    assert [hit.seq for hit in await found(store, place, question)] == seqs


async def test_pages_hold_every_hit_once_the_latest_first(store: Store, place: Place) -> None:
    for number in range(4):
        await index(store, place, dict.fromkeys(range(1, 6), "Тарифы"), conversation=f"c{number}")
    whole = await found(store, place, "тариф")
    assert len(whole) == 20 and whole == sorted(
        whole, key=lambda hit: (hit.at, hit.conversation, hit.seq), reverse=True
    )
    paged: list[Hit] = []
    while page := await found(store, place, "тариф", after=paged[-1] if paged else FIRST, limit=3):
        paged += page
    assert paged == whole


async def test_what_is_forgotten_is_found_no_more_and_what_was_read_before_is_not_written(
    store: Store, place: Place
) -> None:
    await index(store, place, SAID)
    known = await store.read(place.business, lambda tx, now: mark(tx, "c1"))
    await store.write(place.business, lambda tx, now: search.forget(tx, "c1"))
    assert await found(store, place, "интернет") == []

    def late(tx: Tx, now: int) -> bool:
        return search.add(tx, "c1", [Text(7, 7, "интернет")], known=known, upto=7)

    def never_indexed(tx: Tx, now: int) -> bool:
        return search.add(tx, "c1", [Text(1, 1, "интернет")], known=Mark(0, 0), upto=1)

    assert not await store.write(place.business, late)
    assert not await store.write(place.business, never_indexed)
    assert await found(store, place, "интернет") == []
    await index(store, place, {1: "Снова интернет"})
    assert [hit.seq for hit in await found(store, place, "интернет")] == [1]


async def test_another_business_finds_nothing_of_it(store: Store, place: Place) -> None:
    await index(store, place, SAID)
    asked = search.read_question("интернет")
    assert await store.read("another", lambda tx, now: search.find(tx, asked, limit=5)) == []


LETTERS = st.sampled_from("абвеёйщыюabcdexz0123 .,-'\"*:&|!()\u0301\u200bЁİßé")
TEXTS = st.lists(st.text(LETTERS, min_size=1, max_size=24), min_size=1, max_size=6)


@settings(max_examples=25)
@given(texts=TEXTS, question=st.text(LETTERS, max_size=12))
async def test_any_text_is_found_by_its_words_as_reading_it_would(
    store: Store, place: Place, texts: list[str], question: str
) -> None:
    await store.write(place.business, lambda tx, now: search.forget(tx, "c1"))
    await index(store, place, dict(enumerate(texts, 1)))
    asked = search.read_question(question)
    expected = [
        seq
        for seq, text in enumerate(texts, 1)
        if not asked.is_empty
        and set(asked.stems) <= (stems := {stem(word) for word in words(clean(text))})
        and (not asked.begun or any(one.startswith(asked.begun) for one in stems))
    ]
    assert [hit.seq for hit in await found(store, place, question)] == expected[::-1]


# --- contacts ---


async def name(store: Store, place: Place, address: str, *, name: str, email: str = "", phone: str = "") -> str:
    def unit(tx: Tx, now: int) -> str:
        contact = inbound.lock_identity(tx, place.inbox, address, now=now, name=name).contact
        contacts.describe(tx, contact, name=name, attributes=Attributes(email=email, phone=phone))
        search.name_contact(tx, contact)
        return contact

    return await store.write(place.business, unit)


async def people(store: Store, place: Place, question: str) -> set[str]:
    found = await store.read(place.business, lambda tx, now: search.find_contacts(tx, question, limit=10))
    return {one.name for one in found}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("ирин", {"Ирина Примерова"}), ("ПРИМЕРОВА ирина", {"Ирина Примерова"}), ("прим", {"Ирина Примерова", "Пётр Примеров"}),
        ("петр", {"Пётр Примеров"}), ("irina@example.com", {"Ирина Примерова"}), ("irina@ex", {"Ирина Примерова"}),
        ("+7 495 000-00", {"Ирина Примерова"}), ("4950000001", {"Ирина Примерова"}), ("74950000001", {"Ирина Примерова"}),
        ("ирина петр", set()), ("и", set()), ("zoe", set()), ("%", set()),
    ],
)  # fmt: skip
async def test_contacts_are_found_by_how_their_words_begin(
    store: Store, place: Place, question: str, names: set[str]
) -> None:
    await name(store, place, "i", name="Ирина Примерова", email="irina@example.com", phone="+74950000001")
    await name(store, place, "p", name="Пётр Примеров")
    assert await people(store, place, question) == names


async def test_merged_contact_is_found_as_the_one_that_it_is_now(store: Store, place: Place) -> None:
    one = await name(store, place, "i", name="Irina")
    other = await name(store, place, "v", name="Visitor")
    await store.write(place.business, lambda tx, now: contacts.merge(tx, other, one))
    assert await people(store, place, "visit") == {"Irina"}
    await name(store, place, "i", name="")
    assert await people(store, place, "irina") == set()
