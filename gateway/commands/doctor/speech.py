"""Engines of speech: they can work, and which inboxes' calls have nothing but a start."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.commands.doctor.findings import Finding, mend, ok
from gateway.commands.doctor.opened import open_to_look
from gateway.settings import Settings
from gateway.store import directory, inboxes

if TYPE_CHECKING:
    from speech.catalogue import Known


def check(settings: Settings) -> Iterator[Finding]:
    from speech.catalogue import known
    from speech.models import FOLDER

    engines = known(settings.speech, Path(settings.data) / FOLDER)
    lacking = [
        _lacks(one) for one in engines.values() if (one.lacks == "package" and not one.start) or one.lacks == "model"
    ]
    if lacking:
        yield from map(mend, lacking)
        return
    poor = asyncio.run(_poor_inboxes(settings, engines))
    if poor:
        yield ok(f"calls of {', '.join(poor)} have engines for a start alone: docs/voice.md tells of others")
        return
    yield ok(", ".join(f"{one.name} (apt install {one.name})" if one.lacks else one.name for one in engines.values()))


def _lacks(one: Known) -> str:
    if one.lacks == "package":
        return f"{one.name} isn't installed: pip install 'switchboard[{one.kind}]'"
    return f"{one.name} has no model: `switchboard speech list` shows them, `download` fetches one."


async def _poor_inboxes(settings: Settings, engines: Mapping[str, Known]) -> list[str]:
    """As ``business: inbox (language)``."""
    from gateway.admin.speech import spoken

    store = open_to_look(settings)
    if store is None:
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
