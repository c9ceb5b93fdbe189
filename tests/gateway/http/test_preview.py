"""The sample page with an inbox's widget, and who may show it; pages that are turned away are noted."""

from __future__ import annotations

import pytest

from tests.support_edge.clients import Closed
from tests.support_edge.site import Site


async def get(site: Site, path: str) -> tuple[int, str, dict[str, str]]:
    async with site.http.get(site.origin + path) as response:
        return response.status, await response.text(), dict(response.headers)


async def test_preview_shows_the_widget_of_an_inbox_to_our_own_pages_alone(site: Site) -> None:
    status, page, headers = await get(site, f"/preview/{site.ours.inbox}?locale=ru&color=%230E6B68")
    assert status == 200
    assert f'data-inbox="{site.ours.inbox}"' in page
    assert 'data-locale="ru"' in page and 'data-color="#0E6B68"' in page
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    _, _, console = await get(site, "/console/")
    assert "frame-ancestors 'none'" in console["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/preview/nowhere", "/preview/%3Cscript%3E", "/preview/" + "a" * 200])
async def test_preview_of_no_inbox_is_none(site: Site, path: str) -> None:
    status, page, _ = await get(site, path)
    assert status == 404 and "<script>" not in page


@pytest.mark.parametrize("query", ["color=red", "color=%22onload%3D%22", "locale=english", "more=1"])
async def test_preview_takes_nothing_but_a_language_and_a_colour(site: Site, query: str) -> None:
    status, _, _ = await get(site, f"/preview/{site.ours.inbox}?{query}")
    assert status == 422


async def test_a_page_that_is_turned_away_is_told_to_whoever_can_let_it_in(site: Site) -> None:
    stranger = "https://stranger.example"
    with pytest.raises(Closed):
        await site.widget(origin=stranger)
    assert [one.origin for one in site.node.refusals.of(site.ours.inbox)] == [stranger]
