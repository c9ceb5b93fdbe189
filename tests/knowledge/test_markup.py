"""Markdown of articles does no harm, whoever wrote it, and is read in plain words elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markup import EXCERPT, excerpt, to_html, to_plain

ALLOWED = {
    "p", "strong", "em", "s", "code", "pre", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "h5", "h6", "a", "br", "hr",
    "table", "thead", "tbody", "tr", "th", "td", "div",
}  # fmt: skip
ATTRIBUTES = {"href", "rel", "title", "class", "start", "style"}


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value or "")


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    return parser


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)", "![x](https://tracker.example/p.png)", "<https://a.example\"onclick=alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]", "[x](vbscript:msgbox)", "[a](//evil.example)", "&lt;script&gt;", "```html\n<b>\n```",
        "| <svg onload=alert(1)> |\n|---|\n| x |",
    ],
)  # fmt: skip
def test_nothing_that_is_written_runs_or_calls_elsewhere(hostile: str) -> None:
    found = seen(to_html(hostile))

    assert found.tags <= ALLOWED
    assert set(found.attributes) <= ATTRIBUTES
    assert all(re.match("(https?://|mailto:|tel:)", href) for href in found.attributes.get("href", []))


@given(st.text(alphabet=st.sampled_from("<>[]()!*_`#|-\"'&:/\n abjs1.="), max_size=80))
def test_whatever_is_written_becomes_allowed_html(written: str) -> None:
    found = seen(to_html(written))

    assert found.tags <= ALLOWED
    assert not any(name.startswith("on") for name in found.attributes)


def test_links_lead_away_without_saying_where_from() -> None:
    assert to_html("[us](https://a.example)") == '<p><a href="https://a.example" rel="nofollow noopener">us</a></p>\n'


def test_headings_stand_below_the_title_of_the_page() -> None:
    assert to_html("# One\n\n###### Six") == "<h2>One</h2>\n<h6>Six</h6>\n"


def test_plain_words_keep_paragraphs_lists_and_addresses() -> None:
    written = (
        "First **bold** line\nand more.\n\n- one\n- two\n  1. a\n  2. b\n\nSee [the page](https://a.example/x), call"
        " [+7 495](tel:+7495) or <https://b.example>.\n\n| A | B |\n|---|---|\n| 1 | 2 |"
    )  # fmt: skip
    assert to_plain(written) == (
        "First bold line and more.\n• one\n• two\n  1. a\n  2. b\n\nSee the page (https://a.example/x), call"
        " +7 495 (+7495) or https://b.example.\n• A — B\n• 1 — 2"
    )  # fmt: skip


def test_an_excerpt_is_the_first_paragraph_where_that_says_something() -> None:
    said = "A paragraph that is long enough to be an answer by itself, all in all. " * 3
    assert excerpt(f"{said.strip()}\n\nAnother one.") == said.strip()


def test_an_excerpt_of_a_long_paragraph_ends_with_a_sentence() -> None:
    said = "One sentence of some length follows another one here. " * 20
    short = excerpt(said)

    assert len(short) <= EXCERPT and short.endswith("here.")


def test_an_excerpt_does_not_end_where_a_list_would_begin() -> None:
    assert excerpt("Do this:\n\nFirst the one thing.") == "Do this:\n\nFirst the one thing."


@given(st.text(max_size=900))
def test_an_excerpt_is_never_longer_than_it_may_be(said: str) -> None:
    assert len(excerpt(said)) <= EXCERPT + 1
