"""Articles: written and published, read and found by customers, quoted by the bot, sent by operators."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_people_take_over import handed_over
from tests.flows.test_phone import PHONE

TITLE = "Возврат оборудования"


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_an_article_is_written_published_found_with_a_slip_and_helps(
    stage: Stage, demo: DemoServer, anna: Operator
) -> None:
    page = anna.page
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Knowledge").click()
    click(page, "Write an article")
    page.get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_label("Category", exact=True).fill("Договор")
    page.get_by_label("Text", exact=True).fill("Принесите роутер в **офис** за десять дней.\n\n- роутер\n- приставку")
    expect(page.get_by_label("Address", exact=True)).to_have_value("vozvrat-oborudovaniya")
    expect(page.get_by_role("article").get_by_text("офис")).to_have_css("font-weight", "700")
    assert_no_faults(page)
    page.get_by_role("main").locator("form").get_by_role("button", name="Write an article").click()
    click(page, "Publish: Russian")
    expect(page.get_by_text("Version 1")).to_be_visible()

    reader = stage.page(**{**PHONE, "viewport": {"width": 390, "height": 844}, "locale": "ru"})
    reader.goto(f"{demo.links.origin}/help/lantern")
    assert_no_faults(reader)
    search = reader.get_by_role("searchbox")
    search.fill("возврат оборудвания")
    found = reader.locator("#found").get_by_role("link", name=TITLE)
    found.click()
    expect(reader.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    assert_no_faults(reader)
    click(reader, "Да")
    expect(reader.get_by_text("Спасибо")).to_be_visible()
    search.fill("страхование велосипеда")
    search.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_contain_text("ничего нет")

    page.get_by_role("link", name="Found nothing").click()
    row = page.get_by_role("listitem").filter(has_text="страхование велосипеда")
    seen_by_and_by(page, row)
    row.get_by_role("button", name="Write an article").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Страхование велосипеда")
    page.get_by_role("navigation", name="Knowledge").get_by_role("link", name="Articles").click()
    click(page, "Leave, keep draft")
    expect(page.get_by_role("main").get_by_role("link").filter(has_text=TITLE)).to_contain_text("Helped 1 of 1")


def test_the_bot_quotes_an_article_and_an_operator_sends_what_is_suggested(customer: Customer, olga: Operator) -> None:
    customer.say("где скачать чеки")
    customer.hears("Из статьи «Где взять чек об оплате»")

    handed_over(customer, olga)
    customer.say("Как сменить номер телефона в личном кабинете?")
    panel = olga.page.get_by_role("complementary", name="Контекст")
    suggested = panel.get_by_role("region", name="Подсказки").get_by_role("article")
    article = suggested.filter(has_text="Как сменить номер телефона")
    expect(article.get_by_role("link")).to_have_attribute(
        "href", f"{olga.page.url.split('/console')[0]}/help/lantern/change-phone?lang=ru"
    )
    assert_no_faults(olga.page)
    article.get_by_role("button", name="Отправить").click()
    customer.hears("Откройте my.lantern.example", author="operator")
    expect(suggested).to_have_count(0)

    olga.field.fill("Вот ещё:")
    panel.get_by_role("searchbox", name="Поиск по статьям").fill("гостевая сетт")
    panel.get_by_role("button", name="Гостевая сеть Wi-Fi").click()
    panel.get_by_role("button", name="Вставить ссылку").click()
    expect(olga.field).to_be_focused()
    expect(olga.field).to_have_value(
        f"Вот ещё: Гостевая сеть Wi-Fi: {olga.page.url.split('/console')[0]}/help/lantern/guest-network?lang=ru"
    )
    olga.field.press("Enter")
    expect(customer.bubbles("operator").last.get_by_role("link")).to_be_visible()


def seen_by_and_by(page: Page, row: Locator) -> None:
    """What nothing was found for is noted behind the answer; the list is as it was when it was asked for."""
    for _ in range(10):
        try:
            expect(row).to_be_visible(timeout=3_000)
        except AssertionError:
            page.reload()
        else:
            return
    expect(row).to_be_visible()
