"""A second business of the demo's administrator, with a page of its own, and people who work for both."""

from __future__ import annotations

from typing import Any

from tests.flows.browser import Stage
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer
from tests.flows.sites import Pages, html, script

NAMES = {"en": "Tea Garden", "ru": "Чайный сад"}


def api(who: Operator, method: str, path: str, body: object = None) -> Any:
    """A request as their console makes it; the answer, which must be a good one."""
    origin = who.page.url.split("/console/")[0]
    answer = who.page.request.fetch(
        f"{origin}/api/v1/{path}", method=method, data=body, headers={"Origin": origin}
    )  # fmt: skip
    assert answer.ok, answer.text()
    return answer.json() if answer.status != 204 else None


class Garden:
    """Made by ``anna``. ``mode``: how its conversations come to people."""

    def __init__(self, anna: Operator, demo: DemoServer, pages: Pages, *, mode: str = "offer") -> None:
        self.anna = anna
        self.page = pages.origin + "/tea"
        made = api(anna, "POST", "businesses", {"names": NAMES, "locales": ["en", "ru"], "color": "#7A3E9D"})
        self.id = made["id"]
        settings = {"origins": [pages.origin]}
        inbox = self.api("POST", "inboxes", {"channel": "webchat", "name": "Website", "settings": settings})
        pages.pages["/tea"] = html(script(demo, inbox["id"], 'data-locale="ru"'))
        self.rule(mode)

    def api(self, method: str, path: str, body: object = None) -> Any:
        return api(self.anna, method, f"businesses/{self.id}/{path}", body)

    def rule(self, mode: str, **rules: object) -> None:
        seen = self.api("GET", "routing")
        value = {"rules": {"everybody": {"mode": mode}, **rules}}
        self.api("PUT", "routing", {"version": seen["version"], "value": value})

    def hire(self, who: Operator) -> None:
        """By an invitation, and their console begins anew."""
        link = self.api("POST", "invitations", {"role": "operator", "days": 1})["link"]
        api(who, "POST", "invitations/join", {"token": link.split("invitation=")[1]})
        who.page.reload()

    def let_go(self, who: Operator) -> None:
        account = api(who, "GET", "me")["account"]["id"]
        self.api("DELETE", f"members/{account}")

    def asks(self, stage: Stage, text: str) -> Customer:
        """A customer of the second business, which has no bot yet: they come to people at once."""
        customer = Customer.arrive(stage, self.page)
        customer.say(text)
        customer.sees(text)
        return customer
