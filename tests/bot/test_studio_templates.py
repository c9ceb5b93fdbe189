"""A bot from a template, trained for real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.studio.templates import read_templates
from gateway.app import Switchboard, example_folder
from gateway.store.opening import open_folder
from gateway.store.store import system_clock
from tests.gateway.admin.browsers import Browser, code
from tests.support.content import untrainable
from tests.support.stores import Database
from tests.support_edge.clients import http_client
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import Site, settings_of, settle_in

TEMPLATES = read_templates(example_folder("templates"))


@pytest.fixture
async def real(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    """A node with the real engine, whose business has no bot yet."""
    with open_folder(tmp_path / "data") as held:
        node = Switchboard(
            settings_of(tmp_path / "data"), held, sqlite_database.open(system_clock), engine=bot.engine()
        )  # fmt: skip
        await node.start()
        try:
            ours = await settle_in(node.store, "lantern", {"anna": "administrator", "olga": "operator"})
            async with http_client() as http:
                yield Site(node, ScriptedEngine(), http, ours, ours)
        finally:
            await node.drain()


@pytest.fixture(params=["sqlite", "postgresql"])
async def broken(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A node with the real engine and templates that can't be trained, on each kind of database."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    with open_folder(tmp_path / "data") as held:
        node = Switchboard(
            settings_of(tmp_path / "data"), held, database.open(system_clock), engine=bot.engine(),
            templates=untrainable(tmp_path / "templates"),
        )  # fmt: skip
        await node.start()
        try:
            ours = await settle_in(node.store, "lantern", {"anna": "administrator", "olga": "operator"})
            async with http_client() as http:
                yield Site(node, ScriptedEngine(), http, ours, ours)
        finally:
            await node.drain()


async def trained(anna: Browser) -> dict[str, Any]:
    """Waits for the end of the training."""
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = await anna.get("bot")
            if found["training"] != "running":
                return found
            await asyncio.sleep(0.1)


async def test_without_a_bot_people_are_called_at_once(real: Site) -> None:
    widget = await real.widget()
    await widget.say("Hello")
    await widget.entry("handoff_requested")


@pytest.mark.parametrize("template", TEMPLATES)
async def test_every_template_trains_and_answers_in_each_of_its_languages(real: Site, template: str) -> None:
    anna = Browser(real, real.ours.sessions["anna"])
    status, begun = await anna.ask("POST", "bot/template", {"template": template})
    assert status == 202 and begun["training"] == "running"
    assert code(await anna.ask("POST", "bot/template", {"template": template})) == (409, "not_possible")

    done = await trained(anna)
    assert done["training"] == "idle" and done["version"], done
    assert not done["report"]["report"].get("findings")
    for locale, words in (("en", "hello"), ("ru", "здравствуйте")):
        assert locale in TEMPLATES[template].locales
        widget = await real.widget(locale=locale)
        await widget.say(words)
        said = (await widget.entry("bot_message"))["event"]["text"]
        assert said.isascii() == (locale == "en"), said


@pytest.mark.parametrize(
    ("template", "code", "values"),
    [
        ("lost", "content_intent", {"name": "booking", "file": "nlu.yml", "line": 2}),
        ("garbled", "content_yaml_tab", {"file": "domain.yml", "line": 2}),
        ("single", "training_few_intents", {}),
    ],
)
async def test_a_training_that_failed_says_why_by_a_code_and_where(
    broken: Site, template: str, code: str, values: dict[str, Any]
) -> None:
    anna = Browser(broken, broken.ours.sessions["anna"])
    assert (await anna.ask("POST", "bot/template", {"template": template}))[0] == 202
    refused = await anna.ask("POST", "bot/template", {"template": template})
    assert refused[0] == 409 and refused[1]["fault"]["code"] == "bot_training"

    failed = await trained(anna)
    assert failed["training"] == "failed" and failed["version"] is None
    told = failed["fault"]
    assert told["code"] == code and told["values"].items() >= values.items()
    assert told["text"] == failed["problem"]


async def test_an_unknown_template_is_not_found_and_none_is_named(real: Site) -> None:
    anna = Browser(real, real.ours.sessions["anna"])
    assert code(await anna.ask("POST", "bot/template", {"template": "no-such"})) == (404, "not_found")
    assert code(await anna.ask("POST", "bot/template", {"template": "../lantern"})) == (422, "invalid")
    offered = (await anna.get("bot/templates"))["templates"]
    assert {one["id"] for one in offered} == set(TEMPLATES) and all(one["names"]["ru"] for one in offered)
