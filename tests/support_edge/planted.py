"""Faults that a serving process is given on purpose, so that the checker of the fault tests is seen to find them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partialmethod
from typing import Any, Literal

import gateway.model.decisions.bot as bot_decisions
import gateway.store.store as store_module
from gateway.dispatcher import Committed
from gateway.dispatcher.turns import Turns
from gateway.model import commands as c
from gateway.model.circumstances import Events
from gateway.model.state import Conversation
from gateway.store import inbound
from gateway.store.writer import GroupWriter, Job

Planted = Literal["", "early_acknowledgement", "no_fence", "no_inbound_key", "deaf_turns"]

LATE = 0.3
"""Seconds between the acknowledgement and the commit."""


class HastyWriter(GroupWriter):
    """Tells everybody that their units are stored, and commits after that."""

    def _attempt_bare(self, group: list[Job]) -> bool:
        connection = self._connect()
        now = connection.begin(patient=True)
        try:
            for job in group:
                job.result, job.error = connection.run_bare(job.unit, job.business, now), None
        except Exception:
            connection.rollback()
            return False
        self.loop.call_soon_threadsafe(self._tell_early, list(group))
        time.sleep(LATE)
        connection.commit()
        return True

    @staticmethod
    def _tell_early(group: list[Job]) -> None:
        for job in group:
            then, job.then = job.then, None  # what follows the commit follows once
            if not job.future.done():
                job.future.set_result(job.result)
            if then is not None:
                then(job.result)


def _holds_always(state: Conversation, command: c.FinishTurn | c.FailTurn) -> Events:
    return ()


def _claims_always(*of: Any, **more: Any) -> None:
    return None


def _follows_as_if_alone(turns: Turns, committed: Committed, *, follow: Callable[[Turns, Committed], None]) -> None:
    """Whatever another node took before this isn't looked for."""
    waiting = turns._waiting.get(committed.state.id)
    if waiting is not None and committed.before is not None:
        waiting.state = committed.before
    follow(turns, committed)


def plant(fault: Planted) -> None:
    """From now on this process is broken in this way."""
    match fault:
        case "early_acknowledgement":
            store_module.GroupWriter = HastyWriter  # type: ignore[attr-defined]
        case "no_fence":
            bot_decisions._dropped = _holds_always
        case "no_inbound_key":
            inbound.claim_key = _claims_always
            inbound.earlier = _claims_always
        case "deaf_turns":
            Turns.follow = partialmethod(_follows_as_if_alone, follow=Turns.follow)  # type: ignore[assignment]
