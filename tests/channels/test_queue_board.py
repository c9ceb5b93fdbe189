"""Visitors who wait hear their place, and never a promise that nobody can keep."""

from __future__ import annotations

from gateway.store import waiting
from tests.support_edge.clients import Widget
from tests.support_edge.site import Site


async def asks_for_person(site: Site) -> tuple[Widget, str]:
    widget = await site.widget()
    ack = await widget.say("A person, please", choice="/switchboard.operator")
    return widget, ack["conversation"]


async def test_queue_moves_on_as_people_take_conversations(site: Site) -> None:
    site.node.web_chat.queue.look_every = 0.2
    first, conversation = await asks_for_person(site)
    assert (await first.expect("queue"))["position"] == 1
    second, _ = await asks_for_person(site)
    place = await second.expect("queue")
    assert (place["position"], place["about_seconds"], place["upto_seconds"], place["available"]) == (
        2,
        None,
        None,
        False,
    )
    assert (await site.verb(conversation, "take"))[0] == 200
    assert (await second.expect("queue"))["position"] == 1


async def test_visitor_who_comes_back_hears_their_place_again(site: Site) -> None:
    first, _ = await asks_for_person(site)
    await first.expect("queue")
    await first.close()
    back = await site.widget(token=first.token)
    assert (await back.expect("queue"))["position"] == 1


async def test_how_long_people_had_a_request_is_measured_from_their_coming(site: Site) -> None:
    _, conversation = await asks_for_person(site)
    read = site.node.store.read
    assert (await site.verb(conversation, "take"))[0] == 200
    assert await read(site.ours.business, lambda tx, now: waiting.recently_handled(tx)) == []
    assert await read(site.ours.business, lambda tx, now: waiting.served(tx)) == 1
    _, found = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}")
    floor = found["conversation"]["floor_seq"]
    assert (await site.verb(conversation, "resolve", floor_seq=floor))[0] == 200
    (took,) = await read(site.ours.business, lambda tx, now: waiting.recently_handled(tx))
    assert 0 < took < 60_000_000
    assert await read(site.theirs.business, lambda tx, now: waiting.recently_handled(tx)) == []
