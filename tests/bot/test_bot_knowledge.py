"""Where the bot doesn't understand, an article that answers beyond doubt is quoted, its source named, a person offered."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import phrases
from bot.dialogue.payload import OPERATOR
from bot.embedded import EmbeddedEngine
from gateway.model.events import Quotation
from gateway.ports import KnownAnswer, TurnInput, TurnRequest, TurnResult

GIBBERISH = "зюзюблик фырчит"
ARTICLE = KnownAnswer(
    title="Зюзюблики", text="Фырчит потому, что ему хорошо.", url="https://h.example/help/salon/z?lang=ru", locale="ru",
    quotes=Quotation(article="z", locale="ru"),
)  # fmt: skip


class Shelf:
    """A ``Knowledge`` of one article."""

    def __init__(self, found: KnownAnswer | None, *, broken: bool = False, slow: bool = False) -> None:
        self.found = found
        self.broken = broken
        self.slow = slow
        self.asked: list[str] = []
        self.in_vain: list[str] = []

    async def answer(self, business: str, question: str, locale: str) -> KnownAnswer | None:
        self.asked.append(question)
        if self.broken:
            raise ConnectionError
        if self.slow:
            await asyncio.Event().wait()
        return self.found

    def missed(self, business: str, question: str, locale: str) -> None:
        self.in_vain.append(question)


async def answer(artifact: Path, shelf: Shelf, text: str, *, misses: int = 0, channel: str = "webchat") -> TurnResult:
    engine = EmbeddedEngine(knowledge=shelf)
    await engine.load("salon", artifact)
    request = TurnRequest(
        id="c:1", business="salon", conversation="c", inputs=(TurnInput(seq=1, text=text),), locale="ru", misses=misses,
        facts={}, now=0, channel=channel,
    )  # fmt: skip
    return await engine.turn(request)


async def test_an_article_is_quoted_with_its_source_and_a_person_is_offered(salon_artifact: Path) -> None:
    result = await answer(salon_artifact, Shelf(ARTICLE), GIBBERISH)

    assert result.outcome == "answered" and result.handoff is None
    (reply,) = result.replies
    assert reply.quotes == ARTICLE.quotes
    assert reply.text == (
        "Фырчит потому, что ему хорошо.\n\nИз статьи «Зюзюблики», целиком: https://h.example/help/salon/z?lang=ru"
    )
    assert [button.payload for button in reply.buttons] == [OPERATOR]


async def test_without_a_page_the_source_is_named_all_the_same(salon_artifact: Path) -> None:
    unpublished = KnownAnswer(title="Зюзюблики", text="Фырчит.", url="", locale="ru")
    (reply,) = (await answer(salon_artifact, Shelf(unpublished), GIBBERISH)).replies
    assert reply.text == "Фырчит.\n\nИз статьи «Зюзюблики»."


async def test_a_call_hears_no_address(salon_artifact: Path) -> None:
    (reply,) = (await answer(salon_artifact, Shelf(ARTICLE), GIBBERISH, channel="voice")).replies
    assert "h.example" in reply.text
    assert reply.spoken and "example" not in reply.spoken


async def test_what_the_bot_understands_it_answers_itself(salon_artifact: Path) -> None:
    shelf = Shelf(ARTICLE)
    result = await answer(salon_artifact, shelf, "сколько стоит стрижка")
    assert result.outcome == "answered" and "Зюзюблики" not in result.replies[0].text
    assert shelf.asked == []


async def test_an_articles_answer_is_no_miss_and_ends_no_row_of_misses(salon_artifact: Path) -> None:
    assert (await answer(salon_artifact, Shelf(ARTICLE), GIBBERISH, misses=0)).misses == 0
    assert (await answer(salon_artifact, Shelf(ARTICLE), GIBBERISH, misses=1)).misses == 1


async def test_before_giving_up_the_articles_are_asked(salon_artifact: Path) -> None:
    assert (await answer(salon_artifact, Shelf(None), GIBBERISH, misses=2)).handoff is not None
    result = await answer(salon_artifact, Shelf(ARTICLE), GIBBERISH, misses=2)
    assert result.outcome == "answered" and result.handoff is None


async def test_what_no_article_answers_is_told_and_the_bot_asks_back(salon_artifact: Path) -> None:
    shelf = Shelf(None)
    result = await answer(salon_artifact, shelf, GIBBERISH)
    assert result.outcome == "rephrase" and shelf.in_vain == [GIBBERISH]


@pytest.mark.parametrize("shelf", [Shelf(ARTICLE, broken=True), Shelf(ARTICLE, slow=True)], ids=["broken", "slow"])
async def test_a_turn_does_without_articles_that_cant_be_read(
    salon_artifact: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dialogue.unsure.LOOKED_FOR", 0.01)
    result = await answer(salon_artifact, shelf, GIBBERISH)
    assert result.outcome == "rephrase" and shelf.in_vain == []


def test_both_catalogues_name_the_source() -> None:
    for language in ("ru", "en"):
        for key in ("article_source", "article_all"):
            assert "Delivery" in phrases.say(key, language).format(title="Delivery", url="https://h.example")


async def test_what_the_bot_would_say_is_suggested_with_its_topic(salon_artifact: Path) -> None:
    engine = EmbeddedEngine()
    await engine.load("salon", salon_artifact)
    (best, *_) = await engine.suggest("salon", "сколько стоит стрижка", "ru")

    assert best.origin == "bot" and best.confidence > 0.5
    own = await answer(salon_artifact, Shelf(None), "сколько стоит стрижка")
    assert best.text == own.replies[0].text


@pytest.mark.parametrize("text", [GIBBERISH, "позовите человека", "запишите меня на завтра"])
async def test_what_the_bot_would_not_just_say_is_not_suggested(salon_artifact: Path, text: str) -> None:
    engine = EmbeddedEngine()
    await engine.load("salon", salon_artifact)
    assert [one for one in await engine.suggest("salon", text, "ru") if one.confidence > 0.5] == []


async def test_a_business_without_a_bot_suggests_nothing() -> None:
    assert await EmbeddedEngine().suggest("salon", "hello", "en") == ()
