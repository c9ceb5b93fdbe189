"""What customers say of an article that the bot quoted counts for the article."""

from __future__ import annotations

from gateway.model import commands as c
from gateway.model.events import BotMessage, Quotation
from gateway.ports import BotReply, TurnRequest, TurnResult
from gateway.store import articles
from gateway.store.articles import Votes
from tests.support_edge.bench import Bench

WIFI = Quotation(article="wifi", locale="en")


def quoting(request: TurnRequest) -> TurnResult:
    reply = BotReply(text="Hold the button for ten seconds.", quotes=WIFI)
    return TurnResult(outcome="answered", version="scripted", replies=(reply,))


async def quoted(bench: Bench, address: str = "ann") -> tuple[str, int]:
    """The bot answered by an article: the conversation, and where."""
    bench.engine.answer = quoting
    conversation = (await bench.say("How do I restart the router?", address=address)).conversation
    log = await bench.logged(conversation, "bot_message")
    (said,) = [entry for entry in log if isinstance(entry.event, BotMessage)]
    assert isinstance(said.event, BotMessage) and said.event.quotes == WIFI
    return conversation, said.seq


async def votes(bench: Bench) -> dict[tuple[str, str], Votes]:
    return await bench.store.read(bench.place.business, lambda tx, now: articles.votes(tx))


async def test_a_thumb_on_a_quoted_article_is_the_article_s(bench: Bench) -> None:
    conversation, seq = await quoted(bench)
    await bench.do(conversation, c.RateAnswer(seq=seq, helpful=True))
    other, at = await quoted(bench, address="bob")
    await bench.do(other, c.RateAnswer(seq=at, helpful=False))
    assert await votes(bench) == {("wifi", "en"): Votes(helped=1, unhelped=1)}


async def test_of_one_customer_the_latest_counts(bench: Bench) -> None:
    conversation, seq = await quoted(bench)
    for helpful in (True, True, False, True, False):
        await bench.do(conversation, c.RateAnswer(seq=seq, helpful=helpful))
    assert await votes(bench) == {("wifi", "en"): Votes(helped=0, unhelped=1)}


async def test_a_thumb_on_the_bot_s_own_words_is_no_article_s(bench: Bench) -> None:
    conversation = (await bench.say("Hello")).conversation
    (said,) = [
        entry for entry in await bench.logged(conversation, "bot_message") if isinstance(entry.event, BotMessage)
    ]
    await bench.do(conversation, c.RateAnswer(seq=said.seq, helpful=True))
    assert await votes(bench) == {}
