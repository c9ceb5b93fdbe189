"""What a page can do with its widget, and hear of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.sites import Pages, allowing, html, script, set_up
from tests.flows.test_phone import PHONE

QUEUED = """
<script>
  heard = [];
  (window.switchboard = window.switchboard || []).push((chat) => {
    chat.setAttributes({ plan: "gold", visits: 3 });
    for (const name of ["open", "close", "message", "unread", "user"])
      chat.on(name, (value) => heard.push([name, value ? (value.text ?? value) : null]));
    stop = chat.on("open", () => { throw new Error("of the page's own") });
    chat.open();
  });
</script>
"""


def ready(demo: DemoServer, pages: Pages, body: str = "", attributes: str = "") -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    pages.pages["/"] = pages.pages["/next"] = html(body + script(demo, inbox, attributes))


def test_page_drives_its_widget_from_before_it_has_loaded(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    ready(demo, pages, QUEUED)
    stage.allow("of the page's own")
    page = stage.page(locale="en")
    page.goto(pages.origin)
    customer = Customer(page, "en")
    expect(customer.field).to_be_focused()
    page.evaluate("stop()")
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    page.evaluate("switchboard.close()")
    expect(customer.panel).to_have_count(0)
    page.evaluate("switchboard.toggle()")
    expect(customer.field).to_be_visible()
    heard = page.evaluate("heard")
    assert [name for name, _ in heard if name in ("open", "close")] == ["open", "close", "open"]
    assert any(name == "message" and "Spark: 100 Mbit/s" in text for name, text in heard)

    page.evaluate("switchboard.setAttributes({ visits: 4, plan: '' })")
    anna = Operator.sign_in(stage, demo.links.administrator, locale="en")
    anna.choose(view="all")
    anna.reads("From the page: plan: gold, visits: 3")
    anna.reads("From the page: ")
    expect(anna.log).to_contain_text("visits: 4")
    expect(customer.log).not_to_contain_text("gold")


def test_unread_messages_are_counted_where_the_page_allows_it(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    ready(demo, pages, "<script>counts = []; (switchboard = []).push((c) => c.on('unread', (n) => counts.push(n)))</script>",
          "data-title-badge")  # fmt: skip
    customer = Customer.arrive(stage, pages.origin, locale="en")
    customer.ask_for_person()
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    olga.choose()
    olga.take()
    customer.panel.get_by_role("button", name="Close chat").click()
    olga.write("Hello")
    olga.write("I am here")
    expect(customer.page).to_have_title("(2) A shop")
    expect(customer.page.locator("switchboard-chat .badge")).to_have_text("2")
    customer.page.get_by_role("button", name="Open chat (unread: 2)").click()
    expect(customer.page).to_have_title("A shop")
    assert customer.page.evaluate("counts") == [1, 2, 0]


def test_sound_is_soft_and_stays_off_where_it_was_turned_off(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    count = """<script>notes = 0; const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { notes++; return start.call(this, at); };</script>"""
    ready(demo, pages, count)
    customer = Customer.arrive(stage, pages.origin, locale="en")
    customer.ask_for_person()
    olga = Operator.sign_in(stage, demo.links.operator, locale="ru")
    olga.choose()
    olga.take()
    olga.write("Seen at once")
    customer.hears("Seen at once", author="operator")
    assert customer.page.evaluate("notes") == 0
    customer.panel.get_by_role("button", name="Close chat").click()
    olga.write("Heard")
    customer.page.wait_for_function("notes === 2")

    customer.open_again()
    customer.choose("Turn the sound off")
    customer.page.reload()
    customer.panel.get_by_role("button", name="Close chat").click()
    olga.write("Not heard")
    expect(customer.page.get_by_role("button", name="Open chat (unread: 1)")).to_be_visible()
    assert customer.page.evaluate("notes") == 0


def test_half_written_words_survive_the_way_to_another_page(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    ready(demo, pages)
    customer = Customer.arrive(stage, pages.origin, locale="en")
    customer.field.fill("Half a sent")
    customer.page.goto(f"{pages.origin}/next")
    expect(customer.field).to_have_value("Half a sent")
    customer.page.reload()
    expect(customer.field).to_have_value("Half a sent")


ROUTER = (
    "<script>pops = []; addEventListener('popstate', (event) => pops.push([location.pathname, event.state]))</script>"
)


def test_back_closes_the_panel_on_a_phone_and_the_pages_router_stays_where_it_is(
    stage: Stage, demo: DemoServer, pages: Pages
) -> None:
    ready(demo, pages, ROUTER)
    customer = Customer.arrive(stage, f"{pages.origin}/next", locale="en", **PHONE)
    page: Page = customer.page
    page.go_back()
    expect(customer.panel).to_have_count(0)
    assert page.url == f"{pages.origin}/next"
    customer.open()
    customer.panel.get_by_role("button", name="Close chat").tap()
    expect(customer.panel).to_have_count(0)
    page.wait_for_function("history.state === null")
    assert page.evaluate("pops") == [["/next", None]] * 2

    page.evaluate("history.pushState({ mine: 1 }, '', '/routed')")
    customer.open()
    page.go_back()
    expect(customer.panel).to_have_count(0)
    assert page.evaluate("[location.pathname, history.state]") == ["/routed", {"mine": 1}]
    page.go_back()
    page.wait_for_function("pops.length === 4")
    assert page.evaluate("pops") == [["/next", None]] * 2 + [["/routed", {"mine": 1}], ["/next", None]]


def test_keyboard_of_a_phone_never_covers_the_composer(stage: Stage, demo: DemoServer) -> None:
    customer = Customer.arrive(stage, demo.links.page, **PHONE)
    customer.say("Какие у вас тарифы?")
    customer.hears("«Искра»")
    customer.page.set_viewport_size({"width": 375, "height": 380})
    expect(customer.field).to_be_in_viewport(ratio=1)
    expect(customer.bubbles("bot").last).to_be_in_viewport()


def test_frozen_tab_resumes_with_what_it_missed(customer: Customer, olga: Operator) -> None:
    customer.ask_for_person()
    olga.choose()
    olga.take()
    client = customer.page.context.new_cdp_session(customer.page)
    client.send("Page.setWebLifecycleState", {"state": "frozen"})
    olga.write("Пока вас не было")
    client.send("Page.setWebLifecycleState", {"state": "active"})
    customer.hears("Пока вас не было", author="operator")
    customer.say("Снова здесь")
    olga.sees("Снова здесь")
