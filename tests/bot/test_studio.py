"""Teaching a bot over the API: a draft, its training, its versions, and the ways back. Everything is trained for real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession

import bot
from bot.content.project import Project, read_archive
from gateway.app import Switchboard
from gateway.settings import RasaServers
from gateway.store import bot_versions
from gateway.store.opening import open_folder
from gateway.store.store import system_clock
from tests.bot.dialogues import business as written
from tests.gateway.admin.browsers import Browser, code
from tests.support.stores import Database
from tests.support_edge.clients import http_client
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import Site, settings_of, settle_in

TABLE = "question,answer\nwhen are you open,From 9 to 21\nopening hours,From 9 to 21\nuntil when are you open,From 9 to 21\n" + (
    "what time do you close,From 9 to 21\nhours please,From 9 to 21\n"
    "where are you,4 Quiet Street\nyour address,4 Quiet Street\nhow do I find you,4 Quiet Street\n"
    "which street are you on,4 Quiet Street\nlocation please,4 Quiet Street\n"
)  # fmt: skip


BOTH = pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """A node with the real engine, whose business has no bot yet."""
    database: Database = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database")
    with open_folder(tmp_path / "data") as held:
        node = Switchboard(settings_of(tmp_path / "data"), held, database.open(system_clock), engine=bot.engine())
        await node.start()
        try:
            people: Any = {"anna": "administrator", "bea": "administrator", "olga": "operator", "sue": "supervisor"}
            ours = await settle_in(node.store, "lantern", people)
            async with http_client() as http:
                yield Site(node, ScriptedEngine(), http, ours, ours)
        finally:
            await node.drain()


@pytest.fixture
def anna(site: Site) -> Browser:
    return Browser(site, site.ours.sessions["anna"])


async def send(browser: Browser, path: str, body: bytes) -> tuple[int, Any]:
    url = f"{browser.site.origin}/api/v1/businesses/{browser.site.ours.business}/bot/{path}"
    headers = {"Origin": browser.site.origin, "Cookie": f"switchboard_session={browser.session}"}
    http: ClientSession = browser.site.http
    async with http.post(url, data=body, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def fetch(browser: Browser, path: str) -> bytes:
    url = f"{browser.site.origin}/api/v1/businesses/{browser.site.ours.business}/bot/{path}"
    headers = {"Cookie": f"switchboard_session={browser.session}"}
    async with browser.site.http.get(url, headers=headers) as response:
        assert response.status == 200, await response.text()
        return await response.read()


async def change(browser: Browser, *changes: dict[str, Any]) -> dict[str, Any]:
    seen = (await browser.get("bot/draft"))["revision"]
    status, draft = await browser.ask("POST", "bot/draft/changes", {"seen": seen, "changes": list(changes)})
    assert status == 200, draft
    return dict(draft)


async def train(browser: Browser) -> str:
    """Trains the draft; the version that came of it."""
    seen = (await browser.get("bot/draft"))["revision"]
    status, begun = await browser.ask("POST", "bot/draft/train", {"seen": seen})
    assert status == 202, begun
    async with asyncio.timeout(90):
        while True:
            found = await browser.get("bot")
            if found["training"] != "running":
                assert found["training"] == "idle", found
                return str(found["trained"])
            await asyncio.sleep(0.1)


async def publish(browser: Browser, version: str, reason: str = "") -> tuple[int, Any]:
    return await browser.ask("POST", f"bot/versions/{version}/publish", {"reason": reason})


async def answer(site: Site, text: str) -> str:
    widget = await site.widget(locale="en")
    await widget.say(text)
    return str((await widget.entry("bot_message"))["event"]["text"])


async def test_page_says_where_a_rasa_server_answers_instead(sqlite_database: Database, tmp_path: Path) -> None:
    servers = {"lantern": RasaServers(urls=("http://127.0.0.1:9",))}
    with open_folder(tmp_path / "data") as held:
        node = Switchboard(settings_of(tmp_path / "data", rasa=servers), held, sqlite_database.open(system_clock))
        await node.start()
        try:
            ours = await settle_in(node.store, "lantern", {"anna": "administrator"})
            theirs = await settle_in(node.store, "rival", {"rita": "administrator"})
            async with http_client() as http:
                site = Site(node, ScriptedEngine(), http, ours, theirs)
                assert (await Browser(site, ours.sessions["anna"]).get("bot"))["rasa"] is True
                site = Site(node, ScriptedEngine(), http, theirs, ours)
                assert (await Browser(site, theirs.sessions["rita"]).get("bot"))["rasa"] is False
        finally:
            await node.drain()


async def test_table_of_questions_becomes_a_bot_that_answers(site: Site, anna: Browser) -> None:
    status, brought = await send(anna, "draft/import?seen=0", TABLE.encode())
    assert status == 200, brought
    assert [len(one["examples"]) for one in brought["draft"]["overview"]["intents"]] == [1, 1]
    version = await train(anna)
    tried = await anna.ask("POST", "bot/try", {"text": "what is your address"})
    assert tried[1]["result"]["replies"][0]["text"] == "4 Quiet Street"
    assert (await anna.get("bot"))["version"] is None, "what is trained answers nobody yet"
    assert (await publish(anna, version))[0] == 200
    assert await answer(site, "what is your address") == "4 Quiet Street"
    assert ("anna", "published", "bot") in await anna.audit() or any(line[1:] == ("published", "bot") for line in await anna.audit())  # fmt: skip


@BOTH
async def test_version_is_rolled_back_in_one_step_and_no_message_is_lost(site: Site, anna: Browser) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    first = await train(anna)
    await publish(anna, first)
    name = next(one["name"] for one in (await anna.get("bot/draft"))["overview"]["intents"] if "9" in str(one["about"]))
    draft = await change(
        anna, {"kind": "response", "name": f"utter_{name}", "variations": [{"text": "Around the clock"}]}
    )
    assert draft["published"] is False and draft["undoable"]
    second = await train(anna)
    assert second != first
    await publish(anna, second)
    assert await answer(site, "opening hours") == "Around the clock"

    widget = await site.widget(locale="en")
    said = [widget.say("opening hours") for _ in range(5)]
    await said[0]
    assert (await publish(anna, first))[0] == 200
    for one in said[1:]:
        await one
    assert await answer(site, "opening hours") == "From 9 to 21"
    versions = (await anna.get("bot/versions"))["versions"]
    assert [(one["version"], one["number"], one["status"]) for one in versions] == [(second, 2, "trained"), (first, 1, "published")]  # fmt: skip
    differing = await anna.get(f"bot/diff?older={first}&newer={second}")
    assert [file["file"] for file in differing["files"]] == ["domain.yml"]
    assert any(line.startswith("+") and "Around the clock" in line for line in differing["files"][0]["lines"])


@BOTH
async def test_two_who_change_at_once_overwrite_nobody(site: Site, anna: Browser) -> None:
    bea = Browser(site, site.ours.sessions["bea"])
    mine = {"kind": "response", "name": "utter_a", "variations": [{"text": "mine"}]}
    hers = {"kind": "response", "name": "utter_b", "variations": [{"text": "hers"}]}
    answers = await asyncio.gather(
        anna.ask("POST", "bot/draft/changes", {"seen": 0, "changes": [mine]}),
        bea.ask("POST", "bot/draft/changes", {"seen": 0, "changes": [hers]}),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    refused = next(body for status, body in answers if status == 409)
    assert refused["type"] == "/problems/conflict" and refused["by"]
    assert len((await anna.get("bot/draft"))["overview"]["responses"]) == 1


async def test_two_imports_at_once_are_one(site: Site, anna: Browser) -> None:
    other = TABLE.replace("From 9 to 21", "Never")
    answers = await asyncio.gather(
        send(anna, "draft/import?seen=0", TABLE.encode()), send(anna, "draft/import?seen=0", other.encode())
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    assert len((await anna.get("bot/draft"))["overview"]["intents"]) == 2


async def test_change_that_spoils_the_content_is_refused_with_its_place(anna: Browser) -> None:
    await change(anna, {"kind": "intent", "name": "a", "examples": ["one", "two"]})
    bad = {
        "kind": "response",
        "name": "utter_a",
        "variations": [{"text": "x", "buttons": [{"title": "t", "payload": "/none"}]}],
    }
    status, problem = await anna.ask("POST", "bot/draft/changes", {"seen": 1, "changes": [bad]})
    assert (status, problem["fault"]["code"]) == (422, "content_button_intent")
    assert problem["fault"]["values"]["file"] == "domain.yml"
    assert (await anna.get("bot/draft"))["revision"] == 1


async def test_last_change_is_taken_back_and_given_again(anna: Browser) -> None:
    await change(anna, {"kind": "intent", "name": "a", "examples": ["one"]})
    await change(anna, {"kind": "intent", "name": "a", "examples": ["two"]})
    for revision, text in ((3, "one"), (4, "two")):
        assert (await anna.ask("POST", "bot/draft/undo", {"seen": revision - 1}))[0] == 200
        assert (await anna.get("bot/draft/intent?name=a"))["examples"] == [text]


async def test_project_goes_in_and_out_as_it_is(site: Site, anna: Browser, tmp_path: Path) -> None:
    folder = written(tmp_path, "responses: {utter_price: [{text: p}]}  # ours\n")
    files = {path.name: path.read_bytes() for path in folder.glob("*.yml")}
    project = Project({**files, "actions/actions.py": b"print()\n", "credentials.yml": b"rest:\n"})
    status, brought = await send(anna, "draft/import?seen=0", project.archive())
    assert status == 200
    assert [(one["file"], one["fault"]["code"]) for one in brought["left_out"]] == [
        ("credentials.yml", "content_secrets")
    ]
    out, _ = read_archive(await fetch(anna, "export"))
    assert out.files == {name: body for name, body in project.files.items() if name != "credentials.yml"}
    table = (await fetch(anna, "export?form=csv")).decode("utf-8-sig")
    assert table.splitlines()[0] == "question,answer,intent,title,language"


@pytest.mark.parametrize("body", [b"PK\x03\x04garbage", b"\xff\xfe\x00", b"a,b\n1,2\n", b"question,answer\n"])
async def test_import_that_cannot_be_read_changes_nothing(anna: Browser, body: bytes) -> None:
    status, problem = await send(anna, "draft/import?seen=0", body)
    assert status == 422 and problem["fault"]["code"].startswith("content_")
    assert (await anna.get("bot/draft"))["revision"] == 0


async def test_supervisor_reads_and_operator_does_not(site: Site, anna: Browser) -> None:
    sue, olga = (Browser(site, site.ours.sessions[who]) for who in ("sue", "olga"))
    assert (await sue.ask("GET", "bot/draft"))[0] == 200
    assert code(await sue.ask("POST", "bot/draft/changes", {"seen": 0, "changes": [{"kind": "remove_intent", "name": "a"}]}))[0] == 403  # fmt: skip
    for path in ("bot/draft", "bot/versions", "bot/export", "bot/draft/tests"):
        assert (await olga.ask("GET", path))[0] == 403


async def test_near_duplicates_are_told_while_somebody_types(anna: Browser) -> None:
    await change(anna, {"kind": "intent", "name": "hours", "examples": ["when are you open today"]})
    status, near = await anna.ask("POST", "bot/draft/near", {"text": "when are you open, today?", "intent": "price"})
    assert status == 200 and near["alike"][0]["intent"] == "hours"
    assert (await anna.ask("POST", "bot/draft/near", {"text": "when are you open today", "intent": "hours"}))[1] == {"alike": []}  # fmt: skip


async def test_training_that_fails_publishes_nothing_and_says_why(site: Site, anna: Browser) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    version = await train(anna)
    await publish(anna, version)
    for one in (await anna.get("bot/draft"))["overview"]["intents"][1:]:
        await change(anna, {"kind": "remove_intent", "name": one["name"]})
    seen = (await anna.get("bot/draft"))["revision"]
    await anna.ask("POST", "bot/draft/train", {"seen": seen})
    async with asyncio.timeout(60):
        while (found := await anna.get("bot"))["training"] == "running":
            await asyncio.sleep(0.1)
    assert (found["training"], found["fault"]["code"], found["version"]) == ("failed", "training_few_intents", version)
    assert await answer(site, "your address please") == "4 Quiet Street"


def story(intent: str) -> dict[str, Any]:
    steps = [{"user": "what is your address", "intent": intent}, {"action": f"utter_{intent}"}]
    return {"story": f"ask for {intent}", "steps": steps}


async def test_version_whose_conversations_fail_is_published_only_with_a_reason(site: Site, anna: Browser) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    hours, address = (one["name"] for one in (await anna.get("bot/draft"))["overview"]["intents"][::-1])
    hours, address = sorted((hours, address), key=lambda name: "quiet" in name)
    await change(anna, {"kind": "tests", "stories": [story(address), story(hours)]})
    version = await train(anna)

    page = await anna.get(f"bot/versions/{version}")
    assert (page["tests"], page["tests_failed"]) == (2, 1)
    worst, other = page["results"]["stories"]
    assert (worst["name"], worst["passed"], other["passed"]) == (f"ask for {hours}", False, True)
    assert (worst["file"], worst["step"], worst["expected"]) == ("tests/test_stories.yml", 1, f"intent: {hours}")
    assert worst["got"].startswith(f"intent: {address}")
    assert len(page["report"]["evaluation"]["curve"]) == 41

    status, problem = await publish(anna, version)
    assert (status, problem["fault"]["code"], problem["fault"]["values"]) == (
        409,
        "bot_tests_fail",
        {"failed": 1, "all": 2},
    )
    assert (await publish(anna, version, reason="  "))[0] == 409
    assert (await anna.get("bot"))["version"] is None
    assert (await publish(anna, version, reason="The story is out of date."))[0] == 200
    line = (await anna.get("bot/versions"))["versions"][0]
    assert (line["status"], line["note"], line["tests_failed"]) == ("published", "The story is out of date.", 1)
    assert await answer(site, "your address please") == "4 Quiet Street"


async def test_training_that_is_killed_publishes_nothing_and_the_bot_before_answers(site: Site, anna: Browser) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    version = await train(anna)
    await publish(anna, version)
    await send(anna, "draft/import?seen=1", TABLE.replace("4 Quiet Street", "5 Loud Street").encode())
    assert (await anna.ask("POST", "bot/draft/train", {"seen": 2}))[0] == 202
    async with asyncio.timeout(60):
        while not (workers := [one for one in psutil.Process().children() if _is_worker(one)]):
            await asyncio.sleep(0)
        workers[0].kill()
        while (found := await anna.get("bot"))["training"] == "running":
            await asyncio.sleep(0.05)
    assert (found["training"], found["fault"]["code"], found["version"]) == ("failed", "training_died", version)
    assert [one["version"] for one in (await anna.get("bot/versions"))["versions"]] == [version]
    assert await answer(site, "your address please") == "4 Quiet Street"
    assert await train(anna) != version


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "bot.worker" in process.cmdline()
    except psutil.Error:
        return False


async def test_model_that_is_gone_or_of_another_release_is_made_again(site: Site, anna: Browser) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    version = await train(anna)
    await publish(anna, version)
    found = await site.node.store.read(site.ours.business, lambda tx, now: bot_versions.published_bot(tx))
    assert found is not None
    other = bot.engine()
    site.node.bots._publisher = other  # as a node that starts anew
    model = await site.node.bots.model(found)
    model.write_bytes(b"of an older release")
    await site.node.bots.load_published()
    async with asyncio.timeout(60):
        while other.version(site.ours.business) is None:
            await asyncio.sleep(0.05)
    assert other.version(site.ours.business) == version
    await other.aclose()


async def test_draft_tells_which_version_was_made_of_it(anna: Browser) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    assert (await anna.get("bot/draft"))["trained"] == ""
    version = await train(anna)
    draft = await anna.get("bot/draft")
    assert (draft["trained"], draft["published"]) == (version, False)
    name = draft["overview"]["intents"][0]["name"]
    await change(anna, {"kind": "intent", "name": name, "examples": ["when are you open"]})
    assert (await anna.get("bot/draft"))["trained"] == ""
    await anna.ask("POST", "bot/draft/undo", {"seen": (await anna.get("bot/draft"))["revision"]})
    assert (await anna.get("bot/draft"))["trained"] == version


async def test_page_of_the_draft_tells_its_revision_and_who_changed_it(anna: Browser) -> None:
    draft = await change(
        anna,
        {"kind": "response", "name": "utter_hours", "variations": [{"text": "From 9 to 21"}]},
        {"kind": "intent", "name": "hours", "examples": ["when are you open"]},
        {"kind": "lead", "name": "hours", "to": "handoff", "team": "Shop", "priority": 1},
    )
    page = await anna.get("bot/draft/intent?name=hours")
    assert (page["revision"], page["changed_by"]) == (draft["revision"], draft["changed_by"])
    assert (page["led"], page["aim"]) == ("handoff", {"team": "Shop", "priority": 1, "reason": ""})
    assert draft["overview"]["intents"][0]["about"] == {"": "From 9 to 21"}


async def test_what_a_call_says_is_told_while_somebody_types(site: Site, anna: Browser) -> None:
    body = {"text": "Call +1 202 555 0100", "language": "en"}
    status, said = await anna.ask("POST", "bot/draft/spoken", body)
    assert status == 200 and not any(sign.isdigit() for sign in said["spoken"])
    olga = Browser(site, site.ours.sessions["olga"])
    assert (await olga.ask("POST", "bot/draft/spoken", body))[0] == 403


FORM: dict[str, Any] = {
    "name": "Visit", "prefix": "VIS",
    "steps": [
        {"name": "who", "title": "Who", "say": "Who is coming?", "fields": [{"name": "who", "label": "Who", "required": True}]},
        {"name": "when", "title": "When", "fields": [{"name": "day", "label": "Which day?", "kind": "date", "required": True}]},
    ],
}  # fmt: skip


async def try_all(browser: Browser, version: str, *texts: str) -> dict[str, Any]:
    """The last turn of a talk with a version."""
    result: dict[str, Any] = {}
    facts: dict[str, str] = {}
    for text in texts:
        body = {"text": text, "version": version, "facts": facts, "memory": result.get("memory")}
        status, tried = await browser.ask("POST", "bot/try", body)
        assert status == 200, tried
        result, facts = tried["result"], tried["facts"]
    return result


@BOTH
async def test_form_of_the_settings_is_learned_as_it_is_and_a_change_of_it_asks_for_training(
    site: Site, anna: Browser
) -> None:
    await send(anna, "draft/import?seen=0", TABLE.encode())
    begun = (await anna.get("bot/draft"))["overview"]["intents"][0]["name"]
    setting = {"kind": "form", "name": "visit", "questions": [{"slot": "who"}], "begun_by": begun, "fills": "VISIT"}
    draft = await change(anna, setting)
    assert {one["fault"]["code"] for one in draft["overview"]["findings"]} == {"content_fills", "content_not_asked"}
    status, form = await anna.ask("POST", "forms", FORM)
    assert status == 201, form
    draft = await anna.get("bot/draft")
    assert draft["overview"]["findings"] == [] and draft["overview"]["forms"][0]["fills"] == "Visit"
    page = await anna.get("bot/draft/form?name=visit")
    assert page["fills"] == "Visit" and [one["slot"] for one in page["questions"]] == ["who", "day"]

    first = await train(anna)
    await publish(anna, first)
    text = "opening hours" if "9" in str(draft["overview"]["intents"][0]["about"]) else "your address"
    filled = await try_all(anna, first, text, "Ann", "5 December 2026")
    assert filled["filled"] == [
        {"form": form["id"], "name": "Visit", "answers": {"who": "Ann", "day": "2026-12-05"}, "said": 0}
    ]
    draft = await anna.get("bot/draft")
    assert (draft["published"], draft["trained"]) == (True, first)

    changed = {**FORM, "steps": FORM["steps"][:1], "statuses": ["new"]}
    status, form = await anna.ask("PUT", f"forms/{form['id']}", {"value": changed, "version": form["version"]})
    assert status == 200, form
    draft = await anna.get("bot/draft")
    assert (draft["published"], draft["trained"]) == (False, ""), "what answers was taught something else"
    again = await try_all(anna, first, text, "Ann", "5 December 2026")
    assert again["filled"] == filled["filled"], "a version is as it was trained"
    second = await train(anna)
    assert second != first
    assert (await try_all(anna, second, text, "Ann"))["filled"][0]["answers"] == {"who": "Ann"}

    archive = read_archive(await fetch(anna, "export"))[0]
    assert b"Who is coming?" in archive.files["forms.toml"] and b"fills: VISIT" in archive.files["switchboard.yml"]
    status, brought = await send(anna, f"draft/import?seen={draft['revision']}", archive.archive())
    assert status == 200 and brought["draft"]["overview"]["forms"][0]["fills"] == "Visit"
