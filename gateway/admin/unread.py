"""What an administrator does with short messages beside setting them up: the secret of their calls, a test, what was sent."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gateway.admin.webhooks import CallPage, CallQuery, Started, WebhookSecret, call_page
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.setup import UNREAD
from gateway.errors import Invalid, NotPossible
from gateway.http.changing import actor, write
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.http.texts import Locale
from gateway.model.reach import COUNTRIES, check_phone
from gateway.store import audit, configuration, directory, due, webhook_calls
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.unread.sms import SMS_TEST, ShortMessage, sealed_as
from gateway.vault import Vault
from gateway.webhooks.signing import new_secret, seal

PATH = "/api/v1/businesses/{business}/unread"


class SmsTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``to``: whose phone it goes to."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    locale: Locale = "en"


class UnreadMeans(msgspec.Struct, frozen=True, kw_only=True):
    """``email``: the installation has a mail server (``smtp``), so letters leave it."""

    email: bool


class UnreadRoutes:
    """The routes of unread answers beside those of their set-up."""

    def __init__(self, store: Store, vault: Vault, dispatcher: Dispatcher) -> None:
        self._store = store
        self._vault = vault
        self._dispatcher = dispatcher

    def routes(self) -> list[Route]:
        admin, tags = ADMINISTRATORS, ("set-up",)
        return [
            Route(method="GET", path=PATH + "/means", handler=self.means, access=admin, answer=UnreadMeans,
                  summary="By what unread answers could leave", tags=tags),
            Route(method="POST", path=PATH + "/secret", handler=self.new_secret, access=admin, answer=WebhookSecret,
                  summary="A new secret for the calls that send short messages", tags=tags),
            Route(method="POST", path=PATH + "/test", handler=self.test, access=admin, body=SmsTest, answer=Started,
                  summary="Send a short message to try it", status=202, tags=tags),
            Route(method="GET", path=PATH + "/calls", handler=self.calls, access=admin, query=CallQuery,
                  summary="Short messages that were sent, latest first", answer=CallPage, tags=tags),
        ]  # fmt: skip

    async def means(self, call: Call) -> UnreadMeans:
        return UnreadMeans(email=self._dispatcher.policy.mail)

    async def new_secret(self, call: Call) -> WebhookSecret:
        """``409 not_possible`` before the address was saved."""
        secret, by = new_secret(), actor(call.who)
        sealed = seal(self._vault, sealed_as(call.business), secret)

        def unit(tx: Tx, now: int) -> None:
            _set_up(tx)
            configuration.seal(tx, UNREAD, UNREAD, sealed)
            audit.note(tx, by, "secret_changed", kind=UNREAD, subject=UNREAD, name=UNREAD, now=now)

        await write(self._store, call, unit)
        return WebhookSecret(secret=secret)

    async def test(self, call: Call) -> Started:
        wanted = call.body
        try:
            to = check_phone(wanted.to, country=COUNTRIES.get(wanted.locale, ""))
        except Invalid as error:
            raise Invalid(error.fault or error.detail, field="to") from error
        phrases = self._dispatcher.policy.phrases

        def unit(tx: Tx, now: int) -> str:
            _set_up(tx)
            business = directory.read_business(tx, tx.business)
            assert business is not None
            text = phrases.say("unread.test", wanted.locale, business=business.named(wanted.locale))
            made = webhook_calls.add(tx, UNREAD, event=SMS_TEST, conversation="", seq=0, now=now)
            message = ShortMessage(type=SMS_TEST, timestamp=now, business=tx.business, to=to, text=text)
            due.put(tx, SMS_TEST, made, due_at=now, payload=msgspec.json.encode(message).decode())
            return made

        made = await self._store.write(call.business, unit)
        self._dispatcher.due_at(1)
        return Started(id=made)

    async def calls(self, call: Call) -> CallPage:
        query = call.query
        return await self._store.read(call.business, lambda tx, now: call_page(tx, UNREAD, query))


def _set_up(tx: Tx) -> Item:
    found = configuration.find(tx, UNREAD, UNREAD)
    if found is None or not msgspec.json.decode(found.body).get("url"):
        raise NotPossible("Say first which address sends the messages, and save that.")
    return found
