"""The servers of one business: which one answers, what it runs, and how it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import aiohttp
import structlog

from bot.breaker import Breaker
from bot.rasa.client import RasaClient
from bot.rasa.errors import RasaError
from bot.rasa.wire import Domain

log = structlog.get_logger(__name__)


class Server:
    """One of them. ``model`` and ``domain`` are as it told them last."""

    def __init__(self, client: RasaClient) -> None:
        self.client = client
        self.model = ""
        self.domain = Domain()
        self.problem = ""

    async def known(self) -> Domain:
        """Its domain; asked for, with its version, where the model isn't known. Raises as the client does."""
        if not self.model:
            await self.client.version()
            model = (await self.client.status()).model_id
            self.domain = await self.client.domain()
            self.model = model
        return self.domain

    def saw(self, model: str) -> None:
        """An answer was given by this model ("": it was replaced): another one than before has another domain."""
        if model != self.model:
            self.model = ""

    async def look(self) -> None:
        """Whether it is well; what it says is told by ``problem``, and in the log once."""
        try:
            status = await self.client.status()
            if not self.model or status.model_id != self.model:
                self.model = ""
                await self.known()
        except RasaError as error:
            self.failed(error)
        else:
            self.problem = ""

    def failed(self, error: RasaError) -> None:
        if not self.problem:
            log.warning("rasa_down", server=self.client.shown, error=str(error))
        self.problem = str(error)


class Pool:
    """One or two servers. The one that answered last goes on, so that its trackers are at hand."""

    def __init__(self, business: str, servers: Sequence[Server]) -> None:
        self.business = business
        self.servers = tuple(servers)
        self._active = 0

    @property
    def active(self) -> Server:
        return self.servers[self._active]

    def prefer(self, server: Server) -> None:
        """It answers from now on."""
        self._active = self.servers.index(server)

    def in_turn(self) -> Iterator[Server]:
        """The one that answers, then the others."""
        yield self.active
        yield from [one for one in self.servers if one is not self.active]

    @property
    def is_down(self) -> bool:
        """None would be called now."""
        return all(one.client.breaker.opens_in > 0 for one in self.servers)

    def problems(self) -> list[str]:
        """What is wrong with its servers now, in words without any secret."""
        return [one.problem for one in self.servers if one.problem]


def make_pool(
    business: str, urls: Sequence[str], *, token: str, session: aiohttp.ClientSession, clock: Callable[[], float]
) -> Pool:
    """The servers at ``urls``; none is called yet."""
    clients = [RasaClient(url, token=token, session=session, breaker=Breaker(clock)) for url in urls]
    return Pool(business, [Server(client) for client in clients])
