"""An open console goes by what its person may do now."""

from __future__ import annotations

import pytest

from gateway.store import members
from gateway.store.sql import Tx
from tests.support_edge.clients import Closed
from tests.support_edge.site import Site


async def change(site: Site, who: str, method: str, **body: object) -> None:
    path = f"{site.origin}/api/v1/businesses/{site.ours.business}/members/{site.ours.accounts[who]}"
    async with site.http.request(method, path, json=body or None, headers=site.headers("anna")) as response:
        assert response.status in (200, 204), await response.text()


async def test_whoever_leaves_a_business_is_on_its_line_no_more(site: Site) -> None:
    olga = await site.console("olga")
    await change(site, "olga", "DELETE")
    assert (await olga.closed()).code == 1012
    with pytest.raises(Closed, match="not_found"):
        await site.console("olga")


async def test_another_role_closes_the_console_and_the_next_one_has_it(site: Site) -> None:
    olga = await site.console("olga")
    assert olga.welcome["me"]["role"] == "operator"
    await change(site, "olga", "PUT", version=1, name="Olga", role="supervisor", skills={})
    assert (await olga.closed()).code == 1012
    assert (await site.console("olga")).welcome["me"]["role"] == "supervisor"


async def test_change_that_nothing_told_of_is_found_by_the_next_look(site: Site) -> None:
    site.node.console.look_every = 0.01
    pavel, olga = await site.console("pavel"), await site.console("olga")
    gone = site.ours.accounts["pavel"]
    await site.node.store.write(site.ours.business, lambda tx, now: members.remove(tx, gone))
    assert (await pavel.closed()).reason.startswith("member_changed")

    def demote(tx: Tx, now: int) -> bool:
        member = members.find(tx, site.ours.accounts["olga"])
        assert member is not None
        return members.change(tx, member, member._replace(role="client"))

    await olga.still_there()
    assert await site.node.store.write(site.ours.business, demote)
    assert (await olga.closed()).reason.startswith("member_changed")
