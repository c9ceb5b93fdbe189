"""The widget inside pages that do it no good, and pages that it must do no harm."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.flows.browser import Stage
from tests.flows.people import Customer
from tests.flows.server import DemoServer
from tests.flows.sites import Pages, allowing, html, script, set_up

RESETS = {
    "unset": "* { all: unset !important }",
    "hidden": "div, button, section, switchboard-chat { display: none !important; visibility: hidden !important }",
    "reset": """
      *, *::before, *::after { margin: 0 !important; padding: 0 !important; border: 0 !important; font: 4px/1 monospace
        !important; color: #fff !important; background: #fff !important; box-sizing: content-box !important;
        position: static !important; transform: none !important; opacity: 0.1 !important; float: left !important;
        pointer-events: none !important; transition: all 9s !important; direction: rtl !important }
      html { font-size: 1px } body { zoom: 1; filter: blur(0) }
    """,
}
OLD_FRAMEWORK = """
<script>
  // What frameworks of long ago did to every page that loaded them.
  Array.prototype.toJSON = function () { return "[" + this.join() + "]"; };
  Object.prototype.extend = function (other) { for (var name in other) this[name] = other[name]; return this; };
  Object.prototype.each = function (run) { for (var name in this) run(this[name], name); };
  Array.prototype.first = function () { return this[0]; };
  Array.prototype.entries = function () { return this.slice(); };
  Array.prototype.reverse = function (inline) { return inline === false ? this.slice() : this; };
  Array.from = function (list) {
    if (!list) return [];
    var length = list.length || 0, copy = new Array(length);
    while (length--) copy[length] = list[length];
    return copy;
  };
  String.prototype.strip = function () { return this.replace(/^\\s+/, "").replace(/\\s+$/, ""); };
  String.prototype.toJSON = function () { return '"' + this + '"'; };
  Function.prototype.bind = function (self) {
    var run = this, before = Array.prototype.slice.call(arguments, 1);
    return function () { return run.apply(self, before.concat(Array.prototype.slice.call(arguments))); };
  };
  Function.prototype.delay = function (seconds) { return setTimeout(this, seconds * 1000); };
  Element.prototype.get = function (name) { return this.getAttribute(name); };
  Element.prototype.empty = function () { this.innerHTML = ""; return this; };
  window.Event = function DOMEvent() { throw new Error("not that kind of event"); };
  JSON.stringify.old = true;
</script>
"""


def chats(customer: Customer, *, question: str = "What plans do you have?") -> None:
    customer.say(question)
    customer.hears("Spark: 100 Mbit/s")


def arrive(stage: Stage, url: str) -> Customer:
    return Customer.arrive(stage, url, locale="en")


@pytest.mark.parametrize("reset", RESETS)
def test_styles_of_the_page_end_at_the_widget(stage: Stage, demo: DemoServer, pages: Pages, reset: str) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    pages.pages["/"] = html(script(demo, inbox), head=f"<style>{RESETS[reset]}</style>")
    pages.pages["/plain"] = html(script(demo, inbox))
    customer, plain = arrive(stage, pages.origin), arrive(stage, f"{pages.origin}/plain")
    for one in (customer, plain):
        chats(one)
    for part in (".panel", ".header h2", ".bubble", ".composer textarea", ".send"):
        look = (
            "one => { const s = getComputedStyle(one); return [s.fontSize, s.color, s.padding, s.opacity, s.display] }"
        )
        seen = [one.panel.page.locator(f"switchboard-chat {part}").first for one in (customer, plain)]
        assert seen[0].evaluate(look) == seen[1].evaluate(look), part
        assert seen[0].bounding_box() == seen[1].bounding_box(), part


def test_page_that_an_old_framework_has_patched(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    pages.pages["/"] = html(script(demo, inbox), head=OLD_FRAMEWORK)
    customer = arrive(stage, pages.origin)
    chats(customer)
    customer.attach({"name": "note.txt", "mimeType": "text/plain", "buffer": b"words"})
    expect(customer.panel.get_by_role("button", name="Send")).to_be_enabled()
    customer.say("With a note")
    expect(customer.log.get_by_role("link", name="Download note.txt")).to_be_visible()
    customer.page.reload()
    customer.sees("With a note")
    customer.panel.get_by_role("button", name="This helped").first.click()
    customer.choose("Save the conversation as text")


def test_two_widgets_on_one_page_keep_apart(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    one, two = set_up(demo, allowing(pages.origin), more=1)
    right = 'data-color="#7a1f5c" data-name="Two"'
    pages.pages["/"] = html(script(demo, one, 'data-position="left"') + script(demo, two, right) + script(demo, one))
    page = stage.page(locale="en")
    page.goto(pages.origin)
    hosts = page.locator("switchboard-chat")
    expect(hosts).to_have_count(2)  # the third script is the first one's again
    page.evaluate("([one, two]) => { for (const id of [one, two]) switchboard.widget(id).open() }", [one, two])
    panels = hosts.get_by_role("dialog")
    expect(panels).to_have_count(2)
    panels.filter(has_text="Two").get_by_role("textbox").fill("Only here")
    panels.filter(has_text="Two").get_by_role("textbox").press("Enter")
    expect(panels.filter(has_text="Only here")).to_have_count(1)
    expect(panels.filter(has_text="Two").locator(".message.bot .bubble").last).not_to_be_empty()


def test_widget_in_a_frame(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    pages.pages["/inner"] = html(script(demo, inbox))
    pages.pages["/"] = html('<iframe src="/inner" width="420" height="700"></iframe>')
    page = stage.page(locale="en")
    page.goto(pages.origin)
    frame: FrameLocator = page.frame_locator("iframe")
    frame.get_by_role("button", name="Open chat").click()
    frame.get_by_role("textbox", name="Write a message").fill("What plans do you have?")
    frame.get_by_role("textbox", name="Write a message").press("Enter")
    expect(frame.get_by_role("dialog")).to_contain_text("Spark: 100 Mbit/s")


def test_server_that_is_gone_does_the_page_no_harm(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    own = (
        "<script>addEventListener('error', (event) => event.message && console.error(event.message)); own = 1</script>"
    )
    pages.pages["/"] = html(own + script(demo, inbox))
    page = stage.page(locale="en")
    page.goto(pages.origin)
    launcher = page.get_by_role("button", name="Open chat")
    expect(launcher).to_be_visible()
    demo.stop()
    with page.expect_console_message(lambda message: "the chat could not be loaded" in message.text):
        launcher.click()
    other = stage.page(locale="en")
    other.goto(pages.origin)
    assert other.evaluate("own") == 1
    expect(other.locator("switchboard-chat")).to_have_count(0)
    demo.start()
    page.goto(pages.origin)
    launcher.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_page_without_storage_still_chats(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    blocked = "<script>for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, "
    blocked += "{ get() { throw new DOMException('blocked', 'SecurityError') } })</script>"
    pages.pages["/"] = html(script(demo, inbox), head=blocked)
    chats(arrive(stage, pages.origin))


def test_widget_leaves_nothing_in_the_page(stage: Stage, demo: DemoServer, pages: Pages) -> None:
    (inbox,) = set_up(demo, allowing(pages.origin))
    pages.pages["/"] = html(script(demo, inbox))
    customer = arrive(stage, pages.origin)
    chats(customer)
    page: Page = customer.page
    assert page.evaluate("document.cookie") == "" and page.context.cookies() == []
    frame = (
        "(() => { const f = document.body.appendChild(document.createElement('iframe')); return f.contentWindow })()"
    )
    strangers = f"Object.keys(window).filter((name) => !(name in {frame})).filter((name) => isNaN(name))"
    assert page.evaluate(strangers) == ["switchboard"]
    keys = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
    assert all(key.startswith("switchboard:") for key in page.evaluate(keys))
