"""A site that knows its users: what one of them said is theirs in every browser, and nobody else's in this one."""

from __future__ import annotations

import subprocess
import sys
import time

import jwt
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.shop import Shop

HOUR = 3600
GREETING = "Hello! This is Lantern"


def switchboard(demo: DemoServer, *arguments: str) -> str:
    """A command beside the running demo."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments, "-b", "lantern", "--data", str(demo.folder)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


class Backend:
    """The site's own server: it has the inbox's secret and signs whoever is signed in there."""

    def __init__(self, demo: DemoServer, shop: Shop) -> None:
        self.shop = shop
        switchboard(demo, "inbox", "allow", shop.inbox, shop.origin)
        self._secret = switchboard(demo, "inbox", "secret", shop.inbox).split()[0]

    def token(self, sub: str, *, seconds: float = HOUR, **claims: object) -> str:
        whole = {"sub": sub, "aud": self.shop.inbox, "exp": time.time() + seconds, "name": sub.title(), **claims}
        return jwt.encode(whole, self._secret, algorithm="HS256")

    def page(self, path: str, sub: str, *, seconds: float = HOUR, **claims: object) -> str:
        """The address of a page that is ``sub``'s from now on, with a token made for this visit."""
        self.shop.users[path] = self.token(sub, seconds=seconds, jti=str(time.time_ns()), **claims)
        return self.shop.origin + path


@pytest.fixture
def backend(demo: DemoServer, shop: Shop) -> Backend:
    return Backend(demo, shop)


def arrive(stage: Stage, url: str) -> Customer:
    return Customer.arrive(stage, url, locale="en")


def go(customer: Customer, url: str) -> None:
    """To another page of the same browser; the chat opens by itself where it was open."""
    customer.page.goto(url)
    expect(customer.field).to_be_visible()


def sees_nothing(customer: Customer) -> None:
    """Not a word of anyone's: the business's greeting alone."""
    expect(customer.bubbles()).to_have_count(1)
    expect(customer.bubbles()).to_contain_text(GREETING)


def kept(page: Page) -> str:
    """All that the page keeps in this browser."""
    return str(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))


def test_signing_in_keeps_the_talk_and_the_operator_sees_who_it_is(
    backend: Backend, shop: Shop, stage: Stage, olga: Operator
) -> None:
    customer = arrive(stage, shop.origin)
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    go(customer, backend.page("/ann", "ann", name="Ann Example", email="ann@example.com"))
    customer.sees("What plans do you have?", author="customer")
    customer.ask_for_person()

    olga.choose("Ann Example")
    olga.sees("What plans do you have?")
    context = olga.page.get_by_role("complementary", name=olga.words["context"])
    expect(context).to_contain_text("Ann Example")
    expect(context).to_contain_text("Подтверждено сайтом")
    expect(context).to_contain_text("ann@example.com")
    olga.take()
    olga.write("Good day, Ann")
    customer.sees("Good day, Ann", author="operator")

    elsewhere = arrive(stage, backend.page("/ann", "ann"))
    elsewhere.sees("Good day, Ann", author="operator")


def test_second_user_of_a_browser_sees_nothing_of_the_first(backend: Backend, stage: Stage) -> None:
    customer = arrive(stage, backend.page("/ann", "ann"))
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    customer.field.fill("Ann's half a sentence")
    second_tab = Customer(customer.page.context.new_page(), "en")
    second_tab.page.goto(backend.page("/ann-too", "ann"))
    second_tab.open()
    second_tab.sees("What plans do you have?")

    go(customer, backend.page("/ben", "ben"))
    sees_nothing(customer)
    expect(customer.field).to_have_value("")
    assert "plans" not in kept(customer.page) and "sentence" not in kept(customer.page)
    # Ann's other tab forgets what it shows, and her old pages speak for nobody.
    expect(second_tab.bubbles()).to_have_count(0)
    expect(second_tab.panel).to_contain_text("Reload the page")
    second_tab.page.reload()
    expect(second_tab.panel).to_contain_text("Reload the page")
    customer.page.go_back()
    expect(customer.panel).to_contain_text("Reload the page")
    expect(customer.bubbles()).to_have_count(0)

    customer.page.go_forward()
    customer.say("How can I pay?")
    customer.hears("Pay with your contract number")
    customer.page.reload()
    expect(customer.bubbles("customer")).to_have_text(["How can I pay?"])

    # When Ann signs in again, hers is as it was.
    go(customer, backend.page("/ann", "ann"))
    expect(customer.bubbles("customer")).to_have_text(["What plans do you have?"])


def test_signing_out_drops_the_talk(backend: Backend, shop: Shop, stage: Stage) -> None:
    customer = arrive(stage, backend.page("/ann", "ann@example"))
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    go(customer, shop.origin)
    sees_nothing(customer)
    customer.page.reload()
    sees_nothing(customer)
    assert "ann@example" not in kept(customer.page) and "plans" not in kept(customer.page)
    customer.say("How can I pay?")
    customer.hears("Pay with your contract number")
    expect(customer.bubbles("customer")).to_have_text(["How can I pay?"])


def test_page_that_signs_in_and_out_without_loading_says_so_itself(backend: Backend, shop: Shop, stage: Stage) -> None:
    customer = arrive(stage, shop.origin)
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    customer.page.evaluate("token => switchboard.identify(token)", backend.token("ann"))
    customer.say("How can I pay?")
    customer.hears("Pay with your contract number")
    expect(customer.bubbles("customer")).to_have_text(["What plans do you have?", "How can I pay?"])
    log = customer.panel.locator(".log").element_handle()
    customer.page.evaluate("switchboard.signOut()")
    sees_nothing(customer)
    log.evaluate("log => log.dispatchEvent(new Event('scroll'))")  # a frame late, as browsers tell it


def test_sign_in_that_runs_out_on_an_open_page_is_renewed_by_the_page(backend: Backend, stage: Stage) -> None:
    customer = arrive(stage, backend.page("/ann", "ann", seconds=25))
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    expect(customer.panel).to_contain_text("Your sign-in on this page has run out")
    expect(customer.field).to_be_disabled()
    customer.page.evaluate("token => switchboard.identify(token)", backend.token("ann"))
    customer.say("How can I pay?")
    customer.hears("Pay with your contract number")
    expect(customer.bubbles("customer")).to_have_text(["What plans do you have?", "How can I pay?"])


@pytest.mark.parametrize("wrong", ["expired", "foreign", "nonsense"])
def test_page_with_a_token_that_is_not_right_is_told_kindly_and_loses_nothing(
    backend: Backend, shop: Shop, stage: Stage, wrong: str
) -> None:
    customer = arrive(stage, shop.origin)
    customer.say("What plans do you have?")
    customer.hears("Spark: 100 Mbit/s")
    shop.users["/wrong"] = {
        "expired": backend.token("ann", seconds=-1),
        "foreign": jwt.encode({"sub": "ann"}, "somebody else's secret, long enough", algorithm="HS256"),
        "nonsense": "nonsense",
    }[wrong]
    go(customer, shop.origin + "/wrong")
    words = "has run out" if wrong == "expired" else "We could not confirm who you are"
    expect(customer.panel).to_contain_text(words)
    go(customer, shop.origin)
    customer.sees("What plans do you have?")
