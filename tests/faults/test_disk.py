"""A full disk: files are refused before text is, nobody is told "stored" of what wasn't, and when there is room again it goes on."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from channels.webchat.files import PATH
from tests.faults.test_kill import check
from tests.support.disks import small_disk
from tests.support_edge.process import Customer, Serving, living
from tests.support_edge.site import PAGE_ORIGIN
from tests.support_edge.waiting import until

SIZE = 24 * 1024 * 1024
RESERVE = 8 * 1024 * 1024
"""Bytes that no file takes here."""
FILE = b"a line of a file\n" * 20_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """One of ``SIZE`` bytes."""
    with small_disk(tmp_path / "disk", size=SIZE) as place:
        yield place


@pytest.fixture
async def serving(disk: Path) -> AsyncIterator[Serving]:
    running = Serving(disk / "data", bounds={"reserve": RESERVE})
    await running.start()
    try:
        yield running
    finally:
        await running.aclose()


def fill(place: Path, *, leave: int = 0) -> Path:
    """Takes the room that is left, but for ``leave`` bytes; the file that does."""
    filler = place / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while shutil.disk_usage(place).free - size >= leave and file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return filler


async def ready(serving: Serving, http: aiohttp.ClientSession) -> int:
    async with http.get(serving.url + "/readyz") as response:
        return response.status


async def upload(serving: Serving, http: aiohttp.ClientSession, customer: Customer) -> tuple[int, str]:
    """A file of the customer's: the status, and its name or what is wrong."""
    headers = {"Origin": PAGE_ORIGIN, "Authorization": f"Visitor {customer.token}"}
    query = {"inbox": serving.inbox, "name": "lines.txt"}
    async with http.post(serving.url + PATH, params=query, data=FILE, headers=headers) as response:
        answer = await response.json(content_type=None)
        return response.status, answer.get("id") or answer["detail"]


def files_on(serving: Serving) -> list[Path]:
    """What the node keeps of files."""
    return [one for one in (serving.folder / "files").rglob("*") if one.is_file()]


async def test_disk_that_fills_up_refuses_files_while_text_is_still_taken(
    disk: Path, serving: Serving, http: aiohttp.ClientSession
) -> None:
    customer = Customer(serving, http, "visitor")
    async with living(customer):
        assert (await upload(serving, http, customer))[0] == 200
        kept = files_on(serving)
        filler = await asyncio.to_thread(fill, disk, leave=RESERVE // 2)
        for number in range(20):
            status, why = await upload(serving, http, customer)
            assert (status, why) == (503, "There is no room for files right now. Text still comes through.")
            await customer.say(f"line {number} " + "x" * 2000)
            await until(lambda: customer.answered, what="text is taken")
        assert not customer.refusals
        assert await ready(serving, http) == 200
        assert files_on(serving) == kept, "nothing is left of what was refused"
        filler.unlink()
        assert (await upload(serving, http, customer))[0] == 200
        assert await serving.end() == 0
    check(customer, (await serving.logs())[str(customer.conversation)])


async def test_full_disk_loses_nothing_and_is_told_to_everyone(
    disk: Path, serving: Serving, http: aiohttp.ClientSession
) -> None:
    customers = [Customer(serving, http, f"visitor {number}") for number in range(4)]
    async with living(*customers):
        for customer in customers:
            await customer.say("before")
        await until(lambda: all(customer.answered for customer in customers))
        filler = await asyncio.to_thread(fill, disk)
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
        assert (await upload(serving, http, customers[0]))[0] == 503
        assert not files_on(serving)
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
        assert (await upload(serving, http, customers[0]))[0] == 200
        assert await serving.end() == 0
    logs = await serving.logs()
    for customer in customers:
        check(customer, logs[str(customer.conversation)])
    with closing(sqlite3.connect(serving.folder / "switchboard.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
