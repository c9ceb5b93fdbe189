"""What somebody has open over all their businesses, and who could take it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.http.test_elsewhere import ask, customer, helps_out
from tests.handoff.test_desk import taken
from tests.support.stores import Database
from tests.support_edge.site import Site, on_site


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data") as running:
        yield running


async def held(site: Site, who: str = "olga") -> list[dict[str, Any]]:
    status, found = await site.call("GET", "/api/v1/me/held", who=who)
    assert status == 200, found
    return list(found["businesses"])


async def test_all_that_is_theirs_is_told_with_its_floor_and_who_could_take_it(site: Site) -> None:
    await helps_out(site, mode="pick")
    _, _, ours, floor = await taken(site)
    widget, theirs = await customer(site)
    assert await ask(site, site.ours, "olga", "POST", f"conversations/{theirs}/take", {}) == 200
    await widget.entry("taken")
    await site.console("pavel")
    await site.console("sara")
    await site.call("PUT", "/api/v1/me/presence", who="sara", json={"state": "away"})

    here, there = sorted(await held(site), key=lambda one: str(one["business"]["name"]))
    assert (here["business"]["name"], there["business"]["name"]) == ("Lantern", "Rival")
    assert [(one["row"]["conversation"], one["floor_seq"]) for one in here["conversations"]] == [(ours, floor)]
    assert [one["row"]["conversation"] for one in there["conversations"]] == [theirs]
    takers = {one["name"]: (one["state"], one["takes"]) for one in here["colleagues"]}
    assert takers == {"Pavel": ("online", True), "Sara": ("away", False), "Anna": ("offline", False)}
    assert here["colleagues"][0]["name"] == "Pavel", "who can take it comes first"
    assert {one["name"] for one in there["colleagues"]} == {"Rita"}
    assert await held(site, "pavel") == []


async def test_what_sleeps_until_its_time_is_counted_and_stays(site: Site) -> None:
    _, console, conversation, floor = await taken(site)
    until = (await site.node.store.read("", lambda tx, now: now)) + 3_600_000_000
    assert (await site.verb(conversation, "snooze", floor_seq=floor, until=until))[0] == 200
    await console.entry("snoozed")
    (found,) = await held(site)
    assert (found["conversations"], found["resting"]) == ([], 1)


async def test_business_where_somebody_only_reads_reports_or_works_no_more_is_not_told(site: Site) -> None:
    await taken(site)
    account = site.ours.accounts["olga"]
    path = f"/api/v1/businesses/{site.ours.business}/members/{account}"
    change = {"version": 1, "name": "Olga", "role": "client", "skills": {}}
    assert (await site.call("PUT", path, who="anna", json=change))[0] == 200
    assert await held(site) == []


async def test_nobody_signed_in_has_nothing(site: Site) -> None:
    async with site.http.get(f"{site.origin}/api/v1/me/held") as response:
        assert response.status == 401
