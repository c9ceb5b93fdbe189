"""``switchboard doctor``: what is as it must be, and what to do where it isn't."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from gateway.commands.options import ConfigOption, DataOption, out, settings_of
from gateway.errors import FolderInUse, StartupError
from gateway.settings import Settings
from gateway.store.opening import (
    check_known,
    open_beside,
    open_folder,
    open_postgresql,
    postgresql_revision,
    postgresql_url,
    sqlite_revision,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from speech.catalogue import Known


def doctor(config: ConfigOption = None, data: DataOption = None) -> None:
    """Look whether everything is as it must be, and say what to do where it isn't."""
    settings = settings_of(config, data=data)
    checks = [
        ("Python", _check_python), ("Front end", _check_front_end), ("Data folder", lambda: _check_folder(settings)),
        ("Database", lambda: _check_database(settings)), ("Secret key", lambda: _check_key(settings)), ("Redis", lambda: _check_redis(settings)),
        ("Public URL", lambda: _check_url(settings)), ("Speech", lambda: _check_speech(settings)),
    ]  # fmt: skip
    table = Table(show_header=False, box=None)
    failed = 0
    for name, check in checks:
        try:
            table.add_row("[green]ok[/green]", name, check())
        except Exception as error:
            failed += 1
            table.add_row("[red]mend[/red]", name, str(error))
    out.print(table)
    if failed:
        raise typer.Exit(1)


def _check_python() -> str:
    if sys.version_info < (3, 11):  # noqa: UP036 (it is told to those whose wrapper picked another)
        raise StartupError("Python 3.11 or newer is needed.")
    return sys.version.split()[0]


def _check_front_end() -> str:
    from gateway.http.static import STATIC

    if not (STATIC / "console" / "index.html").exists():
        raise StartupError("Not built. `make web` builds it; a wheel brings it along.")
    return str(STATIC)


def _check_folder(settings: Settings) -> str:
    path = Path(settings.data)
    if not path.exists():
        return f"{path} (made at the first start)"
    with contextlib.suppress(FolderInUse):
        open_folder(path).close()
    free = shutil.disk_usage(path).free
    if free < 256 * 1024 * 1024:
        raise StartupError(f"Only {free // 1_000_000} MB are free on the disk of {path}. Make room.")
    return f"{path}, {free // 1_000_000_000} GB free"


def _check_database(settings: Settings) -> str:
    if settings.database:
        revision = postgresql_revision(postgresql_url(settings.database))
        check_known(revision, "on PostgreSQL")
        return f"PostgreSQL, schema {revision or 'not made yet'}"
    revision = sqlite_revision(Path(settings.data) / "switchboard.db")
    check_known(revision, settings.data)
    return f"SQLite, schema {revision or 'not made yet'}"


def _check_key(settings: Settings) -> str:
    from gateway.vault import KEY_FILE, open_vault

    if not settings.secret_key and not settings.database and not (Path(settings.data) / KEY_FILE).exists():
        return f"{Path(settings.data) / KEY_FILE} (made at the first start)"
    open_vault(settings, Path(settings.data))
    where = "from the settings" if settings.secret_key else str(Path(settings.data) / KEY_FILE)
    return f"{where}; keep a copy apart from the backups"


def _check_redis(settings: Settings) -> str:
    if not settings.redis:
        return "not used: one node" if not settings.database else "not used: nodes look at the database each second"
    return asyncio.run(_reach_redis(settings.redis))


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


def _check_speech(settings: Settings) -> str:
    """Its engines can work, and which inboxes' calls have nothing but a start."""
    from speech.catalogue import known
    from speech.models import FOLDER

    engines = known(settings.speech, Path(settings.data) / FOLDER)
    for one in engines.values():
        if one.lacks == "package" and not one.start:
            raise StartupError(f"{one.name} isn't installed: pip install 'switchboard[{one.kind}]'")
        if one.lacks == "model":
            raise StartupError(
                f"{one.name} has no model: `switchboard speech list` shows them, `download` fetches one."
            )
    poor = asyncio.run(_poor_inboxes(settings, engines))
    if poor:
        return f"calls of {', '.join(poor)} have engines for a start alone: docs/voice.md tells of others"
    return ", ".join(f"{one.name} (apt install {one.name})" if one.lacks else one.name for one in engines.values())


async def _poor_inboxes(settings: Settings, engines: Mapping[str, Known]) -> list[str]:
    """As ``business: inbox (language)``. Nothing where there is no database of this release yet."""
    from gateway.admin.speech import spoken
    from gateway.store import directory, inboxes

    try:
        store = (
            open_postgresql(postgresql_url(settings.database))
            if settings.database
            else open_beside(Path(settings.data))
        )
    except StartupError:  # the check of the database says so
        return []
    await store.start()
    try:
        poor = []
        for business in await store.read("", lambda tx, now: directory.read_businesses(tx)):
            ways = await store.read(business.id, lambda tx, now: inboxes.read(tx))
            poor += [
                f"{business.slug}: {one.name} ({one.locale})" for one in spoken(business, ways, engines) if one.start
            ]
        return poor
    finally:
        await store.aclose()


def _check_url(settings: Settings) -> str:
    if not settings.public_url:
        return f"not set: browsers reach it at http://{settings.host}:{settings.port}"
    if settings.public_url.startswith("https:") and not settings.trusted_proxies:
        raise StartupError("public_url is https, so a proxy ends TLS: name it in trusted_proxies.")
    return settings.public_url
