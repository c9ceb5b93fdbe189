"""Markdown of articles: as HTML that can do no harm, and as plain words. Pure.

No HTML of the writer's own, no pictures (each would tell another server who reads), and links only to ``http``, ``https``,
``mailto`` and ``tel``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

EXCERPT = 400
"""Characters of an excerpt."""
_SAFE = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
_END = re.compile(r"[.!?…:]\s")
_LOWEST = 6


@cache
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    reader.validateLink = lambda url: bool(_SAFE.match(url))  # type: ignore[method-assign]
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("heading_open", _heading)
    reader.add_render_rule("heading_close", _heading)
    reader.add_render_rule("table_open", lambda *_: '<div class="table"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def _link_open(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tokens[at].attrSet("rel", "nofollow noopener")
    return str(self.renderToken(tokens, at, options, env))


def _heading(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """The page's own heading is the title: what an article has begins below it."""
    token = tokens[at]
    level = min(_LOWEST, int(token.tag[1:]) + 1)
    return f"<h{level}>" if token.nesting == 1 else f"</h{level}>\n"


@lru_cache(maxsize=256)  # a page that many read is rendered once
def to_html(text: str) -> str:
    """A piece of HTML, whatever was written."""
    return str(_reader().render(text))


def to_plain(text: str) -> str:
    """The words as a messenger shows them: paragraphs, lists by their signs, links with their addresses."""
    return _Plain().read(_reader().parse(text))


class _Plain:
    """Blocks of a text, one after another. ``_lists``: the number of the next item in each list that is open, or None."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._lists: list[int | None] = []
        self._item = ""
        self._row: list[str] | None = None

    def read(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            match token.type:
                case "inline" if self._row is not None:
                    self._row.append(_words_of(token))
                case "inline":
                    self._add(_words_of(token))
                case "fence" | "code_block":
                    self._add(token.content.rstrip("\n"))
                case "bullet_list_open":
                    self._lists.append(None)
                case "ordered_list_open":
                    self._lists.append(int(token.attrGet("start") or 1))
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                case "list_item_open":
                    self._item = self._sign()
                case "tr_open":
                    self._row = []
                case "tr_close":
                    row, self._row = self._row or [], None
                    self._item = "• "
                    self._add(" — ".join(cell for cell in row if cell))
                case _:
                    pass
        return re.sub(r"\n{3,}", "\n\n", "".join(self._blocks)).strip()

    def _sign(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "• "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _add(self, words: str) -> None:
        if not words:
            return
        inside = "  " * max(0, len(self._lists) - 1)
        follows = bool(self._item) and bool(self._blocks)
        self._blocks.append(("\n" if follows else "\n\n") + inside + self._item + words)
        self._item = ""


def _words_of(inline: Token) -> str:
    said: list[str] = []
    address, since = "", 0
    for token in inline.children or ():
        match token.type:
            case "text" | "code_inline":
                said.append(token.content)
            case "softbreak":
                said.append(" ")
            case "hardbreak":
                said.append("\n")
            case "link_open":
                address, since = str(token.attrGet("href") or ""), len(said)
            case "link_close":
                shown = "".join(said[since:])
                bare = re.sub(r"^(?:mailto:|tel:)", "", address)
                if bare and bare not in (shown, f"http://{shown}", f"https://{shown}"):
                    said.append(f" ({bare})")
            case _:
                pass
    return "".join(said).strip()


def excerpt(said: str, most: int = EXCERPT) -> str:
    """The beginning of plain words: whole paragraphs as far as they fit, else whole sentences, else words."""
    kept = ""
    for paragraph in said.split("\n\n"):
        longer = f"{kept}\n\n{paragraph}" if kept else paragraph
        if len(longer) > most:
            break
        kept = longer
        if len(kept) >= most // 3 and not kept.endswith(":"):
            break
    if kept and not kept.endswith(":"):
        return kept
    head = said[:most]
    ends = [match.end() for match in _END.finditer(head) if match.end() > most // 4 and match[0][0] != ":"]
    if len(said) <= most:
        return said
    return head[: ends[-1]].strip() if ends else head.rsplit(None, 1)[0] + "…"
