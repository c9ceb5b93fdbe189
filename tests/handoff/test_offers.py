"""A served node: an offer as the consoles see it, what they answer, and what the customer is told."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.model import words
from gateway.model.events import OwnerLost
from tests.support_edge.clients import Console, Widget
from tests.support_edge.site import Site

BASE = "/api/v1/businesses"


async def routed(site: Site, mode: str = "offer", **rules: object) -> None:
    """The business gives out what goes to no team."""
    path = f"{BASE}/{site.ours.business}/routing"
    value = {"rules": {"everybody": {"mode": mode}, **rules}}
    status, answer = await site.call("PUT", path, who="anna", json={"version": 0, "value": value})
    assert status == 200, answer


async def asks_for_a_person(site: Site) -> tuple[Widget, str]:
    widget = await site.widget()
    ack = await widget.say("A person, please", choice=words.ASK_FOR_PERSON)
    return widget, ack["conversation"]


async def row_of(console: Console, conversation: str, *, to: str) -> dict[str, Any]:
    """Waits for the row that says it is offered to ``to``."""
    while True:
        frame = await console.expect("row")
        for row in frame["rows"]:
            if row["conversation"] == conversation and row["offer"] and row["offer"]["operator"]["name"] == to:
                return dict(row)


async def test_offer_is_seen_accepted_and_the_customer_is_answered(site: Site) -> None:
    await routed(site)
    olga = await site.console("olga")
    widget, conversation = await asks_for_a_person(site)
    row = await row_of(olga, conversation, to="Olga")
    assert row["status"] == "queued" and row["offer"]["expires_at"] > row["updated_at"]
    assert (await olga.command(conversation, "accept"))["type"] == "ack"
    taken = await widget.entry("taken")
    assert (taken["event"]["via"], taken["event"]["operator"]["name"]) == ("offer", "Olga")
    assert not any("offer_made" in raw for raw in widget.raw)  # whom it was offered to is no customer's business


async def test_taking_what_is_offered_to_oneself_is_accepting_it(site: Site) -> None:
    await routed(site)
    olga = await site.console("olga")
    widget, conversation = await asks_for_a_person(site)
    await row_of(olga, conversation, to="Olga")
    assert (await olga.command(conversation, "take"))["type"] == "ack"
    assert (await widget.entry("taken"))["event"]["via"] == "offer"


async def test_colleague_is_told_for_whom_it_is_reserved_and_gets_it_once_declined(site: Site) -> None:
    await routed(site)
    olga = await site.console("olga")
    _, conversation = await asks_for_a_person(site)
    await row_of(olga, conversation, to="Olga")
    pavel = await site.console("pavel")
    refused = await pavel.command(conversation, "take")
    assert (refused["problem"]["type"], refused["problem"]["owner"]) == ("/problems/taken", "Olga")
    assert (await pavel.command(conversation, "accept"))["problem"]["status"] == 409
    assert (await olga.command(conversation, "decline"))["type"] == "ack"
    await row_of(pavel, conversation, to="Pavel")
    assert (await pavel.command(conversation, "accept"))["type"] == "ack"


async def test_who_comes_to_the_console_is_offered_what_waits(site: Site) -> None:
    await routed(site)
    _, conversation = await asks_for_a_person(site)
    olga = await site.console("olga")
    await row_of(olga, conversation, to="Olga")


async def test_who_comes_back_from_a_break_is_offered_what_waits(site: Site) -> None:
    await routed(site)
    away = {"state": "away", "reason": "Lunch"}
    status, chosen = await site.call("PUT", "/api/v1/me/presence", json=away)
    assert (status, chosen["reason"]) == (200, "Lunch")
    olga = await site.console("olga")
    faces = (await olga.expect("people"))["people"]
    assert [one["reason"] for one in faces if one["name"] == "Olga"] == ["Lunch"]
    _, conversation = await asks_for_a_person(site)
    await olga.still_there()
    await site.call("PUT", "/api/v1/me/presence", json={"state": "online"})
    await row_of(olga, conversation, to="Olga")


async def test_reason_that_only_the_server_gives_nobody_can_give_themselves(site: Site) -> None:
    status, problem = await site.call("PUT", "/api/v1/me/presence", json={"state": "away", "reason": " missed "})
    assert (status, problem["field"]) == (422, "reason")


async def test_who_leaves_gives_back_what_is_theirs_and_nobody_elses(site: Site) -> None:
    olga, pavel = await site.console("olga"), await site.console("pavel")
    widget, conversation = await asks_for_a_person(site)
    await olga.command(conversation, "take")
    await widget.entry("taken")
    refused = await pavel.command(conversation, "requeue")
    assert (refused["problem"]["type"], refused["problem"]["owner"]) == ("/problems/not_owner", "Olga")
    assert (await olga.command(conversation, "requeue"))["type"] == "ack"
    await widget.entry("owner_lost")
    (lost,) = [entry.event for entry in await site.log(conversation) if isinstance(entry.event, OwnerLost)]
    assert lost.reason == "signed_out"


async def test_customer_who_returns_does_not_land_on_somebody_who_is_gone(site: Site) -> None:
    """Peers give it back to whoever had it, there or not."""
    olga = await site.console("olga")
    widget, conversation = await asks_for_a_person(site)
    await olga.command(conversation, "take")
    floor = (await widget.entry("taken"))["seq"]
    assert (await olga.command(conversation, "resolve", floor_seq=floor))["type"] == "ack"
    await olga.close()
    await widget.say("One more thing")
    reopened = await widget.entry("reopened")
    assert reopened["event"]["to"] == "queue"


async def test_customer_who_returns_finds_who_knew_them(site: Site) -> None:
    olga = await site.console("olga")
    widget, conversation = await asks_for_a_person(site)
    await olga.command(conversation, "take")
    floor = (await widget.entry("taken"))["seq"]
    await olga.command(conversation, "resolve", floor_seq=floor)
    await widget.say("One more thing")
    assert (await widget.entry("reopened"))["event"]["to"] == "owner"


async def test_customers_are_shared_out_among_those_who_are_there(site: Site) -> None:
    await routed(site, "auto_accept")
    for who in ("olga", "pavel", "sara"):
        await site.console(who)
    asked = await asyncio.gather(*(asks_for_a_person(site) for _ in range(6)))
    owners = [(await widget.entry("taken"))["event"]["operator"]["name"] for widget, _ in asked]
    assert sorted(owners) == ["Olga", "Olga", "Pavel", "Pavel", "Sara", "Sara"]
