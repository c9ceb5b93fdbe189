"""The way back: a conversation of Telegram's goes on at the business's page, the same one."""

from __future__ import annotations

import time

import jwt

from gateway.model.events import ChannelJoined, ConversationStarted, CustomerMessage, Resolved, SystemNotice
from gateway.store import inboxes, links
from gateway.store.sql import Tx
from tests.support_edge.clients import Widget
from tests.support_edge.telegram import Seen, Talk
from tests.support_edge.telegram_site import Lines
from tests.support_edge.waiting import until_async

PAGE = "https://shop.example/help?from=telegram"
OFFER, ADDRESS = "The link works once", "You can write to us at our site"


async def give_page(lines: Lines, page: str = PAGE) -> tuple[int, dict[str, object]]:
    """The business says on which page its chat stands."""
    path = f"/api/v1/businesses/{lines.site.ours.business}/inboxes"
    _, listed = await lines.site.call("GET", path, who="anna")
    one = next(inbox for inbox in listed["inboxes"] if inbox["id"] == lines.site.ours.inbox)
    return await lines.site.call(
        "PUT", f"{path}/{one['id']}", who="anna",
        json={"version": one["version"], "name": one["name"], "settings": one["settings"] | {"page": page}},
    )  # fmt: skip


async def knows_page(lines: Lines) -> None:
    """The bot knows of it: it offers the command."""

    async def offered() -> bool:
        commands = await lines.bot.commands()
        return all("web" in {one["command"] for one in shown} for shown in commands.values()) and bool(commands)

    assert (await give_page(lines))[0] == 200
    await until_async(offered, what="the command /web")


async def link_in(talk: Talk) -> str:
    """What /web brings."""
    return url_of(await _asked(talk))


async def _asked(talk: Talk) -> Seen:
    asked = await talk.say("/web")
    return await talk.wait_for(
        lambda one: one.id > asked.id and ("http" in one.text or any(button.url for button in one.buttons))
    )


def url_of(message: Seen) -> str:
    (button,) = message.buttons
    return button.url


def token_of(url: str, inbox: str) -> str:
    address, _, fragment = url.partition("#")
    assert address == PAGE
    name, _, token = fragment.removeprefix("switchboard=").partition(".")
    assert name == inbox
    return token


async def open_at(widget: Widget, token: str, *, id: str = "here") -> dict[str, object]:
    """The visitor agrees to go on here: the ``ack`` or the ``refused``."""
    await widget.send({"type": "open_link", "id": id, "token": token})
    while True:
        frame = await widget.receive()
        if frame["type"] in ("ack", "refused") and frame["id"] == id:
            return frame


async def visitors(lines: Lines) -> int:
    """Identities of the page's inbox."""

    def unit(tx: Tx, now: int) -> int:
        return inboxes.addresses(tx, lines.site.ours.inbox)

    return await lines.site.node.store.read(lines.site.ours.business, unit)


async def test_conversation_with_its_operator_goes_on_at_the_page(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("/operator")
    await lines.events(CustomerMessage)
    begun = await lines.conversation()
    await lines.verb("take")

    offer = await _asked(lines.talk)
    assert OFFER in offer.text
    widget = await lines.site.widget()
    ack = await open_at(widget, token_of(url_of(offer), lines.site.ours.inbox))

    assert (ack["type"], ack["conversation"]) == ("ack", begun)
    await widget.entry("system_notice", notice="continued")
    await lines.verb("reply", id="r1", text="I am still here")
    await widget.entry("operator_message", text="I am still here")
    assert (await widget.say("So am I"))["conversation"] == begun
    state = await lines.state()
    assert state.owner is not None and state.owner.name == "Olga" and state.endpoint.channel == "webchat"
    (started,) = await lines.events(ConversationStarted)
    assert started.endpoint.channel == "telegram"
    # And back again: whoever writes in Telegram is answered there.
    await lines.talk.say("Now from the street")
    await widget.entry("customer_message", text="Now from the street")
    await lines.verb("reply", id="r2", text="Mind the cars")
    await lines.talk.wait_for_text("Mind the cars")


async def test_queued_customer_keeps_their_clock(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("/operator")
    await lines.events(CustomerMessage)
    before = await lines.state()

    widget = await lines.site.widget()
    await open_at(widget, token_of(await link_in(lines.talk), lines.site.ours.inbox))

    await widget.entry("system_notice", notice="continued")
    after = await lines.state()
    assert (after.status, after.waiting_since) == ("queued", before.waiting_since)


async def test_link_works_once_and_what_it_led_to_stays_the_first_ones(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    token = token_of(await link_in(lines.talk), lines.site.ours.inbox)
    first = await open_at(await lines.site.widget(), token)
    assert first["type"] == "ack"

    mallory = await lines.site.widget()
    refused = await open_at(mallory, token)

    assert refused["problem"]["type"] == "/problems/link_over"  # type: ignore[index]
    assert mallory.entries == []
    assert (await mallory.say("Who am I?"))["conversation"] != first["conversation"]


async def test_lost_answer_is_asked_for_again(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    token = token_of(await link_in(lines.talk), lines.site.ours.inbox)
    widget = await lines.site.widget()

    first, again = await open_at(widget, token), await open_at(widget, token)

    assert first == again
    log = await lines.log()
    assert sum(isinstance(entry.event, ChannelJoined) for entry in log) == 1
    assert sum(isinstance(e.event, SystemNotice) and e.event.notice == "continued" for e in log) == 1


async def test_looking_at_the_link_and_a_guess_write_nothing(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    token = token_of(await link_in(lines.talk), lines.site.ours.inbox)

    looks = await lines.site.widget(page={"url": f"{PAGE}#switchboard={lines.site.ours.inbox}.{token}"})
    refused = await open_at(await lines.site.widget(), "A" * 43)

    assert refused["problem"]["type"] == "/problems/link_over"  # type: ignore[index]
    assert looks.welcome["conversation"] is None
    assert await visitors(lines) == 0
    assert (await open_at(looks, token))["type"] == "ack"


async def test_link_into_telegram_opens_no_page(lines: Lines) -> None:
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    begun = await lines.conversation()
    minted = await lines.site.node.store.write(
        lines.site.ours.business, lambda tx, now: links.mint(tx, begun, lines.inbox, now=now)
    )

    refused = await open_at(await lines.site.widget(), minted.token)

    assert refused["problem"]["type"] == "/problems/link_over"  # type: ignore[index]


async def test_link_runs_out(lines: Lines) -> None:
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    begun = await lines.conversation()
    minted = await lines.site.node.store.write(
        lines.site.ours.business,
        lambda tx, now: links.mint(tx, begun, lines.site.ours.inbox, now=now - links.LIFETIME),
    )

    refused = await open_at(await lines.site.widget(), minted.token)

    assert refused["problem"]["type"] == "/problems/link_over"  # type: ignore[index]


async def test_visitors_own_conversation_ends_and_their_other_tab_hears_of_it(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("asked in Telegram")
    await lines.talk.wait_for_text("You said: asked in Telegram")
    begun = await lines.conversation()
    widget = await lines.site.widget()
    left = (await widget.say("asked on the page"))["conversation"]
    tab = await lines.site.widget(token=widget.token)

    await open_at(widget, token_of(await link_in(lines.talk), lines.site.ours.inbox))

    ended = [e.event for e in await lines.site.log(left) if isinstance(e.event, Resolved)]
    assert [one.continued_in for one in ended] == [begun]
    assert (await tab.closed()).reason == "the conversation goes on elsewhere"
    tab = await lines.site.widget(token=widget.token)
    assert tab.welcome["conversation"] == begun


async def test_signed_in_visitor_goes_on_as_who_they_are(lines: Lines) -> None:
    await knows_page(lines)
    inbox = lines.site.ours.inbox
    status, made = await lines.site.call(
        "POST", f"/api/v1/businesses/{lines.site.ours.business}/inboxes/{inbox}/secret", who="anna"
    )
    assert status == 200
    claims = {"sub": "ann-17", "aud": inbox, "exp": int(time.time()) + 600, "name": "Ann Example"}
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)

    widget = await lines.site.widget(user=jwt.encode(claims, made["secret"], algorithm="HS256"))
    ack = await open_at(widget, token_of(await link_in(lines.talk), inbox))

    assert ack["conversation"] == await lines.conversation()
    state = await lines.state()
    _, contact = await lines.site.call("GET", f"/api/v1/businesses/{lines.site.ours.business}/contacts/{state.contact}")
    assert contact["name"] == "Ann Example"
    assert {(one["channel"], one["assurance"]) for one in contact["identities"]} >= {("webchat", "signed")}


async def test_who_has_no_conversation_gets_the_pages_address(lines: Lines) -> None:
    await knows_page(lines)

    shown = await _asked(lines.talk)

    assert ADDRESS in shown.text and url_of(shown) == PAGE


async def test_group_gets_no_link_into_its_conversation(lines: Lines) -> None:
    await knows_page(lines)
    group = await lines.telegram.add_group("Neighbours")
    await group.add_bot(lines.bot, by=lines.ann)
    talk = lines.ann.talk(lines.bot, group)
    mention = f"@{lines.bot.username}"
    await talk.say(f"{mention} hello", entities=[{"type": "mention", "offset": 0, "length": len(mention)}])
    await talk.wait_for_text("You said: hello")

    asked = await talk.say(f"/web{mention}")

    shown = await talk.wait_for_text(ADDRESS)
    assert shown.reply_to == asked.id
    assert url_of(shown) == PAGE


async def test_same_update_again_brings_no_second_link(lines: Lines) -> None:
    await knows_page(lines)
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    await lines.bot.deliver_copies(3)

    await lines.talk.say("/web")
    await lines.talk.say("and further")

    await lines.talk.wait_for_text("You said: and further")
    assert sum(OFFER in text for text in await lines.talk.texts()) == 1


async def test_without_a_page_the_command_is_a_text_like_any_other(lines: Lines) -> None:
    await lines.talk.say("/web")

    await lines.talk.wait_for_text("You said: /web")


async def test_page_of_this_machine_stands_in_the_text(lines: Lines) -> None:
    assert (await give_page(lines, "http://127.0.0.1:8080/"))[0] == 200

    async def knows() -> bool:
        return (line := lines.site.node.telegram.bots.of(lines.inbox)) is not None and line.face.page

    await until_async(knows, what="the page")
    shown = await _asked(lines.talk)

    assert shown.text.endswith("\n\nhttp://127.0.0.1:8080/") and shown.buttons == []


async def test_unfit_pages_are_refused_at_their_field(lines: Lines) -> None:
    for page in ("shop.example/help", "ftp://shop.example", "https://shop.example/#help", "javascript:alert(1)"):
        status, problem = await give_page(lines, page)
        assert (status, problem["field"]) == (422, "page"), page


# --- the operator's hand ---


async def ways(lines: Lines, conversation: str, inbox: str = "") -> tuple[int, dict[str, object]]:
    path = f"/api/v1/businesses/{lines.site.ours.business}/conversations/{conversation}/ways"
    return await lines.site.call("POST" if inbox else "GET", path + (f"/{inbox}" if inbox else ""))


async def test_operator_leads_a_customer_of_telegram_to_the_page(lines: Lines) -> None:
    await give_page(lines)
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    begun = await lines.conversation()

    status, offered = await ways(lines, begun)
    assert (status, offered) == (
        200,
        {"ways": [{"inbox": lines.site.ours.inbox, "channel": "webchat", "name": "Website", "place": PAGE}]},
    )
    status, link = await ways(lines, begun, lines.site.ours.inbox)
    assert status == 200 and str(link["qr"]).startswith("<svg")
    widget = await lines.site.widget()
    ack = await open_at(widget, token_of(str(link["url"]), lines.site.ours.inbox))

    assert ack["conversation"] == begun
    assert (await ways(lines, begun))[1] == {"ways": []}


async def test_operator_leads_a_visitor_to_telegram(lines: Lines) -> None:
    widget = await lines.site.widget()
    begun = (await widget.say("Hello"))["conversation"]

    _, offered = await ways(lines, begun)
    assert [way["place"] for way in offered["ways"]] == [f"https://t.me/{lines.bot.username}"]  # type: ignore[attr-defined]
    _, link = await ways(lines, begun, lines.inbox)
    await lines.talk.start(str(link["url"]).partition("?start=")[2])

    await lines.talk.wait_for_text("Here we go on.")
    assert await lines.conversation() == begun


async def test_no_way_leads_out_of_what_is_over_or_into_another_business(lines: Lines) -> None:
    await give_page(lines)
    await lines.talk.say("Hello")
    await lines.events(CustomerMessage)
    begun = await lines.conversation()

    assert (await ways(lines, begun, lines.site.theirs.inbox))[0] == 404
    assert (await ways(lines, "cnv_unknown"))[0] == 404
    await lines.verb("take")
    await lines.verb("resolve")
    assert (await ways(lines, begun, lines.site.ours.inbox))[0] == 409
