"""Downloads of models: resumed where they broke off, checked, unpacked within bounds, and there only when they are whole."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

import aiohttp
import msgspec

from gateway.errors import SwitchboardError
from speech.models import MANIFEST, Fetched, File, Manifest, Model

_PIECE = 256 * 1024
_LARGEST = 8 * 1024**3
"""Bytes of a file, and of all that an archive holds."""
_MOST_FILES = 1_000
_SECONDS = 60.0
"""Without a byte, after which a server is given up."""
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS, sock_read=_SECONDS)
_PARTIAL, _NEW, _ETAG = ".part", ".new", ".etag"


class DownloadFailed(SwitchboardError):
    """A model that didn't come, or not whole; the text says what to do. What came stays where that is of use."""


class Progress(Protocol):
    """Is told of each piece: the file's name, bytes that are there, of how many (0: not known)."""

    def __call__(self, name: str, done: int, size: int) -> None: ...


async def download(
    model: Model, folder: Path, *, session: aiohttp.ClientSession, server: str = "", progress: Progress | None = None
) -> Path:
    """Fetches a model into ``folder/ENGINE/NAME`` and returns that. ``server``: a mirror's address in place of the publisher's.

    One that is there already is fetched anew, and stays until the new one is whole. Raises ``DownloadFailed``.
    """
    address = (server or model.server).rstrip("/")
    target = folder / model.engine / model.name
    new = target.with_name(f".{model.name}{_NEW}")
    try:
        with _alone(target):
            new.mkdir(exist_ok=True)
            fetched = [await _fetch(file, f"{address}/{file.path}", new, session, progress) for file in model.files]
            _compare(model, target, fetched)
            if model.archive:
                _unpack(new / fetched[0].name, new, model.name)
            manifest = Manifest(model=model.name, server=address, files=tuple(fetched))
            (new / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
            _swap(new, target)
    except OSError as error:
        raise DownloadFailed(f"{model.name} can't be written to {folder}: {error.strerror or error}") from error
    return target


async def _fetch(
    file: File, url: str, into: Path, session: aiohttp.ClientSession, progress: Progress | None
) -> Fetched:
    """One file, on from where an earlier try broke off."""
    name = file.name or PurePosixPath(file.path).name
    path = into / name
    partial = into / f"{name}{_PARTIAL}"
    if not path.exists():
        try:
            await _receive(file, name, url, partial, session, progress)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DownloadFailed(
                f"{url} broke off ({type(error).__name__}). The same command goes on from there."
            ) from error
        os.replace(partial, path)
    size, md5, sha256 = _digests(path)
    if (file.size and size != file.size) or (file.md5 and md5 != file.md5):
        path.unlink()
        raise DownloadFailed(f"{url} isn't what its publisher made: {size} bytes, MD5 {md5}. It was deleted.")
    return Fetched(name=name, size=size, sha256=sha256)


async def _receive(
    file: File, name: str, url: str, partial: Path, session: aiohttp.ClientSession, progress: Progress | None
) -> None:
    etag = partial.with_name(f"{name}{_ETAG}")
    done = partial.stat().st_size if partial.exists() else 0
    async with session.get(url, headers=_asked(done, etag), timeout=_TIMEOUT) as answer:
        if answer.status == 416 or (answer.status == 206 and not _goes_on(answer, done)):
            partial.unlink(missing_ok=True)
            raise DownloadFailed(f"{url} is another file by now. Run the command again.")
        if answer.status not in (200, 206):
            raise DownloadFailed(f"{url} answered {answer.status}. Look whether the address is right, or try a mirror.")
        done = done if answer.status == 206 else 0
        etag.write_text(answer.headers.get("ETag", ""), encoding="utf-8")
        size = done + answer.content_length if answer.content_length is not None else file.size
        with partial.open("ab" if done else "wb") as out:
            async for piece in answer.content.iter_chunked(_PIECE):
                done += len(piece)
                if done > (file.size or _LARGEST):
                    partial.unlink()
                    etag.unlink()
                    raise DownloadFailed(f"{url} is larger than it may be. What came was not kept.")
                out.write(piece)
                if progress is not None:
                    progress(name, done, size)
    etag.unlink()


def _asked(done: int, etag: Path) -> dict[str, str]:
    """Headers of a request: on from ``done`` if it still is the same file. Ranges count bytes as they are sent, so nothing may be
    compressed on the way."""
    headers = {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
        if etag.exists() and (known := etag.read_text(encoding="utf-8")) and not known.startswith("W/"):
            headers["If-Range"] = known
    return headers


def _goes_on(answer: aiohttp.ClientResponse, done: int) -> bool:
    """Whether it begins where we are."""
    return answer.headers.get("Content-Range", "").startswith(f"bytes {done}-")


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Nobody else downloads it at the same time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = target.with_name(f".{target.name}.lock")
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DownloadFailed(f"{target.name} is being downloaded already.") from error
        yield
        lock.unlink(missing_ok=True)


def _digests(path: Path) -> tuple[int, str, str]:
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            size += len(piece)
            md5.update(piece)
            sha256.update(piece)
    return size, md5.hexdigest(), sha256.hexdigest()


def manifest_of(path: Path) -> Manifest | None:
    """What a model's folder was made from; None where somebody put it there by hand."""
    try:
        return msgspec.json.decode((path / MANIFEST).read_bytes()[:64_000], type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def _compare(model: Model, target: Path, fetched: list[Fetched]) -> None:
    """A model without published checksums must be the one that came the first time."""
    before = manifest_of(target)
    if model.pinned or before is None:
        return
    known = {file.name: file.sha256 for file in before.files}
    for file in fetched:
        if known.get(file.name, file.sha256) != file.sha256:
            raise DownloadFailed(
                f"{file.name} of {model.name} is another one than was downloaded before. "
                f"If that is as it should be, delete {target} and run the command again."
            )


def _unpack(archive: Path, into: Path, name: str) -> None:
    """The archive's folder ``name`` becomes ``into``. Nothing leaves it, and nothing is larger than it says."""
    try:
        with zipfile.ZipFile(archive) as file:
            members = file.infolist()
            if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _LARGEST:
                raise DownloadFailed(f"{archive.name} holds more than a model can.")
            for member, path in _placed(members, name):
                _write(file, member, into / path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        archive.unlink()
        raise DownloadFailed(f"{archive.name} is damaged. It was deleted; run the command again.") from error
    archive.unlink()


def _placed(members: list[zipfile.ZipInfo], name: str) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    for member in members:
        path = PurePosixPath(member.filename)
        link = stat.S_ISLNK(member.external_attr >> 16)
        if link or path.is_absolute() or ".." in path.parts or "\\" in member.filename or path.parts[:1] != (name,):
            raise DownloadFailed(
                f"The archive of {name} wants to write elsewhere ({member.filename[:80]!r}). It was not unpacked."
            )
        if not member.is_dir() and len(path.parts) > 1:
            yield member, PurePosixPath(*path.parts[1:])


def _write(file: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with file.open(member) as source, path.open("wb") as out:
        while piece := source.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise zipfile.BadZipFile("larger than it says")
            out.write(piece)


def _swap(new: Path, target: Path) -> None:
    """The new folder in the place of the old one; at no instant is there half of one."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.replace(target, old)
    os.replace(new, target)
    shutil.rmtree(old, ignore_errors=True)
