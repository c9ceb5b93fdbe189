"""When a customer is asked for a rating: after what went well, not too soon again, and in their language."""

from __future__ import annotations

import pytest

from gateway.model import commands as c
from gateway.model.events import Rated, SystemNotice
from gateway.model.rules import RatingRules
from gateway.model.state import Status
from gateway.model.words import rate, score_of
from tests.support_edge.bench import OLGA, Bench

HOUR = 3600


async def rules(bench: Bench, **changes: object) -> None:
    await bench.set_up("rating", {"rules": RatingRules(**changes)})  # type: ignore[arg-type]


async def talked(bench: Bench, *, address: str = "ann", locale: str = "en") -> str:
    """A talk that Olga had, and ended."""
    conversation = (await bench.say("A person, please", address=address, locale=locale)).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    floor = (await bench.state(conversation)).floor_seq
    await bench.do(conversation, c.Resolve(operator=OLGA, floor_seq=floor))
    return conversation


async def asked(bench: Bench, conversation: str) -> list[SystemNotice]:
    events = (entry.event for entry in await bench.log(conversation))
    return [event for event in events if isinstance(event, SystemNotice) and event.notice == "rating"]


async def test_a_talk_that_ended_is_asked_about_in_its_language(bench: Bench) -> None:
    conversation = await talked(bench, locale="ru")
    (question,) = await asked(bench, conversation)
    assert question.text == "Как мы справились?"
    assert [score_of(button.payload) for button in question.buttons] == [1, 2, 3, 4, 5]


async def test_a_business_that_does_not_want_ratings_asks_nobody(bench: Bench) -> None:
    await rules(bench, ask=False)
    assert await asked(bench, await talked(bench)) == []


@pytest.mark.parametrize("ending", ["lost", "declined"])
async def test_what_came_to_nothing_is_not_asked_about(bench: Bench, ending: str) -> None:
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Close(ending=ending, reason="spam"))  # type: ignore[arg-type]
    assert await asked(bench, conversation) == []


async def test_nobody_is_asked_twice_within_the_time_that_is_set(bench: Bench) -> None:
    await rules(bench, again_hours=48)
    first = await talked(bench)
    await bench.advance(25 * HOUR)
    second = await talked(bench)
    assert second != first
    assert await asked(bench, second) == []
    await bench.advance(48 * HOUR)
    assert len(await asked(bench, await talked(bench))) == 1


async def test_pressed_score_is_a_rating_and_opens_nothing(bench: Bench) -> None:
    conversation = await talked(bench)
    await bench.say("2", choice=rate(2))
    await bench.say("2", choice=rate(2))
    await bench.say("5", choice=rate(5))
    scores = [entry.event for entry in await bench.log(conversation) if isinstance(entry.event, Rated)]
    assert scores == [Rated(score=2), Rated(score=5)]
    state = await bench.state(conversation)
    assert (state.status, state.rating) == (Status.RESOLVED, 5)


async def test_the_score_of_a_talk_that_goes_on_again_counts_for_nothing(bench: Bench) -> None:
    conversation = await talked(bench)
    await bench.say("One more thing")
    with pytest.raises(Exception, match="goes on"):
        await bench.say("5", choice=rate(5))
    assert (await bench.state(conversation)).rating == 0
