"""Teaching a business's Rasa servers: a project trained and loaded on one server after another, so that one always answers.

Replacing a model blocks a server for ten seconds and more, and each replacement leaves it larger. So the server that
answers is never the one that learns, where there are two: the spare one is trained, loaded and warmed, conversations move
over to it (their trackers are written anew from our log), and then the other one follows. With one server customers wait
while it loads, and turns that come meanwhile are tried again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.rasa.errors import RasaNotTrained
from bot.rasa.pool import Pool, Server

Stage = Literal["training", "loading", "warming", "answering"]
LARGEST = 16 * 1024 * 1024
"""Bytes of a project's files together."""
WARMING = ("hello", "привет")
_NO_CONTENT = ("credentials", "endpoints", "switchboard")
_FOLDERS = ("tests", "models", "results")


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Server ``number`` of ``count`` has begun this stage; ``model``: its file there, once it has one."""

    stage: Stage
    number: int
    count: int
    model: str = ""


async def replace(pool: Pool, content: bytes, tell: Callable[[Progress], None]) -> str:
    """Trains the content (as ``merged`` makes it) on every server of the pool, the spare one first; the id of the model
    that answers then.

    Raises ``RasaNotTrained`` with Rasa's words, and then nothing has changed; or another ``RasaError``, and then the
    servers may run different models until it is done again.
    """
    order = [server for server in pool.servers if server is not pool.active] + [pool.active]
    model = ""
    for number, server in enumerate(order, 1):
        step = Progress(stage="training", number=number, count=len(order))
        model = await _teach(server, content, step, tell)
        pool.prefer(server)
        tell(msgspec.structs.replace(step, stage="answering", model=model))
    return model


async def _teach(server: Server, content: bytes, step: Progress, tell: Callable[[Progress], None]) -> str:
    """The server's new model; ``step`` is how far it is at first."""
    await server.client.version()
    tell(step)
    file = await server.client.train(content)
    tell(msgspec.structs.replace(step, stage="loading", model=file))
    await server.client.load(f"models/{file}")
    server.saw("")
    tell(msgspec.structs.replace(step, stage="warming", model=file))
    for text in WARMING:
        await server.client.parse(text)
    await server.known()
    return server.model


def merged(project: Path) -> bytes:
    """A Rasa project as the one YAML document that Rasa's training takes. Raises ``RasaNotTrained`` where it can't be."""
    whole: dict[str, Any] = {}
    size = 0
    for path in _files(project):
        size += path.stat().st_size
        if size > LARGEST:
            raise RasaNotTrained(f"The project has more than {LARGEST >> 20} MB.")
        try:
            read = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
        except (YAMLError, UnicodeDecodeError, RecursionError) as error:
            raise RasaNotTrained(f"{path.relative_to(project)} can't be read as YAML.") from error
        if not isinstance(read, dict):
            raise RasaNotTrained(f"{path.relative_to(project)} isn't a part of a Rasa project.")
        for name, part in read.items():
            whole[name] = _joined(whole.get(name), part)
    if "pipeline" not in whole:
        raise RasaNotTrained("The project has no config.yml with a pipeline, which Rasa needs.")
    written = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode = True
    yaml.width = 10_000
    yaml.dump(whole, written)
    return written.getvalue().encode()


def _files(project: Path) -> list[Path]:
    found = [
        path
        for path in sorted(project.rglob("*"))
        if path.suffix in (".yml", ".yaml") and path.is_file() and not path.is_symlink()
    ]
    return [path for path in found if _is_content(path.relative_to(project))]


def _is_content(path: Path) -> bool:
    return path.parts[0] not in _FOLDERS and path.stem not in _NO_CONTENT and not path.parts[0].startswith(".")


def _joined(before: Any, part: Any) -> Any:
    """As Rasa joins what is split over files: lists and mappings grow, anything else is the last one's."""
    if isinstance(before, list) and isinstance(part, list):
        return [*before, *part]
    if isinstance(before, dict) and isinstance(part, dict):
        return before | part
    return part
