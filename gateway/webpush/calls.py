"""A conversation as it calls people at this moment, and what each of them is told."""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.model.alerts import Call, Colleague, call_of, is_named
from gateway.model.events import NoteAdded
from gateway.store import directory, lists, log, presence
from gateway.store.sql import Tx
from gateway.webpush.words import name_of, reason_of, say

LONGEST = 120
"""Characters of a title."""


class Notice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the service worker reads. It holds what a notification of the open console shows, and where it leads.

    ``tag``: a later notice of the same takes an earlier one's place. ``account``: whom it is for.
    """

    kind: Literal["call", "note", "test"]
    account: str
    tag: str
    title: str
    body: str = ""
    business: str = ""
    conversation: str = ""
    seq: int = 0


class Calls:
    """Reads once what is asked for each person. ``note``: the ``seq`` of a note that names people, or 0."""

    def __init__(self, tx: Tx, conversation: str, *, note: int) -> None:
        self.note = note
        self.conversation = conversation
        self._tx = tx
        self._state = log.peek(tx, conversation)
        self._read = lists.marks(tx, conversation).get("people", 0)
        found = log.entries(tx, conversation, after=note - 1, limit=1) if note else []
        self._note = found[0].event if found else None
        self._called: dict[str, Call | None] = {}

    def concern(self, account: str) -> Call | None:
        """What they are called for, if they are."""
        if account not in self._called:
            self._called[account] = self._look(account)
        return self._called[account]

    def notice(self, account: str, locale: str) -> Notice | None:
        """What they are told, in their language."""
        call, state = self.concern(account), self._state
        if call is None or state is None:
            return None
        if isinstance(self._note, NoteAdded):
            return Notice(
                kind="note", account=account, tag=f"note:{state.id}", business=self._tx.business,
                conversation=state.id, seq=self.note,
                title=say("mentioned", locale, name=self._note.name)[:LONGEST],
            )  # fmt: skip
        contact = lists.contact_name(self._tx, state.contact)
        return Notice(
            kind="call", account=account, tag=state.id, business=self._tx.business, conversation=state.id,
            title=name_of(contact, locale)[:LONGEST], body=reason_of(call, state.reason, locale),
        )  # fmt: skip

    def _look(self, account: str) -> Call | None:
        member = directory.membership(self._tx, account)
        if member is None or self._state is None:
            return None
        colleague = Colleague(account, member.role, presence.chosen(self._tx, account).state)
        if self.note:
            return "mentioned" if self._note is not None and is_named(self._note, colleague) else None
        return call_of(self._state, colleague, read=self._read)
