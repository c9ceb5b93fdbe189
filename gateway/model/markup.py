"""The marks that bot and operators may write in a text, and the spans that they mean. Pure.

``**bold**``, ``*italic*``, ``~~struck~~``, ``||hidden||``, ``` `code` ```, fenced blocks, ``> quoted lines`` and
``[words](https://address)``: a subset of CommonMark that everybody types anyway. What isn't closed, or stands inside a
word or a bare address, is text; nothing that is written can fail.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.model.events import Span, SpanKind

SCHEMES = ("https://", "http://", "mailto:", "tel:")
_MARK = re.compile(
    r"```(?:[\w+-]*\n)?(?P<pre>.+?)\n?```"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>(?=\S).+?(?<=\S))\*\*"
    r"|(?<![\w*])\*(?P<italic>(?=[^\s*])[^*\n]*[^\s*])\*(?![\w*])"
    r"|(?<!\w)_(?P<slant>(?=[^\s_])[^_\n]*[^\s_])_(?!\w)"
    r"|~~(?P<strike>(?=\S).+?(?<=\S))~~"
    r"|\|\|(?P<spoiler>(?=\S).+?(?<=\S))\|\|"
    r"|\[(?P<link>[^\[\]\n]+)\]\((?P<url>[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)"
    r"|(?P<quote>(?:^> ?[^\n]*(?:\n|\Z))+)"
    r"|(?<!\w)(?P<address>(?:https?://|mailto:|tel:)\S+)",
    re.DOTALL | re.MULTILINE,
)
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_KINDS: dict[str, SpanKind] = {
    "pre": "pre", "code": "code", "bold": "bold", "italic": "italic", "slant": "italic", "strike": "strike",
    "spoiler": "spoiler", "link": "link", "quote": "quote",
}  # fmt: skip
DEPTH = 4


class Marked(NamedTuple):
    """A text without its marks, and how it looks."""

    text: str
    spans: tuple[Span, ...] = ()


def units(text: str) -> int:
    """How many UTF-16 units a text has: what messengers and browsers count."""
    return len(text) + sum(ch > "\uffff" for ch in text)


def read_markup(text: str) -> Marked:
    """What ``text`` says once its marks are read; outer spans come before those within them."""
    return _read(text, 0, DEPTH)


def plain(text: str) -> str:
    """The text without its marks."""
    return read_markup(text).text


def _read(text: str, at: int, depth: int) -> Marked:
    """``at``: where this text begins in the whole, in UTF-16 units."""
    said: list[str] = []
    spans: list[Span] = []
    done = 0
    for match in _MARK.finditer(text) if depth else ():
        name = match.lastgroup if match.lastgroup != "url" else "link"
        assert name is not None
        url = match["url"] or ""
        if name == "address" or (name == "link" and not url.startswith(SCHEMES)):
            continue
        said.append(text[done : match.start()])
        at += units(said[-1])
        kind, words, tail = _KINDS[name], match[name], ""
        if kind == "quote":
            words = _QUOTED.sub("", words)
            words, tail = (words[:-1], "\n") if words.endswith("\n") else (words, "")
        inner = Marked(words) if kind in ("code", "pre") else _read(words, at, depth - 1)
        length = units(inner.text)
        if length:
            spans += [Span(kind=kind, at=at, length=length, url=url), *inner.spans]
        said += [inner.text, tail]
        at += length + len(tail)
        done = match.end()
    said.append(text[done:])
    return Marked("".join(said), tuple(spans))
