"""A desk with many conversations and a very long thread: everything can be reached, and nothing moves under the reader."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from benchmarks.filling import main as fill
from tests.flows.browser import DEADLINE, Stage, until
from tests.flows.outages import without_network
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer, copy_of
from tests.flows.test_search import field as search_field
from tests.flows.test_search import found_again, results

CONVERSATIONS = 1_300
THREAD = 1_000
ROW = 92
LAST_WORDS = f"({(THREAD - 4) // 2 - 1})"


@pytest.fixture(scope="module")
def filled(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_of(trained, tmp_path_factory.mktemp("filled") / "data")
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(lambda: asyncio.run(fill(folder, conversations=CONVERSATIONS, thread=THREAD))).result()
    return folder


@pytest.fixture
def demo(filled: Path, tmp_path: Path) -> Iterator[DemoServer]:
    server = DemoServer(copy_of(filled, tmp_path / "data"))
    server.start()
    yield server
    server.stop()


def focused(operator: Operator) -> Locator:
    return operator.list.locator("li:focus-within")


def open_long_thread(operator: Operator) -> None:
    """Whose last words are the latest: it stands in nobody's queue."""
    operator.page.evaluate("() => document.fonts.ready")
    operator.choose(f" {CONVERSATIONS}", view="mine")
    expect(operator.log).to_contain_text(LAST_WORDS)


_FIRST_SEEN = """(one) => {
  const edge = one.getBoundingClientRect().y;
  const seen = [...one.querySelectorAll("article")].find((each) => each.getBoundingClientRect().y >= edge);
  return [seen.dataset.seq, seen.getBoundingClientRect().y];
}"""


def test_every_conversation_is_reached_by_keys_and_few_are_in_the_page(olga: Operator) -> None:
    olga.tab("all").click()
    expect(olga.rows.first).to_be_visible()
    olga.rows.first.focus()
    for _ in range(3):
        olga.page.keyboard.press("ArrowDown")
    expect(focused(olga)).to_have_attribute("aria-posinset", "4")
    for place in (100, 600, 1_100, CONVERSATIONS + 1):
        olga.page.keyboard.press("End")
        expect(focused(olga)).to_have_attribute("aria-posinset", str(place))
        assert olga.rows.count() < 40
        if place < CONVERSATIONS:
            expect(olga.list.locator("ul")).not_to_have_css("height", f"{place * ROW}px")
    expect(focused(olga)).to_have_attribute("aria-setsize", str(CONVERSATIONS + 1))
    olga.page.keyboard.press("Enter")
    expect(olga.log).to_be_visible()
    expect(focused(olga).locator("button")).to_have_attribute("aria-current", "true")
    olga.page.keyboard.press("Home")
    expect(focused(olga)).to_have_attribute("aria-posinset", "1")
    olga.page.keyboard.press("PageDown")
    expect(focused(olga)).not_to_have_attribute("aria-posinset", "1")


def test_list_comes_anew_after_an_outage_and_stays_where_it_was(customer: Customer, olga: Operator) -> None:
    olga.tab("all").click()
    olga.rows.first.focus()
    for place in (100, 600):
        olga.page.keyboard.press("End")
        expect(focused(olga)).to_have_attribute("aria-posinset", str(place))
        expect(olga.list.locator("ul")).not_to_have_css("height", f"{place * ROW}px")
    seen = focused(olga).inner_text()
    olga.page.mouse.move(1000, 400)
    with without_network(olga.page):
        expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_visible()
        customer.say("Пишу, пока вас нет")
    expect(olga.page.get_by_text("Восстанавливаем связь")).to_be_hidden()
    expect(focused(olga)).to_have_text(seen, use_inner_text=True)
    waiting = int(olga.tab("unassigned").locator(".count").inner_text())
    olga.list.locator(".rows").evaluate("(one, top) => one.scrollTop = top", (waiting - 2) * ROW)
    expect(olga.rows.filter(has_text="Посетитель")).to_have_count(1)


def test_long_thread_opens_at_its_end_and_its_begin_is_reached_by_scrolling(olga: Operator) -> None:
    open_long_thread(olga)
    assert olga.articles().count() < 250
    scroller = olga.log.locator("..")

    def begins() -> bool:
        scroller.evaluate("one => one.scrollTop = 0")
        return olga.log.get_by_text("Начало диалога").count() > 0

    until(olga.page, begins)
    expect(olga.log).to_contain_text("Начало диалога")
    assert olga.articles().count() < 250


def test_reader_further_up_stays_there_while_older_words_come(olga: Operator) -> None:
    held: list[Route] = []
    olga.page.route("**/entries?**", lambda route: held.append(route))
    open_long_thread(olga)
    scroller = olga.log.locator("..")
    scroller.evaluate("one => one.scrollTop = 900")
    expect(olga.log.locator("article").first).to_be_visible()
    until(olga.page, lambda: bool(held))
    seq, before = scroller.evaluate(_FIRST_SEEN)
    tall = scroller.evaluate("one => one.scrollHeight")
    held[0].continue_()
    until(olga.page, lambda: scroller.evaluate("one => one.scrollHeight") > tall)
    after = scroller.evaluate("(one, seq) => one.querySelector(`[data-seq='${seq}']`).getBoundingClientRect().y", seq)
    assert abs(before - after) < 4


def test_unreachable_history_says_so_and_is_fetched_again(olga: Operator, stage: Stage) -> None:
    stage.allow("503")
    olga.page.route("**/entries?**", lambda route: route.fulfill(status=503, body="{}"))
    open_long_thread(olga)
    olga.log.locator("..").evaluate("one => one.scrollTop = 0")
    expect(olga.log).to_contain_text("Более ранние сообщения не загрузились")
    olga.page.unroute("**/entries?**")
    olga.log.get_by_role("button", name="Попробовать ещё раз").click()
    expect(olga.log.get_by_role("button", name="Попробовать ещё раз")).to_have_count(0)


def test_hit_far_back_in_the_long_thread_is_shown_in_its_place(olga: Operator) -> None:
    """Everything was written before this node began, which indexes it by and by: so many entries a second."""
    found_again(search_field(olga), "(3)", results(olga).first, within=4 * DEADLINE)
    results(olga).filter(has_text="(3)").first.get_by_role("button").click()
    expect(olga.articles().filter(has_text="(3)").first).to_be_in_viewport()
    expect(olga.log).not_to_contain_text(LAST_WORDS)


def test_card_of_the_long_thread_says_at_once_on_what_its_handoff_stood_and_leads_there(olga: Operator) -> None:
    held: list[Route] = []
    olga.page.route("**/entries?**", lambda route: held.append(route))
    open_long_thread(olga)
    card = olga.page.get_by_role("complementary", name=olga.words["context"])
    lines = card.get_by_role("list", name="Что к этому привело").get_by_role("listitem")
    expect(lines).to_have_count(2)
    expect(card).to_contain_text("shop.example.com/plans/")
    assert held == [], "nothing more was asked for"
    words = lines.first.locator("b").inner_text()

    olga.page.unroute("**/entries?**")
    lines.first.get_by_role("button").click()
    asked = olga.log.locator("article[data-seq='2']")
    expect(asked).to_contain_text(words)
    expect(asked).to_be_in_viewport()
    expect(olga.log).not_to_contain_text(LAST_WORDS)


def test_line_of_the_card_leads_there_also_while_older_words_are_on_their_way(olga: Operator) -> None:
    held: list[Route] = []
    olga.page.route("**/entries?**", lambda route: route.continue_() if held else held.append(route))
    open_long_thread(olga)
    olga.log.locator("..").evaluate("one => one.scrollTop = 0")
    until(olga.page, lambda: bool(held))
    card = olga.page.get_by_role("complementary", name=olga.words["context"])
    card.get_by_role("listitem").first.get_by_role("button").click()
    held[0].continue_()
    expect(olga.log.locator("article[data-seq='2']")).to_be_in_viewport()
