"""From the bot to a person and back, with both ends losing their lines on the way."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.flows.browser import Stage
from tests.flows.outages import Wire, without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer

NOTE = "Похоже на обрыв во дворе"


def test_conversation_passes_to_a_person_to_the_bot_and_back(customer: Customer, olga: Operator) -> None:
    frames = frames_to(customer)
    customer.say("Сколько стоит интернет в месяц?")
    customer.hears("«Искра»: 100 Мбит/с")
    customer.ask_for_person()
    expect(customer.queue).to_be_visible()

    row = olga.rows.first
    expect(row).to_contain_text("Ждёт")
    expect(row).to_contain_text("клиент попросил человека")
    expect(olga.page).to_have_title("(1) Switchboard")
    olga.choose("человека")
    olga.reads("Передача оператору: клиент попросил человека")
    olga.take()
    expect(customer.panel).to_contain_text("С вами Olga Example")
    expect(olga.tab("mine")).to_have_attribute("aria-pressed", "true")

    customer.page.reload()
    expect(customer.panel).to_contain_text("С вами Olga Example")
    olga.write("Здравствуйте, это Ольга")
    customer.sees("Здравствуйте, это Ольга", author="operator")
    olga.note(NOTE)
    olga.sees(NOTE)
    customer.say("Хочу подключить дом на Огоньковой")
    olga.sees("Хочу подключить дом на Огоньковой", author="customer")
    expect(customer.page.get_by_text(NOTE)).to_have_count(0)
    assert not any(NOTE in frame for frame in frames)

    with without_network(customer.page):
        olga.write("Подключим за три дня")
        olga.sees("Подключим за три дня")
    customer.sees("Подключим за три дня")
    olga.page.reload()
    olga.reads("Вы приняли диалог")

    olga.button("return").click()
    expect(customer.log).to_contain_text("Снова отвечает помощник")
    customer.say("Какие есть скидки?")
    customer.hears("пенсионерам")
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    olga.button("resolve").click()
    expect(customer.log).to_contain_text("Диалог завершён")
    olga.reads("Вы решили диалог")

    customer.page.reload()
    customer.say("Ещё один вопрос")
    olga.tab("mine").click()
    expect(olga.rows.first).to_contain_text("Ещё один вопрос")
    olga.reads("Клиент написал снова")
    olga.write("Слушаю вас")
    customer.sees("Слушаю вас", author="operator")


def test_nothing_is_missed_or_doubled_while_either_side_is_away(
    customer: Customer, olga: Operator, demo: DemoServer
) -> None:
    handed_over(customer, olga)

    with without_network(customer.page):
        olga.write("Пока вас не было")
        customer.say("Пишу без сети")
        customer.field.fill("Это я ещё не отправил")
    customer.sees("Пока вас не было")
    olga.sees("Пишу без сети")
    expect(customer.field).to_have_value("Это я ещё не отправил")
    customer.page.reload()
    expect(customer.field).to_have_value("Это я ещё не отправил")

    olga.field.fill("Недописанный ответ")
    with without_network(olga.page):
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
        customer.say("Вы ещё здесь?")
    olga.sees("Вы ещё здесь?")
    expect(olga.field).to_have_value("Недописанный ответ")
    olga.page.reload()
    expect(olga.field).to_have_value("Недописанный ответ")
    olga.field.press("Enter")
    customer.sees("Недописанный ответ")

    demo.kill()
    customer.say("Сервера нет, а я пишу")
    olga.write("И я пишу")
    demo.start()
    customer.sees("И я пишу")
    olga.sees("Сервера нет, а я пишу")
    customer.page.reload()
    olga.page.reload()
    for text in ("Пока вас не было", "Пишу без сети", "Вы ещё здесь?", "Недописанный ответ", "И я пишу"):
        customer.sees(text)
        olga.sees(text)


def test_open_conversation_asks_who_its_contact_is_once(customer: Customer, olga: Operator) -> None:
    asked: list[str] = []
    olga.page.on("request", lambda request: asked.append(request.url) if "/contacts/" in request.url else None)
    customer.ask_for_person()
    with olga.page.expect_response("**/contacts/*"):
        olga.choose("человека")
    expect(
        olga.page.get_by_role("complementary", name="Контекст").get_by_role("heading", name="Данные")
    ).to_be_visible()
    olga.page.wait_for_load_state("networkidle")
    assert len(asked) == 1


def test_one_of_two_who_take_at_once_is_told_who_was_faster(
    customer: Customer, olga: Operator, stage: Stage, demo: DemoServer
) -> None:
    page = stage.page(locale="en")
    wire = Wire(page)
    page.goto(demo.links.administrator)
    anna = Operator(page, "en")
    customer.ask_for_person()
    olga.choose("человека")
    anna.choose("человека")
    expect(anna.button("take").first).to_be_visible()

    with wire.held():
        olga.take()
        expect(customer.panel).to_contain_text("С вами Olga Example")
        anna.button("take").first.click()
    expect(anna.alert).to_contain_text("Olga Example was a moment faster")
    expect(anna.page.get_by_text("Olga Example is answering.")).to_be_visible()
    anna.page.reload()
    expect(anna.page.get_by_text("Olga Example is answering.")).to_be_visible()
    with without_network(anna.page):
        anna.note("Ask for the flat number")
    olga.sees("Ask for the flat number")


def test_reply_from_a_stale_tab_is_kept_and_explained(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    page = olga.page.context.new_page()
    wire = Wire(page)
    page.goto(olga.page.url)
    second = Operator(page, "ru")
    expect(second.field).to_be_visible()

    with wire.held():
        olga.button("return").click()
        olga.reads("Вы вернули диалог боту")
        second.write("Ответ из забытой вкладки")
    failed = second.articles().filter(has_text="Ответ из забытой вкладки")
    expect(failed.get_by_role("alert")).to_contain_text("Примите его, чтобы ответить")
    expect(second.page.get_by_text("Сейчас отвечает бот")).to_be_visible()
    expect(customer.page.get_by_text("Ответ из забытой вкладки")).to_have_count(0)

    second.page.reload()
    expect(failed.get_by_role("alert")).to_be_visible()
    second.button("take").first.click()
    expect(second.field).to_be_visible()
    with without_network(second.page):
        failed.get_by_role("button", name="Отправить ещё раз").click()
    customer.sees("Ответ из забытой вкладки", author="operator")


def test_what_is_pressed_and_written_before_the_conversation_was_read_is_done_once_it_was(
    customer: Customer, olga: Operator
) -> None:
    handed_over(customer, olga)
    wire = Wire(olga.page)
    with wire.held("entries", "tail"):
        olga.page.reload()
        olga.choose(view="mine")
        olga.write("Уже смотрю")
        olga.button("return").click()
        expect(olga.log).not_to_contain_text("человека")
    customer.sees("Уже смотрю", author="operator")
    olga.reads("Вы вернули диалог боту")
    olga.sees("Уже смотрю")


def handed_over(customer: Customer, olga: Operator) -> None:
    """The customer asked for a person, and Olga took the conversation."""
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    expect(customer.panel).to_contain_text("С вами Olga Example")


def frames_to(customer: Customer) -> list[str]:
    """Every frame that the customer's page is sent from its next load on."""
    frames: list[str] = []
    customer.page.on("websocket", lambda socket: socket.on("framereceived", lambda text: frames.append(str(text))))
    customer.page.reload()
    return frames
