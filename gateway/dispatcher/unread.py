"""Answers that nobody read on the page: the due row by which they go out another way.

One row for each conversation. It is written with the first answer; whoever works it off looks at what is unread by then
(``gateway.unread``), under the conversation's lock, so that nothing is answered between that look and the row's end.
"""

from __future__ import annotations

from msgspec.structs import replace

from gateway.dispatcher.policy import MINUTE, Policy
from gateway.dispatcher.setup import UNREAD
from gateway.model.events import AnswersForwarded, DeliveryReplayed, Entry
from gateway.model.state import Conversation
from gateway.model.unread import must_be_read, unread_answers
from gateway.store import due, lists, log
from gateway.store.log import Draft
from gateway.store.sql import Tx


def note_unread(tx: Tx, draft: Draft, policy: Policy) -> None:
    """People answered on a page: it is looked whether that is read."""
    if not any(must_be_read(entry, pushed=policy.pushed) for entry in draft.entries):
        return
    known = policy.set_ups.of(tx, draft.now)
    after = known.waiting.unread_after
    if after and ((known.unread.email and policy.mail) or known.unread.sms):
        due.put(tx, UNREAD, draft.conversation, due_at=draft.now + after * MINUTE)


def send_unread_again(tx: Tx, state: Conversation, seq: int, policy: Policy, *, now: int) -> int:
    """Unread answers whose letter or short message failed, as the event ``seq`` says, go out again at once. From which on
    they are; 0 where nothing of it failed, nobody has to be told any more, or something went out since."""
    entries = log.entries(tx, state.id, after=seq - 1)
    failed = entries[0].event if entries and entries[0].seq == seq else None
    if not isinstance(failed, AnswersForwarded) or failed.fault is None:
        return 0
    if any(isinstance(one.event, AnswersForwarded | DeliveryReplayed) for one in entries[1:]):
        return 0
    if not unread_of(tx, replace(state, forwarded=failed.since - 1), policy):
        return 0
    due.reset(tx, UNREAD, state.id, due_at=now)
    return failed.since


def unread_of(tx: Tx, state: Conversation, policy: Policy) -> list[Entry]:
    """People's answers that the customer didn't read and that went out no other way; none where they are reached in a messenger
    by now, or go on elsewhere."""
    if state.continued_in or state.endpoint.channel in policy.pushed:
        return []
    seen = max(lists.marks(tx, state.id).get("customer", 0), state.forwarded)
    return unread_answers(log.entries(tx, state.id, after=seen), pushed=policy.pushed)
