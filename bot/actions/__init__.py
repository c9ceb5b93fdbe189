"""Custom actions: what a business's own action server does for its bot, over rasa-sdk's HTTP protocol."""

from bot.actions.calls import ActionCall, ActionDone, ActionFailed, Actions

__all__ = ["ActionCall", "ActionDone", "ActionFailed", "Actions"]
