"""Content that is wrong, hostile or huge: named by file and line, by the reader and by the command line alike."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot import artifact, worker
from bot.content import ContentError, judge_content, read_content
from bot.content.project import read_folder
from bot.content.table import read_table, write_table
from bot.testing.running import run_stories
from bot.testing.stories import MAX_STORIES, read_stories, stories_of
from gateway import commands

MINIMAL = (
    "intents: [a, b]\nresponses: {utter_a: [{text: A}], utter_b: [{text: B}]}\n"
    "nlu:\n- intent: a\n  examples: |\n    - one\n- intent: b\n  examples: |\n    - two\n"
)
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)
RULE = "- {{rule: {0}, steps: [{{intent: a}}, {{action: utter_{1}}}]}}\n"
LEADS = "- {{rule: {0}, steps: [{{action: utter_{0}}}, {{action: utter_{1}}}]}}\n"
JOINT = "- {{story: {0}, steps: [{1}, {{intent: a}}, {{action: utter_a}}, {{checkpoint: there}}]}}\n"
SPEECH = (
    "👍🏽 да",
    "👨‍👩‍👧‍👦 семья",
    "مرحبا كيف حالك",
    "שלום עליכם",
    "\u202eevil\u202c text",
    "🇷🇺 привет",
    "e\u0301te\u0301",
    "١٢٣",
)


def business(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {"domain": MINIMAL, **files}.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def check(folder: Path) -> tuple[int, str]:
    """``switchboard bot check``: its exit code, and what it printed."""
    cli = typer.Typer()
    commands.register(cli)
    with contextlib.chdir(folder):
        done = CliRunner().invoke(cli, ["bot", "check", str(folder)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


MISTAKES = {
    "rules that contradict": ({"rules": "rules:\n" + RULE.format("x", "a") + RULE.format("y", "b")}, "rules.yml:3", "rules.yml:2"),
    "rules in a circle": ({"rules": "rules:\n" + LEADS.format("a", "b") + LEADS.format("b", "a")}, "rules.yml:2", "circle"),
    "checkpoints in a circle": (
        {"stories": "stories:\n" + JOINT.format("x", "{intent: b}") + JOINT.format("y", "{checkpoint: there}")},
        "stories.yml:3",
        "leads back to itself",
    ),
    "a bomb of aliases": ({"nlu": BOMB}, "nlu.yml", "values in one file"),
    "a bomb in the tests": ({"test_stories": "stories: []\n" + BOMB}, "test_stories.yml", "values in one file"),
    "a value within itself": ({"nlu": "nlu: &a [*a]\n"}, "nlu.yml:1", "names nothing"),
    "an object of Python's": ({"nlu": "nlu: !!python/object/apply:os.system [id]\n"}, "nlu.yml:1", "tag"),
    "brackets without end": ({"nlu": "nlu: " + "[" * 100_000}, "nlu.yml:1", "deeper"),
    "a large file": ({"nlu": "#" * 50_000_000}, "nlu.yml", "Larger than 2 MB"),
    "a large test": ({"test_all": "#" * 50_000_000}, "test_all.yml", "Larger than 2 MB"),
    "much in all": ({f"n{at}": "#" * 1_990_000 for at in range(6)}, "n5.yml", "MB of content in all"),
    "examples of nothing": ({"nlu": "nlu:\n- intent: c\n  examples: |\n    - x\n"}, "nlu.yml:2", "isn't in the domain"),
    "a pattern that takes forever": ({"nlu": "nlu:\n- regex: r\n  examples: |\n    - (a+)+$\n"}, "nlu.yml:4", "can't be used"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "place", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_by_file_and_line_at_once_and_in_little_memory(
    tmp_path: Path, files: dict[str, str], place: str, says: str
) -> None:
    folder = business(tmp_path / "b", **files)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code, printed = check(folder)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert code == 1 and printed.startswith(place) and says in printed, printed
    assert len(printed.splitlines()) == 1
    assert grown < 200_000 and time.process_time() - started < 20  # kB, seconds


@pytest.mark.parametrize("name", ["a large file", "a bomb of aliases", "rules in a circle"])
def test_a_mistake_trains_nothing(tmp_path: Path, name: str) -> None:
    folder = business(tmp_path / "b", **MISTAKES[name][0])
    failed = worker.train(folder, tmp_path / "x.bot")
    assert isinstance(failed, worker.Failed) and failed.file and failed.fault.code.startswith("content_")
    assert not (tmp_path / "x.bot").exists()


def test_an_intent_without_examples_is_named_and_the_rest_is_used(tmp_path: Path) -> None:
    folder = business(tmp_path / "b", more="intents:\n- lonely\n")
    code, printed = check(folder)
    assert code == 0 and "more.yml:2: finding: The intent “lonely” has no examples" in printed


def test_links_are_followed_by_no_command(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text(MINIMAL, "utf-8")
    folder = business(tmp_path / "b")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.yml").symlink_to(secret)
    assert check(folder) == (1, "tests/test_x.yml: error: Links are not followed; put the file itself here.\n")
    with pytest.raises(ContentError, match="Links"):
        read_folder(folder)


def test_ten_thousand_intents_are_read_in_time_that_grows_with_them() -> None:
    def spent(count: int) -> float:
        texts = {
            "domain.yml": "intents:\n" + "".join(f"- i{at}\n" for at in range(count)),
            "nlu.yml": "nlu:\n" + "".join(f"- {{intent: i{at}, examples: [question {at}]}}\n" for at in range(count)),
        }
        started = time.process_time()
        assert len(judge_content("", texts.items()).content.intents) == count
        return time.process_time() - started

    few = spent(1_000)
    assert spent(10_000) < 10 * few * 3


def test_more_intents_than_anybody_has_are_refused() -> None:
    with pytest.raises(ContentError, match="More than 20000 intents"):
        judge_content("", [("domain.yml", "intents:\n" + "- a\n" * 0 + "".join(f"- i{at}\n" for at in range(20_001)))])


def test_more_conversations_than_anybody_waits_for_are_refused() -> None:
    text = "stories:\n" + "- {story: s, steps: [{user: hi}]}\n" * (MAX_STORIES + 1)
    with pytest.raises(ContentError, match="test stories") as caught:
        stories_of([("tests/test_all.yml", text)])
    assert caught.value.line == MAX_STORIES + 2


def test_emoji_and_right_to_left_text_are_read_learned_tested_and_written_again(tmp_path: Path) -> None:
    lines = "".join(f"    - {text}\n" for text in SPEECH)
    stories = "".join(
        f"- story: s{at}\n  steps:\n  - user: {text}\n  - action: utter_c\n" for at, text in enumerate(SPEECH)
    )
    folder = business(
        tmp_path / "b", nlu=f"nlu:\n- intent: c\n  examples: |\n{lines}", more="intents: [c]\nresponses: {utter_c: [{text: مرحبا 👋}]}\n"
    )  # fmt: skip
    content = read_content(folder).content
    assert {example.text for example in content.intents[2].examples} == set(SPEECH)
    assert len(read_table(write_table(content), [])) == 2 * 3 + 3
    assert isinstance(worker.train(folder, folder / "x.bot"), worker.Done)
    (folder / "test_speech.yml").write_text("stories:\n" + stories, "utf-8")
    found, _ = read_stories(folder)
    results = asyncio.run(run_stories(artifact.read(folder / "x.bot"), found))
    assert results.all == len(SPEECH)
    assert all(one.got.startswith("action: ") for one in results.stories if not one.passed)
    assert check(folder)[0] == 0


@pytest.mark.parametrize("name", ["\x00", "a\x00b", "\ufeff", "\ud7ff", "﷽" * 300])
def test_strange_characters_are_read_or_refused(tmp_path: Path, name: str) -> None:
    folder = business(tmp_path / "b", nlu=f"nlu:\n- intent: a\n  examples: |\n    - x{name}\n")
    code, printed = check(folder)
    assert code in (0, 1) and "Traceback" not in printed
