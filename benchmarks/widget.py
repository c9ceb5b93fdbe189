"""What the widget costs a page: bytes that a real browser fetched, and the time from the click to the panel's first paint.

Every round is a visitor who was never here: an empty cache, no hover before the click that would fetch the panel ahead.
The bars: 5 KiB closed, 30 KiB open in all (gzip), 100 ms to the first paint.
"""

from __future__ import annotations

import gzip
import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.report import arguments, report, say
from tests.flows.browser import launch
from tests.flows.server import DemoServer

OPEN = """
async () => {
  const frame = document.querySelector("switchboard-chat").shadowRoot;
  const begin = performance.now();
  frame.querySelector(".launcher").click();
  return new Promise((done) => {
    const look = () => {
      const panel = frame.querySelector(".panel");
      if (!panel || panel.hidden) return requestAnimationFrame(look);
      // This frame is being drawn; the next one begins after it was painted.
      requestAnimationFrame(() => done(performance.now() - begin));
    };
    look();
  });
}
"""


class Visit(NamedTuple):
    """Files by path with their gzip sizes: before the click, and by the time the panel stood."""

    closed: dict[str, int]
    open: dict[str, int]
    paint_ms: float


def visit(browser: Browser, url: str) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ru")
    try:
        page = context.new_page()
        fetched: list[Response] = []
        page.on("response", lambda response: fetched.append(response))
        page.goto(url)
        page.locator("switchboard-chat .launcher").wait_for()
        closed = _sizes(page, fetched)
        paint_ms = float(page.evaluate(OPEN))
        page.get_by_role("dialog").get_by_role("log").wait_for()
        page.wait_for_load_state("networkidle")
        return Visit(closed, _sizes(page, fetched), paint_ms)
    finally:
        context.close()


def _sizes(page: Page, fetched: list[Response]) -> dict[str, int]:
    """What of ours was fetched; the page's own files are none of ours."""
    found: dict[str, int] = {}
    for response in fetched:
        path = response.url.split("/", 3)[-1]
        if path == "widget.js" or path.startswith(("widget/", "api/v1/widget/inbox")):
            found[path] = len(gzip.compress(response.body(), 6))
    return found


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    rounds = 7 if options.quick else 25
    with tempfile.TemporaryDirectory(prefix="switchboard-") as folder, sync_playwright() as playwright:
        server = DemoServer(Path(folder) / "data")
        server.start()
        try:
            server.wait_until_trained()  # else the measure is of the training
            browser = launch(playwright)
            visit(browser, server.links.page)  # the server's own first time
            visits = [visit(browser, server.links.page) for _ in range(rounds)]
            browser.close()
        finally:
            server.stop()
    for path, size in visits[-1].open.items():
        say(f"{path:32} {size:7,} bytes")
    times = sorted(one.paint_ms for one in visits)
    report(
        {
            "widget_closed_gzip_bytes": sum(visits[-1].closed.values()),
            "widget_open_gzip_bytes": sum(visits[-1].open.values()),
            "widget_first_paint_ms": round(statistics.median(times), 1),
            "widget_first_paint_worst_ms": round(times[-1], 1),
        },
        {},
        as_json=options.json,
    )


if __name__ == "__main__":
    main()
