"""A browser's Web Push without its maker's servers: what ``PushManager.subscribe`` would have asked of them comes from
the push service on loopback, and what they would have brought to the worker comes through the browser's own tools."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Worker

from tests.support_edge.push_service import Subscriber

WITHIN = 20.0
_NO_SERVICE = """
(() => {
  const told = SUBSCRIPTION;
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (ch) => ch.charCodeAt(0)).buffer;
  const made = (key) => ({
    endpoint: told.endpoint, options: { userVisibleOnly: true, applicationServerKey: bytes(key) },
    toJSON: () => told, unsubscribe: async () => (localStorage.removeItem("test:push"), true),
  });
  PushManager.prototype.subscribe = async function ({ userVisibleOnly, applicationServerKey }) {
    if (!userVisibleOnly) throw new DOMException("push without a notification", "NotAllowedError");
    if (Notification.permission !== "granted") throw new DOMException("not allowed", "NotAllowedError");
    localStorage.setItem("test:push", applicationServerKey);
    return made(applicationServerKey);
  };
  PushManager.prototype.getSubscription = async function () {
    const key = localStorage.getItem("test:push");
    return key ? made(key) : null;
  };
})();
"""
_ACTIVE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/console/");
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  while (worker.state !== "activated")
    await new Promise((go) => worker.addEventListener("statechange", go, { once: true }));
}"""
_COUNT = """() => {
  const real = ExtendableEvent.prototype.waitUntil;
  self.done_ = 0;
  ExtendableEvent.prototype.waitUntil = function (work) {
    real.call(this, work);
    if (this instanceof PushEvent) void work.finally(() => (self.done_ += 1));
  };
}"""
_DONE = """async ([count, within]) => {
  const until = Date.now() + within;
  while (self.done_ < count && Date.now() < until) await new Promise((go) => setTimeout(go, 20));
  return self.done_ >= count;
}"""
_SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration("/console/");
  const shown = await worker.getNotifications();
  return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
}"""


def subscribes_to(context: BrowserContext, subscriber: Subscriber) -> None:
    """The subscription that this browser gets, once it is allowed to notify."""
    context.add_init_script(_NO_SERVICE.replace("SUBSCRIPTION", json.dumps(subscriber.json)))


def key_of(page: Page) -> str:
    """The server that the browser subscribed to."""
    return str(page.evaluate("() => localStorage.getItem('test:push')"))


class WorkerEdge:
    """The console's service worker from without. ``page``: any page of its origin, best one that isn't the console's.

    Chromium forgets a notification that it is asked about while it shows it, so nothing asks before that is done.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._registration = ""
        self._pushed = 0
        self._tools: CDPSession = page.context.new_cdp_session(page)
        self._tools.on("ServiceWorker.workerRegistrationUpdated", self._registered)
        self._tools.send("ServiceWorker.enable")
        page.evaluate(_ACTIVE)  # before that the browser drops what is pushed
        assert self._registration
        self.worker = next(one for one in page.context.service_workers if one.url.endswith("/console/sw.js"))
        self.worker.evaluate(_COUNT)

    def _registered(self, told: dict[str, Any]) -> None:
        for one in told["registrations"]:
            if one["scopeURL"].endswith("/console/"):
                self._registration = one["registrationId"]

    def push(self, plain: bytes) -> None:
        """As the browser hands on what it has decrypted; the worker has done with it."""
        origin = self.page.evaluate("() => location.origin")
        self._tools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": self._registration, "data": plain.decode()},
        )
        self._pushed += 1
        assert self.worker.evaluate(_DONE, [self._pushed, WITHIN * 1000]), "the worker has not done with it"

    def shown(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(_SHOWN)
        return found

    def wait_until_left(self, count: int) -> None:
        """Until all but so many notifications were closed."""
        deadline = time.monotonic() + WITHIN
        while len(shown := self.shown()) != count:
            assert time.monotonic() < deadline, shown
            self.page.wait_for_timeout(50)

    def click(self, tag: str) -> None:
        """On a notification. The browser's tools can't press one, so the worker is told as if somebody had."""
        self.worker.evaluate(
            """async (tag) => {
              const [notification] = await self.registration.getNotifications({ tag });
              self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
            }""",
            tag,
        )


def moves(worker: Worker, subscriber: Subscriber) -> None:
    """The push service gives the browser another address, and the browser tells the worker."""
    worker.evaluate(
        """(told) => {
          const event = new ExtendableEvent("pushsubscriptionchange");
          self.dispatchEvent(Object.assign(event, { newSubscription: { toJSON: () => told }, oldSubscription: null }));
        }""",
        subscriber.json,
    )
