"""What an operator writes: files, drafts, undo, the key that sends."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, Route, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_files import is_drawn, picture
from tests.flows.test_people_take_over import handed_over

File = dict[str, object]
_GIVE = """(node, {kind, files}) => {
  const carried = new DataTransfer();
  for (const {name, type, body} of files) {
    carried.items.add(new File([Uint8Array.from(atob(body), (one) => one.charCodeAt(0))], name, {type}));
  }
  const init = {bubbles: true, cancelable: true};
  if (kind === "paste") node.dispatchEvent(new ClipboardEvent("paste", {...init, clipboardData: carried}));
  else for (const one of ["dragenter", "dragover", "drop"]) {
    node.dispatchEvent(new DragEvent(one, {...init, dataTransfer: carried}));
  }
}"""


def give(target: Locator, kind: str, files: Sequence[tuple[str, str, bytes]]) -> None:
    """Pastes files into a field, or drops them on it."""
    given = [{"name": n, "type": t, "body": base64.b64encode(body).decode()} for n, t, body in files]
    target.evaluate(_GIVE, {"kind": kind, "files": given})


def attached(operator: Operator) -> Locator:
    return operator.page.get_by_role("list", name="Прикреплённые файлы").get_by_role("listitem")


def choose_files(operator: Operator, *files: tuple[str, str, bytes]) -> None:
    with operator.page.expect_file_chooser() as chooser:
        operator.page.get_by_role("button", name="Прикрепить файлы").click()
    chooser.value.set_files([{"name": n, "mimeType": t, "buffer": body} for n, t, body in files])  # type: ignore[arg-type]


def test_files_come_by_button_paste_and_drop_and_go_with_the_reply(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    choose_files(olga, ("Схема.png", "image/png", picture()))
    give(olga.field, "paste", [("Снимок.png", "image/png", picture())])
    give(olga.log, "drop", [("договор.txt", "text/plain", b"one two")])
    expect(attached(olga)).to_have_count(3)
    attached(olga).filter(has_text="Снимок").get_by_role("button", name="Убрать").click()
    expect(attached(olga)).to_have_count(2)
    olga.field.fill("Вот схема и договор")
    olga.field.press("Enter")

    customer.sees("Вот схема и договор", author="operator")
    is_drawn(customer.log.get_by_role("img", name="Схема.png"))
    is_drawn(olga.log.get_by_role("img", name="Схема.png"))
    expect(customer.log).to_contain_text("договор.txt")
    expect(customer.log).not_to_contain_text("Снимок.png")
    expect(attached(olga)).to_have_count(0)


def test_reply_that_was_sent_too_early_goes_when_its_files_are_there(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    held: list[Route] = []
    olga.page.route("**/files?*", lambda route: held.append(route))
    choose_files(olga, ("Схема.png", "image/png", picture()))
    olga.field.fill("Вот схема")
    olga.field.press("Enter")
    waits = olga.page.get_by_role("status").filter(has_text="Уйдёт, как только загрузятся файлы")
    expect(waits).to_be_visible()
    olga.field.press_sequentially(" и всё остальное")
    expect(waits).to_have_count(0)
    olga.field.press("Enter")
    expect(waits).to_be_visible()
    assert_no_faults(olga.page)
    expect(customer.log).not_to_contain_text("Вот схема")
    olga.page.goto(f"{olga.page.url.split('#')[0]}#/contacts")
    expect(olga.page.get_by_role("heading", name="Клиенты")).to_be_visible()
    held.pop().continue_()
    customer.sees("Вот схема и всё остальное", author="operator")
    is_drawn(customer.log.get_by_role("img", name="Схема.png"))


def test_picture_alone_is_a_reply_and_a_note_takes_none(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    send = olga.page.get_by_role("button", name="Отправить", exact=True)
    expect(send).to_be_disabled()
    choose_files(olga, ("Схема.png", "image/png", picture()))
    send.click()
    is_drawn(customer.log.get_by_role("img", name="Схема.png"))
    olga.button("note").click()
    give(olga.field, "paste", [("Снимок.png", "image/png", picture())])
    expect(olga.page.get_by_text("к заметке их не приложить")).to_be_visible()


def test_upload_that_breaks_off_says_so_and_goes_again(customer: Customer, olga: Operator, stage: Stage) -> None:
    stage.allow("413")
    handed_over(customer, olga)
    olga.page.route("**/files?**", lambda route: route.abort())
    choose_files(olga, ("Схема.png", "image/png", picture()))
    expect(attached(olga)).to_contain_text("Связь прервалась")
    expect(olga.page.get_by_role("button", name="Отправить", exact=True)).to_be_disabled()
    olga.page.unroute("**/files?**")
    attached(olga).get_by_role("button", name="Отправить Схема.png ещё раз").click()
    expect(olga.page.get_by_role("button", name="Отправить", exact=True)).to_be_enabled()
    olga.page.wait_for_function("() => JSON.stringify(localStorage).includes('Схема.png')")  # it may be on its way yet
    olga.page.reload()
    expect(attached(olga)).to_have_count(1)
    olga.page.get_by_role("button", name="Отправить", exact=True).click()
    is_drawn(customer.log.get_by_role("img", name="Схема.png"))


def test_file_that_is_too_large_is_refused_before_it_leaves(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    asked: list[str] = []
    olga.page.on("request", lambda request: asked.append(request.url) if "/files?" in request.url else None)
    give(olga.field, "paste", [("видео.bin", "application/octet-stream", b"x")])
    expect(attached(olga)).to_have_count(1)
    olga.page.evaluate("() => { File.prototype.__defineGetter__('size', () => 2 * 1024 ** 3); }")
    give(olga.field, "paste", [("кино.bin", "application/octet-stream", b"x")])
    expect(attached(olga).last).to_contain_text("Отправьте файл поменьше")
    assert len(asked) == 1


def test_what_was_just_sent_can_be_taken_back(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.page.clock.install()
    olga.page.clock.pause_at(time.time() + 5)
    olga.write("Вам звонили, Анна?")
    sending = olga.articles("operator").filter(has_text="Вам звонили")
    expect(sending).to_contain_text("Отправляется…")
    sending.get_by_role("button", name="Отменить").click()
    expect(olga.field).to_have_value("Вам звонили, Анна?")
    expect(olga.field).to_be_focused()
    olga.page.clock.resume()
    olga.write("Вам звонили, Ирина?")
    customer.sees("Вам звонили, Ирина?", author="operator")
    expect(customer.log).not_to_contain_text("Анна")

    olga.button("note").click()
    olga.write("Не та запись")
    olga.page.keyboard.press("Alt+z")
    expect(olga.field).to_have_value("Не та запись")
    expect(olga.articles().filter(has_text="Не та запись")).to_have_count(0)


def test_what_was_being_sent_when_the_page_went_is_sent_once(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.write("Успею до перезагрузки")
    expect(olga.articles().filter(has_text="Успею")).to_contain_text("Отправляется…")
    olga.page.reload()
    customer.sees("Успею до перезагрузки", author="operator")
    with without_network(olga.page):
        olga.write("И без сети")
        expect(olga.articles().filter(has_text="И без сети")).not_to_contain_text("Отменить")
    customer.sees("И без сети", author="operator")
    olga.sees("И без сети")


def test_drafts_are_kept_for_each_conversation_and_mode_and_for_nobody_else(
    customer: Customer, english: Customer, olga: Operator, demo: DemoServer
) -> None:
    english.ask_for_person()
    olga.choose("A person")
    olga.take()
    olga.field.fill("First draft")
    olga.tab("unassigned").click()
    handed_over(customer, olga)
    olga.field.fill("Второй черновик")
    olga.button("note").click()
    olga.field.fill("Черновик заметки")
    olga.page.reload()
    expect(olga.field).to_have_value("Второй черновик")
    olga.button("note").click()
    expect(olga.field).to_have_value("Черновик заметки")
    olga.choose("A person", view="mine")
    expect(olga.field).to_have_value("First draft")
    olga.write("First draft, finished")
    english.sees("First draft, finished")
    olga.page.reload()
    expect(olga.field).to_have_value("")

    # Somebody else at the same browser, while who leaves is still asked what becomes of their work.
    expect(olga.tab("mine")).to_contain_text("2")
    olga.page.get_by_role("button", name="Учётная запись").click()
    olga.page.get_by_role("button", name="Выйти").click()
    expect(olga.page.get_by_role("dialog", name="Прежде чем выйти")).to_be_visible()
    olga.page.goto(demo.links.administrator)
    anna = Operator(olga.page, "en")  # as her account says
    expect(anna.tab("all")).to_be_visible()
    expect(olga.page.get_by_role("dialog")).to_have_count(0)
    anna.choose("человека", view="all")
    anna.button("note").click()
    expect(anna.field).to_have_value("")


def test_key_that_sends_is_chosen_and_remembered(customer: Customer, olga: Operator) -> None:
    handed_over(customer, olga)
    olga.page.get_by_role("button", name="Enter отправляет, Shift+Enter").click()
    olga.page.reload()
    olga.field.fill("Первая строка")
    olga.field.press("Enter")
    olga.page.keyboard.type("Вторая строка")
    expect(olga.field).to_have_value("Первая строка\nВторая строка")
    olga.field.press("Control+Enter")
    customer.sees("Вторая строка", author="operator")


def width_of(page: Page, pane: Locator) -> float:
    box = pane.bounding_box()
    assert box is not None
    return box["width"]


def test_panes_get_the_width_that_was_given_to_them(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose("человека")
    edge = olga.page.get_by_role("separator", name="Ширина списка")
    before = width_of(olga.page, olga.list)
    box = edge.bounding_box()
    assert box is not None
    olga.page.mouse.move(box["x"] + 3, 400)
    olga.page.mouse.down()
    olga.page.mouse.move(box["x"] + 63, 400, steps=4)
    olga.page.mouse.up()
    assert abs(width_of(olga.page, olga.list) - before - 60) < 3
    context = olga.page.get_by_role("complementary", name="Контекст")
    before = width_of(olga.page, context)
    olga.page.get_by_role("separator", name="Ширина панели контекста").press("ArrowLeft")
    assert width_of(olga.page, context) == before + 16
    olga.page.reload()
    expect(context).to_be_visible()
    assert width_of(olga.page, context) == before + 16


def test_list_is_put_away_and_brought_back_and_the_focus_goes_along(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose("человека")
    page = olga.page
    show = page.get_by_role("button", name="Показать список (Alt+I)")
    away = page.get_by_role("button", name="Убрать список (Alt+I)")
    away.press("Enter")
    expect(show).to_be_focused()
    expect(olga.rows).to_have_count(0)
    assert_no_faults(page)
    page.reload()
    expect(olga.log).to_be_visible()
    expect(show).to_be_visible()
    page.get_by_role("button", name="Свободные: 1").click()
    expect(olga.rows.first).to_be_visible()

    page.keyboard.press("Alt+i")
    expect(show).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Поиск по сообщениям и клиентам")).to_be_focused()
    edge = page.get_by_role("separator", name="Ширина списка")
    edge.press("End")
    expect(edge).to_have_attribute("aria-valuenow", "520")
    edge.press("Home")
    expect(edge).to_have_attribute("aria-valuenow", "240")
    box = edge.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, 400)
    page.mouse.down()
    page.mouse.move(60, 400, steps=4)
    page.mouse.up()
    expect(show).to_be_visible()
    show.click()
    assert abs(width_of(page, olga.list) - 240) < 3

    context = page.get_by_role("complementary", name="Контекст")
    context.get_by_role("button", name="Закрыть контекст").press("Enter")
    expect(page.get_by_role("button", name="Контекст (Alt+O)")).to_be_focused()
