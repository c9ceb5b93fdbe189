"""Reports count requests by their day, and show a client nothing else."""

from __future__ import annotations

import time
from typing import Any

from tests.gateway.admin.browsers import Browser, code
from tests.support_edge.site import Site

DAY = 24 * 3600 * 1_000_000


async def today(browser: Browser) -> dict[str, Any]:
    now = int(time.time() * 1e6)
    days: list[dict[str, Any]] = (await browser.get(f"reports?from={now - DAY}&to={now + DAY}"))["days"]
    assert len(days) == 2
    assert days[1]["requests"] == 0, "tomorrow's"
    return days[0]


async def test_a_request_is_counted_by_how_it_went(site: Site, anna: Browser) -> None:
    assert (await today(anna))["requests"] == 0
    talks = []
    for _ in range(3):
        widget = await site.widget()
        talks.append(str((await widget.say("Hello"))["conversation"]))
        await widget.entry("bot_message")
    await site.verb(talks[0], "take", who="olga")
    state = (await anna.get(f"conversations/{talks[0]}"))["conversation"]
    await site.verb(talks[0], "resolve", who="olga", floor_seq=state["floor_seq"])
    asking = await site.widget()
    await asking.say("A person", choice="/switchboard.operator")
    await asking.entry("handoff_requested")

    found = await today(anna)
    assert (found["requests"], found["open"], found["handed_over"], found["lost"]) == (4, 3, 1, 0)
    assert (found["contained"], found["ratings"], found["score"]) == (1, 0, None)


async def test_a_test_of_an_inbox_is_no_request(site: Site, anna: Browser) -> None:
    assert (await anna.ask("POST", f"inboxes/{site.ours.inbox}/test", {}))[0] == 200
    assert (await today(anna))["requests"] == 0


async def test_the_days_that_can_be_asked_for_are_bounded(anna: Browser) -> None:
    for query in ("from=0&to=0", f"from=0&to={100 * DAY}", f"from={DAY}&to=0", "from=0"):
        assert code(await anna.ask("GET", f"reports?{query}")) == (422, "invalid")
