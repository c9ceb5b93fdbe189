"""The operators' desk under load: what a relayed message costs, how long it takes, and how soon the console is usable.

A relay is a customer's message that is on disk and at its operator's screen, and the reply that is on disk and at the
customer's. 200 operators and 2,000 open conversations on one node; echo and relay are measured one after the other.
"""

from __future__ import annotations

import asyncio
import gzip
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.filling import main as fill
from benchmarks.report import arguments, report, say
from benchmarks.turn import running, saturated
from tests.flows.browser import launch
from tests.flows.server import DemoServer, train_into

OPERATORS = 200
CONVERSATIONS = 2_000
PACE = 200.0
FILLED = 10_000
THREAD = 5_000
_FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const step = () => { const now = performance.now(); window.frames_.push(now - last); last = now; requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""


def relay(data: Path, *, rounds: int, seconds: float) -> dict[str, float]:
    """Echo and relay interleaved, then the steady pace."""
    with ExitStack() as stack:
        node = stack.enter_context(running("benchmarks.node", str(data), "--operators", str(OPERATORS)))
        facts = node.read()
        echo = stack.enter_context(running("benchmarks.echo"))
        echo_client = stack.enter_context(running("benchmarks.load"))
        echo_client.ask(do="echo", count=100, port=echo.read()["port"])
        say(f"{OPERATORS} operators take {CONVERSATIONS} conversations")
        client = stack.enter_context(running("benchmarks.relay"))
        client.ask(do="open", conversations=CONVERSATIONS, **facts)
        echo_cpu, relay_cpu, rate = [], [], []
        for number in range(rounds):
            [cpu], _ = saturated(echo_client, seconds, echo.cpu)
            echo_cpu.append(cpu)
            [cpu], seen = saturated(client, seconds, node.cpu)
            relay_cpu.append(cpu)
            rate.append(seen["per_s"])
            say(f"round {number + 1}: echo {echo_cpu[-1]:.1f} µs, relay {cpu:.0f} µs, {seen['per_s']:.0f} relays/s,"
                f" p99 {seen['p99_ms']:.1f} ms")  # fmt: skip
        paced = client.ask(do="paced", per_s=PACE, seconds=max(3.0, seconds))
        return {
            "echo_cpu_us": statistics.median(echo_cpu),
            "relay_cpu_us": statistics.median(relay_cpu),
            "relays_per_s": statistics.median(rate),
            "relay_p50_ms": paced["p50_ms"],
            "relay_p99_ms": paced["p99_ms"],
            "loaded_rss_mb": node.rss() / 1e6,
        }


def first_screen(browser: Browser, demo: DemoServer, *, tries: int) -> dict[str, float]:
    """From the address to a list that can be used, nothing cached; and the bytes that this takes."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(demo.links.operator)
    page.locator("section.list ul button").first.wait_for()
    cookies = context.cookies()
    context.close()
    took, sizes = [], []
    for _ in range(tries):
        context = browser.new_context(locale="en")
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        answers: list[Response] = []

        def keep(answer: Response, kept: list[Response] = answers) -> None:
            kept.append(answer)

        page.on("response", keep)
        began = time.perf_counter()
        page.goto(f"{demo.links.origin}/console/")
        page.locator("section.list ul button").first.click()
        page.get_by_role("log").get_by_role("article").last.wait_for()
        took.append(time.perf_counter() - began)
        page.wait_for_load_state("networkidle")
        sizes.append(sum(len(gzip.compress(one.body(), 9)) for one in answers if one.ok))
        context.close()
    return {"console_usable_s": statistics.median(took), "console_gzip_bytes": float(max(sizes))}


def scrolling(browser: Browser, demo: DemoServer) -> dict[str, float]:
    """The whole list and the whole long thread, wheeled through; the longest frame of each."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    page = context.new_page()
    demo.restart()
    page.goto(demo.links.operator)
    views = page.locator("section.list .tabs button")
    views.first.click()
    page.locator("section.list ul button").filter(has_text=f" {FILLED}").first.wait_for()
    began = time.perf_counter()
    page.locator("section.list ul button").filter(has_text=f" {FILLED}").first.click()
    page.get_by_role("log").get_by_text(f"({(THREAD - 4) // 2 - 1})").first.wait_for()
    opened = time.perf_counter() - began
    page.evaluate(_FRAMES)
    page.mouse.move(800, 400)
    thread = _wheel(page, -2500, until="() => document.querySelector('[role=log] [data-seq=\"1\"]') !== null")
    views.last.click()
    page.mouse.move(200, 400)
    listed = _wheel(page, 4000, until=f"() => document.querySelector('[aria-posinset=\"{FILLED}\"]') !== null")
    context.close()
    return {"thread_open_s": opened, "thread_longest_frame_ms": thread, "list_longest_frame_ms": listed}


def _wheel(page: Page, delta: int, *, until: str) -> float:
    page.evaluate("() => { window.frames_.length = 0; }")
    for _ in range(600):
        page.mouse.wheel(0, delta)
        page.wait_for_timeout(30)
        if page.evaluate(until):
            break
    else:
        raise RuntimeError("the end was never reached")
    return float(page.evaluate("() => Math.max(...window.frames_)"))


def main() -> None:
    chosen = arguments(__doc__ or "").parse_args()
    quick = chosen.quick
    with tempfile.TemporaryDirectory() as folder:
        figures = relay(Path(folder) / "node", rounds=2 if quick else 5, seconds=1.0 if quick else 4.0)
        say("the console in a browser")
        data = train_into(Path(folder) / "data")
        asyncio.run(fill(data, conversations=FILLED, thread=THREAD))
        demo = DemoServer(data)
        demo.start()
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright)
                figures |= first_screen(browser, demo, tries=3 if quick else 7)
                if not quick:
                    figures |= scrolling(browser, demo)
                browser.close()
        finally:
            demo.stop()
    ratios = {"relay_cpu_over_echo": figures["relay_cpu_us"] / figures["echo_cpu_us"]}
    report(figures, ratios, as_json=chosen.json)


if __name__ == "__main__":
    main()
