"""Reading test conversations: Rasa's end-to-end stories, in files below ``tests/`` or called ``test_….yml``.

A story is a row of customer's turns, each with what is expected of it, step by step as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from bot.content import is_test
from bot.content.draft import Draft
from bot.content.errors import ContentError, Finding
from bot.content.nlu import read_example
from bot.content.source import Node, parse, read_text, yaml_files
from bot.content.types import MANY, Mark
from gateway.faults import content as faults
from gateway.language import clean, is_cyrillic, words

MAX_STORIES = 2_000
"""More are no test that somebody waits for."""
UNTOLD = frozenset({"action_listen", "action_session_start"})
"""Actions that Rasa has between turns; here they are no actions."""

Kind = Literal["intent", "action", "slot", "loop", "says"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected: an intent, an action, a slot (``value``: ``MANY`` for any, "" for none), the form that runs ("":
    none), or a text that the bot says. ``number``: which step of its story it is, from 1."""

    kind: Kind
    name: str
    number: int
    line: int
    value: str = ""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer writes (or presses, by its payload), and what is expected of it."""

    text: str
    number: int
    line: int
    choice: str = ""
    marks: tuple[Mark, ...] = ()
    steps: tuple[Step, ...] = ()


class WrittenStory(msgspec.Struct, frozen=True, kw_only=True):
    """``facts``: slots that are known before it begins."""

    name: str
    file: str
    line: int
    facts: dict[str, str] = {}
    turns: tuple[Turn, ...] = ()

    @property
    def locale(self) -> str:
        """The language of what its customer writes."""
        said = [word for turn in self.turns for word in words(clean(turn.text))]
        return "ru" if any(map(is_cyrillic, said)) else "en"


def read_stories(folder: Path) -> tuple[tuple[WrittenStory, ...], tuple[Finding, ...]]:
    """Every test story below the folder, and what of them isn't honoured. Raises ``ContentError``."""
    return stories_of((name, read_text(name, path)) for name, path in yaml_files(folder) if is_test(name))


def stories_of(files: Iterable[tuple[str, str]]) -> tuple[tuple[WrittenStory, ...], tuple[Finding, ...]]:
    """As ``read_stories``, of files as (relative name, text); a file without ``stories:`` holds none."""
    draft, found = Draft(), list[WrittenStory]()
    for name, text in files:
        if "stories" not in text or name.split("/")[0] in ("models", "results"):
            continue
        root = parse(name, text).fields("A test file")
        for entry in root["stories"].items("stories") if "stories" in root else []:
            story = _story(draft, entry)
            found += [story] if story is not None else []
            if len(found) > MAX_STORIES:
                raise ContentError(faults.TESTS_MANY(limit=MAX_STORIES), file=name, line=entry.line)
    return tuple(found), tuple(draft.findings)


def _story(draft: Draft, entry: Node) -> WrittenStory | None:
    """None where one of its steps can't be followed: half a story tests nothing."""
    fields = entry.fields("A story")
    if "story" not in fields or "steps" not in fields:
        raise entry.error(faults.STORY())
    name = fields["story"].text("story")
    turns: list[Turn] = []
    facts: dict[str, str] = {}
    for number, node in enumerate(fields["steps"].items(f"The steps of “{name}”"), 1):
        step = node.fields("A step")
        if "user" in step or ("intent" in step and "or" not in step):
            turns.append(_turn(draft, node, step, number))
            continue
        expected = _expected(node, step, number)
        if expected is None:
            draft.note(node, faults.STEP(step=next(iter(step), "…"), name=name))
            return None
        if turns:
            turns[-1] = msgspec.structs.replace(turns[-1], steps=(*turns[-1].steps, *expected))
        else:
            facts |= {one.name: one.value for one in expected if one.kind == "slot" and one.value != MANY}
    return WrittenStory(name=name, file=entry.file, line=entry.line, facts=facts, turns=tuple(turns))


def _turn(draft: Draft, node: Node, step: dict[str, Node], number: int) -> Turn:
    """A text with its annotations; without a ``user:``, the intent's button."""
    intent = step["intent"].text("intent") if "intent" in step else ""
    draft.note_others(step, ("user", "intent", "entities"), "user")
    if "user" not in step:
        named = dict(_pair(one) for one in step["entities"].items("entities")) if "entities" in step else {}
        payload = f"/{intent}" + (msgspec.json.encode(named).decode() if named else "")
        return Turn(text=payload, choice=payload, number=number, line=node.line)
    text = step["user"].text("user").strip()
    line = step["user"].line + step["user"].literal
    if text.startswith("/"):
        return Turn(text=text, choice=text, number=number, line=line)
    said = read_example(draft, Node(node.file, line, text))
    expected = (Step(kind="intent", name=intent, number=number, line=node.line),) if intent else ()
    return Turn(text=said.text, marks=said.marks, number=number, line=line, steps=expected)


def _expected(node: Node, step: dict[str, Node], number: int) -> tuple[Step, ...] | None:
    kind = next((name for name in ("action", "slot_was_set", "active_loop", "bot_was", "bot") if name in step), "")
    match kind:
        case "action":
            name = step["action"].text("action")
            return () if name in UNTOLD else (Step(kind="action", name=name, number=number, line=node.line),)
        case "active_loop":
            form = "" if step[kind].value is None else step[kind].text(kind)
            return (Step(kind="loop", name=form, number=number, line=node.line),)
        case "bot" | "bot_was":
            return (Step(kind="says", name=step[kind].text(kind).strip(), number=number, line=node.line),)
        case "slot_was_set":
            return _slots(step[kind], number)
        case _:
            return None


def _slots(node: Node, number: int) -> tuple[Step, ...]:
    entries = node.items("slot_was_set") if isinstance(node.value, list) else [node]
    found = []
    for entry in entries:
        each = [{name: one} for name, one in entry.value.items()] if isinstance(entry.value, dict) else [entry.value]
        for one in each:
            name, value = _pair(Node(entry.file, entry.line, one))
            found.append(Step(kind="slot", name=name, value=value, number=number, line=entry.line))
    return tuple(found)


def _pair(node: Node) -> tuple[str, str]:
    """``name`` alone, or ``name: value``; null is no value."""
    if not isinstance(node.value, dict) or not node.value:
        return node.text("A name"), MANY
    name, value = next(iter(node.value.items()))
    return name, "" if value.value is None else value.text("A value")
