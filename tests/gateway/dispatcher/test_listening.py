"""Voice messages: the bot answers what is said in them as if it had been written, and each input once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from gateway.dispatcher.listening import LISTEN
from gateway.errors import Invalid, NotPossible, SpeechUnavailable, TooLarge
from gateway.files import Files, open_objects
from gateway.listening import LISTEN_WITHIN, MAX_ATTEMPTS, VoiceMessages
from gateway.model import commands as c
from gateway.model.events import BotMessage, BotTurn, Entry, SystemNotice, Transcribed
from gateway.model.findable import findable
from gateway.model.texts import as_they_are
from gateway.ports import Media, Words
from gateway.store import due
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.stores import Place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.checks import check_gapless, tags
from tests.support_edge.provider import StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until

OGG = b"OggS" + bytes(60)
VOICE = Media(reference="voice", type="audio/ogg", size=64, kind="voice", seconds=4)
SAID = Words(text="When are you open?", language="en", confidence=0.9, sure=True)


class Ears:
    """A transcriber that understands as the test says; ``hold`` keeps it listening until ``release``."""

    def __init__(self) -> None:
        self.answer: Callable[[], Awaitable[Words]] = self._usual
        self.asked = 0
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def _usual(self) -> Words:
        return SAID

    async def transcribe(self, business: str, file: bytes, *, locale: str, recognizers: Sequence[str] = ()) -> Words:
        assert file == OGG and locale == "en"
        self.asked += 1
        await self._open.wait()
        return await self.answer()


def raises(*errors: Exception) -> Callable[[], Awaitable[Words]]:
    """One error after another, then it is understood."""
    left = list(errors)

    async def answer() -> Words:
        if left:
            raise left.pop(0)
        return SAID

    return answer


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def channel(store: Store) -> StrictChannel:
    made = StrictChannel(store)
    made.media = {"voice": OGG}
    return made


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, open_objects("", tmp_path), limit=100_000)


@pytest.fixture
async def bench(
    store: Store, place: Place, times: Times, channel: StrictChannel, ears: Ears, files: Files
) -> AsyncIterator[Bench]:
    async with on_bench(
        store, place, times, channels={"webchat": channel}, files=files, listens=True,
        handling=lambda dispatcher: {LISTEN: VoiceMessages(dispatcher, files, ears).claimed},
    ) as running:  # fmt: skip
        yield running


def answers(entries: list[Entry]) -> list[str]:
    return [entry.event.text for entry in entries if isinstance(entry.event, BotMessage)]


def transcribed(entries: list[Entry]) -> list[Transcribed]:
    return [entry.event for entry in entries if isinstance(entry.event, Transcribed)]


def notices(entries: list[Entry]) -> list[str]:
    return [entry.event.text for entry in entries if isinstance(entry.event, SystemNotice)]


async def answered(bench: Bench, conversation: str, *, times: int = 1, tag: str = "bot_turn") -> list[Entry]:
    """Time passes until the log holds so many turns."""
    found: list[Entry] = []
    for _ in range(200):
        found = await bench.log(conversation)
        if tags(found).count(tag) >= times:
            return found
        await bench.advance(1)
        await bench.quiet()
    raise AssertionError(f"no {times} × {tag}: {tags(found)}")


async def test_the_bot_answers_what_is_said_as_if_it_was_written(bench: Bench) -> None:
    conversation = (await bench.say("", files=(VOICE,))).conversation

    entries = await answered(bench, conversation)

    (heard,) = transcribed(entries)
    assert (heard.seq, heard.text, heard.language, heard.confidence, heard.problem) == (2, SAID.text, "en", 0.9, "")
    assert answers(entries) == ["You said: When are you open?"]
    assert notices(entries) == []
    state = await bench.state(conversation)
    assert not state.unanswered and state.preview is not None
    check_gapless(entries)


async def test_the_words_are_found_and_shown_in_lists(bench: Bench) -> None:
    await bench.do((await bench.say("", files=(VOICE,))).conversation, c.Take(operator=OLGA))
    conversation = (await bench.say("", files=(VOICE,))).conversation
    entries = await answered(bench, conversation, times=2, tag="transcribed")
    assert findable(transcribed(entries)[0]) == SAID.text
    preview = (await bench.state(conversation)).preview
    assert preview is not None and (preview.text, preview.kind) == (SAID.text, "voice")


async def test_a_turn_waits_until_it_is_known_what_is_said(bench: Bench, ears: Ears) -> None:
    ears.hold()
    conversation = (await bench.say("", files=(VOICE,))).conversation
    await bench.pass_time(lambda: ears.asked == 1)
    for _ in range(3):
        await bench.advance(31)  # it looks again meanwhile, and goes on waiting
        await bench.quiet()
    assert "bot_turn" not in tags(await bench.log(conversation))
    ears.release()
    entries = await answered(bench, conversation)
    assert answers(entries) == ["You said: When are you open?"]


async def test_what_was_written_before_is_answered_at_once_and_what_comes_after_in_its_turn(
    bench: Bench, ears: Ears
) -> None:
    ears.hold()
    conversation = (await bench.say("Hello")).conversation
    await bench.say("", files=(VOICE,))
    await bench.say("and on Sundays?")
    first = await answered(bench, conversation)
    assert answers(first) == ["You said: Hello"]
    await bench.advance(5)
    await bench.quiet()
    assert answers(await bench.log(conversation)) == ["You said: Hello"]
    ears.release()
    entries = await answered(bench, conversation, times=2)
    assert answers(entries) == ["You said: Hello", "You said: When are you open? + and on Sundays?"]
    turns = [(e.event.answered, e.event.upto) for e in entries if isinstance(e.event, BotTurn)]
    assert turns == [(1, 2), (2, 4)]
    assert "bot_turn_dropped" not in tags(entries)


async def test_a_caption_and_its_sound_are_one_input(bench: Bench) -> None:
    conversation = (await bench.say("About the fern:", files=(VOICE,))).conversation
    entries = await answered(bench, conversation)
    assert answers(entries) == ["You said: About the fern:\nWhen are you open?"]


async def test_people_who_have_the_floor_read_it_and_the_bot_is_silent(bench: Bench) -> None:
    conversation = (await bench.say("Hello")).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    await bench.say("", files=(VOICE,))
    entries = await answered(bench, conversation, tag="transcribed")
    await bench.advance(60)
    await bench.quiet()
    entries = await bench.log(conversation)
    assert tags(entries).count("transcribed") == 1 and answers(entries) == []


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (Invalid("no sound", field="file"), "unreadable"),
        (TooLarge("too long"), "too_long"),
        (NotPossible("no engine"), "unavailable"),
    ],
    ids=["unreadable", "too_long", "no_engine"],
)
async def test_what_can_never_be_understood_is_said_so_at_once(
    bench: Bench, ears: Ears, error: Exception, problem: str
) -> None:
    ears.answer = raises(error)
    conversation = (await bench.say("", files=(VOICE,))).conversation
    entries = await answered(bench, conversation)
    assert [one.problem for one in transcribed(entries)] == [problem] and ears.asked == 1
    assert len(notices(entries)) == 1 and "couldn't make out" in notices(entries)[0]
    assert answers(entries) == [] and not (await bench.state(conversation)).unanswered


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (Words(text="vent tore you", language="en", confidence=0.1, sure=False), "unsure"),
        (Words(text="", language="en", confidence=1.0, sure=True), "nothing_said"),
    ],
    ids=["unsure", "nothing_said"],
)
async def test_the_bot_does_not_guess(bench: Bench, ears: Ears, words: Words, problem: str) -> None:
    async def answer() -> Words:
        return words

    ears.answer = answer
    conversation = (await bench.say("", files=(VOICE,))).conversation
    entries = await answered(bench, conversation)
    (heard,) = transcribed(entries)
    assert (heard.text, heard.problem) == (words.text, problem)
    assert answers(entries) == [] and len(notices(entries)) == 1
    assert not bench.engine.requests


async def test_what_fails_is_tried_again(bench: Bench, ears: Ears) -> None:
    ears.answer = raises(SpeechUnavailable("not now"), RuntimeError("broken"))
    conversation = (await bench.say("", files=(VOICE,))).conversation
    entries = await answered(bench, conversation)
    assert ears.asked == 3 and answers(entries) == ["You said: When are you open?"]


async def test_after_many_tries_it_is_given_up(bench: Bench, ears: Ears) -> None:
    ears.answer = raises(*[SpeechUnavailable("not now")] * 9)
    conversation = (await bench.say("", files=(VOICE,))).conversation
    entries = await answered(bench, conversation)
    assert ears.asked == MAX_ATTEMPTS and [one.problem for one in transcribed(entries)] == ["unavailable"]
    assert len(notices(entries)) == 1


async def test_a_file_that_never_comes_holds_no_turn(bench: Bench, channel: StrictChannel, ears: Ears) -> None:
    channel.media = {"voice": b""}
    conversation = (await bench.say("", files=(VOICE,))).conversation
    entries = await answered(bench, conversation)
    assert "file_failed" in tags(entries) and ears.asked == 0 and len(notices(entries)) == 1


async def test_what_hangs_is_tried_again(bench: Bench, ears: Ears) -> None:
    ears.hold()
    conversation = (await bench.say("", files=(VOICE,))).conversation
    await bench.pass_time(lambda: ears.asked == 1)
    await bench.pass_time(lambda: ears.asked == 2, step=30)
    ears.release()
    entries = await answered(bench, conversation)
    assert len(transcribed(entries)) == 1 and answers(entries) == ["You said: When are you open?"]


async def test_two_nodes_that_listen_to_the_same_tell_it_once(bench: Bench, ears: Ears, files: Files) -> None:
    ears.hold()
    conversation = (await bench.say("", files=(VOICE,))).conversation
    await bench.pass_time(lambda: ears.asked == 1)

    def claim(tx: Tx, now: int) -> due.Due:
        late = now + int(LISTEN_WITHIN + 60) * 1_000_000  # the first one's lease is over: it is taken for dead
        rows = due.claim(tx, node="node-b", now=late, lease=60_000_000, limit=100)
        for row in rows:
            if row.kind != LISTEN:
                scoped = tx.for_business(row.business)
                due.delay(scoped, row.kind, row.subject, fence=row.fence, due_at=row.due_at, attempts=row.attempts - 1)
        return next(row for row in rows if row.kind == LISTEN)

    row = await bench.store.write("", claim)
    other = asyncio.create_task(VoiceMessages(bench.dispatcher, files, ears).claimed(row))
    await until(lambda: ears.asked == 2)
    ears.release()
    await other
    entries = await answered(bench, conversation)
    await bench.quiet()
    assert len(transcribed(await bench.log(conversation))) == 1
    assert answers(entries) == ["You said: When are you open?"]


async def test_erasure_forgets_the_words_and_stops_listening(bench: Bench, ears: Ears) -> None:
    first = (await bench.say("", files=(VOICE,))).conversation
    await answered(bench, first)
    ears.hold()
    await bench.say("", files=(VOICE,))
    await bench.pass_time(lambda: ears.asked == 2)
    contact = (await bench.state(first)).contact
    await bench.erasures.ask(bench.place.business, contact, by="anna")
    await answered(bench, first, tag="redacted", times=3)
    ears.release()
    await bench.advance(5)
    await bench.quiet()
    entries = await bench.log(first)
    assert SAID.text not in str(entries)
    assert tags(entries).count("transcribed") == 0
    assert all(SAID.text not in str(entry) for entry in as_they_are(entries))
