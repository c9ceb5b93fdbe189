"""What nodes share: the secret key, their files, Redis."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.commands.doctor.findings import Finding, mend, ok, warn
from gateway.commands.doctor.opened import read_store
from gateway.errors import StartupError
from gateway.files import FOLDER
from gateway.settings import Settings
from gateway.store import accounts

if TYPE_CHECKING:
    from redis.asyncio import Redis

FILES_WITHIN = 8.0


def check_key(settings: Settings) -> Iterator[Finding]:
    from gateway.vault import KEY_FILE, open_vault

    file = Path(settings.data) / KEY_FILE
    if not settings.secret_key and not settings.database and not file.exists():
        yield ok(f"{file} (made at the first start)")
        return
    fingerprint = open_vault(settings, Path(settings.data)).fingerprint
    if read_store(settings, "", lambda tx, now: accounts.key_known(tx), instead="") not in ("", fingerprint):
        yield mend(
            "It isn't the one that this database's secrets were sealed with: a node won't start. Restore it from where you keep it."
        )
        return
    where = "from the settings" if settings.secret_key else str(file)
    yield ok(f"{where}; keep a copy apart from the backups")


def check_files(settings: Settings) -> Iterator[Finding]:
    if settings.files:
        yield asyncio.run(_reach_files(settings.files))
        return
    folder = Path(settings.data) / FOLDER
    if not settings.database:
        yield ok(str(folder))
    elif folder.is_symlink() or folder.is_mount() or is_mounted(_mounts(), folder.resolve()):
        yield ok(f"{folder.resolve()}; it must be the same on every node")
    else:
        yield warn(
            f"They lie in {folder}, which other nodes don't see. Set `files` to s3://…, or mount one folder there on every node."
        )


def _mounts() -> str:
    """What the kernel says is mounted; "" on others than Linux."""
    try:
        return Path("/proc/self/mountinfo").read_text()
    except OSError:
        return ""


def is_mounted(table: str, folder: Path) -> bool:
    """``table`` as proc(5) has it under ``mountinfo``. ``Path.is_mount`` doesn't see a folder of the same disk, as containers' volumes are."""
    points = (line.split()[4] for line in table.splitlines() if line.count(" ") > 4)
    return str(folder) in {re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), one) for one in points}


async def _reach_files(place: str) -> Finding:
    """Lists, as the sweeper does."""
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        # Nothing is said of the client: that would undo what AWS_ALLOW_HTTP and the like say of it.
        objects = from_url(place, retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=FILES_WITHIN)})
        async with asyncio.timeout(FILES_WITHIN):
            async for _ in obstore.list(objects, chunk_size=1):
                break
    except (OSError, ValueError, BaseError) as error:
        why = (str(error) or f"no answer within {FILES_WITHIN:g} s").splitlines()[0][:200]
        return mend(f"{place} can't be used ({why}). Check `files`, the AWS_* variables, and what that account may do.")
    return ok(f"{place}, reached")


def check_redis(settings: Settings) -> Iterator[Finding]:
    if settings.redis:
        yield ok(asyncio.run(_reach_redis(settings.redis)))
    elif settings.database:
        yield warn(
            "Not set: nodes look at the database each second, typing isn't seen from one to another, and a call can't be taken over"
            " but at its own node. With more than one, set `redis`."
        )
    else:
        yield ok("not used: one node")


async def _reach_redis(url: str) -> str:
    """By which way, and who is the primary."""
    import redis

    from gateway.cluster.redis import Client, place_of

    place = place_of(url)
    try:
        async with Client(url) as client:
            began = time.monotonic()
            await client.ping()
            took = (time.monotonic() - began) * 1_000
            address = await _address(client)
    except (redis.RedisError, OSError) as error:
        what = f"No Sentinel names a primary of {place.service!r}" if place.service else "Redis can't be reached"
        raise StartupError(f"{what} ({error}). Check `redis`, and that its port is open to this machine.") from error
    way = "by TLS" if place.tls else "without TLS"
    return f"reached at {address} {way}, {took:.0f} ms"


async def _address(client: Redis) -> str:
    """Of the server that answers; behind Sentinels it may be another one tomorrow."""
    connection = await client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        return f"{connection.host}:{connection.port}"
    finally:
        await client.connection_pool.release(connection)
