"""Articles as a supervisor writes them over the API."""

from __future__ import annotations

from typing import Any

from tests.gateway.admin.browsers import Browser

DELIVERY: dict[str, Any] = {
    "name": "delivery",
    "texts": {
        "ru": {"title": "Сроки доставки", "category": "Доставка", "text": "Привезём за **три дня**, по городу бесплатно."},
        "en": {"title": "Delivery times", "category": "Delivery", "text": "We deliver within **three days**, in town free."},
    },
}  # fmt: skip
RETURNS: dict[str, Any] = {
    "name": "returns",
    "position": 1,
    "texts": {"ru": {"title": "Как вернуть товар", "category": "", "text": "Принесите его в магазин с чеком."}},
}


async def write(browser: Browser, body: dict[str, Any]) -> dict[str, Any]:
    """A new article, still a draft."""
    status, made = await browser.ask("POST", "articles", body)
    assert status == 201, made
    return made


async def publish(browser: Browser, article: dict[str, Any], *locales: str) -> Any:
    status, done = await browser.ask(
        "POST", f"articles/{article['id']}/publish", {"version": article["version"], "locales": locales or ("ru",)}
    )
    assert status == 200, done
    return done


async def change(browser: Browser, article: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"version": article["version"], "value": {**article["value"], **fields}}
    status, changed = await browser.ask("PUT", f"articles/{article['id']}", body)
    assert status == 200, changed
    return changed


async def show(browser: Browser, *, page: bool = True, bot: bool = True) -> None:
    """Where the articles are shown."""
    seen = await browser.get("knowledge")
    body = {"version": seen["version"], "value": {"name": "knowledge", "public": page, "bot": bot}}
    status, done = await browser.ask("PUT", "knowledge", body)
    assert status == 200, done


async def found(browser: Browser, question: str, locale: str = "ru", *, settled: bool = False) -> list[str]:
    """The titles of what a search finds."""
    more = "&settled=true" if settled else ""
    page = await browser.get(f"knowledge/search?q={question}&locale={locale}{more}")
    return [one["title"] for one in page["hits"]]
