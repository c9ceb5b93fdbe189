"""What the set-up asks of Telegram: whose a token is, how a bot looks, how its line does."""

from __future__ import annotations

import re

from channels.telegram import codec
from channels.telegram.bots import Bots
from channels.telegram.client import Client, TokenRefused, load
from channels.telegram.polling import Poller
from gateway.errors import DeliveryError, DeliveryUncertain, Invalid, MediaRefused, RetryLater, TooLarge
from gateway.faults import refusals
from gateway.ports import FoundBot, LineHealth
from gateway.settings import Settings

TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,80}")
LARGEST_PICTURE = 1024 * 1024


class Desk:
    """``BotLines`` of Telegram."""

    def __init__(self, bots: Bots, poller: Poller, *, settings: Settings) -> None:
        self._bots = bots
        self._poller = poller
        self._settings = settings

    async def check(self, token: str, *, proxy: str = "") -> FoundBot:
        if not TOKEN.fullmatch(token):
            raise Invalid(refusals.TOKEN_FORM(), field="token")
        own = self._settings
        await load()
        client = Client(token, server=own.telegram_server, is_local=own.telegram_local, proxy=proxy)
        try:
            me = await client.call(codec.get_me(), timeout=10)
            picture = await _picture(client, int(me["id"]))
        except TokenRefused as refused:
            raise Invalid(refusals.TOKEN_UNKNOWN(), field="token") from refused
        except (RetryLater, DeliveryUncertain) as error:
            if proxy:
                raise Invalid(refusals.UNREACHABLE_BY_PROXY(), field="telegram.proxy") from error
            raise Invalid(refusals.UNREACHABLE(), field="token") from error
        except DeliveryError as error:
            raise Invalid(refusals.TELEGRAM_SAID(said=str(error)[:200]), field="token") from error
        finally:
            await client.aclose(within=0)
        return FoundBot(
            id=int(me["id"]), username=str(me.get("username", "")), name=str(me.get("first_name", "")), picture=picture
        )  # fmt: skip

    async def picture(self, inbox: str) -> bytes:
        line = self._bots.of(inbox)
        return await _picture(line.client, line.set_up.settings.bot_id) if line is not None else b""

    def health(self, inbox: str) -> LineHealth:
        return self._poller.health_of(inbox)


async def _picture(client: Client, bot: int) -> bytes:
    """The bot's picture, about 160 pixels wide; nothing where it has none, or Telegram doesn't give it."""
    try:
        found = await client.call(codec.get_photos(bot), timeout=10)
        photos = found.get("photos") if isinstance(found, dict) else None
        if not photos:
            return b""
        small = min(photos[0], key=lambda size: abs(int(size.get("width", 0)) - 160))
        body = b""
        async for piece in client.download(str(small["file_id"]), size=0):
            body += piece
            if len(body) > LARGEST_PICTURE:
                return b""
        return body
    except (DeliveryError, MediaRefused, TooLarge, KeyError, ValueError, TypeError):
        return b""
