"""Every kind of update is read as its fixture says, and nothing that may come is lost or fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiogram.types import Update
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.codec import BotFace, Ignored, Item, MustLeave, read
from gateway.model.markup import units
from gateway.ports import Edited, Inbound

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.json"))
FACE = BotFace(
    business="lantern", inbox="telegram-1", bot_id=12345, username="lantern_test_bot", locales=("en", "ru"),
    groups="addressed", key=b"TEST-key-of-the-buttons-32-bytes",
)  # fmt: skip


def fixture(path: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(path.read_text())
    return held


ALL = [fixture(path) for path in FIXTURES]
"""``update`` as documented (but for those that say ``undocumented``), ``face``: what differs, ``expected``: the items."""


def face_of(held: dict[str, Any]) -> BotFace:
    return msgspec.structs.replace(FACE, **held.get("face", {}))


def told(struct: msgspec.Struct) -> dict[str, Any]:
    """The fields that have another value than by default, as JSON."""
    shown: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if field.required or (value != field.default and value != {}):
            shown[field.name] = as_told(value)
    return shown


def as_told(value: Any) -> Any:
    if isinstance(value, tuple):
        return [as_told(one) for one in value]
    return told(value) if isinstance(value, msgspec.Struct) else value


def item_told(item: Item) -> dict[str, Any]:
    return {"item": type(item).__name__} | told(item)


def with_locale(expected: dict[str, Any]) -> dict[str, Any]:
    """English is the default of an arrival, and so isn't told."""
    inner = {name: with_locale(value) for name, value in expected.items() if name in ("opened", "now")}
    if expected.get("locale") == "en" and expected.get("item") not in ("PressedButton", "SpoiledPress"):
        expected = {name: value for name, value in expected.items() if name != "locale"}
    return expected | inner


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_update_is_read_as_its_fixture_says(path: Path) -> None:
    held = fixture(path)
    expected = [with_locale(one) for one in held["expected"]]
    assert [item_told(item) for item in read(held["update"], face_of(held))] == expected
    assert read(json.dumps(held["update"]).encode(), face_of(held)) == read(held["update"], face_of(held))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixture_has_a_documented_shape(path: Path) -> None:
    held = fixture(path)
    if held.get("undocumented"):
        assert path.stem.startswith(("unknown", "text_of_another", "reply_of_another"))
        return
    update = Update.model_validate(held["update"])
    assert set(held["update"]) == set(update.model_dump(exclude_none=True, by_alias=True))
    assert not unknown_fields(update)


def unknown_fields(held: Any) -> list[str]:
    """Names that aiogram, and so the Bot API's documentation, doesn't know; its types keep them aside."""
    if isinstance(held, list):
        return [name for one in held for name in unknown_fields(one)]
    extra = list(getattr(held, "model_extra", None) or ())
    fields = getattr(type(held), "model_fields", {})
    return extra + [name for field in fields for name in unknown_fields(getattr(held, field))]


def test_webhook_body_that_is_no_update_is_ignored() -> None:
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b"{}",
        b'{"update_id":"7"}',
        b'{"update_id":-1}',
        b"[" * 9999,
    ):
        assert read(body, FACE) == (Ignored(why="not an update"),)


def test_lone_surrogates_are_storable() -> None:
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}}
    update["message"] |= {"text": "a\ud83d", "from": {"id": 5, "first_name": "\udc00M"}}  # type: ignore[operator]
    (item,) = read(update, FACE)
    assert isinstance(item, Inbound)
    assert (item.text, item.name) == ("a?", "?M")


KEYS = sorted({key for held in ALL for part in held["update"].values() if isinstance(part, dict) for key in part})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.floats() | st.text(max_size=30)
    | st.sampled_from(["/start", "/operator", "private", "supergroup", "channel", "@lantern_test_bot", "\u202e\x00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A fixture's update with some of its values, at any depth, changed, gone or joined by others."""
    update: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(ALL))["update"]))
    for _ in range(draw(st.integers(1, 5))):
        held: Any = update
        for _ in range(draw(st.integers(0, 4))):
            inner = [one for one in (held.values() if isinstance(held, dict) else held) if isinstance(one, dict | list)]
            if not inner:
                break
            held = draw(st.sampled_from(inner))
        if isinstance(held, list):
            held.append(draw(VALUES))
        elif draw(st.booleans()) and held:
            held[draw(st.sampled_from(sorted(held)))] = draw(VALUES)
        else:
            held[draw(st.sampled_from(KEYS))] = draw(VALUES)
    return update


def said(items: tuple[Item, ...]) -> list[Inbound]:
    return [one.now if isinstance(one, Edited) else one for one in items if isinstance(one, Inbound | Edited)]


def judge(items: tuple[Item, ...]) -> None:
    assert items
    for item in items:
        msgspec.json.encode(item)
    for inbound in said(items):
        assert inbound.text or inbound.files or inbound.place or inbound.phone or inbound.unsupported
        whole = units(inbound.text)
        assert all(span.at >= 0 and span.length > 0 and span.at + span.length <= whole for span in inbound.spans)
        assert len(inbound.name) <= 120 and len(inbound.author) <= 120 and len(inbound.quote) <= 200


@given(mutated(), st.sampled_from(["addressed", "leave"]))
def test_no_update_fails(update: dict[str, Any], groups: Any) -> None:
    judge(read(update, msgspec.structs.replace(FACE, groups=groups)))


@given(VALUES | st.dictionaries(st.sampled_from(["update_id", "message", "callback_query", *KEYS]), VALUES))
def test_no_garbage_fails(update: Any) -> None:
    judge(read(update, FACE))


@given(st.binary(max_size=200))
def test_no_bytes_fail(body: bytes) -> None:
    assert read(body, FACE)


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=12), VALUES, max_size=6))
def test_message_of_a_person_is_never_lost(body: dict[str, Any]) -> None:
    """Whatever it holds: there is an input with the update's key, or the chat was opened, or it says nothing by its kind."""
    kept = {key: value for key, value in body.items() if key not in ("chat", "from", "message_id")}
    message = {**kept, "message_id": 7, "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": False}}
    items = read({"update_id": 77, "message": message}, FACE)
    judge(items)
    assert all(one.key == "77" for one in items if not isinstance(one, MustLeave)), items  # type: ignore[union-attr]
    assert not [one for one in items if isinstance(one, Ignored) and one.why != "a service message"]


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-3, 50), st.integers(-3, 50)), max_size=5))
def test_spans_still_cover_their_words(text: str, places: list[tuple[int, int]]) -> None:
    """What is left of a span's words is what the span covers once unwanted characters are gone."""
    entities = [{"type": "bold", "offset": at, "length": length} for at, length in places]
    message = {
        "message_id": 7,
        "date": 9,
        "chat": {"id": 5, "type": "private"},
        "text": f"<{text}>",
        "entities": entities,
    }
    (item,) = read({"update_id": 77, "message": message}, FACE)
    assert isinstance(item, Inbound)
    judge((item,))
    whole = f"<{text}>".encode("utf-16-le", "replace")
    covered = [whole[2 * at : 2 * (at + length)] for at, length in places if at >= 0 and length > 0]
    left = item.text.encode("utf-16-le")
    wanted = [words for words in map(clean_units, covered) if words]
    assert [left[2 * span.at : 2 * (span.at + span.length)] for span in item.spans] == wanted


def clean_units(words: bytes) -> bytes:
    pairs = [words[at : at + 2] for at in range(0, len(words), 2)]
    return b"".join(pair for pair in pairs if not unwanted(int.from_bytes(pair, "little")))


def unwanted(unit: int) -> bool:
    return (
        unit < 9 or 0x0B <= unit <= 0x1F or 0x7F <= unit <= 0x9F or 0x202A <= unit <= 0x202E or 0x2066 <= unit <= 0x2069
    )
