"""Changing content in place: the change is there, and not one character beside it moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.editing import changed, emit, plain, removed
from bot.content.source import Node, parse

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"
WRITTEN = """\
# Ours, by hand.
responses:   # all of them
  utter_a:  # the first
  - text: "Hi: there"   # why
    buttons:
    - {title: A, payload: /a}   # one line

  # between
  utter_b:
  - text: |
      Long
      text
    # tail
  - text: plain text   # c2
    condition: [{type: slot, name: language, value: ru}]
slots:
session_config:
  session_expiration_time: 60  # minutes
  carry_over_slots_to_new_session: false
"""


def read(text: str) -> Any:
    return plain(parse("f", text))


def test_one_text_changes_and_nothing_else() -> None:
    value = read(WRITTEN)["responses"]["utter_b"]
    value[1]["text"] = "Другой: текст"
    after = changed("f", WRITTEN, ("responses", "utter_b"), value)
    assert after == WRITTEN.replace("plain text ", '"Другой: текст" ')


def test_block_stays_a_block_and_quotes_stay_quotes() -> None:
    texts: Any = [{"text": "Longer\ntext\nby a line\n"}, {"text": "plain text", "condition": [{"type": "slot", "name": "language", "value": "ru"}]}]  # fmt: skip
    after = changed("f", WRITTEN, ("responses", "utter_b"), texts)
    assert after == WRITTEN.replace("      Long\n      text\n", "      Longer\n      text\n      by a line\n")
    first: Any = [{"text": "Hi", "buttons": [{"title": "A", "payload": "/a"}]}]
    assert changed("f", WRITTEN, ("responses", "utter_a"), first) == WRITTEN.replace('"Hi: there"', '"Hi"')


def test_button_in_one_line_is_changed_in_its_line() -> None:
    wanted: Any = [{"text": "Hi: there", "buttons": [{"title": "Bee", "payload": "/b"}]}]
    assert changed("f", WRITTEN, ("responses", "utter_a"), wanted) == WRITTEN.replace("title: A, payload: /a", "title: Bee, payload: /b")  # fmt: skip


def test_new_entries_stand_behind_the_others() -> None:
    after = changed("f", WRITTEN, ("responses", "utter_c"), [{"text": "new"}])
    before, behind = WRITTEN.split("slots:")
    assert after == f"{before}  utter_c:\n  - text: new\nslots:{behind}"


def test_empty_section_is_filled() -> None:
    after = changed("f", WRITTEN, ("slots", "name"), {"type": "text", "mappings": [{"type": "custom"}]})
    assert read(after)["slots"] == {"name": {"type": "text", "mappings": [{"type": "custom"}]}}
    assert after.startswith(WRITTEN[: WRITTEN.index("slots:")])
    assert after.endswith(WRITTEN[WRITTEN.index("session_config") :])


def test_number_keeps_its_comment() -> None:
    after = changed("f", WRITTEN, ("session_config", "session_expiration_time"), 5)
    assert after == WRITTEN.replace("60  #", "5  #")


def test_removed_entry_takes_its_lines_and_no_others() -> None:
    after = removed("f", WRITTEN, ("responses", "utter_a"))
    gone = WRITTEN[WRITTEN.index("  utter_a") : WRITTEN.index("\n  # between")]
    assert after == WRITTEN.replace(gone, "")
    assert removed("f", WRITTEN, ("responses", "utter_z")) == WRITTEN


def test_file_that_is_empty_or_missing_a_section_gets_it() -> None:
    assert changed("f", "", ("responses", "utter_a"), [{"text": "x"}]) == "responses:\n  utter_a:\n  - text: x\n"
    assert changed("f", "version: '3.1'", ("intents",), ["a", "b"]) == "version: '3.1'\nintents: [a, b]"


def test_every_answer_of_the_example_business_can_be_changed_alone() -> None:
    text = (LANTERN / "domain.yml").read_text("utf-8")
    responses: Any = read(text)["responses"]
    for name, variations in list(responses.items())[::7]:
        wanted = [dict(one) for one in variations]
        old = wanted[0]["text"].rstrip("\n").split("\n")[-1]
        wanted[0]["text"] = wanted[0]["text"].replace(old, "Совсем другое: «так»")
        after = changed("domain.yml", text, ("responses", name), wanted)
        lines = [(a, b) for a, b in zip(text.split("\n"), after.split("\n"), strict=True) if a != b]
        assert len(lines) == 1 and old in lines[0][0], name


texts = st.text(alphabet="ab Ы:#-'\"{}[]|>&*!%@`,?\n\t\\é…~0", max_size=12)
values = st.recursive(
    texts | st.integers(-9, 9) | st.booleans(),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, min_size=1),
    max_leaves=6,
)


@given(values)
def test_whatever_is_written_is_read_again(value: Any) -> None:
    assert read(emit({"k": value}, 0)) == {"k": value}


@given(values, st.sampled_from(("\n", "\r\n")), st.text(alphabet="я🙂\u2028\x85\ufeff", max_size=3))
def test_every_value_stands_where_it_is_said_to_stand(value: Any, end: str, comment: str) -> None:
    text = f"# {comment}{end}" + emit({"k": value}, 0).replace("\n", end)
    for node in scalars(parse("f", text)):
        written = text[node.start : node.end]
        assert node.line == text.count("\n", 0, node.start) + 1
        assert node.literal or read(written) == node.value


def scalars(node: Node) -> Iterator[Node]:
    if isinstance(node.value, list | dict):
        inner = node.value.values() if isinstance(node.value, dict) else node.value
        for one in (*node.keys.values(), *inner):
            yield from scalars(one)
    else:
        yield node


@given(values, values)
def test_any_value_becomes_any_other(one: Any, other: Any) -> None:
    text = "# head\nbefore: 1  # c\n" + emit({"k": one}, 0) + "# between\nafter: [x]\n"
    after = changed("f", text, ("k",), other)
    assert after.startswith("# head\nbefore: 1  # c\n") and after.endswith("after: [x]\n")
    assert read(after) == {"before": 1, "k": other, "after": ["x"]}


@pytest.mark.parametrize(
    "text", ["yes", "no", "on", "null", "1", "1.5", "- a", "a: b", "a #b", " a", "#a", "*a", "🙂", ""]
)
def test_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    assert read(changed("f", "a: b\n", ("a",), text)) == {"a": text}
