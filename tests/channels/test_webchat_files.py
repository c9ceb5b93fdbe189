"""The widget's files: who may send one from where, whose it is then, and who gets a link to it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace
from multidict import CIMultiDictProxy

from gateway.model.commands import AddNote
from gateway.model.events import Attachment, CustomerMessage, Person
from gateway.model.redact import redact
from gateway.store import log
from gateway.store.sql import Tx
from tests.support.stores import Database
from tests.support_edge.clients import Widget
from tests.support_edge.site import PAGE_ORIGIN, Site, on_site

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 600
EVIL = "https://evil.example"
Answer = tuple[int, dict[str, Any], CIMultiDictProxy[str]]


async def send(
    site: Site, token: str, data: bytes | AsyncIterator[bytes] = PNG, *, origin: str | None = PAGE_ORIGIN,
    authorization: str | None = None, method: str = "POST", **query: str,
) -> Answer:  # fmt: skip
    """An upload as a page makes it; status, body, headers."""
    headers = {"Authorization": f"Visitor {token}" if authorization is None else authorization}
    if origin is not None:
        headers["Origin"] = origin
    params = {"inbox": site.ours.inbox, "name": "photo.png", **query}
    async with site.http.request(
        method, f"{site.origin}/api/v1/widget/files", headers=headers, data=data, params=params
    ) as response:
        body = await response.json(content_type=None) if response.status != 204 else {}
        return response.status, body, response.headers


async def link(widget: Widget, file: str) -> dict[str, Any]:
    """The answer to a ``link`` frame: ``link`` or ``refused``."""
    name = f"l-{secrets.token_hex(4)}"
    await widget.send({"type": "link", "id": name, "file": file})
    while True:
        frame = await widget.receive()
        if frame["type"] in ("link", "refused") and frame["id"] == name:
            return frame


async def sent(site: Site, widget: Widget) -> str:
    """A picture that a visitor sent; its id."""
    _, file, _ = await send(site, widget.token)
    await widget.say("", files=[file["id"]])
    return str(file["id"])


async def test_visitor_sends_a_picture_without_a_word_and_sees_it_again(site: Site) -> None:
    widget = await site.widget()
    status, file, headers = await send(site, widget.token)
    assert (status, file["name"], file["type"], file["size"]) == (200, "photo.png", "image/png", len(PNG))
    assert headers["Access-Control-Allow-Origin"] == PAGE_ORIGIN

    ack = await widget.say("", files=[file["id"]])

    message = (await site.log(ack["conversation"]))[ack["seq"] - 1].event
    assert isinstance(message, CustomerMessage)
    assert message.files == (Attachment(id=file["id"], name="photo.png", type="image/png", size=len(PNG)),)
    given = await link(widget, file["id"])
    assert given["file"] == file["id"]
    assert widget.token not in given["url"]
    async with site.http.get(site.origin + given["url"], headers={"Origin": PAGE_ORIGIN}) as response:
        assert await response.read() == PNG
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    status, operators = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/files/{file['id']}/link")
    assert status == 200 and operators["url"] != given["url"]


async def test_message_sent_again_takes_its_files_once(site: Site) -> None:
    widget = await site.widget()
    _, file, _ = await send(site, widget.token)
    _, other, _ = await send(site, widget.token)
    acks = [await widget.say("Look", id="m1", files=[file["id"]]) for _ in range(3)]
    assert acks[0] == acks[1] == acks[2]
    await widget.send({"type": "message", "id": "m1", "text": "Look", "files": [other["id"]]})
    assert (await widget.expect("refused", id="m1"))["problem"]["type"] == "/problems/id_reused"


async def test_only_what_this_visitor_uploaded_and_did_not_send_is_taken(site: Site) -> None:
    widget, other = await site.widget(), await site.widget()
    _, foreign, _ = await send(site, other.token)
    _, operators = await site.upload(PNG)
    mine = await sent(site, widget)
    for file in (foreign["id"], operators["id"], "no-such-file", mine):
        await widget.send({"type": "message", "id": "m-x", "text": "Look", "files": [file]})
        problem = (await widget.expect("refused", id="m-x"))["problem"]
        assert (problem["type"], problem["field"]) == ("/problems/invalid", "files"), file
    for files in (["a"] * 11, ["../a"], [7], "abc", None):
        await widget.send({"type": "message", "id": "m-x", "text": "Look", "files": files})
        assert (await widget.expect("refused", id="m-x"))["problem"]["type"] == "/problems/malformed", files
    assert (await other.say("Look", files=[foreign["id"]]))["seq"] == 2


async def test_link_is_only_for_ones_own_conversation(site: Site) -> None:
    widget, other, new = await site.widget(), await site.widget(), await site.widget()
    file = await sent(site, widget)
    await other.say("Hello")
    _, unsent, _ = await send(site, widget.token)
    _, operators = await site.upload(PNG)
    refusals = [
        (await link(who, name))["problem"]
        for who, name in (
            (other, file), (new, file), (widget, unsent["id"]), (widget, operators["id"]), (widget, "no-such-file"),
            (widget, ""),
        )
    ]  # fmt: skip
    assert all(problem == refusals[0] for problem in refusals)
    assert refusals[0]["type"] == "/problems/not_found"
    for frame in ({"file": file}, {"id": "", "file": file}, {"id": "a b", "file": file}, {"id": "l"}, {"id": 7}):
        await widget.send({"type": "link", **frame})
        assert (await widget.expect("refused"))["problem"]["type"] == "/problems/malformed"
    assert (await link(widget, file))["type"] == "link"


async def test_erased_message_gives_no_link(site: Site) -> None:
    widget = await site.widget()
    file = await sent(site, widget)
    (conversation,) = {frame["conversation"] for frame in widget.frames if frame["type"] == "ack"}
    await site.node.dispatcher.submit(
        site.ours.business, conversation, AddNote(operator=Person(id="o", name="Olga"), text="erase it")
    )

    def erase(tx: Tx, now: int) -> None:
        whole = log.read_all(tx, conversation)
        log.rewrite(tx, conversation, [replace(entry, event=redact(entry.event)) for entry in whole])

    await site.node.store.write(site.ours.business, erase)
    assert (await link(widget, file))["type"] == "refused"


async def test_picture_of_an_operator_is_shown_to_its_customer(site: Site) -> None:
    widget = await site.widget()
    conversation = (await widget.say("Hello"))["conversation"]
    await widget.entry("bot_message")
    await site.verb(conversation, "take")
    floor = (await widget.entry("taken"))["seq"]
    _, file = await site.upload(PNG, name="plan.png")
    await site.verb(conversation, "reply", id="r1", text="The plan", floor_seq=floor, files=[file["id"]])
    assert (await widget.entry("operator_message"))["event"]["files"] == [file]
    assert (await link(widget, file["id"]))["type"] == "link"


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_page_that_is_not_allowed_may_not_upload(site: Site, method: str) -> None:
    for origin in (EVIL, "null", "", None, PAGE_ORIGIN + ".evil.example"):
        status, problem, headers = await send(site, "t" * 43, origin=origin, method=method)
        assert (status, problem["type"]) == (403, "/problems/origin_refused"), origin
        assert "Access-Control-Allow-Origin" not in headers
    for inbox in ("no-such-inbox", site.theirs.business):
        status, problem, headers = await send(site, "t" * 43, method=method, inbox=inbox)
        assert (status, problem["type"]) == (404, "/problems/not_found")
        assert "Access-Control-Allow-Origin" not in headers
    assert list((Path(site.node.settings.data) / "files").rglob("*")) == []


async def test_allowed_page_is_told_what_it_may_send(site: Site) -> None:
    status, _, headers = await send(site, "t" * 43, method="OPTIONS")
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == PAGE_ORIGIN
    assert headers["Access-Control-Allow-Methods"] == "POST"
    assert "authorization" in headers["Access-Control-Allow-Headers"]
    assert headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize(
    "authorization",
    ["", "Visitor", "Visitor short", "Visitor " + "ä" * 43, f"Bearer {'t' * 43}", f"Visitor {'t' * 44}"],
)
async def test_upload_without_a_visitors_token_is_refused_so_that_the_page_can_read_why(
    site: Site, authorization: str
) -> None:
    status, problem, headers = await send(site, "", authorization=authorization)
    assert (status, problem["type"]) == (401, "/problems/signed_out")
    assert headers["Access-Control-Allow-Origin"] == PAGE_ORIGIN


@pytest.mark.parametrize("query", [{"inbox": ""}, {"inbox": "a\x00b"}, {"name": "n" * 1001}, {"more": "x"}])
async def test_query_that_is_not_one_is_refused(site: Site, query: dict[str, Any]) -> None:
    status, problem, _ = await send(site, "t" * 43, PNG, **query)
    assert status in (404, 422), problem


async def test_visitor_who_sends_too_many_or_too_much_waits(sqlite_database: Database, tmp_path: Path) -> None:
    async with on_site(sqlite_database, tmp_path / "data", uploads_per_minute=1, file_limit=1000) as site:
        status, problem, headers = await send(site, "t" * 43, b"x" * 1001)
        assert (status, problem["type"], problem["limit"]) == (413, "/problems/too_large", 1000)
        assert headers["Access-Control-Allow-Origin"] == PAGE_ORIGIN
        for number in range(2):
            assert (await send(site, f"{number}" * 43, b"hello"))[0] == 200
        status, problem, headers = await send(site, "n" * 43, b"hello")
        assert (status, problem["type"]) == (429, "/problems/too_many"), "a new token is no new visitor"
        assert int(headers["Retry-After"]) > 0


async def test_upload_that_breaks_off_leaves_nothing(site: Site) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        raise RuntimeError("the page was closed")

    with pytest.raises((RuntimeError, aiohttp.ClientError)):
        await send(site, "t" * 43, half())
    await (await site.widget()).still_there()
    assert [path for path in (Path(site.node.settings.data) / "files").rglob("*") if path.is_file()] == []
