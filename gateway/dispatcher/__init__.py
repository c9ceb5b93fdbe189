"""The dispatcher: everything that changes a conversation goes through ``receive``, ``submit`` or a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Protocol, TypeVar

from gateway.dispatcher.arrivals import Arrive
from gateway.dispatcher.consulting import CONSULT
from gateway.dispatcher.dues import Dues, Handler
from gateway.dispatcher.legs import LEG
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.timers import Timers
from gateway.dispatcher.turns import Turns, Voicing
from gateway.dispatcher.units import Act, Committed, Receive, Received, Replay, Submit, digest_of
from gateway.errors import Draining, StorageUnavailable
from gateway.metrics import INPUTS, one_of
from gateway.model import commands as c
from gateway.model.commands import AnyRequest
from gateway.model.state import Conversation
from gateway.ports import AnyArrival, BotEngine, Edited, Inbound, Receipt
from gateway.store.inbound import Claim
from gateway.store.sql import Tx
from gateway.store.store import PATIENCE, Store
from gateway.tracing import Step, step

Listener = Callable[[Committed], None]


class Commits(Protocol):
    """What a unit brings about that appends to several logs."""

    @property
    def commits(self) -> tuple[Committed, ...]: ...


Done = TypeVar("Done", bound=Commits)
T = TypeVar("T")

__all__ = ["Committed", "Dispatcher", "Policy", "digest_of"]


class Dispatcher:
    """One node's way to the log. ``on_commit`` is told every local commit, in order, after it is on disk."""

    def __init__(
        self, store: Store, engine: BotEngine, policy: Policy, *, clock: Callable[[], int], on_commit: Listener
    ) -> None:  # fmt: skip
        self.store = store
        self.policy = policy
        self.clock = clock
        self._on_commit = on_commit
        self.on_long_turn: Callable[[str, Conversation], None] = lambda business, state: None
        """Is told of a turn (business, conversation) that takes long enough to be shown as writing."""
        self._turns = Turns(self, engine, policy)
        self._timers = Timers(self, policy)
        self._dues = Dues(store, node=policy.node, clock=clock)
        self._draining = False
        self.patience = PATIENCE

    def voice(self, voicing: Voicing) -> None:
        """The bot's answers may be said from now on."""
        self._turns.voicing = voicing

    def start(self, handlers: dict[str, Handler], *, leases: Mapping[str, int] = MappingProxyType({})) -> None:
        """Begins to claim due rows; ``handlers`` are those of other owners (the courier's), ``leases`` those of their kinds that have
        one of their own (microseconds)."""
        self._turns.start()
        self._dues.leases = {"turn": self.policy.turn_lease, **leases}
        self._dues.start(
            {
                "turn": self._turns.claimed,
                "wake": self._timers.wake,
                "wrap_up": self._timers.wrap_up,
                "idle": self._timers.idle,
                "patience": self._timers.patience,
                "silence": self._timers.silence,
                LEG: self._timers.leg,
                CONSULT: self._timers.consult,
                **handlers,
            }
        )

    async def receive(self, item: Inbound) -> Receipt:
        """Stores a customer's input. When this returns it is on disk, once, however often it arrived.

        Raises ``IdReused`` for another body under a known id, ``StorageUnavailable``/``Overloaded``/``Draining``
        where nothing was stored and the same input must come again.
        """
        if self._draining:
            raise Draining("Switchboard is restarting. Send it again in a moment.")
        unit = Receive(item, self.policy)
        with step("receive", business=item.business, channel=item.channel) as done:
            received = await self._told(self.store.write(item.business, unit, key=item.address, then=self._received))
            _tell(done, received)
        if item.files:
            self.due_at(self.clock())
        one_of(INPUTS, item.channel).inc()
        return received.receipt

    async def arrive(self, arrival: AnyArrival) -> Receipt:
        """As ``receive``, for anything that a messenger tells."""
        if self._draining:
            raise Draining("Switchboard is restarting. Send it again in a moment.")
        unit = Arrive(arrival, self.policy)
        with step("receive", business=arrival.business, channel=arrival.channel) as done:
            received = await self._told(
                self.store.write(arrival.business, unit, key=arrival.address, then=self._received)
            )  # fmt: skip
            _tell(done, received)
        if isinstance(arrival, Inbound | Edited):
            self.due_at(self.clock())
        one_of(INPUTS, arrival.channel).inc()
        return received.receipt

    async def submit(
        self, business: str, conversation: str, command: AnyRequest, *, claim: Claim | None = None
    ) -> Receipt:
        """Stores a command of people or of the system; raises the ``Refused`` that ``decide`` gave."""
        if self._draining:
            raise Draining("Switchboard is restarting. Try it again in a moment.")
        unit = Submit(conversation, command, self.policy, claim)
        with step("submit", business=business, command=type(command).__name__) as done:
            done.of(conversation)
            received = await self._told(self.store.write(business, unit, key=conversation, then=self._received))
            _tell(done, received)
        return received.receipt

    async def act(self, business: str, conversation: str, command: c.AnyCommand, *, claim: Claim) -> Receipt:
        """As ``submit``, of a customer, whom ``claim`` names by their inbox and address. Raises ``Blocked``, too."""
        if self._draining:
            raise Draining("Switchboard is restarting. Try it again in a moment.")
        unit = Act(claim.inbox, claim.scope, Submit(conversation, command, self.policy, claim))
        received = await self._told(self.store.write(business, unit, key=conversation, then=self._received))
        return received.receipt

    async def replay(self, business: str, conversation: str, command: c.Replay) -> Receipt:
        """Sends again what failed of a message, at once. Raises ``NotFound``, ``NotPossible``, ``Draining``."""
        if self._draining:
            raise Draining("Switchboard is restarting. Try it again in a moment.")
        unit = Replay(conversation, command, self.policy)
        received = await self._told(self.store.write(business, unit, key=conversation, then=self._received))
        self._dues.at(1)
        return received.receipt

    async def commit(self, business: str, unit: Callable[[Tx, int], Committed | None], *, key: str) -> Committed | None:
        """Runs a unit that appends, and tells those who follow."""
        return await self.store.write(business, unit, key=key, then=self._committed)

    async def commit_all(self, business: str, unit: Callable[[Tx, int], Done], *, key: str) -> Done:
        """Runs a unit that appends to several logs, and tells those who follow any of them."""
        if self._draining:
            raise Draining("Switchboard is restarting. Try it again in a moment.")
        return await self.store.write(business, unit, key=key, then=self._committed_all)

    def typing(self, conversation: str, *, seconds: float) -> None:
        """The customer types: a turn that waits for a burst goes on waiting."""
        self._turns.typing(conversation, seconds)

    def due_at(self, instant: int) -> None:
        """A due row was written for ``instant``."""
        self._dues.at(instant)

    def held(self, business: str, kind: str, subject: str, *, fence: int, lease: int) -> AbstractContextManager[None]:
        """A claimed row stays this node's within (see ``Dues.held``)."""
        return self._dues.held(business, kind, subject, fence=fence, lease=lease)

    async def drain(self, *, within: float) -> None:
        """Stops accepting and claiming; what is under way may finish for ``within`` seconds."""
        self._draining = True
        await self._turns.drain(within=within / 2)
        await self._dues.drain(within=within / 2)

    async def _told(self, stored: Awaitable[T]) -> T:
        """What was stored. Raises ``StorageUnavailable`` where the database says nothing (it stands still, a network is cut): it
        may be stored yet, so the same must come again under the same id."""
        try:
            async with asyncio.timeout(self.patience):
                return await stored
        except TimeoutError as error:
            raise StorageUnavailable(
                "The database doesn't answer. Look whether it is there, then try again."
            ) from error

    def _received(self, received: Received) -> None:
        if received.committed is not None:
            self._committed(received.committed)

    def _committed_all(self, done: Commits) -> None:
        for committed in done.commits:
            self._committed(committed)

    def _committed(self, committed: Committed | None) -> None:
        if committed is None:
            return
        self._turns.follow(committed)
        if committed.entries:
            self._on_commit(committed)
            if committed.routed or committed.state.endpoint.channel in self.policy.pushed:
                self._dues.at(committed.state.updated_at)


def _tell(done: Step, received: Received) -> None:
    receipt = received.receipt
    done.of(receipt.conversation, seq=receipt.seq, repeated=receipt.repeated)
