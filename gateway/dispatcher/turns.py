"""The bot's turns: the pause of a burst, the engine's answer, the fence, and a second try after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec
import structlog

from gateway.dispatcher.asking import Turn, command_of, inputs_of, request_of
from gateway.dispatcher.listening import LOOK_AGAIN, answerable, is_unheard, spoken_files
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.units import Committed, FinishTurn
from gateway.errors import BotNotReady, Refused
from gateway.metrics import TURN_FAILURES, TURNS, one_of
from gateway.model import commands as c
from gateway.model.events import Endpoint, Entry
from gateway.model.state import Conversation, Floor
from gateway.ports import BotEngine, TurnResult
from gateway.store import due, log
from gateway.store.files import StoredFile
from gateway.store.sql import Tx
from gateway.tasks import TaskSet
from gateway.tracing import step

if TYPE_CHECKING:
    from gateway.dispatcher import Dispatcher

logger = structlog.get_logger(__name__)

MAX_WAIT = 5.0
"""Seconds that a customer who types on may hold a turn back."""
RETRY_AFTER = 1_000_000
LEAST_TRY = 1_000_000
"""A try that has less time than this would fail whatever the engine: none is made, or it is one like the first."""
NOT_READY_RETRY = 300_000
LONG_TURN = 0.5
"""Seconds after which a turn is shown as writing."""
STORAGE_RETRY = 1.0
"""Seconds before a turn that could not be stored is made again, and before what could not be read is asked for again."""


class Waiting(msgspec.Struct):
    """A turn that this node holds and has not begun. ``inputs`` is ``None`` where memory does not have them all."""

    business: str
    state: Conversation
    inputs: tuple[Entry, ...] | None
    fence: int
    attempts: int
    timer: asyncio.TimerHandle | None = None
    latest: float = 0.0


class Tried(msgspec.Struct, frozen=True):
    """What the due row of a turn that failed says."""

    since: int = 0


class Voicing(Protocol):
    """Has a turn's replies said, where its inputs want that: the result with their files, and what is put of these, by id. It never
    fails."""

    async def voiced(
        self, business: str, command: c.FinishTurn, *, inputs: Sequence[Entry], endpoint: Endpoint, locale: str
    ) -> tuple[c.FinishTurn, dict[str, StoredFile]]: ...


class Turns:
    """All turns of this node. ``follow`` is told every local commit; ``claimed`` every due row that was taken over."""

    def __init__(self, dispatcher: Dispatcher, engine: BotEngine, policy: Policy) -> None:
        self._dispatcher = dispatcher
        self._engine = engine
        self._policy = policy
        self.voicing: Voicing | None = None
        self._waiting: dict[str, Waiting] = {}
        self._tasks = TaskSet("turns")
        self._stopping = False
        self._since = 0

    def start(self) -> None:
        """What waited before this had no bot to wait for."""
        self._since = self._dispatcher.clock()

    def follow(self, committed: Committed) -> None:
        """Keeps the inputs of waiting turns in memory, and schedules a turn that this commit made due."""
        state = committed.state
        waiting = self._waiting.get(state.id)
        if waiting is not None:
            # Other nodes may have taken inputs in between: then memory has not all of them, and they are read.
            whole = committed.before is not None and committed.before.seq == waiting.state.seq
            if waiting.inputs is not None:
                waiting.inputs = inputs_of(committed.entries, waiting.inputs) if whole else None
            waiting.state = state
        elif committed.turn is not None:
            before = committed.before
            known = before is None or not before.unanswered
            inputs = inputs_of(committed.entries) if known else None
            waiting = Waiting(committed.business, state, inputs, fence=committed.turn.fence, attempts=1)
            self._waiting[state.id] = waiting
        if waiting is not None and committed.turn is not None:
            delay = max(0.0, (committed.turn.due_at - state.updated_at) / 1e6)
            now = asyncio.get_running_loop().time()
            waiting.latest = waiting.latest or now + delay + MAX_WAIT
            self._schedule(waiting, delay)

    def claimed(self, row: due.Due) -> None:
        """A turn that another node left, or that failed here before; or one that waits here for longer than its lease."""
        waiting = self._waiting.get(row.subject)
        if waiting is not None:
            waiting.fence, waiting.attempts = row.fence, row.attempts
        elif not self._stopping:
            self._tasks.start(self._resume(row), name=row.subject)

    def typing(self, conversation: str, seconds: float) -> None:
        """The customer types on: a turn that waits for a burst goes on waiting, within bounds."""
        waiting = self._waiting.get(conversation)
        if waiting is None or waiting.timer is None:
            return
        loop = asyncio.get_running_loop()
        self._schedule(waiting, min(loop.time() + seconds, waiting.latest) - loop.time())

    async def drain(self, *, within: float) -> None:
        """Stops beginning turns; those under way may finish."""
        self._stopping = True
        for waiting in self._waiting.values():
            if waiting.timer is not None:
                waiting.timer.cancel()
        self._waiting.clear()
        await self._tasks.finish(within=within)

    def _schedule(self, waiting: Waiting, delay: float) -> None:
        if self._stopping:
            return
        if waiting.timer is not None:
            waiting.timer.cancel()
        if delay <= 0:
            waiting.timer = None
            self._begin(waiting)
        else:
            waiting.timer = asyncio.get_running_loop().call_later(delay, self._begin, waiting)

    def _begin(self, waiting: Waiting) -> None:
        self._waiting.pop(waiting.state.id, None)
        if not self._stopping:
            self._tasks.start(self._run_waiting(waiting), name=waiting.state.id)

    async def _run_waiting(self, waiting: Waiting) -> None:
        if waiting.inputs is None:
            turn = await self._read(waiting.business, waiting.state.id, waiting.fence, waiting.attempts)
        else:
            # People may have answered some of them within the pause, and given the floor back.
            waits = tuple(entry for entry in waiting.inputs if entry.seq > waiting.state.answered)
            turn = Turn(waiting.business, waiting.state, waits, waiting.fence, waiting.attempts)
        await self._run(turn)

    async def _resume(self, row: due.Due) -> None:
        since = msgspec.json.decode(row.payload, type=Tried).since
        await self._run(await self._read(row.business, row.subject, row.fence, row.attempts, since))

    async def _read(
        self, business: str, conversation: str, fence: int, attempts: int, since: int = 0
    ) -> Turn | None:  # fmt: skip
        """As it is stored; a database that says nothing is waited for as long as another node leaves the row to us."""

        def unit(tx: Tx, now: int) -> Turn | None:
            state = log.peek(tx, conversation)
            if state is None:
                return None
            found = log.entries(tx, conversation, after=state.answered)
            return Turn(business, state, inputs_of(found), fence, attempts, since)

        ours = asyncio.get_running_loop().time() + self._policy.turn_lease / 1e6
        while True:
            try:
                return await self._dispatcher.store.read(business, unit)
            except Refused as refused:
                late = asyncio.get_running_loop().time() + STORAGE_RETRY > ours
                if refused.status != 503 or late or self._stopping:
                    raise
            await asyncio.sleep(STORAGE_RETRY)

    async def _run(self, turn: Turn | None) -> None:
        while turn is not None:
            turn = await self._run_once(turn)

    async def _run_once(self, turn: Turn) -> Turn | None:
        """Makes a turn; returns it, read anew, where its result could not be stored just now."""
        turn = msgspec.structs.replace(turn, since=turn.since or self._dispatcher.clock())
        state = turn.state
        try:
            heard = await self._listened(turn)
            if heard is None:
                return None
            turn, state = msgspec.structs.replace(heard, since=turn.since), heard.state
            if state.floor is Floor.BOT and state.unanswered and all(is_unheard(e.event) for e in turn.inputs):
                await self._pass_over(turn)
            elif state.floor is not Floor.BOT or not turn.inputs:
                await self._finish(turn, None)
            else:
                await self._answer(turn)
        except BotNotReady:
            await self._not_ready(turn)
        except Refused as refused:
            if refused.status != 503:
                raise
            # Shortly, long before the lease would end. The fence drops it if it was stored after all.
            await asyncio.sleep(STORAGE_RETRY)
            if not self._stopping:  # as for the first time: no engine has failed
                return await self._read(turn.business, state.id, turn.fence, turn.attempts)
        except Exception as error:
            await self._failed(turn, error)
        return None

    async def _listened(self, turn: Turn) -> Turn | None:
        """A turn with what is said in its voice messages: those before the first that is still being listened to. ``None``
        where that is the first; then the row waits until it is told, or a node looks again."""
        if not self._policy.listens or not any(spoken_files(entry.event) for entry in turn.inputs):
            return turn

        def unit(tx: Tx, now: int) -> Turn | None:
            state = log.load(tx, turn.state.id)  # locked: what is told of a file comes before this, or wakes the row
            if state is None:
                return None
            inputs = inputs_of(log.entries(tx, state.id, after=state.answered))
            ready = answerable(tx, inputs)
            if inputs and not ready and state.floor is Floor.BOT:
                delayed, attempts = now + LOOK_AGAIN, turn.attempts - 1
                due.delay(tx, "turn", state.id, fence=turn.fence, due_at=delayed, attempts=attempts)
                return None
            return Turn(turn.business, state, ready, turn.fence, turn.attempts)

        return await self._dispatcher.store.write(turn.business, unit, key=turn.state.id)

    async def _pass_over(self, turn: Turn) -> None:
        """What waits can't be read (it was erased, or nobody understands it): covered by a turn that says nothing."""
        state = turn.state
        upto = turn.inputs[-1].seq if turn.inputs else state.last_input
        silent = c.FinishTurn(
            floor_seq=state.floor_seq, answered=state.answered, upto=upto, outcome="silent",
            misses=state.misses,
        )  # fmt: skip
        await self._finish(turn, silent)

    async def _finish(
        self, turn: Turn, command: c.FinishTurn | c.FailTurn | None, files: dict[str, StoredFile] | None = None
    ) -> None:
        unit = FinishTurn(turn.state.id, command, self._policy, turn.fence, files or {})
        await self._dispatcher.commit(turn.business, unit, key=turn.state.id)

    async def _answer(self, turn: Turn) -> None:
        with step("turn", business=turn.business, inputs=len(turn.inputs), attempts=turn.attempts) as done:
            done.of(turn.state.id, upto=turn.inputs[-1].seq)
            result = await self._made(turn)
            done.of(turn.state.id, outcome=result.outcome, version=result.version)

    async def _made(self, turn: Turn) -> TurnResult:
        """The bot's turn, stored."""
        lease = self._policy.turn_lease
        with self._dispatcher.held(turn.business, "turn", turn.state.id, fence=turn.fence, lease=lease):
            return await self._asked(turn)

    async def _asked(self, turn: Turn) -> TurnResult:
        state, upto = turn.state, turn.inputs[-1].seq
        loop = asyncio.get_running_loop()
        began = loop.time()
        request = request_of(turn, self._policy, now=self._dispatcher.clock(), recall=self._recall)
        writing = self._show_writing(turn)
        try:
            async with asyncio.timeout(self._within(turn) / 1e6):
                result = await self._engine.turn(request)
        finally:
            writing.cancel()
        one_of(TURNS, result.outcome).inc()
        elapsed = int((loop.time() - began) * 1e6)
        command, files = command_of(state, result, upto=upto, elapsed=elapsed), None
        if self.voicing is not None:
            command, files = await self.voicing.voiced(
                turn.business, command, inputs=turn.inputs, endpoint=state.endpoint, locale=state.locale
            )
        await self._finish(turn, command, files)
        return result

    def _within(self, turn: Turn) -> int:
        """How long this try may take. What a dead node has cost is lost: then it is a try like the first."""
        left = turn.since + self._policy.turn_limit - self._dispatcher.clock()
        return min(self._policy.turn_timeout, left) if left >= LEAST_TRY else self._policy.turn_timeout

    async def _recall(self, business: str, conversation: str, seq: int) -> Sequence[Entry]:
        return await self._dispatcher.store.read(business, lambda tx, now: log.entries(tx, conversation, after=seq))

    def _show_writing(self, turn: Turn) -> asyncio.TimerHandle:
        """A turn that takes long is shown as writing, once; cancel it when the turn is over."""
        told = self._dispatcher.on_long_turn
        return asyncio.get_running_loop().call_later(LONG_TURN, told, turn.business, turn.state)

    async def _not_ready(self, turn: Turn) -> None:
        waited = self._dispatcher.clock() - max(turn.inputs[0].at, self._since)
        if waited > self._policy.not_ready_limit:
            await self._give_up(turn)
        else:
            await self._later(turn, NOT_READY_RETRY, attempts=turn.attempts - 1)

    async def _failed(self, turn: Turn, error: Exception) -> None:
        TURN_FAILURES.inc()
        logger.error("turn_failed", conversation=turn.state.id, attempts=turn.attempts, exc_info=error)
        pause = RETRY_AFTER * turn.attempts
        in_time = self._dispatcher.clock() + pause + LEAST_TRY < turn.since + self._policy.turn_limit
        if turn.attempts < self._policy.turn_attempts and in_time:
            await self._later(turn, pause, attempts=turn.attempts, since=turn.since)
        else:
            await self._give_up(turn)

    async def _give_up(self, turn: Turn) -> None:
        state = turn.state
        command = c.FailTurn(
            floor_seq=state.floor_seq, answered=state.answered, upto=turn.inputs[-1].seq, attempts=turn.attempts
        )
        await self._finish(turn, command)

    async def _later(self, turn: Turn, delay: int, *, attempts: int, since: int = 0) -> None:
        tried = msgspec.json.encode(Tried(since)).decode()

        def unit(tx: Tx, now: int) -> int:
            due.carry(tx, "turn", turn.state.id, fence=turn.fence, payload=tried, until=now)
            due.delay(tx, "turn", turn.state.id, fence=turn.fence, due_at=now + delay, attempts=attempts)
            return now + delay

        due_at = await self._dispatcher.store.write(turn.business, unit, key=turn.state.id)
        self._dispatcher.due_at(due_at)
