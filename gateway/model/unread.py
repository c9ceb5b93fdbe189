"""Answers of people that their customer hasn't read on the page: which they are, and when they go out another way. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from gateway.model.events import Entry, OperatorMessage
from gateway.model.events.calls import VOICE
from gateway.model.texts import as_they_are

QUIET = 60_000_000
"""Microseconds after the last answer in which another one may follow, so that they are one letter."""
LATEST = 2
"""An answer waits for others no longer than so many times what is set."""


def unread_answers(entries: Iterable[Entry], *, pushed: Collection[str]) -> list[Entry]:
    """What people answered in ``entries``, those that nobody read, as it says by now. ``pushed``: channels that bring it to
    the customer by themselves. What the bot and the system say calls nobody back who went away."""
    return [entry for entry in as_they_are(entries) if must_be_read(entry, pushed=pushed)]


def must_be_read(entry: Entry, *, pushed: Collection[str]) -> bool:
    """Whether it is an answer of people that its customer knows only once they read it: what went into a call was heard."""
    event = entry.event
    return isinstance(event, OperatorMessage) and event.endpoint.channel not in (VOICE, *pushed)


def goes_out_at(answers: Sequence[Entry], *, after: int) -> int:
    """When unread ``answers`` leave, which are one at least: ``after`` microseconds from the first one on, and not while more are
    being written."""
    first, last = answers[0].at, answers[-1].at
    return min(max(first + after, last + min(QUIET, after)), first + LATEST * after)
