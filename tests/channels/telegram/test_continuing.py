"""One person, two channels: a conversation that began on a web page goes on in Telegram, the same one."""

from __future__ import annotations

from typing import Any

from gateway.model.events import (
    ChannelJoined,
    ChatOpened,
    ConversationStarted,
    CustomerMessage,
    HandoffRequested,
    Resolved,
    SystemNotice,
)
from gateway.store import links
from tests.support_edge.clients import Widget
from tests.support_edge.telegram_site import Lines


async def link_of(widget: Widget) -> dict[str, Any]:
    await widget.send({"type": "continue", "id": "go"})
    return await widget.expect("continue", id="go")


def payload_of(link: dict[str, Any]) -> str:
    return str(link["url"]).partition("?start=")[2]


async def test_conversation_with_its_operator_goes_on_in_telegram(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("I need a person", choice="/switchboard.operator"))["conversation"]
    assert (await lines.site.verb(begun, "take"))[0] == 200
    assert widget.welcome["telegram"] is True

    link = await link_of(widget)
    assert link["url"].startswith(f"https://t.me/{lines.bot.username}?start=c_") and link["qr"].startswith("<svg")
    await lines.talk.start(payload_of(link))

    await lines.talk.wait_for_text("Here we go on.")
    assert await lines.conversation() == begun
    state = await lines.state()
    assert state.owner is not None and state.owner.name == "Olga" and state.endpoint.channel == "telegram"
    await lines.verb("reply", id="r1", text="I am still here")
    await lines.talk.wait_for_text("I am still here")
    await lines.talk.say("So am I")
    await widget.entry("customer_message", text="So am I")
    (started,) = await lines.events(ConversationStarted)
    assert started.endpoint.channel == "webchat"


async def test_place_in_the_queue_and_its_clock_are_kept(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("I need a person", choice="/switchboard.operator"))["conversation"]
    before = next(e for e in await lines.site.log(begun) if isinstance(e.event, HandoffRequested))

    await lines.talk.start(payload_of(await link_of(widget)))

    await lines.talk.wait_for_text("Here we go on.")
    state = await lines.state()
    assert (state.status, state.waiting_since) == ("queued", before.at)


async def test_link_works_once(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("Hello"))["conversation"]
    payload = payload_of(await link_of(widget))
    await lines.talk.start(payload)
    await lines.talk.wait_for_text("Here we go on.")

    mallory = await lines.telegram.add_user("Mallory")
    theirs = mallory.talk(lines.bot)
    await theirs.start(payload)

    await theirs.wait_for_text("has run out or was used")
    assert await lines.conversation(mallory.id) != begun
    assert not [e for e in await lines.log(mallory.id) if isinstance(e.event, CustomerMessage)]


async def test_same_update_again_changes_nothing(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("Hello"))["conversation"]
    await lines.bot.deliver_copies(3)

    await lines.talk.start(payload_of(await link_of(widget)))
    await lines.talk.say("now here")

    await lines.events(CustomerMessage, times=2)
    log = await lines.site.log(begun)
    assert sum(isinstance(e.event, ChannelJoined) for e in log) == 1
    assert [e.event.notice for e in log if isinstance(e.event, SystemNotice)] == ["continued"]


async def test_new_link_ends_the_one_before_and_a_guess_opens_nothing(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("Hello"))["conversation"]
    first = payload_of(await link_of(widget))
    await link_of(widget)

    for payload in (first, "c_" + "A" * 43):
        await lines.talk.start(payload)
    await lines.talk.wait_until(lambda chat: sum("has run out" in one.text for one in chat) == 2)
    assert await lines.conversation() != begun


async def test_link_runs_out(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("Hello"))["conversation"]
    business = lines.site.ours.business

    old = await lines.site.node.store.write(
        business, lambda tx, now: links.mint(tx, begun, lines.inbox, now=now - links.LIFETIME)
    )
    await lines.talk.start(f"c_{old.token}")

    await lines.talk.wait_for_text("has run out")


async def test_own_conversation_of_the_chat_ends_where_the_other_goes_on(lines: Lines) -> None:
    await lines.talk.say("asked in Telegram")
    await lines.talk.wait_for_text("You said: asked in Telegram")
    left = await lines.conversation()
    widget = await lines.site.widget()
    begun = (await widget.say("asked on the page"))["conversation"]

    await lines.talk.start(payload_of(await link_of(widget)))

    await lines.talk.wait_for_text("Here we go on.")
    ended = [e.event for e in await lines.site.log(left) if isinstance(e.event, Resolved)]
    assert [one.continued_in for one in ended] == [begun]
    assert not [e for e in await lines.site.log(begun) if isinstance(e.event, ChatOpened)]


async def test_nobody_is_sent_to_a_messenger_that_isnt_there(lines: Lines) -> None:
    status, _ = await lines.site.call(
        "DELETE", f"/api/v1/businesses/{lines.site.ours.business}/inboxes/{lines.inbox}", who="anna"
    )
    assert status == 204
    widget = await lines.site.widget()
    assert widget.welcome["telegram"] is False
    await widget.say("Hello")
    await widget.send({"type": "continue", "id": "go"})
    refused = await widget.expect("refused")
    assert refused["problem"]["type"] == "/problems/not_found"
