"""What docs/bot.md shows is a project: it is read without complaint, learned, and does what its own tests say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import worker
from bot.content import ContentError, judge_content, read_content
from bot.content.judging import BUILT_IN, TOLD
from gateway.settings import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "bot.md").read_text("utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
# A setting that nobody knows, in each mapping of switchboard.yml: the refusal names all that are known there.
STRANGE = (
    "zzz: 1",
    "understanding: {zzz: 1}",
    "handoff: {zzz: 1}",
    "handoff: {rules: [{zzz: 1}]}",
    "handoff: {anger: {zzz: 1}}",
    "handoff: {important: {zzz: 1}}",
    "forms: {f: {zzz: 1}}",
    "forms: {f: {fields: {s: {zzz: 1}}}}",
    "forms: {f: {fields: {s: {kind: zzz}}}}",
)
DOMAIN = "intents: [a, b]\nslots: {s: {type: text}}\nforms: {f: {required_slots: [s]}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Every YAML block as the file that its first line names."""
    for kind, text in BLOCK.findall(PAGE):
        if kind == "yaml":
            path = tmp_path / text.split("\n", 1)[0].removeprefix("# ")
            path.parent.mkdir(exist_ok=True)
            assert not path.exists(), path
            path.write_text(text, "utf-8")
    return tmp_path


def test_the_project_is_read_and_all_of_it_is_honoured(project: Path) -> None:
    loaded = read_content(project)
    assert loaded.findings == ()
    assert {intent.name for intent in loaded.content.intents} >= {"faq/hours", "prices"}


def test_the_project_is_learned_and_its_conversations_pass(project: Path, tmp_path: Path) -> None:
    done = worker.train(project, tmp_path / "workshop.bot")
    assert isinstance(done, worker.Done), done
    assert done.tests is not None and (done.tests.all, done.tests.failed) == (3, 0), done.tests


@pytest.mark.parametrize("text", STRANGE)
def test_every_setting_of_switchboard_yml_stands_on_the_page(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        judge_content("", [("domain.yml", DOMAIN), ("switchboard.yml", text)])
    known = str(caught.value.fault.values["known"]).split(", ")
    assert [name for name in known if f"{name}:" not in PAGE and f"`{name}`" not in PAGE] == []


def test_every_slot_that_is_told_stands_on_the_page() -> None:
    assert [name for name in TOLD - {"requested_slot"} if f"`{name}`" not in PAGE] == []


def test_every_action_on_the_page_is_one() -> None:
    named = set(re.findall(r"`(action_\w+)`", PAGE)) - {"action_ask_"}
    assert named <= BUILT_IN


def test_the_installation_s_settings_are_accepted(tmp_path: Path) -> None:
    tables = "".join(text for kind, text in BLOCK.findall(PAGE) if kind == "toml")
    (tmp_path / "switchboard.toml").write_text(tables, "utf-8")
    settings = load_settings(file=tmp_path / "switchboard.toml", overrides={})
    assert settings.actions["workshop"].url and settings.llm["workshop"].model
