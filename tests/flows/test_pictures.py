"""Whoever answers shows a face: chosen by clicks, seen by customers and colleagues, taken back again."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.flows.axe import assert_no_faults
from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.test_files import picture
from tests.flows.test_people_take_over import handed_over


def own_account(olga: Operator) -> Page:
    page = olga.page
    page.get_by_role("button", name="Учётная запись").click()
    page.get_by_role("link", name="Мой профиль").click()
    expect(page.get_by_role("heading", name="Ваша фотография")).to_be_visible()
    return page


def choose(page: Page, name: str, data: bytes) -> None:
    page.locator('main input[type="file"]').set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def drop(place: Locator, data: bytes) -> None:
    """A file that is let go over the place, as a browser hands it over."""
    files = place.page.evaluate_handle(
        """bytes => {
          const moved = new DataTransfer();
          moved.items.add(new File([new Uint8Array(bytes)], "face.png", { type: "image/png" }));
          return moved;
        }""",
        list(data),
    )
    place.dispatch_event("drop", {"dataTransfer": files})


def is_drawn(face: Locator) -> None:
    expect(face).to_be_visible()
    expect(face).to_have_js_property("naturalWidth", 256)


def test_face_is_chosen_seen_by_the_customer_and_taken_back(
    customer: Customer, olga: Operator, anna: Operator, stage: Stage
) -> None:
    stage.allow("status of 422")
    page = own_account(olga)
    choose(page, "face.png", b"<html>no picture</html>")
    expect(page.get_by_role("alert")).to_contain_text("прочитать не удалось")
    drop(page.locator("main .own"), picture())
    face = page.locator("main .avatar img")
    is_drawn(face)
    assert_no_faults(page)
    page.go_back()

    handed_over(customer, olga)
    olga.write("Здравствуйте")
    customer.hears("Здравствуйте", author="operator")
    header = customer.panel.locator("header .face")
    is_drawn(header.locator("img"))
    customer.page.reload()
    is_drawn(customer.panel.locator("header .face img"))
    anna.choose("Здравствуйте", view="all")
    is_drawn(anna.articles("operator").locator(".avatar img").first)

    page = own_account(olga)
    page.get_by_role("button", name="Убрать").click()
    expect(face).to_have_count(0)
    page.go_back()
    olga.button("return").click()
    customer.ask_for_person()
    olga.take()
    expect(header).to_have_text("OE")
    expect(header.locator("img")).to_have_count(0)
