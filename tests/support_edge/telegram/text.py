"""Text with its entities, and keyboards, held to the documented limits.

Lengths are counted in UTF-16 code units, as offsets of entities are. The documentation says "characters after entities
parsing"; counting units is the stricter reading, and whoever keeps to it is right under either.
Whitespace at both ends is cut before counting, as Telegram does; a text that is only whitespace is empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.support_edge.telegram.errors import bad_request
from tests.support_edge.telegram.params import Entity, InlineButton, Markup

TEXT = 4096
CAPTION = 1024
DATA_BYTES = 64
ENTITIES = 100

_FIELDS = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id", "date_time": "unix_time"}
_MODES = ("html", "markdown", "markdownv2")
_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "code": "code",
    "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler", "tg-emoji": "custom_emoji",
}  # fmt: skip
_MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler", "`": "code"}
_AUTOMATIC = (
    ("bot_command", re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,64}(?:@\w{3,32})?")),
    ("url", re.compile(r"https?://[^\s<>\"]+")),
    ("email", re.compile(r"(?<![\w.])[\w.+-]+@[\w-]+\.[\w.]*\w")),
    ("mention", re.compile(r"(?<![\w@.])@\w{4,32}")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
    ("phone_number", re.compile(r"(?<!\w)\+\d[\d \-()]{8,16}\d")),
)


def units(text: str) -> int:
    """UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def judge(
    text: str, parse_mode: str | None, entities: Sequence[Entity] | None, *, limit: int, too_long: str
) -> tuple[str, list[dict[str, Any]]]:
    """The text as stored and its entities. Raises ``Refusal``."""
    if parse_mode and parse_mode.lower() not in _MODES:
        raise bad_request("unsupported parse_mode")
    if entities:
        checked = [_entity(entity, text) for entity in entities]
    elif parse_mode and parse_mode.lower() == "html":
        text, checked = from_html(text)
    elif parse_mode:
        text, checked = from_markdown(text)
    else:
        checked = []
    text, checked = _strip(text, checked)
    if "\x00" in text:
        raise bad_request("strings must be encoded in UTF-8")
    if units(text) > limit:
        raise bad_request(too_long)
    found = checked[:ENTITIES]
    if not any(entity["type"] in ("code", "pre", "text_link") for entity in found):
        found = found + automatic(text)
    return text, sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def automatic(text: str) -> list[dict[str, Any]]:
    """The entities that Telegram finds by itself: commands, links, mentions …"""
    if not any(mark in text for mark in "/@#+"):
        return []
    return [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for kind, pattern in _AUTOMATIC
        for match in pattern.finditer(text)
    ]


def _entity(entity: Entity, text: str) -> dict[str, Any]:
    if entity.length <= 0 or entity.offset < 0:
        raise bad_request("can't parse entities: receive an entity with incorrect offset or length")
    needed = _FIELDS.get(entity.type)
    if needed and getattr(entity, needed) is None:
        raise bad_request(f'can\'t parse entities: field "{needed}" must be given for {entity.type}')
    if entity.offset + entity.length > units(text):
        raise bad_request("can't parse entities: entity ends after the end of the text")
    raw = text.encode("utf-16-le", "surrogatepass")
    for end, where in ((entity.offset, "begins"), (entity.offset + entity.length, "ends")):
        if 0xDC00 <= int.from_bytes(raw[2 * end : 2 * end + 2], "little") <= 0xDFFF:
            raise bad_request(f"can't parse entities: entity {where} in a middle of a UTF-16 symbol at offset {end}")
    body: dict[str, Any] = msgspec.to_builtins(entity)
    return body


def _strip(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    stripped = text.strip()
    if stripped == text:
        return text, entities
    cut, end = units(text) - units(text.lstrip()), units(stripped)
    kept = []
    for entity in entities:
        first = max(0, entity["offset"] - cut)
        last = min(end, entity["offset"] + entity["length"] - cut)
        if first < last:
            kept.append({**entity, "offset": first, "length": last - first})
    return stripped, kept


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[tuple[str, dict[str, Any]]] = []
        self.entities: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind = _TAGS.get(tag)
        if kind is None or (tag == "span" and given.get("class") != "tg-spoiler"):
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}"')
        entity: dict[str, Any] = {"type": kind, "offset": units(self.text)}
        if tag == "a":
            entity["url"] = given.get("href") or ""
        elif tag == "tg-emoji":
            entity["custom_emoji_id"] = given.get("emoji-id") or ""
        elif tag == "blockquote" and "expandable" in given:
            entity["type"] = "expandable_blockquote"
        elif tag == "code" and (given.get("class") or "").startswith("language-"):
            entity["language"] = (given["class"] or "").removeprefix("language-")
        self.open.append((tag, entity))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise bad_request(f'can\'t parse entities: Unexpected end tag "{tag}"')
        entity = self.open.pop()[1]
        entity["length"] = units(self.text) - entity["offset"]
        if entity["length"]:
            self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data


def from_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{parser.open[-1][0]}\""
        )
    return parser.text, parser.entities


def from_markdown(text: str) -> tuple[str, list[dict[str, Any]]]:
    """MarkdownV2 without links and quotes: what must be escaped, and pairs of marks."""
    out, stack, entities, at = "", [("", 0)][:0], [], 0
    while at < len(text):
        mark = text[at : at + 2] if text[at : at + 2] in ("__", "||") else text[at]
        if mark == "\\" and at + 1 < len(text):
            out += text[at + 1]
            at += 2
        elif mark in _MARKS:
            if stack and stack[-1][0] == mark:
                first = stack.pop()[1]
                entities.append({"type": _MARKS[mark], "offset": first, "length": units(out) - first})
            else:
                stack.append((mark, units(out)))
            at += len(mark)
        elif mark in "[]()>#+-=|{}.!":
            raise bad_request(
                f"can't parse entities: Character '{mark}' is reserved and must be escaped with the preceding '\\'"
            )
        else:
            out += mark
            at += 1
    if stack:
        raise bad_request(f"can't parse entities: Can't find end of the entity starting with \"{stack[-1][0]}\"")
    return out, [entity for entity in entities if entity["length"]]


def good_url(url: str) -> bool:
    """What a button may open."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "tg":
        return bool(host)
    return parts.scheme in ("http", "https") and ("." in host or host == "localhost") and " " not in url


def markup(given: Markup | None, *, inline_only: bool = False) -> dict[str, Any] | None:
    """A keyboard as stored. Raises ``Refusal``."""
    if given is None:
        return None
    kinds = [
        name
        for name in ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")
        if getattr(given, name) is not None
    ]
    body: dict[str, Any] = msgspec.to_builtins(given)
    allowed = {
        "inline_keyboard": {"inline_keyboard"},
        "keyboard": {
            "keyboard", "is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective",
        },
        "remove_keyboard": {"remove_keyboard", "selective"},
        "force_reply": {"force_reply", "input_field_placeholder", "selective"},
    }  # fmt: skip
    if len(kinds) != 1 or not set(body) <= allowed[kinds[0]]:
        raise bad_request("can't parse reply markup: object is of no documented kind")
    if inline_only and given.inline_keyboard is None:
        raise bad_request("inline keyboard expected")
    placeholder = given.input_field_placeholder
    if placeholder is not None and not 1 <= units(placeholder) <= 64:
        raise bad_request("input field placeholder must be of 1-64 characters")
    if given.inline_keyboard is not None:
        for row in given.inline_keyboard:
            for button in row:
                _inline_button(button)
        if sum(map(len, given.inline_keyboard)) > 100:
            raise bad_request("reply markup is too long")
    for key in (key for row in given.keyboard or () for key in row):
        if not key.text.strip():
            raise bad_request("text buttons can't be empty")
    return body


def _inline_button(button: InlineButton) -> None:
    if not button.text.strip():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    chosen = set(msgspec.to_builtins(button)) - {"text", "icon_custom_emoji_id", "style"}
    if len(chosen) != 1:
        raise bad_request("can't parse inline keyboard button: exactly one of the optional fields must be used")
    if button.callback_data is not None and not 1 <= len(button.callback_data.encode()) <= DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if button.url is not None and not good_url(button.url):
        raise bad_request(f"inline keyboard button URL '{button.url}' is invalid: Wrong HTTP URL")
    if button.web_app is not None and not button.web_app.url.startswith("https://"):
        raise bad_request(
            f"inline keyboard button Web App URL '{button.web_app.url}' is invalid: Only HTTPS links are allowed"
        )
    if button.copy_text is not None and not 1 <= units(button.copy_text.text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
