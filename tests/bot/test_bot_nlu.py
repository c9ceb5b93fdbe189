"""Understanding short texts."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from bot import artifact, worker
from bot.nlu import segments
from bot.nlu.calibrate import FALSE_REJECTION, calibrate
from bot.nlu.entities import Finder
from bot.nlu.features import LENGTHS, LETTERS, letter_hashes, ngrams, word_hash
from bot.nlu.lexicon import Lexicon
from bot.nlu.meaning import FOLDER, UNIT, meanings
from bot.nlu.model import Calibration
from bot.nlu.reader import Reader
from bot.nlu.regression import LOOSENESS, against_rest
from bot.nlu.text import language_of
from bot.nlu.train import NotTrainable, train
from gateway.language import MAX_CHARS, clean, stem, words

ROOT = Path(__file__).parents[2]
DIGEST = 4266686152
LEXICON = Lexicon(["интернет", "не", "работает", "привет", "подключить", "цена", "hello", "connection", "price"])


def top(bot: artifact.Bot, text: str) -> str:
    return bot.reader.read(text).intents[0][0]


def by_definition(tokens: list[str]) -> Counter[str]:
    """scikit-learn's ``char_wb`` 2–4-grams, but for the space that two neighbouring words share."""
    found: Counter[str] = Counter()
    for word in tokens:
        padded = f" {word} "
        for n in range(2, 5):
            found.update(padded[at : at + n] for at in range(len(padded) - n + 1))
    return found


@given(st.lists(st.text(alphabet="abcгдё", min_size=1, max_size=7), max_size=6))
def test_letter_runs_are_those_inside_words(tokens: list[str]) -> None:
    hashes = letter_hashes(tokens)
    _, counts = np.unique(hashes, return_counts=True)
    assert sorted(counts.tolist()) == sorted(by_definition(tokens).values())
    assert hashes.tolist() == [run for token in tokens for run in letter_hashes([token]).tolist()]
    assert len(hashes) == len(LENGTHS) * sum(map(len, tokens))


@given(st.lists(st.lists(st.sampled_from(["привет", "мир", "hello", "x", "12"]), max_size=8), max_size=4))
def test_ngrams_are_those_of_each_message_alone(messages: list[list[str]]) -> None:
    places, hashes = ngrams(messages)
    for at, tokens in enumerate(messages):
        own = hashes[places == at].tolist()
        assert Counter(own) == Counter(ngrams([tokens])[1].tolist())
        assert len(own) == len(tokens) + max(0, len(tokens) - 1) + sum(by_definition(tokens).values())


def test_stems_are_the_same_from_any_thread() -> None:
    typed = [f"{word}{end}" for word in ("интернет", "connection", "подключени") for end in ("ами", "s", "ем", "ing")]
    expected = [stem.__wrapped__(word) for word in typed]
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [stem.__wrapped__(word) for word in typed], range(200)):
            assert found == expected


def test_inflected_words_are_one_stem() -> None:
    one, other = (set(ngrams([words(clean(text))])[1].tolist()) for text in ("тарифами", "тарифы"))
    assert any(shared < LETTERS for shared in one & other)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("привет", "ru"),
        ("wi-fi не работает", "ru"),
        ("the cat", "en"),
        ("hello 12", "en"),
        ("12:30", ""),
        ("wifi", ""),
        ("qwrt zxcv", ""),
        ("straße größe", ""),
        ("", ""),
    ],
)
def test_language_is_told_by_script_and_words(text: str, language: str) -> None:
    assert language_of(words(clean(text)), LEXICON.knows) == language


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ghbdtn", "привет"),
        ("bynthytn yt hf,jnftn", "интернет не работает"),
        ("руддщ", "hello"),
        ("privet", "привет"),
        ("podkluchit' internet", "подключить интернет"),
        ("инетрнет не рабтает", "интернет не работает"),
        ("подлкючиить", "подключить"),
        ("conection", "connection"),
        ("hello", "hello"),
        ("цэна", "цэна"),
        ("интернет yt hf,jnftn", "интернет не работает"),
        ("hello сщттусешщт", "hello connection"),
        ("интернетнеработает", "интернет не работает"),
        ("helloconnectionprice", "hello connection price"),
        ("helloconnectionzorgle", "helloconnectionzorgle"),
        ("совсем другое дело", "совсем другое дело"),
        ("something else entirely", "something else entirely"),
    ],
)
def test_a_text_is_read_in_its_likeliest_spelling(typed: str, meant: str) -> None:
    assert LEXICON.read(clean(typed)) == meant.split()


def nearness(one: str, other: str) -> float:
    left, right = (meanings().vectors[meanings().row(word_hash(word))].astype(float) for word in (one, other))
    return float(left @ right) / UNIT**2


@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        ("cash", "money", "weather"),
        ("деньги", "cash", "weather"),
        ("заплатил", "bill", "rain"),
        ("роутера", "wifi", "cat"),
    ],
)
def test_words_that_mean_alike_lie_near(one: str, near: str, far: str) -> None:
    assert nearness(one, near) > 0.3 > nearness(one, far)


def test_the_table_has_every_russian_word_of_its_source() -> None:
    entries = [line.split(":")[1] for line in (FOLDER / "notions.txt").read_text("utf-8").splitlines() if ":" in line]
    spoken = [word for line in entries for word in words(clean(line)) if not word.isascii()]
    assert len(spoken) > 1_500 and [word for word in spoken if not meanings().knows(word)] == []


def test_a_word_without_meaning_is_no_word_of_the_table() -> None:
    assert not meanings().knows("зюзюблик") and meanings().row(word_hash("зюзюблик")) == 0
    assert not meanings().vectors[0].any() and meanings().telling[0] == 1


def test_a_table_that_changed_needs_bots_trained_anew() -> None:
    """Weights are of the table's dimensions: where this fails, raise ``artifact.FORMAT`` and note the new digest."""
    assert artifact.FORMAT == 5
    assert zlib.crc32(meanings().vectors.tobytes()) == DIGEST


def test_a_meaning_is_understood_that_no_example_spells() -> None:
    examples = [("where is my money", "money"), ("give me cash", "money"), ("dollars please", "money")]
    examples += [("it rains today", "weather"), ("snow is coming", "weather"), ("how hot is it", "weather")]
    tokens = [words(text) for text, _ in examples]
    model, _ = train(tokens, [intent for _, intent in examples])
    reader = Reader(model, Lexicon.of(tokens))
    assert [reader.read(text).intents[0][0] for text in ("деньги", "погода", "погода какая", "рубли")] == [
        "money", "weather", "weather", "money",
    ]  # fmt: skip


def test_a_word_that_everybody_knows_is_no_slip() -> None:
    assert Lexicon(["plane"]).read("place") == ["place"]
    assert Lexicon(["plane"]).read("plame") == ["plane"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cкoлькo", "сколько"),
        ("СКOЛЬКO", "сколько"),
        ("раypal", "paypal"),
        ("wi-fi", "wi fi"),
        ("ско\u200bлько", "сколько"),
        ("с\u0336к\u0336о\u0336лько", "сколько"),
        ("\u202eсколько\u202c", "сколько"),
        ("ско\u00adлько", "сколько"),
        ("５００", "500"),
    ],
)
def test_letters_that_look_alike_and_marks_that_are_not_seen_change_no_word(typed: str, meant: str) -> None:
    assert words(clean(typed)) == meant.split()


@pytest.mark.parametrize(
    "text", ["🎉🎉", "👍🏽👩‍👩‍👧", "שלום עולם", "مرحبا كيف حالك", "\u200b\u200d", "İıſẞ", "a" * 10_000, "я и " * 2_500]
)
def test_strange_texts_are_read_in_parts_without_error(salon_bot: artifact.Bot, text: str) -> None:
    parts = salon_bot.reader.read_parts(text)
    assert 1 <= len(parts) <= 3 and all(0 <= part.confidence <= 1 for part in parts)


@given(st.text(max_size=200))
def test_any_text_is_read_in_parts_without_error(salon_bot: artifact.Bot, text: str) -> None:
    parts = salon_bot.reader.read_parts(text)
    assert len(parts) > 1 or parts == (salon_bot.reader.read(text),)


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("сколько стоит стрижка и до скольки вы работаете?", ["prices", "hours"]),
        ("Какие у вас цены? Где вы находитесь?", ["prices", "address"]),
        ("how much is a haircut and where are you located", ["prices", "address"]),
        ("сколько стоит стрижка", ["prices"]),
        ("сколько стоит стрижка и окрашивание", ["prices"]),
        ("привет", ["greeting"]),
    ],
)
def test_several_matters_are_read_apart_and_one_is_read_whole(
    salon_bot: artifact.Bot, text: str, intents: list[str]
) -> None:  # fmt: skip
    assert [part.intents[0][0] for part in salon_bot.reader.read_parts(text)] == intents


@given(st.lists(st.sampled_from(["сколько", "стоит", "где", "вы", "hours", "zorgle", "и"]), min_size=2, max_size=9))
def test_a_run_of_words_is_read_as_if_it_stood_alone(salon_bot: artifact.Bot, tokens: list[str]) -> None:
    model = salon_bot.reader.model
    spans = [(start, end) for start in range(len(tokens)) for end in range(start + 1, len(tokens) + 1)]
    for (start, end), found in zip(spans, model.spans(tokens, spans), strict=True):
        assert found.tolist() == model.logits(tokens[start:end]).tolist()


@given(st.lists(st.sampled_from(["сколько", "стоит", "где", "вы", "hours", "zorgle", "и"]), min_size=1, max_size=9))
def test_what_is_remembered_changes_nothing(salon_bot: artifact.Bot, tokens: list[str]) -> None:
    model = salon_bot.reader.model
    model.forget()
    fresh = model.logits(tokens)
    for _ in range(2):
        assert fresh.tolist() == model.logits(tokens).tolist()
    for token in tokens:
        model.logits([token])
    assert fresh.tolist() == model.logits(tokens).tolist()


def heard(*told: tuple[str, float]) -> segments.Judge:
    """A judge for texts of letters a–c and x: ``told`` says what each span's words mean."""
    known = dict(told)

    def judge(spans: Sequence[segments.Span]) -> list[segments.Heard]:
        assert (0, 6) not in spans, "how the whole reads is known"
        return [segments.Heard(known.get(f"{start}-{end}", 0.0), ("a" if start == 0 else "b",)) for start, end in spans]

    return judge


@pytest.mark.parametrize(
    ("text", "place", "sign"),
    [
        ("one two three. four five six", 3, segments.Sign.END),
        ("one two three, four five six", 3, segments.Sign.COMMA),
        ("one two three and four five", 3, segments.Sign.JOINER),
        ("раз два\nтри четыре", 2, segments.Sign.END),
    ],
)
def test_signs_stand_before_words(text: str, place: int, sign: segments.Sign) -> None:
    assert segments.signs(clean(text), words(clean(text))) == {place: sign}


def test_words_of_another_layout_have_no_signs() -> None:
    assert segments.signs("hf,jnftn", ["работает"]) == {}


@pytest.mark.parametrize(("sure", "parts"), [(0.95, [(0, 3), (3, 6)]), (0.4, [(0, 6)])])
def test_a_message_is_cut_only_into_pieces_that_are_sure(sure: float, parts: list[tuple[int, int]]) -> None:
    judge = heard(("0-3", sure), ("3-6", sure))
    whole = segments.Heard(0.6, ("a", "b"))
    assert segments.parts(["x"] * 6, {3: segments.Sign.END}, whole=whole, judge=judge) == parts


def test_unknown_words_lower_every_score(salon_bot: artifact.Bot) -> None:
    reader = salon_bot.reader
    known, strange = (
        reader.read("какие у вас цены"),
        reader.read("какие у вас экзопланеты бозонные цены трансцендентные"),
    )
    assert strange.level < known.level
    assert strange.confidence < known.confidence


def test_a_text_of_unknown_words_is_outside(salon_bot: artifact.Bot) -> None:
    for text in ("зюзюблик фырчит", "zorgle frumptious", "", "🎉🎉", "....", "a" * 5_000):
        assert salon_bot.reader.read(text).outside, text


def test_reading_is_bounded_by_a_cap(salon_bot: artifact.Bot) -> None:
    start = "какие у вас цены " * 100
    assert salon_bot.reader.read(start) == salon_bot.reader.read(start[:MAX_CHARS] + " позовите оператора" * 10_000)


@given(st.text(max_size=300))
def test_any_text_is_read_without_error(salon_bot: artifact.Bot, text: str) -> None:
    reading = salon_bot.reader.read(text)
    assert 0 <= reading.confidence <= 1
    assert [score for _, score in reading.intents] == sorted((score for _, score in reading.intents), reverse=True)


@pytest.mark.parametrize(
    ("text", "intent"),
    [("crjkmrj cnjbn cnhb;rf", "prices"), ("skolko stoit strizhka", "prices"), ("скольк стоит сртижка", "prices")],
)
def test_a_repaired_text_means_what_was_meant(salon_bot: artifact.Bot, text: str, intent: str) -> None:
    assert top(salon_bot, text) == intent


levels = st.lists(st.floats(-20, 20), min_size=3, max_size=8)
CALIBRATION = Calibration(level=0.7, margin=0.4, offset=0.5, temperature=1.3, threshold=-2.0, outside=-2.0)


@given(levels)
def test_confidence_lies_between_0_and_1_and_keeps_the_order(logits: list[float]) -> None:
    confidences = CALIBRATION.confidences(sorted(logits, reverse=True))
    assert all(0 <= confidence <= 1 for confidence in confidences)
    assert confidences == sorted(confidences, reverse=True)


@given(levels, st.floats(0, 10))
def test_a_clearer_winner_is_never_less_sure(logits: list[float], more: float) -> None:
    best, *others = sorted(logits, reverse=True)
    assert CALIBRATION.confidences([best + more, *others])[0] >= CALIBRATION.confidences([best, *others])[0] - 1e-6


def held_out(
    seed: int,
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.intp]]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, 2_000).astype(np.intp)
    logits = rng.normal(-3, 1, (2_000, 5))
    logits[np.arange(2_000), truth] += 2.5
    return logits, truth


def test_threshold_rejects_five_percent_of_what_is_in_scope() -> None:
    logits, truth = held_out(1)
    threshold = calibrate(logits, truth, np.empty((0, 5))).threshold
    fresh, _ = held_out(2)
    assert (fresh.max(axis=1) < threshold).mean() == pytest.approx(FALSE_REJECTION, abs=0.02)


def test_confidence_is_the_share_that_is_right() -> None:
    logits, truth = held_out(1)
    calibration = calibrate(logits, truth, np.empty((0, 5)))
    fresh, meant = held_out(2)
    confidence = np.array([calibration.confidences(sorted(row, reverse=True))[0] for row in fresh])
    right = fresh.argmax(axis=1) == meant
    for low in (0.4, 0.6, 0.8):
        among = (confidence >= low) & (confidence < low + 0.2)
        assert right[among].mean() == pytest.approx(confidence[among].mean(), abs=0.1)


def test_slopes_stay_positive_on_contrary_scores() -> None:
    logits, truth = held_out(3)
    calibration = calibrate(-logits, truth, np.empty((0, 5)))
    assert calibration.level > 0 and calibration.margin > 0


def test_messages_of_unknown_intents_lower_confidence() -> None:
    logits, truth = held_out(1)
    outside = np.random.default_rng(4).normal(-3, 1, (500, 5))
    alone, beside = calibrate(logits, truth, np.empty((0, 5))), calibrate(logits, truth, outside)
    doubtful = [-2.0, -3.0, -4.0, -4.0, -4.0]
    assert beside.confidences(doubtful)[0] < alone.confidences(doubtful)[0]


def test_both_slopes_are_fitted_where_both_tell() -> None:
    """A step too long once held a slope at its least for good, and every message was as sure as the next."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 5, 300).astype(np.intp)
    logits = rng.normal(-6, 1, (300, 5))
    logits[np.arange(300), truth] += rng.choice([0.0, 6.0], 300, p=[0.1, 0.9])
    calibration = calibrate(logits, truth, rng.normal(-6, 1, (300, 5)))
    assert calibration.level > 0.1 and calibration.margin > 0.1


def test_too_many_intents_are_refused_before_they_cost_anything() -> None:
    tokens = [[f"word{at % 7}", f"other{at % 11}"] for at in range(50_000)]
    with pytest.raises(NotTrainable, match="10000 intents with 50000 examples are more than one bot can learn"):
        train(tokens, [str(at % 10_000) for at in range(50_000)])


def test_regressions_reach_their_least_loss() -> None:
    rng = np.random.default_rng(6)
    labels = rng.integers(0, 3, 60).astype(np.intp)
    written = sparse.csr_matrix(rng.normal(0, 0.3, (60, 8)) + np.eye(3, 8)[labels] * 0.5)
    weights, bias = against_rest(written, labels, 4)
    messages = np.column_stack((written.toarray(), np.ones(60)))
    for intent in range(3):
        found = np.append(weights[:, intent], bias[intent])
        signs = np.where(labels == intent, 1.0, -1.0)
        pull = LOOSENESS * (signs / (1 + np.exp(signs * (messages @ found)))) @ messages
        assert np.allclose(found, pull, atol=0.05)
    assert bias[3] == -100 and not weights[:, 3].any()


def test_training_needs_two_intents_and_some_examples() -> None:
    with pytest.raises(NotTrainable, match="two intents"):
        train([["one"], ["two"]], ["a", "a"])
    with pytest.raises(NotTrainable, match="few examples"):
        train([["one"], ["two"]], ["a", "b"])


def test_an_intent_with_a_single_example_is_learned() -> None:
    texts = ["red apple", "green apple", "apple pie", "fast car", "red car", "old car", "blue whale"]
    model, _ = train([words(text) for text in texts], ["a", "a", "a", "c", "c", "c", "w"])
    assert Reader(model, Lexicon.of([words(text) for text in texts])).read("blue whale").intents[0][0] == "w"


def test_what_is_read_back_reads_texts_the_same(salon_artifact: Path, salon_bot: artifact.Bot) -> None:
    again = artifact.read(salon_artifact)
    for text in ("сколько стоит стрижка", "where are you", "xyz", ""):
        assert again.reader.read(text) == salon_bot.reader.read(text)


def test_a_damaged_artifact_is_refused(salon_artifact: Path, tmp_path: Path) -> None:
    body = salon_artifact.read_bytes()
    for number, wrong in enumerate((b"", b"no zip", body[: len(body) // 2], body[:-100])):
        path = tmp_path / f"{number}.bot"
        path.write_bytes(wrong)
        with pytest.raises(artifact.ArtifactUnreadable):
            artifact.read(path)
    np.save(tmp_path / "array.npy", np.arange(3))
    for name in ("array.npy", "none.bot"):
        with pytest.raises(artifact.ArtifactUnreadable):
            artifact.read(tmp_path / name)


def test_a_pickle_in_an_artifact_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "evil.bot"
    with path.open("wb") as file:
        np.savez(file, meta=np.array([print], dtype=object))
    with pytest.raises(artifact.ArtifactUnreadable):
        artifact.read(path)


def test_another_format_is_refused(salon_artifact: Path, tmp_path: Path) -> None:
    with np.load(salon_artifact) as stored:
        arrays = dict(stored)
    newer = arrays["meta"].tobytes().replace(b'"format":5', b'"format":9')
    arrays["meta"] = np.frombuffer(newer, dtype=np.uint8)
    with (tmp_path / "newer.bot").open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(artifact.ArtifactUnreadable, match="format 9"):
        artifact.read(tmp_path / "newer.bot")


def test_serving_does_not_import_scipy(salon_artifact: Path) -> None:
    script = f"""
import asyncio, pathlib, sys
import bot
from gateway.ports import TurnInput, TurnRequest
engine = bot.engine()
bot.trainer()
asyncio.run(engine.load("b", pathlib.Path({str(salon_artifact)!r})))
request = TurnRequest(id="t", business="b", conversation="c", inputs=(TurnInput(seq=1, text="привет"),), locale="ru",
                      misses=0, facts={{}}, now=0)
asyncio.run(engine.turn(request))
heavy = [name for name in ("sklearn", "scipy", "joblib", "sqlalchemy", "aiohttp", "redis") if name in sys.modules]
print(heavy)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_training_is_deterministic(tmp_path: Path, salon: Path) -> None:
    targets = [tmp_path / "one.bot", tmp_path / "two.bot"]
    for target in targets:
        assert isinstance(worker.train(salon, target), worker.Done)
    assert targets[0].read_bytes() == targets[1].read_bytes()


FINDER = Finder(
    {"phone": [r"\+7[\s-]?\d{3}[\s-]?\d{2}[\s-]?\d{2}"]},
    [
        ("address", "Фонарная", "Фонарная"),
        ("address", "улица Фонарная, дом 3", "улица Фонарная, дом 3"),
        ("plan", "spark", "Искра"),
    ],
    {"искру": "Искра"},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("звоните +7 123-45-67", [("phone", "+7 123-45-67")]),
        ("живу на ФОНАРНАЯ, дом 12, да", [("address", "ФОНАРНАЯ, дом 12")]),
        ("the Spark plan", [("plan", "Искра")]),
        ("sparkling фонарнаями", []),
        ("", []),
    ],
)
def test_entities_are_found_as_whole_words(text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.name, entity.value) for entity in FINDER.find(text)] == found


@given(st.text(max_size=200))
def test_entities_stand_in_the_text_without_overlap(text: str) -> None:
    end = 0
    for entity in FINDER.find(text):
        assert end <= entity.start < entity.end <= len(text)
        end = entity.end
