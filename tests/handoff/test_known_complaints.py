"""What people complain of in systems like ours, each as a case at a served node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.model.events import BotTurn, CustomerMessage
from tests.handoff.test_offers import asks_for_a_person, routed, row_of
from tests.support.stores import Database
from tests.support_edge.checks import tags
from tests.support_edge.clients import Console, Widget
from tests.support_edge.engine import hands_off
from tests.support_edge.site import Site, on_site
from tests.support_edge.waiting import until


@pytest.fixture
async def no_window(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A business whose ended conversations are over at once."""
    async with on_site(sqlite_database, tmp_path / "data", reopen_hours=0.0) as running:
        yield running


async def do(site: Site, conversation: str, verb: str, *, who: str = "olga", **body: object) -> None:
    if verb in ("reply", "resolve", "return_to_bot"):
        body["floor_seq"] = (await state_of(site, conversation))["floor_seq"]
    status, answer = await site.verb(conversation, verb, who=who, **body)
    assert status == 200, answer


async def state_of(site: Site, conversation: str) -> dict[str, Any]:
    _, found = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}")
    state: dict[str, Any] = found["conversation"]
    return state


async def tags_of(site: Site, conversation: str) -> list[str]:
    return tags(await site.log(conversation))


async def waits_in(desk: Console, conversation: str) -> dict[str, Any]:
    """The row of a conversation that waits, once this console was told."""
    while True:
        for row in (await desk.expect("row"))["rows"]:
            if row["conversation"] == conversation and row["status"] == "queued":
                return dict(row)


async def ended_talk(site: Site) -> tuple[Widget, str]:
    """A customer had asked for a person, and Olga ended it."""
    widget, conversation = await asks_for_a_person(site)
    await do(site, conversation, "take")
    await do(site, conversation, "reply", id="r1", text="It is on its way")
    await do(site, conversation, "resolve")
    await widget.entry("resolved")
    return widget, conversation


async def test_bot_does_not_talk_over_the_human(site: Site) -> None:
    widget = await site.widget()
    site.engine.hold()
    conversation = (await widget.say("Where is my parcel?"))["conversation"]
    await until(lambda: len(site.engine.requests) == 1)
    await do(site, conversation, "take")
    site.engine.release()
    await do(site, conversation, "reply", id="r1", text="Olga here")
    await widget.entry("operator_message", text="Olga here")
    await until(lambda: site.engine.finished == 1)
    await widget.say("And when?")
    found = await tags_of(site, conversation)
    assert "bot_message" not in found and "operator_message" in found
    assert len(site.engine.requests) == 1, "who has the floor is asked alone"


async def test_everybody_on_the_line_is_alerted_of_a_handoff(site: Site) -> None:
    olga, pavel = await site.console("olga"), await site.console("pavel")
    site.engine.answer = hands_off("not_understood")
    widget = await site.widget()
    conversation = (await widget.say("Something odd"))["conversation"]
    for desk in (olga, pavel):
        row = await waits_in(desk, conversation)
        assert (row["reason"], row["unread"]) == ("not_understood", True)


async def test_customer_is_told_of_each_step(site: Site) -> None:
    await site.console("olga")
    widget, conversation = await asks_for_a_person(site)
    assert (await widget.entry("system_notice"))["event"]["notice"] == "queued"
    await do(site, conversation, "take")
    assert (await widget.entry("taken"))["event"]["operator"]["name"] == "Olga"
    await do(site, conversation, "return_to_bot")
    await widget.entry("returned_to_bot")
    await do(site, conversation, "take")
    await do(site, conversation, "resolve")
    await widget.entry("resolved")


async def test_old_handoff_does_not_trigger_a_new_one(site: Site) -> None:
    site.engine.answer = hands_off("not_understood")
    widget = await site.widget()
    conversation = (await widget.say("Something odd"))["conversation"]
    await widget.entry("handoff_requested")
    site.engine.answer = type(site.engine)().answer
    await do(site, conversation, "take")
    await do(site, conversation, "return_to_bot")
    await widget.say("What are your hours?")
    await widget.entry("bot_message", text="You said: What are your hours?")
    assert (await tags_of(site, conversation)).count("handoff_requested") == 1
    state = await state_of(site, conversation)
    assert (state.get("status", "pending"), state.get("reason", "")) == ("pending", "")


async def test_customer_who_comes_back_later_talks_to_the_bot_again(no_window: Site) -> None:
    widget, before = await ended_talk(no_window)
    ack = await widget.say("What are your hours?")
    await widget.entry("bot_message", text="You said: What are your hours?")
    assert (await state_of(no_window, ack["conversation"])).get("status", "pending") == "pending"
    assert (await tags_of(no_window, before)).count("handoff_requested") == 1


async def test_slow_bot_loses_and_doubles_nothing(site: Site) -> None:
    widget = await site.widget()
    site.engine.hold()
    await widget.say("Where is my parcel?")
    await until(lambda: len(site.engine.requests) == 1)
    conversation = (await widget.say("Number 12"))["conversation"]
    site.engine.release()
    await widget.entry("bot_message", text="You said: Number 12")
    answers = [entry.event for entry in await site.log(conversation) if isinstance(entry.event, BotTurn)]
    covered = [seq for turn in answers for seq in range(turn.answered + 1, turn.upto + 1)]
    asked = [entry.seq for entry in await site.log(conversation) if isinstance(entry.event, CustomerMessage)]
    assert len(covered) == len(set(covered)) and set(asked) <= set(covered), "each is answered by exactly one turn"


async def test_returning_customer_does_not_land_on_an_operator_who_is_gone(site: Site) -> None:
    olga = await site.console("olga")
    widget, conversation = await ended_talk(site)
    await olga.close()
    pavel = await site.console("pavel")
    await widget.say("It hasn't come")
    row = await waits_in(pavel, conversation)
    assert row["owner"] is None
    await do(site, conversation, "take", who="pavel")


async def test_who_waits_longest_is_offered_first(site: Site) -> None:
    await routed(site, everybody={"mode": "offer"})
    waiting = [(await asks_for_a_person(site))[1] for _ in range(3)]
    olga = await site.console("olga")
    for conversation in waiting:
        row = await row_of(olga, conversation, to="Olga")
        assert row["conversation"] == conversation
        await do(site, conversation, "accept")
        await do(site, conversation, "resolve")


async def test_list_is_true_after_a_reconnect(site: Site) -> None:
    first, second = [(await asks_for_a_person(site))[1] for _ in range(2)]
    olga = await site.console("olga")
    await olga.send({"type": "list", "view": "unassigned"})
    assert {row["conversation"] for row in (await olga.expect("rows"))["rows"]} == {first, second}
    await olga.close()
    await do(site, first, "take", who="pavel")
    third = (await asks_for_a_person(site))[1]
    back = await site.console("olga")
    await back.send({"type": "list", "view": "unassigned"})
    rows = await back.expect("rows")
    assert {row["conversation"] for row in rows["rows"]} == {second, third}
    assert rows["counts"]["unassigned"] == 2
