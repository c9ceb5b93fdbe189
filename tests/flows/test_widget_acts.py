"""What customers do beside writing, from the widget to the operator's thread."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from playwright.sync_api import expect

from gateway.store.directory import ConsentText, InboxSettings, InvitationRule
from tests.flows.browser import Stage
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer, copy_of
from tests.flows.sites import set_up
from tests.support.letters import mail_server

CONSENT = ConsentText(version="1", text={"ru": "Мы храним переписку год.", "en": "We keep what you write for a year."})


def test_thumbs_on_an_answer_can_be_changed(customer: Customer, anna: Operator) -> None:
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")
    up, down = (customer.log.get_by_role("button", name=name, exact=True) for name in ("Помогло", "Не помогло"))
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    with without_network(customer.page):
        up.click()
        expect(up).to_have_attribute("aria-pressed", "true")
    anna.choose(view="all")
    anna.reads("The customer: this answer helped")
    customer.page.reload()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(down).to_have_attribute("aria-pressed", "false")


def test_customer_ends_the_talk_rates_it_and_begins_again(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose()
    olga.take()
    olga.write("Здравствуйте")
    customer.hears("Здравствуйте", author="operator")
    customer.choose("Завершить диалог")
    customer.panel.get_by_role("button", name="Продолжить").click()
    expect(customer.panel.get_by_role("alertdialog")).to_have_count(0)
    customer.choose("Завершить диалог")
    customer.panel.get_by_role("alertdialog").get_by_role("button", name="Завершить диалог").click()
    olga.reads("Клиент завершил диалог")

    customer.panel.get_by_role("radio", name="4 звезды").check(force=True)
    customer.panel.get_by_role("textbox", name="Что нам стоит знать?").fill("Быстро")
    customer.panel.locator(".rating").get_by_role("button", name="Отправить").click()
    expect(customer.panel.get_by_text("Спасибо. Оценку ещё можно изменить.")).to_be_visible()
    olga.reads("Оценка клиента: 4 из 5")
    customer.page.reload()
    expect(customer.panel.get_by_role("radio", name="4 звезды")).to_be_checked()
    customer.panel.get_by_role("radio", name="5 звёзд").check(force=True)
    customer.panel.locator(".rating").get_by_role("button", name="Отправить").click()
    olga.reads("Оценка клиента: 5 из 5")

    customer.say("Ещё вопрос")
    expect(customer.panel.locator(".rating")).to_have_count(0)
    olga.sees("Ещё вопрос")


def test_nothing_is_written_before_the_customer_agrees(stage: Stage, demo: DemoServer) -> None:
    set_up(demo, lambda settings: msgspec.structs.replace(settings, consent=CONSENT))
    page = stage.page(locale="ru")
    page.goto(demo.links.page)
    customer = Customer(page, "ru")
    customer.launcher.click()
    expect(customer.panel).to_contain_text("Мы храним переписку год.")
    expect(customer.field).to_have_count(0)
    expect(customer.button("Тарифы и цены")).to_have_count(0)
    customer.panel.get_by_role("button", name="Соглашаюсь").press("Enter")
    expect(customer.field).to_be_focused()
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»: 100 Мбит/с")

    set_up(demo, again)
    page.reload()
    expect(customer.panel).to_contain_text("Храним два года.")
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en")
    anna.choose(view="all")
    anna.reads("The customer agreed (version 1)")
    customer.panel.get_by_role("button", name="Соглашаюсь").click()
    customer.say("Хорошо")
    anna.reads("The customer agreed (version 2)")


def again(settings: InboxSettings) -> InboxSettings:
    text = {"ru": "Храним два года.", "en": "We keep it for two years."}
    return msgspec.structs.replace(settings, consent=ConsentText(version="2", text=text))


def test_whoever_waits_hears_their_place_and_leaves_a_way_to_be_reached(stage: Stage, demo: DemoServer) -> None:
    first = Customer.arrive(stage, demo.links.page)
    first.ask_for_person()
    expect(first.queue).to_contain_text("Вы первые в очереди")
    second = Customer.arrive(stage, demo.links.page + "en.html", locale="en")
    second.ask_for_person()
    expect(second.queue).to_contain_text("You are second in line")

    expect(second.panel).to_contain_text("Nobody is here right now.")
    second.panel.get_by_role("textbox", name="Phone").fill("call me")
    second.panel.get_by_role("button", name="Leave it").click()
    expect(second.panel.get_by_role("alert")).to_contain_text("This isn't a phone number.")
    second.panel.get_by_role("button", name="E-mail").click()
    second.panel.get_by_role("textbox", name="E-mail").fill("name@example.com")
    second.panel.get_by_role("button", name="Leave it").click()
    expect(second.log).to_contain_text("You left your e-mail: name@example.com")
    expect(second.panel.locator(".details")).to_have_count(0)
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    olga.choose("A person, please")
    olga.reads("Клиент оставил эл. почту: name@example.com")


def test_conversation_can_be_saved_as_the_customer_sees_it(customer: Customer, olga: Operator, tmp_path: Path) -> None:
    customer.say("<b>Тарифы</b>?")
    customer.ask_for_person()
    olga.choose()
    olga.take()
    olga.note("Тайная заметка")
    olga.write("**Сейчас** расскажу")
    customer.hears("Сейчас расскажу", author="operator")
    for item, ending, words in (
        ("Сохранить диалог текстом", ".txt", ("<b>Тарифы</b>?", "Olga Example:\nСейчас расскажу")),
        ("Сохранить для печати", ".html", ("&#60;b&#62;Тарифы&#60;/b&#62;?", "Сейчас расскажу")),
    ):  # fmt: skip
        with customer.page.expect_download() as downloading:
            customer.choose(item)
        assert downloading.value.suggested_filename.endswith(ending)
        downloading.value.save_as(tmp_path / "saved")
        saved = (tmp_path / "saved").read_text("utf-8")
        assert all(word in saved for word in words) and "Тайная заметка" not in saved


def test_invitation_is_shown_once_and_stands_before_the_answer(stage: Stage, demo: DemoServer) -> None:
    rules = (
        InvitationRule(id="other", pages="/elsewhere", after_seconds=0, text={"ru": "Не здесь"}),
        InvitationRule(id="plans", pages="/lantern/*", after_seconds=0, text={"ru": "Помочь выбрать тариф?"}),
    )
    set_up(demo, lambda settings: msgspec.structs.replace(settings, invitations=rules))
    context = stage.context(locale="ru")
    page = context.new_page()
    page.goto(demo.links.page)
    bubble = page.locator("switchboard-chat .invitation")
    expect(bubble).to_contain_text("Помочь выбрать тариф?")
    bubble.get_by_role("button", name="Скрыть").click()
    expect(bubble).to_have_count(0)

    other = stage.page(locale="ru")
    other.goto(demo.links.page)
    other.locator("switchboard-chat .invitation").get_by_role("button", name="Помочь выбрать тариф?").click()
    customer = Customer(other, "ru")
    customer.hears("Помочь выбрать тариф?")
    customer.say("Да, помогите")
    customer.sees("Помочь выбрать тариф?", author="bot")
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en")
    anna.choose(view="all")
    anna.reads("Answers the invitation: Помочь выбрать тариф?")
    for seen in (page, other):
        with seen.expect_response(re.compile("/api/v1/widget/")) if seen is page else seen.expect_event("load"):
            seen.reload()
        expect(seen.locator("switchboard-chat .launcher")).to_be_attached()
        expect(seen.locator("switchboard-chat .invitation")).to_have_count(0)


def test_emoji_are_picked_by_keyboard(customer: Customer) -> None:
    customer.field.fill("Привет ")
    customer.panel.get_by_role("button", name="Эмодзи").press("Enter")
    expect(customer.panel.get_by_role("button", name="🙂")).to_be_focused()
    customer.page.keyboard.press("ArrowRight")
    customer.page.keyboard.press("Enter")
    expect(customer.field).to_have_value("Привет 😊")
    customer.page.keyboard.press("Escape")
    expect(customer.field).to_be_focused()
    expect(customer.panel).to_be_visible()


def test_the_conversation_is_sent_by_mail(stage: Stage, trained: Path, tmp_path: Path) -> None:
    with mail_server() as box:
        mail = {"SWITCHBOARD_SMTP": box.url, "SWITCHBOARD_MAIL_FROM": "Switchboard <chat@example.com>"}
        server = DemoServer(copy_of(trained, tmp_path / "data"), mail)
        server.start()
        try:
            customer = Customer.arrive(stage, server.links.page)
            customer.say("Какие у вас тарифы?")
            customer.hears("«Искра»: 100 Мбит/с")
            customer.choose("Прислать на почту")
            form = customer.panel.get_by_role("dialog", name="Прислать на почту")
            form.get_by_role("textbox").fill("никто")
            form.get_by_role("button", name="Отправить").click()
            expect(form.get_by_role("alert")).to_be_visible()
            form.get_by_role("textbox").fill("ivan@example.com")
            form.get_by_role("button", name="Отправить").click()
            expect(form.get_by_role("status")).to_contain_text("ivan@example.com")
            letter = box.wait()
        finally:
            server.stop()
    assert letter["To"] == "ivan@example.com" and "Фонарь" in letter["Subject"]
    assert "Какие у вас тарифы?" in letter.get_content()
