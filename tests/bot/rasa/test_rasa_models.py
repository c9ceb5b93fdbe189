"""Teaching servers one after another, and making one document of a project."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.content.editing import plain
from bot.content.source import parse
from bot.rasa.errors import RasaNotTrained, RasaTooOld
from bot.rasa.models import Progress, replace
from bot.rasa.pool import Pool, make_pool
from bot.rasa.project import merged
from tests.bot.rasa.double import TOKEN, Clock, RasaDouble, answers, serving
from tests.bot.stories import LANTERN


@asynccontextmanager
async def pool_of(*doubles: RasaDouble) -> AsyncIterator[Pool]:
    async with aiohttp.ClientSession() as session:
        yield make_pool("lantern", [one.url for one in doubles], token=TOKEN, session=session, clock=Clock())


def stages(told: list[Progress]) -> list[tuple[int, str]]:
    return [(one.number, one.stage) for one in told]


async def test_spare_server_learns_first_and_answers_before_the_other_learns() -> None:
    told: list[Progress] = []
    async with serving() as one, serving() as two, pool_of(one, two) as pool:
        answering = pool.active

        def tell(progress: Progress) -> None:
            told.append(progress)
            if (progress.number, progress.stage) == (2, "training"):
                assert one.trained == [] and pool.active is not answering

        model = await replace(pool, b"pipeline: []", tell)
        assert two.loaded == ["models/trained-1.tar.gz"] == one.loaded
        assert model == "model-of-models/trained-1.tar.gz"
    each = ["training", "loading", "warming", "answering"]
    assert stages(told) == [(number, stage) for number in (1, 2) for stage in each]


async def test_only_server_learns_while_it_answers() -> None:
    told: list[Progress] = []
    async with serving() as one, pool_of(one) as pool:
        await replace(pool, b"pipeline: []", told.append)
    assert one.asked[-5:-3] == ["POST /model/parse", "POST /model/parse"], "warmed before it is asked by customers"
    assert len(told) == 4


async def test_content_that_cannot_be_learned_leaves_the_answering_server_as_it_was() -> None:
    async with serving() as one, serving() as two, pool_of(one, two) as pool:
        two.fault = answers(b'{"version": "3.6.21", "reason": "TrainingError", "message": "No data"}', status=500)
        two_version = two.fault

        async def fault(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
            if request.path == "/version":
                return aiohttp.web.json_response({"version": "3.6.21"})
            return await two_version(request)

        two.fault = fault
        before = pool.active
        with pytest.raises(RasaNotTrained, match="No data"):
            await replace(pool, b"pipeline: []", lambda progress: None)
        assert one.trained == [] and one.loaded == [] and pool.active is before


async def test_server_of_another_version_is_taught_nothing() -> None:
    async with serving() as one, pool_of(one) as pool:
        one.version = "2.8.0"
        with pytest.raises(RasaTooOld):
            await replace(pool, b"pipeline: []", lambda progress: None)
        assert one.trained == []


def read(document: bytes) -> Any:
    return plain(parse("project.yml", document.decode()))


def test_project_is_one_document_without_tests_and_our_own_settings(tmp_path: Path) -> None:
    whole = read(merged(LANTERN))
    assert {"pipeline", "policies", "intents", "responses", "forms", "nlu", "rules", "session_config"} <= set(whole)
    assert "stories" not in whole and "handoff" not in whole
    assert len([entry for entry in whole["nlu"] if "intent" in entry]) == len(whole["intents"])


def test_parts_of_a_project_are_joined(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("pipeline: []\n")
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "a.yml").write_text("intents: [a]\nresponses:\n  utter_a: [{text: A}]\n")
    (tmp_path / "domain" / "b.yml").write_text("intents: [b]\nresponses:\n  utter_b: [{text: B}]\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "t.yml").write_text("stories: []\n")
    (tmp_path / "switchboard.yml").write_text("handoff: {team: A}\n")
    (tmp_path / "endpoints.yml").write_text("action_endpoint: {url: 'http://x'}\n")
    whole = read(merged(tmp_path))
    assert whole == {
        "pipeline": [],
        "intents": ["a", "b"],
        "responses": {"utter_a": [{"text": "A"}], "utter_b": [{"text": "B"}]},
    }


WRITTEN = """\
pipeline: []
plain: [yes, 012, 0o17, 1:30, 2026-11-30, ~, {left_out: , rest: x}]
quoted: ["yes", '012', "", !!str 12, ! on]
base: &base {a: 1}
more: {<<: *base, b: 2}
block: |
  один
   👍 two

nothing:
"""


def test_values_are_passed_on_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(WRITTEN, "utf-8")
    document = merged(tmp_path).decode()
    read_again = {line.partition(": ")[0]: line.partition(": ")[2] for line in document.splitlines()}
    assert read_again["plain"] == "[yes, 012, 0o17, '1:30', 2026-11-30, ~, {left_out: null, rest: x}]"
    assert read_again["quoted"] == """["yes", '012', "", "12", "on"]"""
    assert read_again["more"] == "{<<: *id001, b: 2}"
    assert read(document.split("more:")[0].encode())["base"] == {"a": 1}
    assert read(("block:" + document.split("block:")[1]).encode()) == {"block": "один\n 👍 two\n", "nothing": None}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("nlu.yml", "a: [", "nlu.yml:1: Not valid YAML"), ("nlu.yml", "- a\n", "nlu.yml"), ("nlu.yml", "a: 1\na: 2\n", "nlu.yml"),
     ("nlu.yml", "[" * 5000, "nlu.yml"), ("domain.yml", "intents: []\n", "config.yml")],
)  # fmt: skip
def test_project_that_cannot_be_read_names_the_file(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RasaNotTrained, match=said):
        merged(tmp_path)
