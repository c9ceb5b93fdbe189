"""The widget for everybody: with a keyboard, a screen reader, in the dark, in any brand's colour. Checked by axe-core."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect

from gateway.store.directory import ConsentText
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.sites import Pages, allowing, html, script, set_up
from tests.flows.test_phone import PHONE

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
JUDGE = """
async () => {
  const found = await axe.run("switchboard-chat", { resultTypes: ["violations"] });
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, ...nodes.map((node) => `${node.html.slice(0, 120)} ${node.failureSummary}`)]);
}
"""


SETTLED = """
() => Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => {})))
"""


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def judge(page: Page) -> None:
    """No serious fault in the widget as it stands, once nothing moves any more."""
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    assert page.evaluate(JUDGE) == []


CARDS = """
async () => {
  const me = await (await fetch("/api/v1/me")).json();
  const base = `/api/v1/businesses/${me.businesses[0].id}/conversations`;
  const { rows } = await (await fetch(base)).json();
  const { conversation } = await (await fetch(`${base}/${rows[0].conversation}`)).json();
  const link = { title: "Order", payload: "", url: "https://example.com/order" };
  const card = (title) => ({ title, text: "100 Mbit/s", buttons: [link, { title: "More", payload: "/plans" }] });
  const body = { id: "cards", text: "Look", floor_seq: conversation.floor_seq, cards: [card("Spark"), card("Lamp")] };
  return (await fetch(`${base}/${rows[0].conversation}/reply`, { method: "POST", body: JSON.stringify(body) })).status;
}
"""


@pytest.mark.parametrize(
    ("locale", "options"),
    [("ru", {"color_scheme": "light"}), ("en", {"color_scheme": "dark"}), ("ru", {"color_scheme": "dark", **PHONE})],
    ids=["light", "dark", "phone"],
)
def test_widget_has_no_serious_fault(stage: Stage, demo: DemoServer, locale: Any, options: dict[str, Any]) -> None:
    page = "en.html" if locale == "en" else ""
    words = {
        "ru": ("Какие у вас тарифы?", "Завершить диалог", "Эмодзи"),
        "en": ("What plans do you have?", "End the conversation", "Emoji"),
    }
    question, end, emoji = words[locale]
    customer = Customer.arrive(stage, demo.links.page + page, locale=locale, **options)
    judge(customer.page)
    customer.say(question)
    expect(customer.bubbles("bot").last).to_be_visible()
    customer.attach({"name": "a.txt", "mimeType": "text/plain", "buffer": b""})
    expect(customer.tray).to_have_count(1)
    if "is_mobile" not in options:
        customer.panel.get_by_role("button", name=emoji).click()
        expect(customer.panel.locator(".emoji")).to_be_visible()
    customer.panel.get_by_role("button", name=customer.words["menu"]).click()
    expect(customer.panel.get_by_role("menu")).to_be_visible()
    judge(customer.page)
    customer.page.keyboard.press("Escape")
    customer.ask_for_person()
    expect(customer.panel.locator(".details")).to_be_visible()
    judge(customer.page)
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    olga.choose()
    olga.take()
    assert olga.page.evaluate(CARDS) == 200
    expect(customer.log.locator(".cards li")).to_have_count(2)
    judge(customer.page)
    customer.choose(end)
    judge(customer.page)
    customer.panel.get_by_role("alertdialog").get_by_role("button", name=end).click()
    customer.panel.get_by_role("radio").first.check(force=True)
    judge(customer.page)


def test_consent_has_no_serious_fault(stage: Stage, demo: DemoServer) -> None:
    consent = ConsentText(version="1", text={"ru": "Храним год: https://example.com/privacy"})
    set_up(demo, lambda settings: msgspec.structs.replace(settings, consent=consent))
    page = stage.page(locale="ru")
    page.goto(demo.links.page)
    page.get_by_role("button", name="Открыть чат").click()
    expect(page.get_by_role("button", name="Соглашаюсь")).to_be_focused()
    judge(page)


COLOURS = ("#ffffff", "#000000", "#ffe000", "#777777", "#ff0055", "#00ff7f")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_brand_colour_can_be_read(stage: Stage, demo: DemoServer, pages: Pages, theme: str) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    for color in COLOURS:
        attributes = f'data-color="{color}" data-theme="{theme}"'
        pages.pages[f"/{color[1:]}"] = html(script(demo, inbox, attributes))
    context = stage.context(locale="en", color_scheme="light" if theme == "dark" else "dark")
    customer = Customer(context.new_page(), "en")
    for color in COLOURS:
        customer.page.goto(f"{pages.origin}/{color[1:]}")
        if color == COLOURS[0]:
            customer.open()
            customer.say("What plans do you have?")
        customer.hears("Spark")
        surface = customer.panel.evaluate("one => getComputedStyle(one).backgroundColor")
        assert (surface == "rgb(30, 26, 23)") is (theme == "dark")
        judge(customer.page)


def test_cards_lead_out_and_their_replies_are_used_up(stage: Stage, demo: DemoServer) -> None:
    customer = Customer.arrive(stage, demo.links.page + "en.html", locale="en")
    customer.ask_for_person()
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    olga.choose()
    olga.take()
    assert olga.page.evaluate(CARDS) == 200
    shown = olga.log.get_by_role("list", name="Показаны карточки").locator("b")
    expect(shown).to_have_text(["Spark", "Lamp"])
    card = customer.log.locator(".cards li").first
    link = card.get_by_role("link", name="Order")
    expect(link).to_have_attribute("href", "https://example.com/order")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(link).to_have_attribute("target", "_blank")
    card.get_by_role("button", name="More").click()
    customer.sees("More", author="customer")
    expect(card.get_by_role("button", name="More")).to_have_count(0)
    expect(link).to_be_visible()
