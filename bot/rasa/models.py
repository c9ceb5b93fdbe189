"""Teaching a business's Rasa servers: a project trained and loaded on one server after another, so that one always answers.

Replacing a model blocks a server for ten seconds and more, and each replacement leaves it larger. So the server that
answers is never the one that learns, where there are two: the spare one is trained, loaded and warmed, conversations move
over to it (their trackers are written anew from our log), and then the other one follows. With one server customers wait
while it loads, and turns that come meanwhile are tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from bot.rasa.pool import Pool, Server

Stage = Literal["training", "loading", "warming", "answering"]
WARMING = ("hello", "привет")


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Server ``number`` of ``count`` has begun this stage; ``model``: its file there, once it has one."""

    stage: Stage
    number: int
    count: int
    model: str = ""


async def replace(pool: Pool, content: bytes, tell: Callable[[Progress], None]) -> str:
    """Trains the content (as ``project.merged`` makes it) on every server of the pool, the spare one first; the id of the model
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
