"""Visitors who wait hear their place, and never a promise that nobody can keep."""

from __future__ import annotations

from channels.webchat.queue import MINUTE, Standing, standings
from gateway.store import waiting
from gateway.store.waiting import Place
from tests.support_edge.clients import Widget
from tests.support_edge.site import Site


def line(*waited: int) -> list[Place]:
    """Conversations that have waited for so many minutes by minute 100."""
    return [Place(f"c{number}", (100 - minutes) * MINUTE) for number, minutes in enumerate(waited, 1)]


def test_place_and_what_is_left_of_the_usual_wait() -> None:
    waits = [minutes * MINUTE for minutes in (1, 4, 5, 6, 60)]
    assert standings(line(3, 1, 0), waits, now=100 * MINUTE) == {
        "c1": Standing(1, 120), "c2": Standing(2, 240), "c3": Standing(3, 300)
    }  # fmt: skip


def test_nothing_is_said_of_the_time_where_too_few_were_served() -> None:
    assert standings(line(1), [MINUTE] * 4, now=100 * MINUTE)["c1"] == Standing(1, 0)


def test_whoever_waits_longer_than_usual_is_told_no_time() -> None:
    assert standings(line(30), [5 * MINUTE] * 9, now=100 * MINUTE)["c1"] == Standing(1, 0)


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
    assert (place["position"], place["about_seconds"], place["available"]) == (2, None, False)
    assert (await site.verb(conversation, "take"))[0] == 200
    assert (await second.expect("queue"))["position"] == 1


async def test_visitor_who_comes_back_hears_their_place_again(site: Site) -> None:
    first, _ = await asks_for_person(site)
    await first.expect("queue")
    await first.close()
    back = await site.widget(token=first.token)
    assert (await back.expect("queue"))["position"] == 1


async def test_wait_of_a_request_is_kept_when_a_person_comes(site: Site) -> None:
    _, conversation = await asks_for_person(site)
    assert (await site.verb(conversation, "take"))[0] == 200
    waits = await site.node.store.read(site.ours.business, lambda tx, now: waiting.recent_waits(tx))
    assert len(waits) == 1 and 0 <= waits[0] < 60_000_000
    theirs = await site.node.store.read(site.theirs.business, lambda tx, now: waiting.recent_waits(tx))
    assert theirs == []
