"""Web chat: the widget's channel. Its messages are followed from the log, so nothing is pushed."""

from channels.webchat.channel import WebChat
from channels.webchat.users import Users

__all__ = ["Users", "WebChat"]
