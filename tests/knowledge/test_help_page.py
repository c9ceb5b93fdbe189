"""The public page of a business's articles: there only where it is switched on, strict, and the same for everybody."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.page.colours import AA, DARK, LIGHT, colours_of, contrast, parse
from tests.gateway.admin.browsers import Browser
from tests.knowledge.desk import DELIVERY, RETURNS, publish, show, write
from tests.support_edge.site import Site
from tests.support_edge.waiting import until_async


@pytest.fixture
async def article(anna: Browser) -> dict[str, Any]:
    """A business with two articles and its page."""
    made = await write(anna, DELIVERY)
    await publish(anna, made, "ru", "en")
    await publish(anna, await write(anna, RETURNS))
    await show(anna)
    return made


async def look(site: Site, path: str, **headers: str) -> tuple[int, str, aiohttp.ClientResponse]:
    async with site.http.get(f"{site.origin}{path}", headers=headers, allow_redirects=False) as response:
        return response.status, await response.text(), response


async def vote(
    site: Site, path: str, said: str, *, origin: str | None = None, cookie: str = ""
) -> aiohttp.ClientResponse:
    headers = {"Origin": site.origin if origin is None else origin, **({"Cookie": cookie} if cookie else {})}
    async with site.http.post(
        f"{site.origin}{path}", data={"helped": said}, headers=headers, allow_redirects=False
    ) as response:
        return response


async def votes(anna: Browser) -> dict[str, tuple[int, int]]:
    items = (await anna.get("knowledge/articles"))["items"]
    return {one["locale"]: (one["helped"], one["unhelped"]) for one in items[0]["languages"]}


async def test_there_is_no_page_until_the_business_wants_one(site: Site, anna: Browser) -> None:
    await publish(anna, await write(anna, DELIVERY))
    for path in ("/help/lantern", "/help/lantern/delivery", "/help/rival", "/help/nobody", "/help/..%2Fx"):
        assert (await look(site, path))[0] == 404, path
    assert (await vote(site, "/help/lantern/delivery", "yes")).status == 404

    await show(anna)
    assert (await look(site, "/help/lantern"))[0] == 200
    await show(anna, page=False)
    assert (await look(site, "/help/lantern"))[0] == 404


@pytest.mark.usefixtures("article")
async def test_the_list_is_in_the_readers_language_by_category(site: Site) -> None:
    _, russian, _ = await look(site, "/help/lantern", **{"Accept-Language": "ru-RU,ru;q=0.9"})
    assert '<html lang="ru">' in russian and "Фонарь: справка" in russian
    assert re.findall("<h2>(.*?)</h2>", russian) == ["Доставка", "Другое"]
    assert "Сроки доставки" in russian and "Как вернуть товар" in russian

    _, english, _ = await look(site, "/help/lantern", **{"Accept-Language": "de,en;q=0.8,ru;q=0.7"})
    assert '<html lang="en">' in english and "Delivery times" in english and "вернуть" not in english
    assert '<html lang="ru">' in (await look(site, "/help/lantern?lang=ru", **{"Accept-Language": "en"}))[1]


@pytest.mark.usefixtures("article")
async def test_an_article_is_shown_in_a_language_that_it_has(site: Site) -> None:
    _, page, _ = await look(site, "/help/lantern/returns?lang=en")
    assert '<html lang="ru">' in page and "<h1>Как вернуть товар</h1>" in page
    assert 'href="/help/lantern?lang=en"' in page, "in the language that it lacks, the list"


@pytest.mark.usefixtures("article")
async def test_no_script_of_anybody_else_runs_and_nobody_frames_the_page(site: Site) -> None:
    _, page, response = await look(site, "/help/lantern/delivery")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! defer src=\"/help\.js)|\son\w+=|\sstyle=", page)
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_an_article_and_a_question_say_is_never_markup(site: Site, anna: Browser) -> None:
    hostile = {
        "title": "<img src=x onerror=alert(1)>",
        "category": '"><script>',
        "text": "<script>alert(1)</script> доставка",
    }
    await publish(anna, await write(anna, {"name": "hostile", "texts": {"ru": hostile}}))
    await show(anna)

    for path in (
        "/help/lantern",
        "/help/lantern/hostile",
        "/help/lantern?q=%22%3E%3Cscript%3E",
        "/help/lantern?q=доставка",
    ):
        _, page, _ = await look(site, path)
        assert "<img" not in page and "<script>" not in page, path


@pytest.mark.usefixtures("article")
async def test_a_search_with_a_slip_finds_and_marks(site: Site) -> None:
    _, page, _ = await look(site, "/help/lantern?lang=ru&q=достваки")
    assert re.findall(r'<li><a href="(.*?)">', page) == ["/help/lantern/delivery?lang=ru"]
    _, part, _ = await look(site, "/help/lantern?lang=ru&q=дост&part=1")
    assert part.startswith("<h2>") and "Сроки доставки" in part


@pytest.mark.usefixtures("article")
async def test_what_finds_nothing_is_noted_and_the_list_is_offered(site: Site, anna: Browser) -> None:
    await look(site, "/help/lantern?lang=ru&q=рассро&part=1")
    _, page, _ = await look(site, "/help/lantern?lang=ru&q=Рассрочка")
    assert "ничего нет" in page and "Сроки доставки" in page

    async def noted() -> bool:
        items = (await anna.get("knowledge/questions"))["items"]
        return [(one["question"], one["origin"]) for one in items] == [("рассрочка", "page")]

    await until_async(noted)


async def test_whether_it_helped_counts_once_for_a_browser(site: Site, anna: Browser, article: dict[str, Any]) -> None:
    first = await vote(site, "/help/lantern/delivery?lang=ru", "yes")
    assert first.status == 303 and first.headers["Location"] == "/help/lantern/delivery?lang=ru#helped"
    kept = first.cookies["switchboard_helped"]
    assert kept["httponly"] and kept["samesite"] == "Lax" and kept["path"] == "/help/lantern"

    cookie = f"switchboard_helped={kept.value}"
    await vote(site, "/help/lantern/delivery?lang=ru", "no", cookie=cookie)
    await vote(site, "/help/lantern/delivery?lang=en", "no")
    await vote(site, "/help/lantern/delivery?lang=ru", "perhaps")
    assert await votes(anna) == {"ru": (1, 0), "en": (0, 1)}
    _, page, _ = await look(site, "/help/lantern/delivery?lang=ru", Cookie=cookie)
    assert "Спасибо" in page and "<button name" not in page


@pytest.mark.usefixtures("article")
async def test_another_sites_page_gives_no_answer_in_ones_name(site: Site, anna: Browser) -> None:
    assert (await vote(site, "/help/lantern/delivery", "yes", origin="https://evil.example")).status == 403
    assert (await vote(site, "/help/lantern/delivery", "yes", origin="")).status == 403
    assert await votes(anna) == {"ru": (0, 0), "en": (0, 0)}


@pytest.mark.usefixtures("article")
async def test_one_address_gives_only_so_many_answers(site: Site, anna: Browser) -> None:
    statuses = [(await vote(site, "/help/lantern/delivery?lang=ru", "no")).status for _ in range(25)]
    assert statuses[:20] == [303] * 20 and 429 in statuses[20:]
    assert (await votes(anna))["ru"][1] == statuses.count(303)


@pytest.mark.usefixtures("article")
async def test_what_has_not_changed_is_not_sent_again(site: Site, anna: Browser) -> None:
    _, _, first = await look(site, "/help/lantern/returns")
    status, body, _ = await look(site, "/help/lantern/returns", **{"If-None-Match": first.headers["ETag"]})
    assert (status, body) == (304, "")
    _, page, _ = await look(site, "/help/lantern")
    for asset in re.findall(r'(?:href|src)="(/help\.\w+\?[0-9a-f]+)"', page):
        status, _, sent = await look(site, asset)
        assert status == 200 and "immutable" in sent.headers["Cache-Control"]


@pytest.mark.usefixtures("article")
async def test_a_page_that_is_not_there_says_so_in_words(site: Site) -> None:
    status, page, _ = await look(site, "/help/lantern/gone?lang=ru")
    assert status == 404 and "Такой страницы нет" in page and 'role="search"' in page


@given(st.from_regex("#[0-9a-f]{6}", fullmatch=True))
def test_any_brand_colour_can_be_read(colour: str) -> None:
    brand = colours_of(colour)
    assert contrast(parse(brand.brand), parse(brand.on_brand)) >= AA
    assert contrast(parse(brand.light), LIGHT) >= AA and contrast(parse(brand.dark), DARK) >= AA
