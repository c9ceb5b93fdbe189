"""An inbox's secret, with which a business's backend signs its users."""

from __future__ import annotations

import msgspec

from gateway.errors import NotFound
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.store import inbox_secrets
from gateway.store.store import Store
from gateway.vault import Vault


class InboxSecret(msgspec.Struct, frozen=True, kw_only=True):
    """Shown this once. What was signed with the one before is refused from now on."""

    inbox: str
    secret: str


class Inboxes:
    """The routes that set inboxes up."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    def routes(self) -> list[Route]:
        return [
            Route(
                method="POST", path="/api/v1/businesses/{business}/inboxes/{inbox}/secret", handler=self.new_secret,
                summary="A new secret for signing users", access=ADMINISTRATORS, answer=InboxSecret,
                tags=("business",),
            )
        ]  # fmt: skip

    async def new_secret(self, call: Call) -> InboxSecret:
        inbox, secret = call.param("inbox"), inbox_secrets.new_secret()
        sealed = inbox_secrets.seal(self._vault, inbox, secret)
        if not await self._store.write(call.business, lambda tx, now: inbox_secrets.put(tx, inbox, sealed)):
            raise NotFound("There is no such inbox in this business.")
        return InboxSecret(inbox=inbox, secret=secret)
