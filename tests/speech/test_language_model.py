"""The language model from phrases, the phones of words, and how phrases are taken apart: pure parts of pocketsphinx."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SpeechUnavailable
from speech.ipa import by_program, found, pronounced
from speech.sphinx.grams import arpa
from speech.sphinx.phones import arpabet
from speech.sphinx.phrases import Book, grammar, tokens

Pronounced = Callable[..., list[str]]
Model = tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]


def read(text: str) -> Model:
    """Probabilities and backoffs of an ARPA file."""
    chances: dict[tuple[str, ...], float] = {}
    backoffs: dict[tuple[str, ...], float] = defaultdict(float)
    for line in text.splitlines():
        if "\t" in line:
            chance, words, *backoff = line.split("\t")
            chances[tuple(words.split())] = float(chance)
            backoffs[tuple(words.split())] = float(backoff[0]) if backoff else 0.0
    return chances, backoffs


def chance(model: Model, history: tuple[str, ...], word: str) -> float:
    chances, backoffs = model
    if (*history, word) in chances:
        return float(10 ** chances[*history, word])
    return float(10 ** backoffs.get(history, 0.0)) * chance(model, history[1:], word)


PHRASES = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), min_size=1, max_size=12)


@given(PHRASES, st.sampled_from([1.0, 0.1]))
def test_what_may_follow_adds_up_to_one(phrases: list[list[str]], given_up: float) -> None:
    text = arpa(phrases, given_up=given_up)
    model = read(text)
    words = {word for phrase in phrases for word in phrase} | {"</s>"}
    histories = {gram for gram in model[0] if len(gram) < 3 and "</s>" not in gram}
    for history in histories:
        assert math.isclose(sum(chance(model, history, word) for word in words), 1.0, abs_tol=0.01)


@given(PHRASES)
def test_head_tells_how_many_grams_there_are(phrases: list[list[str]]) -> None:
    text = arpa(phrases)
    told = {int(length): int(count) for length, count in re.findall(r"ngram (\d)=(\d+)", text)}
    assert told == {length: sum(len(gram) == length for gram in read(text)[0]) for length in (1, 2, 3)}


def test_phrase_is_likelier_than_its_words_in_another_order() -> None:
    model = read(arpa([tokens("my internet is slow"), tokens("is it down")]))

    def likely(text: str) -> float:
        row = ("<s>", *text.split(), "</s>")
        return math.prod(chance(model, row[max(0, at - 2) : at], row[at]) for at in range(1, len(row)))

    assert likely("my internet is slow") > 20 * likely("slow is internet my") > 0


def test_text_becomes_words_in_small_letters() -> None:
    assert tokens("What’s in “Spark”? Wi-Fi, 500 ₽!") == ("what's", "in", "spark", "wi", "fi", "500")
    assert tokens("?!") == () and len(tokens("word " * 100)) == 40


def test_words_that_are_a_phrase_are_written_as_it_is() -> None:
    book = Book(("What's in Spark?", "what's  in spark", "My connection is dead."))
    assert book.written(("what's", "in", "spark")) == "What's in Spark?"
    assert book.written(("my", "spark")) == "my spark"
    assert book.words == {"what's", "in", "spark", "my", "connection", "is", "dead"}


def test_salad_of_known_words_is_told_from_a_phrase() -> None:
    book = Book(("my connection is dead", "when is the next charge"))
    assert book.known(("my", "connection", "is", "dead")) == 1.0
    assert 0.5 < book.known(("when", "is", "charge")) < 1.0
    assert book.known(("charge", "dead", "my", "next")) == 0.0


@pytest.mark.parametrize(
    ("voice", "word", "phones"),
    [
        ("en-us", "router", "R AW T ER"), ("en-us", "thing", "TH IH NG"), ("en-us", "judge", "JH AH JH"),
        ("ru", "почему", "P AH CH IH M UW"), ("ru", "щенок", "SH IH N AO K"), ("ru", "хлеб", "HH L EH P"), ("ru", "wi-fi", "W AY F AY"),
    ],
)  # fmt: skip
def test_sounds_of_a_word_become_english_phones(voice: str, word: str, phones: str) -> None:
    found = arpabet(pronounced([word], voice, separator="_")[0])
    assert " ".join(found).replace("IY", "IH") == phones


@pytest.mark.parametrize("told", [pronounced, by_program])
def test_each_text_gets_its_own_sounds_whatever_its_neighbours_are(told: Pronounced) -> None:
    texts = ["привет", "", "123456", "да. нет. да", "пока", "..."]
    together = told(texts, "ru", separator="_")
    assert len(together) == len(texts)
    assert together[0] == told(["привет"], "ru", separator="_")[0]
    assert together[4] == told(["пока"], "ru", separator="_")[0]


def test_library_and_program_tell_the_same_but_for_the_stress_of_small_words() -> None:
    assert found() is not None
    words = ["будет", "интернет", "подключение", "для", "сколько", "Wi-Fi", "роутер"]
    unstressed = str.maketrans("", "", "ˈˌ")
    one, other = pronounced(words, "ru", separator="_"), by_program(words, "ru", separator="_")
    assert [told.translate(unstressed) for told in one] == [told.translate(unstressed) for told in other]


def test_voice_that_is_none_is_said() -> None:
    with pytest.raises(SpeechUnavailable, match="no-such-voice"):
        pronounced(["word"], "no-such-voice")


@given(PHRASES)
def test_grammar_has_every_phrase_and_nothing_else(phrases: list[list[str]]) -> None:
    first, last, arcs = grammar(phrases)
    after: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for begin, end, _, word in arcs:
        after[begin].append((end, word))
    found: set[tuple[str, ...]] = set()
    ways: list[tuple[int, tuple[str, ...]]] = [(first, ())]
    while ways:
        state, words = ways.pop()
        if state == last:
            found.add(words)
        ways += [(end, (*words, word)) for end, word in after[state]]
    assert found == {tuple(phrase) for phrase in phrases}


def test_courtesies_stand_around_phrases_and_change_nothing_in_them() -> None:
    around = (("please", "hello"), ("please",))
    first, last, arcs = grammar([("slow", "internet"), ("hello",)], around)
    assert {word for begin, end, _, word in arcs if begin == end == first} == {"please", "hello"}
    assert {word for begin, end, _, word in arcs if begin == end == last} == {"please"}
    book = Book(("slow internet", "please call me"), around)
    assert book.known(("hello", "please", "slow", "internet", "please")) == 1.0
    assert book.known(("please", "call", "me")) == 1.0
    assert book.known(("hello",)) < 1.0 and book.known(("internet", "slow")) < 0.5
    assert book.without({"me"}).around == around
