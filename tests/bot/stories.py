"""What a talk with an engine must have made of the example's test conversations, judged by what the customer sees."""

from __future__ import annotations

import re
from pathlib import Path

from bot.content import read_content
from bot.content.types import MANY, Content
from bot.testing.stories import Turn
from gateway.ports import TurnResult

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"
HANDOFF = "action_handoff"
_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


class Judge:
    """Holds what an engine did against a story."""

    def __init__(self, content: Content) -> None:
        self._content = content

    @classmethod
    def of(cls, folder: Path = LANTERN) -> Judge:
        return cls(read_content(folder).content)

    def objections(self, turn: Turn, result: TurnResult, facts: dict[str, str]) -> list[str]:
        """What isn't as it was written; nothing where all is."""
        found = []
        actions = actions_of(turn)
        said = [reply.text for reply in result.replies]
        rest = list(said)
        for action in actions:
            wordings = self._wordings(action)
            if not wordings:
                continue
            at = next((at for at, text in enumerate(rest) if any(one.fullmatch(text) for one in wordings)), None)
            if at is None:
                found.append(f"{action} isn't said; said is {said}")
            else:
                rest = rest[at + 1 :]
        if (HANDOFF in actions) != (result.handoff is not None):
            found.append(f"handoff: {result.handoff}")
        found += [
            f"{step.name} is {facts.get(step.name)!r}"
            for step in turn.steps
            if step.kind == "slot" and not same(facts.get(step.name), step.value)
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

    def asks(self, result: TurnResult) -> str:
        """The slot that the last reply asks for, where the story has the form go on."""
        last = result.replies[-1].text if result.replies else ""
        for form in self._content.forms.values():
            for one in form.fields:
                if any(
                    last == variation.text for variation in self._content.responses.get(f"utter_ask_{one.slot}", ())
                ):
                    return one.slot
        return ""


def actions_of(turn: Turn) -> tuple[str, ...]:
    """The actions that are expected, in order."""
    return tuple(step.name for step in turn.steps if step.kind == "action")


def same(told: str | None, wanted: str) -> bool:
    """A phone's digits are the phone, however it is written."""
    if wanted == MANY:
        return bool(told)
    digits = [re.sub(r"\D", "", value or "")[-10:] for value in (told, wanted)]
    return told == wanted or (len(digits[1]) >= 7 and digits[0] == digits[1])
