"""How customers sound, on examples written by hand in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mood import MOST, Said, mood_over, word_of
from gateway.mood.tone import tone_of

FIXTURES = Path(__file__).parent.parent / "fixtures"


def over(*texts: str) -> tuple[str, list[float]]:
    found = mood_over(Said(seq, seq, text) for seq, text in enumerate(texts, start=1))
    return found.word, [one.value for one in found.points]


@pytest.mark.parametrize(
    "text",
    [
        "Здравствуйте, где мой заказ?",
        "У меня с утра нет интернета, подскажите, что делать",
        "Хочу вернуть товар и получить деньги",
        "Как мне поменять адрес доставки",
        "Мастер пришёл, но не нашёл подъезд",
        "Hello, where is my order?",
        "My internet has been down since this morning, could you look into it?",
        "I would like a refund, please",
        "The lamp is broken. What can I do?",
        "не за что",
        "ничего страшного, подожду",
        "no problem, take your time",
        "No thanks",
        "not bad",
        "не плохо",
    ],
)
def test_what_is_said_politely_is_calm(text: str) -> None:
    word, (value,) = over(text)
    assert word == "calm", value


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо, вы очень помогли!",
        "отлично, всё работает 👍",
        "Вы молодцы, выручили",
        "Thank you so much, that helped",
        "Perfect, works now 😊",
        "I love it",
    ],
)
def test_praise_is_glad(text: str) -> None:
    assert over(text)[0] == "glad"


@pytest.mark.parametrize(
    "text",
    [
        "я очень разочарована",
        "опять ничего не работает, жду уже неделю",
        "мне так никто и не ответил",
        "Это совсем не помогло",
        "I am disappointed",
        "still not working, how long do i have to wait",
        "that doesn't help 🙄",
        "nobody has answered me",
        "😒",
    ],
)
def test_annoyance_without_a_rude_word(text: str) -> None:
    assert over(text)[0] == "annoyed"


@pytest.mark.parametrize(
    "text",
    [
        "Вы издеваетесь? Сколько можно ждать!!!",
        "идиоты, верните деньги немедленно",
        "😡😡😡",
        "This is ridiculous, worst service ever",
        "you are useless idiots",
        "WHERE IS MY MONEY, THIS IS UNACCEPTABLE!!!",
    ],
)
def test_anger_is_upset(text: str) -> None:
    assert over(text)[0] == "upset"


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("рад", "не рад"),
        ("я доволен", "я совсем не доволен"),
        ("это хорошо", "это нехорошо, точнее не хорошо"),
        ("I am happy", "I'm not happy"),
        ("helpful", "not very helpful"),
        ("this is good", "this isn't good"),
    ],
)
def test_a_denial_turns_praise_into_annoyance(said: str, denied: str) -> None:
    assert tone_of(said).good > 0 and not tone_of(said).bad
    assert tone_of(denied).bad > 0 and not tone_of(denied).good


@pytest.mark.parametrize("text", ["я не злюсь и не расстроена", "I'm not upset", "not angry at all", "это не плохо"])
def test_a_denial_takes_annoyance_back(text: str) -> None:
    assert over(text) == ("calm", [0.0])


def test_praise_beside_annoyance_takes_nothing_back() -> None:
    assert over("Отлично, опять ничего не работает")[1][0] < 0
    assert over("Great, it is broken again")[1][0] < 0
    assert over("Спасибо, конечно, но это не помогло")[1][0] < 0


def test_calls_for_a_person_count_more_each_time() -> None:
    word, values = over("оператор", "Позовите оператора!", "ОПЕРАТОР!!!")
    assert values == sorted(values, reverse=True) and values[0] == -0.1
    assert word == "annoyed"
    found = mood_over(
        [Said(1, 1, "I want a human"), Said(2, 2, "agent"), Said(3, 3, "A person", "/switchboard.operator")]
    )
    assert [one.marks for one in found.points] == [("person",)] * 3
    assert found.word == "annoyed"


def test_whoever_calls_for_a_person_is_no_calmer_for_it() -> None:
    found = mood_over([Said(1, 1, "вы издеваетесь, идиоты"), Said(2, 2, "Позвать человека", "/switchboard.operator")])
    assert found.word == "upset" and found.points[1].level == found.points[0].level


def test_a_long_question_about_an_operator_is_no_call() -> None:
    assert over("какой оператор связи работает в вашем районе лучше всего и сколько это стоит")[1] == [0.0]


def test_what_is_said_again_annoys() -> None:
    found = mood_over(
        [Said(1, 1, "где мой заказ 123"), Said(3, 3, "Где мой заказ 123??"), Said(5, 5, "да"), Said(6, 6, "да")]
    )
    assert [one.marks for one in found.points] == [(), ("repeat",), (), ()]
    assert found.points[1].value < 0


def test_pressed_buttons_are_words_of_the_business() -> None:
    assert not mood_over([Said(1, 1, "Ужасный сервис", "/complaint")]).points


def test_what_was_long_ago_counts_less_and_less() -> None:
    angry = "вы издеваетесь, идиоты"
    assert over(angry)[0] == "upset"
    assert over(angry, "номер заказа 555")[0] == "annoyed"
    assert over(angry, "номер заказа 555", "да, верно", "хорошо, жду")[0] in ("calm", "glad")
    assert over("номер заказа 555", "да, верно", angry)[0] == "upset"


def test_each_point_says_on_what_it_stands() -> None:
    (point,) = mood_over([Said(7, 9, "Это не помогло, я разочарован 😒")]).points
    assert (point.seq, point.at) == (7, 9)
    assert point.words == ("это не помогло", "разочарован") and point.marks == ("emoji",)


def test_a_long_talk_tells_its_latest_messages() -> None:
    points = mood_over(Said(seq, seq, "спасибо") for seq in range(1, 101)).points
    assert len(points) == MOST and points[-1].seq == 100


def test_nothing_said_is_calm() -> None:
    assert mood_over([]).word == "calm" and mood_over([Said(1, 1, "  ")]).points == ()


@given(st.lists(st.text(max_size=200), max_size=12))
def test_whatever_is_written_stays_within_bounds(texts: list[str]) -> None:
    found = mood_over(Said(seq, seq, text) for seq, text in enumerate(texts, start=1))
    assert all(-1 <= one.value <= 1 and -1 <= one.level <= 1 for one in found.points)
    assert found.word == (word_of(found.points[-1].level) if found.points else "calm")


def test_only_what_speaks_for_a_mood_is_named() -> None:
    said = [Said(seq=number, at=number, text="Good, where is my parcel?") for number in (1, 2, 3)]
    last = mood_over(said).points[-1]
    assert last.value < 0 and "repeat" in last.marks
    assert "good" not in [word.lower() for word in last.words]


MESSAGES = [
    line.split("\t") for line in (FIXTURES / "mood.tsv").read_text(encoding="utf-8").splitlines()
]  # fmt: skip
"""``learned`` or ``held_out``, how it is meant, its language, and the message. Of the learned ones some words were taken into the
lists; the held out were written after that, and nothing was changed for them."""


@pytest.mark.parametrize(("which", "least"), [("learned", 0.85), ("held_out", 0.75)])
def test_most_messages_are_heard_as_they_are_meant_and_none_as_the_opposite(which: str, least: float) -> None:
    meant = [(word, text) for kind, word, _, text in MESSAGES if kind == which]
    heard = [(word, over(text)[0], text) for word, text in meant]
    right = sum(one == other for one, other, _ in heard)
    assert right / len(heard) >= least, [one for one in heard if one[0] != one[1]]
    cross = {
        ("glad", "annoyed"),
        ("glad", "upset"),
        ("annoyed", "glad"),
        ("upset", "glad"),
        ("calm", "upset"),
        ("upset", "calm"),
    }
    crossed = [one for one in heard if one[:2] in cross]
    assert len(crossed) <= (2 if which == "held_out" else 0), crossed
