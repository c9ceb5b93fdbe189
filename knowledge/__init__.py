"""Knowledge: a business's articles, searched by customers, operators and the bot. ``gateway.app`` wires it."""

from knowledge.library import Library
from knowledge.page import HelpPages
from knowledge.routes import KnowledgeRoutes
from knowledge.shelf import Shelf

__all__ = ["HelpPages", "KnowledgeRoutes", "Library", "Shelf"]
