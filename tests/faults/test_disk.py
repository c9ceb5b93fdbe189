"""A full disk: nobody is told "stored" of what wasn't, and when there is room again it goes on."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.test_kill import check
from tests.support_edge.process import Customer, Serving, living
from tests.support_edge.waiting import until

SIZE = 16 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of ``SIZE`` bytes."""
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("the full disk needs root (it mounts a small tmpfs); CI runs as root")
        pytest.skip("mounting a small tmpfs needs root")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
async def serving(small_disk: Path) -> AsyncIterator[Serving]:
    running = Serving(small_disk / "data")
    await running.start()
    try:
        yield running
    finally:
        await running.aclose()


def fill(place: Path) -> Path:
    """Takes all the room that is left; the file that does."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return filler


async def ready(serving: Serving, http: aiohttp.ClientSession) -> int:
    async with http.get(serving.url + "/readyz") as response:
        return response.status


async def test_full_disk_loses_nothing_and_is_told_to_everyone(
    small_disk: Path, serving: Serving, http: aiohttp.ClientSession
) -> None:
    customers = [Customer(serving, http, f"visitor {number}") for number in range(4)]
    async with living(*customers):
        for customer in customers:
            await customer.say("before")
        await until(lambda: all(customer.answered for customer in customers))
        filler = await asyncio.to_thread(fill, small_disk)
        number = 0
        while not all(customer.refusals for customer in customers):
            number += 1
            assert number < 500, "the disk never became full"
            for customer in customers:
                await customer.say(f"{customer.name} line {number} " + "x" * 2000)
            await until(
                lambda: all(len(c.refusals) + len(c.acknowledged) >= number for c in customers)  # noqa: B023
            )
        assert {refusal["status"] for customer in customers for refusal in customer.refusals} == {503}
        assert await ready(serving, http) == 503
        unsent = sum(len(customer.outbox) for customer in customers)
        assert unsent > 0
        filler.unlink()
        while any(customer.outbox for customer in customers):
            for customer in customers:
                await customer.send_again()
            await asyncio.sleep(0.2)
        # A turn that could not be stored runs again when its lease is over.
        await until(lambda: all(customer.answered for customer in customers), within=60)
        assert await ready(serving, http) == 200
        assert await serving.end() == 0
    logs = await serving.logs()
    for customer in customers:
        check(customer, logs[str(customer.conversation)])
    with sqlite3.connect(serving.folder / "switchboard.db") as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()
