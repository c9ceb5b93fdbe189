"""Whoever asks for people out of their hours is told when they answer."""

from __future__ import annotations

from typing import Any

from tests.gateway.admin.browsers import Browser
from tests.support_edge.clients import connect_console
from tests.support_edge.site import Site

NEVER: dict[str, Any] = {"always": False, "week": {}}


async def notice(site: Site, locale: str = "en") -> tuple[str, str]:
    """What the system says to somebody who asks for a person."""
    widget = await site.widget(locale=locale)
    await widget.say("A person, please", choice="/switchboard.operator")
    event = (await widget.entry("system_notice"))["event"]
    return event["notice"], event["text"]


async def test_out_of_hours_the_customer_hears_when_people_answer(site: Site, anna: Browser) -> None:
    await site.console("olga")
    assert (await notice(site))[0] == "queued"
    assert (await anna.ask("PUT", "hours", {"version": 0, "value": NEVER}))[0] == 200
    assert (await notice(site))[0] == "queued_closed"

    holidays = [{"day": f"20{year}-01-01", "spans": []} for year in range(27, 31)]
    week = {day: [{"opens": "23:59", "closes": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    value = {"always": False, "week": week, "holidays": holidays}
    assert (await anna.ask("PUT", "hours", {"version": 1, "value": value}))[0] == 200
    name, text = await notice(site, "ru")
    assert name in ("queued_until", "queued") and ("23:59" in text or name == "queued")


async def test_one_business_s_hours_are_not_another_s(site: Site, anna: Browser) -> None:
    await anna.ask("PUT", "hours", {"version": 0, "value": NEVER})
    await connect_console(site.http, site.origin, business=site.theirs.business, session=site.theirs.sessions["rita"])
    widget = await site.widget(inbox=site.theirs.inbox)
    await widget.say("A person, please", choice="/switchboard.operator")
    assert (await widget.entry("system_notice"))["event"]["notice"] == "queued"
