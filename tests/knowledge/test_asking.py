"""What is kept of a question that found nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.store import unanswered
from gateway.store.store import Store
from knowledge import asking
from tests.support.clock import SECOND, VirtualClock
from tests.support.stores import Place

DAY = 24 * 3600 * SECOND


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Как   ВЕРНУТЬ деньги?! ", "как вернуть деньги"),
        ("My e-mail is ann@example.org, unlock it", "my e-mail is [email], unlock it"),
        ("перезвоните на +7 (495) 000-12-12", "перезвоните на [phone]"),
        ("договор 123456 расторгнуть", "договор [number] расторгнуть"),
        ("card 4111 1111 1111 1111 was refused", "card [phone] was refused"),
        ("see https://a.example/?token=x broken", "see [link] broken"),
    ],
)
def test_a_question_is_kept_without_what_points_at_a_person(said: str, kept: str) -> None:
    assert asking.question_of(said) == kept


@pytest.mark.parametrize(
    "said", ["", "   ", "?", "как", "123456", "+7 495 000-12-12", "ann@example.org", "x" * 121, "👍", "да нет"]
)
def test_what_asks_nothing_is_not_kept(said: str) -> None:
    assert asking.question_of(said) == ""


@given(st.text(max_size=200))
def test_no_long_number_is_ever_kept(said: str) -> None:
    kept = asking.question_of(said + " вопрос 5550123 о чём")
    assert "5550123" not in kept and len(kept) <= asking.LONGEST


async def test_a_question_is_there_once_with_how_often_it_was_asked(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    for text in ("Где чек?", "где  чек", "ГДЕ ЧЕК"):
        await note(store, place, text)
    await note(store, place, "Как вернуть", origin="bot")

    found = await store.read(place.business, lambda tx, now: unanswered.read(tx))
    assert [(one.question, one.times, one.origin) for one in found] == [
        ("где чек", 3, "page"),
        ("как вернуть", 1, "bot"),
    ]


async def test_the_list_is_bounded_and_the_oldest_make_room(store: Store, place: Place, clock: VirtualClock) -> None:
    def fill(tx: object, now: int) -> None:
        for number in range(unanswered.MOST):
            unanswered.note(tx, "ru", f"вопрос номер {number}", origin="page", now=now - 1000 + number)  # type: ignore[arg-type]

    await store.write(place.business, fill)
    await note(store, place, "самый новый вопрос")

    found = {one.question for one in await store.read(place.business, lambda tx, now: unanswered.read(tx))}
    assert len(found) == unanswered.MOST
    assert "самый новый вопрос" in found and "вопрос номер 0" not in found and "вопрос номер 1" in found


async def test_what_nobody_asks_again_for_half_a_year_is_forgotten(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    await note(store, place, "старый вопрос")
    clock.advance((asking.KEPT + DAY) / SECOND)
    await note(store, place, "новый вопрос")

    found = await store.read(place.business, lambda tx, now: unanswered.read(tx))
    assert [one.question for one in found] == ["новый вопрос"]


async def note(store: Store, place: Place, text: str, *, origin: unanswered.Origin = "page") -> None:
    await store.write(place.business, lambda tx, now: asking.note(tx, text, locale="ru", origin=origin, now=now))
