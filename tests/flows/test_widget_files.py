"""Customers send files: by button, drop and paste, with every way in which that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import until
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.test_files import is_drawn, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
GIVE = """
([selector, kind, files]) => {
  const target = document.querySelector("switchboard-chat").shadowRoot.querySelector(selector);
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name, { type: "text/plain" }));
  const init = { bubbles: true, cancelable: true, composed: true };
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { ...init, clipboardData: data }));
  else for (const name of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(name, { ...init, dataTransfer: data }));
}
"""


def paper(name: str, body: bytes = b"words", kind: str = "text/plain") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": body}


def give(page: Page, selector: str, kind: str, *files: tuple[str, str]) -> None:
    page.evaluate(GIVE, [selector, kind, [list(file) for file in files]])


def test_customers_files_reach_the_operator(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose()
    olga.take()
    customer.attach(paper("Схема.png", picture(), "image/png"), paper("договор.txt"))
    give(customer.page, ".panel", "drop", ("брошено.txt", "dropped"))
    give(customer.page, "textarea", "paste", ("вставлено.txt", "pasted"))
    expect(customer.tray).to_have_count(4)
    expect(customer.tray.first).to_contain_text("Схема.png")
    customer.say("Всё здесь")
    expect(customer.tray).to_have_count(0)
    for log in (customer.log, olga.log):
        is_drawn(log.get_by_role("img", name="Схема.png"))
        for name in ("договор.txt", "брошено.txt", "вставлено.txt"):
            expect(log.get_by_role("link", name=f"Скачать {name}")).to_be_visible()
    customer.attach(paper("без слов.txt"))
    customer.panel.get_by_role("button", name="Отправить").click()
    expect(olga.log.get_by_role("link", name="Скачать без слов.txt")).to_be_visible()


def test_what_cannot_be_sent_says_why(customer: Customer) -> None:
    customer.attach(paper("пусто.txt", b""), paper("\u200b\u200b"), paper("рисунок.svg", SVG, "image/svg+xml"))
    expect(customer.tray.nth(0).get_by_role("alert")).to_have_text("Файл пустой.")
    expect(customer.tray.nth(1)).to_contain_text("file")
    customer.tray.nth(0).get_by_role("button", name="Убрать: пусто.txt").click()
    customer.say("Смотрите")
    expect(customer.log.get_by_role("link", name="Скачать рисунок.svg")).to_be_visible()
    expect(customer.log.get_by_role("link", name="Скачать file")).to_be_visible()
    expect(customer.log.locator("img, svg script")).to_have_count(0)


def test_eleventh_file_waits_for_another_message(customer: Customer) -> None:
    customer.attach(*(paper(f"{number}.txt") for number in range(11)))
    expect(customer.tray).to_have_count(10)
    expect(customer.panel.get_by_text("В одно сообщение входит десять файлов.")).to_be_visible()


def test_upload_that_broke_off_is_tried_again(customer: Customer) -> None:
    customer.attach(paper("схема.txt"))  # what uploads is fetched with the first one
    expect(arrived(customer)).to_have_count(1)
    with without_network(customer.page):
        customer.attach(paper("план.txt"))
        expect(customer.panel).to_contain_text("Восстанавливаем связь")
        expect(customer.tray.get_by_role("alert")).to_have_text("Загрузка прервалась.")
    customer.tray.get_by_role("button", name="Повторить").click()
    expect(customer.tray.get_by_role("alert")).to_have_count(0)
    customer.say("С планом")
    expect(customer.log.get_by_role("link", name="Скачать план.txt")).to_be_visible()


def test_upload_shows_how_far_it_is_and_can_be_cancelled(customer: Customer) -> None:
    with slow_network(customer.page):
        customer.attach(paper("большой.bin", b"x" * 4_000_000))
        expect(customer.tray).to_contain_text("Загружается: ")
        customer.tray.get_by_role("button", name="Отменить: большой.bin").click()
        expect(customer.tray).to_have_count(0)


def test_message_that_is_sent_before_its_file_is_there_goes_with_it(customer: Customer) -> None:
    waits = customer.panel.get_by_text("Уйдёт, как только загрузятся файлы.")
    with slow_network(customer.page):
        customer.attach(paper("большой.bin", b"x" * 4_000_000))
        expect(customer.tray).to_contain_text("Загружается: ")
        customer.say("Вот он")
        expect(waits).to_be_visible()
        expect(customer.panel.get_by_role("button", name="Отправить")).to_be_disabled()
        assert_no_faults(customer.page)
        customer.field.press("!")
        expect(waits).to_have_count(0)  # held back
        customer.field.press("Enter")
        expect(waits).to_be_visible()
    said = customer.log.locator(".message").filter(has_text="Вот он!")
    expect(said.get_by_role("link", name="Скачать большой.bin")).to_be_visible()
    expect(customer.field).to_have_value("")


def test_message_whose_file_breaks_off_stays(customer: Customer) -> None:
    waits = customer.panel.get_by_text("Уйдёт, как только загрузятся файлы.")
    under_way: list[Route] = []
    customer.page.route("**/api/v1/widget/files?*", lambda route: under_way.append(route))
    customer.attach(paper("план.txt"))
    customer.say("С планом")
    expect(waits).to_be_visible()
    expect(customer.tray).to_contain_text("Загружается: ")
    until(customer.page, lambda: bool(under_way))
    (upload,) = under_way
    upload.abort()
    expect(customer.tray.get_by_role("alert")).to_have_text("Загрузка прервалась.")
    expect(waits).to_have_count(0)
    expect(customer.field).to_have_value("С планом")
    customer.page.unroute_all()
    customer.tray.get_by_role("button", name="Повторить").click()
    expect(arrived(customer)).to_have_count(1)
    customer.field.press("Enter")
    customer.sees("С планом")
    expect(customer.log.get_by_role("link", name="Скачать план.txt")).to_be_visible()


def arrived(customer: Customer) -> Locator:
    """The files beside the composer that are at the server."""
    return customer.panel.locator(".tray .here")


@contextmanager
def slow_network(page: Page) -> Iterator[None]:
    client = page.context.new_cdp_session(page)
    usual = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    client.send("Network.emulateNetworkConditions", {**usual, "latency": 50, "uploadThroughput": 200_000})
    yield
    client.send("Network.emulateNetworkConditions", usual)
    client.detach()


@pytest.fixture
def strict(trained, tmp_path):  # type: ignore[no-untyped-def]
    """A server that takes no large files."""
    from tests.flows.server import copy_of

    server = DemoServer(copy_of(trained, tmp_path / "strict"), {"SWITCHBOARD_FILE_LIMIT": "100000"})
    server.start()
    yield server
    server.stop()


def test_file_that_is_too_large_names_the_limit(stage, strict: DemoServer) -> None:  # type: ignore[no-untyped-def]
    customer = Customer.arrive(stage, strict.links.page + "en.html", locale="en")
    expect(customer.bubbles().first).to_be_visible()  # greeted: the page knows the limit by now
    customer.attach(paper("movie.bin", b"x" * 100_001))
    expect(customer.tray.get_by_role("alert")).to_have_text("Too large: at most 100 kB.")
    customer.attach(paper("note.txt", b"x" * 100_000))
    expect(customer.tray.nth(1)).to_contain_text("100 kB")


def test_phones_picture_becomes_one_that_everybody_can_see(customer: Customer) -> None:
    # This browser decodes by the bytes, not by the name: it stands for one that knows HEIC.
    customer.attach(
        paper("IMG_1.HEIC", picture(), "image/heic"), paper("IMG_2.heic", b"\0\0\0\x18ftypheic" + b"?" * 40)
    )
    expect(customer.tray.nth(0)).to_contain_text("IMG_1.jpg")
    expect(customer.tray.nth(1)).to_contain_text("IMG_2.heic")
    customer.say("Фото")
    is_drawn(customer.log.get_by_role("img", name="IMG_1.jpg"))
