"""The bot: reads a business's content, learns it, and answers for it.

The application wires it with ``engine()`` and ``trainer()``; neither imports numpy before it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.actions.server import ActionServers
    from bot.choosing import ChosenEngine
    from bot.embedded import EmbeddedEngine
    from bot.llm.engine import ModelEngine
    from bot.rasa.engine import RasaEngine
    from bot.training import WorkerTrainer
    from bot.vocabulary import BotVocabulary
    from gateway.ports import Knowledge
    from gateway.settings import ActionServer, LanguageModel, RasaServers


def engine(actions: ActionServers | None = None, knowledge: Knowledge | None = None) -> EmbeddedEngine:
    """An engine without any business; ``load`` gives it their bots."""
    from bot.embedded import EmbeddedEngine

    return EmbeddedEngine(actions, knowledge)


def vocabulary_of(engine: EmbeddedEngine) -> BotVocabulary:
    """How customers of the engine's bots speak."""
    from bot.vocabulary import BotVocabulary

    return BotVocabulary(engine)


def action_servers(
    servers: Mapping[str, ActionServer], slug_of: Callable[[str], Awaitable[str]]
) -> ActionServers | None:  # fmt: skip
    """The action servers of the settings; None where there are none."""
    from bot.actions.server import ActionServers

    return ActionServers(servers, slug_of=slug_of) if servers else None


def rasa_engine(
    servers: Mapping[str, RasaServers], slug_of: Callable[[str], Awaitable[str]], knowledge: Knowledge | None = None,
    *, now: Callable[[], float],
) -> RasaEngine:  # fmt: skip
    """An engine over the Rasa servers of the settings; ``slug_of`` tells a business's short name by its id, ``now`` the
    seconds of the clock that rules."""
    from bot.rasa.engine import RasaEngine

    return RasaEngine(servers, slug_of=slug_of, knowledge=knowledge, now=now)


def with_models(
    embedded: EmbeddedEngine, servers: Mapping[str, LanguageModel], slug_of: Callable[[str], Awaitable[str]]
) -> ModelEngine:
    """The embedded engine, with a language model behind it for the businesses that have one in the settings."""
    from bot.llm.engine import ModelEngine

    return ModelEngine(embedded, servers, slug_of=slug_of)


def chosen(rasa: RasaEngine, own: EmbeddedEngine | ModelEngine) -> ChosenEngine:
    """Rasa for the businesses that have servers, the embedded engine for all others."""
    from bot.choosing import ChosenEngine

    return ChosenEngine(own, rasa)


def trainer() -> WorkerTrainer:
    """A trainer whose work runs in a process of its own."""
    from bot.training import WorkerTrainer

    return WorkerTrainer()
