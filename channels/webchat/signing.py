"""A visitor signs in: what they began anonymously becomes the user's, and their other tabs are told."""

from __future__ import annotations

from typing import NamedTuple

import structlog

from channels.webchat.users import User
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.linking import SignIn
from gateway.errors import NotPossible
from gateway.model.state import Status
from gateway.store import contacts, inbound
from gateway.store import log as stored_log
from gateway.store.directory import Inbox
from gateway.store.sql import Tx
from gateway.store.store import Store

log = structlog.get_logger(__name__)


class _Seen(NamedTuple):
    """``talks``: the visitor has an unfinished conversation. ``outdated``: the user's identity, where what is kept of
    them isn't what their page says now; with the conversation that shows it."""

    talks: bool
    outdated: inbound.Identity | None


class Signing:
    """Signs visitors in. Nothing is written for a user who is known already, or who only looks."""

    def __init__(self, store: Store, dispatcher: Dispatcher, hub: Hub) -> None:
        self._store = store
        self._dispatcher = dispatcher
        self._hub = hub

    async def sign_in(self, inbox: Inbox, visitor: str, user: User) -> None:
        """``visitor``: the address of the token that came along."""
        seen = await self._store.read(inbox.business, lambda tx, now: _look(tx, inbox.id, visitor, user))
        if seen.outdated is not None:
            await self._renew(inbox.business, seen.outdated, user)
        if seen.talks:
            await self._link(inbox, visitor, user)

    async def _renew(self, business: str, identity: inbound.Identity, user: User) -> None:
        def unit(tx: Tx, now: int) -> None:
            found = contacts.lock_addresses(tx, [identity.id])[identity.id]
            if not found.is_gone:  # erased just now
                contacts.vouch(tx, identity.id, identity.contact, user.profile)

        await self._store.write(business, unit, key=user.address)
        if identity.conversation:
            self._hub.touch(business, identity.conversation)

    async def _link(self, inbox: Inbox, visitor: str, user: User) -> None:
        unit = SignIn(inbox.id, visitor, user.address, user.profile, self._dispatcher.policy)
        try:
            linked = await self._dispatcher.commit_all(inbox.business, unit, key=user.address)
        except NotPossible:  # by other channels the two are known to be different people: each keeps their own
            log.info("visitor_not_linked", inbox=inbox.id)
            return
        self._hub.joined(inbox.business, linked)


def _look(tx: Tx, inbox: str, visitor: str, user: User) -> _Seen:
    anonymous = inbound.find_identity(tx, inbox, visitor)
    state = stored_log.peek(tx, anonymous.conversation) if anonymous else None
    talks = state is not None and state.status is not Status.RESOLVED
    known = inbound.find_identity(tx, inbox, user.address)
    kept = contacts.read(tx, known.contact) if known else None
    says = user.profile
    same = kept is None or (says.name in ("", kept.name) and says.email in ("", kept.email))
    return _Seen(talks, None if same else known)
