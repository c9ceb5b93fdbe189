"""The bot: reads a business's content, learns it, and answers for it.

The application wires it with ``engine()`` and ``trainer()``; neither imports numpy before it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.embedded import EmbeddedEngine
    from bot.training import WorkerTrainer


def engine() -> EmbeddedEngine:
    """An engine without any business; ``load`` gives it their bots."""
    from bot.embedded import EmbeddedEngine

    return EmbeddedEngine()


def trainer() -> WorkerTrainer:
    """A trainer whose work runs in a process of its own."""
    from bot.training import WorkerTrainer

    return WorkerTrainer()
