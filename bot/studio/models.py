"""Trained files: in the object store that all nodes share, with a copy in each node's own folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore

from bot.files import beside_of
from gateway.errors import NotFound, StorageUnavailable

PREFIX = "models"
"""Before every trained file's name in the object store, where no business's files are."""


class Models:
    """``folder``: this node's own copies."""

    def __init__(self, objects: ObjectStore, folder: Path) -> None:
        self._objects = objects
        self.folder = folder

    async def share(self, name: str) -> None:
        """Puts this node's file where the others find it. Raises ``StorageUnavailable``."""
        body = await asyncio.to_thread((self.folder / name).read_bytes)
        try:
            await obstore.put_async(self._objects, f"{PREFIX}/{name}", body)
        except (OSError, BaseError) as error:
            raise StorageUnavailable("The trained bot can't be stored right now. Try again shortly.") from error

    async def find(self, name: str) -> Path:
        """The file, fetched if it isn't here yet. Raises ``NotFound``, ``StorageUnavailable``."""
        path = self.folder / name
        if not path.is_file():
            body = await self._fetch(name)
            await asyncio.to_thread(_write, path, body)
        return path

    async def _fetch(self, name: str) -> bytes:
        try:
            found = await obstore.get_async(self._objects, f"{PREFIX}/{name}")
            return bytes(await found.bytes_async())
        except (FileNotFoundError, NotFoundError) as error:
            raise NotFound("This trained bot is gone; train it again.") from error
        except (OSError, BaseError) as error:
            raise StorageUnavailable("The trained bot can't be fetched right now.") from error


def _write(path: Path, body: bytes) -> None:
    beside = beside_of(path, id(body))
    beside.write_bytes(body)
    beside.replace(path)
