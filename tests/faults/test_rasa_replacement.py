"""A live server is taught the example business by its own API, and answers with the new model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.rasa.models import Progress, replace
from bot.rasa.pool import make_pool
from bot.rasa.project import merged
from scripts.rasa.serving import RasaServer
from tests.bot.rasa_server import TOKEN, served
from tests.bot.stories import LANTERN


@pytest.fixture
def server(pytestconfig: pytest.Config) -> Iterator[RasaServer]:
    with served(pytestconfig) as running:
        yield running


@pytest.mark.long
async def test_live_server_answers_with_the_model_that_it_was_taught(server: RasaServer, tmp_path: Path) -> None:
    told: list[Progress] = []
    content = merged(LANTERN)
    async with aiohttp.ClientSession() as session:
        pool = make_pool("lantern", [server.url], token=TOKEN, session=session, clock=time.monotonic)
        before = (await pool.active.client.status()).model_id
        model = await replace(pool, content, told.append)
        assert model != before and (await pool.active.client.status()).model_id == model
        assert (await pool.active.client.parse("сколько стоит интернет в месяц")).intent.name == "tariffs"
        assert pool.active.domain.has_intent("tariffs")
    assert [one.stage for one in told] == ["training", "loading", "warming", "answering"]
