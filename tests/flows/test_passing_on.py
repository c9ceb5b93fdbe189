"""Passing a conversation on, putting it aside, ending it; who else is there, and who the customer is."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.flows.browser import Stage
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.test_people_take_over import handed_over


def dialog(operator: Operator, name: str) -> Locator:
    return operator.page.get_by_role("dialog", name=name)


def test_colleague_gets_it_with_a_note_by_keyboard(customer: Customer, olga: Operator, anna: Operator) -> None:
    handed_over(customer, olga)
    olga.write("Передаю коллеге")
    olga.page.keyboard.press("Alt+t")
    asked = dialog(olga, "Передать диалог")
    asked.get_by_role("radio", name="Anna Example").check()
    asked.get_by_label("Заметка тому, кто примет").fill("Спрашивает про роутер")
    with without_network(olga.page):
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
        asked.get_by_role("button", name="Передать").click()
        expect(olga.alert).to_contain_text("Связи пока нет")
    expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_hidden()
    olga.page.keyboard.press("Alt+t")
    asked.get_by_role("radio", name="Anna Example").check()
    asked.get_by_label("Заметка тому, кто примет").fill("Спрашивает про роутер")
    asked.get_by_role("button", name="Передать").click()

    olga.reads("Olga Example передаёт диалог: Anna Example")
    olga.reads("Спрашивает про роутер")
    expect(olga.page.get_by_text("Отвечает Anna Example.").first).to_be_visible()
    anna.choose("Передаю коллеге", view="mine")
    anna.reads("Спрашивает про роутер")
    anna.write("Hello, Anna here")
    customer.sees("Hello, Anna here", author="operator")
    # What was held when it was passed on left before that.
    customer.sees("Передаю коллеге", author="operator")
    expect(customer.page.get_by_text("Спрашивает про роутер")).to_have_count(0)


def test_back_into_the_queue(customer: Customer, olga: Operator, anna: Operator) -> None:
    handed_over(customer, olga)
    olga.page.get_by_role("button", name="Передать").click()
    dialog(olga, "Передать диалог").get_by_role("button", name="Передать").click()
    olga.reads("Olga Example передаёт диалог в очередь")
    expect(anna.rows).to_have_count(1)


def test_put_aside_until_a_time_and_taken_again(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.page.keyboard.press("Alt+m")
    asked = dialog(olga, "Отложить до")
    expect(asked).to_contain_text("Завтра утром")
    olga.page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    olga.page.get_by_role("button", name="Отложить").click()
    asked.get_by_label("Другое время").fill("2020-01-01T10:00")
    asked.get_by_role("button", name="Отложить").click()
    expect(asked.get_by_label("Другое время")).to_be_focused()
    asked.get_by_role("button", name="Через час").click()
    olga.reads("Olga Example откладывает до")
    customer.say("Я передумал ждать")
    olga.reads("Клиент написал снова")
    olga.write("Слушаю")
    customer.sees("Слушаю", author="operator")


def test_end_asks_only_where_something_is_unsent(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.field.fill("Начато и не отправлено")
    olga.button("resolve").click()
    asked = dialog(olga, "Есть неотправленное")
    asked.get_by_role("button", name="Посмотреть").click()
    expect(olga.field).to_be_focused()
    olga.field.fill("")
    olga.write("До свидания")
    olga.page.keyboard.press("Alt+e")
    expect(asked).to_have_count(0)
    customer.sees("До свидания", author="operator")
    expect(customer.log).to_contain_text("Диалог завершён")


def test_who_else_is_looking_is_seen_at_once_and_no_more_when_they_go(
    customer: Customer, olga: Operator, anna: Operator
) -> None:
    handed_over(customer, olga)
    anna.choose("человека", view="all")
    expect(olga.page.get_by_text("Здесь же Anna Example")).to_be_attached()
    expect(anna.page.get_by_text("Olga Example is looking too")).to_be_attached()
    olga.page.reload()
    expect(olga.page.get_by_text("Здесь же Anna Example")).to_be_attached()
    anna.page.goto("about:blank")
    expect(olga.page.get_by_text("Здесь же Anna Example")).to_have_count(0)


def test_contact_is_corrected_and_every_screen_says_so(
    customer: Customer, olga: Operator, anna: Operator, stage: Stage
) -> None:
    stage.allow("422")
    handed_over(customer, olga)
    panel = olga.page.get_by_role("complementary", name="Контекст")
    panel.get_by_role("button", name="Изменить").click()
    expect(panel.get_by_label("Имя")).to_be_focused()
    panel.get_by_label("Имя").fill("<b>Ирина</b> Примерова")
    panel.get_by_label("Почта").fill("не почта")
    panel.get_by_label("Телефон").fill("+7 (495) 000-00-01")
    olga.page.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("не похоже на адрес почты")
    panel.get_by_label("Почта").fill("irina@example.com")
    olga.page.keyboard.press("Enter")

    expect(panel).to_contain_text("irina@example.com")
    expect(panel).to_contain_text("+74950000001")
    expect(olga.page.get_by_role("heading", level=1)).to_have_text("<b>Ирина</b> Примерова")
    anna.tab("all").click()
    expect(anna.rows.first).to_contain_text("<b>Ирина</b> Примерова")


def test_earlier_conversations_of_the_same_person_are_one_click_away(
    customer: Customer, english: Customer, olga: Operator
) -> None:
    handed_over(customer, olga)
    panel = olga.page.get_by_role("complementary", name="Контекст")
    expect(panel.get_by_role("button", name="Изменить")).to_be_visible()
    expect(panel).not_to_contain_text("Ещё открыто")
    english.ask_for_person()
    olga.choose("A person")
    joined = olga.page.evaluate(_JOIN)
    assert joined == 200
    olga.page.reload()
    expect(panel).to_contain_text("Ещё открыто")
    other = panel.locator("section").filter(has=olga.page.get_by_role("heading", name="Ещё открыто"))
    other.get_by_role("button").click()
    expect(olga.field).to_be_visible()
    olga.reads("Вы приняли диалог")


_JOIN = """
async () => {
  const me = await (await fetch("/api/v1/me")).json();
  const base = `/api/v1/businesses/${me.businesses[0].id}`;
  const { rows } = await (await fetch(`${base}/conversations`)).json();
  const [one, other] = rows.map((row) => row.contact.id);
  const into = JSON.stringify({ into: other });
  return (await fetch(`${base}/contacts/${one}/merge`, { method: "POST", body: into })).status;
}
"""
