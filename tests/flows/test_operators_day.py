"""The operator's day: what comes after a talk, answers and steps at hand, colleagues, and one's own figures."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_desk_tools import add
from tests.flows.test_people_take_over import handed_over


def set_once(page: Page, path: str, body: dict[str, object]) -> None:
    """A thing that a business has exactly one of."""
    status = page.evaluate(
        """async ([path, body]) => {
          const { businesses } = await (await fetch("/api/v1/me")).json();
          const made = await fetch(`/api/v1/businesses/${businesses[0].id}/${path}`, {
            method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
          return made.status;
        }""",
        [path, body],
    )
    assert status == 200


def wants_outcomes(anna: Operator, **wrap_up: object) -> None:
    """What came of a talk is noted before it ends."""
    for name in ("Оплата", "Доставка"):
        add(anna.page, "wrap-up-codes", {"name": name})
    rules = {"everybody": {"wrap_up": {"mode": "required", "code": True, **wrap_up}}}
    set_once(anna.page, "routing", {"value": {"name": "routing", "rules": rules}, "version": 0})


def test_what_came_of_a_talk_is_noted_by_keyboard(customer: Customer, olga: Operator, anna: Operator) -> None:
    wants_outcomes(anna, seconds=600)
    olga.page.reload()
    handed_over(customer, olga)
    olga.page.keyboard.press("Alt+e")
    panel = olga.page.get_by_role("form", name="Завершение")
    expect(panel.get_by_role("timer")).to_be_visible()
    assert_no_faults(olga.page)
    olga.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    olga.reads("Вы продолжаете разговор")

    olga.page.keyboard.press("Alt+e")
    expect(panel.get_by_role("button", name="Решить")).to_be_disabled()
    with olga.page.context.expect_page() as second:
        olga.page.evaluate("window.open(location.href)")
    other = second.value.get_by_role("form", name="Завершение")
    expect(other.get_by_role("timer")).to_be_visible()
    expect(panel.get_by_role("radio").first).to_be_focused()  # by name: Доставка
    olga.page.keyboard.press("1")
    expect(panel.get_by_role("radio", name="Доставка")).to_be_checked()
    panel.get_by_label("Заметка").fill("Курьер приедет в среду")
    olga.page.keyboard.press("Control+Enter")
    olga.reads("Курьер приедет в среду")
    olga.reads("Доставка")
    expect(panel).to_have_count(0)
    expect(other).to_have_count(0)
    expect(customer.page.get_by_text("Курьер приедет")).to_have_count(0)


def test_what_was_typed_is_kept_as_a_template_of_ones_own(customer: Customer, olga: Operator, anna: Operator) -> None:
    texts = {"ru": "Здравствуйте, {{customer}}! Чем помочь?"}
    add(anna.page, "canned-responses", {"name": "привет", "texts": texts})
    olga.page.reload()
    handed_over(customer, olga)
    olga.field.fill("Привет! Это {{operator}}, сейчас посмотрю.")
    olga.page.get_by_role("button", name="Мои шаблоны").click()
    dialog = olga.page.get_by_role("dialog", name="Мои шаблоны")
    dialog.get_by_label("Набирается после /").fill("привет")
    assert_no_faults(olga.page)
    dialog.get_by_label("Набирается после /").press("Enter")
    expect(dialog.get_by_role("listitem")).to_contain_text(["/привет"])
    olga.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    olga.field.fill("")
    olga.field.press_sequentially("/прив")
    options = olga.page.get_by_role("listbox", name="Шаблоны").get_by_role("option")
    expect(options).to_contain_text(["мой", "общий"])
    expect(options.nth(1)).to_contain_text("не хватает: имя клиента")
    assert_no_faults(olga.page)
    olga.field.press("Enter")
    expect(olga.field).to_have_value("Привет! Это Olga Example, сейчас посмотрю.")
    olga.field.press("Enter")
    customer.hears("Привет! Это Olga Example, сейчас посмотрю.", author="operator")


def test_a_macro_is_built_by_clicks_and_run_by_keys(customer: Customer, olga: Operator, anna: Operator) -> None:
    add(anna.page, "labels", {"name": "Оплачено", "color": "green"})
    anna.page.evaluate("location.hash = '#/settings/macros/new'")
    main = anna.page.get_by_role("main")
    main.get_by_label("Name", exact=True).fill("Оплата")
    for step in ("Labels", "Send a text", "Resolve"):
        main.get_by_label("Add a step").select_option(step)
    main.get_by_role("listitem", name="1. Labels").get_by_role("checkbox", name="Оплачено").first.check()
    main.get_by_label("Text, Русский").or_(main.get_by_label("Text, Russian")).fill("Спасибо, оплата получена.")
    main.get_by_role("listitem", name="1. Labels").press("Alt+ArrowDown")
    expect(main.get_by_role("listitem", name="2. Labels")).to_be_focused()
    assert_no_faults(anna.page)
    main.get_by_role("button", name="Add macro").click()
    expect(main.get_by_text("Оплата", exact=True)).to_be_visible()

    olga.page.reload(wait_until="networkidle")
    handed_over(customer, olga)
    olga.field.press("\\")
    dialog = olga.page.get_by_role("dialog", name="Макросы")
    expect(dialog.get_by_role("listitem")).to_contain_text(
        ["Отправить: Спасибо, оплата получена.", "Поставить: Оплачено", "Решить"]
    )
    assert_no_faults(olga.page)
    olga.page.keyboard.press("Enter")
    olga.page.keyboard.press("Alt+z")
    expect(olga.log.get_by_text("\\Оплата")).to_have_count(0)
    olga.field.press("\\")
    olga.page.keyboard.press("Enter")
    olga.reads("Olga Example: макрос «Оплата»")
    customer.sees("Спасибо, оплата получена.", author="operator")
    expect(olga.page.get_by_text("Диалог решён").or_(olga.page.get_by_text("Этот диалог решён")).first).to_be_visible()


def test_a_colleague_is_invited_joins_and_leaves(customer: Customer, olga: Operator, anna: Operator) -> None:
    handed_over(customer, olga)
    olga.page.get_by_role("button", name="Позвать коллегу").click()
    dialog = olga.page.get_by_role("dialog", name="Позвать коллегу")
    dialog.get_by_role("radio", name="Anna Example").check()
    assert_no_faults(olga.page)
    dialog.get_by_role("button", name="Позвать", exact=True).click()
    expect(olga.page.get_by_text("приглашены: Anna Example")).to_be_visible()

    anna.page.reload()
    asked = anna.page.get_by_role("list", name="Invitations").get_by_role("listitem")
    expect(asked).to_contain_text("Olga Example asks you to join")
    assert_no_faults(anna.page)
    asked.get_by_role("button", name="Join").click()
    expect(asked).to_have_count(0)
    expect(olga.page.get_by_text("вместе: Anna Example")).to_be_visible()
    anna.write("Hello, Anna joins in")
    customer.sees("Hello, Anna joins in", author="operator")
    olga.sees("Hello, Anna joins in")
    anna.page.get_by_role("button", name="Leave").click()
    expect(anna.page.get_by_text("Olga Example is answering.").first).to_be_visible()


def test_who_was_slower_reads_who_did_what_and_keeps_the_words(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    handed_over(customer, olga)
    with olga.page.context.expect_page() as second:
        olga.page.evaluate("window.open(location.href)")
    tab = Operator(second.value, "ru")
    tab.field.fill("Я не успела")
    tab.page.clock.install()
    tab.page.clock.pause_at(time.time() + 5)
    tab.field.press("Enter")  # held for three seconds: that is when somebody else is faster
    anna.choose(view="all")
    anna.page.keyboard.press("Alt+e")
    anna.page.get_by_role("main").get_by_text("resolved", exact=False).first.wait_for()
    tab.page.clock.resume()
    expect(tab.log.get_by_role("alert")).to_contain_text("Что случилось")
    expect(tab.log.get_by_role("alert")).to_contain_text("Anna Example")
    tab.sees("Я не успела")
    expect(
        tab.log.get_by_role("button", name="Оставить заметкой").or_(tab.log.get_by_role("button", name="В заметку"))
    ).to_be_visible()


def test_my_day_tells_what_was_done(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.write("Добрый день")
    customer.sees("Добрый день", author="operator")
    olga.page.set_viewport_size({"width": 390, "height": 780})
    olga.page.keyboard.press("Control+k")
    olga.page.get_by_role("combobox").fill("мой день")
    olga.page.keyboard.press("Enter")
    dialog = olga.page.get_by_role("dialog", name="Мой день")
    expect(dialog.get_by_role("term").filter(has_text="Принято")).to_be_visible()
    expect(dialog.get_by_role("definition").first).to_have_text("1")
    assert_no_faults(olga.page)


def test_what_is_typed_is_seen_before_it_is_sent_where_the_chat_says_so(
    customer: Customer, olga: Operator, anna: Operator, demo: DemoServer
) -> None:
    anna.page.evaluate(
        """async () => {
          const { businesses } = await (await fetch("/api/v1/me")).json();
          const at = `/api/v1/businesses/${businesses[0].id}/inboxes`;
          const { inboxes } = await (await fetch(at)).json();
          const { id, name, version, settings } = inboxes.find(({ channel }) => channel === "webchat");
          const made = await fetch(`${at}/${id}`, { method: "PUT", headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ version, name, settings: { ...settings, live_draft: true } }) });
          if (!made.ok) throw new Error(await made.text());
        }"""
    )
    customer.page.reload()
    expect(customer.field).to_be_visible()
    handed_over(customer, olga)
    expect(customer.panel.get_by_text("видит, что вы пишете")).to_be_visible()
    customer.field.press_sequentially("Мой заказ номер 12")
    expect(olga.log.get_by_text("Мой заказ номер 12")).to_be_visible()
    customer.field.fill("")
    expect(olga.log.get_by_text("Мой заказ номер 12")).to_have_count(0)
