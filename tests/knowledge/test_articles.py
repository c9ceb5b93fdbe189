"""Articles over the API: drafts beside what customers read, versions, search, and what found nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.gateway.admin.browsers import Browser, code
from tests.knowledge.desk import DELIVERY, RETURNS, change, found, publish, show, write
from tests.support_edge.site import Site
from tests.support_edge.waiting import until_async


async def test_a_draft_is_nobodys_until_it_is_published(anna: Browser) -> None:
    made = await write(anna, DELIVERY)
    assert await found(anna, "доставка") == []

    assert (await publish(anna, made, "ru", "en"))["fresh"] == ["ru", "en"]
    assert await found(anna, "доставка") == ["Сроки доставки"]
    assert await found(anna, "delivry times", "en") == ["Delivery times"]


async def test_what_is_written_on_changes_nothing_for_customers(anna: Browser) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made, "ru", "en")
    texts = {**DELIVERY["texts"], "ru": {"title": "Когда привезём", "category": "", "text": "Завтра."}}
    changed = await change(anna, made, texts=texts)

    assert await states(anna) == {"ru": "changed", "en": "published"}
    assert await found(anna, "доставка") == ["Сроки доставки"]
    await publish(anna, changed, "ru", "en")
    assert await states(anna) == {"ru": "published", "en": "published"}
    assert await found(anna, "когда привезете") == ["Когда привезём"]


async def test_versions_say_who_made_them_and_hold_the_text_to_go_back_to(anna: Browser) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made)
    changed = await change(anna, made, texts={"ru": {"title": "Иначе", "category": "", "text": "Другой текст."}})
    await publish(anna, changed)

    items = (await anna.get(f"articles/{made['id']}/versions"))["items"]
    assert [(one["locale"], one["number"], one["title"], one["published"], one["made_by"]) for one in items] == [
        ("ru", 2, "Иначе", True, "Anna"), ("ru", 1, "Сроки доставки", False, "Anna"),
    ]  # fmt: skip
    back = {name: items[1][name] for name in ("title", "category", "text")}
    restored = await change(anna, changed, texts={"ru": back})
    assert await states(anna) == {"ru": "changed"}
    await publish(anna, restored)
    assert await found(anna, "сроки доставки") == ["Сроки доставки"]


async def test_publishing_what_is_published_makes_no_version(anna: Browser) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made)
    before = await anna.audit()

    assert (await publish(anna, made))["fresh"] == []
    assert await anna.audit() == before
    assert before[0] == ("Anna", "published", "article")


async def test_only_the_latest_versions_are_kept_and_the_one_that_is_read_always(anna: Browser, site: Site) -> None:
    made = await write(anna, DELIVERY)
    for number in range(33):
        made = await change(anna, made, texts={"ru": {"title": f"Текст {number}", "category": "", "text": "…да"}})
        await publish(anna, made)

    items = (await anna.get(f"articles/{made['id']}/versions"))["items"]
    assert [one["number"] for one in items] == list(range(33, 3, -1))
    assert [one["number"] for one in items if one["published"]] == [33]


async def test_what_is_withdrawn_is_found_no_more_and_stays_as_a_draft(anna: Browser) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made, "ru", "en")

    assert (await anna.ask("POST", f"articles/{made['id']}/withdraw", {"locales": ["ru"]}))[0] == 204
    assert await states(anna) == {"ru": "draft", "en": "published"}
    assert await found(anna, "сроки доставки") == []
    assert await found(anna, "delivery times", "ru") == ["Delivery times"], "what the language lacks, another one has"


async def test_an_article_that_is_removed_takes_its_versions_along(anna: Browser, site: Site) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made)

    assert (await anna.ask("DELETE", f"articles/{made['id']}?version=1"))[0] == 204
    assert await found(anna, "доставка") == []
    assert code(await anna.ask("GET", f"articles/{made['id']}/versions")) == (404, "not_found")
    again = await write(anna, DELIVERY)
    assert (await anna.get(f"articles/{again['id']}/versions"))["items"] == []


async def test_who_publishes_what_was_changed_meanwhile_is_told_who_was_faster(anna: Browser) -> None:
    made = await write(anna, DELIVERY)
    await change(anna, made, position=7)

    late = await anna.ask("POST", f"articles/{made['id']}/publish", {"version": 1, "locales": ["ru"]})
    assert code(late) == (409, "conflict") and late[1]["by"] == "Anna"
    assert await found(anna, "доставка") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Как платить"}, "name"),
        ({"name": "a--b"}, "name"),
        ({"name": "../x"}, "name"),
        ({"texts": {"ru": {"title": " ", "category": "", "text": "Текст"}}}, "texts.ru.title"),
        ({"texts": {"ru": {"title": "\u200b", "category": "", "text": ""}}}, "texts"),
    ],
)
async def test_an_article_that_is_not_right_is_refused_with_its_field(
    anna: Browser, change: dict[str, Any], field: str
) -> None:  # fmt: skip
    answer = await anna.ask("POST", "articles", {**DELIVERY, **change})
    assert code(answer) == (422, "invalid") and answer[1]["field"] == field


async def test_a_title_alone_is_not_published(anna: Browser) -> None:
    made = await write(anna, {"name": "empty", "texts": {"ru": {"title": "Потом", "category": "", "text": ""}}})
    answer = await anna.ask("POST", f"articles/{made['id']}/publish", {"version": 1, "locales": ["ru"]})
    assert code(answer) == (422, "invalid") and answer[1]["field"] == "texts.ru.text"


async def test_operators_read_and_only_those_above_them_write(anna: Browser, site: Site) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made)
    olga = Browser(site, site.ours.sessions["olga"])

    assert await found(olga, "доставка") == ["Сроки доставки"]
    assert [one["name"] for one in (await olga.get("knowledge/articles"))["items"]] == ["delivery"]
    for method, path, body in (
        ("POST", "articles", DELIVERY),
        ("POST", f"articles/{made['id']}/publish", {"version": 1, "locales": ["ru"]}),
        ("POST", f"articles/{made['id']}/withdraw", {"locales": ["ru"]}),
        ("GET", "knowledge/questions", None),
        ("DELETE", "knowledge/questions", None),
    ):
        assert code(await olga.ask(method, path, body)) == (403, "forbidden"), path


async def test_articles_of_another_business_are_none(anna: Browser, site: Site) -> None:
    rita = Browser(site, site.theirs.sessions["rita"])
    status, made = await rita.ask("POST", "articles", DELIVERY, business=site.theirs.business)
    assert status == 201

    body = {"version": 1, "locales": ["ru"]}
    assert code(await anna.ask("POST", f"articles/{made['id']}/publish", body)) == (404, "not_found")
    assert (await anna.get("knowledge/articles"))["items"] == []
    assert code(await anna.ask("GET", "knowledge/search?q=x", business=site.theirs.business)) == (404, "not_found")


async def test_a_preview_is_what_customers_will_see(anna: Browser) -> None:
    status, shown = await anna.ask("POST", "knowledge/preview", {"text": "**Bold** <b>not</b>"})
    assert (status, shown["html"]) == (200, "<p><strong>Bold</strong> &lt;b&gt;not&lt;/b&gt;</p>\n")


async def test_a_hit_says_what_is_inserted_and_where_customers_read_it(anna: Browser, site: Site) -> None:
    await publish(anna, await write(anna, DELIVERY))
    (hit,) = (await anna.get("knowledge/search?q=три дня&locale=ru"))["hits"]
    assert hit["said"] == "Привезём за три дня, по городу бесплатно." and hit["url"] == ""
    assert [one["text"] for one in hit["snippet"] if one.get("mark")] == ["три", "дня"]

    await show(anna)
    (hit,) = (await anna.get("knowledge/search?q=три дня&locale=ru"))["hits"]
    assert hit["url"] == f"{site.node.url}/help/lantern/delivery?lang=ru"


async def test_what_is_asked_in_vain_is_counted_and_what_is_only_typed_isnt(anna: Browser) -> None:
    await publish(anna, await write(anna, DELIVERY))
    await found(anna, "рассро")
    await found(anna, "есть рассрочка?", settled=True)
    await found(anna, "Есть  рассрочка", settled=True)

    async def asked() -> list[tuple[str, int, str]]:
        return [
            (one["question"], one["times"], one["origin"]) for one in (await anna.get("knowledge/questions"))["items"]
        ]

    async def both() -> bool:
        return await asked() == [("есть рассрочка", 2, "console")]

    await until_async(both)
    assert code(await anna.ask("DELETE", "knowledge/questions")) == (422, "invalid")
    assert code(await anna.ask("DELETE", "knowledge/questions?locale=ru&question=другое")) == (404, "not_found")
    assert (await anna.ask("DELETE", "knowledge/questions?locale=ru&question=есть рассрочка"))[0] == 204
    assert await asked() == []
    await found(anna, "Есть рассрочка", settled=True)
    await until_async(lambda: _one_asked(anna))
    assert (await anna.ask("DELETE", "knowledge/questions?all=true"))[0] == 204
    assert await asked() == []


async def test_articles_travel_with_what_customers_read_of_them(anna: Browser, site: Site) -> None:
    made = await write(anna, DELIVERY)
    await publish(anna, made, "ru", "en")
    await change(
        anna, made, texts={**DELIVERY["texts"], "ru": {"title": "Черновик", "category": "", "text": "Ещё нет."}}
    )
    await write(anna, RETURNS)
    file = await anna.get("export")
    rita = Browser(site, site.theirs.sessions["rita"])

    async def take() -> Any:
        url = f"{site.origin}/api/v1/businesses/{site.theirs.business}/import"
        headers = {"Origin": site.origin, "Cookie": f"switchboard_session={rita.session}"}
        async with site.http.post(url, data=msgspec.json.encode(file), headers=headers) as response:
            return await response.json()

    done = await take()
    assert {"article: delivery", "article: returns"} <= set(done["added"]), done
    listed = (await rita.get("knowledge/articles", business=site.theirs.business))["items"]
    assert [{one["locale"]: one["state"] for one in item["languages"]} for item in listed] == [
        {"ru": "changed", "en": "published"}, {"ru": "draft"},
    ]  # fmt: skip
    hits = await rita.get("knowledge/search?q=сроки доставки&locale=ru", business=site.theirs.business)
    assert [one["title"] for one in hits["hits"]] == ["Сроки доставки"]
    again = await take()
    assert (again["added"], again["changed"]) == ([], [])


async def _one_asked(browser: Browser) -> bool:
    return len((await browser.get("knowledge/questions"))["items"]) == 1


async def states(browser: Browser) -> dict[str, str]:
    (item,) = (await browser.get("knowledge/articles"))["items"]
    return {one["locale"]: one["state"] for one in item["languages"]}
