"""Passing a conversation on, choosing its channel, and seeing who else is there."""

from __future__ import annotations

import pytest

from tests.handoff.test_desk import following, taken
from tests.support_edge.site import Site


async def test_colleague_gets_the_conversation_with_a_note_under_the_name_they_have_here(site: Site) -> None:
    widget, console, conversation, floor = await taken(site)
    await site.console("pavel")
    passed = {"to": site.ours.accounts["pavel"], "note": "Knows the routers", "floor_seq": floor}
    assert (await console.command(conversation, "transfer", **passed))["type"] == "ack"

    moved = await console.entry("transferred")
    assert (moved["event"]["to"]["name"], moved["event"]["note"]) == ("Pavel", "Knows the routers")
    assert (await widget.entry("taken", operator={"id": "", "name": "Pavel"}))["event"]["via"] == "transfer"
    assert not any("routers" in raw for raw in widget.raw)
    refused = await console.command(conversation, "reply", id="r1", text="still me", floor_seq=moved["seq"] + 1)
    assert refused["problem"]["type"] == "/problems/not_owner"


async def test_colleague_who_is_gone_or_on_a_break_is_not_passed_it_and_it_stays(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    pavel = site.ours.accounts["pavel"]
    gone = await console.command(conversation, "transfer", to=pavel, floor_seq=floor)
    assert (gone["problem"]["status"], gone["problem"]["fault"]["code"]) == (409, "colleague_gone")
    await site.console("pavel")
    await site.call("PUT", "/api/v1/me/presence", who="pavel", json={"state": "away"})
    away = await console.command(conversation, "transfer", to=pavel, floor_seq=floor)
    assert away["problem"]["fault"] == {
        "code": "colleague_away",
        "values": {"name": "Pavel"},
        "text": away["problem"]["detail"],
    }
    await site.call("PUT", "/api/v1/me/presence", who="pavel", json={"state": "busy"})
    assert (await console.command(conversation, "transfer", to=pavel, floor_seq=floor))["type"] == "ack"


@pytest.mark.parametrize("whom", ["rita", "olga", "nobody"])
async def test_only_a_colleague_of_this_business_can_get_it(site: Site, whom: str) -> None:
    _, console, conversation, floor = await taken(site)
    account = {**site.theirs.accounts, **site.ours.accounts}.get(whom, whom)
    refused = await console.command(conversation, "transfer", to=account, floor_seq=floor)
    assert (refused["problem"]["status"], refused["problem"]["field"]) == (422, "to")


async def test_reply_goes_by_a_channel_of_the_conversation_and_by_no_other(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    _, view = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}")
    [own] = view["conversation"]["channels"]
    ack = await console.command(conversation, "reply", id="r1", text="Here", floor_seq=floor, endpoint=own)
    assert ack["type"] == "ack"
    other = {**own, "identity": "somebody-else"}
    refused = await console.command(conversation, "reply", id="r2", text="There", floor_seq=floor, endpoint=other)
    assert (refused["problem"]["status"], refused["problem"]["field"]) == (422, "endpoint")


async def test_colleagues_see_who_is_looking_and_customers_do_not(site: Site) -> None:
    widget, console, conversation, _ = await taken(site)
    pavel = await following(site, conversation, "pavel")
    await pavel.send({"type": "looking", "conversation": conversation, "on": True})
    signal = await console.expect("signal")
    assert (signal["kind"], signal["name"], signal["on"]) == ("looking", "Pavel", True)
    assert signal["who"] == site.ours.accounts["pavel"]

    await pavel.close()
    signal = await console.expect("signal", on=False)
    assert (signal["kind"], signal["name"]) == ("looking", "Pavel")
    await widget.still_there()
    assert not any("looking" in raw for raw in widget.raw)


async def test_nobody_is_seen_looking_at_what_they_do_not_follow(site: Site) -> None:
    _, console, conversation, _ = await taken(site)
    stranger = await site.console("pavel")
    await stranger.send({"type": "looking", "conversation": conversation, "on": True})
    await stranger.still_there()
    await console.still_there()
    assert not any(frame["type"] == "signal" for frame in console.frames)
