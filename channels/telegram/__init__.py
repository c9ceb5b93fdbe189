"""Telegram: bots of businesses, each an inbox. Updates are fetched (``polling``), read (``codec``), taken (``intake``);
what is said leaves by the courier (``channel``)."""

from channels.telegram.channel import Telegram
from channels.telegram.setup import TelegramSetup, telegram_capabilities

__all__ = ["Telegram", "TelegramSetup", "telegram_capabilities"]
