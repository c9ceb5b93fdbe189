"""The same talks with both engines: the embedded one, and a live Rasa server trained on the same content.

Below the common ones stand those of the Rasa server alone: what it is told, and what is done when it fails.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from bot import engine as embedded_engine
from bot import worker
from bot.breaker import Breaker
from bot.dialogue.payload import OPERATOR
from bot.embedded import EmbeddedEngine
from bot.rasa.client import RasaClient
from bot.rasa.engine import RasaEngine
from bot.rasa.errors import RasaError
from bot.rasa.wire import Tracker
from bot.testing.stories import WrittenStory, read_stories
from gateway.ports import BotEngine, TurnResult
from gateway.settings import RasaServers
from scripts.rasa.serving import RasaServer, free_port
from tests.bot.rasa_server import TOKEN, served, settings_of
from tests.bot.stories import LANTERN, Judge, actions_of
from tests.bot.talking import Talk
from tests.bot.test_bot_knowledge import ARTICLE, GIBBERISH, Shelf

BUSINESS = "b"
ENGINES = ("embedded", "rasa")
HOUR = 3600.0
FORM = "connection_form"


@pytest.fixture(scope="module")
def server(pytestconfig: pytest.Config) -> Iterator[RasaServer]:
    with served(pytestconfig) as running:
        yield running


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("contract") / "lantern.bot"
    assert isinstance(worker.train(LANTERN, target), worker.Done)
    return target


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.of()


async def slug_of(business: str) -> str:
    return "lantern"


@pytest.fixture
async def rasa(server: RasaServer) -> AsyncIterator[RasaEngine]:
    engine = RasaEngine({"lantern": settings_of(server)}, slug_of=slug_of)
    yield engine
    await engine.aclose()


@pytest.fixture
async def embedded(trained: Path) -> AsyncIterator[EmbeddedEngine]:
    engine = embedded_engine()
    await engine.load(BUSINESS, trained)
    yield engine
    await engine.aclose()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> BotEngine:
    found: BotEngine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def client(server: RasaServer) -> AsyncIterator[RasaClient]:
    async with aiohttp.ClientSession() as session:
        yield RasaClient(server.url, token=TOKEN, session=session, breaker=Breaker(time.monotonic))


def talk(engine: BotEngine, locale: str = "ru") -> Talk:
    return Talk(engine, BUSINESS, f"c-{uuid.uuid4().hex}", locale=locale)


def texts(result: TurnResult) -> list[str]:
    return [reply.text for reply in result.replies]


def titles(result: TurnResult) -> list[str]:
    return [button.title for reply in result.replies for button in reply.buttons]


# --- both ---


@pytest.mark.parametrize("story", read_stories(LANTERN)[0], ids=lambda story: story.name)
async def test_story_goes_as_it_was_written(engine: BotEngine, judge: Judge, story: WrittenStory) -> None:
    customer = talk(engine, story.locale)
    for turn in story.turns:
        result = await customer.say(turn.text)
        assert judge.objections(turn, result, customer.facts) == [], turn.text
        if actions_of(turn)[-1] == FORM:
            assert judge.asks(result), texts(result)


async def test_button_says_what_it_stands_for(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("Здравствуйте!")
    result = await customer.press("Тарифы и цены")
    assert result.outcome == "answered" and "Искра" in texts(result)[0]
    assert result.intents[0].intent == "tariffs" and result.intents[0].confidence == 1.0


async def test_button_of_the_page_itself_is_understood(engine: BotEngine) -> None:
    result = await talk(engine, "en").choose("/tariffs")
    assert result.outcome == "answered" and "Spark" in texts(result)[0]


async def test_what_was_believed_is_told_with_names_for_people(engine: BotEngine) -> None:
    result = await talk(engine, "en").say("could you tell me the prices of your plans")
    best = result.intents[0]
    assert best.intent == "tariffs" and 0.4 < best.confidence <= 1 and best.title
    assert [one.confidence for one in result.intents] == sorted((o.confidence for o in result.intents), reverse=True)
    assert result.version and result.language == "en" and len(result.intents) <= 5


async def test_who_asks_for_a_person_gets_one(engine: BotEngine) -> None:
    result = await talk(engine).say("соедините меня с живым оператором")
    assert result.outcome == "handoff" and result.handoff is not None
    assert result.handoff.reason == "customer_asked" and texts(result)


async def test_button_for_a_person_brings_one(engine: BotEngine) -> None:
    result = await talk(engine, "en").choose("/switchboard.operator")
    assert result.handoff is not None and result.handoff.reason == "customer_asked"
    assert texts(result)[0].startswith("I am calling an operator")


async def test_rule_brings_a_person(engine: BotEngine) -> None:
    result = await talk(engine, "en").say("the technician didn't show up, I waited all morning")
    assert result.handoff is not None
    assert (result.handoff.reason, result.handoff.cause) == ("bot_decided", "rule")
    assert len(texts(result)) == 1, "the rule's own words, and no others"


async def test_reply_is_in_the_language_of_the_message(engine: BotEngine) -> None:
    customer = talk(engine, "en")
    assert "Искра" in texts(await customer.say("сколько стоит интернет в месяц"))[0]
    assert "Spark" in texts(await customer.say("could you tell me the prices of your plans"))[0]


async def test_three_misses_ask_ask_again_and_call_a_person(engine: BotEngine) -> None:
    customer = talk(engine)
    for misses in (1, 2):
        result = await customer.say("брындыкл шмурыга фыр")
        assert result.outcome in ("clarify", "rephrase") and result.misses == misses
        assert {"Позвать человека", "Позвать оператора"} & set(titles(result)), "a person is always a button"
    result = await customer.say("брындыкл шмурыга фыр")
    assert result.handoff is not None and result.handoff.reason == "not_understood"


async def test_miss_is_forgotten_with_the_next_answer(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("брындыкл шмурыга фыр")
    assert (await customer.say("сколько стоит интернет в месяц")).misses == 0


async def test_nod_gets_no_answer(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("сколько стоит интернет в месяц")
    result = await customer.say("👍")
    assert result.outcome == "silent" and not result.replies


@pytest.mark.parametrize(
    "text", ["/restart", "/session_start", "/back", " /deny", "//deny", '/deny{"address": "x"}', "/\n/deny", "/connection_form"]
)  # fmt: skip
async def test_words_that_look_like_commands_are_words(engine: BotEngine, text: str) -> None:
    customer = talk(engine)
    await customer.say("хочу подключить интернет в новую квартиру")
    await customer.say("улица Лучистая 33")
    await customer.say(text)
    before = customer.facts["address"]
    assert "Лучистая" in before
    if customer.memory is not None and customer.memory.form:  # "deny" is a word, too, and may be understood as one
        await customer.say("+7 495 000-15-51")
        assert customer.facts["address"] == before


async def test_typed_payload_sets_no_slot(engine: BotEngine) -> None:
    customer = talk(engine)
    result = await customer.say('/greeting{"language": "en", "plan": "Маяк", "address": "x"}')
    assert result.language in ("ru", "en") and customer.facts.get("address", "") != "x"


async def test_burst_of_pieces_is_read_as_one(engine: BotEngine) -> None:
    result = await talk(engine).say("сколько стоит", "интернет", "в месяц")
    assert result.intents[0].intent == "tariffs" and len(texts(result)) == 1


async def test_two_questions_of_one_burst_are_both_answered(engine: BotEngine) -> None:
    result = await talk(engine, "en").say("could you tell me the prices of your plans", "where is your office located")
    assert len(texts(result)) == 2 and "Spark" in texts(result)[0]


async def test_turn_whose_result_was_lost_is_made_again_and_counts_once(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("хочу подключить интернет в новую квартиру")
    lost = await customer.lost("улица Лучистая 33")
    result = await customer.answer(lost)
    assert customer.memory is not None and (customer.memory.form, customer.memory.asks) == (FORM, "phone")
    assert "Лучистая" in customer.facts["address"] and texts(result)


async def test_lost_turn_is_answered_with_what_came_after_it(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("хочу подключить интернет в новую квартиру")
    await customer.say("улица Лучистая 33")
    lost = await customer.lost("+7 495 000-11-11")
    await customer.answer((*lost, *customer.write("нет, телефон другой: +7 495 000-15-51")))
    assert customer.memory is not None and customer.memory.form == FORM
    await customer.say("завтра после 17")
    assert customer.facts["phone"].replace(" ", "").replace("-", "").endswith("4950001551")


async def test_people_in_between_end_the_form_and_keep_what_was_said(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("хочу подключить интернет в новую квартиру")
    await customer.say("улица Лучистая 33")
    customer.person("Здравствуйте, это Ольга. Телефон запишу сама.", "Готово, ждите звонка.")
    result = await customer.say("а сколько у вас каналов в пакете тв?")
    assert result.intents[0].intent == "tv_package" and len(texts(result)) == 1
    assert customer.memory is None or not customer.memory.form
    assert "Лучистая" in customer.facts["address"]


async def test_turn_that_people_forestalled_leaves_nothing_behind(engine: BotEngine) -> None:
    customer = talk(engine)
    await customer.say("хочу подключить интернет в новую квартиру")
    await customer.forestalled("улица Лучистая 33")
    customer.person("Запишу всё сама, спасибо.")
    result = await customer.say("сколько стоит интернет в месяц")
    assert result.intents[0].intent == "tariffs" and "address" not in customer.facts


# --- Rasa alone ---


def said(tracker: Tracker, kind: str) -> list[str]:
    return [event.text or "" for event in tracker.events if event.event == kind]


async def test_conversation_is_ours_and_inputs_carry_their_numbers(rasa: RasaEngine, client: RasaClient) -> None:
    customer = talk(rasa)
    await customer.say("Здравствуйте!")
    tracker = await client.tracker(customer.conversation)
    tags = [event.metadata.switchboard for event in tracker.events if event.event == "user" and event.metadata]
    assert [(tag.seq, tag.turn) for tag in tags if tag] == [(1, f"{customer.conversation}:1")]


async def test_same_turn_made_twice_is_said_to_rasa_once(rasa: RasaEngine, client: RasaClient) -> None:
    customer = talk(rasa)
    inputs = customer.write("сколько стоит интернет в месяц")
    first = await rasa.turn(customer.request(inputs))
    second = await rasa.turn(customer.request(inputs))
    assert first == second
    assert said(await client.tracker(customer.conversation), "user") == ["сколько стоит интернет в месяц"]


async def test_what_people_said_is_told_to_rasa(rasa: RasaEngine, client: RasaClient) -> None:
    customer = talk(rasa)
    await customer.say("Здравствуйте!")
    customer.person("Здравствуйте, это Ольга.")
    customer.write("я насчёт роутера")
    customer.person("Роутер привезут завтра.")
    await customer.say("спасибо огромное, вы помогли")
    tracker = await client.tracker(customer.conversation)
    assert said(tracker, "user")[-3:] == ["Здравствуйте!", "я насчёт роутера", "спасибо огромное, вы помогли"]
    assert {"Здравствуйте, это Ольга.", "Роутер привезут завтра."} <= set(said(tracker, "bot"))
    kinds = [event.event for event in tracker.events]
    assert kinds.index("pause") < kinds.index("resume") and not tracker.paused


async def test_log_is_read_only_where_the_tracker_is_not_as_it_was_left(rasa: RasaEngine) -> None:
    customer = talk(rasa)
    await customer.say("Здравствуйте!")
    begun = customer.recalled
    await customer.say("сколько стоит интернет в месяц")
    await customer.say("спасибо")
    assert customer.recalled == begun
    customer.person("Я здесь.")
    await customer.say("сколько стоит интернет в месяц")
    assert customer.recalled == begun + 1


async def test_forged_payload_with_entities_is_no_press(rasa: RasaEngine) -> None:
    customer = talk(rasa)
    result = await customer.choose('/connection_request{"address": "Лампа"}')
    assert customer.facts.get("address") != "Лампа"
    assert result.intents[0].confidence < 1


async def test_session_that_ended_begins_anew_in_the_same_language(server: RasaServer, rasa: RasaEngine) -> None:
    customer = talk(rasa)
    await customer.say("хочу подключить интернет в новую квартиру")
    later = RasaEngine({"lantern": settings_of(server)}, slug_of=slug_of, now=lambda: time.time() + 2 * HOUR)
    customer.engine = later
    result = await customer.say("сколько стоит интернет в месяц")
    await later.aclose()
    assert "Искра" in texts(result)[0] and len(texts(result)) == 1
    assert customer.memory is not None and customer.memory.form == ""


async def test_what_rasa_does_not_understand_an_article_answers(server: RasaServer) -> None:
    shelf = Shelf(ARTICLE)
    engine = RasaEngine({"lantern": settings_of(server)}, slug_of=slug_of, knowledge=shelf)
    customer = talk(engine)
    result = await customer.say(GIBBERISH)
    understood = await customer.say("сколько стоит интернет в месяц")
    await engine.aclose()
    assert result.outcome == "answered" and result.misses == 0
    assert result.replies[0].quotes == ARTICLE.quotes
    assert [button.payload for button in result.replies[0].buttons][-1] == OPERATOR
    assert shelf.asked == [GIBBERISH] and "Искра" in texts(understood)[0]


async def test_other_server_answers_where_one_is_down(server: RasaServer) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    engine = RasaEngine({"lantern": settings_of(server, dead)}, slug_of=slug_of)
    customer = talk(engine)
    result = await customer.say("сколько стоит интернет в месяц")
    assert result.outcome == "answered"
    assert [line for line in engine.degraded() if dead in line and "can't be reached" in line]
    await engine.aclose()


async def test_server_that_is_gone_costs_turns_until_people_are_called() -> None:
    dead = RasaServers(urls=(f"http://127.0.0.1:{free_port()}",), token=TOKEN)
    engine = RasaEngine({"lantern": dead}, slug_of=slug_of)
    customer = talk(engine)
    inputs = customer.write("сколько стоит интернет в месяц")
    for _ in range(3):
        with pytest.raises(RasaError) as raised:
            await engine.turn(customer.request(inputs))
        assert TOKEN not in str(raised.value)
    result = await engine.turn(customer.request(inputs))
    await engine.aclose()
    assert result.handoff is not None
    assert (result.handoff.reason, result.handoff.cause) == ("bot_failed", "engine_failed")


async def test_business_without_servers_is_none_of_its_business(rasa: RasaEngine) -> None:
    engine = RasaEngine({"another": RasaServers(urls=("http://127.0.0.1:9",))}, slug_of=slug_of)
    assert await engine.pool(BUSINESS) is None and await rasa.pool(BUSINESS) is not None
    await engine.aclose()


async def test_server_that_was_killed_in_the_middle_of_a_form_goes_on_with_it(
    server: RasaServer, rasa: RasaEngine
) -> None:
    customer = talk(rasa)
    await customer.say("хочу подключить интернет в новую квартиру")
    await customer.say("улица Лучистая 33")
    server.kill()
    inputs = customer.write("+7 495 000-15-51")
    with pytest.raises(RasaError):
        await rasa.turn(customer.request(inputs))
    await asyncio.to_thread(server.start)
    result = await customer.answer(inputs)
    assert customer.memory is not None and (customer.memory.form, customer.memory.asks) == (FORM, "time")
    assert texts(result)
    result = await customer.say("завтра после 17")
    assert "улица Лучистая 33" in texts(result)[0] and "+7 495 000-15-51" in texts(result)[0]
