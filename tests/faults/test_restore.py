"""A backup that is put in place of the database while widgets are open: they forget what it doesn't hold."""

from __future__ import annotations

import asyncio

import aiohttp

from gateway.store.opening import backup_sqlite, open_folder, restore_sqlite
from tests.support_edge.checks import check_gapless, texts
from tests.support_edge.process import Customer, Serving, check_transcript, living
from tests.support_edge.waiting import until


async def test_widgets_follow_the_restored_log_and_no_other(serving: Serving, http: aiohttp.ClientSession) -> None:
    customers = [Customer(serving, http, f"visitor {number}") for number in range(4)]
    late = Customer(serving, http, "came after the backup")
    copy = serving.folder.parent / "copy.db"
    async with living(*customers, late):
        for customer in customers:
            await customer.say("before the backup")
        await until(lambda: all(customer.answered for customer in customers))
        await asyncio.to_thread(backup_sqlite, serving.folder / "switchboard.db", copy)
        for customer in (*customers, late):
            await customer.say("after the backup")
        await until(lambda: all(customer.answered for customer in (*customers, late)))

        assert await serving.end() == 0
        with open_folder(serving.folder) as folder:
            kept = restore_sqlite(folder, copy)
        assert kept is not None and kept.exists()
        await serving.start()
        await until(lambda: all(customer.resyncs == 1 for customer in (*customers, late)))
        # What the backup doesn't hold is gone from the pages, too.
        for customer in customers:
            customer.texts = {name: text for name, text in customer.texts.items() if text == "before the backup"}
        late.texts.clear()
        for customer in (*customers, late):
            await customer.say("after the restore")
        await until(lambda: all(customer.answered for customer in (*customers, late)))
        assert await serving.end() == 0

    logs = await serving.logs()
    for customer in (*customers, late):
        log = logs[str(customer.conversation)]
        check_gapless(log)
        check_transcript(customer, log)
        assert "after the backup" not in texts(log)
        assert {customer.resyncs} == {1}
