"""The example business: its own end-to-end stories, and how well it is understood.

Floors: the figures of ``benchmarks.nlu`` when they were set, less about three points (of 384 held-out messages in
scope, one point is four messages) so that a better worded example doesn't break the build and a broken feature does.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.nlu import lantern
from bot import artifact, engine, worker
from bot.content import read_content
from bot.content.draft import Draft
from bot.content.nlu import read_nlu
from bot.content.source import Node, parse, read_text
from gateway.ports import TurnInput, TurnRequest, TurnResult

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"
FLOORS = {
    "lantern.ru.accuracy": 0.90,
    "lantern.en.accuracy": 0.90,
    "lantern.ru.slips": 0.87,
    "lantern.en.slips": 0.87,
    "lantern.ru.layout": 0.88,
    "lantern.ru.translit": 0.86,
    "lantern.far": 0.90,
    "lantern.near": 0.75,
    "lantern.auroc": 0.95,
    "lantern.answered": 0.80,
    "lantern.asked_with_right_button": 0.90,
}
CEILINGS = {"lantern.answered_wrong": 0.04, "lantern.outside_answered": 0.10}


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return lantern(1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("lantern") / "lantern.bot"
    assert isinstance(worker.train(LANTERN, target), worker.Done)
    return target


def steps() -> list[tuple[str, str, list[str]]]:
    """Every customer's turn of the stories: text, intent, and the actions that follow."""
    path = LANTERN / "tests" / "test_stories.yml"
    stories = parse(path.name, read_text(path.name, path)).fields("file")["stories"].items("stories")
    found: list[tuple[str, str, list[str]]] = []
    for story in stories:
        for step in story.fields("story")["steps"].items("steps"):
            fields = step.fields("step")
            if "user" in fields:
                found.append((plain(fields["user"]), fields["intent"].text("intent"), []))
            elif "action" in fields:
                found[-1][2].append(fields["action"].text("action"))
    return found


def plain(user: Node) -> str:
    """The text without its annotations, as a customer would write it."""
    draft = Draft()
    entry = Node(
        "t", 1, {"intent": Node("t", 1, "x"), "examples": Node("t", 1, [Node("t", 1, user.text("u").strip())])}
    )
    read_nlu(draft, Node("t", 1, [entry]))
    return draft.examples["x"][0].text


async def answer(path: Path, text: str) -> TurnResult:
    bot = engine()
    await bot.load("lantern", path)
    inputs = (TurnInput(seq=1, text=text),)
    return await bot.turn(
        TurnRequest(id="t", business="lantern", conversation="c", inputs=inputs, locale="ru", misses=0, facts={}, now=0)
    )


@pytest.mark.parametrize(("text", "intent"), sorted({(text, intent) for text, intent, _ in steps()}))
def test_every_story_is_understood(trained: Path, text: str, intent: str) -> None:
    assert artifact.read(trained).reader.read(text).intents[0][0] == intent


@pytest.mark.parametrize(
    ("text", "actions"),
    [(text, actions) for text, _, actions in steps() if not any("form" in a or "loop" in a for a in actions)],
)
def test_every_story_outside_a_form_is_answered_as_written(trained: Path, text: str, actions: list[str]) -> None:
    result = asyncio.run(answer(trained, text))
    responses = artifact.read(trained).content.responses
    said = [name for name in actions if name.startswith("utter_")]
    if result.outcome in ("answered", "handoff"):
        assert ("action_handoff" in actions) == (result.handoff is not None)
        for name, reply in zip(said, result.replies, strict=False):
            assert reply.text in {variation.text for variation in responses[name]}
    else:
        assert result.outcome == "clarify"


@pytest.mark.parametrize("name", FLOORS)
def test_held_out_messages_reach_the_floor(figures: dict[str, float], name: str) -> None:
    assert figures[name] >= FLOORS[name]


@pytest.mark.parametrize("name", CEILINGS)
def test_mistakes_stay_below_the_ceiling(figures: dict[str, float], name: str) -> None:
    assert figures[name] <= CEILINGS[name]


def test_all_but_rasas_own_settings_is_honoured() -> None:
    assert [finding.file for finding in read_content(LANTERN).findings] == ["config.yml"]
