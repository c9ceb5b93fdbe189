"""The sweeper takes what nobody will ever ask for, and nothing else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import obstore
import pytest

from gateway.errors import StorageUnavailable
from gateway.files import Files, open_objects
from gateway.files.sweep import PAGE, Sweeper
from gateway.model.events import Attachment
from gateway.store import files as stored
from gateway.store.housekeeping import SWEEP_EVERY, Housekeeping
from gateway.store.store import Store
from tests.support.clock import SECOND, VirtualClock
from tests.support.stores import Begin, Place, make_place
from tests.support_edge.times import Times
from tests.support_edge.waiting import until

HOUR, DAY = 3600.0, 24 * 3600.0


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


class Folder:
    """A folder of files whose times are the virtual clock's."""

    def __init__(self, store: Store, path: Path, clock: VirtualClock) -> None:
        self.files = Files(store, open_objects("", path), limit=1000)
        self.sweeper = Sweeper(store, self.files)
        self._path = path / "files"
        self._clock = clock

    async def upload(self, business: str, *, by: str = "olga") -> Attachment:
        file = await self.files.upload(business, pieces(b"hello"), name="a.txt", by=by)
        self._stamp((await self.files.find(business, file.id)).object)
        return file

    async def orphan(self, business: str) -> str:
        """What a node leaves that dies between the object and its row."""
        place = (await self.files.put(business, pieces(b"hello"), name="a.txt")).object
        self._stamp(place)
        return place

    def _stamp(self, place: str) -> None:
        seconds = self._clock.now / SECOND
        os.utime(self._path / place, (seconds, seconds))

    def objects(self) -> set[str]:
        return {meta["path"] for meta in obstore.list(self.files.objects).collect()}

    async def sweep(self) -> None:
        """As many looks as one whole round takes."""
        for _ in range(len(self.objects()) // PAGE + 2):
            await self.sweeper.look()


@pytest.fixture
def folder(store: Store, tmp_path: Path, clock: VirtualClock) -> Folder:
    return Folder(store, tmp_path, clock)


async def test_object_without_a_row_goes_after_an_hour(
    folder: Folder, store: Store, place: Place, clock: VirtualClock
) -> None:
    other = await make_place(store, "other")
    kept = [await folder.upload(business) for business in (place.business, other.business)]
    orphans = {await folder.orphan(business) for business in (place.business, other.business)}
    foreign = await folder.orphan("another-installations")
    clock.advance(HOUR - 1)
    await folder.sweep()
    assert orphans < folder.objects()

    clock.advance(2)
    await folder.sweep()

    assert len(folder.objects()) == len(kept) + 1
    assert not orphans & folder.objects()
    assert foreign in folder.objects(), "what is of no business of ours isn't ours to delete"
    for file, business in zip(kept, (place.business, other.business), strict=True):
        assert (await folder.files.find(business, file.id)).object in folder.objects()


async def test_upload_that_no_message_took_goes_after_a_day(
    folder: Folder, store: Store, place: Place, clock: VirtualClock
) -> None:
    state = await store.write(place.business, Begin(place))
    sent, unsent = await folder.upload(place.business), await folder.upload(place.business)
    await store.write(place.business, lambda tx, now: stored.attach(tx, sent.id, conversation=state.id, seq=2))
    clock.advance(DAY - 1)
    await folder.sweep()
    assert len(folder.objects()) == 2

    clock.advance(2)
    await folder.sweep()

    found = await store.read(place.business, lambda tx, now: [stored.find(tx, f.id) for f in (sent, unsent)])
    assert found[0] is not None and found[1] is None
    assert folder.objects() == {found[0].object}


async def test_one_look_does_a_bounded_piece_of_the_work(folder: Folder, place: Place, clock: VirtualClock) -> None:
    for _ in range(PAGE + 20):
        await folder.orphan(place.business)
    clock.advance(HOUR + 1)

    await folder.sweeper.look()
    assert len(folder.objects()) == 20
    await folder.sweep()
    assert folder.objects() == set()


async def test_file_that_a_message_takes_meanwhile_stays(
    folder: Folder, store: Store, place: Place, clock: VirtualClock
) -> None:
    file = await folder.upload(place.business)
    state = await store.write(place.business, Begin(place))
    clock.advance(DAY + 1)
    listed = await store.read("", lambda tx, now: stored.unattached(tx, before=now, limit=10))
    assert listed == [(place.business, file.id)]
    await store.write(place.business, lambda tx, now: stored.attach(tx, file.id, conversation=state.id, seq=2))
    assert await store.write(place.business, lambda tx, now: stored.drop_unattached(tx, file.id)) is None
    await folder.sweep()
    assert len(folder.objects()) == 1


async def test_sweeping_twice_at_once_is_sweeping_once(
    folder: Folder, store: Store, place: Place, clock: VirtualClock
) -> None:
    await folder.orphan(place.business)
    await folder.upload(place.business)
    clock.advance(DAY + 1)
    other = Sweeper(store, folder.files)
    for _ in range(2):
        await folder.sweeper.look()
        await other.look()
    assert folder.objects() == set()


async def test_round_begins_again_after_a_failure(
    store: Store, place: Place, clock: VirtualClock, tmp_path: Path
) -> None:
    folder = Folder(store, tmp_path, clock)
    place_of = await folder.orphan(place.business)
    clock.advance(HOUR + 1)
    loop = tmp_path / "files" / "loop"
    loop.symlink_to(loop)
    with pytest.raises(StorageUnavailable):
        await folder.sweeper.look()
    loop.unlink()
    assert place_of in folder.objects()
    await folder.sweep()
    assert folder.objects() == set()


async def test_housekeeping_looks_now_and_then_whatever_a_look_does(store: Store, clock: VirtualClock) -> None:
    times = Times(clock)
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1
        raise StorageUnavailable("away")

    housekeeping = Housekeeping(store, None, sweep=look)
    housekeeping.start()
    await times.advance(0)
    for number in range(3):
        assert looks == number
        await times.advance(SWEEP_EVERY + 1)
        await until(lambda number=number: looks == number + 1)  # type: ignore[misc]
    await housekeeping.aclose()
