"""Anger by its wording: what is heard, what isn't, and on what it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mood.anger import ANGRY, mood_of

ANGER = [
    "сколько можно", "сколько можно ждать", "СКОЛЬКО МОЖНО!!!", "третий раз пишу, никто не отвечает", "пишу вам уже в третий раз",
    "верните деньги немедленно", "вы совсем обнаглели", "достали уже, б**ть", "какого х*я", "безобразие, ничего не работает",
    "сууука", "п****ц", "издеваетесь?", "у меня кончилось терпение", "подам на вас жалобу в роспотребнадзор", "идиоты",
    "вам на всех плевать", "тупой бот", "НИЧЕГО НЕ РАБОТАЕТ БЕЗОБРАЗИЕ!!!", "надоело ждать!!!", "ваш интернет говно",
    "бесит ваш роутер", "до каких пор это будет продолжаться", "худший провайдер", "что у вас за бардак",
    "this is ridiculous", "this is the third time I am writing", "worst service ever", "wtf is going on", "What the hell",
    "I'm so angry", "fed up with you", "give me my money back now", "f**king internet", "are you kidding me",
    "sick and tired of waiting", "what a joke, useless support", "shame on you", "how many times do I have to call",
]  # fmt: skip
CALM = [
    "нет интернета с утра", "сколько можно подключить устройств", "сколько можно смотреть каналов", "я не злюсь, просто спрашиваю",
    "второй раз спрашиваю, как оплатить", "хочу оставить жалобу", "мастер не приехал", "верните деньги за март, пожалуйста",
    "барсук", "бляшка", "мандарин", "5*3*2", "**важно** текст", "НЕТ ИНТЕРНЕТА", "ГДЕ ВАШ ОФИС", "почему так медленно???",
    "помогите!!!", "достал роутер из коробки", "достали кабель", "отвратительная погода", "черт, забыл пароль", "стало хуже",
    "спасибо огромное!!!", "срочно нужен мастер", "отключите интернет, я уезжаю", "не такой уж тупой вопрос", "",
    "no internet since morning", "the internet is terrible today", "I'd like my money back", "I'd like to file a complaint",
    "it is not ridiculous", "how many times can I pause", "third time zone", "damn, the router is off", "refund please",
    "a@b.example", "what time do you open", "USB HDMI LAN", "I need a person", "who is in charge of hardware",
]  # fmt: skip


@pytest.mark.parametrize("text", ANGER)
def test_anger_is_heard_and_tells_on_what_it_stands(text: str) -> None:
    mood = mood_of(text)
    assert mood.angry and mood.anger >= ANGRY
    assert mood.words


@pytest.mark.parametrize("text", CALM)
def test_a_calm_complaint_is_no_anger(text: str) -> None:
    assert not mood_of(text).angry


def test_signs_together_weigh_more_than_one() -> None:
    alone, shouted = mood_of("надоело ждать"), mood_of("НАДОЕЛО ЖДАТЬ!!!")
    assert alone.anger < ANGRY <= shouted.anger
    assert shouted.words == ("надоело ждать",) and shouted.marks == ("capitals", "exclamations")


def test_a_business_adds_words_of_its_own_in_any_form() -> None:
    assert not mood_of("опять фонарики ваши погасли").angry
    mood = mood_of("опять фонарики ваши погасли", own=["фонарик", "lights out"])
    assert mood.angry and mood.words == ("фонарик",)
    assert mood_of("it is lights out again", own=["lights out"]).angry
    assert not mood_of("anything", own=["", "  ", "!"]).anger


@given(
    before=st.lists(st.sampled_from(["пришел", "ваш", "мастер", "here", "ааа"]), max_size=5),
    rude=st.sampled_from(["идиоты", "пиздато", "наебали", "засранцы", "дерьмовый", "motherfuckers", "wtf", "бляяядь"]),
    after=st.lists(st.sampled_from(["и", "ушел", "again", "5"]), max_size=5),
)
def test_a_rude_word_is_heard_wherever_it_stands(before: list[str], rude: str, after: list[str]) -> None:
    assert mood_of(" ".join([*before, rude, *after])).angry


def test_anger_counts_at_the_beginning_of_a_long_message() -> None:
    assert mood_of("мастер " * 50 + "идиоты").angry
    assert not mood_of("мастер " * 60 + "идиоты").angry


@given(st.text(max_size=500))
def test_no_text_can_break_it(text: str) -> None:
    assert 0 <= mood_of(text, own=[text[:10]]).anger <= 1


@pytest.mark.parametrize(
    "piece", ["!", "А", "б*", "раз ", "третий раз ", "вы ", "сколько можно ", "how many times ", "*"]
)
def test_a_flood_stays_within_bounds(piece: str) -> None:
    mood = mood_of(piece * 2000)
    assert mood.anger <= 1 and len(mood.words) <= 40
