"""Whole turns of the embedded engine on the salon's content."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import artifact, engine, phrases, worker
from bot.dialogue.heard import hear_all, hear_one
from bot.dialogue.payload import BOT, OPERATOR
from bot.embedded import EmbeddedEngine
from gateway.errors import BotNotReady
from gateway.ports import TurnInput, TurnRequest, TurnResult

GIBBERISH = "зюзюблик фырчит"


SAID = st.sampled_from(
    [
        "сколько стоит стрижка",
        "запишите меня на завтра",
        "да",
        "спасибо",
        "👍",
        "",
        "…",
        "стрижка +7 495 000-00-01",
        "hello",
    ]
) | st.text(max_size=40)


@given(SAID)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_text_is_heard_as_a_burst_of_one(salon_bot: artifact.Bot, text: str) -> None:
    assert hear_one(salon_bot, text) == hear_all(salon_bot, [TurnInput(seq=1, text=text)])


@pytest.fixture(scope="module")
def salon_engine(salon_artifact: Path) -> EmbeddedEngine:
    loaded = engine()
    asyncio.run(loaded.load("salon", salon_artifact))
    return loaded


class Customer:
    """Writes to the salon's bot and remembers misses and facts, as the core does."""

    def __init__(self, bot: EmbeddedEngine, locale: str = "ru") -> None:
        self.bot = bot
        self.locale = locale
        self.misses = 0
        self.facts: dict[str, str] = {}
        self.turns = 0

    def writes(self, *texts: str) -> TurnResult:
        return self._turn(tuple(TurnInput(seq=seq, text=text) for seq, text in enumerate(texts, 1)))

    def presses(self, choice: str, title: str = "…") -> TurnResult:
        return self._turn((TurnInput(seq=1, text=title, choice=choice),))

    def _turn(self, inputs: tuple[TurnInput, ...]) -> TurnResult:
        self.turns += 1
        result = turn(self.bot, inputs, id=f"c/{self.turns}", locale=self.locale, misses=self.misses, facts=self.facts)
        self.misses = result.misses
        self.facts |= result.facts
        return result


def turn(
    bot: EmbeddedEngine,
    inputs: tuple[TurnInput, ...],
    *,
    id: str = "c/1",
    locale: str = "ru",
    misses: int = 0,
    facts: Mapping[str, str] | None = None,
) -> TurnResult:
    request = TurnRequest(
        id=id, business="salon", conversation="c", inputs=inputs, locale=locale, misses=misses, facts=facts or {}, now=0
    )
    return asyncio.run(bot.turn(request))


@pytest.fixture
def customer(salon_engine: EmbeddedEngine) -> Customer:
    return Customer(salon_engine)


def reason_of(result: TurnResult) -> str | None:
    return result.handoff.reason if result.handoff else None


def texts(result: TurnResult) -> list[str]:
    return [reply.text for reply in result.replies]


def payloads(result: TurnResult) -> list[str]:
    return [button.payload for reply in result.replies for button in reply.buttons]


def test_what_is_understood_is_answered_with_its_buttons(customer: Customer) -> None:
    result = customer.writes("сколько стоит стрижка?")
    assert (result.outcome, texts(result), payloads(result)) == ("answered", ["Стрижка стоит 1000 ₽."], ["/booking"])
    assert result.intents[0].intent == "prices" and result.intents[0].title == "Цены"
    assert result.language == "ru" and result.misses == 0


def test_cards_of_the_content_come_with_their_answer(salon_engine: EmbeddedEngine) -> None:
    customer = Customer(salon_engine, locale="en")
    (reply,) = customer.presses('/address{"phone": "555-0101"}').replies
    (card,) = reply.cards
    assert (card.title, card.text) == ("The salon", "We ring 555-0101 before you come")
    assert card.image == "https://example.com/salon.jpg"
    assert [(one.title, one.payload, one.url) for one in card.buttons] == [
        ("Map", "", "https://example.com/map"), ("Opening hours", "/hours", ""),
    ]  # fmt: skip


def test_the_answer_is_in_the_language_that_was_written(customer: Customer) -> None:
    assert texts(customer.writes("how much is a haircut")) == ["A haircut is 1000."]
    assert customer.locale == "ru"


def test_a_pressed_button_is_certain_and_answered_in_the_locale(salon_engine: EmbeddedEngine) -> None:
    result = Customer(salon_engine, locale="en-GB").presses("/prices", "Цены")
    assert texts(result) == ["A haircut is 1000."]
    assert result.intents[0].intent == "prices" and result.intents[0].confidence == 1


def test_a_payload_sets_only_slots_of_the_content(customer: Customer) -> None:
    result = customer.presses('/hours{"phone": "+7 1", "language": "en", "admin": "yes"}')
    assert result.facts == {"phone": "+7 1"}
    assert texts(result) == ["Мы открыты с 9 до 21."]


@pytest.mark.parametrize("choice", ["/nothing", "hours", "/hours{broken", "/", "/switchboard.unknown", "\x00"])
def test_an_unknown_payload_is_read_as_its_title(customer: Customer, choice: str) -> None:
    assert texts(customer.presses(choice, "какой у вас адрес")) == ["Тихая улица, 4."]


def test_a_typed_slash_is_only_text(customer: Customer) -> None:
    result = customer.writes('/hours{"phone": "+7 1"}')
    assert "phone" not in result.facts
    assert result.intents[0].confidence < 1


def test_asking_for_a_person_hands_off(customer: Customer) -> None:
    result = customer.writes("нужен оператор")
    assert (result.outcome, reason_of(result), texts(result)) == (
        "handoff",
        "customer_asked",
        [phrases.say("utter_handoff", "ru")],
    )


def test_the_operator_button_hands_off(customer: Customer) -> None:
    assert reason_of(customer.presses(OPERATOR)) == "customer_asked"


def test_coming_back_from_the_queue_is_greeted(customer: Customer) -> None:
    result = customer.presses(BOT)
    assert (result.outcome, texts(result)) == ("answered", [phrases.say("back", "ru")])


def test_a_long_burst_is_bounded_and_its_buttons_count(salon_engine: EmbeddedEngine) -> None:
    pressed = TurnInput(seq=1, text="…", choice=OPERATOR)
    flood = tuple(TurnInput(seq=seq, text="какие у вас цены") for seq in range(2, 500))
    assert reason_of(turn(salon_engine, (pressed, *flood))) == "customer_asked"


def test_a_rule_may_answer_and_then_hand_off(customer: Customer) -> None:
    result = customer.writes("хочу пожаловаться на мастера")
    assert (result.outcome, reason_of(result)) == ("handoff", "bot_decided")
    assert texts(result) == ["Нам очень жаль. Разберёмся."]


def test_a_form_that_has_all_it_asks_for_is_done_at_once(customer: Customer) -> None:
    result = customer.writes("запишите меня на стрижку, телефон +7 123 456-78-90")
    assert (reason_of(result), texts(result)) == (None, [phrases.say("form_done", "ru")])
    assert result.facts == {"service": "стрижка", "phone": "+71234567890"}


def test_a_rule_without_words_is_silent(customer: Customer) -> None:
    result = customer.writes("ясно понятно")
    assert (result.outcome, result.replies, result.misses) == ("silent", (), 0)


def test_an_intent_without_a_rule_is_answered_by_its_response(customer: Customer) -> None:
    assert texts(customer.presses("/gift_card")) == ["Перезвоним на —."]
    customer.facts["phone"] = "+7 5"
    assert texts(customer.presses("/gift_card")) == ["Перезвоним на +7 5."]


def test_two_questions_of_one_message_are_answered_both(customer: Customer) -> None:
    result = customer.writes("сколько стоит стрижка и во сколько вы открываетесь?")
    assert texts(result) == ["Стрижка стоит 1000 ₽.", "Мы открыты с 9 до 21."]


def test_an_unsure_bot_asks_which_was_meant(customer: Customer) -> None:
    result = customer.writes("цены адрес")
    assert (result.outcome, result.misses) == ("clarify", 1)
    assert texts(result) == [phrases.say("utter_ask_clarify", "ru")]
    assert set(payloads(result)[:2]) == {"/prices", "/address"}
    assert payloads(result)[-1] == OPERATOR
    assert 3 <= len(payloads(result)) <= 4
    answered = customer.presses(payloads(result)[0])
    assert (answered.outcome, answered.misses) == ("answered", 0)


def test_three_misses_end_with_a_person(customer: Customer) -> None:
    results = [customer.writes(GIBBERISH) for _ in range(3)]
    assert [result.outcome for result in results] == ["rephrase", "rephrase", "handoff"]
    assert [result.misses for result in results] == [1, 2, 3]
    assert all(payloads(result)[-1] == OPERATOR for result in results[:2])
    assert reason_of(results[2]) == "not_understood"


def test_the_second_miss_asks_to_rephrase_whatever_is_likely(customer: Customer) -> None:
    customer.writes(GIBBERISH)
    assert customer.writes("цены адрес").outcome == "rephrase"


def test_an_answer_ends_the_misses(customer: Customer) -> None:
    customer.writes(GIBBERISH)
    assert customer.writes("какой у вас адрес").misses == 0
    assert customer.misses == 0


def test_a_burst_of_two_questions_gets_two_answers(customer: Customer) -> None:
    result = customer.writes("какой у вас адрес", "и сколько стоит стрижка")
    assert texts(result) == ["Тихая улица, 4.", "Стрижка стоит 1000 ₽."]


def test_a_burst_gets_two_answers_at_most_and_none_twice(customer: Customer) -> None:
    result = customer.writes("какой у вас адрес", "где вы находитесь", "какие у вас цены", "когда вы работаете")
    assert len(texts(result)) == 2 == len(set(texts(result)))


def test_a_sentence_sent_in_pieces_is_read_joined(customer: Customer) -> None:
    assert texts(customer.writes("можно", "записаться", "на завтра")) == [
        phrases.say("form_ask", "ru").format(field="service")
    ]


def test_what_is_not_understood_in_a_burst_does_not_spoil_the_rest(customer: Customer) -> None:
    assert texts(customer.writes("какой у вас адрес", GIBBERISH)) == ["Тихая улица, 4."]


def test_a_person_asked_for_in_a_burst_goes_before_answers(customer: Customer) -> None:
    result = customer.writes("какие у вас цены", "нужен оператор")
    assert (reason_of(result), len(result.replies)) == ("customer_asked", 1)


def test_a_nod_needs_no_answer_and_is_no_miss(customer: Customer) -> None:
    customer.writes(GIBBERISH)
    result = customer.writes("👍🏽", "❤️")
    assert (result.outcome, result.replies, result.misses) == ("silent", (), 1)


@pytest.mark.parametrize("text", ["", "   ", "???", "😡", "🤷‍♀️", ".", "a" * 100_000, "\u200b"])
def test_what_holds_no_words_is_asked_for_again(customer: Customer, text: str) -> None:
    assert customer.writes(text).outcome == "rephrase"


def test_without_a_telling_word_the_locale_decides(salon_engine: EmbeddedEngine) -> None:
    assert Customer(salon_engine, locale="en").writes("12345").language == "en"
    assert Customer(salon_engine, locale="ru").writes("qwrtz").language == "ru"


def test_the_same_turn_says_the_same_and_turns_vary(salon_engine: EmbeddedEngine) -> None:
    hello = (TurnInput(seq=1, text="привет"),)
    assert turn(salon_engine, hello, id="x/1") == turn(salon_engine, hello, id="x/1")
    assert len({tuple(texts(turn(salon_engine, hello, id=f"x/{n}"))) for n in range(30)}) == 2


def test_a_language_without_words_is_answered_in_another(salon_engine: EmbeddedEngine) -> None:
    assert texts(Customer(salon_engine, locale="de").presses("/hours")) == ["Мы открыты с 9 до 21."]


def test_a_business_without_a_bot_hands_off_unless_one_is_on_its_way(salon_engine: EmbeddedEngine) -> None:
    request = TurnRequest(
        id="1", business="other", conversation="c", inputs=(TurnInput(seq=1, text="x"),), locale="ru", misses=0,
        facts={}, now=0,
    )  # fmt: skip
    assert reason_of(asyncio.run(salon_engine.turn(request))) == "bot_decided"
    salon_engine.expect("other")
    with pytest.raises(BotNotReady):
        asyncio.run(salon_engine.turn(request))
    salon_engine.unload("other")
    assert reason_of(asyncio.run(salon_engine.turn(request))) == "bot_decided"


def test_publishing_swaps_the_version_and_a_damaged_file_changes_nothing(salon: Path, tmp_path: Path) -> None:
    def trained(name: str) -> Path:
        assert isinstance(worker.train(salon, tmp_path / name), worker.Done)
        return tmp_path / name

    async def journey() -> None:
        bot = engine()
        told: list[str] = []
        bot.on_load = told.append
        first = await bot.load("salon", trained("one.bot"))
        domain = salon / "domain.yml"
        domain.write_text(domain.read_text(encoding="utf-8").replace("с 9 до 21", "круглосуточно"), encoding="utf-8")
        second = await bot.load("salon", trained("two.bot"))
        assert first != second == bot.version("salon")
        assert told == ["salon", "salon"]
        (tmp_path / "bad.bot").write_bytes(b"no bot")
        with pytest.raises(artifact.ArtifactUnreadable):
            await bot.load("salon", tmp_path / "bad.bot")
        assert bot.version("salon") == second
        bot.unload("salon")
        assert bot.version("salon") is None
        await bot.aclose()

    asyncio.run(journey())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=4), st.integers(0, 5))
def test_any_input_gets_a_result(salon_engine: EmbeddedEngine, said: list[tuple[str, str]], misses: int) -> None:
    inputs = tuple(TurnInput(seq=seq, text=text, choice=choice) for seq, (text, choice) in enumerate(said))
    result = turn(salon_engine, inputs, misses=misses)
    assert result.replies or result.outcome == "silent"
    assert (result.handoff is not None) == (result.outcome == "handoff")
    assert len(result.intents) <= 5 and all(0 <= score.confidence <= 1 for score in result.intents)
