"""Chromium, and a stage of people in it whose pages must never complain."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

SHELL = "chromium-headless-shell"
"""Chromium without the windows that nobody sees: the same pages for a fifth less work. It knows no notifications."""

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEADLINE = 30_000
"""Milliseconds within which the pages show what is expected of them."""

TRACED = os.environ.get("JOURNEY_TRACES") == "1"
"""Every step is kept for Playwright's viewer. That is a fifth of all that the journeys take: only where somebody looks."""

WHEN_AWAY = (
    "net::ERR_",
    "WebSocket connection to",
    "WebSocket is already in CLOSING",
    "An unknown error occurred when fetching the script",
)
"""What Chromium itself writes to the console when the network or the server is gone."""

_WATCH_POLICY = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
"""


def find_chromium(*, whole: bool) -> str:
    for program in PROGRAMS if whole else (SHELL, *PROGRAMS):
        if found := shutil.which(program):
            return found
    raise AssertionError("Chromium is not installed. Run `make deps`.")


def launch(playwright: Playwright, *, whole: bool = True) -> Browser:
    """A Chromium, and its deadline for every ``expect``."""
    expect.set_options(timeout=DEADLINE)
    return playwright.chromium.launch(executable_path=find_chromium(whole=whole), args=ARGUMENTS)


def until(page: Page, condition: Callable[[], bool]) -> None:
    """For what isn't in the page: looks again after each frame of it."""
    deadline = time.monotonic() + DEADLINE / 1000
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        page.evaluate("() => new Promise(requestAnimationFrame)")


class Stage:
    """The browser contexts of a journey. ``complaints`` is all that went wrong in any page."""

    def __init__(self, browser: Browser, traces: Path) -> None:
        self._browser = browser
        self._traces = traces
        self._contexts: list[BrowserContext] = []
        self._allowed: list[str] = []
        self._scripts: list[str] = [_WATCH_POLICY]
        self.complaints: list[str] = []

    def context(self, **options: Any) -> BrowserContext:
        """Somebody's own browser."""
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = self._browser.new_context(**options)
        context.set_default_timeout(DEADLINE)
        for script in self._scripts:
            context.add_init_script(script)
        if TRACED:
            context.tracing.start(snapshots=True, screenshots=True)
        context.on("page", self._watch)
        self._contexts.append(context)
        return context

    def page(self, **options: Any) -> Page:
        return self.context(**options).new_page()

    def before(self, script: str) -> None:
        """Runs in every page of a context that is opened from now on, before the page's own."""
        self._scripts.append(script)

    def allow(self, words: str) -> None:
        """A complaint with these words belongs to the journey."""
        self._allowed.append(words)

    def close(self, *, failed: bool) -> list[Path]:
        """Closes all; what a failure leaves behind, and the traces."""
        kept: list[Path] = []
        for number, context in enumerate(self._contexts):
            trace = self._traces / f"trace-{number}.zip"
            if failed:
                kept += self._last_seen(context, number)
            if TRACED:
                context.tracing.stop(path=trace)
                kept.append(trace)
            context.close()
        return kept

    def _last_seen(self, context: BrowserContext, number: int) -> list[Path]:
        """How each page looks, and what it is made of."""
        kept = []
        for index, page in enumerate(context.pages):
            shot = self._traces / f"page-{number}-{index}.png"
            page.screenshot(path=shot)
            whole = shot.with_suffix(".html")
            whole.write_text(page.content(), "utf-8")
            kept += [shot, whole]
        return kept

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._complain(f"page error: {error}"))
        page.on("console", self._read)

    def _read(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(f"console: {message.text} ({message.location.get('url', '')})")

    def _complain(self, words: str) -> None:
        if not any(known in words for known in (*WHEN_AWAY, *self._allowed)):
            self.complaints.append(words)
