"""The end-to-end stories of a business as data, and what a talk with an engine must have made of them."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from bot.content import read_content
from bot.content.draft import Draft
from bot.content.nlu import read_nlu
from bot.content.source import Node, parse, read_text
from bot.content.types import Content
from gateway.ports import TurnResult

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"
HANDOFF = "action_handoff"
_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer says, what is to be understood, and what is to follow. ``slots``: what must be known then."""

    text: str
    intent: str
    actions: tuple[str, ...] = ()
    slots: dict[str, str] = {}


class Story(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    steps: tuple[Step, ...]

    @property
    def locale(self) -> str:
        return self.name[:2]


def read_stories(folder: Path = LANTERN) -> tuple[Story, ...]:
    """Every story of the folder's tests, in order."""
    path = folder / "tests" / "test_stories.yml"
    found = parse(path.name, read_text(path.name, path)).fields("file")["stories"].items("stories")
    return tuple(
        Story(name=fields["story"].text("story"), steps=_steps(fields["steps"]))
        for fields in (story.fields("story") for story in found)
    )


def _steps(node: Node) -> tuple[Step, ...]:
    found: list[Step] = []
    for step in node.items("steps"):
        fields = step.fields("step")
        if "user" in fields:
            found.append(Step(text=plain(fields["user"]), intent=fields["intent"].text("intent")))
        elif "action" in fields:
            actions = (*found[-1].actions, fields["action"].text("action"))
            found[-1] = msgspec.structs.replace(found[-1], actions=actions)
        elif "slot_was_set" in fields:
            slots = {
                name: value.text("a slot")
                for entry in fields["slot_was_set"].items("slots")
                for name, value in entry.fields("slot").items()
            }
            found[-1] = msgspec.structs.replace(found[-1], slots=found[-1].slots | slots)
    return tuple(found)


def plain(user: Node) -> str:
    """The text without its annotations, as a customer would write it."""
    draft = Draft()
    entry = Node(
        "t", 1, {"intent": Node("t", 1, "x"), "examples": Node("t", 1, [Node("t", 1, user.text("u").strip())])}
    )
    read_nlu(draft, Node("t", 1, [entry]))
    return draft.examples["x"][0].text


class Judge:
    """Holds what an engine did against a story."""

    def __init__(self, content: Content) -> None:
        self._content = content

    @classmethod
    def of(cls, folder: Path = LANTERN) -> Judge:
        return cls(read_content(folder).content)

    def objections(self, step: Step, result: TurnResult, facts: dict[str, str]) -> list[str]:
        """What isn't as it was written; nothing where all is."""
        found = []
        said = [reply.text for reply in result.replies]
        rest = list(said)
        for action in step.actions:
            wordings = self._wordings(action)
            if not wordings:
                continue
            at = next((at for at, text in enumerate(rest) if any(one.fullmatch(text) for one in wordings)), None)
            if at is None:
                found.append(f"{action} isn't said; said is {said}")
            else:
                rest = rest[at + 1 :]
        if (HANDOFF in step.actions) != (result.handoff is not None):
            found.append(f"handoff: {result.handoff}")
        found += [
            f"{name} is {facts.get(name)!r}" for name, value in step.slots.items() if not same(facts.get(name), value)
        ]
        return found

    def _wordings(self, action: str) -> list[re.Pattern[str]]:
        """Patterns of what the action may say; a form asks for one of its slots, unless the last one was told."""
        names = [action]
        form = self._content.forms.get(action)
        if form is not None:
            return []
        texts = [one.text for name in names for one in self._content.responses.get(name, ())]
        return [re.compile(_PLACEHOLDER.sub(".+", re.escape(text)), re.DOTALL) for text in texts]

    def asks(self, step: Step, result: TurnResult) -> str:
        """The slot that the last reply asks for, where the story has the form go on."""
        last = result.replies[-1].text if result.replies else ""
        for form in self._content.forms.values():
            for one in form.fields:
                if any(
                    last == variation.text for variation in self._content.responses.get(f"utter_ask_{one.slot}", ())
                ):
                    return one.slot
        return ""


def same(told: str | None, wanted: str) -> bool:
    """A phone's digits are the phone, however it is written."""
    digits = [re.sub(r"\D", "", value or "")[-10:] for value in (told, wanted)]
    return told == wanted or (len(digits[1]) >= 7 and digits[0] == digits[1])
