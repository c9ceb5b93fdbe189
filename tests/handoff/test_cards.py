"""The context card as it is read: by whom, and what the store knows beside the log."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.store import directory, ledger
from gateway.store.sql import Tx
from tests.gateway.admin.browsers import Browser, code
from tests.support_edge.engine import hands_off
from tests.support_edge.site import Site

HOUR = 3600_000_000


@pytest.fixture
def olga(site: Site) -> Browser:
    return Browser(site, site.ours.sessions["olga"])


async def card_of(browser: Browser, conversation: str) -> Any:
    return await browser.get(f"conversations/{conversation}/card")


async def test_an_operator_reads_why_it_is_here(site: Site, olga: Browser) -> None:
    site.engine.answer = hands_off("not_understood")
    widget = await site.widget(
        locale="en", page={"url": "https://shop.example/lamps", "title": "Lamps", "referrer": ""}
    )
    talk = (await widget.say("My lamp is silent"))["conversation"]
    await widget.entry("handoff_requested")

    card = await card_of(olga, talk)
    assert card["why"]["text"] == "The bot did not understand."
    assert (card["first"]["text"], card["page"]["title"]) == ("My lamp is silent", "Lamps")
    assert [one["kind"] for one in card["evidence"]] == ["asked", "trigger"]
    assert card["mood"]["word"] == "calm" and card["shared"] is False
    log = await site.log(talk)
    assert card["seq"] == log[-1].seq


async def test_of_another_business_nobody_reads_it(site: Site, olga: Browser) -> None:
    talk = (await (await site.widget()).say("Hello"))["conversation"]
    rita = Browser(site, site.theirs.sessions["rita"])
    assert code(await rita.ask("GET", f"conversations/{talk}/card")) == (404, "not_found")
    theirs = f"/api/v1/businesses/{site.theirs.business}/conversations/{talk}/card"
    assert code(await rita.ask("GET", theirs)) == (404, "not_found")
    assert code(await olga.ask("GET", "conversations/nothing/card")) == (404, "not_found")


async def test_earlier_requests_stand_with_their_ends_whichever_contact_they_were_of(site: Site, olga: Browser) -> None:
    first, second = await site.widget(), await site.widget()
    talks = []
    for widget, text in ((first, "Where is my parcel?"), (second, "It came broken")):
        talk = (await widget.say(text))["conversation"]
        talks.append(talk)
    await site.verb(talks[0], "take")
    floor_seq = (await site.log(talks[0]))[-1].seq
    assert (await site.verb(talks[0], "resolve", floor_seq=floor_seq, code="Solved"))[0] == 200
    contacts = [(await olga.get(f"conversations/{talk}"))["row"]["contact"]["id"] for talk in talks]
    assert (await olga.ask("POST", f"contacts/{contacts[0]}/merge", {"into": contacts[1]}))[0] == 200

    card = await card_of(olga, talks[1])
    (request,) = card["requests"]
    assert (request["conversation"], request["text"], request["ending"]) == (
        talks[0],
        "Where is my parcel?",
        "answered",
    )
    assert (request["channel"], request["code"], request["operator"]) == ("webchat", "Solved", "Olga")
    assert card["conversations"] == [] and card["contact"]["id"] == contacts[1]
    assert [one["conversation"] for one in (await card_of(olga, talks[0]))["conversations"]] == [talks[1]]


async def test_other_live_conversations_and_callbacks_are_told(site: Site, olga: Browser) -> None:
    first, second = await site.widget(), await site.widget()
    talks = [(await widget.say(text))["conversation"] for widget, text in ((first, "One"), (second, "Two"))]
    contacts = [(await olga.get(f"conversations/{talk}"))["row"]["contact"]["id"] for talk in talks]
    assert (await olga.ask("POST", f"contacts/{contacts[0]}/merge", {"into": contacts[1]}))[0] == 200
    await site.verb(talks[0], "take")
    due_at = (await site.log(talks[0]))[-1].at + HOUR
    assert (await site.verb(talks[0], "callback", due_at=due_at, kind="phone", value="+7 495 000-00-01"))[0] == 200

    card = await card_of(olga, talks[1])
    (live,), (promised,) = card["conversations"], card["callbacks"]
    assert (live["conversation"], live["status"]) == (talks[0], "snoozed")
    assert promised["conversation"] == talks[0] and promised["callback"]["due_at"] == due_at
    assert [one["conversation"] for one in (await card_of(olga, talks[0]))["callbacks"]] == [talks[0]]


async def test_who_answers_for_several_businesses_sees_for_whom(site: Site, olga: Browser) -> None:
    anna = Browser(site, site.ours.sessions["anna"])
    script = {"greetings": {"ru": "«Фонарь», Ольга, здравствуйте"}, "texts": {"ru": "Спросите номер заказа."}}
    assert (await anna.ask("PUT", "script", {"version": 0, "value": script}))[0] == 200
    talk = (await (await site.widget(locale="ru")).say("Привет"))["conversation"]
    card = await card_of(olga, talk)
    assert card["shared"] is False
    assert card["business"] == {
        "id": site.ours.business, "name": "Фонарь", "color": "#0E6B68",
        "greeting": "«Фонарь», Ольга, здравствуйте", "script": "Спросите номер заказа.",
    }  # fmt: skip

    def join(tx: Tx, now: int) -> None:
        scoped = tx.for_business(site.theirs.business)
        directory.add_operator(scoped, site.ours.accounts["olga"], role="operator", name="Olga", now=now)

    await site.node.store.write(site.theirs.business, join)
    assert (await card_of(olga, talk))["shared"] is True


async def test_a_program_reads_it_like_an_operator(site: Site) -> None:
    talk = (await (await site.widget()).say("Hello"))["conversation"]
    url = f"{site.origin}/api/v1/businesses/{site.ours.business}/conversations/{talk}/card"
    headers = {"Authorization": f"Bearer {site.ours.tokens['operator']}"}
    async with site.http.get(url, headers=headers) as response:
        assert response.status == 200 and (await response.json())["first"]["text"] == "Hello"


async def test_what_led_to_a_handoff_long_ago_is_still_there(
    site: Site, olga: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handoff.cards.LATEST", 3)
    site.engine.answer = hands_off("bot_decided")
    widget = await site.widget()
    talk = (await widget.say("My lamp is silent"))["conversation"]
    await widget.entry("handoff_requested")
    await site.verb(talk, "take")
    for number in range(6):
        await widget.say(f"line {number}")
    card = await card_of(olga, talk)
    assert [one["kind"] for one in card["evidence"]] == ["asked", "trigger"]
    assert card["first"]["text"] == "My lamp is silent"


async def test_the_requests_of_several_contacts_come_latest_first(site: Site) -> None:
    one, other = await site.widget(), await site.widget()
    talks = [(await widget.say("Hello"))["conversation"] for widget in (one, other)]

    def unit(tx: Tx, now: int) -> list[str]:
        family = [line.contact for line in ledger.read_page(tx, ledger.Wanted(0, now + HOUR))]
        return [line.conversation for line in ledger.read_of(tx, family, limit=1)]

    assert await site.node.store.read(site.ours.business, unit) == talks[1:]
