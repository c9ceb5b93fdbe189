"""Calls to the businesses' action servers: bounded in time and size, and not made at all while a server is down."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import structlog

from bot import calling
from bot.actions.calls import ActionCall, ActionDone, ActionFailed
from bot.actions.wire import answer_of, request_of
from bot.breaker import Breaker
from bot.content.types import Content
from gateway.settings import ActionServer

log = structlog.get_logger(__name__)

WITHIN = 4.0
"""Seconds for one action, so that a turn with two of them ends before the dispatcher gives it up."""
MAX_ANSWER = 512 * 1024


class ActionServers:
    """``bot.actions.Actions`` over HTTP, with the addresses of the installation's settings.

    One call, never repeated: an action may have done something before it failed. Its ``id`` goes along as
    ``Idempotency-Key``, for the turn that is made again after a node died.
    """

    def __init__(
        self, servers: Mapping[str, ActionServer], *, slug_of: Callable[[str], Awaitable[str]],
        clock: Callable[[], float] = time.monotonic, within: float = WITHIN,
    ) -> None:  # fmt: skip
        self._servers = servers
        self._slug_of = slug_of
        self.within = within
        """Seconds for one action; set before the first is run."""
        self._breakers = {slug: Breaker(clock) for slug in servers}
        self._slugs: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None

    async def run(self, call: ActionCall, content: Content) -> ActionDone:
        """Raises ``ActionFailed``; its text names no address."""
        slug = await self._slug(call.business)
        server = self._servers.get(slug)
        if server is None:
            raise ActionFailed("no action server is set up for this business")
        breaker = self._breakers[slug]
        if not breaker.admits():
            raise ActionFailed("the action server has failed again and again, and is left alone for a while")
        try:
            body = await self._post(server, call, request_of(call, content))
            done = answer_of(body)
        except BaseException:
            breaker.failed()
            raise
        breaker.succeeded()
        return done

    async def _slug(self, business: str) -> str:
        if business not in self._slugs:
            self._slugs[business] = await self._slug_of(business)
        return self._slugs[business]

    async def _post(self, server: ActionServer, call: ActionCall, body: bytes) -> bytes:
        self._session = self._session or calling.session()
        headers = {"Content-Type": "application/json", "Idempotency-Key": call.id}
        if server.token:
            headers["Authorization"] = f"Bearer {server.token}"
        try:
            return await calling.post(
                self._session, server.url, body, headers=headers, seconds=self.within, most=MAX_ANSWER
            )
        except calling.CallFailed as error:
            raise ActionFailed(str(error)) from error

    def degraded(self) -> list[str]:
        """What is wrong now, a line for each server that is left alone."""
        return [
            f"actions {slug}: {breaker.circuit}" for slug, breaker in self._breakers.items() if breaker.opens_in > 0
        ]

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
