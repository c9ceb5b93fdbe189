"""Telegram's calls to us: an update is answered with 200 once it is on disk, and without the secret token it is nobody's."""

from __future__ import annotations

import hmac

import structlog
from aiohttp import web

from channels.telegram.bots import Bots
from channels.telegram.intake import Intake, NotTaken
from gateway.errors import NotFound, OriginRefused, Overloaded, TooLarge

logger = structlog.get_logger(__name__)

PATH = "/api/v1/telegram/{inbox}"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1024 * 1024
"""Bytes of an update; Telegram's own are far smaller."""


class Webhook:
    """The route of all bots that are called."""

    def __init__(self, bots: Bots, intake: Intake) -> None:
        self._bots = bots
        self._intake = intake

    def mount(self, app: web.Application) -> None:
        app.router.add_post(PATH, self.take)

    async def take(self, request: web.Request) -> web.Response:
        """Raises ``NotFound``, ``OriginRefused``, ``TooLarge``, ``Overloaded`` (it comes again then)."""
        line = self._bots.of(request.match_info["inbox"])
        if line is None or not line.set_up.settings.webhook:
            raise NotFound("There is no such bot, or it isn't called.")
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), line.secret.encode()):
            logger.warning("telegram_call_without_secret", inbox=line.set_up.inbox)
            raise OriginRefused("This isn't Telegram: the secret token is missing or wrong.")
        try:
            await self._intake.take(line, [await _body(request)])
        except NotTaken as error:
            raise Overloaded("Nothing can be stored right now. Send it again.") from error
        return web.Response()


async def _body(request: web.Request) -> bytes:
    body = b""
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LARGEST:
            raise TooLarge("An update is smaller than this.", limit=LARGEST)
    return body
