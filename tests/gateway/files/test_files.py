"""Files go in piece by piece, and what is refused or breaks off leaves nothing behind."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import obstore
import pytest

from gateway.errors import Invalid, NotFound, Overloaded, StartupError, StorageUnavailable, TooLarge
from gateway.files import MOST_AT_ONCE, Files, open_objects
from gateway.model.events import Attachment
from gateway.store import files as stored
from gateway.store.store import Store
from tests.gateway.files.conftest import LIMIT
from tests.support.stores import Place

PIECE = 64 * 1024


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def broken(after: int) -> AsyncIterator[bytes]:
    for _ in range(after):
        yield b"x" * PIECE
    raise ConnectionResetError("gone")


def left(files: Files) -> list[str]:
    """The names of all objects there are; in a folder also of those half-written."""
    names = [meta["path"] for meta in obstore.list(files.objects).collect()]
    prefix = getattr(files.objects, "prefix", None)
    return names + [path.name for path in Path(prefix).rglob("*") if "#" in path.name] if prefix else names


async def content(files: Files, place: Place, file: str) -> bytes:
    return b"".join([bytes(chunk) async for chunk in await files.open(place.business, file)])


async def test_what_was_uploaded_is_read_as_it_was(files: Files, place: Place) -> None:
    body = b"%PDF-1.7\n" + bytes(range(256)) * 20_000
    parts = [body[at : at + PIECE] for at in range(0, len(body), PIECE)]

    file = await files.upload(place.business, pieces(*parts), name="../bill.pdf", by="olga")

    assert file == Attachment(id=file.id, name="bill.pdf", type="application/pdf", size=len(body))
    assert await content(files, place, file.id) == body
    (name,) = left(files)
    assert name.startswith(f"{place.business}/")
    assert file.id not in name and "bill" not in name, "an object's name tells nothing and can't be guessed"


async def test_file_just_at_the_limit_passes_and_one_byte_more_leaves_nothing(files: Files, place: Place) -> None:
    full = [b"x" * PIECE] * (LIMIT // PIECE)
    assert (await files.upload(place.business, pieces(*full), name="a", by="olga")).size == LIMIT
    before = left(files)

    with pytest.raises(TooLarge) as refused:
        await files.upload(place.business, pieces(*full, b"y"), name="b", by="olga")

    assert refused.value.fields["limit"] == LIMIT
    assert left(files) == before


@pytest.mark.parametrize("after", [0, 1, 100])
async def test_upload_that_breaks_off_leaves_nothing(files: Files, place: Place, after: int) -> None:
    with pytest.raises(ConnectionResetError):
        await files.upload(place.business, broken(after), name="a", by="olga")

    assert left(files) == []


async def test_upload_that_is_cancelled_leaves_nothing(files: Files, place: Place) -> None:
    began, never = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * PIECE
        began.set()
        await never.wait()

    upload = asyncio.create_task(files.upload(place.business, slow(), name="a", by="olga"))
    await began.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload

    assert left(files) == []


async def test_empty_file_is_refused(files: Files, place: Place) -> None:
    for parts in ((), (b"", b"")):
        with pytest.raises(Invalid):
            await files.upload(place.business, pieces(*parts), name="a", by="olga")
    assert left(files) == []


async def test_disk_with_no_room_for_files_takes_none_and_keeps_nothing(
    store: Store, tmp_path: Path, place: Place
) -> None:
    files = Files(store, open_objects("", tmp_path), limit=LIMIT)
    files.reserve = shutil.disk_usage(tmp_path).total
    with pytest.raises(StorageUnavailable, match="no room for files"):
        await files.upload(place.business, pieces(b"x" * PIECE), name="a", by="olga")
    assert left(files) == []
    files.reserve = 0
    assert (await files.upload(place.business, pieces(b"x" * PIECE), name="a", by="olga")).size == PIECE


async def test_too_many_at_once_are_told_to_come_again(files: Files, place: Place) -> None:
    gate = asyncio.Event()
    waiting = 0

    async def slow() -> AsyncIterator[bytes]:
        nonlocal waiting
        waiting += 1
        await gate.wait()
        yield b"x"

    uploads = [
        asyncio.create_task(files.upload(place.business, slow(), name="a", by="olga")) for _ in range(MOST_AT_ONCE)
    ]
    while waiting < MOST_AT_ONCE:
        await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await files.upload(place.business, pieces(b"x"), name="a", by="olga")
    gate.set()
    await asyncio.gather(*uploads)
    assert (await files.upload(place.business, pieces(b"x"), name="a", by="olga")).size == 1


async def test_file_of_another_business_is_not_there(files: Files, place: Place, store: Store) -> None:
    file = await files.upload(place.business, pieces(b"hello"), name="a", by="olga")

    for business, name in (("another", file.id), (place.business, "no-such-file")):
        with pytest.raises(NotFound):
            await files.find(business, name)


async def test_object_that_is_gone_is_not_found(files: Files, place: Place) -> None:
    file = await files.upload(place.business, pieces(b"hello"), name="a", by="olga")
    await files.delete((await files.find(place.business, file.id)).object)
    await files.delete((await files.find(place.business, file.id)).object)

    with pytest.raises(NotFound):
        await files.open(place.business, file.id)


async def test_folder_that_can_not_be_written_stores_nothing(store: Store, place: Place, tmp_path: Path) -> None:
    files = Files(store, open_objects("", tmp_path), limit=LIMIT)
    (tmp_path / "files" / place.business).write_text("in the way")

    with pytest.raises(StorageUnavailable):
        await files.upload(place.business, pieces(b"hello"), name="a", by="olga")
    rows = await store.read("", lambda tx, now: stored.unattached(tx, before=now + 1, limit=10))
    assert rows == []


def test_place_that_is_none_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    for place, folder in (("", tmp_path), ("s3://", tmp_path), ("nowhere://bucket", tmp_path)):
        with pytest.raises(StartupError, match="Change `files`"):
            open_objects(place, folder)


def test_a_folder_of_files_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    open_objects("", tmp_path)

    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
