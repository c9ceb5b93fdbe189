"""An operator leads a customer on in another channel: by a link, a code, or a reply; and who set that up did it by clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.flows.administrators import Administrator
from tests.flows.axe import faults
from tests.flows.browser import Stage
from tests.flows.outages import Wire
from tests.flows.people import Customer, Locale, Operator
from tests.flows.server import DemoServer
from tests.flows.telegram import Telegram
from tests.support_edge.telegram import BotUser

ACTION = {"ru": "Продолжить в другом месте…", "en": "Continue elsewhere…"}
TITLE = {"ru": "Продолжить в другом месте", "en": "Continue elsewhere"}
PAGE = "Страница, на которую возвращаются клиенты"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
def demo(demo_with_bot: DemoServer) -> DemoServer:
    return demo_with_bot


def test_visitor_is_led_to_telegram_by_a_reply(
    stage: Stage, demo: DemoServer, telegram: Telegram, bot: BotUser
) -> None:
    customer = Customer.arrive(stage, demo.links.page)
    customer.ask_for_person()
    olga = at_desk(stage, demo, "ru")
    olga.choose("человека")
    expect(action(olga, "ru")).to_be_visible()
    olga.take()
    olga.field.fill("Минуту, смотрю.")

    way = begin(olga, "ru")
    expect(way).to_contain_text("t.me/lantern_test_bot")
    assert decoded(way.get_by_role("img", name="QR-код ссылки")) > 100
    expect(way).to_contain_text("Сработает один раз, до ")
    way.get_by_role("button", name="Скопировать").click()
    expect(way.get_by_role("button", name="Скопировано")).to_be_visible()
    link = link_in(way)
    assert olga.page.evaluate("navigator.clipboard.readText()") == link
    olga.page.keyboard.press("Escape")
    expect(way).to_be_hidden()
    way = begin(olga, "ru")
    assert link_in(way) == link  # looked at again, it is still the one that works
    way.get_by_role("button", name="Вставить в ответ").press("Enter")

    expect(way).to_be_hidden()
    expect(olga.field).to_be_focused()
    written = olga.field.input_value()
    assert written.startswith("Минуту, смотрю.\n\nМожно продолжить в Telegram") and written.endswith(link)
    olga.field.press("Enter")
    shown = customer.bubbles("operator").last.get_by_role("link")
    expect(shown).to_have_attribute("href", link)

    way = begin(olga, "ru")
    talk = telegram.talk(bot, "Анна", language="ru")
    telegram.do(talk.start(link.partition("?start=")[2]))
    telegram.wait_for_text(talk, "Продолжаем здесь")
    expect(way).to_contain_text("Клиент продолжает здесь")
    way.get_by_role("button", name="Закрыть").last.click()
    telegram.do(talk.say("Я уже в дороге"))
    olga.reads("Я уже в дороге")
    olga.write("Вижу вас")
    telegram.wait_for_text(talk, "Вижу вас")
    expect(begin(olga, "ru")).to_contain_text("Продолжить пока негде")
    olga.page.keyboard.press("Escape")
    olga.button("resolve").click()
    expect(olga.button("take")).to_be_hidden()
    expect(action(olga, "ru")).to_be_hidden()


def test_page_named_by_clicks_is_a_way_out_of_telegram(
    stage: Stage, demo: DemoServer, telegram: Telegram, bot: BotUser
) -> None:
    stage.allow("status of 422")
    page = Operator.sign_in(stage, demo.links.administrator, locale="en").page
    page.evaluate("localStorage.setItem('switchboard:locale', 'ru')")
    page.reload()
    anna = Administrator(page, "ru")
    anna.open("Точки входа")
    anna.row("Website").click()
    field = anna.page.get_by_label(PAGE, exact=True)
    field.fill("shop.example/help")
    anna.click("Сохранить")
    expect(anna.main).to_contain_text("Это не адрес страницы")
    expect(field).to_be_focused()
    field.fill("https://shop.example/help")
    expect(anna.alert).to_contain_text("На сайте https://shop.example чат пока не разрешён")
    anna.alert.get_by_role("button", name="Разрешить: https://shop.example").click()
    expect(anna.alert).to_have_count(0)
    expect(anna.page.get_by_label("Разрешённые страницы, 1")).to_have_value("https://shop.example")
    field.fill(demo.links.page)
    anna.click("Сохранить")
    expect(anna.notice).to_contain_text("Сохранено")

    talk = telegram.talk(bot, "Мария", language="ru")
    telegram.do(talk.say("Позовите, пожалуйста, человека"))
    telegram.wait_for_text(talk, "Зову оператора")
    olga = at_desk(stage, demo, "ru")
    olga.choose("человека")
    olga.take()
    way = begin(olga, "ru")
    link = link_in(way)
    assert link.startswith(f"{demo.links.page}#switchboard=")
    way.get_by_role("button", name="Вставить в ответ").click()
    olga.field.press("Enter")
    telegram.wait_for_text(talk, "Можно продолжить на сайте")

    customer = Customer(stage.page(locale="ru"), "ru")
    customer.page.goto(link)
    customer.page.get_by_role("button", name="Продолжить здесь").click()
    customer.sees("Можно продолжить на сайте", author="operator")
    customer.say("Я на месте")
    olga.reads("Я на месте")


def test_nobody_has_gone_on_only_because_the_conversation_is_still_being_read(
    stage: Stage, demo: DemoServer, telegram: Telegram, bot: BotUser
) -> None:
    Customer.arrive(stage, demo.links.page).ask_for_person()
    olga = at_desk(stage, demo, "en")
    olga.choose("человека")
    wire = Wire(olga.page)
    olga.page.route("**/ways", lambda route: route.abort())
    with wire.held("entries", "tail"):
        olga.page.reload()
        way = begin(olga, "en")
        expect(way.get_by_role("alert")).to_contain_text("The server cannot be reached")
        expect(olga.log).not_to_contain_text("человека")
    expect(olga.log).to_contain_text("человека")
    expect(way.get_by_role("alert")).to_contain_text("The server cannot be reached")
    olga.page.unroute("**/ways")
    way.get_by_role("button", name="Try again").click()
    expect(way.get_by_role("img", name="QR code")).to_be_visible()


def test_what_does_not_work_says_what_to_do(stage: Stage, demo: DemoServer) -> None:
    """And has no serious fault in either theme; nothing is wider than a phone."""
    stage.allow("status of 409")
    Customer.arrive(stage, demo.links.page).ask_for_person()
    olga = at_desk(stage, demo, "en")
    page = olga.page
    page.emulate_media(reduced_motion="reduce")
    olga.choose("человека")
    found: dict[str, object] = {}
    page.route("**/ways", lambda route: route.abort())
    way = begin(olga, "en")
    expect(way.get_by_role("alert")).to_contain_text("The server cannot be reached")
    look(page, "unreachable", found)
    page.unroute("**/ways")
    page.route("**/ways", lambda route: route.fulfill(json={"ways": SEVERAL}))
    page.route("**/ways/b", lambda route: route.fulfill(status=409, json=OVER))
    expect(way.get_by_role("button", name="Try again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(way.get_by_role("list", name="Where to go on").get_by_role("button")).to_have_count(2)
    look(page, "several ways", found)
    way.get_by_role("button", name="At night").press("Enter")
    expect(way).to_contain_text("This conversation is over")
    page.keyboard.press("Escape")
    expect(way).to_be_hidden()
    page.unroute("**/ways")
    page.unroute("**/ways/b")

    way = begin(olga, "en")
    expect(way).to_contain_text("To send it in a reply, take the conversation first.")
    first = link_in(way)
    way.get_by_role("button", name="New link").click()
    expect(way.get_by_role("img", name="QR code")).to_be_visible()
    assert link_in(way) != first
    look(page, "a link", found)
    page.clock.install()
    page.clock.fast_forward(16 * 60_000)
    expect(way).to_contain_text("This link has run out")
    expect(way.get_by_role("button", name="New link")).to_be_focused()
    assert found == {}


SEVERAL = [
    {"inbox": "a", "channel": "telegram", "name": "By day", "place": "https://t.me/lantern_test_bot"},
    {"inbox": "b", "channel": "webchat", "name": "At night", "place": "https://shop.example/help"},
]
OVER = {"type": "/problems/not_possible", "title": "Not possible", "detail": "It is over.", "status": 409}


def look(page: Page, name: str, found: dict[str, object]) -> None:
    for theme in ("light", "dark"):
        page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
        if here := faults(page):
            found[f"{name}, {theme}"] = here
    page.set_viewport_size(PHONE)
    if page.evaluate("document.querySelector('dialog').scrollWidth > document.querySelector('dialog').clientWidth"):
        found[f"{name}, phone"] = "wider than the dialog"
    page.set_viewport_size(DESK)


def at_desk(stage: Stage, demo: DemoServer, locale: Locale) -> Operator:
    """The operator, at a console in this language."""
    permissions = ["clipboard-read", "clipboard-write"]
    page = Operator.sign_in(stage, demo.links.operator, locale="ru", permissions=permissions).page
    page.evaluate("locale => localStorage.setItem('switchboard:locale', locale)", locale)
    page.reload()
    return Operator(page, locale)


def action(one: Operator, locale: Locale) -> Locator:
    return one.page.get_by_role("main").get_by_role("button", name=ACTION[locale])


def begin(one: Operator, locale: Locale) -> Locator:
    """Opens the dialog."""
    action(one, locale).click()
    return one.page.get_by_role("dialog", name=TITLE[locale])


def link_in(way: Locator) -> str:
    return way.get_by_role("group").locator("output").inner_text()


def decoded(picture: Locator) -> int:
    """How wide a picture is, once the browser has read it."""
    expect(picture).to_be_visible()
    width: int = picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    return width
