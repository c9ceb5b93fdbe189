"""Short messages: a business's own system sends them. It is called as a webhook is, signed, and each call is noted beside theirs."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gateway.dispatcher import Dispatcher
from gateway.dispatcher.setup import UNREAD, UnreadWays
from gateway.faults import webhooks as faults
from gateway.store import configuration, due, webhook_calls
from gateway.store.sql import Tx
from gateway.vault import SecretUnreadable, Vault
from gateway.webhooks.guard import Guard
from gateway.webhooks.posting import Outcome, Poster
from gateway.webhooks.signing import headers_of, unseal

SMS_TEST = "sms_test"
"""The kind of due rows; their subject is a call."""
SMS = "sms"
SECOND = 1_000_000


class ShortMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a call. ``to``: in E.164; ``text``: to be sent as it is, ``link``: what of it is a link, or "". ``seq``: of the
    last answer that it tells of. A test (``sms_test``) has no conversation."""

    type: str
    timestamp: int
    business: str
    to: str
    text: str
    link: str = ""
    conversation: str | None = None
    seq: int | None = None


def sealed_as(business: str) -> str:
    """What the secret of a business's calls is sealed for."""
    return f"sms:{business}"


class Sms:
    """Makes the calls; and the handler of due rows ``sms_test``."""

    def __init__(self, dispatcher: Dispatcher, vault: Vault, guard: Guard, *, clock: Callable[[], int]) -> None:
        self._dispatcher = dispatcher
        self._vault = vault
        self._clock = clock
        self._poster = Poster(guard, agent="Switchboard-SMS")

    async def aclose(self) -> None:
        await self._poster.aclose()

    async def post(self, message: ShortMessage, *, call: str, ways: UnreadWays, secret: str) -> Outcome:
        """One try. ``call`` is the same at each; ``secret``: as it lies sealed."""
        if not secret:
            return Outcome(faults.NO_SECRET())
        try:
            key = unseal(self._vault, sealed_as(message.business), secret)
        except SecretUnreadable:
            return Outcome(faults.SECRET_UNREADABLE(), again=False)
        body = msgspec.json.encode(message)
        return await self._poster.post(ways.url, body, headers_of(call, body, secret=key, now=self._clock()))

    async def claimed(self, row: due.Due) -> None:
        """A test: one try, whose outcome whoever asked for it reads among the calls."""

        def look(tx: Tx, now: int) -> tuple[UnreadWays, str]:
            return sender_of(tx)

        message = msgspec.json.decode(row.payload, type=ShortMessage)
        ways, secret = await self._dispatcher.store.read(row.business, look)
        outcome = await self.post(message, call=row.subject, ways=ways, secret=secret)

        def note(tx: Tx, now: int) -> None:
            if due.finish(tx, row.kind, row.subject, fence=row.fence):
                status: webhook_calls.CallStatus = "done" if outcome.done else "failed"
                webhook_calls.set_status(tx, row.subject, status, attempts=1, answer=outcome.answer, now=now)

        await self._dispatcher.store.write(row.business, note, key=row.subject)


def sender_of(tx: Tx) -> tuple[UnreadWays, str]:
    """As the business set it up last, with its sealed secret."""
    item = configuration.find(tx, UNREAD, UNREAD)
    return (msgspec.json.decode(item.body, type=UnreadWays), item.secret) if item is not None else (UnreadWays(), "")
