"""A business's content as the files that people wrote, and changes to it that touch nothing else.

A project comes from a folder, a ZIP archive or a table of questions, and goes back out as it came but for what was
changed here. What is no content (a README, Python) is kept and never run; files with secrets are left out.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from bot.content.errors import ContentError, Finding
from bot.content.source import MAX_FILE_BYTES, MAX_FOLDERS, MAX_TOTAL_BYTES
from gateway.faults import content as faults

MAX_FILES = 500
MAX_RATIO = 200
"""How many times larger than its archive a file may be: what is more is made to fill a disk."""
SECRETS = frozenset({"credentials.yml", "endpoints.yml", ".env"})
_WHEN = (2020, 1, 1, 0, 0, 0)
_LINK = 0o120000


class Project(msgspec.Struct, frozen=True):
    """``files``: their bytes by relative name. Equal files, equal project."""

    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """Changes with any byte of any file."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(f"{name}\x00{len(self.files[name])}\x00".encode())
            digest.update(self.files[name])
        return digest.hexdigest()[:32]

    def texts(self) -> dict[str, str]:
        """The YAML files by name. Raises ``ContentError`` for one that isn't UTF-8."""
        return {name: text_of(name, body) for name, body in sorted(self.files.items()) if is_yaml(name)}

    def with_texts(self, texts: Mapping[str, str]) -> Project:
        """With these files written anew; the others are the same."""
        return Project({**self.files, **{name: text.encode() for name, text in texts.items()}})

    def write(self, folder: Path) -> None:
        """Writes every file below the folder, which is empty."""
        for name, body in self.files.items():
            target = folder / check_name(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)

    def archive(self) -> bytes:
        """As a ZIP; the same project gives the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(self.files):
                archive.writestr(zipfile.ZipInfo(name, _WHEN), self.files[name], zipfile.ZIP_DEFLATED)
        return buffer.getvalue()


def text_of(name: str, body: bytes) -> str:
    """As UTF-8, its line ends as they are. Raises ``ContentError``."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError(faults.NOT_UTF8(), file=name, line=body[: error.start].count(b"\n") + 1) from error


def is_yaml(name: str) -> bool:
    return name.endswith((".yml", ".yaml"))


def read_folder(folder: Path) -> tuple[Project, tuple[Finding, ...]]:
    """The project in the folder, and what of it is left out. Raises ``ContentError``."""
    if not folder.is_dir():
        raise ContentError(faults.NO_FOLDER(), file=str(folder))
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if path.is_symlink():
            raise ContentError(faults.LINK(), file=name)
        if path.is_file():
            if path.stat().st_size > MAX_FILE_BYTES:
                raise ContentError(faults.LARGE_FILE(limit=MAX_FILE_BYTES // 1_000_000), file=name)
            files[name] = path.read_bytes()
            _check_size(files)
    return _without_secrets(files)


def read_archive(body: bytes) -> tuple[Project, tuple[Finding, ...]]:
    """The project in a ZIP archive, and what of it is left out. Raises ``ContentError``.

    Nothing is trusted: neither names (links, ``..``, absolute ones are refused) nor stated sizes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            files = dict(_entries(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise ContentError(faults.NO_ARCHIVE(), file="") from error
    return _without_secrets(_from_root(files))


def _entries(archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    total = 0
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_FILES:
        raise ContentError(faults.MANY_FILES(limit=MAX_FILES), file="")
    for info in infos:
        name = info.filename
        if (info.external_attr >> 16) & 0o170000 == _LINK:
            raise ContentError(faults.LINK(), file=name)
        check_name(name)
        if any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts):
            continue
        with archive.open(info) as file:
            body = file.read(MAX_FILE_BYTES + 1)
        if len(body) > MAX_FILE_BYTES or len(body) > MAX_RATIO * max(info.compress_size, 100):
            raise ContentError(faults.LARGE_FILE(limit=MAX_FILE_BYTES // 1_000_000), file=name)
        total += len(body)
        if total > MAX_TOTAL_BYTES:
            raise ContentError(faults.LARGE(limit=MAX_TOTAL_BYTES // 1_000_000), file=name)
        found.append((name, body))
    return found


def check_name(name: str) -> str:
    """A relative name that stays below its folder. Raises ``ContentError``."""
    parts = PurePosixPath(name).parts
    bad = not parts or name.startswith("/") or "\\" in name or ":" in parts[0] or len(name) > 200
    if bad or any(part == ".." for part in parts) or not name.isprintable():
        raise ContentError(faults.PATH(), file=name[:200])
    if len(parts) > MAX_FOLDERS + 1:
        raise ContentError(faults.DEEP_FOLDERS(limit=MAX_FOLDERS), file=name)
    return name


def _from_root(files: dict[str, bytes]) -> dict[str, bytes]:
    """An archive of a folder has that folder's name before each of its files."""
    tops = {PurePosixPath(name).parts[0] for name in files}
    nested = len(tops) == 1 and all("/" in name for name in files)
    has_content = any(is_yaml(name) and name.count("/") == 1 for name in files)
    return {name.split("/", 1)[1]: body for name, body in files.items()} if nested and has_content else files


def _check_size(files: Mapping[str, bytes]) -> None:
    if len(files) > MAX_FILES:
        raise ContentError(faults.MANY_FILES(limit=MAX_FILES), file="")
    if sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise ContentError(faults.LARGE(limit=MAX_TOTAL_BYTES // 1_000_000), file="")


def _without_secrets(files: dict[str, bytes]) -> tuple[Project, tuple[Finding, ...]]:
    secret = [name for name in files if PurePosixPath(name).name in SECRETS]
    findings = tuple(Finding(file=name, line=1, fault=faults.SECRETS()) for name in secret)
    return Project({name: body for name, body in files.items() if name not in secret}), findings
