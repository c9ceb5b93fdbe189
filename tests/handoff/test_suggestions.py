"""What an operator could answer: the best of all suggesters, for the customer's last words, within a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from gateway.model import commands as c
from gateway.ports import Suggestion
from gateway.store.store import Store
from handoff.suggestions import Asked, Suggestions, asked_in, merged
from tests.gateway.admin.browsers import Browser, code
from tests.knowledge.desk import DELIVERY, publish, show, write
from tests.support.stores import Place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.site import Site
from tests.support_edge.times import Times


@pytest.fixture
async def bench(store: Store, place: Place, times: Times) -> AsyncIterator[Bench]:
    async with on_bench(store, place, times) as running:
        yield running


def suggestion(text: str, *, source: str = "", confidence: float = 0.5) -> Suggestion:
    return Suggestion(text=text, origin="bot", source=source or text, confidence=confidence)


def test_at_most_three_are_told_best_first() -> None:
    found = merged(suggestion(f"answer {number}", confidence=number / 10) for number in range(6))
    assert [one.text for one in found] == ["answer 5", "answer 4", "answer 3"]


def test_neither_the_same_words_nor_the_same_title_come_twice() -> None:
    found = merged(
        [
            suggestion("By card.", source="Payment", confidence=0.9),
            suggestion("by  CARD.", source="Paying", confidence=0.8),
            suggestion("Pay by card.", source="payment", confidence=0.7),
            suggestion("", source="Empty"),
        ]
    )
    assert [one.source for one in found] == ["Payment"]


def test_what_the_customer_was_told_already_is_not_suggested() -> None:
    said = ("Pay by card.\n\nFrom the article “Payment”: https://example.com/help",)
    found = merged([suggestion("pay by CARD.", confidence=0.9), suggestion("Pay by transfer.")], said=said)
    assert [one.text for one in found] == ["Pay by transfer."]


async def test_what_is_answered_are_the_words_since_a_person_answered(bench: Bench) -> None:
    talk = (await bench.say("Hello", key="1")).conversation
    await bench.say("Where is my parcel", key="2")
    assert (await asked(bench, talk))[1] == "Hello\nWhere is my parcel"

    await bench.do(talk, c.Take(operator=OLGA))
    assert (await asked(bench, talk))[1] == "Hello\nWhere is my parcel", (
        "what the bot says as it calls people answers nothing"
    )
    state = await bench.state(talk)
    await bench.do(talk, c.SendReply(operator=OLGA, text="It is here", floor_seq=state.floor_seq, client_id="r"))
    assert (await asked(bench, talk))[1] == ""

    for number, text in enumerate("abcd"):
        await bench.say(f"question {text}", key=f"q{number}")
    seq, text, _, said = await asked(bench, talk)
    assert "It is here" in said
    assert text == "question b\nquestion c\nquestion d" and seq == (await bench.state(talk)).last_input


async def asked(bench: Bench, talk: str) -> Asked:
    found = await bench.store.read(bench.place.business, lambda tx, now: asked_in(tx, talk))
    assert found is not None
    return found


class Broken:
    async def suggest(self, business: str, text: str, locale: str) -> Sequence[Suggestion]:
        raise ConnectionError


class Stuck:
    async def suggest(self, business: str, text: str, locale: str) -> Sequence[Suggestion]:
        await asyncio.Event().wait()
        raise AssertionError


class Ready:
    async def suggest(self, business: str, text: str, locale: str) -> Sequence[Suggestion]:
        return (suggestion(f"{text}? Yes."),)


async def test_one_that_fails_or_takes_long_holds_up_nobody(bench: Bench) -> None:
    found = await Suggestions(bench.store, (Broken(), Stuck(), Ready()), within=0.01).of("b", Asked(1, "Now", "en"))
    assert [one.text for one in found] == ["Now? Yes."]


@pytest.fixture
def olga(site: Site) -> Browser:
    return Browser(site, site.ours.sessions["olga"])


async def test_an_article_is_suggested_to_whoever_may_read_the_conversation(site: Site, olga: Browser) -> None:
    anna = Browser(site, site.ours.sessions["anna"])
    await publish(anna, await write(anna, DELIVERY))
    await show(anna)
    widget = await site.widget(locale="ru")
    talk = await widget.say("Какие у вас сроки доставки?")

    told = await olga.get(f"conversations/{talk['conversation']}/suggestions")
    assert told["seq"] == talk["seq"]
    (item,) = told["items"]
    assert item["origin"] == "knowledge" and item["source"] == "Сроки доставки"
    assert item["text"] == "Привезём за три дня, по городу бесплатно."
    assert item["url"].endswith("/help/lantern/delivery?lang=ru")
    rita = Browser(site, site.theirs.sessions["rita"])
    path = f"conversations/{talk['conversation']}/suggestions"
    assert code(await rita.ask("GET", path)) == (404, "not_found")
    assert code(await olga.ask("GET", "conversations/nothing/suggestions")) == (404, "not_found")
