"""A provider's media: first pending in the message, then here or failed, once, whichever node dies meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import obstore
import pytest

from gateway.errors import MediaRefused, RetryLater
from gateway.files import Files, open_objects
from gateway.media import MAX_ATTEMPTS, MediaFetcher
from gateway.model.events import Attachment, CustomerMessage, FileFailed, FileReady
from gateway.ports import Media
from gateway.store import due
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.stores import Place
from tests.support_edge.bench import Bench, on_bench
from tests.support_edge.checks import check_gapless, tags
from tests.support_edge.provider import Hang, Once, StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until

LIMIT = 50_000
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40
PHOTO = Media(reference="photo", name="photo.jpg", type="image/jpeg", size=10_000)


@pytest.fixture
def channel(store: Store) -> StrictChannel:
    made = StrictChannel(store)
    made.media = {"photo": PNG, "large": b"x" * (LIMIT + 1), "empty": b""}
    return made


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, open_objects("", tmp_path), limit=LIMIT)


@pytest.fixture
async def bench(store: Store, place: Place, times: Times, channel: StrictChannel, files: Files) -> AsyncIterator[Bench]:
    async with on_bench(store, place, times, channels={"webchat": channel}, files=files) as running:
        yield running


async def pending(bench: Bench, conversation: str, *, seq: int = 2) -> tuple[Attachment, ...]:
    """The files of a message as it was stored."""
    message = (await bench.log(conversation))[seq - 1].event
    assert isinstance(message, CustomerMessage)
    return message.files


async def rows(bench: Bench) -> int:
    """How many fetches still wait."""

    def unit(tx: Tx, now: int) -> int:
        tx._cursor.execute("SELECT count(*) FROM due WHERE kind = 'media'")
        return int(tx._cursor.fetchone()[0])

    return await bench.store.read(bench.place.business, unit)


async def resting(bench: Bench) -> None:
    """What was claimed is dealt with: the next try has its time."""
    await until(lambda: len(bench.dispatcher._dues._tasks) == 0)


async def next_try(bench: Bench, channel: StrictChannel, number: int) -> None:
    """Time jumps to when try ``number`` is due and stands still until it has begun: bytes take real time."""
    await resting(bench)

    def unit(tx: Tx, now: int) -> int:
        tx._cursor.execute("SELECT due_at FROM due WHERE kind = 'media'")
        (due_at,) = tx._cursor.fetchone()
        return max(0, int(due_at) - now)

    await bench.advance(await bench.store.read(bench.place.business, unit) / 1e6)
    await until(lambda: len(channel.fetched) == number)


def objects(files: Files) -> list[str]:
    return [meta["path"] for meta in obstore.list(files.objects).collect()]


async def test_message_is_stored_at_once_and_its_file_comes_after(
    bench: Bench, channel: StrictChannel, files: Files
) -> None:
    hang = Hang()
    channel.fetching = hang
    conversation = (await bench.say("", files=(PHOTO,))).conversation
    (file,) = await pending(bench, conversation)
    assert file == Attachment(id=file.id, name="photo.jpg", type="image/jpeg", size=10_000, pending=True)
    preview = (await bench.state(conversation)).preview
    assert preview is not None and preview.text == "photo.jpg"
    await until(lambda: len(channel.fetched) == 1)
    assert "file_ready" not in tags(await bench.log(conversation))

    hang.release()

    entries = await bench.logged(conversation, "file_ready")
    ready = Attachment(id=file.id, name="photo.jpg", type="image/png", size=len(PNG))
    assert [e.event for e in entries if isinstance(e.event, FileReady)] == [FileReady(seq=2, file=ready)]
    assert b"".join([bytes(c) async for c in await files.open(bench.place.business, file.id)]) == PNG
    stored = await files.find(bench.place.business, file.id)
    assert (stored.conversation, stored.seq) == (conversation, 2)
    assert (await rows(bench), len(objects(files))) == (0, 1)
    check_gapless(entries)


async def test_input_that_arrives_twice_is_fetched_once(bench: Bench, channel: StrictChannel) -> None:
    first = await bench.say("Look", key="update-1", files=(PHOTO, PHOTO))
    again = await bench.say("Look", key="update-1", files=(PHOTO, PHOTO))
    assert again.repeated and again.seq == first.seq
    await bench.logged(first.conversation, "file_ready", times=2)
    await bench.quiet()
    assert len(channel.fetched) == 2
    assert len({file.id for file in await pending(bench, first.conversation)}) == 2


@pytest.mark.parametrize(
    ("reference", "size", "error", "reason"),
    [
        ("photo", 0, MediaRefused("too old"), "refused"),
        ("large", 0, None, "too_large"),
        ("photo", LIMIT + 1, None, "too_large"),
        ("empty", 0, None, "refused"),
    ],
)
async def test_definite_refusal_fails_at_once_and_leaves_nothing(
    bench: Bench, channel: StrictChannel, files: Files, reference: str, size: int, error: Exception | None, reason: str
) -> None:
    if error is not None:
        channel.fetching = Once(error)
    conversation = (await bench.say("Look", files=(Media(reference=reference, size=size),))).conversation
    entries = await bench.logged(conversation, "file_failed")
    (file,) = await pending(bench, conversation)
    assert file.name == "file", "what has no name gets one that can be shown"
    failed = [entry.event for entry in entries if isinstance(entry.event, FileFailed)]
    assert failed == [FileFailed(seq=2, file=file.id, reason=reason)]  # type: ignore[arg-type]
    assert len(channel.fetched) <= 1
    assert (await rows(bench), objects(files)) == (0, [])


async def test_what_breaks_is_tried_again_later_and_later(bench: Bench, channel: StrictChannel, files: Files) -> None:
    channel.fetching = Once(ConnectionResetError("gone"), times=2)
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    await until(lambda: len(channel.fetched) == 1)
    await resting(bench)
    await bench.advance(4)
    await bench.quiet()
    assert len(channel.fetched) == 1
    await bench.advance(1)
    await until(lambda: len(channel.fetched) == 2)
    await next_try(bench, channel, 3)
    await bench.logged(conversation, "file_ready")
    assert "file_failed" not in tags(await bench.log(conversation))
    assert len(objects(files)) == 1


async def test_provider_that_asks_to_wait_is_waited_for(bench: Bench, channel: StrictChannel) -> None:
    channel.fetching = Once(RetryLater(100))
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    await until(lambda: len(channel.fetched) == 1)
    await resting(bench)
    await bench.advance(99)
    await bench.quiet()
    assert len(channel.fetched) == 1
    await bench.advance(1)
    await bench.logged(conversation, "file_ready")


async def test_file_that_never_comes_fails_after_so_many_tries(
    bench: Bench, channel: StrictChannel, files: Files
) -> None:
    channel.fetching = Once(ValueError("a bug in the channel"), times=1000)
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    for number in range(1, MAX_ATTEMPTS + 1):
        await next_try(bench, channel, number)
    entries = await bench.logged(conversation, "file_failed")
    (file,) = await pending(bench, conversation)
    assert entries[-1].event == FileFailed(seq=2, file=file.id, reason="unavailable")
    assert len(channel.fetched) == MAX_ATTEMPTS
    assert (await rows(bench), objects(files)) == (0, [])


async def test_trouble_of_our_own_loses_no_file(
    bench: Bench, channel: StrictChannel, files: Files, tmp_path: Path
) -> None:
    way = tmp_path / "files" / bench.place.business
    way.write_text("in the way")
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    for number in range(1, MAX_ATTEMPTS + 3):
        await next_try(bench, channel, number)
    await resting(bench)
    assert "file_failed" not in tags(await bench.log(conversation))
    way.unlink()
    await bench.advance(30)
    await bench.logged(conversation, "file_ready")


async def test_provider_that_hangs_is_tried_again(bench: Bench, channel: StrictChannel) -> None:
    hang = Hang()
    channel.fetching = hang
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    await until(lambda: len(channel.fetched) == 1)
    await bench.advance(121)
    hang.release()
    await next_try(bench, channel, 2)
    await bench.logged(conversation, "file_ready")


async def test_file_of_a_node_that_died_while_fetching_is_fetched_by_another(
    bench: Bench, channel: StrictChannel, files: Files, store: Store
) -> None:
    dead_channel, hang = StrictChannel(store), Hang()
    dead_channel.media, dead_channel.fetching = channel.media, hang
    await bench.dispatcher._dues.drain(within=0.2)  # this node looks away; another one fetches
    dead = bench.node("node-b")
    dead.start({"media": MediaFetcher(dead, {"webchat": dead_channel}, files).claimed})
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    dead.due_at(1)
    await until(lambda: len(dead_channel.fetched) == 1)
    assert dead._dues._loop_task is not None
    dead._dues._loop_task.cancel()
    await dead._dues._tasks.finish(within=0)  # killed in the middle of the bytes
    third = bench.node("node-c")
    third.start({"media": MediaFetcher(third, {"webchat": channel}, files).claimed})
    await bench.times.advance(100)
    third.due_at(1)
    await bench.quiet()
    assert channel.fetched == [], "it is the other node's for as long as a try may take"
    await bench.times.advance(60)
    third.due_at(1)
    await bench.logged(conversation, "file_ready")
    await third.drain(within=1)
    assert len(objects(files)) == 1


async def test_node_that_comes_too_late_says_nothing_and_leaves_nothing(
    bench: Bench, channel: StrictChannel, files: Files
) -> None:
    hang = Hang()
    channel.fetching = hang
    conversation = (await bench.say("Look", files=(PHOTO,))).conversation
    await until(lambda: len(channel.fetched) == 1)
    (file,) = await pending(bench, conversation)
    await bench.store.write(bench.place.business, lambda tx, now: due.drop(tx, "media", file.id))  # another finished it
    hang.release()

    await resting(bench)
    assert objects(files) == []
    assert "file_ready" not in tags(await bench.log(conversation))


async def test_file_of_an_unknown_channel_waits_for_a_node_that_knows_it(
    store: Store, place: Place, times: Times, channel: StrictChannel, files: Files
) -> None:
    async with on_bench(store, place, times, channels={}, files=files) as bench:
        conversation = (await bench.say("Look", files=(PHOTO,))).conversation
        for _ in range(MAX_ATTEMPTS + 2):
            await bench.advance(61)
            await bench.quiet()
        assert await rows(bench) == 1
        knows = bench.node("node-b")
        knows.start({"media": MediaFetcher(knows, {"webchat": channel}, files).claimed})
        await bench.dispatcher._dues.drain(within=0.2)
        await bench.advance(61)
        knows.due_at(1)
        await bench.logged(conversation, "file_ready")
        await knows.drain(within=1)
