"""Files over HTTP: uploaded by people and programs, sent once, and handed out as what they are, never as a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.http.files import LONGEST_PART, part_of
from gateway.model.events import Attachment, OperatorMessage
from tests.support.stores import Database
from tests.support_edge.clients import Widget
from tests.support_edge.site import Site, on_site

LIMIT = 300_000
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 600


@pytest.fixture(params=["sqlite", "postgresql"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    async with on_site(database, tmp_path / "data", file_limit=LIMIT) as running:
        yield running


async def taken(site: Site, who: str = "olga") -> tuple[Widget, str, int]:
    """A conversation that ``who`` has, and its floor."""
    widget = await site.widget()
    conversation = str((await widget.say("Hello"))["conversation"])
    await widget.entry("bot_message")
    assert (await site.verb(conversation, "take", who=who))[0] == 200
    floor = int((await widget.entry("taken"))["seq"])
    return widget, conversation, floor


async def link_of(site: Site, file: str, *, who: str = "olga") -> str:
    status, answer = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/files/{file}/link", who=who)
    assert status == 200, answer
    return str(answer["url"])


async def test_uploaded_file_is_stored_whole_however_large_a_body_may_be_elsewhere(site: Site) -> None:
    status, file = await site.upload(PNG, name="../Photo of me.png")

    assert (status, len(PNG) > 64 * 1024) == (200, True)
    assert file == {"id": file["id"], "name": "Photo of me.png", "type": "image/png", "size": len(PNG)}
    async with site.http.get(site.origin + await link_of(site, file["id"])) as response:
        assert await response.read() == PNG
    asked = {"Range": "bytes=1000-1999"}
    async with site.http.get(site.origin + await link_of(site, file["id"]), headers=asked) as response:
        assert (response.status, await response.read()) == (206, PNG[1000:2000])
        assert response.headers["Content-Range"] == f"bytes 1000-1999/{len(PNG)}"
        assert response.headers["Content-Disposition"].startswith("attachment")


async def test_program_uploads_with_its_token(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.ours.tokens['operator']}"}
    path = f"{site.origin}/api/v1/businesses/{site.ours.business}/files"
    async with site.http.post(path, headers=headers, data=b"a,b", params={"name": "table.csv"}) as response:
        file = await response.json()
    async with site.http.get(f"{path}/{file['id']}/link", headers=headers) as response:
        assert response.status == 200


async def test_too_large_file_is_refused_told_its_limit_and_not_kept(site: Site) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LIMIT // 1000 + 1):
            yield b"x" * 1000

    for data in (b"x" * (LIMIT + 1), endless()):
        path = f"{site.origin}/api/v1/businesses/{site.ours.business}/files"
        async with site.http.post(path, headers=site.headers(), data=data) as response:
            problem = await response.json(content_type=None)
        assert (response.status, problem["type"], problem["limit"]) == (413, "/problems/too_large", LIMIT)
    assert list((Path(site.node.settings.data) / "files").rglob("*")) == []


async def test_empty_file_and_wrong_query_are_refused(site: Site) -> None:
    assert (await site.upload(b""))[0] == 422
    assert (await site.upload(b"x", name="n" * 1001))[0] == 422


async def test_reply_carries_the_files_of_whom_it_is_by(site: Site) -> None:
    widget, conversation, floor = await taken(site)
    _, file = await site.upload(PNG, name="photo.png")

    status, answer = await site.verb(conversation, "reply", id="r1", text="", floor_seq=floor, files=[file["id"]])

    assert status == 200, answer
    message = (await site.log(conversation))[-1].event
    assert isinstance(message, OperatorMessage)
    assert message.files == (Attachment(id=file["id"], name="photo.png", type="image/png", size=len(PNG)),)
    entry = await widget.entry("operator_message")
    assert entry["event"]["files"] == [file]
    row = (await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}"))[1]["row"]
    assert row["preview"]["text"] == "photo.png"


async def test_reply_that_is_sent_again_is_the_same_reply(site: Site) -> None:
    _, conversation, floor = await taken(site)
    _, file = await site.upload(PNG)
    _, other = await site.upload(PNG)
    body: dict[str, Any] = {"id": "r1", "text": "Here", "floor_seq": floor, "files": [file["id"]]}

    answers = [await site.verb(conversation, "reply", **body) for _ in range(3)]
    changed = await site.verb(conversation, "reply", **{**body, "files": [other["id"]]})

    assert answers[0] == answers[1] == answers[2]
    assert (changed[0], changed[1]["type"]) == (409, "/problems/id_reused")
    assert [e.event.text for e in await site.log(conversation) if isinstance(e.event, OperatorMessage)] == ["Here"]


async def test_only_ones_own_unsent_file_can_be_sent(site: Site) -> None:
    _, conversation, floor = await taken(site)
    _, file = await site.upload(PNG)
    _, colleagues = await site.upload(PNG, who="pavel")
    assert (await site.verb(conversation, "reply", id="r1", text="", floor_seq=floor, files=[file["id"]]))[0] == 200
    before = await site.log(conversation)

    for files in ([file["id"]], [colleagues["id"]], ["no-such-file"], [colleagues["id"], "no-such-file"]):
        status, problem = await site.verb(conversation, "reply", id="r2", text="Hi", floor_seq=floor, files=files)
        assert (status, problem["type"], problem["field"]) == (422, "/problems/invalid", "files"), files
    bad: list[tuple[str, Any]] = [("", []), ("\u202e", []), ("x", ["a"] * 11), ("x", ["../a"]), ("x", [7]), ("x", None)]
    for text, wrong in bad:
        status, _ = await site.verb(conversation, "reply", id="r2", text=text, floor_seq=floor, files=wrong)
        assert status == 422, (text, wrong)
    assert await site.log(conversation) == before


async def test_refused_reply_leaves_its_file_to_be_sent(site: Site) -> None:
    _, conversation, floor = await taken(site)
    _, file = await site.upload(PNG)
    stale = await site.verb(conversation, "reply", id="r1", text="", floor_seq=floor - 1, files=[file["id"]])
    assert (stale[0], stale[1]["type"]) == (409, "/problems/stale_floor")

    assert (await site.verb(conversation, "reply", id="r1", text="", floor_seq=floor, files=[file["id"]]))[0] == 200


async def test_file_is_handed_out_as_an_attachment_that_no_page_can_be_made_of(site: Site) -> None:
    _, file = await site.upload(b"<!DOCTYPE html><html><script>alert(1)</script>", name='смета "май"; x.html')

    async with site.http.get(site.origin + await link_of(site, file["id"])) as response:
        headers = response.headers

    assert response.status == 200
    assert headers["Content-Type"] == "text/html"
    assert headers["Content-Length"] == str(file["size"])
    assert headers["Content-Disposition"] == (
        'attachment; filename="_____ ____ x.html"'
        "; filename*=UTF-8''%D1%81%D0%BC%D0%B5%D1%82%D0%B0%20%D0%BC%D0%B0%D0%B9%3B%20x.html"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"].startswith("private")
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_wrong_links_are_one_problem(site: Site) -> None:
    _, file = await site.upload(PNG)
    _, other = await site.upload(PNG)
    link = await link_of(site, file["id"])
    path, _, query = link.partition("?")
    wrong = [
        path, f"{path}?", link[:-1], link + "x", link.replace("reader=", "reader=x"), link.replace("until=", "until=9"),
        link.replace(file["id"], other["id"]), link.replace(site.ours.business, site.theirs.business),
        f"/files/{site.ours.business}/no-such-file?{query}", f"/files/%00/{'a' * 3000}?{query}",
        f"/files/..%2f..%2fetc/passwd?{query}",
    ]  # fmt: skip
    problems = []
    for url in wrong:
        async with site.http.get(site.origin + url) as response:
            assert response.status == 403, url
            problems.append(await response.json(content_type=None))
    assert all(problem == problems[0] for problem in problems)
    assert problems[0]["type"] == "/problems/link_invalid"


async def test_link_is_given_for_what_one_may_read(site: Site) -> None:
    _, conversation, floor = await taken(site)
    _, file = await site.upload(PNG)
    base = f"/api/v1/businesses/{site.ours.business}/files"
    assert (await site.call("GET", f"{base}/{file['id']}/link", who="pavel"))[0] == 404, "it was not sent yet"
    assert (await site.verb(conversation, "reply", id="r1", text="", floor_seq=floor, files=[file["id"]]))[0] == 200

    assert await link_of(site, file["id"], who="pavel") != await link_of(site, file["id"], who="olga")
    foreign = f"/api/v1/businesses/{site.theirs.business}/files/{file['id']}/link"
    assert (await site.call("GET", foreign))[0] == 404
    rita = {"Cookie": f"switchboard_session={site.theirs.sessions['rita']}"}
    async with site.http.get(site.origin + foreign, headers=rita) as response:
        assert response.status == 404, "a business has only its own files"


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=100-", None),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=1-2", None),
        ("", None),
    ],
)
def test_one_part_of_a_file_may_be_asked_for(header: str, part: tuple[int, int] | None) -> None:
    assert part_of(header, 100) == part


def test_a_part_is_never_large() -> None:
    assert part_of("bytes=5-", 10**9) == (5, 5 + LONGEST_PART)
