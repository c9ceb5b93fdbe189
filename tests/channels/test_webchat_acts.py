"""What a visitor does beside writing, over the widget's socket."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.model.events import (
    AnswerRated,
    AttributesSet,
    ConsentAsked,
    ConsentGiven,
    ConversationStarted,
    CustomerMessage,
    DetailsLeft,
    InvitationShown,
    Rated,
    Resolved,
)
from gateway.store import contacts, directory, log
from gateway.store.directory import ConsentText, InvitationRule
from gateway.store.sql import Tx
from tests.support_edge.clients import Widget
from tests.support_edge.site import Site

CONSENT = ConsentText(version="2026-01", text={"en": "We keep what you write for a year.", "ru": "Храним год."})


async def act(widget: Widget, frame: str, /, *, id: str = "a1", **body: object) -> dict[str, Any]:
    """Sends an act; its ``ack``, or the problem of its refusal."""
    await widget.send({"type": frame, "id": id, **body})
    while True:
        answer = await widget.receive()
        if answer.get("id") == id and answer["type"] in ("ack", "refused"):
            return answer


async def kinds(site: Site, conversation: str) -> list[type]:
    return [type(entry.event) for entry in await site.log(conversation)]


async def set_up(site: Site, **changes: Any) -> None:
    def unit(tx: Tx, now: int) -> None:
        inbox = directory.find_inbox(tx, site.ours.inbox)
        assert inbox is not None
        directory.set_inbox(tx, inbox.id, replace(inbox.settings, **changes))

    await site.node.store.write(site.ours.business, unit)


async def known_of(site: Site, conversation: str) -> contacts.Attributes:
    def unit(tx: Tx, now: int) -> contacts.Attributes:
        state = log.peek(tx, conversation)
        assert state is not None
        found = contacts.read(tx, state.contact)
        assert found is not None
        return found.known

    return await site.node.store.read(site.ours.business, unit)


async def test_act_is_stored_once_however_often_it_is_sent(site: Site) -> None:
    widget = await site.widget()
    conversation = (await widget.say("Hello"))["conversation"]
    await act(widget, "end", id="e1")
    first = await act(widget, "rate", id="r1", score=4, comment="fast")
    assert await act(widget, "rate", id="r1", score=4, comment="fast") == first
    refused = await act(widget, "rate", id="r1", score=1)
    assert refused["problem"]["type"] == "/problems/id_reused"
    entries = await site.log(conversation)
    assert [entry.event for entry in entries if isinstance(entry.event, Rated)] == [Rated(score=4, comment="fast")]


async def test_customer_ends_the_chat_and_starts_again(site: Site) -> None:
    widget = await site.widget()
    conversation = (await widget.say("Hello"))["conversation"]
    await widget.entry("bot_message")
    await act(widget, "end")
    await widget.entry("resolved", by="customer", ending="answered")
    again = await widget.say("One more thing")
    assert again["conversation"] == conversation
    await widget.entry("reopened", to="bot")


async def test_leaving_the_queue_is_a_lost_request(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("A person", choice="/switchboard.operator")
    await act(widget, "end")
    entries = await site.log(ack["conversation"])
    assert entries[-1].event == Resolved(by="customer", ending="lost", reason="left")


async def test_only_the_bots_answers_have_thumbs(site: Site) -> None:
    widget = await site.widget()
    ack = await widget.say("Hello")
    answer = await widget.entry("bot_message")
    await act(widget, "rate_answer", id="t1", seq=answer["seq"], helpful=False)
    await act(widget, "rate_answer", id="t2", seq=answer["seq"], helpful=True)
    refused = await act(widget, "rate_answer", id="t3", seq=ack["seq"], helpful=True)
    assert refused["problem"]["detail"] == "This isn't an answer of the bot."
    thumbs = [entry.event for entry in await site.log(ack["conversation"]) if isinstance(entry.event, AnswerRated)]
    assert [one.helpful for one in thumbs] == [False, True]


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("phone", " +7 (495) 000-00-00 ", "+74950000000"),
        ("phone", "020 7946 0000", "+442079460000"),
        ("phone", "+٤٤٢٠٧٩٤٦٠٠٠٠", "+442079460000"),
        ("email", "name@example.com", "name@example.com"),
        ("email", "имя@пример.рф", "имя@пример.рф"),
        ("messenger", "Telegram @somebody", "Telegram @somebody"),
    ],
)
async def test_details_are_kept_with_the_contact(site: Site, kind: str, value: str, kept: str) -> None:
    widget = await site.widget()
    conversation = (await widget.say("Hello"))["conversation"]
    await act(widget, "details", kind=kind, value=value)
    assert DetailsLeft in await kinds(site, conversation)
    assert (await known_of(site, conversation)).details == {kind: kept}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "call me"), ("phone", "12"), ("phone", "+" + "9" * 40), ("phone", ""),
        ("email", "name"), ("email", "name@example"), ("email", "a b@example.com"), ("email", "x" * 300 + "@example.com"),
        ("email", "name@example.com\r\nBcc: all@example.com"), ("messenger", "<b onclick=x>"), ("messenger", ""),
        ("messenger", "\u200b\u200b\u200b"),
    ],
)  # fmt: skip
async def test_details_that_reach_nobody_are_refused(site: Site, kind: str, value: str) -> None:
    widget = await site.widget()
    conversation = (await widget.say("Hello"))["conversation"]
    refused = await act(widget, "details", kind=kind, value=value)
    assert (refused["problem"]["type"], refused["problem"]["field"]) == ("/problems/invalid", kind)
    assert DetailsLeft not in await kinds(site, conversation)


async def test_acts_before_the_first_message_leave_nothing_behind(site: Site) -> None:
    widget = await site.widget()
    for kind, body in (("end", {}), ("rate", {"score": 5}), ("details", {"kind": "email", "value": "a@example.com"})):
        refused = await act(widget, kind, **body)
        assert refused["problem"]["type"] == "/problems/not_found"
    assert (await site.widget(token=widget.token)).welcome["conversation"] is None


async def test_attributes_wait_for_the_first_message_and_are_hidden_from_the_customer(site: Site) -> None:
    widget = await site.widget(attributes={"plan": "gold"})
    await act(widget, "attributes", attributes={"plan": "silver", "visits": " 3 \n"})
    conversation = (await widget.say("Hello"))["conversation"]
    await act(widget, "attributes", id="a2", attributes={"plan": "silver", "visits": ""})
    await widget.say("More")
    set_ = [entry.event for entry in await site.log(conversation) if isinstance(entry.event, AttributesSet)]
    assert set_ == [
        AttributesSet(attributes={"plan": "silver", "visits": "3"}),
        AttributesSet(attributes={"visits": ""}),
    ]
    assert "attributes_set" not in [entry["event"]["type"] for entry in widget.entries]
    assert (await known_of(site, conversation)).claimed == {"plan": "silver"}


@pytest.mark.parametrize(
    "attributes",
    [{f"name{n}": "x" for n in range(21)}, {"n" * 41: "x"}, {"": "x"}, {"\u202e": "x"}, {"name": "x" * 201}],
    ids=["many", "long name", "no name", "only marks", "long value"],
)
async def test_attributes_beyond_the_bounds_are_refused(site: Site, attributes: dict[str, str]) -> None:
    widget = await site.widget()
    refused = await act(widget, "attributes", attributes=attributes)
    assert refused["problem"]["type"] == "/problems/invalid"


async def test_nothing_is_stored_without_consent(site: Site) -> None:
    await set_up(site, consent=CONSENT)
    widget = await site.widget()
    assert widget.welcome["consent"] == {"version": "2026-01", "text": "We keep what you write for a year."}
    for consent in ("", "2025-01"):
        refused = await act(widget, "message", id="m1", text="Hello", consent=consent)
        assert (refused["problem"]["type"], refused["problem"]["status"]) == ("/problems/consent_needed", 403)
    assert (await site.widget(token=widget.token)).welcome["conversation"] is None


async def test_consent_stands_in_the_log_before_the_first_message_and_is_asked_once(site: Site) -> None:
    await set_up(site, consent=CONSENT)
    widget = await site.widget()
    ack = await act(widget, "message", id="m1", text="Hello", consent="2026-01")
    await widget.say("More")
    log_ = await site.log(ack["conversation"])
    assert [type(entry.event) for entry in log_][:4] == [
        ConversationStarted, ConsentAsked, ConsentGiven, CustomerMessage
    ]  # fmt: skip
    assert log_[1].event == ConsentAsked(version="2026-01", text="We keep what you write for a year.")
    assert (await site.widget(token=widget.token)).welcome["consent"] is None

    await set_up(site, consent=replace(CONSENT, version="2026-02"))
    back = await site.widget(token=widget.token)
    assert back.welcome["consent"]["version"] == "2026-02"
    refused = await act(back, "message", id="m3", text="Hello")
    assert refused["problem"]["type"] == "/problems/consent_needed"
    await act(back, "message", id="m4", text="Hello", consent="2026-02")
    assert (await kinds(site, ack["conversation"])).count(ConsentGiven) == 2


async def test_invitation_that_was_answered_stands_before_the_message(site: Site) -> None:
    rule = InvitationRule(id="plans", pages="/plans*", text={"en": "Shall I help you choose?"})
    await set_up(site, invitations=(rule,))
    widget = await site.widget()
    ack = await act(widget, "message", id="m1", text="Yes", invitation="plans")
    events = [entry.event for entry in await site.log(ack["conversation"])]
    assert events[1] == InvitationShown(id="plans", text="Shall I help you choose?")
    await widget.entry("invitation_shown")
    other = await site.widget()
    ack = await act(other, "message", id="m1", text="Yes", invitation="of another page")
    assert InvitationShown not in await kinds(site, ack["conversation"])


async def test_welcome_says_whether_somebody_is_there(site: Site) -> None:
    assert (await site.widget()).welcome["available"] is False
    console = await site.console()
    await console.send({"type": "list", "view": "all"})
    await console.expect("rows")
    assert (await site.widget()).welcome["available"] is True


async def test_closed_widget_learns_of_its_inbox_without_a_socket(site: Site) -> None:
    rule = InvitationRule(id="plans", pages="/plans*", after_seconds=5, text={"en": "Shall I help you choose?"})
    await set_up(site, invitations=(rule,))
    url = f"{site.origin}/api/v1/widget/inbox"
    asked = {"inbox": site.ours.inbox, "locale": "en"}
    async with site.http.get(url, params=asked, headers={"Origin": "https://shop.example"}) as response:
        assert (await response.json()) == {
            "business": "Lantern", "color": "#0E6B68", "greeting": "Hello!", "locales": ["ru", "en"],
            "invitations": [
                {"id": "plans", "pages": "/plans*", "after_seconds": 5, "text": "Shall I help you choose?"}
            ],
        }  # fmt: skip
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    async with site.http.get(url, params=asked, headers={"Origin": "https://other.example"}) as response:
        assert response.status == 403
    async with site.http.get(url, params={"inbox": "unknown"}) as response:
        assert response.status == 404


async def test_people_read_what_nobody_vouches_for_beside_what_is_known(site: Site) -> None:
    widget = await site.widget(attributes={"plan": "gold"})
    conversation = (await widget.say("Hello"))["conversation"]
    await act(widget, "details", kind="email", value="name@example.com")
    path = f"/api/v1/businesses/{site.ours.business}"
    _, found = await site.call("GET", f"{path}/conversations/{conversation}")
    assert found["conversation"]["attributes"] == {"plan": "gold"}
    _, contact = await site.call("GET", f"{path}/contacts/{found['row']['contact']['id']}")
    assert (contact["attributes"], contact["details"]) == ({"plan": "gold"}, {"email": "name@example.com"})
    assert (contact["email"], contact["verified"]) == ("", False)
