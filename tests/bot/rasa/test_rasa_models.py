"""Teaching servers one after another, and making one document of a project."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from ruamel.yaml import YAML

from bot.rasa.errors import RasaNotTrained, RasaTooOld
from bot.rasa.models import Progress, merged, replace
from bot.rasa.pool import Pool, make_pool
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


def test_project_is_one_document_without_tests_and_our_own_settings(tmp_path: Path) -> None:
    whole = YAML(typ="safe", pure=True).load(merged(LANTERN).decode())
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
    whole = YAML(typ="safe", pure=True).load(merged(tmp_path).decode())
    assert whole == {
        "pipeline": [],
        "intents": ["a", "b"],
        "responses": {"utter_a": [{"text": "A"}], "utter_b": [{"text": "B"}]},
    }


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("nlu.yml", "a: [", "nlu.yml"), ("nlu.yml", "- a\n", "nlu.yml"), ("nlu.yml", "a: 1\na: 2\n", "nlu.yml"),
     ("nlu.yml", "[" * 5000, "nlu.yml"), ("domain.yml", "intents: []\n", "config.yml")],
)  # fmt: skip
def test_project_that_cannot_be_read_names_the_file(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(RasaNotTrained, match=said):
        merged(tmp_path)
