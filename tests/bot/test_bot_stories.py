"""Test conversations: read with their places, held with a trained bot, and told where they went wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import artifact, worker
from bot.actions import ActionCall, ActionDone
from bot.content import ContentError
from bot.testing.results import Results, StoryResult
from bot.testing.running import run_stories
from bot.testing.stories import read_stories, stories_of
from tests.bot.dialogues import Scripted, business

DOMAIN = """
entities: [guests, phone, city, service]
slots:
  guests: {type: float, mappings: [{type: from_entity, entity: guests}]}
  phone:
    type: text
    mappings:
    - {type: from_entity, entity: phone}
    - {type: from_text, conditions: [{active_loop: booking, requested_slot: phone}]}
  balance: {type: text, mappings: [{type: custom}]}
forms:
  booking: {required_slots: [guests, phone]}
actions: [action_balance]
responses:
  utter_price: [{text: "Dinner is 20."}]
  utter_hours: [{text: "From 9 to 21."}]
  utter_menu: [{text: "Soup."}]
  utter_balance: [{text: "It is {balance}."}]
  utter_ask_guests: [{text: "How many?"}]
  utter_ask_phone: [{text: "Which number?"}]
  utter_booked: [{text: "Booked."}]
  utter_left: [{text: "Left."}]
  utter_parking: [{text: "Somebody will tell.", custom: {handoff: {team: Yard}}}]
"""
RULES = """
rules:
- {rule: hours, steps: [{intent: hours}, {action: utter_hours}]}
- {rule: menu, steps: [{intent: menu}, {action: action_balance}, {action: utter_balance}]}
- {rule: book, steps: [{intent: book}, {action: booking}, {active_loop: booking}]}
- rule: booked
  condition: [{active_loop: booking}]
  steps: [{action: booking}, {active_loop: null}, {action: utter_booked}]
- rule: left
  condition: [{active_loop: booking}]
  steps: [{intent: deny}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_left}]
- rule: hours while booking
  condition: [{active_loop: booking}]
  steps: [{intent: hours}, {action: utter_hours}, {action: booking}, {active_loop: booking}]
- {rule: person, steps: [{intent: ask_person}, {action: action_handoff}]}
"""
EXTRAS = "forms: {booking: {fields: {guests: {kind: number, min: 1}, phone: {kind: phone}}}}\n"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> artifact.Bot:
    folder = business(tmp_path_factory.mktemp("table"), DOMAIN, rules=RULES, extras=EXTRAS)
    done = worker.train(folder, folder / "bot.bin")
    assert isinstance(done, worker.Done) and done.tests is None
    return artifact.read(folder / "bot.bin")


def held(bot: artifact.Bot, *steps: str, actions: Scripted | None = None) -> Results:
    text = "stories:\n- story: one\n  steps:\n" + "".join(f"  - {step}\n" for step in steps)
    stories, findings = stories_of([("tests/test_stories.yml", text)])
    assert not findings
    return asyncio.run(run_stories(bot, stories, actions))


def failure(bot: artifact.Bot, *steps: str) -> StoryResult:
    found = held(bot, *steps)
    assert (found.all, found.failed) == (1, 1)
    return found.stories[0]


HELD = {
    "an answer": ("{user: when are you open, intent: hours}", "action: utter_hours"),
    "an answer without a rule": ("{user: how much is dinner, intent: price}", "action: utter_price"),
    "only what is meant": ("{user: how much is dinner, intent: price}",),
    "its words": ("{user: when are you open}", 'bot: "From 9 to 21."'),
    "a button": ("intent: hours", "action: utter_hours"),
    "a payload": ("user: /hours", "action: utter_hours"),
    "Rasa's own waiting": ("{user: opening hours, intent: hours}", "action: utter_hours", "action: action_listen"),
    "a person": ("{user: call a human operator, intent: ask_person}", "action: action_handoff"),
    "a person by a response": ("{user: is there parking, intent: parking}", "action: utter_parking"),
    "nothing understood": ("{user: zyuzyublik, intent: nlu_fallback}", "action: action_default_fallback"),
    "a form": (
        "{user: book a table, intent: book}",
        "action: booking",
        "active_loop: booking",
        "slot_was_set: [{requested_slot: guests}]",
        "{user: 4, intent: inform}",
        "action: booking",
        "slot_was_set: [{guests: 4}]",
        "{user: how much is dinner, intent: price}",
        "action: utter_price",
        "action: booking",
        "{user: opening hours, intent: hours}",
        "action: utter_hours",
        "action: booking",
        '{user: "[+7 495 000-15-51](phone)", intent: inform}',
        "action: booking",
        "active_loop: null",
        "action: utter_booked",
        'slot_was_set: [{phone: "+7 (495) 000 15 51"}, guests]',
    ),
    "a form that is left": (
        "{user: book a table, intent: book}",
        "action: booking",
        "{user: no thanks, intent: deny}",
        "action: action_deactivate_loop",
        "active_loop: null",
        "action: utter_left",
        "slot_was_set: [{guests: null}]",
    ),
    "a custom action, as it is written": (
        "{user: show me the menu, intent: menu}",
        "action: action_balance",
        'slot_was_set: [{balance: "12"}]',
        "action: utter_balance",
        'bot: "It is 12."',
    ),
    "slots that are there before": (
        'slot_was_set: [{guests: "4"}]',
        "{user: book a table, intent: book}",
        "action: booking",
        "slot_was_set: [{requested_slot: phone}]",
    ),
}


@pytest.mark.parametrize("steps", HELD.values(), ids=HELD)
def test_story_passes_where_the_bot_does_as_it_is_written(bot: artifact.Bot, steps: tuple[str, ...]) -> None:
    found = held(bot, *steps)
    assert (found.all, found.failed) == (1, 0), found.stories


FAILED = {
    "another intent": (("{user: how much is dinner, intent: hours}",), (4, 1), "intent: hours", "intent: price"),
    "another action": (
        ("{user: how much is dinner, intent: price}", "action: utter_hours"),
        (5, 2),
        "action: utter_hours",
        "action: utter_price",
    ),
    "an action too many": (
        ("{user: book a table, intent: book}", "action: booking", "action: utter_booked"),
        (6, 3),
        "action: utter_booked",
        "action: action_listen",
    ),
    "an action too few": (
        ("{user: how much is dinner, intent: price}", "action: utter_price", "{user: 'no', intent: deny}", "action: x"),
        (7, 4),
        "action: x",
        "action: action_handoff",
    ),
    "another slot": (
        ("{user: book a table}", "action: booking", "{user: '4'}", "action: booking", "slot_was_set: [{guests: 5}]"),
        (8, 5),
        "slot_was_set: guests: 5",
        "guests: 4",
    ),
    "another form": (
        ("{user: how much is dinner}", "action: utter_price", "active_loop: booking"),
        (6, 3),
        "active_loop: booking",
        "active_loop: null",
    ),
    "other words": (("{user: opening hours}", "bot: Always."), (5, 2), "bot: Always.", "bot: From 9 to 21."),
    "an entity unseen": (
        ('{user: "how much is [dinner](city)", intent: price}', "action: utter_price"),
        (4, 1),
        "entity: [dinner](city)",
        "entity: –",
    ),
    "a doubt": (
        ("{user: zyuzyublik}", "action: utter_price"),
        (5, 2),
        "action: utter_price",
        "action: action_default_fallback",
    ),
}


@pytest.mark.parametrize(("steps", "place", "expected", "got"), FAILED.values(), ids=FAILED)
def test_story_that_fails_says_where_what_was_expected_and_what_came(
    bot: artifact.Bot, steps: tuple[str, ...], place: tuple[int, int], expected: str, got: str
) -> None:
    found = failure(bot, *steps)
    assert (found.file, found.line, found.step) == ("tests/test_stories.yml", *place)
    assert found.expected == expected and found.got.split(" (")[0] == got
    assert found.said


def test_a_given_action_server_is_asked(bot: artifact.Bot) -> None:
    def does(call: ActionCall) -> ActionDone:
        return ActionDone(slots={"balance": "7"})

    server = Scripted(does)
    steps = ("{user: show me the menu}", "action: action_balance", "action: utter_balance", 'bot: "It is 7."')
    assert held(bot, *steps, actions=server).failed == 0
    assert [call.name for call in server.calls] == ["action_balance"]


def test_failed_stories_come_first_and_the_same_run_says_the_same(bot: artifact.Bot) -> None:
    one = "- {{story: s{n}, steps: [{{user: how much is dinner, intent: {intent}}}]}}\n"
    text = "stories:\n" + "".join(one.format(n=n, intent="price" if n < 250 else "hours") for n in range(252))
    stories, _ = stories_of([("test_all.yml", text)])
    found = asyncio.run(run_stories(bot, stories))
    assert (found.all, found.failed, len(found.stories)) == (252, 2, 200)
    assert [one.name for one in found.stories[:3]] == ["s250", "s251", "s0"]
    assert asyncio.run(run_stories(bot, stories)) == found


def test_stories_are_found_below_tests_and_in_files_called_test(tmp_path: Path) -> None:
    story = "stories:\n- story: {name}\n  steps:\n  - {{user: привет}}\n"
    for name in (
        "tests/deep/a.yml",
        "test_b.yaml",
        "nlu/test_c.yml",
        "stories.yml",
        "tests/nlu.yml",
        "models/tests/d.yml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(story.format(name=name) if "nlu.yml" not in name else "nlu: []\n", "utf-8")
    found, _ = read_stories(tmp_path)
    assert {one.name for one in found} == {"tests/deep/a.yml", "test_b.yaml", "nlu/test_c.yml"}
    assert {one.locale for one in found} == {"ru"}


def test_a_story_that_cannot_be_followed_is_left_out_and_named() -> None:
    text = "stories:\n- story: a\n  steps:\n  - {user: hi}\n  - checkpoint: later\n- story: b\n  steps: [{user: hi}]\n"
    found, notes = stories_of([("tests/t.yml", text)])
    assert [one.name for one in found] == ["b"]
    assert [(one.file, one.line) for one in notes] == [("tests/t.yml", 5)] and "checkpoint" in notes[0].text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("stories:\n- story: a\n", 2),
        ("stories:\n- story: a\n  steps: [{user: [x]}]\n", 3),
        ("stories:\n- story: a\n  steps:\n  - user: '[x]{\"entity\": 1}'\n", 4),
        ("stories: {a: b}\n", 1),
        ("stories:\n- {story: a, steps: [hello]}\n", 2),
    ],
)
def test_a_mistake_in_a_story_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ContentError) as caught:
        stories_of([("tests/t.yml", text)])
    assert (caught.value.file, caught.value.line) == ("tests/t.yml", line)
