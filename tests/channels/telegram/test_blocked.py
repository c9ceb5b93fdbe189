"""Whoever is blocked in Telegram: told when it ends their talk, told once more when they write, and then not heard."""

from __future__ import annotations

from gateway.model.events import Resolved, SystemNotice
from tests.support_edge.telegram_site import Lines
from tests.support_edge.waiting import until_async

REFUSED = "You can't write to us here any more."


async def test_blocked_chat_is_told_at_the_end_and_once_when_it_writes(lines: Lines) -> None:
    await lines.talk.say("Buy gold")
    await lines.talk.wait_for_text("You said: Buy gold")
    contact = (await lines.state()).contact
    path = f"/api/v1/businesses/{lines.site.ours.business}/contacts/{contact}"
    status, _ = await lines.site.call("PUT", path + "/block", who="sara", json={"reason": "spam"})
    assert status == 200

    await lines.talk.wait_for_text("We have ended this conversation. You can't write to us here any more.")
    assert [event.notice for event in await lines.events(SystemNotice)] == ["blocked"]
    assert (await lines.events(Resolved))[0].reason == "blocked"
    talk = await lines.conversation()
    before = await lines.site.log(talk)
    await lines.talk.say("Buy silver")
    await lines.talk.wait_until(lambda seen: [one.text for one in seen].count(REFUSED) == 1)
    await lines.talk.say("Buy copper")
    await lines.talk.start()

    async def all_dropped() -> bool:
        return bool((await lines.site.call("GET", path))[1]["block"]["refused"] == 3)

    await until_async(all_dropped, what="three inputs that weren't taken")
    assert await lines.site.log(talk) == before
    assert (await lines.site.call("DELETE", path + "/block", who="sara"))[0] == 204
    await lines.talk.say("I am sorry")

    await lines.talk.wait_for_text("You said: I am sorry")
    assert [one.text for one in await lines.talk.from_bot()].count(REFUSED) == 1
