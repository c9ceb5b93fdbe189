"""``switchboard bot``: a bot's content looked through, trained, tested, tried and measured from the command line."""

from gateway.commands.bot.check import bot_check
from gateway.commands.bot.evaluate import bot_evaluate
from gateway.commands.bot.export import bot_export
from gateway.commands.bot.talk import bot_try
from gateway.commands.bot.teach import bot_test, bot_train

__all__ = ["bot_check", "bot_evaluate", "bot_export", "bot_test", "bot_train", "bot_try"]
