"""Web chat: the widget's channel. Its messages are followed from the log, so nothing is pushed."""

from channels.webchat.channel import WebChat

__all__ = ["WebChat"]
