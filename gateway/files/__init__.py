"""Files: their bytes in an object store, a row for each in the database.

Put first, then the row: an object that no row names is an orphan, and the sweeper's.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import obstore
import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from gateway.errors import Invalid, NotFound, Overloaded, StartupError, StorageUnavailable, TooLarge
from gateway.files.names import HEAD, clean_name, type_of
from gateway.model.events import Attachment
from gateway.model.ids import new_id
from gateway.store import files
from gateway.store.files import StoredFile
from gateway.store.sql import Tx
from gateway.store.store import Store

log = structlog.get_logger(__name__)

FOLDER = "files"
PART = 5 * 1024 * 1024
"""Bytes of a file that are held in memory at once, while it comes in. S3 takes no smaller part but the last."""
PIECE = 64 * 1024
RESERVE = 256 * 1024 * 1024
"""Bytes of the disk beside the database that no file takes: a full disk refuses files first, and text for as long as possible not."""
MOST_AT_ONCE = 32
"""Files that may come in at once on a node: with ``PART`` it bounds their memory."""


class Put(NamedTuple):
    """What was put into the object store, and has no row yet."""

    object: str
    name: str
    type: str
    size: int

    def stored(self, file: str, *, by: str, conversation: str = "", seq: int = 0) -> StoredFile:
        return StoredFile(file, self.object, self.name, self.type, self.size, by, conversation, seq)


class Files:
    """All files of a node's businesses. ``limit``: bytes of one. ``reserve``: those that stay free where files are on this machine's
    disk."""

    def __init__(self, store: Store, objects: ObjectStore, *, limit: int) -> None:
        self.limit = limit
        self.reserve = RESERVE
        self.objects = objects
        self._disk = objects.prefix if isinstance(objects, LocalStore) else None
        self._store = store
        self._coming_in = 0

    async def upload(self, business: str, chunks: AsyncIterator[bytes], *, name: str, by: str) -> Attachment:
        """Stores what somebody sends; it is theirs alone until a message of theirs takes it.

        Raises ``TooLarge``, ``Invalid`` (nothing in it), ``Overloaded``, ``StorageUnavailable``; then nothing is left.
        """
        put = await self.put(business, chunks, name=name)

        def unit(tx: Tx, now: int) -> StoredFile:
            file = put.stored(new_id(now), by=by)
            files.add(tx, file, now=now)
            return file

        return (await self._store.write(business, unit, key=put.object)).attachment

    async def put(self, business: str, chunks: AsyncIterator[bytes], *, name: str) -> Put:
        """As ``upload``, without the row."""
        if self._coming_in >= MOST_AT_ONCE:
            raise Overloaded("Many files are coming in right now. Send it again in a moment.")
        self._coming_in += 1
        try:
            return await self._put(f"{business}/{secrets.token_hex(16)}", chunks, name)
        finally:
            self._coming_in -= 1

    async def _put(self, place: str, chunks: AsyncIterator[bytes], name: str) -> Put:
        writer = obstore.open_writer_async(self.objects, place, buffer_size=PART, max_concurrency=1)
        head, size = b"", 0
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.limit:
                    raise too_large(self.limit)
                self._check_room()
                head += chunk[: HEAD - len(head)]
                with _storing():
                    await writer.write(chunk)
            if not size:
                raise Invalid("There is nothing in this file. Choose another.", field="file")
            with _storing():
                await writer.close()
        finally:
            del writer  # dropped before it was closed, it leaves nothing behind
        kind = type_of(head, name)
        return Put(place, clean_name(name, kind), kind, size)

    def _check_room(self) -> None:
        """Raises ``StorageUnavailable`` where the disk has nothing left for files."""
        if self._disk is None:
            return
        with _storing():
            free = shutil.disk_usage(self._disk).free
        if free < self.reserve:
            log.error("disk_nearly_full", free=free, reserve=self.reserve)
            raise StorageUnavailable("There is no room for files right now. Text still comes through.")

    async def find(self, business: str, file: str) -> StoredFile:
        """Raises ``NotFound``."""
        found = await self._store.read(business, lambda tx, now: files.find(tx, file))
        if found is None:
            raise NotFound("There is no such file in this business.")
        return found

    async def open(self, business: str, file: str) -> AsyncIterator[bytes]:
        """The bytes of a file. Raises ``NotFound``, ``StorageUnavailable``."""
        return await self.read((await self.find(business, file)).object)

    async def read(self, place: str) -> AsyncIterator[bytes]:
        """The bytes of an object. Raises ``NotFound``, ``StorageUnavailable``."""
        try:
            found = await obstore.get_async(self.objects, place)
        except (FileNotFoundError, NotFoundError) as error:
            raise NotFound("This file is gone.") from error
        except (OSError, BaseError) as error:
            raise _unavailable(error) from error
        return found.stream(min_chunk_size=PIECE)

    async def part(self, place: str, start: int, end: int) -> bytes:
        """The bytes of an object from ``start`` to before ``end``. Raises as ``read``."""
        try:
            return bytes(await obstore.get_range_async(self.objects, place, start=start, end=end))
        except (FileNotFoundError, NotFoundError) as error:
            raise NotFound("This file is gone.") from error
        except (OSError, BaseError) as error:
            raise _unavailable(error) from error

    async def delete(self, place: str) -> None:
        """Deletes an object, if it is there. Raises ``StorageUnavailable``."""
        with _storing(), contextlib.suppress(FileNotFoundError, NotFoundError):
            await obstore.delete_async(self.objects, place)


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"A file holds at most {limit // 1024 // 1024 or 1} MB. Send a smaller one.", limit=limit)


@contextlib.contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except (OSError, BaseError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> StorageUnavailable:
    log.error("files_unavailable", error=str(error)[:500])
    return StorageUnavailable("Files can't be reached right now. Try again shortly.")


def open_objects(place: str, folder: Path) -> ObjectStore:
    """The object store of the setting ``files``. Raises ``StartupError`` where it can't be one."""
    try:
        if place:
            return from_url(place)
        home = folder / FOLDER
        home.mkdir(mode=0o700, exist_ok=True)
        return LocalStore(home)
    except (OSError, ValueError, BaseError) as error:
        where = place or str(folder / FOLDER)
        raise StartupError(f"Files can't be kept in {where} ({str(error).splitlines()[0]}). Change `files`.") from error
